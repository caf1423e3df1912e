//! The visit schedule: encounters, activities, and the timeline that times them from the infusion.

use serde_json::{Value, json};
use tercel::protocol::{Assessed, Trial, Visit, VisitTime};

use super::arms::Epochs;
use super::code::{Ids, Term, chain};
use super::treatment::Interventions;

/// Everything about the schedule.
pub(super) struct Schedule {
    pub(super) encounters: Vec<Value>,
    pub(super) activities: Vec<Value>,
    pub(super) timeline: Value,
    /// What the activities measure, in words: no biomedical concept is named by a protocol here.
    pub(super) surrogates: Vec<Value>,
}

/// A point of the timeline: a visit, or the infusion where no visit is on its day.
struct Point<'t> {
    visit: Option<&'t Visit>,
    instance: String,
    encounter: Option<String>,
    timing: String,
}

/// Order of a visit in time.
fn days(trial: &Trial, visit: Option<&Visit>) -> f64 {
    match visit.map(|visit| visit.time) {
        None => 0.0,
        Some(VisitTime::Day(day)) => f64::from(day),
        Some(VisitTime::Months(months)) => f64::from(months) * trial.estimation.days_per_month,
    }
}

fn is_infusion(visit: Option<&Visit>) -> bool {
    visit.is_none_or(|visit| visit.time == VisitTime::Day(0))
}

pub(super) fn schedule(trial: &Trial, ids: &mut Ids, epochs: &Epochs, interventions: &Interventions) -> Schedule {
    let mut visits: Vec<Option<&Visit>> = trial.schedule.iter().map(Some).collect();
    if !visits.iter().any(|visit| is_infusion(*visit)) {
        visits.push(None);
    }
    visits.sort_by(|one, other| days(trial, *one).total_cmp(&days(trial, *other)));
    let points: Vec<Point<'_>> = visits
        .into_iter()
        .map(|visit| Point {
            visit,
            instance: ids.next("ScheduledActivityInstance"),
            encounter: visit.map(|_| ids.next("Encounter")),
            timing: ids.next("Timing"),
        })
        .collect();
    let Activities {
        all: activities,
        by_kind,
        infusion,
        surrogates,
    } = activities(trial, ids, interventions);
    let mut encounters: Vec<Value> = points.iter().filter_map(|point| encounter(ids, point)).collect();
    chain(&mut encounters);
    Schedule {
        encounters,
        activities,
        timeline: timeline(trial, ids, epochs, &points, &by_kind, &infusion),
        surrogates,
    }
}

/// The activities of the schedule.
struct Activities {
    all: Vec<Value>,
    by_kind: Vec<(Assessed, String)>,
    infusion: String,
    surrogates: Vec<Value>,
}

fn activity(ids: &mut Ids, name: &str, label: &str, procedures: &[Value], surrogates: &[String]) -> Value {
    json!({
        "id": ids.next("Activity"),
        "name": name,
        "label": label,
        "description": null,
        "childIds": [],
        "definedProcedures": procedures,
        "biomedicalConceptIds": [],
        "bcCategoryIds": [],
        "bcSurrogateIds": surrogates,
        "timelineId": null,
        "instanceType": "Activity",
    })
}

fn activities(trial: &Trial, ids: &mut Ids, interventions: &Interventions) -> Activities {
    let what = "Infusion of CAR-T cells";
    let procedures: Vec<Value> = interventions
        .cells()
        .enumerate()
        .map(|(place, cells)| {
            json!({
                "id": ids.next("Procedure"),
                "name": format!("INFUSION {}", place + 1),
                "label": what,
                "description": null,
                "procedureType": "Infusion",
                "code": ids.own_code("INFUSION", what, &trial.version),
                "studyInterventionId": cells,
                "instanceType": "Procedure",
            })
        })
        .collect();
    let id_of = |value: &Value| value["id"].as_str().unwrap_or_default().to_owned();
    let first = activity(ids, "INFUSION", what, &procedures, &[]);
    let mut found = Activities {
        infusion: id_of(&first),
        all: vec![first],
        by_kind: Vec::new(),
        surrogates: Vec::new(),
    };
    let used = |kind: &Assessed| trial.schedule.iter().any(|visit| visit.assessments.contains(kind));
    for (name, kind) in Assessed::NAMES.into_iter().filter(|(_, kind)| used(kind)) {
        let surrogate = ids.next("BiomedicalConceptSurrogate");
        found.surrogates.push(json!({
            "id": surrogate,
            "name": name.to_uppercase(),
            "label": label(kind),
            "description": null,
            "reference": null,
            "instanceType": "BiomedicalConceptSurrogate",
        }));
        let new = activity(ids, &name.to_uppercase(), label(kind), &[], &[surrogate]);
        found.by_kind.push((kind, id_of(&new)));
        found.all.push(new);
    }
    chain(&mut found.all);
    found
}

const fn label(kind: Assessed) -> &'static str {
    match kind {
        Assessed::Imaging => "Tumour imaging",
        Assessed::Laboratory => "Safety laboratory",
        Assessed::Kinetics => "CAR-T copies and counts in blood",
        Assessed::Biomarker => "Serum biomarker",
        Assessed::Vitals => "Vital signs",
        Assessed::Ice => "Neurological score",
        Assessed::Contact => "Contact",
    }
}

