//! Laboratory values over time, and the adverse events an investigator makes of them.
//!
//! # What it derives
//! A panel at each sampling, and events graded by it: a new record at each worsening, and where a grade of 3 or higher
//! improves.
//!
//! # Source
//! Baselines from the HBV-HCC cohort PMC8951695 table 1 (age, ALT, AST, bilirubin, albumin, INR, AFP) and PMC7786454
//! (platelets, creatinine), cut to the entry limits; the others, and every course, are assumptions. Grades `ctcae5`.
//!
//! # Formula
//! Value = baseline × course × lognormal analytical noise. Blood counts run through log-linear segments.
//!
//! # Example
//! Neutrophils fall from lymphodepletion to their lowest on day 5 and recover about day 15.
//!
//! # Limits
//! Analytes vary independently of each other at baseline.

use super::course::{DltKind, Fate};
use super::parameters as p;
use super::random::{Draws, Topic, decimals};
use super::toxicity::Episode;
use super::tumour::Tumour;

/// An analyte with its reference range and its baseline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Analyte {
    pub(super) code: &'static str,
    pub(super) unit: &'static str,
    pub(super) lln: f64,
    pub(super) uln: f64,
    median: f64,
    sigma: f64,
    /// Entry limits.
    entry: (f64, f64),
    pub(super) places: i32,
}

macro_rules! analytes {
    ($($id:ident $code:literal $unit:literal $lln:literal..$uln:literal median $median:literal sigma $sigma:literal
        entry $low:literal..$high:literal places $places:literal;)+) => {
        /// All analytes but the biomarker.
        pub(super) const ANALYTES: [Analyte; [$($code),+].len()] = [$(Analyte {
            code: $code, unit: $unit, lln: $lln, uln: $uln, median: $median, sigma: $sigma,
            entry: ($low, $high), places: $places,
        }),+];
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Kind { $($id),+ }
        const KINDS: [Kind; ANALYTES.len()] = [$(Kind::$id),+];
    };
}

analytes! {
    Alt "ALT" "U/L" 7.0..40.0 median 34.0 sigma 0.5 entry 7.0..200.0 places 0;
    Ast "AST" "U/L" 13.0..40.0 median 49.0 sigma 0.5 entry 10.0..200.0 places 0;
    Alp "ALP" "U/L" 45.0..125.0 median 110.0 sigma 0.4 entry 30.0..310.0 places 0;
    Ggt "GGT" "U/L" 10.0..60.0 median 90.0 sigma 0.7 entry 10.0..600.0 places 0;
    Bili "BILI" "umol/L" 3.4..20.5 median 17.0 sigma 0.4 entry 4.0..41.0 places 1;
    Creat "CREAT" "umol/L" 57.0..97.0 median 76.0 sigma 0.2 entry 45.0..145.0 places 0;
    Alb "ALB" "g/L" 40.0..55.0 median 37.0 sigma 0.12 entry 28.0..50.0 places 0;
    Inr "INR" "" 0.8..1.2 median 1.1 sigma 0.08 entry 0.85..1.5 places 2;
    Neut "NEUT" "10^9/L" 1.8..6.3 median 3.2 sigma 0.4 entry 1.0..8.0 places 2;
    Plat "PLAT" "10^9/L" 125.0..350.0 median 133.0 sigma 0.38 entry 60.0..400.0 places 0;
    Hgb "HGB" "g/L" 130.0..175.0 median 125.0 sigma 0.12 entry 80.0..170.0 places 0;
    Lym "LYM" "10^9/L" 1.1..3.2 median 1.2 sigma 0.35 entry 0.4..3.5 places 2;
    Wbc "WBC" "10^9/L" 3.5..9.5 median 5.0 sigma 0.1 entry 2.0..12.0 places 2;
    Crp "CRP" "mg/L" 0.0..6.0 median 8.0 sigma 0.9 entry 0.5..80.0 places 1;
    Ferritin "FERRITIN" "ug/L" 20.0..300.0 median 400.0 sigma 0.7 entry 20.0..3000.0 places 0;
    Fibrino "FIBRINO" "g/L" 2.0..4.0 median 3.2 sigma 0.25 entry 1.5..6.0 places 2;
    Afp "AFP" "ng/mL" 0.0..7.0 median 428.0 sigma 4.5 entry 1.0..100_000.0 places 1;
}

