//! `SE TA TE`: the elements every arm plans, and those each subject went through.

use tercel::study::{Subject, When};

use super::cells::{Columns, moment, when};
use super::demography::{departures, ended};
use super::{Study, named};
use crate::table::Table;

/// An element of the trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Screening,
    Collection,
    Lymphodepletion,
    Treatment,
    FollowUp,
}

impl Element {
    const ALL: [Self; 5] = [
        Self::Screening,
        Self::Collection,
        Self::Lymphodepletion,
        Self::Treatment,
        Self::FollowUp,
    ];

    const fn code(self) -> &'static str {
        match self {
            Self::Screening => "SCRN",
            Self::Collection => "COLLECT",
            Self::Lymphodepletion => "LD",
            Self::Treatment => "CART",
            Self::FollowUp => "FU",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Screening => "Screening",
            Self::Collection => "PBMC Collection and Manufacturing",
            Self::Lymphodepletion => "Lymphodepletion",
            Self::Treatment => "CAR-T Cell Infusion and Observation",
            Self::FollowUp => "Follow-up",
        }
    }

    const fn epoch(self) -> &'static str {
        match self {
            Self::Screening => "SCREENING",
            Self::Collection => "RUN-IN",
            Self::Lymphodepletion | Self::Treatment => "TREATMENT",
            Self::FollowUp => "FOLLOW-UP",
        }
    }

    /// What begins it.
    fn start_rule(self, study: &Study<'_>) -> String {
        match self {
            Self::Screening => "Informed consent is obtained".to_owned(),
            Self::Collection => "PBMC collection begins".to_owned(),
            Self::Lymphodepletion => "First dose of lymphodepletion".to_owned(),
            Self::Treatment => "Infusion of the CAR-T cells".to_owned(),
            Self::FollowUp => format!("{} days after the infusion", study.trial.dlt.window_days + 1),
        }
    }

    /// Whether the protocol has it.
    fn is_planned(self, study: &Study<'_>) -> bool {
        match self {
            Self::Screening | Self::Treatment | Self::FollowUp => true,
            Self::Collection => !study.trial.names.collection.is_empty(),
            Self::Lymphodepletion => !study.trial.names.lymphodepletion.is_empty(),
        }
    }
}

fn planned<'s>(study: &'s Study<'_>) -> impl Iterator<Item = (usize, Element)> + 's {
    let elements = Element::ALL.into_iter().filter(|element| element.is_planned(study));
    elements.enumerate().map(|(at, element)| (at + 1, element))
}

/// An element of a subject.
pub(super) struct Spent {
    subject: String,
    order: usize,
    element: Element,
    start: When,
    end: Option<When>,
}

/// The elements of every subject, in order.
pub(super) fn of_subjects(study: &Study<'_>, tables: &[Table]) -> Vec<Spent> {
    let mut spent = Vec::new();
    let ends = participation(tables);
    for subject in &study.data.subjects {
        let stated = ends
            .iter()
            .find(|(id, _)| *id == subject.id.as_str())
            .and_then(|(_, end)| *end);
        let end = stated.or_else(|| ended(subject));
        let mut of_subject: Vec<Spent> = Vec::new();
        for (order, element) in planned(study) {
            let Some(start) = begun(study, subject, element, end) else {
                continue;
            };
            // What began before an earlier element did is not in the order of the plan.
            if of_subject.last().is_some_and(|last| start.order() < last.start.order()) {
                continue;
            }
            if let Some(last) = of_subject.last_mut() {
                last.end = Some(start);
            }
            of_subject.push(Spent {
                subject: subject.id.to_string(),
                order,
                element,
                start,
                end: None,
            });
        }
        // The last element of a subject that is still in the study goes on.
        let has_left = stated.is_some() || departures(subject).next().is_some() || subject.died().is_some();
        if let Some(last) = of_subject.last_mut() {
            last.end = end.filter(|end| has_left && end.order() >= last.start.order());
        }
        spent.extend(of_subject);
    }
    spent
}

/// The end of participation that the source states in `DM`.
fn participation(tables: &[Table]) -> Vec<(&str, Option<When>)> {
    let Some(table) = named(tables, "DM") else {
        return Vec::new();
    };
    let columns = Columns::of(table);
    (0..table.len())
        .map(|row| (columns.text(row, "USUBJID"), when(columns.text(row, "RFPENDTC"))))
        .collect()
}

