//! The forms as a document: every question with its kind, its list, when it is required and where it stands in SDTM.

use std::fmt::Write as _;

use super::{Choice, Derived, FORMS, Field, Form, Home, Kind, Required, Scope};

/// Name of the document.
pub const FORMS_FILE: &str = "forms.md";

/// The annotated forms, in Markdown.
pub fn forms_document() -> String {
    let mut text = "# Forms\n\n\
        What is asked of whom, and where each answer stands in SDTM (SDTMIG 3.4, controlled terminology 2025-03-28). \
        Written by `forms_document`; a test keeps it equal to the forms. *required*: a blank answer is kept and asked about. \
        `SUPP`: a supplemental qualifier. Each question is given in English and Chinese; helps and lists are in both languages on the page.\n\n\
        | Form | Title | Dataset | Happened |\n|---|---|---|---|\n"
        .to_owned();
    for form in FORMS {
        let _ = writeln!(
            text,
            "| [{id}](#{id}) | {} | {} | {} |",
            cell(form.title.en),
            form.domain.unwrap_or("none"),
            form.happened.map_or_else(String::new, |field| format!("`{field}`")),
            id = form.id,
        );
    }
    for form in FORMS {
        write_form(&mut text, form);
    }
    text
}

fn write_form(text: &mut String, form: &Form) {
    let _ = writeln!(
        text,
        "\n## {}\n\n**{}** ({}). {}",
        form.id, form.title.en, form.title.zh, form.help.en
    );
    let scope = match form.scope {
        Scope::Subject => "a subject",
        Scope::Site => "a site",
        Scope::Study => "the study",
    };
    let many = if form.repeats { "several records" } else { "one record" };
    let _ = write!(text, "\nFor {scope}, {many}.");
    if let Some(assessed) = form.assessed {
        let names = tercel::protocol::Assessed::NAMES;
        let name = names
            .iter()
            .find(|(_, known)| *known == assessed)
            .map_or("", |(name, _)| name);
        let _ = write!(text, " Assessment of the schedule: `{name}`.");
    }
    let fixed: Vec<String> = form
        .constants
        .iter()
        .map(|(name, value)| format!("`{name}` = {value}"))
        .collect();
    if !fixed.is_empty() {
        let _ = write!(text, " Fixed: {}.", fixed.join(", "));
    }
    let derived: Vec<String> = form
        .derived
        .iter()
        .map(|(name, from)| format!("`{name}` {}", derived_words(*from, "`")))
        .collect();
    if !derived.is_empty() {
        let _ = write!(text, " Derived: {}.", derived.join(", "));
    }
    text.push_str("\n\n| Field | Question | Answer | Required | SDTM |\n|---|---|---|---|---|\n");
    for field in form.fields {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} |",
            field.id,
            cell(&format!("{} · {}", field.label.en, field.label.zh)),
            cell(&answer_words(&field.kind, "`")),
            required_words(field, "`"),
            home(field),
        );
    }
}

/// How a variable follows from the answers, with `mark` around the names of fields.
pub fn derived_words(from: Derived, mark: &str) -> String {
    match from {
        Derived::Copy(field) | Derived::Standard(field) => format!("from {mark}{field}{mark}"),
        Derived::Number(field) => format!("from {mark}{field}{mark} where it is a number"),
        Derived::Converted(field) => format!("from {mark}{field}{mark} in the standard unit of the test"),
        Derived::ConvertedNumber(field) => {
            format!("from {mark}{field}{mark} in the standard unit of the test where it is a number")
        }
        Derived::Name(field) => format!("the name of {mark}{field}{mark}"),
        Derived::Where(field, text) => format!("{text} where {mark}{field}{mark} is answered"),
    }
}

/// Bars and line breaks would end a cell of the table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// What is a valid answer, in words, with `mark` around the names of other fields.
pub fn answer_words(kind: &Kind, mark: &str) -> String {
    match kind {
        Kind::Text { max } => format!("text, up to {max} characters"),
        Kind::LongText { max } => format!("several lines, up to {max} characters"),
        Kind::Integer { min, max, unit, .. } => format!("whole number, expected {min} to {max}{}", spaced(*unit)),
        Kind::Decimal { min, max, unit, .. } => format!("number, expected {min} to {max}{}", spaced(*unit)),
        Kind::Result { unit, words, .. } => {
            let or = if words.is_empty() {
                String::new()
            } else {
                format!(", or {}", listed(words))
            };
            format!("number{}, with < or > beyond what is measured{or}", spaced(*unit))
        }
        Kind::Date => "day".to_owned(),
        Kind::DateTime => "day, with time where known".to_owned(),
        Kind::PartialDate => "year, month or day, with time where known".to_owned(),
        Kind::YesNo => "Y, N".to_owned(),
        Kind::Choice(choices) => listed(choices),
        Kind::Suggested { choices, max } => format!("{}; or text, up to {max} characters", listed(choices)),
        Kind::TrialChoice(from) if from.is_open() => format!("{} of the protocol, or text", from.name()),
        Kind::TrialChoice(from) => format!("{} of the protocol", from.name()),
        Kind::By {
            field,
            kinds,
            otherwise,
        } => by(field, kinds, otherwise, mark),
    }
}

/// Values of the other field with the same kind stand together.
fn by(field: &str, kinds: &[(&str, Kind)], otherwise: &Kind, mark: &str) -> String {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (value, one) in kinds {
        let what = answer_words(one, mark);
        match groups.iter_mut().find(|(known, _)| *known == what) {
            Some((_, values)) => values.push(value),
            None => groups.push((what, vec![value])),
        }
    }
    let mut parts: Vec<String> = groups
        .iter()
        .map(|(what, values)| format!("{}: {what}", values.join(", ")))
        .collect();
    parts.push(format!("otherwise: {}", answer_words(otherwise, mark)));
    format!("by {mark}{field}{mark}: {}", parts.join("; "))
}

fn listed(choices: &[Choice]) -> String {
    let values: Vec<String> = choices
        .iter()
        .map(|choice| {
            if choice.label.en.eq_ignore_ascii_case(choice.value) {
                choice.value.to_owned()
            } else {
                format!("{} ({})", choice.value, choice.label.en)
            }
        })
        .collect();
    values.join(", ")
}

fn spaced(unit: Option<&str>) -> String {
    unit.map_or_else(String::new, |unit| format!(" {unit}"))
}

/// When a field has to be answered, with `mark` around the names of other fields; empty where it may stay blank.
pub fn required_words(field: &Field, mark: &str) -> String {
    match field.required {
        Required::No => String::new(),
        Required::Always => "required".to_owned(),
        Required::When(other, values) => format!("where {mark}{other}{mark} is {}", values.join(" or ")),
        Required::With(other) => format!("where {mark}{other}{mark} is answered"),
        Required::Unless(other) => format!("unless {mark}{other}{mark} is answered"),
    }
}

fn home(field: &Field) -> String {
    match field.home {
        Home::Variable(name) => format!("`{name}`"),
        Home::Supplement(name) => format!("`SUPP` `{name}`"),
        Home::None(why) => why.to_owned(),
    }
}
