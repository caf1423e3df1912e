//! CRS and ICANS grades of a subject over time: as the investigator recorded them, and by the ASTCT rules from the items.

use std::collections::BTreeMap;

use crate::grade::astct::AstctOutcome;
use crate::grade::astct::crs::{CrsAssessment, CrsOptions, Oxygen, grade_crs};
use crate::grade::astct::icans::{Arousal, IcansAssessment, Ice, Motor, Oedema, Seizure, grade_icans};
use crate::grade::crs_ctcae::parse_fio2;
use crate::grade::{Grade, Scale};
use crate::language::Words;
use crate::study::{RecordId, Subject, Syndrome, ToxicityFinding, When};

/// The grades at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct ToxicityGrade {
    /// When.
    pub when: When,
    /// By the investigator, 0 to 5.
    pub recorded: Option<u8>,
    /// By the rules of the scale; the least it can be where an item is missing. `None` without items.
    pub derived: Option<u8>,
    /// By the rules of the scale, the most it can be. `None` without items.
    pub derived_at_most: Option<u8>,
    /// Why the rules give that grade. `None` without items.
    pub because: Option<Words>,
    /// Whether a recorded grade cannot be read.
    pub unreadable: bool,
    /// Scale of both.
    pub scale: Scale,
    /// The items of CRS, for other scales. `None` without items.
    pub crs: Option<CrsItems>,
    /// Records of the moment.
    pub records: Vec<RecordId>,
}

/// The items of CRS at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrsItems {
    /// What ASTCT asks for.
    pub assessment: CrsAssessment,
    /// Fraction of inspired oxygen, percent.
    pub fio2_percent: Option<f64>,
}

impl ToxicityGrade {
    /// The higher of the two.
    pub fn worst(&self) -> Option<u8> {
        self.recorded.max(self.derived)
    }

    /// Bounds of the grade: by the items, where there are any, otherwise as recorded. `None` where nothing can be read.
    pub fn by_items(&self) -> Option<(u8, u8)> {
        let items = self.derived.zip(self.derived_at_most);
        items.or(self.recorded.map(|grade| (grade, grade)))
    }

    /// Bounds of the higher of the two; a recorded grade settles what the items leave open, but lowers nothing.
    pub fn worst_bounds(&self) -> Option<(u8, u8)> {
        let least = self.worst()?;
        let most = if self.recorded.is_some() {
            least
        } else {
            self.derived_at_most.unwrap_or(least)
        };
        Some((least, most))
    }
}

/// Vasopressin alone is treatment with a vasopressor; the scale's table leaves it open.
const CRS_OPTIONS: CrsOptions = CrsOptions {
    vasopressin_alone: Grade::G3,
};

/// Grades of one syndrome in order of time.
pub fn toxicity_grades(subject: &Subject, syndrome: Syndrome) -> Vec<ToxicityGrade> {
    let mut moments: BTreeMap<_, Vec<&ToxicityFinding>> = BTreeMap::new();
    for finding in subject.toxicity.iter().filter(|finding| finding.toxicity == syndrome) {
        moments.entry(finding.when.order()).or_default().push(finding);
    }
    let moments: Vec<Vec<&ToxicityFinding>> = moments.into_values().collect();
    let derived = match syndrome {
        Syndrome::Crs => derive_crs(&moments),
        Syndrome::Icans => moments.iter().map(|items| derive_icans(items)).collect(),
    };
    let grade = |(items, derived): (&Vec<&ToxicityFinding>, Option<Graded>)| {
        let when = items.first()?.when;
        let recorded = texts(items, "TOXGR").filter_map(parse_grade).max();
        let unreadable = texts(items, "TOXGR").any(|text| parse_grade(text).is_none());
        let records = items.iter().map(|item| item.record.clone()).collect();
        Some(ToxicityGrade {
            when,
            recorded,
            derived: derived.as_ref().map(|graded| graded.least),
            derived_at_most: derived.as_ref().map(|graded| graded.most),
            because: derived.map(|graded| graded.because),
            unreadable,
            scale: Scale::Astct2019,
            crs: (syndrome == Syndrome::Crs && has_items(items)).then(|| crs_items(items)),
            records,
        })
    };
    moments.iter().zip(derived).filter_map(grade).collect()
}

/// Everything recorded for an item at one moment; a day without times may hold several readings.
fn texts<'f>(items: &'f [&ToxicityFinding], code: &str) -> impl Iterator<Item = &'f str> {
    items
        .iter()
        .filter(move |item| item.item == code)
        .map(|item| item.result.trim())
}

