//! Gates of conduct: one subject of the IL1RAP study with every record in order, and what each change does to it.

mod bedside;
mod cases;
mod entry;
mod given;
mod level;
mod lists;
mod way;

use jiff::civil::{Date, DateTime};
use tercel::conduct::{
    Approval, Assessment, Bag, Collection, ConductRecords, Consent, Custody, Delegation, Departure, Disposition,
    EligibilityItem, EmergencyRelease, Entry, Gate, IdentityCheck, ItemGate, Lot, Lymphodepletion, Measured, Met,
    OpenLevel, Order, OrderedBag, Reading, Receipt, Release, Screening, Severity, Signature, SignedDecision, Slot,
    Study, SubjectConduct, TestOutcome, TestResult, Thaw, infusion_gate, lymphodepletion_gate,
};
use tercel::language::{Language, Words};
use tercel::protocol::{Cells, DoseLevel, Limits, Specification, StudyTask, Trial, parse_protocol};
use tercel::study::{Infusion, RecordId, StudyData, Subject, SubjectId, When};

pub(crate) const HCC: &str = include_str!("../../../../../trials/il1rap-hcc/protocol.toml");

/// Begin of lymphodepletion, and of the infusion.
const DEPLETED: &str = "2025-03-10T08:00";
const INFUSED: &str = "2025-03-15T10:00";

fn trial() -> Trial {
    parse_protocol("protocol.toml", HCC).unwrap()
}

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn entry(id: &str, by: &str, when: &str) -> Entry {
    Entry {
        id: id.to_owned(),
        by: by.to_owned(),
        at: at(when),
    }
}

fn level(number: u8) -> DoseLevel {
    DoseLevel::new(number).unwrap()
}

/// A value that just keeps the bounds.
fn keeps(limits: &Limits) -> Measured {
    let bound = limits.at_least.or(limits.at_most);
    let value = bound
        .or(limits.above.map(|above| above + 0.1))
        .or(limits.below.map(|below| below - 0.1))
        .unwrap();
    if limits.unit == Limits::ULN {
        return Measured {
            value: value * 40.0,
            unit: "U/L".to_owned(),
            uln: Some(40.0),
        };
    }
    Measured {
        value,
        unit: limits.unit.clone(),
        uln: None,
    }
}

fn criteria(trial: &Trial) -> Vec<EligibilityItem> {
    let rules = trial.conduct.as_ref().unwrap();
    let item = |criterion: &tercel::protocol::EntryCriterion| EligibilityItem {
        entry: entry(&format!("E-{}", criterion.id), "Li", "2025-02-05T15:00"),
        criterion: criterion.id.clone(),
        value: criterion.limits.as_ref().map(keeps),
        assessed: at("2025-02-05T09:00"),
        met: Met::Met,
        supported: criterion.unsupported_days.map(|_| false),
        waived: false,
    };
    rules.criteria.iter().map(item).collect()
}

fn assessments(trial: &Trial) -> Vec<Assessment> {
    let rules = trial.conduct.as_ref().unwrap();
    let of = |gate: ItemGate, items: &[tercel::protocol::GateItem], when: &str| -> Vec<Assessment> {
        let one = |item: &tercel::protocol::GateItem| Assessment {
            entry: entry(&format!("A-{}", item.id), "Li", when),
            gate,
            item: item.id.clone(),
            value: item.limits.as_ref().map(keeps),
            holds: item.limits.is_none().then_some(true),
            assessed: at(when),
        };
        items.iter().map(one).collect()
    };
    let mut all = of(
        ItemGate::Lymphodepletion,
        &rules.lymphodepletion_items,
        "2025-03-10T07:00",
    );
    all.extend(of(ItemGate::Infusion, &rules.infusion_items, "2025-03-15T08:00"));
    all
}

fn bag(label: &str, cells: f64) -> Bag {
    Bag {
        entry: entry(&format!("B-{label}"), "Lab", "2025-03-05T09:00"),
        label: label.to_owned(),
        lot: "L1".to_owned(),
        coi: "COI-1".to_owned(),
        cells: Cells::new(cells).unwrap(),
        volume: 50.0,
        expires: at("2025-09-01T12:00"),
    }
}

