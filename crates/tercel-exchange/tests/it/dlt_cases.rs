//! DLT verdicts and dose decisions on small studies, each built around one way to get them wrong.

use jiff::civil::{Date, date};
use tercel::design::{Action, StudyDecision, decide_study};
use tercel::dlt::{Status, Verdict};
use tercel::endpoint::{Analysis, NotEstimable, derive_cells};
use tercel::protocol::{DoseLevel, Trial, parse_protocol};
use tercel::study::{Blocks, Rule, check_study};
use tercel_exchange::{Table, read_tables};

const DM: &str = "USUBJID,RFICDTC,AGE,AGEU,SEX,ARMCD,DTHDTC";
const EX: &str = "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC";
const AE: &str = "USUBJID,AESEQ,AETERM,AEBODSYS,AESER,AEREL,AEOUT,AETOXGR,AESTDTC,AEENDTC";
const LB: &str = "USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBSTNRHI,LBDTC";
const FA: &str = "USUBJID,FASEQ,FATESTCD,FAOBJ,FASTRESC,FAEVAL,FADTC";
const RS: &str = "USUBJID,RSSEQ,RSTESTCD,RSSTRESN,RSDTC";
const DS: &str = "USUBJID,DSSEQ,DSCAT,DSDECOD,DSSTDTC";
const SV: &str = "USUBJID,VISIT,SVSTDTC";
const DV: &str = "USUBJID,DVSEQ,DVTERM,DVSTDTC";
const CM: &str = "USUBJID,CMSEQ,CMTRT,CMCAT,CMSTDTC";

const CRS: &str = "CYTOKINE RELEASE SYNDROME";
pub(super) const LATER: Date = date(2025, 6, 30);

pub(super) fn trial() -> Trial {
    parse_protocol(
        "protocol.toml",
        include_str!("../../../../trials/il1rap-hcc/protocol.toml"),
    )
    .unwrap()
}

/// One subject at level 1, infused on 2025-03-01 with the planned dose and seen on 2025-04-02, beside what a case adds.
/// A row of `DM`, `EX` or `SV` replaces the usual one.
pub(super) fn read(rows: &[(&str, &[&str])]) -> Vec<Table> {
    let usual = [
        ("DM", DM, "S,2025-02-01,50,YEARS,F,DL1,"),
        (
            "EX",
            EX,
            "S,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-03-01T10:00",
        ),
        ("SV", SV, "S,DAY 32,2025-04-02"),
        (
            "AE",
            AE,
            "S,90,Alopecia,Skin and subcutaneous tissue disorders,N,NOT RELATED,RECOVERED/RESOLVED,1,2025-03-05,2025-03-06",
        ),
        ("LB", LB, "S,90,ALT,30,U/L,40,2025-02-20"),
        ("RS", RS, "S,90,CPS0106,6,2025-02-20"),
        ("FA", FA, ""),
        ("SUPPFA", "RDOMAIN,USUBJID,IDVAR,IDVARVAL,QNAM,QVAL", ""),
        ("DS", DS, ""),
        ("CM", CM, ""),
        ("DV", DV, ""),
    ];
    let table = |(name, header, row): &(&str, &str, &str)| {
        let given = rows
            .iter()
            .find(|(given, _)| given == name)
            .map(|(_, given)| given.join("\n"));
        let usual = if given.is_some() && matches!(*name, "DM" | "EX" | "SV") {
            ""
        } else {
            *row
        };
        let text = format!("{header}\n{usual}\n{}\n", given.unwrap_or_default());
        Table::parse_csv(&format!("{}.csv", name.to_lowercase()), text.as_bytes()).unwrap()
    };
    usual.iter().map(table).collect()
}

pub(super) fn verdict(rows: &[(&str, &[&str])], cut: Date) -> Verdict {
    let trial = trial();
    let data = read_tables(read(rows), &trial).unwrap().as_of(cut);
    let analysis = Analysis::new(&trial, &data, Some(cut));
    analysis.facts[0].dlt.clone().unwrap()
}

