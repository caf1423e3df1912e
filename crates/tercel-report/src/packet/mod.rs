//! A decision packet as one printable HTML file, A4 upright, in the look of the report.
//!
//! | Part | Written by |
//! |---|---|
//! | cover, recommendation, levels, what an outcome would change | this file |
//! | subjects, data, records | `subjects.rs` |
//! | activity, kinetics and feasibility | `recommended.rs` |
//! | votes and signatures | `signatures.rs` |
//! | texts in both languages | `texts.rs` |

mod recommended;
mod signatures;
mod subjects;
mod texts;

use tercel::language::{Language, Text};
use tercel::meeting::{LevelLine, Member, Packet, action_words, no_answer_words, settings_words};
use tercel::protocol::Trial;
use tercel::report::number::MISSING;

use self::texts as t;
use crate::html::{close_table, drawing, head, open_part_in, open_styled_page_in, open_table};
use crate::markup::Writer;
use crate::svg::{Anchor, GREY, INK, RULE, SIZE, Scale, Svg, VERMILLION, WIDTH, fit};

/// What the page of a packet adds to the style of the report.
pub const PACKET_STYLE: &str = include_str!("../packet.css");

/// What a page shows beside the packet itself.
#[derive(Debug, Clone, Copy)]
pub struct PacketPage<'p> {
    /// SHA-256 of the packet's canonical form, where known.
    pub digest: Option<&'p str>,
    /// The committee; empty: lines to be filled in by hand.
    pub members: &'p [Member],
    /// Language of headings and sentences; what criteria say stays in the words of the protocol.
    pub language: Language,
    /// The protocol, for its names of dose groups and visits in that language.
    pub protocol: Option<&'p Trial>,
}

/// The packet as one HTML file that needs no network and no font.
pub fn render_packet(packet: &Packet, page: &PacketPage<'_>) -> String {
    let mut out = Writer::default();
    let language = page.language;
    let title = format!("{}: {}", packet.trial, t::TITLE.of(language));
    open_styled_page_in(&mut out, &title, PACKET_STYLE, language.tag());
    write_parts(&mut out, packet, page, "h1");
    out.finish()
}

/// The parts of a packet without a page around them: the page has its heading, and that of the packet stands below it.
pub fn render_packet_parts(packet: &Packet, page: &PacketPage<'_>) -> String {
    let mut out = Writer::default();
    write_parts(&mut out, packet, page, "h2");
    out.finish()
}

fn write_parts(out: &mut Writer, packet: &Packet, page: &PacketPage<'_>, heading: &'static str) {
    let language = page.language;
    cover(out, packet, page, heading);
    recommendation(out, packet, language);
    levels(out, packet, page);
    subjects::verdicts(out, packet, language);
    subjects::safety(out, packet, page);
    subjects::data(out, packet, language);
    suppositions(out, packet, language);
    other_designs(out, packet, language);
    recommended::write(out, packet, page);
    signatures::write(out, page);
    subjects::records(out, packet, language);
}

/// Opens a part of the page.
fn part(out: &mut Writer, packet: &Packet, id: &str, heading: Text, language: Language) {
    let banner = packet.synthetic.then(|| t::SYNTHETIC.of(language));
    open_part_in(out, banner, id, "", heading.of(language));
}

fn paragraph(out: &mut Writer, text: &str) {
    out.leaf("p", &[], text);
}

/// A table of texts; the first cell of a row names it.
fn table(out: &mut Writer, label: &str, columns: &[&str], rows: &[Vec<String>]) {
    open_table(out, "packet", label);
    head(out, columns);
    out.open("tbody", &[]);
    for row in rows {
        out.open("tr", &[]);
        for (place, cell) in row.iter().enumerate() {
            if place == 0 {
                out.leaf("th", &[("scope", "row")], cell);
            } else {
                out.leaf("td", &[], cell);
            }
        }
        out.close();
    }
    out.close();
    close_table(out);
}

