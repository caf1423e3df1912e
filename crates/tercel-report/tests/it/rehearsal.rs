//! Rehearsed studies, of the size of a real one and far beyond.

use tercel::report::{LISTING_LIMIT, SWIMMER_LIMIT};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel_report::{render_html, render_terminal};

use super::{markup, report, trial};

#[test]
fn a_rehearsal_gives_the_same_bytes_again() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 18, seed: 1 });
    let cut = data.last_day().map(|day| day.to_string());
    let html = render_html(&report(&trial, &data, cut.as_deref()).0);
    markup::check(&html);
    assert_eq!(html, render_html(&report(&trial, &data, cut.as_deref()).0));
}

#[test]
fn every_cut_of_a_rehearsal_gives_a_sound_file() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 12, seed: 2 });
    for cut in [
        "2024-01-01",
        "2025-02-01",
        "2025-03-20",
        "2025-06-01",
        "2026-01-01",
        "2030-01-01",
    ] {
        let (report, _) = report(&trial, &data, Some(cut));
        markup::check(&render_html(&report));
        assert!(
            render_terminal(&report, 100)
                .lines()
                .all(|line| line.chars().count() <= 100)
        );
    }
}

#[test]
fn curves_end_at_the_last_follow_up_within_the_ticks() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 18, seed: 3 });
    let cut = data.last_day().map(|day| day.to_string());
    let (report, _) = report(&trial, &data, cut.as_deref());
    for figure in &report.survival {
        let last_tick = figure.ticks.last().copied().unwrap_or(0.0);
        for curve in &figure.curves {
            let last = curve.points.last().map_or(0.0, |point| point.time);
            assert!(last <= last_tick, "{} beyond its axis", figure.title);
            assert_eq!(curve.at_risk.first(), Some(&curve.subjects));
            assert_eq!(curve.at_risk.len(), figure.ticks.len());
        }
    }
}

#[test]
fn a_large_study_is_cut_short_with_a_sentence() {
    let trial = trial();
    let data = rehearse(
        &trial,
        RehearsalOptions {
            subjects: 1100,
            seed: 1,
        },
    );
    let cut = data.last_day().map(|day| day.to_string());
    let (report, _) = report(&trial, &data, cut.as_deref());
    assert!(report.listings.iter().all(|listing| listing.shown() <= LISTING_LIMIT));
    assert_eq!(report.swimmer.lanes.len(), SWIMMER_LIMIT);
    let html = render_html(&report);
    assert!(html.contains("Shown are 1,000 subjects of 1,100, the first of each dose level"));
    assert!(html.contains("Shown are the first 60 subjects of"));
    assert!(html.len() < 32_000_000, "{} bytes", html.len());
    markup::check(&html);
}

#[test]
fn the_participant_flow_adds_up_and_every_subject_is_listed() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 24, seed: 3 });
    let cut = data.last_day().map(|day| day.to_string());
    let (report, _) = report(&trial, &data, cut.as_deref());
    let flow = &report.population.summaries[0];
    let number = |label: &str, column: usize| -> usize {
        let row = flow.rows.iter().find(|row| row.label == label).unwrap();
        row.cells[column].split(' ').next().unwrap().parse().unwrap_or(0)
    };
    let overall = flow.columns.len() - 1;
    for row in &flow.rows {
        let by_level: usize = (0..overall).map(|column| number(&row.label, column)).sum();
        assert_eq!(by_level, number(&row.label, overall), "{}", row.label);
    }
    let of_infused = ["DLT", "no DLT", "DLT status open", "not evaluable for DLT, replaced"];
    let infused: usize = of_infused.iter().map(|label| number(label, overall)).sum();
    assert_eq!(infused, number("Infused", overall));
    let board: usize = report.board.iter().map(|level| level.subjects.len()).sum();
    assert_eq!(infused, board);
    assert_eq!(report.population.listings[0].total, number("Enrolled", overall));
    markup::check(&render_html(&report));
}
