//! The visits of one subject: planned, due, done, late or missed, with what of them is still missing.
//!
//! # What it derives
//! A [`PlannedVisit`] for every visit of the schedule and every yearly contact to the end of long-term follow-up.
//!
//! # Source
//! `[schedule]` and `[conduct.long_term]` of the protocol; `docs/methods.md`, "Gates of conduct".
//!
//! # Formula
//! A visit is planned so many days, or calendar months, from the infusion; before it, from the planned infusion. It is done by
//! a contact of its name in its window, or of no visit's name with a day in it. After its window it is overdue until the window
//! of a later visit begins, and missed from then on.
//!
//! # Example
//! Month 3 (± 14 days) of an infusion on 2025-03-01: due from 2025-05-18 to 2025-06-15.
//!
//! # Limits
//! A contact whose day is not known does no visit.

use jiff::ToSpan;
use jiff::civil::Date;

use super::consent::withdrawn_from;
use super::gate::Study;
use super::record::Scope;
use super::stage::day_of_infusion;
use crate::language::{Text, Words, both, without_case};
use crate::protocol::{Assessed, Visit, VisitTime};
use crate::study::{Contact, Subject, SubjectId, When};

/// How a visit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitStanding {
    /// Its window has not begun.
    Ahead,
    /// Its window is open.
    Due,
    /// Done in its window, on this day.
    Done(Date),
    /// Done outside its window, on this day.
    OutOfWindow(Date),
    /// Its window has passed, and that of no later visit has begun.
    Overdue,
    /// Its window has passed.
    Missed,
    /// The subject left, died or withdrew from visits before.
    NotAsked,
}

impl VisitStanding {
    /// Name in a language.
    pub const fn text(self) -> Text {
        match self {
            Self::Ahead => Text::new("ahead", "未到期"),
            Self::Due => Text::new("due", "到期"),
            Self::Done(_) => Text::new("done", "已完成"),
            Self::OutOfWindow(_) => Text::new("out of window", "超窗完成"),
            Self::Overdue => Text::new("overdue", "逾期"),
            Self::Missed => Text::new("missed", "缺失"),
            Self::NotAsked => Text::new("not asked", "不再要求"),
        }
    }
}

/// A visit of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedVisit {
    /// Name.
    pub name: Words,
    /// Planned day.
    pub planned: Date,
    /// First and last day on schedule.
    pub window: (Date, Date),
    /// How it stands.
    pub standing: VisitStanding,
    /// Assessments of the visit without a record in its window, once it is done or its window has passed.
    pub missing: Vec<Assessed>,
    /// Whether blood for a replication-competent vector is due at it; and whether it was drawn.
    pub vector: Option<bool>,
    /// Whether it is of long-term follow-up.
    pub long_term: bool,
}

impl PlannedVisit {
    /// What of it is not entered although its window has passed, a name each: the visit, and its assessments.
    pub fn not_entered(&self) -> impl Iterator<Item = Words> {
        let standing = match self.standing {
            VisitStanding::Overdue | VisitStanding::Missed => Some(self.standing.text()),
            VisitStanding::Ahead
            | VisitStanding::Due
            | VisitStanding::Done(_)
            | VisitStanding::OutOfWindow(_)
            | VisitStanding::NotAsked => None,
        };
        let assessed = self.missing.iter().filter(|one| **one != Assessed::Contact);
        let what = standing.into_iter().chain(assessed.map(|one| one.text()));
        what.map(|what| {
            both!(
                "{en}: {what_en}",
                "{zh}：{what_zh}",
                en = self.name.en,
                zh = self.name.zh,
                what_en = what.en,
                what_zh = what.zh
            )
        })
    }
}

