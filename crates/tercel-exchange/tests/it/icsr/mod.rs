//! Individual case safety reports: a study worked out by hand, and rehearsals held against the list of data elements.
//!
//! | subject | lymphodepletion | infusion | serious events |
//! |---|---|---|---|
//! | 001 | 2025-03-15 | 2025-03-20T10:00 | Zorb ache of grade 2 (not serious) from 03-22 and of grade 3 from 03-24; Quell fever from 03-24, both known on 03-24; Zorb ache again on 05-01, known on 05-02 |
//! | 002 | 2025-04-15 | never | Blim rash from 04-16, fatal on 04-20, known on 04-16 |
//! | 003 | 2025-05-15 | 2025-05-20 | none; one event meets a criterion and is said not to be serious |

mod elements;

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::{DateTime, date};
use roxmltree::Document;
use tercel::coding::{Coding, CodingLog, code_study};
use tercel::protocol::{Trial, parse_protocol};
use tercel::simulate::{RehearsalOptions, rehearse};
use tercel::study::{Blocks, StudyData};
use tercel_exchange::icsr::{IcsrStudy, Icsrs, write_icsrs};
use tercel_exchange::meddra::read_meddra;
use tercel_exchange::{Table, read_datasets, read_tables, write_sdtm};

use self::elements::{at, disorder, elements, refused, values};
use super::meddra::release_folder;

const PROTOCOL: &str = include_str!("../../../../../trials/il1rap-hcc/protocol.toml");

const PARTIES: &str = "
[icsr]
sender = \"HANDSENDER\"
receiver = \"HANDRECEIVER\"
sender_type = \"health professional\"
organisation = \"Hand Hospital\"
company = \"HAND-HOSPITAL\"
reporter = \"physician\"
language = \"eng\"

[icsr.contact]
department = \"Safety\"
given_name = \"Ada\"
family_name = \"Hand\"
city = \"Wuhan\"
country = \"CN\"
telephone = \"+862700000000\"
email = \"safety@example.org\"
";

const CREATED: DateTime = date(2025, 6, 1).at(8, 30, 5, 0);

const DM: &str = "STUDYID,USUBJID,SUBJID,RFICDTC,BRTHDTC,AGE,SEX,COUNTRY,ARMCD,DTHDTC,DTHFL
HAND,HAND-001,001,2025-02-01,1974-03-25,50,F,DEU,DL1,,
HAND,HAND-002,002,2025-03-01,,61,M,,DL1,2025-04-20,Y
HAND,HAND-003,003,2025-04-01,,44,M,,DL2,,
";

const EX: &str = "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXROUTE,EXLOT,EXSTDTC,EXENDTC
HAND-001,1,FLUDARABINE,30,mg/m2,INTRAVENOUS,,2025-03-15,2025-03-15
HAND-001,2,ANTI-IL1RAP CAR-T CELLS,90,10^6 Therapeutic Cells,INTRAVENOUS,LOT-7,2025-03-20T10:00,2025-03-20T10:15
HAND-002,1,FLUDARABINE,30,mg/m2,INTRAVENOUS,,2025-04-15,2025-04-15
HAND-003,1,FLUDARABINE,30,mg/m2,INTRAVENOUS,,2025-05-15,2025-05-15
HAND-003,2,ANTI-IL1RAP CAR-T CELLS,250,10^6 Therapeutic Cells,INTRAVENOUS,,2025-05-20,2025-05-20
";

