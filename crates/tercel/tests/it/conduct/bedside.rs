//! Dose, identity, custody, thaw and expiry at their boundaries.

use tercel::conduct::{Disposition, OrderedBag, Severity, Signature, TestOutcome};
use tercel::protocol::Cells;

use super::{
    INFUSED, at, bag, custody, data, emergency, entry, identity, infusion, keys, lacks, lacks_at, receipt, records,
    severities, thaw, trial,
};

/// What the gate says of a dose of so many viable cells at level 1 (1×10^8).
fn of_cells(cells: f64) -> Vec<String> {
    lacks(|own| own.bags[0].cells = Cells::new(cells).unwrap())
}

#[test]
fn the_dose_is_within_80_to_120_percent_exactly() {
    for cells in [0.8e8, 1.0e8, 1.2e8] {
        assert_eq!(of_cells(cells), [""; 0], "{cells}");
    }
    for (cells, key) in [
        (0.799e8, "dose-below"),
        (79_999_999.0, "dose-below"),
        (1.201e8, "dose-above"),
        (120_000_001.0, "dose-above"),
        (0.0, "no-cells"),
        // 2.5 entered with the unit of 10^6 instead of 10^8, and the other way round.
        (1.0e6, "dose-below"),
        (1.0e10, "dose-above"),
    ] {
        assert_eq!(of_cells(cells), [key], "{cells}");
    }
}

#[test]
fn too_many_cells_are_never_released_and_too_few_may_be() {
    let trial = trial();
    for (cells, severity) in [
        (0.799e8, Severity::Medical),
        (1.201e8, Severity::Absolute),
        (0.0, Severity::Absolute),
    ] {
        let mut records = records(&trial);
        records.subjects[0].bags[0].cells = Cells::new(cells).unwrap();
        records.subjects[0]
            .emergencies
            .push(emergency(&["dose-below", "dose-above", "no-cells"]));
        let gate = infusion(&trial, &records, &data(&[]), INFUSED);
        assert_eq!(gate.is_open(), severity == Severity::Medical, "{cells}");
        if severity == Severity::Medical {
            assert_eq!(gate.released.len(), 1);
        } else {
            assert_eq!(severities(&gate), [severity]);
        }
    }
}

/// Adds bag B with every record it needs.
fn second_bag(own: &mut tercel::conduct::SubjectConduct, cells: f64) {
    own.bags.push(bag("B", cells));
    own.custody.extend(custody("B"));
    own.receipts.push(receipt("B"));
    own.thaws.push(thaw("B"));
    own.identity.push(identity("B"));
    own.orders[0].bags.push(OrderedBag {
        label: "B".to_owned(),
        volume: None,
    });
}

#[test]
fn bags_add_up_and_a_part_of_a_bag_counts_by_its_volume() {
    let two = |first: f64, second: f64| {
        lacks(|own| {
            own.bags[0].cells = Cells::new(first).unwrap();
            second_bag(own, second);
        })
    };
    assert_eq!(two(0.4e8, 0.4e8), [""; 0]);
    assert_eq!(two(0.4e8, 0.399e8), ["dose-below"]);
    assert_eq!(two(0.6e8, 0.6e8), [""; 0]);
    assert_eq!(two(0.6e8, 0.601e8), ["dose-above"]);
    let part = |cells: f64, volume: f64| {
        lacks(|own| {
            own.bags[0].cells = Cells::new(cells).unwrap();
            own.orders[0].bags[0].volume = Some(volume);
        })
    };
    assert_eq!(part(2.5e8, 20.0), [""; 0]);
    assert_eq!(part(2.5e8, 24.0), [""; 0]);
    assert_eq!(part(2.5e8, 24.1), ["dose-above"]);
    for volume in [0.0, -1.0, 50.1, f64::NAN] {
        assert_eq!(part(2.5e8, volume), ["bag-volume"], "{volume}");
    }
    let twice = lacks(|own| {
        let again = own.orders[0].bags[0].clone();
        own.orders[0].bags.push(again);
    });
    assert_eq!(twice, ["bag-volume"]);
}

#[test]
fn a_bag_of_two_needs_its_own_check_custody_receipt_and_thaw() {
    let without = |take: fn(&mut tercel::conduct::SubjectConduct)| {
        lacks(|own| {
            own.bags[0].cells = Cells::new(0.5e8).unwrap();
            second_bag(own, 0.5e8);
            take(own);
        })
    };
    assert_eq!(without(|_| {}), [""; 0]);
    assert_eq!(without(|own| own.identity.truncate(1)), ["not-checked-by-two"]);
    assert_eq!(without(|own| own.custody.truncate(3)), ["custody"]);
    assert_eq!(without(|own| own.receipts.truncate(1)), ["not-received"]);
    assert_eq!(without(|own| own.thaws.truncate(1)), ["not-thawed"]);
}

