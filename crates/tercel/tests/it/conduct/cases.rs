//! Serious events as cases: reports, their numbers and the clocks, by hand.

use tercel::conduct::{CaseReport, CaseReportKind, ConductRecords, Recipient, Study, SubjectConduct, check_conduct};
use tercel::grade::Grade;
use tercel::protocol::{Authority, Trial, parse_protocol};
use tercel::safety::{Awaited, Case, Due, ReportClock, Standing, derive_cases};
use tercel::study::{
    AdverseEvent, Causality, Dataset, EventDetails, EventOutcome, RecordId, StudyData, SubjectId, When,
};

use super::{HCC, at, data, day, entry, trial};

/// S1 with one serious event of grade 4, suspected and unexpected, of which the sponsor learned on a day.
fn with_event(aware: Option<&str>) -> StudyData {
    let mut data = data(&[]);
    let record = RecordId {
        dataset: Dataset::new("AE"),
        subject: SubjectId::new("S1"),
        number: 3,
    };
    let event = AdverseEvent {
        record,
        term: "Liver failure".to_owned(),
        preferred_term: None,
        organ_class: None,
        grade: Some(Grade::G4),
        serious: Some(true),
        causality: Causality::default(),
        start: Some(When::parse("2025-03-20").unwrap()),
        end: None,
        outcome: EventOutcome::Ongoing,
        details: EventDetails {
            aware: aware.map(|aware| When::parse(aware).unwrap()),
            ..EventDetails::default()
        },
    };
    data.subjects[0].adverse_events.push(event);
    data
}

fn report(kind: CaseReportKind, recipient: Recipient, aware: &str, sent: Option<&str>) -> CaseReport {
    CaseReport {
        entry: entry(&format!("case-report/S1/{aware}"), "Li", aware),
        event: 3,
        kind,
        recipient,
        aware: at(aware),
        sent: sent.map(at),
        reporter: "Li".to_owned(),
        receiver: None,
        news: None,
    }
}

fn cases<'d>(study: &Study<'d>) -> Vec<Case<'d>> {
    derive_cases(study, &SubjectId::new("S1"))
}

fn study<'s>(trial: &'s Trial, data: &'s StudyData, reports: &[CaseReport], now: &str) -> Study<'s> {
    let mut own = SubjectConduct::of(SubjectId::new("S1"));
    own.reports = reports.to_vec();
    let records = ConductRecords {
        subjects: vec![own],
        ..ConductRecords::default()
    };
    Study::new(trial, data, &records, at(now))
}

fn of(clocks: &[ReportClock], recipient: Recipient) -> Vec<(Awaited, Option<Due>, Standing)> {
    let own = clocks.iter().filter(|clock| clock.recipient == recipient);
    own.map(|clock| (clock.report, clock.due, clock.standing)).collect()
}

const NMPA: Recipient = Recipient::Authority(Authority::Nmpa);

#[test]
fn the_investigator_has_24_hours_to_the_minute() {
    let (trial, data) = (trial(), with_event(None));
    let standing = |sent: Option<&str>, now: &str| {
        let told = report(CaseReportKind::Initial, Recipient::Sponsor, "2025-03-21T08:00", sent);
        let study = study(&trial, &data, &[told], now);
        let case = cases(&study).remove(0);
        let clock = &case.clocks[0];
        assert_eq!(clock.due, Some(Due::By(at("2025-03-22T08:00"))));
        clock.standing
    };
    assert_eq!(standing(Some("2025-03-22T08:00"), "2025-04-01T09:00"), Standing::InTime);
    assert_eq!(
        standing(Some("2025-03-22T08:01"), "2025-04-01T09:00"),
        Standing::Late(1)
    );
    assert_eq!(
        standing(Some("2025-03-22T09:01"), "2025-04-01T09:00"),
        Standing::Late(2)
    );
    assert_eq!(standing(None, "2025-03-21T10:30"), Standing::Open(21));
    assert_eq!(standing(None, "2025-03-22T08:00"), Standing::Open(0));
    assert_eq!(standing(None, "2025-03-23T08:00"), Standing::Overdue(24));
    let unknown = study(&trial, &data, &[], "2025-04-01T09:00");
    let case = cases(&unknown).remove(0);
    assert_eq!(
        of(&case.clocks, Recipient::Sponsor),
        [(Awaited::Initial, None, Standing::CannotStart)]
    );
    assert!(case.is_overdue());
    // A follow-up alone does not stand for the first report.
    let later = report(
        CaseReportKind::FollowUp,
        Recipient::Sponsor,
        "2025-03-24T08:00",
        Some("2025-03-24T09:00"),
    );
    let alone = study(&trial, &data, &[later], "2025-04-01T09:00");
    let sponsor = of(&cases(&alone)[0].clocks, Recipient::Sponsor);
    assert_eq!(sponsor[0], (Awaited::Initial, None, Standing::CannotStart));
    assert_eq!(sponsor[1].2, Standing::InTime);
    let told = with_event(Some("2025-03-21"));
    let by_event = study(&trial, &told, &[], "2025-03-22T09:00");
    let sponsor = of(&cases(&by_event)[0].clocks, Recipient::Sponsor);
    assert_eq!(sponsor, [(Awaited::Initial, None, Standing::InTime)]);
}

