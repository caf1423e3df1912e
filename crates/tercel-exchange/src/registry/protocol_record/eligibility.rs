//! Who may take part.

use tercel::protocol::Trial;

use super::{Node, Read, Source, words};

pub(super) fn eligibility(source: &mut Source<'_>) -> Read<Node> {
    let recorded = source.record.as_ref().map(|record| record.eligibility.clone());
    let recorded = recorded.filter(|text| !text.trim().is_empty());
    let criteria = recorded.or_else(|| source.trial.map(criteria));
    let criteria = source.or_say(criteria, "", "no criteria of entry are stated");
    let healthy = source.yes_no(&["eligibilityModule", "healthyVolunteers"])?;
    let sex = source
        .text(&["eligibilityModule", "sex"])?
        .map(|word| words::sex(&word));
    let sex = source.or_say(sex, "All", "no sex is stated; taken as all");
    let based = source.yes_no(&["eligibilityModule", "genderBased"])?;
    let of_record = |age: Option<&Option<String>>| age.cloned().flatten();
    let (lowest, highest) = match source.trial {
        Some(trial) => (years(trial.eligibility.age_min), years(trial.eligibility.age_max)),
        None => (
            of_record(source.record.as_ref().map(|record| &record.age_min)),
            of_record(source.record.as_ref().map(|record| &record.age_max)),
        ),
    };
    let none = "N/A";
    Ok(Node::new("eligibility")
        .child(Node::new("criteria").child(Node::text("textblock", &criteria)))
        .maybe("healthy_volunteers", healthy)
        .child(Node::text("gender", &sex))
        .maybe("gender_based", based)
        .child(Node::text("minimum_age", lowest.as_deref().unwrap_or(none)))
        .child(Node::text("maximum_age", highest.as_deref().unwrap_or(none))))
}

/// `18 Years`; an age that limits nobody is none. The registry takes whole numbers.
fn years(age: f64) -> Option<String> {
    let limits = age > 0.0 && age < 120.0;
    let months = (12.0 * age).round();
    match limits {
        false => None,
        true if (age - age.round()).abs() < 1e-9 => Some(format!("{age:.0} Years")),
        true => Some(format!("{months:.0} Months")),
    }
}

/// The criteria of the protocol as a list; without any the limits it checks.
fn criteria(trial: &Trial) -> String {
    let limits = &trial.eligibility;
    let stated = trial
        .conduct
        .as_ref()
        .map(|conduct| conduct.criteria.as_slice())
        .unwrap_or_default();
    let mut lines: Vec<String> = stated.iter().map(|criterion| criterion.text.clone()).collect();
    if lines.is_empty() {
        let age = [("at least", years(limits.age_min)), ("at most", years(limits.age_max))];
        let age = age
            .into_iter()
            .filter_map(|(words, age)| Some(format!("Age {words} {}", age?.to_lowercase())));
        lines.extend(age);
        lines.extend(
            limits
                .ecog_max
                .map(|worst| format!("ECOG performance status at most {worst}")),
        );
        lines.extend(
            limits
                .child_pugh_max
                .map(|worst| format!("Child-Pugh score at most {worst}")),
        );
    }
    let lines: Vec<String> = lines.iter().map(|line| format!("  - {line}")).collect();
    format!("Inclusion Criteria:\n{}", lines.join("\n"))
}