fn tests(trial: &Trial) -> Vec<TestResult> {
    let rules = trial.conduct.as_ref().unwrap();
    let one = |test: &tercel::protocol::ReleaseTest| TestResult {
        entry: entry(&format!("T-{}", test.id), "Lab", "2025-03-05T10:00"),
        lot: "L1".to_owned(),
        test: test.id.clone(),
        outcome: match &test.specification {
            Specification::Word(word) => TestOutcome::Word(word.clone()),
            Specification::Limits(limits) => {
                let value = keeps(limits);
                TestOutcome::Value(value.value, value.unit)
            }
        },
        reported: at("2025-03-05T10:00"),
    };
    rules.release_tests.iter().map(one).collect()
}

fn custody(bag: &str) -> Vec<Custody> {
    let one = |id: &str, from: &str, to: &str, when: &str| Custody {
        entry: entry(&format!("C-{bag}-{id}"), "Wang", when),
        bag: bag.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        released_by: "Zhou".to_owned(),
        received_by: "Wang".to_owned(),
        when: at(when),
        place: "Site".to_owned(),
        celsius: Some(-160.0),
        temperature_kept: Some(true),
        intact: Some(true),
        label_matches: Some(true),
    };
    vec![
        one("1", "cell laboratory", "courier", "2025-03-06T09:00"),
        one("2", "courier", "pharmacy", "2025-03-06T13:00"),
        one("3", "pharmacy", "ward", "2025-03-15T09:30"),
    ]
}

fn receipt(bag: &str) -> Receipt {
    Receipt {
        entry: entry(&format!("R-{bag}"), "Wang", "2025-03-06T13:05"),
        bag: bag.to_owned(),
        when: at("2025-03-06T13:00"),
        accepted: Some(true),
    }
}

fn reading(person: &str, bag: &str) -> Reading {
    Reading {
        person: person.to_owned(),
        subject: "S1".to_owned(),
        coi: "COI-1".to_owned(),
        lot: "L1".to_owned(),
        bag: bag.to_owned(),
        at: at("2025-03-15T09:50"),
    }
}

fn identity(bag: &str) -> IdentityCheck {
    IdentityCheck {
        entry: entry(&format!("I-{bag}"), "Chen", "2025-03-15T09:51"),
        bag: bag.to_owned(),
        first: reading("Chen", bag),
        second: reading("Wang", bag),
    }
}

fn thaw(bag: &str) -> Thaw {
    Thaw {
        entry: entry(&format!("H-{bag}"), "Wang", "2025-03-15T09:45"),
        bag: bag.to_owned(),
        when: at("2025-03-15T09:45"),
    }
}

fn departure(reason: &str, when: &str) -> Departure {
    Departure {
        entry: entry("DP", "Li", &format!("{when}T09:00")),
        reason: Words::english(reason.to_owned()),
        when: day(when),
    }
}

