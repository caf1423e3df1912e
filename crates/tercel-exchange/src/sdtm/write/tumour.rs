//! `RS TR TU`.

use std::collections::BTreeSet;

use tercel::response::Cytology;
use tercel::study::{Judged, LesionResult, LesionRole, ScoreKind, Subject};

use super::{IMAGED_BY, Sheet, Study, moment, study_day};
use crate::table::Table;

pub(super) fn write(study: Study<'_>, subjects: &[Subject]) -> Vec<Table> {
    vec![
        lesions(study, subjects),
        measurements(study, subjects),
        responses(study, subjects),
    ]
}

fn lesions(study: Study<'_>, subjects: &[Subject]) -> Table {
    let variables = [
        "TULNKID", "TUTESTCD", "TUTEST", "TUORRES", "TUSTRESC", "TULOC", "TUMETHOD", "TUEVAL", "TUDTC", "TUDY",
    ];
    let mut sheet = Sheet::new(study, "TU", variables);
    for subject in subjects {
        for lesion in &subject.lesions {
            let role = match lesion.role {
                LesionRole::Target => "TARGET",
                LesionRole::NonTarget => "NON-TARGET",
                LesionRole::New => "NEW",
            };
            let (code, name) = match lesion.stands_for.len() {
                0 => ("TUMIDENT", "Tumor Identification"),
                1 => ("TUSPLIT", "Tumor Split"),
                _ => ("TUMERGE", "Tumor Merged"),
            };
            let [code, name, written, role, place] = [code, name, role, role, &lesion.place].map(str::to_owned);
            let (moment, day) = (moment(lesion.when), study_day(subject, lesion.when));
            let by = study.trial.response.evaluator.clone();
            sheet.row(
                &lesion.record,
                [
                    lesion.link.clone(),
                    code,
                    name,
                    written,
                    role,
                    place,
                    study.rehearsed(IMAGED_BY),
                    by,
                    moment,
                    day,
                ],
            );
        }
    }
    sheet.table
}

fn measurements(study: Study<'_>, subjects: &[Subject]) -> Table {
    let variables = [
        "TRLNKID", "TRTESTCD", "TRTEST", "TRORRES", "TRORRESU", "TRSTRESC", "TRSTRESN", "TRSTRESU", "TRSTAT",
        "TRMETHOD", "TREVAL", "VISIT", "TRDTC", "TRDY",
    ];
    let mut sheet = Sheet::new(study, "TR", variables);
    for subject in subjects {
        let nodes: BTreeSet<&str> = subject
            .lesions
            .iter()
            .filter(|lesion| lesion.node)
            .map(|lesion| lesion.link.as_str())
            .collect();
        for measured in &subject.measurements {
            let diameter = if nodes.contains(measured.link.as_str()) {
                ("LPERP", "Longest Perpendicular")
            } else {
                ("LDIAM", "Longest Diameter")
            };
            let ((code, name), text, is_diameter) = match &measured.result {
                Some(LesionResult::Diameter(mm)) => (diameter, mm.to_string(), true),
                Some(LesionResult::ViableDiameter(mm)) => (("VDIAM", "Viable Diameter"), mm.to_string(), true),
                Some(LesionResult::Cytology(cytology)) => (("CYTOLOGY", "Cytology"), cytology_code(*cytology), false),
                Some(LesionResult::State(state)) => (("TUMSTATE", "Tumor State"), state.clone(), false),
                None => (diameter, String::new(), false),
            };
            let unit = if is_diameter { "mm" } else { "" };
            let status = if measured.result.is_none() { "NOT DONE" } else { "" };
            let value = if is_diameter { text.clone() } else { String::new() };
            let [code, name, written_unit, unit, status] = [code, name, unit, unit, status].map(str::to_owned);
            let (link, by, visit) = (
                measured.link.clone(),
                study.trial.response.evaluator.clone(),
                measured.visit.clone(),
            );
            let (moment, day) = (moment(Some(measured.when)), study_day(subject, Some(measured.when)));
            let written = text.clone();
            let method = study.rehearsed(if measured.result.is_some() { IMAGED_BY } else { "" });
            sheet.row(
                &measured.record,
                [
                    link,
                    code,
                    name,
                    written,
                    written_unit,
                    text,
                    value,
                    unit,
                    status,
                    method,
                    by,
                    visit,
                    moment,
                    day,
                ],
            );
        }
    }
    sheet.table
}

fn responses(study: Study<'_>, subjects: &[Subject]) -> Table {
    let variables = [
        "RSTESTCD", "RSTEST", "RSCAT", "RSORRES", "RSSTRESC", "RSSTRESN", "RSEVAL", "RSDTC", "RSDY",
    ];
    let mut sheet = Sheet::new(study, "RS", variables);
    let evaluator = &study.trial.response.evaluator;
    for subject in subjects {
        let mut write = |record, [code, name, category]: [&str; 3], text: String, is_number: bool, when| {
            let [code, name, category, by] = [code, name, category, evaluator].map(str::to_owned);
            let value = if is_number { text.clone() } else { String::new() };
            let (moment, day) = (moment(Some(when)), study_day(subject, Some(when)));
            sheet.row(
                record,
                [code, name, category, text.clone(), text, value, by, moment, day],
            );
        };
        for score in &subject.scores {
            let names = match score.kind {
                ScoreKind::Ecog => ["ECOG101", "ECOG1-Performance Status", "ECOG"],
                ScoreKind::ChildPugh => ["CPS0106", "CPS01-Total Score", "CHILD-PUGH CLASSIFICATION"],
            };
            write(&score.record, names, score.value.to_string(), true, score.when);
        }
        for response in &subject.responses {
            let names = ["OVRLRESP", "Overall Response", response.criteria.as_str()];
            write(&response.record, names, response.response(), false, response.when);
        }
        for part in &subject.response_parts {
            let [code, name] = match part.judged {
                Judged::Target(_) => ["TRGRESP", "Target Response"],
                Judged::NonTarget(_) => ["NTRGRESP", "Non-target Response"],
                Judged::NewLesions(_) => ["NEWLIND", "New Lesion Indicator"],
            };
            let names = [code, name, part.criteria.as_str()];
            write(&part.record, names, part.response(), false, part.when);
        }
    }
    sheet.table
}

fn cytology_code(cytology: Cytology) -> String {
    match cytology {
        Cytology::Positive => "POSITIVE",
        Cytology::Negative => "NEGATIVE",
        Cytology::NotDone => "NOT DONE",
    }
    .to_owned()
}
