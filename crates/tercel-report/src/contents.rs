//! Contents at the top, and the bar that stays in sight: the way back, and the search.

use tercel::report::Report;

use crate::markup::Writer;

/// The bar. Its search appears only where a script can serve it.
pub(crate) fn bar(out: &mut Writer) {
    out.open("div", &[("class", "bar")]);
    out.open("nav", &[("aria-label", "Sections")]);
    for (target, name) in [
        ("#contents", "Contents"),
        ("#decision", "Decision"),
        ("#matrix", "Matrix"),
        ("#safety", "Adverse events"),
        ("#subjects", "Subjects"),
        ("#findings", "Findings"),
    ] {
        out.leaf("a", &[("href", target)], name);
        out.text(" ");
    }
    out.close();
    out.open("div", &[("id", "search"), ("role", "search"), ("hidden", "hidden")]);
    out.leaf("label", &[("for", "search_box")], "Search");
    out.empty(
        "input",
        &[
            ("id", "search_box"),
            ("type", "search"),
            ("autocomplete", "off"),
            ("placeholder", "subject, record, word"),
            ("aria-describedby", "search_said"),
        ],
    );
    out.leaf(
        "span",
        &[("id", "search_said"), ("role", "status"), ("aria-live", "polite")],
        "",
    );
    out.close();
    out.close();
}

/// The contents.
pub(crate) fn write(out: &mut Writer, report: &Report) {
    out.open("nav", &[("id", "contents"), ("aria-label", "Contents")]);
    out.leaf("h2", &[], "Contents");
    out.open("ul", &[]);
    let entry = |out: &mut Writer, id: &str, target: &str, text: &str| {
        out.open("li", &[]);
        out.leaf("span", &[("class", "id")], id);
        out.leaf("a", &[("href", target)], text);
        out.close();
    };
    entry(out, "", "#decision", "Dose decision");
    entry(out, "", "#board", "Dose escalation board");
    entry(out, "", "#matrix", "Outcome matrix");
    entry(out, "", "#figures", "Figures");
    for outcome in &report.outcomes {
        entry(
            out,
            &outcome.id,
            &format!("#outcome_{}", outcome.anchor),
            &outcome.measure,
        );
    }
    entry(out, "", "#time_to_event", "Time to event: follow-up and sensitivity");
    entry(out, "", "#population", "Study population and conduct");
    entry(out, "", "#response", "Tumour response");
    entry(out, "", "#safety", "Adverse events");
    entry(out, "", "#labs", "Laboratory safety");
    entry(out, "", "#kinetics", "Cellular kinetics and serum biomarker");
    entry(out, "", "#subjects", "Subjects");
    entry(out, "", "#assumptions", "Assumptions");
    entry(out, "", "#findings", "Findings");
    out.close();
    out.close();
}
