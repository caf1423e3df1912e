//! The section of adverse events: tables of counts, each number a link to the subjects and records behind it, and listings.

use tercel::report::number::{count, counted};
use tercel::report::{Behind, CountCell, CountRow, CountTable, EventTable, GRADES_SHOWN, RecodingLine, Report};

use crate::html::{close_table, head, open_section, open_table};
use crate::markup::Writer;
use crate::subjects::{own_records, subject_link};

/// Writes the section.
pub(crate) fn write(out: &mut Writer, report: &Report) {
    open_section(out, report, "safety", "", "Adverse events");
    let safety = &report.safety;
    if let Some(reason) = safety.reason {
        out.leaf("p", &[], reason);
        out.close();
        return;
    }
    for note in &safety.notes {
        out.leaf("p", &[("class", "quiet")], note);
    }
    for table in &safety.counts {
        counts(out, report, table);
    }
    for table in &safety.listings {
        listing(out, report, table);
    }
    narratives(out, report);
    recodings(out, &safety.recodings);
    out.close();
}

/// Codings that were changed; nothing where there is none.
fn recodings(out: &mut Writer, lines: &[RecodingLine]) {
    if lines.is_empty() {
        return;
    }
    let title = "Verbatim terms that were recoded";
    out.leaf("h3", &[("id", "safety_recodings")], title);
    open_table(out, "events", title);
    head(out, &["Verbatim term", "When", "By", "From LLT", "To LLT", "Reason"]);
    out.open("tbody", &[]);
    for line in lines {
        out.open("tr", &[]);
        out.leaf("th", &[("scope", "row")], &line.term);
        for text in [&line.at, &line.coder, &line.from, &line.to, &line.reason] {
            out.leaf("td", &[("class", width(text))], text);
        }
        out.close();
    }
    out.close();
    close_table(out);
}

fn narratives(out: &mut Writer, report: &Report) {
    let safety = &report.safety;
    out.leaf("h3", &[("id", "safety_narratives")], "Narratives");
    if safety.narratives.is_empty() {
        out.leaf(
            "p",
            &[],
            "None: no serious event, death, DLT or event of special interest of grade 3 or worse.",
        );
        return;
    }
    out.leaf(
        "p",
        &[("class", "quiet")],
        "Put together from the records, without judgement: for the investigator to complete.",
    );
    if safety.narratives.len() < safety.narratives_total {
        let sentence = format!(
            "Shown are the first {} of {}.",
            counted(safety.narratives.len(), "subject"),
            count(safety.narratives_total)
        );
        out.leaf("p", &[], &sentence);
    }
    for narrative in &safety.narratives {
        out.open("div", &[("class", "narrative")]);
        out.open("p", &[]);
        subject_link(out, report, &narrative.subject);
        out.leaf("span", &[("class", "quiet")], &format!(" ({})", narrative.because));
        out.close();
        out.leaf("p", &[], &narrative.text);
        out.leaf("div", &[("class", "quiet records")], &own_records(&narrative.records));
        out.close();
    }
}

fn counts(out: &mut Writer, report: &Report, table: &CountTable) {
    out.leaf("h3", &[("id", &table.anchor)], &table.title);
    if table.rows.is_empty() {
        out.leaf("p", &[], "None.");
    } else {
        count_rows(out, table);
    }
    behind(out, report, table);
}

fn count_rows(out: &mut Writer, table: &CountTable) {
    open_table(out, "counts", &table.title);
    out.open("thead", &[]);
    out.open("tr", &[]);
    out.leaf(
        "th",
        &[("scope", "col")],
        if table.by_grade { "Class, term" } else { "Event" },
    );
    for (place, column) in table.columns.iter().enumerate() {
        let overall = place + 1 == table.columns.len();
        out.open("th", &[("scope", "col"), ("class", class(overall))]);
        out.text(&column.label);
        out.open("small", &[]);
        cell_link(out, &column.subjects);
        out.text(&format!(" {}", table.population));
        out.close();
        out.close();
    }
    if table.by_grade {
        for grade in GRADES_SHOWN {
            let name = if grade.number() == 5 {
                "Grade 5".to_owned()
            } else {
                format!("Grade ≥{grade}")
            };
            out.leaf("th", &[("scope", "col"), ("class", "overall")], &name);
        }
    }
    out.close();
    out.close();
    out.open("tbody", &[]);
    for row in &table.rows {
        count_row(out, table, row);
    }
    out.close();
    close_table(out);
}

const fn class(overall: bool) -> &'static str {
    if overall { "overall" } else { "" }
}

