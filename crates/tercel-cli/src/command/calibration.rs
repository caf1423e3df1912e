//! `tercel synth --calibration`: the rehearsal beside the published numbers it is made to resemble, as a page of Markdown.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tercel::protocol::Trial;
use tercel::simulate::RehearsalOptions;
use tercel::simulate::calibration::{Anchor, calibrate};

use crate::output::{Output, number};

/// Prints every anchor. Nothing is written to disk.
pub(super) fn print(trial: &Trial, options: RehearsalOptions, output: Output) -> anyhow::Result<()> {
    let anchors = calibrate(trial, options);
    output.print(
        || {
            let list: Vec<Value> = anchors.iter().map(anchor_json).collect();
            json!({"subjects": options.subjects, "seed": options.seed, "synthetic": true, "anchors": list})
        },
        || page(trial, options, &anchors),
    )
}

fn anchor_json(anchor: &Anchor) -> Value {
    json!({
        "name": anchor.name,
        "level": anchor.level.map(tercel::protocol::DoseLevel::number),
        "published": anchor.published,
        "source": anchor.source,
        "low": anchor.low,
        "high": anchor.high,
        "value": number(anchor.value),
        "inside": anchor.is_inside(),
        "remark": anchor.remark.filter(|_| !anchor.is_inside()),
    })
}

fn page(trial: &Trial, options: RehearsalOptions, anchors: &[Anchor]) -> String {
    let RehearsalOptions { subjects, seed } = options;
    let mut page = format!(
        "# The rehearsal beside its anchors\n\nSYNTHETIC data: {subjects} subjects of {}, seed {seed}, dealt evenly to the dose \
         levels without escalation.\nMade by `tercel synth TRIAL --calibration --subjects {subjects} --seed {seed}`.\n\n\
         The range is what is tolerated of the rehearsal, not the confidence limits of a publication. A source called \
         assumption is a choice.\nThe best response is unconfirmed; percentages are of the infused, and of all subjects for \
         those not infused and what is known before.\n\n\
         | anchor | level | published | source | range | rehearsal | inside |\n|---|---|---|---|---|---|---|\n",
        trial.id
    );
    for anchor in anchors {
        let level = anchor
            .level
            .map_or_else(String::new, |level| level.number().to_string());
        let value = anchor.value.map_or_else(|| "not estimable".to_owned(), short);
        let inside = if anchor.is_inside() { "yes" } else { "**no**" };
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| {} | {level} | {} | {} | {} to {} | {value} | {inside} |",
            anchor.name, anchor.published, anchor.source, anchor.low, anchor.high
        );
    }
    let inside = anchors.iter().filter(|anchor| anchor.is_inside()).count();
    let _ = writeln!(page, "\n{inside} of {} inside.\n", anchors.len());
    for anchor in anchors.iter().filter(|anchor| !anchor.is_inside()) {
        let remark = anchor
            .remark
            .unwrap_or("no reason is known; too few subjects may be one");
        let _ = writeln!(page, "- {}: {remark}.", anchor.name);
    }
    page
}

/// Three figures are enough to compare with a publication.
fn short(value: f64) -> String {
    match value.abs() {
        ..10.0 => format!("{value:.2}"),
        ..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}
