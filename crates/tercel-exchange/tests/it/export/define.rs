//! define.xml against the schemas of CDISC, and its page.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use tercel::endpoint::Analysis;
use tercel_exchange::Table;
use tercel_exchange::export::adam::{analysis_results, describe_adam};
use tercel_exchange::export::define::{Define, Document, render_define, write_define};
use tercel_exchange::export::sdtm;
use tercel_exchange::export::{Codelist, Dataset, Kind, Origin, Source, Standard, ValueLevel, Variable};

use super::study::{ABOUT, derived, records, rehearsal, trial};

/// Validates a document by `xmllint`; without it a run of CI fails, and any other says that nothing was validated.
fn validate(name: &str, xml: &[u8], schema: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, xml).unwrap();
    let schema = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/xsd")
        .join(schema);
    let run = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .args([&schema, &file])
        .output();
    if let Ok(run) = run {
        let said = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{name} is not valid:\n{said}");
        return;
    }
    let needed = std::env::var_os("CI").is_some();
    assert!(
        !needed,
        "xmllint is missing, and CI does not go without it: apt-get install libxml2-utils"
    );
    eprintln!("NOT VALIDATED: xmllint is missing (apt-get install libxml2-utils)");
}

fn documents() -> Vec<Document> {
    vec![
        Document {
            file: "acrf.pdf".to_owned(),
            title: "Annotated Case Report Form".to_owned(),
            is_annotated_form: true,
        },
        Document {
            file: "adrg.pdf".to_owned(),
            title: "Reviewer's Guide".to_owned(),
            is_annotated_form: false,
        },
    ]
}

fn analysis_define(check: impl FnOnce(&Define<'_>)) {
    let trial = trial();
    let (data, cut) = records(&trial, rehearsal());
    let analysis = Analysis::new(&trial, &data, Some(cut));
    let datasets = describe_adam(derived(&trial, rehearsal(), &analysis), Some("27.0"), Some(&trial));
    let results = analysis_results(&analysis, &datasets);
    check(&Define {
        about: ABOUT,
        study_name: "IL1RAP-HCC",
        study_description: "A study with <angles> & \"quotes\"",
        protocol_name: &trial.id,
        standard: Standard::Adam,
        datasets: &datasets,
        extension: "xpt",
        documents: &documents(),
        results: &results,
    });
}

/// The rehearsal's tabulation datasets and their define.xml.
fn tabulated() -> (Vec<Dataset>, String) {
    let trial = trial();
    let datasets = sdtm::datasets(&trial, rehearsal(), None).datasets;
    let define = Define {
        about: ABOUT,
        study_name: "IL1RAP-HCC",
        study_description: &trial.title,
        protocol_name: &trial.id,
        standard: Standard::Sdtm,
        datasets: &datasets,
        extension: "xpt",
        documents: &documents(),
        results: &[],
    };
    let xml = String::from_utf8(write_define(&define).unwrap()).unwrap();
    (datasets, xml)
}

/// Values of an attribute of every element of a name.
fn attributes(xml: &str, element: &str, attribute: &str) -> Vec<String> {
    let (start, key) = (format!("<{element} "), format!(" {attribute}=\""));
    let tags = xml.split(&start).skip(1).filter_map(|rest| rest.split('>').next());
    let value = |tag: &str| {
        let tag = format!(" {tag}");
        Some(tag.split(&key).nth(1)?.split('"').next()?.to_owned())
    };
    tags.filter_map(value).collect()
}

#[test]
fn the_define_of_the_analysis_datasets_is_valid_with_its_results() {
    analysis_define(|define| {
        let xml = write_define(define).unwrap();
        validate("define-adam.xml", &xml, "arm/1.0-define2.1/arm1-0-0.xsd");
        assert_eq!(xml, write_define(define).unwrap());
    });
}

#[test]
fn the_define_of_the_tabulation_datasets_is_valid() {
    let (datasets, xml) = tabulated();
    validate("define-sdtm.xml", xml.as_bytes(), "define/2.1/define2-1-0.xsd");
    for (element, attribute, defined) in [
        ("ItemRef", "ItemOID", "ItemDef"),
        ("ItemRef", "MethodOID", "MethodDef"),
        ("CodeListRef", "CodeListOID", "CodeList"),
        ("def:ValueListRef", "ValueListOID", "def:ValueListDef"),
        ("def:WhereClauseRef", "WhereClauseOID", "def:WhereClauseDef"),
    ] {
        let all = attributes(&xml, defined, "OID");
        let distinct: BTreeSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len(), "{defined} twice");
        let named: BTreeSet<String> = attributes(&xml, element, attribute).into_iter().collect();
        assert!(
            named.iter().all(|name| distinct.contains(name)),
            "{element} {attribute}"
        );
    }
    assert!(datasets.len() > 20, "{}", datasets.len());
}

