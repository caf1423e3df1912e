//! Words of the record's enumerations to those of the upload, as the schema's comments list them.

/// The word of the upload; one that is not listed is taken as it stands.
fn word(list: &[(&str, &str)], wire: &str) -> String {
    let known = list.iter().find(|(key, _)| *key == wire);
    known.map_or(wire, |(_, word)| word).to_owned()
}

pub(super) const fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

pub(super) fn status(wire: &str) -> String {
    word(
        &[
            ("NOT_YET_RECRUITING", "Not yet recruiting"),
            ("RECRUITING", "Recruiting"),
            ("ACTIVE_NOT_RECRUITING", "Active, not recruiting"),
            ("ENROLLING_BY_INVITATION", "Enrolling by invitation"),
            ("COMPLETED", "Completed"),
            ("SUSPENDED", "Suspended"),
            ("TERMINATED", "Terminated"),
            ("WITHDRAWN", "Withdrawn"),
            ("AVAILABLE", "Available"),
            ("NO_LONGER_AVAILABLE", "No longer available"),
            ("TEMPORARILY_NOT_AVAILABLE", "Temporarily not available"),
            ("APPROVED_FOR_MARKETING", "Approved for marketing"),
        ],
        wire,
    )
}

pub(super) fn date_type(wire: &str) -> String {
    word(
        &[
            ("ACTUAL", "Actual"),
            ("ESTIMATED", "Anticipated"),
            ("ANTICIPATED", "Anticipated"),
        ],
        wire,
    )
}

pub(super) fn id_type(wire: &str) -> String {
    word(
        &[
            ("NIH", "NIH Grant Number"),
            ("FDA", "Other Grant/Funding Number"),
            ("VA", "Other Grant/Funding Number"),
            ("CDC", "Other Grant/Funding Number"),
            ("AHRQ", "Other Grant/Funding Number"),
            ("SAMHSA", "Other Grant/Funding Number"),
            ("OTHER_GRANT", "Other Grant/Funding Number"),
            ("EUDRACT_NUMBER", "EudraCT Number"),
            ("CTIS", "Other Identifier"),
            ("REGISTRY", "Registry Identifier"),
            ("OTHER", "Other Identifier"),
        ],
        wire,
    )
}

pub(super) fn study_type(wire: &str) -> String {
    word(
        &[
            ("INTERVENTIONAL", "Interventional"),
            ("OBSERVATIONAL", "Observational"),
            ("EXPANDED_ACCESS", "Expanded Access"),
        ],
        wire,
    )
}

pub(super) fn purpose(wire: &str) -> String {
    word(
        &[
            ("TREATMENT", "Treatment"),
            ("PREVENTION", "Prevention"),
            ("DIAGNOSTIC", "Diagnostic"),
            ("BASIC_SCIENCE", "Basic Science"),
            ("SUPPORTIVE_CARE", "Supportive Care"),
            ("SCREENING", "Screening"),
            ("HEALTH_SERVICES_RESEARCH", "Health Services Research"),
            ("DEVICE_FEASIBILITY", "Device Feasibility"),
            ("OTHER", "Other"),
            ("ECT", "Other"),
        ],
        wire,
    )
}

pub(super) fn model(wire: &str) -> String {
    word(
        &[
            ("SINGLE_GROUP", "Single Group Assignment"),
            ("PARALLEL", "Parallel Assignment"),
            ("CROSSOVER", "Crossover Assignment"),
            ("FACTORIAL", "Factorial Assignment"),
            ("SEQUENTIAL", "Sequential Assignment"),
        ],
        wire,
    )
}

pub(super) fn allocation(wire: &str) -> String {
    word(
        &[
            ("RANDOMIZED", "Randomized"),
            ("NON_RANDOMIZED", "Non-randomized"),
            ("NA", "N/A"),
        ],
        wire,
    )
}

pub(super) fn arm_type(wire: &str) -> String {
    word(
        &[
            ("EXPERIMENTAL", "Experimental"),
            ("ACTIVE_COMPARATOR", "Active Comparator"),
            ("PLACEBO_COMPARATOR", "Placebo Comparator"),
            ("SHAM_COMPARATOR", "Sham Comparator"),
            ("NO_INTERVENTION", "No Intervention"),
            ("OTHER", "Other"),
        ],
        wire,
    )
}

