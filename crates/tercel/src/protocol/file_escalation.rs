//! The `[escalation]` section: the design with its options, and how subjects are spaced.

use super::reader::Section;
use super::{DoseGroup, DoseLevel, Escalation, PerLevel, ThreePlusThreeVariant};
use crate::design::{self, DesignName, EfficacySettings, Settings, TiteVariant};

const VARIANTS: [(&str, ThreePlusThreeVariant); 3] = [
    ("korn-strict", ThreePlusThreeVariant::KornStrict),
    ("korn-top3", ThreePlusThreeVariant::KornTop3),
    ("storer", ThreePlusThreeVariant::Storer),
];

const TITE_VARIANTS: [(&str, TiteVariant); 2] = [
    ("ess", TiteVariant::EffectiveSampleSize),
    ("single-mean", TiteVariant::SingleMeanImputation),
];

pub(super) fn parse_escalation(section: &Section<'_>, levels: Option<&PerLevel<DoseGroup>>) -> Option<Escalation> {
    // Designs that look at responses are decided from files of subjects, not from the study's data.
    let designs: Vec<(&str, DesignName)> = design::ALL
        .iter()
        .filter(|entry| !entry.name.looks_at_responses())
        .map(|entry| (entry.word, entry.name))
        .collect();
    let design = section.choice("design", &designs);
    let rule = parse_rule(section, design, levels);
    let fails = section.choice("first_level_fails", &[("stop", ())]);
    let start = section.integer("start_level", 1..=99, "1");
    let sentinel_days = section.integer("sentinel_days", 0..=365, "14");
    let next_subject_days = section.integer("next_subject_days", 0..=365, "7");
    let next_level_days = section.integer("next_level_days", 0..=365, "28");
    let cohort_size = section.optional_integer("cohort_size", 1..=30).unwrap_or(3);
    let cohorts = section.optional_integer("cohorts", 1..=300);
    let stop_at = section.optional_integer("n_earlystop", 1..=300);
    let demand = section.optional_integer("demand", 1..=300);
    let safety_stop = section.optional_number("safety_stop", 0.5..=0.999);
    let no_skipping = section.optional_flag("no_skipping").unwrap_or(false);
    section.finish();
    let start_level = u8::try_from(start?).ok().and_then(DoseLevel::new)?;
    if levels.is_some_and(|levels| levels.get(start_level).is_none()) {
        section.log().add(
            &section.span_of("start_level"),
            "there is no such dose level",
            "start_level = 1",
        );
    }
    let ((), design) = (fails?, design?);
    let escalation = Escalation {
        design,
        rule: Settings {
            start: Some(start_level),
            ..rule?
        },
        cohort_size,
        max_n: cohorts.map(|cohorts| cohorts * cohort_size),
        stop_at,
        demand,
        safety_stop,
        no_skipping: no_skipping || design == DesignName::Blrm,
        start_level,
        sentinel_days: sentinel_days?,
        next_subject_days: next_subject_days?,
        next_level_days: next_level_days?,
    };
    check_design(section, &escalation, levels);
    Some(escalation)
}

/// A design that cannot be made is a mistake of the file.
fn check_design(section: &Section<'_>, escalation: &Escalation, levels: Option<&PerLevel<DoseGroup>>) {
    let Some(doses) = levels.and_then(|levels| u8::try_from(levels.len()).ok()) else {
        return;
    };
    let made = escalation
        .rule
        .late_onset(escalation.design, doses, 1)
        .and_then(|late| match late {
            Some(_) => Ok(()),
            None => escalation.rule.design(escalation.design, doses, 1).map(|_| ()),
        });
    if let Err(error) = made {
        let hint = "the options of the design as `tercel design --help` lists them, with _ for -, like target = 0.30";
        section.log().add(&section.span_of("design"), error.to_string(), hint);
    }
    let late = matches!(escalation.rule.late_onset(escalation.design, doses, 1), Ok(Some(_)));
    if late && escalation.demand.is_some() && !escalation.design.stops_by_itself() {
        let message = "`demand` does not go with a design that selects its dose once all planned subjects are known";
        let hint = "leave it out, or a design that declares the dose by itself, like rolling-six";
        section.log().add(&section.span_of("demand"), message, hint);
    }
    if escalation.safety_stop.is_some() && escalation.rule.target.is_none() {
        let span = section.span_of("safety_stop");
        section
            .log()
            .add(&span, "a safety stop needs a target", "target = 0.30");
    }
}

fn parse_rule(
    section: &Section<'_>,
    design: Option<DesignName>,
    levels: Option<&PerLevel<DoseGroup>>,
) -> Option<Settings> {
    let probability = 0.0..=1.0;
    let (variant, tite_variant) = match design {
        Some(DesignName::ThreePlusThree) => (Some(section.choice("variant", &VARIANTS)?), None),
        Some(DesignName::TiteBoin) => (None, section.optional_choice("variant", &TITE_VARIANTS)),
        Some(_) => (section.optional_choice("variant", &VARIANTS), None),
        None => {
            let words = VARIANTS
                .iter()
                .map(|(word, _)| *word)
                .chain(TITE_VARIANTS.iter().map(|(word, _)| *word));
            let either: Vec<(&str, ())> = words.map(|word| (word, ())).collect();
            section.optional_choice("variant", &either);
            (None, None)
        }
    };
    let doses = levels.map(|levels| levels.values().iter().map(|group| group.planned.to_cells()).collect());
    Some(Settings {
        target: section.optional_number("target", 0.01..=0.99),
        elimination_cutoff: section.optional_number("elimination_cutoff", 0.5..=0.999),
        elimination_min_n: section.optional_integer("elimination_min_n", 1..=30),
        extra_safe: section.optional_flag("extra_safe").unwrap_or(false),
        offset: section.optional_number("offset", probability.clone()),
        bound_mtd: section.optional_flag("bound_mtd").unwrap_or(false),
        p_safe: section.optional_number("p_safe", probability.clone()),
        p_tox: section.optional_number("p_tox", probability.clone()),
        margin_lower: section.optional_number("margin_lower", probability.clone()),
        margin_upper: section.optional_number("margin_upper", probability.clone()),
        variant,
        tite_variant,
        max_pending_fraction: section.optional_number("max_pending_fraction", probability.clone()),
        accrue_at_lowest: false,
        start: None,
        logistic: section.optional_choice("model", &[("power", false), ("logistic", true)]) == Some(true),
        skeleton: section.numbers("skeleton", probability.clone(), "[0.1, 0.2, 0.3]")?,
        prior_sd: section.numbers("prior_sd", 0.0..=100.0, "[1.16]")?,
        doses: doses.unwrap_or_default(),
        ref_dose: section.optional_number("ref_dose", 0.0..=1e15),
        prior_mean: section.numbers("prior_mean", -100.0..=100.0, "[-1.4, 0.0]")?,
        prior_cor: section.optional_number("prior_cor", -1.0..=1.0),
        cuts: section.numbers("cuts", probability.clone(), "[0.16, 0.33]")?,
        overdose_limit: section.optional_number("overdose_limit", probability),
        intercept: section.optional_number("intercept", -100.0..=100.0),
        maximum_likelihood: section.optional_choice("method", &[("bayes", false), ("mle", true)]) == Some(true),
        allow_skipping: section.optional_flag("allow_skipping").unwrap_or(false),
        allow_incoherent: section.optional_flag("allow_incoherent").unwrap_or(false),
        efficacy: EfficacySettings::default(),
    })
}
