//! What new records of many subjects, entered in one sitting, would let go of: halts, and levels that the design closes.

use jiff::Timestamp;
use tercel::conduct::{Study, closed_since, standing_halts_of};
use tercel::design::{DoseAnswer, decide_study};
use tercel::endpoint::Analysis;
use tercel::language::Words;
use tercel::protocol::{DoseLevel, Trial};
use tercel_exchange::form::form;
use tercel_store::{NewRecord, Record, Values};

use crate::capture::{foreseen, new_record};
use crate::conduct::site_time;
use crate::snapshot::data_and_conduct;

/// What stands by the records there are, and would stand no more by new ones beside them.
#[derive(Debug)]
pub struct LetGo {
    /// Halts that would end, in words: they end by two members of the committee alone.
    pub halts: Vec<Words>,
    /// Levels that the committee opened and the design closes, and would close no more.
    pub levels: Vec<DoseLevel>,
}

/// What these new records would let go of, at a moment.
pub fn let_go(there: &[Record], new: &[NewRecord], trial: &Trial, now: Timestamp) -> LetGo {
    let before = stands(there, trial, now);
    if before.halts.is_empty() && before.levels.is_empty() {
        return LetGo {
            halts: Vec::new(),
            levels: Vec::new(),
        };
    }
    let with = new.iter().enumerate();
    let with = with.filter_map(|(place, one)| foreseen(one, place, "", now));
    let after = stands(&there.iter().cloned().chain(with).collect::<Vec<_>>(), trial, now);
    let kept = |id: &str| after.halts.iter().any(|(other, _)| other == id);
    LetGo {
        halts: before
            .halts
            .into_iter()
            .filter(|(id, _)| !kept(id))
            .map(|(_, why)| why)
            .collect(),
        levels: before
            .levels
            .into_iter()
            .filter(|level| !after.levels.contains(level))
            .collect(),
    }
}

struct Stands {
    halts: Vec<(String, Words)>,
    levels: Vec<DoseLevel>,
}

fn stands(records: &[Record], trial: &Trial, now: Timestamp) -> Stands {
    let (data, conduct) = data_and_conduct(records.iter(), trial);
    let now = site_time(now);
    let analysis = Analysis::new(trial, &data, Some(now.date()));
    let answer = decide_study(&analysis).map(|decided| DoseAnswer::of(&analysis, &decided));
    let study = Study::new(trial, &data, &conduct, now).with_answer(answer.as_ref());
    Stands {
        halts: standing_halts_of(&study)
            .into_iter()
            .map(|(id, why, _)| (id, why))
            .collect(),
        levels: closed_since(&study),
    }
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
