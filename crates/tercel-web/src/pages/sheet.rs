//! A form on a page: its questions with their answers, and the answers that come back.

use tercel::language::Language;
use tercel::protocol::Trial;
use tercel_exchange::form::{Field, Form, Kind, Problem, Required};
use tercel_store::{Record, Values};

use super::record::unit;
use crate::ask::Ask;
use crate::messages::message;

/// What a page of a form is about.
pub(super) struct Sheet<'a> {
    pub(super) form: &'static Form,
    pub(super) subject: Option<&'a str>,
    pub(super) action: String,
    pub(super) values: &'a Values,
    /// The record that is corrected.
    pub(super) corrects: Option<&'a Record>,
    pub(super) problems: &'a [Problem],
    /// Somebody else was faster.
    pub(super) stale: bool,
    /// Why nothing was saved, where it is no single answer.
    pub(super) refusal: Option<String>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(form: &'static Form, subject: Option<&'a str>, action: &str, values: &'a Values) -> Self {
        Self {
            form,
            subject,
            action: action.to_owned(),
            values,
            corrects: None,
            problems: &[],
            stale: false,
            refusal: None,
        }
    }
}

pub(crate) struct FieldView {
    pub(crate) id: &'static str,
    pub(crate) label: &'static str,
    pub(crate) help: &'static str,
    pub(crate) control: &'static str,
    pub(crate) choices: Vec<(String, String)>,
    pub(crate) value: String,
    pub(crate) other: bool,
    pub(crate) unit: Option<&'static str>,
    pub(crate) required: bool,
    pub(crate) problem: Option<String>,
    pub(crate) present: Option<String>,
}

/// The questions of a form with these answers.
pub(crate) fn field_views(ask: &Ask, form: &'static Form, values: &Values) -> Vec<FieldView> {
    fields_of(ask, &Sheet::new(form, None, "", values))
}

/// The questions of a sheet.
pub(super) fn fields_of(ask: &Ask, sheet: &Sheet<'_>) -> Vec<FieldView> {
    let fields = sheet.form.fields.iter();
    fields
        .map(|field| field_view(ask, field, sheet, ask.language))
        .collect()
}

fn field_view(ask: &Ask, field: &'static Field, sheet: &Sheet<'_>, language: Language) -> FieldView {
    let kind = field.kind.settled(sheet.values);
    let value = sheet.values.get(field.id).cloned().unwrap_or_default();
    let choices = choices(&kind, &ask.app.trial, language);
    let control = match &kind {
        Kind::LongText { .. } => "long",
        Kind::Integer { .. } | Kind::Decimal { .. } => "number",
        Kind::Date => "date",
        Kind::DateTime | Kind::PartialDate => "moment",
        Kind::YesNo => "yes-no",
        Kind::Choice(list) if list.len() <= 5 => "choice-few",
        Kind::Choice(_) => "choice",
        Kind::TrialChoice(from) if !from.is_open() => "choice",
        Kind::Text { .. } | Kind::Result { .. } | Kind::Suggested { .. } | Kind::TrialChoice(_) | Kind::By { .. } => {
            "line"
        }
    };
    let of_field = sheet.problems.iter().find(|problem| problem.field == field.id);
    let present = sheet
        .corrects
        .filter(|_| sheet.stale)
        .map(|record| record.value(field.id).unwrap_or("–").to_owned())
        .filter(|present| *present != value);
    FieldView {
        id: field.id,
        label: field.label.of(language),
        help: field.help.of(language),
        control,
        other: !value.is_empty() && !choices.iter().any(|(known, _)| *known == value),
        unit: unit(&kind, language),
        required: matches!(field.required, Required::Always),
        problem: of_field.map(|problem| problem.sentence(language)),
        present,
        choices,
        value,
    }
}

/// The values a kind offers, with what the user reads.
pub(crate) fn choices(kind: &Kind, trial: &Trial, language: Language) -> Vec<(String, String)> {
    let listed = |list: &[tercel_exchange::form::Choice]| {
        list.iter()
            .map(|choice| (choice.value.to_owned(), choice.label.of(language).to_owned()))
            .collect()
    };
    match kind {
        Kind::YesNo => [("Y", "entry.yes"), ("N", "entry.no")]
            .map(|(value, key)| (value.to_owned(), message(key).of(language).to_owned()))
            .to_vec(),
        Kind::Choice(list) | Kind::Suggested { choices: list, .. } => listed(list),
        Kind::Result { words, .. } => listed(words),
        Kind::TrialChoice(from) => from.choices(trial, language),
        Kind::Text { .. }
        | Kind::LongText { .. }
        | Kind::Integer { .. }
        | Kind::Decimal { .. }
        | Kind::Date
        | Kind::DateTime
        | Kind::PartialDate
        | Kind::By { .. } => Vec::new(),
    }
}

/// The answers of a form: names start with `v.`; blank ones are not kept.
pub(crate) fn answers(ask: &Ask, form: &Form) -> Values {
    let given = ask.form.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix("v.")?;
        let text = value.trim();
        let kept = form
            .field(name)
            .map_or_else(|| text.to_owned(), |field| field.typed(text));
        Some((name.to_owned(), kept))
    });
    given.filter(|(_, value)| !value.is_empty()).collect()
}

/// Whether a user chooses among the values of a kind and writes no other.
pub(super) fn is_closed(kind: &Kind) -> bool {
    match kind {
        Kind::YesNo | Kind::Choice(_) => true,
        Kind::TrialChoice(from) => !from.is_open(),
        Kind::Text { .. }
        | Kind::LongText { .. }
        | Kind::Integer { .. }
        | Kind::Decimal { .. }
        | Kind::Result { .. }
        | Kind::Date
        | Kind::DateTime
        | Kind::PartialDate
        | Kind::Suggested { .. }
        | Kind::By { .. } => false,
    }
}
