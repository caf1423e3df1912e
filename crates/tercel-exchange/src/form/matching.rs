//! Which form a row of a dataset belongs to.

use tercel::protocol::Trial;

use super::{FORMS, Form, Kind};

/// The forms whose records are rows of a dataset.
pub(super) fn forms_of(domain: &str) -> impl Iterator<Item = &'static Form> {
    FORMS.iter().copied().filter(move |form| form.domain == Some(domain))
}

/// The form a row belongs to, the first that its values tell; `cell` gives the text of a variable, blank where there is none.
pub(super) fn form_of_row<'c>(domain: &str, cell: &impl Fn(&str) -> &'c str, trial: &Trial) -> Option<&'static Form> {
    forms_of(domain).find(|form| form.tells.iter().all(|name| is_told(form, name, cell, trial)))
}

/// Whether the row says by this field or constant that it is of the form.
fn is_told<'c>(form: &Form, name: &str, cell: &impl Fn(&str) -> &'c str, trial: &Trial) -> bool {
    if let Some((_, constant)) = form.constants.iter().find(|(variable, _)| *variable == name) {
        let value = cell(name);
        return value.eq_ignore_ascii_case(constant) || is_synonym(form, name, value);
    }
    let Some(field) = form.field(name) else { return false };
    let value = field.variable().map_or("", cell);
    match field.kind {
        Kind::Choice(choices) => choices.iter().any(|choice| choice.value.eq_ignore_ascii_case(value)),
        Kind::TrialChoice(from) => from.holds(trial, &from.kept(trial, value)),
        Kind::Text { .. }
        | Kind::LongText { .. }
        | Kind::Integer { .. }
        | Kind::Decimal { .. }
        | Kind::Result { .. }
        | Kind::Date
        | Kind::DateTime
        | Kind::PartialDate
        | Kind::YesNo
        | Kind::Suggested { .. }
        | Kind::By { .. } => !value.is_empty(),
    }
}

/// Whether a value means the same as the form's constant.
pub(super) fn is_synonym(form: &Form, variable: &str, value: &str) -> bool {
    let lists = form.synonyms.iter().filter(|(name, _)| *name == variable);
    lists
        .flat_map(|(_, values)| values.iter())
        .any(|known| known.eq_ignore_ascii_case(value))
}
