//! Variables, and what they are for the values of others.

use std::io;

use super::collect::{References, codelist_key, comment, item_of_value};
use super::places;
use super::write::{leaf, value_list_key};
use super::xml::Xml;
use crate::export::{Codelist, Dataset, Kind, Origin, Source, ValueLevel, Variable, oid};

/// Writes a variable with its value level.
pub(super) fn items(xml: &mut Xml, dataset: &Dataset, variable: &Variable, found: &References) -> io::Result<()> {
    let comment = found
        .comments
        .contains_key(&comment(dataset, variable))
        .then(|| comment(dataset, variable));
    let item = Item {
        oid: oid::variable(dataset.name(), &variable.name),
        name: &variable.name,
        label: &variable.label,
        data_type: data_type(dataset, &variable.name, variable.kind, None),
        kind: variable.kind,
        length: variable.length,
        decimals: variable.decimals,
        comment,
        codelist: variable.codelist.as_ref(),
        origin: Some(&variable.origin),
        places: places(dataset, &variable.name, &variable.origin, None),
        values: (!variable.by_value.is_empty()).then(|| value_list_key(dataset, variable)),
    };
    item.write(xml, found)?;
    for level in &variable.by_value {
        let item = Item {
            oid: item_of_value(dataset, variable, level),
            name: &variable.name,
            label: &level.label,
            data_type: data_type(dataset, &variable.name, level.kind, Some(level)),
            kind: level.kind,
            length: level.length,
            decimals: level.decimals,
            comment: None,
            codelist: level.codelist.as_ref(),
            origin: Some(&level.origin),
            places: places(dataset, &variable.name, &level.origin, Some(level)),
            values: None,
        };
        item.write(xml, found)?;
    }
    Ok(())
}

/// A variable, or what it is for one value of another.
struct Item<'i> {
    oid: String,
    name: &'i str,
    label: &'i str,
    data_type: &'static str,
    kind: Kind,
    length: usize,
    decimals: usize,
    comment: Option<String>,
    codelist: Option<&'i Codelist>,
    origin: Option<&'i Origin>,
    /// Where the annotated forms ask for it.
    places: Vec<String>,
    values: Option<String>,
}

impl Item<'_> {
    fn write(&self, xml: &mut Xml, found: &References) -> io::Result<()> {
        let sized = matches!(self.data_type, "text" | "integer" | "float");
        let (length, decimals) = (self.length.to_string(), self.decimals.to_string());
        let attributes = [
            ("OID", Some(self.oid.as_str())),
            ("Name", Some(self.name)),
            ("DataType", Some(self.data_type)),
            ("Length", sized.then_some(length.as_str())),
            (
                "SignificantDigits",
                (self.data_type == "float").then_some(decimals.as_str()),
            ),
            ("SASFieldName", Some(self.name)),
            (
                "def:DisplayFormat",
                match self.kind {
                    Kind::Date => Some("DATE9."),
                    Kind::DateTime => Some("DATETIME20."),
                    Kind::Text | Kind::Integer | Kind::Float | Kind::DateTimeText | Kind::DurationText => None,
                },
            ),
            ("def:CommentOID", self.comment.as_deref()),
        ];
        let list = self.codelist.and_then(codelist_key);
        let list = list.filter(|key| found.codelists.contains_key(key));
        xml.element("ItemDef", &attributes, |xml| {
            xml.description(self.label)?;
            if let Some(list) = &list {
                xml.empty("CodeListRef", &[("CodeListOID", Some(list))])?;
            }
            if let Some(origin) = self.origin {
                let forms = found.forms.as_deref().filter(|_| !self.places.is_empty());
                write_origin(xml, origin, forms.map(|file| (file, self.places.as_slice())))?;
            }
            match &self.values {
                Some(values) => xml.empty("def:ValueListRef", &[("ValueListOID", Some(values))]),
                None => Ok(()),
            }
        })
    }
}

