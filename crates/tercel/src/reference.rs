//! The publications that outcomes rest on, as they are cited in a report.
//!
//! `docs/references.md` holds these and all others, with how each was read.

/// Key and citation, in order of key.
const CITATIONS: &[(&str, &str)] = &[
    (
        "brookmeyer1982",
        "Brookmeyer R, Crowley J. A confidence interval for the median survival time. Biometrics 1982; 38 (1): 29–41.",
    ),
    (
        "clopper1934",
        "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the binomial. Biometrika 1934; 26 (4): 404–413.",
    ),
    (
        "ctcae5",
        "US Department of Health and Human Services, National Institutes of Health, National Cancer Institute. Common Terminology Criteria for Adverse Events (CTCAE), version 5.0. Published 27 November 2017.",
    ),
    (
        "eisenhauer2009recist",
        "Eisenhauer EA, Therasse P, Bogaerts J, et al. New response evaluation criteria in solid tumours: revised RECIST guideline (version 1.1). European Journal of Cancer 2009; 45 (2): 228–247. doi:10.1016/j.ejca.2008.10.026",
    ),
    (
        "fda-endpoints2018",
        "US Food and Drug Administration. Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics: Guidance for Industry. December 2018.",
    ),
    (
        "greenwood1926",
        "Greenwood M. A report on the natural duration of cancer. Reports on Public Health and Medical Subjects 33. London: His Majesty's Stationery Office, 1926; 1–26.",
    ),
    (
        "kalbfleisch2002",
        "Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data. Second edition. Hoboken: Wiley, 2002 (first edition 1980).",
    ),
    (
        "kaplan1958",
        "Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. Journal of the American Statistical Association 1958; 53 (282): 457–481.",
    ),
    (
        "lee2019astct",
        "Lee DW, Santomasso BD, Locke FL, et al. ASTCT consensus grading for cytokine release syndrome and neurologic toxicity associated with immune effector cells. Biology of Blood and Marrow Transplantation 2019; 25 (4): 625–638. doi:10.1016/j.bbmt.2018.12.758",
    ),
    (
        "lencioni2010mrecist",
        "Lencioni R, Llovet JM. Modified RECIST (mRECIST) assessment for hepatocellular carcinoma. Seminars in Liver Disease 2010; 30 (1): 52–60. doi:10.1055/s-0030-1247132",
    ),
    (
        "royston2013",
        "Royston P, Parmar MKB. Restricted mean survival time: an alternative to the hazard ratio for the design and analysis of randomized trials with a time-to-event outcome. BMC Medical Research Methodology 2013; 13: 152. doi:10.1186/1471-2288-13-152",
    ),
];

/// The citation of a key.
pub fn citation(key: &str) -> Option<&'static str> {
    let found = CITATIONS.iter().find(|(name, _)| *name == key);
    found.map(|(_, citation)| *citation)
}

/// All keys with their citations.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    CITATIONS.iter().copied()
}
