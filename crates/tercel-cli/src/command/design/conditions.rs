//! Options that say how a simulated trial runs.

use anyhow::{anyhow, bail};
use tercel::protocol::Trial;
use tercel::trials::{Accrual, Conditions, Delay, Onset, Suspended, UnderDosing};

use super::options::TimeArgs;

/// How the trial runs; all of them need the days from one subject to the next.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Conditions (with --accrual-interval-days)")]
pub(super) struct ConditionArgs {
    /// Subjects come at random, so many days apart on average
    #[arg(long)]
    poisson: bool,
    /// Subjects come at random, the days between two alike from 0 to twice the interval
    #[arg(long, conflicts_with = "poisson")]
    uniform: bool,
    /// A subject offered while nobody can be taken goes elsewhere instead of waiting
    #[arg(long)]
    turn_away: bool,
    /// Fewest days between the first and the second infusion at a level, whatever the design [default: that of the trial, or 0]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    sentinel_days: Option<f64>,
    /// Fewest days between later infusions at a level [default: that of the trial, or 0]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    stagger_days: Option<f64>,
    /// Fewest days from the latest infusion to the first at a new level, who is backfilled apart [default: that of the trial, or 0]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    level_days: Option<f64>,
    /// When in the window DLTs come: uniform, late (80 % in the second half), weibull:SHARE (a Weibull distribution with that
    /// share of them in the second half), or weights of equal parts of the window
    #[arg(long, value_name = "ONSET", allow_hyphen_values = true)]
    onset: Option<String>,
    /// DLTs become known at visits so many days apart [default: at once]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    visit_days: Option<f64>,
    /// Days from consent to a product
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    manufacturing_days: Option<f64>,
    /// The days from consent to a product are exponential with that mean
    #[arg(long, requires = "manufacturing_days")]
    manufacturing_exponential: bool,
    /// Probability that no product can be made
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    failure: Option<f64>,
    /// Probability that a product has fewer cells than planned
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    under_dosed: Option<f64>,
    /// Least and largest share of the planned cells in such a product [default: 0.5,0.8]
    #[arg(long, value_name = "LOW,HIGH", value_delimiter = ',', requires = "under_dosed")]
    under_dosed_share: Vec<f64>,
    /// Planned cells of each level, comma-separated, for --under-dosed
    #[arg(long, value_name = "CELLS,..", value_delimiter = ',', requires = "under_dosed")]
    cells: Vec<f64>,
    /// Leave out of the analysis, and replace, subjects with less than this share of the planned cells
    #[arg(long, value_name = "SHARE", requires = "under_dosed")]
    exclude_below: Option<f64>,
    /// Standard deviation between subjects of the DLT probability's logit; the true curve is that of the middle subject
    #[arg(long, value_name = "SD", allow_negative_numbers = true)]
    frailty: Option<f64>,
}

/// Days of the window where none are given.
const WINDOW_DAYS: f64 = 28.0;

/// The conditions, where the days from one subject to the next are given; what the options leave open is as the protocol
/// has it.
pub(super) fn conditions(
    given: &ConditionArgs,
    time: &TimeArgs,
    protocol: Option<&Trial>,
) -> anyhow::Result<Option<Conditions>> {
    let planned = protocol.map(|trial| f64::from(trial.dlt.window_days));
    let window = time.window()?.or(planned).unwrap_or(WINDOW_DAYS);
    let Some(interval) = time.interval()? else {
        if let Some(option) = given.first() {
            bail!("--{option} needs --accrual-interval-days, the days from one subject to the next");
        }
        return Ok(None);
    };
    let accrual = if given.poisson {
        Accrual::Poisson(interval)
    } else if given.uniform {
        Accrual::Uniform(interval)
    } else {
        Accrual::Regular(interval)
    };
    let mut conditions = Conditions::new(window, accrual);
    if given.turn_away {
        conditions.suspended = Suspended::Leaves;
    }
    let stagger = &mut conditions.stagger;
    let rules = protocol.map(|trial| &trial.escalation);
    let days = |option: Option<f64>, planned: Option<u32>| option.or(planned.map(f64::from)).unwrap_or(0.0);
    stagger.sentinel_days = days(given.sentinel_days, rules.map(|rules| rules.sentinel_days));
    stagger.subject_days = days(given.stagger_days, rules.map(|rules| rules.next_subject_days));
    stagger.level_days = days(given.level_days, rules.map(|rules| rules.next_level_days));
    conditions.onset = given.onset()?;
    conditions.visit_days = given.visit_days;
    let days = given.manufacturing_days.unwrap_or(0.0);
    conditions.manufacturing = if given.manufacturing_exponential {
        Delay::Exponential(days)
    } else {
        Delay::Fixed(days)
    };
    conditions.failure = given.failure.unwrap_or(0.0);
    conditions.under_dosing = given.under_dosing()?;
    conditions.frailty_sd = given.frailty.unwrap_or(0.0);
    Ok(Some(conditions))
}

impl ConditionArgs {
    /// The first of the options that was given.
    fn first(&self) -> Option<&'static str> {
        let options = [
            ("poisson", self.poisson),
            ("uniform", self.uniform),
            ("turn-away", self.turn_away),
            ("sentinel-days", self.sentinel_days.is_some()),
            ("stagger-days", self.stagger_days.is_some()),
            ("level-days", self.level_days.is_some()),
            ("onset", self.onset.is_some()),
            ("visit-days", self.visit_days.is_some()),
            ("manufacturing-days", self.manufacturing_days.is_some()),
            ("failure", self.failure.is_some()),
            ("under-dosed", self.under_dosed.is_some()),
            ("frailty", self.frailty.is_some()),
        ];
        options.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }

    fn onset(&self) -> anyhow::Result<Onset> {
        match self.onset.as_deref() {
            None | Some("uniform") => Ok(Onset::uniform()),
            Some("late") => Ok(Onset::late()),
            Some(text) if text.starts_with("weibull") => {
                let share = text.strip_prefix("weibull:").and_then(|share| share.parse().ok());
                let share =
                    share.ok_or_else(|| anyhow!("--onset {text}: give the share of late DLTs, like weibull:0.5"))?;
                Onset::weibull(share).map_err(|error| anyhow!("--onset {text}: {error}"))
            }
            Some(text) => {
                let weights: Result<Vec<f64>, _> = text.split(',').map(|cell| cell.trim().parse::<f64>()).collect();
                let weights = weights
                    .map_err(|_| anyhow!("--onset {text}: give uniform, late, weibull:0.5, or weights like 1,1,3"))?;
                Onset::weights(&weights).map_err(|error| anyhow!("--onset {text}: {error}"))
            }
        }
    }

    fn under_dosing(&self) -> anyhow::Result<Option<UnderDosing>> {
        let Some(probability) = self.under_dosed else {
            return Ok(None);
        };
        let (least, most) = match self.under_dosed_share.as_slice() {
            [] => (0.5, 0.8),
            &[least, most] => (least, most),
            other => bail!(
                "--under-dosed-share has {} numbers; give the least and the largest share",
                other.len()
            ),
        };
        if self.cells.is_empty() {
            bail!("--under-dosed needs --cells, the planned cells of each level");
        }
        Ok(Some(UnderDosing {
            probability,
            least,
            most,
            amounts: self.cells.clone(),
            exclude_below: self.exclude_below,
        }))
    }
}
