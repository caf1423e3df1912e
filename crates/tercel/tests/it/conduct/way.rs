//! Stages, visits, tasks and findings.

use tercel::conduct::{
    ConductRecords, Infused, Scope, Stage, Study, SubjectConduct, TestOutcome, Urgency, VisitStanding, Withdrawal,
    Work, check_conduct, derive_schedule, derive_stage, derive_tasks, halts_ended,
};
use tercel::language::{Text, Words};
use tercel::protocol::{Assessed, Cells};
use tercel::study::{
    Adjudication, Contact, Death, Lab, RecordId, Rule, StudyData, SubjectId, Syndrome, ToxicityFinding, When,
};

use super::{INFUSED, at, data, emergency, entry, records, trial};

fn infused() -> Infused {
    Infused {
        entry: entry("IN", "Chen", "2025-03-15T10:20"),
        began: at(INFUSED),
        bags: vec!["A".to_owned()],
        lot: None,
        cells: Cells::new(1.0e8),
    }
}

fn stage_at(when: &str, change: impl FnOnce(&mut SubjectConduct)) -> Option<Stage> {
    let trial = trial();
    let mut records = records(&trial);
    records.subjects[0].infusions.push(infused());
    change(&mut records.subjects[0]);
    let data = data(&[]);
    derive_stage(&Study::new(&trial, &data, &records, at(when)), &SubjectId::new("S1"))
}

#[test]
fn a_stage_is_worked_out_from_the_records() {
    for (when, stage) in [
        ("2025-01-31T09:00", None),
        ("2025-02-01T09:45", Some(Stage::Consented)),
        ("2025-02-01T10:00", Some(Stage::InScreening)),
        ("2025-02-05T15:00", Some(Stage::Eligible)),
        ("2025-02-10T09:00", Some(Stage::SlotReserved)),
        ("2025-02-12T12:00", Some(Stage::Collected)),
        ("2025-02-14T09:00", Some(Stage::Manufacturing)),
        ("2025-03-05T12:00", Some(Stage::Released)),
        ("2025-03-06T13:05", Some(Stage::ReceivedAtSite)),
        ("2025-03-10T08:00", Some(Stage::InLymphodepletion)),
        ("2025-03-15T10:20", Some(Stage::Infused)),
        ("2025-03-16T09:00", Some(Stage::InDltWindow)),
        ("2025-04-12T09:00", Some(Stage::InDltWindow)),
        ("2025-04-13T09:00", Some(Stage::FollowUp)),
        ("2027-03-15T09:00", Some(Stage::LongTermFollowUp)),
        ("2040-04-12T09:00", Some(Stage::LongTermFollowUp)),
        (
            "2040-04-13T09:00",
            Some(Stage::OffStudy(Text::new("follow-up completed", "完成随访").into())),
        ),
    ] {
        assert_eq!(stage_at(when, |_| {}), stage, "{when}");
    }
    let failed = stage_at("2025-02-05T15:00", |own| {
        own.departures
            .push(super::departure("SCREEN FAILURE: ascites", "2025-02-05"));
    });
    assert_eq!(
        failed,
        Some(Stage::OffStudy(Words::english("SCREEN FAILURE: ascites".to_owned())))
    );
}

fn contact(name: &str, day: &str) -> Contact {
    Contact {
        record: tercel::study::RecordId {
            dataset: tercel::study::Dataset::new("SV"),
            subject: SubjectId::new("S1"),
            number: 1,
        },
        name: name.to_owned(),
        when: tercel::study::When::parse(day).unwrap(),
    }
}

fn standing(
    when: &str,
    visit: &str,
    contacts: &[(&str, &str)],
    change: impl FnOnce(&mut SubjectConduct),
) -> VisitStanding {
    let trial = trial();
    let mut records = records(&trial);
    records.subjects[0].infusions.push(infused());
    change(&mut records.subjects[0]);
    let mut data = data(&[]);
    data.subjects[0].contacts = contacts.iter().map(|(name, day)| contact(name, day)).collect();
    let visits = derive_schedule(&Study::new(&trial, &data, &records, at(when)), &SubjectId::new("S1"));
    visits.iter().find(|one| one.name.en == visit).unwrap().standing
}

