//! `TS`: the trial in parameters and values. What the protocol does not state has a null flavour, never a guess.

use tercel::protocol::{OutcomeKind, VisitTime};

use super::cells::Columns;
use super::{Study, named};
use crate::export::terminology::{TERMINOLOGY_VERSION, codelist_named, decode};
use crate::form::shortened;
use crate::table::Table;

/// Codelists of the values of parameters.
pub(super) const VALUE_LISTS: [(&str, &str); 15] = [
    ("TPHASE", "C66737"),
    ("TTYPE", "C66739"),
    ("STYPE", "C99077"),
    ("INTMODEL", "C99076"),
    ("INTTYPE", "C99078"),
    ("TBLIND", "C66735"),
    ("TCNTRL", "C66785"),
    ("TINDTP", "C66736"),
    ("SEXPOP", "C66732"),
    ("RANDOM", "C66742"),
    ("ADDON", "C66742"),
    ("HLTSUBJI", "C66742"),
    ("DOSFRM", "C66726"),
    ("DOSFRQ", "C71113"),
    ("ROUTE", "C66729"),
];

/// Parameters whose values are dates, ages or durations.
const ISO: [&str; 9] = [
    "AGEMIN", "AGEMAX", "LENGTH", "TRGFUDUR", "SSTDTC", "SENDTC", "DCUTDTC", "CRMDUR", "SDMDUR",
];

/// A parameter: its code, and its value or the reason why there is none.
type Parameter = (&'static str, Result<String, &'static str>);

/// One row a value.
pub(super) fn parameters(study: &Study<'_>, tables: &[Table]) -> Table {
    let columns = [
        "STUDYID", "DOMAIN", "TSSEQ", "TSPARMCD", "TSPARM", "TSVAL", "TSVALNF", "TSVALCD", "TSVCDREF", "TSVCDVER",
    ];
    let mut all = design(study);
    all.extend(treatment(study));
    all.extend(course(study, tables));
    all.sort_by_key(|(code, _)| *code);
    let mut rows: Vec<Vec<String>> = Vec::new();
    let (mut last, mut number) = ("", 0);
    for (code, value) in all {
        number = if last == code { number + 1 } else { 1 };
        last = code;
        let (value, null) = match value {
            Ok(value) => (shortened(&value), ""),
            Err(null) => (String::new(), null),
        };
        let [coded, dictionary, version] = coded(code, &value);
        rows.push(vec![
            study.id.clone(),
            "TS".to_owned(),
            number.to_string(),
            code.to_owned(),
            decode("C66738", code).unwrap_or(code).to_owned(),
            value,
            null.to_owned(),
            coded,
            dictionary,
            version,
        ]);
    }
    Table::from_rows("TS", &columns, rows)
}

/// Code of a value, the dictionary that has it, and the version of that.
fn coded(parameter: &str, value: &str) -> [String; 3] {
    if value.is_empty() {
        return Default::default();
    }
    if ISO.contains(&parameter) {
        return [String::new(), "ISO 8601".to_owned(), String::new()];
    }
    if parameter == "FCNTRY" {
        return [value.to_owned(), "ISO 3166-1 alpha-3".to_owned(), String::new()];
    }
    if parameter == "REGID" {
        let dictionary = if value.starts_with("NCT") {
            "ClinicalTrials.gov"
        } else {
            ""
        };
        return [value.to_owned(), dictionary.to_owned(), String::new()];
    }
    let of_units = if parameter == "DOSU" {
        codelist_named("UNIT")
    } else {
        None
    };
    let named = VALUE_LISTS.iter().find(|(known, _)| *known == parameter);
    let list = named
        .and_then(|(_, list)| crate::export::terminology::codelist(list))
        .or(of_units);
    match list.and_then(|list| list.term(value)) {
        Some(term) => [term.code, "CDISC CT", TERMINOLOGY_VERSION].map(str::to_owned),
        None => Default::default(),
    }
}

/// No information.
const UNSTATED: Result<String, &'static str> = Err("NI");
/// Not applicable.
const NOT_APPLICABLE: Result<String, &'static str> = Err("NA");