#[test]
fn a_variable_without_a_value_is_described_as_one() {
    let (datasets, xml) = tabulated();
    let said: BTreeSet<&str> = xml
        .split("<ItemRef ")
        .skip(1)
        .filter_map(|rest| rest.split('>').next())
        .filter(|tag| tag.contains("def:HasNoData=\"Yes\""))
        .filter_map(|tag| tag.split("ItemOID=\"").nth(1)?.split('"').next())
        .collect();
    let mut blank = BTreeSet::new();
    for dataset in &datasets {
        for (at, name) in dataset.table.columns().iter().enumerate() {
            if (0..dataset.table.len()).all(|row| dataset.table.cell(row, at).is_empty()) {
                blank.insert(format!("IT.{}.{name}", dataset.name()));
            }
        }
    }
    assert!(
        blank.contains("IT.AE.AEBDSYCD") && !blank.contains("IT.AE.AEBODSYS"),
        "{blank:?}"
    );
    assert_eq!(said, blank.iter().map(String::as_str).collect());
}

#[test]
fn values_that_depend_on_others_are_described_by_them() {
    let trial = trial();
    let made = sdtm::datasets(&trial, rehearsal(), None);
    let variable = |dataset: &str, name: &str| -> Variable {
        let dataset = made.datasets.iter().find(|made| made.name() == dataset).unwrap();
        dataset.variable(name).unwrap().clone()
    };
    // Every qualifier has its own description, with its origin and its list.
    for dataset in made.datasets.iter().filter(|made| made.name().starts_with("SUPP")) {
        let at = dataset.table.column("QNAM").unwrap();
        let named: BTreeSet<&str> = (0..dataset.table.len())
            .map(|row| dataset.table.cell(row, at))
            .collect();
        let described: BTreeSet<String> = variable(dataset.name(), "QVAL")
            .by_value
            .iter()
            .map(|level| level.when[0].1.clone())
            .collect();
        assert!(named.iter().all(|name| described.contains(*name)), "{}", dataset.name());
        assert_eq!(named.len(), described.len(), "{}", dataset.name());
    }
    let qualifiers = variable("SUPPAE", "QVAL").by_value;
    let relation = qualifiers.iter().find(|level| level.when[0].1 == "AERELLD").unwrap();
    assert_eq!(relation.origin, Origin::Collected(Source::Investigator));
    assert!(matches!(&relation.codelist, Some(Codelist::Sponsor { terms, .. }) if terms.len() > 2));
    // Units vary by test; a response is told by the test and the instrument it is of.
    let alt = variable("LB", "LBSTRESU").by_value;
    let alt = alt.iter().find(|level| level.when[0].1 == "ALT").unwrap();
    assert_eq!(alt.label, "Alanine Aminotransferase: U/L");
    for (dataset, name, category) in [("RS", "RSSTRESC", "RSCAT"), ("PP", "PPSTRESN", "PPCAT")] {
        let levels = variable(dataset, name).by_value;
        assert!(!levels.is_empty(), "{name}");
        assert!(
            levels
                .iter()
                .all(|level| level.when.len() == 2 && level.when[0].0 == category)
        );
    }
    // No word was put into a unit.
    for name in ["RSSTRESC", "SSSTRESC", "TUSTRESC"] {
        let variable = variable(&name[..2], name);
        let levels = variable.by_value.iter().filter(|level| level.kind == Kind::Text);
        let methods = levels.map(|level| level.method.clone());
        let methods: Vec<String> = methods.chain([variable.method.clone()]).flatten().collect();
        let of_unit = |method: &String| method.starts_with("Original result in the standard unit");
        assert!(
            name == "RSSTRESC" || !methods.iter().any(of_unit),
            "{name}: {methods:?}"
        );
        assert!(!methods.is_empty());
    }
    let response = variable("RS", "RSSTRESC").by_value;
    let response = response.iter().find(|level| level.when[1].1 == "OVRLRESP").unwrap();
    assert!(
        response
            .method
            .as_ref()
            .unwrap()
            .starts_with("Original result as the term")
    );
}

