//! `DD`: the cause of each death, as the adverse events state it.

use tercel::study::{EventOutcome, Subject, When};

use super::Study;
use super::cells::moment;
use crate::table::Table;

/// One row a death. The cause is the fatal adverse event; `UNKNOWN` where no event is recorded as fatal.
pub(super) fn details(study: &Study<'_>) -> Table {
    let columns = [
        "STUDYID", "DOMAIN", "USUBJID", "DDSEQ", "DDTESTCD", "DDTEST", "DDORRES", "DDSTRESC", "DDEVAL", "DDDTC",
    ];
    let deaths = study
        .data
        .subjects
        .iter()
        .filter_map(|subject| Some((subject, subject.died()?.0)));
    let rows = deaths.map(|(subject, when): (&Subject, When)| {
        let fatal = subject
            .adverse_events
            .iter()
            .find(|event| event.outcome == EventOutcome::Fatal);
        let reported = fatal.map_or("UNKNOWN", |event| event.term.as_str());
        let coded = fatal
            .and_then(|event| event.preferred_term.as_deref())
            .unwrap_or(reported);
        let by = if fatal.is_some() { "INVESTIGATOR" } else { "" };
        let cells = [
            study.id.as_str(),
            "DD",
            subject.id.as_str(),
            "1",
            "PRCDTH",
            "Primary Cause of Death",
            reported,
            coded,
            by,
        ];
        cells
            .into_iter()
            .map(str::to_owned)
            .chain([moment(Some(when))])
            .collect()
    });
    Table::from_rows("DD", &columns, rows.collect())
}
