//! What a correction, a mark of error or a new bag is held against beside the answers themselves: halts that would end, levels that
//! the rule would close no more, an infusion that was ordered otherwise.

use std::sync::Arc;

use tercel::conduct::{Need, Study, as_corrected, halt_of_bag, other_owner};
use tercel::language::{Words, both};
use tercel::protocol::DoseLevel;
use tercel::study::SubjectId;
use tercel_exchange::form::{Fault as AnswerFault, Form, Problem, form};
use tercel_store::{Change, Record, Values};

use super::subjects::{form_of, records_of};
use crate::ask::Ask;
use crate::capture::new_record;
use crate::conduct::{conduct_of_answers, site_time};
use crate::reply::Fault;
use crate::snapshot::counted;

/// Datasets whose records set off halts.
const OF_HALTS: [&str; 6] = ["AE", "DM", "DS", "EX", "FA", "MB"];

/// Refuses a correction, or a mark of error, by which a halt would stand no more: it ends by two members of the committee. `values`:
/// the answers as they would be; `None`: the record would not count.
pub(super) async fn keeps_halts(ask: &Ask, record: &Record, values: Option<&Values>) -> Result<(), Fault> {
    let domain = form_of(record)?.domain;
    let sets_off = domain.is_none_or(|domain| OF_HALTS.contains(&domain));
    let Some(subject) = record.subject.clone().filter(|_| sets_off) else {
        return Ok(());
    };
    let derived = ask.app.snapshot_derived().await?;
    // What was entered since is not in it; where no halt stands there is none to end.
    let snapshot = if record.last > derived.entry {
        ask.app.snapshot_now().await?
    } else {
        derived
    };
    let records = with(records_of(ask, &subject).await?, record, values);
    let now = ask.app.store.clock().now();
    let made = tokio::task::spawn_blocking(move || snapshot.halts_ended_by(&subject, records, now));
    let ended = made
        .await
        .map_err(|_| Fault::Wrong(both!("the halts could not be derived", "暂停状态无法生成")))?;
    match ended.first() {
        Some(halt) => Err(Fault::Refused(would_end(halt))),
        None => Ok(()),
    }
}

/// The records with these answers of one, or without it.
fn with(mut records: Vec<Record>, record: &Record, values: Option<&Values>) -> Vec<Record> {
    for one in records.iter_mut().filter(|one| one.key == record.key) {
        match values {
            Some(values) => one.values.clone_from(values),
            None => one.voided = true,
        }
    }
    records
}

/// The levels that the committee opened, the design closes now, and would close no more with these answers of a record, or
/// without it.
pub(super) async fn reopened_levels(
    ask: &Ask,
    record: &Record,
    values: Option<&Values>,
) -> Result<Vec<DoseLevel>, Fault> {
    let Some(subject) = record.subject.clone() else {
        return Ok(Vec::new());
    };
    let before = records_of(ask, &subject).await?;
    let after = with(before.clone(), record, values);
    let (trial, today) = (Arc::clone(&ask.app.trial), ask.app.today());
    let said = |records: &[Record]| counted(records, &trial, &subject, today);
    // Where the subject counts as it did, the design says what it said.
    if said(&before) == said(&after) {
        return Ok(Vec::new());
    }
    let (snapshot, now) = (ask.app.snapshot_now().await?, ask.app.store.clock().now());
    let made = tokio::task::spawn_blocking(move || snapshot.levels_reopened_by(&subject, &after, now));
    made.await
        .map_err(|_| Fault::Wrong(both!("the decision could not be derived", "剂量决策无法生成")))
}

fn would_end(halt: &Words) -> Words {
    both!(
        "this would end a halt that stands: {en}. Two members of the committee sign its end first; nothing was saved",
        "这将解除一项有效的暂停：{zh}。须先由两名委员签署解除；未保存任何内容",
        en = halt.en,
        zh = halt.zh
    )
}

