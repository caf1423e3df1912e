//! Options that say which design.

use std::cell::{Cell, OnceCell};
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::ValueEnum;
use tercel::design::{ALL, DesignEntry, DesignName, Settings, TiteVariant, find};
use tercel::protocol::{DoseLevel, ThreePlusThreeVariant, Trial};

use super::efficacy::EfficacyArgs;
use crate::study::require_protocol;

/// Options of a design.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Design")]
pub(super) struct DesignArgs {
    /// Design: 3+3, rolling-six, accelerated-titration, boin, keyboard, mtpi2, i3+3, ccd, crm, tite-crm, tite-boin, blrm,
    /// bf-boin, boin12
    #[arg(long, value_name = "NAME")]
    design: Option<String>,
    /// Trial folder, or protocol file, whose [escalation] says the design in place of the options
    #[arg(value_name = "TRIAL", conflicts_with = "design")]
    trial: Option<PathBuf>,
    /// The protocol, once read.
    #[arg(skip)]
    read: OnceCell<Option<Trial>>,
    /// Whether it was said which options change nothing.
    #[arg(skip)]
    warned: Cell<bool>,
    /// Target DLT probability
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    target: Option<f64>,
    /// Close a level where the probability that its DLT rate exceeds the target is above this [default: 0.95]
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    elimination_cutoff: Option<f64>,
    /// Stop at the lowest level by the elimination cutoff minus the offset
    #[arg(long)]
    extra_safe: bool,
    /// What --extra-safe takes off the cutoff [default: 0.05]
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    offset: Option<f64>,
    /// Select no dose estimated above the de-escalation boundary (boin)
    #[arg(long)]
    bound_mtd: bool,
    /// Highest rate deemed subtherapeutic (boin) [default: 0.6 target]
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    p_safe: Option<f64>,
    /// Lowest rate deemed overly toxic (boin) [default: 1.4 target]
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    p_tox: Option<f64>,
    /// Distance of the interval's lower end from the target (keyboard, mtpi2, i3+3, ccd) [default: 0.05; ccd by target]
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    margin_lower: Option<f64>,
    /// Distance of the interval's upper end from the target
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    margin_upper: Option<f64>,
    /// 3+3, what confirms the maximum tolerated dose: storer, korn-top3, korn-strict [default: korn-strict]; tite-boin, how
    /// pending outcomes enter: ess, single-mean [default: ess]
    #[arg(long, value_name = "NAME")]
    variant: Option<String>,
    /// Model of the CRM
    #[arg(long, value_enum, default_value_t = Model::Power)]
    model: Model,
    /// Prior guesses of the DLT probability per level (crm), comma-separated
    #[arg(long, value_name = "P,..", value_delimiter = ',', allow_negative_numbers = true)]
    skeleton: Vec<f64>,
    /// Prior standard deviation of the parameter of the CRM [default: the square root of 1.34], of log alpha and log beta of
    /// the BLRM
    #[arg(long, value_name = "SD,..", value_delimiter = ',', allow_negative_numbers = true)]
    prior_sd: Vec<f64>,
    /// Doses of the levels (blrm), comma-separated
    #[arg(long, value_name = "DOSE,..", value_delimiter = ',', allow_negative_numbers = true)]
    doses: Vec<f64>,
    /// Dose at which the odds of a DLT are alpha (blrm)
    #[arg(long, value_name = "DOSE", allow_negative_numbers = true)]
    ref_dose: Option<f64>,
    /// Prior means of log alpha and log beta (blrm)
    #[arg(long, value_name = "A,B", value_delimiter = ',', allow_hyphen_values = true)]
    prior_mean: Vec<f64>,
    /// Prior correlation of log alpha and log beta (blrm) [default: 0]
    #[arg(long, value_name = "R", allow_negative_numbers = true)]
    prior_cor: Option<f64>,
    /// Ends of the intervals of DLT probability (blrm): target between the first two, overdose above [default: 0.16,0.33]
    #[arg(long, value_name = "P,..", value_delimiter = ',', allow_negative_numbers = true)]
    cuts: Vec<f64>,
    /// Largest probability of an overdose (blrm) [default: 0.25]
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    overdose_limit: Option<f64>,
    /// Intercept of the logistic CRM [default: 3]
    #[arg(long, value_name = "C", allow_negative_numbers = true)]
    intercept: Option<f64>,
    /// How the CRM estimates its parameter
    #[arg(long, value_enum, default_value_t = Method::Bayes)]
    method: Method,
    /// Let the CRM skip levels on the way up
    #[arg(long)]
    allow_skipping: bool,
    /// Let the CRM go up after a cohort whose DLT rate is at or above the target
    #[arg(long)]
    allow_incoherent: bool,
    /// Suspend accrual while more than this share of the level's subjects is pending (tite-boin, tite-crm)
    /// [default: 0.5; tite-crm never]
    #[arg(long, value_name = "P", allow_negative_numbers = true)]
    max_pending_fraction: Option<f64>,
    /// Level of the first cohort
    #[arg(long, value_name = "K", default_value_t = 1)]
    start_dose: u8,
    #[command(flatten)]
    efficacy: EfficacyArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Model {
    Power,
    Logistic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    Bayes,
    Mle,
}

impl DesignArgs {
    /// The entry of the design named.
    pub(super) fn entry(&self) -> anyhow::Result<&'static DesignEntry> {
        let words = || ALL.iter().map(|entry| entry.word).collect::<Vec<&str>>().join(", ");
        match (&self.design, self.protocol()?) {
            (Some(word), _) => {
                find(word).ok_or_else(|| anyhow!("--design {word}: there is no such design; choose one of {}", words()))
            }
            (None, Some(trial)) => Ok(trial.escalation.design.entry()),
            (None, None) => bail!("give --design, one of {}, or a trial folder", words()),
        }
    }

