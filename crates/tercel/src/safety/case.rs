//! Cases: each serious event with its reports, who was told when, and what is due.
//!
//! # What it derives
//! A [`Case`] for every serious event of a subject: its reports in order with their numbers, and a [`ReportClock`] for each report
//! that is due or was given.
//!
//! # Source
//! `ich-e2a` (investigator to sponsor at once); `cfr312-32` (FDA), `nmpa-expedited` (NMPA): follow-up within 15 days of new information.
//! Times are those of `[safety]` of the protocol ([`crate::protocol::ReportingTimes`]).
//!
//! # Formula
//! Investigator to sponsor: so many hours from the investigator's awareness, for every report. Sponsor to authorities: the first and
//! the complete report as [`derive_deadlines`]; after each later report to the sponsor a follow-up to every authority that is to
//! have the event, so many days from the day on which the sponsor got it.
//!
//! # Example
//! Aware on 2 March at 08:00, reported to the sponsor on 3 March at 09:30: 1 hour late under 24 hours.
//!
//! # Limits
//! A report whose sending is not recorded yet runs its clock. Where no report to the sponsor is recorded, its day of awareness in
//! the event itself starts the clocks of the authorities, and says nothing of the hours before.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

use super::clock::{Standing, derive_deadlines, required_reports};
use crate::conduct::{CaseReport, CaseReportKind, Entered, Recipient, Study};
use crate::dlt::add_days;
use crate::language::{Language, Text};
use crate::protocol::{Authority, Stage};
use crate::study::{AdverseEvent, SubjectId, When, days_between};

/// Which report a clock is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Awaited {
    /// The first.
    Initial,
    /// The complete one that follows the first of a fatal or life-threatening event.
    Complete,
    /// A follow-up, by its number.
    FollowUp(u32),
    /// The last report.
    Final,
}

impl Awaited {
    /// Name in a language.
    pub fn text(self, language: Language) -> String {
        let text = match self {
            Self::Initial => Text::new("first report", "首次报告"),
            Self::Complete => Text::new("complete report", "完整报告"),
            Self::FollowUp(number) => {
                return match language {
                    Language::English => format!("follow-up {number}"),
                    Language::Chinese => format!("第{number}次随访报告"),
                };
            }
            Self::Final => Text::new("final report", "总结报告"),
        };
        text.of(language).to_owned()
    }
}

impl Recipient {
    /// Name in a language.
    pub fn text(self) -> Text {
        match self {
            Self::Sponsor => Text::new("sponsor", "申办方"),
            Self::Authority(Authority::EthicsCommittee) => Text::new("ethics committee", "伦理委员会"),
            Self::Authority(Authority::Fda) => Text::new("FDA", "美国FDA"),
            Self::Authority(Authority::Nmpa) => Text::new("NMPA", "国家药监局"),
            Self::Authority(Authority::Eu) => Text::new("EU", "欧盟"),
        }
    }
}

/// When a report is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// At a moment: the clock counts hours.
    By(DateTime),
    /// By the end of a day: the clock counts days.
    On(Date),
}

impl Due {
    /// Its day.
    pub fn day(self) -> Date {
        match self {
            Self::By(moment) => moment.date(),
            Self::On(day) => day,
        }
    }
}

/// A report that is due, or was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportClock {
    /// To whom.
    pub recipient: Recipient,
    /// Which.
    pub report: Awaited,
    /// Until when; `None`: the clock cannot start.
    pub due: Option<Due>,
    /// When it was given, as recorded.
    pub sent: Option<String>,
    /// How it stands: in hours where it is due at a moment, otherwise in days.
    pub standing: Standing,
}

impl ReportClock {
    /// Whether the report is still to be given.
    pub fn is_awaited(&self) -> bool {
        match self.standing {
            Standing::CannotStart | Standing::Open(_) | Standing::Overdue(_) => true,
            Standing::InTime | Standing::Late(_) => false,
        }
    }
}

