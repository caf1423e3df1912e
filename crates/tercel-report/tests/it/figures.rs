//! Drawings of rehearsed studies: every mark has its words, leads to its subject, and stands on the page.

use tercel::endpoint::Analysis;
use tercel::language::Language;
use tercel::report::{Report, subject_anchor};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel_report::{render_html, render_subject};

use super::{markup, read, report, trial};

/// Every figure that is drawn for each subject, for each term or for each rate.
const DRAWN: [&str; 10] = [
    "figure_forest",
    "figure_timeline",
    "figure_waterfall",
    "figure_spider",
    "figure_copies",
    "figure_cells",
    "figure_biomarker",
    "figure_biomarker_level",
    "figure_events",
    "figure_toxicity_days",
];

/// Those of the section of cellular kinetics, which says itself where there is nothing to draw.
const KINETICS: [&str; 4] = [
    "figure_copies_mean",
    "figure_cells_mean",
    "figure_profiles",
    "figure_against_tumour",
];

fn rehearsed(subjects: u32) -> (Report, String) {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects, seed: 5 });
    let cut = data.last_day().map(|day| day.to_string());
    let (report, _) = report(&trial, &data, cut.as_deref());
    let html = render_html(&report);
    (report, html)
}

/// The markup of one figure.
fn figure<'h>(html: &'h str, anchor: &str) -> &'h str {
    let start = html
        .find(&format!("<figure id=\"{anchor}\""))
        .expect("the figure is there");
    let rest = &html[start..];
    &rest[..rest.find("</figure>").expect("the figure ends")]
}

/// Every value of an attribute that is one number.
fn numbers(markup: &str, name: &str) -> Vec<f64> {
    let wanted = format!(" {name}=\"");
    let values = markup.split(wanted.as_str()).skip(1);
    values.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
}

#[test]
fn every_figure_has_a_name_and_a_description_and_its_marks_say_what_they_are() {
    let (report, html) = rehearsed(18);
    markup::check(&html);
    for anchor in DRAWN.into_iter().chain(KINETICS) {
        let drawn = figure(&html, anchor);
        assert!(drawn.contains(&format!("id=\"{anchor}_drawing_title\"")), "{anchor}");
        assert!(drawn.contains("<desc id="), "{anchor}");
        assert!(drawn.matches("<title>").count() > 5, "{anchor}");
    }
    for bar in &report.figures.waterfall.bars {
        let link = format!("<a href=\"#{}\"", subject_anchor(&bar.subject));
        for anchor in ["figure_waterfall", "figure_spider", "figure_timeline", "figure_swimmer"] {
            assert!(figure(&html, anchor).contains(&link), "{anchor}: {}", bar.subject);
        }
        assert!(figure(&html, "figure_waterfall").contains(&bar.hint));
    }
    // Colour is never alone: numbers in the waterfall, dashes in the spider, a mark for what is censored in a curve.
    let second = report
        .levels
        .get(1)
        .map(|name| format!(">2 {}</text>", name.label))
        .unwrap();
    assert!(figure(&html, "figure_waterfall").contains(&second));
    let bars = &report.figures.waterfall.bars;
    let of_second = bars.iter().filter(|bar| bar.level.number() == 2).count();
    assert_eq!(
        figure(&html, "figure_waterfall").matches(">2</text>").count(),
        of_second
    );
    assert!(figure(&html, "figure_spider").contains("stroke-dasharray=\"8 3\""));
    assert!(figure(&html, "figure_os").contains(">censored</text>"));
}

#[test]
fn marks_stand_within_the_page_for_one_subject_and_for_hundreds() {
    for subjects in [1, 3, 18, 300] {
        let (_, html) = rehearsed(subjects);
        markup::check(&html);
        for anchor in DRAWN.into_iter().chain(KINETICS) {
            let drawn = figure(&html, anchor);
            for name in ["x", "x1", "x2", "cx"] {
                let places = numbers(drawn, name);
                assert!(
                    places.iter().all(|place| (0.0..=760.0).contains(place)),
                    "{anchor} of {subjects}: {name} among {places:?}"
                );
            }
            let height = numbers(drawn, "height").first().copied().unwrap_or(0.0);
            for name in ["y", "y1", "y2", "cy"] {
                let places = numbers(drawn, name);
                assert!(
                    places.iter().all(|place| (0.0..=height).contains(place)),
                    "{anchor} of {subjects}: {name} beyond {height}"
                );
            }
        }
    }
}

#[test]
fn what_a_figure_leaves_out_is_said_below_it() {
    let (report, html) = rehearsed(300);
    let all = report.figures.waterfall.subjects;
    let sentence = format!("Shown are the first 60 subjects of {all} in order of infusion.");
    assert!(figure(&html, "figure_waterfall").contains(&sentence));
    assert!(figure(&html, "figure_spider").contains("Shown are the first 200 subjects of"));
    assert!(figure(&html, "figure_copies").contains("The medians are of all."));
}

#[test]
fn nothing_to_draw_is_a_sentence_and_no_empty_chart() {
    let trial = trial();
    let data = read(
        &trial,
        &[(
            "adsl",
            "STUDYID,USUBJID,TRT01P,DOSELVL\nX,1,First dose group,1\nX,2,First dose group,1\n",
        )],
    );
    let (report, _) = report(&trial, &data, None);
    let html = render_html(&report);
    for anchor in DRAWN {
        let said = figure(&html, anchor);
        assert!(!said.contains("<svg"), "{anchor} is an empty chart");
        assert!(said.contains("<p class=\"quiet\">"), "{anchor} gives no reason");
    }
}

