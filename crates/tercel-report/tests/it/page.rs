//! What stands around the numbers: how they were made, who the subjects are, what to do about the data.

use tercel::report::{finding_sections, subject_anchor};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::{Blocks, Dataset, Finding, Rule, SubjectId, check_study};
use tercel_report::{FindingsPage, render_findings, render_html, render_terminal};

use super::{markup, read, report, trial};

const DM: &str = "STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD\nX,S-1,2025-01-02,51,M,DL1\nX,S-2,2025-01-20,62,F,\n";
const EX: &str =
    "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\nS-1,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-02-01\n";
const AE: &str = "USUBJID,AESEQ,AETERM,AEDECOD,AESER,AEREL,AETOXGR,AESTDTC,AEENDTC\n\
                  S-1,1,Fever,Pyrexia,Y,RELATED,2,2025-02-03,2025-02-05\n\
                  S-1,2,<b>Rash</b>,,N,NOT RELATED,1,2025-02,\n";

fn html() -> String {
    html_of(EX)
}

fn html_of(ex: &str) -> String {
    let trial = trial();
    let data = read(&trial, &[("dm", DM), ("ex", ex), ("ae", AE)]);
    render_html(&report(&trial, &data, Some("2025-04-01")).0)
}

/// The element that begins at `start`, up to `end`.
fn part<'h>(html: &'h str, start: &str, end: &str) -> &'h str {
    let from = html.find(start).expect("it begins");
    let length = html[from..].find(end).expect("it ends");
    &html[from..from + length]
}

#[test]
fn a_dose_far_off_stands_at_the_head_of_the_report_and_before_the_decision() {
    let trial = trial();
    let ex = EX.replace(",100,10^6", ",1000,10^6");
    let mut data = read(&trial, &[("dm", DM), ("ex", &ex), ("ae", AE)]);
    let found = check_study(&trial, &data);
    data.findings.extend(found);
    let (report, _) = report(&trial, &data, Some("2025-04-01"));
    let html = render_html(&report);
    let header = part(&html, "<header>", "</header>");
    let decision = part(&html, "<section id=\"decision\"", "</section>");
    for place in [header, decision] {
        assert!(
            place.contains("Attention: EX/S-1/1: 1.0×10^9 cells infused is 1000.0 %"),
            "{place}"
        );
    }
    assert!(decision.find("Attention") < decision.find("class=\"decision\""));
    let text = render_terminal(&report, 100);
    assert!(text.find("Attention: EX/S-1/1") < text.find("Decision: "), "{text}");
    assert!(!html_of(EX).contains("Attention"));
}

#[test]
fn every_number_says_how_many_records_it_rests_on_and_how_it_was_made() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 12, seed: 4 });
    let cut = data.last_day().map(|day| day.to_string());
    let (report, cells) = report(&trial, &data, cut.as_deref());
    let answers = report
        .outcomes
        .iter()
        .flat_map(|outcome| &outcome.blocks)
        .flat_map(|block| &block.answers);
    for (answer, cell) in answers.zip(&cells) {
        assert_eq!(answer.records, cell.records().len(), "{}", cell.id);
    }
    let html = render_html(&report);
    markup::check(&html);
    for outcome in &report.outcomes {
        let rule = part(&html, &format!("<div id=\"rule_{}\"", outcome.anchor), "</div>");
        assert!(rule.contains("popover=\"auto\""), "no script is needed to open it");
        for term in ["Definition", "Statistic", "Assumptions", "Sources"] {
            assert!(rule.contains(term), "{} {term}", outcome.id);
        }
        for reference in &outcome.references {
            assert!(rule.contains(reference.key), "{} {}", outcome.id, reference.key);
        }
    }
}

