//! Findings where what is recorded of an adverse event contradicts itself, or the death of its subject.

use super::{derive_events, event_term, is_certainly_before, is_fatal, required_reports};
use crate::endpoint::{Analysis, Facts};
use crate::grade::Grade;
use crate::language::{Text, both};
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
            let text = both!(
                "died on {when}, while adverse events are collected, and no event of grade 5 is recorded; enter it, or confirm \
                 the cause of death",
                "{when}死亡，在不良事件收集期内，但没有5级事件记录；请录入该事件，或确认死亡原因"
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
            ("AEOUT", Text::new("the outcome is fatal", "转归为死亡"))
        } else {
            (
                "AESDTH",
                Text::new("death is ticked as criterion", "严重性标准勾选了“导致死亡”"),
            )
        };
        if self.facts.subject.died().is_none() {
            let text = both!(
                "{en} without a recorded death; enter the date of death",
                "{zh}，但没有死亡记录；请录入死亡日期",
                en = what.en,
                zh = what.zh
            );
            self.add(record, field, Rule::Disagree(text), Blocks::Decision);
        }
        let graded = event.grade.map_or_else(
            || both!("no grade is recorded", "没有分级记录"),
            |grade| both!("the grade is {grade}", "分级为{grade}级"),
        );
        let text = both!(
            "{what_en}, but {en}; a fatal event is of grade 5",
            "{what_zh}，但{zh}；致死事件为5级",
            what_en = what.en,
            what_zh = what.zh,
            en = graded.en,
            zh = graded.zh
        );
        self.add(record, "AETOXGR", Rule::Disagree(text), Blocks::Decision);
    }

    fn serious(&mut self, event: &AdverseEvent) {
        let (record, criteria) = (&event.record, event.details.criteria);
        let met = criteria.met();
        if event.serious == Some(false) && is_fatal(event) {
            let text = both!("an event that led to death is serious", "导致死亡的事件属于严重事件");
            self.add(record, "AESER", Rule::Disagree(text), Blocks::Decision);
        } else if event.serious == Some(false) && !met.is_empty() {
            let text = both!(
                "not serious, but the criterion is ticked: {met}",
                "非严重事件，但勾选了标准：{met}",
                met = met.join(", ")
            );
            self.add(record, "AESER", Rule::Disagree(text), Blocks::Decision);
        }
        if event.serious == Some(true) && criteria.collected && met.is_empty() {
            let text = both!(
                "serious, but no criterion is ticked; tick those that are met",
                "严重事件，但未勾选任何标准；请勾选符合的标准"
            );
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
                let text = both!(
                    "the event is to be reported, but the day on which the sponsor became aware of it is not recorded; the \
                     clock cannot start",
                    "该事件须报告，但没有申办方获知日期的记录；时限无法起算"
                );
                self.add(&event.record, "AEAWARE", Rule::Incomplete(text), Blocks::Export);
            }
            (Some(aware), Some(start)) if is_certainly_before(aware, start) => {
                let text = both!(
                    "the sponsor became aware on {aware}, before the event began on {start}",
                    "申办方获知日期{aware}早于事件开始日期{start}"
                );
                self.add(&event.record, "AEAWARE", Rule::OutOfOrder(text), Blocks::Export);
            }
            (Some(_), _) => {}
        }
        if let (Some(aware), Some(urgent)) = (event.details.aware, event.details.urgent)
            && is_certainly_before(urgent, aware)
        {
            let text = both!(
                "the sponsor knew on {urgent} that the event was fatal or life-threatening, before it became aware of it on {aware}",
                "申办方于{urgent}获知该事件致死或危及生命，早于获知该事件的日期{aware}"
            );
            self.add(&event.record, "AEAWURG", Rule::OutOfOrder(text), Blocks::Export);
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
            let text = both!(
                "serious by hospitalisation alone, where the protocol plans an admission for lymphodepletion and \
                 infusion; confirm that another one is meant",
                "仅因住院列为严重，而方案本就计划为清淋和回输住院；请确认指另一次住院"
            );
            self.add(&event.record, "AESHOSP", Rule::Incomplete(text), Blocks::None);
        }
    }
}
