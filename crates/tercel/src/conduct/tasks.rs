//! The work list of a study: what is due, overdue or missing, for whom.
//!
//! # What it derives
//! A [`Task`] for each visit due, overdue or missed and each assessment missing in it, each gate that holds up the next step of a
//! subject, the end of a subject who withdrew before it, the committee's verdict where it alone settles an outcome, consent to renew, results awaited or turned positive after release, deviations to record, reports of events whose
//! clock runs, and the contact at the end of the DLT window.
//!
//! # Source
//! `docs/methods.md`, "Gates of conduct"; clocks of reports: [`crate::safety`].
//!
//! # Limits
//! Tasks are in order of urgency, then of subject. What is done disappears: nothing is stored.

use jiff::ToSpan;
use jiff::civil::Date;

use super::consent::{withdrawn_from, withdrawn_scopes};
use super::gate::{Gate, Study, collection_gate, infusion_gate, lymphodepletion_gate};
use super::need::Need;
use super::product::TestOutcome;
use super::product_check::verdict;
use super::record::{Entered, Recipient, Scope};
use super::records::SubjectConduct;
use super::schedule::{PlannedVisit, VisitStanding, derive_schedule};
use super::stage::{Stage, day_of_infusion, derive_stage};
use crate::dlt::{Verdict, derive_dlt};
use crate::language::{Language, Text, Words, both};
use crate::protocol::Assessed;
use crate::safety::{Awaited, Due, Standing, derive_cases, event_term};
use crate::study::{Subject, SubjectId};

/// How urgent a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Now: a subject waits lymphodepleted, or a result turned positive.
    Now,
    /// Its day has passed.
    Overdue,
    /// Its day has come.
    Due,
    /// No day is set.
    Open,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// A visit.
    Visit(Words),
    /// An assessment of a visit that has no record.
    Assessment(Words, Assessed),
    /// Blood for a replication-competent vector at a visit.
    Vector(Words),
    /// The contact on the last day of the DLT window or later.
    SafetyContact,
    /// The committee's verdict on what it alone settles: why.
    Verdict(Words),
    /// A new version of the consent.
    Reconsent(String),
    /// How the participation ended, of a subject who withdrew from treatment and visits.
    EndOfParticipation,
    /// Where the bags go, and how the participation ends, of a subject who withdrew from treatment before the infusion.
    NotTreated,
    /// A gate holds up the next step.
    Gate(Box<Gate>),
    /// A result of the product is awaited since its release: lot and test.
    AwaitedResult(String, String),
    /// A result of a product already infused is outside specification: lot and test.
    PositiveResult(String, String),
    /// A deviation for what was released in an emergency.
    Deviation(String),
    /// A report of a serious event: its term, to whom, which.
    Report(String, Recipient, Awaited),
}

/// One entry of the work list.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// For whom.
    pub subject: SubjectId,
    /// What.
    pub work: Work,
    /// How urgent.
    pub urgency: Urgency,
    /// Last day; `None`: none is set.
    pub due: Option<Date>,
}