/// A report with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedReport {
    /// The report.
    pub report: CaseReport,
    /// Which it is among those to the same recipient.
    pub number: Awaited,
}

/// A serious event with its reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Case<'d> {
    /// The event.
    pub event: &'d AdverseEvent,
    /// Its reports in order of time.
    pub reports: Vec<NumberedReport>,
    /// What is due and what was given.
    pub clocks: Vec<ReportClock>,
    /// Whether the final report to the sponsor was given.
    pub closed: bool,
}

impl Case<'_> {
    /// The earliest day by which something is still due.
    pub fn next_due(&self) -> Option<Due> {
        let awaited = self.clocks.iter().filter(|clock| clock.is_awaited());
        awaited.filter_map(|clock| clock.due).min_by_key(|due| due.day())
    }

    /// Whether anything is overdue, or has no clock because nobody recorded when somebody learned of it.
    pub fn is_overdue(&self) -> bool {
        let mut clocks = self.clocks.iter();
        clocks.any(|clock| matches!(clock.standing, Standing::Overdue(_) | Standing::CannotStart))
    }
}

/// The cases of a subject, in order of its events.
pub fn derive_cases<'d>(study: &Study<'d>, subject: &SubjectId) -> Vec<Case<'d>> {
    let known = study.data.subjects.iter().find(|known| known.id == *subject);
    let events = known.map_or(&[][..], |known| known.adverse_events.as_slice());
    let own = study.records.of(subject);
    let serious = events.iter().filter(|event| event.serious == Some(true));
    serious
        .map(|event| {
            let reports = own.into_iter().flat_map(|own| &own.reports);
            let of_event = reports.filter(|report| report.event == event.record.number);
            of_case(study, event, of_event.cloned().collect())
        })
        .collect()
}

fn of_case<'d>(study: &Study<'d>, event: &'d AdverseEvent, reports: Vec<CaseReport>) -> Case<'d> {
    let reports = numbered(reports);
    let closed = reports.iter().any(|one| {
        let report = &one.report;
        report.recipient == Recipient::Sponsor && one.number == Awaited::Final && report.sent.is_some()
    });
    let mut clocks = to_sponsor(study, event, &reports);
    clocks.extend(to_authorities(study, event));
    clocks.extend(follow_ups(study, event, &reports));
    Case {
        event,
        reports,
        clocks,
        closed,
    }
}

/// Brings reports in order, those not given yet last, and numbers the follow-ups of each recipient.
fn numbered(mut reports: Vec<CaseReport>) -> Vec<NumberedReport> {
    let key = |report: &CaseReport| (report.sent.unwrap_or(DateTime::MAX), report.aware);
    reports.sort_by(|one, other| (key(one), &one.entry().id).cmp(&(key(other), &other.entry().id)));
    let mut numbered: Vec<NumberedReport> = Vec::new();
    for report in reports {
        let earlier = numbered
            .iter()
            .filter(|one| one.report.recipient == report.recipient && one.report.kind == CaseReportKind::FollowUp);
        let number = match report.kind {
            CaseReportKind::Initial => Awaited::Initial,
            CaseReportKind::FollowUp => Awaited::FollowUp(u32::try_from(earlier.count() + 1).unwrap_or(u32::MAX)),
            CaseReportKind::Final => Awaited::Final,
        };
        numbered.push(NumberedReport { report, number });
    }
    numbered
}

