//! Peak transaminase against peak bilirubin: who may fulfil Hy's law.
//!
//! A candidate has ALT or AST of at least 3 times and bilirubin above 2 times the upper limit of normal, at whatever time
//! (`fda2009dili`). Entry criteria let subjects in whose values are abnormal already; for them multiples of the baseline
//! stand beside those of the limit. Whether cholestasis, obstruction or progression explains it is for a physician.

use crate::endpoint::{Facts, GradedLab};
use crate::grade::analyte::Analyte;
use crate::protocol::{DoseLevel, Multiple};
use crate::study::{Lab, RecordId, SubjectId};

/// Multiple of a transaminase that is reached.
const TRANSAMINASE: Multiple = Multiple::AtLeast(3.0);
/// Multiple of bilirubin that is exceeded.
const BILIRUBIN: Multiple = Multiple::Above(2.0);

/// The figure and its candidates.
#[derive(Debug, Clone, PartialEq)]
pub struct HysLaw {
    /// All subjects with both peaks, as multiples of the upper limit of normal.
    pub by_limit: Vec<HysPoint>,
    /// Those with an abnormal baseline, as multiples of it where it was abnormal.
    pub by_baseline: Vec<HysPoint>,
    /// Candidates by either scale.
    pub candidates: Vec<HysSubject>,
    /// Subjects with results after the baseline, but without both peaks.
    pub without: usize,
    /// The figure in a sentence; where there is no point, why.
    pub description: String,
}

/// What multiples are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HysScale {
    /// Upper limit of normal.
    Limit,
    /// Baseline where it was above the limit, the limit elsewhere.
    Baseline,
}

/// One subject on one scale.
#[derive(Debug, Clone, PartialEq)]
pub struct HysPoint {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level.
    pub level: DoseLevel,
    /// Peak ALT or AST, whichever is higher, as a multiple.
    pub transaminase: f64,
    /// Peak bilirubin as a multiple.
    pub bilirubin: f64,
    /// Whether both lie in the quadrant of candidates.
    pub candidate: bool,
    /// All of it in a sentence.
    pub hint: String,
}

/// A candidate.
#[derive(Debug, Clone, PartialEq)]
pub struct HysSubject {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level.
    pub level: DoseLevel,
    /// Scales on which it is a candidate, in words.
    pub scales: String,
    /// Peak transaminase with its multiples and day.
    pub transaminase: String,
    /// Peak bilirubin with its multiples and day.
    pub bilirubin: String,
    /// Peak alkaline phosphatase as a multiple of the limit: cholestasis speaks against the law.
    pub phosphatase: String,
    /// Records of the peaks and their baselines.
    pub records: Vec<RecordId>,
}

/// A peak: the result, its baseline, and the multiple.
#[derive(Clone, Copy)]
struct Peak<'a> {
    lab: &'a Lab,
    baseline: Option<&'a Lab>,
    multiple: f64,
}

pub(super) fn hys_law(graded: &[(&Facts<'_>, Vec<GradedLab<'_>>)]) -> HysLaw {
    let mut found = HysLaw {
        by_limit: Vec::new(),
        by_baseline: Vec::new(),
        candidates: Vec::new(),
        without: 0,
        description: String::new(),
    };
    for (facts, labs) in graded.iter().filter(|(_, labs)| !labs.is_empty()) {
        let (Some(level), Some((enzyme, pigment))) = (facts.level, peaks(labs, HysScale::Limit)) else {
            found.without += 1;
            continue;
        };
        let by_limit = point(facts, level, HysScale::Limit, enzyme, pigment);
        let by_baseline = has_abnormal_baseline(labs)
            .then(|| peaks(labs, HysScale::Baseline))
            .flatten()
            .map(|(enzyme, pigment)| point(facts, level, HysScale::Baseline, enzyme, pigment));
        let relative = by_baseline.as_ref().is_some_and(|point| point.candidate);
        if by_limit.candidate || relative {
            found
                .candidates
                .push(candidate(facts, level, labs, by_limit.candidate, relative));
        }
        found.by_limit.push(by_limit);
        found.by_baseline.extend(by_baseline);
    }
    found.description = description(&found);
    found
}

/// Peak transaminase and peak bilirubin.
fn peaks<'a>(labs: &[GradedLab<'a>], scale: HysScale) -> Option<(Peak<'a>, Peak<'a>)> {
    Some((peak(labs, &["ALT", "AST"], scale)?, peak(labs, &["bilirubin"], scale)?))
}

fn is(lab: &Lab, names: &[&str]) -> bool {
    let mut tests = Analyte::ALL.iter().filter(|analyte| names.contains(&analyte.name));
    tests.any(|analyte| analyte.is_called(&lab.test))
}

fn peak<'a>(labs: &[GradedLab<'a>], names: &[&str], scale: HysScale) -> Option<Peak<'a>> {
    let of_test = labs.iter().filter(|graded| is(graded.lab, names));
    let multiples = of_test.filter_map(|graded| {
        let multiple = multiple(graded, scale)?;
        Some(Peak {
            lab: graded.lab,
            baseline: graded.baseline,
            multiple,
        })
    });
    multiples.reduce(|peak, next| if next.multiple > peak.multiple { next } else { peak })
}

