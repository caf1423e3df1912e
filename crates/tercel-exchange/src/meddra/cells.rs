//! What a coding of an event writes into its row.

use tercel::coding::{Coded, Coding, Recorded};

/// Variables of the coding: lowest level term, preferred term and primary system organ class, with their codes.
pub(crate) const CODING: [&str; 6] = ["AELLT", "AELLTCD", "AEDECOD", "AEPTCD", "AEBODSYS", "AEBDSYCD"];

/// The coding of an event of which `text` gives what a variable holds.
pub(crate) fn code_row<'c, 't>(coding: &'c Coding, text: impl Fn(&str) -> &'t str) -> Coded<'c> {
    let present = |name: &str| Some(text(name).trim()).filter(|text| !text.is_empty());
    coding.code(&Recorded {
        verbatim: text("AETERM").trim(),
        llt: present("AELLT"),
        pt: present("AEDECOD"),
        soc: present("AEBODSYS").or_else(|| present("AESOC")),
    })
}

/// The cells of [`CODING`]; blank where nothing is known.
pub(crate) fn coded_cells(coded: &Coded<'_>) -> [String; 6] {
    let (llt, pt, soc) = (coded.llt, coded.pt, coded.soc);
    let text = |text: Option<String>| text.unwrap_or_default();
    [
        text(llt.map(|llt| llt.name.clone())),
        text(llt.map(|llt| llt.code.to_string())),
        text(pt.map(|pt| pt.name.clone())),
        text(pt.map(|pt| pt.code.to_string())),
        text(soc.map(|soc| soc.name.clone())),
        text(soc.map(|soc| soc.code.to_string())),
    ]
}
