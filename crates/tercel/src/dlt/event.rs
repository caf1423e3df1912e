//! One adverse event against the DLT criteria.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::{Answer, Ground, add_days, class_holds, days_from, is_in_class};
use crate::grade::{Grade, Scale};
use crate::protocol::{Criterion, Exclusion, Persistence, Trial};
use crate::study::{AdverseEvent, EventOutcome, RecordId, Subject, Syndrome, ToxicityFinding, When};

/// What is known of how long something lasted, against a limit.
enum Lasted {
    /// Longer than the limit.
    Longer,
    /// Not longer.
    NotLonger,
    /// Cannot be told before this day, or without better dates.
    Open(Option<Date>),
}

/// The strongest answer any criterion gives to this event.
pub(super) fn judge(
    trial: &Trial,
    subject: &Subject,
    event: &AdverseEvent,
    window: (Date, Date),
    cut: Date,
    consulted: &mut Vec<RecordId>,
) -> Answer {
    let (earliest, latest) = match event.start {
        Some(start) => (start.date.earliest(), start.date.latest()),
        // An event without onset may have begun at any time before it ended.
        None => (Date::MIN, event.end.map_or(Date::MAX, |end| end.date.latest())),
    };
    if latest < window.0 || earliest > window.1 {
        return Answer::No;
    }
    if event
        .causality
        .infusion
        .is_some_and(|related| related < trial.dlt.relatedness)
    {
        return Answer::No;
    }
    consulted.extend(
        graded_findings(trial, subject, event)
            .into_iter()
            .map(|(finding, _)| finding.record.clone()),
    );
    let mut open: Option<Ground> = None;
    for criterion in &trial.dlt.criteria {
        match judge_criterion(trial, subject, event, criterion, cut) {
            Answer::No => {}
            Answer::Open(ground) => open = Some(either_open(open, ground)),
            Answer::Met(mut ground) => match doubt(event) {
                None => return Answer::Met(ground),
                Some(doubt) => {
                    ground.text = format!("{} ({doubt})", ground.text);
                    ground.until = None;
                    open = Some(either_open(open, ground));
                }
            },
        }
    }
    open.map_or(Answer::No, Answer::Open)
}

/// Two open criteria of one event: it is open until both are settled.
fn either_open(first: Option<Ground>, second: Ground) -> Ground {
    let Some(first) = first else { return second };
    let until = first.until.zip(second.until).map(|(first, second)| first.max(second));
    Ground { until, ..first }
}

/// What keeps a met criterion from being a DLT until it is entered.
fn doubt(event: &AdverseEvent) -> Option<&'static str> {
    if event.start.and_then(When::day).is_none() {
        return Some("the onset date is incomplete");
    }
    event
        .causality
        .infusion
        .is_none()
        .then_some("relatedness to the infusion is not recorded")
}

fn judge_criterion(trial: &Trial, subject: &Subject, event: &AdverseEvent, criterion: &Criterion, cut: Date) -> Answer {
    let Some(class) = trial.event_class(&criterion.events) else {
        return Answer::No;
    };
    let holds = class_holds(trial, class, event);
    if holds == Some(false) || criterion.scale != scale_of(trial, event) {
        return Answer::No;
    }
    let ground = |what: String, until: Option<Date>| Ground {
        criterion: Some(criterion.id.clone()),
        text: format!("{}: {what} [{}]", event.term, criterion.text),
        records: vec![event.record.clone()],
        until,
    };
    let Some(grade) = event.grade else {
        return Answer::Open(ground("the grade is not recorded".to_owned(), None));
    };
    if grade < criterion.grade_min || grade > criterion.grade_max {
        return Answer::No;
    }
    let lasted = lasted(trial, subject, event, criterion, cut);
    if matches!(lasted, Lasted::NotLonger) {
        return Answer::No;
    }
    if holds.is_none() {
        return Answer::Open(ground(
            format!("grade {grade}; its system organ class is not coded"),
            None,
        ));
    }
    let excluded = if criterion.exclusions_apply {
        exclusion(trial, event, grade, cut)
    } else {
        None
    };
    let began = event
        .start
        .map_or_else(|| "an unknown day".to_owned(), |start| start.to_string());
    match (excluded, lasted) {
        (Some((_, Lasted::NotLonger)), _) | (_, Lasted::NotLonger) => Answer::No,
        (Some((rule, Lasted::Open(until))), _) => Answer::Open(ground(
            format!("grade {grade} from {began}; excluded if {}", rule.text),
            until,
        )),
        (_, Lasted::Open(until)) => {
            Answer::Open(ground(format!("grade {grade} from {began}, not yet resolved"), until))
        }
        (_, Lasted::Longer) => Answer::Met(ground(format!("grade {grade} from {began}"), None)),
    }
}

