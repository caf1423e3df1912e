//! The question that stands behind a variable of a dataset.

use tercel::language::Text;

use super::matching::forms_of;
use super::{Derived, Form, Kind};

/// What a form asks for the value of a variable: in the form of the record where it is known and has the variable, otherwise in
/// the first form of the dataset that has it. `None` where the value follows from no answer, such as a sequence number.
///
/// ```
/// use tercel_exchange::form::{form, question};
/// assert_eq!(question("AE", "AESTDTC", None).unwrap().zh, "开始时间");
/// // A result stands in several variables: the question is the same.
/// let crs = form("crs-finding");
/// assert_eq!(question("FA", "FASTRESC", crs), question("FA", "FAORRES", crs));
/// assert_eq!(question("AE", "AESEQ", None), None);
/// ```
pub fn question(dataset: &str, variable: &str, of_record: Option<&'static Form>) -> Option<Text> {
    let mut forms = of_record.into_iter().chain(forms_of(dataset));
    forms.find_map(|form| asked(form, variable))
}

/// The forms that ask for a variable or qualifier of a dataset.
pub fn asking(dataset: &str, variable: &str) -> impl Iterator<Item = &'static Form> {
    forms_of(dataset).filter(move |form| asked(form, variable).is_some())
}

/// What a variable or qualifier of a dataset may be answered with, where every form that asks for it says the same.
pub(crate) fn asked_as(dataset: &str, variable: &str) -> Option<Kind> {
    let fields = forms_of(dataset).flat_map(|form| form.fields);
    let mut kinds = fields
        .filter(|field| field.variable() == Some(variable))
        .map(|field| field.kind);
    let first = kinds.next()?;
    kinds.all(|kind| kind == first).then_some(first)
}

/// Where a form stands among the annotated forms: what links lead to.
pub fn place_of(form: &Form) -> String {
    format!("form-{}", form.id)
}

fn asked(form: &Form, variable: &str) -> Option<Text> {
    let own = form.fields.iter().find(|field| field.variable() == Some(variable));
    let from = |(name, derived): &(&str, Derived)| (*name == variable).then(|| derived.field());
    let field = own.or_else(|| form.field(form.derived.iter().find_map(from)?))?;
    Some(field.label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::{FORMS, form};

    /// A remark can name any of them.
    #[test]
    fn every_variable_that_an_answer_fills_has_its_question_in_both_languages() {
        for form in FORMS {
            let Some(dataset) = form.domain else { continue };
            let filled = form.fields.iter().filter_map(super::super::Field::variable);
            for variable in filled.chain(form.derived.iter().map(|(name, _)| *name)) {
                let text = question(dataset, variable, Some(form));
                assert!(
                    text.is_some_and(|text| !text.en.is_empty() && !text.zh.is_empty()),
                    "{} {variable}",
                    form.id
                );
            }
        }
    }

    #[test]
    fn of_two_forms_of_a_dataset_the_form_of_the_record_is_asked() {
        let (consent, death) = (form("consent"), form("disposition"));
        assert_ne!(question("DS", "DSSTDTC", consent), question("DS", "DSSTDTC", death));
    }

    #[test]
    fn a_variable_of_another_form_of_the_dataset_is_found() {
        assert_eq!(
            question("DM", "DTHDTC", form("demography")),
            question("DM", "DTHDTC", None)
        );
        assert!(question("DM", "DTHDTC", None).is_some());
    }
}