pub(super) fn status(rows: &[(&str, &[&str])], cut: Date) -> Status {
    verdict(rows, cut).status
}

pub(super) fn decision(rows: &[(&str, &[&str])], cut: Date) -> StudyDecision {
    let trial = trial();
    let data = read_tables(read(rows), &trial).unwrap().as_of(cut);
    decide_study(&Analysis::new(&trial, &data, Some(cut))).unwrap()
}

pub(super) fn is_pending(status: &Status) -> bool {
    matches!(status, Status::Pending(_))
}

#[test]
fn the_plain_subject_has_no_dlt() {
    assert_eq!(status(&[], LATER), Status::NoDlt);
}

#[test]
fn graded_findings_count_beside_the_event() {
    let event = "S,1,Cytokine release syndrome,Immune system disorders,N,RELATED,RECOVERED/RESOLVED,2,2025-03-03T08:00,2025-03-06T08:00";
    let grade = format!("S,1,TOXGR,{CRS},4,INVESTIGATOR,2025-03-04T08:00");
    assert_eq!(status(&[("AE", &[event]), ("FA", &[&grade])], LATER), Status::Dlt);
    // The same findings without an event: somebody has to enter it.
    assert!(is_pending(&status(&[("FA", &[&grade])], LATER)));
    // Items that amount to grade 4, which the investigator graded 2.
    let items: Vec<String> = [
        ("TEMP", "39.0"),
        ("VASOPRES", "2"),
        ("HYPOTEN", "Y"),
        ("O2DEV", "none"),
        ("TOXGR", "2"),
    ]
    .iter()
    .enumerate()
    .map(|(at, (code, value))| format!("S,{},{code},{CRS},{value},INVESTIGATOR,2025-03-04T08:00", at + 1))
    .collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    assert!(is_pending(&status(&[("AE", &[event]), ("FA", &items)], LATER)));
}

#[test]
fn each_spell_above_the_recovery_grade_is_timed_by_itself() {
    let event = "S,1,Cytokine release syndrome,Immune system disorders,N,RELATED,RECOVERED/RESOLVED,3,2025-03-03T00:00,2025-03-09T00:00";
    let grades = |times: &[(&str, u8)]| -> Vec<String> {
        let row =
            |(at, (time, grade)): (usize, &(&str, u8))| format!("S,{},TOXGR,{CRS},{grade},INVESTIGATOR,{time}", at + 1);
        times.iter().enumerate().map(row).collect()
    };
    let twice = grades(&[
        ("2025-03-03T00:00", 3),
        ("2025-03-03T12:00", 1),
        ("2025-03-08T00:00", 3),
        ("2025-03-08T12:00", 1),
    ]);
    let twice: Vec<&str> = twice.iter().map(String::as_str).collect();
    assert_eq!(status(&[("AE", &[event]), ("FA", &twice)], LATER), Status::NoDlt);
    let long = grades(&[("2025-03-03T00:00", 3), ("2025-03-06T01:00", 2)]);
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    assert_eq!(status(&[("AE", &[event]), ("FA", &long)], LATER), Status::Dlt);
}