impl Task {
    /// What is to be done, as a sentence.
    pub fn sentence(&self, language: Language) -> String {
        let (en, zh) = match &self.work {
            Work::Visit(name) => (format!("Hold visit {}.", name.en), format!("完成访视：{}。", name.zh)),
            Work::Assessment(visit, what) => {
                let name = what.text();
                (
                    format!("Enter {} of visit {}, or why it was not done.", name.en, visit.en),
                    format!("录入访视“{}”的{}，或未做原因。", visit.zh, name.zh),
                )
            }
            Work::Vector(visit) => (
                format!("Draw blood for replication-competent vector at {}.", visit.en),
                format!("在访视“{}”采血检测复制型病毒。", visit.zh),
            ),
            Work::SafetyContact => (
                "Hold a safety contact on the last day of the DLT window or later: until then its outcome is open."
                    .to_owned(),
                "在DLT观察期最后一天或之后进行安全性随访；在此之前结果待定。".to_owned(),
            ),
            Work::Verdict(why) => (
                format!("Have the committee sign whether this is a DLT: {}.", why.en),
                format!("请委员会签署是否为DLT的判定：{}。", why.zh),
            ),
            Work::Reconsent(version) => (
                format!("Have consent version {version} signed."),
                format!("签署版本 {version} 的知情同意书。"),
            ),
            Work::EndOfParticipation => (
                "Enter the end of participation: the subject withdrew from treatment and visits. Until then the DLT verdict may wait.".to_owned(),
                "录入研究结束：受试者已撤回对治疗和访视的同意。在此之前DLT判定可能待定。".to_owned(),
            ),
            Work::NotTreated => (
                "Consent to treatment is withdrawn: nothing is infused. Record where the bags go, follow the subject for what was given so far, and enter the end of participation.".to_owned(),
                "受试者已撤回对治疗的同意，不予回输。请记录产品袋的去向，就已接受的处理继续随访，并录入研究结束。".to_owned(),
            ),
            Work::Gate(gate) => {
                let said = at_gate(gate);
                (said.en, said.zh)
            }
            Work::AwaitedResult(lot, test) => (
                format!("Enter the result of {test} of lot {lot}, awaited since release."),
                format!("录入批次 {lot} 放行后待出的 {test} 结果。"),
            ),
            Work::PositiveResult(lot, test) => (
                format!(
                    "Notify investigator, sponsor, committee and ethics committee: {test} of lot {lot} is outside specification and the lot was infused."
                ),
                format!("通知研究者、申办方、委员会及伦理委员会：已回输批次 {lot} 的 {test} 不合格。"),
            ),
            Work::Deviation(key) => (
                format!("Record the deviation for the emergency release of {key}."),
                format!("记录紧急放行 {key} 的方案偏离。"),
            ),
            Work::Report(term, recipient, report) => (
                format!(
                    "Report to the {}: {} of {term}.",
                    recipient.text().en,
                    report.text(Language::English)
                ),
                format!(
                    "向{}递交 {term} 的{}。",
                    recipient.text().zh,
                    report.text(Language::Chinese)
                ),
            ),
        };
        match language {
            Language::English => en,
            Language::Chinese => zh,
        }
    }
}

fn at_gate(gate: &Gate) -> Words {
    if gate.urgent.is_empty() {
        let (count, name) = (gate.missing.len(), gate.name.text());
        return both!(
            "{en}: {count} missing before the gate opens.",
            "{zh}：关口尚缺 {count} 项。",
            en = name.en,
            zh = name.zh
        );
    }
    let each = gate.urgent.iter();
    let stops: Vec<Words> = each
        .map(|one| Words::in_each(|language| one.need.sentence(language)))
        .collect();
    let stops = Words::join(&stops, Text::new(" ", ""));
    both!(
        "Committee, investigator and sponsor, now: lymphodepleted and not infused. {en} Put it right, release it in an emergency, or \
         decide how the subject goes on.",
        "委员会、研究者与申办方须立即处理：已清淋而未回输。{zh}请纠正、紧急放行，或决定受试者后续处理。",
        en = stops.en,
        zh = stops.zh
    )
}

/// The work list now.
pub fn derive_tasks(study: &Study<'_>) -> Vec<Task> {
    let mut tasks = Vec::new();
    let data = study.data.subjects.iter().map(|subject| &subject.id);
    let mut subjects: Vec<&SubjectId> = study
        .records
        .subjects
        .iter()
        .map(|own| &own.subject)
        .chain(data)
        .collect();
    subjects.sort();
    subjects.dedup();
    for subject in subjects {
        reports(study, subject, &mut tasks);
        let stage = derive_stage(study, subject);
        let off = matches!(stage, Some(Stage::OffStudy(_)));
        if let Some(own) = study.records.of(subject) {
            results(study, own, &mut tasks);
            deviations(study, own, &mut tasks);
            if !off {
                gates(study, own, stage.as_ref(), &mut tasks);
            }
        }
        for visit in derive_schedule(study, subject) {
            of_visit(subject, &visit, &mut tasks);
        }
        let withdrew = study.records.of(subject).and_then(withdrew_entirely);
        match withdrew.filter(|_| !off) {
            Some(when) => tasks.push(Task {
                subject: subject.clone(),
                work: Work::EndOfParticipation,
                urgency: Urgency::Due,
                due: Some(when),
            }),
            None if !off => safety_contact(study, subject, &mut tasks),
            None => {}
        }
        verdict_awaited(study, subject, &mut tasks);
    }
    tasks.sort_by(|a, b| (a.urgency, a.due, &a.subject).cmp(&(b.urgency, b.due, &b.subject)));
    tasks
}

