//! A section per outcome: the record's words, the definition, and every answer by dose level and overall.

use super::listing::{self, Listing};
use super::{LevelName, number};
use crate::endpoint::{ALL, Cell, Detail, Method, NO_METHOD, NotEstimable, Statistic};
use crate::estimate::survival::ConfType;
use crate::protocol::{DoseLevel, Outcome, Trial};
use crate::reference::citation;
use crate::response::Criteria;

/// One outcome of the record.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeSection {
    /// Identifier (`S2`).
    pub id: String,
    /// Place in the document; unlike the identifier always fit for a link.
    pub anchor: String,
    /// Rank (`primary`).
    pub kind: String,
    /// Measure in the record's words.
    pub measure: String,
    /// Time frame in the record's words.
    pub time_frame: String,
    /// The definition applied.
    pub definition: String,
    /// Main statistic and its interval, as a sentence.
    pub statistic: String,
    /// Positions in [`super::Report::assumptions`] of the assumptions it rests on.
    pub assumptions: Vec<usize>,
    /// Publications its rule and its statistic are taken from.
    pub references: Vec<Reference>,
    /// Its answers: a block per component and time point.
    pub blocks: Vec<Block>,
    /// Listings that belong to it, as positions in [`super::Report::listings`]; a listing may belong to several outcomes.
    pub listings: Vec<usize>,
}

/// A publication behind an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Key in `docs/references.md`.
    pub key: &'static str,
    /// The citation.
    pub citation: &'static str,
}

/// A row of the outcome matrix: one component at one time point.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Identifier with component (`P2.ae`).
    pub id: String,
    /// Component, where the outcome has several (`ae`).
    pub component: Option<String>,
    /// Time point in months.
    pub time_point: Option<u32>,
    /// Name of the main statistic (`restricted mean`).
    pub statistic: &'static str,
    /// Unit of the values; empty for shares.
    pub unit: String,
    /// Answers: the levels in order, then overall.
    pub answers: Vec<Answer>,
}

impl Block {
    /// What the numbers are: `median change, % of baseline`, `restricted mean, months`, `count, subjects`.
    pub fn quantity(&self) -> String {
        match self.unit.as_str() {
            _ if self.statistic == NO_METHOD => NO_METHOD.to_owned(),
            "" => format!("{}, % of subjects", self.statistic),
            unit if unit.starts_with('%') => format!("{} change, {unit}", self.statistic),
            unit => format!("{}, {unit}", self.statistic),
        }
    }
}

/// One cell of the outcome matrix in words and digits.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Dose level; `None`: overall.
    pub level: Option<DoseLevel>,
    /// Label of the level, or `Overall`.
    pub label: String,
    /// The answer alone, short (`1/6`, `71.4 %`, `5.42`, `–`).
    pub short: String,
    /// The answer with its interval (`1 of 6 (16.7 %; 95 % CI 0.4–64.1)`).
    pub text: String,
    /// First line in a matrix (`1 of 6`, `5.42 months`, `–`).
    pub lead: String,
    /// Second line in a matrix (`16.7 % (0.4–64.1)`, `(2.10–NE)`); empty where there is nothing to add.
    pub under: String,
    /// What was counted (`1 of 6`, `2 events in 6 subjects`).
    pub counted: String,
    /// The value (`16.7 %`, `5.42 months`), or a dash.
    pub value: String,
    /// The confidence interval, where there is one.
    pub interval: Option<String>,
    /// Why there is no value.
    pub no_value: Option<NoValue>,
    /// What to know beside the value.
    pub note: Option<String>,
    /// Further statistics.
    pub details: Vec<DetailText>,
    /// Number of records it rests on.
    pub records: usize,
    /// Place of the listing behind the answer.
    pub anchor: String,
}

/// Why an answer has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoValue {
    /// Two letters for narrow tables.
    pub code: &'static str,
    /// What the code stands for.
    pub meaning: &'static str,
    /// The reason in this case.
    pub sentence: String,
}

/// A further statistic in words and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetailText {
    /// Name.
    pub name: &'static str,
    /// Value with unit and interval, or a dash.
    pub text: String,
}

