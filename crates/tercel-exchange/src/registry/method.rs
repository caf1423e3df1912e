//! Which method answers an outcome, by the words of its measure.

use super::words::{holds, names_dlt, words};

/// A method with its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    /// Name in protocol files.
    pub(super) method: &'static str,
    /// Parts reported apart.
    pub(super) components: Vec<&'static str>,
    /// What the words leave open about the method, as a question.
    pub(super) question: Option<&'static str>,
}

/// Methods whose words stand in the measure. One is an answer; several, or none, are for a person to decide.
pub(super) fn find_methods(measure: &str) -> Vec<Match> {
    let words = words(measure);
    let has = |phrase: &str| holds(&words, phrase);
    let any = |phrases: &[&str]| phrases.iter().any(|phrase| has(phrase));
    let plain = |method| Match {
        method,
        components: Vec::new(),
        question: None,
    };
    let mut found = Vec::new();
    // The dose itself is decided by the escalation, though its measure may name DLTs.
    let finds_dose = any(&[
        "mtd",
        "rp2d",
        "maximum tolerated dose",
        "recommended phase 2 dose",
        "maximum tolerable dose",
    ]);
    if names_dlt(measure) && !finds_dose {
        found.push(plain("dlt"));
    }
    found.extend(adverse_events(&words, &any));
    found.extend(toxicity(&any));
    if any(&["laboratory", "lab values", "lab tests", "lab abnormalities"]) && !found.iter().any(is_adverse_events) {
        found.push(plain("lab-changes"));
    }
    if any(&[
        "objective response rate",
        "overall response rate",
        "objective remission rate",
        "response rate",
        "orr",
    ]) {
        found.push(plain("orr"));
    }
    if any(&["disease control rate", "disease control", "dcr"]) {
        found.push(plain("dcr"));
    }
    found.extend(survival(&any));
    if any(&["time to remission", "time to response", "ttr"]) {
        found.push(plain("ttr"));
    }
    if any(&["duration of response", "duration of remission", "dor"]) {
        found.push(plain("dor"));
    }
    let cells = car_t_level(&words, &any);
    if cells.is_none() && any(&["serum"]) && any(&["change", "changes", "level", "levels", "concentration"]) {
        found.push(plain("biomarker-change"));
    }
    found.extend(cells);
    found
}

fn is_adverse_events(found: &Match) -> bool {
    found.method == "adverse-events"
}

fn adverse_events(words: &[String], any: &dyn Fn(&[&str]) -> bool) -> Option<Match> {
    let serious = any(&["serious adverse event", "serious adverse events", "sae", "saes"]);
    let total = words
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a == "adverse" && b.starts_with("event")))
        .count();
    let of_serious = words
        .windows(3)
        .filter(|run| matches!(run, [a, b, c] if a == "serious" && b == "adverse" && c.starts_with("event")))
        .count();
    let others = total > of_serious || any(&["ae", "aes", "teae", "teaes"]);
    let components: Vec<&'static str> = [("ae", others), ("sae", serious)]
        .iter()
        .filter_map(|(component, used)| used.then_some(*component))
        .collect();
    (!components.is_empty()).then_some(Match {
        method: "adverse-events",
        components,
        question: None,
    })
}

fn toxicity(any: &dyn Fn(&[&str]) -> bool) -> Option<Match> {
    let crs = any(&["cytokine release syndrome", "crs"]);
    let icans = any(&[
        "icans",
        "immune effector cell associated neurotoxicity syndrome",
        "immune effector cell associated neurotoxicity",
    ]);
    let components: Vec<&'static str> = [("crs", crs), ("icans", icans)]
        .iter()
        .filter_map(|(component, used)| used.then_some(*component))
        .collect();
    (!components.is_empty()).then_some(Match {
        method: "crs-icans",
        components,
        question: None,
    })
}

fn survival(any: &dyn Fn(&[&str]) -> bool) -> Vec<Match> {
    const WHICH: &str = "Which summary of overall survival: its median or its rate at the time points.";
    let rate = any(&["rate", "rates"]);
    let mut found = Vec::new();
    if any(&["progression free survival", "pfs", "mpfs"]) {
        let method = match (any(&["median", "mpfs"]), rate) {
            (true, _) => "median-pfs",
            (false, true) => "pfs-rate",
            (false, false) => "pfs",
        };
        found.push((method, None));
    }
    if any(&["overall survival", "os", "mos"]) {
        found.push(match (any(&["median", "mos"]), rate) {
            (true, _) => ("median-os", None),
            (false, true) => ("os-rate", None),
            (false, false) => ("median-os", Some(WHICH)),
        });
    }
    let of = |(method, question)| Match {
        method,
        components: Vec::new(),
        question,
    };
    found.into_iter().map(of).collect()
}

