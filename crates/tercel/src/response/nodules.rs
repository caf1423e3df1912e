//! New liver nodules under mRECIST: which of them are progression, and since when.

use std::collections::BTreeSet;

use super::lesion::{Assessment, Lesion, LesionStatus, Role};

/// A new nodule of the liver counts from this size.
const SMALLEST_MM: f64 = 10.0;
/// A nodule without the typical pattern counts once it grew by this much.
const GROWTH_MM: f64 = 10.0;

/// New lesions that count under mRECIST although one scan alone may not show it (`lencioni2010mrecist`, "New lesions").
///
/// A nodule of the liver that the reader calls unequivocal (arterial hyperenhancement with washout) counts from 10 mm; an
/// equivocal one once it has grown by 10 mm since it was first measured. Either is dated back to the scan that first showed
/// it. A lesion elsewhere, and one whose organ or size is not recorded, is the reader's decision alone.
pub(super) struct Nodules {
    proven: BTreeSet<String>,
}

impl Nodules {
    /// Looks at all assessments, in order of time.
    pub(super) fn read(later: &[&Assessment]) -> Self {
        let mut first: std::collections::BTreeMap<&str, f64> = std::collections::BTreeMap::new();
        let mut proven = BTreeSet::new();
        let nodules = later.iter().flat_map(|assessment| &assessment.lesions);
        for lesion in nodules.filter(|lesion| is_judged_by_size(lesion)) {
            let Some(mm) = lesion.diameter_mm else { continue };
            let start = *first.entry(&lesion.id).or_insert(mm);
            let equivocal = lesion.status == Some(LesionStatus::NotEvaluable);
            let counts = if equivocal {
                mm - start >= GROWTH_MM
            } else {
                mm >= SMALLEST_MM
            };
            if counts {
                proven.insert(lesion.id.clone());
            }
        }
        Self { proven }
    }

    /// Whether a reading of a new lesion counts; `None` where mRECIST leaves it to the reader.
    pub(super) fn counts(&self, lesion: &Lesion) -> Option<bool> {
        is_judged_by_size(lesion).then(|| self.proven.contains(&lesion.id))
    }
}

fn is_judged_by_size(lesion: &Lesion) -> bool {
    let is_there = lesion.diameter_mm.is_some_and(|mm| mm > 0.0) && lesion.status != Some(LesionStatus::Absent);
    lesion.role == Role::New && lesion.is_in_liver() && is_there
}
