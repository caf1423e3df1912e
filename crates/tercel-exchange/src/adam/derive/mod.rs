//! Analysis datasets from tabulation datasets.
//!
//! # What it derives
//! `ADSL ADRS ADTTE ADTR ADAE ADLB ADVS ADEX ADPC ADPP`, one file each, from `DM EX DS` (or an `ADSL` that holds the dates),
//! `RS TU TR`, `AE`, `LB`, `VS`, `PC` and `CP`; `ADDLT`, `ADTOX` and `ADOUT` from a whole study under its protocol, and `ADTTE` by its
//! rules. A dataset whose source is absent is not made; a value that cannot be derived is blank.
//!
//! # Source
//! Parameter codes, flags and conventions are those of `admiral` and `admiralonco`; response rules are
//! [`tercel::response`], grades are [`tercel::grade::ctcae`].
//!
//! # Limits
//! Without a protocol progression-free survival is censored at the last assessment only; new anticancer therapy and missed
//! assessments are not looked at.

mod adae;
mod addlt;
mod adex;
mod adlb;
mod adout;
mod adpc;
mod adpp;
mod adrs;
mod adsl;
mod adtox;
mod adtr;
mod adtte;
mod adtte_protocol;
mod advs;
mod cells;
mod concentration;
mod core;
mod doses;
mod occurrence;
mod protocol;
mod rules;
mod units;

use std::collections::BTreeMap;

use tercel::coding::Coding;
use tercel::estimate::kinetics::{BlqRules, Method};
use tercel::grade::ctcae::Ctcae;
use tercel::protocol::Trial;
use tercel::response::{BestOptions, Criteria};
use tercel::study::{BaselineEnd, StudyData, SubjectId, baseline_end};

use crate::sdtm;
use crate::table::Table;
use adsl::Subject;
use cells::Cells;

pub use adae::label_scales;
pub use addlt::derive_addlt;
pub(crate) use adout::{identifiers as outcome_identifiers, parameter as outcome_parameter};
pub use adtox::derive_adtox;
pub use protocol::apply_protocol;

/// What a protocol says about the derivations.
#[derive(Debug, Clone, PartialEq)]
pub struct DeriveOptions {
    /// Confirmation and stable disease.
    pub best: BestOptions,
    /// Whose responses are read, where the data name several.
    pub criteria: Criteria,
    /// Evaluator whose readings count, where the data name several.
    pub evaluator: String,
    /// Treatments that are lymphodepletion: the first dose of anything else starts treatment.
    pub lymphodepletion: Vec<String>,
    /// The version laboratory values are graded by.
    pub ctcae: Ctcae,
    /// Codes of transgene copies in `PC`; empty: every test.
    pub copies: Vec<String>,
    /// Codes of CAR-T cells in `CP`; empty: every test that names CAR.
    pub counts: Vec<String>,
    /// How areas under a profile are found.
    pub auc_method: Method,
    /// What samples below quantification stand for in the parameters of a profile.
    pub blq: BlqRules,
    /// When the laboratory baseline of each subject ends, by `safety.baseline`; `None`: no protocol says so, and the baseline is
    /// the last value up to the first dose.
    pub baselines: Option<BTreeMap<SubjectId, BaselineEnd>>,
}

impl DeriveOptions {
    /// The rules of a protocol.
    pub fn of(trial: &Trial) -> Self {
        Self {
            best: tercel::endpoint::best_options(trial),
            criteria: trial.response.criteria,
            evaluator: trial.response.evaluator.clone(),
            lymphodepletion: trial.names.lymphodepletion.clone(),
            ctcae: trial.safety.ctcae,
            copies: trial.names.copies.clone(),
            counts: trial.names.counts.clone(),
            auc_method: trial.kinetics.auc_method,
            blq: trial.kinetics.blq,
            baselines: None,
        }
    }

    /// The same with the laboratory baselines of a study.
    #[must_use]
    pub fn with_baselines(mut self, trial: &Trial, data: &StudyData) -> Self {
        let ends = data.subjects.iter();
        let ends = ends.filter_map(|subject| Some((subject.id.clone(), baseline_end(trial, subject)?)));
        self.baselines = Some(ends.collect());
        self
    }

    /// Whether a treatment is lymphodepletion.
    fn is_lymphodepletion(&self, treatment: &str) -> bool {
        let treatment = treatment.to_ascii_uppercase();
        self.lymphodepletion
            .iter()
            .any(|name| treatment.contains(&name.to_ascii_uppercase()))
    }
}

/// What was derived.
#[derive(Debug, Clone)]
pub struct Derived {
    /// The datasets, each to be written to its file.
    pub tables: Vec<Table>,
    /// What could not be derived, and why.
    pub notes: Vec<String>,
}

