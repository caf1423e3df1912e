//! `[conduct]` of a protocol file.

use super::reader::{Section, check_unique, nearest};
use super::{
    Charter, ConductRules, ConsentVersion, Eligibility, EntryCriterion, GateItem, Limits, LongTerm, ReleaseTest,
    Specification, StudyTask,
};

/// A limit of `[eligibility]` that a criterion refers to, so that it stands once.
#[derive(Debug, Clone, Copy)]
enum LimitOf {
    Age,
    Ecog,
    ChildPugh,
}

/// The section; a protocol may have none. Where it has mistakes they are in the log.
pub(super) fn parse_conduct(root: &Section<'_>, eligibility: Option<&Eligibility>) -> Option<ConductRules> {
    let section = root.optional_section("conduct")?;
    let screening_days = section.integer("screening_days", 1..=365, "28");
    let thaw_minutes = section.optional_integer("thaw_minutes", 1..=1440);
    let custody = parse_custody(&section);
    let delegated = parse_tasks(&section);
    let consents = parse_consents(&section);
    let criteria = named(&section, "criterion", |one| parse_criterion(one, eligibility));
    let known = criteria.as_deref().unwrap_or_default();
    let lymphodepletion_items = named(&section, "lymphodepletion_item", |one| parse_item(one, known));
    let infusion_items = named(&section, "infusion_item", |one| parse_item(one, known));
    let release_tests = named(&section, "release_test", parse_test);
    let long_term = section.section("long_term").and_then(|one| parse_long_term(&one));
    let committee = section.optional_section("committee").map(|one| parse_committee(&one));
    section.finish();
    Some(ConductRules {
        screening_days: screening_days?,
        thaw_minutes,
        custody: custody?,
        delegated: delegated?,
        consents: consents?,
        criteria: criteria?,
        lymphodepletion_items: lymphodepletion_items?,
        infusion_items: infusion_items?,
        release_tests: release_tests?,
        long_term: long_term?,
        committee: match committee {
            Some(charter) => Some(charter?),
            None => None,
        },
    })
}

fn parse_committee(section: &Section<'_>) -> Option<Charter> {
    let votes = section.integer("votes", 1..=50, "2");
    let roles = section.texts_among("roles", &Charter::ROLES).unwrap_or_default();
    let unknown = roles.iter().find(|role| !Charter::ROLES.contains(&role.as_str()));
    if let Some(unknown) = unknown {
        let message = format!("\"{unknown}\" is no role of a committee");
        let hint = format!("roles = [\"{}\"]", Charter::ROLES.join("\", \""));
        section.log().add(&section.span_of("roles"), message, hint);
    }
    section.finish();
    Some(Charter { votes: votes?, roles })
}