#[test]
fn growth_beyond_the_axis_is_cut_and_labelled() {
    let trial = trial();
    let data = read(
        &trial,
        &[
            (
                "dm",
                "STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD\nX,X-1,2025-01-02,51,M,DL1\n",
            ),
            (
                "ex",
                "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\nX-1,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-02-01\n",
            ),
            (
                "tu",
                "USUBJID,TUSEQ,TULNKID,TUTESTCD,TUSTRESC,TULOC,TUDTC\nX-1,1,T01,TUMIDENT,TARGET,LIVER,2025-01-20\n",
            ),
            (
                "tr",
                "USUBJID,TRSEQ,TRLNKID,TRTESTCD,TRSTRESN,TRSTRESU,TRDTC,VISIT\nX-1,1,T01,LDIAM,20,mm,2025-01-20,Baseline\nX-1,2,T01,LDIAM,70,mm,2025-03-01,Month 1\n",
            ),
        ],
    );
    let (report, _) = report(&trial, &data, Some("2025-04-01"));
    let [bar] = report.figures.waterfall.bars.as_slice() else {
        panic!("one bar: {:?}", report.figures.waterfall);
    };
    assert_eq!(bar.value, "+250.0 %");
    let html = render_html(&report);
    assert!(figure(&html, "figure_waterfall").contains(">+250 %</text>"));
    assert!(figure(&html, "figure_spider").contains(">+250 %</text>"));
}

/// Names, codes, units and the words of the protocol stay; nothing else of the page of a subject is English.
#[test]
fn the_figures_of_a_subject_are_said_in_chinese() {
    let trial = trial();
    let data = rehearse(&trial, RehearsalOptions { subjects: 18, seed: 5 });
    let mut said = String::new();
    for subject in &data.subjects {
        let mut own = data.clone();
        own.subjects = vec![subject.clone()];
        let html = render_subject(&Analysis::new(&trial, &own, data.last_day()), Language::Chinese);
        markup::check(&html);
        for part in html.split('<').filter_map(|part| part.split_once('>')) {
            said.push_str(part.1);
            said.push(' ');
        }
        for attribute in html.split("aria-label=\"").skip(1) {
            said.push_str(attribute.split('"').next().unwrap_or_default());
            said.push(' ');
        }
    }
    for (_, group) in trial.dose_levels.iter() {
        said = said.replace(group.label.as_str(), "");
    }
    assert!(
        said.contains("CRS与ICANS逐日分级") && said.contains("靶病灶直径总和随时间的变化"),
        "{said}"
    );
    let events = data.subjects.iter().flat_map(|subject| &subject.adverse_events);
    let terms: Vec<&str> = events
        .flat_map(|event| [Some(event.term.as_str()), event.preferred_term.as_deref()])
        .flatten()
        .flat_map(|term| term.split(|letter: char| !letter.is_ascii_alphanumeric()))
        .collect();
    let known = ["copies", "cells", "LLOQ", "ASTCT", "ICANS", "SYNTHETIC", "IL1RAP"];
    let words = said.split(|letter: char| !letter.is_ascii_alphanumeric());
    let english: Vec<&str> = words
        .filter(|word| word.len() > 3 && word.chars().any(|letter| letter.is_ascii_lowercase()))
        .filter(|word| !known.contains(word) && !terms.iter().any(|term| term.starts_with(word)))
        .collect();
    assert!(english.is_empty(), "{english:?}");
}

/// The course of a subject has its milestones and a bar an event, with its grade.
#[test]
fn the_course_of_a_subject_shows_its_milestones_and_each_event_by_its_grade() {
    let trial = trial();
    let data = read(
        &trial,
        &[
            (
                "dm",
                "STUDYID,USUBJID,RFICDTC,AGE,SEX,ARMCD\nX,X-1,2025-01-02,51,M,DL1\n",
            ),
            (
                "pr",
                "USUBJID,PRSEQ,PRTRT,PRCAT,PRSTDTC\nX-1,1,LEUKAPHERESIS,PBMC COLLECTION,2025-01-10\n",
            ),
            (
                "ex",
                "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\nX-1,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-02-01\n",
            ),
            (
                "ae",
                "USUBJID,AESEQ,AETERM,AETOXGR,AESTDTC,AEENDTC,AEOUT\nX-1,1,Pyrexia,3,2025-02-02,2025-02-05,RECOVERED/RESOLVED\n\
                 X-1,2,Fatigue,1,2025-02-10,,NOT RECOVERED/NOT RESOLVED\nX-1,3,Rash,2,,,UNKNOWN\n",
            ),
            ("sv", "USUBJID,SVSEQ,VISIT,SVSTDTC\nX-1,1,Day 28,2025-03-01\n"),
        ],
    );
    let html = render_subject(&Analysis::new(&trial, &data, data.last_day()), Language::English);
    let course = figure(&html, "figure_course");
    for said in [
        "collection 2025-01-10",
        "infusion 2025-02-01",
        "last contact 2025-03-01",
        ">3  Pyrexia<",
        "Pyrexia, grade 3: 2025-02-02 to 2025-02-05",
        "Fatigue, grade 1: 2025-02-10 to –",
    ] {
        assert!(course.contains(said), "{said}: {course}");
    }
    assert!(!course.contains("Rash"), "an event without a day has no place");
}
