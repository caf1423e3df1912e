//! `protocol.toml` to [`Trial`]: the protocol's wire format, all mistakes reported together.

use toml::de::DeTable;

use super::file_assumptions::{check_settings, parse_assumptions};
use super::file_conduct::parse_conduct;
use super::file_escalation::parse_escalation;
use super::file_icsr::parse_icsr;
use super::file_outcomes::{check_outcomes, parse_outcomes};
use super::file_rules::{class_hint, parse_dlt, parse_event_classes};
use super::file_safety::{parse_coding, parse_interest, parse_reference_information, parse_reporting, parse_times};
use super::letters::Letters;
use super::log::Log;
use super::reader::{Section, check_unique, nearest};
use super::{
    Assessed, BaselineRule, Cells, Diagnostic, DoseGroup, Eligibility, Estimation, KineticsRules, LabBaseline,
    OrrReading, PerLevel, PfsCensoring, Relatedness, ResponseRules, SafetyRules, TimePointWindow, TreatmentNames,
    Trial, Unassessed, UninfusedEnd, Visit, VisitTime, Windows,
};
use crate::estimate::kinetics::{Blq, BlqRules, Method};
use crate::estimate::survival::ConfType;
use crate::grade::Scale;
use crate::grade::ctcae::Ctcae;
use crate::response::Criteria;

/// Reads a protocol file. `file` is the name diagnostics carry.
///
/// ```
/// use tercel::protocol::parse_protocol;
///
/// let diagnostics = parse_protocol("protocol.toml", "[trial]\nid = 7\n").unwrap_err();
/// assert_eq!((diagnostics[0].line, diagnostics[0].column), (1, 1));
/// assert!(diagnostics.iter().any(|d| d.message == "`trial.id` must be text in quotes, found the number 7"));
/// ```
pub fn parse_protocol(file: &str, text: &str) -> Result<Trial, Vec<Diagnostic>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let log = Log::new(file, text, &errors);
    let root = Section::root(table.get_ref(), &log);
    let trial = parse_trial(&root);
    root.finish();
    let diagnostics = log.into_diagnostics();
    match trial {
        Some(trial) if diagnostics.is_empty() => Ok(trial),
        Some(_) | None => Err(diagnostics),
    }
}

pub(super) fn parse_trial(root: &Section<'_>) -> Option<Trial> {
    let header = root.section("trial");
    let names = root.section("names").and_then(|section| parse_names(&section));
    let dose_levels = parse_dose_levels(root);
    let escalation = root
        .section("escalation")
        .and_then(|section| parse_escalation(&section, dose_levels.as_ref()));
    let eligibility = root
        .section("eligibility")
        .and_then(|section| parse_eligibility(&section));
    let event_classes = parse_event_classes(root);
    let dlt = root
        .section("dlt")
        .and_then(|section| parse_dlt(&section, event_classes));
    let windows = root.section("windows").and_then(|section| parse_windows(&section));
    let schedule = root.section("schedule").and_then(|section| parse_schedule(&section));
    let response = root.section("response").and_then(|section| parse_response(&section));
    let estimation = root
        .section("estimation")
        .and_then(|section| parse_estimation(&section));
    let safety = root
        .section("safety")
        .and_then(|section| parse_safety(&section, dlt.as_ref()));
    let coding = parse_coding(root);
    let icsr = parse_icsr(root);
    let kinetics = root.section("kinetics").and_then(|section| parse_kinetics(&section));
    let conduct = parse_conduct(root, eligibility.as_ref());
    let outcomes = parse_outcomes(root);
    let header = header.and_then(|section| parse_header(&section));
    let assumptions = parse_assumptions(root);
    check_settings(
        root,
        header.as_ref().map(|header| header.stated.as_slice()),
        assumptions.as_deref(),
    );
    if let (Some(schedule), Some(windows), Some(outcomes)) = (&schedule, &windows, &outcomes) {
        check_outcomes(root, outcomes, windows, schedule);
    }
    let header = header?;
    Some(Trial {
        id: header.id,
        title: header.title,
        title_zh: header.title_zh,
        registry: header.registry,
        sponsor: header.sponsor,
        primary_objective: header.primary_objective,
        country: header.country,
        condition: header.condition,
        condition_zh: header.condition_zh,
        version: header.version,
        version_date: header.version_date,
        names: names?,
        dose_levels: dose_levels?,
        escalation: escalation?,
        dlt: dlt?,
        eligibility: eligibility?,
        windows: windows?,
        schedule: schedule?,
        response: response?,
        estimation: estimation?,
        safety: safety?,
        coding,
        icsr,
        kinetics: kinetics?,
        conduct,
        outcomes: outcomes?,
        assumptions: assumptions?,
    })
}

