//! Lines for the decision, the votes and the signatures.

use super::PacketPage;
use super::paragraph;
use super::texts as t;
use crate::html::{close_table, head, open_part_in, open_table};
use crate::markup::Writer;

/// Lines for members not known yet.
const BLANK: usize = 6;

pub(super) fn write(out: &mut Writer, page: &PacketPage<'_>) {
    let language = page.language;
    open_part_in(out, None, "committee", "committee", t::COMMITTEE.of(language));
    open_table(out, "lines", t::COMMITTEE.of(language));
    out.open("tbody", &[]);
    for line in t::DECIDED {
        out.open("tr", &[]);
        out.leaf("th", &[("scope", "row")], line.of(language));
        out.leaf("td", &[], "");
        out.close();
    }
    out.close();
    close_table(out);
    paragraph(out, t::MEANING.of(language));
    open_table(out, "signatures", t::COMMITTEE.of(language));
    let columns = t::MEMBER_COLUMNS.map(|column| column.of(language));
    head(out, &columns);
    out.open("tbody", &[]);
    for member in page.members {
        out.open("tr", &[]);
        out.leaf("th", &[("scope", "row")], &member.name);
        out.leaf("td", &[], &member.role);
        out.leaf("td", &[], member.conflict.as_deref().unwrap_or(t::NONE.of(language)));
        let vote = if member.conflict.is_some() { t::NO_VOTE } else { t::VOTE };
        out.leaf("td", &[], vote.of(language));
        out.leaf("td", &[], "");
        out.leaf("td", &[], "");
        out.close();
    }
    for _ in 0..if page.members.is_empty() { BLANK } else { 0 } {
        out.open("tr", &[]);
        out.leaf("th", &[("scope", "row")], "");
        out.leaf("td", &[], "");
        out.leaf("td", &[], "");
        out.leaf("td", &[], t::VOTE.of(language));
        out.leaf("td", &[], "");
        out.leaf("td", &[], "");
        out.close();
    }
    out.close();
    close_table(out);
    out.close();
}
