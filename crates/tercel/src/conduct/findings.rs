//! Findings of the conduct: what was done before it was allowed.
//!
//! # What it derives
//! Infusions before their decision was signed and in effect, infusions whose gate was not open on what was recorded by then,
//! doses outside tolerance, places reserved for subjects who were not eligible, steps in the wrong order, and reports of events that
//! are not there, not serious, or told to the sponsor on another day than the event says.
//!
//! # Source
//! Inspectors of dose escalations report decisions approved after the next level had started, waivers, and identity not
//! confirmed; `docs/methods.md`, "Gates of conduct".
//!
//! # Formula
//! A gate is asked again at the moment of the step, with what had been entered by then and the data as of that day.
//!
//! # Example
//! An infusion at 10:00 under a decision signed at 10:01.
//!
//! # Limits
//! Only subjects with conduct records are looked at: a study of files alone has none of these findings.

use jiff::civil::{Date, DateTime};

use super::consent::withdrawn_from;
use super::decision::{in_force, opens, treatment_level};
use super::gate::{Gate, GateName, Study, enrolment_gate, infusion_gate};
use super::given::as_given;
use super::halt::bags_of_two;
use super::need::Need;
use super::record::{Recipient, Scope};
use super::records::{ConductRecords, SubjectConduct};
use crate::language::{Text, Words, both};
use crate::protocol::Trial;
use crate::study::{Blocks, Dataset, Finding, Rule, StudyData, SubjectId, When};

/// Holds what was done to each subject with conduct records against what was allowed.
pub fn check_conduct(trial: &Trial, data: &StudyData, records: &ConductRecords) -> Vec<Finding> {
    if trial.conduct.is_none() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for own in &records.subjects {
        findings.extend(slots(trial, data, records, own));
        findings.extend(infusions(trial, data, records, own));
        findings.extend(order(own));
        findings.extend(case_reports(data, own));
        findings.extend(after_withdrawal(data, own));
    }
    for (own, label, other, known) in bags_of_two(records) {
        let text = both!(
            "bag {label} reads as {known}, a bag of {other}: correct the record that is wrong",
            "{label}号袋的标签与{other}的{known}号袋相同或难以区分：请更正错误的记录"
        );
        findings.push(finding(own, "BAG", "BAG", Rule::Disagree(text), Blocks::Decision));
    }
    findings
}

fn finding(own: &SubjectConduct, dataset: &str, field: &str, rule: Rule, blocks: Blocks) -> Finding {
    Finding {
        subject: Some(own.subject.clone()),
        dataset: Dataset::new(dataset),
        record: None,
        row: None,
        field: field.to_owned(),
        rule,
        blocks,
    }
}

/// What a gate lacks, in one sentence.
fn lacks(gate: &Gate, only: impl Fn(&Need) -> bool) -> Option<Words> {
    let asked = gate.missing.iter().filter(|missing| only(&missing.need));
    let sentence = |missing: &super::gate::Missing| Words::in_each(|language| missing.need.sentence(language));
    let sentences: Vec<Words> = asked.map(sentence).collect();
    (!sentences.is_empty()).then(|| Words::join(&sentences, Text::new(" ", "")))
}

/// Results of samples that were drawn after the subject withdrew from samples, or from the collection of data.
fn after_withdrawal(data: &StudyData, own: &SubjectConduct) -> Option<Finding> {
    let subject = data.subjects.iter().find(|subject| subject.id == own.subject)?;
    let scopes = [
        (Scope::Samples, "samples", "样本"),
        (Scope::Data, "the collection of data", "数据收集"),
    ];
    let since = scopes
        .iter()
        .filter_map(|(scope, en, zh)| Some((withdrawn_from(own, *scope)?, *en, *zh)));
    let (from, en, zh) = since.min_by_key(|(from, ..)| *from)?;
    let levels = subject.copies.iter().chain(&subject.counts).chain(&subject.biomarker);
    let drawn = subject
        .labs
        .iter()
        .map(|lab| lab.when)
        .chain(levels.map(|level| level.when));
    let mut late: Vec<Date> = drawn.filter_map(When::day).filter(|day| *day > from).collect();
    late.sort();
    let (first, number) = (late.first()?, late.len());
    let text = both!(
        "results of samples drawn after the subject withdrew from {en} on {from}: {number}, the first on {first}; keep them only if consent allows it",
        "受试者于{from}撤回对{zh}的同意后仍有样本结果：{number}项，首项于{first}；仅在知情同意允许时保留"
    );
    Some(finding(own, "LB", "LBDTC", Rule::Disagree(text), Blocks::Export))
}

