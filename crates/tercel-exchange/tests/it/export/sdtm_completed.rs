//! What the SDTM export fills in, on small tables worked out by hand.

use tercel::protocol::{Trial, parse_protocol};
use tercel::study::{Blocks, Finding, Rule};
use tercel_exchange::Table;
use tercel_exchange::export::checks::check_values;
use tercel_exchange::export::sdtm::{Sdtm, datasets};
use tercel_exchange::export::write::{Format, write};
use tercel_exchange::export::{Dataset, Kind};
use tercel_exchange::form::from_tables;
use tercel_exchange::format::xport;

use super::study::ABOUT;

fn trial() -> Trial {
    let text = include_str!("../../../../../trials/il1rap-hcc/protocol.toml");
    parse_protocol("protocol.toml", text).unwrap()
}

fn table(name: &str, columns: &str, rows: &[&str]) -> Table {
    let columns: Vec<&str> = columns.split(',').collect();
    let cells = |row: &&str| row.split(',').map(str::to_owned).collect::<Vec<String>>();
    Table::from_rows(name, &columns, rows.iter().map(cells).collect())
}

/// A subject infused on 2026-03-10 at 10:00 after lymphodepletion, one that failed screening, one assigned and not treated.
fn source() -> Vec<Table> {
    vec![
        table(
            "DM",
            "USUBJID,SITEID,AGE,SEX,ARMCD,RFICDTC,HEIGHT",
            &[
                "X-01,01,60,M,DL1,2026-02-01,171",
                "X-02,01,55,F,SCRNFAIL,2026-02-03,",
                "X-03,02,50,F,DL1,2026-02-05,160",
            ],
        ),
        table(
            "DS",
            "USUBJID,DSSEQ,DSCAT,DSTERM,DSDECOD,DSSTDTC",
            &["X-01,1,DISPOSITION EVENT,Death,DEATH,2026-06-01"],
        ),
        table(
            "PR",
            "USUBJID,PRSEQ,PRTRT,PRSTDTC",
            &["X-01,1,LEUKAPHERESIS,2026-02-10"],
        ),
        table(
            "EX",
            "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC",
            &[
                "X-01,1,FLUDARABINE,30,mg/m2,2026-03-05",
                "X-01,2,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2026-03-10T10:00",
            ],
        ),
        table(
            "SV",
            "USUBJID,VISIT,SVSTDTC",
            &[
                "X-01,Screening,2026-02-05",
                "X-01,Day 0,2026-03-10",
                "X-01,Day 7,2026-03-17",
                "X-01,Emergency room,2026-03-20",
                "X-01,Emergency room,2026-03-22",
                "X-01,Day 14,2026-03-24",
            ],
        ),
        table(
            "AE",
            "USUBJID,AETERM,AETOXGR,AEREL,AEOUT,AESTDTC,AEENDTC",
            &[
                "X-01,Cytokine release syndrome,2,RELATED,RECOVERED/RESOLVED,2026-03-12,2026-03-15",
                "X-01,Rash,1,NOT RELATED,GONE,2026-03-09,",
                "X-01,Liver failure,5,NOT RELATED,FATAL,2026-05-30,2026-06-01",
            ],
        ),
        table(
            "LB",
            "USUBJID,LBSEQ,LBTESTCD,LBORRES,LBORRESU,LBSTNRLO,LBSTNRHI,LBDTC",
            &[
                "X-01,1,ALT,30,U/L,7,40,2026-02-05",
                "X-01,2,ALT,45,U/L,7,40,2026-03-04",
                "X-01,3,ALT,5,U/L,7,40,2026-03-05",
                "X-01,4,ALT,40,U/L,7,40,2026-03-17",
                "X-01,5,ALT,80,U/L,,40,2026-03-20",
                "X-01,6,ALT,,,,,2026-03-03",
            ],
        ),
        table(
            "FA",
            "USUBJID,FASEQ,FATESTCD,FAOBJ,FAORRES,FAEVAL,FADTC",
            &[
                "X-01,1,TOXGR,Cytokine release syndrome,2,INVESTIGATOR,2026-03-13T08:00",
                "X-01,2,TOXGR,Cytokine release syndrome,0,INVESTIGATOR,2026-03-19T08:00",
            ],
        ),
    ]
}

fn made() -> Vec<Dataset> {
    datasets(&trial(), source(), None).datasets
}