/// When a subject withdrew from treatment and visits, and stands by it.
fn withdrew_entirely(own: &SubjectConduct) -> Option<Date> {
    let scopes = withdrawn_scopes(own);
    let entirely = [Scope::Treatment, Scope::Visits]
        .iter()
        .all(|scope| scopes.contains(scope));
    own.withdrawals
        .iter()
        .map(|one| one.when.date())
        .max()
        .filter(|_| entirely)
}

fn of_visit(subject: &SubjectId, visit: &PlannedVisit, tasks: &mut Vec<Task>) {
    let mut add = |work, urgency| {
        tasks.push(Task {
            subject: subject.clone(),
            work,
            urgency,
            due: Some(visit.window.1),
        });
    };
    let held = match visit.standing {
        VisitStanding::Due => {
            add(Work::Visit(visit.name.clone()), Urgency::Due);
            false
        }
        VisitStanding::Overdue => {
            add(Work::Visit(visit.name.clone()), Urgency::Overdue);
            false
        }
        VisitStanding::Done(_) | VisitStanding::OutOfWindow(_) => true,
        VisitStanding::Missed | VisitStanding::Ahead | VisitStanding::NotAsked => false,
    };
    if held {
        for what in &visit.missing {
            add(Work::Assessment(visit.name.clone(), *what), Urgency::Overdue);
        }
    }
    let asked = match visit.standing {
        VisitStanding::Due => Some(Urgency::Due),
        VisitStanding::Done(_) | VisitStanding::OutOfWindow(_) | VisitStanding::Overdue => Some(Urgency::Overdue),
        VisitStanding::Missed | VisitStanding::Ahead | VisitStanding::NotAsked => None,
    };
    if let Some(urgency) = asked.filter(|_| visit.vector == Some(false)) {
        add(Work::Vector(visit.name.clone()), urgency);
    }
}

/// The gate of a subject's next step, where one stands before it now.
pub fn next_gate(study: &Study<'_>, subject: &SubjectId, stage: &Stage) -> Option<Gate> {
    match stage {
        Stage::SlotReserved => Some(collection_gate(study, subject)),
        Stage::Released | Stage::ReceivedAtSite => Some(lymphodepletion_gate(study, subject)),
        Stage::InLymphodepletion => Some(infusion_gate(study, subject)),
        Stage::Consented
        | Stage::InScreening
        | Stage::Eligible
        | Stage::Collected
        | Stage::Manufacturing
        | Stage::Infused
        | Stage::InDltWindow
        | Stage::FollowUp
        | Stage::LongTermFollowUp
        | Stage::OffStudy(_) => None,
    }
}

/// The gate of the subject's next step, and consent to renew.
fn gates(study: &Study<'_>, own: &SubjectConduct, stage: Option<&Stage>, tasks: &mut Vec<Task>) {
    let subject = &own.subject;
    let untreated = withdrawn_from(own, Scope::Treatment).filter(|_| day_of_infusion(study, subject).is_none());
    let gate = stage
        .filter(|_| untreated.is_none())
        .and_then(|stage| next_gate(study, subject, stage));
    if let Some(when) = untreated.filter(|_| withdrew_entirely(own).is_none()) {
        tasks.push(Task {
            subject: subject.clone(),
            work: Work::NotTreated,
            urgency: Urgency::Due,
            due: Some(when),
        });
    }
    let mut add = |work, urgency| {
        tasks.push(Task {
            subject: subject.clone(),
            work,
            urgency,
            due: None,
        });
    };
    let dead = study.subject(subject).is_some_and(Subject::is_dead);
    let asked = (withdrew_entirely(own).is_none() && !dead).then(|| super::consent::outstanding(study, own));
    if let Some(wanted) = asked.flatten() {
        add(Work::Reconsent(wanted.version.clone()), Urgency::Due);
    }
    if let Some(gate) = gate.filter(|gate| !gate.is_open()) {
        let urgency = if gate.urgent.is_empty() {
            Urgency::Open
        } else {
            Urgency::Now
        };
        add(Work::Gate(Box::new(gate)), urgency);
    }
}