const AE: &str = "USUBJID,AESEQ,AETERM,AETOXGR,AESER,AESDTH,AESLIFE,AESHOSP,AEREL,AERELLD,AERELSPN,AEAWARE,AESTDTC,AEENDTC,AEOUT
HAND-001,1,Zorb ache,2,N,,,,POSSIBLY RELATED,NOT RELATED,,,2025-03-22,2025-03-23,NOT RECOVERED/NOT RESOLVED
HAND-001,2,Zorb ache,3,Y,N,N,Y,RELATED,NOT RELATED,,2025-03-24,2025-03-24,2025-03-26,RECOVERED/RESOLVED WITH SEQUELAE
HAND-001,3,Quell fever,4,Y,N,Y,Y,UNLIKELY RELATED,NOT RELATED,POSSIBLY RELATED,2025-03-24,2025-03-24T10:30,,RECOVERING/RESOLVING
HAND-001,4,Zorb ache,3,Y,N,N,Y,NOT RELATED,NOT RELATED,,2025-05-02,2025-05-01,2025-05-02,RECOVERED/RESOLVED
HAND-002,1,Blim rash,5,Y,Y,Y,N,NOT RELATED,RELATED,,2025-04-16,2025-04-16,2025-04-20,FATAL
HAND-003,1,Zorb ache,3,N,N,N,Y,NOT RELATED,NOT RELATED,,,2025-05-25,2025-05-26,RECOVERED/RESOLVED
";

const LB: &str =
    "USUBJID,LBSEQ,LBTESTCD,LBTEST,LBORRES,LBORRESU,LBSTRESC,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBAESEQ,LBDTC
HAND-001,1,ALT,Alanine Aminotransferase,36,U/L,36,36,U/L,7,40,,2025-03-22
HAND-001,2,ALT,Alanine Aminotransferase,360,U/L,360,360,U/L,7,40,2,2025-03-25T07:30
";

const VS: &str = "USUBJID,VSSEQ,VSTESTCD,VSORRES,VSORRESU,VSSTRESN,VSSTRESU,VSDTC
HAND-001,1,WEIGHT,60,kg,60,kg,2025-02-01
HAND-001,2,WEIGHT,61.24,kg,61.24,kg,2025-03-20
HAND-001,3,WEIGHT,70,kg,70,kg,2025-04-20
";

const MH: &str = "USUBJID,MHSEQ,MHTERM,MHSTDTC
HAND-001,1,Chronic hepatitis B,2016
HAND-001,2,Gout,
";

const CM: &str = "USUBJID,CMSEQ,CMTRT,CMINDC,CMDOSE,CMDOSU,CMSTDTC,CMENDTC
HAND-001,1,ENTECAVIR,Hepatitis B,1,TABLET,2016-05,
HAND-001,2,PARACETAMOL,Pain,500,mg,2025-01-01,2025-01-03
HAND-001,3,TOCILIZUMAB,Fever,8,mg/kg,2025-03-24,2025-03-24
";

fn trial(more: &str) -> Trial {
    parse_protocol("protocol.toml", &format!("{PROTOCOL}{more}")).unwrap()
}

fn tables() -> Vec<Table> {
    let files = [
        ("dm.csv", DM),
        ("ex.csv", EX),
        ("ae.csv", AE),
        ("lb.csv", LB),
        ("vs.csv", VS),
        ("mh.csv", MH),
        ("cm.csv", CM),
    ];
    files
        .into_iter()
        .map(|(file, text)| {
            let mut table = Table::parse_csv(file, text.as_bytes()).unwrap();
            table.name = file.trim_end_matches(".csv").to_uppercase();
            table
        })
        .collect()
}

fn coding() -> Coding {
    Coding {
        meddra: read_meddra(&release_folder(), None).unwrap(),
        log: CodingLog::default(),
    }
}

fn data(trial: &Trial, tables: &[Table]) -> StudyData {
    let whole = read_tables(tables.to_vec(), trial).unwrap();
    let cut = whole.last_day().unwrap();
    whole.into_as_of(cut)
}

fn write(trial: &Trial, data: &StudyData, tables: &[Table], coding: Option<&Coding>) -> Icsrs {
    write_icsrs(&IcsrStudy {
        trial,
        data,
        tables,
        cut: data.last_day(),
        coding,
        sender: None,
        receiver: None,
        created: CREATED,
    })
}

/// The hand study in full: parties named, events coded.
fn complete() -> Icsrs {
    let (trial, tables, coding) = (trial(PARTIES), tables(), coding());
    let mut data = data(&trial, &tables);
    code_study(&mut data, &coding);
    write(&trial, &data, &tables, Some(&coding))
}

fn element(document: &Document<'_>, number: &str) -> Vec<String> {
    let all = elements();
    let element = all.iter().find(|element| element.number == number).unwrap();
    values(document, element)
}