/// The cells of some variables, of the row in which the first of them has this value.
fn cells(made: &[Dataset], dataset: &str, key: (&str, &str), names: &[&str]) -> Vec<String> {
    let table = &made.iter().find(|made| made.name() == dataset).unwrap().table;
    let at = |name: &str| table.column(name).unwrap_or_else(|| panic!("{dataset} has no {name}"));
    let row = (0..table.len())
        .find(|row| table.cell(*row, at(key.0)) == key.1)
        .unwrap();
    names.iter().map(|name| table.cell(row, at(name)).to_owned()).collect()
}

#[test]
fn reference_dates_and_arms_follow_from_what_was_done() {
    let made = made();
    let names = [
        "RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC", "RFICDTC", "RFPENDTC", "DTHDTC", "DTHFL",
    ];
    assert_eq!(
        cells(&made, "DM", ("USUBJID", "X-01"), &names),
        [
            "2026-03-10T10:00",
            "2026-06-01",
            "2026-03-05",
            "2026-03-10T10:00",
            "2026-02-01",
            "2026-06-01",
            "2026-06-01",
            "Y"
        ]
    );
    let names = [
        "SUBJID", "AGEU", "ARMCD", "ARM", "ACTARMCD", "ACTARM", "ARMNRS", "RFSTDTC",
    ];
    assert_eq!(
        cells(&made, "DM", ("USUBJID", "X-01"), &names),
        [
            "01",
            "YEARS",
            "DL1",
            "First dose group",
            "DL1",
            "First dose group",
            "",
            "2026-03-10T10:00"
        ]
    );
    assert_eq!(
        cells(&made, "DM", ("USUBJID", "X-02"), &names),
        ["02", "YEARS", "", "", "", "", "SCREEN FAILURE", ""]
    );
    assert_eq!(
        cells(&made, "DM", ("USUBJID", "X-03"), &names),
        [
            "03",
            "YEARS",
            "DL1",
            "First dose group",
            "",
            "",
            "ASSIGNED, NOT TREATED",
            ""
        ]
    );
}

#[test]
fn a_reason_without_an_arm_is_exported_as_its_term_and_an_unknown_one_as_written() {
    let reasons = [
        ("screen failure", "SCREEN FAILURE"),
        ("SCRNFAIL", "SCREEN FAILURE"),
        ("Not Assigned", "NOT ASSIGNED"),
        ("unplanned treatment", "UNPLANNED TREATMENT"),
        ("screening failure", "screening failure"),
        ("", "NOT ASSIGNED"),
    ];
    for (written, exported) in reasons {
        let dm = table("DM", "USUBJID,SITEID,ARMNRS", &[&format!("X-01,01,{written}")]);
        let made = datasets(&trial(), vec![dm], None).datasets;
        assert_eq!(
            cells(&made, "DM", ("USUBJID", "X-01"), &["ARMNRS"]),
            [exported],
            "{written}"
        );
    }
}

#[test]
fn days_and_epochs_go_by_the_infusion_and_the_elements() {
    let made = made();
    let of = |term: &str| cells(&made, "AE", ("AETERM", term), &["AESEQ", "AESTDY", "AEENDY", "EPOCH"]);
    assert_eq!(of("Cytokine release syndrome"), ["1", "3", "6", "TREATMENT"]);
    assert_eq!(of("Rash"), ["2", "-1", "", "TREATMENT"]);
    // 29 days after the infusion observation for DLT is over.
    assert_eq!(of("Liver failure"), ["3", "82", "84", "FOLLOW-UP"]);
    let of = |code: &str| cells(&made, "SE", ("ETCD", code), &["SESTDTC", "SEENDTC", "SESTDY", "EPOCH"]);
    assert_eq!(of("SCRN"), ["2026-02-01", "2026-02-10", "-37", "SCREENING"]);
    assert_eq!(of("CART"), ["2026-03-10T10:00", "2026-04-08", "1", "TREATMENT"]);
    assert_eq!(of("FU"), ["2026-04-08", "2026-06-01", "30", "FOLLOW-UP"]);
}

