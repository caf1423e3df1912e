//! The parts of a draft that are text: tables of terms and rules, and the planned visits.

use std::fmt::Write as _;

const EVENT_CLASSES: &str = include_str!("../../data/event_classes.toml");
const DLT_CRITERIA: &str = include_str!("../../data/dlt_criteria.toml");

/// Blocks that make sense only where the liver is diseased.
const OF_THE_LIVER: [&str; 5] = [
    "id = \"decompensation\"",
    "id = \"transaminase-8\"",
    "id = \"transaminase-20\"",
    "id = \"hys-law\"",
    "id = \"child-pugh-2\"",
];

/// Event classes and the rules of dose-limiting toxicity.
pub(super) fn event_classes(liver: bool) -> String {
    without_liver(EVENT_CLASSES, liver)
}

/// The rules of dose-limiting toxicity; a rule about a day of the window looks at its last one.
pub(super) fn dlt_criteria(liver: bool, window_days: u32) -> String {
    without_liver(DLT_CRITERIA, liver)
        .replace("present_on_day = 28", &format!("present_on_day = {window_days}"))
        .replace("by day 28", &format!("by day {window_days}"))
}

fn without_liver(text: &str, liver: bool) -> String {
    let blocks = text.split("\n\n");
    let kept: Vec<&str> = blocks
        .filter(|block| liver || !OF_THE_LIVER.iter().any(|id| block.lines().any(|line| line == *id)))
        .collect();
    kept.join("\n\n")
}

/// Analysis windows: the months of the outcomes.
pub(super) fn time_points(months: &[u32]) -> String {
    let mut text = String::new();
    for &month in months {
        let _ = write!(
            text,
            "[[windows.time_point]]\nmonths = {month}\nhalf_width_days = {}\n\n",
            width(month)
        );
    }
    text
}

/// Calendar months are 28 to 31 days, so windows of neighbouring months would meet with more.
fn width(month: u32) -> u32 {
    if month <= 6 { 14 } else { 28 }
}

/// Visits: screening, the days after infusion, every month that an outcome asks about, and contact to year 15.
pub(super) fn visits(months: &[u32]) -> String {
    const SAMPLES: &str = "\"laboratory\", \"kinetics\", \"vitals\", \"ice\", \"contact\"";
    const ALL: &str = "\"imaging\", \"laboratory\", \"kinetics\", \"biomarker\", \"vitals\", \"contact\"";
    let mut text = String::new();
    let mut visit = |name: &str, when: &str, window: u32, assess: &str| {
        let _ = write!(
            text,
            "[[schedule.visit]]\nname = \"{name}\"\n{when}\nwindow_days = {window}\nassess = [{assess}]\n\n"
        );
    };
    visit("Screening", "day = -28", 14, "\"laboratory\", \"vitals\", \"contact\"");
    visit("Baseline imaging", "day = -14", 14, "\"imaging\", \"contact\"");
    let baseline = "\"laboratory\", \"kinetics\", \"biomarker\", \"vitals\", \"ice\", \"contact\"";
    visit("Before lymphodepletion", "day = -7", 1, baseline);
    visit("Day 0", "day = 0", 0, baseline);
    for (day, window) in [(1, 0), (3, 0), (7, 0), (10, 1), (14, 1), (21, 2)] {
        visit(&format!("Day {day}"), &format!("day = {day}"), window, SAMPLES);
    }
    visit("Day 28", "day = 28", 3, ALL);
    visit("Week 8", "day = 56", 7, ALL);
    let mut planned: Vec<u32> = [3, 6, 9, 12].iter().chain(months).copied().collect();
    planned.sort_unstable();
    planned.dedup();
    for month in &planned {
        visit(&format!("Month {month}"), &format!("months = {month}"), 14, ALL);
    }
    for year in (2..=15).filter(|year| !planned.contains(&(year * 12))) {
        visit(
            &format!("Year {year}"),
            &format!("months = {}", year * 12),
            28,
            "\"contact\"",
        );
    }
    text
}

/// Rules that no record states, after the response criteria.
pub(super) const RULES: &str = r#"confirmation_days = 28
sd_min_days = 42
max_ne = 1
accept_sd = false
orr = "cumulative"
dcr_unassessed = "not controlled"
evaluator = "INVESTIGATOR"
missed_assessments = 2
pfs_censoring = "default"
new_therapy_procedures = ["EMBOLISATION", "EMBOLIZATION", "TACE", "TARE", "HAIC", "ABLATION", "RESECTION", "HEPATECTOMY", "TRANSPLANT", "RADIOTHERAPY"]
supportive_procedures = ["PALLIATIVE RADIOTHERAPY", "SUPPORTIVE RADIOTHERAPY"]

[estimation]
level = 0.95
conf_type = "log-log"
days_per_month = 30.4375
count_first_day = true

[safety]
relatedness = "possible"
baseline = "before lymphodepletion"
scale = "ASTCT 2019"
crs_class = "crs"
icans_class = "icans"
episode_gap_hours = 24
registry_threshold_percent = 0
reporting = ["ethics committee"]
ethics_days = 1
analytes = [
  "ALT", "AST", "ALP", "GGT", "BILI", "ALB", "INR", "APTT", "FIBRINO", "CREAT", "NEUT", "LYM", "WBC", "PLAT", "HGB",
  "SODIUM", "K", "CA", "MG", "PHOS", "GLUC", "LDH", "FERRITIN",
]

[[safety.interest]]
id = "crs"
label = "Cytokine release syndrome"
events = "crs"

[[safety.interest]]
id = "icans"
label = "ICANS"
events = "icans"

[[safety.interest]]
id = "iec-hs"
label = "IEC-HS"
events = "iec-hs"

[[safety.interest]]
id = "prolonged-cytopenia"
label = "Prolonged cytopenia"
events = "cytopenia"
grade_min = 3
present_on_day = 28

[[safety.interest]]
id = "secondary-malignancy"
label = "Secondary malignancy"
events = "secondary-malignancy"

[[safety.interest]]
id = "hypogammaglobulinaemia"
label = "Hypogammaglobulinaemia"
events = "hypogammaglobulinaemia"

[[safety.interest]]
id = "hbv-reactivation"
label = "Reactivation of hepatitis B"
events = "hbv-reactivation"

[kinetics]
baseline = "before infusion"
biomarker_unit = "ng/mL"
biomarker_floor = 0
auc_method = "linear-up-log-down"

[kinetics.blq]
first = "zero"
middle = "drop"
last = "drop"
"#;
