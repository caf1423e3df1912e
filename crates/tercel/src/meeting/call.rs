//! What meeting is called for now.
//!
//! # What it derives
//! An ad hoc meeting where rules of the protocol halt enrolment, or the design closes the latest level; a scheduled one where the
//! latest level is completed, so that its next step can be decided; the meeting on the recommended dose where the escalation has ended with a maximum tolerated dose.
//!
//! # Source
//! The protocol's `[[dlt.pause]]` rules and `[escalation]`.
//!
//! # Limits
//! It goes by the data alone: whether the committee has met already is known to who keeps its decisions, and asked by
//! [`Call::is_decided`].

use super::about::{Occasion, PauseMet};
use super::in_order;
use crate::design::{Action, Because, DoseAnswer, StudyDecision, decide_study};
use crate::dlt::{Halt, Status};
use crate::endpoint::Analysis;
use crate::language::{Language, Words};
use crate::study::{RecordId, SubjectId};

/// A meeting called for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Why.
    pub occasion: Occasion,
    /// The subjects who set it off, with what; empty for a scheduled meeting.
    pub subjects: Vec<(SubjectId, Words)>,
    /// Records it rests on.
    pub records: Vec<RecordId>,
}

impl Call {
    /// Whether the last decision of the committee was taken on these data, so that no meeting is called for any more. A halt is
    /// ended by a decision of its own. `decided`: what the design said to the last decision about the dose, `recommended`: to
    /// the last about the recommended dose.
    pub fn is_decided(&self, now: &DoseAnswer, decided: Option<&DoseAnswer>, recommended: Option<&DoseAnswer>) -> bool {
        match &self.occasion {
            Occasion::LevelCompleted(_) => decided == Some(now),
            Occasion::LevelClosed(level) => now.closes(*level, decided).is_none(),
            Occasion::RecommendedDose => recommended == Some(now),
            Occasion::Pause(_) | Occasion::Other(_) => false,
        }
    }

    /// The call in words.
    pub fn sentence(&self, language: Language) -> String {
        let each: Vec<String> = self
            .subjects
            .iter()
            .map(|(subject, what)| format!("{subject}: {}", what.of(language)))
            .collect();
        let named = match (each.is_empty(), language) {
            (true, _) => String::new(),
            (false, Language::English) => format!(" ({})", each.join("; ")),
            (false, Language::Chinese) => format!("（{}）", each.join("；")),
        };
        self.called(&named, language)
    }

    /// The same without its subjects, for who may not read of all of them.
    pub fn without_subjects(&self, language: Language) -> String {
        self.called("", language)
    }

    fn called(&self, named: &str, language: Language) -> String {
        let words = self.occasion.words(language);
        match language {
            Language::English => format!("A meeting is called for: {words}{named}."),
            Language::Chinese => format!("应召开会议：{words}{named}。"),
        }
    }
}

/// The meetings called for, the most urgent first.
pub fn called_for(analysis: &Analysis<'_>) -> Vec<Call> {
    let halts = analysis.halts();
    let mut calls = Vec::new();
    calls.extend(ad_hoc(&halts));
    let Some(decided) = decide_study(analysis) else {
        return calls;
    };
    let called = |occasion, subjects| Call {
        occasion,
        subjects,
        records: in_order(decided.records.clone()),
    };
    calls.extend(of_level(analysis, &decided).map(|(occasion, subjects)| called(occasion, subjects)));
    if decided.decision.action.mtd().is_some() {
        calls.push(called(Occasion::RecommendedDose, Vec::new()));
    }
    calls
}

fn ad_hoc(halts: &[Halt]) -> Option<Call> {
    if halts.is_empty() {
        return None;
    }
    let met = halts.iter().map(|halt| PauseMet {
        rule: halt.rule.clone(),
        text: halt.text.clone(),
    });
    let mut subjects: Vec<(SubjectId, Words)> = halts.iter().flat_map(|halt| halt.subjects.clone()).collect();
    subjects.sort();
    subjects.dedup();
    Some(Call {
        occasion: Occasion::Pause(met.collect()),
        subjects,
        records: in_order(halts.iter().flat_map(|halt| halt.records.clone()).collect()),
    })
}

/// The level of the latest infusion: where its decision closes it, with whose DLT; where nobody there is pending and the decision
/// follows from its outcomes.
fn of_level(analysis: &Analysis<'_>, decided: &StudyDecision) -> Option<(Occasion, Vec<(SubjectId, Words)>)> {
    let infused = analysis
        .facts
        .iter()
        .filter_map(|facts| Some((facts.day0?, facts.level?, facts.dlt.as_ref()?, &facts.subject.id)));
    let latest = infused.clone().max_by_key(|(day, level, ..)| (*day, *level))?.1;
    let mut here = infused.filter(|(_, level, ..)| *level == latest);
    if DoseAnswer::of(analysis, decided).closes(latest, None).is_some() {
        // What closes a level is not waited with: who is pending there may be the next one harmed.
        let with_dlt = here.filter(|(_, _, verdict, _)| verdict.status == Status::Dlt);
        let named =
            with_dlt.map(|(_, _, verdict, id)| (id.clone(), Words::in_each(|language| verdict.words(language))));
        return Some((Occasion::LevelClosed(latest), named.collect()));
    }
    let open = here.any(|(_, _, verdict, _)| matches!(verdict.status, Status::Pending(_)));
    let filling = matches!(decided.decision.because, Because::Start | Because::CohortOpen(..));
    let decides = match decided.decision.action {
        Action::Escalate(_) | Action::DeEscalate(_) | Action::Stop(_) => true,
        Action::Stay(_) => !filling,
        Action::Wait => false,
    };
    (decides && !open).then(|| (Occasion::LevelCompleted(latest), Vec::new()))
}
