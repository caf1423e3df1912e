//! The section of tumour response: tables by dose level, the best response of each subject and every assessment.

use tercel::report::Report;

use crate::html::open_section;
use crate::markup::Writer;
use crate::population::summary;
use crate::safety::listing;

/// Writes the section.
pub(crate) fn write(out: &mut Writer, report: &Report) {
    open_section(out, report, "response", "", "Tumour response");
    let response = &report.response;
    if let Some(reason) = response.reason {
        out.leaf("p", &[], reason);
        out.close();
        return;
    }
    out.leaf(
        "p",
        &[],
        "The best overall response is the first on this list that was reached, at any time up to the first progression and not \
         after the day on which new anticancer therapy began:",
    );
    out.open("ol", &[]);
    for (best, event) in &response.best {
        out.open("li", &[]);
        out.leaf("strong", &[], best);
        out.text(&format!(": {event}."));
        out.close();
    }
    out.close();
    for note in &response.notes {
        out.leaf("p", &[("class", "quiet")], note);
    }
    for table in &response.summaries {
        summary(out, table);
    }
    for table in &response.listings {
        listing(out, report, table);
    }
    out.close();
}