/// Subject S1 with every record that the gate of infusion asks for, at level 1 with one bag.
fn subject(trial: &Trial) -> SubjectConduct {
    let mut own = SubjectConduct::of(SubjectId::new("S1"));
    own.screening.push(Screening {
        entry: entry("SC", "Li", "2025-02-01T10:00"),
        began: day("2025-02-01"),
    });
    own.consents.push(Consent {
        entry: entry("CO", "Li", "2025-02-01T09:30"),
        version: "1.0".to_owned(),
        signed: at("2025-02-01T09:00"),
    });
    own.eligibility = criteria(trial);
    own.slots.push(Slot {
        entry: entry("SL", "Li", "2025-02-10T09:00"),
        level: level(1),
        reserved: at("2025-02-10T09:00"),
        released: None,
    });
    own.collections.push(Collection {
        entry: entry("CL", "Chen", "2025-02-12T12:00"),
        coi: "COI-1".to_owned(),
        din: "DIN-1".to_owned(),
        began: at("2025-02-12T09:00"),
    });
    own.lots.push(Lot {
        entry: entry("LO", "Lab", "2025-02-14T09:00"),
        lot: "L1".to_owned(),
        coi: "COI-1".to_owned(),
        dins: vec!["DIN-1".to_owned()],
        level: level(1),
        failed: false,
    });
    own.bags.push(bag("A", 1.0e8));
    own.tests = tests(trial);
    own.releases.push(Release {
        entry: entry("RE", "QA", "2025-03-05T12:00"),
        lot: "L1".to_owned(),
        disposition: Disposition::Released,
        excepted: Vec::new(),
        signatures: vec![Signature {
            person: "QA".to_owned(),
            meaning: "released".to_owned(),
            at: at("2025-03-05T12:00"),
        }],
        when: at("2025-03-05T12:00"),
    });
    own.custody = custody("A");
    own.receipts.push(receipt("A"));
    own.assessments = assessments(trial);
    own.lymphodepletion.push(Lymphodepletion {
        entry: entry("LD", "Chen", DEPLETED),
        began: at(DEPLETED),
        completed: Some(at("2025-03-12T09:00")),
    });
    own.orders.push(Order {
        entry: entry("OR", "Li", "2025-03-09T09:00"),
        level: level(1),
        planned: at(INFUSED),
        bags: vec![OrderedBag {
            label: "A".to_owned(),
            volume: None,
        }],
    });
    own.thaws.push(thaw("A"));
    own.identity.push(identity("A"));
    own
}

fn decision(id: &str, levels: &[u8], signed: &str, effective: &str) -> SignedDecision {
    let open = levels.iter().map(|number| OpenLevel {
        level: level(*number),
        places: Some(6),
    });
    SignedDecision {
        entry: entry(id, "Zhao", signed),
        open: open.collect(),
        recommendation: "go on".to_owned(),
        signed_by: vec!["Zhao".to_owned()],
        signed: Some(at(signed)),
        effective: Some(at(effective)),
        superseded: None,
        known: None,
    }
}

/// The records of the study with subject S1.
fn records(trial: &Trial) -> ConductRecords {
    let log = |person: &str, task: StudyTask| Delegation {
        entry: entry(&format!("D-{person}"), "Li", "2025-01-02T09:00"),
        person: person.to_owned(),
        role: "investigator".to_owned(),
        task,
        from: day("2025-01-02"),
        until: None,
        trained: Some(day("2025-01-02")),
    };
    ConductRecords {
        subjects: vec![subject(trial)],
        decisions: vec![decision("D1", &[1], "2025-02-08T09:00", "2025-02-08T10:00")],
        delegation: vec![
            log("Li", StudyTask::Consent),
            log("Li", StudyTask::Eligibility),
            log("Li", StudyTask::Assessment),
            log("Li", StudyTask::Order),
            log("Wang", StudyTask::Receipt),
            log("Wang", StudyTask::Identity),
            log("Chen", StudyTask::Identity),
            log("Zhao", StudyTask::Decision),
        ],
        ..ConductRecords::default()
    }
}

/// Data of the study with S1, and the infusions of others by subject, level and day.
fn data(others: &[(&str, u8, &str)]) -> StudyData {
    let record = |id: &str, dataset: &str| RecordId {
        dataset: tercel::study::Dataset::new(dataset),
        subject: SubjectId::new(id),
        number: 1,
    };
    let mut subjects = vec![Subject::known_by(record("S1", "DM"))];
    for (id, number, when) in others {
        let mut subject = Subject::known_by(record(id, "DM"));
        subject.level = DoseLevel::new(*number);
        subject.infusions.push(Infusion {
            record: record(id, "EX"),
            when: When::parse(when).unwrap(),
            planned: None,
            actual: None,
        });
        subjects.push(subject);
    }
    StudyData {
        subjects,
        dated: true,
        ..StudyData::default()
    }
}

/// The keys of what the gate of infusion lacks at a moment, after a change of S1 and of the study.
fn lacks_at(when: &str, change: impl FnOnce(&mut SubjectConduct)) -> Vec<String> {
    let trial = trial();
    let mut records = records(&trial);
    change(&mut records.subjects[0]);
    keys(&infusion(&trial, &records, &data(&[]), when))
}