/// Sections of all outcomes, and the listings they refer to.
pub(super) fn sections(trial: &Trial, levels: &[LevelName], cells: &[Cell]) -> (Vec<OutcomeSection>, Vec<Listing>) {
    let mut sections: Vec<OutcomeSection> = Vec::new();
    let mut listings = Vec::new();
    for (index, outcome) in trial.outcomes.iter().enumerate() {
        let method = ALL.iter().find(|method| method.name == outcome.method).copied();
        let taken: Vec<&str> = sections.iter().map(|section| section.anchor.as_str()).collect();
        let anchor = free_anchor(&outcome.id, &taken);
        let own: Vec<&Cell> = cells.iter().filter(|cell| cell.outcome == index).collect();
        sections.push(section(trial, levels, outcome, method, anchor, &own, &mut listings));
    }
    (sections, listings)
}

/// Letters, digits and hyphens only, and not used yet.
fn free_anchor(id: &str, taken: &[&str]) -> String {
    let plain: String = id
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    let mut anchor = plain.clone();
    let mut copy = 2;
    while taken.contains(&anchor.as_str()) {
        anchor = format!("{plain}-{copy}");
        copy += 1;
    }
    anchor
}

fn section(
    trial: &Trial,
    levels: &[LevelName],
    outcome: &Outcome,
    method: Option<&Method>,
    anchor: String,
    cells: &[&Cell],
    listings: &mut Vec<Listing>,
) -> OutcomeSection {
    let mut ids: Vec<&str> = cells.iter().map(|cell| cell.id.as_str()).collect();
    ids.dedup();
    let (mut blocks, mut used) = (Vec::new(), Vec::new());
    // Without a method nothing was counted, so any statistic writes the same dashes.
    let statistic = method.map_or(Statistic::Count, |method| method.statistic);
    for (part, id) in ids.iter().enumerate() {
        let component = id
            .strip_prefix(outcome.id.as_str())
            .and_then(|rest| rest.strip_prefix('.'));
        let of_part: Vec<&Cell> = cells.iter().copied().filter(|cell| cell.id == *id).collect();
        let overall: Vec<&Cell> = of_part.iter().copied().filter(|cell| cell.level.is_none()).collect();
        let own_anchor = format!("listing_{anchor}_{}", part + 1);
        let listing = listing::share(levels, &own_anchor, id, &overall, listings);
        used.extend((!used.contains(&listing)).then_some(listing));
        let shared = listings.get(listing);
        for (column, at_time) in overall.iter().enumerate() {
            let place = shared.map_or(String::new(), |listing| listing.column_anchor(column));
            let answers = of_part.iter().filter(|cell| cell.time_point == at_time.time_point);
            blocks.push(Block {
                id: (*id).to_owned(),
                component: component.map(str::to_owned),
                time_point: at_time.time_point,
                statistic: at_time.statistic,
                unit: at_time.unit.clone(),
                answers: answers
                    .map(|cell| answer(trial, levels, statistic, cell, &place))
                    .collect(),
            });
        }
    }
    let rests_on = |id: &String| method.is_some_and(|method| method.settings.contains(&id.as_str()));
    let assumptions = trial.assumptions.iter().enumerate();
    OutcomeSection {
        id: outcome.id.clone(),
        anchor,
        kind: outcome.kind.to_string(),
        measure: outcome.measure.clone(),
        time_frame: outcome.time_frame.clone(),
        definition: outcome.definition.clone(),
        statistic: method.map_or_else(
            || "None: no method answers this outcome yet.".to_owned(),
            |method| statistic_sentence(trial, method.statistic),
        ),
        references: method.map_or_else(Vec::new, |method| references(trial, method)),
        assumptions: assumptions
            .filter_map(|(at, assumption)| rests_on(&assumption.id).then_some(at))
            .collect(),
        blocks,
        listings: used,
    }
}

/// Those of the method, of the response criteria in force where it reads them, and of its statistic, each once.
fn references(trial: &Trial, method: &Method) -> Vec<Reference> {
    let by_response = method.settings.contains(&"response.criteria");
    let criteria: &[&str] = match trial.response.criteria {
        Criteria::Mrecist { .. } if by_response => &["lencioni2010mrecist"],
        Criteria::Irecist if by_response => &["seymour2017irecist"],
        Criteria::Recist11 | Criteria::Mrecist { .. } | Criteria::Irecist => &[],
    };
    let keys = [method.references, criteria, method.statistic.references()].concat();
    let mut references: Vec<Reference> = Vec::new();
    for key in keys {
        let cited = citation(key).map(|citation| Reference { key, citation });
        references.extend(cited.filter(|reference| !references.contains(reference)));
    }
    references
}