fn numbers(icsrs: &Icsrs) -> Vec<&str> {
    icsrs.reports.iter().map(|report| report.number.as_str()).collect()
}

fn xml<'i>(icsrs: &'i Icsrs, number: &str) -> &'i str {
    &icsrs.reports.iter().find(|report| report.number == number).unwrap().xml
}

fn fields(icsrs: &Icsrs) -> Vec<String> {
    let held = icsrs.findings.iter().filter(|finding| finding.blocks == Blocks::Export);
    held.map(|finding| format!("{} {}", finding.place(), finding.field))
        .collect()
}

#[test]
fn records_that_follow_each_other_are_one_reaction_and_events_known_on_one_day_one_report() {
    let icsrs = complete();
    let first = "IL1RAP-HCC-HAND-001-1";
    assert_eq!(
        numbers(&icsrs),
        [first, "IL1RAP-HCC-HAND-001-4", "IL1RAP-HCC-HAND-002-1"]
    );
    let document = Document::parse(xml(&icsrs, first)).unwrap();
    assert_eq!(element(&document, "E.i.1.1a"), ["Zorb ache", "Quell fever"]);
    // The reaction began with its first record and stands as its last says.
    assert_eq!(element(&document, "E.i.4"), ["20250322", "202503241030"]);
    assert_eq!(element(&document, "E.i.5"), ["20250326"]);
    assert_eq!(element(&document, "E.i.7"), ["4", "2"]);
    assert_eq!(element(&document, "E.i.3.2b"), ["[NI]", "true"]);
    assert_eq!(element(&document, "E.i.3.2c"), ["true", "true"]);
    assert_eq!(element(&document, "E.i.2.1b"), ["99100001", "99200002"]);
    assert_eq!(element(&document, "E.i.2.1a"), ["99.1", "99.1"]);
}

#[test]
fn a_report_says_what_the_data_and_the_protocol_say() {
    let icsrs = complete();
    let document = Document::parse(xml(&icsrs, "IL1RAP-HCC-HAND-001-1")).unwrap();
    let expected: &[(&str, &[&str])] = &[
        ("N.1.3", &["HANDSENDER"]),
        ("N.1.4", &["HANDRECEIVER"]),
        ("N.1.5", &["20250601083005"]),
        ("C.1.1", &["DE-HAND HOSPITAL-IL1RAP-HCC-HAND-001-1"]),
        ("N.2.r.1", &["DE-HAND HOSPITAL-IL1RAP-HCC-HAND-001-1"]),
        ("C.1.3", &["2"]),
        ("C.1.4", &["20250324"]),
        ("C.1.5", &["20250326"]),
        // The NMPA is told at once of what is serious, suspected and unexpected.
        ("C.1.7", &["true"]),
        ("C.2.r.3", &["DE"]),
        ("C.2.r.4", &["1"]),
        ("C.3.1", &["3"]),
        ("C.3.2", &["Hand Hospital"]),
        ("C.3.4.5", &["CN"]),
        ("C.5.1.r.1", &["NCT06757881"]),
        ("C.5.3", &["IL1RAP-HCC"]),
        ("C.5.4", &["1"]),
        ("D.1", &["[MSK]"]),
        ("D.1.1.4", &["001"]),
        // Three days before her birthday.
        ("D.2.2a", &["50"]),
        ("D.3", &["61.2"]),
        ("D.5", &["2"]),
        ("D.7.2", &["Chronic hepatitis B (from 2016); Gout"]),
        ("E.i.1.1b", &["eng", "eng"]),
        ("E.i.9", &["DE", "DE"]),
        ("F.r.1", &["202503250730"]),
        ("F.r.2.1", &["Alanine Aminotransferase"]),
        ("F.r.3.2", &["360"]),
        ("F.r.3.3", &["U/L"]),
        ("F.r.4", &["7"]),
        ("F.r.5", &["40"]),
        ("G.k.2.2", &["ANTI-IL1RAP CAR-T CELLS", "FLUDARABINE", "ENTECAVIR"]),
        ("G.k.1", &["1", "2", "2"]),
        (
            "G.k.4.r.8",
            &["9.0×10^7 cells infused (1.0×10^8 cells planned)", "1 TABLET"],
        ),
        ("G.k.4.r.1a", &["30"]),
        ("G.k.4.r.1b", &["mg/m2"]),
        ("G.k.4.r.4", &["202503201000", "20250315", "201605"]),
        ("G.k.4.r.7", &["LOT-7"]),
        ("G.k.8", &["9"]),
    ];
    for (number, values) in expected {
        assert_eq!(&element(&document, number), values, "{number}");
    }
    // Product by investigator, by sponsor where that is recorded; lymphodepletion by investigator.
    let judged = |number| element(&document, number);
    assert_eq!(
        judged("G.k.9.i.2.r.1"),
        [
            "Investigator",
            "Investigator",
            "Sponsor",
            "Investigator",
            "Investigator"
        ]
    );
    assert_eq!(
        judged("G.k.9.i.2.r.3"),
        [
            "related",
            "unlikely related",
            "possibly related",
            "not related",
            "not related"
        ]
    );
}

