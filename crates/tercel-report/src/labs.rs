//! The section of laboratory safety: tables of grades and shifts, Hy's law, blood counts, results against adverse events.

use tercel::report::number::{count, counted, level as number, raise};
use tercel::report::{HysLaw, LabSafety, Mismatch, Recovery, Report, SHIFT_UNKNOWN, Shift, TermGrades, WorstResult};

use crate::figures::{Figure, figure, first_of};
use crate::html::{close_table, head, open_section, open_table, prefix};
use crate::markup::Writer;
use crate::section::records;
use crate::subjects::subject_link;
use crate::{hys_law, recovery};

/// Writes the section.
pub(crate) fn write(out: &mut Writer, report: &Report) {
    open_section(out, report, "labs", "", "Laboratory safety");
    let labs = &report.labs;
    out.leaf("p", &[], &labs.conventions);
    if labs.grades.is_empty() && labs.quiet.is_empty() {
        out.leaf(
            "p",
            &[],
            "No subject has a result of a protocol analyte after the baseline.",
        );
    } else {
        worst_grades(out, labs);
        shifts(out, labs);
        worst_results(out, report, labs);
    }
    liver(out, report, &labs.hys_law);
    counts(out, report, labs);
    reconciliation(out, report, labs);
    out.close();
}

fn worst_grades(out: &mut Writer, labs: &LabSafety) {
    out.leaf("h3", &[("id", "labs_grades")], "Worst grade after the baseline");
    let list = |out: &mut Writer, before: &str, names: &[String]| {
        if !names.is_empty() {
            out.leaf("p", &[("class", "quiet")], &format!("{before}: {}.", names.join(", ")));
        }
    };
    if !labs.grades.is_empty() {
        open_table(out, "grades", "Worst grade after the baseline, by term and dose level");
        head(
            out,
            &[
                "Term",
                "Dose level",
                "Subjects",
                "Grade 0",
                "1",
                "2",
                "3",
                "4",
                "No grade",
                "Of these, not certain",
            ],
        );
        for term in &labs.grades {
            grades_of(out, term);
        }
        close_table(out);
        out.leaf(
            "p",
            &[("class", "quiet")],
            "Each subject counts once for a term, by the worst result. A grade is not certain where symptoms could lower it or \
             something missing could raise it; without a grade are subjects all of whose results lack a limit, a unit or a \
             baseline that the term needs.",
        );
    }
    list(out, "Nobody worse than grade 0", &labs.quiet);
    list(out, "Without a grade that a value decides", &labs.ungraded);
}

fn grades_of(out: &mut Writer, term: &TermGrades) {
    out.open("tbody", &[]);
    for (place, level) in term.levels.iter().enumerate() {
        let overall = place + 1 == term.levels.len();
        out.open("tr", &[("class", if overall { "overall" } else { "" })]);
        if place == 0 {
            let rows = term.levels.len().to_string();
            out.open("th", &[("scope", "rowgroup"), ("rowspan", &rows)]);
            out.text(&format!("{} {}", term.test, term.direction));
            out.leaf("small", &[], &term.term);
            out.close();
        }
        out.leaf("th", &[("scope", "row"), ("class", "nowrap")], &level.label);
        let grades = level.grades.iter().copied();
        let cells = std::iter::once(level.subjects)
            .chain(grades)
            .chain([level.unknown, level.open]);
        for (place, cell) in cells.enumerate() {
            number_cell(out, cell, place == 4 || place == 5);
        }
        out.close();
    }
    out.close();
}

/// A number of subjects; nobody is grey, and one that matters is bold.
fn number_cell(out: &mut Writer, cell: usize, severe: bool) {
    match (cell, severe) {
        (0, _) => out.leaf("td", &[("class", "quiet")], "0"),
        (_, true) => {
            out.open("td", &[]);
            out.leaf("strong", &[], &count(cell));
            out.close();
        }
        (_, false) => out.leaf("td", &[], &count(cell)),
    }
}

fn shifts(out: &mut Writer, labs: &LabSafety) {
    if labs.shifts.is_empty() {
        return;
    }
    out.leaf("h3", &[("id", "labs_shifts")], "Shift from the grade of the baseline");
    out.open("details", &[("data-fold", "")]);
    let terms = counted(labs.shifts.len(), "term");
    out.leaf("summary", &[], &format!("Baseline grade by worst grade, {terms}"));
    open_table(
        out,
        "grades",
        "Baseline grade by worst grade, subjects of all dose levels",
    );
    head(
        out,
        &["Term", "Baseline", "Worst grade 0", "1", "2", "3", "4", "No grade"],
    );
    for shift in &labs.shifts {
        shift_of(out, shift);
    }
    close_table(out);
    out.close();
}

