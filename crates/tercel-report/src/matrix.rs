//! The outcome matrix: every outcome and time point by dose level and overall, each number a link to its listing.

use tercel::report::{Answer, Block, OutcomeSection, Report};

use crate::how;
use crate::html::{close_table, open_section, open_table};
use crate::markup::Writer;

/// Most letters of a time frame that stands in a table; a longer one stands in the section of its outcome.
const SHORT: usize = 60;

/// Writes the section.
pub(crate) fn write(out: &mut Writer, report: &Report) {
    open_section(out, report, "matrix", "", "Outcome matrix");
    out.leaf(
        "p",
        &[],
        "Every number leads to the listing of the subjects and records behind it; \"how\" shows its rule, assumptions and \
         sources. A dash is not zero: the reason stands \
         beneath it. NE: the limit cannot be estimated.",
    );
    open_table(out, "matrix", "Outcome matrix");
    out.open("thead", &[]);
    out.open("tr", &[]);
    out.leaf("th", &[("scope", "col")], "Outcome");
    out.leaf("th", &[("scope", "col")], "Part, time point");
    for name in &report.levels {
        out.open("th", &[("scope", "col")]);
        out.text(&name.label);
        out.leaf("small", &[], &name.dose);
        out.close();
    }
    out.leaf("th", &[("scope", "col"), ("class", "overall")], "Overall");
    out.close();
    out.close();
    out.open("tbody", &[]);
    for outcome in &report.outcomes {
        for (place, block) in outcome.blocks.iter().enumerate() {
            out.open("tr", &[("class", if place == 0 { "first" } else { "" })]);
            if place == 0 {
                measure(out, outcome);
            }
            out.open("th", &[("scope", "row")]);
            out.text(&label(outcome, block));
            out.leaf("small", &[], &block.quantity());
            out.close();
            for answer in &block.answers {
                cell(out, outcome, answer);
            }
            out.close();
        }
    }
    out.close();
    close_table(out);
    for outcome in &report.outcomes {
        how::rule(out, report, outcome);
    }
    out.close();
}

fn measure(out: &mut Writer, outcome: &OutcomeSection) {
    let rows = outcome.blocks.len().max(1).to_string();
    out.open("th", &[("scope", "rowgroup"), ("rowspan", &rows), ("class", "measure")]);
    let target = format!("#outcome_{}", outcome.anchor);
    out.leaf("a", &[("href", &target)], &outcome.id);
    out.text(" ");
    out.text(&outcome.measure);
    out.close();
}

/// `AE`, `month 3`, `copies, month 3`; the time frame where there is neither.
pub(crate) fn label(outcome: &OutcomeSection, block: &Block) -> String {
    let component = block.component.as_ref().map(|component| component_name(component));
    let month = block.time_point.map(|months| format!("month {months}"));
    match (component, month) {
        (Some(component), Some(month)) => format!("{component}, {month}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) if outcome.time_frame.chars().count() <= SHORT => outcome.time_frame.clone(),
        (None, None) => "time frame of the record".to_owned(),
    }
}

/// Abbreviations in capitals, words as they are.
fn component_name(component: &str) -> String {
    match component {
        "ae" | "sae" | "crs" | "icans" => component.to_uppercase(),
        word => word.to_owned(),
    }
}

fn cell(out: &mut Writer, outcome: &OutcomeSection, answer: &Answer) {
    let class = if answer.level.is_none() { "overall" } else { "" };
    out.open("td", &[("class", class)]);
    link(out, answer, &answer.lead);
    if !answer.under.is_empty() {
        out.leaf("small", &[], &answer.under);
    }
    if let Some(reason) = &answer.no_value {
        out.leaf("small", &[], &reason.sentence);
    }
    if let Some(note) = &answer.note {
        out.leaf("small", &[("class", "notes")], note);
    }
    how::line(out, outcome, answer);
    out.close();
}

/// A number that leads to its listing.
pub(crate) fn link(out: &mut Writer, answer: &Answer, text: &str) {
    let target = format!("#{}", answer.anchor);
    let class = if answer.no_value.is_some() { "none" } else { "" };
    out.leaf(
        "a",
        &[("href", &target), ("class", class), ("title", &answer.text)],
        text,
    );
}
