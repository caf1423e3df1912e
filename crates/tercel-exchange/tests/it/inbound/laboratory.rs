//! A laboratory's file: the examples of the documentation, both layouts, and mistakes by line and column.

use tercel_exchange::inbound::laboratory::{Mapping, read_laboratory};
use tercel_exchange::inbound::{Inbound, InboundError, Subjects};

use super::{row, said, table};

const GUIDE: &str = include_str!("../../../../../docs/inbound.md");

/// The fenced blocks of a language in the guide, in order.
fn blocks(language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut rest = GUIDE;
    while let Some((_, after)) = rest.split_once(&format!("```{language}\n")) {
        let (block, more) = after.split_once("```").unwrap();
        blocks.push(block.to_owned());
        rest = more;
    }
    blocks
}

fn read(text: &str, mapping: &str) -> Result<Inbound, InboundError> {
    let mapping = Mapping::parse(mapping)?;
    read_laboratory("lab.csv", text.as_bytes(), &mapping, "S", &Subjects::default())
}

#[test]
fn the_examples_of_the_guide_are_read_as_it_says() {
    let (mappings, files) = (blocks("toml"), blocks("csv"));
    let mapping = |layout: &str| {
        mappings
            .iter()
            .find(|text| text.contains(&format!("layout = \"{layout}\"")))
            .unwrap()
    };
    let long = read(&files[0], mapping("long")).unwrap();
    let lab = table(&long, "LB");
    let columns = [
        "LBORRES", "LBSTRESC", "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI", "LBSTAT", "LBDTC",
    ];
    assert_eq!(
        row(lab, ("LBTESTCD", "HGB"), columns),
        ["13.5", "135", "135", "g/L", "120", "160", "", "2026-03-01T08:30"]
    );
    assert_eq!(
        row(lab, ("LBTESTCD", "CRP"), columns)[..6],
        ["<5", "<5", "", "mg/L", "", "5"]
    );
    assert_eq!(row(lab, ("LBTESTCD", "FERRITIN"), columns)[6], "NOT DONE");
    let creatinine: f64 = row(lab, ("LBTESTCD", "CREAT"), columns)[2].parse().unwrap();
    assert!((creatinine - 1.2 * 88.42).abs() < 0.01);
    assert!(said(&long.not_taken)["1 rows from line 8 on, test \"MCV\""].contains("leaves it out"));
    assert_eq!(
        (long.findings.len(), long.counts["row"].read, long.counts["row"].taken),
        (0, 5, 4)
    );

    let wide = read(&files[1], mapping("wide")).unwrap();
    let lab = table(&wide, "LB");
    assert_eq!(lab.len(), 3, "a blank cell is no result");
    assert_eq!(
        row(
            lab,
            ("LBTESTCD", "ALT"),
            ["USUBJID", "LBORRESU", "LBSTRESN", "LBSTNRLO", "LBSTNRHI"]
        ),
        ["007", "ukat/L", "45", "12", "36"]
    );
    assert_eq!(
        row(lab, ("USUBJID", "008"), ["LBTESTCD", "LBSTRESN", "LBSTNRHI", "LBDTC"]),
        ["HGB", "128", "160", "2026-03-01"]
    );
}

const WIDE: &str =
    "layout = \"wide\"\n[columns]\nsubject = \"ID\"\ndate = \"Day\"\n[tests.Hb]\ntest = \"HGB\"\nunit = \"g/dL\"\n";

