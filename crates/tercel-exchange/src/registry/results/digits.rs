//! How a number of the report is written for the registry: the same digits, as plain decimals.

use tercel::report::number;

use super::NOT_AVAILABLE;

/// A value in its unit (`subjects`, `months`, empty for a share, which becomes a percentage), rounded as the report
/// rounds it: `33.3`, `5.42`, `-40.0`, `12300`. What is not a number is [`NOT_AVAILABLE`].
pub fn written(value: f64, unit: &str) -> String {
    let text = match unit {
        "" => number::percent_digits(value),
        "subjects" => format!("{value:.0}"),
        "months" => number::months(value),
        _ if unit.starts_with('%') => number::change(value),
        _ => number::level(value),
    };
    plain(&text)
}

/// A number of the report without what only print has: signs of its own, groups of thousands, raised powers of ten.
fn plain(text: &str) -> String {
    let kept: String = text
        .chars()
        .filter(|letter| !matches!(letter, ',' | '+' | '%') && !letter.is_whitespace())
        .map(|letter| if letter == '−' { '-' } else { letter })
        .collect();
    let Some((mantissa, power)) = kept.split_once("×10") else {
        return if kept.parse::<f64>().is_ok() {
            kept
        } else {
            NOT_AVAILABLE.to_owned()
        };
    };
    let power: String = power.chars().map(lowered).collect();
    let value = format!("{mantissa}e{power}").parse::<f64>();
    value.map_or_else(|_| NOT_AVAILABLE.to_owned(), |value| value.to_string())
}

/// A raised digit on the line.
fn lowered(letter: char) -> char {
    let raised = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = raised.iter().position(|one| *one == letter);
    let digit = digit.and_then(|digit| char::from_digit(u32::try_from(digit).unwrap_or(0), 10));
    digit.unwrap_or(if letter == '⁻' { '-' } else { letter })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_those_of_the_report() {
        assert_eq!(written(1.0 / 3.0, ""), "33.3");
        assert_eq!(written(5.4177, "months"), "5.42");
        assert_eq!(written(12.345, "months"), "12.3");
        assert_eq!(written(-40.0, "% of baseline"), "-40.0");
        assert_eq!(written(12.34, "% of baseline"), "12.3");
        assert_eq!(written(12_345.0, "copies/µg DNA"), "12300");
        assert_eq!(written(1.234e7, "copies/µg DNA"), "12300000");
        assert_eq!(written(0.000_123_4, "cells/µL"), "0.000123");
        assert_eq!(written(f64::NAN, "months"), NOT_AVAILABLE);
    }
}
