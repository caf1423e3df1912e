//! The keys of a protocol file, as its reader asks for them: what a schema and an editor are told.

use toml::de::DeTable;

use super::file::parse_trial;
use super::log::Log;
use super::reader::Section;

/// One key of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Dotted path from the root (`dlt.criterion.grade_min`).
    pub path: String,
    /// What stands there.
    pub kind: KeyKind,
    /// Whether its section must have it.
    pub required: bool,
    /// Its value as it may be written; blank where the kind says enough.
    pub example: String,
}

/// What a key holds.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyKind {
    /// A table.
    Section,
    /// Tables, each on a `[[line]]` of its own.
    Sections,
    /// A text that is not blank.
    Text,
    /// A number from the first to the second.
    Number(f64, f64),
    /// A whole number from the first to the second.
    Integer(u32, u32),
    /// `true` or `false`.
    Flag,
    /// A calendar date.
    Date,
    /// One of these texts.
    Choice(Vec<String>),
    /// A list of texts; of these texts, where there are any.
    Texts(Vec<String>),
    /// A list of numbers from the first to the second.
    Numbers(f64, f64),
    /// A list of ascending whole numbers from the first to the second.
    Integers(u32, u32),
}

/// Every key that the reader of protocols asks for, sections before what is in them. Nothing is listed by hand: the reader
/// itself is run, and what it asks for is written down.
pub fn protocol_keys() -> Vec<Key> {
    let (log, table) = (Log::listening(), DeTable::new());
    parse_trial(&Section::root(&table, &log));
    log.into_keys()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_tells_what_it_asks_for() {
        let keys = protocol_keys();
        let find = |path: &str| keys.iter().find(|key| key.path == path).unwrap();
        assert_eq!(find("trial.version_date").kind, KeyKind::Date);
        assert_eq!(find("dose_level").kind, KeyKind::Sections);
        assert_eq!(find("dlt.window_days").kind, KeyKind::Integer(1, 365));
        assert!(!find("eligibility.ecog_max").required && find("eligibility.age_min").required);
        assert!(matches!(&find("outcome.method").kind, KeyKind::Choice(names) if names.contains(&"orr".to_owned())));
        assert!(
            matches!(&find("schedule.visit.assess").kind, KeyKind::Texts(names) if names.contains(&"imaging".to_owned()))
        );
        for setting in crate::protocol::SETTINGS {
            find(setting.path);
        }
    }
}