#[test]
fn a_committee_judges_only_what_it_has_seen() {
    let no = |day: &str| format!("S,9,DLT,DLT,N,SAFETY REVIEW COMMITTEE,{day}");
    let unrelated_yet = "S,1,Renal failure,Renal and urinary disorders,N,,NOT RECOVERED/NOT RESOLVED,4,2025-03-20,";
    assert!(is_pending(&status(
        &[("AE", &[unrelated_yet]), ("FA", &[&no("2025-03-10")])],
        LATER
    )));
    assert_eq!(
        status(&[("AE", &[unrelated_yet]), ("FA", &[&no("2025-04-10")])], LATER),
        Status::NoDlt
    );
    let died = ["S,2025-02-01,50,YEARS,F,DL1,2025-03-20"];
    assert!(is_pending(&status(
        &[("DM", &died), ("FA", &[&no("2025-03-10")])],
        LATER
    )));
    assert!(matches!(
        status(&[("DM", &died), ("FA", &[&no("2025-04-10")])], LATER),
        Status::NotEvaluable(_)
    ));
    // The latest judgement stands, whatever the order of rows; one without a day judges nothing.
    let yes = "S,8,DLT,DLT,Y,SAFETY REVIEW COMMITTEE,2025-04-20";
    assert_eq!(status(&[("FA", &[yes, &no("2025-04-10")])], LATER), Status::Dlt);
    assert!(is_pending(&status(
        &[("AE", &[unrelated_yet]), ("FA", &[&no("")])],
        LATER
    )));
}

#[test]
fn somebody_infused_on_an_unknown_day_or_at_no_level_is_waited_for() {
    for start in ["2025-03", ""] {
        let row = format!("S,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,{start}");
        assert!(is_pending(&status(&[("EX", &[&row])], LATER)), "{start}");
    }
    let decided = decision(&[("DM", &["S,2025-02-01,50,YEARS,F,,"])], LATER);
    assert_eq!(decided.decision.action.name(), "wait");
    assert_eq!(decided.waiting_on.len(), 1);
}

#[test]
fn laboratory_values_that_cannot_be_used_keep_the_verdict_open() {
    let lab =
        |seq: u8, code: &str, value: &str, uln: &str, day: &str| format!("S,{seq},{code},{value},U/L,{uln},{day}");
    let rows = |labs: &[String]| -> Status {
        let labs: Vec<&str> = labs.iter().map(String::as_str).collect();
        status(&[("LB", &labs)], LATER)
    };
    assert!(is_pending(&rows(&[lab(1, "ALT", "1200", "", "2025-03-10")])));
    assert!(is_pending(&rows(&[lab(1, "ALT", "1200", "40", "2025-03")])));
    // Above before infusion and after it: the first value in the window begins a run.
    assert_eq!(
        rows(&[
            lab(1, "ALT", "900", "40", "2025-02-28"),
            lab(2, "ALT", "900", "40", "2025-03-04")
        ]),
        Status::Dlt
    );
    // A sample that was not done does not end a run.
    let gap = [
        lab(1, "ALT", "400", "40", "2025-03-06"),
        lab(2, "ALT", "", "40", "2025-03-09"),
        lab(3, "ALT", "400", "40", "2025-03-12"),
    ];
    assert_eq!(rows(&gap), Status::Dlt);
    assert_eq!(rows(&[lab(1, "SGPT", "900", "40", "2025-03-04")]), Status::Dlt);
}

/// A decimal comma, or a word: what was measured is not known, and nobody escalates over it.
#[test]
fn a_laboratory_result_that_is_no_number_keeps_the_verdict_open() {
    let of = |value: &str, day: &str| {
        let row = format!("S,1,ALT,{value},U/L,40,{day}");
        let header = "USUBJID,LBSEQ,LBTESTCD,LBORRES,LBORRESU,LBSTNRHI,LBDTC";
        let lb = Table::parse_csv("lb.csv", format!("{header}\n{row}\n").as_bytes()).unwrap();
        let trial = trial();
        let tables = read(&[]).into_iter().filter(|table| table.name != "LB").chain([lb]);
        let data = read_tables(tables.collect(), &trial).unwrap().as_of(LATER);
        Analysis::new(&trial, &data, Some(LATER)).facts[0]
            .dlt
            .as_ref()
            .unwrap()
            .status
            .clone()
    };
    for words in ["\"900,5\"", "POSITIVE"] {
        assert!(is_pending(&of(words, "2025-03-08")), "{words}");
        // Before the infusion it decides nothing.
        assert_eq!(of(words, "2025-02-08"), Status::NoDlt, "{words}");
    }
    // The limit of an assay is a number.
    assert_eq!(of("<5", "2025-03-08"), Status::NoDlt);
    assert_eq!(of(">1000", "2025-03-08"), Status::Dlt);
}

