//! The section of the study population: tables by dose level, and listings with the records of each subject.

use tercel::report::{Report, SummaryTable};

use crate::html::{close_table, head, open_section, open_table};
use crate::markup::Writer;
use crate::safety::listing;

/// Writes the section.
pub(crate) fn write(out: &mut Writer, report: &Report) {
    open_section(out, report, "population", "", "Study population and conduct");
    let population = &report.population;
    if let Some(reason) = population.reason {
        out.leaf("p", &[], reason);
        out.close();
        return;
    }
    for table in &population.summaries {
        summary(out, table);
    }
    for table in &population.listings {
        listing(out, report, table);
    }
    out.close();
}

pub(crate) fn summary(out: &mut Writer, table: &SummaryTable) {
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
        // A long name may break: its column would push the numbers off the page.
        let class = match (row.is_detail, row.label.chars().count()) {
            (true, _) => "term",
            (false, ..=40) => "nowrap",
            (false, _) => "",
        };
        out.leaf("th", &[("scope", "row"), ("class", class)], &row.label);
        for (cell, column) in row.cells.iter().zip(&table.columns) {
            let overall = column == "Overall";
            out.leaf("td", &[("class", if overall { "overall" } else { "" })], cell);
        }
        out.close();
    }
    out.close();
    close_table(out);
}