struct Header {
    id: String,
    title: String,
    title_zh: Option<String>,
    registry: Option<String>,
    sponsor: Option<String>,
    primary_objective: Option<String>,
    country: Option<String>,
    condition: String,
    condition_zh: Option<String>,
    version: String,
    version_date: jiff::civil::Date,
    stated: Vec<String>,
}

fn parse_header(section: &Section<'_>) -> Option<Header> {
    let id = section.text("id", "\"STUDY-1\"");
    let title = section.text("title", "\"A Phase 1 Study of …\"");
    let title_zh = section.optional_text("title_zh");
    let registry = section.optional_text("registry");
    let sponsor = section.optional_text("sponsor");
    let primary_objective = section.optional_text("primary_objective");
    let country = section.optional_code("country", &Letters::COUNTRY);
    let condition = section.text("condition", "\"hepatocellular carcinoma\"");
    let condition_zh = section.optional_text("condition_zh");
    let version = section.text("version", "\"1.0\"");
    let version_date = section.date("version_date", "2025-01-01");
    let stated = section.texts("stated");
    section.finish();
    Some(Header {
        id: id?,
        title: title?,
        title_zh,
        registry,
        sponsor,
        primary_objective,
        country,
        condition: condition?,
        condition_zh,
        version: version?,
        version_date: version_date?,
        stated: stated?,
    })
}

fn parse_names(section: &Section<'_>) -> Option<TreatmentNames> {
    let infusion = section.some_texts("infusion", "[\"CAR-T CELLS\"]");
    let lymphodepletion = section.texts("lymphodepletion");
    let collection = section.texts("collection");
    let copies = section.texts("copies");
    let counts = section.texts("counts");
    let biomarker = section.texts("biomarker");
    section.finish();
    Some(TreatmentNames {
        infusion: infusion?,
        lymphodepletion: lymphodepletion?,
        collection: collection?,
        copies: copies?,
        counts: counts?,
        biomarker: biomarker?,
    })
}

fn parse_dose_levels(root: &Section<'_>) -> Option<PerLevel<DoseGroup>> {
    let sections = root.sections("dose_level");
    if sections.is_empty() {
        root.log().add_missing(
            &(0..0),
            "there is no [[dose_level]]",
            "one [[dose_level]] per dose group, lowest first",
        );
        return None;
    }
    check_unique(&sections, "arm");
    check_unique(&sections, "label");
    let mut groups: Vec<DoseGroup> = Vec::new();
    let mut complete = true;
    for section in &sections {
        let label = section.text("label", "\"First dose group\"");
        let label_zh = section.optional_text("label_zh");
        let arm = section.text("arm", "\"DL1\"");
        let amount = section.number("amount", 1.0..=1e12, "1.0e8");
        let unit = section.choice("unit", &[("cells", ()), ("CAR+ cells", ()), ("viable CAR+ cells", ())]);
        section.finish();
        let (Some(label), Some(arm), Some(planned), Some(())) = (label, arm, amount.and_then(Cells::new), unit) else {
            complete = false;
            continue;
        };
        if groups.last().is_some_and(|last| last.planned >= planned) {
            let message = "the dose levels do not ascend: this amount is not above the one before";
            let hint = "the [[dose_level]] sections from the lowest amount to the highest, each once";
            root.log().add(&section.span_of("amount"), message, hint);
            complete = false;
        }
        groups.push(DoseGroup {
            label,
            label_zh,
            arm,
            planned,
        });
    }
    complete.then(|| PerLevel::new(groups))
}

