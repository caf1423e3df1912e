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

const DM: &str = "USUBJID,RFICDTC,AGE,SEX,ARMCD\nS-1,2025-01-02,51,M,DL1\n";
const EX: &str =
    "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\nS-1,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-02-01\n";
const CM: &str = "USUBJID,CMSEQ,CMTRT,CMCAT,CMSTDTC\nS-1,1,TOCILIZUMAB,ANTICYTOKINE,2025-02-04\n";
const AE: &str = "USUBJID,AESEQ,AETERM,AETOXGR,AESER,AESHOSP,AEREL,AESTDTC,AEENDTC,AEOUT\n\
                  S-1,1,CRS,3,Y,Y,RELATED,2025-02-03,2025-02-05,RECOVERED/RESOLVED\n";

#[test]
fn a_serious_event_is_told_and_its_clock_waits_for_the_day_of_awareness() {
    let trial = trial();
    let data = read(&trial, &[("dm", DM), ("ex", EX), ("cm", CM), ("ae", AE)]);
    let (report, _) = report(&trial, &data, Some("2025-04-01"));
    let [narrative] = report.safety.narratives.as_slice() else {
        panic!("one subject is told of");
    };
    assert_eq!(
        narrative.because,
        "serious event, event of special interest of grade 3 or worse"
    );
    for words in [
        "A man aged 51 years, assigned to the first dose group (1.0×10⁸ cells).",
        "1.0×10⁸ cells were infused on 2025-02-01.",
        "CRS of grade 3 (ASTCT 2019), onset 2025-02-03 (day 2): serious (hospitalisation); related to: CAR-T cells; duration: 3 days; \
         outcome: recovered.",
        "Last seen on 2025-02-01 (day 0).",
    ] {
        assert!(narrative.text.contains(words), "{words}\n{}", narrative.text);
    }
    let reports = report
        .safety
        .listings
        .iter()
        .find(|table| table.title == "Expedited reports");
    let lines = &reports.expect("the listing is there").lines;
    // To the ethics committee and to the NMPA.
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line.cells[1] == "clock cannot start"));
}

/// By the day in demography, by its flag alone, or by a disposition with or without a day.
#[test]
fn every_death_is_listed_and_told_of_whether_its_day_is_known_or_not() {
    let trial = trial();
    for (flag, died, left, shown) in [
        ("Y", "2025-03-01", "", Some("2025-03-01")),
        ("Y", "", "", Some("day not recorded")),
        ("", "", "S-1,1,DEATH,DISPOSITION EVENT,", Some("day not recorded")),
        ("", "", "S-1,1,DEATH,DISPOSITION EVENT,2025-03-02", Some("2025-03-02")),
        ("", "", "S-1,1,LOST TO FOLLOW-UP,DISPOSITION EVENT,2025-03-02", None),
    ] {
        let dm = format!("USUBJID,RFICDTC,AGE,SEX,ARMCD,DTHDTC,DTHFL\nS-1,2025-01-02,51,M,DL1,{died},{flag}\n");
        let ds = format!("USUBJID,DSSEQ,DSDECOD,DSCAT,DSSTDTC\n{left}\n");
        let mut files = vec![("dm", dm.as_str()), ("ex", EX), ("ae", AE)];
        if !left.is_empty() {
            files.push(("ds", &ds));
        }
        let (report, _) = report(&trial, &read(&trial, &files), Some("2025-04-01"));
        let deaths = report.safety.listings.iter().find(|table| table.title == "Deaths");
        let lines = deaths.map(|table| table.lines.iter()).into_iter().flatten();
        let told: Vec<bool> = lines
            .map(|line| shown.is_some_and(|shown| line.cells[1].contains(shown)) && !line.records.is_empty())
            .collect();
        let expected = shown.map(|_| true);
        assert_eq!(
            told,
            expected.into_iter().collect::<Vec<bool>>(),
            "{flag} {died} {left}"
        );
        let narrative = &report.safety.narratives[0].text;
        let undated = shown == Some("day not recorded");
        assert_eq!(
            narrative.contains("Died; the day is not recorded."),
            undated,
            "{narrative}"
        );
    }
}
