//! From an analysis to the packet.

use thiserror::Error;

use super::about::{About, Occasion};
use super::advice::{Advice, other_designs, settings_words};
use super::in_order;
use super::packet::{BlockingFinding, HaltLine, IfNone, IfOpen, LevelLine, Packet, Recommendation, WaitingFor};
use super::recommended::{Recommended, limits};
use super::subject::{Standing, SubjectLine, other_events};
use crate::design::{ALL, Because, StudyDecision, decide_study};
use crate::dlt::Halt;
use crate::endpoint::{Analysis, check_analysis};
use crate::estimate::Level;
use crate::protocol::DoseLevel;
use crate::study::{Blocks, Finding, SubjectId};

/// Why no packet can be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotFrozen {
    /// The data carry no dates.
    #[error("the data carry no dates, so no DLT outcome is known and there is nothing to decide")]
    Undated,
    /// The occasion names a level the protocol does not have.
    #[error("the occasion names dose level {0}, which the protocol does not have")]
    NoSuchLevel(DoseLevel),
    /// The occasion is empty.
    #[error("the occasion is empty; say in words why the committee meets")]
    NoOccasion,
    /// More forms entered than expected.
    #[error("more forms of subject {0} are entered than are expected; correct the numbers of its completeness")]
    Completeness(SubjectId),
}

impl Packet {
    /// Freezes what a committee is shown: everything known of the study at the cut of the analysis.
    pub fn freeze(analysis: &Analysis<'_>, about: About) -> Result<Self, NotFrozen> {
        let cut = analysis.cut.ok_or(NotFrozen::Undated)?;
        about.check(analysis.trial.dose_levels.len())?;
        let decided = decide_study(analysis).ok_or(NotFrozen::Undated)?;
        let trial = analysis.trial;
        let level = Level::new(trial.estimation.level).unwrap_or(Level::NINETY_FIVE);
        let subjects = subjects(analysis, &about);
        let recommended = (about.occasion == Occasion::RecommendedDose).then(|| Recommended::derive(analysis, level));
        Ok(Self {
            trial: trial.id.clone(),
            title: trial.title.clone(),
            registry: trial.registry.clone(),
            protocol_version: trial.version.clone(),
            protocol_date: trial.version_date,
            protocol_digest: about.protocol_digest,
            software: concat!("tercel ", env!("CARGO_PKG_VERSION")).to_owned(),
            synthetic: analysis.data.synthetic,
            cut,
            known: about.known,
            occasion: about.occasion,
            recommendation: recommendation(analysis, &decided),
            confidence: level.value(),
            dose_tolerance: (trial.dlt.dose_percent_min, trial.dlt.dose_percent_max),
            window_days: trial.dlt.window_days,
            other_events: other_events(trial),
            levels: levels(analysis, &decided, &subjects, level),
            subjects,
            what_if: what_if(&decided),
            attribution: attribution(&decided),
            other_designs: other_designs(analysis, &decided.levels),
            findings: blocking(analysis),
            recommended,
        })
    }
}

fn subjects(analysis: &Analysis<'_>, about: &About) -> Vec<SubjectLine> {
    let infused = analysis.facts.iter().filter_map(|facts| {
        let verdict = facts.dlt.as_ref()?;
        Some(SubjectLine::derive(facts, verdict, about))
    });
    let mut lines: Vec<SubjectLine> = infused.collect();
    lines.sort_by(|one, other| one.subject.cmp(&other.subject));
    lines
}

fn recommendation(analysis: &Analysis<'_>, decided: &StudyDecision) -> Recommendation {
    let escalation = &analysis.trial.escalation;
    let entry = ALL.iter().find(|entry| entry.name == escalation.design);
    let mut waiting_on: Vec<WaitingFor> = decided
        .waiting_on
        .iter()
        .map(|awaited| WaitingFor {
            subject: awaited.subject.clone(),
            level: awaited.level,
            sentence: awaited.sentence.clone(),
        })
        .collect();
    waiting_on.sort_by(|one, other| (&one.subject, &one.sentence).cmp(&(&other.subject, &other.sentence)));
    Recommendation {
        design: entry.map_or_else(String::new, |entry| entry.title.to_owned()),
        settings: entry.map_or_else(String::new, |entry| {
            settings_words(entry, &escalation.rule, escalation.cohort_size)
        }),
        advice: Advice::of(&decided.decision),
        otherwise: decided.decision.otherwise(),
        halts: halts(&decided.decision.because),
        waiting_on,
        earliest_infusion: decided.earliest_infusion,
        records: in_order(decided.records.clone()),
    }
}