fn parse_eligibility(section: &Section<'_>) -> Option<Eligibility> {
    let age_min = section.number("age_min", 0.0..=120.0, "18");
    let age_max = section.number("age_max", 0.0..=120.0, "70");
    let ecog_max = section.optional_number("ecog_max", 0.0..=5.0);
    let child_pugh_max = section.optional_number("child_pugh_max", 5.0..=15.0);
    section.finish();
    let eligibility = Eligibility {
        age_min: age_min?,
        age_max: age_max?,
        ecog_max,
        child_pugh_max,
    };
    if eligibility.age_min > eligibility.age_max {
        section
            .log()
            .add(&section.span_of("age_max"), "age_max is below age_min", "age_max = 70");
    }
    Some(eligibility)
}

fn parse_windows(section: &Section<'_>) -> Option<Windows> {
    let ae_months = section.integer("ae_months", 0..=240, "12");
    let ae_days_uninfused = section.integer("ae_days_uninfused", 0..=3650, "28");
    let uninfused_end = section.choice(
        "uninfused_end",
        &[
            ("R3", UninfusedEnd::R3),
            ("R1", UninfusedEnd::R1),
            ("R2", UninfusedEnd::R2),
        ],
    );
    let time_points: Option<Vec<TimePointWindow>> = section
        .sections("time_point")
        .iter()
        .map(|point| {
            let months = point.integer("months", 1..=240, "3");
            let half_width_days = point.integer("half_width_days", 0..=365, "14");
            point.finish();
            Some(TimePointWindow {
                months: months?,
                half_width_days: half_width_days?,
            })
        })
        .collect();
    section.finish();
    Some(Windows {
        ae_months: ae_months?,
        ae_days_uninfused: ae_days_uninfused?,
        uninfused_end: uninfused_end?,
        time_points: time_points?,
    })
}

fn parse_schedule(section: &Section<'_>) -> Option<Vec<Visit>> {
    let sections = section.sections("visit");
    section.finish();
    check_unique(&sections, "name");
    let visits: Vec<Option<Visit>> = sections.iter().map(parse_visit).collect();
    visits.into_iter().collect()
}

fn parse_visit(section: &Section<'_>) -> Option<Visit> {
    let name = section.text("name", "\"Month 3\"");
    let name_zh = section.optional_text("name_zh");
    // A day before infusion is written as a negative number, so it is read as a number.
    let day = section.optional_number("day", -365.0..=7300.0);
    let months = section.optional_integer("months", 1..=240);
    let window_days = section.integer("window_days", 0..=365, "14");
    let known: Vec<&str> = Assessed::NAMES.iter().map(|(name, _)| *name).collect();
    let names = section.texts_among("assess", &known)?;
    section.finish();
    let mut assessments = Vec::new();
    for name in &names {
        if let Some((_, kind)) = Assessed::NAMES.iter().find(|(known, _)| known == name) {
            assessments.push(*kind);
        } else {
            let hint = nearest(name, &known).map_or_else(
                || format!("one of \"{}\"", known.join("\", \"")),
                |near| format!("\"{near}\""),
            );
            section.log().add(
                &section.span_of("assess"),
                format!("no assessment is called \"{name}\""),
                hint,
            );
        }
    }
    let time = match (day, months) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the reader limits the day to -365..=7300"
        )]
        (Some(day), None) if day.fract().abs() < f64::EPSILON => VisitTime::Day(day as i32),
        (None, Some(months)) => VisitTime::Months(months),
        (Some(_), _) | (None, None) => {
            let message = "a visit has either a whole `day` or `months`";
            let place = section.span_of(if day.is_some() { "day" } else { "name" });
            section.log().add(&place, message, "day = 28, or months = 3");
            return None;
        }
    };
    Some(Visit {
        name: name?,
        name_zh,
        time,
        window_days: window_days?,
        assessments,
    })
}

