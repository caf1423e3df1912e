//! What new records of many subjects, entered in one sitting, would let go of: halts, levels that the design closes, bags of others.

use jiff::Timestamp;
use tercel::conduct::{ConductRecords, Study, closed_since, halts_ended, other_owner, standing_halts_of};
use tercel::design::{DoseAnswer, decide_study};
use tercel::endpoint::Analysis;
use tercel::language::{Words, both};
use tercel::protocol::{DoseLevel, Trial};
use tercel::study::{StudyData, SubjectId};
use tercel_exchange::form::form;
use tercel_store::{NewRecord, Record, Values};

use crate::capture::{foreseen, new_record};
use crate::conduct::site_time;
use crate::snapshot::data_and_conduct;

/// What stands by the records there are, and would stand no more by new ones beside them; and what new ones may not be.
#[derive(Debug, Default)]
pub struct LetGo {
    /// Halts that would end, in words: they end by two members of the committee alone.
    pub halts: Vec<Words>,
    /// Levels that the committee opened and the design closes, and would close no more.
    pub levels: Vec<DoseLevel>,
    /// Bags of one subject that are another's, in words.
    pub bags: Vec<Words>,
}

/// What these new records would let go of, at a moment.
pub fn let_go(there: &[Record], new: &[NewRecord], trial: &Trial, now: Timestamp) -> LetGo {
    let with = new.iter().enumerate();
    let with = with.filter_map(|(place, one)| foreseen(one, place, "", now));
    let (now, today) = (site_time(now), site_time(now).date());
    let said = |data: &StudyData| {
        let analysis = Analysis::new(trial, data, Some(today));
        decide_study(&analysis).map(|decided| DoseAnswer::of(&analysis, &decided))
    };
    let old = data_and_conduct(there.iter(), trial);
    let answer = said(&old.0);
    let before = Study::new(trial, &old.0, &old.1, now).with_answer(answer.as_ref());
    let closed = closed_since(&before);
    let bags = new.iter().any(|one| one.form == BAG);
    if !bags && closed.is_empty() && standing_halts_of(&before).is_empty() {
        return LetGo::default();
    }
    let all: Vec<Record> = there.iter().cloned().chain(with).collect();
    let made = data_and_conduct(all.iter(), trial);
    let answer = said(&made.0);
    let after = Study::new(trial, &made.0, &made.1, now).with_answer(answer.as_ref());
    let still = closed_since(&after);
    LetGo {
        halts: halts_ended(&before, &after),
        levels: closed.into_iter().filter(|level| !still.contains(level)).collect(),
        bags: new.iter().filter_map(|one| of_another(&made.1, one)).collect(),
    }
}

const BAG: &str = "conduct-bag";

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

/// The halt that is entered with a change by which the design closes a level no more. What a DLT had closed is not opened by who
/// enters data: two members of the committee end the halt.
pub fn halt_by(what: &Words, level: DoseLevel, now: Timestamp) -> Option<NewRecord> {
    // Whoever reads it reads its own language.
    let reason = format!(
        "{}: by it the rule no longer closes dose level {level}; the committee confirms it · \
         {}：方案规则不再关闭剂量水平{level}，须由委员会确认",
        what.en, what.zh
    );
    let from = format!("{:.16}", site_time(now).to_string());
    let values: Values = [("reason", reason), ("from", from)]
        .map(|(field, value)| (field.to_owned(), value))
        .into();
    Some(new_record(form("conduct-pause")?, None, None, None, values))
}