fn statistic_sentence(trial: &Trial, statistic: Statistic) -> String {
    let level = number::confidence(trial.estimation.level);
    let scale = match trial.estimation.conf_type {
        ConfType::LogLog => "log-log",
        ConfType::Log => "log",
        ConfType::Plain => "plain",
    };
    match statistic {
        Statistic::Count => {
            format!("Number of subjects; their share with its {level} Clopper-Pearson interval.")
        }
        Statistic::Proportion => format!("Share of subjects with its {level} Clopper-Pearson interval."),
        Statistic::Median => {
            "Median of the values; the definition says what one below quantification counts as.".to_owned()
        }
        Statistic::MedianTime => "Median of the durations.".to_owned(),
        Statistic::SurvivalMedian => format!(
            "Kaplan-Meier median, follow-up truncated at the time point, with its {level} Brookmeyer-Crowley interval ({scale})."
        ),
        Statistic::SurvivalRate => {
            format!("Kaplan-Meier estimate at the time point with its {level} Greenwood interval ({scale}).")
        }
        Statistic::RestrictedMean => format!(
            "Restricted mean: area under the Kaplan-Meier curve to the time point, with its {level} normal interval."
        ),
    }
}

/// How a value of this kind is written, without its unit.
fn writer(unit: &str, name: &str) -> fn(f64) -> String {
    match unit {
        "" => number::percent_digits,
        "subjects" => |value| format!("{value:.0}"),
        "months" => number::months,
        _ if unit.starts_with('%') && name == "standard deviation" => number::level,
        _ if unit.starts_with('%') => number::change,
        _ => number::level,
    }
}

/// The unit as it follows a value already written.
fn suffix(unit: &str) -> String {
    match unit {
        "" => " %".to_owned(),
        _ if unit.starts_with('%') => String::new(),
        _ => format!(" {unit}"),
    }
}

pub(super) fn answer(trial: &Trial, levels: &[LevelName], statistic: Statistic, cell: &Cell, place: &str) -> Answer {
    let is_count = statistic == Statistic::Count;
    // A count is reported with the share it stands for.
    let share = cell
        .details
        .iter()
        .find(|detail| is_count && detail.statistic == "proportion");
    let (unit, value, lower, upper) = match share {
        Some(share) => ("", share.value, share.lower, share.upper),
        None => (cell.unit.as_str(), cell.value, cell.lower, cell.upper),
    };
    let write = writer(unit, "");
    let value_text = value.map(|value| format!("{}{}", write(value), suffix(unit)));
    let no_interval = no_interval(statistic, value, lower.zip(upper));
    let limits = number::limits(lower, upper, write).filter(|_| no_interval.is_none());
    let counted = match cell.reason {
        Some(NotEstimable::NoMethod) => number::MISSING.to_owned(),
        _ => counted(statistic, cell),
    };
    let n_of = matches!(statistic, Statistic::Count | Statistic::Proportion);
    let ci = format!("{} CI", number::confidence(trial.estimation.level));
    let text = match (&value_text, &limits) {
        (None, _) => number::MISSING.to_owned(),
        (Some(value), Some(limits)) if n_of => format!("{counted} ({value}; {ci} {limits})"),
        (Some(value), None) if n_of => format!("{counted} ({value})"),
        (Some(value), Some(limits)) => format!("{value} ({ci} {limits})"),
        (Some(value), None) => no_interval.map_or_else(|| value.clone(), |why| format!("{value} ({why})")),
    };
    let (lead, under) = match (&value_text, &limits) {
        (None, _) => (number::MISSING.to_owned(), String::new()),
        (Some(value), Some(limits)) if n_of => (counted.clone(), format!("{value} ({limits})")),
        (Some(value), None) if n_of => (counted.clone(), value.clone()),
        (Some(value), Some(limits)) => (value.clone(), format!("({limits})")),
        (Some(value), None) => (
            value.clone(),
            no_interval.map_or_else(|| counted.clone(), str::to_owned),
        ),
    };
    let short = match (statistic, value) {
        (_, None) => number::MISSING.to_owned(),
        (Statistic::Count | Statistic::Proportion, Some(_)) => format!("{}/{}", cell.n, cell.denominator),
        (_, Some(value)) if unit.is_empty() => number::percent(value),
        (_, Some(value)) => write(value),
    };
    let name = cell
        .level
        .and_then(|level| levels.iter().find(|name| name.level == level));
    Answer {
        level: cell.level,
        label: name.map_or_else(|| "Overall".to_owned(), |name| name.label.clone()),
        short,
        text,
        lead,
        under,
        counted,
        value: value_text.unwrap_or_else(|| number::MISSING.to_owned()),
        interval: limits.map(|limits| format!("{limits}{}", suffix(unit))),
        no_value: cell.reason.as_ref().map(no_value),
        note: cell.note.clone(),
        details: cell
            .details
            .iter()
            .filter(|detail| !(is_count && detail.statistic == "proportion"))
            .map(detail)
            .collect(),
        records: cell.records().len(),
        anchor: cell
            .level
            .map_or_else(|| place.to_owned(), |level| format!("{place}_level{level}")),
    }
}

