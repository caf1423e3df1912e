//! What a design says, as a packet holds it; and what other designs would say to the same counts.
//!
//! # What it derives
//! For a short list of designs, the action each takes from the counts of the packet, with its settings. For information: the
//! protocol names one design, and only its recommendation is one.
//!
//! # Formula
//! The counts, the pending outcomes and the latest cohort are those of the study; cohorts have the protocol's size, so that a cohort
//! that is not full is filled. The target is the protocol's; where its design has none (3+3), [`ASSUMED_TARGET`]. The CRM takes the
//! power model, the usual prior and the skeleton of `lee2009skeleton` with the half-width target/4 and the middle level on
//! target. No planned number of subjects ends these trials, no rule halts them, and findings do not hold them up.
//!
//! # Limits
//! A design would have led the study elsewhere from its first cohort on: what it says here is not what it would have found.

use crate::design::{
    ALL, CrmModel, Decision, DesignEntry, DesignName, EscalationRules, Settings, Target, indifference_skeleton,
    latest_cohort,
};
use crate::design::{Action, Count};
use crate::endpoint::Analysis;
use crate::language::Words;
use crate::protocol::{Escalation, PerLevel, ThreePlusThreeVariant};
use crate::report::design_page::options_used;

/// Target DLT probability of other designs where the protocol's own has none. An assumption: the middle of the range 0.25 to
/// 0.33 in which phase 1 targets usually lie.
pub const ASSUMED_TARGET: f64 = 0.3;

/// Why a model says nothing yet.
pub(super) const NO_OUTCOME: &str = "no outcome is known that the model could be fitted to";

/// An action with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// What to do.
    pub action: Action,
    /// Why, as a sentence fragment.
    pub because: Words,
}

impl Advice {
    pub(super) fn of(decision: &Decision) -> Self {
        Self {
            action: decision.action,
            because: Words::in_each(|language| decision.because.sentence(language)),
        }
    }
}

/// What another design says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// The design.
    pub design: String,
    /// Its settings, in words.
    pub settings: String,
    /// What it says, or why it says nothing.
    pub answer: Result<Advice, String>,
}

/// What other designs say to these counts.
pub(super) fn other_designs(analysis: &Analysis<'_>, counts: &PerLevel<Count>) -> Vec<Opinion> {
    let own = &analysis.trial.escalation;
    let assumed = own.rule.target.is_none();
    let target = own.rule.target.unwrap_or(ASSUMED_TARGET);
    let mut opinions = Vec::new();
    for (name, variant) in LIST {
        let same_variant = name != DesignName::ThreePlusThree || own.rule.variant == variant;
        let Some(entry) = ALL.iter().find(|entry| entry.name == name) else {
            continue;
        };
        if name == own.design && same_variant {
            continue;
        }
        let rule = Settings {
            start: own.rule.start,
            ..settings(entry, variant, target, counts.len())
        };
        opinions.push(opinion(analysis, counts, entry, rule, assumed));
    }
    opinions
}

/// The designs asked, with the variants of 3+3.
const LIST: [(DesignName, Option<ThreePlusThreeVariant>); 7] = [
    (DesignName::ThreePlusThree, Some(ThreePlusThreeVariant::Storer)),
    (DesignName::ThreePlusThree, Some(ThreePlusThreeVariant::KornTop3)),
    (DesignName::ThreePlusThree, Some(ThreePlusThreeVariant::KornStrict)),
    (DesignName::Boin, None),
    (DesignName::Mtpi2, None),
    (DesignName::IThreePlusThree, None),
    (DesignName::Crm, None),
];

fn settings(entry: &DesignEntry, variant: Option<ThreePlusThreeVariant>, target: f64, levels: usize) -> Settings {
    let skeleton = || {
        let levels = u8::try_from(levels).ok()?;
        let target = Target::new(target).ok()?;
        indifference_skeleton(
            target,
            target.value() / 4.0,
            levels,
            levels.div_ceil(2),
            CrmModel::Power,
        )
        .ok()
    };
    let three_plus_three = entry.name == DesignName::ThreePlusThree;
    Settings {
        variant,
        target: (!three_plus_three).then_some(target),
        skeleton: if entry.name == DesignName::Crm {
            skeleton().unwrap_or_default()
        } else {
            Vec::new()
        },
        ..Settings::default()
    }
}

fn opinion(
    analysis: &Analysis<'_>,
    counts: &PerLevel<Count>,
    entry: &DesignEntry,
    rule: Settings,
    assumed: bool,
) -> Opinion {
    let own = &analysis.trial.escalation;
    let mut words = settings_words(entry, &rule, own.cohort_size);
    if assumed && rule.target.is_some() {
        words.push_str("; the target is assumed: the protocol's design has none");
    }
    let doses = u8::try_from(counts.len()).unwrap_or(u8::MAX);
    let known = counts.values().iter().map(|count| count.evaluable).sum::<u32>();
    let possible = rule.design(entry.name, doses, own.cohort_size).err();
    let answer = if let Some(error) = possible {
        Err(error.to_string())
    } else if entry.name == DesignName::Crm && known == 0 {
        Err(NO_OUTCOME.to_owned())
    } else {
        let escalation = Escalation {
            design: entry.name,
            rule,
            max_n: None,
            stop_at: None,
            demand: None,
            safety_stop: None,
            ..own.clone()
        };
        let rules = EscalationRules {
            escalation: &escalation,
            latest: latest_cohort(analysis, None),
        };
        Ok(Advice::of(&rules.decide(counts, &[])))
    };
    Opinion {
        design: entry.title.to_owned(),
        settings: words,
        answer,
    }
}

/// Every option of a design with the value in force.
pub(super) fn settings_words(entry: &DesignEntry, rule: &Settings, cohort_size: u32) -> String {
    let mut words = vec![format!("cohorts of {cohort_size}")];
    let each = options_used(entry, rule);
    words.extend(each.into_iter().map(|(option, value)| format!("{option} {value}")));
    words.join("; ")
}
