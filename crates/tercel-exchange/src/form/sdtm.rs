//! Qualifiers of forms: answers that SDTM has no variable for.

use super::matching::forms_of;
use super::{Field, Home};

/// The field that a column is the qualifier of.
fn qualifier(domain: &str, column: &str) -> Option<&'static Field> {
    let mut fields = forms_of(domain).flat_map(|form| form.fields);
    fields.find(|field| matches!(field.home, Home::Supplement(name) if name == column))
}

/// The label of a qualifier that a form asks for.
pub(crate) fn qualifier_label(domain: &str, column: &str) -> Option<&'static str> {
    qualifier(domain, column).map(|field| field.label.en)
}