/// CRS and ICANS are graded by ASTCT, everything else by CTCAE.
fn scale_of(trial: &Trial, event: &AdverseEvent) -> Scale {
    let belongs = |id: &str| is_in_class(trial, id, event);
    if belongs(&trial.safety.crs_class) || belongs(&trial.safety.icans_class) {
        Scale::Astct2019
    } else {
        Scale::Ctcae5
    }
}

/// The exclusion that frees the event, or may free it. `NotLonger`: it resolved in time, so it is free.
fn exclusion<'t>(trial: &'t Trial, event: &AdverseEvent, grade: Grade, cut: Date) -> Option<(&'t Exclusion, Lasted)> {
    let mut best: Option<(&Exclusion, Lasted)> = None;
    for rule in &trial.dlt.exclusions {
        let holds = trial
            .event_class(&rule.events)
            .map_or(Some(false), |class| class_holds(trial, class, event));
        if holds == Some(false) || grade > rule.grade_max {
            continue;
        }
        let lasted = match (holds, rule.within_hours) {
            (None, _) => Lasted::Open(None),
            (Some(_), None) => Lasted::NotLonger,
            (Some(_), Some(hours)) => longer_than_hours(event.start, end_of(event), hours, cut),
        };
        match lasted {
            Lasted::NotLonger => return Some((rule, lasted)),
            Lasted::Open(_) => best = Some((rule, lasted)),
            Lasted::Longer => {}
        }
    }
    best
}

fn lasted(trial: &Trial, subject: &Subject, event: &AdverseEvent, criterion: &Criterion, cut: Date) -> Lasted {
    match criterion.persistence {
        Persistence::Any => Lasted::Longer,
        Persistence::LongerThan { hours, recovers_to } => {
            let (start, end) = spell(trial, subject, event, criterion.grade_min, recovers_to);
            longer_than_hours(start, end, hours, cut)
        }
        Persistence::LongerThanDays { days, recovers_to } => {
            let (start, end) = spell(trial, subject, event, criterion.grade_min, recovers_to);
            longer_than_days(start, end, days, cut)
        }
        Persistence::OnDay { day, recovers_to } => {
            let (_, end) = spell(trial, subject, event, criterion.grade_min, recovers_to);
            let Some(infused) = subject.infusions.first().and_then(|infusion| infusion.when.day()) else {
                return Lasted::Open(None);
            };
            let day = add_days(infused, day);
            match end {
                End::At(end) if end.date.latest() < day => Lasted::NotLonger,
                End::At(end) if end.date.earliest() >= day => Lasted::Longer,
                End::Ongoing if cut >= day => Lasted::Longer,
                End::At(_) | End::Ongoing => Lasted::Open(Some(day)),
                End::Unknown => Lasted::Open(None),
            }
        }
    }
}

/// How an event stands at its end.
#[derive(Clone, Copy)]
enum End {
    At(When),
    Ongoing,
    /// Said to be over, without a date.
    Unknown,
}

fn end_of(event: &AdverseEvent) -> End {
    match (event.end, event.outcome) {
        (Some(end), _) => End::At(end),
        (None, EventOutcome::Recovered | EventOutcome::Fatal) => End::Unknown,
        (None, EventOutcome::Ongoing | EventOutcome::Unknown) => End::Ongoing,
    }
}

