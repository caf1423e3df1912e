//! Records of the product, from collection to the bedside.

use tercel::conduct::{
    Bag, Clearance, Collection, Custody, Disposition, IdentityCheck, Infused, Lot, Order, OrderedBag, Reading, Receipt,
    Release, Signature, TestOutcome, TestResult, Thaw,
};
use tercel::language::Text;

use super::super::FromTrial;
use super::reader::Reader;

pub(super) fn collection(reader: &Reader<'_>) -> Option<Collection> {
    let (coi, din, began) = (reader.text("coi"), reader.text("din"), reader.moment("prstdtc"));
    Some(Collection {
        entry: reader.entry(),
        coi: coi?,
        din: din?,
        began: began?,
    })
}

pub(super) fn lot(reader: &Reader<'_>) -> Option<Lot> {
    let (lot, coi, level) = (reader.text("lot"), reader.text("coi"), reader.level("arm"));
    let (first, failed) = (reader.text("din1"), reader.flag("failed"));
    first?;
    Some(Lot {
        entry: reader.entry(),
        lot: lot?,
        coi: coi?,
        dins: reader.texts("din", 3),
        level: level?,
        failed: failed?,
    })
}

pub(super) fn bag(reader: &Reader<'_>) -> Option<Bag> {
    let (label, lot, coi) = (reader.text("bag"), reader.text("lot"), reader.text("coi"));
    let (cells, volume, expires) = (reader.cells(), reader.number("volume"), reader.moment("expires"));
    Some(Bag {
        entry: reader.entry(),
        label: label?,
        lot: lot?,
        coi: coi?,
        cells: cells?,
        volume: volume?,
        expires: expires?,
    })
}

pub(super) fn custody(reader: &Reader<'_>) -> Option<Custody> {
    let (bag, from, to) = (reader.text("bag"), reader.text("from"), reader.text("to"));
    let (giver, taker) = (reader.text("giver"), reader.text("taker"));
    let (when, place, celsius) = (
        reader.moment("when"),
        reader.text("place"),
        reader.optional_number("celsius"),
    );
    let answers = ["kept", "intact", "matches"].map(|field| reader.optional_flag(field));
    let [temperature_kept, intact, label_matches] = answers;
    Some(Custody {
        entry: reader.entry(),
        bag: bag?,
        from: from?,
        to: to?,
        released_by: giver?,
        received_by: taker?,
        when: when?,
        place: place?,
        celsius,
        temperature_kept,
        intact,
        label_matches,
    })
}

pub(super) fn test(reader: &Reader<'_>) -> Option<TestResult> {
    let (lot, test, reported) = (
        reader.text("lot"),
        reader.named("test", FromTrial::ReleaseTests),
        reader.moment("reported"),
    );
    let (pending, value) = (reader.flag("pending"), reader.measured());
    let outcome = match (pending?, value, reader.optional("word")) {
        (true, None, None) => TestOutcome::Pending,
        (false, Some(value), None) => TestOutcome::Value(value.value, value.unit),
        (false, None, Some(word)) => TestOutcome::Word(word.to_owned()),
        (true, ..) | (false, None, None) | (false, Some(_), Some(_)) => {
            reader.problem(
                "pending",
                Text::new(
                    "a result is awaited, a value with its unit, or a word",
                    "结果应为待出、带单位的数值或文字之一",
                ),
            );
            return None;
        }
    };
    Some(TestResult {
        entry: reader.entry(),
        lot: lot?,
        test: test?,
        outcome,
        reported: reported?,
    })
}