#[test]
fn a_visit_is_ahead_due_overdue_then_missed() {
    // Month 3 of 2025-03-15 is 2025-06-15, with 14 days to either side.
    for (when, expected) in [
        ("2025-05-31T09:00", VisitStanding::Ahead),
        ("2025-06-01T09:00", VisitStanding::Due),
        ("2025-06-29T09:00", VisitStanding::Due),
        ("2025-06-30T09:00", VisitStanding::Overdue),
        ("2025-08-01T09:00", VisitStanding::Missed),
    ] {
        assert_eq!(standing(when, "Month 3", &[], |_| {}), expected, "{when}");
    }
    let done = |contacts: &[(&str, &str)]| standing("2025-08-01T09:00", "Month 3", contacts, |_| {});
    assert_eq!(
        done(&[("MONTH 3", "2025-06-29")]),
        VisitStanding::Done(super::day("2025-06-29"))
    );
    assert_eq!(
        done(&[("Month 3", "2025-06-30")]),
        VisitStanding::OutOfWindow(super::day("2025-06-30"))
    );
    assert_eq!(
        done(&[("Unscheduled", "2025-06-10")]),
        VisitStanding::Done(super::day("2025-06-10"))
    );
    assert_eq!(done(&[("Month 3", "2025-06")]), VisitStanding::Missed);
    let withdrew = |day: &str| {
        standing("2025-08-01T09:00", "Month 3", &[], |own| {
            own.withdrawals.push(Withdrawal {
                entry: entry("W", "Li", day),
                scopes: vec![tercel::conduct::Scope::Visits],
                when: at(day),
            });
        })
    };
    assert_eq!(withdrew("2025-06-29T09:00"), VisitStanding::NotAsked);
    assert_eq!(withdrew("2025-06-30T09:00"), VisitStanding::Missed);
}

#[test]
fn long_term_follow_up_reaches_year_15_with_yearly_samples() {
    let mut trial = trial();
    // The schedule without its late visits: long-term follow-up fills them in.
    trial.schedule.retain(|visit| !visit.name.starts_with("Year"));
    let mut records = records(&trial);
    records.subjects[0].infusions.push(infused());
    let data = data(&[]);
    let visits = derive_schedule(
        &Study::new(&trial, &data, &records, at("2025-03-16T09:00")),
        &SubjectId::new("S1"),
    );
    let long: Vec<&str> = visits
        .iter()
        .filter(|visit| visit.long_term)
        .map(|visit| visit.name.en.as_str())
        .collect();
    assert_eq!(
        (long.first(), long.last(), long.len()),
        (Some(&"Year 3"), Some(&"Year 15"), 13)
    );
    let last = visits.last().expect("there are visits");
    assert_eq!(last.name.zh, "第15年");
    let sampled: Vec<&str> = visits
        .iter()
        .filter(|visit| visit.vector.is_some())
        .map(|visit| visit.name.en.as_str())
        .collect();
    assert_eq!(sampled[..5], ["Month 3", "Month 6", "Month 12", "Month 24", "Year 3"]);
    assert_eq!(visits.last().unwrap().planned, super::day("2040-03-15"));
}

fn tasks(when: &str, change: impl FnOnce(&mut SubjectConduct), data: &StudyData) -> Vec<(Urgency, Work)> {
    let trial = trial();
    let mut records = records(&trial);
    change(&mut records.subjects[0]);
    let list = derive_tasks(&Study::new(&trial, data, &records, at(when)));
    for task in &list {
        for language in tercel::language::Language::ALL {
            assert!(!task.sentence(language).is_empty());
        }
    }
    list.into_iter().map(|task| (task.urgency, task.work)).collect()
}