fn cover(out: &mut Writer, packet: &Packet, page: &PacketPage<'_>, heading: &'static str) {
    let language = page.language;
    out.open("header", &[]);
    if packet.synthetic {
        out.leaf("p", &[("class", "synthetic")], t::SYNTHETIC_COVER.of(language));
    }
    out.leaf(heading, &[], t::TITLE.of(language));
    out.leaf("p", &[("class", "quiet")], &packet.title);
    out.open("dl", &[("class", "facts")]);
    let mut fact = |name: Text, value: &str| {
        out.open("div", &[]);
        out.leaf("dt", &[], name.of(language));
        out.leaf("dd", &[], value);
        out.close();
    };
    fact(t::TRIAL, &packet.trial);
    fact(t::REGISTRY, packet.registry.as_deref().unwrap_or(MISSING));
    let version = match language {
        Language::English => format!("{}, in force from {}", packet.protocol_version, packet.protocol_date),
        Language::Chinese => format!("{}，自{}起生效", packet.protocol_version, packet.protocol_date),
    };
    fact(t::PROTOCOL, &version);
    fact(t::CUT, &packet.cut.to_string());
    let known = packet.known.map(|known| match language {
        Language::English => format!("{}, entry {}", known.at, known.entry),
        Language::Chinese => format!("{}，第{}条录入", known.at, known.entry),
    });
    fact(t::KNOWN, known.as_deref().unwrap_or(t::NO_ENTRY_TIMES.of(language)));
    fact(t::SOFTWARE, &packet.software);
    out.close();
    out.open("dl", &[("class", "terms")]);
    let mut term = |name: Text, value: &str, class: &str| {
        out.leaf("dt", &[], name.of(language));
        out.leaf("dd", &[("class", class)], value);
    };
    term(t::OCCASION, &packet.occasion.words(language), "");
    term(t::DIGEST, page.digest.unwrap_or(MISSING), "digest");
    term(
        t::PROTOCOL_DIGEST,
        packet.protocol_digest.as_deref().unwrap_or(MISSING),
        "digest",
    );
    out.close();
    out.close();
}

fn recommendation(out: &mut Writer, packet: &Packet, language: Language) {
    let shown = &packet.recommendation;
    part(out, packet, "recommendation", t::RECOMMENDATION, language);
    out.open("div", &[("class", "decision")]);
    out.leaf(
        "p",
        &[("class", "action")],
        &texts::capital(&action_words(shown.advice.action, language)),
    );
    paragraph(out, &t::because(shown.advice.because.of(language), language));
    if let Some(otherwise) = shown.otherwise {
        paragraph(out, &t::otherwise(&action_words(otherwise, language), language));
    }
    if let Some(day) = shown.earliest_infusion {
        paragraph(out, &t::earliest(day, language));
    }
    out.close();
    paragraph(
        out,
        &t::by_design(&shown.design, &settings_words(&shown.settings, language), language),
    );
    if !packet.findings.is_empty() {
        out.leaf(
            "p",
            &[("class", "attention")],
            &t::held_up(packet.findings.len(), language),
        );
    }
    list(
        out,
        t::HALTS,
        &shown.halts.iter().map(|halt| halt.words(language)).collect::<Vec<_>>(),
        language,
    );
    let waiting: Vec<String> = shown.waiting_on.iter().map(|one| one.words(language)).collect();
    list(out, t::WAITING, &waiting, language);
    out.close();
}

/// A heading with a list under it; nothing where the list is empty.
fn list(out: &mut Writer, heading: Text, texts: &[String], language: Language) {
    if texts.is_empty() {
        return;
    }
    out.leaf("h3", &[], heading.of(language));
    out.open("ul", &[]);
    for text in texts {
        out.leaf("li", &[], text);
    }
    out.close();
}

/// A level with its label.
fn level_name(line: &LevelLine, page: &PacketPage<'_>) -> String {
    let label = line.label_words(page.protocol, page.language);
    match page.language {
        Language::English => format!("{}: {label}", line.level),
        Language::Chinese => format!("{}：{label}", line.level),
    }
}

fn levels(out: &mut Writer, packet: &Packet, page: &PacketPage<'_>) {
    let language = page.language;
    part(out, packet, "levels", t::LEVELS, language);
    let limits = |limits: Option<tercel::meeting::Limits>| {
        limits.map_or_else(|| MISSING.to_owned(), tercel::meeting::Limits::words)
    };
    let rows: Vec<Vec<String>> = packet
        .levels
        .iter()
        .map(|line| {
            let dlt = if line.dlt_under_dosed > 0 {
                t::under_dosed(line.dlt, line.dlt_under_dosed, language)
            } else {
                line.dlt.to_string()
            };
            vec![
                level_name(line, page),
                line.planned_words(language),
                line.infused.to_string(),
                line.evaluable.to_string(),
                dlt,
                line.pending.to_string(),
                line.replaced.to_string(),
                limits(line.limits),
                limits(line.limits_infused),
            ]
        })
        .collect();
    let columns = t::LEVEL_COLUMNS.map(|column| column.of(language));
    table(out, t::LEVELS.of(language), &columns, &rows);
    out.open("figure", &[]);
    out.leaf("figcaption", &[], t::FIGURE.of(language));
    drawing(out, t::FIGURE.of(language), &draw_limits(packet, page));
    out.close();
    for line in &packet.levels {
        paragraph(out, &line.sentence(packet.confidence, language));
    }
    out.close();
}

