//! What is unusual is asked about once: a confirmation is of the answers and the questions that the page showed.

use tercel::language::Language;
use tercel_exchange::form::{Problem, Severity};
use tercel_store::sha256;

use crate::ask::Ask;

/// A mark of a problem: of the answer it was found in, and of what is unusual about it.
fn mark(ask: &Ask, name: &str, problem: &Problem) -> String {
    let answer = ask.form.get(name).map_or("", String::as_str);
    let told = format!("{name}\n{answer}\n{}", problem.sentence(Language::English));
    sha256(told.as_bytes()).chars().take(16).collect()
}

/// The mark of a question that is about no answer.
pub(super) fn mark_of(question: &str) -> String {
    sha256(question.as_bytes()).chars().take(16).collect()
}

/// Whether a question that is about no answer was confirmed, as [`is_confirmed`] does.
pub(super) fn is_answered(ask: &Ask, question: &str) -> bool {
    let mark = mark_of(question);
    let asked = ask.form.get("asked");
    ask.optional("confirmed") == "Y" && asked.is_none_or(|asked| asked.split(' ').any(|one| one == mark))
}

/// Marks of what a page asks to confirm; blank where something cannot be read, which nobody can confirm.
pub(super) fn asks<'p>(ask: &Ask, problems: impl Iterator<Item = (String, &'p Problem)> + Clone) -> String {
    if problems
        .clone()
        .any(|(_, problem)| problem.severity() != Severity::Asks)
    {
        return String::new();
    }
    let marks: Vec<String> = problems.map(|(name, problem)| mark(ask, &name, problem)).collect();
    marks.join(" ")
}

/// Whether every problem was confirmed: on a page that asked about it, or by a program that confirms what there is.
pub(super) fn is_confirmed<'p>(ask: &Ask, mut problems: impl Iterator<Item = (String, &'p Problem)>) -> bool {
    let confirmed = ask.optional("confirmed") == "Y";
    let asked = ask.form.get("asked");
    problems.all(|(name, problem)| {
        let mark = mark(ask, &name, problem);
        confirmed && asked.is_none_or(|asked| asked.split(' ').any(|one| one == mark))
    })
}