/// The keys of what the gate of infusion lacks when the infusion is planned.
fn lacks(change: impl FnOnce(&mut SubjectConduct)) -> Vec<String> {
    lacks_at(INFUSED, change)
}

fn infusion(trial: &Trial, records: &ConductRecords, data: &StudyData, when: &str) -> Gate {
    infusion_gate(&Study::new(trial, data, records, at(when)), &SubjectId::new("S1"))
}

/// The gate of lymphodepletion at its begin, without the records of what came after.
fn depletion(trial: &Trial, records: &ConductRecords, data: &StudyData) -> Gate {
    let mut records = records.clone();
    records.subjects[0].lymphodepletion.clear();
    lymphodepletion_gate(&Study::new(trial, data, &records, at(DEPLETED)), &SubjectId::new("S1"))
}

fn keys(gate: &Gate) -> Vec<String> {
    for one in &gate.missing {
        for language in Language::ALL {
            assert!(!one.need.sentence(language).is_empty() && !one.need.remedy().of(language).is_empty());
        }
    }
    gate.missing.iter().map(tercel::conduct::Missing::key).collect()
}

#[test]
fn every_record_in_order_opens_every_gate() {
    let trial = trial();
    let records = records(&trial);
    let gate = infusion(&trial, &records, &data(&[]), INFUSED);
    assert_eq!(keys(&gate), [""; 0]);
    assert!(
        gate.is_open() && gate.urgent.is_empty() && gate.passed.len() >= 19,
        "{:?}",
        gate.passed
    );
    assert_eq!(keys(&depletion(&trial, &records, &data(&[]))), [""; 0]);
}

#[test]
fn a_protocol_without_conduct_and_a_subject_without_records_open_no_gate() {
    let mut trial = trial();
    let records = records(&trial);
    let other = infusion_gate(
        &Study::new(&trial, &data(&[]), &records, at(INFUSED)),
        &SubjectId::new("S9"),
    );
    assert_eq!(keys(&other), ["no-records"]);
    trial.conduct = None;
    assert_eq!(
        keys(&infusion(&trial, &records, &data(&[]), INFUSED)),
        ["not-configured"]
    );
}

/// Whatever list of records is taken away, the gate of infusion closes; what is entered later was not known.
#[test]
fn every_list_of_records_is_needed_and_what_is_entered_later_is_not_known() {
    type Clear = fn(&mut SubjectConduct);
    let lists: [(&str, Clear); 13] = [
        ("consents", |own| own.consents.clear()),
        ("eligibility", |own| own.eligibility.clear()),
        ("slots", |own| own.slots.clear()),
        ("collections", |own| own.collections.clear()),
        ("lots", |own| own.lots.clear()),
        ("bags", |own| own.bags.clear()),
        ("custody", |own| own.custody.clear()),
        ("tests", |own| own.tests.clear()),
        ("releases", |own| own.releases.clear()),
        ("receipts", |own| own.receipts.clear()),
        ("assessments", |own| own.assessments.clear()),
        ("orders", |own| own.orders.clear()),
        ("lymphodepletion", |own| own.lymphodepletion.clear()),
    ];
    for (name, clear) in lists {
        assert!(!lacks(clear).is_empty(), "{name}");
    }
    assert_eq!(lacks(|own| own.identity.clear()), ["not-checked-by-two"]);
    assert_eq!(lacks(|own| own.thaws.clear()), ["not-thawed"]);
    assert_eq!(
        lacks(|own| own.releases[0].entry.at = at("2025-03-15T10:01")),
        ["not-released"]
    );
}

/// An emergency release of these keys, by two persons after lymphodepletion began.
fn emergency(keys: &[&str]) -> EmergencyRelease {
    let by = |person: &str| Approval {
        person: person.to_owned(),
        authenticated: true,
        at: at("2025-03-15T09:55"),
    };
    EmergencyRelease {
        entry: entry("ER", "Li", "2025-03-15T09:56"),
        investigator: by("Li"),
        physician: by("Sun"),
        reason: "lymphodepleted, infection risk rises".to_owned(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
    }
}

fn severities(gate: &Gate) -> Vec<Severity> {
    gate.missing.iter().map(|one| one.severity).collect()
}