/// Results of released lots that are awaited, or outside specification after infusion.
fn results(study: &Study<'_>, own: &SubjectConduct, tasks: &mut Vec<Task>) {
    let Some(rules) = &study.trial.conduct else { return };
    let infused = |lot: &str| {
        let mut given = own.infusions.iter().flat_map(|infused| &infused.bags);
        given.any(|label| own.bags.iter().any(|bag| bag.label == *label && bag.lot == lot))
    };
    for lot in &own.lots {
        if own.releases.iter().all(|release| release.lot != lot.lot) {
            continue;
        }
        for test in &rules.release_tests {
            let found: Vec<_> = own
                .tests
                .iter()
                .filter(|one| one.lot == lot.lot && one.test == test.id)
                .collect();
            let failed = found
                .iter()
                .any(|one| !matches!(verdict(test, one), Ok(Some(true) | None)));
            let awaited = !found.is_empty() && found.iter().all(|one| one.outcome == TestOutcome::Pending);
            let known = own.deviations.iter().any(|one| one.about == test.id);
            let (work, urgency) = if failed && infused(&lot.lot) && !known {
                (Work::PositiveResult(lot.lot.clone(), test.id.clone()), Urgency::Now)
            } else if awaited {
                (Work::AwaitedResult(lot.lot.clone(), test.id.clone()), Urgency::Open)
            } else {
                continue;
            };
            tasks.push(Task {
                subject: own.subject.clone(),
                work,
                urgency,
                due: None,
            });
        }
    }
}

/// Every rule that an emergency release names needs a deviation that names it too.
fn deviations(study: &Study<'_>, own: &SubjectConduct, tasks: &mut Vec<Task>) {
    for release in &own.emergencies {
        for key in &release.keys {
            if own.deviations.iter().all(|one| one.about != *key) {
                tasks.push(Task {
                    subject: own.subject.clone(),
                    work: Work::Deviation(key.clone()),
                    urgency: Urgency::Due,
                    due: Some(release.entry().at.date().min(study.now.date())),
                });
            }
        }
    }
}

/// The dose decision waits for it, whether or not the subject is still in the study.
fn verdict_awaited(study: &Study<'_>, subject: &SubjectId, tasks: &mut Vec<Task>) {
    let own = study.subject(subject);
    let found = own.and_then(|own| derive_dlt(study.trial, own, study.now.date()));
    let why: Vec<Words> = found
        .iter()
        .flat_map(Verdict::for_committee)
        .map(|ground| ground.text.clone())
        .collect();
    if !why.is_empty() {
        tasks.push(Task {
            subject: subject.clone(),
            work: Work::Verdict(Words::join(&why, Text::new("; ", "；"))),
            urgency: Urgency::Due,
            due: None,
        });
    }
}

fn safety_contact(study: &Study<'_>, subject: &SubjectId, tasks: &mut Vec<Task>) {
    let Some(day0) = day_of_infusion(study, subject) else {
        return;
    };
    let last = day0.saturating_add(i64::from(study.trial.dlt.window_days).days());
    let today = study.now.date();
    let contacts = study
        .subject(subject)
        .map_or(&[][..], |subject| subject.contacts.as_slice());
    let held = contacts
        .iter()
        .any(|contact| contact.when.day().is_some_and(|day| last <= day && day <= today));
    if today >= last && !held {
        let urgency = if today == last { Urgency::Due } else { Urgency::Overdue };
        tasks.push(Task {
            subject: subject.clone(),
            work: Work::SafetyContact,
            urgency,
            due: Some(last),
        });
    }
}

fn reports(study: &Study<'_>, subject: &SubjectId, tasks: &mut Vec<Task>) {
    for case in derive_cases(study, subject) {
        for clock in &case.clocks {
            let urgency = match clock.standing {
                Standing::Open(_) => Urgency::Due,
                Standing::Overdue(_) | Standing::CannotStart => Urgency::Overdue,
                Standing::InTime | Standing::Late(_) => continue,
            };
            tasks.push(Task {
                subject: subject.clone(),
                work: Work::Report(event_term(case.event).to_owned(), clock.recipient, clock.report),
                urgency,
                due: clock.due.map(Due::day),
            });
        }
    }
}

/// What an open gate leaves to be recorded: the deviations of its emergency releases.
pub fn deviations_to_record(gate: &Gate) -> Vec<(Need, String)> {
    let released = gate.released.iter();
    released
        .map(|(missing, release)| (missing.need.clone(), release.clone()))
        .collect()
}
