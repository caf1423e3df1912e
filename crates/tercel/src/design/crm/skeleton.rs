//! Skeletons from the width of the indifference interval (`lee2009skeleton`).

use super::{CrmModel, InvalidDesign, Target};
use crate::design::crm::grid::log_probabilities;

/// The skeleton for which each level stays the model's choice as long as its neighbour's DLT probability lies within
/// `halfwidth` of the target.
///
/// At the parameter value where the choice passes from level *k* to *k*+1, level *k* has the probability target − δ and
/// level *k*+1 the probability target + δ (`lee2009skeleton`, section 3). Level `prior_mtd` has the target itself.
pub fn indifference_skeleton(
    target: Target,
    halfwidth: f64,
    levels: u8,
    prior_mtd: u8,
    model: CrmModel,
) -> Result<Vec<f64>, InvalidDesign> {
    let phi = target.value();
    if !(halfwidth > 0.0 && halfwidth < phi && phi + halfwidth < 1.0) {
        return Err(InvalidDesign::Halfwidth { halfwidth, target: phi });
    }
    if prior_mtd == 0 || prior_mtd > levels || levels > 30 {
        return Err(InvalidDesign::PriorMtd { prior_mtd, levels });
    }
    let (low, high) = (phi - halfwidth, phi + halfwidth);
    // On this scale the model is a straight line through the origin: exp(a) times the scaled dose.
    let scale = |p: f64| match model {
        CrmModel::Power => p.ln(),
        CrmModel::Logistic { intercept } => (p / (1.0 - p)).ln() - intercept,
    };
    let slope = scale(low) / scale(high);
    if !(slope > 1.0 && scale(high) < 0.0) {
        return Err(InvalidDesign::Halfwidth { halfwidth, target: phi });
    }
    let skeleton: Vec<f64> = (1..=levels)
        .map(|level| {
            let steps = i32::from(prior_mtd) - i32::from(level);
            let scaled = scale(phi) * slope.powi(steps);
            match model {
                CrmModel::Power => scaled.exp(),
                CrmModel::Logistic { intercept } => 1.0 / (1.0 + (-intercept - scaled).exp()),
            }
        })
        .collect();
    debug_assert!(skeleton.iter().all(|&s| log_probabilities(s, model, 0.0).0 <= 0.0));
    Ok(skeleton)
}