#[test]
fn the_bags_of_one_day_are_one_dose() {
    let bag = |seq: u8, cells: u8, time: &str| {
        format!("S,{seq},ANTI-IL1RAP CAR-T CELLS,{cells},10^6 Therapeutic Cells,2025-03-01T{time}")
    };
    assert_eq!(
        status(&[("EX", &[&bag(1, 50, "10:00"), &bag(2, 50, "10:30")])], LATER),
        Status::NoDlt
    );
    assert!(matches!(
        status(&[("EX", &[&bag(1, 79, "10:00")])], LATER),
        Status::NotEvaluable(_)
    ));
}

#[test]
fn an_event_is_not_known_to_go_on_after_the_subject_was_last_seen() {
    let colitis = "S,1,Colitis,Gastrointestinal disorders,N,RELATED,NOT RECOVERED/NOT RESOLVED,3,2025-03-25,";
    let left = "S,1,DISPOSITION EVENT,WITHDRAWAL BY SUBJECT,2025-03-27";
    assert!(is_pending(&status(&[("AE", &[colitis]), ("DS", &[left])], LATER)));
    assert_eq!(status(&[("AE", &[colitis])], LATER), Status::Dlt);
    let unknown = colitis.replace("NOT RECOVERED/NOT RESOLVED", "");
    assert!(is_pending(&status(&[("AE", &[&unknown])], LATER)));
    // Whatever day of June it ended, it lasted longer than seven days.
    let june = "S,1,Colitis,Gastrointestinal disorders,N,RELATED,RECOVERED/RESOLVED,3,2025-03-08,2025-06";
    assert_eq!(status(&[("AE", &[june])], LATER), Status::Dlt);
}

#[test]
fn leaving_on_a_partly_known_day_neither_clears_nor_excludes() {
    let therapy = |day: &str| format!("S,1,SORAFENIB,NEW ANTICANCER THERAPY,{day}");
    assert!(matches!(
        status(&[("CM", &[&therapy("2025-03-29")])], LATER),
        Status::NotEvaluable(_)
    ));
    assert_eq!(status(&[("CM", &[&therapy("2025-03-30")])], LATER), Status::NoDlt);
    assert!(is_pending(&status(&[("CM", &[&therapy("2025-03")])], LATER)));
    let gone = "S,1,DISPOSITION EVENT,STUDY TERMINATED BY SPONSOR,2025-03-11";
    let seen = ["S,DAY 9,2025-03-10"];
    assert!(matches!(
        status(&[("DS", &[gone]), ("SV", &seen)], LATER),
        Status::NotEvaluable(_)
    ));
}

#[test]
fn a_death_after_the_cut_is_not_known_at_the_cut() {
    let died = ["S,2025-02-01,50,YEARS,F,DL1,2025-03-21"];
    let cut = date(2025, 3, 13);
    for end in ["", "2025-03", "2025-03-21"] {
        let event = format!("S,1,Sepsis,Infections and infestations,Y,RELATED,FATAL,5,2025-03-10,{end}");
        assert!(is_pending(&status(&[("DM", &died), ("AE", &[&event])], cut)), "{end}");
    }
}

#[test]
fn a_dlt_above_the_dose_tolerance_is_the_committees_to_judge() {
    let dose = ["S,1,ANTI-IL1RAP CAR-T CELLS,130,10^6 Therapeutic Cells,2025-03-01T10:00"];
    let event = "S,1,Renal failure,Renal and urinary disorders,N,RELATED,RECOVERED/RESOLVED,4,2025-03-10,2025-03-20";
    assert!(is_pending(&status(&[("EX", &dose), ("AE", &[event])], LATER)));
    let no = "S,9,DLT,DLT,N,SAFETY REVIEW COMMITTEE,2025-04-10";
    assert_eq!(
        status(&[("EX", &dose), ("AE", &[event]), ("FA", &[no])], LATER),
        Status::NoDlt
    );
}

