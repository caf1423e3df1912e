//! The same as a page: everything in one file, nothing fetched, readable without a program.

use std::fmt::Write as _;

use super::collect::{Items, References, codelist_key, collect};
use super::item::data_type;
use super::{AnalysisResult, Define, places};
use crate::export::write::{SOURCE_SYSTEM, SOURCE_VERSION};
use crate::export::{Codelist, Dataset, Kind, Origin, Source, Standard, ValueLevel, Variable};

const STYLE: &str = "body{font:14px/1.45 system-ui,sans-serif;margin:0 auto;max-width:1200px;padding:1rem 2rem;color:#1b1b1b}\
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{border:1px solid #c8c8c8;padding:.25rem .5rem;\
text-align:left;vertical-align:top}th{background:#f0f3f6}code{font:13px ui-monospace,monospace}h2{margin-top:2.5rem;\
border-bottom:2px solid #30506f}h3{margin-top:1.8rem}.value td:first-child{padding-left:1.6rem;color:#444}nav a{margin-right:1rem}\
@media print{nav{display:none}table{break-inside:auto}tr{break-inside:avoid}}";

/// Renders the page; the texts of the data are shown as they are.
pub fn render_define(define: &Define<'_>) -> String {
    let found = collect(define);
    let standard = match define.standard {
        Standard::Sdtm => "SDTMIG 3.4",
        Standard::Adam => "ADaMIG 1.3",
    };
    let mut out = Page(String::new());
    let title = format!("{}: {standard}", define.study_name);
    out.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    out.raw("<meta name=\"viewport\" content=\"width=device-width\"><title>")
        .text(&title)
        .raw("</title><style>");
    out.raw(STYLE)
        .raw("</style></head><body><h1>")
        .text(&title)
        .raw("</h1><p>")
        .text(define.study_description);
    out.raw("</p><p>Protocol ")
        .text(define.protocol_name)
        .raw("; Define-XML 2.1; controlled terminology ");
    out.text(crate::export::terminology::TERMINOLOGY_VERSION).raw("; made ");
    out.text(&define.about.created.strftime("%Y-%m-%d %H:%M:%S").to_string())
        .raw(" by ");
    out.text(&format!("{SOURCE_SYSTEM} {SOURCE_VERSION}"))
        .raw(". <a href=\"");
    let xml = match define.standard {
        Standard::Sdtm => "define-sdtm.xml",
        Standard::Adam => "define-adam.xml",
    };
    out.raw(xml)
        .raw("\">")
        .raw(xml)
        .raw("</a> holds the same for programs.</p><nav><a href=\"#datasets\">Datasets</a>");
    if !define.results.is_empty() {
        out.raw("<a href=\"#results\">Results</a>");
    }
    out.raw("<a href=\"#codelists\">Codelists</a><a href=\"#methods\">Methods</a></nav>");
    documents(&mut out, define);
    datasets(&mut out, define);
    for dataset in define.datasets {
        variables(&mut out, dataset, &found);
    }
    results(&mut out, define.results);
    codelists(&mut out, &found);
    methods(&mut out, &found);
    out.raw("</body></html>\n");
    out.0
}

/// A page in the making.
struct Page(String);

impl Page {
    fn raw(&mut self, html: &str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            match letter {
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '&' => self.0.push_str("&amp;"),
                '"' => self.0.push_str("&quot;"),
                letter => self.0.push(letter),
            }
        }
        self
    }

    fn head(&mut self, names: &[&str]) -> &mut Self {
        self.raw("<table><thead><tr>");
        for name in names {
            self.raw("<th>").text(name).raw("</th>");
        }
        self.raw("</tr></thead><tbody>")
    }

    fn cell(&mut self, text: &str) -> &mut Self {
        self.raw("<td>").text(text).raw("</td>")
    }

    fn number(&mut self, number: usize) -> &mut Self {
        // Writing to a String cannot fail.
        let _ = write!(self.0, "<td>{number}</td>");
        self
    }

    fn link(&mut self, to: &str, text: &str) -> &mut Self {
        self.raw("<a href=\"").text(to).raw("\">").text(text).raw("</a>")
    }
}

fn documents(out: &mut Page, define: &Define<'_>) {
    if define.documents.is_empty() {
        return;
    }
    out.raw("<h2>Documents</h2><ul>");
    for one in define.documents {
        out.raw("<li>").link(&one.file, &one.title).raw("</li>");
    }
    out.raw("</ul>");
}

fn datasets(out: &mut Page, define: &Define<'_>) {
    out.raw("<h2 id=\"datasets\">Datasets</h2>");
    out.head(&["Dataset", "Description", "Class", "Structure", "Keys", "Rows", "File"]);
    for dataset in define.datasets {
        let name = dataset.name();
        out.raw("<tr><td>").link(&format!("#{name}"), name).raw("</td>");
        out.cell(&dataset.label).cell(dataset.class).cell(dataset.structure);
        out.cell(&dataset.keys.join(", ")).number(dataset.table.len());
        let file = format!("{}.{}", name.to_lowercase(), define.extension);
        out.raw("<td>").link(&file, &file).raw("</td></tr>");
    }
    out.raw("</tbody></table>");
}