/// Lymphodepletion is treatment of the arm; who has not left is still in the last element.
#[test]
fn a_subject_between_lymphodepletion_and_infusion_is_treated_and_in_the_study() {
    let source = |left: &[&str]| {
        vec![
            table("DM", "USUBJID,RFICDTC,ARMCD", &["X-01,2026-02-01,DL1"]),
            table(
                "EX",
                "USUBJID,EXTRT,EXDOSE,EXDOSU,EXSTDTC",
                &["X-01,FLUDARABINE,50,mg,2026-03-05"],
            ),
            table("SV", "USUBJID,VISIT,SVSTDTC", &["X-01,Later,2026-03-09"]),
            table("DS", "USUBJID,DSTERM,DSDECOD,DSCAT,DSSTDTC", left),
        ]
    };
    let of = |left: &[&str]| {
        let made = datasets(&trial(), source(left), None).datasets;
        let arm = cells(&made, "DM", ("USUBJID", "X-01"), &["ACTARMCD", "ARMNRS", "RFXSTDTC"]);
        assert_eq!(arm, ["DL1", "", "2026-03-05"]);
        cells(&made, "SE", ("ETCD", "LD"), &["SESTDTC", "SEENDTC"])
    };
    assert_eq!(of(&[]), ["2026-03-05", ""]);
    let left = "X-01,WITHDRAWAL BY SUBJECT,WITHDRAWAL BY SUBJECT,DISPOSITION EVENT,2026-03-09";
    assert_eq!(of(&[left]), ["2026-03-05", "2026-03-09"]);
}

/// Screened again under the same number, infused, and still followed.
#[test]
fn a_failed_screening_before_another_one_ends_nothing() {
    let source = vec![
        table("DM", "USUBJID,RFICDTC,ARMCD", &["X-01,2026-01-01,DL1"]),
        table(
            "DS",
            "USUBJID,DSTERM,DSDECOD,DSCAT,DSSTDTC",
            &[
                "X-01,SCREEN FAILURE,SCREEN FAILURE,DISPOSITION EVENT,2026-01-10",
                "X-01,INFORMED CONSENT OBTAINED,INFORMED CONSENT OBTAINED,PROTOCOL MILESTONE,2026-02-01",
                "X-01,ELIGIBILITY CRITERIA MET,ELIGIBILITY CRITERIA MET,PROTOCOL MILESTONE,2026-02-10",
            ],
        ),
        table(
            "EX",
            "USUBJID,EXTRT,EXDOSE,EXDOSU,EXSTDTC",
            &["X-01,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2026-03-10T10:00"],
        ),
        table("SV", "USUBJID,VISIT,SVSTDTC", &["X-01,Day 14,2026-03-24"]),
    ];
    let made = datasets(&trial(), source, None).datasets;
    let dm = cells(
        &made,
        "DM",
        ("USUBJID", "X-01"),
        &["RFSTDTC", "RFENDTC", "RFPENDTC", "ARMNRS"],
    );
    assert_eq!(dm, ["2026-03-10T10:00", "2026-03-24", "2026-03-24", ""]);
    assert_eq!(cells(&made, "SE", ("ETCD", "CART"), &["SEENDTC"]), [""]);
}

/// Results as they were read: a diameter in cm, a temperature in Fahrenheit.
#[test]
fn an_original_result_alone_has_its_standard_result() {
    let source = vec![
        table("DM", "USUBJID,RFICDTC", &["X-01,2026-02-01"]),
        table(
            "TR",
            "USUBJID,TRSEQ,TRLNKID,TRTESTCD,TRORRES,TRORRESU,TRDTC",
            &["X-01,1,T01,LDIAM,5.5,cm,2026-02-05"],
        ),
        table(
            "VS",
            "USUBJID,VSSEQ,VSTESTCD,VSORRES,VSORRESU,VSDTC",
            &["X-01,1,TEMP,100.4,F,2026-02-05", "X-01,2,SYSBP,120,mmHg,2026-02-05"],
        ),
    ];
    let made = datasets(&trial(), source, None).datasets;
    let diameter = cells(
        &made,
        "TR",
        ("TRSEQ", "1"),
        &["TRORRES", "TRSTRESC", "TRSTRESN", "TRSTRESU"],
    );
    assert_eq!(diameter, ["5.5", "55", "55", "mm"]);
    let vital = |number: &str| cells(&made, "VS", ("VSSEQ", number), &["VSORRES", "VSSTRESN", "VSSTRESU"]);
    assert_eq!(vital("1"), ["100.4", "38", "C"]);
    assert_eq!(vital("2"), ["120", "120", "mmHg"]);
}

