//! Tumour response of one subject: from its lesions, or from the investigator's assessments where there are no lesions.

use jiff::civil::Date;

use super::facts::Facts;
use super::scans::{Scan, Scans};
use crate::language::{Words, both};
use crate::protocol::Trial;
use crate::response::irecist::as_recist;
use crate::response::{
    Assessment, Best, BestOptions, Criteria, Immune, Overall, Query, Reason, check_baseline, derive_best,
    derive_time_points,
};
use crate::study::{RecordId, Subject, days_between};

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
    /// Overall response; under iRECIST what [`immune`](Self::immune) stands for.
    pub overall: Overall,
    /// Response by iRECIST, where that is the criteria.
    pub immune: Option<Immune>,
    /// Sum of target diameters in mm, where complete.
    pub sum: Option<f64>,
    /// Whether a new lesion was seen.
    pub new_lesion: bool,
    /// Why, as a sentence.
    pub reason: Words,
}

impl Point {
    /// Whether the assessment can be used.
    pub const fn is_adequate(&self) -> bool {
        !matches!(self.overall, Overall::Ne)
    }

    /// The response as its criteria spell it.
    pub fn response(&self) -> String {
        self.immune
            .map_or_else(|| self.overall.to_string(), |immune| immune.to_string())
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
    /// What to ask about the readings, each with the record it is asked of.
    pub queries: Vec<(RecordId, Words)>,
}

impl Tumour {
    /// Change of the sum of target diameters from baseline at an assessment, in percent.
    pub fn change(&self, point: &Point) -> Option<f64> {
        let baseline = self.baseline.filter(|baseline| *baseline > 0.0)?;
        Some(100.0 * (point.sum? - baseline) / baseline)
    }
}

impl Facts<'_> {
    /// Assessments before new anticancer therapy began: those that can count towards the best response.
    pub fn assessments_on_treatment(&self) -> impl Iterator<Item = &Point> {
        let therapy = self.new_therapy().map(|(day, _)| day);
        let points = self.tumour.points.iter();
        points.filter(move |point| therapy.is_none_or(|therapy| point.day <= therapy))
    }
}

/// Derives the response of a subject by these criteria, from its lesions where there are any. What was read after the day on
/// which new anticancer therapy began does not count towards the best response.
pub(super) fn derive_tumour(
    trial: &Trial,
    criteria: Criteria,
    subject: &Subject,
    day0: Option<Date>,
    therapy: Option<(Date, &RecordId)>,
) -> Tumour {
    let mut tumour = Tumour::unknown();
    let Some(day0) = day0 else { return tumour };
    if subject.measurements.is_empty() {
        from_evaluator(trial, criteria, subject, day0, &mut tumour);
    } else {
        from_lesions(criteria, subject, day0, &mut tumour);
    }
    finish(&mut tumour, trial, day0, therapy);
    tumour
}

impl Tumour {
    const fn unknown() -> Self {
        Self {
            source: Source::None,
            baseline: None,
            points: Vec::new(),
            best: None,
            records: Vec::new(),
            queries: Vec::new(),
        }
    }
}

impl Facts<'_> {
    /// The response by other criteria than the protocol's.
    pub fn tumour_by(&self, criteria: Criteria) -> Tumour {
        derive_tumour(self.trial, criteria, self.subject, self.day0, self.new_therapy())
    }

    /// The response as the evaluator recorded it, by the protocol's criteria, whether lesions were measured or not.
    pub fn recorded_tumour(&self) -> Tumour {
        let mut tumour = Tumour::unknown();
        if let Some(day0) = self.day0 {
            from_evaluator(
                self.trial,
                self.trial.response.criteria,
                self.subject,
                day0,
                &mut tumour,
            );
            finish(&mut tumour, self.trial, day0, self.new_therapy());
        }
        tumour
    }
}

/// The best response of the assessments.
fn finish(tumour: &mut Tumour, trial: &Trial, day0: Date, therapy: Option<(Date, &RecordId)>) {
    tumour.records.extend(therapy.map(|(_, record)| record.clone()));
    let options = BestOptions {
        stop_day: therapy.map(|(start, _)| days_between(day0, start) + 1),
        ..best_options(trial)
    };
    let sequence: Vec<(i32, Overall)> = tumour
        .points
        .iter()
        .map(|point| (days_between(day0, point.day), point.overall))
        .collect();
    tumour.best = Some(derive_best(&sequence, &options));
}

/// What the protocol says about confirmation and stable disease.
pub fn best_options(trial: &Trial) -> BestOptions {
    let rules = &trial.response;
    BestOptions {
        confirmation_days: f64::from(rules.confirmation_days),
        sd_min_days: f64::from(rules.sd_min_days),
        max_ne: u32::try_from(rules.max_ne).unwrap_or(u32::MAX),
        accept_sd: rules.accept_sd,
        stop_day: None,
    }
}

