//! The options a design was set with, the published defaults included.

use crate::design::{CRM_PRIOR_SD, DesignEntry, DesignName, Settings, TiteVariant};
use crate::protocol::ThreePlusThreeVariant;

/// Every option the design reads, with the value in force.
pub fn options_used(entry: &DesignEntry, settings: &Settings) -> Vec<(String, String)> {
    entry
        .options
        .iter()
        .map(|option| ((*option).to_owned(), value(option, entry.name, settings)))
        .collect()
}

fn value(option: &str, design: DesignName, settings: &Settings) -> String {
    let target = settings.target.unwrap_or(0.0);
    let number = |given: Option<f64>, usual: f64| format!("{:.4}", given.unwrap_or(usual));
    let yes = |given: bool| if given { "yes" } else { "no" }.to_owned();
    let text = match option {
        "target" => {
            return settings
                .target
                .map_or_else(|| "none".to_owned(), |target| target.to_string());
        }
        "elimination-cutoff" if design == DesignName::Ccd && settings.elimination_cutoff.is_none() => {
            if settings.extra_safe {
                number(None, 0.95)
            } else {
                return "no level is closed".to_owned();
            }
        }
        "elimination-cutoff" => number(settings.elimination_cutoff, 0.95),
        "offset" => number(settings.offset, 0.05),
        "p-safe" => number(settings.p_safe, 0.6 * target),
        "p-tox" => number(settings.p_tox, 1.4 * target),
        "margin-lower" => number(settings.margin_lower, usual_margin(design, settings)),
        "margin-upper" => number(settings.margin_upper, usual_margin(design, settings)),
        "prior-sd" if design == DesignName::Blrm => return list(&settings.prior_sd),
        "prior-sd" => number(settings.prior_sd.first().copied(), CRM_PRIOR_SD),
        "prior-mean" => return list(&settings.prior_mean),
        "doses" => return list(&settings.doses),
        "ref-dose" => {
            return settings
                .ref_dose
                .map_or_else(|| "none".to_owned(), |dose| dose.to_string());
        }
        "prior-cor" => number(settings.prior_cor, 0.0),
        "cuts" if settings.cuts.is_empty() => return "0.16, 0.33".to_owned(),
        "cuts" => return list(&settings.cuts),
        "overdose-limit" => number(settings.overdose_limit, 0.25),
        "weights" => return "linear".to_owned(),
        "max-pending-fraction" if design == DesignName::TiteBoin => number(settings.max_pending_fraction, 0.5),
        "max-pending-fraction" => {
            return settings
                .max_pending_fraction
                .map_or_else(|| "accrual is never suspended".to_owned(), |share| share.to_string());
        }
        "variant" if design == DesignName::TiteBoin => {
            return match settings.tite_variant.unwrap_or(TiteVariant::EffectiveSampleSize) {
                TiteVariant::EffectiveSampleSize => "effective sample size",
                TiteVariant::SingleMeanImputation => "single mean imputation",
            }
            .to_owned();
        }
        "intercept" if !settings.logistic => return "not used by the power model".to_owned(),
        "intercept" => number(settings.intercept, 3.0),
        "extra-safe" => return yes(settings.extra_safe),
        "bound-mtd" => return yes(settings.bound_mtd),
        "allow-skipping" => return yes(settings.allow_skipping),
        "allow-incoherent" => return yes(settings.allow_incoherent),
        "model" => return if settings.logistic { "logistic" } else { "power" }.to_owned(),
        "method" => {
            return if settings.maximum_likelihood {
                "maximum likelihood"
            } else {
                "bayes"
            }
            .to_owned();
        }
        "variant" => return variant(settings).to_owned(),
        "skeleton" => {
            let values: Vec<String> = settings.skeleton.iter().map(|s| format!("{s:.4}")).collect();
            return values.join(", ");
        }
        _ => return "as given, or the published default".to_owned(),
    };
    // 0.0500 is 0.05.
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn list(values: &[f64]) -> String {
    let each: Vec<String> = values.iter().map(|value| short(*value)).collect();
    each.join(", ")
}

/// Up to four decimals; a power of ten where that would be long.
fn short(value: f64) -> String {
    if value.abs() >= 1e5 {
        return format!("{value:e}");
    }
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Distance of the interval's ends from the target where none is given.
pub(super) fn usual_margin(design: DesignName, settings: &Settings) -> f64 {
    if design != DesignName::Ccd {
        return 0.05;
    }
    settings.target().map_or(0.1, crate::design::usual_ccd_margin)
}

/// The variant in words of the command line.
fn variant(settings: &Settings) -> &'static str {
    match settings.variant.unwrap_or(ThreePlusThreeVariant::KornStrict) {
        ThreePlusThreeVariant::Storer => "storer",
        ThreePlusThreeVariant::KornTop3 => "korn-top3",
        ThreePlusThreeVariant::KornStrict => "korn-strict",
    }
}
