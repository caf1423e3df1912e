//! What SDTMIG 3.4 says of its datasets and variables: names, order, labels, types, roles, core and codelists.
//!
//! Source: the CDISC Library's export of SDTMIG 3.4. `scripts/cdisc_facts.py` makes the data file from it.

use std::sync::LazyLock;

use crate::sdtm::long::continued_name;

const DATA: &str = include_str!("../../data/sdtmig-3.4.tsv");

/// A dataset of the guide.
#[derive(Debug)]
pub struct GuideDataset {
    /// Name: `AE`; `SUPPQUAL` for the supplemental qualifiers of any dataset.
    pub name: &'static str,
    /// Class as Define-XML 2.1 spells it: `EVENTS`.
    pub class: &'static str,
    /// Label.
    pub label: &'static str,
    /// What a row is.
    pub structure: &'static str,
    /// Its variables in order.
    pub variables: Vec<GuideVariable>,
}

/// A variable of the guide.
#[derive(Debug)]
pub struct GuideVariable {
    /// Name.
    pub name: &'static str,
    /// Label.
    pub label: &'static str,
    /// Whether it holds numbers.
    pub numeric: bool,
    /// Role.
    pub role: &'static str,
    /// Whether it must be there.
    pub core: Core,
    /// C-codes of its codelists.
    pub codelists: Vec<&'static str>,
    /// What its values are where no codelist says it: "ISO 8601 duration", "MedDRA"; else empty.
    pub described: &'static str,
}

/// Whether a variable must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Core {
    /// Required: there, and never blank.
    Required,
    /// Expected: there, blank where nothing is known.
    Expected,
    /// Permissible: there where it was collected or derived.
    Permissible,
}

impl GuideDataset {
    /// The variable of a name.
    pub fn variable(&self, name: &str) -> Option<&GuideVariable> {
        self.variables.iter().find(|variable| variable.name == name)
    }
}

/// The dataset of a name.
pub fn dataset(name: &str) -> Option<&'static GuideDataset> {
    let name = if name.starts_with("SUPP") { "SUPPQUAL" } else { name };
    GUIDE.iter().find(|dataset| dataset.name == name)
}

/// The variable of a dataset.
pub fn variable(of: &str, name: &str) -> Option<&'static GuideVariable> {
    dataset(of)?.variable(name)
}

/// Every dataset of the guide that is exported.
pub fn datasets() -> impl Iterator<Item = &'static GuideDataset> {
    GUIDE.iter()
}

static GUIDE: LazyLock<Vec<GuideDataset>> = LazyLock::new(|| {
    let mut guide: Vec<GuideDataset> = Vec::new();
    for line in DATA.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('>') {
            Some(line) => guide.extend(parse_dataset(line)),
            None => {
                if let (Some(dataset), Some(variable)) = (guide.last_mut(), parse_variable(line)) {
                    dataset.variables.push(variable);
                }
            }
        }
    }
    for dataset in &mut guide {
        add_quantitation(dataset);
        add_continuations(dataset);
    }
    guide
});

/// Texts of comments and of the summary continue in variables of their own dataset (SDTMIG 3.4, CO assumption 3 and TS
/// assumption 7), not in supplemental qualifiers.
fn add_continuations(dataset: &mut GuideDataset) {
    let name = match dataset.name {
        "CO" => "COVAL",
        "TS" => "TSVAL",
        _ => return,
    };
    let Some(at) = dataset.variables.iter().position(|variable| variable.name == name) else {
        return;
    };
    let Some(GuideVariable { label, role, .. }) = dataset.variables.get(at) else {
        return;
    };
    let (label, role) = (*label, *role);
    let more = (1..=CONTINUATIONS).map(|number| GuideVariable {
        name: continued_name(name, number).leak(),
        label,
        numeric: false,
        role,
        core: Core::Permissible,
        codelists: Vec::new(),
        described: "",
    });
    let after = dataset.variables.split_off(at + 1);
    dataset.variables.extend(more.chain(after));
}

/// Most variables that continue a text: with them it has 2,000 bytes.
const CONTINUATIONS: usize = 9;

