//! Monte Carlo operating characteristics, for what has no finite number of states or too many.
//!
//! [`exact`](crate::exact) is the first choice for a cohort design: it has no sampling error. Trials are simulated where the
//! states do not fit a memory, and where time is continuous: subjects come at random, products take time to make and may
//! fail, DLTs come late, dosing is staggered.
//!
//! The draws are addressed, not passed on: the key is the seed, the place in a stream the trial, so one seed gives the same
//! answer, bit for bit, on any number of threads. Trials are cut into parts of a fixed size and the parts added up in order.
//!
//! | Task | Start here |
//! |---|---|
//! | a cohort design, without time | [`simulate_cohorts`] |
//! | any design on continuous time | [`simulate_timed`] with a [`Rule`] and [`Conditions`] |
//! | BF-BOIN, or backfilling around any cohort design | [`Rule::Backfilled`] |
//! | true curves drawn at random | [`random_curves`] |
//! | the answer with its standard errors | [`Simulated`] |

mod backfill;
mod cohort;
mod conditions;
mod curves;
mod draws;
mod onset;
mod roster;
mod subject;
mod sums;
mod timed;
mod trial;

use thiserror::Error;

pub use backfill::Backfill;
pub use cohort::simulate_cohorts;
pub use conditions::{Accrual, Conditions, Delay, InvalidConditions, Stagger, Suspended, UnderDosing};
pub use curves::random_curves;
pub use onset::Onset;
pub use timed::{Rule, simulate_timed};

pub use crate::exact::Mean;
use crate::exact::{Characteristics, InvalidCurve};
use crate::protocol::PerLevel;

/// Operating characteristics from simulated trials under one true curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// Trials simulated.
    pub trials: u64,
    /// Seed of the draws.
    pub seed: u64,
    /// The characteristics: shares and means over the trials. Days run from the opening of accrual to the last outcome the
    /// decision rests on; there are none without time.
    pub found: Characteristics,
    /// Monte Carlo standard error of each of them, in the same place: √(p(1−p)/trials) of a share (0 where no trial, or
    /// every trial, ended so), the sample standard deviation over √trials of a mean.
    pub se: Characteristics,
    /// What only a trial on continuous time has.
    pub conduct: Option<Conduct>,
}

/// How trials on continuous time went, per trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Conduct {
    /// Subjects who consented.
    pub consented: Mean,
    /// Subjects whose product could not be made.
    pub failures: Mean,
    /// Subjects infused and left out of the analysis because they were under-dosed.
    pub excluded: Mean,
    /// Subjects offered while nobody could be taken, who went elsewhere.
    pub turned_away: Mean,
    /// Dose levels at which anybody was infused.
    pub doses_tried: Mean,
    /// DLT probability of a subject drawn at random at the planned dose of each level, which differs from the true curve
    /// where subjects differ in frailty.
    pub marginal: PerLevel<f64>,
    /// Who was backfilled, where subjects are.
    pub backfilling: Option<Backfilling>,
}

/// Backfilled subjects per trial; they are among the subjects and DLTs of the characteristics.
#[derive(Debug, Clone, PartialEq)]
pub struct Backfilling {
    /// Subjects backfilled at each level.
    pub backfilled: PerLevel<Mean>,
    /// Subjects with a response at each level, of the cohorts and backfilled.
    pub responses: PerLevel<Mean>,
}

/// Why trials cannot be simulated.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum SimulationError {
    /// The curve does not fit the design.
    #[error(transparent)]
    Curve(#[from] InvalidCurve),
    /// The conditions cannot be met by any trial.
    #[error(transparent)]
    Conditions(#[from] InvalidConditions),
    /// A standard error needs two trials.
    #[error("{0} trials have no standard error; simulate 2 or more")]
    TooFewTrials(u64),
    /// The start level is not one of the levels, or the trial has no subjects.
    #[error("the trial cannot begin: it needs a subject and its start level")]
    NoStart,
    /// The design goes on for ever, waits for nothing, or names a level the trial has not.
    #[error("the design gives no decision that can be followed once {0} subjects are treated")]
    NoDecision(u32),
}

/// Most subjects of one trial: a design that goes beyond does not end by itself.
const MOST_SUBJECTS: u32 = 10_000;

/// Whether the question can be simulated at all.
fn check_question(
    doses: u8,
    start: crate::protocol::DoseLevel,
    curve: &[f64],
    trials: u64,
) -> Result<(), SimulationError> {
    if curve.len() != usize::from(doses) {
        return Err(SimulationError::Curve(InvalidCurve::Length {
            given: curve.len(),
            doses: usize::from(doses),
        }));
    }
    if trials < 2 {
        return Err(SimulationError::TooFewTrials(trials));
    }
    if start.number() > doses {
        return Err(SimulationError::NoStart);
    }
    Ok(())
}
