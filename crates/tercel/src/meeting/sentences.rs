//! The lines of a packet in words: what page, terminal and comparison print.

use super::about::{Completeness, OpenQuery};
use super::advice::{Advice, Opinion};
use super::frozen_zh::{analyte_words, grade_words, no_answer_words, visit_words};
use super::packet::{HaltLine, IfNone, IfOpen, LevelLine, Limits, WaitingFor};
use super::recommended::{BestLine, Feasibility, KineticsLine, ResponseLine, Spread};
use super::subject::{ContactLine, DeviationLine, Dose, SeriousLine, Worst};
use super::words::action_words;
use crate::language::Language;
use crate::protocol::{Cells, Trial};
use crate::report::number::{self, MISSING};
use crate::study::RecordId;

impl Limits {
    /// `0.0–70.8 %`.
    pub fn words(self) -> String {
        let text = number::limits(Some(self.lower), Some(self.upper), number::percent_digits);
        text.map_or_else(|| MISSING.to_owned(), |text| format!("{text} %"))
    }
}

impl Advice {
    /// The action and its reason; the reason is the engine's own sentence.
    pub fn words(&self, language: Language) -> String {
        let action = action_words(self.action, language);
        match language {
            Language::English => format!("{action}: {}", self.because.en),
            Language::Chinese => format!("{action}：{}", self.because.zh),
        }
    }
}

impl Opinion {
    /// What the design says.
    pub fn words(&self, language: Language) -> String {
        match (&self.answer, language) {
            (Ok(advice), language) => advice.words(language),
            (Err(why), Language::English) => format!("no answer: {why}"),
            (Err(why), Language::Chinese) => format!("无答案：{}", no_answer_words(why, language)),
        }
    }
}

impl IfOpen {
    /// `If 003 (level 2) has a DLT: de-escalate to level 1; if not: escalate to level 3.`
    pub fn sentence(&self, language: Language) -> String {
        let (subject, level) = (&self.subject, self.level);
        let dlt = action_words(self.if_dlt.action, language);
        let none = action_words(self.if_no_dlt.action, language);
        match language {
            Language::English => format!("If {subject} (level {level}) has a DLT: {dlt}; if not: {none}."),
            Language::Chinese => format!("若{subject}（剂量水平{level}）发生DLT：{dlt}；否则：{none}。"),
        }
    }
}

impl IfNone {
    /// `If the DLT of 003 (level 2) were not one: escalate to level 3.`
    pub fn sentence(&self, language: Language) -> String {
        let (subject, level) = (&self.subject, self.level);
        let then = action_words(self.advice.action, language);
        match language {
            Language::English => format!("If the DLT of {subject} (level {level}) were not one: {then}."),
            Language::Chinese => format!("若{subject}（剂量水平{level}）的DLT不成立：{then}。"),
        }
    }
}

impl WaitingFor {
    /// Whom and what is waited for.
    pub fn words(&self, language: Language) -> String {
        let level = match (self.level, language) {
            (Some(level), Language::English) => format!(" (level {level})"),
            (Some(level), Language::Chinese) => format!("（剂量水平{level}）"),
            (None, _) => String::new(),
        };
        format!("{}{level}: {}", self.subject, self.sentence.of(language))
    }
}

impl HaltLine {
    /// The rule and who met it, or the reason and the record that gives it.
    pub fn words(&self, language: Language) -> String {
        let each = self
            .subjects
            .iter()
            .map(|(subject, what)| format!("{subject}: {}", what.of(language)));
        let mut each = each.collect::<Vec<_>>().join("; ");
        if self.subjects.is_empty() {
            each.clone_from(&self.rule);
        }
        let text = self.text.of(language);
        match language {
            Language::English => format!("\"{text}\" ({each})"),
            Language::Chinese => format!("“{text}”（{each}）"),
        }
    }
}

impl LevelLine {
    /// Planned cells, with a raised exponent.
    pub fn planned_words(&self, language: Language) -> String {
        let planned = Cells::new(self.planned);
        planned.map_or_else(|| MISSING.to_owned(), |cells| number::raise(cells.words().of(language)))
    }

