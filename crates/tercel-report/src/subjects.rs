//! One folded profile per subject, to which every identifier in the report leads.

use std::collections::{BTreeMap, BTreeSet};

use tercel::report::number::{count, counted};
use tercel::report::{EventRow, Fact, Profile, Report, subject_anchor};
use tercel::study::{Dataset, RecordId, SubjectId};

use crate::html::{close_table, head, open_section, open_table};
use crate::markup::Writer;

/// A subject's identifier as a link to its profile, or as text where the report has none.
pub(crate) fn subject_link(out: &mut Writer, report: &Report, subject: &SubjectId) {
    if report.has_profile(subject) {
        let target = format!("#{}", subject_anchor(subject));
        out.leaf("a", &[("href", &target)], subject.as_str());
    } else {
        out.text(subject.as_str());
    }
}

/// Writes the section.
pub(crate) fn write(out: &mut Writer, report: &Report) {
    open_section(out, report, "subjects", "", "Subjects");
    if report.subjects.is_empty() {
        out.leaf("p", &[], "None.");
    }
    let (shown, all) = (report.subjects.len(), report.cover.enrolled);
    if shown < all {
        let sentence = format!(
            "Shown are the profiles of {} of {}, the first of each dose level.",
            counted(shown, "subject"),
            count(all)
        );
        out.leaf("p", &[], &sentence);
    }
    for profile in &report.subjects {
        write_profile(out, profile);
    }
    out.close();
}

fn write_profile(out: &mut Writer, profile: &Profile) {
    let anchor = subject_anchor(&profile.subject);
    out.open(
        "details",
        &[
            ("id", &anchor),
            ("class", "subject"),
            ("data-fold", ""),
            ("data-row", "subject"),
        ],
    );
    out.open("summary", &[]);
    out.leaf("strong", &[], profile.subject.as_str());
    out.leaf("span", &[("class", "quiet")], &format!(" {}", profile.level));
    out.close();
    out.open("dl", &[("class", "terms")]);
    for fact in &profile.facts {
        write_fact(out, fact);
    }
    out.close();
    events(out, profile);
    findings(out, profile);
    out.close();
}

fn write_fact(out: &mut Writer, fact: &Fact) {
    out.leaf("dt", &[], fact.name);
    out.open("dd", &[]);
    out.text(&fact.text);
    if !fact.records.is_empty() {
        out.leaf("div", &[("class", "quiet records")], &own_records(&fact.records));
    }
    out.close();
}

/// Records of one subject by dataset, without the subject they all belong to: `DM 1; LB 3, 17–21`.
pub(crate) fn own_records(records: &[RecordId]) -> String {
    let mut by_dataset: BTreeMap<&Dataset, BTreeSet<u32>> = BTreeMap::new();
    for record in records {
        by_dataset.entry(&record.dataset).or_default().insert(record.number);
    }
    let each = by_dataset
        .into_iter()
        .map(|(dataset, numbers)| format!("{dataset} {}", runs(&numbers)));
    each.collect::<Vec<_>>().join("; ")
}

/// Numbers with those that follow each other drawn together: `3, 17–21`.
fn runs(numbers: &BTreeSet<u32>) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            Some(_) | None => runs.push((number, number)),
        }
    }
    let each = runs.into_iter().map(|(first, last)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}–{last}")
        }
    });
    each.collect::<Vec<_>>().join(", ")
}

fn events(out: &mut Writer, profile: &Profile) {
    if profile.events.is_empty() {
        out.leaf("p", &[], "No adverse event is recorded.");
        return;
    }
    open_table(out, "events", &format!("Adverse events of {}", profile.subject));
    head(
        out,
        &["Adverse event", "Grade", "From", "To", "Serious", "Related", "Record"],
    );
    out.open("tbody", &[]);
    for event in &profile.events {
        write_event(out, event);
    }
    out.close();
    close_table(out);
}

fn write_event(out: &mut Writer, event: &EventRow) {
    out.open("tr", &[]);
    out.leaf("th", &[("scope", "row")], &event.term);
    for text in [
        event.grade.as_str(),
        &event.start,
        &event.end,
        event.serious,
        event.related,
        &own_records(std::slice::from_ref(&event.record)),
    ] {
        out.leaf("td", &[], text);
    }
    out.close();
}

fn findings(out: &mut Writer, profile: &Profile) {
    if profile.findings.is_empty() {
        return;
    }
    out.leaf("p", &[], &format!("{}:", counted(profile.findings_total, "finding")));
    out.open("ul", &[]);
    for (blocks, finding) in &profile.findings {
        out.open("li", &[]);
        out.text(&finding.place);
        out.text(" ");
        out.text(&finding.sentence);
        if *blocks != tercel::study::Blocks::None {
            out.leaf(
                "span",
                &[("class", "notes")],
                &format!(" (blocks the {})", blocks.name()),
            );
        }
        out.close();
    }
    out.close();
    let hidden = profile.findings_total.saturating_sub(profile.findings.len());
    if hidden > 0 {
        out.open("p", &[]);
        out.text(&format!("And {} more, under ", count(hidden)));
        out.leaf("a", &[("href", "#findings")], "Findings");
        out.text(".");
        out.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_a_subject_are_named_shortly_and_none_is_left_out() {
        let record = |dataset: &str, number| RecordId {
            dataset: Dataset::new(dataset),
            subject: SubjectId::new("S-1"),
            number,
        };
        let records = [
            record("LB", 4),
            record("LB", 2),
            record("DM", 1),
            record("LB", 3),
            record("LB", 9),
        ];
        assert_eq!(own_records(&records), "DM 1; LB 2–4, 9");
        assert_eq!(own_records(&[]), "");
    }
}
