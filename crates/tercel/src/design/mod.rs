//! Dose-escalation designs: outcomes in, decision with its reason out.

mod conduct;
mod replay;
mod three_plus_three;

use std::fmt;

pub use conduct::{Awaited, StudyDecision, decide_study};
pub use replay::check_infusions;
pub use three_plus_three::ThreePlusThree;

use crate::protocol::{DoseLevel, PerLevel};

/// Evaluated outcomes at one dose level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Subjects evaluated: with a DLT, or through the window without one.
    pub evaluable: u32,
    /// Of these, subjects with a DLT.
    pub dlt: u32,
    /// Subjects dosed whose outcome is not known yet.
    pub pending: u32,
}

impl fmt::Display for Count {
    /// `1NNT` style: dots are pending.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repeat = |letter: &str, count: u32| letter.repeat(count as usize);
        let without = self.evaluable.saturating_sub(self.dlt);
        write!(
            f,
            "{}{}{}",
            repeat("N", without),
            repeat("T", self.dlt),
            repeat(".", self.pending)
        )
    }
}

/// What to do with the next subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Treat the next subject one level up.
    Escalate(DoseLevel),
    /// Treat the next subject at this level.
    Stay(DoseLevel),
    /// Treat the next subject at this lower level.
    DeEscalate(DoseLevel),
    /// Treat nobody until pending outcomes are known.
    Wait,
    /// Stop; the maximum tolerated dose, if one was found.
    Stop(Option<DoseLevel>),
}

impl Action {
    /// Name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Escalate(_) => "escalate",
            Self::Stay(_) => "stay",
            Self::DeEscalate(_) => "de-escalate",
            Self::Wait => "wait",
            Self::Stop(_) => "stop",
        }
    }

    /// Level of the next subject.
    pub const fn level(self) -> Option<DoseLevel> {
        match self {
            Self::Escalate(level) | Self::Stay(level) | Self::DeEscalate(level) => Some(level),
            Self::Wait | Self::Stop(_) => None,
        }
    }

    /// Maximum tolerated dose, if this action declares one.
    pub const fn mtd(self) -> Option<DoseLevel> {
        match self {
            Self::Stop(mtd) => mtd,
            Self::Escalate(_) | Self::Stay(_) | Self::DeEscalate(_) | Self::Wait => None,
        }
    }
}

impl fmt::Display for Action {
    /// `escalate to level 2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Escalate(level) => write!(f, "escalate to level {level}"),
            Self::Stay(level) => write!(f, "stay at level {level}"),
            Self::DeEscalate(level) => write!(f, "de-escalate to level {level}"),
            Self::Wait => write!(f, "wait"),
            Self::Stop(Some(level)) => write!(f, "stop with level {level} as maximum tolerated dose"),
            Self::Stop(None) => write!(f, "stop"),
        }
    }
}

/// Why an action was chosen. `Display` gives the sentence shown to the committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// Nobody has been treated yet.
    Start,
    /// Fewer subjects than a cohort.
    CohortOpen(DoseLevel, Count),
    /// No DLT in a full cohort, and a higher level is open.
    NoDlt(DoseLevel, Count),
    /// At most one DLT in six, and a higher level is open.
    OneInSix(DoseLevel, Count),
    /// One DLT in a cohort: it is expanded to six.
    OneDlt(DoseLevel, Count),
    /// No level above is open, so six must be treated here.
    ConfirmSix(DoseLevel, Count),
    /// A level has two or more DLTs; the level below is filled to six.
    TooToxic {
        /// The level closed.
        closed: DoseLevel,
        /// Its outcomes.
        count: Count,
        /// The level to fill.
        below: DoseLevel,
    },
    /// Two or more DLTs at the first level: the committee decides.
    FirstLevelTooToxic(Count),
    /// The maximum tolerated dose is confirmed.
    Mtd(DoseLevel, Count),
    /// The source lacks what DLTs are judged by.
    NotRecorded(&'static str),
    /// Infused subjects whose dose level is not known.
    Unassigned(usize),
    /// Data the decision rests on could not be read.
    HeldUp {
        /// How many.
        findings: usize,
        /// What would be done if the data were right as they are.
        otherwise: Action,
        /// Why that would be done.
        because: Box<Because>,
    },
    /// Pending outcomes could change the answer.
    Pending(Vec<(DoseLevel, Count)>),
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |count: &Count| format!("{} of {} evaluable subjects", count.dlt, count.evaluable);
        match self {
            Self::Start => write!(
                f,
                "nobody has been treated yet; the first subject starts at the start level"
            ),
            Self::CohortOpen(level, count) => {
                write!(
                    f,
                    "DLT in {} at level {level}: the cohort of three is not full",
                    of(count)
                )
            }
            Self::NoDlt(level, count) => {
                write!(f, "DLT in {} at level {level}: the next level may be opened", of(count))
            }
            Self::OneInSix(level, count) => {
                write!(
                    f,
                    "DLT in {} at level {level}, at most one in six: the next level may be opened",
                    of(count)
                )
            }
            Self::OneDlt(level, count) => {
                write!(f, "DLT in {} at level {level}: the level is expanded to six", of(count))
            }
            Self::ConfirmSix(level, count) => write!(
                f,
                "DLT in {} at level {level} and no higher level is open: the level is filled to six",
                of(count)
            ),
            Self::TooToxic { closed, count, below } => write!(
                f,
                "DLT in {} at level {closed}: it is closed, and level {below} is filled to six",
                of(count)
            ),
            Self::FirstLevelTooToxic(count) => write!(
                f,
                "DLT in {} at the first level: accrual stops and the committee decides; a lower level needs an amendment",
                of(count)
            ),
            Self::Mtd(level, count) => {
                write!(
                    f,
                    "DLT in {} at level {level}: it is the maximum tolerated dose",
                    of(count)
                )
            }
            Self::NotRecorded(what) => {
                write!(
                    f,
                    "subjects were infused but no {what} is recorded: no DLT can be ruled out"
                )
            }
            Self::Unassigned(count) => {
                write!(
                    f,
                    "{count} infused without a known dose level: enter the level before anything is decided"
                )
            }
            Self::HeldUp {
                findings,
                otherwise,
                because,
            } => write_held_up(f, *findings, *otherwise, because),
            Self::Pending(levels) => {
                let each = levels.iter().map(|(level, count)| {
                    format!(
                        "{} pending at level {level} (DLT in {} so far)",
                        count.pending,
                        of(count)
                    )
                });
                write!(
                    f,
                    "{}: a pending outcome could change the decision",
                    each.collect::<Vec<_>>().join(", ")
                )
            }
        }
    }
}

