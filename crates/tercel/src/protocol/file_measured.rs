//! The sections `[[dlt.lab_criterion]]` and `[[dlt.score_criterion]]` of a protocol file.

use super::file_rules::{unless, words};
use super::reader::Section;
use super::{LabCondition, LabCriterion, LabRule, Multiple, ScoreCriterion, ScoreKind, ScoreRise};

const TIMES: std::ops::RangeInclusive<f64> = 1.0..=1000.0;

pub(super) fn parse_lab_criterion(section: &Section<'_>) -> Option<LabCriterion> {
    let id = section.text("id", "\"alt-8\"");
    let text = words(
        section,
        "\"ALT or AST above 8 times the upper limit of normal for more than 5 days\"",
    );
    let analytes = section.texts("analytes");
    let above_uln = section.optional_number("above_uln", TIMES);
    let days = section.optional_integer("days", 0..=365);
    let conditions = section.sections("condition");
    let within_days = section.optional_integer("within_days", 0..=365);
    let unless = unless(section);
    section.finish();
    let conditions: Vec<_> = conditions.iter().map(parse_condition).collect();
    let conditions: Vec<LabCondition> = conditions.into_iter().collect::<Option<_>>()?;
    let analytes = analytes?;
    let alone = analytes.is_empty() && above_uln.is_none() && days.is_none();
    let rule = match (above_uln, days, within_days) {
        (Some(above_uln), Some(days), None) if conditions.is_empty() && !analytes.is_empty() => LabRule::Lasting {
            analytes,
            above_uln,
            days,
        },
        (_, _, Some(within_days)) if alone && conditions.len() >= 2 => LabRule::Together {
            conditions,
            within_days,
        },
        _ => {
            let message = "a laboratory criterion has `analytes`, `above_uln` and `days`, or two or more conditions and \
                           `within_days`";
            let hint = "analytes = [\"ALT\"], above_uln = 8 and days = 5; or within_days = 7 and a \
                        [[dlt.lab_criterion.condition]] for each that must hold";
            section.log().add_missing(section.span(), message, hint);
            return None;
        }
    };
    Some(LabCriterion {
        id: id?,
        text: text?,
        rule,
        unless,
    })
}

fn parse_condition(section: &Section<'_>) -> Option<LabCondition> {
    let analytes = section.some_texts("analytes", "[\"ALT\", \"AST\"]");
    let uln = multiple(section, "above_uln", "at_least_uln");
    let baseline = multiple(section, "above_baseline", "at_least_baseline");
    section.finish();
    if uln.is_none() && baseline.is_none() {
        let message = "a condition states no multiple, so every value would meet it";
        let hint = "above_uln = 5, above_baseline = 3, or at_least_uln and at_least_baseline";
        section.log().add_missing(section.span(), message, hint);
        return None;
    }
    Some(LabCondition {
        analytes: analytes?,
        uln,
        baseline,
    })
}

/// The multiple to be exceeded or to be reached, where there is one.
fn multiple(section: &Section<'_>, above: &'static str, at_least: &'static str) -> Option<Multiple> {
    let exceeded = section.optional_number(above, TIMES);
    let reached = section.optional_number(at_least, TIMES);
    if exceeded.is_some() && reached.is_some() {
        let message = format!("a condition has one of `{above}` and `{at_least}`");
        let hint = "the one the protocol states";
        section.log().add(&section.span_of(at_least), message, hint);
    }
    exceeded.map(Multiple::Above).or(reached.map(Multiple::AtLeast))
}

pub(super) fn parse_score_criterion(section: &Section<'_>) -> Option<ScoreCriterion> {
    let id = section.text("id", "\"child-pugh-2\"");
    let text = words(
        section,
        "\"Child-Pugh score up by 2 points or more for more than 7 days\"",
    );
    let score = section.choice("score", &ScoreKind::NAMES);
    let rise = section.number("rise", 1.0..=10.0, "2");
    let days = section.optional_integer("persists_days", 0..=365);
    let day = section.optional_integer("present_on_day", 1..=365);
    let unless = unless(section);
    section.finish();
    let persistence = match (days, day) {
        (Some(days), None) => ScoreRise::LongerThanDays(days),
        (None, Some(day)) => ScoreRise::OnDay(day),
        (None, None) | (Some(_), Some(_)) => {
            let message = "a score criterion has one of `persists_days` and `present_on_day`";
            let hint = "persists_days = 7; persists_days = 0 where one raised score is enough";
            section.log().add_missing(section.span(), message, hint);
            return None;
        }
    };
    Some(ScoreCriterion {
        id: id?,
        text: text?,
        score: score?,
        rise: rise?,
        persistence,
        unless,
    })
}
