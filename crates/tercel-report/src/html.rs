//! The report as one HTML file that needs no network and no font. What its script adds (search, opening what a link leads
//! into) is a convenience: without it everything can be read and reached.

use tercel::endpoint::Analysis;
use tercel::language::Language;
use tercel::report::number::{MISSING, count, counted};
use tercel::report::{BoardLevel, DecisionPart, LISTING_LIMIT, Report, build_report};

use crate::chinese::in_language;
use crate::markup::Writer;
use crate::subjects::subject_link;
use crate::{
    board, cellular_kinetics, contents, figures, findings, labs, matrix, population, response, safety, section,
    subjects, time_to_event,
};

/// The same text in every report: no data are written into it.
const SCRIPT: &str = include_str!("script.js");

/// Nothing may be fetched, sent or embedded, whatever the data say.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The style of every page made here.
pub const STYLE: &str = include_str!("style.css");

/// Runs in the margin of every printed page.
const PRINT_SYNTHETIC: &str = "@media print { @page { @top-center { content: \"SYNTHETIC DATA\"; font: 600 9pt sans-serif; color: #7a3000; } @bottom-right { content: counter(page) \" / \" counter(pages); font: 8pt sans-serif; } } }\n";
const PRINT: &str = "@media print { @page { @bottom-right { content: counter(page) \" / \" counter(pages); font: 8pt sans-serif; } } }\n";

/// More records behind the decision than this are only counted.
const MOST_RECORDS: usize = 5000;

/// The report as HTML.
pub fn render_html(report: &Report) -> String {
    render_html_in(report, Language::English)
}

/// The same in a language; in Chinese the report is one of [`tercel::protocol::Trial::in_language`].
pub fn render_html_in(report: &Report, language: Language) -> String {
    let mut out = Writer::default();
    let print = if report.cover.synthetic { PRINT_SYNTHETIC } else { PRINT };
    let title = format!("{}: report", report.cover.trial);
    open_styled_page_in(&mut out, &title, print, language.tag());
    write_parts(&mut out, report);
    out.open("script", &[]);
    out.append(SCRIPT);
    out.close();
    in_language(out.finish(), language, &report.said)
}

/// The parts of the report without a page around them, for a page that links [`STYLE`]. In Chinese the report is one of
/// [`tercel::protocol::Trial::in_language`].
pub fn render_parts(report: &Report, language: Language) -> String {
    let mut out = Writer::default();
    write_parts(&mut out, report);
    in_language(out.finish(), language, &report.said)
}

/// Adverse events and laboratory results alone, without a page around them.
pub fn render_safety(report: &Report, language: Language) -> String {
    let mut out = Writer::default();
    safety::write(&mut out, report);
    labs::write(&mut out, report);
    in_language(out.finish(), language, &report.said)
}

/// Outcomes, response, survival and kinetics alone, without a page around them.
pub fn render_efficacy(report: &Report, language: Language) -> String {
    let mut out = Writer::default();
    matrix::write(&mut out, report);
    figures::write(&mut out, report);
    time_to_event::write(&mut out, report);
    response::write(&mut out, report);
    cellular_kinetics::write(&mut out, report);
    in_language(out.finish(), language, &report.said)
}

/// One subject at a glance: its profile, and the figures that show single subjects, without a page around them. The
/// analysis is of this subject alone.
pub fn render_subject(analysis: &Analysis<'_>, language: Language) -> String {
    let report = build_report(analysis, &[], None, &[]);
    let mut out = Writer::default();
    if let Some(facts) = analysis.facts.first() {
        figures::write_course(&mut out, facts, language);
    }
    figures::write_of_subject(&mut out, &report, language);
    in_language(out.finish(), language, &report.said)
}

fn write_parts(out: &mut Writer, report: &Report) {
    cover(out, report);
    contents::write(out, report);
    contents::bar(out);
    decision(out, report);
    escalation(out, report);
    matrix::write(out, report);
    figures::write(out, report);
    for outcome in &report.outcomes {
        section::write(out, report, outcome);
    }
    time_to_event::write(out, report);
    population::write(out, report);
    response::write(out, report);
    safety::write(out, report);
    labs::write(out, report);
    cellular_kinetics::write(out, report);
    subjects::write(out, report);
    assumptions(out, report);
    findings::write(out, report);
}