#[test]
fn an_adjudication_without_a_day_is_asked_for() {
    let data = read_tables(read(&[("FA", &["S,9,DLT,DLT,N,SAFETY REVIEW COMMITTEE,"])]), &trial()).unwrap();
    assert!(
        data.findings
            .iter()
            .any(|finding| finding.field == "FADTC" && finding.rule == Rule::MissingValue)
    );
}

#[test]
fn without_adverse_events_laboratory_data_or_scores_nothing_is_decided() {
    let trial = trial();
    for lost in ["AE", "LB", "RS"] {
        let tables = read(&[]).into_iter().filter(|table| table.name != lost).collect();
        let data = read_tables(tables, &trial).unwrap().as_of(LATER);
        let decided = decide_study(&Analysis::new(&trial, &data, Some(LATER))).unwrap();
        assert_eq!(decided.decision.action.name(), "wait", "{lost}");
        // Without RS the reason of the decision says it; scores are the only thing there that DLTs are judged by.
        let told = data.findings.iter().any(|finding| finding.dataset.as_str() == lost);
        assert!(told || lost == "RS", "{lost}");
    }
}

#[test]
fn outcomes_of_a_dataset_that_is_not_there_are_not_zero() {
    let trial = trial();
    let tables = read(&[]).into_iter().filter(|table| table.name != "AE").collect();
    let data = read_tables(tables, &trial).unwrap().as_of(LATER);
    let cells = derive_cells(&Analysis::new(&trial, &data, Some(LATER)));
    for id in ["P1", "P2.ae", "P2.sae", "P3.crs", "P3.icans"] {
        let cell = cells.iter().find(|cell| cell.id == id && cell.level.is_none()).unwrap();
        assert_eq!(cell.value, None, "{id}");
        assert!(matches!(cell.reason, Some(NotEstimable::NotRecorded(_))), "{id}");
    }
}

#[test]
fn a_contact_that_finds_the_subject_dead_asks_for_the_date() {
    let ss = "USUBJID,SSSEQ,SSTESTCD,SSSTRESC,SSDTC\nS,1,SURVSTAT,DEAD,2025-06-01\n";
    let mut tables = read(&[]);
    tables.push(Table::parse_csv("ss.csv", ss.as_bytes()).unwrap());
    let data = read_tables(tables, &trial()).unwrap();
    assert!(
        data.findings
            .iter()
            .any(|finding| finding.field == "SSSTRESC" && finding.rule.id() == "incomplete")
    );
}

#[test]
fn readings_of_one_moment_and_readings_that_cannot_be_read_are_not_lost() {
    let event =
        "S,1,Cytokine release syndrome,Immune system disorders,N,RELATED,RECOVERED/RESOLVED,2,2025-03-03,2025-03-06";
    let grade = |seq: u8, grade: &str| format!("S,{seq},TOXGR,{CRS},{grade},INVESTIGATOR,2025-03-04");
    for order in [["2", "4"], ["4", "2"]] {
        let rows = [grade(1, order[0]), grade(2, order[1])];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        assert_eq!(
            status(&[("AE", &[event]), ("FA", &rows)], LATER),
            Status::Dlt,
            "{order:?}"
        );
    }
    assert_eq!(
        status(&[("AE", &[event]), ("FA", &[&grade(1, "GRADE 4")])], LATER),
        Status::Dlt
    );
    assert!(is_pending(&status(
        &[("AE", &[event]), ("FA", &[&grade(1, "severe")])],
        LATER
    )));
    let above = "S,1,ALT,,U/L,40,2025-03-10";
    let mut tables = read(&[("LB", &[above])]);
    let labs = tables.iter_mut().find(|table| table.name == "LB").unwrap();
    let first = (0..labs.len()).find(|row| labs.cell(*row, 1) == "1").unwrap();
    labs.set(
        "LBSTRESC",
        &std::collections::BTreeMap::from([(first, ">1000".to_owned())]),
    );
    let trial = trial();
    let data = read_tables(tables, &trial).unwrap().as_of(LATER);
    let analysis = Analysis::new(&trial, &data, Some(LATER));
    assert_eq!(analysis.facts[0].dlt.clone().unwrap().status, Status::Dlt);
}

