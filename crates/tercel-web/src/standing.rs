//! What the pages of the whole study show, derived once for all who look.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::design::{Action, Count, DoseAnswer, decide_study};
use tercel::dlt::Status;
use tercel::endpoint::{Analysis, Facts};
use tercel::language::{Words, both};
use tercel::meeting::{Call, called_for};
use tercel::protocol::DoseLevel;
use tercel::study::{Finding, check_study, days_between};

use crate::pages::board::state_of;

/// Where the study and its subjects stand.
#[derive(Debug)]
pub(crate) struct Standing {
    /// Subjects with demography, by identifier.
    pub(crate) subjects: BTreeMap<String, SubjectStanding>,
    /// The decision for the next dose, and its reason.
    pub(crate) decision: Option<(Action, Words)>,
    /// What the design says without halts, by which outcomes.
    pub(crate) answer: Option<DoseAnswer>,
    /// The subjects it waits for, each with what for.
    pub(crate) waiting: Vec<(String, Words)>,
    /// Subjects evaluable, with DLT and pending by level.
    pub(crate) counts: BTreeMap<DoseLevel, Count>,
    /// Meetings that the data call for.
    pub(crate) calls: Vec<Call>,
    /// What is wrong in the data and named before the decision, with whom it is about.
    pub(crate) attention: Vec<(Option<String>, Words)>,
}

/// Where one subject stands.
#[derive(Debug)]
pub(crate) struct SubjectStanding {
    /// Site.
    pub(crate) site: Option<String>,
    /// Dose level.
    pub(crate) level: Option<DoseLevel>,
    /// Whether screening failed; the screening log then has it, and not the board.
    pub(crate) failed_screening: bool,
    /// Day of the infusion.
    pub(crate) infused: Option<Date>,
    /// State in words.
    pub(crate) state: Words,
    /// What of it is coloured.
    pub(crate) class: &'static str,
    /// First and last day of the DLT window and the days left of it, while it is open.
    pub(crate) window: Option<(Date, Date, i32)>,
}

impl Standing {
    /// Derives everything.
    pub(crate) fn derive(analysis: &Analysis<'_>, today: Date) -> Self {
        let (trial, data) = (analysis.trial, analysis.data);
        let decision = decide_study(analysis);
        // What takes longest to derive is left to the pages that list it.
        let found = check_study(trial, data);
        let wrong = data.findings.iter().chain(&found).filter(|finding| finding.leads());
        let counts = decision.iter().flat_map(|decision| {
            trial
                .dose_levels
                .iter()
                .filter_map(|(level, _)| Some((level, decision.levels.get(level).copied()?)))
        });
        Self {
            answer: decision.as_ref().map(|decision| DoseAnswer::of(analysis, decision)),
            counts: counts.collect(),
            decision: decision.as_ref().map(|decision| {
                let because = &decision.decision.because;
                (
                    decision.decision.action,
                    Words::in_each(|language| because.sentence(language)),
                )
            }),
            waiting: decision
                .iter()
                .flat_map(|decision| &decision.waiting_on)
                .map(|awaited| (awaited.subject.to_string(), awaited.sentence.clone()))
                .collect(),
            calls: called_for(analysis),
            attention: wrong
                .map(|finding| (finding.subject.as_ref().map(ToString::to_string), placed(finding)))
                .collect(),
            subjects: analysis
                .facts
                .iter()
                .map(|facts| (facts.subject.id.to_string(), subject(facts, today)))
                .collect(),
        }
    }
}

/// What is wrong, after where.
fn placed(finding: &Finding) -> Words {
    let (place, wrong) = (finding.place(), finding.rule.words());
    both!("{place}: {en}", "{place}：{zh}", en = wrong.en, zh = wrong.zh)
}

fn subject(facts: &Facts<'_>, today: Date) -> SubjectStanding {
    let class = match facts.dlt.as_ref().map(|verdict| &verdict.status) {
        Some(Status::Dlt) => "dlt",
        Some(Status::NoDlt) => "clear",
        Some(Status::Pending(_)) => "pending",
        Some(Status::NotEvaluable(_)) | None => "",
    };
    let window = facts.dlt.as_ref().and_then(|verdict| verdict.window);
    SubjectStanding {
        site: facts.subject.site.clone(),
        level: facts.level,
        failed_screening: facts.subject.screen_failure().is_some(),
        infused: facts.day0,
        state: Words::in_each(|language| state_of(facts, language)),
        class,
        window: window
            .map(|window| (window.first, window.last, days_between(today, window.last)))
            .filter(|(_, _, left)| *left >= 0),
    }
}
