//! Participant flow: from enrolment to infusion, and from infusion to the end of the study.
//!
//! A participant who left has one reason: how it first left, by date. One who has not left did not complete either, for
//! the registry counts; that reason is named apart.

use std::collections::BTreeMap;

use tercel::dlt::Status;
use tercel::endpoint::{Analysis, Facts};
use tercel::study::{Disposition, DispositionReason, is_screen_failure};

use super::super::{Flow, FlowCount, Milestone, Period, Reason};
use super::{Arm, arms, unassigned};

/// How a participant stands at the end of a period.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Stand {
    Completed,
    Left(&'static str, Option<String>),
}

pub(super) fn flow(analysis: &Analysis<'_>) -> Flow {
    let mut arms = arms(analysis);
    arms.extend(unassigned(analysis));
    let periods = if analysis.data.dated {
        vec![to_infusion(&arms), after_infusion(&arms)]
    } else {
        vec![undated(&arms)]
    };
    Flow {
        pre_assignment: screening(analysis),
        recruitment: None,
        units: None,
        groups: arms.iter().map(|arm| arm.group.clone()).collect(),
        periods,
    }
}

/// What came before enrolment: how many failed screening or left in it.
fn screening(analysis: &Analysis<'_>) -> Option<String> {
    let (failed, left) = (analysis.screen_failures(), analysis.left_in_screening());
    let said = match (failed, left) {
        (0, 0) => return None,
        (_, 0) => format!("{failed} failed screening and"),
        (0, _) => format!("{left} left in screening and"),
        (..) => format!("{failed} failed screening, {left} left in screening, and these"),
    };
    let screened = analysis.facts.len();
    Some(format!(
        "{screened} participants were screened; {said} are not among those enrolled"
    ))
}

fn milestone(arms: &[Arm<'_>], title: &str, holds: impl Fn(&Facts<'_>) -> bool) -> Milestone {
    let counts = arms.iter().map(|arm| FlowCount {
        group: arm.group.id.clone(),
        subjects: Some(arm.facts.iter().filter(|facts| holds(facts)).count().to_string()),
        ..FlowCount::default()
    });
    Milestone {
        title: title.to_owned(),
        comment: None,
        counts: counts.collect(),
    }
}

fn infused(facts: &Facts<'_>) -> bool {
    facts.subject.is_infused()
}

fn to_infusion(arms: &[Arm<'_>]) -> Period {
    let stand = |facts: &Facts<'_>| {
        if infused(facts) {
            Stand::Completed
        } else {
            left(facts, "Not infused by the data cut").unwrap_or(Stand::Completed)
        }
    };
    Period {
        title: "From enrolment to infusion".to_owned(),
        started: milestone(arms, "", |_| true),
        milestones: vec![
            milestone(arms, "Informed consent", |facts| !facts.subject.consent.is_empty()),
            milestone(arms, "Cells collected", |facts| facts.collection.is_some()),
            milestone(arms, "Cells collected, not infused", |facts| {
                facts.collection.is_some() && !infused(facts)
            }),
            milestone(arms, "Lymphodepletion begun", |facts| {
                !facts.subject.lymphodepletion.is_empty()
            }),
        ],
        completed: milestone(arms, "", infused),
        reasons: reasons(arms, |_| true, stand),
    }
}

fn after_infusion(arms: &[Arm<'_>]) -> Period {
    let evaluable = |facts: &Facts<'_>| {
        let status = facts.dlt.as_ref().map(|verdict| &verdict.status);
        matches!(status, Some(Status::Dlt | Status::NoDlt))
    };
    let completed = |facts: &Facts<'_>| {
        infused(facts) && first_left(facts).is_some_and(|one| one.reason == DispositionReason::Completed)
    };
    let stand = |facts: &Facts<'_>| {
        if completed(facts) {
            Stand::Completed
        } else {
            left(facts, "In follow-up at the data cut").unwrap_or(Stand::Completed)
        }
    };
    Period {
        title: "From infusion to the end of the study".to_owned(),
        started: milestone(arms, "", infused),
        milestones: vec![milestone(arms, "Evaluable for DLT", evaluable)],
        completed: milestone(arms, "", completed),
        reasons: reasons(arms, infused, stand),
    }
}

