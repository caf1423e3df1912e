//! Which item of ODM is which variable.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use crate::inbound::InboundError;
use crate::inbound::laboratory::{mapping_error, parse_toml};
use crate::table::TableError;

/// How items become variables; documented in `docs/inbound.md`. An item named `IT.AE.AETERM` needs no line.
#[derive(Debug, Clone, Default)]
pub struct OdmMapping {
    items: BTreeMap<String, Target>,
    /// Variables with the same value in every row of a dataset.
    pub(super) constants: BTreeMap<(String, String), String>,
    /// Texts of coded values, by item.
    values: BTreeMap<String, BTreeMap<String, String>>,
    /// Texts of units, by identifier.
    units: BTreeMap<String, String>,
    /// Names of visits, by study event.
    pub(super) visits: BTreeMap<String, String>,
    ignore: BTreeSet<String>,
}

/// A variable, and the test of the row it stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub(super) dataset: String,
    pub(super) variable: String,
    /// `--TESTCD` of the row; blank where the row has no test of its own.
    pub(super) test: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    items: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    constants: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    units: BTreeMap<String, String>,
    #[serde(default)]
    visits: BTreeMap<String, String>,
    #[serde(default)]
    ignore: BTreeSet<String>,
}

impl OdmMapping {
    /// Reads a mapping file.
    pub fn parse(text: &str) -> Result<Self, InboundError> {
        let file: File = parse_toml(text)?;
        let wrong = |at: &Spanned<String>, what: String| mapping_error(text, at.span().start, what);
        let mut items = BTreeMap::new();
        for (item, target) in file.items {
            let parsed = parse_target(target.get_ref());
            let parsed = parsed.ok_or_else(|| {
                let what = "is no variable; write AE.AETERM, or LB.LBORRES:HGB for a test";
                wrong(&target, format!("\"{}\" {what}", target.get_ref()))
            })?;
            items.insert(item, parsed);
        }
        let mut constants = BTreeMap::new();
        for (name, value) in file.constants {
            let parsed = parse_target(&name).filter(|target| target.test.is_empty());
            let parsed = parsed.ok_or_else(|| wrong(&value, format!("\"{name}\" is no variable; write LB.LBCAT")))?;
            constants.insert((parsed.dataset, parsed.variable), value.into_inner());
        }
        Ok(Self {
            items,
            constants,
            values: file.values,
            units: file.units,
            visits: file.visits,
            ignore: file.ignore,
        })
    }

    /// The same from bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, InboundError> {
        let text = std::str::from_utf8(bytes).map_err(|_| InboundError::Table(TableError::Encoding))?;
        Self::parse(text)
    }

    /// Whether items of this dataset are results of tests.
    pub(super) fn has_tests(&self, dataset: &str) -> bool {
        let mut targets = self.items.values();
        targets.any(|target| target.dataset == dataset && !target.test.is_empty())
    }

    /// The variable of an item: of the mapping, or of its own name.
    pub(super) fn target(&self, item: &str) -> Option<Target> {
        if let Some(target) = self.items.get(item) {
            return Some(target.clone());
        }
        let rest = item.strip_prefix("IT.")?;
        let target = parse_target(rest)?;
        let of_dataset =
            target.variable.starts_with(&target.dataset) || IDENTIFIERS.contains(&target.variable.as_str());
        (of_dataset || target.dataset == "DM").then_some(target)
    }

    pub(super) fn is_ignored(&self, item: &str) -> bool {
        self.ignore.contains(item)
    }

    /// The text of a value that is coded.
    pub(super) fn value<'v>(&'v self, item: &str, value: &'v str) -> &'v str {
        let decoded = self.values.get(item).and_then(|values| values.get(value));
        decoded.map_or(value, String::as_str)
    }

    pub(super) fn unit<'v>(&'v self, unit: &'v str, names: &'v BTreeMap<String, String>) -> &'v str {
        let known = self.units.get(unit).or_else(|| names.get(unit));
        known.map_or(unit, String::as_str)
    }
}

/// Variables of every dataset, without its prefix.
const IDENTIFIERS: [&str; 8] = [
    "USUBJID", "SUBJID", "SITEID", "VISIT", "VISITNUM", "VISITDY", "EPOCH", "TAETORD",
];

/// `AE.AETERM`, `LB.LBORRES:HGB`.
fn parse_target(text: &str) -> Option<Target> {
    let (name, test) = text.split_once(':').map_or((text, ""), |(name, test)| (name, test));
    let (dataset, variable) = name.split_once('.')?;
    let is_name = |text: &str, most: usize| {
        let letters = text
            .chars()
            .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
        (1..=most).contains(&text.len()) && letters && text.starts_with(|letter: char| letter.is_ascii_uppercase())
    };
    let test_fits = !text.contains(':') || is_name(test, 8);
    let fits = is_name(dataset, 4) && dataset.len() >= 2 && is_name(variable, 8) && test_fits;
    fits.then(|| Target {
        dataset: dataset.to_owned(),
        variable: variable.to_owned(),
        test: test.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_a_variable_by_its_name_or_by_the_mapping_and_mistakes_have_their_place() {
        let mapping = OdmMapping::parse("[items]\nI_HB = \"LB.LBORRES:HGB\"\n").unwrap();
        let of = |item: &str| {
            mapping
                .target(item)
                .map(|target| (target.dataset, target.variable, target.test))
        };
        let three = |a: &str, b: &str, c: &str| Some((a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(of("I_HB"), three("LB", "LBORRES", "HGB"));
        assert_eq!(of("IT.AE.AETERM"), three("AE", "AETERM", ""));
        assert_eq!(of("IT.DM.SEX"), three("DM", "SEX", ""));
        assert_eq!(of("IT.AE.TERM"), None, "a variable of AE begins with AE");
        assert_eq!(of("AETERM"), None);
        let said = OdmMapping::parse("[items]\nI_HB = \"Hb\"\n").unwrap_err().to_string();
        assert!(said.contains("line 2, column 8"), "{said}");
    }
}
