//! The level: decisions, places, halts, intervals, and a level that closed after manufacture.

use std::collections::BTreeMap;

use tercel::conduct::{
    Choice, ClosedLevelChoice, ConductRecords, Gate, Pause, Resume, Severity, Study, SubjectConduct, Unread,
    UnreadWords, VectorSample, infusion_gate,
};
use tercel::design::{Action, DoseAnswer};
use tercel::protocol::Trial;
use tercel::study::SubjectId;

use super::{
    INFUSED, at, data, decision, depletion, emergency, entry, infusion, keys, level, records, severities, trial,
};

fn gate(change: impl FnOnce(&mut ConductRecords)) -> Gate {
    let trial = trial();
    let mut records = records(&trial);
    change(&mut records);
    infusion(&trial, &records, &data(&[]), INFUSED)
}

#[test]
fn the_decision_is_signed_in_effect_and_not_superseded() {
    assert_eq!(
        keys(&gate(|all| all.decisions[0].signed = None)),
        ["decision-unsigned:D1"]
    );
    assert_eq!(
        keys(&gate(|all| all.decisions[0].signed_by = vec![" ".to_owned()])),
        ["decision-unsigned:D1"]
    );
    assert_eq!(
        keys(&gate(|all| all.decisions[0].effective = None)),
        ["decision-unsigned:D1"]
    );
    assert_eq!(keys(&gate(|all| all.decisions.clear())), ["no-decision"]);
    // In effect from the minute on.
    assert!(gate(|all| all.decisions[0].effective = Some(at(INFUSED))).is_open());
    let later = gate(|all| all.decisions[0].effective = Some(at("2025-03-15T10:01")));
    assert_eq!(keys(&later), ["decision-not-effective:D1"]);
    let superseded = gate(|all| all.decisions[0].superseded = Some(at(INFUSED)));
    assert_eq!(keys(&superseded), ["decision-superseded:D1"]);
    assert!(gate(|all| all.decisions[0].superseded = Some(at("2025-03-15T10:01"))).is_open());
    // A later decision takes the place of the first, whether or not that is marked.
    let other = |levels: &'static [u8]| {
        gate(move |all| {
            all.decisions
                .push(decision("D2", levels, "2025-03-01T09:00", "2025-03-01T09:00"));
        })
    };
    assert!(other(&[1, 2]).is_open());
    // What was signed later holds, though the earlier one takes effect after it.
    let late = gate(|all| {
        all.decisions[0].open.clear();
        all.decisions[0].signed = Some(at("2025-02-09T09:00"));
        let before = decision("D0", &[1, 2], "2025-02-08T09:00", "2025-03-01T09:00");
        all.decisions.push(before);
    });
    assert_eq!(keys(&late), ["level-closed-after-manufacture:1"]);
    assert_eq!(keys(&other(&[2])), ["level-closed-after-manufacture:1"]);
    let same = gate(|all| {
        all.decisions
            .push(decision("D2", &[2], "2025-02-08T09:00", "2025-02-08T10:00"));
    });
    assert_eq!(keys(&same), ["decisions-disagree"]);
}

#[test]
fn lymphodepletion_waits_for_the_decision_of_the_planned_infusion() {
    let trial = trial();
    let at_depletion = |change: fn(&mut ConductRecords)| {
        let mut records = records(&trial);
        change(&mut records);
        keys(&depletion(&trial, &records, &data(&[])))
    };
    // In effect only after the planned infusion, and only after lymphodepletion began.
    for effective in ["2025-03-16T09:00", "2025-03-12T09:00"] {
        let mut records = records(&trial);
        records.decisions[0].effective = Some(at(effective));
        assert_eq!(
            keys(&depletion(&trial, &records, &data(&[]))),
            ["decision-not-effective:D1"],
            "{effective}"
        );
    }
    // Signed already, and closing the level before the planned infusion.
    let closing = at_depletion(|all| {
        all.decisions
            .push(decision("D2", &[2], "2025-03-09T09:00", "2025-03-14T09:00"));
    });
    assert_eq!(closing, ["level-closed-after-manufacture:1"]);
    assert_eq!(
        at_depletion(|all| all.subjects[0].orders.clear())
            .first()
            .map(String::as_str),
        Some("no-order")
    );
    assert_eq!(
        at_depletion(|all| all.subjects[0].orders[0].planned = at("2025-03-10T07:59")),
        ["order-passed"]
    );
}