/// The panel of one sampling.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) day: i32,
    pub(super) values: Vec<f64>,
    /// Significance per analyte in the investigator's judgement; `None` within limits.
    pub(super) significant: Vec<Option<bool>>,
    /// Event per analyte, as a position in the list of [`LabEvent`]s.
    pub(super) events: Vec<Option<usize>>,
}

/// An adverse event made of laboratory values.
#[derive(Debug, Clone, Copy)]
pub(super) struct LabEvent {
    pub(super) term: &'static str,
    pub(super) organ_class: &'static str,
    /// Blood counts fall by lymphodepletion.
    pub(super) blood: bool,
    /// Whether it is the dose-limiting liver injury.
    pub(super) limiting: bool,
    pub(super) grade: u8,
    pub(super) from: i32,
    pub(super) to: Option<i32>,
    /// Whether a worse or a better record takes over.
    pub(super) continued: bool,
}

/// The body behind the values.
#[derive(Debug)]
struct Body<'a> {
    baseline: Vec<f64>,
    neutrophils: [(f64, f64); 5],
    platelet_fall: f64,
    crs: Option<&'a Episode>,
    /// Size of the acute-phase response, 0 to 1.
    acute: f64,
    hepatic: Option<f64>,
    tumour: &'a Tumour,
    infused: bool,
    window: i32,
}

/// Panels on the given days, with the events made of them.
pub(super) fn draw_panels(
    days: &[i32],
    fate: &Fate,
    crs: Option<&Episode>,
    tumour: &Tumour,
    window: u32,
    seed: u64,
    subject: u64,
) -> (Vec<Sample>, Vec<LabEvent>) {
    let mut draws = Draws::new(seed, subject, Topic::Laboratory);
    let window = i32::try_from(window).unwrap_or(i32::MAX - 1000);
    let body = draw_body(fate, crs, tumour, window, &mut draws);
    let mut samples = Vec::new();
    for &day in days {
        let mut values: Vec<f64> = (0..ANALYTES.len()).map(|at| body.value(at, day, &mut draws)).collect();
        // White cells are neutrophils, lymphocytes and a few others.
        let part = |kind: Kind| at(kind).and_then(|at| values.get(at)).copied().unwrap_or(0.0);
        let white = decimals(part(Kind::Neut) + part(Kind::Lym) + 0.45, 2);
        if let Some(value) = at(Kind::Wbc).and_then(|at| values.get_mut(at)) {
            *value = white;
        }
        let (significant, events) = (vec![None; values.len()], vec![None; values.len()]);
        samples.push(Sample {
            day,
            values,
            significant,
            events,
        });
    }
    let events = derive_events(&mut samples, body.hepatic.is_some(), &mut draws);
    (samples, events)
}

fn at(kind: Kind) -> Option<usize> {
    KINDS.iter().position(|other| *other == kind)
}

fn draw_body<'a>(
    fate: &Fate,
    crs: Option<&'a Episode>,
    tumour: &'a Tumour,
    window: i32,
    draws: &mut Draws,
) -> Body<'a> {
    let baseline: Vec<f64> = ANALYTES
        .iter()
        .map(|analyte| {
            let (low, high) = analyte.entry;
            let accept = |value: f64| (low..=high).contains(&value);
            draws.until(
                |draws| draws.lognormal(analyte.median, analyte.sigma),
                accept,
                analyte.median,
            )
        })
        .collect();
    let neutrophils = at(Kind::Neut).and_then(|at| baseline.get(at)).copied().unwrap_or(3.0);
    let nadir = draws
        .lognormal(p::NEUTROPHIL_NADIR.get(), p::NEUTROPHIL_NADIR_SIGMA.get())
        .clamp(0.05, 0.9 * neutrophils);
    // Recovered well before the end of the window: a later recovery would limit the dose.
    let recovery = draws.lognormal(p::NEUTROPHIL_RECOVERY.get(), 0.18).clamp(11.0, 19.0);
    let platelet_fall = draws.between(p::PLATELET_FALL_MIN.get(), p::PLATELET_FALL_MAX.get());
    let acute = draws.uniform();
    let hepatic = draws.between(22.0, 30.0);
    Body {
        baseline,
        neutrophils: [
            (-5.0, neutrophils),
            (5.0, nadir),
            (recovery - 4.0, 1.1 * nadir),
            (recovery, neutrophils.min(1.4)),
            (recovery + 20.0, neutrophils),
        ],
        platelet_fall,
        crs,
        acute,
        hepatic: (fate.dlt == Some(DltKind::Hepatic)).then_some(hepatic),
        tumour,
        infused: fate.is_infused(),
        window,
    }
}