    /// The protocol in place of the options.
    pub(super) fn protocol(&self) -> anyhow::Result<Option<&Trial>> {
        if self.read.get().is_none() {
            let read = self.trial.as_deref().map(require_protocol).transpose()?;
            self.read.get_or_init(|| read);
        }
        Ok(self.read.get().and_then(Option::as_ref))
    }

    /// Number of dose levels: as given, of the protocol, of the skeleton or of the doses.
    pub(super) fn levels(&self, given: Option<u8>) -> anyhow::Result<u8> {
        match (given, self.protocol()?) {
            (Some(count), _) => doses(usize::from(count)),
            (None, Some(trial)) => doses(trial.dose_levels.len()),
            (None, None) if !self.skeleton.is_empty() => doses(self.skeleton.len()),
            (None, None) if !self.doses.is_empty() => doses(self.doses.len()),
            (None, None) => bail!("give --doses-count: the number of dose levels"),
        }
    }

    /// Says once which options change nothing.
    fn warn(&self, options: &[&str], why: &str) {
        if !self.warned.replace(true) {
            for option in options {
                eprintln!("warning: --{option} {why}");
            }
        }
    }

    /// The level of the first cohort.
    pub(super) fn start(&self) -> anyhow::Result<DoseLevel> {
        if let Some(trial) = self.protocol()? {
            return Ok(trial.escalation.start_level);
        }
        DoseLevel::new(self.start_dose).ok_or_else(|| anyhow!("--start-dose 0: levels are counted from 1"))
    }

    /// The target, where one was given or the protocol has one.
    pub(super) fn target(&self) -> anyhow::Result<Option<f64>> {
        let planned = self.protocol()?.and_then(|trial| trial.escalation.rule.target);
        Ok(self.target.or(planned))
    }

