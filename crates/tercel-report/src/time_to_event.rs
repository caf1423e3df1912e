//! The section beside the outcomes in time: follow-up, censoring rules, dose levels beside each other, dose received.

use tercel::report::Report;

use crate::html::open_section;
use crate::markup::Writer;
use crate::population::summary;
use crate::safety::listing;

/// Writes the section.
pub(crate) fn write(out: &mut Writer, report: &Report) {
    open_section(
        out,
        report,
        "time_to_event",
        "",
        "Time to event: follow-up and sensitivity",
    );
    let part = &report.time_to_event;
    if let Some(reason) = part.reason {
        out.leaf("p", &[], reason);
        out.close();
        return;
    }
    summary(out, &part.follow_up);
    summary(out, &part.rules);
    listing(out, report, &part.differing);
    summary(out, &part.comparison);
    for caution in &part.cautions {
        out.leaf("p", &[("class", "caution")], caution);
    }
    out.leaf("h3", &[("id", "time_dose")], "Dose assigned and dose received");
    out.leaf("p", &[], &part.received.sentence);
    if !part.received.moved.lines.is_empty() {
        listing(out, report, &part.received.moved);
    }
    if let Some(outcomes) = &part.received.outcomes {
        summary(out, outcomes);
    }
    out.close();
}