#[test]
fn a_level_has_so_many_places() {
    let full = |places: Option<u32>| {
        let trial = trial();
        let mut records = records(&trial);
        records.decisions[0].open[0].places = places;
        let others = data(&[("S2", 1, "2025-01-10"), ("S3", 1, "2025-01-30")]);
        keys(&infusion(&trial, &records, &others, INFUSED))
    };
    assert_eq!(full(Some(3)), [""; 0]);
    assert_eq!(full(Some(2)), ["level-full:1"]);
    assert_eq!(full(None), ["places-not-said:1"]);
}

#[test]
fn a_halt_stands_until_it_is_ended_by_a_signed_decision() {
    let pause = |all: &mut ConductRecords| {
        all.pauses.push(Pause {
            entry: entry("P1", "Zhao", "2025-03-13T09:00"),
            reason: "ICANS of grade 4".to_owned(),
            from: at("2025-03-13T09:00"),
        });
    };
    let resume = |all: &mut ConductRecords, signed: Option<&str>| {
        all.resumes.push(Resume {
            entry: entry("P1-end", "Zhao", "2025-03-14T09:00"),
            pause: "P1".to_owned(),
            signed_by: vec!["Zhao".to_owned()],
            signed: signed.map(at),
        });
    };
    let halted = gate(pause);
    assert_eq!(keys(&halted), ["paused:P1"]);
    // The subject is lymphodepleted: the committee is asked at once.
    assert!(!halted.urgent.is_empty());
    for (signed, open) in [
        (Some("2025-03-14T09:00"), true),
        (None, false),
        (Some("2025-03-13T08:59"), false),
        (Some("2025-03-15T10:01"), false),
    ] {
        let ended = gate(|all| {
            pause(all);
            resume(all, signed);
        });
        assert_eq!(ended.is_open(), open, "{signed:?}");
    }
    let vector = gate(|all| {
        let mut other = all.subjects[0].clone();
        other.subject = SubjectId::new("S2");
        other.collections[0].coi = "COI-2".to_owned();
        other.bags[0].label = "X".to_owned();
        other.lymphodepletion.clear();
        other.vector_samples.push(VectorSample {
            entry: entry("V1", "Lab", "2025-03-12T09:00"),
            drawn: at("2025-03-10T09:00"),
            positive: Some(true),
        });
        all.subjects.push(other);
    });
    assert_eq!(keys(&vector), ["paused:V1"]);
}

#[test]
fn an_emergency_release_names_what_it_opens_and_leaves_a_deviation() {
    let pause = |all: &mut ConductRecords| {
        all.pauses.push(Pause {
            entry: entry("P1", "Zhao", "2025-03-13T09:00"),
            reason: "ICANS of grade 4".to_owned(),
            from: at("2025-03-13T09:00"),
        });
    };
    let with = |change: fn(&mut tercel::conduct::EmergencyRelease)| {
        gate(|all| {
            pause(all);
            let mut release = emergency(&["paused:P1"]);
            change(&mut release);
            all.subjects[0].emergencies.push(release);
        })
    };
    let open = with(|_| {});
    assert!(open.is_open() && open.urgent.is_empty());
    assert_eq!(tercel::conduct::deviations_to_record(&open).len(), 1);
    assert!(!with(|release| release.keys = vec!["paused:P2".to_owned()]).is_open());
    assert!(!with(|release| release.physician.person = "LI".to_owned()).is_open());
    assert!(!with(|release| release.physician.person = String::new()).is_open());
    assert!(!with(|release| release.investigator.authenticated = false).is_open());
    assert!(!with(|release| release.reason = " ".to_owned()).is_open());
    // Before lymphodepletion began, in the future, and before the pause was entered.
    for moment in ["2025-03-10T07:59", "2025-03-15T10:01", "2025-03-13T08:59"] {
        let gate = gate(|all| {
            pause(all);
            let mut release = emergency(&["paused:P1"]);
            release.physician.at = at(moment);
            all.subjects[0].emergencies.push(release);
        });
        assert!(!gate.is_open(), "{moment}");
    }
    // It opens no gate of lymphodepletion.
    let trial = trial();
    let mut records = records(&trial);
    pause(&mut records);
    records.subjects[0].emergencies.push(emergency(&["paused:P1"]));
    records.pauses[0].entry.at = at("2025-03-09T09:00");
    assert_eq!(keys(&depletion(&trial, &records, &data(&[]))), ["paused:P1"]);
}