    /// What the outcomes of the level say, and what they do not: no number of subjects shows that a dose is safe.
    pub fn sentence(&self, confidence: f64, language: Language) -> String {
        let (dlt, of, level) = (self.dlt, self.evaluable, self.level);
        let confidence = number::confidence(confidence);
        match (self.limits, language) {
            (None, Language::English) => {
                format!("Level {level}: nobody is evaluable yet, so nothing is known of its DLT rate.")
            }
            (None, Language::Chinese) => format!("剂量水平{level}：尚无可评价受试者，DLT发生率未知。"),
            (Some(limits), Language::English) => format!(
                "Level {level}: DLT in {dlt} of {of} evaluable subjects; a DLT rate anywhere in {} agrees with that \
                 (exact {confidence} interval).",
                limits.words()
            ),
            (Some(limits), Language::Chinese) => format!(
                "剂量水平{level}：{of}例可评价受试者中{dlt}例发生DLT；DLT发生率的{confidence}精确置信区间为{}。",
                limits.words()
            ),
        }
    }

    /// Every number of the line.
    pub(super) fn words(&self, language: Language) -> String {
        let limits = |limits: Option<Limits>| limits.map_or_else(|| MISSING.to_owned(), Limits::words);
        let (of_evaluable, of_infused) = (limits(self.limits), limits(self.limits_infused));
        let (planned, label) = (self.planned_words(language), &self.label);
        let Self {
            infused,
            evaluable,
            dlt,
            dlt_under_dosed,
            pending,
            replaced,
            ..
        } = self;
        match language {
            Language::English => format!(
                "{label} ({planned}): {infused} infused, {evaluable} evaluable, {dlt} with DLT ({dlt_under_dosed} of them \
                 under-dosed), {pending} pending, {replaced} replaced; {of_evaluable} of the evaluable, {of_infused} of the infused"
            ),
            Language::Chinese => format!(
                "{planned}：回输{infused}例，可评价{evaluable}例，DLT {dlt}例（其中剂量不足{dlt_under_dosed}例），待定{pending}例，\
                 替换{replaced}例；占可评价者{of_evaluable}，占回输者{of_infused}"
            ),
        }
    }
}

impl Dose {
    /// `9.6×10⁷ cells (96.0 %)`.
    pub fn words(&self, language: Language) -> String {
        let cells = self.actual.and_then(Cells::new);
        let given = match (cells, language) {
            (Some(cells), _) => number::raise(cells.words().of(language)),
            (None, Language::English) => "not recorded".to_owned(),
            (None, Language::Chinese) => "未记录".to_owned(),
        };
        let share = self.percent.map(|percent| number::percent(percent / 100.0));
        match (share, language) {
            (Some(share), Language::English) => format!("{given} ({share})"),
            (Some(share), Language::Chinese) => format!("{given}（{share}）"),
            (None, _) => given,
        }
    }

    /// What is to be said of a dose outside the tolerance; nothing within it.
    pub fn remark(&self, tolerance: (f64, f64), language: Language) -> Option<String> {
        let percent = self.percent?;
        let (least, most) = tolerance;
        match language {
            Language::English if percent < least => Some(format!("below {least} % of the planned dose")),
            Language::English if percent > most => Some(format!("above {most} % of the planned dose")),
            Language::Chinese if percent < least => Some(format!("低于计划剂量的{least} %")),
            Language::Chinese if percent > most => Some(format!("高于计划剂量的{most} %")),
            Language::English | Language::Chinese => None,
        }
    }
}

impl ContactLine {
    /// Visit, as the protocol names it, and day, or that there is none.
    pub fn words(&self, protocol: Option<&Trial>, language: Language) -> String {
        match (&self.seen, language) {
            (Some((name, day)), _) => format!("{}, {day}", visit_words(name, protocol, language)),
            (None, Language::English) => "none yet".to_owned(),
            (None, Language::Chinese) => "尚无".to_owned(),
        }
    }
}