/// Writes where values come from; collected ones with their places in the file of the annotated forms.
fn write_origin(xml: &mut Xml, origin: &Origin, forms: Option<(&str, &[String])>) -> io::Result<()> {
    let (kind, source) = match origin {
        Origin::Collected(Source::Investigator) => ("Collected", Some("Investigator")),
        Origin::Collected(Source::Vendor) => ("Collected", Some("Vendor")),
        Origin::Collected(Source::Subject) => ("Collected", Some("Subject")),
        Origin::Derived => ("Derived", Some("Sponsor")),
        Origin::Assigned => ("Assigned", Some("Sponsor")),
        Origin::Protocol => ("Protocol", Some("Sponsor")),
        Origin::Predecessor(_) => ("Predecessor", None),
        Origin::NotAvailable => ("Not Available", None),
    };
    let attributes = [("Type", Some(kind)), ("Source", source)];
    match (origin, forms) {
        (Origin::Predecessor(variable), _) => xml.element("def:Origin", &attributes, |xml| xml.description(variable)),
        (_, Some((file, places))) => xml.element("def:Origin", &attributes, |xml| {
            xml.element("def:DocumentRef", &[("leafID", Some(&leaf(file)))], |xml| {
                let places = places.join(" ");
                let named = [("Type", Some("NamedDestination")), ("PageRefs", Some(places.as_str()))];
                xml.empty("def:PDFPageRef", &named)
            })
        }),
        (_, None) => xml.empty("def:Origin", &attributes),
    }
}

/// Type of the values as Define-XML spells it; of dates in text as complete as all of them are.
pub(super) fn data_type(dataset: &Dataset, variable: &str, kind: Kind, level: Option<&ValueLevel>) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Integer | Kind::Date | Kind::DateTime => "integer",
        Kind::Float => "float",
        Kind::DurationText => "durationDatetime",
        Kind::DateTimeText => {
            let table = &dataset.table;
            let Some(at) = table.column(variable) else {
                return "date";
            };
            let here = level.map(|level| level.rows(table));
            let rows = (0..table.len()).filter(|row| here.as_ref().is_none_or(|here| here(*row)));
            let cells = rows.map(|row| table.cell(row, at));
            moments_type(cells.filter(|cell| !cell.is_empty()))
        }
    }
}

/// The narrowest type of ODM 1.3.2 that every moment fits: `datetime` has its seconds, a time without them is a `partialDatetime`;
/// a gap within a moment is an `incompleteDatetime`. No moment at all may turn out as any; intervals beside moments are text.
fn moments_type<'c>(cells: impl Iterator<Item = &'c str>) -> &'static str {
    let (mut days, mut seconds, mut minutes, mut partial) = (false, false, false, false);
    let (mut gaps, mut intervals) = (false, false);
    for cell in cells {
        if cell.contains('/') {
            intervals = true;
            continue;
        }
        gaps |= cell.starts_with('-') || ["--", "-T", "T-", ":-"].iter().any(|gap| cell.contains(gap));
        match cell.split_once('T') {
            Some((_, clock)) if clock.get(5..6) == Some(":") => seconds = true,
            Some(_) => minutes = true,
            None if cell.len() == 10 => days = true,
            None => partial = true,
        }
    }
    let any = days || seconds || minutes || partial;
    match (intervals, gaps, (days, seconds, minutes, partial)) {
        (true, ..) if any => "text",
        (true, ..) => "intervalDatetime",
        (false, true, _) => "incompleteDatetime",
        (false, false, (true, false, false, false)) => "date",
        (false, false, (false, true, false, false)) => "datetime",
        (false, false, (_, false, false, true)) => "partialDate",
        (false, false, _) => "partialDatetime",
    }
}

#[cfg(test)]
mod tests {
    use super::moments_type;

    #[test]
    fn the_type_of_moments_is_the_narrowest_that_all_of_them_fit() {
        let (day, minute, second, month) = ("2025-03-04", "2025-03-04T08:30", "2025-03-04T08:30:15", "2025-03");
        for (cells, expected) in [
            (&[day, day][..], "date"),
            (&[second, "2025-03-04T08:30:15+08:00"], "datetime"),
            (&[minute], "partialDatetime"),
            (&["2025-03-04T08"], "partialDatetime"),
            (&[second, minute], "partialDatetime"),
            (&[day, second], "partialDatetime"),
            (&[month, second], "partialDatetime"),
            (&[month], "partialDate"),
            (&["2025", day], "partialDate"),
            (&[], "partialDatetime"),
            (&["2025---15", day], "incompleteDatetime"),
            (&["--12-15"], "incompleteDatetime"),
            (&["2025-03-04T-:15"], "incompleteDatetime"),
            (&["2025-03-04T13:-:17"], "incompleteDatetime"),
            (&["2025-03-04/2025-03-05"], "intervalDatetime"),
            (&["2025-03-04/2025-03-05", day], "text"),
        ] {
            assert_eq!(moments_type(cells.iter().copied()), expected, "{cells:?}");
        }
    }
}