/// Reports held against the events they are of.
fn case_reports(data: &StudyData, own: &SubjectConduct) -> Vec<Finding> {
    let subject = data.subjects.iter().find(|subject| subject.id == own.subject);
    let events = subject.map_or(&[][..], |subject| subject.adverse_events.as_slice());
    let mut findings = Vec::new();
    for report in &own.reports {
        let mut says = |field: &str, text: Words| {
            let rule = Rule::Disagree(text);
            findings.push(finding(own, "CASE-REPORT", field, rule, Blocks::None));
        };
        let number = report.event;
        let Some(event) = events.iter().find(|event| event.record.number == number) else {
            says(
                "EVENT",
                both!(
                    "a report is of adverse event {number}, which is not recorded",
                    "有不良事件{number}的报告，但该事件没有记录"
                ),
            );
            continue;
        };
        if event.serious != Some(true) {
            says(
                "EVENT",
                both!(
                    "a report is of adverse event {number}, which is not recorded as serious",
                    "有不良事件{number}的报告，但该事件未记录为严重"
                ),
            );
        }
        let told = own
            .reports
            .iter()
            .filter(|one| one.event == number && one.recipient == Recipient::Sponsor);
        let first = told.filter_map(|one| one.sent).min();
        let (Some(first), Some(aware)) = (first, event.details.aware.and_then(When::day)) else {
            continue;
        };
        if report.sent == Some(first) && report.recipient == Recipient::Sponsor && aware != first.date() {
            says(
                "SENT",
                both!(
                    "adverse event {number} was reported to the sponsor on {first}, but says that the sponsor learned of it on {aware}",
                    "不良事件{number}于{first}报告申办方，但记录的申办方获知日期为{aware}",
                    first = first.date()
                ),
            );
        }
    }
    findings
}

/// Places reserved while a criterion of entry was not met.
fn slots(trial: &Trial, data: &StudyData, records: &ConductRecords, own: &SubjectConduct) -> Vec<Finding> {
    let mut findings = Vec::new();
    for slot in &own.slots {
        let (as_of, known) = (data.as_of(slot.reserved.date()), until(records, own, slot.reserved));
        let study = Study::new(trial, &as_of, &known, slot.reserved.max(slot.entry.at));
        let gate = enrolment_gate(&study, &own.subject, slot.level);
        if let Some(what) = lacks(&gate, |need| matches!(need, Need::Criterion(..))) {
            let text = both!(
                "a place at level {level} was reserved on {when}: {en}",
                "{when}预留了剂量水平{level}的名额：{zh}",
                level = slot.level,
                when = slot.reserved,
                en = what.en,
                zh = what.zh
            );
            findings.push(finding(
                own,
                "SLOT",
                "RESERVED",
                Rule::Ineligible(text),
                Blocks::Infusion,
            ));
        }
    }
    findings
}

/// The records without the infusions of a subject from a moment on.
fn until(records: &ConductRecords, own: &SubjectConduct, moment: DateTime) -> ConductRecords {
    let mut known = records.clone();
    for subject in known
        .subjects
        .iter_mut()
        .filter(|subject| subject.subject == own.subject)
    {
        subject.infusions.retain(|infused| infused.began < moment);
    }
    known
}

/// The data as they stood when an infusion of a subject began.
fn before_infusion(data: &StudyData, own: &SubjectConduct, began: DateTime) -> StudyData {
    let mut as_of = data.as_of(began.date());
    for subject in as_of.subjects.iter_mut().filter(|subject| subject.id == own.subject) {
        subject
            .infusions
            .retain(|one| one.when.day().is_some_and(|day| day < began.date()));
        subject.undated_infusions.clear();
        // A death of that day came after.
        subject.death = None;
    }
    as_of
}

/// The gate of infusion as it stood when the first infusion of a subject began, on what had been entered by then; `None` where no
/// infusion is among its conduct records.
pub fn derive_gate_at_infusion(
    trial: &Trial,
    data: &StudyData,
    records: &ConductRecords,
    subject: &SubjectId,
) -> Option<Gate> {
    let own = records.of(subject)?;
    let began = own.infusions.iter().map(|infused| infused.began).min()?;
    let (as_of, known) = (before_infusion(data, own, began), until(records, own, began));
    Some(infusion_gate(&Study::new(trial, &as_of, &known, began), subject))
}

/// What the gate lacked when an infusion began. When what sets off a rule was entered nobody kept: that it was known then is not said.
fn past_gate(trial: &Trial, own: &SubjectConduct, began: DateTime, gate: &Gate) -> Vec<Finding> {
    let is_rule = |id: &str| trial.dlt.pauses.iter().any(|rule| rule.id == id);
    let by_rule = |need: &Need| matches!(need, Need::Paused { id, .. } if is_rule(id));
    let mut findings = Vec::new();
    if let Some(what) = lacks(gate, by_rule) {
        let text = both!(
            "infused at {began}; by what is recorded now treatment was halted then: {en} If that was known then, record the deviation",
            "{began}回输；按现有记录，当时治疗处于暂停：{zh}如当时已知，请记录方案偏离",
            en = what.en,
            zh = what.zh
        );
        let rule = Rule::GateNotOpen(text);
        findings.push(finding(own, "INFUSION", "BEGAN", rule, Blocks::None));
    }
    if let Some(what) = lacks(gate, |need| !by_rule(need)) {
        let text = both!(
            "infused at {began} although the gate of {gate} was not open: {en}",
            "{began}回输，而回输关口未开放：{zh}",
            gate = GateName::Infusion.name(),
            en = what.en,
            zh = what.zh
        );
        let rule = Rule::GateNotOpen(text);
        findings.push(finding(own, "INFUSION", "BEGAN", rule, Blocks::Decision));
    }
    findings
}

