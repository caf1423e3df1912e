//! Checked numbers that designs are made of.

use thiserror::Error;

use crate::protocol::DoseLevel;

/// Why a design cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum InvalidDesign {
    /// The target is no probability a trial could aim at.
    #[error("the target {0} is not a DLT probability between 0.01 and 0.99")]
    Target(f64),
    /// The rate called safe or toxic lies on the wrong side of the target.
    #[error("the safe rate {safe} must lie below the target {target}, and the toxic rate {toxic} above it, below 1")]
    SafeToxic {
        /// Rate deemed safe.
        safe: f64,
        /// Target.
        target: f64,
        /// Rate deemed toxic.
        toxic: f64,
    },
    /// A margin is negative, zero or leaves the unit interval.
    #[error("the margins {lower} and {upper} around the target {target} must be above 0 and stay between 0 and 1")]
    Margins {
        /// Lower margin.
        lower: f64,
        /// Upper margin.
        upper: f64,
        /// Target.
        target: f64,
    },
    /// A cutoff is no probability.
    #[error("the elimination cutoff {0} must lie between 0.5 and 1")]
    Cutoff(f64),
    /// The design decides subject by subject.
    #[error("the design treats subjects while outcomes are pending, so it has no cohorts to follow")]
    LateOnset,
    /// The share of pending subjects is no share.
    #[error("the largest share of pending subjects {0} must lie between 0 and 1")]
    PendingFraction(f64),
    /// The design needs a target.
    #[error("the design needs a target DLT probability: give --target")]
    NoTarget,
    /// The number of dose levels is out of reach.
    #[error("{0} dose levels: a design has from 1 to 30")]
    Doses(u8),
    /// The design has no decision table.
    #[error("a model-based design has no decision table; `tercel design paths` shows its decisions")]
    NoTable,
    /// The skeleton has another number of values than there are levels.
    #[error("{given} skeleton values for {doses} dose levels; give one prior guess of the DLT probability per level")]
    SkeletonLength {
        /// Values given.
        given: usize,
        /// Levels.
        doses: u8,
    },
    /// A prior has another number of values than parameters.
    #[error("the prior needs {needed} values of each kind, one per parameter, and {given} were given")]
    PriorLength {
        /// Values given.
        given: usize,
        /// Parameters.
        needed: usize,
    },
    /// The number of doses is not that of the levels.
    #[error("{given} doses for {doses} dose levels; give the dose of each level")]
    DosesLength {
        /// Doses given.
        given: usize,
        /// Levels.
        doses: u8,
    },
    /// The reference dose is missing.
    #[error("the model needs a reference dose: give --ref-dose in the unit of the doses")]
    NoReferenceDose,
    /// A prior standard deviation is not positive.
    #[error("the prior standard deviation {0} must be above 0")]
    PriorSd(f64),
    /// A prior guess is no probability.
    #[error("the skeleton value {0} must lie between 0 and 1")]
    Skeleton(f64),
    /// The prior guesses do not rise.
    #[error("the skeleton must rise from level to level; `tercel design skeleton` makes one")]
    SkeletonOrder,
    /// The intercept leaves scaled doses above 0.
    #[error(
        "the intercept {intercept} is too small for the skeleton value {skeleton}: its scaled dose would not be negative"
    )]
    Intercept {
        /// Intercept given.
        intercept: f64,
        /// Skeleton value concerned.
        skeleton: f64,
    },
    /// The indifference interval leaves the unit interval.
    #[error("the halfwidth {halfwidth} must be above 0 and leave target {target} plus and minus it between 0 and 1")]
    Halfwidth {
        /// Halfwidth given.
        halfwidth: f64,
        /// Target.
        target: f64,
    },
    /// The prior guess of the MTD is no level.
    #[error("the prior MTD {prior_mtd} must be one of 1 to {levels} levels, and at most 30 levels are possible")]
    PriorMtd {
        /// Level given.
        prior_mtd: u8,
        /// Number of levels.
        levels: u8,
    },
    /// A subject was treated at a level the design has not.
    #[error("a subject was treated at level {0}, which the design does not have")]
    NoSuchLevel(DoseLevel),
    /// The likelihood has no maximum.
    #[error("maximum likelihood needs a subject with a DLT and one without; use the method bayes")]
    NoMaximum,
    /// The offset leaves no probability.
    #[error("the offset {0} must lie between 0 and 0.5")]
    Offset(f64),
    /// A dose is not positive, or not above the one before it.
    #[error("the dose {0} must be positive and above the dose before it")]
    DoseOrder(f64),
    /// The reference dose is not positive.
    #[error("the reference dose {0} must be positive")]
    ReferenceDose(f64),
    /// A parameter of a normal prior is out of range.
    #[error(
        "the prior with mean {mean} and standard deviation {sd} needs a finite mean and a positive standard deviation"
    )]
    Prior {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
    /// The parameters of a prior are tied to each other.
    #[error("the correlation {0} must lie between -1 and 1")]
    Correlation(f64),
    /// No target interval.
    #[error("{0} cuts leave no target interval with overdoses above it: at least two are needed")]
    FewCuts(usize),
    /// A cut is no probability, or not above the one before it.
    #[error("the cut {0} must lie between 0 and 1, above the cut before it")]
    Cut(f64),
    /// The backfill cap leaves no subject.
    #[error("the cap on subjects of a backfilled level must be at least 1")]
    Cap,
    /// The design needs the lowest acceptable response probability.
    #[error("the design needs the lowest acceptable response probability: give --efficacy-min")]
    NoEfficacyMin,
    /// The lowest acceptable response probability is none.
    #[error("the lowest acceptable response probability {0} must lie between 0 and 1")]
    EfficacyMin(f64),
    /// The cutoff is no probability.
    #[error("the futility cutoff {0} must lie between 0 and 1")]
    EfficacyCutoff(f64),
    /// A utility lies outside those of the best and the worst outcome.
    #[error("the utility {0} must lie between 0 (DLT, no response) and 100 (response, no DLT)")]
    Utility(f64),
    /// The utilities tell apart who had both outcomes.
    #[error(
        "with utilities {u2} and {u3}, which do not add up to 100, the number of subjects with both a DLT and a response \
         matters: give it too"
    )]
    UtilityJoint {
        /// Utility of neither.
        u2: f64,
        /// Utility of both.
        u3: f64,
    },
    /// The design decides from responses too.
    #[error("the design decides from DLTs and responses, not from DLTs alone")]
    Responses,
    /// The limit is no probability.
    #[error("the overdose limit {0} must lie between 0 and 1")]
    OverdoseLimit(f64),
}

/// Target DLT probability.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Target(f64);

impl Target {
    /// A target between 0.01 and 0.99.
    pub fn new(value: f64) -> Result<Self, InvalidDesign> {
        if (0.01..=0.99).contains(&value) {
            Ok(Self(value))
        } else {
            Err(InvalidDesign::Target(value))
        }
    }

    /// The probability.
    pub const fn value(self) -> f64 {
        self.0
    }
}

/// The interval around the target that counts as on target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Margins {
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Margins {
    /// From the distances below and above the target.
    pub fn new(target: Target, lower: f64, upper: f64) -> Result<Self, InvalidDesign> {
        let phi = target.value();
        if lower > 0.0 && upper > 0.0 && lower < phi && phi + upper < 1.0 {
            Ok(Self {
                low: phi - lower,
                high: phi + upper,
            })
        } else {
            Err(InvalidDesign::Margins {
                lower,
                upper,
                target: phi,
            })
        }
    }
}
