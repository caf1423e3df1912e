//! Which answers a record has, and which it still lacks.

use std::collections::BTreeMap;

use super::captured::answer;
use super::{Form, Required};

/// The fields of a record that have to be answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Completeness {
    /// Those that are answered.
    pub answered: Vec<&'static str>,
    /// Those that are not.
    pub missing: Vec<&'static str>,
}

impl Completeness {
    /// Whether nothing is missing.
    pub const fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// Sorts the fields that these answers require into answered and missing.
pub fn completeness(form: &Form, values: &BTreeMap<String, String>) -> Completeness {
    let mut found = Completeness::default();
    for field in form.fields.iter().filter(|field| is_required(field.required, values)) {
        if answer(values, field.id).is_some() {
            found.answered.push(field.id);
        } else {
            found.missing.push(field.id);
        }
    }
    found
}

/// Whether these answers require the field.
pub(super) fn is_required(required: Required, values: &BTreeMap<String, String>) -> bool {
    match required {
        Required::No => false,
        Required::Always => true,
        Required::When(field, wanted) => {
            answer(values, field).is_some_and(|value| wanted.iter().any(|one| one.eq_ignore_ascii_case(value)))
        }
        Required::With(field) => answer(values, field).is_some(),
        Required::Unless(field) => answer(values, field).is_none(),
    }
}
