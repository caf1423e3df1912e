//! The report in short, for a terminal: decision, subjects, outcome matrix, findings.

use std::fmt::Write as _;

use tercel::report::number::count;
use tercel::report::{Answer, Block, BoardLevel, OutcomeSection, Report};

/// Narrowest width that still holds one column of answers.
const NARROWEST: usize = 40;

/// Fewest letters of a measure that still tell it.
const SHORTEST_MEASURE: usize = 16;

const GAP: usize = 2;

/// The report as plain text, no line wider than `width` (at least 40) letters.
pub fn render_terminal(report: &Report, width: usize) -> String {
    let width = width.max(NARROWEST);
    let mut out = String::new();
    let cover = &report.cover;
    if cover.synthetic {
        paragraph(&mut out, "SYNTHETIC DATA: a rehearsal, no patient", width, 0);
        out.push('\n');
    }
    let registry = cover
        .registry
        .as_ref()
        .map_or_else(String::new, |number| format!(" ({number})"));
    let cut = cover
        .cut
        .map_or_else(|| "data without dates".to_owned(), |cut| format!("data cut {cut}"));
    let heading = format!("{}{registry}, protocol {}, {cut}", cover.trial, cover.version);
    paragraph(&mut out, &heading, width, 0);
    out.push('\n');
    decision(&mut out, report, width);
    out.push('\n');
    subjects(&mut out, report, width);
    out.push('\n');
    matrix(&mut out, report, width);
    out.push('\n');
    let each = cover.findings.each().map(|(blocks, number)| match blocks {
        "none" => format!("{} block nothing", count(number)),
        blocks => format!("{} block the {blocks}", count(number)),
    });
    paragraph(
        &mut out,
        &format!("Findings: {} ({})", count(cover.findings.total()), each.join(", ")),
        width,
        2,
    );
    out
}

fn decision(out: &mut String, report: &Report, width: usize) {
    let Some(part) = &report.decision else {
        paragraph(out, "Decision: none; the data carry no dates", width, 2);
        return;
    };
    for sentence in &part.first {
        paragraph(out, &format!("Attention: {sentence}."), width, 2);
    }
    paragraph(out, &format!("Decision: {}", part.sentence), width, 2);
    paragraph(out, &format!("  because {}", part.because), width, 4);
    if let Some(day) = part.earliest_infusion {
        paragraph(out, &format!("  next infusion possible from {day} on"), width, 4);
    }
    if part.held_up_by > 0 {
        let text = format!(
            "  held up by {} finding(s) in the data: see `tercel check`",
            part.held_up_by
        );
        paragraph(out, &text, width, 4);
    }
    for waiting in &part.waiting_on {
        paragraph(
            out,
            &format!("  waiting for {}: {}", waiting.subject, waiting.sentence),
            width,
            4,
        );
    }
    for sentence in &part.what_if {
        paragraph(out, &format!("  {sentence}"), width, 4);
    }
    for sentence in &part.attribution {
        paragraph(out, &format!("  {sentence}"), width, 4);
    }
    let notations: Vec<String> = report.board.iter().map(BoardLevel::notation).collect();
    let known = "N no DLT, T DLT, . pending";
    paragraph(out, &format!("  outcomes {} ({known})", notations.join(" ")), width, 4);
}

fn subjects(out: &mut String, report: &Report, width: usize) {
    let cover = &report.cover;
    let known = |number: Option<usize>| number.map_or_else(|| "not recorded".to_owned(), count);
    let before = |label: &str, number: usize| match number {
        0 => String::new(),
        number => format!("{label} {}, ", count(number)),
    };
    let failed = before("failed screening", cover.screen_failures);
    let left = before("left in screening", cover.left_in_screening);
    let line = format!(
        "Subjects: {failed}{left}enrolled {}, collected {}, infused {}, DLT-evaluable {}, pending {}",
        count(cover.enrolled),
        known(cover.collected),
        known(cover.infused),
        known(cover.evaluable),
        known(cover.pending)
    );
    paragraph(out, &line, width, 2);
    adverse_events(out, report, width);
}

