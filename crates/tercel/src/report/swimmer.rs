//! The swimmer plot as data: the course of each infused subject from infusion on.

use jiff::civil::Date;

use super::SWIMMER_LIMIT;
use crate::dlt::{Status, Verdict};
use crate::endpoint::{Analysis, Facts};
use crate::protocol::DoseLevel;
use crate::study::{DispositionReason, SubjectId};

/// Courses of the infused subjects.
#[derive(Debug, Clone, PartialEq)]
pub struct Swimmer {
    /// Lanes by level, longest first; at most [`SWIMMER_LIMIT`].
    pub lanes: Vec<Lane>,
    /// Number of all subjects with a course.
    pub subjects: usize,
    /// Ticks of the time axis in months, from 0.
    pub ticks: Vec<f64>,
}

/// The course of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level.
    pub level: DoseLevel,
    /// Months from infusion to death or last contact.
    pub months: f64,
    /// How follow-up ends.
    pub end: LaneEnd,
    /// Where a confirmed response was seen: from, to, and whether progression or death ended it; otherwise it was last seen then.
    pub response: Option<(f64, f64, bool)>,
    /// What happened, in order of time.
    pub marks: Vec<LaneMark>,
}

/// How a subject's follow-up ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LaneEnd {
    /// Death.
    Death,
    /// Left the study.
    Left,
    /// Alive and followed.
    Ongoing,
    /// Not told by the source.
    Unknown,
}

/// Something that happened to a subject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LaneMark {
    /// What.
    pub kind: MarkKind,
    /// Months from infusion; `None` where the day is not recorded.
    pub months: Option<f64>,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// Dose-limiting toxicity.
    Dlt,
    /// First day of the confirmed response.
    Response,
    /// First progression.
    Progression,
    /// New anticancer therapy.
    NewTherapy,
    /// Death.
    Death,
}

impl MarkKind {
    /// All kinds, in the order of the legend.
    pub const ALL: [Self; 5] = [
        Self::Dlt,
        Self::Response,
        Self::Progression,
        Self::NewTherapy,
        Self::Death,
    ];

    /// Name in the legend.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dlt => "DLT",
            Self::Response => "confirmed response begins",
            Self::Progression => "progression",
            Self::NewTherapy => "new anticancer therapy",
            Self::Death => "death",
        }
    }
}

pub(super) fn swimmer(analysis: &Analysis<'_>) -> Swimmer {
    let mut courses: Vec<(Option<Date>, Lane)> = analysis
        .facts
        .iter()
        .filter_map(|facts| Some((facts.day0, lane(facts)?)))
        .collect();
    let subjects = courses.len();
    // Which subjects are shown follows the order of infusion; how they are stacked, the level.
    courses.sort_by(|(day, one), (other_day, other)| (day, &one.subject).cmp(&(other_day, &other.subject)));
    let mut lanes: Vec<Lane> = courses.into_iter().take(SWIMMER_LIMIT).map(|(_, lane)| lane).collect();
    lanes.sort_by(|one, other| {
        let by_length = other.months.total_cmp(&one.months);
        one.level
            .cmp(&other.level)
            .then(by_length)
            .then_with(|| one.subject.cmp(&other.subject))
    });
    let longest = lanes.iter().map(|lane| lane.months).fold(0.0, f64::max);
    Swimmer {
        lanes,
        subjects,
        ticks: super::figure::ticks(longest),
    }
}

fn lane(facts: &Facts<'_>) -> Option<Lane> {
    let level = facts.level?;
    let course = facts.os.as_ref()?;
    let died = course.event;
    let Some(day0) = facts.day0 else {
        // Published durations have no days, so nothing but the length and a death is known.
        let death = died.then_some(LaneMark {
            kind: MarkKind::Death,
            months: Some(course.months),
        });
        return Some(Lane {
            subject: facts.subject.id.clone(),
            level,
            months: course.months,
            end: if died { LaneEnd::Death } else { LaneEnd::Unknown },
            response: None,
            marks: death.into_iter().collect(),
        });
    };
    let mark = |kind: MarkKind, day: Option<Date>| LaneMark {
        kind,
        months: day.map(|day| facts.months_to(day0, day.max(day0))),
    };
    let after = |days: i32| u32::try_from(days).ok().map(|days| crate::dlt::add_days(day0, days));
    let best = facts.tumour.best;
    let response = best.and_then(|best| best.confirmed_response);
    let progression = best.and_then(|best| best.progression_day);
    let mut marks: Vec<LaneMark> = Vec::new();
    if let Some(verdict) = facts.dlt.as_ref().filter(|verdict| verdict.status == Status::Dlt) {
        marks.push(mark(MarkKind::Dlt, dlt_day(facts, verdict, day0)));
    }
    marks.extend(response.map(|response| mark(MarkKind::Response, after(response.day))));
    marks.extend(progression.map(|day| mark(MarkKind::Progression, after(day))));
    marks.extend(
        facts
            .new_therapy()
            .map(|(day, _)| mark(MarkKind::NewTherapy, Some(day))),
    );
    marks.extend(facts.death_day().map(|day| mark(MarkKind::Death, Some(day))));
    marks.sort_by(|one, other| {
        let at = |mark: &LaneMark| mark.months.unwrap_or(f64::INFINITY);
        at(one).total_cmp(&at(other))
    });
    let seen = marks.iter().filter_map(|mark| mark.months);
    Some(Lane {
        subject: facts.subject.id.clone(),
        level,
        months: seen.fold(course.months, f64::max),
        end: end(facts, died),
        response: response.and_then(|response| {
            let from = facts.months_to(day0, after(response.day)?);
            let pfs = facts.pfs.as_ref()?;
            Some((from, pfs.months.max(from), pfs.event))
        }),
        marks,
    })
}

fn end(facts: &Facts<'_>, died: bool) -> LaneEnd {
    let left = facts.subject.dispositions.iter().any(|disposition| {
        matches!(
            disposition.reason,
            DispositionReason::Withdrawal | DispositionReason::Lost
        )
    });
    match (died, left) {
        (true, _) => LaneEnd::Death,
        (false, true) => LaneEnd::Left,
        (false, false) => LaneEnd::Ongoing,
    }
}

/// The earliest day of what made the verdict, within its window: onset of an event, a sample, or the committee's judgement.
fn dlt_day(facts: &Facts<'_>, verdict: &Verdict, day0: Date) -> Option<Date> {
    let met: Vec<_> = verdict.met.iter().flat_map(|ground| &ground.records).collect();
    let subject = facts.subject;
    let events = subject
        .adverse_events
        .iter()
        .filter(|event| met.contains(&&event.record));
    let onsets = events.filter_map(|event| event.start?.day());
    let labs = subject.labs.iter().filter(|lab| met.contains(&&lab.record));
    let samples = labs.filter_map(|lab| lab.when.day());
    let known = onsets.chain(samples).filter(|day| *day >= day0).min();
    let judged = || {
        let judgements = subject.adjudications.iter().filter(|judgement| judgement.dlt);
        judgements.filter_map(|judgement| judgement.when?.day()).min()
    };
    known.or_else(judged)
}
