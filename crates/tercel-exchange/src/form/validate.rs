//! What is wrong with the answers of one record, each by itself and in pairs.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, date};
use tercel::language::Language;
use tercel::protocol::Trial;
use tercel::study::{DateError, When};

use super::captured::answer;
use super::completeness::is_required;
use super::standard::{ToStandard, measured};
use super::{Choice, Fault, Field, Form, Home, Kind, Problem};

/// What a date is written as.
const DAY: &str = "YYYY-MM-DD";
const MOMENT: &str = "YYYY-MM-DDThh:mm / YYYY-MM-DD";
/// Of what the gates of conduct read: they go by the minute.
const MINUTE: &str = "YYYY-MM-DDThh:mm";
const PART: &str = "YYYY-MM-DD / YYYY-MM / YYYY";

/// The earliest year that nobody asks about.
const EARLIEST: Date = date(1900, 1, 1);

/// Checks the answers of one record of `form` at the moment `now` of the site's clock. The answers stay as they
/// were written.
pub fn validate(form: &Form, values: &BTreeMap<String, String>, trial: &Trial, now: DateTime) -> Vec<Problem> {
    let mut problems = Vec::new();
    for field in form.fields {
        let fault = match answer(values, field.id) {
            Some(text) => check_answer((form, field), text, values, trial, now),
            None => is_required(field.required, values).then_some(Fault::Missing),
        };
        problems.extend(fault.map(|fault| problem(field, fault)));
    }
    for name in values.keys().filter(|name| form.field(name).is_none()) {
        problems.push(Problem {
            field: name.clone(),
            label: None,
            fault: Fault::UnknownField,
        });
    }
    problems.extend(check_not_done(form, values));
    problems.extend(check_all_no(form, values));
    problems.extend(form.order.iter().filter_map(|pair| check_order(form, *pair, values)));
    problems
}

fn problem(field: &Field, fault: Fault) -> Problem {
    Problem {
        field: field.id.to_owned(),
        label: Some(field.label),
        fault,
    }
}

/// A result beside "not done": one of them is wrong, and SDTM takes only one (`--STAT` and `--ORRES`).
fn check_not_done(form: &Form, values: &BTreeMap<String, String>) -> Option<Problem> {
    let answered = |ending: &str| {
        let mut fields = form.fields.iter();
        let field = fields.find(|field| field.variable().is_some_and(|name| name.ends_with(ending)))?;
        answer(values, field.id).map(|_| field)
    };
    let (result, status) = (answered("ORRES")?, answered("STAT")?);
    Some(problem(result, Fault::Beside(status.label)))
}

/// No question of a form that asks what applies is answered Yes.
fn check_all_no(form: &Form, values: &BTreeMap<String, String>) -> Option<Problem> {
    let yes = |id: &str| answer(values, id) == Some("Y");
    let first = form.field(form.one_yes.first()?)?;
    (!form.one_yes.iter().any(|id| yes(id))).then(|| problem(first, Fault::AllNo))
}

/// A pair of moments in the wrong order, where no reading of partial dates puts them right.
fn check_order(form: &Form, pair: (&str, &str), values: &BTreeMap<String, String>) -> Option<Problem> {
    let (first, second) = (form.field(pair.0)?, form.field(pair.1)?);
    let when = |field: &Field| When::parse(answer(values, field.id)?).ok();
    let (start, end) = (when(first)?, when(second)?);
    let later = match (start.day(), end.day(), start.clock, end.clock) {
        (Some(from), Some(to), Some(at), Some(until)) if from == to => at > until,
        _ => start.date.earliest() > end.date.latest(),
    };
    later.then(|| problem(first, Fault::After(second.label)))
}

fn check_answer(
    (form, field): (&Form, &Field),
    text: &str,
    values: &BTreeMap<String, String>,
    trial: &Trial,
    now: DateTime,
) -> Option<Fault> {
    let kind = field.kind.settled(values);
    match kind {
        Kind::Text { max } => one_line(text).or_else(|| too_long(text, max)),
        Kind::LongText { max } => too_long(text, max),
        Kind::Integer { least, min, max, unit } => check_integer(text, (least, min, max), unit),
        Kind::Decimal { least, min, max, unit } => match number(text) {
            None => Some(Fault::NotANumber),
            Some(value) => check_size(
                in_standard_unit(form, field, values, trial, value),
                (least, min, max),
                unit,
            ),
        },
        Kind::Result { least, words, unit } => check_result(text, least, words, unit),
        Kind::Date | Kind::DateTime | Kind::PartialDate => {
            let by_the_minute = matches!((kind, field.home), (Kind::DateTime, Home::None(_)));
            let day_alone = (by_the_minute && !text.contains('T')).then_some(Fault::NotADate(MINUTE));
            check_date(kind, text, now, field.may_be_future).or(day_alone)
        }
        Kind::YesNo => (!["Y", "N"].contains(&text)).then(|| Fault::NotInList(vec!["Y".to_owned(), "N".to_owned()])),
        Kind::Choice(choices) => (!is_chosen(choices, text)).then(|| Fault::NotInList(values_of(choices))),
        Kind::Suggested { max, .. } => one_line(text).or_else(|| too_long(text, max)),
        Kind::TrialChoice(from) if from.is_open() => one_line(text).or_else(|| too_long(text, 200)),
        Kind::TrialChoice(from) => (!from.holds(trial, text)).then(|| {
            let choices = from
                .choices(trial, Language::English)
                .into_iter()
                .map(|(value, _)| value);
            Fault::NotInProtocol(choices.collect())
        }),
        // Kinds depend on one field, and that on none.
        Kind::By { .. } => None,
    }
}

