//! Texts that try to become markup, and data that are nearly not there.

use tercel_report::{render_html, render_terminal};

use super::{markup, read, report, trial};

const EVIL: &str = "<script>alert('x')</script>\"&\u{202e}";

#[test]
fn identifiers_and_terms_cannot_become_markup() {
    let mut trial = trial();
    trial.title = format!("Title {EVIL}");
    EVIL.clone_into(&mut trial.condition);
    for outcome in &mut trial.outcomes {
        outcome.id = format!("{EVIL}{}", outcome.id);
        outcome.measure.push_str(EVIL);
        outcome.definition.push_str(EVIL);
    }
    for assumption in &mut trial.assumptions {
        assumption.reason.push_str(EVIL);
    }
    let id = "S-<b>01</b>\"\"' onload='x";
    let dm = format!("STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD\nX,\"{id}\",2025-01-02,5<1,M,DL1\n");
    let ex = format!(
        "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\n\"{id}\",1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-02-01\n"
    );
    let ae = format!(
        "USUBJID,AESEQ,AETERM,AEDECOD,AEREL,AETOXGR,AESTDTC\n\"{id}\",1,<i>fall</i>,<i>fall</i>,RELATED,4,2025-02-03\n"
    );
    let data = read(&trial, &[("dm", &dm), ("ex", &ex), ("ae", &ae)]);
    let (report, _) = report(&trial, &data, Some("2025-04-01"));
    let html = render_html(&report);
    let document = markup::check(&html);
    assert!(!document.tags.iter().any(|tag| ["b", "i"].contains(&tag.as_str())));
    assert_eq!(document.scripts, [markup::SCRIPT], "the script carries no data");
    assert!(!html.contains('\u{202e}'), "text direction cannot be overridden");
    assert!(
        html.contains("S-&lt;b&gt;01&lt;/b&gt;&quot;&#39; onload=&#39;x"),
        "the identifier stands as written"
    );
    assert!(html.contains("&lt;i&gt;fall"), "so does the term");
    assert!(!render_terminal(&report, 100).contains('\u{202e}'));
}

#[test]
fn a_study_without_subjects_is_a_report_without_numbers() {
    let trial = trial();
    let data = read(&trial, &[("dm", "STUDYID,USUBJID,RFICDTC,ARMCD\n")]);
    let (report, cells) = report(&trial, &data, Some("2025-04-01"));
    assert!(cells.iter().all(|cell| !cell.estimable()));
    let html = render_html(&report);
    markup::check(&html);
    assert!(html.contains("No subject has a duration to draw."));
    assert!(!render_terminal(&report, 80).is_empty());
}

#[test]
fn data_without_dates_say_so_and_give_no_decision() {
    let trial = trial();
    let data = read(
        &trial,
        &[
            (
                "adsl",
                "STUDYID,USUBJID,TRT01P,DOSELVL\nX,1,First dose group,1\nX,2,First dose group,1\n",
            ),
            (
                "adtte",
                "STUDYID,USUBJID,PARAMCD,PARAM,AVAL,AVALU,CNSR\nX,1,PFS,PFS,3.5,MONTHS,0\nX,2,PFS,PFS,7,MONTHS,1\n",
            ),
        ],
    );
    let (report, _) = report(&trial, &data, None);
    assert!(report.decision.is_none());
    let html = render_html(&report);
    markup::check(&html);
    assert!(html.contains("the data carry no dates"));
    assert!(html.contains("not recorded"));
    assert!(!report.survival[0].curves.is_empty(), "published durations are drawn");
}

#[test]
fn a_protocol_without_outcomes_or_assumptions_is_still_a_report() {
    let mut trial = trial();
    trial.outcomes.clear();
    trial.assumptions.clear();
    let data = read(&trial, &[("dm", "STUDYID,USUBJID,RFICDTC,ARMCD\nX,1,2025-01-01,DL1\n")]);
    let (report, _) = report(&trial, &data, Some("2025-04-01"));
    markup::check(&render_html(&report));
    assert!(
        render_terminal(&report, 10)
            .lines()
            .all(|line| line.chars().count() <= 40)
    );
}
