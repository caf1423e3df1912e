//! Results that rest on analysis datasets: Analysis Results Metadata.

use std::io;

use super::Define;
use super::collect::of_result;
use super::xml::Xml;
use crate::export::oid;
use crate::export::write::{SOURCE_SYSTEM, SOURCE_VERSION};

/// One analysis result: an outcome, or one of its parts, at one time point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalysisResult {
    /// Identifier: `P2.ae`, `S1.3`.
    pub id: String,
    /// Display it stands in: identifier and words of the outcome.
    pub display: (String, String),
    /// What is computed.
    pub description: String,
    /// `PRIMARY OUTCOME MEASURE` and so on.
    pub purpose: &'static str,
    /// Dataset it is computed from.
    pub dataset: String,
    /// The rows it is computed from: all conditions hold.
    pub rows: Vec<Condition>,
    /// The variables it is computed from.
    pub variables: Vec<String>,
    /// How it is computed.
    pub documentation: String,
    /// The command that computes it.
    pub code: String,
}

/// A variable and the values of which it has one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// Variable.
    pub variable: String,
    /// Values.
    pub values: Vec<String>,
}

/// Writes the results, display by display.
pub(super) fn results(xml: &mut Xml, define: &Define<'_>) -> io::Result<()> {
    if define.results.is_empty() {
        return Ok(());
    }
    xml.element("arm:AnalysisResultDisplays", &[], |xml| {
        for results in define.results.chunk_by(|a, b| a.display == b.display) {
            let Some(first) = results.first() else { continue };
            let (name, words) = &first.display;
            let key = format!("RD.{name}");
            xml.element(
                "arm:ResultDisplay",
                &[("OID", Some(&key)), ("Name", Some(name))],
                |xml| {
                    xml.description(words)?;
                    results.iter().try_for_each(|result| write_result(xml, result))
                },
            )?;
        }
        Ok(())
    })
}

fn write_result(xml: &mut Xml, result: &AnalysisResult) -> io::Result<()> {
    let key = format!("AR.{}", result.id);
    let parameter = result.rows.iter().any(|row| row.variable == "PARAMCD");
    let parameter = parameter.then(|| oid::variable(&result.dataset, "PARAMCD"));
    let attributes = [
        ("OID", Some(key.as_str())),
        ("ParameterOID", parameter.as_deref()),
        ("AnalysisReason", Some("SPECIFIED IN PROTOCOL")),
        ("AnalysisPurpose", Some(result.purpose)),
    ];
    xml.element("arm:AnalysisResult", &attributes, |xml| {
        xml.description(&result.description)?;
        xml.element("arm:AnalysisDatasets", &[], |xml| {
            let dataset = oid::dataset(&result.dataset);
            xml.element("arm:AnalysisDataset", &[("ItemGroupOID", Some(&dataset))], |xml| {
                if let Some(key) = of_result(result) {
                    xml.empty("def:WhereClauseRef", &[("WhereClauseOID", Some(&key))])?;
                }
                result.variables.iter().try_for_each(|variable| {
                    let item = oid::variable(&result.dataset, variable);
                    xml.empty("arm:AnalysisVariable", &[("ItemOID", Some(&item))])
                })
            })
        })?;
        xml.element("arm:Documentation", &[], |xml| xml.description(&result.documentation))?;
        let context = format!("{SOURCE_SYSTEM} {SOURCE_VERSION}");
        xml.element("arm:ProgrammingCode", &[("Context", Some(&context))], |xml| {
            xml.text("arm:Code", &[], &result.code)
        })
    })
}