fn count_row(out: &mut Writer, table: &CountTable, row: &CountRow) {
    let heading = table.by_grade && !row.is_term;
    out.open("tr", &[("class", if heading { "soc" } else { "" })]);
    let name = if row.is_term { "term" } else { "" };
    out.leaf("th", &[("scope", "row"), ("class", name)], &row.label);
    for (place, cell) in row.cells.iter().enumerate() {
        out.open("td", &[("class", class(place + 1 == row.cells.len()))]);
        cell_link(out, cell);
        if !cell.under.is_empty() {
            out.leaf("small", &[], &cell.under);
        }
        out.close();
    }
    for number in &row.grades {
        out.leaf("td", &[("class", "overall")], number);
    }
    out.close();
}

fn cell_link(out: &mut Writer, cell: &CountCell) {
    match &cell.anchor {
        Some(anchor) => out.leaf("a", &[("href", &format!("#{anchor}"))], &cell.text),
        None => out.text(&cell.text),
    }
}

/// The subjects and records of each row, folded away.
fn behind(out: &mut Writer, report: &Report, table: &CountTable) {
    let shown: usize = table
        .behind
        .iter()
        .flat_map(|row| &row.levels)
        .map(|level| level.parts.len())
        .sum();
    if shown == 0 {
        return;
    }
    out.open("details", &[("data-fold", "")]);
    let summary = if shown < table.lines {
        format!(
            "Subjects and records behind the numbers: {} of {}, the first of each row",
            counted(shown, "line"),
            count(table.lines)
        )
    } else {
        format!("Subjects and records behind the numbers: {}", counted(shown, "line"))
    };
    out.leaf("summary", &[], &summary);
    open_table(out, "listing", &format!("Behind: {}", table.title));
    head(out, &["Subject", "Events", "Records"]);
    for row in &table.behind {
        behind_row(out, report, row);
    }
    close_table(out);
    out.close();
}

fn behind_row(out: &mut Writer, report: &Report, row: &Behind) {
    out.open("tbody", &[]);
    out.open("tr", &[("class", "group"), ("id", &row.anchor)]);
    out.leaf("th", &[("scope", "rowgroup")], &row.label);
    out.leaf("td", &[], &counted(row.subjects, "subject"));
    out.leaf("td", &[], "");
    out.close();
    for level in &row.levels {
        for (place, part) in level.parts.iter().enumerate() {
            let anchored = [("data-row", "listing"), ("id", level.anchor.as_str())];
            let attributes = if place == 0 { &anchored[..] } else { &anchored[..1] };
            out.open("tr", attributes);
            out.open("th", &[("scope", "row"), ("class", "subject")]);
            subject_link(out, report, &part.subject);
            out.close();
            let text = match part.text.as_str() {
                "" => level.label.clone(),
                text => format!("{}: {text}", level.label),
            };
            out.leaf("td", &[], &text);
            out.leaf("td", &[("class", "records")], &own_records(&part.records));
            out.close();
        }
    }
    out.close();
}

/// Sentences have room, dates and short texts stay whole: a number is not parted from its unit, nor a level's name.
fn width(text: &str) -> &'static str {
    if text.chars().count() > 40 {
        "wide"
    } else if text.chars().count() <= 18 || text.starts_with(|letter: char| letter.is_ascii_digit()) {
        "nowrap"
    } else {
        ""
    }
}

/// A listing by subject.
pub(crate) fn listing(out: &mut Writer, report: &Report, table: &EventTable) {
    out.leaf("h3", &[("id", table.anchor)], table.title);
    if table.lines.is_empty() {
        out.leaf("p", &[], "None.");
        out.leaf("p", &[("class", "quiet")], table.note);
        return;
    }
    out.leaf("p", &[("class", "quiet")], table.note);
    if table.lines.len() < table.total {
        let sentence = format!(
            "Shown are the first {} of {}.",
            counted(table.lines.len(), "line"),
            count(table.total)
        );
        out.leaf("p", &[], &sentence);
    }
    open_table(out, "events", table.title);
    let columns: Vec<&str> = ["Subject", "Dose level"]
        .into_iter()
        .chain(table.columns.iter().copied())
        .chain(["Records"])
        .collect();
    head(out, &columns);
    out.open("tbody", &[]);
    for line in &table.lines {
        out.open("tr", &[("data-row", "listing")]);
        out.open("th", &[("scope", "row"), ("class", "nowrap")]);
        subject_link(out, report, &line.subject);
        out.close();
        for text in std::iter::once(&line.level).chain(&line.cells) {
            out.leaf("td", &[("class", width(text))], text);
        }
        out.leaf("td", &[("class", "short records")], &own_records(&line.records));
        out.close();
    }
    out.close();
    close_table(out);
}
