//! Relations between records: `TRLNKGRP`, `RSLNKGRP`, `PCGRPID`, `CPGRPID` and `RELREC`.

use std::collections::{BTreeMap, BTreeSet};

use tercel::kinetics::Analyte;
use tercel::study::{AdverseEvent, Subject, Syndrome, ToxicityFinding};

use super::cells::{Columns, day, fill_from};
use super::{Study, kinetics, named};
use crate::table::Table;

/// Tests of a tumour assessment as a whole or in part: what the measurements of its day lead to.
const RESPONSES: [&str; 8] = [
    "OVRLRESP", "TRGRESP", "NTRGRESP", "NEWLIND", "NEWLPROG", "TMRESP", "INTPRESP", "LESIRESP",
];

/// Gives the measurements and the responses of one assessment one group: `A1`, `A2` in order of time.
pub(super) fn group_assessments(tables: &mut [Table]) {
    let Some(responses) = named(tables, "RS") else { return };
    let columns = Columns::of(responses);
    let mut days: BTreeMap<&str, BTreeSet<jiff::civil::Date>> = BTreeMap::new();
    let is_response = |row: usize| RESPONSES.contains(&columns.text(row, "RSTESTCD"));
    for row in (0..responses.len()).filter(|row| is_response(*row)) {
        if let Some(day) = day(columns.text(row, "RSDTC")) {
            days.entry(columns.text(row, "USUBJID")).or_default().insert(day);
        }
    }
    let group = |subject: &str, date: &str| {
        let place = days.get(subject)?.iter().position(|known| Some(*known) == day(date))?;
        Some(format!("A{}", place + 1))
    };
    let mut of_responses = BTreeMap::new();
    let mut by_visit: BTreeMap<(String, String), String> = BTreeMap::new();
    for row in (0..responses.len()).filter(|row| is_response(*row)) {
        let [subject, date, visit] = ["USUBJID", "RSDTC", "VISITNUM"].map(|name| columns.text(row, name));
        let Some(group) = group(subject, date) else { continue };
        if !visit.is_empty() {
            by_visit.insert((subject.to_owned(), visit.to_owned()), group.clone());
        }
        of_responses.insert(row, group);
    }
    let mut of_measurements = BTreeMap::new();
    if let Some(table) = named(tables, "TR") {
        let columns = Columns::of(table);
        for row in 0..table.len() {
            let [subject, date, visit] = ["USUBJID", "TRDTC", "VISITNUM"].map(|name| columns.text(row, name));
            let same_visit = || by_visit.get(&(subject.to_owned(), visit.to_owned())).cloned();
            of_measurements.extend(group(subject, date).or_else(same_visit).map(|group| (row, group)));
        }
    }
    if of_measurements.is_empty() {
        return;
    }
    for table in tables {
        match table.name.as_str() {
            "RS" => fill_from(table, "RSLNKGRP", &of_responses),
            "TR" => fill_from(table, "TRLNKGRP", &of_measurements),
            _ => {}
        }
    }
}

/// Subjects of whom parameters of an analyte were estimated.
fn estimated(tables: &[Table], analyte: Analyte) -> BTreeSet<String> {
    let Some(table) = named(tables, "PP") else {
        return BTreeSet::new();
    };
    let columns = Columns::of(table);
    let of_group = |row: &usize| columns.text(*row, "PPGRPID") == kinetics::group(analyte);
    let rows = (0..table.len()).filter(of_group);
    rows.map(|row| columns.text(row, "USUBJID").to_owned()).collect()
}

/// Gives the results of an analyte the group of the parameters that were estimated of them.
pub(super) fn group_profiles(study: &Study<'_>, tables: &mut [Table]) {
    for analyte in Analyte::ALL {
        let subjects = estimated(tables, analyte);
        let (domain, codes) = kinetics::results(study, analyte);
        let Some(table) = tables.iter_mut().find(|table| table.name == domain) else {
            continue;
        };
        let columns = Columns::of(table);
        let code = format!("{domain}TESTCD");
        let belongs = |row: &usize| {
            let is_of_analyte = codes.iter().any(|known| known == columns.text(*row, &code));
            is_of_analyte && subjects.contains(columns.text(*row, "USUBJID"))
        };
        let rows = (0..table.len()).filter(belongs);
        let groups: BTreeMap<usize, String> = rows.map(|row| (row, kinetics::group(analyte).to_owned())).collect();
        if !groups.is_empty() {
            fill_from(table, &format!("{domain}GRPID"), &groups);
        }
    }
}

