//! The status of one infused subject, once every event and value was held against the criteria.

use jiff::civil::Date;

use super::{Ground, NotEvaluable, Status, Verdict, Window, actual_percent, no_percent};
use crate::language::{Text, Words, both};
use crate::protocol::Trial;
use crate::study::{Adjudication, Disposition, DispositionReason, Infusion, MedicationClass, RecordId, Subject, When};

/// An infused subject with a known day of infusion.
pub(super) struct Case<'a> {
    pub(super) trial: &'a Trial,
    pub(super) subject: &'a Subject,
    pub(super) infusion: &'a Infusion,
    pub(super) window: Window,
    pub(super) cut: Date,
}

/// Why a subject without DLT does not count, or may not.
enum Exit {
    Out(NotEvaluable),
    Unclear(Ground),
}

impl Case<'_> {
    pub(super) fn status(&self, verdict: &mut Verdict) -> Status {
        let committee = committee(self.subject);
        let death = self.death_to_judge();
        let grounds = verdict.met.iter().chain(&verdict.open).chain(&death);
        verdict.known = grounds.map(|ground| ground.name(self.subject)).collect();
        if committee.is_some_and(|(judged, _)| judged.dlt) {
            return Status::Dlt;
        }
        // A committee judges what it has seen: what its verdict names, or, where it names nothing, what had begun by its day.
        let judged = |ground: &Ground| {
            committee.is_some_and(|(judged, day)| match &judged.covers {
                Some(covers) => covers.contains(&ground.name(self.subject)),
                None => ground.since.is_some_and(|since| since <= day),
            })
        };
        let percent = actual_percent(self.trial, self.subject, self.infusion);
        if percent.is_some_and(|percent| percent > self.trial.dlt.dose_percent_max) {
            verdict.met.retain(|ground| !judged(ground));
            if !verdict.met.is_empty() {
                let text = Text::new(
                    "a DLT above the dose tolerance waits for the committee",
                    "超过剂量允许范围后的DLT，待委员会判定",
                );
                verdict.open.append(&mut verdict.met);
                verdict
                    .open
                    .push(Ground::for_committee(text, vec![self.infusion.record.clone()]));
                return Status::Pending(None);
            }
        }
        if !verdict.met.is_empty() {
            return Status::Dlt;
        }
        verdict.open.retain(|ground| !judged(ground));
        verdict.open.extend(death.filter(|death| !judged(death)));
        if !verdict.open.is_empty() {
            let untils: Option<Vec<Date>> = verdict.open.iter().map(|ground| ground.until).collect();
            return Status::Pending(untils.and_then(|untils| untils.into_iter().max()));
        }
        self.without_dlt(verdict)
    }

    /// A death that may lie in the window.
    fn death_to_judge(&self) -> Option<Ground> {
        let (died, record) = self.subject.died()?;
        let when = died.date;
        let in_window = when.earliest() <= self.window.last && when.latest() >= self.window.first;
        in_window.then(|| {
            let text = both!(
                "death on {died} waits for the committee's judgement",
                "{died}死亡，待委员会判定"
            );
            Ground {
                since: Some(when.latest()),
                ..Ground::for_committee(text, vec![record.clone()])
            }
        })
    }

    /// The status of a subject with no criterion met and none open.
    fn without_dlt(&self, verdict: &mut Verdict) -> Status {
        let last = self.window.last;
        let wait = |verdict: &mut Verdict, text: Words| {
            verdict.open.push(Ground {
                until: Some(last),
                ..Ground::new(text, Vec::new())
            });
            Status::Pending(Some(last))
        };
        match self.exit(&mut verdict.records) {
            Some(Exit::Out(why)) if matches!(why, NotEvaluable::UnderDosed(_)) && self.cut < last => {
                let text = both!(
                    "{why}: replaced, but a DLT by {last} would count",
                    "{zh}：将被替换，但{last}前发生的DLT仍计入",
                    zh = why.words().zh
                );
                return wait(verdict, text);
            }
            Some(Exit::Out(why)) => return Status::NotEvaluable(why),
            Some(Exit::Unclear(ground)) => {
                verdict.open.push(ground);
                return Status::Pending(None);
            }
            None => {}
        }
        if actual_percent(self.trial, self.subject, self.infusion).is_none() {
            let why = no_percent(self.subject, self.infusion);
            verdict.open.push(Ground::new(why, vec![self.infusion.record.clone()]));
            return Status::Pending(None);
        }
        let contact = self
            .subject
            .contacts
            .iter()
            .find(|contact| contact.when.date.earliest() >= last);
        match contact {
            Some(contact) if self.cut >= last => {
                verdict.records.push(contact.record.clone());
                Status::NoDlt
            }
            Some(_) | None => wait(
                verdict,
                both!(
                    "no contact on or after {last}, the last day of the window",
                    "观察期最后一天{last}及之后无随访记录"
                ),
            ),
        }
    }

    fn exit(&self, records: &mut Vec<RecordId>) -> Option<Exit> {
        let percent = actual_percent(self.trial, self.subject, self.infusion);
        if let Some(percent) = percent.filter(|percent| *percent < self.trial.dlt.dose_percent_min) {
            return Some(Exit::Out(NotEvaluable::UnderDosed(percent)));
        }
        if let Some((died, _)) = self.subject.died()
            && died.date.earliest() <= self.window.last
        {
            return Some(Exit::Out(NotEvaluable::Death(died.date.earliest())));
        }
        let medications = self.subject.medications.iter();
        for therapy in medications.filter(|medication| medication.class == MedicationClass::NewTherapy) {
            records.push(therapy.record.clone());
            let exit = self.within(
                therapy.start,
                NotEvaluable::NewTherapy,
                Text::new("new anticancer therapy", "新的抗肿瘤治疗"),
                &therapy.record,
            );
            if exit.is_some() {
                return exit;
            }
        }
        for disposition in &self.subject.dispositions {
            let leaves = match disposition.reason {
                DispositionReason::Withdrawal | DispositionReason::Lost => true,
                DispositionReason::Other => self.ends_contact(disposition, records),
                DispositionReason::Death | DispositionReason::Completed => false,
            };
            if leaves {
                let record = &disposition.record;
                let exit = self.within(
                    disposition.when,
                    NotEvaluable::LeftStudy,
                    Text::new("the day of leaving the study", "退出研究的日期"),
                    record,
                );
                if exit.is_some() {
                    return exit;
                }
            }
        }
        None
    }

    /// Whether a day lies within the window, for certain or perhaps.
    fn within(&self, when: Option<When>, why: fn(Date) -> NotEvaluable, what: Text, record: &RecordId) -> Option<Exit> {
        let (earliest, latest) = when.map_or((Date::MIN, Date::MAX), |when| {
            (when.date.earliest(), when.date.latest())
        });
        let Window { first, last, .. } = self.window;
        if latest < first || earliest > last {
            None
        } else if earliest >= first && latest <= last {
            Some(Exit::Out(why(earliest)))
        } else {
            let written = day_words(when);
            let text = both!(
                "{event} ({en}) may lie within the window",
                "{event_zh}（{zh}）可能在观察期内",
                event = what.en,
                event_zh = what.zh,
                en = written.en,
                zh = written.zh
            );
            Some(Exit::Unclear(Ground::new(text, vec![record.clone()])))
        }
    }

    /// Any other end of participation counts once the window is over and the subject was not seen again.
    fn ends_contact(&self, disposition: &Disposition, records: &mut Vec<RecordId>) -> bool {
        let last_contact = self.subject.contacts.last();
        records.extend(last_contact.map(|contact| contact.record.clone()));
        let seen_later = last_contact.is_some_and(|contact| {
            disposition
                .when
                .is_none_or(|when| contact.when.date.latest() > when.date.earliest())
        });
        self.cut >= self.window.last && !seen_later
    }
}

/// A moment as it is written, or that it is not known.
pub(super) fn day_words(when: Option<When>) -> Words {
    let unknown = || Text::new("an unknown day", "不明日期").into();
    when.map_or_else(unknown, |when| Words::in_each(|_| when.to_string()))
}

/// Whether an investigator judged, and no committee.
pub fn is_investigator(evaluator: &str) -> bool {
    evaluator.eq_ignore_ascii_case("INVESTIGATOR")
}

/// The committee's latest dated judgement, and its day.
pub fn committee(subject: &Subject) -> Option<(&Adjudication, Date)> {
    let by_committee = subject
        .adjudications
        .iter()
        .filter(|judged| !is_investigator(&judged.evaluator));
    let dated = by_committee.filter_map(|judged| Some((judged, judged.when?)));
    dated
        .max_by_key(|(_, when)| when.order())
        .map(|(judged, when)| (judged, when.date.earliest()))
}