/// Opens a page up to its main part.
pub(crate) fn open_page(out: &mut Writer, title: &str, synthetic: bool) {
    open_styled_page(out, title, if synthetic { PRINT_SYNTHETIC } else { PRINT });
}

/// Opens a page whose style is that of the report with `print` after it.
pub(crate) fn open_styled_page(out: &mut Writer, title: &str, print: &str) {
    open_styled_page_in(out, title, print, "en");
}

/// The same in a language, by its tag.
pub(crate) fn open_styled_page_in(out: &mut Writer, title: &str, print: &str, language: &str) {
    out.append("<!DOCTYPE html>\n");
    out.open("html", &[("lang", language)]);
    out.open("head", &[]);
    out.empty("meta", &[("charset", "utf-8")]);
    out.empty(
        "meta",
        &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")],
    );
    out.empty(
        "meta",
        &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)],
    );
    out.leaf("title", &[], title);
    out.open("style", &[]);
    out.append(STYLE);
    out.append(print);
    out.close();
    out.close();
    out.open("body", &[]);
    out.open("main", &[]);
}

/// Said on a cover and over every section where no patient stands behind the numbers.
const SYNTHETIC: &str = "SYNTHETIC DATA: a rehearsal; no patient stands behind these numbers";

/// Opens a section under its heading.
pub(crate) fn open_section(out: &mut Writer, report: &Report, id: &str, class: &str, heading: &str) {
    open_part(out, report.cover.synthetic, id, class, heading);
}

/// Opens a section of a page that is no report.
pub(crate) fn open_part(out: &mut Writer, synthetic: bool, id: &str, class: &str, heading: &str) {
    open_part_in(out, synthetic.then_some(SYNTHETIC), id, class, heading);
}

/// The same with the words of the banner, where there is one.
pub(crate) fn open_part_in(out: &mut Writer, banner: Option<&str>, id: &str, class: &str, heading: &str) {
    out.open("section", &[("id", id), ("class", class)]);
    if let Some(banner) = banner {
        out.leaf("p", &[("class", "synthetic")], banner);
    }
    out.leaf("h2", &[], heading);
}

/// A table that scrolls in its own box.
pub(crate) fn open_table(out: &mut Writer, class: &str, label: &str) {
    out.open(
        "div",
        &[
            ("class", "scroll"),
            ("tabindex", "0"),
            ("role", "region"),
            ("aria-label", label),
        ],
    );
    out.open("table", &[("class", class)]);
    // The heading above says the same to the eye.
    out.leaf("caption", &[("class", "unseen")], label);
}

/// Closes the table and its box.
pub(crate) fn close_table(out: &mut Writer) {
    out.close();
    out.close();
}

/// A heading row.
pub(crate) fn head(out: &mut Writer, columns: &[&str]) {
    out.open("thead", &[]);
    out.open("tr", &[]);
    for column in columns {
        out.leaf("th", &[("scope", "col")], column);
    }
    out.close();
    out.close();
}

fn fact(out: &mut Writer, class: &str, name: &str, value: &str) {
    out.open("div", &[("class", class)]);
    out.leaf("dt", &[], name);
    out.leaf("dd", &[], value);
    out.close();
}

