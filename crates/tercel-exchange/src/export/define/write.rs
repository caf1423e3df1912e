//! `define.xml`.

use std::io;

use super::code::codelist;
use super::collect::{References, collect, condition, conditions, item_of_value, method, method_of_value};
use super::item::items;
use super::result::results;
use super::xml::Xml;
use super::{Condition, Define, Document};
use crate::export::terminology::TERMINOLOGY_VERSION as TERMINOLOGY;
use crate::export::write::{SOURCE_SYSTEM, SOURCE_VERSION};
use crate::export::{Dataset, Origin, Standard, Variable, oid};
use crate::table::TableError;

const STANDARD: &str = "STD.IG";
/// Identifiers of the terminology of SDTM and of ADaM.
pub(super) const SDTM_TERMS: &str = "STD.CT.SDTM";
pub(super) const ADAM_TERMS: &str = "STD.CT.ADAM";

/// Writes the document.
pub fn write_define(define: &Define<'_>) -> Result<Vec<u8>, TableError> {
    document(define).map_err(|error| TableError::Write(error.to_string()))
}

fn document(define: &Define<'_>) -> io::Result<Vec<u8>> {
    let found = collect(define);
    let created = define.about.created.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let version = oid::metadata(define.about.study, define.standard);
    let study = oid::study(define.about.study);
    let originator = Some(define.about.originator).filter(|name| !name.is_empty());
    let root = [
        ("xmlns", Some("http://www.cdisc.org/ns/odm/v1.3")),
        ("xmlns:xlink", Some("http://www.w3.org/1999/xlink")),
        ("xmlns:def", Some("http://www.cdisc.org/ns/def/v2.1")),
        (
            "xmlns:arm",
            (!define.results.is_empty()).then_some("http://www.cdisc.org/ns/arm/v1.0"),
        ),
        ("ODMVersion", Some("1.3.2")),
        ("FileType", Some("Snapshot")),
        ("FileOID", Some(version.as_str())),
        ("CreationDateTime", Some(created.as_str())),
        ("Originator", originator),
        ("SourceSystem", Some(SOURCE_SYSTEM)),
        ("SourceSystemVersion", Some(SOURCE_VERSION)),
        ("def:Context", Some("Submission")),
    ];
    let name = format!("{}, {}", define.study_name, standard_name(define.standard));
    let mut xml = Xml::new()?;
    xml.element("ODM", &root, |xml| {
        xml.element("Study", &[("OID", Some(&study))], |xml| {
            xml.element("GlobalVariables", &[], |xml| {
                xml.text("StudyName", &[], define.study_name)?;
                xml.text("StudyDescription", &[], define.study_description)?;
                xml.text("ProtocolName", &[], define.protocol_name)
            })?;
            let attributes = [
                ("OID", Some(version.as_str())),
                ("Name", Some(name.as_str())),
                ("def:DefineVersion", Some("2.1.0")),
            ];
            xml.element("MetaDataVersion", &attributes, |xml| metadata(xml, define, &found))
        })
    })?;
    Ok(xml.finish())
}

fn standard_name(standard: Standard) -> &'static str {
    match standard {
        Standard::Sdtm => "SDTMIG 3.4",
        Standard::Adam => "ADaMIG 1.3",
    }
}

