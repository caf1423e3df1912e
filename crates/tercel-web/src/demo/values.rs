//! Values that keep the bounds of the protocol: those the rehearsal has, and others that vary as data do.

use jiff::civil::DateTime;
use tercel::protocol::Limits;
use tercel_exchange::form::Captured;

use super::timeline::moment;

/// A number from 0 to 1 that is the same for the same words (FNV-1a).
pub(super) fn varied(words: &[&str]) -> f64 {
    let bytes = words.iter().flat_map(|word| word.bytes());
    let hash = bytes.fold(2_166_136_261_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(16_777_619)
    });
    // The last bytes reach the upper bits only by another round.
    let mixed = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
    f64::from(mixed ^ (mixed >> 12)) / f64::from(u32::MAX)
}

/// Some minutes, fewer than `most`, that are the same for the same words.
pub(super) fn minutes(words: &[&str], most: i64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a few minutes")]
    let some = (varied(words) * most as f64) as i64;
    some.clamp(0, most - 1)
}

type Answers = Vec<(&'static str, String)>;

/// The answers of a value within bounds.
pub(super) fn within(limits: &Limits, words: &[&str]) -> Answers {
    let share = varied(words);
    let unit = limits.unit.as_str();
    let (low, high) = (limits.at_least.or(limits.above), limits.at_most.or(limits.below));
    let value = match (low, high) {
        (Some(low), Some(high)) => low + (high - low) * (0.2 + 0.6 * share),
        (Some(low), None) if unit == "%" => low + (100.0 - low) * (0.25 + 0.5 * share),
        (Some(low), None) => low * (1.15 + 0.8 * share),
        (None, Some(high)) if unit == "°C" => high - 1.0 - share,
        (None, Some(high)) => high * (0.2 + 0.5 * share),
        (None, None) => share,
    };
    let counted = ["years", "lines", "weeks", "points"].contains(&unit);
    let rounded = if counted || value >= 20.0 && unit != "°C" {
        value.round()
    } else {
        (value * 10.0).round() / 10.0
    };
    let value = if limits.hold(rounded) { rounded } else { value };
    if unit == Limits::ULN {
        const UPPER: f64 = 40.0;
        let measured = (value * UPPER).round();
        return measured_as(measured.to_string(), "U/L".to_owned(), Some(UPPER.to_string()));
    }
    measured_as(value.to_string(), unit.to_owned(), None)
}

fn measured_as(value: String, unit: String, uln: Option<String>) -> Answers {
    let answers = [("cnorres", value), ("cnorresu", unit)];
    answers.into_iter().chain(uln.map(|uln| ("cnuln", uln))).collect()
}

/// The answers of the last value that the rehearsal has of a measure by a moment, where it keeps the bounds.
pub(super) fn known(
    records: &[Captured],
    id: &str,
    measure: Option<&str>,
    limits: &Limits,
    by: DateTime,
) -> Option<Answers> {
    let last = |form: &str, when: &str, test: Option<&str>| {
        let own = records
            .iter()
            .filter(|one| one.form == form && (test.is_none() || one.value("lbtestcd") == test));
        let dated = own.filter_map(|one| Some((moment(one.value(when)?)?, one)));
        dated
            .filter(|(at, _)| *at <= by)
            .max_by_key(|(at, _)| *at)
            .map(|(_, one)| one)
    };
    let (value, unit, uln) = if let Some(measure) = measure {
        let result = last("laboratory", "lbdtc", Some(measure))?;
        (
            result.value("lborres")?,
            result.value("lborresu")?,
            result.value("lbornrhi"),
        )
    } else if id == "age" {
        let demography = records.iter().find(|one| one.form == "demography")?;
        (demography.value("age")?, limits.unit.as_str(), None)
    } else {
        // A criterion about a score has the name of its form.
        (last(id, "rsdtc", None)?.value("rsorres")?, limits.unit.as_str(), None)
    };
    let number: f64 = value.parse().ok()?;
    let keeps = if limits.unit == Limits::ULN {
        limits.hold(number / uln?.parse::<f64>().ok()?)
    } else {
        unit == limits.unit && limits.hold(number)
    };
    let uln = uln.filter(|_| limits.unit == Limits::ULN).map(str::to_owned);
    keeps.then(|| measured_as(value.to_owned(), unit.to_owned(), uln))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_every_kind_of_bound_and_vary() {
        let bounds = [
            (Some(18.0), None, Some(70.0), None, "years"),
            (Some(1.0), None, None, None, "lines"),
            (None, Some(0.4), None, None, "10^9/L"),
            (None, None, Some(38.0), None, "°C"),
            (None, None, None, Some(2.0), "points"),
            (Some(92.0), None, None, None, "%"),
        ];
        for (at_least, above, at_most, below, unit) in bounds {
            let limits = Limits {
                at_least,
                above,
                at_most,
                below,
                unit: unit.to_owned(),
            };
            let values: Vec<f64> = (0..200)
                .map(|number| within(&limits, &[&number.to_string(), unit])[0].1.parse().unwrap())
                .collect();
            assert!(values.iter().all(|value| limits.hold(*value)), "{unit}: {values:?}");
            let most = values.iter().copied().fold(f64::MIN, f64::max);
            assert!(unit == "lines" || values.iter().any(|value| *value < most), "{unit}");
        }
    }
}