fn infusions(trial: &Trial, data: &StudyData, records: &ConductRecords, own: &SubjectConduct) -> Vec<Finding> {
    let mut findings = Vec::new();
    for infused in &own.infusions {
        let began = infused.began;
        let as_of = before_infusion(data, own, began);
        let known = until(records, own, began);
        let study = Study::new(trial, &as_of, &known, began);
        let level = study
            .records
            .of(&own.subject)
            .and_then(|own| treatment_level(&study, own));
        let open = level.is_some_and(|level| {
            let decision = in_force(&study, began).ok().flatten();
            decision.is_some_and(|decision| opens(decision, level).is_some())
        });
        if !open {
            let level = level.map_or_else(
                || both!("no level", "任何剂量水平"),
                |level| both!("level {level}", "剂量水平{level}"),
            );
            let text = both!(
                "infused at {began}, before a decision that opens {en} was signed and in effect",
                "{began}回输，早于开放{zh}的决定签署并生效",
                en = level.en,
                zh = level.zh
            );
            let rule = Rule::BeforeDecision(text);
            findings.push(finding(own, "INFUSION", "BEGAN", rule, Blocks::Decision));
        }
        let counted = study.subject(&own.subject).and_then(|subject| subject.level);
        if let (Some(treated), Some(counted)) = (level, counted)
            && treated != counted
        {
            let text = both!(
                "infused at dose level {treated}, by its place or the committee's choice; the dose group assigned in demography is that of \
                 level {counted}, where its outcomes count: correct what is wrong",
                "按名额或委员会的选择以剂量水平{treated}回输，而人口学表分配的剂量组为水平{counted}，其结局计入该水平：请更正错误的一项"
            );
            findings.push(finding(
                own,
                "INFUSION",
                "BEGAN",
                Rule::Disagree(text),
                Blocks::Decision,
            ));
        }
        findings.extend(past_gate(trial, own, began, &infusion_gate(&study, &own.subject)));
        let of_subject = study.records.of(&own.subject);
        let given = of_subject.map_or_else(Vec::new, |own| as_given(&study, own, infused));
        for one in given {
            let text = Words::in_each(|language| one.need.sentence(language));
            let (field, rule) = if matches!(one.need, Need::GivenOffDose { .. }) {
                ("CELLS", Rule::OffDose(text))
            } else {
                ("BAG1", Rule::Disagree(text))
            };
            findings.push(finding(own, "INFUSION", field, rule, Blocks::Decision));
        }
    }
    findings
}

/// Consent, place, collection, lymphodepletion and infusion follow one another.
fn order(own: &SubjectConduct) -> Vec<Finding> {
    let first = |moments: Vec<DateTime>| moments.into_iter().min();
    let steps = [
        (
            Text::new("consent", "知情同意"),
            first(own.consents.iter().map(|one| one.signed).collect()),
        ),
        (
            Text::new("place", "名额"),
            first(own.slots.iter().map(|one| one.reserved).collect()),
        ),
        (
            Text::new("collection", "采集"),
            first(own.collections.iter().map(|one| one.began).collect()),
        ),
        (
            Text::new("lymphodepletion", "清淋"),
            first(own.lymphodepletion.iter().map(|one| one.began).collect()),
        ),
        (
            Text::new("infusion", "回输"),
            first(own.infusions.iter().map(|one| one.began).collect()),
        ),
    ];
    let mut findings = Vec::new();
    for (index, (name, moment)) in steps.iter().enumerate() {
        let Some(moment) = moment else { continue };
        for (earlier, before) in steps.iter().take(index) {
            let text = match before {
                None => both!(
                    "{en} on {moment} without a recorded {earlier_en}",
                    "{zh}（{moment}）之前没有{earlier_zh}的记录",
                    en = name.en,
                    zh = name.zh,
                    earlier_en = earlier.en,
                    earlier_zh = earlier.zh
                ),
                Some(before) if before > moment => both!(
                    "{en} on {moment} lies before {earlier_en} on {before}",
                    "{zh}（{moment}）早于{earlier_zh}（{before}）",
                    en = name.en,
                    zh = name.zh,
                    earlier_en = earlier.en,
                    earlier_zh = earlier.zh
                ),
                Some(_) => continue,
            };
            let field = name.en.to_uppercase();
            findings.push(finding(
                own,
                "CONDUCT",
                &field,
                Rule::OutOfOrder(text),
                Blocks::Infusion,
            ));
        }
    }
    findings
}
