//! Figures of rehearsed studies: what is drawn is what the outcomes and verdicts say.

use tercel::endpoint::{Analysis, Cell, derive_cells};
use tercel::protocol::{Trial, parse_protocol};
use tercel::report::{BoardMark, Figures, LINE_LIMIT, TERM_LIMIT, TIMELINE_LIMIT, WATERFALL_LIMIT, build_report};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::{Amount, StudyData};

const PROTOCOL: &str = include_str!("../../../../trials/il1rap-hcc/protocol.toml");

fn trial() -> Trial {
    parse_protocol("protocol.toml", PROTOCOL).unwrap()
}

fn with<T>(subjects: u32, change: impl Fn(&mut StudyData), check: impl Fn(&Analysis<'_>, &[Cell], &Figures) -> T) -> T {
    let trial = trial();
    let mut data = rehearse(&trial, RehearsalOptions { subjects, seed: 4 });
    change(&mut data);
    let cut = data.last_day();
    let analysis = Analysis::new(&trial, &data, cut);
    let cells = derive_cells(&analysis);
    let report = build_report(&analysis, &cells, None, &data.findings);
    check(&analysis, &cells, &report.figures)
}

fn as_rehearsed(_: &mut StudyData) {}

#[test]
fn bars_fall_and_none_is_better_than_the_assessments_behind_it() {
    with(30, as_rehearsed, |analysis, _, figures| {
        let bars = &figures.waterfall.bars;
        assert!(bars.len() > 10);
        assert!(bars.windows(2).all(|pair| pair[0].change >= pair[1].change));
        for bar in bars {
            let facts = analysis
                .facts
                .iter()
                .find(|facts| facts.subject.id == bar.subject)
                .unwrap();
            let changes = facts
                .tumour
                .points
                .iter()
                .filter_map(|point| facts.tumour.change(point));
            assert!(changes.fold(f64::INFINITY, f64::min) <= bar.change);
            let at = facts.tumour.points.iter().find(|point| point.day == bar.day).unwrap();
            assert_eq!(facts.tumour.change(at), Some(bar.change));
            let best = facts.tumour.best.unwrap();
            assert_eq!(bar.confirmed, best.confirmed_response.map(|response| response.overall));
        }
    });
}

#[test]
fn a_bar_does_not_count_what_was_read_after_progression() {
    with(60, as_rehearsed, |analysis, _, figures| {
        for bar in &figures.waterfall.bars {
            let facts = analysis
                .facts
                .iter()
                .find(|facts| facts.subject.id == bar.subject)
                .unwrap();
            let progression = facts.tumour.points.iter().find(|point| point.is_progression());
            assert!(progression.is_none_or(|point| bar.day <= point.day), "{}", bar.hint);
        }
    });
}

#[test]
fn medians_at_reported_months_are_those_of_the_outcome_matrix() {
    with(60, as_rehearsed, |analysis, cells, figures| {
        let of = |method: &str, component: &str, months: u32| {
            let outcome = analysis
                .trial
                .outcomes
                .iter()
                .position(|outcome| outcome.method == method)
                .unwrap();
            let id = format!("{}{component}", analysis.trial.outcomes[outcome].id);
            let all = cells
                .iter()
                .filter(move |cell| cell.id == id && cell.time_point == Some(months));
            all.cloned().collect::<Vec<Cell>>()
        };
        let mut compared = 0;
        for (months, day) in [(3, 91.0), (6, 183.0)] {
            for (figure, component) in figures.kinetics.iter().zip([".copies", ".cells"]) {
                for median in &figure.medians {
                    let Some(point) = median.points.iter().find(|point| (point.day - day).abs() < 0.5) else {
                        continue;
                    };
                    let cells = of("car-t-level", component, months);
                    let cell = cells.iter().find(|cell| cell.level == Some(median.level)).unwrap();
                    assert_eq!(cell.value, (!point.below).then_some(point.height), "{}", point.hint.en);
                    compared += 1;
                }
            }
            let overall = of("biomarker-change", "", months);
            let overall = overall.iter().find(|cell| cell.level.is_none()).unwrap();
            let point = figures
                .biomarker
                .median
                .iter()
                .find(|point| (point.day - day).abs() < 0.5);
            assert_eq!(overall.value, point.map(|point| point.change));
        }
        assert!(compared >= 4, "{compared}");
    });
}

#[test]
fn samples_below_quantification_are_drawn_at_half_the_limit() {
    with(6, as_rehearsed, |analysis, _, figures| {
        let [copies, _] = &figures.kinetics;
        let mut seen = 0;
        for line in &copies.lines {
            let facts = analysis
                .facts
                .iter()
                .find(|facts| facts.subject.id == line.subject)
                .unwrap();
            let limits: Vec<f64> = facts
                .subject
                .copies
                .iter()
                .filter_map(|sample| match sample.amount {
                    Amount::Below(limit) => limit,
                    Amount::Quantified(_) => None,
                })
                .collect();
            for point in line.points.iter().filter(|point| point.below) {
                assert!(limits.iter().any(|limit| (limit / 2.0 - point.height).abs() < 1e-12));
                seen += 1;
            }
            assert!(line.points.iter().all(|point| point.height > 0.0 && point.day >= 0.0));
        }
        assert!(seen > 0);
    });
}

#[test]
fn nothing_quantified_and_no_limit_stated_cannot_be_drawn_and_says_so() {
    let silent = |data: &mut StudyData| {
        for sample in data.subjects.iter_mut().flat_map(|subject| &mut subject.copies) {
            sample.amount = Amount::Below(None);
        }
    };
    with(4, silent, |_, _, figures| {
        let [copies, cells] = &figures.kinetics;
        assert!(copies.lines.is_empty() && copies.medians.is_empty());
        assert!(copies.description.en.starts_with("No infused subject"));
        assert!(!cells.lines.is_empty());
    });
}

#[test]
fn every_subject_of_a_term_counts_once_and_the_levels_add_up_to_all() {
    with(30, as_rehearsed, |_, cells, figures| {
        let map = &figures.heat_map;
        assert!(!map.rows.is_empty() && map.rows.len() <= TERM_LIMIT);
        let (all, levels) = map.columns.split_last().unwrap();
        assert_eq!(all.subjects, levels.iter().map(|column| column.subjects).sum::<usize>());
        let events = cells
            .iter()
            .find(|cell| cell.id == "P2.ae" && cell.level.is_none())
            .unwrap();
        assert_eq!(all.subjects, events.denominator);
        for row in &map.rows {
            let (all, levels) = row.cells.split_last().unwrap();
            assert_eq!(
                all.any,
                levels.iter().map(|cell| cell.any).sum::<usize>(),
                "{}",
                row.term
            );
            assert_eq!(all.severe, levels.iter().map(|cell| cell.severe).sum::<usize>());
            assert!(all.severe <= all.any && all.any <= events.n);
        }
        assert!(
            map.rows
                .windows(2)
                .all(|pair| pair[0].cells.last().unwrap().any >= pair[1].cells.last().unwrap().any)
        );
    });
}

#[test]
fn the_timeline_counts_toxicities_as_the_verdicts_do() {
    with(18, as_rehearsed, |analysis, _, figures| {
        let marked = figures
            .timeline
            .marks
            .iter()
            .filter(|mark| mark.subject.mark == BoardMark::Dlt)
            .count();
        let judged = analysis.facts.iter().filter_map(|facts| facts.dlt.as_ref());
        assert_eq!(
            marked,
            judged
                .filter(|verdict| verdict.status == tercel::dlt::Status::Dlt)
                .count()
        );
        assert!(figures.timeline.marks.windows(2).all(|pair| pair[0].day <= pair[1].day));
        assert!(
            figures
                .timeline
                .marks
                .iter()
                .all(|mark| mark.day >= 0.0 && mark.window_end <= figures.timeline.days)
        );
    });
}

#[test]
fn many_subjects_are_cut_at_a_limit_and_counted() {
    with(300, as_rehearsed, |_, _, figures| {
        assert_eq!(figures.waterfall.bars.len(), WATERFALL_LIMIT);
        assert_eq!(figures.timeline.marks.len(), TIMELINE_LIMIT);
        assert_eq!(figures.spider.lines.len(), LINE_LIMIT);
        assert_eq!(figures.kinetics[0].lines.len(), LINE_LIMIT);
        assert!(figures.waterfall.subjects > LINE_LIMIT);
    });
}

#[test]
fn nobody_gives_sentences_in_place_of_figures() {
    with(
        3,
        |data| data.subjects.clear(),
        |_, _, figures| {
            let said = [
                &figures.waterfall.description,
                &figures.spider.description.en,
                &figures.kinetics[0].description.en,
                &figures.biomarker.description.en,
                &figures.heat_map.description,
                &figures.timeline.description,
            ];
            assert!(
                said.iter()
                    .all(|sentence| sentence.ends_with('.') && sentence.len() > 20),
                "{said:?}"
            );
            assert!(figures.waterfall.bars.is_empty() && figures.timeline.ticks.is_empty());
        },
    );
}

#[test]
fn every_subject_stands_once_in_the_grades_and_the_shift_of_a_term() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 24, seed: 4 });
    let analysis = Analysis::new(&trial, &data, data.last_day());
    let labs = build_report(&analysis, &derive_cells(&analysis), None, &data.findings).labs;
    assert_eq!(labs.worst.len(), labs.worst_total);
    assert!(labs.grades.len() > 10 && labs.grades.len() == labs.shifts.len());
    for (term, shift) in labs.grades.iter().zip(&labs.shifts) {
        let (all, each) = term.levels.split_last().unwrap();
        for level in &term.levels {
            assert_eq!(level.grades.iter().sum::<usize>() + level.unknown, level.subjects);
            assert!(level.open <= level.subjects);
        }
        assert_eq!(each.iter().map(|level| level.subjects).sum::<usize>(), all.subjects);
        for grade in 0..5 {
            let to: usize = shift.counts.iter().map(|row| row[grade]).sum();
            assert_eq!(to, all.grades[grade], "{}", term.term);
        }
        let listed = labs
            .worst
            .iter()
            .filter(|row| row.what == format!("{}, {}", term.test, term.term));
        let toxic: usize = all.grades[1..].iter().sum();
        assert_eq!(listed.count(), toxic, "{}", term.term);
    }
    for counts in &labs.recovery {
        assert!(counts.shades.windows(2).all(|pair| pair[0].below > pair[1].below));
        assert!(counts.medians.iter().all(|median| median.lowest <= median.median));
        let inside = |point: &(f64, f64)| (counts.days.0..=counts.days.1).contains(&point.0);
        assert!(counts.lines.iter().flat_map(|line| &line.points).all(inside));
    }
}

/// Grades of blood counts as CTCAE 5.0 prints them: neutrophils below 1.5, 1.0 and 0.5, platelets below 75, 50 and 25 × 10⁹/L,
/// haemoglobin below 100 and 80 g/L; grade 1 below the lower limit of normal.
#[test]
fn the_shades_of_blood_counts_begin_where_the_grades_do() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 12, seed: 4 });
    let analysis = Analysis::new(&trial, &data, data.last_day());
    let labs = build_report(&analysis, &derive_cells(&analysis), None, &data.findings).labs;
    let printed: [&[(u8, f64)]; 3] = [
        &[(2, 1.5), (3, 1.0), (4, 0.5)],
        &[(2, 75.0), (3, 50.0), (4, 25.0)],
        &[(2, 100.0), (3, 80.0)],
    ];
    assert_eq!(labs.recovery.len(), 3);
    for (counts, printed) in labs.recovery.iter().zip(printed) {
        let shades: Vec<(u8, f64)> = counts.shades.iter().map(|shade| (shade.grade, shade.below)).collect();
        let absolute: Vec<(u8, f64)> = shades.into_iter().filter(|(grade, _)| *grade > 1).collect();
        assert_eq!(absolute, printed, "{}", counts.title);
    }
}