fn cover(out: &mut Writer, report: &Report) {
    let cover = &report.cover;
    out.open("header", &[]);
    if cover.synthetic {
        out.leaf("p", &[("class", "synthetic")], SYNTHETIC);
    }
    out.leaf("h1", &[], &cover.title);
    out.open("dl", &[("class", "facts")]);
    fact(out, "", "Trial", &cover.trial);
    fact(out, "", "Registry number", cover.registry.as_deref().unwrap_or(MISSING));
    fact(out, "", "Condition", &cover.condition);
    let version = format!("{}, in force from {}", cover.version, cover.version_date);
    fact(out, "", "Protocol version", &version);
    let cut = cover
        .cut
        .map_or_else(|| "the data carry no dates".to_owned(), |cut| cut.to_string());
    fact(out, "", "Data cut", &cut);
    fact(
        out,
        "",
        "Data",
        if cover.synthetic {
            "synthetic"
        } else {
            "as supplied, not marked synthetic"
        },
    );
    out.close();
    out.open("dl", &[("class", "facts")]);
    let known = |number: Option<usize>| number.map_or_else(|| "not recorded".to_owned(), count);
    if cover.screen_failures > 0 {
        fact(out, "number", "Failed screening", &count(cover.screen_failures));
    }
    if cover.left_in_screening > 0 {
        fact(out, "number", "Left in screening", &count(cover.left_in_screening));
    }
    fact(out, "number", "Enrolled", &count(cover.enrolled));
    fact(out, "number", "PBMC collected", &known(cover.collected));
    fact(out, "number", "Infused", &known(cover.infused));
    fact(out, "number", "DLT-evaluable", &known(cover.evaluable));
    fact(out, "number", "DLT outcome pending", &known(cover.pending));
    fact(out, "number", "Findings", &count(cover.findings.total()));
    out.close();
    let unassigned = cover.enrolled.saturating_sub(cover.assigned);
    if unassigned > 0 {
        let sentence = format!(
            "{} not assigned to a dose level, and in no outcome below.",
            if unassigned == 1 {
                "1 subject is".to_owned()
            } else {
                format!("{} subjects are", count(unassigned))
            }
        );
        out.leaf("p", &[], &sentence);
    }
    let first = report.decision.iter().flat_map(|part| &part.first);
    for sentence in first {
        out.leaf("p", &[("class", "attention")], &format!("Attention: {sentence}."));
    }
    finding_counts(out, report);
    out.close();
}

fn finding_counts(out: &mut Writer, report: &Report) {
    let each = report.cover.findings.each().map(|(blocks, number)| match blocks {
        "none" => format!("{} block nothing", count(number)),
        blocks => format!("{} block the {blocks}", count(number)),
    });
    out.open("p", &[]);
    out.text("Findings in the data: ");
    out.text(&each.join(", "));
    out.text(" (");
    out.leaf("a", &[("href", "#findings")], "list");
    out.text(").");
    out.close();
}

fn decision(out: &mut Writer, report: &Report) {
    open_section(out, report, "decision", "", "Dose decision");
    match &report.decision {
        Some(part) => decided(out, report, part),
        None => out.leaf(
            "p",
            &[],
            "None: the data carry no dates, so no subject has a DLT verdict.",
        ),
    }
    out.close();
}

fn decided(out: &mut Writer, report: &Report, part: &DecisionPart) {
    for sentence in &part.first {
        out.leaf("p", &[("class", "attention")], &format!("Attention: {sentence}."));
    }
    out.open("div", &[("class", "decision")]);
    out.leaf("p", &[("class", "action")], &part.sentence);
    out.leaf("p", &[], &format!("Because: {}.", part.because));
    if let Some(day) = part.earliest_infusion {
        out.leaf("p", &[], &format!("The next infusion is possible from {day} on."));
    }
    if part.held_up_by > 0 {
        let text = format!(
            "Held up by {} in the data, listed under Findings.",
            counted(part.held_up_by, "finding")
        );
        out.leaf("p", &[], &text);
    }
    out.close();
    if !part.waiting_on.is_empty() {
        out.leaf("h3", &[], "Waiting for");
        open_table(out, "", "Subjects waited for");
        head(out, &["Subject", "Dose level", "Outcome awaited"]);
        out.open("tbody", &[]);
        for waiting in &part.waiting_on {
            out.open("tr", &[]);
            out.open("th", &[("scope", "row"), ("class", "nowrap")]);
            subject_link(out, report, &waiting.subject);
            out.close();
            out.leaf("td", &[], &waiting.level);
            out.leaf("td", &[], &waiting.sentence);
            out.close();
        }
        out.close();
        close_table(out);
    }
    if !part.what_if.is_empty() {
        out.leaf("h3", &[], "What each open outcome would change");
        for sentence in &part.what_if {
            out.leaf("p", &[], sentence);
        }
    }
    if !part.attribution.is_empty() {
        out.leaf("h3", &[], "What the decision owes to each DLT");
        for sentence in &part.attribution {
            out.leaf("p", &[], sentence);
        }
    }
    if part.records.len() <= MOST_RECORDS {
        section::records(out, &part.records, "Behind the decision");
    } else {
        let number = counted(part.records.len(), "record");
        out.leaf(
            "p",
            &[],
            &format!("Behind the decision: {number}, those of the DLT listing."),
        );
    }
}