#[test]
fn the_narrative_is_made_of_the_data() {
    let icsrs = complete();
    let document = Document::parse(xml(&icsrs, "IL1RAP-HCC-HAND-001-1")).unwrap();
    let narrative = element(&document, "H.1").remove(0);
    for part in [
        "Subject HAND-001, 50 years old, female, 61.2 kg",
        "Lymphodepletion: FLUDARABINE on 2025-03-15.",
        "\"Zorb ache\", worst grade 3, from 2025-03-22 to 2025-03-26, 2 days after the infusion.",
        "Its course: grade 2, from 2025-03-22 to 2025-03-23; grade 3, from 2025-03-24 to 2025-03-26.",
        "Relation in the sponsor's judgement: possibly related.",
        "Relation in the investigator's judgement to the CAR-T cells: related, to lymphodepletion: not related.",
        "Outcome: recovered with sequelae.",
        "Outcome: recovering.",
        "Medications begun while an event went on: TOCILIZUMAB on 2025-03-24.",
    ] {
        assert!(narrative.contains(part), "{part}\n{narrative}");
    }
}

#[test]
fn a_relation_is_sent_in_its_own_word_and_an_outcome_told_as_it_is_coded() {
    let trial = trial(PARTIES);
    let told = |relation: &str, outcome: &str| {
        let row = format!(
            "HAND-001,4,Zorb ache,3,Y,N,N,Y,{relation},,{relation},2025-05-02,2025-05-01,2025-05-02,{outcome}\n"
        );
        let lines: Vec<&str> = AE.lines().filter(|line| !line.starts_with("HAND-001,4")).collect();
        let ae = lines.join("\n");
        let mut tables = tables();
        let mut changed = Table::parse_csv("ae.csv", format!("{ae}\n{row}").as_bytes()).unwrap();
        changed.name = "AE".to_owned();
        *tables.iter_mut().find(|table| table.name == "AE").unwrap() = changed;
        let data = data(&trial, &tables);
        let icsrs = write(&trial, &data, &tables, None);
        let document = Document::parse(xml(&icsrs, "IL1RAP-HCC-HAND-001-4")).unwrap();
        let narrative = element(&document, "H.1").remove(0);
        (
            element(&document, "G.k.9.i.2.r.3"),
            element(&document, "E.i.7"),
            narrative,
        )
    };
    for (written, sent) in [
        ("RELATED", "related"),
        ("DEFINITELY RELATED", "definitely related"),
        ("Possibly Related", "possibly related"),
        ("NOT RELATED", "not related"),
        ("Y", "related"),
        ("N", "not related"),
    ] {
        let (relations, _, narrative) = told(written, "FATAL");
        assert_eq!(relations, [sent, sent], "{written}");
        assert!(
            narrative.contains(&format!("to the CAR-T cells: {sent}.")),
            "{narrative}"
        );
        assert!(
            narrative.contains(&format!("sponsor's judgement: {sent}.")),
            "{narrative}"
        );
    }
    for (written, code, word) in [
        ("RECOVERED/RESOLVED", "1", "recovered"),
        ("RECOVERING/RESOLVING", "2", "recovering"),
        ("NOT RECOVERED/NOT RESOLVED", "3", "not recovered"),
        ("RECOVERED/RESOLVED WITH SEQUELAE", "4", "recovered with sequelae"),
        ("FATAL", "5", "fatal"),
        ("UNKNOWN", "0", "unknown"),
    ] {
        let (_, codes, narrative) = told("RELATED", written);
        assert_eq!(codes, [code], "{written}");
        assert!(narrative.contains(&format!(" Outcome: {word}.")), "{narrative}");
    }
}