/// The overview of adverse events after infusion, in one paragraph.
fn adverse_events(out: &mut String, report: &Report, width: usize) {
    let Some(table) = report.safety.counts.first() else {
        return;
    };
    let shown = [
        "Any event",
        "Grade 3 or worse",
        "Serious",
        "Of special interest",
        "Leading to death",
    ];
    let each = table.rows.iter().filter(|row| shown.contains(&row.label.as_str()));
    let overall = each.filter_map(|row| {
        let number = row.cells.last()?.text.split(' ').next()?;
        Some(format!("{} {number}", row.label.to_lowercase()))
    });
    let line = format!(
        "Adverse events after infusion, subjects: {}",
        overall.collect::<Vec<String>>().join(", ")
    );
    paragraph(out, &line, width, 2);
}

/// A row of the table: identifier, measure, time point, then one text per level, overall, and the overall interval.
struct Row {
    id: String,
    measure: String,
    at: String,
    answers: Vec<String>,
}

fn matrix(out: &mut String, report: &Report, width: usize) {
    let mut heads: Vec<String> = report
        .levels
        .iter()
        .map(|name| format!("level {}", name.level))
        .collect();
    heads.push("overall".to_owned());
    heads.push("(interval)".to_owned());
    let rows: Vec<Row> = report.outcomes.iter().flat_map(rows_of).collect();
    if rows.is_empty() {
        paragraph(out, "The protocol names no outcome.", width, 0);
        return;
    }
    let widest = |texts: &mut dyn Iterator<Item = &str>| texts.map(letters).max().unwrap_or(0);
    let id = widest(&mut rows.iter().map(|row| row.id.as_str()));
    let at = widest(&mut rows.iter().map(|row| row.at.as_str()));
    let columns: Vec<usize> = (0..heads.len())
        .map(|column| {
            let texts = rows
                .iter()
                .filter_map(|row| row.answers.get(column))
                .chain(heads.get(column));
            widest(&mut texts.map(String::as_str))
        })
        .collect();
    let measure = widest(&mut rows.iter().map(|row| row.measure.as_str()));
    let fixed = id + at + 2 * GAP;
    // Columns that do not fit beside each other go into a table of their own.
    let mut start = 0;
    while start < heads.len() {
        let mut end = start;
        let mut used = 0;
        while let Some(column) = columns.get(end) {
            if end > start && fixed + SHORTEST_MEASURE + used + GAP + column > width {
                break;
            }
            used += GAP + column;
            end += 1;
        }
        if start > 0 {
            out.push('\n');
        }
        let room = width.saturating_sub(fixed + used).min(measure);
        let line = |out: &mut String, cells: [&str; 3], answers: &[String]| {
            let mut line = format!(
                "{}  {}  {}",
                pad(cells[0], id),
                pad(&cut(cells[1], room), room),
                pad(cells[2], at)
            );
            for (text, width) in answers.iter().zip(&columns).take(end).skip(start) {
                let _ = write!(line, "  {}", pad(text, *width));
            }
            let _ = writeln!(out, "{}", cut(line.trim_end(), width));
        };
        line(out, ["", "outcome", ""], &heads);
        let rule = (fixed + room + used).min(width);
        let _ = writeln!(out, "{}", "-".repeat(rule));
        for row in &rows {
            line(out, [&row.id, &row.measure, &row.at], &row.answers);
        }
        start = end;
    }
    legend(out, report, width);
}

