//! A recorded value held against the bounds of the protocol.

use super::record::Measured;
use crate::grade::analyte::Analyte;
use crate::grade::units::{Unit, convert, rounded};
use crate::language::{Text, Words, both};
use crate::protocol::Limits;

/// Why nothing can be compared where no value stands.
pub(super) const NO_VALUE: Text = Text::new("the value is missing", "缺少数值");

/// Whether a value keeps the bounds; `Err` says why the two cannot be compared.
pub(super) fn compare(limits: &Limits, measure: Option<&str>, measured: &Measured) -> Result<bool, Words> {
    if !measured.value.is_finite() || measured.value < 0.0 {
        return Err(both!(
            "{value} is no value",
            "{value} 不是有效数值",
            value = measured.value
        ));
    }
    let own = measured.unit.trim();
    if limits.unit == own {
        return Ok(limits.hold(measured.value));
    }
    if limits.unit == Limits::ULN {
        let Some(uln) = measured.uln.filter(|uln| uln.is_finite() && *uln > 0.0) else {
            return Err(Text::new("the upper limit of normal is missing", "缺少正常值上限").into());
        };
        let times = |bound: Option<f64>| bound.map(|bound| rounded(bound * uln));
        let scaled = Limits {
            at_least: times(limits.at_least),
            above: times(limits.above),
            at_most: times(limits.at_most),
            below: times(limits.below),
            unit: own.to_owned(),
        };
        return Ok(scaled.hold(measured.value));
    }
    let fails = || {
        both!(
            "unit \"{own}\" is not \"{wanted}\"",
            "单位“{own}”与“{wanted}”不符",
            wanted = limits.unit
        )
    };
    let analyte = measure.and_then(Analyte::named).ok_or_else(fails)?;
    let (from, to) = (Unit::parse(own), Unit::parse(&limits.unit));
    let (Ok(from), Ok(to)) = (from, to) else {
        return Err(fails());
    };
    let value = convert(analyte, measured.value, from, to).ok_or_else(fails)?;
    Ok(limits.hold(rounded(value)))
}

/// A value as it was written.
pub(super) fn written(measured: &Measured) -> String {
    let uln = measured.uln.map_or_else(String::new, |uln| format!(" (ULN {uln})"));
    format!("{} {}{uln}", measured.value, measured.unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value: f64, unit: &str, uln: Option<f64>) -> Measured {
        Measured {
            value,
            unit: unit.to_owned(),
            uln,
        }
    }

    #[test]
    fn multiples_of_the_upper_limit_need_the_limit_and_meet_it_exactly() {
        let limits = Limits {
            at_most: Some(1.5),
            unit: Limits::ULN.to_owned(),
            ..Limits::default()
        };
        let against = |creatinine, uln| compare(&limits, Some("CREAT"), &value(creatinine, "umol/L", uln));
        assert_eq!(against(157.5, Some(105.0)), Ok(true));
        assert_eq!(against(157.6, Some(105.0)), Ok(false));
        assert!(against(100.0, None).is_err() && against(100.0, Some(0.0)).is_err());
        assert_eq!(compare(&limits, None, &value(1.5, "ULN", None)), Ok(true));
    }

    #[test]
    fn units_convert_by_the_test_or_not_at_all() {
        let limits = Limits {
            at_least: Some(60.0),
            unit: "10^9/L".to_owned(),
            ..Limits::default()
        };
        let against = |platelets, unit| compare(&limits, Some("PLAT"), &value(platelets, unit, None));
        assert_eq!(against(60.0, "10^9/L"), Ok(true));
        assert_eq!(against(60.0, "10^3/uL"), Ok(true));
        assert_eq!(against(59.9, "10^3/uL"), Ok(false));
        assert!(against(60.0, "g/L").is_err() && against(60.0, "").is_err());
        assert!(against(f64::NAN, "10^9/L").is_err() && against(-1.0, "10^9/L").is_err());
        assert!(compare(&limits, None, &value(60.0, "10^3/uL", None)).is_err());
    }
}
