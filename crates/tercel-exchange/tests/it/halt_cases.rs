//! Rules that halt enrolment, and what the decision owes to one DLT.

use tercel::design::{Action, Because, StudyDecision};
use tercel::dlt::{Status, Verdict};
use tercel::protocol::DoseLevel;

use super::dlt_cases::{LATER, decision, is_pending};

const ICANS: &str = "IMMUNE EFFECTOR CELL-ASSOCIATED NEUROTOXICITY SYNDROME";

/// The rules that halt enrolment.
fn halts(decided: &StudyDecision) -> Vec<&str> {
    match &decided.decision.because {
        Because::Halted { halts, .. } => halts.iter().map(|halt| halt.rule.as_str()).collect(),
        _ => Vec::new(),
    }
}

fn event(term: &str, related: &str, outcome: &str, grade: &str, start: &str) -> String {
    format!("S,1,{term},Nervous system disorders,Y,{related},{outcome},{grade},{start},")
}

#[test]
fn each_rule_halts_enrolment_where_it_is_met_and_only_there() {
    let dead = "FATAL";
    let well = "RECOVERED/RESOLVED";
    let cases: [(&str, String, &[&str]); 10] = [
        (
            "grade 4",
            event("ICANS", "RELATED", well, "4", "2025-03-09"),
            &["halt-icans-4"],
        ),
        ("grade 3", event("ICANS", "RELATED", well, "3", "2025-03-09"), &[]),
        (
            "grade 4 before infusion",
            event("ICANS", "RELATED", well, "4", "2025-02-27"),
            &[],
        ),
        (
            "grade 4, onset of which only the month is known",
            event("ICANS", "RELATED", well, "4", "2025-03"),
            &["halt-icans-4"],
        ),
        (
            "related death",
            event("Sepsis", "RELATED", dead, "5", "2025-03-20"),
            &["halt-related-death"],
        ),
        (
            "death on the last day",
            event("Sepsis", "RELATED", dead, "5", "2025-03-31"),
            &["halt-related-death"],
        ),
        (
            "death a day later",
            event("Sepsis", "RELATED", dead, "5", "2025-04-01"),
            &[],
        ),
        (
            "unrelated death",
            event("Sepsis", "NOT RELATED", dead, "5", "2025-03-20"),
            &[],
        ),
        (
            "relation not recorded",
            event("Sepsis", "", dead, "5", "2025-03-20"),
            &["halt-related-death"],
        ),
        (
            "one IEC-HS, of the two it takes",
            event("IEC-HS", "RELATED", well, "3", "2025-03-20"),
            &[],
        ),
    ];
    for (what, event, wanted) in cases {
        let decided = decision(&[("AE", &[&event])], LATER);
        assert_eq!(halts(&decided), wanted, "{what}: {}", decided.decision.because);
        if !wanted.is_empty() {
            assert_eq!(decided.decision.action, Action::Wait, "{what}");
            assert!(!decided.waiting_on.is_empty(), "{what}");
            assert_eq!(decided.earliest_infusion, None, "{what}");
            // No sentence says that somebody would be treated while enrolment is halted.
            assert!(decided.what_if.is_empty() && decided.attribution.is_empty(), "{what}");
        }
    }
}

#[test]
fn a_death_that_no_event_explains_halts_enrolment() {
    let died = |day: &str| format!("S,2025-02-01,50,YEARS,F,DL1,{day}");
    let seen = "S,DAY 10,2025-03-11";
    let early = decision(&[("DM", &[&died("2025-03-20")]), ("SV", &[seen])], LATER);
    assert_eq!(halts(&early), ["halt-related-death"], "{}", early.decision.because);
    let late = decision(&[("DM", &[&died("2025-04-05")])], LATER);
    assert!(halts(&late).is_empty(), "{}", late.decision.because);
}

#[test]
fn the_committee_lifts_a_halt_for_what_had_begun() {
    let event = event("ICANS", "RELATED", "RECOVERED/RESOLVED", "4", "2025-03-09");
    let lifted = |day: &str| format!("S,5,PAUSE,ENROLMENT,LIFTED,SAFETY REVIEW COMMITTEE,{day}");
    let with = |row: &str| decision(&[("AE", &[&event]), ("FA", &[row])], LATER);
    assert!(halts(&with(&lifted("2025-03-12"))).is_empty());
    assert!(halts(&with(&lifted("2025-03-09"))).is_empty());
    assert_eq!(halts(&with(&lifted("2025-03-08"))), ["halt-icans-4"]);
    assert_eq!(halts(&with(&lifted(""))), ["halt-icans-4"]);
}

