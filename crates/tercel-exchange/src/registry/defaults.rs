//! What a draft chooses where the record is silent: each setting with its question, choice and reason.

/// A choice made for the record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Default {
    /// Path of the setting.
    pub(super) path: &'static str,
    /// What the record does not say.
    pub(super) question: &'static str,
    /// The choice.
    pub(super) choice: &'static str,
    /// Why this and no other.
    pub(super) reason: &'static str,
}

const fn default(path: &'static str, question: &'static str, choice: &'static str, reason: &'static str) -> Default {
    Default {
        path,
        question,
        choice,
        reason,
    }
}

pub(super) const DEFAULTS: [Default; 58] = [
    default(
        "dose_level.unit",
        "What the number of cells counts.",
        "The unit written at the dose levels.",
        "The unit is as the record writes it; which cells are counted is for the study team to say.",
    ),
    default(
        "escalation.design",
        "The escalation rule.",
        "3+3.",
        "It is the rule of most Phase 1 trials of CAR-T cells.",
    ),
    default(
        "escalation.variant",
        "How the maximum tolerated dose is confirmed.",
        "Six subjects at the declared dose, at the top level too (korn-strict).",
        "Three subjects without a DLT exclude little; six is what the usual description of 3+3 asks of an MTD.",
    ),
    default(
        "escalation.start_level",
        "The level of the first subject.",
        "The lowest.",
        "Starting at the lowest is the safe reading.",
    ),
    default(
        "escalation.first_level_fails",
        "What follows when the first level is too toxic.",
        "Dosing stops and the committee decides.",
        "A lower level takes a protocol amendment.",
    ),
    default(
        "escalation.sentinel_days",
        "How long the first subject of a level is observed before the second is infused.",
        "14 days.",
        "Most CRS and ICANS begin in them.",
    ),
    default(
        "escalation.next_subject_days",
        "The interval between later subjects of a level.",
        "7 days.",
        "It covers the usual onset of CRS.",
    ),
    default(
        "escalation.next_level_days",
        "The interval from the last infusion at a level to the first at the next.",
        "The DLT window, and the committee's decision.",
        "The window of the last subject must have ended.",
    ),
    default(
        "eligibility.age_min",
        "The lowest age at entry.",
        "18 years.",
        "Adults, as in most Phase 1 trials.",
    ),
    default(
        "eligibility.age_max",
        "The highest age at entry.",
        "None: 120 years stands for no limit.",
        "A limit nobody stated would exclude subjects.",
    ),
    default(
        "eligibility.ecog_max",
        "The worst performance status at entry.",
        "ECOG 1.",
        "It is the usual entry limit of Phase 1 trials of CAR-T cells in solid tumours.",
    ),
    default(
        "eligibility.child_pugh_max",
        "The worst liver function at entry.",
        "Child-Pugh 6.",
        "The strict limit protects where the liver is diseased.",
    ),
    default(
        "names.lymphodepletion",
        "Whether and with what lymphodepletion is given.",
        "Fludarabine and cyclophosphamide.",
        "It is the usual regimen before CAR-T cells.",
    ),
    default(
        "event_class",
        "Which reported terms belong to CRS, to cytopenia and so on.",
        "The lists of terms in the protocol.",
        "A criterion must be decidable from coded data; the lists need the medical monitor's review.",
    ),
    default(
        "dlt.window_days",
        "The length of the DLT window.",
        "28 days.",
        "It is the usual window after an infusion of CAR-T cells.",
    ),
    default(
        "dlt.origin",
        "Whether the day of infusion and the days before it belong to the window.",
        "From infusion on day 0.",
        "Toxicity of the product begins with its infusion.",
    ),
    default(
        "dlt.relatedness",
        "How strongly an event must be related to be dose-limiting.",
        "At least possibly related to the CAR-T cells.",
        "A dose decision should count what cannot be excluded.",
    ),
    default(
        "dlt.dose_percent_min",
        "The lowest dose given that still informs about its level.",
        "80 % of the group's dose.",
        "A deviation of 20 % is the usual release limit of such products.",
    ),
    default(
        "dlt.dose_percent_max",
        "The highest dose given that still informs about its level.",
        "120 % of the group's dose.",
        "A deviation of 20 % is the usual release limit of such products.",
    ),
    default(
        "dlt.criterion",
        "What a dose-limiting toxicity is.",
        "The criteria in the protocol, over CTCAE 5.0 and, for CRS and ICANS, ASTCT 2019 grades.",
        "They follow what trials of CAR-T cells commonly use; each number is for the investigators to confirm.",
    ),
    default(
        "dlt.lab_criterion",
        "How liver injury is judged where entry allows raised enzymes.",
        "Multiples of the upper limit of normal, whatever the baseline; lower ones together with a rise of bilirubin within 7 days, each against the baseline too, which the committee judges for obstruction and progression.",
        "CTCAE 5.0 grades an abnormal baseline against itself; liver injury with jaundice is worse than either.",
    ),
    default(
        "dlt.score_criterion",
        "How a loss of liver function is judged.",
        "A Child-Pugh score 2 points above the baseline for more than 7 days.",
        "It sums what no single grade shows; a rise that passes within a week may come from a single value among its parts.",
    ),
    default(
        "dlt.exclusion",
        "What is not dose-limiting whatever its grade.",
        "Expected lymphopenia, alopecia and B-cell effects; passing fever, fatigue or nausea of grade 3.",
        "They follow from lymphodepletion or pass, in nearly every subject.",
    ),
    default(
        "dlt.pause",
        "What halts enrolment at once.",
        "A related death within 30 days, ICANS of grade 4 or brain oedema, IEC-HS of grade 3 in two subjects, a replication-competent vector, a product given to another than its donor.",
        "They are the rules usual in trials of CAR-T cells; each waits for a clinician to confirm it.",
    ),
    default(
        "windows.ae_months",
        "How long adverse events are collected after infusion.",
        "12 months.",
        "It is the usual length of the main follow-up of such trials.",
    ),
    default(
        "windows.ae_days_uninfused",
        "How long adverse events are collected of subjects never infused.",
        "28 days.",
        "It equals the usual DLT window.",
    ),
    default(
        "windows.uninfused_end",
        "From when the days of subjects never infused are counted.",
        "After the last study procedure, or to the start of other anticancer treatment if earlier (R3).",
        "Events after other treatment began would not be the study's.",
    ),
    default(
        "windows.time_point",
        "How far from a time point an assessment still counts.",
        "± 14 days up to month 6, ± 28 days after, in calendar months from infusion.",
        "The widths are those of the visits in the schedule.",
    ),
    default(
        "schedule.visit",
        "When subjects are seen, sampled and scanned.",
        "The visits in the protocol, with imaging, laboratory and samples at every time point of an outcome and contact to year 15.",
        "Every time point needs a planned assessment; 15 years of contact follow the guidance on integrating vectors.",
    ),
    default(
        "response.criteria",
        "The response criteria.",
        "RECIST 1.1.",
        "They are the usual criteria of solid tumours.",
    ),
    default(
        "response.confirmation_days",
        "Whether and when a response must be confirmed.",
        "At least 28 days later.",
        "RECIST 1.1 asks for confirmation where response is an endpoint and there is no control group.",
    ),
    default(
        "response.sd_min_days",
        "How long disease must be stable to be called so.",
        "42 days from infusion.",
        "RECIST 1.1 leaves the minimum to the protocol and gives six to eight weeks.",
    ),
    default(
        "response.max_ne",
        "How many assessments not evaluable may stand between a response and its confirmation.",
        "One.",
        "One failed scan should not undo a response.",
    ),
    default(
        "response.accept_sd",
        "Whether stable disease may stand between a partial response and its confirmation.",
        "No.",
        "The strict reading cannot overstate the response rate.",
    ),
    default(
        "response.evaluator",
        "Whose readings of the images count.",
        "The investigator's.",
        "No independent review is named.",
    ),
    default(
        "response.orr",
        "How a response rate at a time point is read.",
        "First CR or PR no later than the end of the window, confirmed then or later.",
        "It is how trials of CAR-T cells report a rate within some months.",
    ),
    default(
        "response.dcr_unassessed",
        "How a subject followed past a time point without an adequate scan counts for disease control.",
        "As not controlled.",
        "Missing scans must not raise the rate.",
    ),
    default(
        "response.missed_assessments",
        "When progression or death after missed scans is no longer dated by them.",
        "After two or more missed planned scans.",
        "It is the usual rule of regulatory guidance on oncology endpoints.",
    ),
    default(
        "response.pfs_censoring",
        "Which rule dates and censors progression-free survival.",
        "Censored at the last adequate assessment before new therapy, or before two or more missed visits; a death without any assessment is an event.",
        "It hides no death. The tables of FDA guidance stand beside it in the report as sensitivity analyses.",
    ),
    default(
        "response.new_therapy_procedures",
        "Which procedures after infusion are new anticancer therapy.",
        "Embolisation, infusion chemotherapy, ablation, resection, transplantation and radiotherapy, by words in their names; bridging therapy after infusion too.",
        "They treat the disease, so that what is seen afterwards is not the effect of the cells alone.",
    ),
    default(
        "response.supportive_procedures",
        "Which procedures are supportive and no new anticancer therapy.",
        "Palliative or supportive radiotherapy, so recorded where no target lesion is treated.",
        "It relieves symptoms and leaves the lesions that are measured alone.",
    ),
    default(
        "estimation.level",
        "The confidence level.",
        "95 %.",
        "It is the usual level.",
    ),
    default(
        "estimation.conf_type",
        "The interval of a survival estimate.",
        "Log-log.",
        "It keeps limits within 0 and 1.",
    ),
    default(
        "estimation.days_per_month",
        "How many days a month is where a duration is printed in months.",
        "30.4375.",
        "A year of 365.25 days in twelve parts.",
    ),
    default(
        "estimation.count_first_day",
        "Whether a duration counts its first day.",
        "Yes: event − start + 1.",
        "It is the convention of the analysis data sets that statisticians will compare with.",
    ),
    default(
        "safety.relatedness",
        "Which adverse events count as associated with treatment.",
        "At least possibly related to any study procedure or treatment.",
        "What cannot be excluded should count.",
    ),
    default(
        "safety.analytes",
        "Which laboratory tests are safety tests.",
        "Liver, clotting, kidney, blood counts, electrolytes, glucose, LDH and ferritin.",
        "They show the usual harm of CAR-T cells and lymphodepletion.",
    ),
    default(
        "safety.baseline",
        "Which value is the baseline that a laboratory result is compared with.",
        "The last before lymphodepletion; before infusion where there was none.",
        "Lymphodepletion lowers blood counts: a later baseline would hide the fall.",
    ),
    default(
        "safety.scale",
        "The scale of CRS and ICANS.",
        "ASTCT 2019.",
        "It is the consensus scale of both.",
    ),
    default(
        "safety.interest",
        "Which adverse events are of special interest.",
        "CRS, ICANS, IEC-HS, prolonged cytopenia, secondary malignancy, hypogammaglobulinaemia and reactivation of hepatitis B.",
        "They are the known harm of CAR-T cells and of the lymphodepletion before them.",
    ),
    default(
        "safety.episode_gap_hours",
        "After how many hours without symptoms CRS or ICANS is a new episode.",
        "24.",
        "The consensus gives no interval; one day is the shortest that findings by the day can show.",
    ),
    default(
        "safety.registry_threshold_percent",
        "Above which frequency an adverse event that is not serious stands in the results of the registry.",
        "0 percent: every event does.",
        "In small groups one event already exceeds the 5 percent of the registry.",
    ),
    default(
        "safety.reporting",
        "To whom serious, suspected and unexpected events are reported.",
        "The ethics committee within one day.",
        "Every study has one; the authorities are for the sponsor to add.",
    ),
    default(
        "kinetics.baseline",
        "Which sample is the baseline of the biomarker and of the kinetics.",
        "The last before infusion.",
        "It is nearest to the treatment whose effect is asked.",
    ),
    default(
        "kinetics.biomarker_unit",
        "The unit of the biomarker.",
        "ng/mL.",
        "A placeholder in the usual unit of serum proteins.",
    ),
    default(
        "kinetics.biomarker_floor",
        "Below what value the unit of the biomarker is queried.",
        "0: never.",
        "No limit is known.",
    ),
    default(
        "kinetics.blq",
        "What a sample below quantification stands for in the parameters of the kinetics.",
        "0 before the first quantifiable sample, left out between quantifiable ones and after the last.",
        "Before expansion there are no cells to speak of; one failed sample between two quantified ones is no fall to 0; after the last, how low the level is nobody knows.",
    ),
    default(
        "kinetics.auc_method",
        "How the area between two samples of the kinetics is found.",
        "Linear where the level rises, logarithmic where it falls.",
        "Expansion and contraction are each near a straight line on a logarithmic axis; a straight line over the weeks between late samples would overstate the area.",
    ),
];
