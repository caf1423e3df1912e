//! The rehearsal against the anchors it is calibrated to, and against the protocol it follows.
//!
//! Anchors, with limits as wide as the sources differ: response rate and disease control of second-line treatment
//! (`finn2020`), CRS of solid-tumour CAR-T cells (`shi2020`), overall survival 8 to 14 months (`finn2020`).
#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use std::collections::BTreeMap;

use tercel::design::check_infusions;
use tercel::endpoint::Analysis;
use tercel::estimate::Level;
use tercel::estimate::survival::{ConfType, KaplanMeier, Observation};
use tercel::grade::Grade;
use tercel::protocol::{DoseLevel, Relatedness, SETTINGS, Trial, parse_protocol};
use tercel::response::{BestOptions, derive_best};
use tercel::simulate::{RehearsalOptions, add_screen_failures, rehearse};
use tercel::study::{Amount, DispositionReason, MedicationClass, StudyData, Subject, days_between};

fn trial() -> Trial {
    let stated = format!("stated = {:?}", SETTINGS.map(|setting| setting.path));
    let text = include_str!("../data/rehearsal/protocol.toml").replace("stated = []", &stated);
    parse_protocol("protocol.toml", &text).unwrap()
}

fn study(subjects: u32, seed: u64) -> StudyData {
    rehearse(&trial(), RehearsalOptions { subjects, seed })
}

fn day(subject: &Subject, when: tercel::study::When) -> i32 {
    days_between(subject.infusions[0].when.day().unwrap(), when.date.earliest())
}

fn infused(data: &StudyData) -> Vec<&Subject> {
    data.subjects
        .iter()
        .filter(|subject| !subject.infusions.is_empty())
        .collect()
}

/// Days to progression or death, or to the last scan.
fn progression_free(subject: &Subject) -> Observation {
    let scans: Vec<_> = subject
        .responses
        .iter()
        .map(|r| (day(subject, r.when), r.overall))
        .collect();
    let progression = scans
        .iter()
        .find(|(_, overall)| overall.to_string() == "PD")
        .map(|(day, _)| *day);
    let death = subject.death.as_ref().map(|death| day(subject, death.when));
    let last = scans.last().map_or(0, |(day, _)| *day);
    let event = progression.or(death);
    Observation {
        time: f64::from(event.unwrap_or(last).max(0)),
        event: event.is_some(),
    }
}

fn survival(subject: &Subject) -> Observation {
    let death = subject.death.as_ref().map(|death| day(subject, death.when));
    let last = subject.contacts.last().map_or(0, |contact| day(subject, contact.when));
    Observation {
        time: f64::from(death.unwrap_or(last).max(0)),
        event: death.is_some(),
    }
}

fn median_months(observations: &[Observation]) -> f64 {
    let curve = KaplanMeier::new(observations).unwrap();
    curve
        .quantile(0.5, ConfType::LogLog, Level::new(0.95).unwrap())
        .estimate
        .unwrap()
        / 30.4375
}

fn percent(subjects: &[&Subject], holds: impl Fn(&Subject) -> bool) -> f64 {
    100.0 * subjects.iter().filter(|subject| holds(subject)).count() as f64 / subjects.len() as f64
}

fn worst(subject: &Subject, term: &str) -> Option<Grade> {
    let events = subject.adverse_events.iter().filter(|event| event.term == term);
    events.filter_map(|event| event.grade).max()
}

