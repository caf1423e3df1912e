//! Disease control rate at a time point.
//!
//! # What it derives
//! The share of infused subjects whose disease is controlled at the month.
//!
//! # Source
//! The registry record (S2); definition in `docs/methods.md`, "Disease control".
//!
//! # Formula
//! Controlled: CR, PR, SD or non-CR/non-PD at an assessment in the month's window or at a later one, with no progression, death or new anticancer therapy before it. Followed past the window, or withdrawn or lost before its end, without such an assessment: not controlled, or excluded, as the protocol says. Window still open: not yet followed.
//!
//! # Example
//! SD on day 95, window of month 3 day 77 to 105: controlled at month 3.
//!
//! # Limits
//! An assessment years later also shows that the disease was controlled before.

use super::{Facts, Method, NOT_INFUSED, Part, Question, Reading, Statistic};
use crate::dlt::add_days;
use crate::protocol::{Assessed, Unassessed};

pub(super) const METHOD: Method = Method {
    name: "dcr",
    components: &[],
    at_time_points: true,
    needs: Some(Assessed::Imaging),
    references: &["eisenhauer2009recist"],
    settings: &[
        "response.criteria",
        "response.evaluator",
        "response.sd_min_days",
        "response.dcr_unassessed",
        "response.new_therapy_procedures",
        "response.supportive_procedures",
        "windows.time_point",
        "estimation.level",
    ],
    statistic: Statistic::Proportion,
    unit: |_, _| String::new(),
    records: "dated tumour assessments",
    datasets: &[],
    read,
};

fn read(facts: &Facts<'_>, question: Question<'_>) -> Part {
    let (Some(day0), Some(months), Some(cut)) = (facts.day0, question.months, facts.cut) else {
        return Part::out(NOT_INFUSED);
    };
    let Some((_, from, to)) = facts.time_point(months) else {
        return Part::out(NOT_INFUSED);
    };
    let records = facts.response_records();
    let part = |reading, note: String| Part::new(reading, note, records.clone());
    let therapy = facts.new_therapy().map(|(day, _)| (day, "new anticancer therapy"));
    let counts = |day| therapy.is_none_or(|(start, _)| day <= start);
    let points = || facts.tumour.points.iter().filter(|point| counts(point.day));
    let progression = points()
        .find(|point| point.is_progression())
        .map(|point| (point.day, "progression"));
    let death = facts.death_day().map(|day| (day, "death"));
    let ends = [progression, death, therapy].into_iter().flatten();
    let end = ends.min_by_key(|(day, _)| *day);
    let early = add_days(day0, u32::try_from(facts.trial.response.sd_min_days).unwrap_or(0));
    let controlled = points().find(|point| {
        let before_end =
            progression.is_none_or(|(day, _)| point.day < day) && death.is_none_or(|(day, _)| point.day <= day);
        point.is_adequate() && before_end && point.day >= from && point.day >= early
    });
    if let Some(point) = controlled {
        return part(Reading::Yes, format!("{} on {}", point.overall, point.day));
    }
    let unassessed = match facts.trial.response.dcr_unassessed {
        Unassessed::NotControlled => Reading::No,
        Unassessed::Excluded => Reading::Out,
    };
    match (end, facts.left()) {
        (Some((day, what)), _) if day <= to => part(Reading::No, format!("{what} on {day}")),
        (_, Some((day, _))) if day <= to => part(
            unassessed,
            format!("no adequate assessment from {from} on; left on {day}"),
        ),
        _ if cut < to => part(Reading::NotYet, format!("window open until {to}")),
        _ => part(unassessed, format!("no adequate assessment from {from} on")),
    }
}
