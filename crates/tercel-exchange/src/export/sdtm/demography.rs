//! `DM`: reference dates, death, arms.

use std::collections::{BTreeMap, BTreeSet};

use tercel::study::{Disposition, RecordId, StudyData, Subject, When, is_screen_failure};

use super::Study;
use super::cells::{Columns, fill, moment, when};
use crate::reader::parse_sequence;
use crate::sdtm::is_given;
use crate::table::Table;

/// Terms of codelist ARMNULRS, and the codes that earlier versions of the guide put into the arm of a subject without one,
/// each with the term it stands for.
const NO_ARM: [(&str, &str); 8] = [
    ("SCRNFAIL", "SCREEN FAILURE"),
    ("SCREEN FAILURE", "SCREEN FAILURE"),
    ("NOTASSGN", "NOT ASSIGNED"),
    ("NOT ASSIGNED", "NOT ASSIGNED"),
    ("NOTTRT", "ASSIGNED, NOT TREATED"),
    ("NOT TREATED", "ASSIGNED, NOT TREATED"),
    ("ASSIGNED, NOT TREATED", "ASSIGNED, NOT TREATED"),
    ("UNPLANNED TREATMENT", "UNPLANNED TREATMENT"),
];

/// Completes `DM`.
pub(super) fn complete(study: &Study<'_>, tables: &mut [Table]) {
    let last_exposures = last_exposures(study, tables);
    let Some(table) = tables.iter_mut().find(|table| table.name == "DM") else {
        return;
    };
    arms(study, table);
    let subjects: BTreeMap<&str, &Subject> = study
        .data
        .subjects
        .iter()
        .map(|subject| (subject.id.as_str(), subject))
        .collect();
    let of = |columns: &Columns<'_>, row: usize| subjects.get(columns.text(row, "USUBJID")).copied();
    let dated = |when: fn(&Subject) -> Option<When>| {
        move |columns: &Columns<'_>, row: usize| Some(moment(when(of(columns, row)?)))
    };
    let last = |text: &str| text.rsplit('-').next().unwrap_or_default().to_owned();
    fill(table, "SUBJID", |columns, row| Some(last(columns.text(row, "USUBJID"))));
    fill(table, "RFSTDTC", dated(infused));
    fill(
        table,
        "RFENDTC",
        dated(|subject| infused(subject).and_then(|_| ended(subject))),
    );
    fill(
        table,
        "RFXSTDTC",
        dated(|subject| exposures(subject).into_iter().min_by_key(|when| when.order())),
    );
    fill(table, "RFXENDTC", |columns, row| {
        Some(moment(last_exposures.get(columns.text(row, "USUBJID")).copied()))
    });
    fill(
        table,
        "RFICDTC",
        dated(|subject| subject.consent.iter().find_map(|consent| consent.when)),
    );
    fill(table, "RFPENDTC", dated(ended));
    fill(table, "DTHDTC", dated(|subject| subject.died().map(|(when, _)| when)));
    fill(table, "DTHFL", |columns, row| {
        let dead = !columns.is_blank(row, "DTHDTC") || of(columns, row).is_some_and(Subject::is_dead);
        dead.then(|| "Y".to_owned())
    });
    fill(table, "AGEU", |columns, row| {
        (!columns.is_blank(row, "AGE")).then(|| "YEARS".to_owned())
    });
    fill(table, "COUNTRY", |_, _| study.trial.country.clone());
    // The guide knows death and no death, which is blank.
    blank_where(table, "DTHFL", |text| text.eq_ignore_ascii_case("N"));
}

/// First infusion, the reference of study days.
fn infused(subject: &Subject) -> Option<When> {
    subject.infusions.first().map(|infusion| infusion.when)
}

/// Every protocol-specified treatment given.
fn exposures(subject: &Subject) -> Vec<When> {
    let doses = subject.lymphodepletion.iter().map(|dose| dose.start);
    doses
        .chain(subject.infusions.iter().map(|infusion| infusion.when))
        .collect()
}

/// Takes out of the records what stands in `EX` with a dose of 0: no reference date, element or arm begins with it.
pub(super) fn leave_out_zero_doses(data: &mut StudyData, tables: &[Table]) {
    let mut zero: BTreeSet<(&str, u32)> = BTreeSet::new();
    for table in tables.iter().filter(|table| table.name == "EX") {
        let columns = Columns::of(table);
        let text = |row, name| columns.text(row, name);
        let rows = (0..table.len()).filter(|row| !is_given(text(*row, "EXTRT"), text(*row, "EXDOSE")));
        zero.extend(rows.filter_map(|row| Some((text(row, "USUBJID"), parse_sequence(text(row, "EXSEQ"))?))));
    }
    let given = |record: &RecordId| !zero.contains(&(record.subject.as_str(), record.number));
    for subject in &mut data.subjects {
        subject.infusions.retain(|infusion| given(&infusion.record));
        subject.lymphodepletion.retain(|dose| given(&dose.record));
    }
}