#[test]
fn a_cohort_of_200_lies_within_the_published_anchors() {
    let best = |subject: &Subject| {
        let scans: Vec<_> = subject
            .responses
            .iter()
            .map(|r| (day(subject, r.when), r.overall))
            .collect();
        let options = BestOptions {
            confirmation_days: 28.0,
            sd_min_days: 42.0,
            max_ne: 1,
            accept_sd: false,
            stop_day: None,
        };
        derive_best(&scans, &options).unconfirmed.to_string()
    };
    let crs = "Cytokine release syndrome";
    let icans = "Immune effector cell-associated neurotoxicity syndrome";
    for seed in 1..=3 {
        let data = study(200, seed);
        let subjects = infused(&data);
        let uninfused = 100.0 * (1.0 - subjects.len() as f64 / data.subjects.len() as f64);
        let grade_3 = |subject: &Subject| worst(subject, crs) >= Some(Grade::G3);
        let neutropenia = |subject: &Subject| worst(subject, "Neutrophil count decreased") == Some(Grade::G4);
        let peak = |subject: &Subject| {
            let levels = subject.copies.iter().filter_map(|level| level.amount.quantified());
            levels.fold(0.0, f64::max)
        };
        let rows = [
            ("uninfused, %", uninfused, 8.0, 22.0),
            (
                "response rate, %",
                percent(&subjects, |s| ["CR", "PR"].contains(&best(s).as_str())),
                15.0,
                35.0,
            ),
            (
                "disease control, %",
                percent(&subjects, |s| ["CR", "PR", "SD"].contains(&best(s).as_str())),
                50.0,
                70.0,
            ),
            ("CRS, %", percent(&subjects, |s| worst(s, crs).is_some()), 66.0, 94.0),
            ("CRS grade 3 or higher, %", percent(&subjects, grade_3), 2.0, 16.0),
            ("ICANS, %", percent(&subjects, |s| worst(s, icans).is_some()), 0.0, 13.0),
            ("neutropenia grade 4, %", percent(&subjects, neutropenia), 30.0, 70.0),
            (
                "no copies quantified, %",
                percent(&subjects, |s| peak(s) < 100.0),
                2.0,
                25.0,
            ),
            (
                "median PFS, months",
                median_months(&subjects.iter().map(|s| progression_free(s)).collect::<Vec<_>>()),
                2.5,
                5.0,
            ),
            (
                "median OS, months",
                median_months(&subjects.iter().map(|s| survival(s)).collect::<Vec<_>>()),
                8.0,
                14.0,
            ),
        ];
        for (name, value, low, high) in rows {
            println!("seed {seed} {name:<28} {value:6.1}   {low} to {high}");
        }
        for (name, value, low, high) in rows {
            assert!((low..=high).contains(&value), "seed {seed}, {name}: {value}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_study_and_another_seed_another() {
    assert_eq!(study(12, 5), study(12, 5));
    assert_ne!(study(12, 5), study(12, 6));
}

#[test]
fn a_subject_is_the_same_in_a_smaller_study() {
    let (small, large) = (study(5, 9), study(20, 9));
    assert_eq!(small.subjects[..], large.subjects[..5]);
}

#[test]
fn infusions_keep_the_intervals_of_the_protocol() {
    let rule = trial().escalation;
    for seed in 1..=40 {
        let data = study(24, seed);
        let mut at_level: BTreeMap<DoseLevel, u32> = BTreeMap::new();
        let mut last: Option<(DoseLevel, jiff::civil::Date)> = None;
        for subject in infused(&data) {
            let (level, on) = (subject.level.unwrap(), subject.infusions[0].when.day().unwrap());
            let treated = at_level.entry(level).or_default();
            if let Some((previous, before)) = last {
                let gap = u32::try_from(days_between(before, on)).unwrap();
                let least = match (level == previous, *treated) {
                    (false, _) => rule.next_level_days,
                    (true, 1) => rule.sentinel_days,
                    (true, _) => rule.next_subject_days,
                };
                assert!(gap >= least, "seed {seed}: {gap} days after the last infusion");
            }
            *treated += 1;
            last = Some((level, on));
        }
    }
}

#[test]
fn the_first_level_is_left_after_three_without_toxicity() {
    let data = study(18, 1);
    let levels: Vec<u8> = infused(&data)
        .iter()
        .map(|subject| subject.level.unwrap().number())
        .collect();
    assert_eq!(levels[..3], [1, 1, 1]);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1));
}

/// Every infusion of a rehearsal is one that the protocol's design had decided on by the day before.
#[test]
fn a_rehearsal_follows_the_design_of_its_protocol() {
    let three_plus_three = "design = \"3+3\"\nvariant = \"korn-strict\"\n";
    let designs = [
        "design = \"boin\"\ntarget = 0.3\ncohort_size = 3\ncohorts = 4\n",
        "design = \"boin\"\ntarget = 0.3\ncohort_size = 1\ncohorts = 12\n",
        "design = \"crm\"\ntarget = 0.3\ncohort_size = 3\ncohorts = 4\nskeleton = [0.1, 0.2, 0.3]\nprior_sd = [1.16]\n",
        "design = \"tite-boin\"\ntarget = 0.3\ncohorts = 12\ncohort_size = 1\n",
        "design = \"rolling-six\"\n",
        three_plus_three,
    ];
    for design in designs {
        let its_own = ["escalation.variant"];
        let settings = SETTINGS.iter().map(|setting| setting.path);
        let stated: Vec<&str> = settings
            .filter(|path| design == three_plus_three || !its_own.contains(path))
            .collect();
        let text =
            include_str!("../data/rehearsal/protocol.toml").replace("stated = []", &format!("stated = {stated:?}"));
        assert!(text.contains(three_plus_three));
        let trial = parse_protocol("protocol.toml", &text.replace(three_plus_three, design)).unwrap();
        for seed in 1..=3 {
            let data = rehearse(&trial, RehearsalOptions { subjects: 12, seed });
            let cut = "2030-01-01".parse().unwrap();
            let analysis = Analysis::new(&trial, &data, Some(cut));
            // Those infused once the dose is declared are the expansion.
            let against: Vec<String> = check_infusions(&analysis)
                .iter()
                .map(|finding| finding.rule.to_string())
                .filter(|text| !text.contains("after the escalation had ended"))
                .collect();
            assert!(against.is_empty(), "{design}seed {seed}: {against:#?}");
        }
    }
}

#[test]
fn no_record_lies_after_death_or_before_consent() {
    let data = study(60, 3);
    for subject in &data.subjects {
        let consent = subject.consent[0].when.unwrap().order();
        let death = subject.death.as_ref().map(|death| death.when.date.earliest());
        let after = |when: tercel::study::When| death.is_some_and(|death| when.date.earliest() > death);
        let labs = subject.labs.iter().map(|lab| lab.when);
        let moments = labs
            .chain(subject.contacts.iter().map(|contact| contact.when))
            .chain(subject.vitals.iter().map(|vital| vital.when))
            .chain(subject.toxicity.iter().map(|finding| finding.when))
            .chain(subject.measurements.iter().map(|measured| measured.when))
            .chain(
                subject
                    .adverse_events
                    .iter()
                    .flat_map(|event| [event.start, event.end])
                    .flatten(),
            );
        for when in moments {
            assert!(!after(when), "{} {when}", subject.id);
            assert!(when.order() >= consent, "{} {when}", subject.id);
        }
        for event in &subject.adverse_events {
            assert!(
                event.end.is_none_or(|end| end.order() >= event.start.unwrap().order()),
                "{}",
                event.record
            );
        }
    }
}

#[test]
fn every_kind_of_ending_and_treatment_occurs() {
    let data = study(300, 2);
    let endings: Vec<_> = data
        .subjects
        .iter()
        .flat_map(|s| &s.dispositions)
        .map(|d| d.reason)
        .collect();
    for reason in [
        DispositionReason::Withdrawal,
        DispositionReason::Lost,
        DispositionReason::Death,
        DispositionReason::Completed,
        DispositionReason::Other,
    ] {
        assert!(endings.contains(&reason), "{reason:?}");
    }
    let classes: Vec<_> = data
        .subjects
        .iter()
        .flat_map(|s| &s.medications)
        .map(|m| m.class)
        .collect();
    for class in [
        MedicationClass::Bridging,
        MedicationClass::NewTherapy,
        MedicationClass::Anticytokine,
        MedicationClass::Steroid,
        MedicationClass::GrowthFactor,
        MedicationClass::Transfusion,
    ] {
        assert!(classes.contains(&class), "{class:?}");
    }
    let first = |s: &Subject| s.copies.first().map(|level| level.amount);
    assert!(
        infused(&data)
            .iter()
            .all(|s| matches!(first(s), Some(Amount::Below(Some(_)))))
    );
    assert!(infused(&data).iter().all(|s| {
        s.biomarker
            .first()
            .is_some_and(|b| b.when.order() < s.infusions[0].when.order())
    }));
}

/// The rules a sibling trial would use, read from the adverse events alone.
fn is_limiting(subject: &Subject, event: &tercel::study::AdverseEvent) -> bool {
    let (Some(start), Some(grade)) = (event.start, event.grade) else {
        return false;
    };
    let related = event.causality.infusion >= Some(Relatedness::Possible);
    if !related || !(0..=28).contains(&day(subject, start)) {
        return false;
    }
    let hours = event
        .end
        .and_then(|end| start.hours_until(end))
        .unwrap_or(f64::INFINITY);
    let blood = [
        "Neutrophil count",
        "Platelet count",
        "Lymphocyte count",
        "White blood cell",
        "Anemia",
    ];
    let organ = ["Cardiac", "Respiratory", "Renal", "Nervous"];
    let organ_class = event.organ_class.as_deref().unwrap_or_default();
    if blood.iter().any(|term| event.term.starts_with(term)) {
        return grade >= Grade::G4 && hours > 14.0 * 24.0;
    }
    let severe = grade >= Grade::G3;
    if ["Cytokine", "Immune effector"]
        .iter()
        .any(|term| event.term.starts_with(term))
    {
        return grade >= Grade::G4 || (severe && hours > 72.0);
    }
    grade >= Grade::G4
        || (severe && hours > 7.0 * 24.0)
        || (severe && hours > 72.0 && organ.iter().any(|class| organ_class.starts_with(class)))
}

#[test]
fn the_events_show_a_dose_limiting_toxicity_where_one_is_meant_and_nowhere_else() {
    let mut limited = 0;
    for seed in 1..=6 {
        for subject in infused(&study(150, seed)) {
            let meant = subject.adjudications.iter().any(|verdict| verdict.dlt);
            let shown: Vec<_> = subject
                .adverse_events
                .iter()
                .filter(|event| is_limiting(subject, event))
                .collect();
            assert_eq!(meant, !shown.is_empty(), "seed {seed}, {}: {shown:?}", subject.id);
            limited += usize::from(meant);
        }
    }
    assert!(limited > 50);
}

#[test]
fn laboratory_values_outside_the_dose_limiting_injury_stay_below_eight_times_the_limit() {
    for subject in infused(&study(200, 4)) {
        let limiting =
            |event: &&tercel::study::AdverseEvent| event.term.starts_with("Alanine") && is_limiting(subject, event);
        let injured = subject.adverse_events.iter().any(|event| limiting(&event));
        let window = |lab: &&tercel::study::Lab| (0..=28).contains(&day(subject, lab.when)) && lab.test == "ALT";
        let highest = subject
            .labs
            .iter()
            .filter(window)
            .filter_map(|lab| lab.value)
            .fold(0.0, f64::max);
        assert_eq!(injured, highest > 8.0 * 40.0, "{}: ALT {highest}", subject.id);
    }
}

#[test]
fn severe_neutropenia_is_over_by_the_end_of_the_window() {
    for subject in infused(&study(200, 5)) {
        let late = |lab: &&tercel::study::Lab| lab.test == "NEUT" && day(subject, lab.when) >= 28;
        assert!(
            subject.labs.iter().filter(late).all(|lab| lab.value.unwrap() >= 0.5),
            "{}",
            subject.id
        );
    }
}

#[test]
fn who_fails_screening_breaks_a_criterion_and_is_not_enrolled() {
    let text = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
    let trial = parse_protocol("protocol.toml", text).unwrap();
    let criteria = &trial.conduct.as_ref().unwrap().criteria;
    let unmet = |subject: &Subject| {
        let breaks = |lab: &tercel::study::Lab| {
            criteria.iter().any(|criterion| {
                let limits = criterion.limits.as_ref();
                let value = match limits.map(|limits| limits.unit.as_str()) {
                    Some("ULN") => lab.value.unwrap() / lab.uln.unwrap(),
                    Some(unit) if unit == lab.unit => lab.value.unwrap(),
                    Some(_) | None => return false,
                };
                criterion.measure.as_deref() == Some(&lab.test) && !limits.unwrap().hold(value)
            })
        };
        subject.labs.iter().filter(|lab| breaks(lab)).count()
    };
    for seed in 1..=20 {
        let options = RehearsalOptions { subjects: 12, seed };
        let enrolled = rehearse(&trial, options);
        let mut data = enrolled.clone();
        add_screen_failures(&trial, &mut data, options, 5);
        let (before, failed) = data.subjects.split_at(enrolled.subjects.len());
        assert_eq!(before, enrolled.subjects, "the others are as they were");
        for subject in failed {
            assert_eq!(subject.screen_failure().unwrap().0, "SCREEN FAILURE");
            assert_eq!(unmet(subject), 1, "{}", subject.id);
            assert!(subject.level.is_none() && subject.adverse_events.is_empty());
            let (consent, end) = (subject.consent[0].when, subject.dispositions[0].when);
            let screening = days_between(consent.unwrap().date.earliest(), end.unwrap().date.earliest());
            assert!((1..=28).contains(&screening), "{}: {screening} days", subject.id);
        }
        let analysis = Analysis::new(&trial, &data, data.last_day());
        assert_eq!(analysis.enrolled().count(), before.len());
        assert_eq!(analysis.screen_failures(), 5);
    }
}
