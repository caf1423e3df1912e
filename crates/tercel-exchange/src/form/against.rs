//! The answers of a record held against the other records of its subject: what is entered twice, and what cannot be so.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use tercel::language::{Words, both};
use tercel::study::When;

use super::captured::answer;
use super::{Captured, Fault, Field, Form, Problem};

/// Years before which nobody consented to a study that still runs.
const YEARS: i64 = 10;

/// Datasets of what a sample was taken for.
const OF_SAMPLES: [&str; 4] = ["LB", "MB", "PC", "CP"];

/// The forms whose records of the subject [`check_against`] reads for one of this form.
pub fn held_against(form: &Form) -> Vec<&'static str> {
    let others: &[&str] = match form.id {
        "conduct-withdrawal" => &["consent", "demography"],
        "demography" => &["conduct-slot", "conduct-order"],
        "conduct-case-report" => &["adverse-event"],
        "laboratory" => &["consent", "demography", "conduct-withdrawal", "adverse-event"],
        _ if form.domain.is_some_and(is_withdrawn_from) => &["consent", "demography", "conduct-withdrawal"],
        _ => &[],
    };
    let own = [form.id].into_iter().filter(|own| !others.contains(own));
    own.chain(others.iter().copied()).collect()
}

/// What the answers of a new record contradict among the other records of the subject, at the moment `now`. All of it is
/// asked about, nothing refused: the other record may be the wrong one.
pub fn check_against(
    form: &Form,
    values: &BTreeMap<String, String>,
    others: &[Captured],
    now: DateTime,
) -> Vec<Problem> {
    let case = Case { form, values, others };
    let own = match form.id {
        "demography" => case.of_other_level().or_else(|| case.long_ago(now)),
        "consent" => case.long_ago(now),
        "conduct-withdrawal" => case.without_consent(),
        "conduct-bag" => case.same_bag(),
        "conduct-case-report" => case.of_no_event("event").or_else(|| case.first_again()),
        "laboratory" => case.of_no_event("lbaeseq").or_else(|| case.withdrawn()),
        _ => case.withdrawn(),
    };
    case.again().into_iter().chain(own).collect()
}

struct Case<'c> {
    form: &'c Form,
    values: &'c BTreeMap<String, String>,
    others: &'c [Captured],
}

impl<'c> Case<'c> {
    fn of(&self, form: &'c str) -> impl Iterator<Item = &'c Captured> {
        self.others.iter().filter(move |other| other.form == form)
    }

    fn answer(&self, field: &str) -> Option<&'c str> {
        answer(self.values, field)
    }

    fn problem(&self, field: &str, why: Words) -> Option<Problem> {
        let asked: &Field = self.form.field(field)?;
        Some(Problem {
            field: field.to_owned(),
            label: Some(asked.label),
            fault: Fault::Against(why),
        })
    }

    fn day(&self) -> Option<Date> {
        day(self.answer(self.form.happened?)?)
    }

    /// The same answers are entered already; of forms with several rows on a page, the same row of the same moment, and of samples
    /// the same test.
    fn again(&self) -> Option<Problem> {
        let happened = self.form.happened?;
        let of_sample = self.form.domain.is_some_and(|domain| OF_SAMPLES.contains(&domain));
        let test = self.form.fields.first().filter(|_| of_sample).map(|field| field.id);
        let row = self
            .form
            .panel
            .and_then(|panel| Some(panel.rows.first()?.first()?.0))
            .or(test);
        let kept: Vec<&str> = match row {
            Some(row) => vec![row, happened, "lbspec"],
            None => self.form.fields.iter().map(|field| field.id).collect(),
        };
        self.answer(happened)?;
        let same = |other: &&Captured| kept.iter().all(|field| other.value(field) == self.answer(field));
        let twin = self.of(self.form.id).find(same)?;
        let number = twin.number;
        self.problem(
            row.unwrap_or(happened),
            both!(
                "entered already for this moment, as number {number}; correct that record, or confirm that this is another",
                "该时间已录入（编号 {number}）；请更正该记录，或确认此为另一条"
            ),
        )
    }