#[test]
fn a_time_carries_the_zone_its_record_states_and_no_other() {
    let trial = trial(PARTIES);
    for (zone, sent) in [("", ""), ("+08:00", "+0800"), ("Z", "+0000"), ("-05:30", "-0530")] {
        let ae = AE.replace("2025-03-24T10:30", &format!("2025-03-24T10:30{zone}"));
        let ex = EX.replace("2025-03-20T10:00", &format!("2025-03-20T10:00{zone}"));
        let lb = LB.replace("2025-03-25T07:30", &format!("2025-03-25T07:30{zone}"));
        let mut tables = tables();
        for (name, text) in [("AE", ae), ("EX", ex), ("LB", lb)] {
            let mut changed = Table::parse_csv("changed.csv", text.as_bytes()).unwrap();
            changed.name = name.to_owned();
            *tables.iter_mut().find(|table| table.name == name).unwrap() = changed;
        }
        let data = data(&trial, &tables);
        let icsrs = write(&trial, &data, &tables, None);
        let document = Document::parse(xml(&icsrs, "IL1RAP-HCC-HAND-001-1")).unwrap();
        assert_eq!(
            element(&document, "E.i.4"),
            ["20250322".to_owned(), format!("202503241030{sent}")]
        );
        assert_eq!(element(&document, "F.r.1"), [format!("202503250730{sent}")]);
        assert_eq!(element(&document, "G.k.4.r.4")[0], format!("202503201000{sent}"));
        assert!(refused(&document).iter().all(|one| one.starts_with("E.i.2.1")));
    }
}

#[test]
fn before_the_infusion_the_product_is_not_administered_and_a_death_is_told_with_its_cause() {
    let icsrs = complete();
    let document = Document::parse(xml(&icsrs, "IL1RAP-HCC-HAND-002-1")).unwrap();
    assert_eq!(
        element(&document, "G.k.2.2"),
        ["ANTI-IL1RAP CAR-T CELLS", "FLUDARABINE"]
    );
    assert_eq!(element(&document, "G.k.1"), ["4", "1"]);
    assert_eq!(element(&document, "G.k.9.i.2.r.3"), ["related"]);
    assert!(element(&document, "G.k.8").is_empty());
    assert_eq!(element(&document, "D.9.1"), ["20250420"]);
    assert_eq!(element(&document, "D.9.2.r.2"), ["Blim rash"]);
    assert_eq!(element(&document, "D.9.3"), ["[UNK]"]);
    assert_eq!(element(&document, "D.7.2"), ["[UNK]"]);
    assert_eq!(element(&document, "E.i.7"), ["5"]);
    assert_eq!(element(&document, "E.i.3.2a"), ["true"]);
    // The data do not say in which country; the protocol does.
    assert_eq!(element(&document, "C.2.r.3"), ["CN"]);
    // The age at consent, and no year since.
    assert_eq!(element(&document, "D.2.2a"), ["61"]);
}