fn escalation(out: &mut Writer, report: &Report) {
    open_section(out, report, "board", "", "Dose escalation board");
    let notations: Vec<String> = report.board.iter().map(BoardLevel::notation).collect();
    let sentence = format!(
        "{}: level, then N without and T with a DLT, a dot for each pending outcome; subjects not evaluable are left out.",
        notations.join(" ")
    );
    out.leaf("p", &[], &sentence);
    out.open("figure", &[]);
    out.open("figcaption", &[]);
    out.text("Subjects in order of infusion");
    out.leaf("span", &[("class", "quiet")], &prefix(report));
    out.close();
    drawing(out, "Dose escalation board", &board::draw(report));
    out.close();
    on_board(out, report);
    out.close();
}

/// The board as a table, whose subjects lead to their profiles.
fn on_board(out: &mut Writer, report: &Report) {
    let subjects: usize = report.board.iter().map(|level| level.subjects.len()).sum();
    if subjects == 0 || subjects > LISTING_LIMIT {
        return;
    }
    out.open("details", &[("data-fold", "")]);
    out.leaf(
        "summary",
        &[],
        &format!("{} with verdict", counted(subjects, "subject")),
    );
    open_table(out, "", "Subjects on the board");
    head(out, &["Dose level", "Subject", "Infused", "DLT"]);
    out.open("tbody", &[]);
    for (name, level) in report.levels.iter().zip(&report.board) {
        for subject in &level.subjects {
            out.open("tr", &[("data-row", "listing")]);
            out.leaf("td", &[("class", "nowrap")], &name.label);
            out.open("th", &[("scope", "row"), ("class", "nowrap")]);
            subject_link(out, report, &subject.subject);
            out.close();
            out.leaf("td", &[("class", "nowrap")], &subject.infused.to_string());
            out.leaf("td", &[], &subject.sentence);
            out.close();
        }
    }
    out.close();
    close_table(out);
    out.close();
}

/// What figures leave out of identifiers, in words; empty where nothing.
pub(crate) fn prefix(report: &Report) -> String {
    if report.subject_prefix.is_empty() {
        return String::new();
    }
    format!(
        " (identifiers without their common start \"{}\")",
        report.subject_prefix
    )
}

/// A figure that scrolls in its own box.
pub(crate) fn drawing(out: &mut Writer, label: &str, svg: &str) {
    out.open(
        "div",
        &[
            ("class", "scroll"),
            ("tabindex", "0"),
            ("role", "region"),
            ("aria-label", label),
        ],
    );
    out.append(svg);
    out.close();
}

fn assumptions(out: &mut Writer, report: &Report) {
    open_section(out, report, "assumptions", "", "Assumptions");
    out.leaf(
        "p",
        &[],
        "What the registry record leaves open, the choice made, and why.",
    );
    open_table(out, "", "Assumptions");
    head(out, &["Setting", "Question", "Choice", "Reason"]);
    out.open("tbody", &[]);
    for (place, assumption) in report.assumptions.iter().enumerate() {
        let id = format!("assumption_{}", place + 1);
        out.open("tr", &[("id", &id)]);
        out.leaf("th", &[("scope", "row"), ("class", "nowrap")], &assumption.id);
        out.leaf("td", &[], &assumption.question);
        out.leaf("td", &[], &assumption.choice);
        out.leaf("td", &[], &assumption.reason);
        out.close();
    }
    out.close();
    close_table(out);
    out.close();
}