fn shift_of(out: &mut Writer, shift: &Shift) {
    let present: Vec<(usize, &[usize; 6])> = shift
        .counts
        .iter()
        .enumerate()
        .filter(|(_, row)| row.iter().any(|count| *count > 0))
        .collect();
    let rows = present.len().to_string();
    out.open("tbody", &[]);
    for (place, (grade, row)) in present.iter().enumerate() {
        out.open("tr", &[]);
        if place == 0 {
            out.open("th", &[("scope", "rowgroup"), ("rowspan", &rows)]);
            out.text(&format!("{} {}", shift.test, shift.direction));
            out.leaf("small", &[], &shift.term);
            out.close();
        }
        let name = if *grade == SHIFT_UNKNOWN {
            "Unknown".to_owned()
        } else {
            format!("Grade {grade}")
        };
        out.leaf("th", &[("scope", "row"), ("class", "nowrap")], &name);
        for (to, cell) in row.iter().enumerate() {
            number_cell(out, *cell, (3..SHIFT_UNKNOWN).contains(&to) && to > *grade);
        }
        out.close();
    }
    out.close();
}

fn worst_results(out: &mut Writer, report: &Report, labs: &LabSafety) {
    if labs.worst.is_empty() {
        return;
    }
    out.open("details", &[("id", "labs_results"), ("data-fold", "")]);
    let shown = labs.worst.len();
    let all = counted(labs.worst_total, "worst result");
    let summary = if shown < labs.worst_total {
        format!(
            "The first {} of {all} of grade 1 or more, the worst first",
            count(shown)
        )
    } else {
        format!("{all} of grade 1 or more, the worst first")
    };
    out.leaf("summary", &[], &summary);
    open_table(out, "", "Results behind the worst grades");
    head(out, &["Subject", "Dose level", "Term", "Baseline", "Worst", "Records"]);
    out.open("tbody", &[]);
    for result in &labs.worst {
        worst_result(out, report, result);
    }
    out.close();
    close_table(out);
    out.close();
}

fn worst_result(out: &mut Writer, report: &Report, result: &WorstResult) {
    out.open("tr", &[("data-row", "listing")]);
    out.open("th", &[("scope", "row"), ("class", "nowrap")]);
    subject_link(out, report, &result.subject);
    out.close();
    out.leaf("td", &[], &result.level.to_string());
    out.leaf("td", &[], &result.what);
    out.leaf("td", &[], &result.baseline);
    out.leaf("td", &[], &result.worst);
    out.open("td", &[("class", "records")]);
    records(out, &result.records, "");
    out.close();
    out.close();
}

fn liver(out: &mut Writer, report: &Report, law: &HysLaw) {
    out.leaf("h3", &[("id", "labs_liver")], "Liver: Hy's law");
    let without = if law.without == 0 {
        String::new()
    } else {
        format!(
            "{} without both peaks and their upper limits left out.",
            counted(law.without, "subject")
        )
    };
    figure(
        out,
        &Figure {
            anchor: "figure_hys_law",
            title: "Peak ALT or AST against peak bilirubin after the baseline",
            beside: if law.candidates.is_empty() {
                String::new()
            } else {
                prefix(report)
            },
            svg: hys_law::draw(report, law),
            reason: &law.description,
            reading: "Each dot is a subject, by the highest ALT or AST and the highest bilirubin, whenever they were. Candidates \
                      lie at 3 or more and above 2 (shaded). Right: subjects whose ALT, AST or bilirubin was above its limit at \
                      the baseline, in multiples of the baseline where it was, of the limit where not.",
            remarks: vec![without],
        },
    );
    if law.candidates.is_empty() {
        if !law.by_limit.is_empty() {
            out.leaf("p", &[], "No subject is a candidate on either scale.");
        }
        return;
    }
    open_table(out, "", "Candidates for Hy's law");
    head(
        out,
        &[
            "Candidate",
            "Dose level",
            "By",
            "Peak ALT or AST",
            "Peak bilirubin",
            "Peak ALP",
            "Records",
        ],
    );
    out.open("tbody", &[]);
    for candidate in &law.candidates {
        out.open("tr", &[("data-row", "listing")]);
        out.open("th", &[("scope", "row"), ("class", "nowrap")]);
        subject_link(out, report, &candidate.subject);
        out.close();
        out.leaf("td", &[], &candidate.level.to_string());
        for cell in [
            &candidate.scales,
            &candidate.transaminase,
            &candidate.bilirubin,
            &candidate.phosphatase,
        ] {
            out.leaf("td", &[], cell);
        }
        out.open("td", &[("class", "records")]);
        records(out, &candidate.records, "");
        out.close();
        out.close();
    }
    out.close();
    close_table(out);
    out.leaf(
        "p",
        &[("class", "quiet")],
        "Whether cholestasis, obstruction, progression of the disease or another cause explains the values is for a physician.",
    );
}

