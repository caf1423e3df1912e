//! What meeting is called for now.
//!
//! # What it derives
//! An ad hoc meeting where rules of the protocol halt enrolment; a scheduled one where the latest level is completed, so that its
//! next step can be decided; the meeting on the recommended dose where the escalation has ended with a maximum tolerated dose.
//!
//! # Source
//! The protocol's `[[dlt.pause]]` rules and `[escalation]`.
//!
//! # Limits
//! It goes by the data alone: whether the committee has met already is known to who keeps its decisions.

use super::about::{Occasion, PauseMet};
use super::in_order;
use crate::design::{Action, Because, StudyDecision, decide_study};
use crate::dlt::{Halt, Status};
use crate::endpoint::Analysis;
use crate::language::{Language, Words};
use crate::protocol::DoseLevel;
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
    /// The call in words.
    pub fn sentence(&self, language: Language) -> String {
        let each: Vec<String> = self
            .subjects
            .iter()
            .map(|(subject, what)| format!("{subject}: {}", what.of(language)))
            .collect();
        let words = self.occasion.words(language);
        match (each.is_empty(), language) {
            (true, Language::English) => format!("A meeting is called for: {words}."),
            (false, Language::English) => format!("A meeting is called for: {words} ({}).", each.join("; ")),
            (true, Language::Chinese) => format!("应召开会议：{words}。"),
            (false, Language::Chinese) => format!("应召开会议：{words}（{}）。", each.join("；")),
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
    let scheduled = |occasion| Call {
        occasion,
        subjects: Vec::new(),
        records: in_order(decided.records.clone()),
    };
    calls.extend(completed(analysis, &decided).map(|level| scheduled(Occasion::LevelCompleted(level))));
    if decided.decision.action.mtd().is_some() {
        calls.push(scheduled(Occasion::RecommendedDose));
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

/// The level of the latest infusion, where nobody there is pending and the decision follows from its outcomes, or where it
/// closes the level.
fn completed(analysis: &Analysis<'_>, decided: &StudyDecision) -> Option<DoseLevel> {
    let infused = analysis
        .facts
        .iter()
        .filter_map(|facts| Some((facts.day0?, facts.level?, facts.dlt.as_ref()?)));
    let latest = infused.clone().max_by_key(|(day, level, _)| (*day, *level))?.1;
    let mut here = infused.filter(|(_, level, _)| *level == latest);
    let open = here.any(|(_, _, verdict)| matches!(verdict.status, Status::Pending(_)));
    let filling = matches!(decided.decision.because, Because::Start | Because::CohortOpen(..));
    let decides = match decided.decision.action {
        Action::Escalate(_) | Action::DeEscalate(_) | Action::Stop(_) => true,
        Action::Stay(_) => !filling,
        Action::Wait => false,
    };
    // What closes a level is not waited with: who is pending there may be the next one harmed.
    let closes = matches!(decided.decision.action, Action::DeEscalate(_) | Action::Stop(_));
    (decides && (closes || !open)).then_some(latest)
}
