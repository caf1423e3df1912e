//! The records behind every number: one row per subject, shared by all outcomes that read the same.

use std::collections::BTreeMap;

use super::{LISTING_LIMIT, LevelName, number};
use crate::endpoint::{self, Cell, Contribution};
use crate::protocol::DoseLevel;
use crate::study::{RecordId, SubjectId};

/// What each subject contributes to an outcome, at every time point.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// Place in the document.
    pub anchor: String,
    /// Identifiers of the outcomes it stands behind (`S5`, `S6`).
    pub outcomes: Vec<String>,
    /// Time points, each a column; a single `None` where the outcome has none.
    pub columns: Vec<Option<u32>>,
    /// Rows by dose level, lowest first.
    pub groups: Vec<ListingGroup>,
    /// Number of all subjects, shown or not.
    pub subjects: usize,
}

impl Listing {
    /// Place of a column; rows of a level are at `<place>_level<number>`.
    pub fn column_anchor(&self, column: usize) -> String {
        format!("{}_column{}", self.anchor, column + 1)
    }

    /// Number of subjects shown.
    pub fn shown(&self) -> usize {
        self.groups.iter().map(|group| group.rows.len()).sum()
    }
}

/// The subjects of one dose level.
#[derive(Debug, Clone, PartialEq)]
pub struct ListingGroup {
    /// The level.
    pub level: DoseLevel,
    /// Its label with the dose.
    pub label: String,
    /// Number of its subjects, shown or not.
    pub subjects: usize,
    /// One row per subject.
    pub rows: Vec<ListingRow>,
}

/// One subject.
#[derive(Debug, Clone, PartialEq)]
pub struct ListingRow {
    /// Subject.
    pub subject: SubjectId,
    /// What it contributes; neighbouring time points with the same entry share it.
    pub entries: Vec<Entry>,
    /// Records it rests on; one group where all time points rest on the same.
    pub records: Vec<RecordGroup>,
}

/// What one subject contributes at one time point, or at several in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Number of columns it spans.
    pub span: usize,
    /// What it contributes.
    pub reading: Reading,
    /// Why.
    pub note: String,
}

/// A contribution in words and digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What sort it is.
    pub kind: ReadingKind,
    /// The words.
    pub text: String,
}

/// Sorts of contribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingKind {
    /// Counted, or ended by the event, or measured.
    Counted,
    /// In the denominator only, or censored, or below quantification.
    Denominator,
    /// Not known yet.
    Open,
    /// Not in the denominator.
    Out,
}

/// Records shared by some time points.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordGroup {
    /// Time points in months; empty where the records stand behind all of them.
    pub months: Vec<u32>,
    /// Records, each once, in order.
    pub records: Vec<RecordId>,
}

/// Position of the listing behind `cells` (overall, one per time point): an equal one already there, or a new one.
pub(super) fn share(
    levels: &[LevelName],
    anchor: &str,
    id: &str,
    cells: &[&Cell],
    listings: &mut Vec<Listing>,
) -> usize {
    let mut listing = Listing {
        anchor: anchor.to_owned(),
        outcomes: Vec::new(),
        columns: cells.iter().map(|cell| cell.time_point).collect(),
        groups: groups(levels, cells),
        subjects: cells.first().map_or(0, |cell| cell.contributions.len()),
    };
    let same = |other: &Listing| other.columns == listing.columns && other.groups == listing.groups;
    if let Some(at) = listings.iter().position(same)
        && let Some(found) = listings.get_mut(at)
    {
        found.outcomes.push(id.to_owned());
        return at;
    }
    listing.outcomes.push(id.to_owned());
    listings.push(listing);
    listings.len() - 1
}

