//! Findings by what they hold up and what resolves them, the rows folded beneath; in the report and as a page of their own.

use tercel::report::number::{count, counted};
use tercel::report::{FindingRow, FindingSection, Report};
use tercel::study::SubjectId;

use crate::html::{close_table, head, open_page, open_part, open_section, open_table};
use crate::markup::Writer;
use crate::subjects::subject_link;

/// Findings of a data check as a page of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingsPage {
    /// Short identifier of the trial.
    pub trial: String,
    /// Data cut; `None` where the data carry no dates.
    pub cut: Option<String>,
    /// Whether the data are a rehearsal.
    pub synthetic: bool,
    /// The findings.
    pub findings: Vec<FindingSection>,
}

/// The findings as one HTML file, in the look of the report.
pub fn render_findings(page: &FindingsPage) -> String {
    let mut out = Writer::default();
    let title = format!("{}: findings in the data", page.trial);
    open_page(&mut out, &title, page.synthetic);
    open_part(&mut out, page.synthetic, "findings", "", &title);
    let cut = page.cut.as_ref().map_or_else(
        || "The data carry no dates.".to_owned(),
        |cut| format!("Data cut: {cut}."),
    );
    out.leaf("p", &[], &cut);
    sections(&mut out, &page.findings, None);
    out.finish()
}

/// Writes the section of the report.
pub(crate) fn write(out: &mut Writer, report: &Report) {
    open_section(out, report, "findings", "", "Findings");
    sections(out, &report.findings, Some(report));
    out.close();
}

fn sections(out: &mut Writer, findings: &[FindingSection], report: Option<&Report>) {
    if findings.is_empty() {
        out.leaf("p", &[], "None.");
        return;
    }
    let all: usize = findings.iter().map(|section| section.findings).sum();
    let shown: usize = findings.iter().map(|section| section.rows.len()).sum();
    if shown < all {
        let sentence = format!(
            "Shown are {} of {}, the first of each group; `tercel check --out` lists all.",
            counted(shown, "finding"),
            count(all)
        );
        out.leaf("p", &[], &sentence);
    }
    let mut blocks = None;
    for section in findings {
        if blocks != Some(section.blocks) {
            let of_kind = findings.iter().filter(|other| other.blocks == section.blocks);
            let number: usize = of_kind.map(|other| other.findings).sum();
            let heading = format!("{} ({})", section.blocks.heading(), count(number));
            out.leaf("h3", &[], &heading);
            blocks = Some(section.blocks);
        }
        group(out, section, report);
    }
}

fn group(out: &mut Writer, section: &FindingSection, report: Option<&Report>) {
    out.open("details", &[("class", "group"), ("data-fold", "")]);
    out.open("summary", &[]);
    out.leaf("strong", &[], &section.name);
    out.text(": ");
    out.text(&section.extent);
    out.leaf("span", &[("class", "advice")], section.advice);
    out.close();
    open_table(out, "findings", &format!("{}: {}", section.name, section.extent));
    head(out, &["Subject", "Record", "Finding"]);
    out.open("tbody", &[]);
    for finding in &section.rows {
        row(out, finding, report);
    }
    out.close();
    close_table(out);
    if section.rows.len() < section.findings {
        let hidden = section.findings - section.rows.len();
        out.leaf("p", &[], &format!("And {} more.", count(hidden)));
    }
    out.close();
}

fn row(out: &mut Writer, finding: &FindingRow, report: Option<&Report>) {
    out.open("tr", &[("data-row", "finding")]);
    out.open("td", &[("class", "nowrap")]);
    match (&finding.subject, report) {
        (Some(subject), Some(report)) => subject_link(out, report, subject),
        (subject, _) => out.text(subject.as_ref().map_or("", SubjectId::as_str)),
    }
    out.close();
    out.leaf("td", &[], &finding.place);
    out.leaf("td", &[], &finding.sentence);
    out.close();
}