/// The value as a multiple; `None` without what it is counted in.
fn multiple(graded: &GradedLab<'_>, scale: HysScale) -> Option<f64> {
    let value = graded.lab.value?;
    let abnormal = abnormal_baseline(graded).filter(|_| scale == HysScale::Baseline);
    let unit = abnormal.or(graded.lab.uln)?;
    (unit > 0.0).then(|| value / unit)
}

/// The baseline, where it is above its upper limit and in the same unit.
fn abnormal_baseline(graded: &GradedLab<'_>) -> Option<f64> {
    let baseline = graded.baseline.filter(|baseline| baseline.unit == graded.lab.unit)?;
    let (value, uln) = (baseline.value?, baseline.uln.or(graded.lab.uln)?);
    (value > uln).then_some(value)
}

fn has_abnormal_baseline(labs: &[GradedLab<'_>]) -> bool {
    let of_liver = labs
        .iter()
        .filter(|graded| is(graded.lab, &["ALT", "AST", "bilirubin"]));
    of_liver.into_iter().any(|graded| abnormal_baseline(graded).is_some())
}

fn point(facts: &Facts<'_>, level: DoseLevel, scale: HysScale, enzyme: Peak<'_>, pigment: Peak<'_>) -> HysPoint {
    let (transaminase, bilirubin) = (enzyme.multiple, pigment.multiple);
    HysPoint {
        subject: facts.subject.id.clone(),
        level,
        transaminase,
        bilirubin,
        candidate: TRANSAMINASE.is_met(transaminase, 1.0) && BILIRUBIN.is_met(bilirubin, 1.0),
        hint: format!(
            "{}, dose level {level}: {} and {}",
            facts.subject.id,
            words(&enzyme, scale),
            words(&pigment, scale)
        ),
    }
}

/// `ALT 180 U/L on 2025-03-01 (4.5 × ULN)`.
fn words(peak: &Peak<'_>, scale: HysScale) -> String {
    let lab = peak.lab;
    let value = lab
        .value
        .map_or_else(String::new, |value| super::with_unit(value, &lab.unit));
    let graded = GradedLab {
        lab,
        baseline: peak.baseline,
        grades: Vec::new(),
    };
    let limit = multiple(&graded, HysScale::Limit).map(|multiple| format!("{multiple:.1} × ULN"));
    let relative = abnormal_baseline(&graded).zip(lab.value);
    let relative = relative
        .filter(|_| scale == HysScale::Baseline)
        .map(|(baseline, value)| format!("{:.1} × baseline", value / baseline));
    let multiples: Vec<String> = relative.into_iter().chain(limit).collect();
    format!("{} {value} on {} ({})", lab.test, lab.when, multiples.join(", "))
}

fn candidate(
    facts: &Facts<'_>,
    level: DoseLevel,
    labs: &[GradedLab<'_>],
    by_limit: bool,
    by_baseline: bool,
) -> HysSubject {
    let scales = match (by_limit, by_baseline) {
        (true, true) => "× ULN and × baseline",
        (true, false) => "× ULN",
        (false, _) => "× baseline",
    };
    let tests: [&[&str]; 2] = [&["ALT", "AST"], &["bilirubin"]];
    let both = tests.map(|names| peak(labs, names, HysScale::Limit).or_else(|| peak(labs, names, HysScale::Baseline)));
    let told = both.map(|peak| peak.map_or_else(String::new, |peak| words(&peak, HysScale::Baseline)));
    let phosphatase = peak(labs, &["ALP"], HysScale::Limit);
    let peaks = both.into_iter().flatten().chain(phosphatase);
    let records = peaks.flat_map(|peak| std::iter::once(peak.lab).chain(peak.baseline));
    let [transaminase, bilirubin] = told;
    HysSubject {
        subject: facts.subject.id.clone(),
        level,
        scales: scales.to_owned(),
        transaminase,
        bilirubin,
        phosphatase: phosphatase.map_or_else(|| "not measured".to_owned(), |peak| words(&peak, HysScale::Limit)),
        records: records.map(|lab| lab.record.clone()).collect(),
    }
}

fn description(found: &HysLaw) -> String {
    if found.by_limit.is_empty() {
        return "No subject has ALT or AST and bilirubin with upper limits of normal after the baseline.".to_owned();
    }
    let names = |points: &[HysPoint]| {
        let named: Vec<&str> = points
            .iter()
            .filter(|point| point.candidate)
            .map(|point| point.subject.as_str())
            .collect();
        if named.is_empty() {
            "none".to_owned()
        } else {
            named.join(", ")
        }
    };
    let counted = crate::report::number::counted;
    let relative = if found.by_baseline.is_empty() {
        "No baseline was abnormal.".to_owned()
    } else {
        format!(
            "Of {} with an abnormal baseline, counted in it, candidates: {}.",
            counted(found.by_baseline.len(), "subject"),
            names(&found.by_baseline)
        )
    };
    format!(
        "Peak ALT or AST against peak bilirubin in {}, in multiples of the upper limit of normal. Candidates for Hy's law, at \
         least 3 and above 2: {}. {relative}",
        counted(found.by_limit.len(), "subject"),
        names(&found.by_limit)
    )
}
