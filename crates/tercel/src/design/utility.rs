//! What BOIN12 says: the table of rank-based desirability scores, and the reasons of its decisions.

use std::fmt;

use super::{Boin12, Boin12Options, Count, EfficacyCount, InvalidDesign, Side};
use crate::protocol::DoseLevel;

/// A row of the table of rank-based desirability scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Subjects evaluated.
    pub evaluable: u32,
    /// Subjects with a DLT.
    pub dlt: u32,
    /// Subjects with a response.
    pub response: u32,
    /// Probability that the utility exceeds the benchmark.
    pub desirability: f64,
    /// Rank among the admissible outcomes, the mean rank on ties; `None` where the level is eliminated.
    pub rank: Option<f64>,
}

/// Why a level was chosen by toxicity and efficacy. `Display` gives the sentence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum UtilityReason {
    /// The most desirable level within reach.
    Best {
        /// Current level.
        level: DoseLevel,
        /// Its outcomes.
        count: EfficacyCount,
        /// Where its DLT rate lies.
        side: Side,
        /// Whether the level above was within reach.
        upwards: bool,
        /// Level chosen.
        chosen: DoseLevel,
        /// Its desirability.
        desirability: f64,
    },
    /// The untried level above is explored.
    Explore(DoseLevel, EfficacyCount),
    /// No level within reach is admissible; the highest admissible one below, if any.
    NoneInReach(DoseLevel, Option<DoseLevel>),
    /// The planned number of subjects was treated.
    Complete(Option<DoseLevel>),
}

impl Boin12 {
    /// The table of rank-based desirability scores for these numbers of subjects at a level.
    pub fn scores(&self, sample_sizes: &[u32]) -> Result<Vec<Score>, InvalidDesign> {
        let &Boin12Options { u2, u3, .. } = self.options();
        if !self.needs_margins_only() {
            return Err(InvalidDesign::UtilityJoint { u2, u3 });
        }
        let mut scores = Vec::new();
        for &n in sample_sizes {
            for (dlt, response) in (0..=n).flat_map(|dlt| (0..=n).map(move |response| (dlt, response))) {
                let count = EfficacyCount::complete(n, dlt, response, 0);
                let admissible = !self.is_toxic(count) && !self.is_futile(count);
                scores.push(Score {
                    evaluable: n,
                    dlt,
                    response,
                    desirability: self.desirability(count),
                    rank: admissible.then_some(0.0),
                });
            }
        }
        let admissible: Vec<f64> = scores
            .iter()
            .filter(|score| score.rank.is_some())
            .map(|score| score.desirability)
            .collect();
        for score in &mut scores {
            score.rank = score.rank.map(|_| mean_rank(&admissible, score.desirability));
        }
        Ok(scores)
    }
}

/// Mean rank of a value among values, 1 for the smallest; equal up to rounding counts as equal.
fn mean_rank(values: &[f64], value: f64) -> f64 {
    let (mut less, mut equal) = (0_u32, 0_u32);
    for other in values {
        if (other - value).abs() < 1e-10 {
            equal += 1;
        } else if *other < value {
            less += 1;
        }
    }
    f64::from(less) + f64::from(equal + 1) / 2.0
}

impl fmt::Display for UtilityReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |count: &EfficacyCount| {
            let Count { evaluable, dlt, .. } = count.dlts;
            format!(
                "DLT in {dlt} and response in {} of {evaluable} evaluable subjects",
                count.response
            )
        };
        match self {
            Self::Best {
                level,
                count,
                side,
                upwards,
                chosen,
                desirability,
            } => {
                let side = match side {
                    Side::Low => "at or below the escalation boundary",
                    Side::Between => "between the boundaries",
                    Side::High => "at or above the de-escalation boundary",
                };
                let reach = if *upwards {
                    "it and its neighbours"
                } else {
                    "it and the level below"
                };
                write!(
                    f,
                    "{} at level {level}, the DLT rate {side}: of {reach}, level {chosen} is the admissible one most likely \
                     to exceed the benchmark utility, with probability {desirability:.3}",
                    of(count)
                )
            }
            Self::Explore(level, count) => write!(
                f,
                "{} at level {level}, the DLT rate below the de-escalation boundary: the untried level {} is explored",
                of(count),
                level.above()
            ),
            Self::NoneInReach(level, Some(next)) => write!(
                f,
                "neither level {level} nor its neighbours are admissible by toxicity and efficacy: level {next} is the highest \
                 admissible one below"
            ),
            Self::NoneInReach(level, None) => write!(
                f,
                "neither level {level} nor its neighbours nor a lower level is admissible by toxicity and efficacy"
            ),
            Self::Complete(Some(level)) => write!(
                f,
                "the planned number of subjects was treated, and level {level} has the largest mean utility of the admissible \
                 levels up to the maximum tolerated dose"
            ),
            Self::Complete(None) => write!(
                f,
                "the planned number of subjects was treated, and no level is admissible"
            ),
        }
    }
}