#[test]
fn visits_have_the_number_of_the_plan_and_unplanned_ones_a_fraction() {
    let made = made();
    let of = |date: &str| {
        cells(
            &made,
            "SV",
            ("SVSTDTC", date),
            &["VISITNUM", "VISIT", "VISITDY", "SVPRESP", "SVUPDES"],
        )
    };
    assert_eq!(of("2026-02-05"), ["1", "Screening", "-28", "Y", ""]);
    assert_eq!(of("2026-03-10"), ["4", "Day 0", "1", "Y", ""]);
    assert_eq!(of("2026-03-17"), ["11", "Day 7", "8", "Y", ""]);
    assert_eq!(of("2026-03-20"), ["11.01", "Emergency room", "", "", "Emergency room"]);
    assert_eq!(of("2026-03-22"), ["11.02", "Emergency room", "", "", "Emergency room"]);
    // The number of each record, which the guide has no variable for, is its qualifier.
    assert_eq!(
        cells(&made, "SUPPSV", ("IDVARVAL", "11.02"), &["IDVAR", "QNAM", "QVAL"]),
        ["VISITNUM", "SVSEQ", "5"]
    );
    // A finding has the visit of its day.
    let of = |number: &str| cells(&made, "LB", ("LBSEQ", number), &["VISITNUM", "VISIT", "VISITDY"]);
    assert_eq!(of("1"), ["1", "Screening", "-28"]);
    assert_eq!(of("5"), ["11.01", "Emergency room", ""]);
    assert_eq!(of("2"), ["", "", ""]);
}

#[test]
fn results_have_a_standard_form_a_range_and_flags() {
    let made = made();
    let names = [
        "LBSTRESC", "LBSTRESN", "LBSTRESU", "LBORNRHI", "LBNRIND", "LBLOBXFL", "LBBLFL",
    ];
    let of = |number: &str| cells(&made, "LB", ("LBSEQ", number), &names);
    assert_eq!(of("1"), ["30", "30", "U/L", "40", "NORMAL", "", ""]);
    // The last one before lymphodepletion, which is the first exposure; that of the day itself may have come after it.
    assert_eq!(of("2"), ["45", "45", "U/L", "40", "HIGH", "Y", "Y"]);
    assert_eq!(of("3"), ["5", "5", "U/L", "40", "LOW", "", ""]);
    assert_eq!(of("4"), ["40", "40", "U/L", "40", "NORMAL", "", ""]);
    assert_eq!(of("5"), ["80", "80", "U/L", "40", "HIGH", "", ""]);
    assert_eq!(of("6"), ["", "", "", "", "", "", ""]);
    assert_eq!(
        cells(&made, "LB", ("LBSEQ", "1"), &["LBTEST"]),
        ["Alanine Aminotransferase"]
    );
}

#[test]
fn a_toxicity_finding_is_related_to_the_event_it_lies_in() {
    let made = made();
    let table = &made.iter().find(|made| made.name() == "RELREC").unwrap().table;
    let rows: Vec<Vec<&str>> = (0..table.len()).map(|row| table.row(row).skip(1).collect()).collect();
    assert_eq!(
        rows,
        [
            vec!["AE", "X-01", "AESEQ", "1", "", "AE1"],
            vec!["FA", "X-01", "FASEQ", "1", "", "AE1"],
        ]
    );
    assert_eq!(
        cells(
            &made,
            "DD",
            ("USUBJID", "X-01"),
            &["DDTESTCD", "DDORRES", "DDDTC", "DDDY"]
        ),
        ["PRCDTH", "Liver failure", "2026-06-01", "84"]
    );
}