fn begun(study: &Study<'_>, subject: &Subject, element: Element, end: Option<When>) -> Option<When> {
    match element {
        Element::Screening => subject.consent.iter().find_map(|consent| consent.when),
        Element::Collection => {
            let mut collections = subject.procedures.iter().filter(|procedure| procedure.collection);
            collections.next().map(|collection| collection.start)
        }
        Element::Lymphodepletion => subject.lymphodepletion.first().map(|dose| dose.start),
        Element::Treatment => subject.infusions.first().map(|infusion| infusion.when),
        Element::FollowUp => {
            let infused = subject.infusions.first()?.when.day()?;
            let days = i64::from(study.trial.dlt.window_days) + 1;
            let start = infused.checked_add(jiff::Span::new().days(days)).ok()?;
            let reached = end.is_some_and(|end| end.date.earliest() >= start);
            reached.then(|| When::on(start))
        }
    }
}

/// `SE`: one row an element a subject went through.
pub(super) fn subject_elements(study: &Study<'_>, elements: &[Spent]) -> Table {
    let columns = [
        "STUDYID", "DOMAIN", "USUBJID", "SESEQ", "ETCD", "ELEMENT", "TAETORD", "EPOCH", "SESTDTC", "SEENDTC",
    ];
    let mut rows: Vec<Vec<String>> = Vec::new();
    let (mut subject, mut number) = ("", 0);
    for spent in elements {
        number = if subject == spent.subject { number + 1 } else { 1 };
        subject = &spent.subject;
        let [code, name, epoch] = [spent.element.code(), spent.element.name(), spent.element.epoch()];
        rows.push(vec![
            study.id.clone(),
            "SE".to_owned(),
            spent.subject.clone(),
            number.to_string(),
            code.to_owned(),
            name.to_owned(),
            spent.order.to_string(),
            epoch.to_owned(),
            moment(Some(spent.start)),
            moment(spent.end),
        ]);
    }
    Table::from_rows("SE", &columns, rows)
}

/// `TA`: every arm plans the same elements; arms differ in dose.
pub(super) fn trial_arms(study: &Study<'_>) -> Table {
    let columns = [
        "STUDYID", "DOMAIN", "ARMCD", "ARM", "TAETORD", "ETCD", "ELEMENT", "TABRANCH", "TATRANS", "EPOCH",
    ];
    let mut rows = Vec::new();
    for (_, group) in study.trial.dose_levels.iter() {
        for (order, element) in planned(study) {
            let branch = match element {
                Element::Screening => format!("Assigned to {}", group.label),
                Element::Collection | Element::Lymphodepletion | Element::Treatment | Element::FollowUp => {
                    String::new()
                }
            };
            rows.push(vec![
                study.id.clone(),
                "TA".to_owned(),
                group.arm.clone(),
                group.label.clone(),
                order.to_string(),
                element.code().to_owned(),
                element.name().to_owned(),
                branch,
                String::new(),
                element.epoch().to_owned(),
            ]);
        }
    }
    Table::from_rows("TA", &columns, rows)
}

/// `TE`: what begins and ends each element.
pub(super) fn trial_elements(study: &Study<'_>) -> Table {
    let columns = ["STUDYID", "DOMAIN", "ETCD", "ELEMENT", "TESTRL", "TEENRL", "TEDUR"];
    let all: Vec<Element> = planned(study).map(|(_, element)| element).collect();
    let mut rows = Vec::new();
    for (at, element) in all.iter().enumerate() {
        let end = match all.get(at + 1) {
            Some(next) => format!("{}, or the subject leaves the study", next.start_rule(study)),
            None => "The subject completes or leaves the study".to_owned(),
        };
        let lasts = match element {
            Element::Treatment => format!("P{}D", study.trial.dlt.window_days + 1),
            Element::Screening | Element::Collection | Element::Lymphodepletion | Element::FollowUp => String::new(),
        };
        rows.push(vec![
            study.id.clone(),
            "TE".to_owned(),
            element.code().to_owned(),
            element.name().to_owned(),
            element.start_rule(study),
            end,
            lasts,
        ]);
    }
    Table::from_rows("TE", &columns, rows)
}