/// The halt that is entered with a change by which the design closes these levels no more; `None`: there are none. What a DLT had
/// closed is not opened by who enters data: two members of the committee end the halt.
pub(super) fn halt_with(ask: &Ask, record: &Record, levels: &[DoseLevel]) -> Option<Change> {
    let level = levels.first()?;
    let key = &record.key;
    let reason = both!(
        "by a change of {key} the rule no longer closes dose level {level}: the committee confirms it",
        "因{key}的更改，方案规则不再关闭剂量水平{level}：须由委员会确认"
    );
    let from = format!("{:.16}", site_time(ask.app.store.clock().now()).to_string());
    let values: Values = [("reason", reason.of(ask.language)), ("from", &from)]
        .map(|(field, value)| (field.to_owned(), value.to_owned()))
        .into();
    let new = new_record(form("conduct-pause")?, None, None, None, values);
    Some(Change::Create(new))
}

/// The question whether a correction by which the design closes these levels no more is meant: it halts treatment.
pub(super) fn reopens(record: &Record, levels: &[DoseLevel]) -> Result<Option<Problem>, Fault> {
    let why = |level: &DoseLevel| {
        both!(
            "by this the rule no longer closes dose level {level}: saving it halts treatment until two members of the committee \
             sign the end of the halt",
            "更正后方案规则不再关闭剂量水平{level}：保存即暂停治疗，直至两名委员签署解除"
        )
    };
    let field = form_of(record)?.fields.first();
    Ok(levels.first().map(|level| Problem {
        field: field.map_or("", |field| field.id).to_owned(),
        label: field.map(|field| field.label),
        fault: AnswerFault::Against(why(level)),
    }))
}

/// Why a bag of this label is not entered for a subject: it is another's, or it was given while it was nobody's.
pub(super) async fn not_its_bag(
    ask: &Ask,
    form: &Form,
    subject: &str,
    values: &Values,
) -> Result<Option<Words>, Fault> {
    let Some(label) = values.get("bag").filter(|_| form.id == "conduct-bag") else {
        return Ok(None);
    };
    let snapshot = ask.app.snapshot_now().await?;
    let own = SubjectId::new(subject);
    if let Some(other) = other_owner(&snapshot.conduct, &own, label) {
        return Ok(Some(both!(
            "bag {label} is recorded for {other}: no two subjects have a bag of one label. Correct the record that is wrong; nothing \
             was saved",
            "{label}号袋已记录为{other}所有：两名受试者不得有同一标签的产品袋。请更正错误的记录；未保存任何内容"
        )));
    }
    let now = site_time(ask.app.store.clock().now());
    let study = Study::new(&ask.app.trial, snapshot.data(), &snapshot.conduct, now);
    let halt = halt_of_bag(&study, &own, label);
    Ok(halt.as_ref().map(would_end))
}

/// What of a corrected infusion is not as it was ordered, where the record did not say so before: it is asked about.
pub(super) async fn not_as_ordered(ask: &Ask, record: &Record, values: &Values) -> Result<Vec<Problem>, Fault> {
    let Some(subject) = record.subject.clone().filter(|_| record.form == "infusion") else {
        return Ok(Vec::new());
    };
    let snapshot = ask.app.snapshot_now().await?;
    let trial = Arc::clone(snapshot.trial_of(&subject));
    let now = ask.app.store.clock().now();
    let said = |values: &Values| {
        let infused = conduct_of_answers(&trial, "infusion", &subject, values, now)?
            .infusions
            .pop()?;
        let study = Study::new(&trial, snapshot.data(), &snapshot.conduct, site_time(now));
        let missing = as_corrected(&study, &SubjectId::new(&subject), &infused);
        Some(missing.into_iter().map(|one| one.need).collect::<Vec<Need>>())
    };
    let before = said(&record.values).unwrap_or_default();
    let new = said(values).unwrap_or_default();
    let form = form_of(record)?;
    let problem = |need: &Need| {
        let field = form.field(asked_by(need));
        Problem {
            field: asked_by(need).to_owned(),
            label: field.map(|field| field.label),
            fault: AnswerFault::Against(Words::in_each(|language| need.sentence(language))),
        }
    };
    Ok(new.iter().filter(|need| !before.contains(need)).map(problem).collect())
}

/// The answer of an infusion that does not agree.
const fn asked_by(need: &Need) -> &'static str {
    if matches!(need, Need::GivenOffDose { .. } | Need::MoreThanHeld { .. }) {
        "exdose"
    } else if matches!(need, Need::Identity { .. }) {
        "exlot"
    } else if matches!(need, Need::NotOrdered { .. }) {
        "bag1"
    } else {
        "exstdtc"
    }
}
