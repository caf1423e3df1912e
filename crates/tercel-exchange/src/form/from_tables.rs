//! SDTM datasets to records, with everything that no form takes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tercel::protocol::Trial;

use super::captured::answer;
use super::matching::{form_of_row, forms_of};
use super::not_taken::{NotTaken, Reason, Taken, lost, whole_dataset, whole_row};
use super::standard::{ToStandard, measured};
use super::{Captured, Derived, Form, to_tables};
use crate::export::sdtm::PERFORMED;
use crate::reader::{is_missing, parse_sequence};
use crate::sdtm::{merge_supplements, settle_forms};
use crate::specimen::beside_blood;
use crate::table::Table;

/// Turns SDTM datasets into records, values as written, in order of form list, subject and number. Whatever the records do
/// not give back is listed.
pub fn from_tables(tables: &[Table], trial: &Trial) -> (Vec<Captured>, Vec<NotTaken>) {
    let mut tables = tables.to_vec();
    for table in &mut tables {
        settle_forms(table);
    }
    merge_supplements(&mut tables);
    let (mut captured, mut not_taken) = (Vec::new(), Vec::new());
    let mut sources: Vec<(&Table, Vec<Option<Taken>>)> = Vec::new();
    for table in &tables {
        if forms_of(&table.name).next().is_none() {
            not_taken.push(whole_dataset(table));
            continue;
        }
        let taken = take_rows(table, trial, &mut captured, &mut not_taken);
        sources.push((table, taken));
    }
    captured.sort_by(|a, b| (&a.subject, &a.form, a.number).cmp(&(&b.subject, &b.form, b.number)));
    let given_back = to_tables(trial, &captured);
    for (table, taken) in sources {
        if let Some(now) = given_back.iter().find(|now| now.name == table.name) {
            not_taken.extend(lost(table, &taken, now));
        }
    }
    (captured, not_taken)
}

/// Takes the rows of a dataset; the answer is what became of each.
fn take_rows(
    table: &Table,
    trial: &Trial,
    captured: &mut Vec<Captured>,
    not_taken: &mut Vec<NotTaken>,
) -> Vec<Option<Taken>> {
    let mut numbers = Numbers::new(table);
    let mut rows = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        let cell = |name: &str| -> &str {
            let text = table.column(name).map_or("", |at| table.cell(row, at));
            if is_missing(text) { "" } else { text }
        };
        let subject = cell("USUBJID");
        if subject.is_empty() {
            not_taken.push(whole_row(table, row, Reason::NoSubject));
            rows.push(None);
            continue;
        }
        if table.name == "DM" {
            captured.extend(subject_level(subject, &cell, trial));
            let (key, as_printed) = ((subject.to_owned(), 0), false);
            rows.push(Some(Taken { key, as_printed }));
            continue;
        }
        let Some(form) = form_of_row(&table.name, &cell, trial) else {
            // What was given is asked for once, as exposure.
            let again = table.name == "EC" && cell("ECMOOD") == PERFORMED;
            let reason = if again { Reason::WorkedOut } else { Reason::NoFormForRow };
            not_taken.push(whole_row(table, row, reason));
            rows.push(None);
            continue;
        };
        let (number, taken) = numbers.of(row);
        not_taken.extend(taken);
        let mut values = originals(form, &cell, trial);
        let printed = as_printed(form, &values, &cell, trial);
        let as_printed = printed.is_some();
        values = printed.unwrap_or_else(|| standards(form, values, &cell));
        captured.push(record(form, subject, number, values));
        let key = (subject.to_owned(), number);
        rows.push(Some(Taken { key, as_printed }));
    }
    rows
}

fn record(form: &Form, subject: &str, number: u32, values: BTreeMap<String, String>) -> Captured {
    Captured {
        form: form.id.to_owned(),
        subject: Some(subject.to_owned()),
        number,
        values,
    }
}

/// The forms of the subject's row: the first always, another where the row answers any of it.
fn subject_level<'c>(subject: &str, cell: &impl Fn(&str) -> &'c str, trial: &Trial) -> Vec<Captured> {
    let mut records = Vec::new();
    for (form, number) in forms_of("DM").zip(1..) {
        let values = originals(form, cell, trial);
        let said = form
            .constants
            .iter()
            .any(|(name, value)| cell(name).eq_ignore_ascii_case(value));
        if number == 1 || said || !values.is_empty() {
            records.push(record(form, subject, number, values));
        }
    }
    records
}

/// The answers a row holds, as printed.
fn originals<'c>(form: &Form, cell: &impl Fn(&str) -> &'c str, trial: &Trial) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for field in form.fields {
        let text = match field.variable() {
            // The category alone may say that a result is not of blood.
            Some("LBSPEC") => beside_blood(cell("LBSPEC"), cell("LBCAT")).unwrap_or(cell("LBSPEC")),
            variable => variable.map_or("", cell),
        };
        if !text.is_empty() {
            let value = field.kind.named().map(|from| from.kept(trial, text));
            values.insert(field.id.to_owned(), value.unwrap_or_else(|| text.to_owned()));
        }
    }
    values
}

