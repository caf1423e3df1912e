//! The waterfall plot as data: the best change of the sum of target diameters of each subject.

use jiff::civil::Date;

use super::number;
use crate::endpoint::{Analysis, Facts, Point, Source};
use crate::language::Text;
use crate::protocol::DoseLevel;
use crate::response::Overall;
use crate::study::SubjectId;

/// Most subjects with a bar.
pub const WATERFALL_LIMIT: usize = 60;

/// Growth up to here is drawn to scale, in percent; a longer bar is cut and labelled.
pub const GROWTH_SHOWN: f64 = 100.0;

/// Why neither the best change nor its course can be drawn.
pub(super) const NO_SUMS: Text = Text::new(
    "No subject has target lesions measured on known days before infusion and after it, so no change can be drawn.",
    "尚无受试者的靶病灶在回输前后均于明确日期测量，无法绘制变化。",
);

/// Best changes from baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Waterfall {
    /// Bars, the largest growth first; at most [`WATERFALL_LIMIT`].
    pub bars: Vec<Bar>,
    /// Number of all subjects with a best change.
    pub subjects: usize,
    /// The figure in a sentence; where there is no bar, why.
    pub description: String,
    /// Who has no bar, in a sentence; empty where everybody infused has one.
    pub without: String,
}

/// The best change of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Subject.
    pub subject: SubjectId,
    /// Dose level.
    pub level: DoseLevel,
    /// Smallest change from baseline in percent.
    pub change: f64,
    /// The same as text.
    pub value: String,
    /// Day of the assessment.
    pub day: Date,
    /// The response that was confirmed, where one was.
    pub confirmed: Option<Overall>,
    /// All of it in a sentence.
    pub hint: String,
}

pub(super) fn waterfall(analysis: &Analysis<'_>) -> Waterfall {
    let infused = || {
        let facts = analysis.facts.iter();
        facts.filter(|facts| facts.level.is_some() && facts.day0.is_some())
    };
    let mut drawn: Vec<(Option<Date>, Bar)> = infused().filter_map(|facts| Some((facts.day0, bar(facts)?))).collect();
    let subjects = drawn.len();
    // Which subjects are shown follows the order of infusion, so that the figure does not pick the best ones.
    drawn.sort_by(|(day, one), (other_day, other)| (day, &one.subject).cmp(&(other_day, &other.subject)));
    let mut bars: Vec<Bar> = drawn.into_iter().take(WATERFALL_LIMIT).map(|(_, bar)| bar).collect();
    bars.sort_by(|one, other| {
        let by_change = other.change.total_cmp(&one.change);
        by_change.then_with(|| one.subject.cmp(&other.subject))
    });
    Waterfall {
        description: description(&bars),
        without: without(infused().filter(|facts| best(facts).is_none())),
        bars,
        subjects,
    }
}

/// The assessment with the smallest change among those that count: up to progression, before new anticancer therapy.
pub(super) fn best<'f>(facts: &'f Facts<'_>) -> Option<(&'f Point, f64)> {
    let mut progressed = false;
    let counted = facts.assessments_on_treatment().take_while(|point| {
        let counts = !progressed;
        progressed |= point.is_progression();
        counts
    });
    let changes = counted.filter_map(|point| Some((point, facts.tumour.change(point)?)));
    changes.min_by(|(_, one), (_, other)| one.total_cmp(other))
}

fn bar(facts: &Facts<'_>) -> Option<Bar> {
    let level = facts.level?;
    let (point, change) = best(facts)?;
    let confirmed = facts.tumour.best.and_then(|best| best.confirmed_response);
    let confirmed = confirmed.map(|response| response.overall);
    let value = number::change(change);
    let response = confirmed.map_or_else(
        || "no confirmed response".to_owned(),
        |overall| format!("confirmed {overall}"),
    );
    Some(Bar {
        hint: format!(
            "{}, dose level {level}: best change {value} on {}; {response}",
            facts.subject.id, point.day
        ),
        subject: facts.subject.id.clone(),
        level,
        change,
        value,
        day: point.day,
        confirmed,
    })
}

fn description(bars: &[Bar]) -> String {
    let (Some(most), Some(least)) = (bars.first(), bars.last()) else {
        return NO_SUMS.en.to_owned();
    };
    let confirmed = bars.iter().filter(|bar| bar.confirmed.is_some()).count();
    format!(
        "Best change of the sum of target diameters from baseline in {}, from {} to {}; {} with a confirmed response.",
        number::counted(bars.len(), "subject"),
        most.value,
        least.value,
        number::count(confirmed)
    )
}

fn without<'f>(missing: impl Iterator<Item = &'f Facts<'f>>) -> String {
    let (mut baseline, mut later, mut evaluator) = (0, 0, 0);
    for facts in missing {
        match (facts.tumour.source, facts.tumour.baseline) {
            (Source::Evaluator, _) => evaluator += 1,
            (Source::Lesions, None) => baseline += 1,
            (Source::Lesions | Source::None, _) => later += 1,
        }
    }
    let reasons = [
        (baseline, "without a complete sum at baseline"),
        (later, "without a complete sum after infusion"),
        (evaluator, "assessed without lesion measurements"),
    ];
    let said: Vec<String> = reasons
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, reason)| format!("{} {reason}", number::count(*number)))
        .collect();
    if said.is_empty() {
        return String::new();
    }
    format!("No bar for infused subjects: {}.", said.join(", "))
}