#[test]
fn what_the_guide_has_no_variable_for_is_a_qualifier() {
    let made = made();
    let names = ["RDOMAIN", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG"];
    assert_eq!(
        cells(&made, "SUPPDM", ("USUBJID", "X-03"), &names),
        ["DM", "", "", "HEIGHT", "HEIGHT", "160", "Not Available"]
    );
}

/// What the source says of a qualifier stays; of a column, only a judgement has somebody who judged.
#[test]
fn nobody_evaluated_what_nobody_judged_and_a_qualifier_of_the_source_stays_as_it_is() {
    let mut source = source();
    for table in &mut source {
        let columns: &[(&str, &str)] = match table.name.as_str() {
            "AE" => &[
                ("AERELLD", "RELATED"),
                ("AERELSPN", "RELATED"),
                ("AEAWARE", "2026-03-13"),
            ],
            "LB" => &[("LBKIT", "K7")],
            _ => &[],
        };
        for (name, value) in columns {
            table.set(name, &[(0, (*value).to_owned())].into());
        }
    }
    source.push(table(
        "SUPPLB",
        "RDOMAIN,USUBJID,IDVAR,IDVARVAL,QNAM,QLABEL,QVAL,QORIG,QEVAL",
        &[
            "LB,X-01,LBSEQ,2,LBKIT,Kit of the courier,K8,Assigned,VENDOR",
            "LB,X-01,LBSEQ,2,LBNOTE,,seen,Derived,",
        ],
    ));
    let made = datasets(&trial(), source, None).datasets;
    let said = |dataset: &str, name: &str, value: &str| {
        let table = &made.iter().find(|made| made.name() == dataset).unwrap().table;
        let cell = |row: usize, name: &str| table.cell(row, table.column(name).unwrap()).to_owned();
        let row = (0..table.len())
            .find(|row| cell(*row, "QNAM") == name && cell(*row, "QVAL") == value)
            .unwrap();
        ["QLABEL", "QORIG", "QEVAL"].map(|name| cell(row, name))
    };
    assert_eq!(said("SUPPAE", "AERELLD", "RELATED")[1..], ["Collected", "INVESTIGATOR"]);
    assert_eq!(
        said("SUPPAE", "AERELSPN", "RELATED")[1..],
        ["Collected", "CLINICAL STUDY SPONSOR"]
    );
    assert_eq!(said("SUPPAE", "AEAWARE", "2026-03-13")[1..], ["Collected", ""]);
    assert_eq!(said("SUPPLB", "LBKIT", "K7"), ["LBKIT", "Not Available", ""]);
    assert_eq!(
        said("SUPPLB", "LBKIT", "K8"),
        ["Kit of the courier", "Assigned", "VENDOR"]
    );
    assert_eq!(said("SUPPLB", "LBNOTE", "seen"), ["", "Derived", ""]);
}

#[test]
fn a_text_of_any_length_is_exported_as_xport_and_comes_back_whole() {
    let said = "受试者回输后第三天出现低血压，给予升压药物后好转。".repeat(12);
    let why = "The clinic was closed by a storm and nobody could be reached by telephone. ".repeat(9);
    let mut source = source();
    source.push(table(
        "DV",
        "USUBJID,DVSEQ,DVTERM,DVCAUSE,DVSTDTC",
        &[
            &format!("X-01,1,{said},{},2026-03-20", why.trim_end()),
            "X-03,1,Visit late,,2026-03-21",
        ],
    ));
    let made = datasets(&trial(), source, None).datasets;
    let short = cells(&made, "DV", ("USUBJID", "X-01"), &["DVTERM"]);
    assert!(short[0].len() <= 200 && said.starts_with(&short[0]));
    let first = cells(
        &made,
        "SUPPDV",
        ("QNAM", "DVTERM1"),
        &["RDOMAIN", "IDVAR", "IDVARVAL", "QLABEL"],
    );
    assert_eq!(first, ["DV", "DVSEQ", "1", "Protocol Deviation Term (continued 1)"]);
    let mut tables: Vec<Table> = Vec::new();
    for dataset in made.iter().filter(|made| ["DM", "DV", "SUPPDV"].contains(&made.name())) {
        let bytes = write(dataset, Format::Xport, &ABOUT).unwrap();
        tables.extend(xport::read("x.xpt", &bytes).unwrap());
    }
    let (captured, _) = from_tables(&tables, &trial());
    let deviation = captured.iter().find(|record| record.form == "deviation").unwrap();
    assert_eq!(deviation.value("dvterm"), Some(said.as_str()));
    assert_eq!(deviation.value("dvcause"), Some(why.trim_end()));
}

#[test]
fn a_qualifier_and_a_comment_of_the_source_are_continued_where_the_guide_puts_them_and_read_as_one() {
    let note = "Seen by the surgeon on call, who asked for another scan before deciding. ".repeat(20);
    let (note, comment) = (
        note.trim_end(),
        "No blood was drawn as the line was blocked; ".repeat(12),
    );
    let mut source = source();
    source.push(table(
        "SUPPAE",
        "USUBJID,RDOMAIN,IDVAR,IDVARVAL,QNAM,QLABEL,QVAL",
        &[&format!("X-01,AE,AESEQ,1,AENOTE,Note,{}", note.replace(',', ";"))],
    ));
    source.push(table(
        "CO",
        "USUBJID,COSEQ,RDOMAIN,COVAL,CODTC",
        &[&format!("X-01,1,AE,{},2026-03-14", comment.trim_end())],
    ));
    let made = datasets(&trial(), source, None).datasets;
    let whole = |made: &[Dataset], dataset: &str, names: &[&str], key: (&str, &str)| {
        let each = cells(made, dataset, key, names);
        assert!(each.iter().all(|text| text.len() <= 200));
        each
    };
    let names = ["COVAL", "COVAL1", "COVAL2"];
    let parts = whole(&made, "CO", &names, ("COSEQ", "1"));
    assert!(parts.iter().all(|part| !part.is_empty()), "{parts:?}");
    assert!(made.iter().all(|made| made.name() != "SUPPCO"));
    let qualifiers = made.iter().find(|made| made.name() == "SUPPAE").unwrap();
    let value = qualifiers.table.column("QVAL").unwrap();
    let rows = 0..qualifiers.table.len();
    assert!(rows.clone().count() >= 8 && rows.clone().all(|row| qualifiers.table.cell(row, value).len() <= 200));
    // Read back, each is one text again, and exports as it did.
    let mut tables: Vec<Table> = Vec::new();
    for dataset in &made {
        let bytes = write(dataset, Format::Xport, &ABOUT).unwrap();
        tables.extend(xport::read("x.xpt", &bytes).unwrap());
    }
    let again = datasets(&trial(), tables, None).datasets;
    for name in ["CO", "SUPPAE"] {
        let of = |made: &[Dataset]| made.iter().find(|made| made.name() == name).unwrap().table.clone();
        assert_eq!(of(&again), of(&made), "{name}");
    }
}

#[test]
fn the_trial_summary_codes_its_values_and_says_what_is_not_known() {
    let made = made();
    let of = |code: &str| {
        cells(
            &made,
            "TS",
            ("TSPARMCD", code),
            &["TSPARM", "TSVAL", "TSVALNF", "TSVALCD", "TSVCDREF"],
        )
    };
    // Codes of NCI EVS: phase I trial C15600, sequential C142568, gene therapy C15238.
    assert_eq!(
        of("TPHASE"),
        ["Trial Phase Classification", "PHASE I TRIAL", "", "C15600", "CDISC CT"]
    );
    assert_eq!(
        of("INTMODEL"),
        ["Intervention Model", "SEQUENTIAL", "", "C142568", "CDISC CT"]
    );
    assert_eq!(
        of("INTTYPE"),
        ["Intervention Type", "GENETIC", "", "C15238", "CDISC CT"]
    );
    assert_eq!(
        of("AGEMAX"),
        ["Planned Maximum Age of Subjects", "P70Y", "", "", "ISO 8601"]
    );
    assert_eq!(
        of("REGID"),
        [
            "Registry Identifier",
            "NCT06757881",
            "",
            "NCT06757881",
            "ClinicalTrials.gov"
        ]
    );
    assert_eq!(
        of("FCNTRY"),
        [
            "Planned Country of Investigational Sites",
            "CHN",
            "",
            "CHN",
            "ISO 3166-1 alpha-3"
        ]
    );
    assert_eq!(of("SPONSOR"), ["Clinical Study Sponsor", "", "NI", "", ""]);
    assert_eq!(of("OBJPRIM"), ["Trial Primary Objective", "", "NI", "", ""]);
    assert_eq!(of("DCUTDTC"), ["Data Cutoff Date", "2026-06-01", "", "", "ISO 8601"]);
}

#[test]
fn the_trial_summary_has_the_sponsor_and_the_objective_of_the_protocol() {
    let trial = Trial {
        sponsor: Some("University Hospital".to_owned()),
        primary_objective: Some("To find the dose for phase 2".to_owned()),
        ..trial()
    };
    let made = datasets(&trial, source(), None).datasets;
    for (code, value) in [
        ("SPONSOR", "University Hospital"),
        ("OBJPRIM", "To find the dose for phase 2"),
    ] {
        assert_eq!(
            cells(&made, "TS", ("TSPARMCD", code), &["TSVAL", "TSVALNF"]),
            [value, ""]
        );
    }
}

#[test]
fn a_value_outside_a_closed_list_is_a_finding_and_one_outside_an_open_list_an_extension() {
    let made = made();
    let (checks, extensions) = check_values(&made);
    let findings: Vec<Finding> = checks.into_iter().flat_map(|check| check.findings).collect();
    let outcome = findings.iter().find(|finding| finding.field == "AEOUT").unwrap();
    assert_eq!(outcome.record.as_ref().unwrap().to_string(), "AE/X-01/2");
    assert_eq!((outcome.rule.id(), outcome.blocks), ("not-in-codelist", Blocks::Export));
    assert_eq!(
        outcome.rule.to_string(),
        "\"GONE\" is not one of the terms of Outcome of Event (C66768)"
    );
    // Nobody coded the events: the variable is there, and blank.
    let term = findings.iter().find(|finding| finding.field == "AEDECOD").unwrap();
    assert_eq!((term.dataset.as_str(), &term.rule), ("AE", &Rule::MissingColumn));
    assert_eq!(findings.len(), 2, "{findings:?}");
    let added: Vec<(&str, &str, &str)> = extensions
        .iter()
        .map(|added| (added.dataset.as_str(), added.variable.as_str(), added.value.as_str()))
        .collect();
    assert_eq!(
        added,
        [
            ("TS", "TSVCDREF", "ClinicalTrials.gov"),
            ("TS", "TSVCDREF", "ISO 3166-1 alpha-3"),
            ("TS", "TSVCDREF", "ISO 8601")
        ]
    );
}

#[test]
fn the_last_exposure_ends_with_its_end_and_a_planned_visit_that_was_held_occurred() {
    let mut source = source();
    for table in &mut source {
        match table.name.as_str() {
            "EX" => table.set("EXENDTC", &[(1, "2026-03-11T00:15".to_owned())].into()),
            "DS" => {
                *table = self::table(
                    "DS",
                    "USUBJID,DSSEQ,DSCAT,DSSCAT,DSTERM,DSDECOD,DSSTDTC",
                    &[
                        "X-01,1,DISPOSITION EVENT,STUDY TREATMENT,Completed,COMPLETED,2026-03-10",
                        "X-01,2,DISPOSITION EVENT,STUDY PARTICIPATION,Withdrew,WITHDRAWAL BY SUBJECT,2026-05-01",
                        "X-01,3,DISPOSITION EVENT,STUDY PARTICIPATION,Death,DEATH,2026-06-01",
                    ],
                );
            }
            _ => {}
        }
    }
    let made = datasets(&trial(), source, None).datasets;
    assert_eq!(
        cells(&made, "DM", ("USUBJID", "X-01"), &["RFXENDTC", "RFPENDTC"]),
        ["2026-03-11T00:15", "2026-06-01"]
    );
    assert_eq!(
        cells(&made, "SV", ("VISIT", "Day 7"), &["SVPRESP", "SVOCCUR"]),
        ["Y", "Y"]
    );
    assert_eq!(
        cells(&made, "SV", ("VISIT", "Emergency room"), &["SVPRESP", "SVOCCUR"]),
        ["", ""]
    );
}

/// A visit that the source says was planned has no description of an unplanned one, though the protocol lacks it.
#[test]
fn a_visit_is_unplanned_where_neither_protocol_nor_source_plans_it() {
    for (columns, row, described) in [
        ("", "", true),
        ("VISITNUM", "7.1", true),
        ("VISITNUM", "8", false),
        ("VISITNUM,VISITDY", "8,15", false),
        ("VISITDY", "15", false),
        ("SVPRESP", "Y", false),
        ("SVOCCUR", "N", false),
    ] {
        let mut source = source();
        let sv = source.iter_mut().find(|table| table.name == "SV").unwrap();
        let names = format!("USUBJID,VISIT,SVSTDTC,{columns}");
        let cells = format!("X-01,Week 2,2026-03-20,{row}");
        *sv = table("SV", names.trim_end_matches(','), &[cells.trim_end_matches(',')]);
        let made = datasets(&trial(), source, None).datasets;
        let table = &made.iter().find(|made| made.name() == "SV").unwrap().table;
        let told = table.column("SVUPDES").map_or("", |at| table.cell(0, at));
        assert_eq!(told, if described { "Week 2" } else { "" }, "{columns} {row}");
    }
}

#[test]
fn a_dose_of_zero_is_no_exposure_and_begins_nothing() {
    let with = |infusion: &str| {
        let mut source = source();
        let ex = source.iter_mut().find(|table| table.name == "EX").unwrap();
        *ex = table(
            "EX",
            "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC,EXENDTC",
            &["X-01,1,FLUDARABINE,30,mg/m2,2026-03-05,2026-03-05", infusion],
        );
        let made = datasets(&trial(), source, None).datasets;
        let dates = cells(
            &made,
            "DM",
            ("USUBJID", "X-01"),
            &["RFSTDTC", "RFXSTDTC", "RFXENDTC", "ACTARMCD"],
        );
        let elements = made.iter().find(|made| made.name() == "SE").unwrap();
        let at = elements.table.column("ETCD").unwrap();
        let infused = (0..elements.table.len()).any(|row| elements.table.cell(row, at) == "CART");
        (dates, infused)
    };
    let row = |dose: &str| {
        format!("X-01,2,ANTI-IL1RAP CAR-T CELLS,{dose},10^6 Therapeutic Cells,2026-03-10T10:00,2026-03-10T10:20")
    };
    for dose in ["100", "0.5", ""] {
        let given = ["2026-03-10T10:00", "2026-03-05", "2026-03-10T10:20", "DL1"].map(str::to_owned);
        assert_eq!(with(&row(dose)), (given.to_vec(), true), "{dose}");
    }
    for dose in ["0", "0.0"] {
        let depleted = ["", "2026-03-05", "2026-03-05", "DL1"].map(str::to_owned);
        assert_eq!(with(&row(dose)), (depleted.to_vec(), false), "{dose}");
    }
}

#[test]
fn a_death_without_a_day_has_its_flag_and_its_cause() {
    let mut source = source();
    let ds = source.iter_mut().find(|table| table.name == "DS").unwrap();
    ds.set("DSSTDTC", &[(0, String::new())].into());
    let made = datasets(&trial(), source, None).datasets;
    let dead = |subject| cells(&made, "DM", ("USUBJID", subject), &["DTHFL", "DTHDTC"]);
    assert_eq!(dead("X-01"), ["Y", ""]);
    assert_eq!(dead("X-03"), ["", ""]);
    let cause = cells(&made, "DD", ("USUBJID", "X-01"), &["DDORRES", "DDDTC"]);
    assert_eq!(cause, ["Liver failure", ""]);
}

/// In every dataset of the guide, whatever stands in one row: the others keep their numbers.
#[test]
fn a_text_in_a_variable_of_numbers_is_blank_found_and_leaves_the_variable_numeric() {
    for wrong in ["NaN", "1,5", "inf", "about 3", "<5"] {
        let mut source = source();
        for table in &mut source {
            let at = match table.name.as_str() {
                "LB" => ("LBSTRESN", 1),
                "EX" => ("EXDOSE", 0),
                "DM" => ("AGE", 1),
                _ => continue,
            };
            table.set(at.0, &[(at.1, wrong.to_owned())].into());
        }
        let Sdtm { datasets, findings, .. } = datasets(&trial(), source, None);
        let found: Vec<String> = findings
            .iter()
            .filter(|finding| finding.rule == Rule::NotANumber(wrong.to_owned()) && finding.blocks == Blocks::Export)
            .map(|finding| format!("{} {}", finding.place(), finding.field))
            .collect();
        assert_eq!(
            found,
            ["DM/X-02/1 AGE", "EX/X-01/1 EXDOSE", "LB/X-01/2 LBSTRESN"],
            "{wrong}"
        );
        for (name, variable) in [("DM", "AGE"), ("EX", "EXDOSE"), ("LB", "LBSTRESN")] {
            let made = datasets.iter().find(|made| made.name() == name).unwrap();
            let kind = made.variable(variable).unwrap().kind;
            assert!(
                matches!(kind, Kind::Integer | Kind::Float),
                "{wrong} {variable}: {kind:?}"
            );
        }
        assert_eq!(
            cells(&datasets, "LB", ("LBSEQ", "2"), &["LBORRES", "LBSTRESC", "LBSTRESN"]),
            ["45", wrong, ""]
        );
        assert_eq!(cells(&datasets, "LB", ("LBSEQ", "1"), &["LBSTRESN"]), ["30"]);
    }
}
