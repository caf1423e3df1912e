//! Actions, reasons and the sentences shown to the committee.

use std::fmt;

use super::{Backfilled, Count, InvalidDesign, UtilityReason};
use crate::dlt::Halt;
use crate::protocol::DoseLevel;

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

/// Where an observed rate lies between a design's boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// At or below the escalation boundary.
    Low,
    /// Between the boundaries.
    Between,
    /// At or above the de-escalation boundary.
    High,
}

/// What keeps a design from the level its rule points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It is the highest level.
    Top,
    /// It is the lowest level.
    Bottom,
    /// The level above is closed as too toxic.
    AboveClosed,
    /// The latest cohort's DLT rate is at or above the target.
    Coherence,
    /// A level may not be skipped.
    NoSkipping,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Top => "there is no higher level",
            Self::Bottom => "there is no lower level",
            Self::AboveClosed => "the level above is closed",
            Self::Coherence => "no escalation follows a cohort whose DLT rate is at or above the target",
            Self::NoSkipping => "no level is skipped",
        })
    }
}

/// Why an action was chosen. `Display` gives the sentence shown to the committee.
#[derive(Debug, Clone, PartialEq)]
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
    /// The observed DLT rate against the boundaries of an interval design.
    Rate {
        /// Level of the latest cohort.
        level: DoseLevel,
        /// Its outcomes.
        count: Count,
        /// Where its rate lies.
        side: Side,
        /// What keeps the design where it is.
        held: Option<Held>,
    },
    /// The level and those above are closed: their DLT rate is too likely above the target.
    Closed {
        /// Lowest level closed.
        level: DoseLevel,
        /// Its outcomes.
        count: Count,
        /// Target DLT probability.
        target: f64,
        /// Posterior probability that the DLT rate exceeds the target.
        probability: f64,
        /// Largest probability tolerated.
        cutoff: f64,
    },
    /// The level a model puts closest to the target.
    Model {
        /// Level the model points to.
        level: DoseLevel,
        /// Its estimated DLT probability.
        estimate: f64,
        /// Target DLT probability.
        target: f64,
        /// What keeps the design from that level.
        held: Option<Held>,
    },
    /// The level a model makes most likely on target among those unlikely to be an overdose.
    Overdose {
        /// Level the model points to.
        level: DoseLevel,
        /// Probability that its DLT rate is in the target interval.
        target_probability: f64,
        /// Probability that its DLT rate is above the target interval.
        overdose_probability: f64,
        /// The latter is below this.
        limit: f64,
        /// What keeps the design from that level.
        held: Option<Held>,
    },
    /// Every level is too likely an overdose.
    NoneAdmissible {
        /// Probability of an overdose at the lowest level.
        overdose_probability: f64,
        /// It would have to be below this.
        limit: f64,
    },
    /// A decision in which backfilled subjects count.
    Backfilled(Backfilled),
    /// A decision between levels by toxicity and efficacy.
    Utility(UtilityReason),
    /// Enough subjects were treated at the level the next one would be treated at.
    Enough(DoseLevel, Count),
    /// The maximum tolerated dose would be declared on fewer subjects than demanded.
    TooFew {
        /// The level.
        level: DoseLevel,
        /// Its outcomes.
        count: Count,
        /// Subjects demanded.
        demanded: u32,
    },
    /// Too many subjects of the level are pending for another to be treated.
    Suspended(DoseLevel, Count),
    /// The protocol's design cannot be made.
    NoDesign(InvalidDesign),
    /// The planned number of subjects was treated; the level is closest to the target.
    Complete(Option<DoseLevel>),
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
    /// Enrolment is halted until the committee lifts the halt.
    Halted {
        /// The rules, with who met them.
        halts: Vec<Halt>,
        /// What would be done without the halt.
        otherwise: Action,
        /// Why that would be done.
        because: Box<Because>,
    },
    /// Pending outcomes could change the answer.
    Pending(Vec<(DoseLevel, Count)>),
}