#[test]
fn a_product_expires_at_its_minute() {
    let expiring = |when: &str| lacks(|own| own.bags[0].expires = at(when));
    assert_eq!(expiring("2025-03-15T10:01"), [""; 0]);
    assert_eq!(expiring("2025-03-15T10:00"), ["expired"]);
    assert_eq!(expiring("2025-03-15T09:59"), ["expired"]);
    // Lymphodepletion does not begin for a product that will have expired by the planned infusion.
    let trial = trial();
    let mut records = records(&trial);
    records.subjects[0].bags[0].expires = at("2025-03-15T10:00");
    assert_eq!(keys(&super::depletion(&trial, &records, &data(&[]))), ["expired"]);
}

#[test]
fn thirty_minutes_after_thawing_are_allowed_and_thirty_one_are_not() {
    assert_eq!(lacks(|own| own.thaws[0].when = at("2025-03-15T09:30")), [""; 0]);
    assert_eq!(
        lacks(|own| own.thaws[0].when = at("2025-03-15T09:29")),
        ["thaw-too-long"]
    );
    assert_eq!(lacks(|own| own.thaws[0].when = at("2025-03-15T10:05")), ["not-thawed"]);
    let again = lacks(|own| {
        own.thaws[0].when = at("2025-03-15T09:00");
        own.thaws.push(thaw("A"));
    });
    assert_eq!(again, ["thaw-too-long"]);
}

#[test]
fn identity_is_one_number_read_by_two_persons_and_nothing_releases_a_mismatch() {
    assert_eq!(lacks(|own| own.lots[0].coi = "COI-2".to_owned()), ["identity"]);
    assert_eq!(lacks(|own| own.lots[0].dins = vec!["DIN-2".to_owned()]), ["identity"]);
    assert_eq!(lacks(|own| own.lots[0].dins.clear()), ["identity"]);
    assert_eq!(lacks(|own| own.bags[0].coi = "COI-2".to_owned()), ["identity"]);
    assert_eq!(
        lacks(|own| own.identity[0].second.person = " chen ".to_owned()),
        ["same-person", "not-delegated:identity: chen "]
    );
    assert_eq!(
        lacks(|own| own.identity[0].second.person = String::new())[0],
        "not-checked-by-two"
    );
    assert_eq!(
        lacks(|own| own.identity[0].first.subject = "S2".to_owned()),
        ["identity"]
    );
    assert_eq!(lacks(|own| own.identity[0].second.lot = "L2".to_owned()), ["identity"]);
    assert_eq!(lacks(|own| own.identity[0].second.bag = "B".to_owned()), ["identity"]);
    assert_eq!(
        lacks(|own| own.identity[0].second.coi = "COI-2".to_owned()),
        ["identity"]
    );
    assert_eq!(
        lacks(|own| own.identity[0].second.at = at("2025-03-15T10:30")),
        ["not-checked-by-two"]
    );
    let trial = trial();
    let mut records = records(&trial);
    records.subjects[0].identity[0].first.coi = "COI-2".to_owned();
    records.subjects[0].emergencies.push(emergency(&["identity"]));
    let gate = infusion(&trial, &records, &data(&[]), INFUSED);
    assert_eq!(severities(&gate), [Severity::Absolute]);
    assert!(!gate.urgent.is_empty() && gate.released.is_empty());
}

#[test]
fn a_bag_or_a_number_of_another_subject_closes_the_gate() {
    let trial = trial();
    let mut records = records(&trial);
    let mut other = records.subjects[0].clone();
    other.subject = tercel::study::SubjectId::new("S2");
    other.collections[0].coi = "COI-2".to_owned();
    other.bags[0].label = "X".to_owned();
    other.lymphodepletion.clear();
    records.subjects.push(other);
    assert_eq!(keys(&infusion(&trial, &records, &data(&[]), INFUSED)), [""; 0]);
    records.subjects[0].orders[0].bags[0].label = "X".to_owned();
    let gate = infusion(&trial, &records, &data(&[]), INFUSED);
    assert!(keys(&gate).contains(&"bag-of-another".to_owned()), "{:?}", keys(&gate));
    records.subjects[0].orders[0].bags[0].label = "A".to_owned();
    records.subjects[1].collections[0].coi = "COI-1".to_owned();
    assert_eq!(keys(&infusion(&trial, &records, &data(&[]), INFUSED)), ["identity"]);
}

#[test]
fn custody_is_a_chain_without_doubt() {
    assert_eq!(lacks(|own| own.custody.truncate(2)), ["custody"]);
    assert_eq!(
        lacks(|own| {
            own.custody.remove(0);
        }),
        ["custody"]
    );
    assert_eq!(lacks(|own| own.custody[1].from = "somebody".to_owned()), ["custody"]);
    assert_eq!(
        lacks(|own| {
            own.custody.remove(1);
        }),
        ["custody"]
    );
    assert_eq!(lacks(|own| own.custody[1].when = own.custody[0].when), ["custody"]);
    assert_eq!(lacks(|own| own.custody[2].temperature_kept = Some(false)), ["custody"]);
    assert_eq!(lacks(|own| own.custody[2].temperature_kept = None), ["custody"]);
    assert_eq!(lacks(|own| own.custody[0].intact = None), ["custody"]);
    assert_eq!(lacks(|own| own.custody[0].label_matches = None), ["custody"]);
    assert_eq!(lacks(|own| own.custody[0].received_by = " ".to_owned()), ["custody"]);
}

