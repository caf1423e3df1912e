//! `Observation` to `LB` and `VS`: one row for its value, one for each component.

use serde_json::Value;
use tercel::grade::units::Dimension;

use super::resource::{Concept, Measured, Observation, Quantity, ReferenceRange, Rest};
use super::{Held, NotTaken, Taken};
use crate::inbound::result::{Found, Sent, Test};
use crate::inbound::standard::spelling;
use crate::inbound::test::loinc;
use crate::inbound::{Left, Why};

/// Statuses of a result that counts.
const TAKEN: [&str; 4] = ["final", "amended", "corrected", "appended"];

/// Takes an observation; whether something of it became a row.
pub(super) fn take(taken: &mut Taken<'_>, held: &Held) -> Result<bool, NotTaken> {
    let observation: Observation = held.parse().map_err(|why| (None, why))?;
    if !TAKEN.contains(&observation.status.as_str()) {
        return Err((None, Why::Status(observation.status)));
    }
    let subject = taken
        .subject(held, observation.subject.as_ref())
        .map_err(|why| (None, why))?;
    let left = |why| (Some(subject.clone()), why);
    let period = observation.effective_period.as_ref();
    let time = observation
        .effective_date_time
        .as_deref()
        .or(observation.effective_instant.as_deref())
        .or_else(|| period.and_then(|period| period.start.as_deref()))
        .ok_or_else(|| left(Why::NoTime))?;
    let when = taken.clock.read(time).map_err(left)?;
    let (own, rest) = split(observation.rest).map_err(left)?;
    taken.count_elements(held, &rest);
    let specimen = taken.specimen(held, observation.specimen.as_ref());
    let about = About {
        held,
        subject: &subject,
        when: &when,
        specimen: &specimen,
    };
    let mut any = false;
    // A panel has its values in its components or members.
    let is_panel = !observation.component.is_empty() || !observation.has_member.is_empty();
    if !is_panel || has_value(&own, &rest) {
        any |= one(taken, &about, &own, &rest, &held.place).map_err(left)?;
    }
    for (number, component) in observation.component.into_iter().enumerate() {
        let place = format!("{}#component[{number}]", held.place);
        let done = split(component.rest).and_then(|(own, rest)| one(taken, &about, &own, &rest, &place));
        match done {
            Ok(placed) => any |= placed,
            Err(why) => {
                let left = Left {
                    file: held.file.clone(),
                    place,
                    subject: Some(subject.clone()),
                    why,
                };
                taken.inbound.leave(left);
            }
        }
    }
    Ok(any)
}

/// The measured part, and the elements that are not of it.
fn split(rest: Rest) -> Result<(Measured, Rest), Why> {
    const MEASURED: [&str; 9] = [
        "code",
        "valueQuantity",
        "valueCodeableConcept",
        "valueString",
        "valueInteger",
        "valueBoolean",
        "dataAbsentReason",
        "interpretation",
        "referenceRange",
    ];
    let (own, rest): (serde_json::Map<_, _>, Rest) = {
        let (own, rest): (Vec<_>, Vec<_>) = rest
            .into_iter()
            .partition(|(name, _)| MEASURED.contains(&name.as_str()));
        (own.into_iter().collect(), rest.into_iter().collect())
    };
    let measured = serde_json::from_value(Value::Object(own)).map_err(|error| Why::Malformed(error.to_string()))?;
    Ok((measured, rest))
}

fn has_value(own: &Measured, rest: &Rest) -> bool {
    own.value_quantity.is_some()
        || own.value_codeable_concept.is_some()
        || own.value_string.is_some()
        || own.value_integer.is_some()
        || own.value_boolean.is_some()
        || rest.keys().any(|name| name.starts_with("value"))
}

/// What the value of an observation and those of its components have in common.
struct About<'a> {
    held: &'a Held,
    subject: &'a str,
    when: &'a str,
    specimen: &'a str,
}