/// The answers of a row whose standard result does not follow from the original one: it is taken in its place, for the readers
/// and the reference range go by it.
fn standards<'c>(
    form: &Form,
    mut values: BTreeMap<String, String>,
    cell: &impl Fn(&str) -> &'c str,
) -> BTreeMap<String, String> {
    let mut replaced = false;
    for field in form.fields {
        let (mut text, mut number) = ("", "");
        for (name, derived) in form.derived {
            match derived {
                Derived::Standard(of) | Derived::Converted(of) if *of == field.id => text = cell(name),
                Derived::Number(of) | Derived::ConvertedNumber(of) if *of == field.id => number = cell(name),
                Derived::Standard(_)
                | Derived::Number(_)
                | Derived::Converted(_)
                | Derived::ConvertedNumber(_)
                | Derived::Copy(_)
                | Derived::Name(_)
                | Derived::Where(..) => {}
            }
        }
        let as_number = |text: &str| text.parse::<f64>().ok();
        let same = number.is_empty() || as_number(text) == as_number(number);
        let taken = if text.is_empty() || !same { number } else { text };
        if !taken.is_empty() {
            let original = values.insert(field.id.to_owned(), taken.to_owned());
            replaced |= !number.is_empty() && original.is_some_and(|original| original != taken);
        }
    }
    // Unit and limits of the original result are not those of the one taken.
    for (name, derived) in form.derived {
        if let Derived::Standard(field) | Derived::Converted(field) = derived
            && replaced
            && !name.ends_with("STRESC")
            && cell(name).is_empty()
        {
            values.remove(*field);
        }
    }
    values
}

/// The answers as printed, where the standard result and limits of the row are the same amounts, to the digits they have.
/// Limits that stand in the standard unit alone are taken where that is the unit of the original.
fn as_printed<'c>(
    form: &Form,
    values: &BTreeMap<String, String>,
    cell: &impl Fn(&str) -> &'c str,
    trial: &Trial,
) -> Option<BTreeMap<String, String>> {
    let (dataset, [test, unit]) = measured(form, &|field| answer(values, field))?;
    let amount = |unit: &str| ToStandard::amount(dataset, test?, unit, trial);
    let printed = amount(unit.unwrap_or_default())?;
    let stated = match cell(&format!("{dataset}STRESU")) {
        "" => amount(printed.unit()),
        unit => amount(unit),
    }?;
    let mut values = values.clone();
    for (name, derived) in form.derived.iter().filter(|(_, derived)| derived.is_converted()) {
        let (text, field) = (cell(name), derived.field());
        if text.is_empty() || name.ends_with("STRESU") {
            continue;
        }
        let is_limit = !name.contains("STRES");
        if is_limit && printed.is_as(&stated) {
            values.entry(field.to_owned()).or_insert_with(|| text.to_owned());
        }
        if !stated.agrees(&printed.text(answer(&values, field)?), text) {
            return None;
        }
    }
    Some(values)
}

/// The numbers that records of a dataset get: their own where they have one, otherwise the next free one of the subject.
struct Numbers<'t> {
    table: &'t Table,
    subject: Option<usize>,
    sequence: Option<usize>,
    own: HashMap<&'t str, BTreeSet<u32>>,
    given: HashMap<&'t str, BTreeSet<u32>>,
    /// The number below which none of a subject is free.
    free_from: HashMap<&'t str, u32>,
}

impl<'t> Numbers<'t> {
    fn new(table: &'t Table) -> Self {
        let (subject, sequence) = (table.column("USUBJID"), table.column(&format!("{}SEQ", table.name)));
        let mut own: HashMap<&str, BTreeSet<u32>> = HashMap::new();
        if let (Some(subject), Some(sequence)) = (subject, sequence) {
            for row in 0..table.len() {
                let number = parse_sequence(table.cell(row, sequence));
                own.entry(table.cell(row, subject)).or_default().extend(number);
            }
        }
        Self {
            table,
            subject,
            sequence,
            own,
            given: HashMap::new(),
            free_from: HashMap::new(),
        }
    }

    /// The number of a row's record, and what is said where it is not the row's own.
    fn of(&mut self, row: usize) -> (u32, Option<NotTaken>) {
        let subject = self.subject.map_or("", |at| self.table.cell(row, at));
        let written = self.sequence.map(|at| self.table.cell(row, at));
        let (own, given) = (
            self.own.entry(subject).or_default(),
            self.given.entry(subject).or_default(),
        );
        if let Some(number) = written.and_then(parse_sequence).filter(|number| given.insert(*number)) {
            return (number, None);
        }
        let free = |number: &u32| !own.contains(number) && !given.contains(number);
        let from = self.free_from.entry(subject).or_insert(1);
        let number = (*from..=u32::MAX).find(free).unwrap_or(u32::MAX);
        *from = number;
        given.insert(number);
        let said = written.filter(|text| !text.is_empty()).map(|text| NotTaken {
            column: Some(format!("{}SEQ", self.table.name)),
            value: Some(text.to_owned()),
            ..whole_row(self.table, row, Reason::NumberTaken(number))
        });
        (number, said)
    }
}