/// Qualifiers of findings in the model (SDTM 2.0) that the guide lists for some of its datasets only: a value of them is no
/// supplemental qualifier. They stand before the variables of time.
fn add_quantitation(dataset: &mut GuideDataset) {
    if dataset.class != "FINDINGS" {
        return;
    }
    let limits = [
        ("LLOQ", "Lower Limit of Quantitation"),
        ("ULOQ", "Upper Limit of Quantitation"),
    ];
    for (ending, label) in limits {
        let name = format!("{}{ending}", dataset.name);
        if dataset.variable(&name).is_some() {
            continue;
        }
        let of_time = dataset.variables.iter().position(|variable| variable.role == "Timing");
        let variable = GuideVariable {
            name: name.leak(),
            label,
            numeric: true,
            role: "Variable Qualifier",
            core: Core::Permissible,
            codelists: Vec::new(),
            described: "",
        };
        dataset
            .variables
            .insert(of_time.unwrap_or(dataset.variables.len()), variable);
    }
}

fn parse_dataset(line: &'static str) -> Option<GuideDataset> {
    let mut cells = line.split('\t');
    let name = cells.next()?;
    let class = match cells.next()? {
        "Events" => "EVENTS",
        "Interventions" => "INTERVENTIONS",
        "Findings" => "FINDINGS",
        "Findings About" => "FINDINGS ABOUT",
        "Special-Purpose" => "SPECIAL PURPOSE",
        "Trial Design" => "TRIAL DESIGN",
        "Relationship" => "RELATIONSHIP",
        "Study Reference" => "STUDY REFERENCE",
        _ => return None,
    };
    Some(GuideDataset {
        name,
        class,
        label: cells.next()?,
        structure: cells.next()?,
        variables: Vec::new(),
    })
}

fn parse_variable(line: &'static str) -> Option<GuideVariable> {
    let mut cells = line.split('\t');
    let (name, label) = (cells.next()?, cells.next()?);
    let numeric = cells.next()? == "Num";
    let role = cells.next()?;
    let core = match cells.next()? {
        "Req" => Core::Required,
        "Exp" => Core::Expected,
        _ => Core::Permissible,
    };
    let values = cells.next()?;
    let is_code = |text: &str| text.strip_prefix('C').is_some_and(|code| code.parse::<u32>().is_ok());
    let coded = values.split(' ').all(is_code);
    Some(GuideVariable {
        name,
        label,
        numeric,
        role,
        core,
        codelists: if coded { values.split(' ').collect() } else { Vec::new() },
        described: if coded { "" } else { values },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::terminology;

    #[test]
    fn a_variable_has_its_label_type_role_core_and_codelist() {
        let outcome = variable("AE", "AEOUT").unwrap();
        assert_eq!((outcome.role, outcome.core), ("Record Qualifier", Core::Permissible));
        assert_eq!(outcome.codelists, ["C66768"]);
        assert!(variable("LB", "LBSTRESN").unwrap().numeric);
        assert_eq!(variable("AE", "AEDECOD").unwrap().described, "MedDRA");
        assert_eq!(dataset("SUPPAE").unwrap().class, "RELATIONSHIP");
    }

    #[test]
    fn every_line_is_read_and_every_codelist_is_there() {
        let lines = DATA.lines().filter(|line| !line.starts_with(['#', '>'])).count();
        let limits = datasets().filter(|dataset| dataset.class == "FINDINGS").count() * 2;
        let listed = DATA.lines().filter(|line| {
            let name = line.split('\t').next().unwrap_or_default();
            name.len() == 6 && (name.ends_with("LLOQ") || name.ends_with("ULOQ"))
        });
        let added = limits - listed.count() + 2 * CONTINUATIONS;
        assert_eq!(
            datasets().map(|dataset| dataset.variables.len()).sum::<usize>(),
            lines + added
        );
        assert!(variable("LB", "LBLLOQ").is_some() && variable("FA", "FALLOQ").is_none());
        for variable in datasets().flat_map(|dataset| &dataset.variables) {
            assert!(
                variable.label.len() <= 40 && variable.name.len() <= 8,
                "{}",
                variable.name
            );
            for code in &variable.codelists {
                assert!(
                    terminology::codelist(code).is_some(),
                    "{} has no list {code}",
                    variable.name
                );
            }
        }
    }
}
