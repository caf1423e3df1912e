//! What the site enters of a subject's way, from screening to the bedside.

use jiff::ToSpan;
use jiff::civil::DateTime;
use tercel::protocol::{GateItem, Specification};
use tercel_exchange::form::{Captured, form};
use tercel_store::Values;

use super::answers;
use super::course::Course;
use super::people::{CHEN, LIU, Person, WANG, ZHAO};
use super::timeline::{Act, Entering, Timeline, evening, moment, written};
use super::values::{known, minutes, varied, within};
use crate::capture::series;

/// The form of tests for replication-competent vector: their results come later.
pub(super) const SAMPLE: &str = "vector-test";

/// Minutes from what happens to its entry.
const SOON: i64 = 2;

struct Way<'w> {
    course: &'w Course<'w>,
    records: &'w [Captured],
    timeline: &'w mut Timeline,
}

/// Enters everything of a subject that its datasets do not have.
pub(super) fn enter_way(course: &Course<'_>, records: &[Captured], timeline: &mut Timeline) {
    let mut way = Way {
        course,
        records,
        timeline,
    };
    way.screen();
    way.make();
    way.receive();
    way.order();
    way.deplete();
    way.infuse();
    way.sample();
}

impl Way<'_> {
    /// Enters a record soon after a moment, where the subject is still in the study.
    fn enter<const N: usize>(&mut self, by: &'static Person, at: DateTime, form: &str, values: [(&str, &str); N]) {
        self.put(by, at, form, answers(values));
    }

    fn put(&mut self, by: &'static Person, at: DateTime, form: &str, values: Values) {
        self.place(at, Entering::new(by, form, Some(&self.course.subject), values));
    }

    fn place(&mut self, at: DateTime, entering: Entering) {
        if self.course.is_in(at.date()) {
            self.timeline.enter(at.saturating_add(SOON.minutes()), entering);
        }
    }

    /// Screening, every criterion of entry, and the place.
    fn screen(&mut self) {
        let course = self.course;
        let began = course.consented.date().to_string();
        self.enter(&WANG, course.consented, "conduct-screening", [("began", &began)]);
        let assessed = written(course.assessed);
        for criterion in &course.rules.criteria {
            let mut values = answers([
                ("ietestcd", &criterion.id),
                ("iedtc", &assessed),
                ("ieorres", "Y"),
                ("waived", "N"),
            ]);
            if criterion.unsupported_days.is_some() {
                values.insert("support".to_owned(), "N".to_owned());
            }
            if let Some(limits) = &criterion.limits {
                let words = [course.subject.as_str(), "entry", &criterion.id];
                let measure = criterion.measure.as_deref();
                let value = known(self.records, &criterion.id, measure, limits, course.assessed);
                add(&mut values, value.unwrap_or_else(|| within(limits, &words)));
            }
            self.put(&WANG, course.assessed, "eligibility", values);
        }
        let reserved = written(course.reserved);
        let place = [("arm", course.arm.as_str()), ("reserved", &reserved)];
        self.enter(&WANG, course.reserved, "conduct-slot", place);
    }

    /// The lot, its bag, its tests and its release.
    fn make(&mut self) {
        let course = self.course;
        let Some(released) = course.released() else { return };
        let (lot, coi, din, bag) = (course.lot(), course.coi(), course.din(), course.bag());
        let made = released.saturating_sub(3.hours());
        let of_lot = [
            ("lot", lot.as_str()),
            ("coi", &coi),
            ("din1", &din),
            ("arm", &course.arm),
            ("failed", "N"),
        ];
        self.enter(&ZHAO, made, "conduct-lot", of_lot);
        let expires = written(released.date().saturating_add(180.days()).at(12, 0, 0, 0));
        let (number, unit) = &course.cells;
        let of_bag = [
            ("bag", bag.as_str()),
            ("lot", &lot),
            ("coi", &coi),
            ("cndose", number),
            ("cndosu", unit),
            ("volume", "50"),
            ("expires", &expires),
        ];
        self.enter(&ZHAO, made, "conduct-bag", of_bag);
        self.test(&lot, released);
        let signed = written(released);
        let release = [
            ("lot", lot.as_str()),
            ("disposition", "RELEASED"),
            ("signer1", ZHAO.printed),
            ("signed1", &signed),
            ("when", &signed),
        ];
        let entering = Entering::new(&ZHAO, "conduct-release", Some(&course.subject), answers(release));
        self.place(released, entering.with(&LIU));
    }

    /// The tests of a lot: those that may be awaited at the release come three days after it.
    fn test(&mut self, lot: &str, released: DateTime) {
        for test in &self.course.rules.release_tests {
            let mut at = released.saturating_sub(1.hour());
            let reported = written(at);
            if test.may_be_pending {
                let awaited = [
                    ("lot", lot),
                    ("test", &test.id),
                    ("pending", "Y"),
                    ("reported", &reported),
                ];
                self.enter(&ZHAO, at, "conduct-test", awaited);
                at = released.date().saturating_add(3.days()).at(11, 30, 0, 0);
            }
            let reported = written(at);
            let mut values = answers([
                ("lot", lot),
                ("test", &test.id),
                ("pending", "N"),
                ("reported", &reported),
            ]);
            match &test.specification {
                Specification::Word(word) => {
                    values.insert("word".to_owned(), word.clone());
                }
                Specification::Limits(limits) => {
                    let words = [self.course.subject.as_str(), "product", &test.id];
                    add(&mut values, within(limits, &words));
                }
            }
            self.put(&ZHAO, at, "conduct-test", values);
        }
    }

    fn hand_over(&mut self, by: &'static Person, at: DateTime, (from, to): (&str, &str), (giver, taker): (&str, &str)) {
        let celsius = -165.0 + 10.0 * varied(&[&self.course.subject, from]);
        let (bag, when, celsius) = (self.course.bag(), written(at), format!("{celsius:.0}"));
        let values = [
            ("bag", bag.as_str()),
            ("from", from),
            ("to", to),
            ("giver", giver),
            ("taker", taker),
            ("when", &when),
            ("place", "Hospital pharmacy"),
            ("celsius", &celsius),
            ("kept", "Y"),
            ("intact", "Y"),
            ("matches", "Y"),
        ];
        self.enter(by, at, "conduct-custody", values);
    }

    /// The product on site, the day after its release.
    fn receive(&mut self) {
        let course = self.course;
        let Some(released) = course.released() else { return };
        let day = released.date().saturating_add(1.day());
        let late = minutes(&[&course.subject, "courier"], 50).minutes();
        let (taken, brought) = (
            day.at(8, 0, 0, 0).saturating_add(late),
            day.at(11, 0, 0, 0).saturating_add(late),
        );
        let begins = course.rules.custody.0.as_str();
        self.hand_over(&ZHAO, taken, (begins, "courier"), (ZHAO.printed, "Gao Peng"));
        self.hand_over(&LIU, brought, ("courier", "pharmacy"), ("Gao Peng", LIU.printed));
        let (bag, when) = (course.bag(), written(brought));
        let received = [("bag", bag.as_str()), ("when", &when), ("accepted", "Y")];
        self.enter(&LIU, brought, "conduct-receipt", received);
    }

    fn order(&mut self) {
        let (Some(ordered), Some(planned)) = (self.course.ordered(), self.course.planned()) else {
            return;
        };
        let (bag, planned) = (self.course.bag(), written(planned));
        let order = [("arm", self.course.arm.as_str()), ("planned", &planned), ("bag1", &bag)];
        self.enter(&WANG, ordered, "conduct-order", order);
    }

    fn items(&mut self, gate: &str, items: &[GateItem], at: DateTime) {
        let assessed = written(at);
        for item in items {
            let mut values = answers([("gate", gate), ("item", &item.id), ("assessed", &assessed)]);
            match &item.limits {
                Some(limits) => {
                    let words = [self.course.subject.as_str(), gate, &item.id];
                    let value = known(self.records, &item.id, item.measure.as_deref(), limits, at);
                    add(&mut values, value.unwrap_or_else(|| within(limits, &words)));
                }
                None => {
                    values.insert("holds".to_owned(), "Y".to_owned());
                }
            }
            self.put(&WANG, at, "conduct-item", values);
        }
    }

    /// The items of lymphodepletion, on its first morning.
    fn deplete(&mut self) {
        let course = self.course;
        if let Some(depleted) = course.depleted {
            let at = depleted.saturating_sub(80.minutes());
            self.items("LYMPHODEPLETION", &course.rules.lymphodepletion_items, at);
        }
    }

    /// The day of the infusion, up to the moment it begins.
    fn infuse(&mut self) {
        let course = self.course;
        let Some(infused) = course.infused else { return };
        self.items(
            "INFUSION",
            &course.rules.infusion_items,
            infused.saturating_sub(2.hours()),
        );
        let ends = course.rules.custody.1.as_str();
        let people = (LIU.printed, "He Jing");
        self.hand_over(&LIU, infused.saturating_sub(40.minutes()), ("pharmacy", ends), people);
        if let Some(most) = course.rules.thaw_minutes {
            let at = infused.saturating_sub(i64::from(most).min(15).minutes());
            let (bag, when) = (course.bag(), written(at));
            self.enter(&LIU, at, "conduct-thaw", [("bag", &bag), ("when", &when)]);
        }
        self.check_identity(infused.saturating_sub(8.minutes()));
    }

    /// Blood for a replication-competent vector, and its result two weeks later.
    fn sample(&mut self) {
        let Some(form) = form(SAMPLE) else { return };
        for record in self.records.iter().filter(|record| record.form == form.id) {
            let Some(day) = record.value("mbdtc").and_then(moment).map(DateTime::date) else {
                continue;
            };
            let mut whole = record.values.clone();
            whole.insert("mbdtc".to_owned(), written(day.at(9, 30, 0, 0)));
            let mut awaited = whole.clone();
            awaited.remove("mborres");
            let entering = Entering::new(&CHEN, form.id, Some(&self.course.subject), awaited);
            self.timeline
                .enter(evening(day, None), entering.numbered(record.number));
            let key = format!("{}/{}", series(form, Some(&self.course.subject)), record.number);
            let known = evening(day.saturating_add(14.days()), None);
            self.timeline
                .add(known, Act::Correct(key, whole, "the result came · 结果已出"));
        }
    }

    /// What both persons at the bedside read.
    fn check_identity(&mut self, at: DateTime) {
        let course = self.course;
        let (coi, lot, bag, when) = (course.coi(), course.lot(), course.bag(), written(at));
        let mut values = answers([("bag", &bag)]);
        for (person, number) in [(&WANG, 1), (&LIU, 2)] {
            let read = [
                ("person", person.printed),
                ("subject", &course.subject),
                ("coi", &coi),
                ("lot", &lot),
                ("bag", &bag),
                ("at", &when),
            ];
            values.extend(read.map(|(name, text)| (format!("{name}{number}"), text.to_owned())));
        }
        let entering = Entering::new(&WANG, "conduct-identity", Some(&course.subject), values).with(&LIU);
        self.timeline.enter(at.saturating_add(SOON.minutes()), entering);
    }
}

fn add(values: &mut Values, more: Vec<(&'static str, String)>) {
    values.extend(more.into_iter().map(|(field, text)| (field.to_owned(), text)));
}