/// Log-linear between points, constant outside.
fn follow(points: &[(f64, f64)], day: f64) -> f64 {
    let first = points.first().map_or(0.0, |(_, value)| *value);
    let last = points.last().map_or(0.0, |(_, value)| *value);
    if points.first().is_some_and(|(from, _)| day <= *from) {
        return first;
    }
    let segment = points.windows(2).find_map(|pair| match pair {
        [(from, a), (to, b)] if (*from..=*to).contains(&day) => Some(a * (b / a).powf((day - from) / (to - from))),
        _ => None,
    });
    segment.unwrap_or(last)
}

impl Body<'_> {
    /// Acute-phase response on a day, 0 to 1: highest 36 hours after the onset of CRS.
    fn inflammation(&self, day: f64) -> f64 {
        let Some(crs) = self.crs else { return 0.0 };
        let since = day - f64::from(crs.start()) / 1440.0;
        let height = f64::from(crs.peak()).min(4.0) / 4.0 * (0.5 + 0.5 * self.acute);
        match since {
            ..0.0 => 0.0,
            0.0..1.5 => height * since / 1.5,
            _ => height * (-(since - 1.5) / 4.0).exp(),
        }
    }

    fn value(&self, index: usize, day: i32, draws: &mut Draws) -> f64 {
        let noise = draws.lognormal(1.0, 0.05);
        let (Some(analyte), Some(kind), Some(base)) = (ANALYTES.get(index), KINDS.get(index), self.baseline.get(index))
        else {
            return 0.0;
        };
        let time = f64::from(day);
        let (fire, size) = if self.infused {
            (self.inflammation(time), self.tumour.ratio(time))
        } else {
            (0.0, 1.0)
        };
        let value = match kind {
            Kind::Alt | Kind::Ast => self.enzyme(*kind, *base, day, fire, size, analyte.uln),
            Kind::Alp | Kind::Ggt => base * (1.0 + 0.4 * fire) * size.powf(0.4),
            Kind::Bili => {
                (base * (1.0 + 0.6 * fire) * size.powf(0.4)).min(if day > self.window { 400.0 } else { 58.0 })
            }
            Kind::Creat | Kind::Fibrino => base * (1.0 + 0.3 * fire),
            Kind::Alb => base * (1.0 - 0.2 * fire) * size.powf(-0.1),
            Kind::Inr => base * (1.0 + 0.1 * fire) * size.powf(0.05),
            Kind::Neut | Kind::Lym | Kind::Plat | Kind::Hgb => self.count(*kind, *base, time),
            Kind::Wbc => *base,
            Kind::Crp => base + 320.0 * fire,
            Kind::Ferritin => base * (1.0 + 18.0 * fire),
            Kind::Afp => base * size.powf(1.5),
        };
        decimals(value * noise, analyte.places)
    }

    /// ALT and AST. Within and just after the window they stay below what limits the dose, unless they are to limit it.
    fn enzyme(&self, kind: Kind, base: f64, day: i32, fire: f64, size: f64, uln: f64) -> f64 {
        let value = base * (1.0 + 2.0 * fire) * size.sqrt();
        if let Some(multiple) = self.hepatic {
            let part = if kind == Kind::Alt { 1.0 } else { 0.6 };
            let since = f64::from(day - 17).max(0.0);
            let injury = if day >= 8 {
                part * multiple * uln * (-0.25 * since).exp()
            } else {
                0.0
            };
            return value.max(injury);
        }
        let cap = (4.0 * uln.max(base)).min(7.0 * uln);
        if day <= self.window + 10 {
            value.min(cap)
        } else {
            value.min(18.0 * uln)
        }
    }

    fn count(&self, kind: Kind, base: f64, day: f64) -> f64 {
        if !self.infused {
            return base;
        }
        let low = (base * (1.0 - self.platelet_fall)).max(28.0);
        match kind {
            Kind::Neut => follow(&self.neutrophils, day),
            Kind::Lym => follow(
                &[
                    (-5.0, base),
                    (0.0, 0.06),
                    (7.0, 0.12),
                    (14.0, 0.4),
                    (28.0, 0.65),
                    (90.0, base.max(0.8)),
                ],
                day,
            ),
            Kind::Plat => follow(
                &[
                    (-5.0, base),
                    (0.0, 0.9 * base),
                    (10.0, low),
                    (24.0, 0.9 * base),
                    (45.0, base),
                ],
                day,
            ),
            Kind::Alt
            | Kind::Ast
            | Kind::Alp
            | Kind::Ggt
            | Kind::Bili
            | Kind::Creat
            | Kind::Alb
            | Kind::Inr
            | Kind::Hgb
            | Kind::Wbc
            | Kind::Crp
            | Kind::Ferritin
            | Kind::Fibrino
            | Kind::Afp => follow(
                &[(-5.0, base), (10.0, 0.86 * base), (40.0, 0.93 * base), (90.0, base)],
                day,
            ),
        }
    }
}

