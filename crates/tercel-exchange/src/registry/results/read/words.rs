//! Words of the record's enumerations to the registry's display values.

/// Kinds of number.
const PARAMETERS: [(&str, &str); 9] = [
    ("GEOMETRIC_MEAN", "Geometric Mean"),
    ("GEOMETRIC_LEAST_SQUARES_MEAN", "Geometric Least Squares Mean"),
    ("LEAST_SQUARES_MEAN", "Least Squares Mean"),
    ("LOG_MEAN", "Log Mean"),
    ("MEAN", "Mean"),
    ("MEDIAN", "Median"),
    ("NUMBER", "Number"),
    ("COUNT_OF_PARTICIPANTS", "Count of Participants"),
    ("COUNT_OF_UNITS", "Count of Units"),
];

/// Kinds of spread.
const DISPERSIONS: [(&str, &str); 11] = [
    ("NA", "Not Applicable"),
    ("STANDARD_DEVIATION", "Standard Deviation"),
    ("STANDARD_ERROR", "Standard Error"),
    ("INTER_QUARTILE_RANGE", "Inter-Quartile Range"),
    ("FULL_RANGE", "Full Range"),
    ("CONFIDENCE_80", "80% Confidence Interval"),
    ("CONFIDENCE_90", "90% Confidence Interval"),
    ("CONFIDENCE_95", "95% Confidence Interval"),
    ("CONFIDENCE_975", "97.5% Confidence Interval"),
    ("CONFIDENCE_99", "99% Confidence Interval"),
    ("GEOMETRIC_COEFFICIENT", "Geometric Coefficient of Variation"),
];

const RANKS: [(&str, &str); 4] = [
    ("PRIMARY", "Primary"),
    ("SECONDARY", "Secondary"),
    ("OTHER_PRE_SPECIFIED", "Other Pre-specified"),
    ("POST_HOC", "Post-Hoc"),
];

const ASSESSMENTS: [(&str, &str); 2] = [
    ("NON_SYSTEMATIC_ASSESSMENT", "Non-Systematic Assessment"),
    ("SYSTEMATIC_ASSESSMENT", "Systematic Assessment"),
];

const TESTS: [(&str, &str); 7] = [
    ("SUPERIORITY", "Superiority"),
    ("NON_INFERIORITY", "Non-Inferiority"),
    ("EQUIVALENCE", "Equivalence"),
    ("OTHER", "Other"),
    ("NON_INFERIORITY_OR_EQUIVALENCE", "Non-Inferiority or Equivalence"),
    ("SUPERIORITY_OR_OTHER", "Superiority or Other"),
    (
        "NON_INFERIORITY_OR_EQUIVALENCE_LEGACY",
        "Non-Inferiority or Equivalence (legacy)",
    ),
];

const SIDES: [(&str, &str); 2] = [("ONE_SIDED", "1-Sided"), ("TWO_SIDED", "2-Sided")];

const SPREADS: [(&str, &str); 2] = [
    ("STANDARD_DEVIATION", "Standard Deviation"),
    ("STANDARD_ERROR_OF_MEAN", "Standard Error of the Mean"),
];

/// What an analysis may estimate by a name of the registry.
const ESTIMATES: [&str; 13] = [
    "Cox Proportional Hazard",
    "Hazard Ratio (HR)",
    "Hazard Ratio, log",
    "Mean Difference (Final Values)",
    "Mean Difference (Net)",
    "Median Difference (Final Values)",
    "Median Difference (Net)",
    "Odds Ratio (OR)",
    "Odds Ratio, log",
    "Risk Difference (RD)",
    "Risk Ratio (RR)",
    "Risk Ratio, log",
    "Slope",
];

/// Methods that the registry has names of.
const METHODS: [&str; 19] = [
    "ANCOVA",
    "ANOVA",
    "Chi-squared",
    "Chi-squared, Corrected",
    "Cochran-Mantel-Haenszel",
    "Fisher Exact",
    "Kruskal-Wallis",
    "Log Rank",
    "Mantel Haenszel",
    "McNemar",
    "Mixed Models Analysis",
    "Regression, Cox",
    "Regression, Linear",
    "Regression, Logistic",
    "Sign Test",
    "t-Test, 1-Sided",
    "t-Test, 2-Sided",
    "Wilcoxon (Mann-Whitney)",
    "Other",
];

/// A name of the registry, or that it is another with the name in words.
pub(super) type Named = (String, Option<String>);

/// The display value of a word; a word that the registry does not list is taken as it stands.
fn display(list: &[(&str, &str)], word: &str) -> String {
    let known = list.iter().find(|(wire, _)| *wire == word);
    known.map_or(word, |(_, display)| display).to_owned()
}

pub(super) fn parameter(word: &str) -> String {
    display(&PARAMETERS, word)
}

pub(super) fn dispersion(word: &str) -> String {
    display(&DISPERSIONS, word)
}

pub(super) fn rank(word: &str) -> String {
    display(&RANKS, word)
}

pub(super) fn assessment(word: &str) -> String {
    display(&ASSESSMENTS, word)
}

pub(super) fn test_type(word: &str) -> String {
    display(&TESTS, word)
}

pub(super) fn sides(word: &str) -> String {
    display(&SIDES, word)
}

pub(super) fn spread(word: &str) -> String {
    display(&SPREADS, word)
}

/// One of the list, capitals aside, or `other` with the words.
pub(super) fn named(list: &[&str], other: &str, words: &str) -> Named {
    let known = list.iter().find(|known| known.eq_ignore_ascii_case(words));
    known.map_or_else(
        || (other.to_owned(), Some(words.to_owned())),
        |known| ((*known).to_owned(), None),
    )
}

pub(super) fn estimate(words: &str) -> Named {
    named(&ESTIMATES, "Other", words)
}

pub(super) fn method(words: &str) -> Named {
    named(&METHODS, "Other", words)
}

/// The level of a confidence interval that is none of the registry's, in percent: `98.33% Confidence Interval`.
pub(super) fn odd_level(dispersion: &str) -> Option<String> {
    let level = dispersion
        .strip_suffix("Confidence Interval")?
        .trim()
        .strip_suffix('%')?
        .trim();
    let listed = DISPERSIONS.iter().any(|(_, known)| *known == dispersion);
    (!listed && level.parse::<f64>().is_ok()).then(|| level.to_owned())
}