/// The only period of data without dates: who was in the study, and nothing of what became of them.
fn undated(arms: &[Arm<'_>]) -> Period {
    let unknown = arms.iter().map(|arm| FlowCount {
        group: arm.group.id.clone(),
        comment: Some("The source does not record who completed the study".to_owned()),
        ..FlowCount::default()
    });
    Period {
        title: "Overall Study".to_owned(),
        started: milestone(arms, "", |_| true),
        completed: Milestone {
            counts: unknown.collect(),
            ..Milestone::default()
        },
        ..Period::default()
    }
}

/// How the subject first left, failed screenings before another one aside: a reason that ends participation before any other, the earliest of them; a disposition
/// without a date comes last.
fn first_left<'f>(facts: &Facts<'f>) -> Option<&'f Disposition> {
    let rank = |one: &&Disposition| {
        let other = one.reason == DispositionReason::Other;
        let when = one.when.map(|when| when.date.earliest());
        (other, when.is_none(), when)
    };
    let failed = facts.subject.screen_failure().is_some();
    let left = facts.subject.dispositions.iter();
    left.filter(|one| failed || !is_screen_failure(&one.term))
        .min_by_key(rank)
}

/// Why the subject did not complete; of one who has not left, `still`.
fn left(facts: &Facts<'_>, still: &str) -> Option<Stand> {
    let died = facts.subject.is_dead();
    Some(match first_left(facts) {
        Some(one) => match one.reason {
            DispositionReason::Completed => return None,
            DispositionReason::Withdrawal => Stand::Left("Withdrawal by Subject", None),
            DispositionReason::Lost => Stand::Left("Lost to Follow-up", None),
            DispositionReason::Death => Stand::Left("Death", None),
            DispositionReason::Other if died => Stand::Left("Death", None),
            DispositionReason::Other => named(&one.term),
        },
        None if died => Stand::Left("Death", None),
        None => Stand::Left(Reason::OTHER, Some(still.to_owned())),
    })
}

/// A term of disposition in the registry's words, where it has some.
fn named(term: &str) -> Stand {
    let upper = term.to_uppercase();
    let known = [
        ("ADVERSE EVENT", "Adverse Event"),
        ("LACK OF EFFICACY", "Lack of Efficacy"),
        ("PROGRESSIVE DISEASE", "Lack of Efficacy"),
        ("PHYSICIAN", "Physician Decision"),
        ("PREGNANCY", "Pregnancy"),
        ("PROTOCOL VIOLATION", "Protocol Violation"),
        ("PROTOCOL DEVIATION", "Protocol Violation"),
    ];
    let found = known.iter().find(|(words, _)| upper.contains(words));
    found.map_or_else(
        || Stand::Left(Reason::OTHER, Some(sentence(term))),
        |(_, kind)| Stand::Left(kind, None),
    )
}

/// A term in capitals as a sentence begins.
fn sentence(term: &str) -> String {
    let mut letters = term.trim().chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str().to_lowercase())
}

fn reasons(arms: &[Arm<'_>], began: impl Fn(&Facts<'_>) -> bool, stand: impl Fn(&Facts<'_>) -> Stand) -> Vec<Reason> {
    let mut found: BTreeMap<Stand, Vec<usize>> = BTreeMap::new();
    for (place, arm) in arms.iter().enumerate() {
        for facts in arm.facts.iter().filter(|facts| began(facts)) {
            let counts = found.entry(stand(facts)).or_insert_with(|| vec![0; arms.len()]);
            if let Some(count) = counts.get_mut(place) {
                *count += 1;
            }
        }
    }
    let reasons = found.into_iter().filter_map(|(stand, counts)| {
        let Stand::Left(kind, other) = stand else { return None };
        let counts = arms.iter().zip(counts).map(|(arm, count)| FlowCount {
            group: arm.group.id.clone(),
            subjects: Some(count.to_string()),
            ..FlowCount::default()
        });
        Some(Reason {
            kind: kind.to_owned(),
            other,
            counts: counts.collect(),
        })
    });
    reasons.collect()
}
