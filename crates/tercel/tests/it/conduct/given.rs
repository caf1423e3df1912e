//! What was done at the bedside held against order and labels, halts that reach the decision, and checks without ground.

use jiff::ToSpan;
use tercel::conduct::{
    Bag, Check, Clearance, ConductRecords, Infused, Pause, Resume, Study, SubjectConduct, Unread, UnreadWords,
    as_corrected, check_conduct, collection_gate, derive_gate_as_given, derive_gate_when_begun, entered_halts,
    lymphodepletion_gate, misread,
};
use tercel::design::{Action, decide_study};
use tercel::endpoint::Analysis;
use tercel::language::Language;
use tercel::meeting::called_for;
use tercel::protocol::Cells;
use tercel::study::{Rule, SubjectId};

use super::{INFUSED, at, bag, data, day, entry, identity, infusion, keys, lacks, records, trial};

fn given() -> Infused {
    Infused {
        entry: entry("IN", "Chen", "2025-03-15T11:00"),
        began: at(INFUSED),
        bags: vec!["A".to_owned()],
        lot: None,
        cells: Cells::new(1.0e8),
    }
}

/// What the gate says of an infusion entered an hour after it began.
fn as_given(infused: &Infused, change: impl FnOnce(&mut ConductRecords)) -> Vec<String> {
    let trial = trial();
    let mut records = records(&trial);
    change(&mut records);
    let data = data(&[]);
    let study = Study::new(&trial, &data, &records, at("2025-03-15T11:00"));
    keys(&derive_gate_as_given(&study, &SubjectId::new("S1"), infused))
}

#[test]
fn an_infusion_is_held_against_order_labels_and_dose_as_they_were_when_it_began() {
    assert_eq!(as_given(&given(), |_| {}), [""; 0]);
    let told = |change: &dyn Fn(&mut Infused)| {
        let mut infused = given();
        change(&mut infused);
        as_given(&infused, |_| {})
    };
    assert_eq!(told(&|one| one.bags = vec!["Z9".to_owned()]), ["not-ordered"]);
    assert_eq!(told(&|one| one.lot = Some("L1".to_owned())), [""; 0]);
    assert_eq!(told(&|one| one.lot = Some("L2".to_owned())), ["identity"]);
    assert_eq!(
        told(&|one| one.cells = Cells::new(1.0e9)),
        ["more-than-held", "given-off-dose"]
    );
    assert_eq!(told(&|one| one.cells = Cells::new(0.7e8)), ["given-off-dose"]);
    // Before the last hand-over, thaw and identity check, whatever has been entered since.
    assert_eq!(
        told(&|one| one.began = at("2025-03-15T08:00")),
        ["custody", "not-checked-by-two", "not-thawed"]
    );
    // A correction is held against the same.
    let protocol = trial();
    let (all, none) = (records(&protocol), data(&[]));
    let study = Study::new(&protocol, &none, &all, at("2025-03-15T11:00"));
    let corrected = |change: &dyn Fn(&mut Infused)| -> Vec<String> {
        let mut infused = given();
        change(&mut infused);
        let missing = as_corrected(&study, &SubjectId::new("S1"), &infused);
        missing.iter().map(tercel::conduct::Missing::key).collect()
    };
    assert_eq!(corrected(&|_| {}), [""; 0]);
    assert_eq!(
        corrected(&|one| one.began = at("2025-03-15T08:00")),
        ["custody", "not-checked-by-two", "not-thawed"]
    );
    // What was recorded within the minute of the infusion came before it.
    let same_minute = as_given(&given(), |all| {
        all.subjects[0].thaws[0].when = at("2025-03-15T10:00:40");
    });
    assert_eq!(same_minute, [""; 0]);
    // The bag of another is told by its name.
    let mut foreign = given();
    foreign.bags = vec!["X".to_owned()];
    let trial = trial();
    let mut with_other = records(&trial);
    let mut other = SubjectConduct::of(SubjectId::new("S2"));
    other.bags.push(Bag {
        label: "X".to_owned(),
        ..bag("X", 1.0e8)
    });
    with_other.subjects.push(other);
    let data = data(&[]);
    let study = Study::new(&trial, &data, &with_other, at("2025-03-15T11:00"));
    let gate = derive_gate_as_given(&study, &SubjectId::new("S1"), &foreign);
    let said = gate.missing[0].need.sentence(Language::English);
    assert_eq!(said, "Bag X was given, which is that of S2.");
}