#[test]
fn adding_a_finding_within_an_event_never_clears_it() {
    let event = "S,1,Cytokine release syndrome,Immune system disorders,N,RELATED,RECOVERED/RESOLVED,3,2025-03-03T08:00,2025-03-09T08:00";
    assert_eq!(status(&[("AE", &[event])], LATER), Status::Dlt);
    let late = format!("S,1,TOXGR,{CRS},3,INVESTIGATOR,2025-03-07T08:00");
    assert_eq!(status(&[("AE", &[event]), ("FA", &[&late])], LATER), Status::Dlt);
    // An end before the onset is a typing error, not a short event.
    let typo = event.replace("2025-03-09", "2024-03-09").replace(",3,2025", ",4,2025");
    assert_eq!(status(&[("AE", &[&typo])], LATER), Status::Dlt);
}

#[test]
fn a_committee_clears_neither_a_later_value_nor_a_later_reading() {
    let no = |day: &str| format!("S,9,DLT,DLT,N,SAFETY REVIEW COMMITTEE,{day}");
    let labs = ["S,1,AST,400,U/L,40,2025-03-04", "S,2,ALT,400,U/L,40,2025-03-16"];
    assert!(is_pending(&status(
        &[("LB", &labs), ("FA", &[&no("2025-03-11")])],
        LATER
    )));
    let blank = ["S,1,ALT,900,U/L,,2025-03-04", "S,2,ALT,900,U/L,,2025-03-21"];
    assert!(is_pending(&status(
        &[("LB", &blank), ("FA", &[&no("2025-03-11")])],
        LATER
    )));
    let event = "S,1,Renal failure,Renal and urinary disorders,N,,NOT RECOVERED/NOT RESOLVED,4,2025-03-25,";
    assert!(is_pending(&status(
        &[("AE", &[event]), ("FA", &[&no("2025-03")])],
        LATER
    )));
}

#[test]
fn a_death_recorded_only_as_the_end_of_participation_waits_for_the_committee_too() {
    let died = "S,1,DISPOSITION EVENT,DEATH,2025-03-20";
    assert!(is_pending(&status(&[("DS", &[died])], LATER)));
    let event = "S,1,Sepsis,Infections and infestations,Y,RELATED,FATAL,5,2025-03-10,";
    assert!(is_pending(&status(
        &[("DS", &[died]), ("AE", &[event])],
        date(2025, 3, 13)
    )));
}