pub(super) fn intervention_type(wire: &str) -> String {
    word(
        &[
            ("DRUG", "Drug"),
            ("DEVICE", "Device"),
            ("BIOLOGICAL", "Biological/Vaccine"),
            ("PROCEDURE", "Procedure/Surgery"),
            ("RADIATION", "Radiation"),
            ("BEHAVIORAL", "Behavioral"),
            ("GENETIC", "Genetic"),
            ("DIETARY_SUPPLEMENT", "Dietary Supplement"),
            ("COMBINATION_PRODUCT", "Combination Product"),
            ("DIAGNOSTIC_TEST", "Diagnostic Test"),
            ("OTHER", "Other"),
        ],
        wire,
    )
}

pub(super) fn sex(wire: &str) -> String {
    word(&[("ALL", "All"), ("FEMALE", "Female"), ("MALE", "Male")], wire)
}

pub(super) fn role(wire: &str) -> String {
    word(
        &[
            ("PRINCIPAL_INVESTIGATOR", "Principal Investigator"),
            ("SUB_INVESTIGATOR", "Sub-Investigator"),
            ("STUDY_CHAIR", "Study Chair"),
            ("STUDY_DIRECTOR", "Study Director"),
        ],
        wire,
    )
}

pub(super) fn party(wire: &str) -> String {
    word(
        &[
            ("SPONSOR", "Sponsor"),
            ("PRINCIPAL_INVESTIGATOR", "Principal Investigator"),
            ("SPONSOR_INVESTIGATOR", "Sponsor-Investigator"),
        ],
        wire,
    )
}

pub(super) fn observational_model(wire: &str) -> String {
    word(
        &[
            ("COHORT", "Cohort"),
            ("CASE_CONTROL", "Case-Control"),
            ("CASE_ONLY", "Case-Only"),
            ("CASE_CROSSOVER", "Case-Crossover"),
            ("ECOLOGIC_OR_COMMUNITY", "Ecologic or Community"),
            ("FAMILY_BASED", "Family-Based"),
            ("OTHER", "Other"),
        ],
        wire,
    )
}

pub(super) fn perspective(wire: &str) -> String {
    word(
        &[
            ("RETROSPECTIVE", "Retrospective"),
            ("PROSPECTIVE", "Prospective"),
            ("CROSS_SECTIONAL", "Cross-Sectional"),
            ("OTHER", "Other"),
        ],
        wire,
    )
}

/// `Phase 1`, `Phase 1/2`, `Early Phase 1`, `N/A`.
pub(super) fn phase(wire: &[String]) -> Option<String> {
    let numbers: Vec<&str> = wire.iter().filter_map(|phase| phase.strip_prefix("PHASE")).collect();
    match wire {
        [] => None,
        [only] if only == "EARLY_PHASE1" => Some("Early Phase 1".to_owned()),
        [only] if only == "NA" => Some("N/A".to_owned()),
        _ if numbers.is_empty() => Some(wire.join("/")),
        _ => Some(format!("Phase {}", numbers.join("/"))),
    }
}

/// The phase that a title names: `A Phase 1 Study`, `Phase I/II`.
pub(super) fn phase_of_title(title: &str) -> Option<String> {
    let words: Vec<&str> = title
        .split(|letter: char| letter.is_whitespace() || letter == ',')
        .collect();
    let at = words.iter().position(|word| word.eq_ignore_ascii_case("phase"))?;
    let numbers = words
        .get(at + 1)?
        .split(['/', '-', '–'])
        .map(|part| match part.to_uppercase().as_str() {
            "0" => Some("0"),
            "1" | "I" | "1A" | "1B" | "IA" | "IB" => Some("1"),
            "2" | "II" | "2A" | "2B" | "IIA" | "IIB" => Some("2"),
            "3" | "III" => Some("3"),
            "4" | "IV" => Some("4"),
            _ => None,
        });
    let mut numbers = numbers.collect::<Option<Vec<&str>>>()?;
    numbers.dedup();
    match numbers.as_slice() {
        [] => None,
        ["0"] => Some("Early Phase 1".to_owned()),
        numbers => Some(format!("Phase {}", numbers.join("/"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phase_is_the_one_the_title_names() {
        assert_eq!(phase_of_title("A Phase 1 Study of X"), Some("Phase 1".to_owned()));
        assert_eq!(phase_of_title("Phase I/II trial"), Some("Phase 1/2".to_owned()));
        assert_eq!(phase_of_title("Phase 1a/1b"), Some("Phase 1".to_owned()));
        assert_eq!(phase_of_title("An open study"), None);
        assert_eq!(
            phase(&["PHASE1".to_owned(), "PHASE2".to_owned()]),
            Some("Phase 1/2".to_owned())
        );
        assert_eq!(phase(&["EARLY_PHASE1".to_owned()]), Some("Early Phase 1".to_owned()));
    }
}