/// The end of the last treatment of each subject: the latest of its ends, and of the starts of those without an end.
fn last_exposures(study: &Study<'_>, tables: &[Table]) -> BTreeMap<String, When> {
    let mut last: BTreeMap<String, When> = BTreeMap::new();
    for subject in &study.data.subjects {
        let latest = exposures(subject).into_iter().max_by_key(|when| when.order());
        last.extend(latest.map(|when| (subject.id.to_string(), when)));
    }
    for table in tables.iter().filter(|table| table.name == "EX") {
        let columns = Columns::of(table);
        for row in 0..table.len() {
            let given = is_given(columns.text(row, "EXTRT"), columns.text(row, "EXDOSE"));
            let (true, Some(end)) = (given, when(columns.text(row, "EXENDTC"))) else {
                continue;
            };
            let known = last
                .get_mut(columns.text(row, "USUBJID"))
                .filter(|known| known.order() < end.order());
            if let Some(known) = known {
                *known = end;
            }
        }
    }
    last
}

/// How a subject left: who failed screening and was screened again did not leave by it.
pub(super) fn departures(subject: &Subject) -> impl Iterator<Item = &Disposition> {
    let failed = subject.screen_failure().is_some();
    let mut departures = subject.dispositions.iter();
    std::iter::from_fn(move || departures.find(|left| failed || !is_screen_failure(&left.term)))
}

/// The end of participation: how the subject left, or death that became known after it, or the last contact.
pub(super) fn ended(subject: &Subject) -> Option<When> {
    let left = departures(subject).filter_map(|left| left.when);
    let died = subject.died().map(|(when, _)| when);
    let seen = subject.contacts.iter().map(|contact| contact.when);
    left.chain(died)
        .max_by_key(|when| when.order())
        .or_else(|| seen.max_by_key(|when| when.order()))
}

fn blank_where(table: &mut Table, name: &str, wrong: impl Fn(&str) -> bool) {
    let Some(at) = table.column(name) else { return };
    let rows = (0..table.len()).filter(|row| wrong(table.cell(*row, at)));
    let blanks: BTreeMap<usize, String> = rows.map(|row| (row, String::new())).collect();
    table.set(name, &blanks);
}

/// Arms: blank with a reason where there is none.
fn arms(study: &Study<'_>, table: &mut Table) {
    let columns = Columns::of(table);
    let reasons = (0..table.len()).filter_map(|row| {
        let term = |name: &str| {
            let written = columns.text(row, name);
            NO_ARM.iter().find(|(code, _)| code.eq_ignore_ascii_case(written))
        };
        let stated = if columns.is_blank(row, "ARMNRS") {
            term("ARMCD").or_else(|| term("ACTARMCD"))
        } else {
            term("ARMNRS")
        };
        Some((row, stated?.1.to_owned()))
    });
    let reasons: BTreeMap<usize, String> = reasons.collect();
    if !reasons.is_empty() {
        table.set("ARMNRS", &reasons);
    }
    let no_arm = |text: &str| NO_ARM.iter().any(|(code, _)| code.eq_ignore_ascii_case(text));
    for (code, name) in [("ARMCD", "ARM"), ("ACTARMCD", "ACTARM")] {
        blank_where(table, code, no_arm);
        blank_where(table, name, no_arm);
    }
    let treated: BTreeMap<&str, bool> = study
        .data
        .subjects
        .iter()
        .map(|subject| (subject.id.as_str(), !exposures(subject).is_empty()))
        .collect();
    let failed: BTreeMap<&str, bool> = study
        .data
        .subjects
        .iter()
        .map(|subject| (subject.id.as_str(), subject.screen_failure().is_some()))
        .collect();
    let says = |map: &BTreeMap<&str, bool>, subject: &str| map.get(subject).copied().unwrap_or(false);
    fill(table, "ACTARMCD", |columns, row| {
        let given = says(&treated, columns.text(row, "USUBJID")) && columns.is_blank(row, "ARMNRS");
        given.then(|| columns.text(row, "ARMCD").to_owned())
    });
    for (code, name) in [("ARMCD", "ARM"), ("ACTARMCD", "ACTARM")] {
        fill(table, name, |columns, row| {
            let written = columns.text(row, code);
            let mut groups = study.trial.dose_levels.iter();
            let group = groups.find(|(_, group)| group.arm.eq_ignore_ascii_case(written));
            group.map(|(_, group)| group.label.clone())
        });
    }
    fill(table, "ARMNRS", |columns, row| {
        let subject = columns.text(row, "USUBJID");
        let reason = match (columns.is_blank(row, "ARMCD"), columns.is_blank(row, "ACTARMCD")) {
            (true, true) if says(&failed, subject) => "SCREEN FAILURE",
            (true, true) => "NOT ASSIGNED",
            (false, true) => "ASSIGNED, NOT TREATED",
            (_, false) => return None,
        };
        Some(reason.to_owned())
    });
}
