//! Options of the rules around a design.

use anyhow::bail;
use tercel::design::{LateConduct, LateOnsetDesign, Plan, SafetyStop};

use super::options::DesignArgs;

/// Rules around a design.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Conduct")]
pub(super) struct ConductArgs {
    /// End the trial when the next cohort would stay at a level with this many subjects
    #[arg(long, value_name = "N")]
    n_earlystop: Option<u32>,
    /// Declare no maximum tolerated dose on fewer subjects than this
    #[arg(long, value_name = "N")]
    demand: Option<u32>,
    /// One subject a level up to the first DLT, then whole cohorts
    #[arg(long)]
    titration: bool,
    /// Stop when the lowest level's DLT rate exceeds the target with more than this probability, whatever the design
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    safety_stop: Option<f64>,
    /// Never go more than one level above the highest level tried, whatever the design
    #[arg(long)]
    no_skipping: bool,
}

impl ConductArgs {
    /// The plan with these rules.
    pub(super) fn apply<'a>(&self, plan: Plan<'a>, design: &DesignArgs) -> anyhow::Result<Plan<'a>> {
        let planned = design.protocol()?.map(|trial| &trial.escalation);
        let start = design.start()?;
        if start.number() > plan.doses {
            bail!("the first level is {start}, of {} dose levels", plan.doses);
        }
        Ok(Plan {
            start,
            stop_at: self.n_earlystop.or(planned.and_then(|rules| rules.stop_at)),
            demand: self.demand.or(planned.and_then(|rules| rules.demand)),
            titration: self.titration,
            no_skipping: self.no_skipping || design.never_skips()?,
            safety_stop: self.stops_for_safety(design)?,
            ..plan
        })
    }

    /// A design that treats subjects while outcomes are pending, with these rules.
    pub(super) fn late<'a>(
        &self,
        late: &'a dyn LateOnsetDesign,
        design: &DesignArgs,
    ) -> anyhow::Result<LateConduct<'a>> {
        if self.titration {
            bail!(
                "--titration does not go with a design that treats subjects while outcomes are pending: a single subject a \
                 level would wait for each outcome; leave it out"
            );
        }
        if self.demand.is_some() && !design.entry()?.name.stops_by_itself() {
            bail!(
                "--demand does not go with a design that selects its dose once all planned subjects are known; leave it out, or \
                 end the trial by --n-earlystop"
            );
        }
        let planned = design.protocol()?.map(|trial| &trial.escalation);
        Ok(LateConduct {
            stop_at: self.n_earlystop.or(planned.and_then(|rules| rules.stop_at)),
            demand: self.most_demanded(design)?,
            no_skipping: self.no_skipping || design.never_skips()?,
            safety_stop: self.stops_for_safety(design)?,
            ..LateConduct::new(late)
        })
    }

    /// Subjects demanded at the dose to be declared.
    fn most_demanded(&self, design: &DesignArgs) -> anyhow::Result<Option<u32>> {
        let planned = design.protocol()?.and_then(|trial| trial.escalation.demand);
        Ok(self.demand.or(planned))
    }

    /// Most subjects at a level of a design that ends by itself and fills a level to `usual`.
    pub(super) fn most_at_level(&self, usual: u32, design: &DesignArgs) -> anyhow::Result<u32> {
        Ok(self.most_demanded(design)?.unwrap_or(0).max(usual))
    }

    fn stops_for_safety(&self, design: &DesignArgs) -> anyhow::Result<Option<SafetyStop>> {
        let planned = design.protocol()?.and_then(|trial| trial.escalation.safety_stop);
        Ok(match (self.safety_stop.or(planned), design.target()?) {
            (None, _) => None,
            (Some(_), None) => bail!("--safety-stop needs --target"),
            (Some(cutoff), Some(target)) if cutoff > 0.0 && cutoff < 1.0 => Some(SafetyStop {
                target,
                cutoff,
                min_n: 1,
            }),
            (Some(cutoff), Some(_)) => bail!("--safety-stop {cutoff}: give a probability between 0 and 1"),
        })
    }

    /// Subjects at a level that end the trial, where given.
    pub(super) const fn stop_at(&self) -> Option<u32> {
        self.n_earlystop
    }

    /// Refuses rules that a design that looks at responses would not keep: an answer that ignores a safety rule is a wrong one.
    pub(super) fn refuse(&self, why: &str) -> anyhow::Result<()> {
        let rules = [
            ("demand", self.demand.is_some()),
            ("titration", self.titration),
            ("safety-stop", self.safety_stop.is_some()),
            ("no-skipping", self.no_skipping),
        ];
        match rules.into_iter().find(|(_, given)| *given) {
            Some((rule, _)) => bail!("--{rule} does not go with a design that {why}; leave it out"),
            None => Ok(()),
        }
    }

    /// Whether subjects are treated one by one at first.
    pub(super) const fn titration(&self) -> bool {
        self.titration
    }
}