fn metadata(xml: &mut Xml, define: &Define<'_>, found: &References) -> io::Result<()> {
    standards(xml, define)?;
    let forms: Vec<&Document> = define.annotated_forms().collect();
    let others: Vec<&Document> = define.documents.iter().filter(|one| !one.is_annotated_form).collect();
    for (element, documents) in [("def:AnnotatedCRF", forms), ("def:SupplementalDoc", others)] {
        if !documents.is_empty() {
            xml.element(element, &[], |xml| {
                documents
                    .iter()
                    .try_for_each(|one| xml.empty("def:DocumentRef", &[("leafID", Some(&leaf(&one.file)))]))
            })?;
        }
    }
    for dataset in define.datasets {
        for variable in dataset
            .variables
            .iter()
            .filter(|variable| !variable.by_value.is_empty())
        {
            value_list(xml, dataset, variable, found)?;
        }
    }
    for (key, (dataset, rows)) in &found.conditions {
        where_clause(xml, key, dataset, rows)?;
    }
    for dataset in define.datasets {
        item_group(xml, define, dataset)?;
    }
    for dataset in define.datasets {
        for variable in &dataset.variables {
            items(xml, dataset, variable, found)?;
        }
    }
    for (key, list) in &found.codelists {
        codelist(xml, key, list)?;
    }
    for (key, (name, sentence)) in &found.methods {
        let attributes = [
            ("OID", Some(key.as_str())),
            ("Name", Some(name.as_str())),
            ("Type", Some("Computation")),
        ];
        xml.element("MethodDef", &attributes, |xml| xml.description(sentence))?;
    }
    for (key, sentence) in &found.comments {
        xml.element("def:CommentDef", &[("OID", Some(key))], |xml| xml.description(sentence))?;
    }
    for one in define.documents {
        write_leaf(xml, &one.file, &one.title)?;
    }
    results(xml, define)
}

fn standards(xml: &mut Xml, define: &Define<'_>) -> io::Result<()> {
    let (name, version) = match define.standard {
        Standard::Sdtm => ("SDTMIG", "3.4"),
        Standard::Adam => ("ADaMIG", "1.3"),
    };
    let mut all = vec![
        (STANDARD, name, "IG", None, version),
        (SDTM_TERMS, "CDISC/NCI", "CT", Some("SDTM"), TERMINOLOGY),
    ];
    if define.standard == Standard::Adam {
        all.push((ADAM_TERMS, "CDISC/NCI", "CT", Some("ADaM"), TERMINOLOGY));
    }
    xml.element("def:Standards", &[], |xml| {
        all.iter().try_for_each(|(oid, name, kind, set, version)| {
            let attributes = [
                ("OID", Some(*oid)),
                ("Name", Some(*name)),
                ("Type", Some(*kind)),
                ("PublishingSet", *set),
                ("Version", Some(*version)),
                ("Status", Some("Final")),
            ];
            xml.empty("def:Standard", &attributes)
        })
    })
}

fn value_list(xml: &mut Xml, dataset: &Dataset, variable: &Variable, found: &References) -> io::Result<()> {
    let key = value_list_key(dataset, variable);
    xml.element("def:ValueListDef", &[("OID", Some(&key))], |xml| {
        for (place, level) in (1..).zip(&variable.by_value) {
            let item = item_of_value(dataset, variable, level);
            let own = method_of_value(dataset, variable, level);
            let shared = method(dataset, variable);
            let by = [own, shared].into_iter().find(|key| found.methods.contains_key(key));
            let by = by.filter(|_| level.method.is_some() && level.origin == Origin::Derived);
            let place = i32::to_string(&place);
            let attributes = [
                ("ItemOID", Some(item.as_str())),
                ("OrderNumber", Some(place.as_str())),
                ("Mandatory", Some("No")),
                ("MethodOID", by.as_deref()),
            ];
            let key = condition(dataset.name(), &conditions(level));
            xml.element("ItemRef", &attributes, |xml| {
                xml.empty("def:WhereClauseRef", &[("WhereClauseOID", Some(&key))])
            })?;
        }
        Ok(())
    })
}

/// Identifier of the value level of a variable.
pub(super) fn value_list_key(dataset: &Dataset, variable: &Variable) -> String {
    format!("VL.{}.{}", dataset.name(), variable.name)
}

