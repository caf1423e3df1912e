//! A protocol as it reads in Chinese.

use super::Trial;
use crate::language::Language;

impl Trial {
    /// The protocol with its names and texts in a language, for pages; what it does not have in Chinese stays English.
    /// Nothing that is computed rests on a text this changes.
    #[must_use]
    pub fn in_language(&self, language: Language) -> Self {
        let mut trial = self.clone();
        if language == Language::English {
            return trial;
        }
        put(&mut trial.title, self.title_zh.as_ref());
        put(&mut trial.condition, self.condition_zh.as_ref());
        for (level, group) in self.dose_levels.iter() {
            if let Some(shown) = trial.dose_levels.get_mut(level) {
                put(&mut shown.label, group.label_zh.as_ref());
            }
        }
        for outcome in &mut trial.outcomes {
            put(&mut outcome.measure, outcome.zh.measure.as_ref());
            put(&mut outcome.time_frame, outcome.zh.time_frame.as_ref());
            put(&mut outcome.definition, outcome.zh.definition.as_ref());
        }
        for assumption in &mut trial.assumptions {
            put(&mut assumption.question, assumption.zh.question.as_ref());
            put(&mut assumption.choice, assumption.zh.choice.as_ref());
            put(&mut assumption.reason, assumption.zh.reason.as_ref());
        }
        trial
    }
}

fn put(text: &mut String, chinese: Option<&String>) {
    if let Some(chinese) = chinese {
        text.clone_from(chinese);
    }
}
