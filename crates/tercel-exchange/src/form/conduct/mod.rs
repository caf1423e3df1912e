//! Records that the conduct reads, to [`ConductRecords`]. A record of which any answer cannot be read becomes an
//! [`Unread`] for each such answer and nothing else: a gate it may bear on stays closed and names it.

mod product;
mod reader;
mod study;
mod way;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use tercel::conduct::{ConductRecords, Entry, SubjectConduct, Unread};
use tercel::language::Text;
use tercel::protocol::Trial;
use tercel::study::SubjectId;

use super::{Captured, Scope};
use reader::Reader;

/// What the name of a form begins with that only the conduct reads.
const PREFIX: &str = "conduct-";

/// Forms of the datasets that the conduct reads too: what happened is entered once.
const SHARED: [&str; 8] = [
    "consent",
    "eligibility",
    "collection",
    "lymphodepletion",
    "infusion",
    "deviation",
    "disposition",
    "vector-test",
];

/// Whether the conduct of a study reads the records of this form.
pub fn is_of_conduct(form: &str) -> bool {
    form.starts_with(PREFIX) || SHARED.contains(&form)
}

/// A record as it is kept: what was answered, and what the audit trail says of its last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept<'c> {
    /// The record.
    pub record: &'c Captured,
    /// Person who entered it.
    pub by: String,
    /// When, by the clock of the site.
    pub at: DateTime,
}

/// The conduct records among these; records of other forms are passed over.
pub fn conduct_records(trial: &Trial, kept: &[Kept<'_>]) -> ConductRecords {
    let mut records = ConductRecords::default();
    let mut subjects: BTreeMap<SubjectId, SubjectConduct> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for one in kept.iter().filter(|one| is_of_conduct(&one.record.form)) {
        let record = one.record;
        let twice = !seen.insert((record.form.as_str(), record.subject.as_deref(), record.number));
        let mut reader = Reader::new(trial, one);
        if twice {
            reader.problem("number", Text::new("two records have this number", "两条记录编号相同"));
        }
        let subject = record.subject.as_deref().map(str::trim).filter(|id| !id.is_empty());
        match (record.definition().map(|form| form.scope), subject) {
            (Some(Scope::Subject), Some(id)) => {
                let id = SubjectId::new(id);
                let own = subjects.entry(id.clone()).or_insert_with(|| SubjectConduct::of(id));
                let unread = read_subject(&mut reader, own);
                if !unread.is_empty() {
                    keep_labels(record, own);
                }
                own.unread.extend(unread);
            }
            (Some(Scope::Study), None) => {
                let unread = read_study(&mut reader, &mut records);
                records.unread.extend(unread);
            }
            (Some(Scope::Subject | Scope::Study | Scope::Site), _) => {
                reader.problem(
                    "subject",
                    Text::new("the record belongs to another scope", "该记录不属于此范围"),
                );
                records.unread.extend(reader.into_unread());
            }
            (None, _) => {
                reader.problem("form", Text::new("there is no such form", "没有此表单"));
                records.unread.extend(reader.into_unread());
            }
        }
    }
    records.subjects = subjects.into_values().collect();
    records
}

/// Adds a record where all of it could be read.
fn add<T>(reader: &Reader<'_>, record: Option<T>, list: &mut Vec<T>) {
    if reader.is_clean() {
        list.extend(record);
    }
}

/// Of a record that could not be read in whole, the bags it names: the two-owner rule holds for them too.
fn keep_labels(record: &Captured, own: &mut SubjectConduct) {
    let (list, names): (_, &[&str]) = match record.form.as_str() {
        "conduct-bag" => (&mut own.unread_bags, &["bag"]),
        "conduct-order" | "infusion" => (&mut own.unread_uses, &["bag1", "bag2", "bag3", "bag4"]),
        _ => return,
    };
    list.extend(names.iter().filter_map(|name| record.value(name).map(str::to_owned)));
}

fn read_subject(reader: &mut Reader<'_>, own: &mut SubjectConduct) -> Vec<Unread> {
    reader.check_fields();
    match reader.form() {
        "conduct-screening" => add(reader, way::screening(reader), &mut own.screening),
        "consent" => add(reader, way::consent(reader), &mut own.consents),
        "conduct-withdrawal" => add(reader, way::withdrawal(reader), &mut own.withdrawals),
        "eligibility" => add(reader, way::eligibility(reader), &mut own.eligibility),
        "conduct-slot" => add(reader, way::slot(reader), &mut own.slots),
        "conduct-item" => add(reader, way::assessment(reader), &mut own.assessments),
        "lymphodepletion" => add(reader, way::lymphodepletion(reader), &mut own.lymphodepletion),
        "disposition" => add(reader, way::departure(reader), &mut own.departures),
        "vector-test" => add(reader, way::vector_sample(reader), &mut own.vector_samples),
        "conduct-case-report" => add(reader, way::case_report(reader), &mut own.reports),
        "deviation" => add(reader, way::deviation(reader), &mut own.deviations),
        "collection" => add(reader, product::collection(reader), &mut own.collections),
        "conduct-lot" => add(reader, product::lot(reader), &mut own.lots),
        "conduct-bag" => add(reader, product::bag(reader), &mut own.bags),
        "conduct-custody" => add(reader, product::custody(reader), &mut own.custody),
        "conduct-test" => add(reader, product::test(reader), &mut own.tests),
        "conduct-release" => add(reader, product::release(reader), &mut own.releases),
        "conduct-receipt" => add(reader, product::receipt(reader), &mut own.receipts),
        "conduct-order" => add(reader, product::order(reader), &mut own.orders),
        "conduct-thaw" => add(reader, product::thaw(reader), &mut own.thaws),
        "conduct-identity" => add(reader, product::identity(reader), &mut own.identity),
        "conduct-clearance" => add(reader, product::clearance(reader), &mut own.clearances),
        "infusion" => add(reader, product::infusion(reader), &mut own.infusions),
        "conduct-emergency" => add(reader, study::emergency(reader), &mut own.emergencies),
        "conduct-choice" => add(reader, study::choice(reader), &mut own.choices),
        _ => reader.problem("form", Text::new("the form is not read", "该表单不被读取")),
    }
    reader.take_unread()
}

fn read_study(reader: &mut Reader<'_>, records: &mut ConductRecords) -> Vec<Unread> {
    reader.check_fields();
    match reader.form() {
        "conduct-decision" => add(reader, study::decision(reader), &mut records.decisions),
        "conduct-pause" => add(reader, study::pause(reader), &mut records.pauses),
        "conduct-resume" => add(reader, study::resume(reader), &mut records.resumes),
        "conduct-delegation" => add(reader, study::delegation(reader), &mut records.delegation),
        _ => reader.problem("form", Text::new("the form is not read", "该表单不被读取")),
    }
    reader.take_unread()
}

/// The identity of a record: its dataset or its form, its subject and its number.
fn entry(kept: &Kept<'_>) -> Entry {
    let record = kept.record;
    let domain = record.definition().and_then(|form| form.domain);
    let own = record.form.strip_prefix(PREFIX).unwrap_or(&record.form);
    let form = domain.unwrap_or(own);
    let subject = record
        .subject
        .as_deref()
        .map_or_else(String::new, |subject| format!("/{subject}"));
    Entry {
        id: format!("{form}{subject}/{}", record.number),
        by: kept.by.clone(),
        at: kept.at,
    }
}