#[test]
fn a_lift_that_says_what_it_covers_covers_nothing_else() {
    let event = |number: u8, grade: &str, start: &str| {
        format!("S,{number},ICANS,Nervous system disorders,Y,RELATED,RECOVERED/RESOLVED,{grade},{start},")
    };
    let by = |evaluator: &str, covers: &str, events: &[String]| {
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        let lifted = format!("S,5,PAUSE,ENROLMENT,LIFTED,{evaluator},2025-03-12");
        let covers = format!("FA,S,FASEQ,5,FACOVERS,{covers}");
        let decided = decision(&[("AE", &events), ("FA", &[&lifted]), ("SUPPFA", &[&covers])], LATER);
        halts(&decided).contains(&"halt-icans-4")
    };
    let committee = "SAFETY REVIEW COMMITTEE";
    let covers = "halt-icans-4:AE/1@2025-03-09/icans=4";
    let known = event(1, "4", "2025-03-09");
    assert!(!by(committee, covers, std::slice::from_ref(&known)));
    assert!(by("INVESTIGATOR", covers, std::slice::from_ref(&known)), "no committee");
    // Entered after the signatures, although it had begun before; the same, graver; the same record of another onset.
    for (what, events) in [
        ("another", vec![known.clone(), event(2, "4", "2025-03-08")]),
        ("graver", vec![event(1, "5", "2025-03-09")]),
        ("another onset", vec![event(1, "4", "2025-03-05")]),
    ] {
        assert!(by(committee, covers, &events), "{what}");
    }
    let graver = "halt-icans-4:AE/1@2025-03-09/icans=5";
    assert!(
        !by(committee, graver, std::slice::from_ref(&known)),
        "corrected to a lower grade"
    );
    assert!(
        by(committee, "halt-icans-4:AE/11@2025-03-09/icans=4", &[known]),
        "another record"
    );
    // An onset of which the month is known may lie after the decision, which knew of it.
    assert!(!by(
        committee,
        "halt-icans-4:AE/1@2025-03/icans=4",
        &[event(1, "4", "2025-03")]
    ));
}

/// What a lift of the findings and the event covers, and what is found after it.
#[test]
fn an_event_that_was_lifted_hides_no_findings_entered_later() {
    let event = "S,1,ICANS,Nervous system disorders,Y,RELATED,NOT RECOVERED/NOT RESOLVED,4,2025-03-09,";
    let lifted = "S,5,PAUSE,ENROLMENT,LIFTED,SAFETY REVIEW COMMITTEE,2025-03-12";
    let covers = "FA,S,FASEQ,5,FACOVERS,halt-icans-4:AE/1@2025-03-09/icans=4 halt-icans-4:FA@2025-03-09T08:00=4";
    let grade = |number: u8, grade: u8, when: &str| format!("S,{number},TOXGR,{ICANS},{grade},INVESTIGATOR,{when}");
    let with = |more: &[String]| {
        let first = [lifted.to_owned(), grade(1, 4, "2025-03-09T08:00")];
        let rows: Vec<&str> = first.iter().chain(more).map(String::as_str).collect();
        let decided = decision(&[("AE", &[event]), ("FA", &rows), ("SUPPFA", &[covers])], LATER);
        !halts(&decided).is_empty()
    };
    assert!(!with(&[]));
    // More of the same assessment.
    assert!(!with(&[format!("S,2,MOTOR,{ICANS},N,INVESTIGATOR,2025-03-09T08:00")]));
    assert!(with(&[grade(3, 4, "2025-03-10T08:00")]), "in the same spell");
    assert!(with(&[
        grade(3, 1, "2025-03-20T08:00"),
        grade(4, 4, "2025-04-01T08:00")
    ]));
}

/// Findings of grade 4 without an event, which the committee judges.
#[test]
fn a_verdict_of_no_dlt_says_nothing_of_what_is_entered_later() {
    let verdict = "S,5,DLT,DOSE LIMITING TOXICITY,N,ADJUDICATION COMMITTEE,2025-04-02";
    let grade = format!("S,1,TOXGR,{ICANS},4,INVESTIGATOR,2025-03-09T08:00");
    let with = |rows: &[&str], covers: &str| {
        let covers = format!("FA,S,FASEQ,5,FACOVERS,{covers}");
        let supplement: &[&str] = if covers.ends_with(',') { &[] } else { &[&covers] };
        verdict_of(&[("FA", rows), ("SUPPFA", supplement)])
    };
    let known = with(&[&grade], "").known.join(" ");
    assert_eq!(known.split(' ').count(), 1, "{known}");
    assert!(is_pending(&with(&[&grade], "").status));
    assert_eq!(with(&[&grade, verdict], "").status, Status::NoDlt, "by its day");
    assert_eq!(with(&[&grade, verdict], &known).status, Status::NoDlt);
    assert!(
        is_pending(&with(&[&grade, verdict], "-").status),
        "entered after the signatures"
    );
}

