//! `[[assumption]]` and `trial.stated`: every setting is stated by the record or explained, and only once.

use super::reader::{Section, check_unique, nearest};
use super::{Assumption, AssumptionChinese, SETTINGS};

pub(super) fn parse_assumptions(root: &Section<'_>) -> Option<Vec<Assumption>> {
    let sections = root.sections("assumption");
    check_unique(&sections, "id");
    let assumptions: Vec<Option<Assumption>> = sections.iter().map(parse_assumption).collect();
    for (section, assumption) in sections.iter().zip(&assumptions) {
        let Some(assumption) = assumption else { continue };
        check_path(root, section, "id", &assumption.id);
    }
    assumptions.into_iter().collect()
}

fn parse_assumption(section: &Section<'_>) -> Option<Assumption> {
    let id = section.text("id", "\"dlt.window_days\"");
    let question = section.text("question", "\"what the record does not say\"");
    let choice = section.text("choice", "\"the choice made\"");
    let reason = section.text("reason", "\"why\"");
    let zh = AssumptionChinese {
        question: section.optional_text("question_zh"),
        choice: section.optional_text("choice_zh"),
        reason: section.optional_text("reason_zh"),
    };
    section.finish();
    Some(Assumption {
        id: id?,
        question: question?,
        choice: choice?,
        reason: reason?,
        zh,
    })
}

/// `path`, which stands in `key` of `section`, is a setting, and the file has it.
fn check_path(root: &Section<'_>, section: &Section<'_>, key: &str, path: &str) {
    let paths: Vec<&str> = SETTINGS.iter().map(|setting| setting.path).collect();
    if !paths.contains(&path) {
        let hint = match nearest(path, &paths) {
            Some(near) => format!("\"{near}\""),
            None => format!("one of {}", paths.join(", ")),
        };
        let message = format!("nothing reads the setting \"{path}\"");
        root.log().add(&section.span_of(key), message, hint);
    } else if root.span_at(path).is_none() && !root.log().is_missing(path) {
        let message = format!("the file has no `{path}`");
        let hint = "the setting itself, or no mention of it here";
        root.log().add_missing(&section.span_of(key), message, hint);
    }
}

/// Every setting of the file is in `stated` or has an assumption, and not both.
pub(super) fn check_settings(root: &Section<'_>, stated: Option<&[String]>, assumptions: Option<&[Assumption]>) {
    let (Some(stated), Some(assumptions)) = (stated, assumptions) else {
        return;
    };
    let header = root.section("trial");
    for path in stated {
        if let Some(header) = &header {
            check_path(root, header, "stated", path);
        }
    }
    for setting in SETTINGS {
        let path = setting.path;
        let Some(place) = root.span_at(path) else { continue };
        let explained = assumptions.iter().any(|assumption| assumption.id == path);
        let is_stated = stated.iter().any(|stated| stated == path);
        if !explained && !is_stated {
            let message = format!("`{path}` is neither stated by the record nor explained");
            let hint = format!("[[assumption]] with id = \"{path}\", or \"{path}\" in trial.stated");
            root.log().add_missing(&place, message, hint);
        }
        if explained && is_stated {
            let message = format!("`{path}` is both stated by the record and an assumption");
            let hint = format!("either the [[assumption]] with id = \"{path}\", or \"{path}\" in trial.stated");
            root.log().add(&place, message, hint);
        }
    }
}
