//! What differs between two protocol files, setting by setting.

use std::collections::{BTreeMap, BTreeSet};

use toml::Value;

/// A setting that two files state otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where it stands: `dlt.window_days`, `outcome[S5].time_months`.
    pub place: String,
    /// As the first file has it; `None`: not there.
    pub old: Option<String>,
    /// As the second file has it; `None`: not there.
    pub new: Option<String>,
}

/// What differs between two protocol files, in order of place. Comments, layout and the order of keys do not count; entries
/// of a list that carry a name are compared by it, so that one put in between does not change all after it.
///
/// # Errors
/// The sentence of the TOML reader, with line and column, where a text is no TOML.
pub fn protocol_differences(old: &str, new: &str) -> Result<Vec<Difference>, String> {
    let (old, new) = (settings(old)?, settings(new)?);
    let places: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing = places.into_iter().filter(|place| old.get(*place) != new.get(*place));
    Ok(differing
        .map(|place| Difference {
            place: place.clone(),
            old: old.get(place).cloned(),
            new: new.get(place).cloned(),
        })
        .collect())
}

fn settings(text: &str) -> Result<BTreeMap<String, String>, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let mut settings = BTreeMap::new();
    for (name, value) in &table {
        flatten(name, value, &mut settings);
    }
    Ok(settings)
}

/// Keys that name an entry of a list, the first that is there.
const NAMES: [&str; 6] = ["id", "key", "name", "arm", "label", "version"];

fn flatten(place: &str, value: &Value, settings: &mut BTreeMap<String, String>) {
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                flatten(&format!("{place}.{name}"), value, settings);
            }
        }
        Value::Array(list) if list.iter().any(Value::is_table) => {
            for (number, one) in list.iter().enumerate() {
                let named = NAMES.iter().find_map(|name| one.get(*name)?.as_str());
                let name = named.map_or_else(|| (number + 1).to_string(), str::to_owned);
                let mut own = format!("{place}[{name}]");
                let taken = |own: &String| {
                    let below = format!("{own}.");
                    settings
                        .range(below.clone()..)
                        .next()
                        .is_some_and(|(known, _)| known.starts_with(&below))
                };
                if taken(&own) {
                    own = format!("{place}[{name}, {}]", number + 1);
                }
                flatten(&own, one, settings);
            }
        }
        Value::String(text) => {
            settings.insert(place.to_owned(), text.clone());
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) => {
            settings.insert(place.to_owned(), value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "# first\n[dlt]\nwindow_days = 28\n\n[[outcome]]\nid = \"S1\"\nmeasure = \"ORR\"\n\n[[outcome]]\nid = \
                       \"S3\"\nmeasure = \"OS\"\n";

    fn difference(place: &str, old: Option<&str>, new: Option<&str>) -> Difference {
        Difference {
            place: place.to_owned(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        }
    }

    #[test]
    fn settings_changed_added_and_removed_are_named() {
        let new = "[[outcome]]\nid = \"S1\"\nmeasure = \"ORR\"\n[[outcome]]\nid = \"S2\"\nmeasure = \"DCR\"\n\
                   [[outcome]]\nid = \"S3\"\n[dlt]\nwindow_days = 42\n";
        assert_eq!(
            protocol_differences(OLD, new).unwrap(),
            [
                difference("dlt.window_days", Some("28"), Some("42")),
                difference("outcome[S2].id", None, Some("S2")),
                difference("outcome[S2].measure", None, Some("DCR")),
                difference("outcome[S3].measure", Some("OS"), None),
            ]
        );
    }

    #[test]
    fn comments_layout_and_order_of_tables_are_no_difference() {
        let same = "[[outcome]]\nmeasure = \"ORR\"\nid = 'S1'\n[[outcome]]\nid='S3'\nmeasure = \"OS\"\n[dlt] # window\n\
                    window_days = 28";
        assert_eq!(protocol_differences(OLD, same).unwrap(), []);
        assert!(protocol_differences(OLD, "[dlt\n").unwrap_err().contains("line 1"));
    }

    #[test]
    fn entries_of_one_name_are_kept_apart() {
        let twice = "[[a]]\nid = \"x\"\nb = 1\n[[a]]\nid = \"x\"\nb = 2\n";
        let changed = "[[a]]\nid = \"x\"\nb = 1\n[[a]]\nid = \"x\"\nb = 3\n";
        assert_eq!(
            protocol_differences(twice, changed).unwrap(),
            [difference("a[x, 2].b", Some("2"), Some("3"))]
        );
    }
}