#[test]
fn a_method_that_names_a_setting_states_its_value() {
    analysis_define(|define| {
        let method = |dataset: &str, variable: &str| {
            let dataset = define.datasets.iter().find(|one| one.name() == dataset).unwrap();
            dataset.variable(variable).unwrap().method.clone().unwrap()
        };
        let trial = trial();
        let [least, most] = [trial.dlt.dose_percent_min, trial.dlt.dose_percent_max];
        let said = format!("In this protocol dlt.dose_percent_min is {least}, dlt.dose_percent_max {most}.");
        assert!(method("ADEX", "AVAL").ends_with(&said));
        assert!(method("ADLB", "ABLFL").contains("safety.baseline is \"before "));
        assert!(method("ADTTE", "EVNTDESC").contains(trial.response.pfs_censoring.title()));
        assert!(method("ADDLT", "WINEDT").contains(&format!("dlt.window_days is {}", trial.dlt.window_days)));
    });
}

#[test]
fn everything_referred_to_is_defined_once() {
    analysis_define(|define| {
        let xml = String::from_utf8(write_define(define).unwrap()).unwrap();
        let pairs = [
            ("ItemRef", "ItemOID", "ItemDef", "OID"),
            ("ItemRef", "MethodOID", "MethodDef", "OID"),
            ("ItemDef", "def:CommentOID", "def:CommentDef", "OID"),
            ("CodeListRef", "CodeListOID", "CodeList", "OID"),
            ("def:ValueListRef", "ValueListOID", "def:ValueListDef", "OID"),
            ("def:WhereClauseRef", "WhereClauseOID", "def:WhereClauseDef", "OID"),
            ("RangeCheck", "def:ItemOID", "ItemDef", "OID"),
            ("def:DocumentRef", "leafID", "def:leaf", "ID"),
            ("ItemGroupDef", "def:ArchiveLocationID", "def:leaf", "ID"),
            ("ItemGroupDef", "def:StandardOID", "def:Standard", "OID"),
            ("CodeList", "def:StandardOID", "def:Standard", "OID"),
            ("arm:AnalysisDataset", "ItemGroupOID", "ItemGroupDef", "OID"),
            ("arm:AnalysisVariable", "ItemOID", "ItemDef", "OID"),
            ("arm:AnalysisResult", "ParameterOID", "ItemDef", "OID"),
        ];
        for (element, attribute, defined, by) in pairs {
            let all = attributes(&xml, defined, by);
            let distinct: BTreeSet<&String> = all.iter().collect();
            assert_eq!(distinct.len(), all.len(), "{defined} {by} twice");
            let named = attributes(&xml, element, attribute);
            assert!(!named.is_empty(), "no {element} {attribute}");
            for name in &named {
                assert!(
                    distinct.contains(name),
                    "{element} {attribute}=\"{name}\" is not defined"
                );
            }
        }
        // Nothing is defined that nothing refers to.
        for (defined, element, attribute) in [
            ("MethodDef", "ItemRef", "MethodOID"),
            ("CodeList", "CodeListRef", "CodeListOID"),
            ("def:WhereClauseDef", "def:WhereClauseRef", "WhereClauseOID"),
        ] {
            let named: BTreeSet<String> = attributes(&xml, element, attribute).into_iter().collect();
            for name in attributes(&xml, defined, "OID") {
                assert!(named.contains(&name), "{defined} {name} is not referred to");
            }
        }
    });
}

