//! What stands beside the outcomes in time: each censoring rule, how long subjects were followed, dose levels beside each other, and
//! the dose actually received.

mod received;
mod rules;

use super::{EventTable, LevelName, SummaryRow, SummaryTable, number};
use crate::endpoint::{Analysis, Cell, Duration, Facts};
use crate::estimate::Level;
use crate::estimate::groups::{Grouped, Groups, Test};
use crate::estimate::survival::{KaplanMeier, Observation, Quantile};
use crate::protocol::Trial;

pub use received::Received;

/// Sensitivity and description of the outcomes in time.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeToEvent {
    /// Why there is nothing to show, where nobody has a duration.
    pub reason: Option<&'static str>,
    /// How long subjects were followed, by dose level and overall.
    pub follow_up: SummaryTable,
    /// Progression-free survival under each censoring rule.
    pub rules: SummaryTable,
    /// The subjects whose duration differs between the rules.
    pub differing: EventTable,
    /// Dose levels beside each other.
    pub comparison: SummaryTable,
    /// What speaks against reading much into the comparison, for each of its columns.
    pub cautions: Vec<String>,
    /// By the dose actually received.
    pub received: Received,
}

type Pick = for<'f> fn(&'f Facts<'_>) -> Option<&'f Duration>;

/// The two courses that every subject has, with their titles.
const COURSES: [(&str, Pick); 2] = [
    ("Progression-free survival", |facts| facts.pfs.as_ref()),
    ("Overall survival", |facts| facts.os.as_ref()),
];

pub(super) fn build(analysis: &Analysis<'_>, levels: &[LevelName], cells: &[Cell]) -> TimeToEvent {
    let infused = |facts: &&Facts<'_>| facts.level.is_some() && (facts.pfs.is_some() || facts.os.is_some());
    let infused: Vec<&Facts<'_>> = analysis.facts.iter().filter(infused).collect();
    let (comparison, cautions) = comparison(analysis.trial, levels, &infused);
    TimeToEvent {
        reason: infused.is_empty().then_some("No subject has a duration."),
        follow_up: follow_up(analysis.trial, levels, &infused),
        rules: rules::table(analysis.trial, &infused),
        differing: rules::differing(levels, &infused),
        comparison,
        cautions,
        received: received::build(analysis, levels, cells),
    }
}

fn level(trial: &Trial) -> Level {
    Level::new(trial.estimation.level).unwrap_or(Level::NINETY_FIVE)
}

fn observed(duration: &Duration) -> Observation {
    Observation {
        time: duration.months,
        event: duration.event,
    }
}

/// `5.42 months (95 % CI 2.10–NE)`, `not reached`, or a dash where nobody was followed.
fn months(trial: &Trial, n: usize, found: &Quantile) -> String {
    let Some(value) = found.estimate else {
        let text = if n == 0 { number::MISSING } else { "not reached" };
        return text.to_owned();
    };
    let limits = number::limits(found.lower, found.upper, number::months);
    let limits = limits.map_or_else(String::new, |limits| {
        format!(" ({} CI {limits})", number::confidence(trial.estimation.level))
    });
    format!("{} months{limits}", number::months(value))
}

