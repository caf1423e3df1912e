//! ODM: transactions, typed items, what stands beside the data. The file validates against the schema of ODM 1.3.2.

use tercel_exchange::inbound::odm::{OdmMapping, OdmReader, read_odm};
use tercel_exchange::inbound::{Inbound, InboundError, Offset, Subjects};

use super::{row, said, table};

const FILE: &str = include_str!("../../data/inbound/odm_transactions.xml");
const MAPPING: &str = include_str!("../../data/inbound/odm.toml");

fn read(text: &str) -> Result<Inbound, InboundError> {
    let mapping = OdmMapping::parse(MAPPING).unwrap();
    read_odm("c.xml", text.as_bytes(), &mapping, None, &Subjects::default())
}

fn odm(data: &str) -> String {
    format!(
        "<ODM xmlns=\"http://www.cdisc.org/ns/odm/v1.3\" ODMVersion=\"1.3.2\"><ClinicalData StudyOID=\"S\">{data}</ClinicalData></ODM>"
    )
}

/// One item group of a subject.
fn group(items: &str) -> String {
    odm(&format!(
        "<SubjectData SubjectKey=\"1\"><StudyEventData StudyEventOID=\"E\"><FormData FormOID=\"F\">\
         <ItemGroupData ItemGroupOID=\"G\" ItemGroupRepeatKey=\"1\">{items}</ItemGroupData></FormData></StudyEventData></SubjectData>"
    ))
}

#[test]
fn transactions_take_effect_in_order_and_what_they_replace_is_listed() {
    let inbound = read(FILE).unwrap();
    let events = table(&inbound, "AE");
    assert_eq!(events.len(), 1, "the other was removed");
    assert_eq!(
        row(
            events,
            ("AESEQ", "1"),
            ["STUDYID", "USUBJID", "AETERM", "AETOXGR", "AESER", "AESTDTC", "AEENDTC"]
        ),
        ["ST.1", "T-01-001", "Fever <39 °C>", "3", "Y", "2026-03-04", ""]
    );
    assert_eq!(
        row(
            table(&inbound, "DM"),
            ("USUBJID", "T-01-001"),
            ["SEX", "SITEID", "RFICDTC"]
        ),
        ["F", "LOC.01", "2026-02-01"]
    );
    let lab = table(&inbound, "LB");
    let columns = ["LBORRES", "LBORRESU", "LBCAT", "LBDTC", "VISIT"];
    assert_eq!(
        row(lab, ("LBTESTCD", "HGB"), columns),
        ["12.5", "g/dL", "LOCAL", "2026-02-02T08:00:00", "Screening"]
    );
    assert_eq!(row(lab, ("LBTESTCD", "ALT"), columns)[..2], ["30", ""]);
    let left = said(&inbound.not_taken);
    let group = "T-01-001/SE.AE[1]/FO.AE[1]/IG.AE";
    assert!(left[format!("{group}[1]/IT.AE.AETOXGR").as_str()].contains("replaces \"2\""));
    assert!(left[format!("{group}[1]/IT.AE.AEENDTC").as_str()].contains("removes it"));
    assert!(left[format!("{group}[2]").as_str()].contains("removes it"));
    assert!(left[format!("{group}[9]").as_str()].contains("no earlier transaction"));
    assert!(left["AuditRecord"].contains("beside the data"));
    assert!(left["IT.INITIALS, in 1 item groups"].contains("leaves it out"));
}

#[test]
fn transactions_may_stand_in_files_of_their_own() {
    let whole = read(FILE).unwrap();
    let (first, second) = FILE.split_once("</ClinicalData>").unwrap();
    let head = &FILE[..FILE.find("<Study ").unwrap()];
    let mut reader = OdmReader::default();
    reader
        .read("c.xml", format!("{first}</ClinicalData></ODM>").as_bytes())
        .unwrap();
    reader.read("d.xml", format!("{head}{second}").as_bytes()).unwrap();
    let parts = reader.finish(&OdmMapping::parse(MAPPING).unwrap(), None, &Subjects::default(), None);
    assert_eq!(parts.tables, whole.tables);
}

#[test]
fn items_of_every_kind_are_read_and_what_is_removed_takes_its_content_along() {
    let inbound = read(&group(
        "<ItemDataString ItemOID=\"IT.AE.AETERM\"><![CDATA[a < b]]> &amp; c</ItemDataString><ItemDataPartialDate ItemOID=\"IT.AE.AESTDTC\">2026-03</ItemDataPartialDate>\
         <ItemDataBoolean ItemOID=\"IT.AE.AESER\">0</ItemDataBoolean><ItemDataBase64Binary ItemOID=\"IT.AE.AEACN\">AAAA</ItemDataBase64Binary>\
         <ItemData ItemOID=\"IT.AE.AEOUT\" IsNull=\"Yes\"/><ItemData ItemOID=\"IT.AE.AEREL\"/>",
    ))
    .unwrap();
    let events = table(&inbound, "AE");
    assert_eq!(
        row(
            events,
            ("USUBJID", "1"),
            ["AETERM", "AESTDTC", "AESER", "AEACN", "AEOUT"]
        ),
        ["a < b & c", "2026-03", "N", "", ""]
    );
    let left = said(&inbound.not_taken);
    assert!(left["1/E/F/G[1]/IT.AE.AEACN"].contains("Base64"));
    assert!(left["1/E/F/G[1]/IT.AE.AEREL"].contains("no value"));
    let removed = read(&odm(
        "<SubjectData SubjectKey=\"1\" TransactionType=\"Remove\"><StudyEventData StudyEventOID=\"E\"><FormData FormOID=\"F\"><ItemGroupData ItemGroupOID=\"G\">\
         <ItemData ItemOID=\"IT.AE.AETERM\" Value=\"x\"/></ItemGroupData></FormData></StudyEventData></SubjectData>",
    ))
    .unwrap();
    assert!(removed.tables.is_empty(), "{:?}", removed.tables);
}