fn verdict_of(rows: &[(&str, &[&str])]) -> Verdict {
    super::dlt_cases::verdict(rows, LATER)
}

#[test]
fn findings_of_a_new_spell_halt_anew_after_a_lift() {
    let grade = |number: u8, grade: u8, when: &str| format!("S,{number},TOXGR,{ICANS},{grade},INVESTIGATOR,{when}");
    let spell = [grade(1, 4, "2025-03-09T08:00"), grade(2, 4, "2025-03-10T08:00")];
    let lifted = "S,5,PAUSE,ENROLMENT,LIFTED,SAFETY REVIEW COMMITTEE,2025-03-09".to_owned();
    let with = |more: &[String]| {
        let rows = spell.iter().chain([&lifted]).chain(more);
        let rows: Vec<&str> = rows.map(String::as_str).collect();
        decision(&[("FA", &rows)], LATER)
    };
    assert!(halts(&with(&[])).is_empty(), "one spell, which had begun");
    let well = grade(3, 1, "2025-03-11T08:00");
    assert!(halts(&with(std::slice::from_ref(&well))).is_empty());
    assert_eq!(halts(&with(&[well, grade(4, 4, "2025-03-12T08:00")])), ["halt-icans-4"]);
}

#[test]
fn graded_findings_halt_enrolment_without_an_event() {
    let grade = format!("S,1,TOXGR,{ICANS},4,INVESTIGATOR,2025-03-09T08:00");
    assert_eq!(halts(&decision(&[("FA", &[&grade])], LATER)), ["halt-icans-4"]);
    // An event before the infusion, by a slip of the year, hides no finding after it.
    let slip = event("ICANS", "RELATED", "RECOVERED/RESOLVED", "4", "2024-03-09");
    let decided = decision(&[("AE", &[&slip]), ("FA", &[&grade])], LATER);
    assert_eq!(halts(&decided), ["halt-icans-4"]);
}

/// Infused on 2025-03-01; day 30 is 2025-03-31.
#[test]
fn a_fatal_event_halts_by_the_day_of_death_too() {
    for (what, onset, died, wanted) in [
        (
            "worsened to death",
            "2025-02-26",
            "2025-03-10",
            &["halt-related-death"][..],
        ),
        ("on the last day", "2025-02-26", "2025-03-31", &["halt-related-death"]),
        ("a day later", "2025-02-26", "2025-04-01", &[]),
        ("begun in time", "2025-03-31", "2025-04-20", &["halt-related-death"]),
    ] {
        let dm = format!("S,2025-02-01,50,YEARS,F,DL1,{died}");
        let fatal = event("Hepatic failure", "RELATED", "FATAL", "5", onset);
        let decided = decision(&[("DM", &[&dm]), ("AE", &[&fatal])], LATER);
        assert_eq!(halts(&decided), wanted, "{what}");
    }
}

#[test]
fn a_product_given_to_another_halts_enrolment() {
    let with = |term: &str| decision(&[("DV", &[&format!("S,1,{term},2025-03-01")])], LATER);
    assert_eq!(halts(&with("Wrong product infused")), ["halt-wrong-product"]);
    assert!(halts(&with("Visit out of window")).is_empty());
}

#[test]
fn the_decision_says_what_it_owes_to_each_dlt() {
    // One subject with a DLT: the level is filled. Without it the same, with the other counts.
    let event =
        "S,1,Cytokine release syndrome,Immune system disorders,Y,RELATED,RECOVERED/RESOLVED,4,2025-03-03,2025-03-09";
    let decided = decision(&[("AE", &[event])], LATER);
    assert_eq!(decided.attribution.len(), 1);
    let attribution = &decided.attribution[0];
    assert_eq!(attribution.level, DoseLevel::FIRST);
    assert_eq!(attribution.decision.action, Action::Stay(DoseLevel::FIRST));
    assert_eq!(
        attribution.sentence(),
        "If the DLT of S (level 1) were not one: stay at level 1."
    );
    assert!(decision(&[], LATER).attribution.is_empty());
}
