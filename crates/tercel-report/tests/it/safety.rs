//! The section of adverse events: each number in it leads to as many subjects as it says.

use tercel::report::{CountCell, CountTable};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel_report::render_html;

use super::{markup, read, report, trial};

/// The count a cell begins with.
fn number(cell: &CountCell) -> usize {
    let digits = cell.text.split(' ').next().expect("a cell has a text");
    digits.parse().expect("a cell begins with its count")
}

/// Subjects shown at a place: of a row, or of one level of it.
fn behind(table: &CountTable, anchor: &str) -> usize {
    let row = table.behind.iter().find(|row| row.anchor == anchor);
    let all = |row: &tercel::report::Behind| row.levels.iter().map(|level| level.parts.len()).sum();
    let level = || {
        let mut levels = table.behind.iter().flat_map(|row| &row.levels);
        levels
            .find(|level| level.anchor == anchor)
            .map(|level| level.parts.len())
    };
    row.map(all).or_else(level).expect("a link leads somewhere")
}

#[test]
fn every_number_leads_to_as_many_subjects_as_it_counts() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 24, seed: 3 });
    let cut = data.last_day().map(|day| day.to_string());
    let (report, _) = report(&trial, &data, cut.as_deref());
    let mut links = 0;
    assert_eq!(report.safety.counts.len(), 6);
    for table in &report.safety.counts {
        let heads = table.columns.iter().map(|column| &column.subjects);
        let cells = heads.chain(table.rows.iter().flat_map(|row| &row.cells));
        for cell in cells {
            match &cell.anchor {
                Some(anchor) => {
                    assert_eq!(behind(table, anchor), number(cell), "{anchor}");
                    links += 1;
                }
                None => assert_eq!(number(cell), 0, "{}", table.title),
            }
        }
    }
    assert!(links > 200, "{links}");
    let html = render_html(&report);
    markup::check(&html);
    for table in &report.safety.listings {
        assert!(html.contains(&format!("<h3 id=\"{}\">{}</h3>", table.anchor, table.title)));
    }
}

#[test]
fn without_adverse_events_the_section_says_why_it_is_empty() {
    let trial = trial();
    let data = read(
        &trial,
        &[("dm", "USUBJID,RFICDTC,AGE,SEX,ARMCD\nS-1,2025-01-02,51,M,DL1\n")],
    );
    let (report, _) = report(&trial, &data, Some("2025-04-01"));
    assert!(render_html(&report).contains("The source does not record dated adverse events."));
    assert!(report.safety.counts.is_empty() && report.safety.listings.is_empty());
}
