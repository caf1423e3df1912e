//! The values of the settings that a method of an analysis variable names, as this protocol has them.

use tercel::protocol::{LabBaseline, Trial};

/// What the protocol says of a variable whose method goes by it: a sentence.
pub(super) fn stated(trial: &Trial, dataset: &str, variable: &str) -> Option<String> {
    let (dlt, safety, response, windows) = (&trial.dlt, &trial.safety, &trial.response, &trial.windows);
    let said = match (dataset, variable) {
        ("ADSL", "AEWEDT") => format!(
            "windows.ae_months is {}, windows.ae_days_uninfused {}",
            windows.ae_months, windows.ae_days_uninfused
        ),
        ("ADAE" | "ADLB", "ATOXVER") => format!("safety.ctcae is {}", safety.ctcae),
        ("ADAE", "ASSOCFL") => format!("safety.relatedness is \"{}\"", safety.relatedness.name()),
        ("ADAE", "CQ01NAM") => format!("safety.crs_class is \"{}\"", safety.crs_class),
        ("ADAE", "CQ02NAM") => format!("safety.icans_class is \"{}\"", safety.icans_class),
        ("ADLB", "ABLFL") => format!("safety.baseline is \"{}\"", named(&LabBaseline::NAMES, safety.baseline)),
        ("ADEX", "AVAL") => format!(
            "dlt.dose_percent_min is {}, dlt.dose_percent_max {}",
            dlt.dose_percent_min, dlt.dose_percent_max
        ),
        ("ADDLT", "AVALC" | "WINEDT") => format!("dlt.window_days is {}", dlt.window_days),
        ("ADRS", "AVALC") => format!(
            "response.criteria is {}, response.confirmation_days {}, response.sd_min_days {}, response.evaluator \"{}\"",
            response.criteria, response.confirmation_days, response.sd_min_days, response.evaluator
        ),
        ("ADTTE", "AVAL") => format!("estimation.count_first_day is {}", trial.estimation.count_first_day),
        ("ADTTE", "EVNTDESC") => format!("response.pfs_censoring: {}", response.pfs_censoring.title()),
        ("ADPP", "AVAL") => {
            let (kinetics, blq) = (&trial.kinetics, &trial.kinetics.blq);
            format!(
                "kinetics.auc_method is \"{}\"; by kinetics.blq a sample below quantification is \"{}\" before the first \
                 quantified one, \"{}\" between and \"{}\" after the last",
                kinetics.auc_method.name(),
                blq.first.name(),
                blq.middle.name(),
                blq.last.name()
            )
        }
        _ => return None,
    };
    Some(format!("In this protocol {said}."))
}

fn named<T: PartialEq + Copy>(names: &[(&'static str, T)], value: T) -> &'static str {
    let mut names = names.iter();
    names.find(|(_, known)| *known == value).map_or("", |(name, _)| name)
}