fn counts(out: &mut Writer, report: &Report, labs: &LabSafety) {
    if labs.recovery.is_empty() {
        return;
    }
    out.leaf("h3", &[("id", "labs_counts")], "Recovery of blood counts");
    for counts in &labs.recovery {
        figure(
            out,
            &Figure {
                anchor: counts.anchor,
                title: counts.title,
                beside: format!(" ({})", raise(&counts.unit)),
                svg: recovery::draw(report, counts),
                reason: &counts.description,
                reading: "A thin line for each infused subject, coloured by dose level; bold, the median at the planned visits. \
                          Shaded: the grades of low values, grade 1 only where all share a lower limit of normal.",
                remarks: vec![first_of(counts.lines.len(), counts.subjects).en],
            },
        );
        medians(out, counts);
    }
}

/// The medians as a table.
fn medians(out: &mut Writer, counts: &Recovery) {
    if counts.medians.is_empty() {
        return;
    }
    out.open("details", &[("data-fold", "")]);
    out.leaf("summary", &[], &format!("{} by planned visit", counts.title));
    open_table(out, "", &format!("{} by planned visit", counts.title));
    let below = counts
        .shades
        .iter()
        .map(|shade| format!("Below {} (grade {} or worse)", number(shade.below), shade.grade));
    let columns: Vec<String> = ["Day", "Subjects", "Median", "Lowest"]
        .map(str::to_owned)
        .into_iter()
        .chain(below)
        .collect();
    head(out, &columns.iter().map(String::as_str).collect::<Vec<_>>());
    out.open("tbody", &[]);
    for median in &counts.medians {
        out.open("tr", &[]);
        let day = format!("{:.0}", median.day).replace('-', "−");
        out.leaf("th", &[("scope", "row")], &day);
        out.leaf("td", &[], &count(median.subjects));
        out.leaf("td", &[], &number(median.median));
        out.leaf("td", &[], &number(median.lowest));
        for cell in &median.below {
            number_cell(out, *cell, false);
        }
        out.close();
    }
    out.close();
    close_table(out);
    out.close();
}

fn reconciliation(out: &mut Writer, report: &Report, labs: &LabSafety) {
    out.leaf("h3", &[("id", "labs_events")], "Results and adverse events");
    if labs.unreconciled.is_empty() {
        out.leaf(
            "p",
            &[],
            "Every result of grade 3 or worse, and worse than the baseline, is covered by an adverse event; every adverse event \
             named after a protocol analyte is supported by a result.",
        );
        return;
    }
    let of = |kind: &str| labs.unreconciled.iter().filter(|row| row.kind == kind).count();
    let (results, events) = (
        of("result without an adverse event"),
        of("adverse event without a result"),
    );
    out.leaf(
        "p",
        &[],
        &format!(
            "Results of grade 3 or worse, and worse than the baseline, that no adverse event covers (one line for each subject \
             and term): {}. Adverse events named after a protocol analyte that no result supports: {}.",
            count(results),
            count(events)
        ),
    );
    out.open("details", &[("data-fold", "")]);
    let (shown, all) = (labs.unreconciled.len(), labs.unreconciled_total);
    let summary = if shown < all {
        format!("The first {} of {}", count(shown), counted(all, "line"))
    } else {
        counted(all, "line")
    };
    out.leaf("summary", &[], &summary);
    open_table(out, "", "Results and adverse events that lack one another");
    head(out, &["Subject", "What", "Day", "In words", "Asked", "Records"]);
    out.open("tbody", &[]);
    for row in &labs.unreconciled {
        mismatch(out, report, row);
    }
    out.close();
    close_table(out);
    out.close();
}

fn mismatch(out: &mut Writer, report: &Report, row: &Mismatch) {
    out.open("tr", &[("data-row", "listing")]);
    out.open("th", &[("scope", "row"), ("class", "nowrap")]);
    subject_link(out, report, &row.subject);
    out.close();
    out.open("td", &[]);
    out.text(&row.what);
    out.leaf("small", &[], row.kind);
    out.close();
    out.leaf("td", &[("class", "nowrap")], &row.when);
    out.leaf("td", &[], &row.text);
    let asked = if row.asked {
        "among the findings"
    } else {
        "judged by the investigator, or asked already"
    };
    out.leaf("td", &[], asked);
    out.open("td", &[("class", "records")]);
    records(out, &row.records, "");
    out.close();
    out.close();
}