impl fmt::Display for Because {
    #[expect(clippy::too_many_lines, reason = "one match, one sentence a reason")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |count: &Count| format!("{} of {} evaluable subjects", count.dlt, count.evaluable);
        match self {
            Self::Start => write!(
                f,
                "nobody has been treated yet; the first subject starts at the start level"
            ),
            Self::CohortOpen(level, count) => {
                write!(f, "DLT in {} at level {level}: the cohort is not full", of(count))
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
            Self::Rate {
                level,
                count,
                side,
                held,
            } => write_rate(f, *level, *count, *side, *held),
            Self::Closed {
                level,
                count,
                target,
                probability,
                cutoff,
            } => write!(
                f,
                "DLT in {} at level {level}: the probability that its DLT rate exceeds {target} is {probability:.3}, above \
                 {cutoff:.2}, so level {level} and those above are closed",
                of(count)
            ),
            Self::Model {
                level,
                estimate,
                target,
                held,
            } => {
                write!(
                    f,
                    "the model puts the DLT probability of level {level} at {estimate:.3}, closest to the target {target}"
                )?;
                held.map_or(Ok(()), |held| write!(f, ", but {held}"))
            }
            Self::Overdose {
                level,
                target_probability,
                overdose_probability,
                limit,
                held,
            } => {
                write!(
                    f,
                    "of the levels whose probability of an overdose is below {limit}, level {level} is the most likely on \
                     target: {target_probability:.3}, with {overdose_probability:.3} for an overdose"
                )?;
                held.map_or(Ok(()), |held| write!(f, ", but {held}"))
            }
            Self::NoneAdmissible {
                overdose_probability,
                limit,
            } => write!(
                f,
                "the probability of an overdose at the lowest level is {overdose_probability:.3}, not below {limit}: no level \
                 is admissible"
            ),
            Self::Backfilled(reason) => reason.fmt(f),
            Self::Utility(reason) => reason.fmt(f),
            Self::Enough(level, count) => {
                write!(
                    f,
                    "{} subjects were treated at level {level}, as many as planned for one level",
                    count.evaluable
                )
            }
            Self::TooFew { level, count, demanded } => write!(
                f,
                "DLT in {} at level {level}, which would be the maximum tolerated dose: {demanded} subjects are demanded there",
                of(count)
            ),
            Self::Suspended(level, count) => write!(
                f,
                "{} of {} subjects at level {level} are pending (DLT in {} so far): accrual is suspended until more is known",
                count.pending,
                count.evaluable + count.pending,
                of(count)
            ),
            Self::NoDesign(error) => write!(f, "the protocol's design cannot be used: {error}"),
            Self::Complete(Some(level)) => {
                write!(
                    f,
                    "the planned number of subjects was treated, and level {level} is closest to the target"
                )
            }
            Self::Complete(None) => write!(f, "the planned number of subjects was treated, and no level qualifies"),
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
            Self::Halted {
                halts,
                otherwise,
                because,
            } => write_halted(f, halts, *otherwise, because),
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

fn write_rate(
    f: &mut fmt::Formatter<'_>,
    level: DoseLevel,
    count: Count,
    side: Side,
    held: Option<Held>,
) -> fmt::Result {
    let side = match side {
        Side::Low => "at or below the escalation boundary",
        Side::Between => "between the boundaries",
        Side::High => "at or above the de-escalation boundary",
    };
    let Count { evaluable, dlt, .. } = count;
    write!(
        f,
        "DLT in {dlt} of {evaluable} evaluable subjects at level {level}, {side}"
    )?;
    held.map_or(Ok(()), |held| write!(f, "; {held}"))
}

fn write_halted(f: &mut fmt::Formatter<'_>, halts: &[Halt], otherwise: Action, because: &Because) -> fmt::Result {
    for halt in halts {
        write!(f, "{}; ", halt.words().en)?;
    }
    write!(
        f,
        "the committee decides whether it goes on. Without the halt the answer is to {otherwise}: {because}"
    )
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
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What to do.
    pub action: Action,
    /// Why.
    pub because: Because,
}

impl Decision {
    /// What would be done if nothing were withheld; `None` where nothing is. A halt stands before data that cannot be read, which
    /// stand before the decision.
    pub fn otherwise(&self) -> Option<Action> {
        let mut found = None;
        let mut because = &self.because;
        while let Because::Halted {
            otherwise,
            because: inner,
            ..
        }
        | Because::HeldUp {
            otherwise,
            because: inner,
            ..
        } = because
        {
            found = Some(*otherwise);
            because = inner;
        }
        found
    }
}