/// Derives every analysis dataset whose sources are there; `None` where nothing names the subjects. Adverse events that the
/// data leave uncoded are coded by `coding`, where there is one.
pub fn derive_datasets(mut tables: Vec<Table>, options: &DeriveOptions, coding: Option<&Coding>) -> Option<Derived> {
    sdtm::merge_supplements(&mut tables);
    let sources = Sources { tables: &tables };
    let mut notes = Vec::new();
    let subjects = adsl::derive_subjects(&sources, options, &mut notes)?;
    let mut derived = Derived {
        tables: vec![adsl::write_adsl(&sources, &subjects)],
        notes,
    };
    if let Some(rs) = sources.cells("RS") {
        let tumours = sources.cells("TU");
        let responses = adrs::derive_responses(&rs, tumours.as_ref(), &subjects, options, &mut derived.notes);
        derived.tables.push(adrs::write_adrs(&responses, &subjects));
        derived.tables.push(adtte::write_adtte(Some(&responses), &subjects));
    } else {
        let adtte = adtte::write_adtte(None, &subjects);
        derived.tables.extend((!adtte.is_empty()).then_some(adtte));
        derived.notes.push(
            "no RS dataset: adrs has no responses, adtr knows of no progression, and without a protocol adtte has at most overall survival"
                .to_owned(),
        );
    }
    if let Some(tr) = sources.cells("TR") {
        let adtr = adtr::write_adtr(&tr, &sources, &subjects, options, &mut derived.notes);
        derived.tables.push(adtr);
    } else {
        derived.notes.push("no TR dataset: adtr is not derived".to_owned());
    }
    if let Some(ae) = sources.cells("AE") {
        let adae = adae::write_adae(&ae, &subjects, coding, &mut derived.notes);
        derived.tables.push(adae);
    } else {
        derived.notes.push("no AE dataset: adae is not derived".to_owned());
    }
    if let Some(lb) = sources.cells("LB") {
        let adlb = adlb::write_adlb(&lb, &subjects, options, &mut derived.notes);
        derived.tables.push(adlb);
    } else {
        derived.notes.push("no LB dataset: adlb is not derived".to_owned());
    }
    derive_treatment(&sources, &subjects, options, &mut derived);
    derive_kinetics(&sources, &subjects, options, &mut derived);
    core::complete(&mut derived.tables);
    Some(derived)
}

/// What makes an event treatment-emergent, in words.
pub(crate) const EMERGENT: &str = "Y where the subject was treated, the event did not certainly end before the first dose, and did not certainly start before it or has no start. On one day times of day decide where both are known.";

/// Whether each row of `AE` is treatment-emergent, as `TRTEMFL` of `ADAE` has it; `None` where no table names its subject.
pub(crate) fn emergent_events(tables: &[Table], options: &DeriveOptions) -> Vec<Option<bool>> {
    let sources = Sources { tables };
    let subjects = adsl::derive_subjects(&sources, options, &mut Vec::new());
    let emergent = sources.cells("AE").zip(subjects);
    emergent.map_or_else(Vec::new, |(ae, subjects)| adae::emergent(&ae, &subjects))
}

/// `ADEX` and `ADVS`, where there are doses and vital signs.
fn derive_treatment(sources: &Sources<'_>, subjects: &Subjects, options: &DeriveOptions, derived: &mut Derived) {
    if let Some(ex) = sources.cells("EX") {
        let adex = adex::write_adex(&ex, subjects, &mut derived.notes);
        derived.tables.push(adex);
    } else {
        derived.notes.push("no EX dataset: adex is not derived".to_owned());
    }
    if let Some(vs) = sources.cells("VS") {
        let infusions = concentration::infusions(sources, subjects, options);
        let advs = advs::write_advs(&vs, subjects, &infusions, &mut derived.notes);
        derived.tables.push(advs);
    } else {
        derived.notes.push("no VS dataset: advs is not derived".to_owned());
    }
}

/// `ADPC` and `ADPP`, where there are concentrations.
fn derive_kinetics(sources: &Sources<'_>, subjects: &Subjects, options: &DeriveOptions, derived: &mut Derived) {
    let (copies, counts) = (sources.cells("PC"), sources.cells("CP"));
    let mut groups = concentration::Groups::new();
    for (cells, domain) in [(&copies, "PC"), (&counts, "CP")] {
        if let Some(cells) = cells {
            concentration::read_concentrations(cells, domain, options, &mut groups);
        }
    }
    if groups.is_empty() {
        let why = match (&copies, &counts) {
            (None, None) => "no PC or CP dataset",
            (_, _) => "PC and CP hold no test of transgene copies or CAR-T cells",
        };
        derived.notes.push(format!("{why}: adpc and adpp are not derived"));
        return;
    }
    if sources.cells("PP").is_some() {
        derived
            .notes
            .push("PP is passed over: adpp is derived from the concentrations of PC and CP".to_owned());
    }
    let infusions = concentration::infusions(sources, subjects, options);
    let parameters = concentration::settle_units(&mut groups, &mut derived.notes);
    let adpc = adpc::write_adpc(&groups, subjects, &infusions, &parameters, &mut derived.notes);
    let adpp = adpp::write_adpp(&groups, subjects, &infusions, &parameters, options, &mut derived.notes);
    derived.tables.extend([adpc, adpp]);
}

/// Subjects by identifier, in the order of their identifiers.
type Subjects = BTreeMap<SubjectId, Subject>;

/// The datasets of the folder by name.
struct Sources<'a> {
    tables: &'a [Table],
}

impl<'a> Sources<'a> {
    /// A dataset, where it is there. `ADSL_MIN` is read as `ADSL`: extracts are often named so.
    fn cells(&self, name: &str) -> Option<Cells<'a>> {
        let extract = format!("{name}_");
        let exact = self.tables.iter().find(|table| table.name == name);
        let found = exact.or_else(|| self.tables.iter().find(|table| table.name.starts_with(&extract)));
        found.map(Cells::new)
    }
}