/// The visits of a subject in order of their planned days; none before an infusion is done or ordered.
pub fn derive_schedule(study: &Study<'_>, subject: &SubjectId) -> Vec<PlannedVisit> {
    let own = study.records.of(subject);
    let ordered = || own?.order().map(|order| order.planned.date());
    let Some(day0) = day_of_infusion(study, subject).or_else(ordered) else {
        return Vec::new();
    };
    let mut planned: Vec<Visit> = study.trial.schedule.clone();
    planned.extend(long_term(study));
    planned.sort_by_key(|visit| planned_day(visit.time, day0));
    let names: Vec<String> = planned.iter().map(|visit| visit.name.clone()).collect();
    let data = study.subject(subject);
    let contacts = data.map_or(&[][..], |data| data.contacts.as_slice());
    let (left, lost) = (left(study, subject, data, false), left(study, subject, data, true));
    let mut visits: Vec<PlannedVisit> = planned
        .iter()
        .map(|visit| of_visit(study, subject, data, contacts, &names, visit, day0))
        .collect();
    let begins: Vec<Date> = visits.iter().map(|visit| visit.window.0).collect();
    let today = study.now.date();
    for (index, visit) in visits.iter_mut().enumerate() {
        let later = begins.iter().skip(index + 1);
        let next = later
            .into_iter()
            .any(|begin| *begin <= today && *begin > visit.window.1);
        if visit.standing == VisitStanding::Overdue && next {
            visit.standing = VisitStanding::Missed;
        }
        let open = match visit.standing {
            VisitStanding::Done(_) | VisitStanding::OutOfWindow(_) => false,
            VisitStanding::Ahead
            | VisitStanding::Due
            | VisitStanding::Overdue
            | VisitStanding::Missed
            | VisitStanding::NotAsked => true,
        };
        // One who left within the window could still have come before.
        let ended = if visit.long_term { lost } else { left };
        if open && ended.is_some_and(|left| left <= visit.window.1) {
            visit.standing = VisitStanding::NotAsked;
            visit.missing.clear();
        }
    }
    visits
}

/// The day on schedule of a visit.
fn planned_day(time: VisitTime, day0: Date) -> Date {
    match time {
        VisitTime::Day(day) => day0.saturating_add(i64::from(day).days()),
        VisitTime::Months(months) => day0.saturating_add(i64::from(months).months()),
    }
}

/// Yearly contacts that the schedule does not have.
fn long_term(study: &Study<'_>) -> Vec<Visit> {
    let Some(rules) = study.trial.conduct.as_ref().map(|conduct| &conduct.long_term) else {
        return Vec::new();
    };
    let months = (1..=rules.years)
        .map(|year| year * 12)
        .filter(|month| *month >= rules.from_months);
    let absent = months.filter(|month| {
        let mut schedule = study.trial.schedule.iter();
        !schedule.any(|visit| visit.time == VisitTime::Months(*month))
    });
    absent
        .map(|month| Visit {
            name: format!("Year {}", month / 12),
            name_zh: Some(format!("第{}年", month / 12)),
            time: VisitTime::Months(month),
            window_days: rules.window_days,
            assessments: vec![Assessed::Contact],
        })
        .collect()
}

/// The day from which visits are no longer asked for; `lost`: those of long-term follow-up, which not every end of participation
/// ends.
fn left(study: &Study<'_>, subject: &SubjectId, data: Option<&Subject>, lost: bool) -> Option<Date> {
    let own = study.records.of(subject);
    let departed = own.and_then(|own| {
        let ends = own.departures.iter().filter(|left| !lost || left.ends_follow_up());
        ends.map(|left| left.when).min()
    });
    let died = data.and_then(|data| Some(data.died()?.0.date.earliest()));
    let withdrew = own.and_then(|own| {
        // Of who takes back consent to data nothing more is recorded.
        let from = [Scope::Visits, Scope::Data];
        from.iter().filter_map(|scope| withdrawn_from(own, *scope)).min()
    });
    [departed, died, withdrew].into_iter().flatten().min()
}