#[test]
fn a_subject_lymphodepleted_before_a_closed_gate_is_the_first_task() {
    let list = tasks(
        "2025-03-13T09:00",
        |own| own.receipts[0].accepted = Some(false),
        &data(&[]),
    );
    assert!(
        matches!(&list[0], (Urgency::Now, Work::Gate(gate)) if !gate.urgent.is_empty()),
        "{:?}",
        list[0]
    );
}

#[test]
fn a_result_that_turns_positive_after_infusion_is_to_be_notified() {
    let late = |own: &mut SubjectConduct, outcome: TestOutcome| {
        own.infusions.push(infused());
        own.tests
            .iter_mut()
            .find(|one| one.test == "sterility")
            .unwrap()
            .outcome = outcome;
    };
    let has = |outcome: TestOutcome, work: &Work| {
        let list = tasks("2025-03-16T09:00", |own| late(own, outcome), &data(&[]));
        list.iter().any(|(_, one)| one == work)
    };
    let (lot, test) = ("L1".to_owned(), "sterility".to_owned());
    let positive = Work::PositiveResult(lot.clone(), test.clone());
    let awaited = Work::AwaitedResult(lot, test);
    assert!(has(TestOutcome::Word("positive".to_owned()), &positive));
    assert!(has(TestOutcome::Pending, &awaited));
    assert!(
        !has(TestOutcome::Word("negative".to_owned()), &positive)
            && !has(TestOutcome::Word("negative".to_owned()), &awaited)
    );
}

#[test]
fn an_emergency_release_and_the_end_of_the_window_leave_tasks() {
    let list = tasks(
        "2025-04-12T09:00",
        |own| {
            own.infusions.push(infused());
            own.emergencies.push(emergency(&["paused:P1"]));
        },
        &data(&[]),
    );
    assert!(
        list.iter()
            .any(|(_, work)| *work == Work::Deviation("paused:P1".to_owned()))
    );
    assert!(list.contains(&(Urgency::Due, Work::SafetyContact)));
    let mut seen = data(&[]);
    seen.subjects[0].contacts = vec![contact("Day 28", "2025-04-11")];
    let early = tasks("2025-04-13T09:00", |own| own.infusions.push(infused()), &seen);
    assert!(early.contains(&(Urgency::Overdue, Work::SafetyContact)));
    // The visit was held, but nothing of it is entered.
    assert!(early.contains(&(
        Urgency::Overdue,
        Work::Assessment(Words::of_protocol("Day 28", Some("第28天")), Assessed::Laboratory)
    )));
    seen.subjects[0].contacts = vec![contact("Day 28", "2025-04-12")];
    let held = tasks("2025-04-13T09:00", |own| own.infusions.push(infused()), &seen);
    assert!(!held.iter().any(|(_, work)| *work == Work::SafetyContact));
}

#[test]
fn what_only_the_committee_settles_is_a_task_until_it_has_judged() {
    let mut data = data(&[("S2", 1, "2025-03-01")]);
    let (record, subject) = (data.subjects[0].record.clone(), &mut data.subjects[1]);
    let asked = |data: &StudyData| {
        let list = tasks("2025-04-12T09:00", |_| {}, data);
        list.into_iter().any(|(_, work)| matches!(work, Work::Verdict(_)))
    };
    let when = When::parse("2025-03-20").unwrap();
    subject.death = Some(Death {
        record: record.clone(),
        when,
    });
    assert!(asked(&data), "a death in the window");
    data.subjects[1].adjudications.push(Adjudication {
        record,
        evaluator: "committee".to_owned(),
        dlt: false,
        when: When::parse("2025-03-25").ok(),
        covers: None,
    });
    assert!(!asked(&data));
}