fn write_held_up(f: &mut fmt::Formatter<'_>, findings: usize, otherwise: Action, because: &Because) -> fmt::Result {
    let noun = if findings == 1 { "place" } else { "places" };
    write!(
        f,
        "what the decision rests on cannot be read in {findings} {noun} (see `tercel check`); without that it would be: \
         {otherwise}, because {because}"
    )
}

/// A decision with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What to do.
    pub action: Action,
    /// Why.
    pub because: Because,
}

/// A design that decides from complete outcomes alone.
pub trait Design {
    /// The decision when nothing is pending; `pending` of every count is ignored.
    fn decide_complete(&self, counts: &PerLevel<Count>) -> Decision;
}

/// The decision with outcomes pending: an escalation needs every subject dosed at the level to be complete, any other
/// action needs only that no pending outcome can change it.
pub fn decide(design: &dyn Design, counts: &PerLevel<Count>) -> Decision {
    let pending: Vec<(DoseLevel, Count)> = counts
        .iter()
        .filter(|(_, count)| count.pending > 0)
        .map(|(level, count)| (level, *count))
        .collect();
    let mut outcomes = completions(counts)
        .into_iter()
        .map(|counts| design.decide_complete(&counts));
    let Some(first) = outcomes.next() else {
        return design.decide_complete(counts);
    };
    if pending.is_empty() {
        return first;
    }
    let settled = outcomes.all(|other| other.action == first.action);
    let complete = match first.action {
        // Everybody dosed at the level that is left must be complete.
        Action::Escalate(to) => to
            .below()
            .and_then(|from| counts.get(from))
            .is_none_or(|from| from.pending == 0),
        Action::Stay(_) | Action::DeEscalate(_) | Action::Wait | Action::Stop(_) => true,
    };
    if settled && complete {
        // The counts in the sentence are what is known now, not a completion of it.
        return Decision {
            because: restate(first.because, counts),
            ..first
        };
    }
    Decision {
        action: Action::Wait,
        because: Because::Pending(pending),
    }
}

/// Every way the pending outcomes can turn out.
fn completions(counts: &PerLevel<Count>) -> Vec<PerLevel<Count>> {
    let mut all: Vec<Vec<Count>> = vec![Vec::new()];
    for (_, count) in counts.iter() {
        let turned_out = |dlt: u32| Count {
            evaluable: count.evaluable + count.pending,
            dlt: count.dlt + dlt,
            pending: 0,
        };
        all = all
            .into_iter()
            .flat_map(|prefix| {
                (0..=count.pending).map(move |dlt| {
                    let mut next = prefix.clone();
                    next.push(turned_out(dlt));
                    next
                })
            })
            .collect();
    }
    all.into_iter().map(PerLevel::new).collect()
}

fn restate(because: Because, counts: &PerLevel<Count>) -> Because {
    let now = |level: DoseLevel| counts.get(level).copied().unwrap_or_default();
    match because {
        Because::Start => Because::Start,
        Because::CohortOpen(level, _) => Because::CohortOpen(level, now(level)),
        Because::NoDlt(level, _) => Because::NoDlt(level, now(level)),
        Because::OneInSix(level, _) => Because::OneInSix(level, now(level)),
        Because::OneDlt(level, _) => Because::OneDlt(level, now(level)),
        Because::ConfirmSix(level, _) => Because::ConfirmSix(level, now(level)),
        Because::TooToxic { closed, below, .. } => Because::TooToxic {
            closed,
            count: now(closed),
            below,
        },
        Because::FirstLevelTooToxic(_) => Because::FirstLevelTooToxic(now(DoseLevel::FIRST)),
        Because::Mtd(level, _) => Because::Mtd(level, now(level)),
        Because::NotRecorded(what) => Because::NotRecorded(what),
        Because::Unassigned(count) => Because::Unassigned(count),
        held @ Because::HeldUp { .. } => held,
        Because::Pending(levels) => Because::Pending(levels),
    }
}
