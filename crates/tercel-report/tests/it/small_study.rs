//! Five subjects at two of three levels: every number of the matrix found again in the file.

use tercel::study::StudyData;
use tercel_report::{render_html, render_terminal};

use super::{markup, read, report, trial};

const DM: &str = "\
STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD,DTHDTC,DTHFL
IL1RAP-HCC,HCC-01-001,2025-01-02,51,M,DL1,,
IL1RAP-HCC,HCC-01-002,2025-01-20,62,F,DL1,2025-06-10,Y
IL1RAP-HCC,HCC-01-003,2025-02-10,44,M,DL1,,
IL1RAP-HCC,HCC-01-004,2025-02-20,58,M,DL1,,
IL1RAP-HCC,HCC-01-005,2025-04-20,39,F,DL2,,
";

const PR: &str = "\
USUBJID,PRSEQ,PRTRT,PRSTDTC
HCC-01-001,1,LEUKAPHERESIS,2025-01-05
HCC-01-002,1,LEUKAPHERESIS,2025-01-25
HCC-01-003,1,LEUKAPHERESIS,2025-02-12
HCC-01-004,1,LEUKAPHERESIS,2025-02-22
HCC-01-005,1,LEUKAPHERESIS,2025-04-25
";

const EX: &str = "\
USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC
HCC-01-001,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-02-01
HCC-01-002,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-02-20
HCC-01-003,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-03-10
HCC-01-005,1,ANTI-IL1RAP CAR-T CELLS,250,10^6 Therapeutic Cells,2025-06-01
";

const AE: &str = "\
USUBJID,AESEQ,AETERM,AEDECOD,AEBODSYS,AESER,AEREL,AEOUT,AETOXGR,AESTDTC,AEENDTC
HCC-01-001,1,CRS,Cytokine release syndrome,Immune system disorders,N,RELATED,RECOVERED/RESOLVED,1,2025-02-03,2025-02-05
HCC-01-002,1,Pneumonitis,Pneumonitis,\"Respiratory, thoracic and mediastinal disorders\",Y,RELATED,RECOVERED/RESOLVED,4,2025-02-25,2025-03-20
";

const RS: &str = "\
USUBJID,RSSEQ,RSTESTCD,RSCAT,RSSTRESC,RSEVAL,RSDTC
HCC-01-001,1,OVRLRESP,RECIST 1.1,PR,INVESTIGATOR,2025-03-01
HCC-01-001,2,OVRLRESP,RECIST 1.1,PR,INVESTIGATOR,2025-04-01
HCC-01-001,3,OVRLRESP,RECIST 1.1,PR,INVESTIGATOR,2025-05-03
HCC-01-002,1,OVRLRESP,RECIST 1.1,SD,INVESTIGATOR,2025-04-20
HCC-01-002,2,OVRLRESP,RECIST 1.1,PD,INVESTIGATOR,2025-05-20
HCC-01-003,1,OVRLRESP,RECIST 1.1,SD,INVESTIGATOR,2025-05-05
";

const LB: &str = "\
USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBSTNRHI,LBDTC
HCC-01-001,1,ALT,30,U/L,40,2025-01-25
";

const SV: &str = "\
USUBJID,SVSEQ,VISIT,SVSTDTC
HCC-01-001,1,Day 28,2025-03-01
HCC-01-001,2,Month 3,2025-05-03
HCC-01-002,1,Day 28,2025-03-20
HCC-01-003,1,Day 28,2025-04-07
HCC-01-003,2,Month 3,2025-06-09
HCC-01-005,1,Day 7,2025-06-08
";

const CUT: &str = "2025-06-12";

fn study() -> StudyData {
    let datasets = [
        ("dm", DM),
        ("pr", PR),
        ("ex", EX),
        ("ae", AE),
        ("lb", LB),
        ("rs", RS),
        ("sv", SV),
    ];
    read(&trial(), &datasets)
}

#[test]
fn the_file_balances_and_every_link_leads_to_a_row() {
    let (report, _) = report(&trial(), &study(), Some(CUT));
    markup::check(&render_html(&report));
}

#[test]
fn every_cell_of_the_matrix_stands_in_the_file_with_a_link_to_its_listing() {
    let (report, cells) = report(&trial(), &study(), Some(CUT));
    let html = render_html(&report);
    let start = html.find("<section id=\"matrix\"").expect("there is a matrix");
    let end = start + html[start..].find("</section>").expect("it ends");
    let matrix = &html[start..end];
    let answers: Vec<_> = report
        .outcomes
        .iter()
        .flat_map(|outcome| &outcome.blocks)
        .flat_map(|block| &block.answers)
        .collect();
    assert_eq!(answers.len(), cells.len(), "no cell missing, none invented");
    assert_eq!(cells.len(), 49 * 4);
    let links = matrix.matches("<a href=\"#listing_").count();
    assert_eq!(links, 2 * cells.len(), "the number, and the count of its records");
    assert_eq!(matrix.matches("<small class=\"how\">").count(), cells.len());
    for (answer, cell) in answers.iter().zip(&cells) {
        assert_eq!(answer.level, cell.level);
        let target = format!("href=\"#{}\"", answer.anchor);
        assert!(matrix.contains(&target), "{} has no link", cell.id);
        assert!(
            matrix.contains(&format!(">{}</a>", answer.lead)),
            "{} {}",
            cell.id,
            answer.lead
        );
        match &cell.reason {
            Some(reason) => {
                assert_eq!(answer.lead, "–", "{}", cell.id);
                let sentence = reason.to_string().replace('\'', "&#39;");
                assert!(matrix.contains(&sentence), "{}: {sentence}", cell.id);
            }
            None => assert_ne!(answer.lead, "–", "{}", cell.id),
        }
    }
}