#[test]
fn a_complete_report_lacks_nothing_of_the_list_and_its_references_lead_somewhere() {
    let icsrs = complete();
    assert_eq!(fields(&icsrs), ["AE/HAND-003/1 AESER"]);
    for report in &icsrs.reports {
        let document = Document::parse(&report.xml).unwrap();
        assert_eq!(refused(&document), Vec::<String>::new(), "{}", report.number);
        assert_eq!(disorder(&document), Vec::<String>::new(), "{}", report.number);
        let own = |place| at(&document, place).into_iter().collect::<BTreeSet<String>>();
        let (reactions, drugs) = (own("$E/id/@root"), own("$G/id/@root"));
        let referred = |name: &str| {
            let nodes = document.descendants().filter(|node| node.tag_name().name() == name);
            let ids = nodes.flat_map(|node| node.children().filter(roxmltree::Node::is_element));
            ids.map(|id| id.attribute("root").unwrap().to_owned())
                .collect::<BTreeSet<String>>()
        };
        assert_eq!(referred("productUseReference"), drugs);
        assert!(referred("adverseEffectReference").is_subset(&reactions));
        for uuid in reactions.iter().chain(&drugs) {
            let parts: Vec<usize> = uuid.split('-').map(str::len).collect();
            assert_eq!(parts, [8, 4, 4, 4, 12], "{uuid}");
        }
        // Each drug has one part.
        let roles = at(
            &document,
            "$A/component[causalityAssessment/code[@code='20'][@codeSystem='L19']]/causalityAssessment/subject2/\
             productUseReference/id/@root",
        );
        assert_eq!(roles.len(), drugs.len());
    }
}

#[test]
fn what_nothing_states_is_a_finding_and_never_a_value() {
    let protocol = PROTOCOL.replace("country = \"CHN\"\n", "");
    let (trial, tables) = (parse_protocol("protocol.toml", &protocol).unwrap(), tables());
    let data = data(&trial, &tables);
    let icsrs = write(&trial, &data, &tables, None);
    let expected = [
        "PROTOCOL icsr.sender",
        "PROTOCOL icsr.receiver",
        "PROTOCOL icsr.sender_type",
        "PROTOCOL icsr.organisation",
        "PROTOCOL icsr.language",
        "AE/HAND-003/1 AESER",
        "AE/HAND-001/2 AELLT",
        "AE/HAND-001/3 AELLT",
        "AE/HAND-001/4 AELLT",
        "DM/HAND-002/1 COUNTRY",
        "AE/HAND-002/1 AELLT",
    ];
    assert_eq!(fields(&icsrs), expected);
    let document = Document::parse(xml(&icsrs, "IL1RAP-HCC-HAND-002-1")).unwrap();
    let lacking: Vec<String> = refused(&document);
    let expected = [
        "N.1.3: 0 of 1",
        "N.1.4: 0 of 1",
        "N.2.r.2: 0 of 1",
        "N.2.r.3: 0 of 1",
        "C.2.r.3: 0 of 1",
        "C.3.1: 0 of 1",
        "C.3.2: 0 of 1",
        "E.i.2.1a: 0 of 1",
        "E.i.2.1b: 0 of 1",
    ];
    assert_eq!(lacking, expected);
    assert_eq!(disorder(&document), Vec::<String>::new());
}

#[test]
fn codes_in_the_data_stand_where_no_dictionary_is_given() {
    let trial = trial("\n[coding]\nmeddra_version = \"28.0\"\n");
    let mut tables = tables();
    let codes = [(0, "10000001"), (1, "10000002"), (2, "1002"), (3, "10000004.0")];
    let ae = tables.iter_mut().find(|table| table.name == "AE").unwrap();
    ae.set("AELLTCD", &codes.map(|(row, code)| (row, code.to_owned())).into());
    let data = data(&trial, &tables);
    let icsrs = write(&trial, &data, &tables, None);
    let document = Document::parse(xml(&icsrs, "IL1RAP-HCC-HAND-001-1")).unwrap();
    // The second code is none.
    assert_eq!(element(&document, "E.i.2.1b"), ["10000002"]);
    assert_eq!(element(&document, "E.i.2.1a"), ["28.0"]);
    let document = Document::parse(xml(&icsrs, "IL1RAP-HCC-HAND-001-4")).unwrap();
    assert_eq!(element(&document, "E.i.2.1b"), ["10000004"]);
}