#[test]
fn the_product_is_released_within_specification_or_by_exception_of_two() {
    let set = |test: &'static str, outcome: TestOutcome| {
        move |own: &mut tercel::conduct::SubjectConduct| {
            own.tests.iter_mut().find(|one| one.test == test).unwrap().outcome = outcome;
        }
    };
    assert_eq!(
        lacks(set("viability", TestOutcome::Value(69.9, "%".to_owned()))),
        ["test:L1:viability:not-met"]
    );
    assert_eq!(
        lacks(set("viability", TestOutcome::Value(70.0, "fraction".to_owned()))),
        ["test:L1:viability:not-comparable"]
    );
    assert_eq!(lacks(set("sterility", TestOutcome::Pending)), [""; 0]);
    assert_eq!(lacks(set("rcl", TestOutcome::Pending)), ["test:L1:rcl:pending"]);
    assert_eq!(
        lacks(set("sterility", TestOutcome::Word("positive".to_owned()))),
        ["test:L1:sterility:not-met"]
    );
    assert_eq!(
        lacks(set("sterility", TestOutcome::Word("Negative".to_owned()))),
        [""; 0]
    );
    let excepted = |test: &'static str, persons: &'static [&'static str]| {
        lacks(move |own| {
            let failed = if test == "viability" {
                TestOutcome::Value(62.0, "%".to_owned())
            } else {
                TestOutcome::Word("positive".to_owned())
            };
            set(test, failed)(own);
            let release = &mut own.releases[0];
            release.disposition = Disposition::ByException;
            release.excepted = vec![test.to_owned()];
            let sign = |person: &&str| Signature {
                person: (*person).to_owned(),
                meaning: "released by exception".to_owned(),
                at: at("2025-03-05T12:00"),
            };
            release.signatures = persons.iter().map(sign).collect();
        })
    };
    assert_eq!(excepted("viability", &["QA", "Sun"]), [""; 0]);
    assert_eq!(excepted("viability", &["QA"]), ["release-unsigned"]);
    assert_eq!(excepted("viability", &["QA", "qa"]), ["release-unsigned"]);
    assert_eq!(excepted("sterility", &["QA", "Sun"]), ["test:L1:sterility:not-met"]);
    // A result that fails after the release is not excepted by it, and a repetition does not undo it.
    let late = lacks(|own| {
        let mut again = own.tests.iter().find(|one| one.test == "sterility").unwrap().clone();
        again.outcome = TestOutcome::Word("positive".to_owned());
        again.entry = entry("T-late", "Lab", "2025-03-14T09:00");
        again.reported = at("2025-03-14T09:00");
        own.tests.push(again);
    });
    assert_eq!(late, ["test:L1:sterility:not-met"]);
    assert_eq!(
        lacks(|own| own.releases[0].disposition = Disposition::Rejected),
        ["rejected"]
    );
    assert_eq!(lacks(|own| own.releases[0].signatures.clear()), ["release-unsigned"]);
    assert_eq!(lacks(|own| own.lots[0].failed = true), ["lot-failed"]);
    assert_eq!(lacks(|own| own.receipts[0].accepted = None), ["not-received"]);
}

#[test]
fn items_have_an_age_and_those_of_lymphodepletion_are_of_its_begin() {
    // Items of infusion: 24 hours.
    assert_eq!(
        lacks_at("2025-03-16T08:00", |own| own.thaws[0].when = at("2025-03-16T07:45")),
        [""; 0]
    );
    let late = lacks_at("2025-03-16T08:01", |own| own.thaws[0].when = at("2025-03-16T07:45"));
    assert!(
        late.contains(&"infusion-item:tocilizumab:too-old".to_owned()),
        "{late:?}"
    );
    let holds = |value: Option<bool>| {
        lacks(|own| {
            own.assessments
                .iter_mut()
                .find(|one| one.item == "tocilizumab")
                .unwrap()
                .holds = value;
        })
    };
    assert_eq!(holds(Some(false)), ["infusion-item:tocilizumab:not-met"]);
    assert_eq!(holds(None), ["infusion-item:tocilizumab:unknown"]);
    // Platelets that lymphodepletion lowered afterwards are no item of the infusion.
    let fallen = lacks(|own| {
        let mut again = own
            .assessments
            .iter()
            .find(|one| one.item == "platelets")
            .unwrap()
            .clone();
        again.assessed = at("2025-03-13T08:00");
        again.value.as_mut().unwrap().value = 20.0;
        own.assessments.push(again);
    });
    assert_eq!(fallen, [""; 0]);
}