#[test]
fn times_are_the_protocols_where_it_states_them() {
    let text = HCC.replacen(
        "ethics_days = 1\n",
        "ethics_days = 1\ninvestigator_hours = 12\nurgent_days = 5\nurgent_complete_days = 10\nother_days = 9\nfollow_up_days = 8\n",
        1,
    );
    let trial = parse_protocol("protocol.toml", &text).unwrap();
    let data = with_event(Some("2025-03-21"));
    let reports = [
        report(CaseReportKind::Initial, Recipient::Sponsor, "2025-03-21T08:00", None),
        report(
            CaseReportKind::FollowUp,
            Recipient::Sponsor,
            "2025-03-24T08:00",
            Some("2025-03-24T09:00"),
        ),
    ];
    let study = study(&trial, &data, &reports, "2025-03-25T09:00");
    let case = cases(&study).remove(0);
    let dues: Vec<Due> = of(&case.clocks, NMPA).iter().filter_map(|(_, due, _)| *due).collect();
    assert_eq!(
        dues,
        [
            Due::On(day("2025-03-26")),
            Due::On(day("2025-03-31")),
            Due::On(day("2025-04-01"))
        ]
    );
    assert!(of(&case.clocks, Recipient::Sponsor).contains(&(
        Awaited::Initial,
        Some(Due::By(at("2025-03-21T20:00"))),
        Standing::Overdue(85)
    )));
    let wrong = text.replacen("urgent_complete_days = 10", "urgent_complete_days = 4", 1);
    let diagnostics = parse_protocol("protocol.toml", &wrong).unwrap_err();
    assert!(
        format!("{diagnostics:?}").contains("complete report would be due before"),
        "{diagnostics:?}"
    );
}

#[test]
fn each_later_report_to_the_sponsor_is_passed_on_within_15_days_of_it() {
    let (trial, data) = (trial(), with_event(Some("2025-03-21")));
    let follow_up = CaseReportKind::FollowUp;
    let reports = [
        // Entered out of order: numbers follow the time.
        report(
            CaseReportKind::Final,
            Recipient::Sponsor,
            "2025-04-10T08:00",
            Some("2025-04-10T09:00"),
        ),
        report(
            follow_up,
            Recipient::Sponsor,
            "2025-03-30T08:00",
            Some("2025-03-30T09:00"),
        ),
        report(
            CaseReportKind::Initial,
            Recipient::Sponsor,
            "2025-03-21T08:00",
            Some("2025-03-21T09:00"),
        ),
        report(
            follow_up,
            Recipient::Sponsor,
            "2025-03-25T08:00",
            Some("2025-03-25T09:00"),
        ),
        report(follow_up, NMPA, "2025-03-25T09:00", Some("2025-04-10T10:00")),
    ];
    let study = study(&trial, &data, &reports, "2025-04-20T09:00");
    let case = cases(&study).remove(0);
    assert!(case.closed);
    let numbers: Vec<(Recipient, Awaited)> = case
        .reports
        .iter()
        .map(|one| (one.report.recipient, one.number))
        .collect();
    assert_eq!(
        numbers,
        [
            (Recipient::Sponsor, Awaited::Initial),
            (Recipient::Sponsor, Awaited::FollowUp(1)),
            (Recipient::Sponsor, Awaited::FollowUp(2)),
            (Recipient::Sponsor, Awaited::Final),
            (NMPA, Awaited::FollowUp(1)),
        ]
    );
    let passed_on = &of(&case.clocks, NMPA)[2..];
    assert_eq!(
        passed_on,
        [
            (
                Awaited::FollowUp(1),
                Some(Due::On(day("2025-04-09"))),
                Standing::Late(1)
            ),
            (Awaited::FollowUp(2), Some(Due::On(day("2025-04-14"))), Standing::InTime),
            (Awaited::Final, Some(Due::On(day("2025-04-25"))), Standing::InTime),
        ]
    );
    // An event that no authority is to have is passed on to none.
    let mut expected = with_event(Some("2025-03-21"));
    expected.subjects[0].adverse_events[0].serious = Some(false);
    let none = super::cases::study(&trial, &expected, &reports, "2025-04-20T09:00");
    assert!(cases(&none).is_empty());
}

#[test]
fn a_report_of_no_event_or_of_one_that_is_not_serious_or_told_on_another_day_is_a_finding() {
    let trial = trial();
    let found = |change: &dyn Fn(&mut StudyData, &mut CaseReport)| {
        let mut data = with_event(Some("2025-03-21"));
        let mut told = report(
            CaseReportKind::Initial,
            Recipient::Sponsor,
            "2025-03-21T08:00",
            Some("2025-03-21T09:00"),
        );
        change(&mut data, &mut told);
        let study = study(&trial, &data, &[told], "2025-04-20T09:00");
        let findings = check_conduct(&trial, &data, &study.records);
        findings
            .iter()
            .map(|finding| finding.rule.to_string())
            .collect::<Vec<_>>()
    };
    assert!(found(&|_, _| {}).is_empty());
    assert_eq!(found(&|_, told| told.event = 9).len(), 1);
    let mild = found(&|data, _| data.subjects[0].adverse_events[0].serious = Some(false));
    assert!(mild[0].contains("not recorded as serious"), "{mild:?}");
    let other_day = found(&|_, told| told.sent = Some(at("2025-03-22T09:00")));
    assert!(
        other_day[0].contains("2025-03-22") && other_day[0].contains("2025-03-21"),
        "{other_day:?}"
    );
}
