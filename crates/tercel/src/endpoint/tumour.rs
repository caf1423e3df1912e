//! Tumour response of one subject: from its lesions, or from the investigator's assessments where there are no lesions.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::protocol::Trial;
use crate::response::{
    Assessment, Best, BestOptions, Criteria, Effusion, Lesion, LesionStatus, Overall, Role, derive_best,
    derive_time_points,
};
use crate::study::{LesionResult, LesionRole, Measurement, MedicationClass, RecordId, Subject, days_between};

/// Where the responses of a subject come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Derived from lesion measurements.
    Lesions,
    /// The evaluator's overall responses.
    Evaluator,
    /// Nothing recorded.
    None,
}

/// One assessment after infusion.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Name of the visit.
    pub visit: String,
    /// Day of the assessment: for progression the first scan of the visit, otherwise the last.
    pub day: Date,
    /// Overall response.
    pub overall: Overall,
    /// Sum of target diameters in mm, where complete.
    pub sum: Option<f64>,
    /// Why, as a sentence.
    pub reason: String,
}

impl Point {
    /// Whether the assessment can be used.
    pub const fn is_adequate(&self) -> bool {
        !matches!(self.overall, Overall::Ne)
    }

    /// Whether it shows progression.
    pub const fn is_progression(&self) -> bool {
        matches!(self.overall, Overall::Pd)
    }
}

/// The tumour response of a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Tumour {
    /// Where it comes from.
    pub source: Source,
    /// Baseline sum of target diameters in mm.
    pub baseline: Option<f64>,
    /// Assessments after infusion in order of time.
    pub points: Vec<Point>,
    /// Best overall response; `None` without infusion.
    pub best: Option<Best>,
    /// Records it rests on.
    pub records: Vec<RecordId>,
}

/// Derives the response of a subject by the protocol's criteria.
pub(super) fn derive_tumour(trial: &Trial, subject: &Subject, day0: Option<Date>) -> Tumour {
    let mut tumour = Tumour {
        source: Source::None,
        baseline: None,
        points: Vec::new(),
        best: None,
        records: Vec::new(),
    };
    let Some(day0) = day0 else { return tumour };
    if subject.measurements.is_empty() {
        from_evaluator(trial, subject, day0, &mut tumour);
    } else {
        from_lesions(trial, subject, day0, &mut tumour);
    }
    let therapy = subject
        .medications
        .iter()
        .filter(|medication| medication.class == MedicationClass::NewTherapy);
    let starts = therapy.filter_map(|medication| Some((medication.start?.date.earliest(), &medication.record)));
    let stop = starts.min_by_key(|(day, _)| *day);
    tumour.records.extend(stop.map(|(_, record)| record.clone()));
    let rules = &trial.response;
    let options = BestOptions {
        confirmation_days: f64::from(rules.confirmation_days),
        sd_min_days: f64::from(rules.sd_min_days),
        max_ne: u32::try_from(rules.max_ne).unwrap_or(u32::MAX),
        accept_sd: rules.accept_sd,
        stop_day: stop.map(|(day, _)| days_between(day0, day)),
    };
    let sequence: Vec<(i32, Overall)> = tumour
        .points
        .iter()
        .map(|point| (days_between(day0, point.day), point.overall))
        .collect();
    tumour.best = Some(derive_best(&sequence, &options));
    tumour
}

fn from_evaluator(trial: &Trial, subject: &Subject, day0: Date, tumour: &mut Tumour) {
    let name = trial.response.criteria.to_string();
    let by_criteria = subject.responses.iter().filter(|response| {
        response.criteria.is_empty() || response.criteria.to_uppercase().starts_with(&name.to_uppercase())
    });
    for response in by_criteria {
        tumour.source = Source::Evaluator;
        tumour.records.push(response.record.clone());
        let Some(day) = response.when.day().filter(|day| *day > day0) else {
            continue;
        };
        tumour.points.push(Point {
            visit: String::new(),
            day,
            overall: response.overall,
            sum: None,
            reason: format!(
                "{} by the {}",
                response.overall,
                trial.response.evaluator.to_lowercase()
            ),
        });
    }
}

/// The readings of one visit.
struct Visit<'a> {
    name: String,
    first: Date,
    last: Date,
    readings: Vec<&'a Measurement>,
}

