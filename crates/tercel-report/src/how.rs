//! How a number was made: under each number its records, and beside them the rule of its outcome, written once.

use tercel::report::number::{MISSING, counted};
use tercel::report::{Answer, OutcomeSection, Report};

use crate::markup::Writer;

/// The line under a number: how many records it rests on, and a button that shows the rule.
pub(crate) fn line(out: &mut Writer, outcome: &OutcomeSection, answer: &Answer) {
    out.open("small", &[("class", "how")]);
    let target = format!("#{}", answer.anchor);
    out.leaf("a", &[("href", &target)], &counted(answer.records, "record"));
    out.text(" ");
    let rule = rule_id(outcome);
    let name = format!("How {} was made", outcome.id);
    // A popover needs no script, and leaves the table as wide and as high as it is.
    out.leaf(
        "button",
        &[("type", "button"), ("popovertarget", &rule), ("aria-label", &name)],
        "how",
    );
    out.close();
}

/// The rule of an outcome: definition, statistic, assumptions, publications.
pub(crate) fn rule(out: &mut Writer, report: &Report, outcome: &OutcomeSection) {
    let id = rule_id(outcome);
    out.open("div", &[("id", &id), ("class", "rule"), ("popover", "auto")]);
    out.leaf(
        "button",
        &[
            ("type", "button"),
            ("popovertarget", &id),
            ("popovertargetaction", "hide"),
        ],
        "Close",
    );
    let heading = format!("How the numbers of {} were made", outcome.id);
    out.leaf("p", &[("class", "rule_head")], &heading);
    out.open("dl", &[("class", "terms")]);
    terms(out, report, outcome);
    out.close();
    out.open("p", &[]);
    out.text("Each subject's part, with the records it rests on, stands in the listing that the number leads to. ");
    let target = format!("#outcome_{}", outcome.anchor);
    out.leaf("a", &[("href", &target)], &format!("All of {}", outcome.id));
    out.close();
    out.close();
}

fn rule_id(outcome: &OutcomeSection) -> String {
    format!("rule_{}", outcome.anchor)
}

/// Definition, statistic, assumptions and publications, in a list of terms that is open.
pub(crate) fn terms(out: &mut Writer, report: &Report, outcome: &OutcomeSection) {
    term(out, "Definition", &outcome.definition);
    term(out, "Statistic", &outcome.statistic);
    out.leaf("dt", &[], "Assumptions");
    out.open("dd", &[]);
    assumptions(out, report, outcome);
    out.close();
    out.leaf("dt", &[], "Sources");
    out.open("dd", &[]);
    references(out, outcome);
    out.close();
}

/// A term with its text, or a dash.
pub(crate) fn term(out: &mut Writer, name: &str, text: &str) {
    out.leaf("dt", &[], name);
    out.leaf("dd", &[], if text.is_empty() { MISSING } else { text });
}

fn assumptions(out: &mut Writer, report: &Report, outcome: &OutcomeSection) {
    let named = outcome.assumptions.iter();
    let named: Vec<_> = named
        .filter_map(|&place| Some((place, report.assumptions.get(place)?)))
        .collect();
    if named.is_empty() {
        out.text("none");
    }
    for (position, (place, assumption)) in named.into_iter().enumerate() {
        if position > 0 {
            out.empty("br", &[]);
        }
        let target = format!("#assumption_{}", place + 1);
        out.leaf("a", &[("href", &target)], &assumption.id);
        out.text(": ");
        out.text(&assumption.choice);
    }
}

fn references(out: &mut Writer, outcome: &OutcomeSection) {
    out.text("The registry record and the protocol.");
    for reference in &outcome.references {
        out.empty("br", &[]);
        out.leaf("code", &[], reference.key);
        out.text(": ");
        out.leaf("cite", &[], reference.citation);
    }
}
