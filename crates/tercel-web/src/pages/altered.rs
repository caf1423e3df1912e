//! What a correction, or a mark of error, is held against beside the answers themselves: halts that would end, an infusion that was
//! ordered otherwise.

use std::sync::Arc;

use tercel::conduct::{Study, as_given};
use tercel::language::{Words, both};
use tercel::study::SubjectId;
use tercel_exchange::form::{Fault as AnswerFault, Problem};
use tercel_store::{Record, Values};

use super::subjects::{form_of, records_of};
use crate::ask::Ask;
use crate::conduct::{conduct_of_answers, site_time};
use crate::reply::Fault;

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
    let mut records = records_of(ask, &subject).await?;
    for one in records.iter_mut().filter(|one| one.key == record.key) {
        match values {
            Some(values) => one.values.clone_from(values),
            None => one.voided = true,
        }
    }
    let now = ask.app.store.clock().now();
    let made = tokio::task::spawn_blocking(move || snapshot.halts_ended_by(&subject, records, now));
    let ended = made
        .await
        .map_err(|_| Fault::Wrong(both!("the halts could not be derived", "暂停状态无法生成")))?;
    let Some(halt) = ended.first() else {
        return Ok(());
    };
    Err(Fault::Refused(both!(
        "this would end a halt that stands: {en}. Two members of the committee sign its end first; nothing was saved",
        "这将解除一项有效的暂停：{zh}。须先由两名委员签署解除；未保存任何内容",
        en = halt.en,
        zh = halt.zh
    )))
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
        let own = study.records.of(&SubjectId::new(&subject))?;
        let missing = as_given(&study, own, &infused).into_iter();
        Some(
            missing
                .map(|one| Words::in_each(|language| one.need.sentence(language)))
                .collect::<Vec<Words>>(),
        )
    };
    let before = said(&record.values).unwrap_or_default();
    let now_said = said(values).unwrap_or_default().into_iter();
    let field = form_of(record)?.fields.first().map_or("", |field| field.id);
    let problem = |why: Words| Problem {
        field: field.to_owned(),
        label: None,
        fault: AnswerFault::Against(why),
    };
    Ok(now_said.filter(|words| !before.contains(words)).map(problem).collect())
}
