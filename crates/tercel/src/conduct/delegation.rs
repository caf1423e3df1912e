//! Check of the delegation and training log: who did what the gate rests on.

use jiff::civil::Date;

use super::decision::in_force;
use super::gate::{Case, GateName, Missing};
use super::items::latest;
use super::need::Need;
use super::record::{Entry, ItemGate};
use super::records::ConductRecords;
use crate::protocol::{ConductRules, StudyTask};

/// Every task of the protocol's list was done by a person to whom it was delegated that day, trained before.
pub(super) fn delegation(case: &Case<'_>) -> Vec<Missing> {
    let mut done: Vec<(StudyTask, String, Date)> = Vec::new();
    let mut add = |task: StudyTask, person: &str, day: Date| {
        let known = done.iter().any(|(t, p, d)| *t == task && p == person && *d == day);
        if !known {
            done.push((task, person.to_owned(), day));
        }
    };
    let own = case.own;
    let by = |entry: &Entry| (entry.by.clone(), entry.at.date());
    if let Some(consent) = own.consents.iter().max_by_key(|consent| consent.signed) {
        add(StudyTask::Consent, &consent.entry.by, consent.signed.date());
    }
    for item in &own.eligibility {
        let (person, day) = by(&item.entry);
        add(StudyTask::Eligibility, &person, day);
    }
    if let Ok(Some(decision)) = in_force(case.study, case.now()) {
        for person in &decision.signed_by {
            add(
                StudyTask::Decision,
                person,
                decision.signed.unwrap_or(case.now()).date(),
            );
        }
    }
    if matches!(case.gate, GateName::Lymphodepletion | GateName::Infusion) {
        if let Some(order) = case.order {
            let (person, day) = by(&order.entry);
            add(StudyTask::Order, &person, day);
            for receipt in own
                .receipts
                .iter()
                .filter(|one| order.bags.iter().any(|bag| bag.label == one.bag))
            {
                add(StudyTask::Receipt, &receipt.entry.by, receipt.when.date());
            }
        }
        let began = case.depleted.unwrap_or(case.now());
        for item in &case.rules.lymphodepletion_items {
            for one in latest(case, ItemGate::Lymphodepletion, &item.id, began) {
                add(StudyTask::Assessment, &one.entry.by, one.assessed.date());
            }
        }
    }
    if case.gate == GateName::Infusion {
        for item in &case.rules.infusion_items {
            for one in latest(case, ItemGate::Infusion, &item.id, case.now()) {
                add(StudyTask::Assessment, &one.entry.by, one.assessed.date());
            }
        }
        for check in &own.identity {
            for reading in [&check.first, &check.second] {
                add(StudyTask::Identity, &reading.person, reading.at.date());
            }
        }
    }
    let mut missing: Vec<Missing> = Vec::new();
    for (task, person, day) in done {
        if !case.rules.delegated.contains(&task) || has_line(&case.study.records, &person, Some(task), day) {
            continue;
        }
        let need = Need::NotDelegated { person, task };
        if missing.iter().all(|known| known.need != need) {
            missing.push(case.missing(need, []));
        }
    }
    missing
}

/// Whether a person may sign on a day: by a line of the log for the task, where the protocol wants one for it, or for any task. Where
/// it wants no log, everybody may.
pub fn may_sign(
    rules: &ConductRules,
    records: &ConductRecords,
    person: &str,
    task: Option<StudyTask>,
    day: Date,
) -> bool {
    let task = task.filter(|task| rules.delegated.contains(task));
    rules.delegated.is_empty() || has_line(records, person, task, day)
}

fn has_line(records: &ConductRecords, person: &str, task: Option<StudyTask>, day: Date) -> bool {
    records.delegation.iter().any(|line| {
        task.is_none_or(|task| line.task == task)
            && line.person == person
            && line.from <= day
            && line.until.is_none_or(|until| day <= until)
            && line.trained.is_some_and(|trained| trained <= day)
    })
}
