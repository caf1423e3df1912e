//! The integral of a function known at equidistant points, up to any place between them.
//!
//! Between two points the function is the polynomial through the [`POINTS`] around them. The integral from the far left to
//! k + θ is then a plain sum of the values well to the left and a weighted sum of the values around k; the weights are
//! polynomials in θ.
#![expect(clippy::indexing_slicing, reason = "numeric kernel over arrays of fixed size")]

/// Values around a place that its weights fall on.
pub(super) const POINTS: usize = 12;

/// How many of them lie left of the point before the place.
pub(super) const LEFT: usize = POINTS / 2 - 1;

/// Zeros that must stand on both sides of the values.
pub(super) const PADDING: usize = POINTS / 2 + 1;

/// Weights: row m has the coefficients of θᵐ.
static WEIGHTS: [[f64; POINTS]; POINTS + 1] = weights();

/// Integral to `place`, in steps from the first value, of values padded with zeros; `sums[i]` is the sum of the values
/// before the i-th.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "within the values, as just checked"
)]
pub(super) fn integral(values: &[f64], sums: &[f64], place: f64) -> f64 {
    if place < LEFT as f64 {
        return 0.0;
    }
    if place >= (values.len() - POINTS / 2) as f64 {
        return sums[values.len()];
    }
    let point = place as usize;
    let theta = place - point as f64;
    let mut weights = WEIGHTS[POINTS];
    for row in WEIGHTS[..POINTS].iter().rev() {
        for (weight, coefficient) in weights.iter_mut().zip(row) {
            *weight = *weight * theta + coefficient;
        }
    }
    let first = point - LEFT;
    let around = &values[first..first + POINTS];
    let local: f64 = around.iter().zip(&weights).map(|(value, weight)| value * weight).sum();
    sums[first] + local
}

/// Integrals from 0 to θ of the Lagrange polynomials of the points, and what the intervals further left leave of each
/// value.
const fn weights() -> [[f64; POINTS]; POINTS + 1] {
    let mut weights = [[0.0; POINTS]; POINTS + 1];
    let mut over_interval = [0.0; POINTS];
    let mut point = 0;
    while point < POINTS {
        let polynomial = lagrange(point);
        let mut power = 0;
        while power < POINTS {
            let coefficient = polynomial[power] / (power + 1) as f64;
            weights[power + 1][point] = coefficient;
            over_interval[point] += coefficient;
            power += 1;
        }
        point += 1;
    }
    // A value r steps right of k is in the interval i steps left of it the point r + i; only some of those are left of k.
    let mut later = 0.0;
    while point > 0 {
        point -= 1;
        weights[0][point] = later;
        later += over_interval[point];
    }
    weights
}

/// Coefficients of the polynomial that is 1 at one point and 0 at the others.
const fn lagrange(point: usize) -> [f64; POINTS] {
    let mut polynomial = [0.0; POINTS];
    polynomial[0] = 1.0;
    let mut degree = 0;
    let mut other = 0;
    while other < POINTS {
        if other != point {
            let root = other as f64 - LEFT as f64;
            let scale = point as f64 - other as f64;
            degree += 1;
            let mut power = degree;
            while power > 0 {
                polynomial[power] = (polynomial[power - 1] - root * polynomial[power]) / scale;
                power -= 1;
            }
            polynomial[0] = -root * polynomial[0] / scale;
        }
        other += 1;
    }
    polynomial
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integral_of_a_normal_density_is_its_distribution() {
        let step = 0.25;
        let mut values = vec![0.0; PADDING];
        values.extend((-32..=32).map(|i| (-0.5 * (f64::from(i) * step).powi(2)).exp()));
        values.extend([0.0; PADDING]);
        let mut sums = vec![0.0];
        for value in &values {
            sums.push(sums.last().unwrap() + value);
        }
        let scale = step / std::f64::consts::TAU.sqrt();
        for tenth in -70..=70 {
            let at = f64::from(tenth) / 10.0 + 0.013;
            let place = at / step + 32.0 + PADDING as f64;
            let expected = 0.5 * libm::erfc(-at / std::f64::consts::SQRT_2);
            let found = scale * integral(&values, &sums, place);
            assert!((found - expected).abs() < 2e-9, "{at}: {found} against {expected}");
        }
    }
}