/// Five subjects at level 1 under these lines of `[escalation]`: a DLT, three through the window without one, and one infused
/// on 2025-05-01 and last seen on 2025-05-04.
fn five_under(design: &str, cut: Date) -> StudyDecision {
    let protocol = include_str!("../../../../trials/il1rap-hcc/protocol.toml")
        .replace("design = \"3+3\"", design)
        .replace(
            "variant = \"korn-strict\"",
            if design.contains("tite") {
                "variant = \"ess\""
            } else {
                "variant = \"storer\""
            },
        );
    let trial = parse_protocol("protocol.toml", &protocol).unwrap();
    let names = ["A", "B", "C", "D", "E"];
    let infused = |name: &str| if name == "E" { "2025-05-01" } else { "2025-03-01" };
    let seen = |name: &str| if name == "E" { "2025-05-04" } else { "2025-04-02" };
    let dm: Vec<String> = names
        .iter()
        .map(|name| format!("{name},2025-02-01,50,YEARS,F,DL1,"))
        .collect();
    let ex = |name: &&str| {
        format!(
            "{name},1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,{}T10:00",
            infused(name)
        )
    };
    let ex: Vec<String> = names.iter().map(ex).collect();
    let sv: Vec<String> = names
        .iter()
        .map(|name| format!("{name},VISIT,{}", seen(name)))
        .collect();
    let ae =
        "A,1,Cytokine release syndrome,Immune system disorders,N,RELATED,RECOVERED/RESOLVED,4,2025-03-03,2025-03-09";
    let lb = "A,90,ALT,30,U/L,40,2025-02-20";
    let tables = [
        ("dm", DM, dm),
        ("ex", EX, ex),
        ("sv", SV, sv),
        ("ae", AE, vec![ae.to_owned()]),
        ("lb", LB, vec![lb.to_owned()]),
        ("rs", RS, vec!["A,90,CPS0106,6,2025-02-20".to_owned()]),
    ];
    let tables = tables.into_iter().map(|(name, header, rows)| {
        Table::parse_csv(
            &format!("{name}.csv"),
            format!("{header}\n{}\n", rows.join("\n")).as_bytes(),
        )
        .unwrap()
    });
    let data = read_tables(tables.collect(), &trial).unwrap().as_of(cut);
    let decided = decide_study(&Analysis::new(&trial, &data, Some(cut))).unwrap();
    let first = decided.levels.at(DoseLevel::FIRST);
    assert_eq!((first.evaluable, first.dlt, first.pending), (4, 1, 1), "{decided:?}");
    decided
}

/// 1/(4+3/28) = 0.243 lies between 0.2206 and 0.334; counting the unseen days to the cut, 1/(4+24/28) = 0.206 would escalate.
#[test]
fn days_on_which_nobody_saw_a_subject_are_no_follow_up() {
    let tite = "design = \"tite-boin\"\ntarget = 0.28";
    let decided = five_under(tite, date(2025, 5, 25));
    assert_eq!(
        decided.decision.action,
        Action::Stay(DoseLevel::FIRST),
        "{}",
        decided.decision.because
    );
}

#[test]
fn nobody_is_treated_beyond_the_subjects_planned_while_one_is_pending() {
    let planned = "design = \"tite-boin\"\ntarget = 0.28\ncohort_size = 1\ncohorts = 5";
    let decided = five_under(planned, date(2025, 5, 25));
    assert_eq!(decided.decision.action, Action::Wait, "{}", decided.decision.because);
}

/// The model would go up on 2 of 5, a skeleton as low as this; the subject supposed to have a DLT is the latest cohort.
#[test]
fn a_supposed_dlt_is_that_of_the_latest_cohort() {
    let crm = "design = \"crm\"\ntarget = 0.5\nskeleton = [0.05, 0.1, 0.15]\nprior_sd = [0.1]\ncohort_size = 1";
    let decided = five_under(crm, date(2025, 5, 25));
    let what_if = &decided.what_if[0];
    assert_eq!(
        what_if.if_dlt.action,
        Action::Stay(DoseLevel::FIRST),
        "{}",
        what_if.if_dlt.because
    );
    assert!(
        what_if
            .if_dlt
            .because
            .to_string()
            .contains("no escalation follows a cohort")
    );
    assert_eq!(what_if.if_no_dlt.action, Action::Escalate(DoseLevel::FIRST.above()));
}