/// Each finding is one thing that halted, whichever spells they make up: to join two spells takes nothing away.
#[test]
fn findings_are_added_while_halted_and_none_is_taken_away() {
    let trial = trial();
    let halted = |grades: &[(&str, &str)]| {
        let mut data = data(&[("S2", 1, "2025-03-01")]);
        let subject = &mut data.subjects[1];
        let record = subject.record.clone();
        subject.toxicity = grades
            .iter()
            .zip(1..)
            .map(|((when, grade), number)| ToxicityFinding {
                record: RecordId {
                    number,
                    ..record.clone()
                },
                toxicity: Syndrome::Icans,
                item: "TOXGR".to_owned(),
                result: (*grade).to_owned(),
                when: When::parse(when).unwrap(),
            })
            .collect();
        data
    };
    let [first, second, third] = ["2025-03-05", "2025-03-06", "2025-03-07"];
    let ended = |before: &[(&str, &str)], after: &[(&str, &str)]| {
        let (before, after) = (halted(before), halted(after));
        let records = records(&trial);
        let study = |data| Study::new(&trial, data, &records, at("2025-04-12T09:00"));
        halts_ended(&study(&before), &study(&after)).len()
    };
    let two = [(first, "4"), (second, "1"), (third, "4")];
    let joined = [(first, "4"), (second, "4"), (third, "4")];
    assert_eq!(ended(&two, &joined), 0, "joined");
    assert_eq!(ended(&joined, &joined[1..]), 1, "the first taken away");
    assert_eq!(
        ended(&joined, &two),
        1,
        "the second lowered, though two spells are left"
    );
    assert_eq!(ended(&two, &[]), 1, "the halt as a whole");
}

fn found(change: impl FnOnce(&mut tercel::conduct::ConductRecords)) -> Vec<&'static str> {
    let trial = trial();
    let mut records = records(&trial);
    records.subjects[0].infusions.push(infused());
    change(&mut records);
    check_conduct(&trial, &data(&[]), &records)
        .iter()
        .map(|finding| finding.rule.id())
        .collect()
}

#[test]
fn what_was_done_before_it_was_allowed_is_a_finding() {
    assert_eq!(found(|_| {}), [""; 0]);
    let late = found(|all| all.decisions[0].signed = Some(at("2025-03-15T10:01")));
    assert_eq!(late, ["before-decision", "gate-not-open"]);
    assert_eq!(found(|all| all.subjects[0].thaws.clear()), ["gate-not-open"]);
    let off = found(|all| all.subjects[0].infusions[0].cells = Cells::new(0.62e8));
    assert_eq!(off, [Rule::OffDose(tercel::language::Words::default()).id()]);
    let ineligible = found(|all| {
        let own = &mut all.subjects[0];
        own.eligibility
            .iter_mut()
            .find(|item| item.criterion == "albumin")
            .unwrap()
            .value
            .as_mut()
            .unwrap()
            .value = 27.9;
    });
    assert_eq!(ineligible, ["ineligible", "gate-not-open"]);
    let order = found(|all| all.subjects[0].collections[0].began = at("2025-02-09T09:00"));
    assert_eq!(order, ["out-of-order"]);
    // Entered after the infusion: not known when it began.
    let entered = found(|all| all.subjects[0].identity[0].entry.at = at("2025-03-15T11:00"));
    assert_eq!(entered, ["gate-not-open"]);
}

#[test]
fn a_study_without_conduct_records_has_no_findings_of_conduct() {
    let trial = trial();
    let none = tercel::conduct::ConductRecords::default();
    assert!(check_conduct(&trial, &data(&[("S2", 1, "2025-03-01")]), &none).is_empty());
}

#[test]
fn progression_ends_the_visits_and_not_the_years_for_which_a_vector_is_watched() {
    let after = |reason: &'static str, visit: &str| {
        standing("2025-08-02T09:00", visit, &[], |own| {
            own.departures.push(super::departure(reason, "2025-08-01"));
        })
    };
    for reason in ["PROGRESSIVE DISEASE", "COMPLETED"] {
        assert_eq!(after(reason, "Month 6"), VisitStanding::NotAsked, "{reason}");
        assert_eq!(after(reason, "Year 15"), VisitStanding::Ahead, "{reason}");
    }
    for reason in ["WITHDRAWAL BY SUBJECT", "LOST TO FOLLOW-UP", "DEATH"] {
        assert_eq!(after(reason, "Year 15"), VisitStanding::NotAsked, "{reason}");
    }
}

