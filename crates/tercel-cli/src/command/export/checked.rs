//! `tercel export --check`: one page of what was checked, by what, and what was not.

use tercel::protocol::Trial;
use tercel::study::Blocks;
use tercel_exchange::export::checks::Check;
use tercel_report::printed::{Page, PageBuilder, Role};

use super::{Args, Format, Made, Target};
use crate::printing::SOFTWARE;

/// Name of the page.
pub(super) const FILE: &str = "checks.html";

/// What nobody but a receiver or a person can check, and by what.
const UNCHECKED: [[&str; 2]; 2] = [
    [
        "Whether the data are those of the source documents",
        "verification at the site",
    ],
    ["Whether the receiver takes it", "the receiver's own validator"],
];

/// No reader of it is part of this program.
const PARQUET: [&str; 2] = ["The Parquet files read again", "scripts/readback.py, by pyarrow"];

/// Most findings that the page names in full.
const MOST: usize = 200;

/// The page of the checks of an export.
pub(super) fn page(args: &Args, trial: &Trial, target: &Target, made: &Made) -> Page {
    let title = format!("{}: checks of the export to {}", trial.id, target.name);
    let mut page = PageBuilder::new(&title, None);
    page.facts(&[
        ("Study", trial.title.clone()),
        ("Protocol", format!("{}, version {}", trial.id, trial.version)),
        (
            "Data cut",
            made.cut.map_or_else(|| "none".to_owned(), |cut| cut.to_string()),
        ),
        ("Files", made.files.len().to_string()),
        ("Program", SOFTWARE.to_owned()),
    ]);
    let wrong = made.checks.iter().filter(|check| !check.findings.is_empty()).count();
    let answer = match (
        wrong,
        made.findings.iter().any(|finding| finding.blocks != Blocks::None),
    ) {
        (0, false) => "Every check that was made is passed.".to_owned(),
        (0, true) => "Every check below is passed, but something else is asked about: see Findings.".to_owned(),
        (wrong, _) => format!("{wrong} of {} checks found something: see Findings.", made.checks.len()),
    };
    page.paragraph(Role::Plain, &answer);
    page.heading(1, "What was checked");
    let row = |check: &Check| {
        let found = match check.findings.len() {
            0 => "passed".to_owned(),
            1 => "1 finding".to_owned(),
            many => format!("{many} findings"),
        };
        vec![
            check.what.to_owned(),
            check.by.to_owned(),
            check.looked_at.clone(),
            found,
        ]
    };
    let rows: Vec<Vec<String>> = made.checks.iter().map(row).collect();
    page.table("Checks", &["What must hold", "By", "Looked at", "Result"], &rows);
    page.heading(1, "What was not checked");
    let parquet = matches!(args.format, Format::Parquet).then_some(&PARQUET);
    let open = target.unchecked.iter().chain(parquet).chain(&UNCHECKED);
    let rows: Vec<Vec<String>> = open
        .map(|[what, by]| vec![(*what).to_owned(), (*by).to_owned()])
        .collect();
    page.table("Left to others", &["What", "By what it can be"], &rows);
    page.heading(1, "Findings");
    let rows: Vec<Vec<String>> = made
        .findings
        .iter()
        .take(MOST)
        .map(|finding| vec![finding.place(), finding.field.clone(), finding.rule.to_string()])
        .collect();
    if rows.is_empty() {
        page.paragraph(Role::Plain, "None.");
    }
    page.table("Findings", &["Place", "Variable", "What"], &rows);
    if made.findings.len() > MOST {
        let more = format!("and {} more, which --json names", made.findings.len() - MOST);
        page.paragraph(Role::Plain, &more);
    }
    page.heading(1, "To know");
    let extended = made.extensions.iter().map(|added| {
        let (dataset, variable, value, list) = (&added.dataset, &added.variable, &added.value, added.list);
        format!("{dataset}.{variable} adds \"{value}\" to the open codelist {list}")
    });
    let known: Vec<String> = made.notes.iter().cloned().chain(extended).collect();
    if known.is_empty() {
        page.paragraph(Role::Plain, "Nothing.");
    }
    page.list(&known);
    page.finish()
}