/// `0` to `5`, alone or after the word grade.
pub(super) fn parse_grade(text: &str) -> Option<u8> {
    let text = text.to_uppercase();
    text.trim_start_matches("GRADE")
        .trim()
        .parse()
        .ok()
        .filter(|grade| *grade <= 5)
}

/// The highest number recorded for an item.
fn highest(items: &[&ToxicityFinding], code: &str) -> Option<f64> {
    texts(items, code)
        .filter_map(|text| text.parse().ok())
        .max_by(f64::total_cmp)
}

fn yes(items: &[&ToxicityFinding], code: &str) -> Option<bool> {
    let answers = texts(items, code).filter_map(|text| match text.to_uppercase().as_str() {
        "Y" | "YES" | "1" => Some(true),
        "N" | "NO" | "0" => Some(false),
        _ => None,
    });
    answers.max()
}

/// The worst reading of an item whose names go from normal to worst.
fn named<T: Copy>(items: &[&ToxicityFinding], code: &str, names: &[(&str, T)]) -> Option<T> {
    let place = |text: &str| names.iter().position(|(name, _)| name.eq_ignore_ascii_case(text));
    let worst = texts(items, code).filter_map(place).max()?;
    names.get(worst).map(|(_, value)| *value)
}

/// The device that supports most, with the highest flow.
fn oxygen(items: &[&ToxicityFinding]) -> Option<Oxygen> {
    let flow = highest(items, "O2FLOW");
    let devices = texts(items, "O2DEV").filter_map(|device| Oxygen::parse(device, flow).flatten());
    devices.max_by_key(|device| match device {
        Oxygen::None => 0,
        Oxygen::BlowBy => 1,
        Oxygen::NasalCannula { .. } => 2,
        Oxygen::HighFlow { .. } => 3,
        Oxygen::Mask | Oxygen::NonRebreather | Oxygen::Venturi => 4,
        Oxygen::Cpap | Oxygen::Bipap | Oxygen::Ventilator => 5,
    })
}

/// Whether anything but the investigator's grade was recorded that the scale asks for.
fn has_items(items: &[&ToxicityFinding]) -> bool {
    items
        .iter()
        .any(|item| !matches!(item.item.as_str(), "TOXGR" | "ATTRIB" | "MASKTRT" | "FIO2"))
}

/// A grade by the rules, between bounds, and why.
struct Graded {
    least: u8,
    most: u8,
    because: Words,
}

impl Graded {
    fn new(outcome: AstctOutcome, because: Words) -> Self {
        let (least, most) = outcome.bounds();
        Self {
            least: least.number(),
            most: most.number(),
            because,
        }
    }
}

fn crs_items(items: &[&ToxicityFinding]) -> CrsItems {
    let fio2 = texts(items, "FIO2").filter_map(parse_fio2);
    CrsItems {
        assessment: CrsAssessment {
            temperature_c: highest(items, "TEMP"),
            hypotension: yes(items, "HYPOTEN"),
            vasopressors: texts(items, "VASOPRES").filter_map(|text| text.parse().ok()).max(),
            vasopressin: yes(items, "VASOPN"),
            oxygen: oxygen(items),
            masking_treatment: yes(items, "MASKTRT"),
            attributed: yes(items, "ATTRIB").unwrap_or(true),
        },
        fio2_percent: fio2.max_by(f64::total_cmp),
    }
}

fn derive_crs(moments: &[Vec<&ToxicityFinding>]) -> Vec<Option<Graded>> {
    let assessments: Vec<CrsAssessment> = moments.iter().map(|items| crs_items(items).assessment).collect();
    let grades = grade_crs(&assessments, CRS_OPTIONS)
        .into_iter()
        .map(|grade| Graded::new(grade.outcome, grade.reason.text().into()));
    moments
        .iter()
        .zip(grades)
        .map(|(items, grade)| has_items(items).then_some(grade))
        .collect()
}

fn derive_icans(items: &[&ToxicityFinding]) -> Option<Graded> {
    has_items(items).then(|| {
        let assessment = IcansAssessment {
            ice: texts(items, "ICE")
                .filter_map(|text| Ice::new(text.parse().ok()?))
                .min(),
            arousal: named(items, "AROUSAL", &Arousal::NAMES),
            seizure: named(items, "SEIZURE", &Seizure::NAMES),
            motor: named(items, "MOTOR", &Motor::NAMES),
            oedema: named(items, "OEDEMA", &Oedema::NAMES),
            attributed: yes(items, "ATTRIB").unwrap_or(true),
        };
        let grade = grade_icans(&assessment);
        Graded::new(grade.outcome, grade.words())
    })
}