/// The observed share and the exact limits of each level, the highest on top.
fn draw_limits(packet: &Packet, page: &PacketPage<'_>) -> String {
    const ROW: f64 = 30.0;
    const LEFT: f64 = 210.0;
    let language = page.language;
    let mut svg = Svg::default();
    let scale = Scale {
        data: (0.0, 1.0),
        page: (LEFT, WIDTH - 24.0),
    };
    let bottom = ROW * packet.levels.len() as f64 + 8.0;
    for (share, label) in [
        (0.0, "0 %"),
        (0.25, "25 %"),
        (0.5, "50 %"),
        (0.75, "75 %"),
        (1.0, "100 %"),
    ] {
        let x = scale.at(share);
        svg.line((x, 0.0), (x, bottom), &[("stroke", RULE)]);
        svg.styled_text(x, bottom + 18.0, Anchor::Middle, &[("fill", GREY)], label);
    }
    for (place, line) in packet.levels.iter().rev().enumerate() {
        let y = ROW * place as f64 + 18.0;
        let label = level_name(line, page);
        svg.text(8.0, y + 4.5, Anchor::Start, &fit(&label, SIZE, LEFT - 24.0));
        let Some(limits) = line.limits else {
            svg.styled_text(
                LEFT + 8.0,
                y + 4.5,
                Anchor::Start,
                &[("fill", GREY)],
                t::NOBODY.of(language),
            );
            continue;
        };
        let ends = (scale.at(limits.lower), scale.at(limits.upper));
        svg.line((ends.0, y), (ends.1, y), &[("stroke", INK), ("stroke-width", "2")]);
        for x in [ends.0, ends.1] {
            svg.line((x, y - 5.0), (x, y + 5.0), &[("stroke", INK), ("stroke-width", "2")]);
        }
        let share = f64::from(line.dlt) / f64::from(line.evaluable);
        let hint = line.sentence(packet.confidence, language);
        svg.dot((scale.at(share), y), 5.5, &[("fill", VERMILLION)], &hint);
        let count = format!("{}/{}", line.dlt, line.evaluable);
        svg.styled_text(LEFT - 10.0, y + 4.5, Anchor::End, &[("fill", GREY)], &count);
    }
    let sentences: Vec<String> = packet
        .levels
        .iter()
        .map(|line| line.sentence(packet.confidence, language))
        .collect();
    svg.finish(
        "figure_limits",
        t::FIGURE.of(language),
        &sentences.join(" "),
        bottom + 28.0,
    )
}

fn suppositions(out: &mut Writer, packet: &Packet, language: Language) {
    part(out, packet, "what_if", t::WHAT_IF, language);
    if packet.recommendation.otherwise.is_some() {
        paragraph(out, t::WITHHELD.of(language));
    } else if packet.what_if.is_empty() && packet.attribution.is_empty() {
        paragraph(out, t::NOTHING_OPEN.of(language));
    }
    let open: Vec<String> = packet.what_if.iter().map(|one| one.sentence(language)).collect();
    list(out, t::IF_OPEN, &open, language);
    let none: Vec<String> = packet.attribution.iter().map(|one| one.sentence(language)).collect();
    list(out, t::IF_NONE, &none, language);
    out.close();
}

fn other_designs(out: &mut Writer, packet: &Packet, language: Language) {
    part(out, packet, "other_designs", t::OTHER_DESIGNS, language);
    paragraph(out, t::FOR_INFORMATION.of(language));
    let rows: Vec<Vec<String>> = packet
        .other_designs
        .iter()
        .map(|opinion| {
            let (action, because) = match &opinion.answer {
                Ok(advice) => (
                    action_words(advice.action, language),
                    advice.because.of(language).to_owned(),
                ),
                Err(why) => (MISSING.to_owned(), no_answer_words(why, language).to_owned()),
            };
            vec![
                opinion.design.clone(),
                texts::capital(&action),
                because,
                settings_words(&opinion.settings, language),
            ]
        })
        .collect();
    let columns = t::DESIGN_COLUMNS.map(|column| column.of(language));
    table(out, t::OTHER_DESIGNS.of(language), &columns, &rows);
    out.close();
}