fn where_clause(xml: &mut Xml, key: &str, dataset: &str, rows: &[Condition]) -> io::Result<()> {
    xml.element("def:WhereClauseDef", &[("OID", Some(key))], |xml| {
        rows.iter().try_for_each(|row| {
            let item = oid::variable(dataset, &row.variable);
            let attributes = [
                ("Comparator", Some(if row.values.len() == 1 { "EQ" } else { "IN" })),
                ("SoftHard", Some("Soft")),
                ("def:ItemOID", Some(item.as_str())),
            ];
            xml.element("RangeCheck", &attributes, |xml| {
                row.values
                    .iter()
                    .try_for_each(|value| xml.text("CheckValue", &[], value))
            })
        })
    })
}

fn item_group(xml: &mut Xml, define: &Define<'_>, dataset: &Dataset) -> io::Result<()> {
    let name = dataset.name();
    let file = format!("{}.{}", name.to_lowercase(), define.extension);
    let (key, place) = (oid::dataset(name), leaf(&file));
    let sdtm = dataset.standard == Standard::Sdtm;
    let attributes = [
        ("OID", Some(key.as_str())),
        ("Name", Some(name)),
        ("Repeating", Some(yes(dataset.repeats.unwrap_or(false)))),
        ("IsReferenceData", Some(yes(dataset.repeats.is_none()))),
        ("SASDatasetName", Some(name)),
        ("Domain", sdtm.then(|| domain(name))),
        ("Purpose", Some(if sdtm { "Tabulation" } else { "Analysis" })),
        ("def:Structure", Some(dataset.structure)),
        ("def:StandardOID", Some(STANDARD)),
        ("def:HasNoData", dataset.table.is_empty().then_some("Yes")),
        ("def:ArchiveLocationID", Some(place.as_str())),
    ];
    xml.element("ItemGroupDef", &attributes, |xml| {
        xml.description(&dataset.label)?;
        for (at, variable) in dataset.variables.iter().enumerate() {
            let item = oid::variable(name, &variable.name);
            let derived =
                (variable.origin == Origin::Derived && variable.method.is_some()).then(|| method(dataset, variable));
            let place = (at + 1).to_string();
            let key = dataset.keys.iter().position(|key| *key == variable.name);
            let key = key.map(|key| (key + 1).to_string());
            let attributes = [
                ("ItemOID", Some(item.as_str())),
                ("OrderNumber", Some(place.as_str())),
                ("Mandatory", Some(yes(variable.mandatory))),
                ("KeySequence", key.as_deref()),
                ("MethodOID", derived.as_deref()),
                ("Role", Some(variable.role).filter(|role| !role.is_empty())),
                ("def:HasNoData", dataset.has_no_data(&variable.name).then_some("Yes")),
            ];
            xml.empty("ItemRef", &attributes)?;
        }
        xml.element("def:Class", &[("Name", Some(dataset.class))], |xml| {
            sub_class(dataset).map_or(Ok(()), |class| xml.empty("def:SubClass", &[("Name", Some(class))]))
        })?;
        write_leaf(xml, &file, &file)
    })
}

/// The dataset a supplemental one belongs to names its domain.
fn domain(name: &str) -> &str {
    name.strip_prefix("SUPP").unwrap_or(name)
}

fn sub_class(dataset: &Dataset) -> Option<&'static str> {
    match dataset.name() {
        "ADTTE" => Some("TIME-TO-EVENT"),
        "ADAE" => Some("ADVERSE EVENT"),
        _ => None,
    }
}

pub(super) fn leaf(file: &str) -> String {
    let name = file
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' });
    format!("LF.{}", name.collect::<String>())
}

fn write_leaf(xml: &mut Xml, file: &str, title: &str) -> io::Result<()> {
    let attributes = [("ID", Some(leaf(file))), ("xlink:href", Some(file.to_owned()))];
    let attributes: Vec<(&str, Option<&str>)> = attributes
        .iter()
        .map(|(name, value)| (*name, value.as_deref()))
        .collect();
    xml.element("def:leaf", &attributes, |xml| xml.text("def:title", &[], title))
}

const fn yes(holds: bool) -> &'static str {
    if holds { "Yes" } else { "No" }
}
