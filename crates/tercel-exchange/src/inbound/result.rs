//! One result of a laboratory test or vital sign: as sent, and in the standard unit beside it.

use std::collections::BTreeMap;

use tercel::grade::units::{Dimension, UnitError, rounded};

use super::standard::Conversion;
use super::test::{LabTest, VITALS, vital_unit};
use super::{Inbound, Left, Sheet, Why};
use crate::specimen::beside_blood;

/// Which test.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// A laboratory test with a standard unit.
    Lab(&'static LabTest),
    /// A laboratory test of the study's own: its results stay in the unit they have.
    Own(String),
    /// A vital sign, by its code.
    Vital(&'static str),
}

impl Test {
    /// The test that a dataset's code or name stands for; a code of eight letters or digits may be the study's own.
    pub(crate) fn of(dataset: &str, name: &str) -> Option<Self> {
        if dataset == "VS" {
            let vital = VITALS.iter().find(|(code, ..)| code.eq_ignore_ascii_case(name));
            return vital.map(|(code, ..)| Self::Vital(code));
        }
        if let Some(test) = LabTest::named(name) {
            return Some(Self::Lab(test));
        }
        let fits = (1..=8).contains(&name.len()) && name.chars().all(|letter| letter.is_ascii_alphanumeric());
        fits.then(|| Self::Own(name.to_uppercase()))
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    /// A number, or the limit it lies below or above (`<`, `<=`, `>`, `>=`).
    Number {
        comparator: &'static str,
        value: f64,
        text: String,
    },
    /// Words.
    Words(String),
    /// Nothing, and why.
    NotDone(String),
}

impl Found {
    /// Reads what a laboratory prints: `5.2`, `<0.5`, `>= 100`, words.
    pub(crate) fn parse(text: &str) -> Self {
        let text = text.trim();
        let marks = [
            ("<=", "<="),
            (">=", ">="),
            ("≤", "<="),
            ("≥", ">="),
            ("<", "<"),
            (">", ">"),
        ];
        let marked = marks
            .iter()
            .find_map(|(mark, comparator)| Some((*comparator, text.strip_prefix(mark)?)));
        let (comparator, number) = marked.unwrap_or(("", text));
        match plain_number(number.trim()) {
            Some(value) => Self::Number {
                comparator,
                value,
                text: number.trim().to_owned(),
            },
            None => Self::Words(text.to_owned()),
        }
    }
}

/// A number in digits, with a point; `inf` and `nan` are words.
pub(crate) fn plain_number(text: &str) -> Option<f64> {
    let plain = text
        .chars()
        .all(|letter| letter.is_ascii_digit() || "+-.eE".contains(letter));
    text.parse::<f64>().ok().filter(|value| plain && value.is_finite())
}

/// A result with all that was sent of it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) subject: String,
    /// As `LBSPEC`; blank where nothing says what it was.
    pub(crate) specimen: String,
    pub(crate) test: Test,
    pub(crate) found: Found,
    pub(crate) unit: String,
    /// What the code says that the result measures.
    pub(crate) property: Option<Dimension>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    /// Unit of the range, where it is not that of the result.
    pub(crate) range_unit: Option<String>,
    /// Low, normal, high and so on, as `LBNRIND`.
    pub(crate) flag: &'static str,
    pub(crate) when: String,
    pub(crate) loinc: String,
}

/// Columns of `LB` made here.
const LB: [&str; 21] = [
    "STUDYID", "DOMAIN", "USUBJID", "LBSEQ", "LBTESTCD", "LBTEST", "LBSPEC", "LBORRES", "LBORRESU", "LBORNRLO",
    "LBORNRHI", "LBSTRESC", "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI", "LBNRIND", "LBSTAT", "LBREASND", "LBLOINC",
    "LBDTC",
];

/// Columns of `VS` made here.
const VS: [&str; 13] = [
    "STUDYID", "DOMAIN", "USUBJID", "VSSEQ", "VSTESTCD", "VSTEST", "VSORRES", "VSORRESU", "VSSTRESC", "VSSTRESN",
    "VSSTRESU", "VSSTAT", "VSDTC",
];

/// The datasets of results while they come in.
#[derive(Debug)]
pub(crate) struct Results {
    lab: Sheet,
    vital: Sheet,
    study: String,
}

impl Results {
    pub(crate) fn new(study: &str) -> Self {
        Self {
            lab: Sheet::new(
                "LB",
                &LB,
                ["USUBJID", "LBDTC", "LBTESTCD"],
                &["LBSPEC", "LBORRES", "LBORRESU", "LBSTAT"],
            ),
            vital: Sheet::new(
                "VS",
                &VS,
                ["USUBJID", "VSDTC", "VSTESTCD"],
                &["VSORRES", "VSORRESU", "VSSTAT"],
            ),
            study: study.to_owned(),
        }
    }

    pub(crate) fn into_sheets(self) -> [Sheet; 2] {
        [self.lab, self.vital]
    }

    /// Writes a result, or says why not; the answer is whether it became a row.
    pub(crate) fn place(&mut self, sent: &Sent, file: &str, place: &str, inbound: &mut Inbound) -> bool {
        let left = |why: Why| Left {
            file: file.to_owned(),
            place: place.to_owned(),
            subject: Some(sent.subject.clone()),
            why,
        };
        let mut findings = Vec::new();
        let row = match &sent.test {
            Test::Vital(code) => self.vital_row(code, sent),
            Test::Lab(test) => self.lab_row(test, sent, &mut findings),
            Test::Own(code) => Ok(self.row(code, "", sent, &own(sent))),
        };
        match row {
            Ok(cells) => {
                let cells: Vec<(&str, &str)> = cells.iter().map(|(name, text)| (*name, text.as_str())).collect();
                let sheet = if matches!(sent.test, Test::Vital(_)) {
                    &mut self.vital
                } else {
                    &mut self.lab
                };
                sheet.push(&cells, file, place);
                findings.extend(flag_against_range(sent));
                inbound.findings.extend(findings.into_iter().map(left));
                true
            }
            Err(why) => {
                inbound.leave(left(why));
                false
            }
        }
    }

    fn lab_row(&self, test: &'static LabTest, sent: &Sent, findings: &mut Vec<Why>) -> Result<Cells, Why> {
        let mut more = Vec::new();
        if let Found::Number { comparator, value, .. } = &sent.found {
            match standard(test, *value, &sent.unit, sent.property) {
                Ok((conversion, number)) => {
                    // The limits are those of blood.
                    if beside_blood(&sent.specimen, "").is_none() {
                        check_limits(test, number, *value, &sent.unit)?;
                    }
                    more.push(("LBSTRESC", format!("{comparator}{number}")));
                    if comparator.is_empty() {
                        more.push(("LBSTRESN", number.to_string()));
                    }
                    more.push(("LBSTRESU", test.unit.to_owned()));
                    let (range, wrong) = range(test, sent, conversion);
                    findings.extend(wrong);
                    more.extend(range);
                }
                Err(why) => findings.push(why),
            }
        } else if let Found::Words(words) = &sent.found {
            more.push(("LBSTRESC", words.clone()));
        }
        Ok(self.row(test.code, test.name, sent, &more))
    }

    fn row(&self, code: &str, name: &str, sent: &Sent, more: &[(&'static str, String)]) -> Cells {
        let mut cells = vec![
            ("STUDYID", self.study.clone()),
            ("DOMAIN", "LB".to_owned()),
            ("USUBJID", sent.subject.clone()),
            ("LBTESTCD", code.to_owned()),
            ("LBTEST", name.to_owned()),
            ("LBSPEC", sent.specimen.clone()),
            ("LBNRIND", sent.flag.to_owned()),
            ("LBLOINC", sent.loinc.clone()),
            ("LBDTC", sent.when.clone()),
        ];
        match &sent.found {
            Found::Number { comparator, text, .. } => cells.push(("LBORRES", format!("{comparator}{text}"))),
            Found::Words(words) => cells.push(("LBORRES", words.clone())),
            Found::NotDone(reason) => {
                cells.push(("LBSTAT", "NOT DONE".to_owned()));
                cells.push(("LBREASND", reason.clone()));
            }
        }
        if !matches!(sent.found, Found::NotDone(_)) {
            let limit = |limit: Option<f64>| limit.map(|limit| limit.to_string()).unwrap_or_default();
            cells.push(("LBORRESU", sent.unit.clone()));
            if sent.range_unit.is_none() {
                cells.push(("LBORNRLO", limit(sent.low)));
                cells.push(("LBORNRHI", limit(sent.high)));
            }
        }
        cells.extend(more.iter().cloned());
        cells
    }

    fn vital_row(&self, code: &str, sent: &Sent) -> Result<Cells, Why> {
        let Some(&(code, name, unit, (low, high))) = VITALS.iter().find(|(known, ..)| *known == code) else {
            return Err(Why::UnknownCode(code.to_owned()));
        };
        let mut cells = vec![
            ("STUDYID", self.study.clone()),
            ("DOMAIN", "VS".to_owned()),
            ("USUBJID", sent.subject.clone()),
            ("VSTESTCD", code.to_owned()),
            ("VSTEST", name.to_owned()),
            ("VSDTC", sent.when.clone()),
        ];
        match &sent.found {
            Found::NotDone(_) => cells.push(("VSSTAT", "NOT DONE".to_owned())),
            Found::Words(words) => return Err(Why::NotANumber(words.clone())),
            Found::Number { comparator, .. } if !comparator.is_empty() => {
                return Err(Why::Comparator((*comparator).to_owned()));
            }
            Found::Number { value, text, .. } => {
                let (factor, shift) = vital_unit(unit, &sent.unit).ok_or_else(|| not_a_unit(&sent.unit))?;
                let same = (factor - 1.0).abs() <= 0.0 && shift.abs() <= 0.0;
                let standard = if same { *value } else { rounded(value * factor + shift) };
                if !(low..=high).contains(&standard) {
                    return Err(implausible(
                        &format!("{text} {}", sent.unit),
                        standard,
                        unit,
                        (low, high),
                    ));
                }
                let shown = if same { text.clone() } else { standard.to_string() };
                cells.extend([
                    ("VSORRES", text.clone()),
                    ("VSORRESU", if same { unit.to_owned() } else { sent.unit.clone() }),
                    ("VSSTRESC", shown.clone()),
                    ("VSSTRESN", shown),
                    ("VSSTRESU", unit.to_owned()),
                ]);
            }
        }
        Ok(cells)
    }
}

/// Gives a row of `LB` from elsewhere the name of its test and, where it has none, its standard result, with what somebody
/// should look at. The error says why the row is not taken.
pub(crate) fn complete(row: &mut BTreeMap<String, String>) -> Result<Option<Why>, Why> {
    let text = |row: &BTreeMap<String, String>, name: &str| {
        row.get(name).map(|text| text.trim().to_owned()).unwrap_or_default()
    };
    let Some(test) = LabTest::named(&text(row, "LBTESTCD")) else {
        return Ok(None);
    };
    row.entry("LBTEST".to_owned()).or_insert_with(|| test.name.to_owned());
    let is_stated = ["LBSTRESC", "LBSTRESN"].iter().any(|name| !text(row, name).is_empty());
    let Found::Number { comparator, value, .. } = Found::parse(&text(row, "LBORRES")) else {
        return Ok(None);
    };
    if is_stated {
        return Ok(None);
    }
    let unit = text(row, "LBORRESU");
    let (conversion, number) = match standard(test, value, &unit, None) {
        Ok(standard) => standard,
        Err(why) => return Ok(Some(why)),
    };
    if beside_blood(&text(row, "LBSPEC"), &text(row, "LBCAT")).is_none() {
        check_limits(test, number, value, &unit)?;
    }
    let mut put = |name: &str, text: String| row.insert(name.to_owned(), text);
    put("LBSTRESC", format!("{comparator}{number}"));
    if comparator.is_empty() {
        put("LBSTRESN", number.to_string());
    }
    if !test.unit.is_empty() {
        put("LBSTRESU", test.unit.to_owned());
    }
    for (original, standard) in [("LBORNRLO", "LBSTNRLO"), ("LBORNRHI", "LBSTNRHI")] {
        let limit = row.get(original).and_then(|text| plain_number(text.trim()));
        if let Some(limit) = limit.and_then(|limit| conversion.of(limit)) {
            row.entry(standard.to_owned()).or_insert_with(|| limit.to_string());
        }
    }
    Ok(None)
}

/// Texts by column.
type Cells = Vec<(&'static str, String)>;

/// A test without a standard unit has its standard result as sent.
fn own(sent: &Sent) -> Cells {
    let limit = |limit: Option<f64>| limit.map(|limit| limit.to_string()).unwrap_or_default();
    let mut cells = match &sent.found {
        Found::Number { comparator, text, .. } => {
            let number = if comparator.is_empty() {
                text.clone()
            } else {
                String::new()
            };
            vec![("LBSTRESC", format!("{comparator}{text}")), ("LBSTRESN", number)]
        }
        Found::Words(words) => vec![("LBSTRESC", words.clone())],
        Found::NotDone(_) => return Vec::new(),
    };
    cells.push(("LBSTRESU", sent.unit.clone()));
    if sent.range_unit.is_none() {
        cells.extend([("LBSTNRLO", limit(sent.low)), ("LBSTNRHI", limit(sent.high))]);
    }
    cells
}

fn not_a_unit(unit: &str) -> Why {
    let error = if unit.trim().is_empty() {
        UnitError::Missing
    } else {
        UnitError::Unknown(unit.trim().to_owned())
    };
    Why::Malformed(error.to_string())
}

/// The value in the standard unit of the test, and what converted it.
fn standard(
    test: &'static LabTest,
    value: f64,
    unit: &str,
    property: Option<Dimension>,
) -> Result<(Conversion, f64), Why> {
    let conversion = Conversion::to_standard(test, unit).map_err(Why::Unit)?;
    let measured = conversion.from.dimension;
    if let Some(property) = property
        && !fits(property, measured)
    {
        return Err(Why::UnitAgainstCode {
            unit: unit.to_owned(),
            of: dimension_name(measured),
            code: dimension_name(property),
        });
    }
    let number = conversion.of(value);
    Ok((conversion, number.unwrap_or(value)))
}

/// Whether a unit is of the kind the code says; milliequivalents are an amount of substance to LOINC.
fn fits(property: Dimension, unit: Dimension) -> bool {
    property == unit || (property == Dimension::Substance && unit == Dimension::Charge)
}

const fn dimension_name(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Count => "cells per volume",
        Dimension::Mass => "mass per volume",
        Dimension::Substance => "amount of substance per volume",
        Dimension::Charge => "charge per volume",
        Dimension::Activity => "activity per volume",
        Dimension::Clearance => "volume per time",
        Dimension::Time => "time",
        Dimension::Percent => "per cent",
        Dimension::One => "a ratio",
    }
}

fn check_limits(test: &LabTest, standard: f64, value: f64, unit: &str) -> Result<(), Why> {
    let (low, high) = test.limits;
    if (low..=high).contains(&standard) {
        return Ok(());
    }
    Err(implausible(
        &format!("{value} {unit}"),
        standard,
        test.unit,
        (low, high),
    ))
}

fn implausible(sent: &str, value: f64, unit: &str, (low, high): (f64, f64)) -> Why {
    Why::Implausible {
        value: sent.trim().to_owned(),
        standard: format!("{value} {unit}").trim().to_owned(),
        low: low.to_string(),
        high: high.to_string(),
    }
}

/// The reference range in the standard unit.
fn range(test: &'static LabTest, sent: &Sent, of_result: Conversion) -> (Cells, Option<Why>) {
    if sent.low.is_none() && sent.high.is_none() {
        return (Vec::new(), None);
    }
    let conversion = match &sent.range_unit {
        None => of_result,
        Some(unit) => match Conversion::to_standard(test, unit) {
            Ok(conversion) => conversion,
            Err(_) => return (Vec::new(), Some(Why::RangeUnit(unit.clone()))),
        },
    };
    let limit = |limit: Option<f64>| {
        let converted = limit.and_then(|limit| conversion.of(limit));
        converted.map(|limit| limit.to_string()).unwrap_or_default()
    };
    let cells = vec![("LBSTNRLO", limit(sent.low)), ("LBSTNRHI", limit(sent.high))];
    (cells, None)
}

/// A flag that the range contradicts: one of value, unit, range and flag is wrong.
fn flag_against_range(sent: &Sent) -> Option<Why> {
    let Found::Number {
        comparator,
        value,
        text,
    } = &sent.found
    else {
        return None;
    };
    if !comparator.is_empty() || sent.range_unit.is_some() {
        return None;
    }
    let above = sent.high.is_some_and(|high| *value > high);
    let below = sent.low.is_some_and(|low| *value < low);
    let wrong = match sent.flag {
        "HIGH" => sent.high.is_some() && !above,
        "LOW" => sent.low.is_some() && !below,
        "NORMAL" => above || below,
        _ => false,
    };
    let limit = |limit: Option<f64>| limit.map(|limit| limit.to_string()).unwrap_or_default();
    wrong.then(|| Why::FlagAgainstRange {
        flag: sent.flag.to_lowercase(),
        value: text.clone(),
        range: format!("{} to {}", limit(sent.low), limit(sent.high)),
    })
}
