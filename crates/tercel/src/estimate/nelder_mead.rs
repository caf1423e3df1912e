//! The simplex method for the minimum of a function of a few variables.
//!
//! # What it derives
//! A local minimum of a function that may have kinks and regions where it is infinite; no derivative is asked for.
//!
//! # Source
//! `nelder1965`: reflection 1, expansion 2, contraction and shrinkage ½.
//!
//! # Formula
//! A simplex of `n + 1` points moves by replacing its worst point. It is started again around the best point with its first size
//! until a start improves nothing, since a simplex can collapse where there is no minimum.
//!
//! # Limits
//! A local minimum: start from several places where there may be more than one.

/// Most starts from the best point so far.
const MOST_STARTS: usize = 12;
/// The simplex has converged when its values differ by less than this, relative to their size.
const TOLERANCE: f64 = 1e-13;
/// A start that improves by less than this ends the search.
const IMPROVEMENT: f64 = 1e-10;

/// Where a search ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum<const N: usize> {
    /// The point.
    pub at: [f64; N],
    /// The value there.
    pub value: f64,
    /// Whether the last start ended by itself and improved nothing.
    pub converged: bool,
}

/// Searches from `start` with a simplex of size `step`; at most `evaluations` of the function in each start.
pub fn minimise<const N: usize>(
    function: impl Fn(&[f64; N]) -> f64,
    start: [f64; N],
    step: f64,
    evaluations: usize,
) -> Minimum<N> {
    let mut best = Minimum {
        at: start,
        value: function(&start),
        converged: false,
    };
    for _ in 0..MOST_STARTS {
        let found = once(&function, best.at, step, evaluations);
        let gain = best.value - found.value;
        let settled = gain.is_finite() && gain < IMPROVEMENT * (1.0 + found.value.abs());
        if found.value <= best.value {
            best = found;
        }
        if settled {
            return best;
        }
    }
    best.converged = false;
    best
}

/// One run of the simplex.
fn once<const N: usize>(
    function: &impl Fn(&[f64; N]) -> f64,
    start: [f64; N],
    step: f64,
    evaluations: usize,
) -> Minimum<N> {
    let mut simplex: Vec<([f64; N], f64)> = vec![(start, function(&start))];
    for axis in 0..N {
        let mut corner = start;
        corner[axis] += step;
        simplex.push((corner, function(&corner)));
    }
    let mut left = evaluations;
    loop {
        simplex.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        let (best, worst) = (simplex[0], simplex[N]);
        let converged = worst.1 - best.1 <= TOLERANCE * (1.0 + best.1.abs());
        if converged || left == 0 {
            return Minimum {
                at: best.0,
                value: best.1,
                converged,
            };
        }
        let centre = centre(&simplex[..N]);
        let along = |factor: f64| {
            let mut point = centre;
            for (to, from) in point.iter_mut().zip(worst.0) {
                *to += factor * (*to - from);
            }
            (point, function(&point))
        };
        left = left.saturating_sub(2);
        let reflected = along(1.0);
        if reflected.1 < best.1 {
            let expanded = along(2.0);
            simplex[N] = if expanded.1 < reflected.1 { expanded } else { reflected };
        } else if reflected.1 < simplex[N - 1].1 {
            simplex[N] = reflected;
        } else {
            let outside = reflected.1 < worst.1;
            let contracted = along(if outside { 0.5 } else { -0.5 });
            if contracted.1 < reflected.1.min(worst.1) {
                simplex[N] = contracted;
            } else {
                left = left.saturating_sub(N);
                for corner in &mut simplex[1..] {
                    for (place, to) in corner.0.iter_mut().zip(best.0) {
                        *place = f64::midpoint(*place, to);
                    }
                    corner.1 = function(&corner.0);
                }
            }
        }
    }
}

/// The mean of all corners but the worst.
fn centre<const N: usize>(corners: &[([f64; N], f64)]) -> [f64; N] {
    let mut centre = [0.0; N];
    for (point, _) in corners {
        for (sum, place) in centre.iter_mut().zip(point) {
            *sum += place / N as f64;
        }
    }
    centre
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_valley_of_rosenbrock_is_followed_to_its_end() {
        let valley = |[x, y]: &[f64; 2]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2);
        let found = minimise(valley, [-1.2, 1.0], 0.5, 4000);
        assert!(found.converged && found.value < 1e-12, "{found:?}");
        assert!((found.at[0] - 1.0).abs() < 1e-5 && (found.at[1] - 1.0).abs() < 1e-5);
    }

    #[test]
    fn a_kink_and_a_forbidden_half_are_no_obstacle() {
        let function = |[x, y, z]: &[f64; 3]| {
            if *x < 0.0 {
                return f64::INFINITY;
            }
            (x - 0.01).abs() + (y - 2.0).powi(2) + (z + 3.0).powi(4)
        };
        let found = minimise(function, [4.0, 4.0, 4.0], 1.0, 4000);
        assert!(
            (found.at[0] - 0.01).abs() < 1e-6 && (found.at[1] - 2.0).abs() < 1e-5,
            "{found:?}"
        );
    }

    #[test]
    fn a_search_cut_short_says_so() {
        let valley = |[x, y]: &[f64; 2]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2);
        assert!(!minimise(valley, [-1.2, 1.0], 0.5, 6).converged);
    }
}
