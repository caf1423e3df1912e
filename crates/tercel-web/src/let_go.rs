//! What a change of the records would let go of: halts, levels that the design closes, bags of others.

use jiff::Timestamp;
use tercel::conduct::{ConductRecords, Study, closed_since, halts_ended, other_owner, standing_halts_of};
use tercel::design::{DoseAnswer, decide_study};
use tercel::endpoint::Analysis;
use tercel::language::{Words, both};
use tercel::protocol::{DoseLevel, Trial};
use tercel::study::SubjectId;
use tercel_exchange::form::form;
use tercel_store::{NewRecord, Record, Values};

use crate::capture::{foreseen, new_record};
use crate::conduct::site_time;
use crate::snapshot::data_and_conduct;

/// What stands by the records there are, and would stand no more by a change of them.
#[derive(Debug, Default)]
pub struct LetGo {
    /// Halts that would end, in words.
    pub halts: Vec<Words>,
    /// Levels that the committee opened and the design closes, and would close no more.
    pub levels: Vec<DoseLevel>,
}

impl LetGo {
    /// What stands in a study before a change of its records and not after.
    pub(crate) fn between(before: &Study<'_>, after: &Study<'_>) -> Self {
        let still = closed_since(after);
        let closed = closed_since(before).into_iter();
        Self {
            halts: halts_ended(before, after),
            levels: closed.filter(|level| !still.contains(level)).collect(),
        }
    }

    /// What is let go of, in words; `None`: nothing.
    pub fn words(&self) -> Option<Words> {
        let halts = self.halts.iter().map(|halt| {
            both!(
                "a halt no longer stands ({en})",
                "一项暂停不再成立（{zh}）",
                en = halt.en,
                zh = halt.zh
            )
        });
        let levels = self.levels.iter().map(|level| {
            both!(
                "the rule no longer closes dose level {level}",
                "方案规则不再关闭剂量水平{level}"
            )
        });
        halts.chain(levels).reduce(|one, next| {
            both!(
                "{en}; {next_en}",
                "{zh}；{next_zh}",
                en = one.en,
                zh = one.zh,
                next_en = next.en,
                next_zh = next.zh
            )
        })
    }

    /// The halt that is entered with the change; `None`: it lets go of nothing. What had halted treatment, or closed a level, is not
    /// let go of by who enters data: two members of the committee end the halt.
    pub fn halt(&self, what: &Words, now: Timestamp) -> Option<NewRecord> {
        let gone = self.words()?;
        // Whoever reads it reads its own language.
        let reason = format!(
            "{}: by it {}; the committee confirms it · {}：{}，须由委员会确认",
            what.en, gone.en, what.zh, gone.zh
        );
        let from = format!("{:.16}", site_time(now).to_string());
        let values: Values = [("reason", reason), ("from", from)]
            .map(|(field, value)| (field.to_owned(), value))
            .into();
        Some(new_record(form("conduct-pause")?, None, None, None, values))
    }
}

/// What new records of many subjects, entered in one sitting, would let go of at a moment; an error where a bag among them is
/// another subject's.
pub fn let_go(there: &[Record], new: &[NewRecord], trial: &Trial, now: Timestamp) -> Result<LetGo, Words> {
    let with = new.iter().enumerate();
    let with = with.filter_map(|(place, one)| foreseen(one, place, "", now));
    let (now, today) = (site_time(now), site_time(now).date());
    let old = data_and_conduct(there.iter(), trial);
    let answer = answer_of(&Analysis::new(trial, &old.0, Some(today)));
    let before = Study::new(trial, &old.0, &old.1, now).with_answer(answer.as_ref());
    let bags = new.iter().any(|one| one.form == BAG);
    if !bags && !holds_back(&before) {
        return Ok(LetGo::default());
    }
    let all: Vec<Record> = there.iter().cloned().chain(with).collect();
    let made = data_and_conduct(all.iter(), trial);
    if let Some(why) = new.iter().find_map(|one| of_another(&made.1, one)) {
        return Err(why);
    }
    let answer = answer_of(&Analysis::new(trial, &made.0, Some(today)));
    let after = Study::new(trial, &made.0, &made.1, now).with_answer(answer.as_ref());
    Ok(LetGo::between(&before, &after))
}

/// Whether a halt stands, or a level that the committee opened is closed by the design.
pub(crate) fn holds_back(study: &Study<'_>) -> bool {
    !standing_halts_of(study).is_empty() || !closed_since(study).is_empty()
}

/// What the design says to these data.
pub(crate) fn answer_of(analysis: &Analysis<'_>) -> Option<DoseAnswer> {
    decide_study(analysis).map(|decided| DoseAnswer::of(analysis, &decided))
}

/// The form of a bag.
pub(crate) const BAG: &str = "conduct-bag";

fn of_another(conduct: &ConductRecords, new: &NewRecord) -> Option<Words> {
    let label = new.values.get("bag").filter(|_| new.form == BAG)?;
    let (other, known) = other_owner(conduct, &SubjectId::new(new.subject.as_deref()?), label)?;
    Some(other_bag(label, other, known))
}

/// Why a bag is not entered: it is another's.
pub(crate) fn other_bag(label: &str, other: &SubjectId, known: &str) -> Words {
    both!(
        "bag {label} reads as {known}, which is recorded for {other}: no two subjects have a bag of one label. Correct the record that \
         is wrong; nothing was saved",
        "{label}号袋与已记录为{other}所有的{known}号袋标签相同或难以区分：两名受试者不得有同一标签的产品袋。请更正错误的记录；未保存任何内容"
    )
}