fn halts(because: &Because) -> Vec<HaltLine> {
    let Because::Halted { halts, .. } = because else {
        return Vec::new();
    };
    let line = |halt: &Halt| {
        let mut subjects = halt.subjects.clone();
        subjects.sort();
        HaltLine {
            rule: halt.rule.clone(),
            text: halt.text.clone(),
            subjects,
            records: in_order(halt.records.clone()),
        }
    };
    halts.iter().map(line).collect()
}

fn levels(analysis: &Analysis<'_>, decided: &StudyDecision, subjects: &[SubjectLine], level: Level) -> Vec<LevelLine> {
    let line = |(at, group): (DoseLevel, &crate::protocol::DoseGroup)| {
        let here: Vec<&SubjectLine> = subjects.iter().filter(|line| line.level == Some(at)).collect();
        let number = |holds: &dyn Fn(&SubjectLine) -> bool| {
            u32::try_from(here.iter().filter(|line| holds(line)).count()).unwrap_or(u32::MAX)
        };
        let count = decided.levels.at(at);
        let under = |line: &SubjectLine| {
            let least = analysis.trial.dlt.dose_percent_min;
            line.verdict.standing == Standing::Dlt && line.dose.percent.is_some_and(|percent| percent < least)
        };
        let infused = number(&|_| true);
        LevelLine {
            level: at,
            label: group.label.clone(),
            planned: group.planned.to_cells(),
            infused,
            evaluable: count.evaluable,
            dlt: count.dlt,
            pending: count.pending,
            replaced: number(&|line| line.verdict.standing == Standing::Replaced),
            dlt_under_dosed: number(&under),
            limits: limits(count.dlt, count.evaluable, level),
            limits_infused: limits(count.dlt, infused, level),
            records: in_order(here.iter().flat_map(|line| line.verdict.records.clone()).collect()),
        }
    };
    analysis.trial.dose_levels.iter().map(line).collect()
}

fn what_if(decided: &StudyDecision) -> Vec<IfOpen> {
    let line = |open: &crate::design::WhatIf| IfOpen {
        subject: open.subject.clone(),
        level: open.level,
        if_dlt: Advice::of(&open.if_dlt),
        if_no_dlt: Advice::of(&open.if_no_dlt),
    };
    let mut lines: Vec<IfOpen> = decided.what_if.iter().map(line).collect();
    lines.sort_by(|one, other| one.subject.cmp(&other.subject));
    lines
}

fn attribution(decided: &StudyDecision) -> Vec<IfNone> {
    let line = |none: &crate::design::Attribution| IfNone {
        subject: none.subject.clone(),
        level: none.level,
        advice: Advice::of(&none.decision),
    };
    let mut lines: Vec<IfNone> = decided.attribution.iter().map(line).collect();
    lines.sort_by(|one, other| one.subject.cmp(&other.subject));
    lines
}

/// The findings that hold up a decision, in order of subject and place.
fn blocking(analysis: &Analysis<'_>) -> Vec<BlockingFinding> {
    let line = |finding: &Finding| BlockingFinding {
        subject: finding.subject.clone(),
        place: finding.place(),
        field: finding.field.clone(),
        sentence: finding.rule.words(),
        records: finding.record.iter().cloned().collect(),
    };
    let findings = check_analysis(analysis);
    let held = findings.iter().filter(|finding| finding.blocks == Blocks::Decision);
    let mut lines: Vec<BlockingFinding> = held.map(line).collect();
    lines.sort();
    lines.dedup();
    lines
}
