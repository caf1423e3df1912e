//! The words the input files may use, in any case; a blank, `-` and `_` are the same.

use tercel::response::{Cytology, Effusion, LesionStatus, Role};

/// Lower case, with one kind of separator.
fn plain(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-', '/'], "_")
}

pub(super) const ROLES: &str = "target, non_target or new";

pub(super) fn role(text: &str) -> Option<Role> {
    match plain(text).as_str() {
        "target" => Some(Role::Target),
        "non_target" | "nontarget" => Some(Role::NonTarget),
        "new" | "new_lesion" => Some(Role::New),
        _ => None,
    }
}

pub(super) const NODES: &str = "yes or no";

pub(super) fn node(text: &str) -> Option<bool> {
    match plain(text).as_str() {
        "yes" | "y" | "true" | "1" => Some(true),
        "" | "no" | "n" | "false" | "0" => Some(false),
        _ => None,
    }
}

pub(super) const STATUSES: &str = "absent, present, progression, not_evaluable, too_small or a blank";

pub(super) fn status(text: &str) -> Option<LesionStatus> {
    match plain(text).as_str() {
        "absent" | "cr" => Some(LesionStatus::Absent),
        "present" | "non_cr_non_pd" | "ir_sd" => Some(LesionStatus::Present),
        "progression" | "pd" => Some(LesionStatus::Progression),
        "not_evaluable" | "ne" => Some(LesionStatus::NotEvaluable),
        "too_small" | "too_small_to_measure" => Some(LesionStatus::TooSmall),
        _ => None,
    }
}

pub(super) const CYTOLOGIES: &str = "positive, negative, not_done or a blank";

pub(super) fn cytology(text: &str) -> Option<Cytology> {
    match plain(text).as_str() {
        "" | "not_done" | "na" | "." => Some(Cytology::NotDone),
        "negative" => Some(Cytology::Negative),
        "positive" => Some(Cytology::Positive),
        _ => None,
    }
}

pub(super) const EFFUSIONS: &str = "new, worsened, stable, improved, absent or a blank";

pub(super) fn effusion(text: &str, cytology: Cytology) -> Option<Effusion> {
    match plain(text).as_str() {
        "new" | "appeared" | "worsened" | "worse" | "increased" => Some(Effusion::Worse(cytology)),
        "" | "absent" | "none" | "no" | "stable" | "unchanged" | "improved" | "decreased" | "na" | "." => {
            Some(Effusion::NotWorse)
        }
        _ => None,
    }
}