fn from_evaluator(trial: &Trial, criteria: Criteria, subject: &Subject, day0: Date, tumour: &mut Tumour) {
    let by_criteria = subject
        .responses
        .iter()
        .filter(|response| response.is_by(criteria, trial.response.criteria));
    let mut dated = Vec::new();
    for response in by_criteria {
        tumour.source = Source::Evaluator;
        tumour.records.push(response.record.clone());
        dated.extend(response.when.day().filter(|day| *day > day0).map(|day| (day, response)));
    }
    dated.sort_by_key(|(day, _)| *day);
    let course: Option<Vec<Immune>> = dated.iter().map(|(_, response)| response.immune).collect();
    let stands_for = course.as_deref().map(as_recist);
    let evaluator = trial.response.evaluator.to_lowercase();
    let evaluator_zh = match evaluator.as_str() {
        "investigator" => "研究者",
        "independent assessor" => "独立评估者",
        other => other,
    };
    for (index, (day, response)) in dated.into_iter().enumerate() {
        let overall = stands_for
            .as_ref()
            .and_then(|stands_for| stands_for.get(index).copied());
        tumour.points.push(Point {
            visit: String::new(),
            day,
            overall: overall.unwrap_or(response.overall),
            immune: response.immune,
            sum: None,
            new_lesion: false,
            reason: both!(
                "{response} by the {evaluator}",
                "{evaluator_zh}判定{response}",
                response = response.response(),
                evaluator = evaluator,
                evaluator_zh = evaluator_zh
            ),
        });
    }
}

fn from_lesions(criteria: Criteria, subject: &Subject, day0: Date, tumour: &mut Tumour) {
    tumour.source = Source::Lesions;
    let lesions = subject.lesions.iter().map(|lesion| lesion.record.clone());
    tumour.records.extend(lesions);
    let readings = subject.measurements.iter().map(|reading| reading.record.clone());
    tumour.records.extend(readings);
    let scans = Scans::read(subject, day0, criteria);
    let baseline = scans.baseline();
    let assessments: Vec<Assessment> = scans.later.iter().map(|scan| scans.assess(scan)).collect();
    let points = derive_time_points(&baseline, &assessments, criteria);
    tumour.baseline = points.first().and_then(|point| point.baseline);
    let mut ask = |scan: Option<&Scan<'_>>, queries: &[Query]| {
        for query in queries {
            let record = scans.record(scan, lesion_of(query));
            let record = record.unwrap_or_else(|| subject.record.clone());
            let when = scan.map_or_else(
                || both!("baseline", "基线"),
                |scan| both!("scan of {day}", "{day}影像", day = scan.last),
            );
            let said = query.words();
            let text = both!(
                "{when}: {en}",
                "{when_zh}：{zh}",
                when_zh = when.zh,
                when = when.en,
                en = said.en,
                zh = said.zh
            );
            tumour.queries.push((record, text));
        }
    };
    ask(None, &check_baseline(&baseline, criteria));
    for (scan, point) in scans.later.iter().zip(points) {
        ask(Some(scan), &point.queries);
        let reasons: Vec<Words> = point.reasons.iter().map(Reason::words).collect();
        let each = |of: fn(&Words) -> &str| reasons.iter().map(of).collect::<Vec<_>>();
        tumour.points.push(Point {
            visit: point.visit,
            day: match point.overall {
                Overall::Pd => scan.first,
                Overall::Cr | Overall::Pr | Overall::Sd | Overall::NonCrNonPd | Overall::Ne => scan.last,
            },
            overall: point.overall,
            immune: point.immune,
            sum: point.sum,
            new_lesion: point.new_lesion,
            reason: Words {
                en: each(|words| &words.en).join("; "),
                zh: each(|words| &words.zh).join("；"),
            },
        });
    }
}

/// The lesion a question is about.
fn lesion_of(query: &Query) -> &str {
    match query {
        Query::MeasuredTwice(id)
        | Query::TargetWithoutBaseline(id)
        | Query::NonTargetWithoutBaseline(id)
        | Query::RoleChanged(id)
        | Query::NewAtBaseline(id)
        | Query::ImpossibleDiameter(id)
        | Query::Tenfold(id)
        | Query::Contradiction(id)
        | Query::TargetMarkedProgression(id)
        | Query::EquivocalNewLesion(id)
        | Query::UnprovenNodule(id)
        | Query::UnmeasuredNodule(id)
        | Query::WholeBesideParts(id)
        | Query::TargetTooSmall(id, _)
        | Query::ThrombusAsTarget(id) => id,
        // About the choice of targets, not about one of them.
        Query::TooManyTargets(_) | Query::TooManyInOrgan(..) => "",
    }
}