#[test]
fn survival_outcomes_name_the_publications_of_estimate_and_interval() {
    let trial = trial();
    let data = read(&trial, &[("dm", DM)]);
    let (report, _) = report(&trial, &data, Some("2025-04-01"));
    let keys = |id: &str| -> Vec<&str> {
        let outcome = report.outcomes.iter().find(|outcome| outcome.id == id);
        let references = outcome.map(|outcome| outcome.references.iter());
        references
            .expect("the outcome is there")
            .map(|reference| reference.key)
            .collect()
    };
    assert!(keys("S1").contains(&"eisenhauer2009recist") && keys("S1").contains(&"clopper1934"));
    assert!(keys("S10").contains(&"kaplan1958") && keys("S10").contains(&"greenwood1926"));
    assert_eq!(keys("S6").iter().filter(|key| **key == "brookmeyer1982").count(), 1);
}

#[test]
fn every_subject_has_a_profile_and_identifiers_lead_to_it() {
    let html = html();
    markup::check(&html);
    for id in ["S-1", "S-2"] {
        let anchor = subject_anchor(&SubjectId::new(id));
        assert!(html.contains(&format!("<details id=\"{anchor}\"")), "{id}");
    }
    assert!(
        html.contains("<a href=\"#subject_S-2d-1\">S-1</a>"),
        "the listings lead to it"
    );
    let profile = part(
        &html,
        "<details id=\"subject_S-2d-1\"",
        "<details id=\"subject_S-2d-2\"",
    );
    for text in [
        "2025-01-02",
        "2025-02-01, 1.0×10⁸ cells",
        "Pyrexia",
        "2025-02-05",
        "definite",
        "&lt;b&gt;Rash&lt;/b&gt;",
        "EX 1",
        "Best response",
        "Overall survival",
    ] {
        assert!(profile.contains(text), "{text} is not in {profile}");
    }
    assert!(html.contains("not assigned to a dose level"), "S-2");
}

#[test]
fn the_page_can_be_read_without_its_script() {
    let html = html();
    assert!(
        html.contains("role=\"search\" hidden=\"hidden\""),
        "the search waits for its script"
    );
    assert!(!html.contains("onclick"), "nothing but the script acts");
    assert!(html.contains("default-src &#39;none&#39;"), "nothing can be fetched");
    assert!(!markup::SCRIPT.contains("</"), "the script cannot end early");
    let tables = html.matches("<table").count();
    assert_eq!(html.matches("<caption").count(), tables, "every table says what it is");
}

fn findings(number: usize) -> Vec<Finding> {
    let one = |place: usize| Finding {
        subject: Some(SubjectId::new(&format!("S-{}", place % 5))),
        dataset: Dataset::new("LB"),
        record: None,
        row: u32::try_from(place).ok(),
        field: "LBDTC".to_owned(),
        rule: Rule::NotANumber("<script>x".to_owned()),
        blocks: if place == 0 { Blocks::Decision } else { Blocks::None },
    };
    (0..number).map(one).collect()
}

#[test]
fn findings_stand_under_what_they_hold_up_with_what_to_do() {
    let sections = finding_sections(&findings(12), 1000);
    let page = FindingsPage {
        trial: "T <1>".to_owned(),
        cut: Some("2025-04-01".to_owned()),
        synthetic: false,
        findings: sections,
    };
    let html = render_findings(&page);
    let document = markup::check(&html);
    assert!(document.scripts.is_empty());
    let place = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text} is missing"));
    assert!(place("These hold up the dose decision (1)") < place("To know (11)"));
    assert!(html.contains("<strong>LB · LBDTC · not-a-number</strong>: 11 findings in 5 subjects"));
    assert!(html.contains("&lt;script&gt;x"));
}

#[test]
fn a_large_group_is_cut_short_and_a_small_one_is_not() {
    let sections = finding_sections(&findings(300), 100);
    let shown: Vec<(usize, usize)> = sections
        .iter()
        .map(|section| (section.rows.len(), section.findings))
        .collect();
    assert_eq!(shown, [(1, 1), (99, 299)]);
}