/// Why a Kaplan-Meier estimate has no interval: before the first event the limits fall together, at zero none exist.
fn no_interval(statistic: Statistic, value: Option<f64>, limits: Option<(f64, f64)>) -> Option<&'static str> {
    if statistic != Statistic::SurvivalRate {
        return None;
    }
    match (value, limits) {
        (Some(_), Some((lower, upper))) if upper <= lower => Some("interval not estimable: no event so far"),
        (Some(value), None) if value <= 0.0 => Some("interval not estimable: survival is 0"),
        (_, _) => None,
    }
}

fn counted(statistic: Statistic, cell: &Cell) -> String {
    let (n, of) = (number::count(cell.n), number::count(cell.denominator));
    match statistic {
        Statistic::Count | Statistic::Proportion => format!("{n} of {of}"),
        Statistic::Median => format!("{n} of {of} quantified"),
        Statistic::MedianTime => number::counted(cell.n, "subject"),
        Statistic::SurvivalMedian | Statistic::SurvivalRate | Statistic::RestrictedMean => {
            format!(
                "{} in {}",
                number::counted(cell.n, "event"),
                number::counted(cell.denominator, "subject")
            )
        }
    }
}

fn detail(detail: &Detail) -> DetailText {
    let write = writer(&detail.unit, detail.statistic);
    let unit = match detail.unit.as_str() {
        "subjects" => String::new(),
        unit if unit.starts_with('%') && detail.statistic == "standard deviation" => " percentage points".to_owned(),
        unit => suffix(unit),
    };
    let value = detail.value.map(|value| format!("{}{unit}", write(value)));
    let text = match (value, number::limits(detail.lower, detail.upper, write)) {
        (None, _) => number::MISSING.to_owned(),
        (Some(value), Some(limits)) => format!("{value} ({limits})"),
        (Some(value), None) => value,
    };
    DetailText {
        name: detail.statistic,
        text,
    }
}

fn no_value(reason: &NotEstimable) -> NoValue {
    let (code, meaning) = match reason {
        NotEstimable::NoSubject(_) => ("NS", "no subject to count"),
        NotEstimable::NotYetFollowed { .. } => ("NF", "not yet followed to the time point"),
        NotEstimable::MedianNotReached { .. } => ("NR", "median not reached"),
        NotEstimable::FollowUpEnds { .. } => ("FE", "follow-up ends before the time point"),
        NotEstimable::MedianBelowQuantification { .. } => ("BQ", "median below the limit of quantification"),
        NotEstimable::NotRecorded(_) => ("ND", "not recorded in the source"),
        NotEstimable::NoMethod => ("NM", "no method"),
    };
    NoValue {
        code,
        meaning,
        sentence: reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survival_without_an_event_has_no_interval_of_zero_width() {
        let why = |value, limits| no_interval(Statistic::SurvivalRate, Some(value), limits);
        assert_eq!(
            why(1.0, Some((1.0, 1.0))),
            Some("interval not estimable: no event so far")
        );
        assert_eq!(why(0.0, None), Some("interval not estimable: survival is 0"));
        assert_eq!(why(0.5, Some((0.1, 0.8))), None);
        assert_eq!(no_interval(Statistic::Proportion, Some(1.0), Some((1.0, 1.0))), None);
    }

    #[test]
    fn anchors_are_plain_and_never_used_twice() {
        assert_eq!(free_anchor("S2", &[]), "S2");
        assert_eq!(free_anchor("a b\"", &["a-b-"]), "a-b--2");
    }

    #[test]
    fn a_missing_limit_of_a_detail_is_named_and_a_missing_value_is_a_dash() {
        let rate = Detail {
            statistic: "Kaplan-Meier estimate",
            unit: String::new(),
            value: Some(0.5),
            lower: Some(0.1),
            upper: None,
        };
        assert_eq!(detail(&rate).text, "50.0 % (10.0–NE)");
        assert_eq!(detail(&Detail { value: None, ..rate }).text, "–");
    }
}
