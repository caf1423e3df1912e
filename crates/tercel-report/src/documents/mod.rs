//! Documents that go with a study: what was entered, what was asked, what was handed over, and what will be reported.
//!
//! | Document | Made by |
//! |---|---|
//! | casebook of a subject | [`casebook()`] |
//! | annotated forms of the study | [`annotated_forms`] |
//! | reviewer's guide of the tabulation data | [`sdtm_guide()`] |
//! | reviewer's guide of the analysis data | [`adam_guide()`] |
//! | shells of the tables of every outcome, with its estimand | [`table_shells`] |
//! | checklists of a protocol and of a report of a dose-finding trial | [`spirit_define`], [`consort_define`] |
//!
//! Each is a [`Page`](crate::printed::Page): HTML by [`render_page`](crate::render_page), Word by
//! [`write_tables`](crate::write_tables), PDF by the crate `tercel-pdf`.

mod adam_guide;
mod casebook;
mod checklist;
mod estimand;
mod forms;
mod sdtm_guide;
mod shells;

use jiff::civil::Date;
use tercel::protocol::Trial;
use tercel::study::Finding;

use crate::printed::{PageBuilder, Role};

pub use adam_guide::adam_guide;
pub use casebook::{CaseRecord, Casebook, Change, Remark, casebook};
pub use checklist::{consort_define, spirit_define};
pub use forms::annotated_forms;
pub use sdtm_guide::sdtm_guide;
pub use shells::table_shells;

/// What every document says of its study.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The protocol.
    pub trial: &'a Trial,
    /// Data cut; `None` where the data carry no dates.
    pub cut: Option<Date>,
    /// Whether the data are a rehearsal.
    pub synthetic: bool,
    /// The program and its version.
    pub software: &'a str,
}

/// What stands over a document of a rehearsal.
const SYNTHETIC: &str = "SYNTHETIC DATA: a rehearsal; no patient stands behind these numbers";

impl About<'_> {
    /// A page with its cover.
    fn page(&self, title: &str, further: &[(&str, String)]) -> PageBuilder {
        let trial = self.trial;
        let mut page = PageBuilder::new(&format!("{}: {title}", trial.id), self.synthetic.then_some(SYNTHETIC));
        page.paragraph(Role::Quiet, &trial.title);
        let mut facts = vec![
            ("Trial", trial.id.clone()),
            (
                "Registry number",
                trial.registry.clone().unwrap_or_else(|| "none".to_owned()),
            ),
            (
                "Protocol version",
                format!("{}, in force from {}", trial.version, trial.version_date),
            ),
        ];
        if let Some(cut) = self.cut {
            facts.push(("Data cut", cut.to_string()));
        }
        facts.extend(further.iter().cloned());
        facts.push(("Made with", self.software.to_owned()));
        page.facts(&facts);
        page
    }
}

/// Findings that remain, by rule and variable: what they hold up, how many in how many subjects, and one in its words.
fn remaining(page: &mut PageBuilder, title: &str, findings: &[&Finding]) {
    let mut groups: Vec<(String, Vec<&Finding>)> = Vec::new();
    for finding in findings {
        let name = format!("{}.{}: {}", finding.dataset, finding.field, finding.rule.id());
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, members)) => members.push(finding),
            None => groups.push((name, vec![finding])),
        }
    }
    let rows: Vec<Vec<String>> = groups
        .iter()
        .map(|(name, members)| {
            let mut subjects: Vec<&str> = members
                .iter()
                .filter_map(|one| Some(one.subject.as_ref()?.as_str()))
                .collect();
            subjects.sort_unstable();
            subjects.dedup();
            let first = members.first();
            vec![
                name.clone(),
                first.map_or("", |one| one.blocks.name()).to_owned(),
                members.len().to_string(),
                subjects.len().to_string(),
                first.map_or_else(String::new, |one| one.rule.to_string()),
                String::new(),
            ]
        })
        .collect();
    if rows.is_empty() {
        page.paragraph(Role::Plain, "No check finds anything.");
        return;
    }
    page.paragraph(
        Role::Quiet,
        "Every check of the program that still finds something. The explanation is the sponsor's to write.",
    );
    let head = [
        "Check",
        "Holds up",
        "Findings",
        "Subjects",
        "The first of them",
        "Explanation",
    ];
    page.table(title, &head, &rows);
}

/// Assumptions of the protocol.
fn assumptions(page: &mut PageBuilder, trial: &Trial, title: &str, holds: impl Fn(&str) -> bool) {
    let rows: Vec<Vec<String>> = trial
        .assumptions
        .iter()
        .filter(|one| holds(&one.id))
        .map(|one| {
            vec![
                one.id.clone(),
                one.question.clone(),
                one.choice.clone(),
                one.reason.clone(),
            ]
        })
        .collect();
    if rows.is_empty() {
        page.paragraph(Role::Plain, "The protocol names no assumption here.");
    }
    page.table(title, &["Setting", "What is not stated", "Choice", "Reason"], &rows);
}
