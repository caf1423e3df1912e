//! Haematotoxicity (ICAHT) of a subject, from its neutrophil counts.
//!
//! # What it derives
//! Early and late ICAHT of an infused subject, with every record they rest on.
//!
//! # Source
//! [`icaht`](crate::grade::icaht); `rejeski2023icaht`.
//!
//! # Formula
//! Counts in cells/µL, whatever their unit; day 0 is the day of infusion. Follow-up ends with death, withdrawal
//! or loss; it is censored at the first progression seen and at new anticancer therapy.
//!
//! # Example
//! Counts of 400/µL from day 5 to day 11, recovery on day 12: early grade 2.
//!
//! # Limits
//! A count without a day, without a number or in a unit that is no count of cells is not taken.

use super::Facts;
use crate::grade::analyte::Analyte;
use crate::grade::icaht::{Count, FollowUp, Icaht, IcahtOptions, grade_icaht};
use crate::grade::units::{Unit, convert, rounded};
use crate::study::{Lab, RecordId, days_between};

/// ICAHT of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectIcaht {
    /// The grades.
    pub icaht: Icaht,
    /// How far the subject was followed.
    pub follow_up: FollowUp,
    /// Records it rests on.
    pub records: Vec<RecordId>,
}

impl Facts<'_> {
    /// Early and late ICAHT; `None` without a day of infusion or without a neutrophil count.
    pub fn icaht(&self, options: IcahtOptions) -> Option<SubjectIcaht> {
        let day0 = self.day0?;
        let mut records = self.identity();
        let mut counts = Vec::new();
        for lab in &self.subject.labs {
            if let (Some(per_ul), Some(day)) = (neutrophils_per_ul(lab), lab.when.day()) {
                let day = days_between(day0, day);
                counts.push(Count { day, per_ul });
                records.push(lab.record.clone());
            }
        }
        if counts.is_empty() {
            return None;
        }
        let progression = self.tumour.points.iter().find(|point| point.is_progression());
        let therapy = self.new_therapy();
        let left = self.left();
        records.extend(self.tumour.records.iter().cloned());
        records.extend(self.death_records());
        records.extend([therapy, left].into_iter().flatten().map(|(_, record)| record.clone()));
        let after = |day: &jiff::civil::Date| *day >= day0;
        let ended = [self.death_day(), left.map(|(day, _)| day)];
        let censored = [progression.map(|point| point.day), therapy.map(|(day, _)| day)];
        let ended = ended.into_iter().flatten().filter(after).min();
        let censored = censored.into_iter().flatten().filter(after).min();
        let follow_up = match (ended, censored) {
            (Some(ended), Some(censored)) if censored < ended => FollowUp::CensoredOn(days_between(day0, censored)),
            (Some(ended), _) => FollowUp::EndedOn(days_between(day0, ended)),
            (None, Some(censored)) => FollowUp::CensoredOn(days_between(day0, censored)),
            (None, None) => FollowUp::NotEnded,
        };
        Some(SubjectIcaht {
            icaht: grade_icaht(&counts, follow_up, options),
            follow_up,
            records,
        })
    }
}

/// A neutrophil count in cells/µL.
fn neutrophils_per_ul(lab: &Lab) -> Option<f64> {
    let analyte = Analyte::named(&lab.test).filter(|analyte| analyte.name == "neutrophils")?;
    let per_ul = Unit::parse("/uL").ok()?;
    let written = Unit::readings(&lab.unit).ok()?;
    let count = written.into_iter().find(|unit| unit.dimension == per_ul.dimension)?;
    convert(analyte, lab.value?, count, per_ul).map(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Dataset, SubjectId, When};

    #[test]
    fn counts_are_read_in_any_unit_of_cells_and_in_no_other() {
        let lab = |test: &str, value, unit: &str| Lab {
            record: RecordId {
                dataset: Dataset::new("LB"),
                subject: SubjectId::new("001"),
                number: 1,
            },
            test: test.to_owned(),
            value,
            unread: false,
            unit: unit.to_owned(),
            lln: None,
            uln: None,
            when: When::parse("2025-03-04").unwrap(),
            significant: None,
            event: None,
        };
        for (test, value, unit, expected) in [
            ("NEUT", Some(0.5), "10^9/L", Some(500.0)),
            ("ANC", Some(0.5), "G/L", Some(500.0)),
            ("NEUT", Some(480.0), "/uL", Some(480.0)),
            ("NEUT", Some(480.0), "10^6/L", Some(480.0)),
            ("NEUT", Some(0.48), "10^3/uL", Some(480.0)),
            ("NEUT", Some(48.0), "%", None),
            ("NEUT", None, "10^9/L", None),
            ("LYM", Some(0.5), "10^9/L", None),
        ] {
            assert_eq!(
                neutrophils_per_ul(&lab(test, value, unit)),
                expected,
                "{test} {value:?} {unit}"
            );
        }
    }
}