fn follow_up(trial: &Trial, levels: &[LevelName], infused: &[&Facts<'_>]) -> SummaryTable {
    let mut rows = Vec::new();
    for (title, pick) in COURSES {
        let of = |level: Option<&LevelName>| -> Vec<Observation> {
            let own = infused
                .iter()
                .filter(|facts| level.is_none_or(|name| facts.level == Some(name.level)));
            own.filter_map(|facts| pick(facts)).map(observed).collect()
        };
        let groups: Vec<Vec<Observation>> = levels.iter().map(Some).chain([None]).map(of).collect();
        let row = |label: &str, is_detail: bool, cell: &dyn Fn(&[Observation]) -> String| SummaryRow {
            label: label.to_owned(),
            is_detail,
            cells: groups.iter().map(|group| cell(group)).collect(),
        };
        rows.push(row(title, false, &|group| number::counted(group.len(), "subject")));
        rows.push(row("followed for, median", true, &|group| {
            let curve = KaplanMeier::new(group).ok();
            curve.map_or_else(String::new, |curve| {
                let found = curve.follow_up(trial.estimation.conf_type, level(trial));
                months(trial, group.len(), &found)
            })
        }));
        rows.push(row("range of the durations", true, &|group| range(group)));
        rows.push(row("censored, no event", true, &|group| {
            group.iter().filter(|one| !one.event).count().to_string()
        }));
    }
    SummaryTable {
        anchor: "time_follow_up",
        title: "Followed for",
        note: "Median follow-up by reverse Kaplan-Meier (being censored is the event), with the interval of a quantile. For \
               progression-free survival follow-up ends with the last adequate assessment, for overall survival with the last contact.",
        columns: columns(levels),
        rows,
    }
}

fn columns(levels: &[LevelName]) -> Vec<String> {
    let labels = levels.iter().map(|name| name.label.clone());
    labels.chain(["Overall".to_owned()]).collect()
}

fn range(group: &[Observation]) -> String {
    let times = || group.iter().map(|one| one.time);
    if group.is_empty() {
        return number::MISSING.to_owned();
    }
    let (low, high) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    format!("{} to {} months", number::months(low), number::months(high))
}

fn comparison(trial: &Trial, levels: &[LevelName], infused: &[&Facts<'_>]) -> (SummaryTable, Vec<String>) {
    let mut cautions = Vec::new();
    let mut groups: Vec<Option<Groups>> = Vec::new();
    let names: Vec<&str> = levels.iter().map(|name| name.label.as_str()).collect();
    for (title, pick) in COURSES {
        let subjects: Vec<Grouped> = infused
            .iter()
            .filter_map(|facts| {
                Some(Grouped {
                    group: levels.iter().position(|name| Some(name.level) == facts.level)?,
                    observation: observed(pick(facts)?),
                })
            })
            .collect();
        let found = Groups::new(&subjects, levels.len()).ok();
        let caution = found.as_ref().and_then(|groups| groups.caution(&names));
        cautions.extend(caution.map(|caution| format!("{title}: {caution}")));
        groups.push(found);
    }
    let row = |label: &str, cell: &dyn Fn(&Groups) -> Option<String>| SummaryRow {
        label: label.to_owned(),
        is_detail: false,
        cells: groups
            .iter()
            .map(|groups| {
                groups
                    .as_ref()
                    .and_then(cell)
                    .unwrap_or_else(|| number::MISSING.to_owned())
            })
            .collect(),
    };
    let several = levels.len() > 2;
    let rows = vec![
        row("Log-rank test", &|groups| groups.log_rank().map(test)),
        row("Test for trend over the levels", &|groups| {
            groups.trend().filter(|_| several).map(test)
        }),
        row("Hazard ratio from level to level", &|groups| ratio(trial, groups)),
    ];
    let table = SummaryTable {
        anchor: "time_comparison",
        title: "Dose levels beside each other",
        note: "A description, not a test of a hypothesis of this study: levels were treated one after another, without randomisation. \
               Hazard ratio by Cox's model in the number of the level, Efron's ties, profile likelihood limits; below 1, fewer events at \
               higher levels.",
        columns: COURSES.iter().map(|(title, _)| (*title).to_owned()).collect(),
        rows,
    };
    (table, cautions)
}

fn test(test: Test) -> String {
    let p = if test.p < 0.001 {
        "< 0.001".to_owned()
    } else {
        format!("= {:.3}", test.p)
    };
    format!("χ² = {:.2}, {} df, p {p}", test.chi_square, test.df)
}

fn ratio(trial: &Trial, groups: &Groups) -> Option<String> {
    let found = groups.hazard_ratio(level(trial))?;
    let write = |value: f64| format!("{value:.2}");
    let limits = number::limits(found.profile_lower, found.profile_upper, write);
    let limits = limits.map_or_else(String::new, |limits| {
        format!(" ({} CI {limits})", number::confidence(trial.estimation.level))
    });
    let value = found.value.map_or_else(|| "no maximum".to_owned(), write);
    Some(format!("{value}{limits}"))
}