#[test]
fn every_outcome_of_the_record_has_its_results_and_every_condition_has_rows() {
    analysis_define(|define| {
        let trial = trial();
        for outcome in &trial.outcomes {
            let of = define
                .results
                .iter()
                .filter(|result| result.display.0 == outcome.id)
                .count();
            let parts = outcome.components.len().max(1) * outcome.time_points.len().max(1);
            assert_eq!(of, parts, "{}", outcome.id);
        }
        for result in define.results {
            let dataset = define
                .datasets
                .iter()
                .find(|dataset| dataset.name() == result.dataset)
                .unwrap();
            let parameter = result.rows.iter().find(|row| row.variable == "PARAMCD").unwrap();
            let at = dataset.table.column("PARAMCD").unwrap();
            let holds = (0..dataset.table.len()).any(|row| {
                parameter
                    .values
                    .iter()
                    .any(|value| value == dataset.table.cell(row, at))
            });
            assert!(holds, "{} has no rows", result.id);
            assert!(!result.variables.is_empty() && !result.documentation.is_empty());
        }
    });
}

#[test]
fn codelists_show_their_codes_and_what_the_sponsor_added() {
    analysis_define(|define| {
        let xml = String::from_utf8(write_define(define).unwrap()).unwrap();
        // The codes of "No Yes Response", of its Y, and of "Day Imputed" in the terminology.
        for code in ["C66742", "C49488", "C81223", "C81212", "C81224"] {
            assert!(
                xml.contains(&format!("<Alias Name=\"{code}\" Context=\"nci:ExtCodeID\"/>")),
                "{code}"
            );
        }
        assert!(xml.contains("Dictionary=\"MedDRA\" Version=\"27.0\""));
        assert!(xml.contains("A study with &lt;angles&gt; &amp; "));
        assert!(xml.contains("DataType=\"integer\" Length=\"8\" SASFieldName=\"ADT\" def:DisplayFormat=\"DATE9.\""));
    });
}

#[test]
fn the_page_shows_every_variable_and_fetches_nothing() {
    analysis_define(|define| {
        let page = render_define(define);
        for dataset in define.datasets {
            assert!(page.contains(&format!("id=\"{}\"", dataset.name())));
            for variable in &dataset.variables {
                assert!(
                    page.contains(&format!("<code>{}</code>", variable.name)),
                    "{}",
                    variable.name
                );
            }
        }
        let blank = define.datasets.iter().flat_map(|dataset| {
            let variables = dataset.variables.iter();
            variables.filter(|variable| dataset.has_no_data(&variable.name))
        });
        assert_eq!(page.matches("No row has a value.").count(), blank.count());
        assert!(page.contains("A study with &lt;angles&gt; &amp; &quot;quotes&quot;"));
        for fetched in ["<script", "src=", "http://", "https://", "@import", "<link"] {
            assert!(!page.contains(fetched), "the page has {fetched}");
        }
        let links: Vec<&str> = page
            .split("href=\"#")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        for link in links {
            assert!(page.contains(&format!("id=\"{link}\"")), "#{link} leads nowhere");
        }
    });
}

