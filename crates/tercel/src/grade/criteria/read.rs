//! A table of criteria from its file.

use super::{
    BaselineCase, Bound, Conditional, CriteriaError, Cut, CutUnit, Direction, GradeCriteria, LabTerm, Of, Operator,
};
use crate::grade::Grade;
use crate::grade::analyte::Analyte;
use crate::grade::ctcae::Ctcae;
use crate::grade::units::Unit;

/// A `[[term]]` or `[[term.grade]]` table with the name to blame.
pub(super) struct Entry<'t> {
    value: &'t toml::Value,
    name: String,
}

impl<'t> Entry<'t> {
    pub(super) fn new(value: &'t toml::Value, index: usize) -> Self {
        let name = value.get("name").and_then(toml::Value::as_str);
        let name = name.map_or_else(|| format!("number {}", index + 1), str::to_owned);
        Self { value, name }
    }

    fn expected(&self, expected: impl Into<String>) -> CriteriaError {
        CriteriaError::Expected {
            term: self.name.clone(),
            expected: expected.into(),
        }
    }

    fn optional(&self, key: &str) -> Result<Option<&'t str>, CriteriaError> {
        let Some(value) = self.value.get(key) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or_else(|| self.expected(format!("{key} = \"…\"")))?;
        Ok(Some(text))
    }

    fn text(&self, key: &str) -> Result<&'t str, CriteriaError> {
        self.optional(key)?
            .ok_or_else(|| self.expected(format!("{key} = \"…\"")))
    }

    pub(super) fn term(&self, version: Ctcae) -> Result<LabTerm, CriteriaError> {
        let name = self.text("name")?.to_owned();
        let analyte = self.optional("analyte")?.map(|analyte| {
            Analyte::named(analyte).ok_or_else(|| self.expected(format!("a known analyte, not \"{analyte}\"")))
        });
        let grades = self.value.get("grade").and_then(toml::Value::as_array);
        let grades = grades.ok_or_else(|| self.expected("[[term.grade]]"))?.iter();
        let grades = grades.map(|value| {
            let name = self.name.clone();
            Entry { value, name }.grade()
        });
        let grades = grades.collect::<Result<Vec<_>, _>>()?;
        Ok(LabTerm {
            version,
            nci_term: self.optional("nci_term")?.unwrap_or(&name).to_owned(),
            direction: match self.text("direction")? {
                "high" => Direction::High,
                "low" => Direction::Low,
                _ => return Err(self.expected("direction = \"high\" or \"low\"")),
            },
            analyte: analyte.transpose()?,
            note: self.optional("note")?.map(str::to_owned),
            units: units_of(&grades),
            grades,
            name,
        })
    }

    fn grade(&self) -> Result<GradeCriteria, CriteriaError> {
        let number = self.value.get("grade").and_then(toml::Value::as_integer);
        let number = number.and_then(|number| u8::try_from(number).ok());
        let grade = number.and_then(Grade::from_number);
        let conditional = self.optional("condition")?.map(|condition| {
            Ok::<_, CriteriaError>(Conditional {
                condition: condition.to_owned(),
                cuts: self.cuts(["cuts_if", "beyond_if"])?,
            })
        });
        Ok(GradeCriteria {
            grade: grade.ok_or_else(|| self.expected("grade = 1 to 5"))?,
            text: self.text("text")?.to_owned(),
            cuts: self.cuts(["cuts", "beyond"])?,
            conditional: conditional.transpose()?,
            clinical: self.optional("clinical")?.map(str::to_owned),
        })
    }

    /// The cuts of both keys: those the text prints, and those past its last range.
    fn cuts(&self, keys: [&str; 2]) -> Result<Vec<Cut>, CriteriaError> {
        let mut cuts = Vec::new();
        for key in keys {
            let Some(value) = self.value.get(key) else { continue };
            let expected = || self.expected(format!("{key} = [\"…\"]"));
            for cut in value.as_array().ok_or_else(expected)? {
                let text = cut.as_str().ok_or_else(expected)?;
                let cut = parse_cut(text).ok_or_else(|| self.expected(format!("a cut, not \"{text}\"")))?;
                cuts.push(cut);
            }
        }
        Ok(cuts)
    }
}

fn units_of(grades: &[GradeCriteria]) -> Vec<CutUnit> {
    let cuts = |grade: &'_ GradeCriteria| -> Vec<CutUnit> {
        let conditional = grade.conditional.iter().flat_map(|conditional| &conditional.cuts);
        let bounds = grade.cuts.iter().chain(conditional).flat_map(|cut| &cut.bounds);
        bounds.filter_map(Bound::unit).cloned().collect()
    };
    let mut units: Vec<CutUnit> = Vec::new();
    for unit in grades.iter().flat_map(cuts) {
        if !units.contains(&unit) {
            units.push(unit);
        }
    }
    units
}

pub(super) fn parse_cut(text: &str) -> Option<Cut> {
    let (baseline, range) = match text.split_once(':') {
        Some((case, range)) => (Some(parse_case(case.strip_prefix("baseline ")?)?), range),
        None => (None, text),
    };
    let bounds = if range.trim() == "any" {
        Vec::new()
    } else {
        parse_bounds(range)?
    };
    Some(Cut { baseline, bounds })
}

fn parse_case(text: &str) -> Option<BaselineCase> {
    match text {
        "normal" => Some(BaselineCase::Normal),
        "abnormal" => Some(BaselineCase::Abnormal),
        _ => {
            let bounds = parse_bounds(text)?;
            let limits = bounds.iter().all(|bound| matches!(bound.of, Of::Lln | Of::Uln));
            limits.then_some(BaselineCase::Within(bounds))
        }
    }
}

fn parse_bounds(text: &str) -> Option<Vec<Bound>> {
    text.split('&').map(parse_bound).collect()
}

fn parse_bound(text: &str) -> Option<Bound> {
    let operators = [
        (">=", Operator::AtLeast),
        ("<=", Operator::AtMost),
        (">", Operator::Above),
        ("<", Operator::Below),
    ];
    let text = text.trim();
    let (operator, rest) = operators
        .into_iter()
        .find_map(|(sign, operator)| text.strip_prefix(sign).map(|rest| (operator, rest.trim())))?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
    let (digits, of) = rest.split_at_checked(end)?;
    let number = if digits.is_empty() { 1. } else { digits.parse().ok()? };
    let of = parse_of(of.trim())?;
    Some(Bound { operator, number, of })
}

fn parse_of(text: &str) -> Option<Of> {
    let unit = |spelled: &str| {
        let unit = Unit::parse(spelled).ok()?;
        let spelled = spelled.to_owned();
        Some(CutUnit { unit, spelled })
    };
    match text {
        "LLN" => Some(Of::Lln),
        "ULN" => Some(Of::Uln),
        "baseline" => Some(Of::Baseline),
        "% fall" => Some(Of::PercentFall),
        _ => match text.strip_suffix(" above ULN") {
            Some(spelled) => unit(spelled).map(Of::AboveUln),
            None => unit(text).map(Of::Unit),
        },
    }
}