/// The reports to the sponsor against the hours of the protocol. Without the first one, the day of the sponsor's awareness in the
/// event says that it was told.
fn to_sponsor(study: &Study<'_>, event: &AdverseEvent, reports: &[NumberedReport]) -> Vec<ReportClock> {
    let hours = i64::from(study.trial.safety.times.investigator_hours);
    let of_sponsor = reports.iter().filter(|one| one.report.recipient == Recipient::Sponsor);
    let mut clocks: Vec<ReportClock> = of_sponsor
        .map(|one| {
            let due = one.report.aware.saturating_add(hours.hours());
            ReportClock {
                recipient: Recipient::Sponsor,
                report: one.number,
                due: Some(Due::By(due)),
                sent: one.report.sent.map(minute),
                standing: by_the_hour(due, one.report.sent, study.now),
            }
        })
        .collect();
    if clocks.iter().all(|clock| clock.report != Awaited::Initial) {
        let unknown = ReportClock {
            recipient: Recipient::Sponsor,
            report: Awaited::Initial,
            due: None,
            sent: event.details.aware.map(|aware| aware.to_string()),
            standing: event.details.aware.map_or(Standing::CannotStart, |_| Standing::InTime),
        };
        clocks.insert(0, unknown);
    }
    clocks
}

/// Hours left are whole ones; hours late are counted as begun: a minute late is an hour late.
fn by_the_hour(due: DateTime, sent: Option<DateTime>, now: DateTime) -> Standing {
    let late = due.duration_until(sent.unwrap_or(now)).as_secs();
    let hours = |seconds: i64| i32::try_from(seconds).unwrap_or(i32::MAX);
    match (sent, late) {
        (Some(_), ..=0) => Standing::InTime,
        (Some(_), late) => Standing::Late(hours((late + 3599) / 3600)),
        (None, ..=0) => Standing::Open(hours(-late / 3600)),
        (None, late) => Standing::Overdue(hours((late + 3599) / 3600)),
    }
}

fn minute(moment: DateTime) -> String {
    moment.strftime("%Y-%m-%dT%H:%M").to_string()
}

fn to_authorities(study: &Study<'_>, event: &AdverseEvent) -> impl Iterator<Item = ReportClock> {
    let deadlines = derive_deadlines(study.trial, event, study.now.date()).into_iter();
    deadlines.map(|deadline| ReportClock {
        recipient: Recipient::Authority(deadline.authority),
        report: match deadline.stage {
            Stage::Initial => Awaited::Initial,
            Stage::Complete => Awaited::Complete,
        },
        due: deadline.due.map(Due::On),
        sent: deadline.submitted.map(|when: When| when.to_string()),
        standing: deadline.standing,
    })
}

/// After each later report to the sponsor, a follow-up to every authority that is to have the event.
fn follow_ups(study: &Study<'_>, event: &AdverseEvent, reports: &[NumberedReport]) -> Vec<ReportClock> {
    let days = study.trial.safety.times.follow_up_days;
    let mut authorities: Vec<Authority> = required_reports(study.trial, event)
        .into_iter()
        .map(|(authority, _, _)| authority)
        .collect();
    authorities.dedup();
    let told = reports.iter().filter_map(|one| {
        let later = one.report.recipient == Recipient::Sponsor && one.report.kind != CaseReportKind::Initial;
        one.report.sent.filter(|_| later).map(|sent| (one.number, sent))
    });
    let mut clocks = Vec::new();
    for (number, told) in told {
        for authority in &authorities {
            // The ethics committee has news by its own days, where the protocol states them.
            let own_days = (*authority == Authority::EthicsCommittee)
                .then_some(study.trial.safety.ethics_days)
                .flatten();
            let due = add_days(told.date(), own_days.unwrap_or(days));
            let recipient = Recipient::Authority(*authority);
            let mut passed_on = reports.iter().filter_map(|one| {
                let own = one.report.recipient == recipient && one.report.kind != CaseReportKind::Initial;
                one.report.sent.filter(|sent| own && *sent >= told)
            });
            let sent = passed_on.next();
            let late = days_between(due, sent.map_or(study.now.date(), DateTime::date));
            clocks.push(ReportClock {
                recipient,
                report: number,
                due: Some(Due::On(due)),
                sent: sent.map(minute),
                standing: match (sent, late) {
                    (Some(_), ..=0) => Standing::InTime,
                    (Some(_), days) => Standing::Late(days),
                    (None, ..=0) => Standing::Open(-late),
                    (None, days) => Standing::Overdue(days),
                },
            });
        }
    }
    clocks
}
