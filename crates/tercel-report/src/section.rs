//! The section of one outcome: words of the record, definition, answers, and the listing behind them.

use tercel::report::number::{MISSING, count, counted};
use tercel::report::{Listing, ListingGroup, ListingRow, OutcomeSection, ReadingKind, Report};
use tercel::study::RecordId;

use crate::how;
use crate::html::{close_table, head, open_section, open_table};
use crate::markup::Writer;
use crate::matrix::{label, link};
use crate::subjects::subject_link;

/// More subjects than this stand behind a line that opens them.
const OPEN_LISTING: usize = 40;

/// More records than this stand behind a line that opens them.
const OPEN_RECORDS: usize = 3;

/// Writes the section.
pub(crate) fn write(out: &mut Writer, report: &Report, outcome: &OutcomeSection) {
    let id = format!("outcome_{}", outcome.anchor);
    open_section(
        out,
        report,
        &id,
        "outcome",
        &format!("{} {}", outcome.id, outcome.measure),
    );
    out.open("dl", &[("class", "terms")]);
    let wording = format!("{}, as the registry record words it: {}", outcome.kind, outcome.measure);
    how::term(out, "Outcome", &wording);
    how::term(out, "Time frame", &outcome.time_frame);
    how::terms(out, report, outcome);
    out.close();
    results(out, outcome);
    for &place in &outcome.listings {
        let Some(listing) = report.listings.get(place) else {
            continue;
        };
        let owner = report.outcomes.iter().find(|other| other.listings.contains(&place));
        match owner.filter(|owner| owner.anchor != outcome.anchor) {
            Some(owner) => {
                out.open("p", &[]);
                out.text("The subjects and records are those of ");
                let target = format!("#{}", listing.anchor);
                out.leaf("a", &[("href", &target)], &format!("the listing under {}", owner.id));
                out.text(".");
                out.close();
            }
            None => write_listing(out, report, listing),
        }
    }
    out.close();
}

fn results(out: &mut Writer, outcome: &OutcomeSection) {
    out.leaf("h3", &[], "Results");
    let with_parts = outcome.blocks.len() > 1;
    let intervals = outcome
        .blocks
        .iter()
        .flat_map(|block| &block.answers)
        .any(|answer| answer.interval.is_some());
    let further = outcome
        .blocks
        .iter()
        .flat_map(|block| &block.answers)
        .any(|answer| !answer.details.is_empty());
    open_table(out, "results", &format!("Results of {}", outcome.id));
    let mut columns = Vec::new();
    columns.extend(with_parts.then_some("Part, time point"));
    columns.extend(["Dose level", "Counted", "Result"]);
    columns.extend(intervals.then_some("Interval"));
    columns.push("Remarks");
    columns.extend(further.then_some("Further statistics"));
    head(out, &columns);
    for block in &outcome.blocks {
        out.open("tbody", &[]);
        for (place, answer) in block.answers.iter().enumerate() {
            let overall = answer.level.is_none();
            out.open("tr", &[("class", if overall { "overall" } else { "" })]);
            if with_parts && place == 0 {
                let rows = block.answers.len().to_string();
                out.leaf(
                    "th",
                    &[("scope", "rowgroup"), ("rowspan", &rows), ("class", "nowrap")],
                    &label(outcome, block),
                );
            }
            out.leaf("th", &[("scope", "row"), ("class", "nowrap")], &answer.label);
            out.leaf("td", &[("class", "nowrap")], &answer.counted);
            out.open("td", &[("class", "nowrap")]);
            link(out, answer, &answer.value);
            how::line(out, outcome, answer);
            out.close();
            if intervals {
                out.leaf(
                    "td",
                    &[("class", "nowrap")],
                    answer.interval.as_deref().unwrap_or(MISSING),
                );
            }
            let reason = answer.no_value.as_ref().map(|reason| reason.sentence.as_str());
            let remarks: Vec<&str> = reason.into_iter().chain(answer.note.as_deref()).collect();
            out.leaf("td", &[("class", "remark")], &remarks.join("; "));
            if further {
                let details = answer
                    .details
                    .iter()
                    .map(|detail| format!("{}: {}", detail.name, detail.text));
                out.leaf("td", &[], &details.collect::<Vec<_>>().join("; "));
            }
            out.close();
        }
        out.close();
    }
    close_table(out);
}