/// The tables of a list that must not be empty: without one, its gate would ask for nothing.
fn named<T>(section: &Section<'_>, key: &'static str, read: impl Fn(&Section<'_>) -> Option<T>) -> Option<Vec<T>> {
    let sections = section.sections(key);
    if sections.is_empty() {
        let message = format!("there is no [[conduct.{key}]]: the gate would ask for nothing");
        let hint = format!("a [[conduct.{key}]] for each that must hold, or no [conduct]");
        section.log().add_missing(section.span(), message, hint);
        return None;
    }
    check_unique(&sections, "id");
    let read: Vec<Option<T>> = sections.iter().map(read).collect();
    read.into_iter().collect()
}

fn parse_custody(section: &Section<'_>) -> Option<(String, String)> {
    let example = "[\"cell laboratory\", \"ward\"]";
    let names = section.some_texts("custody", example)?;
    if let [from, to] = names.as_slice() {
        return Some((from.clone(), to.clone()));
    }
    let message = "`conduct.custody` has two custodians: where the chain begins and where it ends";
    let hint = format!("custody = {example}");
    section.log().add(&section.span_of("custody"), message, hint);
    None
}

fn parse_tasks(section: &Section<'_>) -> Option<Vec<StudyTask>> {
    let known = StudyTask::NAMES.map(|(name, _)| name);
    let mut tasks = Vec::new();
    for name in section.texts_among("delegated_tasks", &known)? {
        if let Some((_, task)) = StudyTask::NAMES.iter().find(|(known, _)| *known == name) {
            tasks.push(*task);
        } else {
            let hint = nearest(&name, &known).map_or_else(
                || format!("one of \"{}\"", known.join("\", \"")),
                |near| format!("\"{near}\""),
            );
            let message = format!("no task is called \"{name}\"");
            section.log().add(&section.span_of("delegated_tasks"), message, hint);
        }
    }
    Some(tasks)
}

fn parse_consents(section: &Section<'_>) -> Option<Vec<ConsentVersion>> {
    let sections = section.sections("consent");
    if sections.is_empty() {
        let message = "there is no [[conduct.consent]]: nobody could say which version is in force";
        let hint = "a [[conduct.consent]] with version, from and reconsent";
        section.log().add_missing(section.span(), message, hint);
        return None;
    }
    check_unique(&sections, "version");
    let mut versions: Vec<ConsentVersion> = Vec::new();
    for one in &sections {
        let version = one.text("version", "\"1.0\"");
        let from = one.date("from", "2025-01-01");
        let reconsent = one.flag("reconsent", "true");
        one.finish();
        let (version, from, reconsent) = (version?, from?, reconsent?);
        if versions.last().is_some_and(|last| last.from >= from) {
            let message =
                "the versions of the consent do not follow one another: this is not in force later than the one before";
            let hint = "the [[conduct.consent]] sections from the oldest to the newest";
            section.log().add(&one.span_of("from"), message, hint);
        }
        versions.push(ConsentVersion {
            version,
            from,
            reconsent,
        });
    }
    Some(versions)
}

fn parse_criterion(section: &Section<'_>, eligibility: Option<&Eligibility>) -> Option<EntryCriterion> {
    let (id, text, text_zh) = texts(section, "\"platelets\"", "\"Platelets at least 60 × 10^9/L\"");
    let limit_of = section.optional_choice(
        "limit_of",
        &[
            ("age", LimitOf::Age),
            ("ECOG", LimitOf::Ecog),
            ("Child-Pugh", LimitOf::ChildPugh),
        ],
    );
    let measure = section.optional_text("measure");
    let stated = parse_limits(section);
    let unsupported_days = section.optional_integer("unsupported_days", 1..=365);
    section.finish();
    let stated = stated.ok()?;
    let limits = match (limit_of, stated) {
        (Some(_), Some(_)) => {
            let message = "a criterion has either bounds of its own or `limit_of`";
            let hint = "the bounds once: in [eligibility], with limit_of here";
            section.log().add(&section.span_of("limit_of"), message, hint);
            return None;
        }
        (None, stated) => stated,
        (Some(limit), None) => Some(entry_limits(section, limit, eligibility?)?),
    };
    Some(EntryCriterion {
        id: id?,
        text: text?,
        text_zh,
        measure,
        limits,
        unsupported_days,
    })
}

/// The bounds that `[eligibility]` states.
fn entry_limits(section: &Section<'_>, limit: LimitOf, eligibility: &Eligibility) -> Option<Limits> {
    let (at_least, at_most, unit) = match limit {
        LimitOf::Age => (Some(eligibility.age_min), Some(eligibility.age_max), "years"),
        LimitOf::Ecog => (None, eligibility.ecog_max, "points"),
        LimitOf::ChildPugh => (None, eligibility.child_pugh_max, "points"),
    };
    if at_most.is_none() {
        let message = "[eligibility] does not state this limit";
        let hint = "ecog_max or child_pugh_max in [eligibility], or no limit_of here";
        section.log().add(&section.span_of("limit_of"), message, hint);
        return None;
    }
    Some(Limits {
        at_least,
        at_most,
        unit: unit.to_owned(),
        ..Limits::default()
    })
}

type Texts = (Option<String>, Option<String>, Option<String>);

fn texts(section: &Section<'_>, id: &str, text: &str) -> Texts {
    (
        section.text("id", id),
        section.text("text", text),
        section.optional_text("text_zh"),
    )
}

/// Bounds that are wrong, as the log says.
struct Mistaken;

/// The bounds of a table, if it has any.
fn parse_limits(section: &Section<'_>) -> Result<Option<Limits>, Mistaken> {
    const RANGE: std::ops::RangeInclusive<f64> = 0.0..=1e12;
    let limits = Limits {
        at_least: section.optional_number("at_least", RANGE),
        above: section.optional_number("above", RANGE),
        at_most: section.optional_number("at_most", RANGE),
        below: section.optional_number("below", RANGE),
        unit: String::new(),
    };
    let unit = section.optional_text("unit");
    let lower = limits.at_least.or(limits.above);
    let upper = limits.at_most.or(limits.below);
    let bounded = lower.is_some() || upper.is_some();
    let twice =
        limits.at_least.is_some() && limits.above.is_some() || limits.at_most.is_some() && limits.below.is_some();
    let empty = lower.zip(upper).is_some_and(|(lower, upper)| lower > upper);
    if twice || empty {
        let message = "no value keeps these bounds, or one of them says nothing";
        let hint = "at most one lower bound (at_least, above) and one upper bound (at_most, below) above it";
        section.log().add(section.span(), message, hint);
        return Err(Mistaken);
    }
    match (bounded, unit) {
        (false, None) => Ok(None),
        (true, Some(unit)) => Ok(Some(Limits { unit, ..limits })),
        (true, None) | (false, Some(_)) => {
            let message = "bounds and their unit come together";
            let hint = "at_least = 60 and unit = \"10^9/L\"; unit = \"ULN\" for multiples of the upper limit of normal";
            section.log().add_missing(section.span(), message, hint);
            Err(Mistaken)
        }
    }
}

/// An item; one that must still meet a criterion of entry names it, and has no bounds of its own.
fn parse_item(section: &Section<'_>, criteria: &[EntryCriterion]) -> Option<GateItem> {
    let (id, text, text_zh) = texts(section, "\"oxygen\"", "\"Oxygen saturation at least 91 %\"");
    let as_criterion = section.optional_text("as_criterion");
    let measure = section.optional_text("measure");
    let limits = parse_limits(section);
    let max_age_hours = section.integer("max_age_hours", 1..=8760, "24");
    section.finish();
    let limits = limits.ok()?;
    let (measure, limits) = match as_criterion {
        None => (measure, limits),
        Some(name) => {
            let known = criteria.iter().find(|criterion| criterion.id == name);
            let bounds = known.filter(|_| limits.is_none() && measure.is_none());
            let Some((criterion, bounds)) = bounds.and_then(|one| Some((one, one.limits.clone()?))) else {
                let message =
                    format!("\"{name}\" is no criterion of entry with bounds, or the item has bounds of its own");
                let hint = "the id of a [[conduct.criterion]] with bounds, and no bounds here";
                section.log().add(&section.span_of("as_criterion"), message, hint);
                return None;
            };
            (criterion.measure.clone(), Some(bounds))
        }
    };
    Some(GateItem {
        id: id?,
        text: text?,
        text_zh,
        measure,
        limits,
        max_age_hours: max_age_hours?,
    })
}

fn parse_test(section: &Section<'_>) -> Option<ReleaseTest> {
    let (id, text, text_zh) = texts(section, "\"viability\"", "\"Viability at least 70 %\"");
    let limits = parse_limits(section);
    let expected = section.optional_text("expected");
    let may_be_pending = section.flag("may_be_pending", "false");
    let may_be_excepted = section.flag("may_be_excepted", "false");
    section.finish();
    let specification = match (limits.ok()?, expected) {
        (Some(limits), None) => Specification::Limits(limits),
        (None, Some(word)) => Specification::Word(word),
        (Some(_), Some(_)) | (None, None) => {
            let message = "a test of the product has either bounds or an expected word";
            let hint = "at_least = 70 and unit = \"%\", or expected = \"negative\"";
            section.log().add_missing(section.span(), message, hint);
            return None;
        }
    };
    Some(ReleaseTest {
        id: id?,
        text: text?,
        text_zh,
        specification,
        may_be_pending: may_be_pending?,
        may_be_excepted: may_be_excepted?,
    })
}

fn parse_long_term(section: &Section<'_>) -> Option<LongTerm> {
    let from_months = section.integer("from_months", 1..=240, "24");
    let years = section.integer("years", 1..=30, "15");
    let window_days = section.integer("window_days", 0..=180, "28");
    let vector_months = section.ascending("vector_months", 1..=360, "[3, 6, 12]");
    section.finish();
    Some(LongTerm {
        from_months: from_months?,
        years: years?,
        window_days: window_days?,
        vector_months: vector_months?,
    })
}