fn car_t_level(words: &[String], any: &dyn Fn(&[&str]) -> bool) -> Option<Match> {
    let of_cells = words
        .iter()
        .any(|word| ["car", "cart", "transgene", "vcn"].contains(&word.as_str()));
    let copies = any(&["copy number", "copy numbers", "copies", "vcn", "transgene"]);
    let counts = any(&[
        "absolute value",
        "absolute number",
        "absolute count",
        "cell count",
        "number of car",
        "persistence",
        "expansion",
        "counts",
    ]);
    let components: Vec<&'static str> = [("copies", copies), ("cells", counts)]
        .iter()
        .filter_map(|(component, used)| used.then_some(*component))
        .collect();
    (of_cells && !components.is_empty()).then_some(Match {
        method: "car-t-level",
        components,
        question: None,
    })
}

/// The test a biomarker outcome is about: the words between "serum" and "level".
pub(super) fn biomarker(measure: &str) -> Option<String> {
    let plain = super::words::plain(measure);
    let (_, after) = plain.split_once("erum ")?;
    let name: Vec<&str> = after
        .split_whitespace()
        .take_while(|word| {
            !["level", "levels", "concentration", "concentrations"].contains(&word.to_lowercase().as_str())
        })
        .collect();
    ((1..=3).contains(&name.len())).then(|| name.join(" ").to_uppercase())
}

/// What a method counts, in words.
pub(super) fn definition(method: &str) -> &'static str {
    match method {
        "dlt" => {
            "Subjects with at least one dose-limiting toxicity among those infused and evaluable; an undecided status is pending, in neither count."
        }
        "adverse-events" => {
            "Apheresed subjects with at least one adverse event (serious adverse event) of possible onset in the adverse-event window, related as safety.relatedness says; an event without recorded relatedness counts."
        }
        "crs-icans" => {
            "Infused subjects with a CRS (ICANS) event at or after infusion, or an ASTCT grade of 1 or higher in the graded findings, in the adverse-event window."
        }
        "lab-changes" => {
            "Apheresed subjects with at least one value of a protocol analyte in the adverse-event window that the investigator calls clinically significant, outside its reference range and further outside than at baseline."
        }
        "orr" => {
            "Infused subjects with a complete or partial response first seen no later than the end of the window of the time point and confirmed as response.confirmation_days says."
        }
        "dcr" => {
            "Infused subjects with CR, PR or SD at an adequate assessment in the window of the time point, or at a later one without progression, and no progression, death or new anticancer therapy before."
        }
        "biomarker-change" => {
            "Median over infused subjects of the percent change from baseline at the sample in the window of the time point."
        }
        "car-t-level" => {
            "Median over infused subjects of the level in blood at the sample in the window of the time point."
        }
        "pfs" => {
            "From infusion to the first progression or death from any cause, in infused subjects. Restricted mean to the time point, with events, subjects censored and at risk, and survival there."
        }
        "median-pfs" => {
            "From infusion to the first progression or death from any cause, in infused subjects. Kaplan-Meier median with follow-up truncated at the time point."
        }
        "ttr" => {
            "Median time from infusion to the first response that is later confirmed, among infused subjects whose response began by the time point."
        }
        "dor" => {
            "From the first response that is later confirmed to progression or death, among responders whose response began by the time point. Kaplan-Meier median."
        }
        "median-os" => {
            "From infusion to death from any cause, in infused subjects; censored at the last contact. Kaplan-Meier median with follow-up truncated at the time point."
        }
        "os-rate" => {
            "From infusion to death from any cause, in infused subjects; censored at the last contact. Kaplan-Meier survival at the time point."
        }
        "pfs-rate" => {
            "From infusion to the first progression or death from any cause, in infused subjects. Kaplan-Meier estimate at the time point."
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(measure: &str) -> (&'static str, Vec<&'static str>) {
        let found = find_methods(measure);
        assert_eq!(found.len(), 1, "{measure}: {found:?}");
        (found[0].method, found[0].components.clone())
    }

    #[test]
    fn clear_words_name_their_method() {
        assert_eq!(only("Dose-limiting toxicity").0, "dlt");
        assert_eq!(only("Incidence of DLTs").0, "dlt");
        assert_eq!(
            only("Treatment-emergent adverse events (TEAEs)"),
            ("adverse-events", vec!["ae"])
        );
        assert_eq!(
            only("Number of serious adverse events"),
            ("adverse-events", vec!["sae"])
        );
        assert_eq!(only("Cytokine Release Syndrome"), ("crs-icans", vec!["crs"]));
        assert_eq!(only("Progression Free Survival (PFS)").0, "pfs");
        assert_eq!(only("Median PFS").0, "median-pfs");
        assert_eq!(only("OS rate").0, "os-rate");
        assert_eq!(only("CAR copies in blood"), ("car-t-level", vec!["copies"]));
    }

    #[test]
    fn other_words_name_none() {
        for measure in [
            "Maximum tolerated dose, by the number of DLTs",
            "Neurotoxicity",
            "Feasibility of Manufacturing",
            "Quality of life",
        ] {
            assert_eq!(find_methods(measure), [], "{measure}");
        }
    }

    #[test]
    fn the_biomarker_stands_between_serum_and_level() {
        assert_eq!(biomarker("Changes of serum IL1RAP level").as_deref(), Some("IL1RAP"));
        assert_eq!(biomarker("Serum").as_deref(), None);
    }
}