/// A group of related records of one subject: each by dataset and number.
type Group = BTreeSet<(&'static str, u32)>;

/// `RELREC`: toxicity findings with the adverse event they grade, laboratory results with the event they are linked to,
/// lesions with their measurements, measurements with the response of the assessment, results with the parameters of kinetics that were
/// estimated of them.
pub(super) fn records(study: &Study<'_>, tables: &[Table]) -> Table {
    let columns = ["STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "RELTYPE", "RELID"];
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |cells: [&str; 6]| {
        let id = std::iter::once(study.id.as_str());
        rows.push(id.chain(cells).map(str::to_owned).collect());
    };
    for subject in &study.data.subjects {
        for (event, group) in groups(study, subject) {
            let relation = format!("AE{event}");
            for (dataset, number) in group {
                let (key, number) = (format!("{dataset}SEQ"), number.to_string());
                row([dataset, subject.id.as_str(), &key, &number, "", &relation]);
            }
        }
    }
    for analyte in Analyte::ALL {
        let (domain, _) = kinetics::results(study, analyte);
        let (key, group) = (format!("{domain}GRPID"), kinetics::group(analyte));
        let grouped = named(tables, domain).map_or_else(BTreeSet::new, |table| {
            let columns = Columns::of(table);
            let rows = (0..table.len()).filter(|row| columns.text(*row, &key) == group);
            rows.map(|row| columns.text(row, "USUBJID").to_owned()).collect()
        });
        for subject in estimated(tables, analyte).intersection(&grouped) {
            let relation = format!("PP{group}");
            row([domain, subject, &key, group, "", &relation]);
            row(["PP", subject, "PPGRPID", group, "", &relation]);
        }
    }
    let has = |dataset: &str, name: &str| {
        named(tables, dataset).is_some_and(|table| {
            let columns = Columns::of(table);
            (0..table.len()).any(|row| !columns.is_blank(row, name))
        })
    };
    if has("TU", "TULNKID") && has("TR", "TRLNKID") {
        row(["TU", "", "TULNKID", "", "ONE", "TUTR"]);
        row(["TR", "", "TRLNKID", "", "MANY", "TUTR"]);
    }
    if has("TR", "TRLNKGRP") && has("RS", "RSLNKGRP") {
        row(["TR", "", "TRLNKGRP", "", "MANY", "TRRS"]);
        row(["RS", "", "RSLNKGRP", "", "ONE", "TRRS"]);
    }
    Table::from_rows("RELREC", &columns, rows)
}

/// The records related to each adverse event of a subject, the event among them.
fn groups(study: &Study<'_>, subject: &Subject) -> BTreeMap<u32, Group> {
    let mut groups: BTreeMap<u32, Group> = BTreeMap::new();
    let mut relate = |event: u32, dataset, number| {
        groups
            .entry(event)
            .or_default()
            .extend([("AE", event), (dataset, number)]);
    };
    for lab in &subject.labs {
        let linked = lab
            .event
            .filter(|event| subject.adverse_events.iter().any(|known| known.record.number == *event));
        if let Some(event) = linked {
            relate(event, "LB", lab.record.number);
        }
    }
    for finding in &subject.toxicity {
        if let Some(event) = event_of(study, subject, finding) {
            relate(event.record.number, "FA", finding.record.number);
        }
    }
    groups
}

/// The event of the syndrome that a finding lies in: the last one begun by then, unless it had ended.
fn event_of<'s>(study: &Study<'_>, subject: &'s Subject, finding: &ToxicityFinding) -> Option<&'s AdverseEvent> {
    let safety = &study.trial.safety;
    let class = match finding.toxicity {
        Syndrome::Crs => &safety.crs_class,
        Syndrome::Icans => &safety.icans_class,
    };
    let class = study.trial.event_class(class)?;
    let of_class = |event: &&AdverseEvent| {
        let terms: Vec<&str> = std::iter::once(event.term.as_str())
            .chain(event.preferred_term.as_deref())
            .collect();
        class.holds(&study.trial.dlt.event_classes, &terms, event.organ_class.as_deref()) == Some(true)
    };
    let at = finding.when.date;
    let covers = |event: &&AdverseEvent| {
        let begun = event.start.is_some_and(|start| start.date.earliest() <= at.latest());
        begun && event.end.is_none_or(|end| end.date.latest() >= at.earliest())
    };
    let events = subject.adverse_events.iter().filter(of_class).filter(covers);
    events.max_by_key(|event| (event.start.map(tercel::study::When::order), event.record.number))
}
