//! Actions, occasions and standings in words.

use super::about::Occasion;
use super::subject::Standing;
use crate::design::{Action, action_in_chinese};
use crate::language::Language;

/// An action in words: `escalate to level 2`.
pub fn action_words(action: Action, language: Language) -> String {
    match language {
        Language::English => action.to_string(),
        Language::Chinese => action_in_chinese(action),
    }
}

impl Occasion {
    /// The occasion in words.
    pub fn words(&self, language: Language) -> String {
        let quoted = |open: &str, close: &str, between: &str| match self {
            Self::Pause(rules) => {
                let each = rules
                    .iter()
                    .map(|met| format!("{open}{}{close}", met.text.of(language)));
                each.collect::<Vec<_>>().join(between)
            }
            Self::LevelCompleted(_) | Self::LevelClosed(_) | Self::RecommendedDose | Self::Other(_) => String::new(),
        };
        match (self, language) {
            (Self::LevelCompleted(level), Language::English) => format!("dose level {level} is completed (scheduled)"),
            (Self::LevelCompleted(level), Language::Chinese) => format!("剂量水平{level}已完成（计划内）"),
            (Self::LevelClosed(level), Language::English) => format!("the rule closes dose level {level} (ad hoc)"),
            (Self::LevelClosed(level), Language::Chinese) => format!("方案规则关闭剂量水平{level}（临时会议）"),
            (Self::Pause(_), Language::English) => {
                format!(
                    "enrolment and treatment are halted by {} (ad hoc)",
                    quoted("\"", "\"", " and ")
                )
            }
            (Self::Pause(_), Language::Chinese) => {
                format!("入组与治疗因以下原因暂停（临时会议）：{}", quoted("“", "”", "、"))
            }
            (Self::RecommendedDose, Language::English) => "the recommended Phase 2 dose".to_owned(),
            (Self::RecommendedDose, Language::Chinese) => "II期推荐剂量".to_owned(),
            (Self::Other(words), _) => words.clone(),
        }
    }
}

impl Standing {
    /// Where a subject stands, in words.
    pub fn words(self, language: Language) -> String {
        match (self, language) {
            (Self::Dlt, _) => "DLT".to_owned(),
            (Self::NoDlt, Language::English) => "no DLT".to_owned(),
            (Self::NoDlt, Language::Chinese) => "无DLT".to_owned(),
            (Self::Pending(Some(until)), Language::English) => format!("pending until {until}"),
            (Self::Pending(Some(until)), Language::Chinese) => format!("待定，至{until}"),
            (Self::Pending(None), Language::English) => "pending".to_owned(),
            (Self::Pending(None), Language::Chinese) => "待定".to_owned(),
            (Self::Replaced, Language::English) => "not evaluable".to_owned(),
            (Self::Replaced, Language::Chinese) => "不可评价".to_owned(),
        }
    }

    /// How the subject counts in the decision, in words.
    pub fn counts_as(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Dlt, Language::English) => "evaluable, with a DLT",
            (Self::Dlt, Language::Chinese) => "可评价，有DLT",
            (Self::NoDlt, Language::English) => "evaluable, without a DLT",
            (Self::NoDlt, Language::Chinese) => "可评价，无DLT",
            (Self::Pending(_), Language::English) => "not yet evaluable",
            (Self::Pending(_), Language::Chinese) => "尚不可评价",
            (Self::Replaced, Language::English) => "replaced, not counted",
            (Self::Replaced, Language::Chinese) => "替换，不计入",
        }
    }
}
