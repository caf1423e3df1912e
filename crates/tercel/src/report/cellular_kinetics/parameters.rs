//! Parameters as labels print them, each with its own number of subjects: by dose level, by response, by grade of CRS.

use super::super::{LevelName, SummaryRow, SummaryTable, number};
use super::Studied;
use crate::endpoint::syndrome_occurred;
use crate::estimate::summary::Summary;
use crate::kinetics::{Analyte, NoParameter, ProfileParameters};
use crate::study::Syndrome;

/// A group of subjects under its name.
type Group<'g> = (String, Vec<&'g Studied<'g>>);

/// Anchors and titles of the tables: copies, then cells.
const TABLES: [[(&str, &str); 3]; 2] = [
    [
        ("kinetics_copies_level", "Transgene copies: parameters by dose level"),
        (
            "kinetics_copies_response",
            "Transgene copies: parameters by confirmed response",
        ),
        (
            "kinetics_copies_crs",
            "Transgene copies: parameters by worst grade of CRS",
        ),
    ],
    [
        ("kinetics_cells_level", "CAR-T cells: parameters by dose level"),
        (
            "kinetics_cells_response",
            "CAR-T cells: parameters by confirmed response",
        ),
        ("kinetics_cells_crs", "CAR-T cells: parameters by worst grade of CRS"),
    ],
];

const NOTE: &str = "Geometric mean (geometric CV %), n, or median [minimum; maximum], n.";

pub(super) fn tables(studied: &[Studied<'_>], levels: &[LevelName]) -> Vec<SummaryTable> {
    let groupings = [by_level(studied, levels), by_response(studied), by_crs(studied)];
    let mut tables = Vec::new();
    for (analyte, names) in Analyte::ALL.into_iter().zip(TABLES) {
        if !studied.iter().any(|subject| parameters(subject, analyte).is_some()) {
            continue;
        }
        for ((anchor, title), groups) in names.into_iter().zip(&groupings) {
            tables.push(SummaryTable {
                anchor,
                title,
                note: NOTE,
                columns: groups.iter().map(|(label, _)| label.clone()).collect(),
                rows: rows(analyte, groups),
            });
        }
    }
    tables
}

fn parameters<'s>(subject: &'s Studied<'_>, analyte: Analyte) -> Option<&'s ProfileParameters> {
    subject.of(analyte)?.parameters.as_ref()
}

fn with_overall<'g>(mut groups: Vec<Group<'g>>, studied: &'g [Studied<'g>]) -> Vec<Group<'g>> {
    groups.push(("Overall".to_owned(), studied.iter().collect()));
    groups
}

fn by_level<'g>(studied: &'g [Studied<'g>], levels: &[LevelName]) -> Vec<Group<'g>> {
    let of = |name: &LevelName| {
        let here = studied.iter().filter(|subject| subject.facts.level == Some(name.level));
        (name.label.clone(), here.collect())
    };
    with_overall(levels.iter().map(of).collect(), studied)
}

fn by_response<'g>(studied: &'g [Studied<'g>]) -> Vec<Group<'g>> {
    // `None`: nothing adequate was read after infusion.
    let response = |subject: &Studied<'_>| {
        let tumour = &subject.facts.tumour;
        let confirmed = tumour.best.is_some_and(|best| best.confirmed_response.is_some());
        (confirmed || tumour.points.iter().any(crate::endpoint::Point::is_adequate)).then_some(confirmed)
    };
    let names = [
        ("Confirmed response", Some(true)),
        ("No confirmed response", Some(false)),
        ("Response not known", None),
    ];
    with_overall(split(studied, &names, response), studied)
}

fn by_crs<'g>(studied: &'g [Studied<'g>]) -> Vec<Group<'g>> {
    // 4 stands for CRS without a grade.
    let grade = |subject: &Studied<'_>| {
        let occurred = syndrome_occurred(subject.facts, Syndrome::Crs)?;
        Some(match (occurred.any, occurred.worst) {
            (false, _) => 0,
            (true, Some(worst)) => worst.clamp(1, 3),
            (true, None) => 4,
        })
    };
    let names = [
        ("No CRS", Some(0)),
        ("Grade 1", Some(1)),
        ("Grade 2", Some(2)),
        ("Grade ≥ 3", Some(3)),
        ("Not graded", Some(4)),
    ];
    with_overall(split(studied, &names, grade), studied)
}

/// The named groups; one that is only for what is not known stands where it has somebody.
fn split<'g, K: PartialEq>(
    studied: &'g [Studied<'g>],
    names: &[(&str, K)],
    key: impl Fn(&Studied<'_>) -> K,
) -> Vec<Group<'g>> {
    let keyed: Vec<(K, &Studied<'_>)> = studied.iter().map(|subject| (key(subject), subject)).collect();
    let last = names.len().saturating_sub(1);
    let groups = names.iter().enumerate().filter_map(|(place, (name, wanted))| {
        let here = keyed.iter().filter(|(key, _)| key == wanted);
        let here: Vec<&Studied<'_>> = here.map(|(_, subject)| *subject).collect();
        (place < last || !here.is_empty()).then(|| ((*name).to_owned(), here))
    });
    groups.collect()
}

/// How a parameter is summarised.
#[derive(Clone, Copy)]
enum Shown {
    Geometric,
    Median,
}