#[test]
fn what_cannot_be_read_of_anothers_lymphodepletion_keeps_the_interval_unknown() {
    let trial = trial();
    let gate = |form: &str| {
        let mut records = records(&trial);
        let mut other = SubjectConduct::of(SubjectId::new("S2"));
        other.unread.push(Unread {
            entry: entry("U", "Li", "2025-03-01T09:00"),
            form: form.to_owned(),
            field: "exstdtc".to_owned(),
            why: UnreadWords::default(),
        });
        records.subjects.push(other);
        keys(&depletion(&trial, &records, &data(&[])))
    };
    assert_eq!(gate("lymphodepletion"), ["other-infusion-not-known:S2"]);
    assert_eq!(gate("infusion"), ["other-infusion-not-known:S2"]);
    assert_eq!(gate("comment"), [""; 0]);
}

#[test]
fn intervals_are_kept_to_the_day_of_the_infusion() {
    let trial = trial();
    let records = records(&trial);
    let lacks = |others: &[(&str, u8, &str)]| {
        let data = data(others);
        let gate = infusion(&trial, &records, &data, INFUSED);
        assert_eq!(keys(&gate), keys(&depletion(&trial, &records, &data)));
        keys(&gate)
    };
    // Infusion on 2025-03-15: the sentinel 14 days before or more, then 7 days, and 28 days from another level.
    assert_eq!(lacks(&[("S2", 1, "2025-03-01")]), [""; 0]);
    assert_eq!(lacks(&[("S2", 1, "2025-03-02")]), ["too-soon:S2"]);
    assert_eq!(lacks(&[("S2", 1, "2025-02-01"), ("S3", 1, "2025-03-08")]), [""; 0]);
    assert_eq!(
        lacks(&[("S2", 1, "2025-02-01"), ("S3", 1, "2025-03-09")]),
        ["too-soon:S3"]
    );
    assert_eq!(lacks(&[("S2", 2, "2025-02-15")]), [""; 0]);
    assert_eq!(lacks(&[("S2", 2, "2025-02-16")]), ["too-soon:S2"]);
    assert_eq!(lacks(&[("S2", 1, "2025-03")]), ["other-infusion-not-known:S2"]);
}

/// S2 of the same level is already lymphodepleted for an infusion of its own.
fn with_committed(trial: &Trial, planned: &str) -> ConductRecords {
    let mut records = records(trial);
    let mut other = records.subjects[0].clone();
    other.subject = SubjectId::new("S2");
    "COI-2".clone_into(&mut other.collections[0].coi);
    "X".clone_into(&mut other.bags[0].label);
    other.orders[0].planned = at(planned);
    other.lymphodepletion[0].began = at("2025-03-09T08:00");
    other.lymphodepletion[0].entry.at = at("2025-03-09T08:00");
    records.subjects.push(other);
    records
}

#[test]
fn two_subjects_are_not_lymphodepleted_for_days_too_close() {
    let trial = trial();
    for (planned, open) in [
        ("2025-03-14T09:00", false),
        ("2025-03-15T09:00", false),
        ("2025-03-28T09:00", false),
        ("2025-03-29T09:00", true),
    ] {
        let records = with_committed(&trial, planned);
        let gate = depletion(&trial, &records, &data(&[]));
        assert_eq!(gate.is_open(), open, "{planned}: {:?}", keys(&gate));
    }
}

