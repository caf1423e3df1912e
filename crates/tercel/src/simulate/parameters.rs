//! Every number the rehearsal rests on: name, unit, value, and the source or the word assumption.
//!
//! A parameter with several values has one per dose level; a trial with more levels uses the last for the rest.

use crate::protocol::DoseLevel;

/// A number of the rehearsal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// What it is.
    pub name: &'static str,
    /// Unit; empty for a pure number.
    pub unit: &'static str,
    /// The value, or one value per dose level.
    pub values: &'static [f64],
    /// Reference key, or `assumption` with what it is drawn from.
    pub source: &'static str,
}

impl Parameter {
    /// The value; of a parameter by level, the one of the first.
    pub const fn get(&self) -> f64 {
        match self.values {
            [first, ..] => *first,
            [] => 0.0,
        }
    }

    /// The value at a dose level.
    pub fn at(&self, level: DoseLevel) -> f64 {
        let index = usize::from(level.number()) - 1;
        let value = self.values.get(index).or(self.values.last());
        value.copied().unwrap_or(0.0)
    }
}

macro_rules! parameters {
    ($($id:ident = [$($value:expr),+], $unit:literal, $name:literal, $source:literal;)+) => {
        $(
            #[doc = $name]
            pub const $id: Parameter = Parameter { name: $name, unit: $unit, values: &[$($value),+], source: $source };
        )+
        /// All parameters, for the methods table.
        pub const ALL: &[Parameter] = &[$($id),+];
    };
}