/// A tabulation dataset with every kind of origin, codelist and value level.
fn tabulation() -> Dataset {
    let rows = [
        ["S-01", "1", "ALT", "17", "U/L", "2025-02-24T10:30", "PT1H", "Y"],
        ["S-01", "2", "MADEUP", "x\u{b}<y>", "", "2025", "", ""],
    ];
    let columns = [
        "USUBJID", "LBSEQ", "LBTESTCD", "LBORRES", "LBORRESU", "LBDTC", "LBELTM", "LBBLFL",
    ];
    let variable = |name: &str, kind, list: Option<&'static str>, origin| Variable {
        name: name.to_owned(),
        label: format!("Label of {name}"),
        kind,
        length: 20,
        decimals: 0,
        codelist: list.map(Codelist::Cdisc),
        role: "Record Qualifier",
        mandatory: name == "USUBJID",
        origin,
        method: (name == "LBBLFL" || name == "LBORRES").then(|| format!("How {name} comes about.")),
        by_value: Vec::new(),
    };
    let mut dataset = Dataset {
        standard: Standard::Sdtm,
        label: "Laboratory Test Results".to_owned(),
        class: "FINDINGS",
        structure: "One record per lab test per time point per visit per subject",
        keys: vec!["USUBJID".to_owned(), "LBTESTCD".to_owned()],
        repeats: Some(true),
        variables: vec![
            variable("USUBJID", Kind::Text, None, Origin::Assigned),
            variable("LBSEQ", Kind::Integer, None, Origin::Assigned),
            variable(
                "LBTESTCD",
                Kind::Text,
                Some("C65047"),
                Origin::Collected(Source::Vendor),
            ),
            variable("LBORRES", Kind::Text, None, Origin::Collected(Source::Vendor)),
            variable(
                "LBORRESU",
                Kind::Text,
                Some("C71620"),
                Origin::Collected(Source::Vendor),
            ),
            variable(
                "LBDTC",
                Kind::DateTimeText,
                None,
                Origin::Collected(Source::Investigator),
            ),
            variable("LBELTM", Kind::DurationText, None, Origin::Protocol),
            variable("LBBLFL", Kind::Text, Some("C66742"), Origin::Derived),
        ],
        table: Table::from_rows("LB", &columns, rows.map(|row| row.map(str::to_owned).to_vec()).to_vec()),
    };
    let value = |test: &str, kind| ValueLevel {
        when: vec![("LBTESTCD".to_owned(), test.to_owned())],
        label: format!("Result of {test}"),
        kind,
        length: 8,
        decimals: 1,
        codelist: None,
        origin: Origin::Derived,
        method: Some(format!("How {test} comes about.")),
    };
    dataset.variables[3].by_value = vec![value("ALT", Kind::Float), value("MADEUP", Kind::Text)];
    dataset
}

#[test]
fn the_define_of_a_tabulation_dataset_is_valid() {
    let mut trial_design = tabulation();
    trial_design.repeats = None;
    trial_design.class = "TRIAL DESIGN";
    let rows = Vec::new();
    let names: Vec<&str> = trial_design
        .variables
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    trial_design.table = Table::from_rows("TS", &names, rows);
    let datasets = [tabulation(), trial_design];
    let define = Define {
        about: ABOUT,
        study_name: "IL1RAP-HCC",
        study_description: "A study",
        protocol_name: "IL1RAP-HCC",
        standard: Standard::Sdtm,
        datasets: &datasets,
        extension: "json",
        documents: &documents(),
        results: &[],
    };
    let xml = write_define(&define).unwrap();
    validate("define-sdtm.xml", &xml, "define/2.1/define2-1-0.xsd");
    let xml = String::from_utf8(xml).unwrap();
    for part in [
        "CodedValue=\"MADEUP\" def:ExtendedValue=\"Yes\"",
        "DataType=\"partialDatetime\"",
        "DataType=\"durationDatetime\"",
        "def:HasNoData=\"Yes\"",
        "IsReferenceData=\"Yes\"",
        "Role=\"Record Qualifier\"",
        "<def:Origin Type=\"Collected\" Source=\"Vendor\">",
        "<def:DocumentRef leafID=\"LF.acrf_pdf\">",
        "<def:PDFPageRef Type=\"NamedDestination\" PageRefs=\"form-serum-biomarker form-laboratory\"/>",
        "MethodOID=\"MT.LB.LBORRES.ALT\"",
        "def:CommentOID=\"COM.LB.LBORRES\"",
        "xlink:href=\"lb.json\"",
    ] {
        assert!(xml.contains(part), "{part}");
    }
    assert!(render_define(&define).contains("added by the sponsor"));
}
