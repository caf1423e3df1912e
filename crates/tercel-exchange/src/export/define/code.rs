//! Codelists.

use std::io;

use super::collect::{Items, Shown};
use super::write::{ADAM_TERMS, SDTM_TERMS};
use super::xml::Xml;
use crate::export::Kind;

/// Writes a codelist with its terms.
pub(super) fn codelist(xml: &mut Xml, key: &str, list: &Shown) -> io::Result<()> {
    let kind = match list.kind {
        Kind::Integer => "integer",
        Kind::Float => "float",
        Kind::Text | Kind::DateTimeText | Kind::Date | Kind::DateTime | Kind::DurationText => "text",
    };
    let standard = match &list.items {
        Items::Cdisc { of_adam: true, .. } => Some(ADAM_TERMS),
        Items::Cdisc { of_adam: false, .. } => Some(SDTM_TERMS),
        Items::Sponsor(_) | Items::Dictionary(..) => None,
    };
    let own = matches!(list.items, Items::Sponsor(_)).then_some("Yes");
    let attributes = [
        ("OID", Some(key)),
        ("Name", Some(list.name.as_str())),
        ("DataType", Some(kind)),
        ("def:StandardOID", standard),
        ("def:IsNonStandard", own),
    ];
    xml.element("CodeList", &attributes, |xml| match &list.items {
        Items::Cdisc { code, terms, .. } => {
            let plain = terms.iter().all(|(value, (_, meaning))| value == meaning);
            for (value, (code, meaning)) in terms {
                let added = code.is_none().then_some("Yes");
                let attributes = [("CodedValue", Some(value.as_str())), ("def:ExtendedValue", added)];
                item(xml, &attributes, (!plain).then_some(meaning), *code)?;
            }
            xml.empty("Alias", &[("Name", Some(code)), ("Context", Some("nci:ExtCodeID"))])
        }
        Items::Sponsor(terms) => {
            let plain = terms.iter().all(|(value, meaning)| value == meaning);
            terms.iter().try_for_each(|(value, meaning)| {
                item(xml, &[("CodedValue", Some(value))], (!plain).then_some(meaning), None)
            })
        }
        Items::Dictionary(name, version) => xml.empty(
            "ExternalCodeList",
            &[
                ("Dictionary", Some(name)),
                ("Version", Some(version.as_str()).filter(|version| !version.is_empty())),
            ],
        ),
    })
}

fn item(
    xml: &mut Xml,
    attributes: &[(&str, Option<&str>)],
    meaning: Option<&String>,
    code: Option<&str>,
) -> io::Result<()> {
    let name = if meaning.is_some() {
        "CodeListItem"
    } else {
        "EnumeratedItem"
    };
    let alias = |xml: &mut Xml| match code {
        Some(code) => xml.empty("Alias", &[("Name", Some(code)), ("Context", Some("nci:ExtCodeID"))]),
        None => Ok(()),
    };
    if meaning.is_none() && code.is_none() {
        return xml.empty(name, attributes);
    }
    xml.element(name, attributes, |xml| {
        if let Some(meaning) = meaning {
            xml.described("Decode", meaning)?;
        }
        alias(xml)
    })
}
