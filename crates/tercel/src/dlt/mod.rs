//! Dose-limiting toxicity: three-valued status per subject.
//!
//! # What it derives
//! For each infused subject: a DLT, no DLT, still pending (until when, on what), or not evaluable (why).
//!
//! # Source
//! The protocol's `[dlt]` rules; evaluability and the three-valued status follow the practice summarised in
//! `docs/methods.md`, section "DLT status".
//!
//! # Formula
//! 1. An event in the window that meets a criterion, attributed and with a complete onset date: **DLT**.
//! 2. Otherwise, anything that could still turn out to be one: **pending**.
//! 3. Otherwise, a reason why the window was not observed as planned: **not evaluable**.
//! 4. Otherwise, followed by a contact on or after the last day of the window: **no DLT**; else **pending**.
//!
//! # Limits
//! A record of absence (a contact, a recovery) can only move a status from pending to no DLT; taking one away never does.

mod case;
mod event;
mod lab;
mod lasting;
mod pause;
mod runs;
mod score;
mod together;
mod toxicity;

use std::fmt;

use jiff::civil::Date;

pub use case::{committee, is_investigator};
pub use pause::{DEATH, Halt, halting, set_off, standing_halts};
pub use toxicity::{CrsItems, ToxicityGrade, toxicity_grades};

pub(crate) use self::event::covers;

use self::case::Case;
use self::event::Judge;
use self::lasting::Seen;
use crate::grade::{Grade, Scale};
use crate::language::{Language, Text, Words, both};
use crate::protocol::{Cells, DltOrigin, EventClass, LabRule, Trial};
use crate::study::{AdverseEvent, Infusion, RecordId, Subject, Syndrome, days_between};

/// Where a subject stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// At least one DLT.
    Dlt,
    /// Observed through the window without one.
    NoDlt,
    /// Not decided yet; the day by which it will be, where that is known.
    Pending(Option<Date>),
    /// Not evaluable, to be replaced.
    NotEvaluable(NotEvaluable),
}

/// Why a subject without DLT does not count.
#[derive(Debug, Clone, PartialEq)]
pub enum NotEvaluable {
    /// Other anticancer therapy began within the window.
    NewTherapy(Date),
    /// Withdrew or was lost within the window.
    LeftStudy(Date),
    /// Death within the window that the committee judged not to be a DLT.
    Death(Date),
    /// Fewer cells than the protocol's tolerance, in percent of the group's dose.
    UnderDosed(f64),
}

impl NotEvaluable {
    /// The reason in words.
    pub fn words(&self) -> Words {
        match self {
            Self::NewTherapy(day) => both!(
                "other anticancer therapy on {day}, within the DLT window",
                "{day}在DLT观察期内开始其他抗肿瘤治疗"
            ),
            Self::LeftStudy(day) => both!(
                "left the study on {day}, within the DLT window",
                "{day}在DLT观察期内退出研究"
            ),
            Self::Death(day) => both!(
                "died on {day}, judged by the committee not to be a DLT",
                "{day}死亡，委员会判定不属于DLT"
            ),
            Self::UnderDosed(percent) => both!(
                "received {percent:.1} % of the group's dose",
                "实际接受该组剂量的{percent:.1}%"
            ),
        }
    }
}

impl fmt::Display for NotEvaluable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().en)
    }
}

/// The days on which an event counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
    /// Day of infusion.
    pub infused: Date,
}

/// One reason behind a status.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// Criterion, where one is concerned.
    pub criterion: Option<String>,
    /// The sentence for the listing.
    pub text: Words,
    /// Records it rests on.
    pub records: Vec<RecordId>,
    /// The last day on which it can have begun, where that is known.
    pub since: Option<Date>,
    /// Until when it is open, for pending ones.
    pub until: Option<Date>,
    /// Whether it stays open until the committee judges it.
    pub for_committee: bool,
}

impl Ground {
    fn new(text: impl Into<Words>, records: Vec<RecordId>) -> Self {
        Self {
            criterion: None,
            text: text.into(),
            records,
            since: None,
            until: None,
            for_committee: false,
        }
    }

    /// What is judged, as a verdict of the committee names it: criterion, and every record with what it says. Of an event whose end is
    /// entered later it says the same.
    fn name(&self, subject: &Subject) -> String {
        let criterion = self.criterion.as_deref().unwrap_or("-");
        let mut said: Vec<String> = self.records.iter().map(|record| said(subject, record)).collect();
        said.sort();
        said.dedup();
        format!("{criterion}:{}", said.join("+"))
    }