#[test]
fn a_grade_that_the_term_does_not_have_is_a_finding() {
    let found = |trial: &Trial, term: &str, coded: &str, grade: u8| -> Vec<(String, Blocks)> {
        let event = format!(
            "S,1,{term},{coded},Skin and subcutaneous tissue disorders,N,NOT RELATED,RECOVERED/RESOLVED,{grade},2025-03-05,2025-03-06"
        );
        let header = AE.replacen("AETERM,", "AETERM,AEDECOD,", 1);
        let text = format!("{header}\n{event}\n");
        let mut tables = read(&[]);
        tables.retain(|table| table.name != "AE");
        tables.push(Table::parse_csv("ae.csv", text.as_bytes()).unwrap());
        let findings = check_study(trial, &read_tables(tables, trial).unwrap());
        let of_grade = findings
            .iter()
            .filter(|finding| finding.rule.id() == "grade-not-in-term");
        of_grade
            .map(|finding| (finding.rule.to_string(), finding.blocks))
            .collect()
    };
    let five = trial();
    let sentence = |text: &str| vec![(text.to_owned(), Blocks::Decision)];
    assert_eq!(
        found(&five, "Febrile neutropenia", "", 2),
        sentence(
            "\"Febrile neutropenia\" cannot be of grade 2 by CTCAE 5.0: \"Febrile neutropenia\" has only 3, 4 and 5; correct term or grade"
        )
    );
    assert_eq!(
        found(&five, "hair loss", "ALOPECIA", 3),
        sentence(
            "\"hair loss\" cannot be of grade 3 by CTCAE 5.0: \"Alopecia\" has only 1 and 2; correct term or grade"
        )
    );
    assert!(found(&five, "Febrile neutropenia", "", 3).is_empty());
    assert!(
        found(&five, "Low platelets", "Thrombocytopenia", 5).is_empty(),
        "no term of 5.0"
    );
    // CRS is graded by ASTCT.
    assert!(found(&five, "Cytokine release syndrome", "", 1).is_empty());
    let six = include_str!("../../../../trials/il1rap-hcc/protocol.toml")
        .replace("scale = \"CTCAE 5.0\"", "scale = \"CTCAE 6.0\"");
    let six = parse_protocol("protocol.toml", &six).unwrap();
    assert_eq!(
        found(&six, "Lymphocyte count decreased", "", 3),
        sentence(
            "\"Lymphocyte count decreased\" cannot be of grade 3 by CTCAE 6.0: \"Lymphopenia\" has only 1; correct term or grade"
        )
    );
    assert!(found(&six, "Platelet count decreased", "", 4).is_empty());
}

#[test]
fn a_laboratory_change_carries_the_grade_of_the_protocols_version() {
    let note = |scale: &str| {
        let text = include_str!("../../../../trials/il1rap-hcc/protocol.toml")
            .replace("scale = \"CTCAE 5.0\"", &format!("scale = \"{scale}\""));
        let trial = parse_protocol("protocol.toml", &text).unwrap();
        let mut tables = read(&[]);
        tables.retain(|table| !matches!(table.name.as_str(), "LB" | "PR"));
        let labs =
            "USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBSTNRLO,LBCLSIG,LBDTC\nS,1,NEUT,0.4,10^9/L,1.8,Y,2025-03-10\n";
        let collection = "USUBJID,PRSEQ,PRTRT,PRCAT,PRSTDTC\nS,1,LEUKAPHERESIS,CELL COLLECTION,2025-02-10\n";
        tables.push(Table::parse_csv("lb.csv", labs.as_bytes()).unwrap());
        tables.push(Table::parse_csv("pr.csv", collection.as_bytes()).unwrap());
        let data = read_tables(tables, &trial).unwrap().as_of(LATER);
        let cells = derive_cells(&Analysis::new(&trial, &data, Some(LATER)));
        let notes = cells
            .iter()
            .flat_map(|cell| &cell.contributions)
            .map(|part| part.note.clone());
        notes.into_iter().find(|note| note.starts_with("NEUT")).unwrap()
    };
    assert_eq!(note("CTCAE 5.0"), "NEUT 0.4 10^9/L on 2025-03-10, CTCAE 5.0 grade 4");
    assert_eq!(note("CTCAE 6.0"), "NEUT 0.4 10^9/L on 2025-03-10, CTCAE 6.0 grade 3");
}
