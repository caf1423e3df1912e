//! What a new record, a correction or a mark of error is held against beside the answers themselves: halts that would end, levels
//! that the rule would close no more, bags of others, an infusion that was ordered otherwise.

use std::sync::Arc;

use tercel::conduct::{Need, Study, as_corrected, halt_of_bag, other_owner};
use tercel::language::{Words, both};
use tercel::protocol::DoseLevel;
use tercel::study::SubjectId;
use tercel_exchange::form::{Fault as AnswerFault, Form, Problem};
use tercel_store::{Change, NewRecord, Record, Values};

use super::subjects::{form_of, records_of};
use crate::ask::Ask;
use crate::capture::foreseen;
use crate::conduct::{conduct_of_answers, site_time};
use crate::let_go::{halt_by, other_bag};
use crate::reply::Fault;
use crate::snapshot::counted;

/// What a change of the records of a subject is held against: those in force, and those that would be.
pub(super) struct Alteration {
    subject: String,
    before: Vec<Record>,
    after: Vec<Record>,
    /// The last entry of what is changed; what is new has none.
    last: i64,
}

impl Alteration {
    /// The correction of a record by these answers; `None`: its mark of error.
    pub(super) async fn of(ask: &Ask, record: &Record, values: Option<&Values>) -> Result<Option<Self>, Fault> {
        form_of(record)?;
        let Some(subject) = record.subject.clone() else {
            return Ok(None);
        };
        let before = records_of(ask, &subject).await?;
        let mut after = before.clone();
        for one in after.iter_mut().filter(|one| one.key == record.key) {
            match values {
                Some(values) => one.values.clone_from(values),
                None => one.voided = true,
            }
        }
        Ok(Some(Self {
            subject,
            before,
            after,
            last: record.last,
        }))
    }

    /// New records of a subject; `None` where nothing is held back that they could let go.
    pub(super) async fn by_new(ask: &Ask, subject: &str, new: &[NewRecord]) -> Result<Option<Self>, Fault> {
        let now = ask.app.store.clock().now();
        let has_dataset =
            |one: &NewRecord| tercel_exchange::form::form(&one.form).is_some_and(|form| form.domain.is_some());
        if !new.iter().any(has_dataset) || !ask.app.snapshot_derived().await?.holds_back(now) {
            return Ok(None);
        }
        let by = &ask.person()?.account.name;
        let before = records_of(ask, subject).await?;
        let mut after = before.clone();
        after.extend(
            new.iter()
                .enumerate()
                .filter_map(|(place, one)| foreseen(one, place, by, now)),
        );
        Ok(Some(Self {
            subject: subject.to_owned(),
            before,
            after,
            last: 0,
        }))
    }

    /// The levels that the design would close no more; an error where a halt would end.
    pub(super) async fn opened_levels(&self, ask: &Ask) -> Result<Vec<DoseLevel>, Fault> {
        self.keeps_halts(ask).await?;
        self.reopened_levels(ask).await
    }

    /// Refuses what would end a halt: it ends by two members of the committee.
    async fn keeps_halts(&self, ask: &Ask) -> Result<(), Fault> {
        let (derived, now) = (ask.app.snapshot_derived().await?, ask.app.store.clock().now());
        // What was entered since is not in it; where no halt stands there is none to end.
        let snapshot = if self.last > derived.entry || derived.holds_back(now) {
            ask.app.snapshot_now().await?
        } else {
            derived
        };
        let (subject, records) = (self.subject.clone(), self.after.clone());
        let made = tokio::task::spawn_blocking(move || snapshot.halts_ended_by(&subject, records, now));
        let ended = made
            .await
            .map_err(|_| Fault::Wrong(both!("the halts could not be derived", "暂停状态无法生成")))?;
        match ended.first() {
            Some(halt) => Err(Fault::Refused(would_end(halt))),
            None => Ok(()),
        }
    }

    /// The levels that the committee opened, the design closes now, and would close no more.
    async fn reopened_levels(&self, ask: &Ask) -> Result<Vec<DoseLevel>, Fault> {
        let (trial, today) = (Arc::clone(&ask.app.trial), ask.app.today());
        let said = |records: &[Record]| counted(records, &trial, &self.subject, today);
        // Where the subject counts as it did, the design says what it said.
        if said(&self.before) == said(&self.after) {
            return Ok(Vec::new());
        }
        let (snapshot, now) = (ask.app.snapshot_now().await?, ask.app.store.clock().now());
        let (subject, after) = (self.subject.clone(), self.after.clone());
        let made = tokio::task::spawn_blocking(move || snapshot.levels_reopened_by(&subject, &after, now));
        made.await
            .map_err(|_| Fault::Wrong(both!("the decision could not be derived", "剂量决策无法生成")))
    }
}

/// The levels that the design would close no more by new records of a subject; an error where they would end a halt.
pub(super) async fn opened_by_new(ask: &Ask, subject: &str, new: &[NewRecord]) -> Result<Vec<DoseLevel>, Fault> {
    match Alteration::by_new(ask, subject, new).await? {
        Some(alteration) => alteration.opened_levels(ask).await,
        None => Ok(Vec::new()),
    }
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
pub(super) fn halt_with(ask: &Ask, form: &Form, subject: &str, levels: &[DoseLevel]) -> Option<Change> {
    let level = *levels.first()?;
    let title = form.title;
    let what = both!(
        "{en} of {subject} changed",
        "{subject}的“{zh}”有更改",
        en = title.en,
        zh = title.zh
    );
    halt_by(&what, level, ask.app.store.clock().now()).map(Change::Create)
}

/// The question whether a change by which the design closes these levels no more is meant: it halts treatment.
pub(super) fn reopens(form: &Form, levels: &[DoseLevel]) -> Option<Problem> {
    let why = |level: &DoseLevel| {
        both!(
            "by this the rule no longer closes dose level {level}: saving it halts treatment until two members of the committee \
             sign the end of the halt",
            "保存后方案规则不再关闭剂量水平{level}：同时暂停治疗，直至两名委员签署解除"
        )
    };
    levels.first().map(|level| Problem {
        field: form.fields.first().map_or("", |field| field.id).to_owned(),
        label: Some(form.title),
        fault: AnswerFault::Against(why(level)),
    })
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
    if let Some((other, known)) = other_owner(&snapshot.conduct, &own, label) {
        return Ok(Some(other_bag(label, other, known)));
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