    /// What no passing of time settles.
    fn for_committee(text: impl Into<Words>, records: Vec<RecordId>) -> Self {
        Self {
            for_committee: true,
            ..Self::new(text, records)
        }
    }
}

/// A record with what it says that a verdict rests on.
fn said(subject: &Subject, record: &RecordId) -> String {
    let name = format!("{}/{}", record.dataset, record.number);
    if let Some(event) = subject.adverse_events.iter().find(|event| event.record == *record) {
        let onset = event.start.map_or_else(|| "-".to_owned(), |start| start.to_string());
        let grade = pause::grade_of(event).map_or(0, Grade::number);
        return format!("{name}@{onset}/{}={grade}", in_one_word(&event.term));
    }
    let found = subject.toxicity.iter().find(|one| one.record == *record);
    let found = found.map(|one| in_one_word(&one.result));
    let lab = subject.labs.iter().find(|one| one.record == *record);
    let lab = lab.and_then(|one| one.value).map(|value| value.to_string());
    let score = subject.scores.iter().find(|one| one.record == *record);
    let value = found.or(lab).or_else(|| score.map(|score| score.value.to_string()));
    value.map_or_else(|| name.clone(), |value| format!("{name}={value}"))
}

/// A text without blanks and marks, so that it can stand in a list.
fn in_one_word(text: &str) -> String {
    let letters = text.to_lowercase();
    let kept = letters.chars().take(60);
    kept.map(|letter| {
        if letter.is_alphanumeric() || letter == '.' {
            letter
        } else {
            '_'
        }
    })
    .collect()
}

/// The DLT verdict of one infused subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Status.
    pub status: Status,
    /// The window; `None` while the day of infusion is not known.
    pub window: Option<Window>,
    /// Criteria met.
    pub met: Vec<Ground>,
    /// What is still open.
    pub open: Vec<Ground>,
    /// Everything the verdict rests on.
    pub records: Vec<RecordId>,
    /// Everything there is to judge, as a verdict of the committee names it.
    pub known: Vec<String>,
}

impl Verdict {
    /// What stays open until the committee judges it.
    pub fn for_committee(&self) -> impl Iterator<Item = &Ground> {
        let is_open = matches!(self.status, Status::Pending(_));
        self.open.iter().filter(move |ground| is_open && ground.for_committee)
    }

    /// One sentence for the listing.
    pub fn sentence(&self) -> String {
        self.words(Language::English)
    }

    /// The same in a language; what the criteria say stays in the words of the protocol.
    pub fn words(&self, language: Language) -> String {
        let zh = language == Language::Chinese;
        let named = |en: &str, zh: &str, grounds: &[Ground]| match language {
            Language::English => format!("{en}: {}", list(grounds, language)),
            Language::Chinese => format!("{zh}：{}", list(grounds, language)),
        };
        match (&self.status, self.window) {
            (Status::Dlt, _) if self.met.is_empty() && zh => "DLT（委员会判定）".to_owned(),
            (Status::Dlt, _) if self.met.is_empty() => "DLT by the committee's judgement".to_owned(),
            (Status::Dlt, _) => named("DLT", "DLT", &self.met),
            (Status::NoDlt, Some(window)) if zh => format!("无DLT，已随访至{}", window.last),
            (Status::NoDlt, Some(window)) => format!("no DLT, followed through {}", window.last),
            (Status::NoDlt, None) if zh => "无DLT".to_owned(),
            (Status::NoDlt, None) => "no DLT".to_owned(),
            (Status::Pending(Some(until)), _) => {
                named(&format!("pending until {until}"), &format!("待定至{until}"), &self.open)
            }
            (Status::Pending(None), _) => named("pending", "待定", &self.open),
            (Status::NotEvaluable(why), _) if zh => format!("不可评价：{}", why.words().zh),
            (Status::NotEvaluable(why), _) => format!("not evaluable: {why}"),
        }
    }
}

/// The grounds in one sentence; a criterion that several neighbours meet is quoted once, after the last of them.
fn list(grounds: &[Ground], language: Language) -> String {
    let quote = |ground: &Ground| {
        let text = ground.text.of(language);
        text.find(" [").and_then(|at| text.get(at..).map(str::to_owned))
    };
    let mut parts: Vec<&str> = Vec::new();
    let mut grounds: Vec<&Ground> = grounds.iter().collect();
    grounds.dedup_by(|one, other| one.text == other.text);
    for (index, ground) in grounds.iter().enumerate() {
        let text = ground.text.of(language);
        let next = grounds.get(index + 1).copied().and_then(quote);
        let short = next.and_then(|next| text.strip_suffix(next.as_str())).unwrap_or(text);
        if !parts.contains(&short) {
            parts.push(short);
        }
    }
    parts.join(match language {
        Language::English => "; ",
        Language::Chinese => "；",
    })
}