fn lab(day: &str) -> Lab {
    Lab {
        record: tercel::study::RecordId {
            dataset: tercel::study::Dataset::new("LB"),
            subject: SubjectId::new("S1"),
            number: 1,
        },
        test: "ALT".to_owned(),
        value: Some(30.0),
        unread: false,
        unit: "U/L".to_owned(),
        lln: None,
        uln: None,
        when: tercel::study::When::parse(day).unwrap(),
        significant: None,
        event: None,
    }
}

#[test]
fn nothing_is_asked_from_which_consent_was_withdrawn() {
    let trial = trial();
    let withdrawn = |scopes: &[Scope]| {
        let mut records = records(&trial);
        records.subjects[0].infusions.push(infused());
        records.subjects[0].withdrawals.push(Withdrawal {
            entry: entry("W", "Li", "2025-06-01T09:00"),
            scopes: scopes.to_vec(),
            when: at("2025-06-01T09:00"),
        });
        records
    };
    let data = data(&[]);
    let of_month_6 = |records: &ConductRecords| {
        let visits = derive_schedule(
            &Study::new(&trial, &data, records, at("2025-09-20T09:00")),
            &SubjectId::new("S1"),
        );
        let visit = visits.into_iter().find(|one| one.name.en == "Month 6").unwrap();
        (visit.standing, visit.vector)
    };
    assert_eq!(
        of_month_6(&withdrawn(&[Scope::Treatment])),
        (VisitStanding::Due, Some(false))
    );
    assert_eq!(of_month_6(&withdrawn(&[Scope::Samples])), (VisitStanding::Due, None));
    assert_eq!(of_month_6(&withdrawn(&[Scope::Data])).0, VisitStanding::NotAsked);
    // What was drawn after it is found, however it came in.
    let mut drawn = self::data(&[]);
    for day in ["2025-06-01", "2025-07-01", "2025-07-08"] {
        drawn.subjects[0].labs.push(lab(day));
    }
    let said = |scope: Scope| {
        let found = check_conduct(&trial, &drawn, &withdrawn(&[scope]));
        found
            .into_iter()
            .filter(|one| one.field == "LBDTC")
            .map(|one| one.rule.to_string())
            .collect::<Vec<_>>()
    };
    assert!(said(Scope::Samples)[0].contains("samples on 2025-06-01: 2, the first on 2025-07-01"));
    assert_eq!((said(Scope::Data).len(), said(Scope::Visits).len()), (1, 0));
    // Who withdrew from treatment before the infusion is not infused: no gate of it is worked on.
    let mut before = withdrawn(&[Scope::Treatment]);
    before.subjects[0].infusions.clear();
    for subject in &mut before.subjects {
        subject.withdrawals[0].when = at("2025-03-14T09:00");
        subject.withdrawals[0].entry.at = at("2025-03-14T09:30");
    }
    let none = self::data(&[]);
    let list = derive_tasks(&Study::new(&trial, &none, &before, at("2025-03-14T10:00")));
    let works: Vec<&Work> = list.iter().map(|task| &task.work).collect();
    assert!(works.contains(&&Work::NotTreated), "{works:?}");
    assert!(!works.iter().any(|work| matches!(work, Work::Gate(_))), "{works:?}");
    // Who withdrew from treatment and visits has left: how is to be entered, and nothing else is asked.
    let all = withdrawn(&[Scope::Treatment, Scope::Visits, Scope::Data, Scope::Samples]);
    let list = derive_tasks(&Study::new(&trial, &data, &all, at("2025-09-20T09:00")));
    let works: Vec<&Work> = list.iter().map(|task| &task.work).collect();
    assert!(works.contains(&&Work::EndOfParticipation), "{works:?}");
    let asked = |work: &&&Work| {
        matches!(
            work,
            Work::Visit(_) | Work::Vector(_) | Work::SafetyContact | Work::Reconsent(_)
        )
    };
    assert_eq!(works.iter().filter(asked).count(), 0, "{works:?}");
}
