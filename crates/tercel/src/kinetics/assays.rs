//! Transgene copies held against cell counts.
//!
//! # What it derives
//! For a day with both, the cells per µL that the copies stand for, and how far the count is from it.
//!
//! # Source
//! 6.6 pg DNA in a diploid cell; `docs/methods.md`, "CAR-T level".
//!
//! # Formula
//! cells/µL = copies/µg × 6.6e-6 µg a cell / copies a CAR-positive cell × nucleated cells/µL.
//!
//! # Example
//! 24,000 copies/µg, two vector copies, 1500 white cells/µL: 119 cells/µL.
//!
//! # Limits
//! White cells stand for nucleated cells, and the DNA is taken to be that of whole blood. A check of plausibility, not a conversion
//! for tables.

use jiff::civil::Date;

use crate::endpoint::Facts;
use crate::language::{Text, Words, both};
use crate::study::{Amount, Lab, Level, RecordId};

/// µg of DNA in a diploid cell.
const DNA_OF_A_CELL: f64 = 6.6e-6;
/// Assays further apart than this disagree.
const MOST_APART: f64 = 10.0;

/// Copies and a count of one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Day of both samples.
    pub day: Date,
    /// The copies, the count, and what the conversion rests on.
    pub records: Vec<RecordId>,
    /// Cells/µL that the copies stand for; the most they can be where the copies are below quantification.
    pub expected: f64,
    /// Cells/µL counted; the most they can be where the count is below quantification.
    pub counted: f64,
    /// Whether they are more than ten times apart, however low a level below quantification is.
    pub discordant: bool,
    /// Both in a sentence.
    pub text: Words,
}

/// Why copies of a day were not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum NotCompared {
    /// No count of the same day.
    #[error("no cell count of the same day")]
    NoCount,
    /// No white cells of the same day in a known unit.
    #[error("no white cell count of the same day")]
    NoWhiteCells,
    /// Nothing says how many vector copies a cell carries.
    #[error("no vector copy number recorded (LB test VCN), and none in the protocol (kinetics.vector_copy_number)")]
    NoCopyNumber,
    /// Below a limit of quantification that is not stated.
    #[error("below an unstated limit of quantification")]
    NoLimit,
}

/// Every sample of copies after infusion, compared with the count of its day or not, and why.
pub fn compare_assays(facts: &Facts<'_>) -> Vec<Result<Comparison, NotCompared>> {
    let Some(day0) = facts.day0 else { return Vec::new() };
    let copies = facts.subject.copies.iter();
    let after = copies.filter_map(|sample| Some((sample, sample.when.day().filter(|day| *day > day0)?)));
    after.map(|(sample, day)| compare(facts, sample, day)).collect()
}

fn compare(facts: &Facts<'_>, copies: &Level, day: Date) -> Result<Comparison, NotCompared> {
    let on_day = |level: &&Level| level.when.day() == Some(day);
    let count = facts.subject.counts.iter().find(on_day).ok_or(NotCompared::NoCount)?;
    let (nucleated, white) = white_cells(facts, day).ok_or(NotCompared::NoWhiteCells)?;
    let (per_cell, recorded) = copy_number(facts).ok_or(NotCompared::NoCopyNumber)?;
    let most = |level: &Level| match level.amount {
        Amount::Quantified(value) | Amount::Below(Some(value)) => Ok(value),
        Amount::Below(None) => Err(NotCompared::NoLimit),
    };
    let quantified = |level: &Level| level.amount.quantified().is_some_and(|value| value > 0.0);
    let expected = most(copies)? * DNA_OF_A_CELL / per_cell * nucleated;
    let counted = most(count)?;
    // A level below quantification may be anything lower: it disagrees only with one that is above it by more.
    let discordant = (quantified(count) && counted > MOST_APART * expected)
        || (quantified(copies) && expected > MOST_APART * counted);
    let at_most = |level: &Level| {
        if quantified(level) {
            Text::new("", "")
        } else {
            Text::new("at most ", "至多")
        }
    };
    let (of_copies, of_count) = (at_most(copies), at_most(count));
    let text = both!(
        "{amount} copies/µg on {day} stand for {copies_en}{expected:.3} cells/µL ({per_cell} vector copies a cell, {nucleated} white \
         cells/µL), but {count_en}{counted} were counted",
        "{day}的{amount} copies/µg相当于{copies_zh}{expected:.3} cells/µL（每细胞{per_cell}个载体拷贝，白细胞{nucleated}/µL），\
         而计数为{count_zh}{counted}",
        amount = amount(copies),
        copies_en = of_copies.en,
        copies_zh = of_copies.zh,
        count_en = of_count.en,
        count_zh = of_count.zh
    );
    let mut records = vec![copies.record.clone(), count.record.clone(), white.record.clone()];
    records.extend(recorded.map(|lab| lab.record.clone()));
    Ok(Comparison {
        day,
        records,
        expected,
        counted,
        discordant,
        text,
    })
}

fn amount(level: &Level) -> String {
    match level.amount {
        Amount::Quantified(value) => value.to_string(),
        Amount::Below(Some(limit)) => format!("< {limit}"),
        Amount::Below(None) => "unquantified".to_owned(),
    }
}

/// White cells per µL on a day.
fn white_cells<'a>(facts: &Facts<'a>, day: Date) -> Option<(f64, &'a Lab)> {
    let mut labs = facts.subject.labs.iter();
    labs.find_map(|lab| {
        let is_asked = lab.test.eq_ignore_ascii_case("WBC") && lab.when.day() == Some(day);
        let value = lab.value.filter(|value| is_asked && *value > 0.0)?;
        let factor = match lab.unit.to_uppercase().as_str() {
            "10^9/L" | "GI/L" | "10^3/UL" | "10^3/µL" | "X10^9/L" | "K/UL" => 1000.0,
            "/UL" | "CELLS/UL" | "/µL" | "CELLS/µL" | "10^6/L" => 1.0,
            _ => return None,
        };
        Some((value * factor, lab))
    })
}

/// Vector copies in a CAR-positive cell: the last recorded of the subject's product, otherwise the protocol's.
fn copy_number<'a>(facts: &Facts<'a>) -> Option<(f64, Option<&'a Lab>)> {
    let labs = facts.subject.labs.iter();
    let recorded = labs.filter(|lab| lab.test.eq_ignore_ascii_case("VCN"));
    let mut recorded = recorded.filter_map(|lab| Some((lab.value.filter(|value| *value > 0.0)?, Some(lab))));
    recorded
        .next_back()
        .or_else(|| Some((facts.trial.kinetics.vector_copy_number?, None)))
}
