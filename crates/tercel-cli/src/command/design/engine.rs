//! What exact questions share: the design, its size, its calendar and the memory it may take; the design compiled.

use anyhow::{anyhow, bail};
use tercel::design::Plan;
use tercel::exact::{Compiled, Limit, TimedPlan, compile, compile_timed};
use tercel::protocol::DoseLevel;

use super::conduct::ConductArgs;
use super::options::{DesignArgs, TimeArgs};
use super::setup::SizeArgs;
use crate::progress::Progress;

/// A design to compile.
#[derive(Debug, clap::Args)]
pub(super) struct EngineArgs {
    #[command(flatten)]
    pub(super) design: DesignArgs,
    #[command(flatten)]
    pub(super) conduct: ConductArgs,
    #[command(flatten)]
    pub(super) size: SizeArgs,
    #[command(flatten)]
    pub(super) time: TimeArgs,
    /// Most memory to use, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 6144)]
    memory: u64,
}

/// Most subjects at a level of a rolling six.
pub(super) const ROLLING_SIX_MOST: u32 = 6;

impl EngineArgs {
    /// Level of the first cohort, one of the design's.
    pub(super) fn start(&self, doses: u8) -> anyhow::Result<DoseLevel> {
        let start = self.design.start()?;
        if start.number() > doses {
            bail!("--start-dose {start}: there are {doses} dose levels");
        }
        Ok(start)
    }

    /// Most memory to use.
    pub(super) const fn limit(&self) -> Limit {
        Limit {
            bytes: self.memory.saturating_mul(1 << 20),
        }
    }

    /// The design compiled: cohorts one after another, or on a grid of days where it treats subjects while outcomes are
    /// pending.
    pub(super) fn compiled(&self, doses: u8, cohort_size: u32, max_n: Option<u32>) -> anyhow::Result<Compiled> {
        let mut settings = self.design.settings()?;
        // The published rule goes on treating at the lowest level; `design next` suspends accrual there.
        settings.accrue_at_lowest = true;
        let name = self.design.entry()?.name;
        let progress = Progress::start("compiling the design");
        let on_layer = &mut |done: u32, all: u32| {
            progress.steps(done, all);
            true
        };
        let at_level = self.conduct.most_at_level(ROLLING_SIX_MOST, &self.design)?;
        let most = max_n.unwrap_or(at_level * u32::from(doses));
        if let Some(design) = settings
            .late_onset(name, doses, most)
            .map_err(|error| anyhow!("{error}"))?
        {
            let design = self.conduct.late(design.as_ref(), &self.design)?;
            let (window_days, steps) = self.grid()?;
            let plan = TimedPlan {
                design: &design,
                doses,
                start: self.design.start()?,
                max_n: most,
                steps,
                window_days,
            };
            return compile_timed(&plan, self.limit(), on_layer).map_err(|error| {
                anyhow!("{error}; `tercel design simulate` answers the same question with standard errors")
            });
        }
        let design = settings
            .design(name, doses, most.max(cohort_size))
            .map_err(|error| anyhow!("{error}"))?;
        let plan = Plan::new(design.as_ref(), doses, cohort_size, max_n);
        let plan = self.conduct.apply(plan, &self.design)?;
        Ok(compile(&plan, self.limit(), on_layer)?)
    }

    /// Days of the window, and steps of the accrual grid in it.
    fn grid(&self) -> anyhow::Result<(f64, u32)> {
        let planned = self
            .design
            .protocol()?
            .map(|trial| (trial.dlt.window_days, trial.escalation.next_subject_days));
        let window = self.time.window()?.or(planned.map(|(window, _)| f64::from(window)));
        let interval = self.time.interval()?.or(planned.map(|(_, days)| f64::from(days)));
        let (Some(window), Some(interval)) = (window, interval) else {
            bail!(
                "give --window-days and --accrual-interval-days: the design treats subjects while outcomes are pending"
            );
        };
        Ok((window, steps(window, interval)?))
    }
}

/// Steps of the accrual interval in the window.
pub(super) fn steps(window: f64, interval: f64) -> anyhow::Result<u32> {
    let steps = (window / interval).round();
    if !(1.0..=16.0).contains(&steps) || (steps * interval - window).abs() > 1e-9 * window {
        bail!(
            "--accrual-interval-days {interval}: the exact grid needs an interval that divides the window of {window} days \
             into 1 to 16 equal steps, like {}; `tercel design simulate` takes any interval",
            window / steps.clamp(1.0, 16.0)
        );
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 16")]
    Ok(steps as u32)
}