/// Grade by `ctcae5`, multiples of the baseline where that is abnormal; 0 where no grade is met.
fn grade(kind: Kind, analyte: &Analyte, value: f64, baseline: f64) -> u8 {
    let high = |first_abnormal: f64, cuts: [f64; 3]| {
        let abnormal = baseline > analyte.uln;
        let times = value / if abnormal { baseline } else { analyte.uln };
        let first = if abnormal { first_abnormal } else { 1.0 };
        u8::from(times > first) + cuts.iter().map(|cut| u8::from(times > *cut)).sum::<u8>()
    };
    let low = |cuts: &[f64]| u8::from(value < analyte.lln) + cuts.iter().map(|cut| u8::from(value < *cut)).sum::<u8>();
    match kind {
        Kind::Alt | Kind::Ast => high(1.5, [3.0, 5.0, 20.0]),
        Kind::Alp | Kind::Ggt => high(2.0, [2.5, 5.0, 20.0]),
        Kind::Bili => high(1.0, [1.5, 3.0, 10.0]),
        Kind::Creat => high(1.0, [1.5, 3.0, 6.0]),
        Kind::Alb => low(&[30.0, 20.0]),
        Kind::Neut => low(&[1.5, 1.0, 0.5]),
        Kind::Plat => low(&[75.0, 50.0, 25.0]),
        Kind::Hgb => low(&[100.0, 80.0]),
        Kind::Lym => low(&[0.8, 0.5, 0.2]),
        Kind::Wbc => low(&[3.0, 2.0, 1.0]),
        Kind::Inr | Kind::Crp | Kind::Ferritin | Kind::Fibrino | Kind::Afp => 0,
    }
}

/// Term and system organ class of the event; `None` where no event is made of the analyte.
fn event_term(kind: Kind) -> Option<(&'static str, &'static str)> {
    const INVESTIGATIONS: &str = "Investigations";
    Some(match kind {
        Kind::Alt => ("Alanine aminotransferase increased", INVESTIGATIONS),
        Kind::Ast => ("Aspartate aminotransferase increased", INVESTIGATIONS),
        Kind::Alp => ("Alkaline phosphatase increased", INVESTIGATIONS),
        Kind::Ggt => ("GGT increased", INVESTIGATIONS),
        Kind::Bili => ("Blood bilirubin increased", INVESTIGATIONS),
        Kind::Creat => ("Creatinine increased", INVESTIGATIONS),
        Kind::Neut => ("Neutrophil count decreased", INVESTIGATIONS),
        Kind::Plat => ("Platelet count decreased", INVESTIGATIONS),
        Kind::Lym => ("Lymphocyte count decreased", INVESTIGATIONS),
        Kind::Wbc => ("White blood cell decreased", INVESTIGATIONS),
        Kind::Hgb => ("Anemia", "Blood and lymphatic system disorders"),
        Kind::Alb => ("Hypoalbuminemia", "Metabolism and nutrition disorders"),
        Kind::Inr | Kind::Crp | Kind::Ferritin | Kind::Fibrino | Kind::Afp => return None,
    })
}