/// The rows of an outcome; its measure stands in the first.
fn rows_of(outcome: &OutcomeSection) -> Vec<Row> {
    let row = |(place, block): (usize, &Block)| {
        let overall = block.answers.iter().find(|answer| answer.level.is_none());
        let interval = overall.and_then(|answer| answer.interval.clone()).unwrap_or_default();
        Row {
            id: plain(&block.id),
            measure: if place == 0 {
                plain(&outcome.measure)
            } else {
                String::new()
            },
            at: block
                .time_point
                .map_or_else(String::new, |months| format!("{months} mo")),
            answers: block
                .answers
                .iter()
                .map(short)
                .chain(std::iter::once(interval))
                .collect(),
        }
    };
    outcome.blocks.iter().enumerate().map(row).collect()
}

fn short(answer: &Answer) -> String {
    let open = if answer.note.is_some() { "*" } else { "" };
    match &answer.no_value {
        Some(reason) => format!("{} {}{open}", answer.short, reason.code),
        None => format!("{}{open}", answer.short),
    }
}

/// What the codes in the table stand for, those that occur.
fn legend(out: &mut String, report: &Report, width: usize) {
    let answers = || {
        report
            .outcomes
            .iter()
            .flat_map(|outcome| &outcome.blocks)
            .flat_map(|block| &block.answers)
    };
    let mut codes: Vec<(&str, &str)> = answers()
        .filter_map(|answer| answer.no_value.as_ref())
        .map(|reason| (reason.code, reason.meaning))
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let mut lines: Vec<String> = codes
        .into_iter()
        .map(|(code, meaning)| format!("{code} {meaning}"))
        .collect();
    if answers().any(|answer| answer.note.is_some()) {
        lines.push("* some subjects not yet followed".to_owned());
    }
    lines.push(
        "1/6: subjects counted of those who could be; NE limit not estimable; the interval is that of overall"
            .to_owned(),
    );
    paragraph(out, &lines.join("; "), width, 0);
    for (position, name) in report.levels.iter().enumerate() {
        let start = if position == 0 { "Levels: " } else { "        " };
        let text = format!("{start}{} {}, {}", name.level, name.label, name.dose);
        let _ = writeln!(out, "{}", cut(&plain(&text), width));
    }
    let parts: Vec<String> = report
        .outcomes
        .iter()
        .flat_map(|outcome| &outcome.blocks)
        .filter(|block| !matches!(block.unit.as_str(), "" | "subjects"))
        .map(|block| format!("{} {}", block.id, block.quantity()))
        .collect();
    let mut units: Vec<String> = Vec::new();
    for part in parts {
        if !units.contains(&part) {
            units.push(part);
        }
    }
    if !units.is_empty() {
        paragraph(out, &format!("Values: {}", units.join("; ")), width, 8);
    }
}

/// Text on lines of at most `width` letters, later lines indented.
fn paragraph(out: &mut String, text: &str, width: usize, indent: usize) {
    let text = plain(text);
    let lead = text.len() - text.trim_start().len();
    let mut line = " ".repeat(lead);
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && letters(&line) + 1 + letters(word) > width {
            let _ = writeln!(out, "{}", cut(&line, width));
            line = " ".repeat(indent);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    let _ = writeln!(out, "{}", cut(&line, width));
}

fn letters(text: &str) -> usize {
    text.chars().count()
}

fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(letters(text));
    format!("{text}{}", " ".repeat(missing))
}

fn cut(text: &str, width: usize) -> String {
    if letters(text) <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Without characters that would move the cursor or turn the text around.
fn plain(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            letter if letter.is_control() => ' ',
            letter => letter,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_keep_within_the_width_and_indent_what_follows() {
        let mut out = String::new();
        paragraph(&mut out, "  one two three four", 12, 4);
        assert_eq!(out, "  one two\n    three\n    four\n");
    }

    #[test]
    fn control_characters_cannot_reach_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\u{202e}"), "a [31mb\u{fffd}");
    }

    #[test]
    fn a_long_text_is_cut_and_a_short_one_padded() {
        assert_eq!(cut("objective response", 10), "objective…");
        assert_eq!(pad("S1", 4), "S1  ");
    }
}