/// Entered a day late: what has been signed or received since was not there.
#[test]
fn a_step_entered_late_is_held_against_its_gate_as_it_stood_then() {
    let trial = trial();
    let mut all = records(&trial);
    let began = all.subjects[0].lymphodepletion[0].began;
    all.subjects[0].lymphodepletion.clear();
    let before_receipt = all.subjects[0].receipts[0].when.saturating_sub(1.hour());
    let data = data(&[]);
    let study = Study::new(&trial, &data, &all, at("2025-03-15T11:00"));
    let told = |began| {
        let gate = derive_gate_when_begun(&study, &SubjectId::new("S1"), lymphodepletion_gate, began);
        keys(&gate)
    };
    assert_eq!(told(began), [""; 0]);
    assert!(
        told(before_receipt).contains(&"not-received".to_owned()),
        "{:?}",
        told(before_receipt)
    );
}

#[test]
fn an_infusion_not_as_ordered_is_a_finding_too() {
    let trial = trial();
    let mut all = records(&trial);
    let mut infused = given();
    infused.lot = Some("L2".to_owned());
    all.subjects[0].infusions.push(infused);
    let findings = check_conduct(&trial, &data(&[]), &all);
    let rules: Vec<&Rule> = findings.iter().map(|finding| &finding.rule).collect();
    assert!(
        matches!(&rules[..], [Rule::Disagree(why)] if why.en.contains("\"L2\", expected \"L1\"")),
        "{rules:?}"
    );
}

#[test]
fn a_misread_label_is_cleared_up_by_two_and_then_checked_anew() {
    let clearance = |persons: &[&str]| Clearance {
        entry: entry("CL", "Zhao", "2025-03-15T09:52"),
        bag: "A".to_owned(),
        cause: "a letter mistyped".to_owned(),
        signed_by: persons.iter().map(|person| (*person).to_owned()).collect(),
        signed: Some(at("2025-03-15T09:52")),
    };
    let check = |persons: &[&str], again: Option<&str>| {
        lacks(|own| {
            own.identity[0].second.lot = "L2".to_owned();
            own.identity[0].entry.at = at("2025-03-15T09:50");
            own.clearances.push(clearance(persons));
            own.identity.extend(again.map(|when| {
                let mut anew = identity("A");
                anew.entry.at = at(when);
                anew
            }));
        })
    };
    assert_eq!(check(&["Zhao", "Huang"], Some("2025-03-15T09:55")), [""; 0]);
    assert_eq!(check(&["Zhao", "Huang"], None), ["not-checked-by-two"]);
    assert_eq!(
        check(&["Zhao", "Huang"], Some("2025-03-15T09:51")),
        ["not-checked-by-two"]
    );
    assert_eq!(check(&["Zhao"], Some("2025-03-15T09:55")), ["identity"]);
    assert_eq!(check(&["Zhao", " zhao "], Some("2025-03-15T09:55")), ["identity"]);
    let trial = trial();
    let (all, data) = (records(&trial), data(&[]));
    let study = Study::new(&trial, &data, &all, at(INFUSED));
    let mut read = identity("A");
    assert!(misread(&study, &SubjectId::new("S1"), &read).is_empty());
    read.first.coi = "COI-2".to_owned();
    assert_eq!(misread(&study, &SubjectId::new("S1"), &read).len(), 1);
}

