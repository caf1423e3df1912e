//! Every setting of a protocol file that a registry record may leave open, and the one rule that reads it.

/// A setting and what reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Dotted path in the protocol file.
    pub path: &'static str,
    /// The rule that reads it, in words.
    pub read_by: &'static str,
}

const fn setting(path: &'static str, read_by: &'static str) -> Setting {
    Setting { path, read_by }
}

/// All settings that must be either stated by the record or explained by an assumption, where the file has them.
pub const SETTINGS: [Setting; 69] = [
    setting("dose_level.unit", "amount of a dose group, and which cells it counts"),
    setting("escalation.design", "dose decision"),
    setting("escalation.variant", "dose decision"),
    setting("escalation.start_level", "dose level of the first subject"),
    setting(
        "escalation.first_level_fails",
        "dose decision when level 1 is too toxic",
    ),
    setting(
        "escalation.sentinel_days",
        "earliest next infusion at a level with one subject",
    ),
    setting("escalation.next_subject_days", "earliest next infusion at a level"),
    setting(
        "escalation.next_level_days",
        "earliest first infusion at the next level",
    ),
    setting("eligibility.age_min", "eligibility findings: age"),
    setting("eligibility.age_max", "eligibility findings: age"),
    setting("eligibility.ecog_max", "eligibility findings: ECOG"),
    setting("eligibility.child_pugh_max", "eligibility findings: Child-Pugh"),
    setting("names.lymphodepletion", "which exposures are lymphodepletion"),
    setting("event_class", "which events a criterion looks at"),
    setting("dlt.window_days", "end of the DLT window"),
    setting("dlt.origin", "start of the DLT window"),
    setting("dlt.relatedness", "attribution of a DLT"),
    setting("dlt.dose_percent_min", "DLT evaluability: actual dose"),
    setting("dlt.dose_percent_max", "DLT evaluability: actual dose"),
    setting("dlt.criterion", "DLT criteria over adverse events"),
    setting("dlt.lab_criterion", "DLT criteria over laboratory values"),
    setting("dlt.score_criterion", "DLT criteria over recorded scores"),
    setting("dlt.exclusion", "events that are no DLT"),
    setting("dlt.pause", "what halts enrolment"),
    setting("windows.ae_months", "adverse-event window of infused subjects"),
    setting(
        "windows.ae_days_uninfused",
        "adverse-event window of uninfused subjects",
    ),
    setting("windows.uninfused_end", "adverse-event window of uninfused subjects"),
    setting("windows.time_point", "analysis window of a time point"),
    setting("schedule.visit", "planned visits: due assessments, missed scans"),
    setting("response.criteria", "tumour response"),
    setting("response.confirmation_days", "confirmation of a response"),
    setting("response.sd_min_days", "stable disease"),
    setting(
        "response.max_ne",
        "confirmation of a response: assessments not evaluable between",
    ),
    setting(
        "response.accept_sd",
        "confirmation of a response: stable disease between",
    ),
    setting("response.evaluator", "whose readings of the images count"),
    setting("response.orr", "response rate at a time point"),
    setting("response.dcr_unassessed", "disease control at a time point"),
    setting("response.missed_assessments", "censoring of progression-free survival"),
    setting(
        "response.pfs_censoring",
        "dates and censoring of progression-free survival",
    ),
    setting(
        "response.new_therapy_procedures",
        "procedures that are new anticancer therapy",
    ),
    setting(
        "response.supportive_procedures",
        "procedures that are no new anticancer therapy",
    ),
    setting("estimation.level", "width of every interval"),
    setting("estimation.conf_type", "limits of survival estimates"),
    setting("estimation.days_per_month", "durations in months"),
    setting("estimation.count_first_day", "durations in days"),
    setting("safety.relatedness", "treatment-associated events"),
    setting("safety.analytes", "clinically significant laboratory changes"),
    setting("safety.baseline", "baseline of laboratory values"),
    setting("safety.scale", "grades of CRS and ICANS"),
    setting("safety.interest", "adverse events of special interest"),
    setting("safety.episode_gap_hours", "episodes of CRS and ICANS"),
    setting(
        "safety.registry_threshold_percent",
        "registry results: events that are not serious",
    ),
    setting("safety.reporting", "expedited reports: to whom, and by when"),
    setting("kinetics.baseline", "baseline sample of kinetics and biomarker"),
    setting("kinetics.biomarker_unit", "base unit of the biomarker"),
    setting("kinetics.biomarker_floor", "unit check of the biomarker"),
    setting("kinetics.blq", "parameters of kinetics: samples below quantification"),
    setting("kinetics.auc_method", "parameters of kinetics: areas"),
    setting("conduct.screening_days", "gate of enrolment: age of assessments"),
    setting("conduct.thaw_minutes", "gate of infusion: thaw to infusion"),
    setting("conduct.custody", "gate of infusion: where custody begins and ends"),
    setting("conduct.delegated_tasks", "gates: who may do what"),
    setting("conduct.consent", "gates: consent in force"),
    setting("conduct.criterion", "gate of enrolment: eligibility"),
    setting("conduct.lymphodepletion_item", "gate of lymphodepletion"),
    setting("conduct.infusion_item", "gate of infusion"),
    setting("conduct.release_test", "gates: product within specification"),
    setting("conduct.long_term", "long-term follow-up: contacts and samples"),
    setting("conduct.committee", "decision meetings: whose votes are needed"),
];