    /// The options as the library takes them.
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        self.settings_beside(&[])
    }

    /// Whether no level is skipped where nothing else is said.
    pub(super) fn never_skips(&self) -> anyhow::Result<bool> {
        Ok(match self.protocol()? {
            Some(trial) => trial.escalation.no_skipping,
            None => self.entry()?.name == DesignName::Blrm && !self.allow_skipping,
        })
    }

    /// Whether levels open for backfilling without a response.
    pub(super) fn backfill_without_response(&self) -> bool {
        self.efficacy.settings().backfill_without_response
    }

    /// The same where something else than the design reads some of the options.
    pub(super) fn settings_beside(&self, read: &[&str]) -> anyhow::Result<Settings> {
        let entry = self.entry()?;
        let given = self.given().into_iter().filter(|option| !read.contains(option));
        if let Some(trial) = self.protocol()? {
            self.warn(
                &given.collect::<Vec<_>>(),
                "changes nothing: the design comes from the protocol",
            );
            let rule = trial.escalation.rule.clone();
            return Ok(Settings {
                target: self.target.or(rule.target),
                ..rule
            });
        }
        let settings = Settings {
            target: self.target,
            elimination_cutoff: self.elimination_cutoff,
            elimination_min_n: None,
            extra_safe: self.extra_safe,
            offset: self.offset,
            bound_mtd: self.bound_mtd,
            p_safe: self.p_safe,
            p_tox: self.p_tox,
            margin_lower: self.margin_lower,
            margin_upper: self.margin_upper,
            variant: self.three_plus_three_variant(entry)?,
            tite_variant: self.tite_variant(entry)?,
            max_pending_fraction: self.max_pending_fraction,
            accrue_at_lowest: false,
            start: Some(self.start()?),
            logistic: self.model == Model::Logistic,
            skeleton: self.skeleton.clone(),
            prior_sd: self.prior_sd.clone(),
            doses: self.doses.clone(),
            ref_dose: self.ref_dose,
            prior_mean: self.prior_mean.clone(),
            prior_cor: self.prior_cor,
            cuts: self.cuts.clone(),
            overdose_limit: self.overdose_limit,
            intercept: self.intercept,
            maximum_likelihood: self.method == Method::Mle,
            allow_skipping: self.allow_skipping,
            allow_incoherent: self.allow_incoherent,
            efficacy: self.efficacy.settings(),
        };
        let idle = given.filter(|option| !entry.options.contains(option));
        let why = format!("is not an option of {} and changes nothing", entry.word);
        self.warn(&idle.collect::<Vec<_>>(), &why);
        if let Some(target) = self.target {
            tercel::design::Target::new(target).map_err(|error| anyhow!("--target: {error}"))?;
        }
        Ok(settings)
    }

    fn three_plus_three_variant(&self, entry: &DesignEntry) -> anyhow::Result<Option<ThreePlusThreeVariant>> {
        match (self.variant.as_deref(), entry.name) {
            (None, _) | (_, DesignName::TiteBoin) => Ok(None),
            (Some("storer"), _) => Ok(Some(ThreePlusThreeVariant::Storer)),
            (Some("korn-top3"), _) => Ok(Some(ThreePlusThreeVariant::KornTop3)),
            (Some("korn-strict"), _) => Ok(Some(ThreePlusThreeVariant::KornStrict)),
            (Some(other), _) => bail!("--variant {other}: choose storer, korn-top3 or korn-strict"),
        }
    }

    fn tite_variant(&self, entry: &DesignEntry) -> anyhow::Result<Option<TiteVariant>> {
        match (self.variant.as_deref(), entry.name) {
            (Some("ess"), DesignName::TiteBoin) => Ok(Some(TiteVariant::EffectiveSampleSize)),
            (Some("single-mean"), DesignName::TiteBoin) => Ok(Some(TiteVariant::SingleMeanImputation)),
            (Some(other), DesignName::TiteBoin) => bail!("--variant {other}: choose ess or single-mean"),
            (None | Some(_), _) => Ok(None),
        }
    }

    /// Names of the options that were given; the target may stand beside any design.
    fn given(&self) -> Vec<&'static str> {
        let options = [
            ("elimination-cutoff", self.elimination_cutoff.is_some()),
            ("extra-safe", self.extra_safe),
            ("offset", self.offset.is_some()),
            ("bound-mtd", self.bound_mtd),
            ("p-safe", self.p_safe.is_some()),
            ("p-tox", self.p_tox.is_some()),
            ("margin-lower", self.margin_lower.is_some()),
            ("margin-upper", self.margin_upper.is_some()),
            ("variant", self.variant.is_some()),
            ("max-pending-fraction", self.max_pending_fraction.is_some()),
            ("model", self.model == Model::Logistic),
            ("skeleton", !self.skeleton.is_empty()),
            ("prior-sd", !self.prior_sd.is_empty()),
            ("doses", !self.doses.is_empty()),
            ("ref-dose", self.ref_dose.is_some()),
            ("prior-mean", !self.prior_mean.is_empty()),
            ("prior-cor", self.prior_cor.is_some()),
            ("cuts", !self.cuts.is_empty()),
            ("overdose-limit", self.overdose_limit.is_some()),
            ("intercept", self.intercept.is_some()),
            ("method", self.method == Method::Mle),
            ("allow-skipping", self.allow_skipping),
            ("allow-incoherent", self.allow_incoherent),
        ];
        options
            .into_iter()
            .chain(self.efficacy.given())
            .filter(|(_, given)| *given)
            .map(|(name, _)| name)
            .collect()
    }
}

/// Number of subjects at a level for which tables are made.
pub(super) const MOST_SUBJECTS: u32 = 1000;

/// A number of subjects within reason.
pub(super) fn subjects(option: &str, value: u32) -> anyhow::Result<u32> {
    if value == 0 || value > MOST_SUBJECTS {
        bail!("{option} {value}: give a number from 1 to {MOST_SUBJECTS}");
    }
    Ok(value)
}

/// Number of dose levels of a list.
pub(super) fn doses(count: usize) -> anyhow::Result<u8> {
    match u8::try_from(count) {
        Ok(doses) if (1..=30).contains(&doses) => Ok(doses),
        Ok(_) | Err(_) => bail!("{count} dose levels: a design has from 1 to 30"),
    }
}

/// When subjects come and how long they are watched.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Time")]
pub(super) struct TimeArgs {
    /// Length of the DLT window in days
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    window_days: Option<f64>,
    /// Days from one subject to the next
    #[arg(long, alias = "accrual-days", value_name = "DAYS", allow_negative_numbers = true)]
    accrual_interval_days: Option<f64>,
}

impl TimeArgs {
    /// Length of the window, where it was given.
    pub(super) fn window(&self) -> anyhow::Result<Option<f64>> {
        days("--window-days", self.window_days)
    }

    /// Days between subjects, where they were given.
    pub(super) fn interval(&self) -> anyhow::Result<Option<f64>> {
        days("--accrual-interval-days", self.accrual_interval_days)
    }
}

fn days(option: &str, value: Option<f64>) -> anyhow::Result<Option<f64>> {
    match value {
        Some(days) if !(days > 0.0 && days <= 3660.0) => bail!("{option} {days}: give days above 0 and at most 3660"),
        other => Ok(other),
    }
}