/// A result in the standard unit of its test, for which the expected range is.
fn in_standard_unit(form: &Form, field: &Field, values: &BTreeMap<String, String>, trial: &Trial, value: f64) -> f64 {
    let is_result = field.variable().is_some_and(|name| name.ends_with("ORRES"));
    let converted = || {
        let (dataset, [test, unit]) = measured(form, &|field| answer(values, field))?;
        ToStandard::amount(dataset, test?, unit?, trial)?.number(value)
    };
    if is_result { converted().unwrap_or(value) } else { value }
}

impl Kind {
    /// The kind that these answers give a field.
    #[must_use]
    pub fn settled(self, values: &BTreeMap<String, String>) -> Self {
        let Self::By {
            field,
            kinds,
            otherwise,
        } = self
        else {
            return self;
        };
        let value = answer(values, field).unwrap_or_default();
        let found = kinds.iter().find(|(known, _)| known.eq_ignore_ascii_case(value));
        found.map_or(*otherwise, |(_, kind)| *kind)
    }
}

/// Whether the value stands in the list, in the case in which it will be exported.
fn is_chosen(choices: &[Choice], text: &str) -> bool {
    choices.iter().any(|choice| choice.value == text)
}

fn values_of(choices: &[Choice]) -> Vec<String> {
    choices.iter().map(|choice| choice.value.to_owned()).collect()
}

fn one_line(text: &str) -> Option<Fault> {
    text.contains(char::is_control).then_some(Fault::SeveralLines)
}

fn too_long(text: &str, max: usize) -> Option<Fault> {
    let length = text.chars().count();
    (length > max).then_some(Fault::TooLong { max, length })
}

/// A number in digits; `inf` and `NaN`, which are numbers to a computer, are none here.
fn number(text: &str) -> Option<f64> {
    let digits = text
        .chars()
        .all(|letter| letter.is_ascii_digit() || "+-.eE".contains(letter));
    text.parse().ok().filter(|value: &f64| digits && value.is_finite())
}

/// A number, or a limit with `<` or `>` before it, or a word of the list.
fn check_result(text: &str, least: f64, words: &[Choice], unit: Option<&'static str>) -> Option<Fault> {
    let limit = text.trim_start_matches(['<', '>']).trim_start_matches('=');
    match number(limit.trim()) {
        Some(value) => (value < least).then(|| too_low(&least, unit)),
        None => (!is_chosen(words, text)).then(|| Fault::NotAResult(values_of(words))),
    }
}

/// A value below the least there is, or outside the expected `(least, min, max)`.
fn check_size<N: PartialOrd + ToString + Copy>(
    value: N,
    (least, min, max): (N, N, N),
    unit: Option<&'static str>,
) -> Option<Fault> {
    if value < least {
        return Some(too_low(&least, unit));
    }
    (value < min || value > max).then(|| out_of_range(&min, &max, unit))
}

fn too_low(least: &impl ToString, unit: Option<&'static str>) -> Fault {
    Fault::TooLow {
        least: least.to_string(),
        unit: unit.unwrap_or_default(),
    }
}

fn check_integer(text: &str, bounds: (i64, i64, i64), unit: Option<&'static str>) -> Option<Fault> {
    let Ok(value) = text.parse::<i64>() else {
        return Some(if number(text).is_some() {
            Fault::NotWhole
        } else {
            Fault::NotANumber
        });
    };
    check_size(value, bounds, unit)
}

fn out_of_range(low: &impl ToString, high: &impl ToString, unit: Option<&'static str>) -> Fault {
    Fault::OutOfRange {
        low: low.to_string(),
        high: high.to_string(),
        unit: unit.unwrap_or_default(),
    }
}

fn check_date(kind: Kind, text: &str, now: DateTime, may_be_future: bool) -> Option<Fault> {
    let (whole_day, partial) = (matches!(kind, Kind::Date), matches!(kind, Kind::PartialDate));
    let form = match (whole_day, partial) {
        (true, _) => DAY,
        (false, true) => PART,
        (false, false) => MOMENT,
    };
    let when = match When::parse(text) {
        Ok(when) => when,
        Err(DateError::Form | DateError::Interval | DateError::NoYear) => return Some(Fault::NotADate(form)),
        Err(DateError::Impossible | DateError::Zone) => return Some(Fault::ImpossibleDate),
    };
    let too_little = !partial && when.day().is_none();
    let too_much = whole_day && text.contains('T');
    if too_little || too_much {
        return Some(Fault::NotADate(form));
    }
    let minute = i32::from(now.hour()) * 60 + i32::from(now.minute());
    let is_later = when.clock.is_some_and(|clock| i32::from(clock.minutes()) > minute);
    let later_today = when.day() == Some(now.date()) && is_later;
    if (when.date.earliest() > now.date() || later_today) && !may_be_future {
        return Some(Fault::FutureDate);
    }
    (when.date.latest() < EARLIEST).then_some(Fault::LongAgo)
}
