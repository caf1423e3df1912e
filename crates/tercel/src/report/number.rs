//! How numbers are written: the one place that turns a value into the text of a table.
//!
//! Counts are integers; shares are percentages with one decimal; months have two decimals below 10 and one from there;
//! measured levels have three significant digits. What is not estimable is a dash, never 0.

/// What stands where there is no value.
pub const MISSING: &str = "–";

/// What stands for a confidence limit that does not exist.
pub const NO_LIMIT: &str = "NE";

/// A share as a percentage without its sign: `16.7`.
pub fn percent_digits(share: f64) -> String {
    decimals(100.0 * share, 1)
}

/// A share as a percentage: `16.7 %`.
pub fn percent(share: f64) -> String {
    with_unit(percent_digits(share), "%")
}

/// A confidence level: `95 %`, `97.5 %`.
pub fn confidence(level: f64) -> String {
    let digits = decimals(100.0 * level, 2);
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{digits} %")
}

/// Hours as days where they are whole days, otherwise as hours.
pub(crate) fn elapsed(hours: f64) -> String {
    if hours.rem_euclid(24.0) < f64::EPSILON {
        format!("{} d", hours / 24.0)
    } else {
        format!("{hours:.1} h")
    }
}

/// A duration in months without its unit: `5.42`, `12.3`.
pub fn months(value: f64) -> String {
    // What matters is the number as written: 9.996 is written 10.0.
    let below_ten = format!("{value:.2}")
        .parse()
        .is_ok_and(|rounded: f64| rounded.abs() < 10.0);
    decimals(value, if below_ten { 2 } else { 1 })
}

/// A change in percent with its sign: `+12.3 %`, `−40.0 %`.
pub fn change(value: f64) -> String {
    let digits = decimals(value, 1);
    let zero = digits.chars().all(|digit| !digit.is_ascii_digit() || digit == '0');
    let sign = if value > 0.0 && !zero { "+" } else { "" };
    with_unit(format!("{sign}{digits}"), "%")
}

/// A measured level with three significant digits: `0.123`, `1.23`, `12,300`, `1.23×10⁷`.
pub fn level(value: f64) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    let scientific = format!("{value:.2e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let (Ok(exponent), Ok(rounded)) = (exponent.parse::<i32>(), scientific.parse::<f64>()) else {
        return MISSING.to_owned();
    };
    if rounded.abs() <= 0.0 {
        return "0".to_owned();
    }
    if !(-3..6).contains(&exponent) {
        return format!("{}×10{}", minus(mantissa), superscript(&exponent.to_string()));
    }
    let places = usize::try_from(2 - exponent).unwrap_or(0);
    group_thousands(&decimals(rounded, places))
}

/// Two limits with `to` between them, or a dash where both are known and not negative: `0.4–64.1`, `2.10–NE`.
pub fn limits(lower: Option<f64>, upper: Option<f64>, write: fn(f64) -> String) -> Option<String> {
    if lower.is_none() && upper.is_none() {
        return None;
    }
    let text = |limit: Option<f64>| limit.map_or_else(|| NO_LIMIT.to_owned(), write);
    let negative = [lower, upper].into_iter().flatten().any(|limit| limit < 0.0);
    let between = if negative { " to " } else { "–" };
    Some(format!("{}{between}{}", text(lower), text(upper)))
}

/// A whole number with its thousands apart: `10,000`.
pub fn count(value: usize) -> String {
    group_thousands(&value.to_string())
}

/// A number of things: `1 finding`, `3 findings`.
pub fn counted(value: usize, noun: &str) -> String {
    let plural = if value == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(value))
}

/// `10^8` with a raised exponent.
pub fn raise(text: &str) -> String {
    let Some((before, after)) = text.split_once('^') else {
        return text.to_owned();
    };
    let end = after
        .find(|letter: char| !letter.is_ascii_digit() && letter != '-')
        .unwrap_or(after.len());
    let (exponent, rest) = after.split_at(end);
    format!("{before}{}{rest}", superscript(exponent))
}