fn from_lesions(trial: &Trial, subject: &Subject, day0: Date, tumour: &mut Tumour) {
    tumour.source = Source::Lesions;
    tumour
        .records
        .extend(subject.lesions.iter().map(|lesion| lesion.record.clone()));
    tumour.records.extend(
        subject
            .measurements
            .iter()
            .map(|measurement| measurement.record.clone()),
    );
    let mut visits = visits(subject);
    let mut new_lesions: Vec<(Date, &str)> = Vec::new();
    for lesion in subject.lesions.iter().filter(|lesion| lesion.role == LesionRole::New) {
        let measured = subject
            .measurements
            .iter()
            .find(|measurement| measurement.link == lesion.link);
        let when = lesion.when.or_else(|| measured.map(|measurement| measurement.when));
        if let Some(day) = when.and_then(crate::study::When::day)
            && day > day0
        {
            new_lesions.push((day, &lesion.link));
            if !visits.iter().any(|visit| visit.first <= day && day <= visit.last) {
                visits.push(Visit {
                    name: String::new(),
                    first: day,
                    last: day,
                    readings: Vec::new(),
                });
            }
        }
    }
    visits.sort_by_key(|visit| visit.first);
    let Some(baseline_at) = visits.iter().rposition(|visit| visit.first <= day0) else {
        return;
    };
    let criteria = trial.response.criteria;
    let assess = |visit: &Visit<'_>| Assessment {
        visit: visit.name.clone(),
        day: days_between(day0, visit.first),
        lesions: lesions_at(subject, visit, &new_lesions, criteria),
        non_target: None,
        effusion: Effusion::NotWorse,
    };
    let baseline = visits.get(baseline_at).map(&assess);
    let later: Vec<&Visit<'_>> = visits.iter().skip(baseline_at + 1).collect();
    let Some(baseline) = baseline else { return };
    let assessments: Vec<Assessment> = later.iter().map(|visit| assess(visit)).collect();
    let points = derive_time_points(&baseline, &assessments, criteria);
    tumour.baseline = points.first().and_then(|point| point.baseline);
    for (visit, point) in later.iter().zip(points) {
        let day = if point.overall == Overall::Pd {
            visit.first
        } else {
            visit.last
        };
        let reasons: Vec<String> = point.reasons.iter().map(ToString::to_string).collect();
        tumour.points.push(Point {
            visit: point.visit,
            day,
            overall: point.overall,
            sum: point.sum,
            reason: reasons.join("; "),
        });
    }
}

/// Measurements grouped by visit name, or by day where the visit has no name.
fn visits(subject: &Subject) -> Vec<Visit<'_>> {
    let mut visits: BTreeMap<String, Visit<'_>> = BTreeMap::new();
    for measurement in &subject.measurements {
        let Some(day) = measurement.when.day() else { continue };
        let unscheduled = measurement.visit.is_empty() || measurement.visit.to_uppercase().starts_with("UNSCHED");
        let key = if unscheduled {
            format!("{} {day}", measurement.visit)
        } else {
            measurement.visit.clone()
        };
        let visit = visits.entry(key).or_insert_with(|| Visit {
            name: measurement.visit.clone(),
            first: day,
            last: day,
            readings: Vec::new(),
        });
        visit.first = visit.first.min(day);
        visit.last = visit.last.max(day);
        visit.readings.push(measurement);
    }
    visits.into_values().collect()
}

/// The lesions of one visit as the criteria read them.
fn lesions_at(subject: &Subject, visit: &Visit<'_>, new: &[(Date, &str)], criteria: Criteria) -> Vec<Lesion> {
    let viable = matches!(criteria, Criteria::Mrecist { .. });
    let mut lesions: Vec<Lesion> = Vec::new();
    for identified in subject.lesions.iter().filter(|lesion| lesion.role != LesionRole::New) {
        let readings: Vec<&&Measurement> = visit
            .readings
            .iter()
            .filter(|reading| reading.link == identified.link)
            .collect();
        let preferred = readings.iter().find(|reading| match reading.result {
            Some(LesionResult::ViableDiameter(_)) => viable,
            Some(LesionResult::Diameter(_)) => !viable,
            Some(LesionResult::State(_)) | None => false,
        });
        let chosen = preferred.or_else(|| {
            let usable = |reading: &&&&Measurement| !matches!(reading.result, Some(LesionResult::ViableDiameter(_)));
            readings.iter().find(usable)
        });
        let Some(reading) = chosen else { continue };
        let (diameter_mm, status) = match &reading.result {
            Some(LesionResult::Diameter(mm) | LesionResult::ViableDiameter(mm)) => (Some(*mm), None),
            Some(LesionResult::State(text)) => (None, Some(parse_state(text))),
            None => (None, Some(LesionStatus::NotEvaluable)),
        };
        let role = if identified.role == LesionRole::Target {
            Role::Target
        } else {
            Role::NonTarget
        };
        lesions.push(Lesion {
            id: identified.link.clone(),
            role,
            node: identified.node,
            diameter_mm,
            status,
        });
    }
    let seen = new.iter().filter(|(day, _)| visit.first <= *day && *day <= visit.last);
    lesions.extend(seen.map(|(_, link)| Lesion::new_lesion(link)));
    lesions
}

/// State of a lesion in the words of SDTM and of case report forms.
fn parse_state(text: &str) -> LesionStatus {
    match text {
        "ABSENT" | "DISAPPEARED" | "RESOLVED" | "COMPLETE RESPONSE" | "CR" => LesionStatus::Absent,
        "PRESENT" | "STABLE" | "NON-CR/NON-PD" | "UNCHANGED" | "DECREASED" | "INCREASED" => LesionStatus::Present,
        "UNEQUIVOCAL PROGRESSION" | "PROGRESSION" | "PD" | "UNEQUIVOCAL" => LesionStatus::Progression,
        "TOO SMALL TO MEASURE" => LesionStatus::TooSmall,
        _ => LesionStatus::NotEvaluable,
    }
}