fn encounter(ids: &mut Ids, point: &Point<'_>) -> Option<Value> {
    let (visit, id) = (point.visit?, point.encounter.as_ref()?);
    Some(json!({
        "id": id,
        "name": visit.name,
        "label": visit.name,
        "description": null,
        "type": ids.code(Term::VISIT),
        "scheduledAtId": point.timing,
        "environmentalSettings": [],
        "contactModes": [],
        "transitionStartRule": null,
        "transitionEndRule": null,
        "instanceType": "Encounter",
    }))
}

fn timeline(
    trial: &Trial,
    ids: &mut Ids,
    epochs: &Epochs,
    points: &[Point<'_>],
    by_kind: &[(Assessed, String)],
    infusion: &str,
) -> Value {
    let exit = ids.next("ScheduleTimelineExit");
    let anchor = points.iter().find(|point| is_infusion(point.visit));
    let anchor = anchor.map_or("", |point| point.instance.as_str());
    let mut instances = Vec::new();
    for (place, point) in points.iter().enumerate() {
        let next = points.get(place + 1).map(|next| next.instance.clone());
        let name = point.visit.map_or("Infusion", |visit| visit.name.as_str());
        let epoch = epochs.of(trial, point.visit);
        let given = (point.instance == anchor).then(|| infusion.to_owned());
        let done = by_kind
            .iter()
            .filter(|(kind, _)| point.visit.is_some_and(|visit| visit.assessments.contains(kind)));
        let activity_ids: Vec<String> = given.into_iter().chain(done.map(|(_, id)| id.clone())).collect();
        instances.push(json!({
            "id": point.instance,
            "name": name,
            "label": name,
            "description": null,
            "defaultConditionId": next,
            "epochId": epoch,
            "timelineId": null,
            "timelineExitId": if next.is_none() { Some(exit.as_str()) } else { None },
            "activityIds": activity_ids,
            "encounterId": point.encounter,
            "instanceType": "ScheduledActivityInstance",
        }));
    }
    let timings: Vec<Value> = points.iter().map(|point| timing(ids, point, anchor)).collect();
    json!({
        "id": ids.next("ScheduleTimeline"),
        "name": "MAIN",
        "label": "Schedule of visits",
        "description": "Visits timed from the infusion, day 0",
        "mainTimeline": true,
        "entryCondition": "Informed consent",
        "entryId": points.first().map(|point| point.instance.clone()),
        "exits": [{"id": exit, "instanceType": "ScheduleTimelineExit"}],
        "timings": timings,
        "instances": instances,
        "plannedDuration": planned_duration(trial, ids, points),
        "instanceType": "ScheduleTimeline",
    })
}

/// From the first visit to the last, in words; how long a participant stays is not planned.
fn planned_duration(trial: &Trial, ids: &mut Ids, points: &[Point<'_>]) -> Value {
    let day = |point: Option<&Point<'_>>| days(trial, point.and_then(|point| point.visit));
    let months = (day(points.last()) - day(points.first())) / trial.estimation.days_per_month;
    json!({
        "id": ids.next("Duration"),
        "text": format!("{months:.0} months from the first visit to the last"),
        "quantity": null,
        "durationWillVary": true,
        "reasonDurationWillVary": "Participants may die or leave the study before",
        "instanceType": "Duration",
    })
}

/// When a point is, from the infusion; its window in days either side.
fn timing(ids: &mut Ids, point: &Point<'_>, anchor: &str) -> Value {
    let time = point.visit.map_or(VisitTime::Day(0), |visit| visit.time);
    let is_anchor = point.instance == anchor;
    let (kind, value, label) = match time {
        _ if is_anchor => (Term::FIXED, "P0D".to_owned(), "Day 0: infusion".to_owned()),
        VisitTime::Day(day) if day < 0 => {
            let before = day.unsigned_abs();
            (
                Term::BEFORE,
                format!("P{before}D"),
                format!("{before} days before the infusion"),
            )
        }
        VisitTime::Day(day) => (
            Term::AFTER,
            format!("P{day}D"),
            format!("{day} days after the infusion"),
        ),
        VisitTime::Months(months) => (
            Term::AFTER,
            format!("P{months}M"),
            format!("{months} months after the infusion"),
        ),
    };
    let window = point
        .visit
        .map(|visit| visit.window_days)
        .filter(|days| *days > 0 && !is_anchor);
    let name = point.visit.map_or("Infusion", |visit| visit.name.as_str());
    json!({
        "id": point.timing,
        "name": format!("TIMING {name}"),
        "label": name,
        "description": null,
        "type": ids.code(kind),
        "value": value,
        "valueLabel": label,
        "relativeToFrom": ids.code(Term::START_TO_START),
        "relativeFromScheduledInstanceId": point.instance,
        "relativeToScheduledInstanceId": anchor,
        "windowLower": window.map(|days| format!("P{days}D")),
        "windowUpper": window.map(|days| format!("P{days}D")),
        "windowLabel": window.map(|days| format!("± {days} days")),
        "instanceType": "Timing",
    })
}