fn parse_response(section: &Section<'_>) -> Option<ResponseRules> {
    let criteria = section.choice(
        "criteria",
        &[
            ("RECIST 1.1", Criteria::Recist11),
            ("mRECIST", Criteria::Mrecist { floor_mm: 0.0 }),
            ("iRECIST", Criteria::Irecist),
        ],
    );
    let confirmation_days = section.integer("confirmation_days", 0..=365, "28");
    let sd_min_days = section.integer("sd_min_days", 0..=365, "42");
    let max_ne = section.integer("max_ne", 0..=99, "1");
    let accept_sd = section.flag("accept_sd", "false");
    let orr = section.choice(
        "orr",
        &[
            ("cumulative", OrrReading::Cumulative),
            ("in-window", OrrReading::InWindow),
        ],
    );
    let dcr_unassessed = section.choice(
        "dcr_unassessed",
        &[
            ("not controlled", Unassessed::NotControlled),
            ("excluded", Unassessed::Excluded),
        ],
    );
    let evaluator = section.text("evaluator", "\"INVESTIGATOR\"");
    let missed_assessments = section.integer("missed_assessments", 1..=99, "2");
    let pfs_censoring = section.choice("pfs_censoring", &PfsCensoring::NAMES);
    let new_therapy_procedures = section.texts("new_therapy_procedures");
    let supportive_procedures = section.texts("supportive_procedures");
    section.finish();
    Some(ResponseRules {
        criteria: criteria?,
        confirmation_days: i32::try_from(confirmation_days?).ok()?,
        sd_min_days: i32::try_from(sd_min_days?).ok()?,
        max_ne: usize::try_from(max_ne?).ok()?,
        accept_sd: accept_sd?,
        orr: orr?,
        dcr_unassessed: dcr_unassessed?,
        evaluator: evaluator?,
        missed_assessments: missed_assessments?,
        pfs_censoring: pfs_censoring?,
        new_therapy_procedures: new_therapy_procedures?,
        supportive_procedures: supportive_procedures?,
    })
}

fn parse_estimation(section: &Section<'_>) -> Option<Estimation> {
    let level = section.number("level", 0.5..=0.999, "0.95");
    let conf_type = section.choice(
        "conf_type",
        &[
            ("log-log", ConfType::LogLog),
            ("log", ConfType::Log),
            ("plain", ConfType::Plain),
        ],
    );
    let days_per_month = section.number("days_per_month", 28.0..=31.0, "30.4375");
    let count_first_day = section.flag("count_first_day", "true");
    section.finish();
    Some(Estimation {
        level: level?,
        conf_type: conf_type?,
        days_per_month: days_per_month?,
        count_first_day: count_first_day?,
    })
}

fn parse_safety(section: &Section<'_>, dlt: Option<&super::DltRules>) -> Option<SafetyRules> {
    let relatedness = section.choice("relatedness", &Relatedness::NAMES);
    let analytes = section.some_texts("analytes", "[\"ALT\", \"AST\"]");
    let scale = section.choice("scale", &[("ASTCT 2019", ())]);
    let ctcae = parse_ctcae(section, dlt);
    let baseline = section.optional_choice("baseline", &LabBaseline::NAMES);
    let class = |key: &'static str, example: &str| {
        let id = section.text(key, example)?;
        let known = dlt.is_none_or(|dlt| dlt.event_classes.iter().any(|class| class.id == id));
        if !known {
            let hint = class_hint(key, &id, dlt.map(|dlt| dlt.event_classes.as_slice()));
            section.log().add(
                &section.span_of(key),
                format!("no event class is called \"{id}\""),
                hint,
            );
        }
        Some(id)
    };
    let crs_class = class("crs_class", "\"crs\"");
    let icans_class = class("icans_class", "\"icans\"");
    let interest = parse_interest(section, dlt.map(|dlt| dlt.event_classes.as_slice()));
    if let (Some(dlt), Some(crs), Some(icans)) = (dlt, &crs_class, &icans_class) {
        check_scales(section, dlt, [crs, icans]);
    }
    let episode_gap_hours = section.optional_number("episode_gap_hours", 1.0..=720.0);
    // Of 42 CFR 11.48(a)(4): events that exceed five percent of any arm, or a lower threshold.
    let registry_threshold_percent = section.optional_number("registry_threshold_percent", 0.0..=5.0);
    let reporting = parse_reporting(section);
    let times = parse_times(section);
    let reference_information = parse_reference_information(section);
    section.finish();
    scale?;
    let (reporting, ethics_days) = reporting?;
    Some(SafetyRules {
        relatedness: relatedness?,
        analytes: analytes?,
        baseline: baseline.unwrap_or(LabBaseline::BeforeLymphodepletion),
        ctcae: ctcae?,
        crs_class: crs_class?,
        icans_class: icans_class?,
        interest: interest?,
        episode_gap_hours,
        registry_threshold_percent,
        reporting,
        ethics_days,
        times,
        reference_information: reference_information?,
    })
}