fn decimals(value: f64, places: usize) -> String {
    if !value.is_finite() {
        return MISSING.to_owned();
    }
    let text = format!("{value:.places$}");
    let zero = text.chars().all(|digit| !digit.is_ascii_digit() || digit == '0');
    if zero {
        text.trim_start_matches('-').to_owned()
    } else {
        minus(&text)
    }
}

/// A hyphen in front of a number becomes a minus sign.
fn minus(text: &str) -> String {
    text.strip_prefix('-')
        .map_or_else(|| text.to_owned(), |digits| format!("−{digits}"))
}

fn with_unit(digits: String, unit: &str) -> String {
    if digits == MISSING {
        digits
    } else {
        format!("{digits} {unit}")
    }
}

fn group_thousands(text: &str) -> String {
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let digits = whole.chars().filter(char::is_ascii_digit).count();
    let mut grouped = String::new();
    let mut seen = 0;
    for letter in whole.chars() {
        if letter.is_ascii_digit() {
            if seen > 0 && (digits - seen) % 3 == 0 {
                grouped.push(',');
            }
            seen += 1;
        }
        grouped.push(letter);
    }
    grouped + rest
}

fn superscript(exponent: &str) -> String {
    let raised = exponent.chars().filter_map(|digit| match digit {
        '-' => Some('⁻'),
        '0' => Some('⁰'),
        '1' => Some('¹'),
        '2' => Some('²'),
        '3' => Some('³'),
        '4' => Some('⁴'),
        '5' => Some('⁵'),
        '6' => Some('⁶'),
        '7' => Some('⁷'),
        '8' => Some('⁸'),
        '9' => Some('⁹'),
        _ => None,
    });
    raised.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percentages_with_one_decimal() {
        assert_eq!(percent(1.0 / 6.0), "16.7 %");
        assert_eq!(percent(0.0), "0.0 %");
        assert_eq!(percent(1.0), "100.0 %");
        assert_eq!(confidence(0.95), "95 %");
        assert_eq!(confidence(0.975), "97.5 %");
    }

    #[test]
    fn months_lose_a_decimal_at_ten() {
        assert_eq!(months(5.421), "5.42");
        assert_eq!(months(9.994), "9.99");
        assert_eq!(months(9.996), "10.0");
        assert_eq!(months(23.96), "24.0");
        assert_eq!(months(0.0), "0.00");
    }

    #[test]
    fn levels_have_three_significant_digits() {
        assert_eq!(level(0.0), "0");
        assert_eq!(level(0.012_345), "0.0123");
        assert_eq!(level(1.0), "1.00");
        assert_eq!(level(99.96), "100");
        assert_eq!(level(12_345.0), "12,300");
        assert_eq!(level(999_600.0), "1.00×10⁶");
        assert_eq!(level(-1234.0), "−1,230");
        assert_eq!(level(2.5e-7), "2.50×10⁻⁷");
    }

    #[test]
    fn changes_carry_their_sign_and_zero_has_none() {
        assert_eq!(change(12.34), "+12.3 %");
        assert_eq!(change(-40.0), "−40.0 %");
        assert_eq!(change(-0.01), "0.0 %");
        assert_eq!(change(0.01), "0.0 %");
    }

    #[test]
    fn a_limit_that_does_not_exist_is_named_and_no_limits_are_no_text() {
        assert_eq!(
            limits(Some(0.004), Some(0.641), percent_digits).as_deref(),
            Some("0.4–64.1")
        );
        assert_eq!(limits(Some(2.1), None, months).as_deref(), Some("2.10–NE"));
        assert_eq!(limits(None, None, months), None);
        assert_eq!(limits(Some(-2.0), Some(1.0), months).as_deref(), Some("−2.00 to 1.00"));
    }

    #[test]
    fn what_is_not_a_number_is_missing() {
        for write in [percent, months, change, level] {
            assert_eq!(write(f64::NAN), MISSING);
            assert_eq!(write(f64::INFINITY), MISSING);
        }
    }

    #[test]
    fn thousands_stand_apart_and_exponents_are_raised() {
        assert_eq!(count(10_000), "10,000");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(raise("2.5×10^8 cells"), "2.5×10⁸ cells");
        assert_eq!(raise("cells"), "cells");
        assert_eq!(counted(1, "subject"), "1 subject");
    }
}