#[test]
fn cells_that_do_not_fit_the_mapping_refuse_the_file_by_line_and_column() {
    let message = |text: &str, mapping: &str| read(text, mapping).unwrap_err().to_string();
    assert!(
        message("ID,Day,Hb\n1,2026-03-01,13\n2,01.03.2026,13\n", WIDE)
            .contains("line 3, column \"Day\": \"01.03.2026\"")
    );
    assert!(
        message("ID,Day,Hb\n1,2026-03-01,\"13,5\"\n", WIDE)
            .contains("line 2, column \"Hb\": \"13,5\" is no number with the decimal mark \".\"")
    );
    assert!(message("ID,Day,Hb\n1,2026-03-01\n", WIDE).contains("line 2"));
    assert!(message("ID,Datum,Hb\n", WIDE).contains("no column \"Day\"; the columns are ID, Datum, Hb"));
    assert!(message("ID,Day,Hb,Hb\n", WIDE).contains("two columns are named Hb"));
    let german = format!("decimal = \",\"\ndate_format = \"%d.%m.%Y\"\nheader_line = 2\n{WIDE}");
    let text = "x\nID;Day;Hb\n1;01.03.2026;13,5\n1;31.02.2026;13,5\n1;02.03.2026;1.350,5\n1;03.03.26;13\n";
    let said = message(text, &german);
    for part in [
        "line 4, column \"Day\"",
        "line 5, column \"Hb\": \"1.350,5\"",
        "line 6, column \"Day\": \"03.03.26\"",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains("line 3"));
    let many: String = (0..80).map(|_| "1,never,13\n").collect();
    assert!(message(&format!("ID,Day,Hb\n{many}"), WIDE).contains("and 30 more"));
}

#[test]
fn flags_ranges_and_names_are_read_as_the_mapping_says_and_nothing_is_guessed() {
    let mapping = "layout = \"long\"\nby_name = true\n[columns]\nsubject = \"ID\"\ndate = \"Day\"\ntest = \"Test\"\nresult = \"Value\"\nunit = \"Unit\"\n\
                   low = \"Low\"\nhigh = \"High\"\nflag = \"Flag\"\n[flags]\n\"+\" = \"HIGH\"\n[tests.Temp]\ntest = \"VS.TEMP\"\n";
    let header = "ID,Day,Test,Value,Unit,Low,High,Flag,Comment\n";
    let text = format!(
        "{header}1,2026-03-01,Haemoglobin,>20,g/dL,12,16,+,x\n1,2026-03-01,Temp,38.5,C,,,,\n1,2026-03-01,MCV,88,fl,,,,\n,2026-03-01,ALT,1,U/L,,,,\n1,,ALT,1,U/L,,,,\n"
    );
    let inbound = read(&text, mapping).unwrap();
    assert_eq!(
        row(
            table(&inbound, "LB"),
            ("LBTESTCD", "HGB"),
            ["LBORRES", "LBSTRESC", "LBSTRESN", "LBNRIND"]
        ),
        [">20", ">200", "", "HIGH"]
    );
    assert_eq!(row(table(&inbound, "VS"), ("VSTESTCD", "TEMP"), ["VSSTRESN"]), ["38.5"]);
    let left = said(&inbound.not_taken);
    assert!(left["1 rows from line 4 on, test \"MCV\""].contains("MCV"));
    assert!(left["line 5"].contains("no patient") && left["line 6"].contains("no time"));
    assert!(left["column \"Comment\""].contains("Comment"));
    let wrong = format!("{header}1,2026-03-01,ALT,1,U/L,,,++,\n");
    assert!(
        read(&wrong, mapping)
            .unwrap_err()
            .to_string()
            .contains("line 2, column \"Flag\": the flag \"++\"")
    );
}

#[test]
fn a_file_in_another_encoding_and_line_ends_gives_the_same() {
    let text = "ID;Day;Hb\r\nJ\u{e4}ger;2026-03-01;13.5\r\n";
    let plain = read(text, WIDE).unwrap();
    let mapping = Mapping::parse(WIDE).unwrap();
    let latin: Vec<u8> = text
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap())
        .collect();
    let other = read_laboratory("lab.csv", &latin, &mapping, "S", &Subjects::default()).unwrap();
    assert_eq!(plain.tables, other.tables);
    assert_eq!(row(table(&plain, "LB"), ("LBTESTCD", "HGB"), ["USUBJID"]), ["Jäger"]);
}