impl Worst {
    /// `2`, `1 to 3`, `none recorded`, with what could not be graded.
    pub fn words(&self, language: Language) -> String {
        let grade = match (self.grade, self.ungraded, language) {
            (Some((least, most)), _, _) if least == most => least.to_string(),
            (Some((least, most)), _, Language::English) => format!("{least} to {most}"),
            (Some((least, most)), _, Language::Chinese) => format!("{least}至{most}"),
            (None, 0, Language::English) => return "none recorded".to_owned(),
            (None, 0, Language::Chinese) => return "无记录".to_owned(),
            (None, _, _) => MISSING.to_owned(),
        };
        match (self.ungraded, language) {
            (0, _) => grade,
            (ungraded, Language::English) => format!("{grade} ({ungraded} without grade)"),
            (ungraded, Language::Chinese) => format!("{grade}（{ungraded}条无分级）"),
        }
    }
}

impl SeriousLine {
    /// Term, grade, onset, relation, outcome.
    pub fn words(&self, language: Language) -> String {
        let known = |text: &Option<String>| text.clone().unwrap_or_else(|| MISSING.to_owned());
        let (grade, start, related) = (known(&self.grade), known(&self.start), known(&self.related));
        match language {
            Language::English => format!(
                "{}, {grade}, from {start}, relation to the infusion: {related}, {}",
                self.term, self.outcome
            ),
            Language::Chinese => {
                let related = match self.related.as_deref() {
                    Some("not related") => "无关",
                    Some("unlikely") => "可能无关",
                    Some("possible") => "可能有关",
                    Some("probable") => "很可能有关",
                    Some("definite") => "肯定有关",
                    Some(_) | None => MISSING,
                };
                let outcome = match self.outcome.as_str() {
                    "recovered" => "痊愈",
                    "ongoing" => "持续",
                    "fatal" => "死亡",
                    _ => "未知",
                };
                let grade = grade_words(&grade, language);
                format!("{}，{grade}，自{start}，与回输的关系：{related}，{outcome}", self.term)
            }
        }
    }
}

impl DeviationLine {
    /// The deviation with its day.
    pub fn words(&self) -> String {
        format!("{}, {}", self.text, self.when.as_deref().unwrap_or(MISSING))
    }
}

impl Completeness {
    /// `34 of 36`, with what is missing.
    pub fn words(&self, language: Language) -> String {
        let (entered, expected) = (self.entered, self.expected);
        let missing: Vec<&str> = self.missing.iter().map(|one| one.of(language)).collect();
        let missing = missing.join(if language == Language::Chinese { "、" } else { ", " });
        match (self.missing.is_empty(), language) {
            (true, Language::English) => format!("{entered} of {expected} forms"),
            (false, Language::English) => format!("{entered} of {expected} forms; missing: {missing}"),
            (true, Language::Chinese) => format!("{expected}份表单中{entered}份"),
            (false, Language::Chinese) => format!("{expected}份表单中{entered}份；缺：{missing}"),
        }
    }
}

impl OpenQuery {
    /// Place and question.
    pub fn words(&self) -> String {
        match &self.record {
            Some(record) => format!("{record}, {}: {}", self.field, self.text),
            None => format!("{}: {}", self.field, self.text),
        }
    }
}

impl Spread {
    /// `median 12.0 (8.00–15.0), n = 3`.
    pub fn words(self, language: Language) -> String {
        let [median, lowest, highest] = [self.median, self.lowest, self.highest].map(number::level);
        match language {
            Language::English => format!("median {median} ({lowest}–{highest}), n = {}", self.n),
            Language::Chinese => format!("中位数{median}（{lowest}–{highest}），n = {}", self.n),
        }
    }
}

/// A spread, or a dash.
fn spread(spread: Option<Spread>, language: Language) -> String {
    spread.map_or_else(|| MISSING.to_owned(), |spread| spread.words(language))
}

impl ResponseLine {
    /// `1 of 4 (0.6–80.6 %), 3 assessed`.
    pub fn words(&self, language: Language) -> String {
        let limits = self.limits.map_or_else(|| MISSING.to_owned(), Limits::words);
        let (responses, infused, assessed) = (self.responses, self.infused, self.assessed);
        match language {
            Language::English => format!("{responses} of {infused} ({limits}), {assessed} assessed"),
            Language::Chinese if infused == 0 => "尚无受试者回输".to_owned(),
            Language::Chinese => format!("{infused}例中{responses}例（{limits}），{assessed}例已评估"),
        }
    }
}

