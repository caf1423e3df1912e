//! What a report must have and nothing states, and what contradicts itself.

use tercel::language::Words;
use tercel::study::{AdverseEvent, Blocks, Dataset, EventOutcome, Finding, Rule, StudyData};

use super::Writing;
use super::case::{Case, Reaction};
use super::message::{names_authority, report_country};
use super::patient::investigation_number;
use super::reaction::{MAX_TERM, meddra_term};

/// The findings of the reports of a study.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    pub(super) fn into_list(self) -> Vec<Finding> {
        self.list
    }

    fn of_protocol(&mut self, key: &str, text: String) {
        self.list.push(Finding {
            subject: None,
            dataset: Dataset::new("PROTOCOL"),
            record: None,
            row: None,
            field: key.to_owned(),
            rule: Rule::Incomplete(Words::english(text)),
            blocks: Blocks::Export,
        });
    }

    fn of_event(&mut self, event: &AdverseEvent, variable: &str, rule: Rule) {
        self.list
            .push(Finding::of(&event.record, variable, rule, Blocks::Export));
    }

    /// What every report names of sender, receiver and study.
    pub(super) fn parties(&mut self, writing: &Writing<'_>) {
        let icsr = &writing.study.trial.icsr;
        let stated = [
            (
                writing.sender().is_some(),
                "sender",
                "sender's identifier (N.1.3, N.2.r.2)",
                ", or give --sender",
            ),
            (
                writing.receiver().is_some(),
                "receiver",
                "receiver's identifier (N.1.4, N.2.r.3)",
                ", or give --receiver",
            ),
            (icsr.sender_type.is_some(), "sender_type", "kind of sender (C.3.1)", ""),
            (
                icsr.organisation.is_some(),
                "organisation",
                "sender's organisation (C.3.2, and C.1.1)",
                "",
            ),
            (
                icsr.language.is_some(),
                "language",
                "language of the reported terms (E.i.1.1b)",
                "",
            ),
        ];
        for (there, key, what, or) in stated {
            if !there {
                let text = format!("no report can be sent without the {what}; write icsr.{key} in the protocol{or}");
                self.of_protocol(&format!("icsr.{key}"), text);
            }
        }
        if !names_authority(writing.study.trial) {
            let text = "the protocol names no authority, so no report can say whether it is expedited (C.1.7); write \
                        safety.reporting"
                .to_owned();
            self.of_protocol("safety.reporting", text);
        }
    }

    /// Events that meet a criterion of seriousness and are not said to be serious.
    pub(super) fn unclaimed(&mut self, data: &StudyData) {
        let events = data.subjects.iter().flat_map(|subject| &subject.adverse_events);
        for event in events.filter(|event| event.serious != Some(true)) {
            let met = event.details.criteria.met();
            if !met.is_empty() {
                let text = format!(
                    "the event meets a criterion of seriousness ({}) and is not recorded as serious, so no report is written; \
                     correct one of the two",
                    met.join(", ")
                );
                self.of_event(event, "AESER", Rule::Disagree(Words::english(text)));
            }
        }
    }

    /// What one report lacks.
    pub(super) fn case(&mut self, writing: &Writing<'_>, case: &Case<'_>) {
        let subject = case.subject;
        if report_country(writing, case).is_none() {
            let text =
                "the report needs the country it comes from (C.1.1, C.2.r.3); enter it, or write trial.country in the \
                        protocol"
                    .to_owned();
            self.list.push(Finding::of(
                &subject.record,
                "COUNTRY",
                Rule::Incomplete(Words::english(text)),
                Blocks::Export,
            ));
        }
        if investigation_number(writing, case).is_none() {
            let text =
                "the subject's number is longer than the 20 characters that a report has room for (D.1.1.4), and is \
                        left out"
                    .to_owned();
            let rule = Rule::Incomplete(Words::english(text));
            self.list
                .push(Finding::of(&subject.record, "SUBJID", rule, Blocks::None));
        }
        for reaction in &case.reactions {
            self.reaction(writing, case, reaction);
        }
    }

    fn reaction(&mut self, writing: &Writing<'_>, case: &Case<'_>, reaction: &Reaction<'_>) {
        let Some(event) = reaction.lead() else {
            return;
        };
        if case.received.is_none() {
            let text = match reaction.aware() {
                None => "the report needs the day on which the sponsor became aware (C.1.4); enter it".to_owned(),
                Some(when) => format!("the report needs the day of awareness (C.1.4), and {when} is none; complete it"),
            };
            self.of_event(event, "AEAWARE", Rule::Incomplete(Words::english(text)));
        }
        if meddra_term(writing, event).is_none() {
            let text = format!(
                "the report needs a lowest level term of MedDRA with its version for \"{}\" (E.i.2.1); give --meddra DIR, or \
                 AELLTCD in the data and coding.meddra_version in the protocol",
                event.term
            );
            self.of_event(event, "AELLT", Rule::Incomplete(Words::english(text)));
        }
        if event.term.chars().count() > MAX_TERM {
            let text =
                format!("the term is longer than the {MAX_TERM} characters that a report has room for (E.i.1.1a)");
            self.of_event(event, "AETERM", Rule::Incomplete(Words::english(text)));
        }
        let met = reaction
            .records()
            .iter()
            .any(|one| !one.details.criteria.met().is_empty());
        if !met {
            let text =
                "the event is serious and no criterion of seriousness is met (E.i.3.2); enter the criteria".to_owned();
            self.of_event(event, "AESDTH", Rule::Incomplete(Words::english(text)));
        }
        for record in reaction.records() {
            let fatal = record.outcome == EventOutcome::Fatal;
            if fatal && !reaction.meets(|criteria| criteria.death) {
                let text = "the outcome is fatal (E.i.7) and death is no criterion of its seriousness (E.i.3.2a); correct one of \
                            the two"
                    .to_owned();
                self.of_event(record, "AESDTH", Rule::Disagree(Words::english(text)));
            }
        }
        if reaction.relation(|event| event.causality.infusion).is_none() {
            let text = "the report needs the investigator's judgement of the relation to the product (G.k.9.i.2.r.3); enter it"
                .to_owned();
            self.of_event(event, "AEREL", Rule::Incomplete(Words::english(text)));
        }
    }
}