fn derive_events(samples: &mut [Sample], hepatic: bool, draws: &mut Draws) -> Vec<LabEvent> {
    let mut events = Vec::new();
    for (index, (analyte, kind)) in ANALYTES.iter().zip(KINDS).enumerate() {
        // Lymphodepletion starts on day -5 and explains the fall: the baseline is before it.
        let before = samples.iter().rfind(|sample| sample.day < -5).or(samples.first());
        let Some(baseline) = before.and_then(|sample| sample.values.get(index)).copied() else {
            continue;
        };
        let at_baseline = grade(kind, analyte, baseline, baseline);
        let mut open: Option<usize> = None;
        for sample in samples.iter_mut() {
            let value = sample.values.get(index).copied().unwrap_or(baseline);
            let grade = if sample.day < -5 {
                0
            } else {
                grade(kind, analyte, value, baseline)
            };
            let noticed = draws.uniform();
            let outside = value < analyte.lln || value > analyte.uln;
            let mut significance = outside.then_some(false);
            let running = open
                .and_then(|at| events.get(at))
                .map_or(0, |event: &LabEvent| event.grade);
            let worse = grade > running
                && grade > at_baseline
                && noticed < [0.0, 0.3, 0.7].get(usize::from(grade)).copied().unwrap_or(1.0);
            let better = running > 0 && (grade <= at_baseline || grade == 0 || (running >= 3 && grade < running));
            let closed = if worse || better { open.take() } else { None };
            if let Some(event) = closed.and_then(|at| events.get_mut(at)) {
                event.to = Some(sample.day);
                event.continued = worse;
            }
            if let Some((term, organ_class)) = event_term(kind)
                && (worse || (better && grade > at_baseline))
            {
                let blood = matches!(kind, Kind::Neut | Kind::Plat | Kind::Hgb | Kind::Lym | Kind::Wbc);
                let limiting = hepatic && kind == Kind::Alt && sample.day >= 8;
                open = Some(events.len());
                let (from, to) = (sample.day, None);
                events.push(LabEvent {
                    term,
                    organ_class,
                    blood,
                    limiting,
                    grade,
                    from,
                    to,
                    continued: false,
                });
                significance = Some(true);
                if let Some(link) = sample.events.get_mut(index) {
                    *link = open;
                }
            }
            if let Some(slot) = sample.significant.get_mut(index) {
                *slot = significance;
            }
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_follow_ctcae_5() {
        let graded = |kind: Kind, value, baseline| grade(kind, &ANALYTES[at(kind).unwrap()], value, baseline);
        // ALT, ULN 40, normal baseline: >40, >120, >200, >800.
        for (value, expected) in [(40.0, 0), (41.0, 1), (120.0, 1), (121.0, 2), (201.0, 3), (801.0, 4)] {
            assert_eq!(graded(Kind::Alt, value, 30.0), expected, "ALT {value}");
        }
        // Abnormal baseline 100: grade 1 begins above 150.
        for (value, expected) in [(150.0, 0), (151.0, 1), (301.0, 2), (501.0, 3)] {
            assert_eq!(graded(Kind::Alt, value, 100.0), expected, "ALT {value} from 100");
        }
        for (value, expected) in [(1.8, 0), (1.5, 1), (1.49, 2), (0.99, 3), (0.5, 3), (0.49, 4)] {
            assert_eq!(graded(Kind::Neut, value, 3.0), expected, "NEUT {value}");
        }
    }

    #[test]
    fn counts_run_log_linearly_between_points() {
        let points = [(0.0, 4.0), (10.0, 1.0)];
        assert!((follow(&points, 5.0) - 2.0).abs() < 1e-12);
        assert!((follow(&points, -3.0) - 4.0).abs() < 1e-12);
        assert!((follow(&points, 30.0) - 1.0).abs() < 1e-12);
    }
}
