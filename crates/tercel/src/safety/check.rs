//! Findings where what is recorded of an adverse event contradicts itself, or the death of its subject.

use super::{derive_events, event_term, is_certainly_before, is_fatal, required_reports};
use crate::endpoint::{Analysis, Facts};
use crate::grade::Grade;
use crate::study::{AdverseEvent, Blocks, EventOutcome, Finding, RecordId, Rule};

/// Checks every subject's adverse events, also those of a subject without a dose level.
pub fn check_safety(analysis: &Analysis<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for facts in &analysis.facts {
        let mut check = Check {
            facts,
            findings: &mut findings,
        };
        check.death();
        for event in &facts.subject.adverse_events {
            check.fatal(event);
            check.serious(event);
            check.planned_admission(event);
            check.awareness(event);
        }
    }
    findings
}

struct Check<'c> {
    facts: &'c Facts<'c>,
    findings: &'c mut Vec<Finding>,
}

impl Check<'_> {
    fn add(&mut self, record: &RecordId, field: &str, rule: Rule, blocks: Blocks) {
        self.findings.push(Finding::of(record, field, rule, blocks));
    }

    /// A death while adverse events are collected that no event of grade 5 explains: often the disease, which someone has
    /// to say.
    fn death(&mut self) {
        let facts = self.facts;
        let (Some((when, record)), Some(window)) = (facts.subject.died(), &facts.ae_window) else {
            return;
        };
        let explained = derive_events(facts).iter().any(|event| event.fatal);
        if !explained && when.date.earliest() <= window.to {
            let text = format!(
                "died on {when}, while adverse events are collected, and no event of grade 5 is recorded; enter it, or confirm \
                 the cause of death"
            );
            self.add(record, "DTHDTC", Rule::Incomplete(text), Blocks::None);
        }
    }

    /// A fatal outcome goes with a death and with grade 5. That a grade of 5 goes with a death is asked with the grades.
    fn fatal(&mut self, event: &AdverseEvent) {
        let record = &event.record;
        let by_outcome = event.outcome == EventOutcome::Fatal;
        if !is_fatal(event) || event.grade == Some(Grade::G5) {
            return;
        }
        let (field, what) = if by_outcome {
            ("AEOUT", "the outcome is fatal")
        } else {
            ("AESDTH", "death is ticked as criterion")
        };
        if self.facts.subject.died().is_none() {
            let text = format!("{what} without a recorded death; enter the date of death");
            self.add(record, field, Rule::Disagree(text), Blocks::Decision);
        }
        let graded = event.grade.map_or_else(
            || "no grade is recorded".to_owned(),
            |grade| format!("the grade is {grade}"),
        );
        let text = format!("{what}, but {graded}; a fatal event is of grade 5");
        self.add(record, "AETOXGR", Rule::Disagree(text), Blocks::Decision);
    }

    fn serious(&mut self, event: &AdverseEvent) {
        let (record, criteria) = (&event.record, event.details.criteria);
        let met = criteria.met();
        if event.serious == Some(false) && is_fatal(event) {
            let text = "an event that led to death is serious".to_owned();
            self.add(record, "AESER", Rule::Disagree(text), Blocks::Decision);
        } else if event.serious == Some(false) && !met.is_empty() {
            let text = format!("not serious, but the criterion is ticked: {}", met.join(", "));
            self.add(record, "AESER", Rule::Disagree(text), Blocks::Decision);
        }
        if event.serious == Some(true) && criteria.collected && met.is_empty() {
            let text = "serious, but no criterion is ticked; tick those that are met".to_owned();
            self.add(record, "AESER", Rule::Incomplete(text), Blocks::Export);
        }
    }

    /// Without the day of awareness no clock can start.
    fn awareness(&mut self, event: &AdverseEvent) {
        if required_reports(self.facts.trial, event).is_empty() {
            return;
        }
        match (event.details.aware, event.start) {
            (None, _) => {
                let text = "the event is to be reported, but the day on which the sponsor became aware of it is not recorded; the \
                            clock cannot start"
                    .to_owned();
                self.add(&event.record, "AEAWARE", Rule::Incomplete(text), Blocks::Export);
            }
            (Some(aware), Some(start)) if is_certainly_before(aware, start) => {
                let text = format!("the sponsor became aware on {aware}, before the event began on {start}");
                self.add(&event.record, "AEAWARE", Rule::OutOfOrder(text), Blocks::Export);
            }
            (Some(_), _) => {}
        }
    }

    /// An admission that the protocol plans does not make an event serious.
    fn planned_admission(&mut self, event: &AdverseEvent) {
        if event.serious != Some(true) || event.details.criteria.met() != ["hospitalisation"] {
            return;
        }
        let term = event_term(event).to_lowercase();
        let words = ["hospitalisation", "hospitalization", "admission", "inpatient"];
        let is_admission = words.iter().any(|word| term.contains(word));
        let subject = self.facts.subject;
        let planned = subject.lymphodepletion.first().map(|dose| dose.start.date.earliest());
        let infused = self.facts.day0;
        let in_stay = event
            .start
            .and_then(crate::study::When::day)
            .is_some_and(|day| planned.is_some_and(|from| from <= day) && infused.is_some_and(|until| day <= until));
        let mild = event.grade.is_none_or(|grade| grade <= Grade::G2);
        if is_admission || (in_stay && mild) {
            let text =
                "serious by hospitalisation alone, where the protocol plans an admission for lymphodepletion and \
                        infusion; confirm that another one is meant"
                    .to_owned();
            self.add(&event.record, "AESHOSP", Rule::Incomplete(text), Blocks::None);
        }
    }
}