fn of_visit(
    study: &Study<'_>,
    subject: &SubjectId,
    data: Option<&Subject>,
    contacts: &[Contact],
    names: &[String],
    visit: &Visit,
    day0: Date,
) -> PlannedVisit {
    let planned = planned_day(visit.time, day0);
    let half = i64::from(visit.window_days).days();
    let window = (planned.saturating_sub(half), planned.saturating_add(half));
    let today = study.now.date();
    let within = |day: Date| window.0 <= day && day <= window.1;
    let day_of = |contact: &Contact| contact.when.day().filter(|day| *day <= today);
    let named = || {
        contacts
            .iter()
            .filter(|contact| without_case(&contact.name, &visit.name))
    };
    let in_window = named().filter_map(day_of).find(|day| within(*day));
    let unnamed = || {
        let other = contacts
            .iter()
            .filter(|contact| !names.iter().any(|name| without_case(name, &contact.name)));
        other.filter_map(day_of).find(|day| within(*day))
    };
    let standing = if let Some(day) = in_window {
        VisitStanding::Done(day)
    } else if let Some(day) = named().find_map(day_of) {
        VisitStanding::OutOfWindow(day)
    } else if let Some(day) = unnamed() {
        VisitStanding::Done(day)
    } else if today < window.0 {
        VisitStanding::Ahead
    } else if today <= window.1 {
        VisitStanding::Due
    } else {
        VisitStanding::Overdue
    };
    let asked = |day: Date| within(day) || standing == VisitStanding::OutOfWindow(day);
    let no_samples = study
        .records
        .of(subject)
        .and_then(|own| withdrawn_from(own, Scope::Samples));
    let no_samples = no_samples.is_some_and(|day| day <= window.1);
    let recorded = |assessed: &Assessed| data.is_some_and(|data| is_recorded(data, *assessed, asked));
    let missing = match standing {
        VisitStanding::Ahead | VisitStanding::Due | VisitStanding::NotAsked => Vec::new(),
        VisitStanding::Done(_) | VisitStanding::OutOfWindow(_) | VisitStanding::Overdue | VisitStanding::Missed => {
            let asked = visit
                .assessments
                .iter()
                .filter(|one| !(no_samples && one.is_of_sample()));
            asked.filter(|one| !recorded(one)).copied().collect()
        }
    };
    let rules = study.trial.conduct.as_ref().map(|conduct| &conduct.long_term);
    let months = match visit.time {
        VisitTime::Months(months) => Some(months),
        VisitTime::Day(_) => None,
    };
    let samples = rules.zip(months).filter(|(rules, months)| {
        let last = rules.vector_months.last().copied().unwrap_or(0);
        rules.vector_months.contains(months) || (last > 0 && *months > last && months.is_multiple_of(12))
    });
    let drawn = || {
        let own = study.records.of(subject);
        own.is_some_and(|own| own.vector_samples.iter().any(|sample| asked(sample.drawn.date())))
    };
    PlannedVisit {
        name: visit.words(),
        planned,
        window,
        standing,
        missing,
        vector: samples.map(|_| drawn()).filter(|drawn| *drawn || !no_samples),
        long_term: rules
            .zip(months)
            .is_some_and(|(rules, months)| months > rules.from_months),
    }
}

/// Whether the data hold an assessment on a day that counts.
fn is_recorded(data: &Subject, assessed: Assessed, counts: impl Fn(Date) -> bool) -> bool {
    let on = |when: When| when.day().is_some_and(&counts);
    match assessed {
        Assessed::Imaging => {
            data.measurements.iter().any(|one| on(one.when)) || data.responses.iter().any(|one| on(one.when))
        }
        Assessed::Laboratory => data.labs.iter().any(|one| on(one.when)),
        Assessed::Kinetics => data.copies.iter().chain(&data.counts).any(|one| on(one.when)),
        Assessed::Biomarker => data.biomarker.iter().any(|one| on(one.when)),
        Assessed::Vitals => data.vitals.iter().any(|one| on(one.when)),
        Assessed::Ice => data.toxicity.iter().any(|one| one.item == "ICE" && on(one.when)),
        Assessed::Contact => data.contacts.iter().any(|one| on(one.when)),
    }
}
