//! What a new record, a correction or a mark of error is held against beside the answers themselves: halts that would end, levels
//! that the rule would close no more, bags of others, an infusion that was ordered otherwise.

use std::sync::Arc;

use tercel::conduct::{Need, Study, as_corrected, other_owner};
use tercel::language::{Words, both};
use tercel::study::SubjectId;
use tercel_exchange::form::{Fault as AnswerFault, Form, Problem};
use tercel_store::{Change, NewRecord, Record, Values};

use super::subjects::{form_of, records_of};
use crate::ask::Ask;
use crate::capture::foreseen;
use crate::conduct::{conduct_of_answers, site_time};
use crate::let_go::{BAG, LetGo, other_bag};
use crate::reply::Fault;

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
        // A bag entered late is the subject's own, where it was given as nobody's.
        let bears_on = |one: &NewRecord| {
            one.form == BAG || tercel_exchange::form::form(&one.form).is_some_and(|form| form.domain.is_some())
        };
        if !new.iter().any(bears_on) || !ask.app.snapshot_derived().await?.holds_back(now) {
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

    /// What it would let go of.
    pub(super) async fn let_go(self, ask: &Ask) -> Result<LetGo, Fault> {
        let now = ask.app.store.clock().now();
        // Where nothing is held back nothing is let go of; what was entered since a state was derived is not in it.
        let derived = ask.app.last_derived(self.last).await?;
        if derived.is_some_and(|derived| !derived.holds_back(now)) {
            return Ok(LetGo::default());
        }
        let snapshot = ask.app.snapshot_now().await?;
        let made = tokio::task::spawn_blocking(move || {
            let Self {
                subject, before, after, ..
            } = self;
            snapshot.let_go_by(&subject, &before, after, now)
        });
        made.await
            .map_err(|_| Fault::Wrong(both!("the halts could not be derived", "暂停状态无法生成")))
    }
}

/// What new records of a subject would let go of.
pub(super) async fn let_go_by_new(ask: &Ask, subject: &str, new: &[NewRecord]) -> Result<LetGo, Fault> {
    match Alteration::by_new(ask, subject, new).await? {
        Some(alteration) => alteration.let_go(ask).await,
        None => Ok(LetGo::default()),
    }
}

/// The halt that is entered with a change of the records of a subject; `None`: it lets go of nothing.
pub(super) fn halt_with(ask: &Ask, form: &Form, subject: &str, let_go: &LetGo) -> Option<Change> {
    let title = form.title;
    let what = both!(
        "{en} of {subject} changed",
        "{subject}的“{zh}”有更改",
        en = title.en,
        zh = title.zh
    );
    let_go.halt(&what, ask.app.store.clock().now()).map(Change::Create)
}

/// The question whether a change that lets go of something is meant: it halts treatment.
pub(super) fn lets_go(form: &Form, let_go: &LetGo) -> Option<Problem> {
    let gone = let_go.words()?;
    let why = both!(
        "by this {en}: saving it halts treatment until two members of the committee sign the end of the halt",
        "保存后{zh}：同时暂停治疗，直至两名委员签署解除",
        en = gone.en,
        zh = gone.zh
    );
    Some(Problem {
        field: form.fields.first().map_or("", |field| field.id).to_owned(),
        label: Some(form.title),
        fault: AnswerFault::Against(why),
    })
}

/// Why a bag of this label is not entered for a subject: it is another's.
pub(super) async fn not_its_bag(
    ask: &Ask,
    form: &Form,
    subject: &str,
    values: &Values,
) -> Result<Option<Words>, Fault> {
    let Some(label) = values.get("bag").filter(|_| form.id == BAG) else {
        return Ok(None);
    };
    let snapshot = ask.app.snapshot_now().await?;
    let other = other_owner(&snapshot.conduct, &SubjectId::new(subject), label);
    Ok(other.map(|(other, known)| other_bag(label, other, known)))
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
