//! The section beside the outcomes in time: follow-up, censoring rules, dose levels beside each other, dose received.

use tercel::report::{Report, SummaryTable};

use crate::html::{close_table, head, open_section, open_table};
use crate::markup::Writer;
use crate::safety::listing;

/// Writes the section.
pub(crate) fn write(out: &mut Writer, report: &Report) {
    open_section(
        out,
        report,
        "time_to_event",
        "",
        "Time to event: follow-up and sensitivity",
    );
    let part = &report.time_to_event;
    if let Some(reason) = part.reason {
        out.leaf("p", &[], reason);
        out.close();
        return;
    }
    table(out, &part.follow_up);
    table(out, &part.rules);
    listing(out, report, &part.differing);
    table(out, &part.comparison);
    for caution in &part.cautions {
        out.leaf("p", &[("class", "caution")], caution);
    }
    out.leaf("h3", &[("id", "time_dose")], "Dose assigned and dose received");
    out.leaf("p", &[], &part.received.sentence);
    if !part.received.moved.lines.is_empty() {
        listing(out, report, &part.received.moved);
    }
    if let Some(outcomes) = &part.received.outcomes {
        table(out, outcomes);
    }
    out.close();
}

fn table(out: &mut Writer, table: &SummaryTable) {
    out.leaf("h3", &[("id", table.anchor)], table.title);
    out.leaf("p", &[("class", "quiet")], table.note);
    open_table(out, "counts", table.title);
    let columns: Vec<&str> = std::iter::once("")
        .chain(table.columns.iter().map(String::as_str))
        .collect();
    head(out, &columns);
    out.open("tbody", &[]);
    for row in &table.rows {
        out.open("tr", &[]);
        let class = if row.is_detail { "term" } else { "nowrap" };
        out.leaf("th", &[("scope", "row"), ("class", class)], &row.label);
        for cell in &row.cells {
            out.leaf("td", &[], cell);
        }
        out.close();
    }
    out.close();
    close_table(out);
}
