//! What the choice of the recommended dose rests on, where that is the occasion.

use tercel::meeting::Packet;
use tercel::report::number::MISSING;

use super::texts as t;
use super::{PacketPage, level_name, paragraph, part, table};
use crate::markup::Writer;

pub(super) fn write(out: &mut Writer, packet: &Packet, page: &PacketPage<'_>) {
    let language = page.language;
    let Some(shown) = &packet.recommended else { return };
    part(out, packet, "recommended", t::RECOMMENDED, language);
    paragraph(out, t::NOT_BY_DEFAULT.of(language));
    let name = |level: tercel::protocol::DoseLevel| {
        packet
            .level(level)
            .map_or_else(|| level.to_string(), |line| level_name(line, page))
    };
    let responses = format!("{} ({})", t::RESPONSES.of(language), shown.criteria);
    out.leaf("h3", &[], &responses);
    let rows: Vec<Vec<String>> = shown
        .responses
        .iter()
        .map(|line| vec![name(line.level), line.words(language)])
        .collect();
    let columns = t::RESPONSE_COLUMNS.map(|column| column.of(language));
    table(out, &responses, &columns, &rows);
    let rows: Vec<Vec<String>> = shown
        .best
        .iter()
        .map(|line| {
            let level = line.level.map_or_else(|| MISSING.to_owned(), |level| level.to_string());
            vec![line.subject.to_string(), level, line.words(language)]
        })
        .collect();
    if !rows.is_empty() {
        let columns = t::BEST_COLUMNS.map(|column| column.of(language));
        table(out, &responses, &columns, &rows);
    }
    out.leaf("h3", &[], t::KINETICS.of(language));
    let rows: Vec<Vec<String>> = shown
        .kinetics
        .iter()
        .map(|line| vec![name(line.level), line.words(language)])
        .collect();
    let columns = t::KINETICS_COLUMNS.map(|column| column.of(language));
    table(out, t::KINETICS.of(language), &columns, &rows);
    out.leaf("h3", &[], t::FEASIBILITY.of(language));
    paragraph(out, &t::capital(&format!("{}.", shown.feasibility.words(language))));
    out.close();
}