fn variables(out: &mut Page, dataset: &Dataset, found: &References) {
    out.raw("<h3 id=\"")
        .text(dataset.name())
        .raw("\">")
        .text(dataset.name())
        .raw(" \u{2014} ");
    out.text(&dataset.label).raw("</h3>");
    out.head(&[
        "Variable",
        "Label",
        "Type",
        "Length",
        "Codelist",
        "Origin",
        "Derivation or comment",
    ]);
    for variable in &dataset.variables {
        out.raw("<tr><td><code>")
            .text(&variable.name)
            .raw("</code></td>")
            .cell(&variable.label);
        out.cell(&kind(dataset, variable, variable.kind, None))
            .number(variable.length);
        list(out, variable.codelist.as_ref(), found);
        let asked = places(dataset, &variable.name, &variable.origin, None);
        from(out, &variable.origin, &asked, found);
        let method = variable.method.as_deref();
        let blank = dataset.has_no_data(&variable.name).then_some("No row has a value.");
        let said: Vec<&str> = method.into_iter().chain(blank).collect();
        out.cell(&said.join(" ")).raw("</tr>");
        for level in &variable.by_value {
            value(out, dataset, variable, level, found);
        }
    }
    out.raw("</tbody></table>");
}

fn value(out: &mut Page, dataset: &Dataset, variable: &Variable, level: &ValueLevel, found: &References) {
    out.raw("<tr class=\"value\"><td>")
        .text(&format!("where {}", level.in_words()))
        .raw("</td>")
        .cell(&level.label);
    out.cell(&kind(dataset, variable, level.kind, Some(level)))
        .number(level.length);
    list(out, level.codelist.as_ref(), found);
    let asked = places(dataset, &variable.name, &level.origin, Some(level));
    from(out, &level.origin, &asked, found);
    let differs = level
        .method
        .as_ref()
        .filter(|method| Some(*method) != variable.method.as_ref());
    out.cell(differs.map_or("", String::as_str)).raw("</tr>");
}

fn kind(dataset: &Dataset, variable: &Variable, kind: Kind, level: Option<&ValueLevel>) -> String {
    let name = data_type(dataset, &variable.name, kind, level);
    match kind {
        Kind::Date => format!("{name} (DATE9.)"),
        Kind::DateTime => format!("{name} (DATETIME20.)"),
        Kind::Text | Kind::Integer | Kind::Float | Kind::DateTimeText | Kind::DurationText => name.to_owned(),
    }
}

fn list(out: &mut Page, codelist: Option<&Codelist>, found: &References) {
    let key = codelist.and_then(codelist_key);
    out.raw("<td>");
    if let Some((key, list)) = key.and_then(|key| found.codelists.get_key_value(&key)) {
        out.link(&format!("#{key}"), &list.name);
    }
    out.raw("</td>");
}

/// Where values come from, with links to the forms that ask for them.
fn from(out: &mut Page, source: &Origin, places: &[String], found: &References) {
    out.raw("<td>").text(&origin(source));
    if let Some(file) = &found.forms {
        for place in places {
            let name = place.strip_prefix("form-").unwrap_or(place);
            out.raw(" ").link(&format!("{file}#{place}"), name);
        }
    }
    out.raw("</td>");
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Collected(Source::Investigator) => "Collected (investigator)".to_owned(),
        Origin::Collected(Source::Vendor) => "Collected (vendor)".to_owned(),
        Origin::Collected(Source::Subject) => "Collected (subject)".to_owned(),
        Origin::Derived => "Derived".to_owned(),
        Origin::Assigned => "Assigned".to_owned(),
        Origin::Protocol => "Protocol".to_owned(),
        Origin::Predecessor(variable) => format!("Predecessor: {variable}"),
        Origin::NotAvailable => "Not available".to_owned(),
    }
}

fn results(out: &mut Page, results: &[AnalysisResult]) {
    if results.is_empty() {
        return;
    }
    out.raw("<h2 id=\"results\">Analysis results</h2>");
    out.head(&["Result", "What", "Dataset", "Rows", "Variables", "How", "Command"]);
    for result in results {
        let rows = result
            .rows
            .iter()
            .map(|row| format!("{} = {}", row.variable, row.values.join(" or ")));
        out.raw("<tr>").cell(&result.id).cell(&result.description);
        out.raw("<td>")
            .link(&format!("#{}", result.dataset), &result.dataset)
            .raw("</td>");
        out.cell(&rows.collect::<Vec<_>>().join("; "))
            .cell(&result.variables.join(", "));
        out.cell(&result.documentation)
            .raw("<td><code>")
            .text(&result.code)
            .raw("</code></td></tr>");
    }
    out.raw("</tbody></table>");
}

fn codelists(out: &mut Page, found: &References) {
    out.raw("<h2 id=\"codelists\">Codelists</h2>");
    for (key, list) in &found.codelists {
        out.raw("<h3 id=\"").text(key).raw("\">").text(&list.name);
        match &list.items {
            Items::Cdisc { code, terms, .. } => {
                out.raw(" (")
                    .text(code)
                    .raw(")</h3>")
                    .head(&["Value", "Meaning", "NCI code"]);
                for (value, (code, meaning)) in terms {
                    out.raw("<tr>").cell(value).cell(meaning);
                    out.cell(code.unwrap_or("added by the sponsor")).raw("</tr>");
                }
                out.raw("</tbody></table>");
            }
            Items::Sponsor(terms) => {
                out.raw("</h3>").head(&["Value", "Meaning"]);
                for (value, meaning) in terms {
                    out.raw("<tr>").cell(value).cell(meaning).raw("</tr>");
                }
                out.raw("</tbody></table>");
            }
            Items::Dictionary(name, version) => {
                out.raw("</h3><p>").text(name).raw(" ").text(version).raw("</p>");
            }
        }
    }
}

fn methods(out: &mut Page, found: &References) {
    out.raw("<h2 id=\"methods\">Methods</h2>")
        .head(&["Method", "Derivation"]);
    for (name, sentence) in found.methods.values() {
        out.raw("<tr>").cell(name).cell(sentence).raw("</tr>");
    }
    out.raw("</tbody></table>");
}
