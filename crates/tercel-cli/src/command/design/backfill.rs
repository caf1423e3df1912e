//! Options of backfilling, for `tercel design simulate`.

use anyhow::{anyhow, bail};
use serde_json::Value;
use tercel::design::{BfBoinDesign, DesignName, EfficacySettings, Settings};
use tercel::exact::Curve;
use tercel::trials::Backfill;

use super::efficacy_oc::probabilities;
use super::options::{DesignArgs, subjects};

/// Backfilling around a design in cohorts.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Backfilling (with --accrual-interval-days)")]
pub(super) struct BackfillArgs {
    /// Backfill levels up to so many subjects, around any design in cohorts (bf-boin: --n-cap)
    ///
    /// While a cohort is followed, whoever comes is treated at the highest level that is open: below the current one, with a
    /// response there or at a lower level, with fewer subjects than this, and with its DLT rate, or that pooled with the level
    /// above, below BOIN's de-escalation boundary for --target (a level that fails this closes those above it too). The design
    /// keeps its rule; backfilled subjects enter the counts it decides and selects from, except for 3+3 and
    /// accelerated-titration, whose tables end at the cohorts' six subjects. --cohorts counts the subjects of cohorts alone.
    #[arg(long, value_name = "N")]
    backfill_cap: Option<u32>,
    /// True response probabilities for a true curve, in the order of --truth, independent of DLTs
    #[arg(long, value_name = "P,..", allow_hyphen_values = true)]
    truth_response: Vec<String>,
    /// Days from infusion until a response is known [default: the DLT window]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    response_days: Option<f64>,
}

/// Backfilling as asked for.
pub(super) struct Backfilling {
    /// Which levels are open.
    pub(super) opening: BfBoinDesign,
    /// Whether that is the design itself.
    pub(super) own: bool,
    /// Subjects in all, at most.
    pub(super) most_n: u32,
    counted: bool,
    responses: Vec<Vec<f64>>,
    response_days: Option<f64>,
}

/// The option of designs that look at responses that backfilling around another design reads.
const WITHOUT_RESPONSE: &str = "backfill-without-response";

impl BackfillArgs {
    /// Options of the design that are read here.
    pub(super) const fn reads(&self) -> &'static [&'static str] {
        match self.backfill_cap {
            Some(_) => &[WITHOUT_RESPONSE],
            None => &[],
        }
    }

    /// Refuses backfilling around a design that does not wait.
    pub(super) fn refuse(&self) -> anyhow::Result<()> {
        if let Some(option) = self.first() {
            bail!(
                "--{option} does not go with a design that treats subjects while outcomes are pending: nobody waits to be \
                 backfilled; leave it out"
            );
        }
        Ok(())
    }

    /// The first of the options that was given.
    fn first(&self) -> Option<&'static str> {
        let options = [
            ("backfill-cap", self.backfill_cap.is_some()),
            ("truth-response", !self.truth_response.is_empty()),
            ("response-days", self.response_days.is_some()),
        ];
        options.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }

    /// The backfilling asked for, of a trial with `most` subjects in cohorts.
    pub(super) fn ask(
        &self,
        design: &DesignArgs,
        settings: &Settings,
        most: u32,
        curves: &[Curve],
    ) -> anyhow::Result<Option<Backfilling>> {
        let name = design.entry()?.name;
        let own = name == DesignName::BfBoin;
        let settings = match (own, self.backfill_cap) {
            (true, Some(_)) => bail!("--backfill-cap is for other designs; bf-boin backfills up to --n-cap"),
            (true, None) => settings.clone(),
            (false, Some(cap)) => Settings {
                efficacy: EfficacySettings {
                    n_cap: Some(subjects("--backfill-cap", cap)?),
                    backfill_without_response: design.backfill_without_response(),
                    ..settings.efficacy
                },
                ..settings.clone()
            },
            (false, None) => match self.first() {
                Some(option) => bail!("--{option} needs --backfill-cap, or --design bf-boin"),
                None => return Ok(None),
            },
        };
        if settings.target.is_none() {
            bail!("--backfill-cap needs --target: a level closes by BOIN's de-escalation boundary for it");
        }
        let levels = curves.first().map_or(0, |curve| curve.values().len());
        let cap = settings.bf_boin(1).map_err(|error| anyhow!("{error}"))?.options().n_cap;
        let most_n = most.saturating_add(cap.saturating_mul(u32::try_from(levels)?));
        Ok(Some(Backfilling {
            opening: settings.bf_boin(most_n).map_err(|error| anyhow!("{error}"))?,
            own,
            most_n,
            // Their tables end at the six subjects of two cohorts.
            counted: !name.stops_by_itself(),
            responses: self.responses(curves, settings.efficacy.backfill_without_response)?,
            response_days: self.response_days,
        }))
    }

    /// Response probabilities of each curve.
    fn responses(&self, curves: &[Curve], not_needed: bool) -> anyhow::Result<Vec<Vec<f64>>> {
        if self.truth_response.is_empty() && not_needed {
            return Ok(curves.iter().map(|curve| vec![0.0; curve.values().len()]).collect());
        }
        if self.truth_response.len() != curves.len() {
            bail!(
                "give --truth-response for each --truth, true response probabilities from the lowest level up, or \
                 --backfill-without-response"
            );
        }
        self.truth_response.iter().map(|text| probabilities(text)).collect()
    }

    /// Adds the response probabilities to the answers.
    pub(super) fn note(&self, scenarios: &mut [Value]) {
        for (scenario, text) in scenarios.iter_mut().zip(&self.truth_response) {
            if let (Some(fields), Ok(response)) = (scenario.as_object_mut(), probabilities(text)) {
                fields.insert("truth_response".to_owned(), response.into());
            }
        }
    }
}

impl Backfilling {
    /// The backfilling under one of the curves.
    pub(super) fn around(&self, curve: usize, window: f64) -> Backfill<'_> {
        Backfill {
            opening: &self.opening,
            counted: self.counted,
            response: self.responses.get(curve).map_or(&[], Vec::as_slice),
            response_days: self.response_days.unwrap_or(window),
        }
    }
}