/// What kind of trial it is: the parameters of a phase 1 dose escalation of cells, open and without control.
fn design(study: &Study<'_>) -> Vec<Parameter> {
    let trial = study.trial;
    let age = |years: f64| Ok(format!("P{years}Y"));
    let mut all = vec![
        ("TITLE", Ok(trial.title.clone())),
        ("TPHASE", Ok("PHASE I TRIAL".to_owned())),
        ("TTYPE", Ok("DOSE FINDING".to_owned())),
        ("TTYPE", Ok("SAFETY".to_owned())),
        ("STYPE", Ok("INTERVENTIONAL".to_owned())),
        ("INTMODEL", Ok("SEQUENTIAL".to_owned())),
        ("INTTYPE", Ok("GENETIC".to_owned())),
        ("TBLIND", Ok("OPEN LABEL".to_owned())),
        ("TCNTRL", Ok("NONE".to_owned())),
        ("TINDTP", Ok("TREATMENT".to_owned())),
        ("RANDOM", Ok("N".to_owned())),
        ("RANDQT", NOT_APPLICABLE),
        ("STRATFCT", NOT_APPLICABLE),
        ("ADDON", Ok("N".to_owned())),
        ("HLTSUBJI", Ok("N".to_owned())),
        ("SEXPOP", Ok("BOTH".to_owned())),
        ("AGEMIN", age(trial.eligibility.age_min)),
        ("AGEMAX", age(trial.eligibility.age_max)),
        ("INDIC", Ok(trial.condition.clone())),
        ("TDIGRP", Ok(trial.condition.clone())),
        ("NARMS", Ok(trial.dose_levels.iter().count().to_string())),
        ("NCOHORT", Ok(trial.dose_levels.iter().count().to_string())),
        ("PLANSUB", trial.escalation.max_n.map(|n| n.to_string()).ok_or("NI")),
        ("SPONSOR", trial.sponsor.clone().ok_or("NI")),
        ("FCNTRY", trial.country.clone().ok_or("NI")),
        ("OBJPRIM", trial.primary_objective.clone().ok_or("NI")),
        ("REGID", trial.registry.clone().ok_or("NI")),
        ("SDTIGVER", Ok("3.4".to_owned())),
        ("SDTMVER", Ok("2.0".to_owned())),
    ];
    for outcome in &trial.outcomes {
        let code = match outcome.kind {
            OutcomeKind::Primary => "OUTMSPRI",
            OutcomeKind::Secondary => "OUTMSSEC",
            OutcomeKind::Other => "OUTMSADD",
        };
        all.push((code, Ok(format!("{}, {}", outcome.measure, outcome.time_frame))));
    }
    let pauses = trial.dlt.pauses.iter();
    let rules: Vec<Parameter> = pauses.map(|pause| ("STOPRULE", Ok(pause.text.en.clone()))).collect();
    if rules.is_empty() {
        all.push(("STOPRULE", UNSTATED));
    }
    all.extend(rules);
    all
}

/// What is given.
fn treatment(study: &Study<'_>) -> Vec<Parameter> {
    let trial = study.trial;
    let name = trial.names.infusion.first().cloned().ok_or("NI");
    let mut all = vec![
        ("TRT", name),
        ("CURTRT", NOT_APPLICABLE),
        ("COMPTRT", NOT_APPLICABLE),
        ("PCLAS", UNSTATED),
        ("DOSFRM", Ok("INJECTION, SUSPENSION".to_owned())),
        ("DOSFRQ", Ok("ONCE".to_owned())),
        ("ROUTE", Ok("INTRAVENOUS".to_owned())),
        ("DOSU", Ok("10^6 Therapeutic Cells".to_owned())),
    ];
    let doses = trial.dose_levels.iter();
    all.extend(doses.map(|(_, group)| ("DOSE", Ok(group.planned.to_millions().to_string()))));
    all
}

/// How long it goes, and how far it is.
fn course(study: &Study<'_>, tables: &[Table]) -> Vec<Parameter> {
    let trial = study.trial;
    let months = trial.schedule.iter().filter_map(|visit| match visit.time {
        VisitTime::Months(months) => Some(months),
        VisitTime::Day(_) => None,
    });
    let years = trial.conduct.as_ref().map(|conduct| conduct.long_term.years);
    let confirmation = trial.response.confirmation_days;
    let began = named(tables, "DM").and_then(|table| {
        let columns = Columns::of(table);
        let texts = (0..table.len()).map(|row| columns.text(row, "RFICDTC"));
        let consents = texts.filter_map(super::cells::day);
        consents.min()
    });
    let subjects = study
        .data
        .subjects
        .iter()
        .filter(|subject| subject.is_enrolled())
        .count();
    vec![
        ("LENGTH", months.max().map(|months| format!("P{months}M")).ok_or("NI")),
        ("TRGFUDUR", years.map(|years| format!("P{years}Y")).ok_or("NI")),
        ("CRMDUR", Ok(format!("P{confirmation}D"))),
        ("SDMDUR", Ok(format!("P{}D", trial.response.sd_min_days))),
        ("SSTDTC", began.map(|day| day.to_string()).ok_or("NI")),
        ("SENDTC", UNSTATED),
        ("ACTSUB", Ok(subjects.to_string())),
        ("DCUTDTC", study.cut.map(|cut| cut.to_string()).ok_or("NI")),
        ("DCUTDESC", Ok("DATA CUT OF THIS EXPORT".to_owned())),
    ]
}
