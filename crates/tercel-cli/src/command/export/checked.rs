//! `tercel export --check`: one page of what was checked, by what, and what was not.

use tercel::protocol::Trial;
use tercel_exchange::export::checks::Check;
use tercel_report::printed::{Page, PageBuilder, Role};

use super::{Made, Target};
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

/// Most findings that the page names in full.
const MOST: usize = 200;

/// The page of the checks of an export.
pub(super) fn page(target: &Target, trial: Option<&Trial>, made: &Made) -> Page {
    let title = format!("Checks of the export to {}", target.name);
    let mut page = PageBuilder::new(&title, None);
    let mut facts = Vec::new();
    if let Some(trial) = trial {
        facts.push(("Study", trial.title.clone()));
        facts.push(("Protocol", format!("{}, version {}", trial.id, trial.version)));
    }
    facts.extend(made.cut.map(|cut| ("Data cut", cut.to_string())));
    facts.push(("Files", made.files.len().to_string()));
    facts.push(("Program", SOFTWARE.to_owned()));
    page.facts(&facts);
    let wrong = made.checks.iter().filter(|check| !check.findings.is_empty()).count();
    let answer = match (wrong, made.findings.is_empty()) {
        (0, true) => "Every check that was made is passed.".to_owned(),
        (0, false) => "Every check is passed, but something was left out: see Findings.".to_owned(),
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
        vec![check.what.to_owned(), check.by.clone(), check.looked_at.clone(), found]
    };
    let rows: Vec<Vec<String>> = made.checks.iter().map(row).collect();
    page.table("Checks", &["What must hold", "By", "Looked at", "Result"], &rows);
    page.heading(1, "What was not checked");
    let open = target.unchecked.iter().chain(&UNCHECKED);
    let rows: Vec<Vec<String>> = open
        .map(|[what, by]| vec![(*what).to_owned(), (*by).to_owned()])
        .collect();
    page.table("Left to others", &["What", "By what it can be"], &rows);
    page.heading(1, "Findings");
    let rows: Vec<Vec<String>> = made
        .all_findings()
        .take(MOST)
        .map(|finding| vec![finding.place(), finding.field.clone(), finding.rule.to_string()])
        .collect();
    if rows.is_empty() {
        page.paragraph(Role::Plain, "None.");
    }
    page.table("Findings", &["Place", "Variable", "What"], &rows);
    let more = made.all_findings().skip(MOST).count();
    if more > 0 {
        page.paragraph(Role::Plain, &format!("and {more} more, which --json names"));
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