#[test]
fn without_a_day_of_awareness_an_event_stands_alone_and_what_contradicts_itself_is_named() {
    let trial = trial(PARTIES);
    let ae = AE
        .replace("2025-03-24,2025-03-24,2025-03-26", ",2025-03-24,2025-03-26")
        .replace("2025-03-24,2025-03-24T10:30", "2025-03,2025-03-24T10:30")
        .replace("Y,Y,Y,N,NOT RELATED,RELATED", "Y,,,,,RELATED");
    let mut tables = tables();
    let mut changed = Table::parse_csv("ae.csv", ae.as_bytes()).unwrap();
    changed.name = "AE".to_owned();
    *tables.iter_mut().find(|table| table.name == "AE").unwrap() = changed;
    let data = data(&trial, &tables);
    let icsrs = write(&trial, &data, &tables, None);
    assert_eq!(
        numbers(&icsrs),
        [
            "IL1RAP-HCC-HAND-001-1",
            "IL1RAP-HCC-HAND-001-3",
            "IL1RAP-HCC-HAND-001-4",
            "IL1RAP-HCC-HAND-002-1"
        ]
    );
    let found = fields(&icsrs);
    for expected in [
        "AE/HAND-001/2 AEAWARE",
        "AE/HAND-001/3 AEAWARE",
        "AE/HAND-002/1 AESDTH",
        "AE/HAND-002/1 AEREL",
    ] {
        assert!(found.iter().any(|field| field == expected), "{expected}: {found:?}");
    }
    let document = Document::parse(xml(&icsrs, "IL1RAP-HCC-HAND-001-3")).unwrap();
    assert!(element(&document, "C.1.4").is_empty());
}

#[test]
fn rehearsals_lack_nothing_but_what_a_dictionary_gives_and_come_out_the_same_again() {
    let trial = trial(PARTIES);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../trials/il1rap-hcc/data");
    let synthetic = |seed| write_sdtm(&trial, &rehearse(&trial, RehearsalOptions { subjects: 24, seed }));
    let studies = [read_datasets(&folder).unwrap().0]
        .into_iter()
        .chain((1..=5).map(synthetic));
    let mut reports = 0;
    for tables in studies {
        let data = data(&trial, &tables);
        let icsrs = write(&trial, &data, &tables, None);
        assert_eq!(icsrs, write(&trial, &data, &tables, None));
        let found: BTreeSet<&str> = icsrs.findings.iter().map(|finding| finding.field.as_str()).collect();
        assert!(found.is_subset(&BTreeSet::from(["AELLT"])), "{found:?}");
        let serious: BTreeSet<String> = data
            .subjects
            .iter()
            .flat_map(|subject| &subject.adverse_events)
            .filter(|event| event.serious == Some(true))
            .map(|event| event.term.clone())
            .collect();
        let mut told = BTreeSet::new();
        for report in &icsrs.reports {
            let document = Document::parse(&report.xml).unwrap();
            let lacking = refused(&document);
            assert!(lacking.iter().all(|one| one.starts_with("E.i.2.1")), "{lacking:?}");
            assert_eq!(disorder(&document), Vec::<String>::new());
            told.extend(element(&document, "E.i.1.1a"));
            assert!(element(&document, "H.1").remove(0).contains("SYNTHETIC DATA"));
        }
        assert_eq!(told, serious);
        let unique: BTreeSet<&str> = numbers(&icsrs).into_iter().collect();
        assert_eq!(unique.len(), icsrs.reports.len());
        reports += icsrs.reports.len();
    }
    assert!(reports > 10, "{reports}");
}

#[test]
fn a_study_without_subjects_or_serious_events_has_no_report() {
    let trial = trial("");
    let none = StudyData::default();
    assert_eq!(
        write(&trial, &none, &[], None),
        Icsrs {
            reports: Vec::new(),
            findings: Vec::new()
        }
    );
    let mut tables = tables();
    let mut mild = Table::parse_csv("ae.csv", AE.replace(",Y,", ",N,").replace(",Y,", ",N,").as_bytes()).unwrap();
    mild.name = "AE".to_owned();
    *tables.iter_mut().find(|table| table.name == "AE").unwrap() = mild;
    let data = data(&trial, &tables);
    assert_eq!(
        write(&trial, &data, &tables, None),
        Icsrs {
            reports: Vec::new(),
            findings: Vec::new()
        }
    );
}