#[test]
fn every_record_behind_a_cell_is_listed() {
    let (report, cells) = report(&trial(), &study(), Some(CUT));
    let html = render_html(&report);
    for record in cells.iter().flat_map(tercel::endpoint::Cell::records) {
        assert!(html.contains(&record.to_string()), "{record} is not listed");
    }
}

#[test]
fn the_dlt_count_is_written_with_share_and_interval() {
    let (report, _) = report(&trial(), &study(), Some(CUT));
    let dlt = &report.outcomes[0].blocks[0];
    // 1 of 3, exact 95 % interval 0.0084 to 0.9057.
    assert_eq!(dlt.answers[0].text, "1 of 3 (33.3 %; 95 % CI 0.8–90.6)");
    assert_eq!(dlt.answers[0].short, "1/3");
    assert_eq!(dlt.answers[1].note, None);
    assert_eq!(dlt.answers[1].text, "–", "one subject at level 2, still in its window");
    assert_eq!(dlt.answers[1].no_value.as_ref().map(|reason| reason.code), Some("NF"));
    assert_eq!(dlt.answers[2].no_value.as_ref().map(|reason| reason.code), Some("NS"));
}

#[test]
fn cover_and_board_count_the_subjects() {
    let (report, _) = report(&trial(), &study(), Some(CUT));
    let cover = &report.cover;
    assert_eq!((cover.enrolled, cover.collected, cover.infused), (5, Some(5), Some(4)));
    assert_eq!((cover.evaluable, cover.pending), (Some(3), Some(1)));
    let notations: Vec<String> = report.board.iter().map(tercel::report::BoardLevel::notation).collect();
    assert_eq!(notations, ["1NNT", "2.", "3"]);
    assert_eq!(report.subject_prefix, "HCC-01-");
}

#[test]
fn real_data_carry_no_banner_and_synthetic_data_one_on_every_section() {
    let trial = trial();
    let mut data = study();
    let (plain, _) = report(&trial, &data, Some(CUT));
    assert!(!render_html(&plain).contains("SYNTHETIC"));
    assert!(!render_terminal(&plain, 100).contains("SYNTHETIC"));
    data.synthetic = true;
    let (marked, _) = report(&trial, &data, Some(CUT));
    let html = render_html(&marked);
    let sections = html.matches("<section").count();
    assert!(sections > 15);
    assert_eq!(
        html.matches("SYNTHETIC DATA: a rehearsal").count(),
        sections + 1,
        "each section and the cover"
    );
    assert!(render_terminal(&marked, 100).starts_with("SYNTHETIC DATA"));
}

#[test]
fn outcomes_that_read_the_same_share_a_listing() {
    let (report, _) = report(&trial(), &study(), Some(CUT));
    let listing = |id: &str| {
        report
            .outcomes
            .iter()
            .find(|outcome| outcome.id == id)
            .map(|outcome| outcome.listings.clone())
    };
    assert_eq!(listing("S5"), listing("S6"));
    assert_eq!(listing("S5"), listing("S11"));
    assert_ne!(listing("S5"), listing("S7"));
}

#[test]
fn the_terminal_says_the_decision_first_and_keeps_its_width() {
    let (report, _) = report(&trial(), &study(), Some(CUT));
    for width in [60, 80, 100, 120] {
        let text = render_terminal(&report, width);
        for line in text.lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
        let place = |word: &str| {
            text.find(word)
                .unwrap_or_else(|| panic!("{word} is missing at {width}"))
        };
        assert!(place("Decision:") < place("Subjects:"));
        assert!(place("Subjects:") < place("-----"));
        assert!(place("Findings:") > place("\nS11"));
        assert!(text.contains("1/3"), "the DLT count of level 1");
        assert!(text.contains("NF not yet followed"), "the legend of the codes");
    }
}

#[test]
fn a_subject_more_at_another_level_changes_no_other_level() {
    let trial = trial();
    let (before, _) = report(&trial, &study(), Some(CUT));
    let more = DM.to_owned() + "IL1RAP-HCC,HCC-01-006,2025-05-20,39,F,DL3,,\n";
    let datasets = [
        ("dm", more.as_str()),
        ("pr", PR),
        ("ex", EX),
        ("ae", AE),
        ("lb", LB),
        ("rs", RS),
        ("sv", SV),
    ];
    let (after, _) = report(&trial, &read(&trial, &datasets), Some(CUT));
    for (one, other) in before.outcomes.iter().zip(&after.outcomes) {
        for (one, other) in one.blocks.iter().zip(&other.blocks) {
            assert_eq!(one.answers[0].text, other.answers[0].text, "{}", one.id);
            assert_eq!(one.answers[1].text, other.answers[1].text, "{}", one.id);
        }
    }
}
