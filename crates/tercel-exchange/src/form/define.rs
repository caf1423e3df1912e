//! Short words to define forms with.

use tercel::language::Text;

use super::{Choice, Field, Form, Home, Kind, Required, Scope};

/// A text in English and Chinese.
pub(super) const fn text(en: &'static str, zh: &'static str) -> Text {
    Text::new(en, zh)
}

/// A value of a list.
pub(super) const fn choice(value: &'static str, en: &'static str, zh: &'static str) -> Choice {
    Choice {
        value,
        label: text(en, zh),
    }
}

/// A form that asks nothing yet: what a definition does not name is taken from here.
pub(super) const BLANK: Form = Form {
    id: "",
    title: text("", ""),
    help: text("", ""),
    scope: Scope::Subject,
    domain: None,
    rows: None,
    repeats: true,
    constants: &[],
    synonyms: &[],
    derived: &[],
    tells: &[],
    happened: None,
    order: &[],
    one_yes: &[],
    assessed: None,
    panel: None,
    fields: &[],
};

impl Field {
    const fn at(id: &'static str, home: Home, kind: Kind, label: Text, help: Text) -> Self {
        Self {
            id,
            label,
            help,
            kind,
            required: Required::No,
            home,
            only_if_asked: false,
            may_be_future: false,
        }
    }

    /// A field that is an SDTM variable.
    pub(super) const fn of(id: &'static str, name: &'static str, kind: Kind, label: Text, help: Text) -> Self {
        Self::at(id, Home::Variable(name), kind, label, help)
    }

    /// A field that is a supplemental qualifier.
    pub(super) const fn supplement(id: &'static str, name: &'static str, kind: Kind, label: Text, help: Text) -> Self {
        Self::at(id, Home::Supplement(name), kind, label, help)
    }

    /// The same as a supplemental qualifier.
    pub(super) const fn as_supplement(mut self, name: &'static str) -> Self {
        self.home = Home::Supplement(name);
        self
    }

    /// A field that stands nowhere in SDTM, and why.
    pub const fn kept_apart(id: &'static str, why: &'static str, kind: Kind, label: Text, help: Text) -> Self {
        Self::at(id, Home::None(why), kind, label, help)
    }

    /// A field of a form that the gates of conduct read.
    pub(super) const fn kept(id: &'static str, kind: Kind, label: Text, help: Text) -> Self {
        Self::kept_apart(id, "the gates of conduct read it", kind, label, help)
    }

    /// It has to be answered.
    pub(super) const fn required(self) -> Self {
        self.required_if(Required::Always)
    }

    /// When it has to be answered.
    pub(super) const fn required_if(mut self, required: Required) -> Self {
        self.required = required;
        self
    }

    /// Its column is left out where nobody answered it.
    pub(super) const fn only_if_asked(mut self) -> Self {
        self.only_if_asked = true;
        self
    }

    /// A day to come is a valid answer.
    pub(super) const fn may_be_future(mut self) -> Self {
        self.may_be_future = true;
        self
    }
}

/// One line of text of the usual length.
pub(super) const LINE: Kind = Kind::Text { max: 200 };

/// A longer text.
pub(super) const PARAGRAPH: Kind = Kind::LongText { max: 2000 };