#[test]
fn a_halt_that_is_entered_holds_the_decision_and_calls_the_committee_until_it_is_ended() {
    let trial = trial();
    let mut all = ConductRecords::default();
    all.pauses.push(Pause {
        entry: entry("pause/1", "Zhao", "2025-03-13T09:00"),
        reason: "two deaths at another site".to_owned(),
        from: at("2025-03-13T09:00"),
    });
    all.resumes.push(Resume {
        entry: entry("resume/1", "Zhao", "2025-03-20T09:00"),
        pause: "pause/1".to_owned(),
        signed_by: vec!["Zhao".to_owned(), "Huang".to_owned()],
        signed: Some(at("2025-03-20T09:00")),
    });
    let mut whole = data(&[("S2", 1, "2025-01-10")]);
    whole.halts = entered_halts(&all);
    let decided = |when: &str| {
        let cut = day(when);
        let data = whole.as_of(cut);
        let analysis = Analysis::new(&trial, &data, Some(cut));
        let decision = decide_study(&analysis).unwrap().decision;
        (
            decision.action,
            decision.because.to_string(),
            called_for(&analysis).len(),
        )
    };
    let (before, _, calls) = decided("2025-03-12");
    assert_ne!(before, Action::Wait);
    assert_eq!(calls, 0);
    let (halted, because, calls) = decided("2025-03-13");
    assert_eq!(halted, Action::Wait);
    assert!(
        because.starts_with("treatment is halted by pause/1: two deaths at another site; "),
        "{because}"
    );
    assert_eq!(calls, 1);
    assert_eq!(decided("2025-03-20").0, before);
}

#[test]
fn the_bag_of_another_subject_halts_the_decision_as_it_halts_the_gates() {
    let trial = trial();
    let mut all = records(&trial);
    let mut infused = given();
    infused.bags = vec!["Z9".to_owned()];
    all.subjects[0].infusions.push(infused);
    let mut data = data(&[("S1", 1, "2025-03-15")]);
    data.halts = entered_halts(&all);
    let analysis = Analysis::new(&trial, &data, Some(day("2025-03-16")));
    let decision = decide_study(&analysis).unwrap().decision;
    assert_eq!(decision.action, Action::Wait);
    assert!(
        decision.because.to_string().contains("halted by IN#Z9: bag Z9"),
        "{}",
        decision.because
    );
    // The end that two sign is of this bag alone.
    all.resumes.push(Resume {
        entry: entry("resume/1", "Zhao", "2025-03-20T09:00"),
        pause: "IN#Z9".to_owned(),
        signed_by: vec!["Zhao".to_owned(), "Huang".to_owned()],
        signed: Some(at("2025-03-20T09:00")),
    });
    let standing = |all: &ConductRecords| -> Vec<String> {
        let halts = entered_halts(all).into_iter();
        halts.filter(|halt| halt.ended.is_none()).map(|halt| halt.id).collect()
    };
    assert_eq!(standing(&all), [""; 0]);
    all.subjects[0].infusions[0].bags = vec!["Z9".to_owned(), "Z8".to_owned()];
    assert_eq!(standing(&all), ["IN#Z8"]);
}

#[test]
fn what_has_nothing_to_look_at_is_not_said_to_be_in_order() {
    let trial = trial();
    let all = records(&trial);
    let whole = infusion(&trial, &all, &data(&[]), INFUSED);
    assert!(whole.passed.contains(&Check::OnSite) && whole.passed.contains(&Check::Level));
    let mut bare = all.clone();
    bare.subjects[0].orders.clear();
    bare.subjects[0].slots.clear();
    let gate = infusion(&trial, &bare, &data(&[]), INFUSED);
    for check in [
        Check::Level,
        Check::Places,
        Check::Spacing,
        Check::Identity,
        Check::OnSite,
        Check::Dose,
        Check::Custody,
        Check::TwoPersons,
        Check::Thaw,
    ] {
        assert!(!gate.passed.contains(&check), "{check:?}");
    }
    assert!(gate.passed.contains(&Check::Consent));
    let data = data(&[]);
    let study = Study::new(&trial, &data, &bare, at(INFUSED));
    let collection = collection_gate(&study, &SubjectId::new("S1"));
    assert!(!collection.passed.contains(&Check::Level) && !collection.passed.contains(&Check::Places));
}

#[test]
fn a_line_of_the_delegation_log_that_cannot_be_read_delegates_nothing_and_closes_nothing_else() {
    let trial = trial();
    let unread = |form: &str| {
        let mut all = records(&trial);
        all.unread.push(Unread {
            entry: entry("x/13", "Chen", "2025-03-01T09:00"),
            form: form.to_owned(),
            field: "person".to_owned(),
            why: UnreadWords::default(),
        });
        keys(&infusion(&trial, &all, &data(&[]), INFUSED))
    };
    assert_eq!(unread("conduct-delegation"), [""; 0]);
    assert_eq!(unread("conduct-resume"), [""; 0]);
    assert_eq!(unread("conduct-pause"), ["unread"]);
}