fn write_listing(out: &mut Writer, report: &Report, listing: &Listing) {
    out.leaf(
        "h3",
        &[("id", &listing.anchor)],
        &format!("Listing behind {}", listing.outcomes.join(", ")),
    );
    let shown = listing.shown();
    if shown < listing.subjects {
        let sentence = format!(
            "Shown are {} of {}, the first of each dose level; the numbers above count all of them.",
            counted(shown, "subject"),
            count(listing.subjects)
        );
        out.leaf("p", &[], &sentence);
    }
    let folded = shown > OPEN_LISTING;
    if folded {
        out.open("details", &[("data-fold", "")]);
        out.leaf("summary", &[], &counted(shown, "subject"));
    }
    open_table(
        out,
        "listing",
        &format!("Listing behind {}", listing.outcomes.join(", ")),
    );
    out.open("thead", &[]);
    out.open("tr", &[]);
    out.leaf("th", &[("scope", "col")], "Subject");
    for (place, months) in listing.columns.iter().enumerate() {
        let anchor = listing.column_anchor(place);
        out.leaf("th", &[("scope", "col"), ("id", &anchor)], &column_name(*months));
    }
    out.leaf("th", &[("scope", "col")], "Records");
    out.close();
    out.close();
    for group in &listing.groups {
        out.open("tbody", &[]);
        group_head(out, listing, group);
        for row in &group.rows {
            subject(out, report, row);
        }
        out.close();
    }
    close_table(out);
    if folded {
        out.close();
    }
}

fn column_name(months: Option<u32>) -> String {
    months.map_or_else(|| "Reading".to_owned(), |months| format!("Month {months}"))
}

/// The row that names a level; the numbers of the level lead here.
fn group_head(out: &mut Writer, listing: &Listing, group: &ListingGroup) {
    out.open("tr", &[("class", "group")]);
    out.leaf("th", &[("scope", "rowgroup")], &group.label);
    for (place, months) in listing.columns.iter().enumerate() {
        let id = format!("{}_level{}", listing.column_anchor(place), group.level);
        let name = months.map_or_else(String::new, |_| column_name(*months));
        out.leaf("td", &[("id", &id)], &name);
    }
    let (shown, all) = (group.rows.len(), counted(group.subjects, "subject"));
    let number = if shown < group.subjects {
        format!("{} of {all}", count(shown))
    } else {
        all
    };
    out.leaf("td", &[], &number);
    out.close();
}

fn subject(out: &mut Writer, report: &Report, row: &ListingRow) {
    out.open("tr", &[("data-row", "listing")]);
    out.open("th", &[("scope", "row"), ("class", "subject")]);
    subject_link(out, report, &row.subject);
    out.close();
    for entry in &row.entries {
        let span = entry.span.to_string();
        let attributes: &[(&str, &str)] = if entry.span > 1 { &[("colspan", &span)] } else { &[] };
        out.open("td", attributes);
        let kind = match entry.reading.kind {
            ReadingKind::Counted => "mark counted",
            ReadingKind::Denominator => "mark denominator",
            ReadingKind::Open => "mark open",
            ReadingKind::Out => "mark out",
        };
        out.leaf("span", &[("class", kind)], &entry.reading.text);
        out.text(" ");
        out.text(&entry.note);
        out.close();
    }
    out.open("td", &[("class", "records")]);
    for group in &row.records {
        let months: Vec<String> = group.months.iter().map(u32::to_string).collect();
        let what = if months.is_empty() {
            String::new()
        } else {
            format!("month {}", months.join(", "))
        };
        records(out, &group.records, &what);
    }
    out.close();
    out.close();
}

/// Record identifiers, behind a line with their number where there are many.
pub(crate) fn records(out: &mut Writer, records: &[RecordId], what: &str) {
    let ids: Vec<String> = records.iter().map(ToString::to_string).collect();
    let ids = ids.join(" ");
    if records.len() <= OPEN_RECORDS {
        let text = if what.is_empty() { ids } else { format!("{what}: {ids}") };
        out.leaf("div", &[], &text);
        return;
    }
    let number = counted(records.len(), "record");
    let summary = if what.is_empty() {
        number
    } else {
        format!("{what}: {number}")
    };
    out.open("details", &[]);
    out.leaf("summary", &[], &summary);
    out.text(&ids);
    out.close();
}