/// What a criterion says of an event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// It is met.
    Met(Ground),
    /// It may yet be met.
    Open(Ground),
    /// It is not met.
    No,
}

/// What the values say, where something else than the treatment may explain them: that is for the committee to judge.
fn unless(answer: Answer, cause: Option<&Words>) -> Answer {
    match (answer, cause) {
        (Answer::Met(ground), Some(cause)) => Answer::Open(Ground {
            text: both!(
                "whether {cause_en} explains it waits for the committee: {en}",
                "是否由“{cause_zh}”所致，待委员会判定：{zh}",
                cause_en = cause.en,
                cause_zh = cause.zh,
                en = ground.text.en,
                zh = ground.text.zh
            ),
            until: None,
            for_committee: true,
            ..ground
        }),
        (answer, _) => answer,
    }
}

/// The DLT verdict of a subject as of `cut`; `None` if no infusion is recorded.
pub fn derive_dlt(trial: &Trial, subject: &Subject, cut: Date) -> Option<Verdict> {
    let first = subject.infusions.first();
    let record = first
        .map(|infusion| &infusion.record)
        .or(subject.undated_infusions.first())?;
    let mut verdict = Verdict {
        status: Status::Pending(None),
        window: None,
        met: Vec::new(),
        open: Vec::new(),
        records: vec![subject.record.clone()],
        known: Vec::new(),
    };
    verdict.records.extend(infusion_records(subject));
    if let Some((infusion, infused)) = first.and_then(|infusion| Some((infusion, infusion.when.day()?))) {
        let window = window(trial, subject, infused);
        verdict.window = Some(window);
        collect_grounds(trial, subject, window, cut, &mut verdict);
        let case = Case {
            trial,
            subject,
            infusion,
            window,
            cut,
        };
        verdict.status = case.status(&mut verdict);
    } else {
        verdict.open.push(Ground::new(
            Text::new("the day of infusion is not known", "回输日期不明"),
            vec![record.clone()],
        ));
    }
    let grounds = verdict.met.iter().chain(&verdict.open);
    verdict
        .records
        .extend(grounds.flat_map(|ground| ground.records.clone()));
    verdict.records.sort();
    verdict.records.dedup();
    Some(verdict)
}

fn infusion_records(subject: &Subject) -> impl Iterator<Item = RecordId> {
    let dated = subject.infusions.iter().map(|infusion| infusion.record.clone());
    dated.chain(subject.undated_infusions.iter().cloned())
}

fn window(trial: &Trial, subject: &Subject, infused: Date) -> Window {
    let conditioned = subject.lymphodepletion.first().and_then(|dose| dose.start.day());
    let first = match trial.dlt.origin {
        DltOrigin::Infusion => infused,
        DltOrigin::Lymphodepletion => conditioned.unwrap_or(infused),
    };
    Window {
        first,
        last: add_days(infused, trial.dlt.window_days),
        infused,
    }
}

/// Holds every event, finding and laboratory value against the criteria.
fn collect_grounds(trial: &Trial, subject: &Subject, window: Window, cut: Date, verdict: &mut Verdict) {
    let judge = Judge {
        trial,
        subject,
        window,
        cut,
        seen: Seen::of(subject, cut),
        graded: [Syndrome::Crs, Syndrome::Icans].map(|syndrome| toxicity_grades(subject, syndrome)),
    };
    let mut consulted = Vec::new();
    let mut answers: Vec<Answer> = Vec::new();
    answers.extend(
        subject
            .adverse_events
            .iter()
            .map(|event| judge.event(event, &mut consulted)),
    );
    answers.extend(judge.findings_without_event(&mut consulted));
    for criterion in &trial.dlt.lab_criteria {
        let found = match &criterion.rule {
            LabRule::Lasting {
                analytes,
                above_uln,
                days,
            } => {
                let limit = lab::Limit {
                    criterion,
                    above_uln: *above_uln,
                    days: *days,
                };
                lab::judge(&limit, analytes, &judge, &mut consulted)
            }
            LabRule::Together {
                conditions,
                within_days,
            } => together::judge(criterion, conditions, *within_days, &judge, &mut consulted),
        };
        answers.extend(
            found
                .into_iter()
                .map(|answer| unless(answer, criterion.unless.as_ref())),
        );
    }
    for criterion in &trial.dlt.score_criteria {
        let found = score::judge(criterion, &judge, &mut consulted);
        answers.extend(
            found
                .into_iter()
                .map(|answer| unless(answer, criterion.unless.as_ref())),
        );
    }
    for answer in answers {
        match answer {
            Answer::Met(ground) => verdict.met.push(ground),
            Answer::Open(ground) => verdict.open.push(ground),
            Answer::No => {}
        }
    }
    verdict.records.extend(consulted);
    verdict
        .records
        .extend(subject.lymphodepletion.first().map(|dose| dose.record.clone()));
    verdict.records.extend(
        subject
            .adjudications
            .iter()
            .map(|adjudication| adjudication.record.clone()),
    );
    verdict.records.extend(
        subject
            .dispositions
            .iter()
            .map(|disposition| disposition.record.clone()),
    );
    verdict
        .records
        .extend(subject.death.iter().map(|death| death.record.clone()));
}