impl BestLine {
    /// With and without confirmation.
    pub fn words(&self, language: Language) -> String {
        match language {
            Language::English => format!("{} confirmed, {} unconfirmed", self.confirmed, self.unconfirmed),
            Language::Chinese if self.confirmed == self.unconfirmed => {
                format!("{}（是否要求确认均同）", self.confirmed)
            }
            Language::Chinese => format!("{}（要求确认），{}（不要求确认）", self.confirmed, self.unconfirmed),
        }
    }
}

impl KineticsLine {
    /// Peak, its time, area.
    pub fn words(&self, language: Language) -> String {
        let [peak, time, area] = [self.c_max, self.t_max, self.auc_28].map(|one| spread(one, language));
        match language {
            Language::English => format!(
                "{} ({}): peak {peak}; day of peak {time}; area to day 28 {area}",
                self.analyte, self.unit
            ),
            Language::Chinese => format!(
                "{}（{}）：峰值{peak}；达峰日{time}；至第28天面积{area}",
                analyte_words(&self.analyte, language),
                self.unit
            ),
        }
    }
}

impl Feasibility {
    /// How many came how far.
    pub fn words(&self, language: Language) -> String {
        let days = spread(self.days, language);
        let (least, infused) = (self.enrolled, self.infused);
        match language {
            Language::English => format!(
                "{least} enrolled, {} with cells collected, {infused} infused; {} of the infused outside the dose \
                 tolerance, {} of unknown dose; days from collection to infusion: {days}",
                self.collected, self.off_dose, self.dose_unknown
            ),
            Language::Chinese => format!(
                "入组{least}例，采集{}例，回输{infused}例；回输者中{}例超出剂量容许范围，{}例剂量未知；采集至回输天数：{days}",
                self.collected, self.off_dose, self.dose_unknown
            ),
        }
    }
}

/// Records in few letters: `DM 1; EX 1, 7; FA 36–53`, the subject before them where there are several. The records are in order.
pub fn records_words(records: &[RecordId]) -> String {
    let several = records
        .iter()
        .any(|record| Some(&record.subject) != records.first().map(|first| &first.subject));
    let mut parts: Vec<String> = Vec::new();
    let mut group: Option<(&RecordId, Vec<u32>)> = None;
    let close = |(first, numbers): (&RecordId, Vec<u32>)| {
        let subject = if several {
            format!(" {}", first.subject)
        } else {
            String::new()
        };
        format!("{}{subject} {}", first.dataset, runs(&numbers))
    };
    for record in records {
        match &mut group {
            Some((first, numbers)) if first.dataset == record.dataset && first.subject == record.subject => {
                numbers.push(record.number);
            }
            other => {
                parts.extend(other.take().map(close));
                *other = Some((record, vec![record.number]));
            }
        }
    }
    parts.extend(group.map(close));
    parts.join("; ")
}

/// Numbers in order, neighbours as a run.
fn runs(numbers: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if number.checked_sub(1) == Some(*last) => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let text = |(first, last): &(u32, u32)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    };
    runs.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Dataset, SubjectId};

    #[test]
    fn records_are_written_as_runs_and_name_the_subject_where_there_are_several() {
        let record = |dataset: &str, subject: &str, number| RecordId {
            dataset: Dataset::new(dataset),
            subject: SubjectId::new(subject),
            number,
        };
        let mut records: Vec<RecordId> = [1, 2, 3, 5, 6, 9].map(|number| record("FA", "A", number)).into();
        records.insert(0, record("DM", "A", 1));
        assert_eq!(records_words(&records), "DM 1; FA 1–3, 5, 6, 9");
        records.push(record("FA", "B", 9));
        assert_eq!(records_words(&records), "DM A 1; FA A 1–3, 5, 6, 9; FA B 9");
        assert_eq!(records_words(&[]), "");
    }
}