pub(super) fn release(reader: &Reader<'_>) -> Option<Release> {
    let dispositions = [
        ("RELEASED", Disposition::Released),
        ("REJECTED", Disposition::Rejected),
        ("BY EXCEPTION", Disposition::ByException),
    ];
    let (lot, disposition) = (reader.text("lot"), reader.choice("disposition", &dispositions));
    let when = reader.moment("when");
    let mut signatures = Vec::new();
    for number in 1..=2 {
        let person = reader.optional(&format!("signer{number}"));
        let field = format!("signed{number}");
        // A name without its moment is no signature; the problem names the moment.
        let at = match person {
            Some(_) => reader.moment(&field),
            None => reader.optional_moment(&field),
        };
        match (person, at) {
            (Some(person), Some(at)) => signatures.push(Signature {
                person: person.to_owned(),
                meaning: reader.optional("disposition").unwrap_or_default().to_owned(),
                at,
            }),
            (None, Some(_)) => reader.problem(
                &format!("signer{number}"),
                Text::new("a moment of signing without a name", "有签署时间但无姓名"),
            ),
            (_, None) => {}
        }
    }
    Some(Release {
        entry: reader.entry(),
        lot: lot?,
        disposition: disposition?,
        excepted: reader.texts("excepted", 3),
        signatures,
        when: when?,
    })
}

pub(super) fn receipt(reader: &Reader<'_>) -> Option<Receipt> {
    let (bag, when, accepted) = (
        reader.text("bag"),
        reader.moment("when"),
        reader.optional_flag("accepted"),
    );
    Some(Receipt {
        entry: reader.entry(),
        bag: bag?,
        when: when?,
        accepted,
    })
}

pub(super) fn order(reader: &Reader<'_>) -> Option<Order> {
    let (level, planned, first) = (reader.level("arm"), reader.moment("planned"), reader.text("bag1"));
    let mut bags = Vec::new();
    for number in 1..=4 {
        let volume = reader.optional_number(&format!("volume{number}"));
        match reader.optional(&format!("bag{number}")) {
            Some(label) => bags.push(OrderedBag {
                label: label.to_owned(),
                volume,
            }),
            None if reader.optional(&format!("volume{number}")).is_some() => {
                reader.problem(
                    &format!("bag{number}"),
                    Text::new("a volume without its bag", "有体积但无产品袋"),
                );
            }
            None => {}
        }
    }
    first?;
    Some(Order {
        entry: reader.entry(),
        level: level?,
        planned: planned?,
        bags,
    })
}

pub(super) fn thaw(reader: &Reader<'_>) -> Option<Thaw> {
    let (bag, when) = (reader.text("bag"), reader.moment("when"));
    Some(Thaw {
        entry: reader.entry(),
        bag: bag?,
        when: when?,
    })
}

fn reading(reader: &Reader<'_>, number: u8) -> Option<Reading> {
    let answer = |name: &str| reader.text(&format!("{name}{number}"));
    let (person, subject, coi) = (answer("person"), answer("subject"), answer("coi"));
    let (lot, bag, at) = (answer("lot"), answer("bag"), reader.moment(&format!("at{number}")));
    Some(Reading {
        person: person?,
        subject: subject?,
        coi: coi?,
        lot: lot?,
        bag: bag?,
        at: at?,
    })
}

pub(super) fn identity(reader: &Reader<'_>) -> Option<IdentityCheck> {
    let (bag, first, second) = (reader.text("bag"), reading(reader, 1), reading(reader, 2));
    Some(IdentityCheck {
        entry: reader.entry(),
        bag: bag?,
        first: first?,
        second: second?,
    })
}

pub(super) fn clearance(reader: &Reader<'_>) -> Option<Clearance> {
    let (bag, cause, signed) = (
        reader.text("bag"),
        reader.text("cause"),
        reader.optional_moment("signed"),
    );
    Some(Clearance {
        entry: reader.entry(),
        bag: bag?,
        cause: cause?,
        signed_by: reader.texts("signer", 3),
        signed,
    })
}

pub(super) fn infusion(reader: &Reader<'_>) -> Option<Infused> {
    let (began, first, cells) = (reader.moment("exstdtc"), reader.text("bag1"), reader.dose());
    first?;
    Some(Infused {
        entry: reader.entry(),
        began: began?,
        bags: reader.texts("bag", 4),
        lot: reader.optional("exlot").map(str::to_owned),
        cells,
    })
}