#[test]
fn a_level_that_closed_after_manufacture_is_the_committees_to_choose() {
    // Made for level 2 (2.5×10^8), which closes before the infusion; level 1 stays open.
    let closed = |choice: Option<ClosedLevelChoice>, ordered: u8, volume: Option<f64>| {
        gate(|all| {
            all.decisions = vec![
                decision("D1", &[1, 2], "2025-02-08T09:00", "2025-02-08T10:00"),
                decision("D2", &[1], "2025-03-13T09:00", "2025-03-13T10:00"),
            ];
            let own = &mut all.subjects[0];
            own.slots[0].level = level(2);
            own.lots[0].level = level(2);
            own.bags[0].cells = tercel::protocol::Cells::new(2.5e8).unwrap();
            own.orders[0].level = level(ordered);
            own.orders[0].bags[0].volume = volume;
            own.choices.extend(choice.map(|choice| Choice {
                entry: entry("CH", "Zhao", "2025-03-13T11:00"),
                choice,
                signed_by: vec!["Zhao".to_owned()],
                signed: Some(at("2025-03-13T11:00")),
            }));
        })
    };
    let asked = closed(None, 2, None);
    assert_eq!(keys(&asked), ["level-closed-after-manufacture:2"]);
    assert!(!asked.urgent.is_empty());
    assert_eq!(severities(&asked), [Severity::Administrative]);
    let at_1 = Some(ClosedLevelChoice::DoseAt(level(1)));
    assert_eq!(keys(&closed(at_1, 1, Some(20.0))), [""; 0]);
    assert_eq!(keys(&closed(at_1, 1, None)), ["dose-above"]);
    assert_eq!(keys(&closed(at_1, 2, None)), ["order-of-other-level", "dose-above"]);
    // A choice never raises the dose.
    assert_eq!(
        keys(&closed(Some(ClosedLevelChoice::DoseAt(level(3))), 2, None)),
        ["level-closed-after-manufacture:2"]
    );
    assert!(keys(&closed(Some(ClosedLevelChoice::Hold), 2, None)).contains(&"held".to_owned()));
    let withdrawn = closed(Some(ClosedLevelChoice::Withdraw), 2, None);
    assert_eq!(severities(&withdrawn)[0], Severity::Absolute);
}

/// What a design says, with these subjects known to have a DLT.
fn says(action: Action, dlts: &[&str]) -> DoseAnswer {
    DoseAnswer {
        action,
        counts: BTreeMap::new(),
        dlts: dlts
            .iter()
            .map(|id| (SubjectId::new(id), "DLT: fever".to_owned()))
            .collect(),
    }
}

#[test]
fn a_level_that_the_rule_closes_after_the_decision_is_shut_until_the_committee_decides_again() {
    let trial = trial();
    let data = data(&[]);
    let asked = |answer: &DoseAnswer, known: Option<DoseAnswer>| {
        let mut records = records(&trial);
        records.decisions[0].known = known;
        let study = Study::new(&trial, &data, &records, at(INFUSED)).with_answer(Some(answer));
        keys(&infusion_gate(&study, &SubjectId::new("S1")))
    };
    let one = level(1);
    for open in [
        Action::Stay(one),
        Action::Escalate(level(2)),
        Action::Stop(Some(one)),
        Action::Wait,
    ] {
        let known = Some(says(Action::Stay(one), &[]));
        assert_eq!(asked(&says(open, &["S2"]), known), [""; 0], "{open}");
    }
    let stop = |dlts: &[&str]| says(Action::Stop(None), dlts);
    for known in [
        None,
        Some(says(Action::Wait, &["S2"])),
        Some(says(Action::Stay(one), &["S2"])),
    ] {
        assert_eq!(asked(&stop(&["S2"]), known.clone()), ["rule-closes:1"], "{known:?}");
    }
    // The committee that overrode what it knew is not asked again, until it knows less than the data.
    let known = || Some(stop(&["S2", "S3"]));
    assert_eq!(asked(&stop(&["S2", "S3"]), known()), [""; 0]);
    assert_eq!(asked(&stop(&["S2"]), known()), [""; 0]);
    assert_eq!(asked(&stop(&["S2", "S3", "S4"]), known()), ["rule-closes:1"]);
    let mut other = stop(&["S2"]);
    other.dlts.insert(SubjectId::new("S2"), "DLT: seizure".to_owned());
    assert_eq!(
        asked(&other, known()),
        ["rule-closes:1"],
        "another DLT of a subject known to have one"
    );
}
