//! `TI TV`: criteria of entry and planned visits.

use tercel::protocol::VisitTime;

use super::Study;
use crate::form::{criterion_code, shortened};
use crate::table::Table;

/// `TI`: every criterion of entry of the protocol. All are stated as what must hold.
pub(super) fn criteria(study: &Study<'_>) -> Table {
    let columns = ["STUDYID", "DOMAIN", "IETESTCD", "IETEST", "IECAT", "TIVERS"];
    let texts = match &study.trial.conduct {
        Some(conduct) if !conduct.criteria.is_empty() => conduct
            .criteria
            .iter()
            .map(|criterion| criterion.text.clone())
            .collect(),
        Some(_) | None => limits(study),
    };
    let rows = texts.into_iter().zip(1..).map(|(text, number)| {
        vec![
            study.id.clone(),
            "TI".to_owned(),
            criterion_code(number),
            shortened(&text),
            "INCLUSION".to_owned(),
            study.trial.version.clone(),
        ]
    });
    Table::from_rows("TI", &columns, rows.collect())
}

/// The limits of entry that are checked against the data, as criteria.
fn limits(study: &Study<'_>) -> Vec<String> {
    let entry = &study.trial.eligibility;
    let mut texts = vec![format!("Age {} to {} years", entry.age_min, entry.age_max)];
    texts.extend(
        entry
            .ecog_max
            .map(|worst| format!("ECOG performance status {worst} or less")),
    );
    texts.extend(
        entry
            .child_pugh_max
            .map(|worst| format!("Child-Pugh score {worst} or less")),
    );
    texts
}

/// `TV`: every planned visit, the same in all arms.
pub(super) fn visits(study: &Study<'_>) -> Table {
    let columns = ["STUDYID", "DOMAIN", "VISITNUM", "VISIT", "VISITDY", "TVSTRL"];
    let rows = study.trial.schedule.iter().zip(1..).map(|(visit, number)| {
        let (day, rule) = match visit.time {
            VisitTime::Day(day) if day < 0 => (planned_day(visit.time), format!("{} days before infusion", -day)),
            VisitTime::Day(day) => (planned_day(visit.time), format!("{day} days after infusion")),
            VisitTime::Months(months) => (None, format!("{months} months after infusion")),
        };
        vec![
            study.id.clone(),
            "TV".to_owned(),
            number.to_string(),
            visit.name.clone(),
            day.map_or_else(String::new, |day| day.to_string()),
            format!("{rule}, {} days early or late", visit.window_days),
        ]
    });
    Table::from_rows("TV", &columns, rows.collect())
}

/// The study day on which a visit is planned, where it is planned by day: the day of infusion is day 1.
pub(super) fn planned_day(time: VisitTime) -> Option<i32> {
    match time {
        VisitTime::Day(day) => Some(if day < 0 { day } else { day + 1 }),
        VisitTime::Months(_) => None,
    }
}