fn one(taken: &mut Taken<'_>, about: &About<'_>, own: &Measured, rest: &Rest, place: &str) -> Result<bool, Why> {
    let (test, property, code) = test_of(taken, &own.code)?;
    let (found, unit) = found(own, rest)?;
    if let Some((code, words)) = own.value_quantity.as_ref().and_then(Quantity::contradiction) {
        taken.inbound.findings.push(Left {
            file: about.held.file.clone(),
            place: place.to_owned(),
            subject: Some(about.subject.to_owned()),
            why: Why::UnitAgainstWords {
                words: words.to_owned(),
                code: code.to_owned(),
            },
        });
    }
    let (low, high, range_unit) = match range(own, &unit) {
        Ok(range) => range,
        Err(why) => {
            taken.inbound.findings.push(Left {
                file: about.held.file.clone(),
                place: place.to_owned(),
                subject: Some(about.subject.to_owned()),
                why,
            });
            (None, None, None)
        }
    };
    let sent = Sent {
        subject: about.subject.to_owned(),
        specimen: about.specimen.to_owned(),
        test,
        found,
        unit,
        property,
        low,
        high,
        range_unit,
        flag: own.interpretation.iter().find_map(Concept::code).map_or("", flag),
        when: about.when.to_owned(),
        loinc: code,
    };
    Ok(taken.results.place(&sent, &about.held.file, place, &mut taken.inbound))
}

const LOINC: &str = "http://loinc.org";

/// The test of a code: by the map that was given, otherwise by its LOINC code.
fn test_of(taken: &Taken<'_>, concept: &Concept) -> Result<(Test, Option<Dimension>, String), Why> {
    let is_loinc = |system: Option<&str>| {
        matches!(
            system,
            Some(LOINC | "https://loinc.org" | "urn:oid:2.16.840.1.113883.6.1")
        )
    };
    let loinc_code = || {
        let mut codings = concept.coding.iter();
        codings
            .find(|coding| is_loinc(coding.system.as_deref()))
            .and_then(|coding| coding.code.clone())
    };
    for coding in &concept.coding {
        let (Some(system), Some(code)) = (&coding.system, &coding.code) else {
            continue;
        };
        if let Some((dataset, test)) = taken.options.codes.get(&format!("{system}|{code}"))
            && let Some(test) = Test::of(dataset, test)
        {
            return Ok((test, None, loinc_code().unwrap_or_default()));
        }
        if let Some(known) = is_loinc(Some(system)).then(|| loinc(code)).flatten()
            && let Some(test) = Test::of(known.dataset, known.code)
        {
            return Ok((test, known.property, code.clone()));
        }
    }
    let names: Vec<String> = concept
        .coding
        .iter()
        .filter_map(|coding| {
            let code = coding.code.as_deref()?;
            Some(format!("{}|{code}", coding.system.as_deref().unwrap_or_default()))
        })
        .collect();
    if names.is_empty() {
        return Err(concept
            .name()
            .map_or(Why::NoCode, |name| Why::UnknownCode(format!("\"{name}\""))));
    }
    let name = concept.name().map(|name| format!(" ({name})")).unwrap_or_default();
    Err(Why::UnknownCode(format!("{}{name}", names.join(", "))))
}

/// The value, and its unit.
fn found(own: &Measured, rest: &Rest) -> Result<(Found, String), Why> {
    if let Some(quantity) = &own.value_quantity {
        return quantity_found(quantity);
    }
    if let Some(text) = &own.value_string {
        return Ok((Found::parse(text), String::new()));
    }
    if let Some(concept) = &own.value_codeable_concept {
        let name = concept.name().or_else(|| concept.code()).ok_or(Why::NoValue)?;
        return Ok((Found::Words(name.to_owned()), String::new()));
    }
    if let Some(number) = own.value_integer {
        return Ok((Found::parse(&number.to_string()), String::new()));
    }
    if let Some(yes) = own.value_boolean {
        return Ok((
            Found::Words(if yes { "POSITIVE" } else { "NEGATIVE" }.to_owned()),
            String::new(),
        ));
    }
    if let Some(kind) = rest.keys().find(|name| name.starts_with("value")) {
        return Err(Why::ValueKind(kind.clone()));
    }
    let reason = own.data_absent_reason.as_ref().ok_or(Why::NoValue)?;
    let reason = reason.name().or_else(|| reason.code()).unwrap_or_default();
    Ok((Found::NotDone(reason.to_owned()), String::new()))
}