/// A parameter: its name, how it is shown, and its value where it has one.
type Parameter = (&'static str, Shown, fn(&ProfileParameters) -> Option<f64>);

const PARAMETERS: [Parameter; 9] = [
    ("C_max", Shown::Geometric, |found| found.whole.c_max),
    ("T_max, days", Shown::Median, |found| found.whole.t_max),
    ("AUC 0–28 d, over all 28 days", Shown::Geometric, |found| {
        found.early.interpolated.ok()
    }),
    ("AUC 0–28 d, to the last quantified", Shown::Geometric, |found| {
        found.early.to_last.ok()
    }),
    ("AUC 0–90 d, over all 90 days", Shown::Geometric, |found| {
        found.late.interpolated.ok()
    }),
    ("AUC to the last quantified", Shown::Geometric, |found| {
        found.whole.auc_last.ok()
    }),
    ("Half-life, days", Shown::Geometric, |found| {
        found.whole.terminal.as_ref().ok().map(|line| line.half_life)
    }),
    ("C_last", Shown::Geometric, |found| found.whole.c_last),
    ("T_last, days", Shown::Median, |found| found.whole.t_last),
];

fn rows(analyte: Analyte, groups: &[Group<'_>]) -> Vec<SummaryRow> {
    let found = |group: &Group<'_>| -> Vec<ProfileParameters> {
        let all = group.1.iter().filter_map(|subject| parameters(subject, analyte));
        all.cloned().collect()
    };
    let profiles: Vec<Vec<ProfileParameters>> = groups.iter().map(found).collect();
    let row = |label: String, is_detail: bool, cell: &dyn Fn(&[ProfileParameters]) -> String| SummaryRow {
        label,
        is_detail,
        cells: profiles.iter().map(|group| cell(group)).collect(),
    };
    let mut rows = vec![
        row("Subjects with a sample after infusion".to_owned(), false, &|group| {
            number::count(group.len())
        }),
        row("not yet followed to day 28".to_owned(), true, &|group| {
            number::count(group.iter().filter(|found| !found.is_mature).count())
        }),
    ];
    for (name, shown, value) in PARAMETERS {
        let label = match name {
            "C_max" | "C_last" => format!("{name}, {}", analyte.unit()),
            name if name.starts_with("AUC") => format!("{name}, {} × d", analyte.unit()),
            name => name.to_owned(),
        };
        rows.push(row(label, false, &|group| {
            let mature = group.iter().filter(|found| found.is_mature);
            let values: Vec<f64> = mature.filter_map(value).collect();
            match shown {
                Shown::Geometric => geometric(&values),
                Shown::Median => spread(&values),
            }
        }));
    }
    rows.push(row("no AUC 0–28 d over all 28 days".to_owned(), true, &|group| {
        let mature = group.iter().filter(|found| found.is_mature);
        let uncovered = mature.filter(|found| matches!(found.early.interpolated, Err(NoParameter::NotCovered { .. })));
        match uncovered.count() {
            0 => "0".to_owned(),
            count => format!("{} sampled too briefly", number::count(count)),
        }
    }));
    rows.push(row("still quantified at the last sample".to_owned(), true, &|group| {
        let lasting = group.iter().filter(|found| found.is_mature);
        let lasting: Vec<bool> = lasting.filter_map(|found| Some(found.persistence?.ongoing)).collect();
        let ongoing = lasting.iter().filter(|ongoing| **ongoing).count();
        format!("{} of {}", number::count(ongoing), number::count(lasting.len()))
    }));
    rows
}

/// `12,300 (84.2), n = 6; 1 never quantified`.
pub(super) fn geometric(values: &[f64]) -> String {
    let positive: Vec<f64> = values.iter().copied().filter(|value| *value > 0.0).collect();
    let zeros = values.len() - positive.len();
    let apart = match zeros {
        0 => String::new(),
        _ => format!("; {} never quantified", number::count(zeros)),
    };
    let Some(summary) = Summary::of(&positive) else {
        return format!("{}, n = 0{apart}", number::MISSING);
    };
    let mean = summary
        .geometric_mean
        .map_or_else(|| number::MISSING.to_owned(), number::level);
    let variation = summary
        .geometric_cv_percent
        .map_or_else(|| number::MISSING.to_owned(), number::level);
    format!("{mean} ({variation}), n = {}{apart}", number::count(positive.len()))
}

/// `10.0 [7.00; 21.0], n = 6`.
pub(super) fn spread(values: &[f64]) -> String {
    let Some(summary) = Summary::of(values) else {
        return format!("{}, n = 0", number::MISSING);
    };
    format!(
        "{} [{}; {}], n = {}",
        number::level(summary.median),
        number::level(summary.min),
        number::level(summary.max),
        number::count(summary.n)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_geometric_mean_counts_zeros_apart_and_names_its_subjects() {
        // ln 100 and ln 10 000: mean ln 1000, s² = (ln 100)²/2 = 10.604, CV 100 √(exp(10.604) − 1) = 20 071.
        assert_eq!(
            geometric(&[100.0, 0.0, 10_000.0]),
            "1,000 (20,100), n = 2; 1 never quantified"
        );
        assert_eq!(geometric(&[50.0]), "50.0 (–), n = 1");
        assert_eq!(geometric(&[0.0]), "–, n = 0; 1 never quantified");
        assert_eq!(spread(&[7.0, 21.0, 10.0]), "10.0 [7.00; 21.0], n = 3");
        assert_eq!(spread(&[]), "–, n = 0");
    }
}