/// The version of the CTCAE: as stated, or that of the DLT criteria. A criterion over another version would see no event.
fn parse_ctcae(section: &Section<'_>, dlt: Option<&super::DltRules>) -> Option<Ctcae> {
    let versions = Ctcae::ALL.map(|version| (version.number(), version));
    let stated = section.optional_choice("ctcae", &versions);
    let criteria = dlt.map_or(&[][..], |dlt| dlt.criteria.as_slice());
    let version_of = |scale| match scale {
        Scale::Ctcae(version) => Some(version),
        Scale::Astct2019 => None,
    };
    let of_criteria = criteria.iter().find_map(|criterion| version_of(criterion.scale));
    let version = stated.or(of_criteria).unwrap_or(Ctcae::V5);
    let differs = |criterion: &&super::Criterion| version_of(criterion.scale).is_some_and(|other| other != version);
    if let Some(criterion) = criteria.iter().find(differs) {
        let message = format!(
            "criterion \"{}\" is over {}, but adverse events are graded by {version}: it would never be met",
            criterion.id, criterion.scale
        );
        let hint = format!("the same version in every criterion and in `safety.ctcae`, scale = \"{version}\"");
        section.log().add(&section.span_of("ctcae"), message, hint);
        return None;
    }
    Some(version)
}

/// A criterion none of whose terms is graded on its scale would see no event: grades of different scales never compare.
fn check_scales(section: &Section<'_>, dlt: &super::DltRules, syndromes: [&String; 2]) {
    let classes = &dlt.event_classes;
    let of_syndrome = |term: &str| {
        let named = classes.iter().filter(|class| syndromes.contains(&&class.id));
        named
            .map(|class| class.holds(classes, &[term], None))
            .any(|holds| holds == Some(true))
    };
    for criterion in &dlt.criteria {
        let class = classes.iter().find(|class| class.id == criterion.events);
        let named = class.filter(|class| !class.all && class.organ_classes.is_empty() && !class.terms.is_empty());
        let wanted = criterion.scale == Scale::Astct2019;
        if named.is_none_or(|class| class.terms.iter().any(|term| of_syndrome(term) == wanted)) {
            continue;
        }
        let (graded, hint) = if wanted {
            (
                "the CTCAE",
                "the scale of the CTCAE in that criterion, scale = \"CTCAE 5.0\"",
            )
        } else {
            (Scale::Astct2019.name(), "scale = \"ASTCT 2019\" in that criterion")
        };
        let message = format!(
            "criterion \"{}\" is over {}, but its events are graded by {graded}: it would never be met",
            criterion.id, criterion.scale
        );
        section.log().add(&section.span_of("scale"), message, hint);
    }
}

fn parse_kinetics(section: &Section<'_>) -> Option<KineticsRules> {
    let biomarker_floor = section.number("biomarker_floor", 0.0..=1e12, "10");
    let biomarker_unit = section.text("biomarker_unit", "\"ng/mL\"");
    let baseline = section.choice(
        "baseline",
        &[
            ("before infusion", BaselineRule::BeforeInfusion),
            ("before lymphodepletion", BaselineRule::BeforeLymphodepletion),
        ],
    );
    let blq = section.section("blq").and_then(|blq| parse_blq(&blq));
    let auc_method = section.choice("auc_method", &Method::NAMES);
    let vector_copy_number = section.optional_number("vector_copy_number", 0.01..=100.0);
    section.finish();
    Some(KineticsRules {
        biomarker_floor: biomarker_floor?,
        biomarker_unit: biomarker_unit?,
        baseline: baseline?,
        blq: blq?,
        auc_method: auc_method?,
        vector_copy_number,
    })
}

fn parse_blq(section: &Section<'_>) -> Option<BlqRules> {
    let first = section.choice("first", &Blq::NAMES);
    let middle = section.choice("middle", &Blq::NAMES);
    let last = section.choice("last", &Blq::NAMES);
    section.finish();
    Some(BlqRules {
        first: first?,
        middle: middle?,
        last: last?,
    })
}