fn groups(levels: &[LevelName], cells: &[&Cell]) -> Vec<ListingGroup> {
    let by_subject: Vec<BTreeMap<&SubjectId, &Contribution>> = cells
        .iter()
        .map(|cell| cell.contributions.iter().map(|part| (&part.subject, part)).collect())
        .collect();
    let months: Vec<Option<u32>> = cells.iter().map(|cell| cell.time_point).collect();
    let unit = cells.first().map_or("", |cell| cell.unit.as_str());
    let here = cells.first().map_or(&[][..], |cell| cell.contributions.as_slice());
    let by_level: Vec<Vec<&SubjectId>> = levels
        .iter()
        .map(|name| {
            let at_level = here.iter().filter(|part| part.level == Some(name.level));
            let mut subjects: Vec<&SubjectId> = at_level.map(|part| &part.subject).collect();
            subjects.sort();
            subjects
        })
        .collect();
    let sizes: Vec<usize> = by_level.iter().map(Vec::len).collect();
    let mut groups = Vec::new();
    for ((name, subjects), shown) in levels.iter().zip(&by_level).zip(quotas(&sizes, LISTING_LIMIT)) {
        let rows = subjects.iter().take(shown).map(|subject| {
            let parts: Vec<&Contribution> = by_subject
                .iter()
                .filter_map(|parts| parts.get(subject).copied())
                .collect();
            row(subject, &months, unit, &parts)
        });
        let rows: Vec<ListingRow> = rows.collect();
        groups.push(ListingGroup {
            level: name.level,
            label: format!("{} ({})", name.label, name.dose),
            subjects: subjects.len(),
            rows,
        });
    }
    groups
}

/// How many of each group are shown when no more than `limit` are: small groups whole, large ones alike.
pub(super) fn quotas(sizes: &[usize], limit: usize) -> Vec<usize> {
    let mut order: Vec<(usize, usize)> = sizes.iter().copied().enumerate().collect();
    order.sort_by_key(|(place, size)| (*size, *place));
    let (mut left, mut groups) = (limit, sizes.len());
    let mut shown: Vec<(usize, usize)> = Vec::new();
    for (place, size) in order {
        let quota = size.min(left.checked_div(groups).unwrap_or(0));
        left -= quota;
        groups -= 1;
        shown.push((place, quota));
    }
    shown.sort_unstable();
    shown.into_iter().map(|(_, quota)| quota).collect()
}

fn row(subject: &SubjectId, months: &[Option<u32>], unit: &str, parts: &[&Contribution]) -> ListingRow {
    let mut entries: Vec<Entry> = Vec::new();
    for part in parts {
        let reading = reading(part.reading, unit);
        let note = note(part);
        match entries.last_mut() {
            Some(last) if last.reading == reading && last.note == note => last.span += 1,
            Some(_) | None => entries.push(Entry { span: 1, reading, note }),
        }
    }
    let mut records: Vec<RecordGroup> = Vec::new();
    for (part, months) in parts.iter().zip(months) {
        match records.iter_mut().find(|group| group.records == part.records) {
            Some(group) => group.months.extend(*months),
            None => records.push(RecordGroup {
                months: months.iter().copied().collect(),
                records: part.records.clone(),
            }),
        }
    }
    if let [only] = records.as_mut_slice() {
        only.months.clear();
    }
    ListingRow {
        subject: subject.clone(),
        entries,
        records,
    }
}

fn reading(reading: endpoint::Reading, unit: &str) -> Reading {
    let (kind, text) = match reading {
        endpoint::Reading::Yes => (ReadingKind::Counted, "yes".to_owned()),
        endpoint::Reading::No => (ReadingKind::Denominator, "no".to_owned()),
        endpoint::Reading::Value(value) if unit.starts_with('%') => (ReadingKind::Counted, number::change(value)),
        endpoint::Reading::Value(value) => (ReadingKind::Counted, number::level(value)),
        endpoint::Reading::BelowQuantification => (ReadingKind::Denominator, "below quantification".to_owned()),
        endpoint::Reading::Time { months, event: true } => {
            (ReadingKind::Counted, format!("{}, event", number::months(months)))
        }
        endpoint::Reading::Time { months, event: false } => (
            ReadingKind::Denominator,
            format!("{}, censored", number::months(months)),
        ),
        endpoint::Reading::NotYet => (ReadingKind::Open, "not yet".to_owned()),
        endpoint::Reading::Out => (ReadingKind::Out, "not counted".to_owned()),
    };
    Reading { kind, text }
}