#[test]
fn what_is_no_odm_and_entities_are_refused_with_their_place() {
    let message = |text: &str| read(text).unwrap_err().to_string();
    assert!(message("<html/>").contains("outermost element is html"));
    assert!(message("<ODM ODMVersion=\"2.0\"/>").contains("ODM 2.0"));
    assert!(message("<ODM/>").contains("no ClinicalData"));
    assert!(message("").contains("no ClinicalData"));
    let bomb = "<!DOCTYPE ODM [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n<ODM/>";
    assert!(matches!(read(bomb), Err(InboundError::Entities(_))));
    assert!(message(&group("<ItemData ItemOID=\"IT.AE.AETERM\" Value=\"&b;\"/>")).contains("line 1"));
    assert!(message(&group("<ItemDataString ItemOID=\"IT.AE.AETERM\">&b;</ItemDataString>")).contains("&b;"));
    assert!(message(&FILE[..FILE.len() / 2]).contains("line "));
    assert!(message("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><ODM/>").contains("save the file as UTF-8"));
    assert!(message(&group("<ItemData ItemOID=\"a\" ItemOID=\"b\"/>")).contains("line 1"));
    let deep = format!("<ODM><ClinicalData>{}", "<a>".repeat(100_000));
    assert!(message(&deep).contains("64 deep"));
}

#[test]
fn a_result_without_a_value_is_no_row_and_a_subject_key_is_of_one_study() {
    let date = "<ItemData ItemOID=\"I_DATE\" Value=\"2026-03-05\"/>";
    let none = read(&group(&format!("{date}<ItemData ItemOID=\"I_HB\" IsNull=\"Yes\"/>"))).unwrap();
    assert!(none.tables.iter().all(|table| table.name != "LB"));
    assert_eq!(
        said(&none.not_taken).into_values().collect::<Vec<_>>(),
        ["it has no value"]
    );
    let result = |value: &str| group(&format!("{date}<ItemData ItemOID=\"I_HB\" Value=\"{value}\"/>"));
    let other = result("95").replace("StudyOID=\"S\"", "StudyOID=\"OTHER\"");
    let second = other.split_once("<ClinicalData").unwrap().1;
    let both = format!("{}<ClinicalData{second}", result("135").trim_end_matches("</ODM>"));
    let taken = read(&both).unwrap();
    assert!(taken.tables.iter().all(|table| table.name != "LB"));
    let why: Vec<String> = taken.not_taken.iter().map(|left| left.why.to_string()).collect();
    assert_eq!(why.len(), 2);
    assert!(
        why.iter().all(|why| why.contains("several studies (OTHER, S)")),
        "{why:?}"
    );
}

#[test]
fn a_time_has_the_zone_it_was_sent_with_or_the_clock_of_the_site_and_utc_is_said() {
    let times = |sent: &str, offset: Option<&str>| {
        let items = format!(
            "<ItemData ItemOID=\"IT.AE.AETERM\" Value=\"Fever\"/><ItemData ItemOID=\"IT.AE.AESTDTC\" Value=\"{sent}\"/>\
             <ItemDataDatetime ItemOID=\"IT.AE.AEENDTC\">{sent}</ItemDataDatetime>"
        );
        let mut reader = OdmReader::default();
        reader.read("c.xml", group(&items).as_bytes()).unwrap();
        let offset = offset.map(|text| Offset::parse(text).unwrap());
        let inbound = reader.finish(&OdmMapping::default(), None, &Subjects::default(), offset);
        let cells = row(table(&inbound, "AE"), ("AESEQ", "1"), ["AESTDTC", "AEENDTC"]).map(str::to_owned);
        let told = inbound
            .findings
            .iter()
            .any(|left| left.why.to_string().contains("--utc-offset"));
        (cells, told)
    };
    for (sent, offset, kept, told) in [
        ("2026-03-04T20:30:00Z", None, "2026-03-04T20:30:00Z", true),
        ("2026-03-04T20:30:00+08:00", None, "2026-03-04T20:30:00+08:00", false),
        ("2026-03-04T20:30:00", None, "2026-03-04T20:30:00", false),
        ("2026-03", None, "2026-03", false),
        ("soon", None, "soon", false),
        ("2026-03-04T20:30:00Z", Some("+08:00"), "2026-03-05T04:30:00", false),
        ("2026-03-04T20:30:00", Some("+08:00"), "2026-03-04T20:30:00", false),
        ("2026-03-04", Some("+08:00"), "2026-03-04", false),
    ] {
        let both = [kept.to_owned(), kept.to_owned()];
        assert_eq!(times(sent, offset), (both, told), "{sent} {offset:?}");
    }
}
