//! Doses of each subject: of anything but lymphodepletion, as far as their days are known.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tercel::study::{SubjectId, When};

use super::cells::CellRow;
use super::{DeriveOptions, Sources};

/// The doses of one subject.
#[derive(Debug, Default)]
pub(super) struct Doses {
    /// Whether there was one.
    pub(super) given: bool,
    /// The first, as far as it is known; a partial date is placed by its earliest day.
    pub(super) first: Option<When>,
    /// Last day of any.
    pub(super) last: Option<Date>,
}

/// The doses of every subject who had one.
pub(super) fn doses(sources: &Sources<'_>, options: &DeriveOptions) -> BTreeMap<SubjectId, Doses> {
    let mut doses: BTreeMap<SubjectId, Doses> = BTreeMap::new();
    let Some(exposure) = sources.cells("EX") else {
        return doses;
    };
    for row in exposure.rows() {
        let start = row.when("EXSTDTC");
        let day = start.and_then(When::day);
        let Some(id) = row.subject().filter(|_| is_given(row, day, options)) else {
            continue;
        };
        let known = doses.entry(id).or_default();
        known.given = true;
        known.first = known.first.into_iter().chain(start).min_by_key(|when| when.order());
        known.last = known.last.max(row.day("EXENDTC").or(day));
    }
    doses
}

/// Whether a row is a dose of the study treatment. A dose whose day is known may lack its amount; a row without either says
/// nothing of a dose.
fn is_given(row: CellRow<'_>, day: Option<Date>, options: &DeriveOptions) -> bool {
    let (treatment, amount) = (row.text("EXTRT"), row.text("EXDOSE"));
    let says_something = row.number("EXDOSE").is_some_and(|dose| dose > 0.0) || day.is_some();
    !options.is_lymphodepletion(treatment) && says_something && crate::sdtm::is_given(treatment, amount)
}