/// The note without what the reading already states.
fn note(part: &Contribution) -> String {
    let stated = match part.reading {
        endpoint::Reading::Time { months, .. } => format!("{months:.2} months: "),
        endpoint::Reading::Value(value) => format!("{value} "),
        endpoint::Reading::BelowQuantification => "below quantification ".to_owned(),
        endpoint::Reading::Yes | endpoint::Reading::No | endpoint::Reading::NotYet | endpoint::Reading::Out => {
            return part.note.clone();
        }
    };
    // A change that happens to equal its baseline (`10 to 11 ng/mL`) is not stated by it.
    let rest = part.note.strip_prefix(&stated).filter(|rest| !rest.starts_with("to "));
    rest.unwrap_or(&part.note).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Dataset;

    fn part(reading: endpoint::Reading, note: &str, number: u32) -> Contribution {
        let subject = SubjectId::new("001");
        Contribution {
            level: Some(DoseLevel::FIRST),
            reading,
            note: note.to_owned(),
            records: vec![RecordId {
                dataset: Dataset::new("TR"),
                subject: subject.clone(),
                number,
            }],
            subject,
        }
    }

    #[test]
    fn small_groups_are_shown_whole_and_large_ones_share_what_is_left() {
        assert_eq!(quotas(&[3, 5], 1000), [3, 5]);
        assert_eq!(quotas(&[9000, 5, 3], 1000), [992, 5, 3]);
        assert_eq!(quotas(&[9000, 0, 9000], 1000), [500, 0, 500]);
        assert_eq!(quotas(&[], 1000), Vec::<usize>::new());
    }

    #[test]
    fn equal_neighbours_share_an_entry_and_records_stand_once() {
        let parts = [
            part(endpoint::Reading::Yes, "SD", 1),
            part(endpoint::Reading::Yes, "SD", 1),
            part(endpoint::Reading::NotYet, "open", 1),
        ];
        let parts: Vec<&Contribution> = parts.iter().collect();
        let row = row(&SubjectId::new("001"), &[Some(3), Some(6), Some(12)], "", &parts);
        let spans: Vec<usize> = row.entries.iter().map(|entry| entry.span).collect();
        assert_eq!(spans, [2, 1]);
        assert_eq!(row.records.len(), 1);
        assert!(
            row.records[0].months.is_empty(),
            "one group stands behind all time points"
        );
    }

    #[test]
    fn different_records_are_listed_by_time_point() {
        let parts = [
            part(endpoint::Reading::Yes, "SD", 1),
            part(endpoint::Reading::Yes, "SD", 2),
        ];
        let parts: Vec<&Contribution> = parts.iter().collect();
        let row = row(&SubjectId::new("001"), &[Some(3), Some(6)], "", &parts);
        assert_eq!(
            row.records.iter().map(|group| group.months.clone()).collect::<Vec<_>>(),
            [vec![3], vec![6]]
        );
    }

    #[test]
    fn a_level_is_not_said_twice() {
        let level = part(endpoint::Reading::Value(67.0), "67 copies/µg DNA on 2025-05-29", 1);
        assert_eq!(note(&level), "copies/µg DNA on 2025-05-29");
        let below = part(
            endpoint::Reading::BelowQuantification,
            "below quantification on 2025-05-29",
            1,
        );
        assert_eq!(note(&below), "on 2025-05-29");
        let unstated = part(endpoint::Reading::Value(3.0), "30 copies", 1);
        assert_eq!(note(&unstated), "30 copies");
    }

    #[test]
    fn a_duration_is_not_said_twice() {
        let time = endpoint::Reading::Time {
            months: 5.421,
            event: true,
        };
        assert_eq!(
            note(&part(time, "5.42 months: progression on 2025-06-01", 1)),
            "progression on 2025-06-01"
        );
    }
}