parameters! {
    // Accrual and supply.
    ACCRUAL_INTERVAL = [12.0], "days", "mean interval between consents", "assumption: one site, sibling trials";
    SCREENING_MIN = [5.0], "days", "shortest time from consent to collection", "assumption: screening of at most 28 days";
    SCREENING_MAX = [20.0], "days", "longest time from consent to collection", "assumption: screening of at most 28 days";
    SUPPLY_MIN = [21.0], "days", "shortest time from collection to infusion", "assumption: manufacture of 2 to 5 weeks, then lymphodepletion";
    SUPPLY_MAX = [42.0], "days", "longest time from collection to infusion", "assumption: manufacture of 2 to 5 weeks, then lymphodepletion";
    MANUFACTURE_FAILURE = [0.05], "", "probability that manufacture fails", "assumption: 3 to 8 %";
    WITHDRAWAL_BEFORE_INFUSION = [0.10], "", "probability of withdrawal between collection and infusion", "assumption: 10 to 20 % not infused in all";
    BRIDGING = [0.4], "", "probability of bridging therapy", "assumption; 76 % in qi2024";
    UNDER_DOSE = [0.04], "", "probability that the product falls short of the dose", "assumption";
    DOSE_SD = [5.0], "% of planned", "standard deviation of the dose given", "assumption: 85 to 115 %";
    SIGN_OFF = [4.0], "days", "from the end of the window to the committee's decision", "assumption";
    DLT = [0.05, 0.12, 0.25], "", "probability of a dose-limiting toxicity", "assumption";
    // Demography and history.
    AGE_MEAN = [59.0], "years", "mean age", "HBV-HCC cohort, PMC8951695 table 1: median 59";
    AGE_SD = [8.2], "years", "standard deviation of age", "HBV-HCC cohort, PMC8951695 table 1: quartiles 54 and 65";
    MALE = [0.89], "", "proportion of men", "HBV-HCC cohort, PMC8951695 table 1";
    ECOG_0 = [0.45], "", "proportion with ECOG 0", "assumption";
    CHILD_PUGH_5 = [0.65], "", "proportion with Child-Pugh 5", "assumption; A in 80 to 91.5 %, PMC8951695, PMC7786454";
    HEPATITIS_B = [0.84], "", "proportion with hepatitis B", "pooled HBV-heavy cohort, PMC7786454 table 1";
    // Cellular kinetics.
    C_MAX = [3000.0, 4000.0, 5000.0], "copies/ug", "median peak of transgene copies", "assumption: solid tumours, below stein2019 (24000)";
    C_MAX_VARIANCE = [1.2], "", "variance of the log of the peak", "assumption: CV about 150 %";
    NO_EXPANSION = [0.17], "", "proportion without expansion", "assumption: 15 to 20 %";
    NO_EXPANSION_FACTOR = [0.01], "", "peak without expansion, as a part of the peak with it", "assumption";
    T_MAX = [10.0], "days", "median time of the peak", "assumption: peak at about 2 weeks in shi2020";
    T_MAX_SIGMA = [0.35], "", "standard deviation of the log of the time of the peak", "assumption: range 5 to 21 days";
    FOLD = [3900.0], "", "median fold expansion", "stein2019";
    ALPHA_MIN = [0.15], "1/day", "slowest contraction", "assumption; 0.16 in stein2019";
    ALPHA_MAX = [0.25], "1/day", "fastest contraction", "assumption; 0.16 in stein2019";
    PERSISTENT_MIN = [0.005], "", "smallest persistent part of the peak", "assumption; 0.0079 in stein2019";
    PERSISTENT_MAX = [0.02], "", "largest persistent part of the peak", "assumption; 0.0079 in stein2019";
    BETA_MIN = [0.01], "1/day", "slowest loss of persistent cells", "assumption; 0.0032 in stein2019";
    BETA_MAX = [0.03], "1/day", "fastest loss of persistent cells", "assumption; 0.0032 in stein2019";
    COPIES_SIGMA = [0.56], "", "residual standard deviation of log copies", "stein2019";
    COPIES_LLOQ = [50.0], "copies/ug", "lower limit of quantification of copies", "assumption";
    CELLS_PER_COPY = [0.01], "cells/uL per copy/ug", "cells counted per copy measured", "assumption: 6.6 pg DNA a cell, 2 to 3 copies a cell, 4000 cells/uL";
    CELLS_SIGMA = [0.3], "", "standard deviation of log counts about copies", "assumption";
    CELLS_LLOQ = [0.5], "10^6/L", "lower limit of quantification of counts", "assumption";
    // Serum biomarker.
    BIOMARKER = [350.0], "ng/mL", "geometric mean of the biomarker at baseline", "assumption from smith2003: above 300";
    BIOMARKER_SIGMA = [0.34], "", "standard deviation of the log of the biomarker", "assumption: CV 35 %";
    BIOMARKER_ASSAY_SIGMA = [0.1], "", "analytical standard deviation of the log", "assumption: CV 10 %";
    BIOMARKER_FALL = [0.4], "", "largest fall after a full expansion", "assumption";
    BIOMARKER_LLOQ = [5.0], "ng/mL", "lower limit of quantification of the biomarker", "assumption";
    // Toxicity.
    CRS = [0.70, 0.85, 0.90], "", "probability of CRS", "assumption; 9 of 13 in shi2020";
    CRS_SEVERE = [0.03, 0.06, 0.12], "", "probability of CRS of grade 3 or higher", "assumption; 1 of 13 in shi2020";
    CRS_GRADE_2 = [0.45], "", "part of the milder CRS that reaches grade 2", "assumption";
    CRS_KINETICS = [0.4], "", "probit slope of CRS on the log of the peak", "assumption: odds rise with the peak";
    CRS_ONSET = [2.5], "days", "median onset of CRS", "assumption: day 2 to 3, quartiles 1 and 5";
    CRS_ONSET_SIGMA = [1.19], "", "standard deviation of the log onset", "assumption: quartiles 1 and 5 days";
    CRS_DURATION = [5.0], "days", "median duration of CRS", "assumption: 4 to 6 days";
    CRS_DURATION_SIGMA = [0.25], "", "standard deviation of the log duration", "assumption";
    TOCILIZUMAB = [0.8], "", "probability of tocilizumab at grade 2 or higher", "assumption";
    ICANS = [0.02, 0.05, 0.08], "", "probability of ICANS", "assumption: 2 to 8 %; none in qi2024";
    ICANS_SEVERE = [0.10], "", "part of ICANS of grade 3 that resolves in time", "assumption: grade 3 or higher in 0 to 3 %";
    ICANS_ONSET = [6.0], "days", "median onset of ICANS", "assumption";
    ICANS_DURATION = [3.0], "days", "median duration of ICANS", "assumption";
    GRADE_DISAGREEMENT = [0.15], "", "probability that the written grade differs from the items", "assumption: 10 to 20 %";
    // Tumour.
    TARGET_SIZE = [58.5], "mm", "median diameter of the largest lesion", "HBV-HCC cohort, PMC8951695 table 1";
    TARGET_SIZE_SIGMA = [0.6], "", "standard deviation of the log diameter", "assumption; quartiles 33 and 125 mm, PMC8951695";
    DOUBLING_TIME = [163.4], "days", "median doubling time of tumour volume", "PMC4612289";
    DOUBLING_TIME_SIGMA = [1.06], "", "standard deviation of the log doubling time", "PMC4612289: quartiles 72 and 302 days";
    DOUBLING_FACTOR = [0.5], "", "doubling time in refractory disease, as a part of it", "assumption: 0.4 to 0.6";
    SENSITIVE_MEAN = [-0.5], "", "probit of the median sensitive part of the tumour", "assumption: calibrated to a response rate of 15 to 35 %";
    SENSITIVE_SD = [0.9], "", "spread of that probit", "assumption: calibrated";
    SENSITIVE_KINETICS = [0.3], "", "its correlation with the log of the peak", "assumption: weak, liu2021";
    KILL_RATE = [0.03], "1/day", "median rate of tumour kill", "assumption: calibrated";
    KILL_RATE_SIGMA = [0.4], "", "standard deviation of the log rate", "assumption";
    NEW_LESION_MEAN = [290.0], "days", "mean time to a new lesion", "assumption: calibrated to a median PFS of 2.5 to 5 months";
    MEASUREMENT_SIGMA = [0.06], "", "standard deviation of a log diameter read twice", "assumption: 5 to 8 %";
    READER_DISAGREEMENT = [0.10], "", "probability that the investigator's response differs from the lesions", "assumption";
    // Follow-up.
    DEATH_BEFORE_PROGRESSION = [1200.0], "days", "mean time to death without progression", "assumption: liver failure";
    DEATH_AFTER_PROGRESSION = [270.0], "days", "mean survival after progression", "assumption: calibrated to OS 8.3 to 13.8 months, finn2020";
    LOSS = [3000.0], "days", "mean time to loss to follow-up", "assumption";
    WITHDRAWAL = [4000.0], "days", "mean time to withdrawal of consent", "assumption";
    NEW_THERAPY = [0.6], "", "probability of new therapy after progression", "assumption";
    EARLY_THERAPY = [0.04], "", "probability of new therapy without progression", "assumption";
    MISSED_VISIT = [0.03], "", "probability that a visit after the first month is missed", "assumption";
    LATE_VISIT = [0.03], "", "probability that a visit falls after its window", "assumption";
    SURVIVAL_CONTACT = [90.0], "days", "interval of survival contacts after the visits stop", "assumption";
    // Lymphodepletion.
    NEUTROPHIL_NADIR = [0.5], "10^9/L", "median lowest neutrophil count", "assumption: below 0.5 in 30 to 60 %";
    NEUTROPHIL_NADIR_SIGMA = [0.6], "", "standard deviation of its log", "assumption";
    NEUTROPHIL_RECOVERY = [15.0], "days", "median recovery of neutrophils", "assumption: day 12 to 20";
    PLATELET_FALL_MIN = [0.3], "", "smallest fall of platelets", "assumption: 30 to 60 %";
    PLATELET_FALL_MAX = [0.6], "", "largest fall of platelets", "assumption: 30 to 60 %";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_has_a_value_and_a_source() {
        for parameter in ALL {
            assert!(
                parameter.values.iter().all(|value| value.is_finite()),
                "{}",
                parameter.name
            );
            assert!(!parameter.source.is_empty(), "{}", parameter.name);
        }
    }

    #[test]
    fn a_level_beyond_the_list_uses_the_last_value() {
        let level = |number| DoseLevel::new(number).unwrap();
        assert!((CRS.at(level(2)) - 0.85).abs() < 1e-12);
        assert!((CRS.at(level(7)) - 0.90).abs() < 1e-12);
        assert!((ACCRUAL_INTERVAL.at(level(3)) - 12.0).abs() < 1e-12);
    }
}
