//! Isotonic estimates of DLT rates, and the dose closest to the target: how interval designs select their maximum
//! tolerated dose.
//!
//! # Source
//! `liu2015boin` (section on selection of the MTD); the pseudo-counts 0.05 and 0.1, the weights and the rule on ties are
//! those of the authors' program.
//!
//! # Formula
//! p̃ = (y+0.05)/(n+0.1) at each dose with subjects, made non-decreasing by pooling adjacent violators with weights 1/var,
//! var = (y+0.05)(n−y+0.05)/((n+0.1)²(n+1.1)). Ties are broken upwards below the target and downwards above it.

use super::Count;
use crate::protocol::{DoseLevel, PerLevel};

/// Weighted means of neighbouring doses pooled into one block.
#[derive(Clone, Copy)]
struct Block {
    sum: f64,
    weight: f64,
    doses: usize,
}

/// Isotonic estimates of the DLT rate, lowest level first; `None` where nobody was treated.
pub fn isotonic_estimates(counts: &PerLevel<Count>) -> PerLevel<Option<f64>> {
    let mut estimates = vec![None; counts.len()];
    pool(counts.values(), |dose, estimate| {
        if let Some(slot) = estimates.get_mut(dose) {
            *slot = Some(estimate);
        }
    });
    PerLevel::new(estimates)
}

/// The level closest to the target among the first `open` levels, by isotonic estimate; levels estimated above `limit`
/// do not qualify.
pub(super) fn closest(counts: &PerLevel<Count>, open: usize, target: f64, limit: Option<f64>) -> Option<DoseLevel> {
    let mut best: Option<(usize, f64)> = None;
    let mut treated = 0_u32;
    let admissible = counts.values().get(..open).unwrap_or(counts.values());
    pool(admissible, |dose, estimate| {
        treated += 1;
        // Among equal estimates the higher dose wins below the target, the lower one above it.
        let nudged = estimate + f64::from(treated) * 1e-10;
        let distance = (nudged - target).abs();
        if limit.is_none_or(|limit| nudged <= limit) && best.is_none_or(|(_, least)| distance < least) {
            best = Some((dose, distance));
        }
    });
    best.and_then(|(dose, _)| DoseLevel::new(u8::try_from(dose + 1).ok()?))
}

/// Pools adjacent violators and visits every dose with subjects in order.
fn pool(counts: &[Count], mut visit: impl FnMut(usize, f64)) {
    const MOST: usize = 64;
    let mut blocks = [Block {
        sum: 0.0,
        weight: 0.0,
        doses: 0,
    }; MOST];
    let mut used = 0_usize;
    for count in counts.iter().filter(|count| count.evaluable > 0).take(MOST) {
        let (n, y) = (f64::from(count.evaluable), f64::from(count.dlt));
        let (with, without, all) = (y + 0.05, n - y + 0.05, n + 0.1);
        let weight = all * all * (all + 1.0) / (with * without);
        let mut block = Block {
            sum: weight * (with / all),
            weight,
            doses: 1,
        };
        while let Some(before) = used.checked_sub(1).and_then(|last| blocks.get(last))
            && before.sum / before.weight >= block.sum / block.weight
        {
            block.sum += before.sum;
            block.weight += before.weight;
            block.doses += before.doses;
            used -= 1;
        }
        if let Some(slot) = blocks.get_mut(used) {
            *slot = block;
            used += 1;
        }
    }
    let mut treated = counts.iter().enumerate().filter(|(_, count)| count.evaluable > 0);
    for block in blocks.iter().take(used) {
        for (dose, _) in treated.by_ref().take(block.doses) {
            visit(dose, block.sum / block.weight);
        }
    }
}