/// Cells given on the day of an infusion, all bags together, in percent of the planned ones.
pub fn actual_percent(trial: &Trial, subject: &Subject, infusion: &Infusion) -> Option<f64> {
    if !subject.undated_infusions.is_empty() {
        return None;
    }
    let group = subject
        .level
        .and_then(|level| trial.dose_levels.get(level))
        .map(|group| group.planned);
    cells_given(subject, infusion)?.percent_of(group.or(infusion.planned)?)
}

/// Cells given on the day of an infusion, all bags together: the bags of one day are one dose.
pub fn cells_given(subject: &Subject, infusion: &Infusion) -> Option<Cells> {
    let same_day = subject
        .infusions
        .iter()
        .filter(|other| other.when.date == infusion.when.date);
    let bags: Vec<&Infusion> = same_day.collect();
    // Of one bag the number stays as it was recorded.
    if let [bag] = bags.as_slice() {
        return bag.actual;
    }
    let cells: Option<Vec<f64>> = bags.iter().map(|bag| bag.actual.map(Cells::to_cells)).collect();
    Cells::new(cells?.iter().sum())
}

/// Why [`actual_percent`] cannot be told.
pub(crate) fn no_percent(subject: &Subject, infusion: &Infusion) -> Words {
    let same_day = || {
        let others = subject.infusions.iter();
        others.filter(|other| other.when.date == infusion.when.date)
    };
    if !subject.undated_infusions.is_empty() {
        both!(
            "an infusion has no date, so the cells given that day are not known",
            "有一次回输缺少日期，当日回输细胞数不明"
        )
    } else if same_day().any(|bag| bag.actual.is_none()) {
        both!("the number of cells infused is not recorded", "没有回输细胞数的记录")
    } else {
        both!(
            "the dose level is not recorded, so the cells infused cannot be held against its dose",
            "没有剂量水平的记录，无法核对回输细胞数"
        )
    }
}

/// Whether an event belongs to a class; `None` where its organ class decides and is not coded.
pub fn class_holds(trial: &Trial, class: &EventClass, event: &AdverseEvent) -> Option<bool> {
    class.holds(&trial.dlt.event_classes, &terms(event), event.organ_class.as_deref())
}

/// The scale of an event's grade.
pub fn scale_of(trial: &Trial, event: &AdverseEvent) -> Scale {
    trial.scale_of(&terms(event), event.organ_class.as_deref())
}

fn terms(event: &AdverseEvent) -> Vec<&str> {
    std::iter::once(event.term.as_str())
        .chain(event.preferred_term.as_deref())
        .collect()
}

/// Whether an event is known to belong to the class of this name.
pub fn is_in_class(trial: &Trial, class: &str, event: &AdverseEvent) -> bool {
    let class = trial.event_class(class);
    class.is_some_and(|class| class_holds(trial, class, event) == Some(true))
}

/// `days` after `date`; the far end of the calendar stays where it is.
pub(crate) fn add_days(date: Date, days: u32) -> Date {
    date.saturating_add(jiff::Span::new().days(i64::from(days)))
}

/// Whole days from one day to another, for durations that count calendar days.
pub(crate) fn days_from(from: Date, to: Date) -> i32 {
    days_between(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_criterion_met_by_several_results_is_quoted_once() {
        let grounds = [
            "ALT above [eight]",
            "AST above [eight]",
            "ALT far above [twenty]",
            "ALT far above [twenty]",
        ];
        let grounds = grounds.map(|text| Ground::new(Text::new(text, text), Vec::new()));
        assert_eq!(
            list(&grounds, Language::English),
            "ALT above; AST above [eight]; ALT far above [twenty]"
        );
    }
}
