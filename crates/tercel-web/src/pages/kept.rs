//! What was typed when the session had ended: kept on the page through a new sign-in, and sent when its author says so.

use askama::Template;
use tercel_exchange::form::form;

use crate::ask::{Ask, Fields};
use crate::reply::{Fault, is_own_path};
use crate::view::View;

/// Field that carries the path; those of the form carry this and a dot before their names.
const KEPT: &str = "kept";

/// A form that nobody has taken yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) path: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Kept {
    /// What was sent to a path without a session. A form with a password is signed anew, on its own page.
    pub(crate) fn sent(path: &str, form: &Fields) -> Option<Self> {
        // What is unusual is asked about again: a confirmation was given to a page of that time.
        let fields = form
            .iter()
            .filter(|(name, _)| !["csrf", "confirmed", "asked"].contains(&name.as_str()));
        let kept = Self {
            path: path.to_owned(),
            fields: fields.map(|(name, value)| (name.clone(), value.clone())).collect(),
        };
        let signed = kept.fields.iter().any(|(name, _)| name.contains("password"));
        (!signed && !kept.fields.is_empty() && is_own_path(path)).then_some(kept)
    }

    /// What a form of sign-in carries along.
    pub(crate) fn carried(form: &Fields) -> Option<Self> {
        let path = form.get(KEPT)?;
        let fields = form.iter().filter_map(|(name, value)| {
            let name = name.strip_prefix(KEPT)?.strip_prefix('.')?;
            Some((name.to_owned(), value.clone()))
        });
        let fields: Vec<(String, String)> = fields.collect();
        (is_own_path(path) && !fields.is_empty()).then(|| Self {
            path: path.clone(),
            fields,
        })
    }

    /// The same as fields of a form of sign-in.
    pub(crate) fn as_carried(&self) -> Vec<(String, String)> {
        let fields = self.fields.iter();
        let carried = fields.map(|(name, value)| (format!("{KEPT}.{name}"), value.clone()));
        carried.chain([(KEPT.to_owned(), self.path.clone())]).collect()
    }

    /// What was typed, for reading: the question where the form is known from the path, and the answer.
    fn typed(&self, ask: &Ask) -> Vec<(String, String)> {
        let known = self.path.split(['/', '?']).find_map(form);
        let question = |name: &str| {
            let id = name.strip_prefix("v.").unwrap_or(name);
            let field = known.and_then(|form| form.fields.iter().find(|field| field.id == id));
            field.map_or(id, |field| field.label.of(ask.language)).to_owned()
        };
        let answered = self.fields.iter().filter(|(_, value)| !value.trim().is_empty());
        answered.map(|(name, value)| (question(name), value.clone())).collect()
    }
}

#[derive(Template)]
#[template(path = "kept.html")]
struct Page {
    view: View,
    kept: Kept,
    typed: Vec<(String, String)>,
}

/// The page after the new sign-in: what will be sent, in whose name.
pub(crate) fn page(ask: &Ask, kept: Kept) -> Result<String, Fault> {
    let page = Page {
        view: View::of(ask),
        typed: kept.typed(ask),
        kept,
    };
    Ok(page.render()?)
}

#[cfg(test)]
mod tests {
    use super::{Fields, Kept};

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let owned = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        owned.collect()
    }

    #[test]
    fn what_was_sent_is_carried_whole_and_a_signature_is_not() {
        let form = fields(&[
            ("csrf", "x"),
            ("confirmed", "Y"),
            ("v.aeterm", "Fever\n\"38\""),
            ("seen", "1"),
        ]);
        let kept = Kept::sent("/correct/AE/1", &form).unwrap();
        let carried: Fields = kept.as_carried().into_iter().collect();
        assert_eq!(Kept::carried(&carried), Some(kept.clone()));
        assert_eq!(kept.fields.len(), 2);
        assert_eq!(Kept::sent("/sign", &fields(&[("password", "x"), ("text", "y")])), None);
        assert_eq!(Kept::sent("/x", &fields(&[("csrf", "x")])), None);
        for foreign in ["//evil.example", "https://evil.example", "/\\evil.example", "/a b"] {
            assert_eq!(Kept::sent(foreign, &form), None, "{foreign}");
            let mut carried = carried.clone();
            carried.insert("kept".to_owned(), foreign.to_owned());
            assert_eq!(Kept::carried(&carried), None, "{foreign}");
        }
    }
}