fn quantity_found(quantity: &Quantity) -> Result<(Found, String), Why> {
    let value = quantity.number().ok_or(Why::NoValue)?;
    let comparator = match quantity.comparator.as_deref() {
        None | Some("") => "",
        Some("<") => "<",
        Some("<=") => "<=",
        Some(">") => ">",
        Some(">=") => ">=",
        Some(other) => return Err(Why::Comparator(other.to_owned())),
    };
    let text = value.to_string();
    let unit = quantity.unit();
    // `{INR}` and `1` are the unit of a number without one.
    let unit = if matches!(unit, "1" | "{INR}" | "{ratio}") {
        String::new()
    } else {
        unit.to_owned()
    };
    Ok((
        Found::Number {
            comparator,
            value,
            text,
        },
        unit,
    ))
}

/// Lower and upper limit, and their unit where it is another than that of the result.
type Range = (Option<f64>, Option<f64>, Option<String>);

/// The normal range; others (therapeutic, of a treatment) are none. The error says why there is one and none is taken.
fn range(own: &Measured, unit: &str) -> Result<Range, Why> {
    let normal = |kind: &Option<Concept>| {
        kind.as_ref()
            .and_then(Concept::code)
            .is_none_or(|code| code == "normal")
    };
    let ranges: Vec<&ReferenceRange> = own.reference_range.iter().filter(|range| normal(&range.kind)).collect();
    let range = match ranges[..] {
        [] => return Ok((None, None, None)),
        [range] => range,
        // Several normal ranges are of several kinds of people, and nobody says of which kind the patient is.
        _ => return Err(Why::SeveralRanges(ranges.len())),
    };
    let number = |limit: &Option<Quantity>| limit.as_ref().and_then(Quantity::number);
    let (low, high) = (number(&range.low), number(&range.high));
    if let (None, None, Some(text)) = (low, high, &range.text) {
        return Err(Why::RangeInWords(text.clone()));
    }
    let own_unit = [&range.low, &range.high]
        .into_iter()
        .flatten()
        .map(Quantity::unit)
        .find(|unit| !unit.is_empty());
    let other = own_unit.filter(|other| spelling(other) != spelling(unit) && !unit.is_empty());
    Ok((low, high, other.map(str::to_owned)))
}

/// Codes of HL7 v3 ObservationInterpretation as `LBNRIND`.
fn flag(code: &str) -> &'static str {
    match code {
        "H" | "HU" | "HH" | "HX" => "HIGH",
        "L" | "LU" | "LL" | "LX" => "LOW",
        "N" => "NORMAL",
        "A" | "AA" => "ABNORMAL",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbound::{LabTest, loinc_codes};

    #[test]
    fn every_code_of_the_map_is_a_test_whose_unit_measures_what_the_code_says() {
        for code in loinc_codes() {
            let test = Test::of(code.dataset, code.code).unwrap();
            let Test::Lab(test) = test else {
                assert!(matches!(test, Test::Vital(_)), "{} has no standard unit", code.code);
                continue;
            };
            let (unit, property) = (test.standard().unwrap(), code.property.unwrap());
            let convertible =
                unit.dimension == property || test.analyte.is_some_and(|analyte| analyte.molar_mass.is_some());
            assert!(convertible, "{} {}", code.loinc, test.code);
            let (sum, check) = code.loinc.split_once('-').unwrap();
            assert_eq!(check_digit(sum), check, "{}", code.loinc);
        }
        assert!(LabTest::named("Haemoglobin").is_some());
    }

    /// LOINC codes end in a check digit by the Mod 10 (Luhn) algorithm.
    fn check_digit(digits: &str) -> String {
        let sum: u32 = digits
            .chars()
            .rev()
            .enumerate()
            .map(|(at, digit)| {
                let digit = digit.to_digit(10).unwrap();
                let twice = digit * 2;
                if at % 2 == 0 { twice / 10 + twice % 10 } else { digit }
            })
            .sum();
        ((10 - sum % 10) % 10).to_string()
    }
}