    /// The dose group is another than that of the subject's place or order: by it its outcomes are counted.
    fn of_other_level(&self) -> Option<Problem> {
        ["armcd", "actarmcd"].into_iter().find_map(|field| {
            let own = self.answer(field)?;
            let other = |form: &'c str| {
                self.of(form)
                    .find_map(|other| other.value("arm").filter(|arm| *arm != own))
            };
            let arm = other("conduct-slot").or_else(|| other("conduct-order"))?;
            self.problem(
                field,
                both!(
                    "the subject's place is at {arm}, not {own}; its outcomes count where this says, so check both",
                    "该受试者的名额属于{arm}而非{own}；其结局按此处计入，请核对两处"
                ),
            )
        })
    }

    fn long_ago(&self, now: DateTime) -> Option<Problem> {
        let happened = self.form.happened?;
        let earliest = now.date().saturating_sub(YEARS.years());
        let why = || {
            both!(
                "more than {YEARS} years ago; check the year against the source",
                "早于 {YEARS} 年前，请对照原始资料核对年份"
            )
        };
        self.day()
            .filter(|day| *day < earliest)
            .and_then(|_| self.problem(happened, why()))
    }

    /// When the subject consented, by every record that says so.
    fn consents(&self) -> impl Iterator<Item = &'c str> {
        let forms = self.of("consent").filter_map(|consent| consent.value("dsstdtc"));
        forms.chain(self.of("demography").filter_map(|subject| subject.value("rficdtc")))
    }

    fn without_consent(&self) -> Option<Problem> {
        let (when, happened) = (self.answer("when")?, self.form.happened?);
        let held = self.consents().any(|signed| !is_later(signed, when));
        let later = self.consents().find(|signed| is_later(signed, when));
        if let (true, Some(later)) = (held, later) {
            return self.problem(
                happened,
                both!(
                    "a consent signed later, on {later}, undoes it; check both dates against the source",
                    "此后于 {later} 签署的知情同意使其失效，请对照原始资料核对两个日期"
                ),
            );
        }
        let why = both!(
            "no consent is recorded that was signed by then; check both dates against the source",
            "此前没有已签署的知情同意记录，请对照原始资料核对两个日期"
        );
        (!held).then(|| self.problem(happened, why))?
    }

    fn same_bag(&self) -> Option<Problem> {
        let bag = self.answer("bag")?;
        let known = self.of("conduct-bag").find(|other| other.value("bag") == Some(bag))?;
        let number = known.number;
        self.problem(
            "bag",
            both!(
                "a bag of this label is recorded already, as number {number}; two of one label are given to nobody",
                "该标签的产品袋已有记录（编号 {number}）；同一标签的两袋均不得回输"
            ),
        )
    }

    fn of_no_event(&self, field: &str) -> Option<Problem> {
        let event: u32 = self.answer(field)?.parse().ok()?;
        let known = self.of("adverse-event").any(|other| other.number == event);
        let why = both!(
            "adverse event {event} is not recorded for this subject",
            "该受试者没有编号为 {event} 的不良事件记录"
        );
        (!known).then(|| self.problem(field, why))?
    }

    fn first_again(&self) -> Option<Problem> {
        let kept = ["event", "kind", "recipient"];
        self.answer("kind").filter(|kind| *kind == "INITIAL")?;
        let same = |other: &&Captured| kept.iter().all(|field| other.value(field) == self.answer(field));
        let number = self.of("conduct-case-report").find(same)?.number;
        self.problem(
            "kind",
            both!(
                "the first report to this recipient is recorded already, as number {number}; a later one is a follow-up",
                "向该对象的首次报告已有记录（编号 {number}）；后续报告应为随访报告"
            ),
        )
    }

    /// What happened after the subject withdrew from visits, samples or data, and did not consent anew.
    fn withdrawn(&self) -> Option<Problem> {
        let domain = self.form.domain?;
        let (happened, when) = (self.form.happened?, self.answer(self.form.happened?)?);
        if !is_withdrawn_from(domain) {
            return None;
        }
        let anew = |from: &str| {
            self.consents()
                .any(|signed| is_later(signed, from) && !is_later(signed, when))
        };
        let stands = |from: &str| is_later(when, from) && !anew(from);
        let (scope, from) = self.of("conduct-withdrawal").find_map(|withdrawal| {
            let from = withdrawal.value("when")?;
            let scopes = [
                ("data", true),
                ("visits", domain == "SV" || self.form.assessed.is_some()),
                ("samples", OF_SAMPLES.contains(&domain)),
                ("treatment", domain == "EX" || domain == "EC"),
            ];
            let said = |(scope, bears): &(&str, bool)| *bears && withdrawal.value(scope) == Some("Y");
            let (scope, _) = scopes.into_iter().find(said)?;
            stands(from).then_some((scope, from))
        })?;
        let (en, zh) = match scope {
            "data" => ("the collection of data", "数据收集"),
            "visits" => ("visits", "访视"),
            "samples" => ("samples", "样本"),
            _ => ("treatment", "治疗"),
        };
        self.problem(
            happened,
            both!(
                "after the subject withdrew from {en} on {from}; enter it only if consent allows it",
                "晚于受试者 {from} 撤回对{zh}的同意；仅在知情同意允许时录入"
            ),
        )
    }
}

/// Whether a subject that withdrew gives no more of a dataset. A death is public, and events are followed for its safety.
fn is_withdrawn_from(domain: &str) -> bool {
    !["AE", "DS", "DM", "DV", "SS", "CO"].contains(&domain)
}

fn day(text: &str) -> Option<Date> {
    When::parse(text).ok()?.day()
}

/// Whether a moment lies later than another: by the clock where both tell it, otherwise by the day.
fn is_later(text: &str, than: &str) -> bool {
    let (Ok(when), Ok(other)) = (When::parse(text), When::parse(than)) else {
        return false;
    };
    match (when.clock, other.clock) {
        (Some(_), Some(_)) => when.order() > other.order(),
        _ => when.date.earliest() > other.date.latest(),
    }
}