/// From when to when the event stood above the recovery grade. The graded findings of CRS and ICANS tell; for other
/// events, and without findings, the recorded event is taken to have kept its grade throughout.
fn spell(
    trial: &Trial,
    subject: &Subject,
    event: &AdverseEvent,
    at_least: Grade,
    recovers_to: Option<Grade>,
) -> (Option<When>, End) {
    let whole = (event.start, end_of(event));
    let Some(recovers_to) = recovers_to else { return whole };
    let grades: Vec<(When, u8)> = graded_findings(trial, subject, event)
        .into_iter()
        .map(|(finding, grade)| (finding.when, grade))
        .collect();
    let Some(onset) = grades.iter().position(|(_, grade)| *grade >= at_least.number()) else {
        return whole;
    };
    let tail = grades.get(onset..).unwrap_or_default();
    let start = tail.first().map(|(when, _)| *when);
    // The last reading above the recovery grade must be followed by one at or below it; a relapse is still the spell.
    let last_above = tail
        .iter()
        .rposition(|(_, grade)| *grade > recovers_to.number())
        .unwrap_or(0);
    match tail.get(last_above + 1) {
        Some((when, _)) => (start, End::At(*when)),
        None => (start, end_of(event)),
    }
}

/// The graded CRS or ICANS findings that fall within an event of that class, in order of time.
fn graded_findings<'s>(trial: &Trial, subject: &'s Subject, event: &AdverseEvent) -> Vec<(&'s ToxicityFinding, u8)> {
    let in_class = |id: &str| is_in_class(trial, id, event);
    let toxicity = if in_class(&trial.safety.crs_class) {
        Syndrome::Crs
    } else if in_class(&trial.safety.icans_class) {
        Syndrome::Icans
    } else {
        return Vec::new();
    };
    let after = |when: When| event.start.is_none_or(|start| when.order() >= start.order());
    let before = |when: When| event.end.is_none_or(|end| when.date.earliest() <= end.date.latest());
    let graded = subject
        .toxicity
        .iter()
        .filter(|finding| finding.toxicity == toxicity && finding.item == "TOXGR");
    graded
        .filter(|finding| after(finding.when) && before(finding.when))
        .filter_map(|finding| Some((finding, finding.result.trim().parse().ok()?)))
        .collect()
}

fn longer_than_hours(start: Option<When>, end: End, hours: f64, cut: Date) -> Lasted {
    let Some(start) = start else { return Lasted::Open(None) };
    let Some(first) = start.day() else {
        return Lasted::Open(None);
    };
    match end {
        End::Unknown => Lasted::Open(None),
        End::At(end) => {
            let Some(elapsed) = start.hours_until(end) else {
                return Lasted::Open(None);
            };
            // Without both times of day a duration in whole days is uncertain by a day either way.
            let slack = if start.clock.is_some() && end.clock.is_some() {
                0.0
            } else {
                24.0
            };
            match elapsed.partial_cmp(&hours) {
                _ if slack > 0.0 && elapsed - slack < hours && elapsed + slack > hours => Lasted::Open(None),
                Some(Ordering::Greater) => Lasted::Longer,
                Some(Ordering::Less | Ordering::Equal) | None => Lasted::NotLonger,
            }
        }
        End::Ongoing => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "hours are limited to a year"
            )]
            let until = add_days(first, (hours / 24.0).ceil() as u32 + 1);
            if cut >= until {
                Lasted::Longer
            } else {
                Lasted::Open(Some(until))
            }
        }
    }
}

fn longer_than_days(start: Option<When>, end: End, days: u32, cut: Date) -> Lasted {
    let Some(first) = start.and_then(When::day) else {
        return Lasted::Open(None);
    };
    match end {
        End::Unknown => Lasted::Open(None),
        End::At(end) => match end.day() {
            Some(last) if i64::from(days_from(first, last)) > i64::from(days) => Lasted::Longer,
            Some(_) => Lasted::NotLonger,
            None => Lasted::Open(None),
        },
        End::Ongoing => {
            let until = add_days(first, days + 1);
            if cut >= until {
                Lasted::Longer
            } else {
                Lasted::Open(Some(until))
            }
        }
    }
}
