//! The publications that outcomes and designs rest on, as they are cited in a report.
//!
//! `docs/references.md` holds these and all others, with how each was read.

/// Key and citation, in order of key.
const CITATIONS: &[(&str, &str)] = &[
    (
        "babb1998ewoc",
        "Babb J, Rogatko A, Zacks S. Cancer phase I clinical trials: efficient dose escalation with overdose control. Statistics in Medicine 1998; 17 (10): 1103–1120.",
    ),
    (
        "brookmeyer1982",
        "Brookmeyer R, Crowley J. A confidence interval for the median survival time. Biometrics 1982; 38 (1): 29–41.",
    ),
    (
        "cheung2000titecrm",
        "Cheung YK, Chappell R. Sequential designs for phase I clinical trials with late-onset toxicities. Biometrics 2000; 56 (4): 1177–1182. doi:10.1111/j.0006-341X.2000.01177.x",
    ),
    (
        "cheung2011crm",
        "Cheung YK. Dose Finding by the Continual Reassessment Method. Boca Raton: Chapman and Hall/CRC, 2011. ISBN 9781420091519",
    ),
    (
        "clertant2017",
        "Clertant M, O'Quigley J. Semiparametric dose finding methods. Journal of the Royal Statistical Society: Series B 2017; 79 (5): 1487–1508. doi:10.1111/rssb.12229",
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
        "ctcae6",
        "US Department of Health and Human Services, National Institutes of Health, National Cancer Institute. Common Terminology Criteria for Adverse Events (CTCAE), version 6.0. Published 22 July 2025.",
    ),
    (
        "eisenhauer2009recist",
        "Eisenhauer EA, Therasse P, Bogaerts J, et al. New response evaluation criteria in solid tumours: revised RECIST guideline (version 1.1). European Journal of Cancer 2009; 45 (2): 228–247. doi:10.1016/j.ejca.2008.10.026",
    ),
    (
        "eortc-recist-faq",
        "European Organisation for Research and Treatment of Cancer, RECIST Working Group. Questions and answers on RECIST 1.1 and iRECIST. recist.eortc.org.",
    ),
    (
        "fda-endpoints2018",
        "US Food and Drug Administration. Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics: Guidance for Industry. December 2018.",
    ),
    (
        "frankel2020queue",
        "Frankel PH, Chung V, Tuscano J, Siddiqi T, Sampath S, Longmate J, Groshen S, Newman EM. Model of a queuing approach for patient accrual in phase 1 oncology studies. JAMA Network Open 2020; 3 (5): e204787. doi:10.1001/jamanetworkopen.2020.4787",
    ),
    (
        "greenwood1926",
        "Greenwood M. A report on the natural duration of cancer. Reports on Public Health and Medical Subjects 33. London: His Majesty's Stationery Office, 1926; 1–26.",
    ),
    (
        "guo2017mtpi2",
        "Guo W, Wang SJ, Yang S, Lynn H, Ji Y. A Bayesian interval dose-finding design addressing Ockham's razor: mTPI-2. Contemporary Clinical Trials 2017; 58: 23–33. doi:10.1016/j.cct.2017.04.006",
    ),
    (
        "ivanova2007ccd",
        "Ivanova A, Flournoy N, Chung Y. Cumulative cohort design for dose-finding. Journal of Statistical Planning and Inference 2007; 137 (7): 2316–2327. doi:10.1016/j.jspi.2006.07.009",
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
        "korn1994",
        "Korn EL, Midthune D, Chen TT, Rubinstein LV, Christian MC, Simon RM. A comparison of two phase I trial designs. Statistics in Medicine 1994; 13 (18): 1799–1806. doi:10.1002/sim.4780131802",
    ),
    (
        "lee2009skeleton",
        "Lee SM, Cheung YK. Model calibration in the continual reassessment method. Clinical Trials 2009; 6 (3): 227–238. doi:10.1177/1740774509105076",
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
        "lin2020boin12",
        "Lin R, Zhou Y, Yan F, Li D, Yuan Y. BOIN12: Bayesian optimal interval phase I/II trial design for utility-based dose finding in immunotherapy and targeted therapies. JCO Precision Oncology 2020; 4: 1393–1402. doi:10.1200/PO.20.00257",
    ),
    (
        "lin2020titeboin",
        "Lin R, Yuan Y. Time-to-event model-assisted designs for dose-finding trials with delayed toxicity. Biostatistics 2020; 21 (4): 807–824. doi:10.1093/biostatistics/kxz007",
    ),
    (
        "liu2015boin",
        "Liu S, Yuan Y. Bayesian optimal interval designs for phase I clinical trials. Journal of the Royal Statistical Society: Series C 2015; 64 (3): 507–523. doi:10.1111/rssc.12089; erratum 2022; 71: 491.",
    ),
    (
        "liu2020i3plus3",
        "Liu M, Wang SJ, Ji Y. The i3+3 design for phase I clinical trials. Journal of Biopharmaceutical Statistics 2020; 30 (2): 294–304. doi:10.1080/10543406.2019.1636811",
    ),
    (
        "neuenschwander2008blrm",
        "Neuenschwander B, Branson M, Gsponer T. Critical aspects of the Bayesian approach to phase I cancer trials. Statistics in Medicine 2008; 27 (13): 2420–2439. doi:10.1002/sim.3230",
    ),
    (
        "oquigley1990crm",
        "O'Quigley J, Pepe M, Fisher L. Continual reassessment method: a practical design for phase 1 clinical trials in cancer. Biometrics 1990; 46 (1): 33–48. doi:10.2307/2531628",
    ),
    (
        "royston2013",
        "Royston P, Parmar MKB. Restricted mean survival time: an alternative to the hazard ratio for the design and analysis of randomized trials with a time-to-event outcome. BMC Medical Research Methodology 2013; 13: 152. doi:10.1186/1471-2288-13-152",
    ),
    (
        "seymour2017irecist",
        "Seymour L, Bogaerts J, Perrone A, et al. iRECIST: guidelines for response criteria for use in trials testing immunotherapeutics. Lancet Oncology 2017; 18 (3): e143–e152. doi:10.1016/S1470-2045(17)30074-8",
    ),
    (
        "simon1997titration",
        "Simon R, Freidlin B, Rubinstein L, Arbuck SG, Collins J, Christian MC. Accelerated titration designs for phase I clinical trials in oncology. Journal of the National Cancer Institute 1997; 89 (15): 1138–1147. doi:10.1093/jnci/89.15.1138",
    ),
    (
        "skolnik2008rolling",
        "Skolnik JM, Barrett JS, Jayaraman B, Patel D, Adamson PC. Shortening the timeline of pediatric phase I trials: the rolling six design. Journal of Clinical Oncology 2008; 26 (2): 190–195. doi:10.1200/JCO.2007.12.7712",
    ),
    (
        "storer1989",
        "Storer BE. Design and analysis of phase I clinical trials. Biometrics 1989; 45 (3): 925–937. doi:10.2307/2531693",
    ),
    (
        "yan2017keyboard",
        "Yan F, Mandrekar SJ, Yuan Y. Keyboard: a novel Bayesian toxicity probability interval design for phase I clinical trials. Clinical Cancer Research 2017; 23 (15): 3994–4003. doi:10.1158/1078-0432.CCR-17-0220",
    ),
    (
        "yuan2018titeboin",
        "Yuan Y, Lin R, Li D, Nie L, Warren KE. Time-to-event Bayesian optimal interval design to accelerate phase I trials. Clinical Cancer Research 2018; 24 (20): 4921–4930. doi:10.1158/1078-0432.CCR-18-0246",
    ),
    (
        "zhao2024bfboin",
        "Zhao Y, Yuan Y, Korn EL, Freidlin B. Backfilling patients in phase I dose-escalation trials using Bayesian optimal interval design (BOIN). Clinical Cancer Research 2024; 30 (4): 673–679. doi:10.1158/1078-0432.CCR-23-2585",
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
