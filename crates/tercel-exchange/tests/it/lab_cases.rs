//! Laboratory results of one subject, case by case: baselines, the laboratory outcome, results against adverse events.

use tercel::endpoint::{Analysis, Reading, check_derived, derive_cells};
use tercel::protocol::{Trial, parse_protocol};
use tercel::study::Finding;
use tercel_exchange::{Table, read_tables};

const PROTOCOL: &str = include_str!("../../../../trials/il1rap-hcc/protocol.toml");

fn trial(baseline: &str) -> Trial {
    let ours = "baseline = \"before lymphodepletion\"";
    assert!(PROTOCOL.contains(ours));
    let text = PROTOCOL.replace(ours, &format!("baseline = \"{baseline}\""));
    parse_protocol("protocol.toml", &text).unwrap()
}

/// Consent on 10 January, PBMC collection on the 15th, lymphodepletion from 5 February, infusion on the 10th at ten.
fn with<T>(baseline: &str, labs: &str, events: &str, check: impl Fn(&Analysis<'_>) -> T) -> T {
    let files = [
        (
            "dm",
            "USUBJID,RFICDTC,AGE,SEX,ARMCD\nA,2025-01-10,50,F,DL1\n".to_owned(),
        ),
        (
            "pr",
            "USUBJID,PRSEQ,PRTRT,PRSTDTC\nA,1,LEUKAPHERESIS,2025-01-15\n".to_owned(),
        ),
        (
            "ex",
            "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC\nA,1,FLUDARABINE,50,mg,2025-02-05\n\
             A,2,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-02-10T10:00\n"
                .to_owned(),
        ),
        ("sv", "USUBJID,SVSEQ,VISIT,SVSTDTC\nA,1,LATER,2025-06-10\n".to_owned()),
        (
            "ae",
            format!("USUBJID,AESEQ,AETERM,AEDECOD,AEBODSYS,AESER,AEREL,AEOUT,AETOXGR,AESTDTC,AEENDTC\n{events}"),
        ),
        (
            "lb",
            format!("USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,LBCLSIG,LBAESEQ,LBDTC\n{labs}"),
        ),
    ];
    let trial = trial(baseline);
    let tables = files.map(|(name, text)| Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).unwrap());
    let data = read_tables(tables.into(), &trial).unwrap();
    let cut = data.last_day();
    check(&Analysis::new(&trial, &data, cut))
}

/// Whether the subject counts for the laboratory outcome.
fn counts(baseline: &str, labs: &str, events: &str) -> bool {
    with(baseline, labs, events, |analysis| {
        let cells = derive_cells(analysis);
        let cell = cells
            .iter()
            .find(|cell| cell.id == "P4" && cell.level.is_none())
            .unwrap();
        assert_eq!(cell.contributions.len(), 1);
        let reading = &cell.contributions[0].reading;
        assert!(matches!(reading, Reading::Yes | Reading::No), "{reading:?}");
        *reading == Reading::Yes
    })
}

fn findings(labs: &str, events: &str) -> Vec<Finding> {
    with("before lymphodepletion", labs, events, check_derived)
}

#[test]
fn each_of_the_three_baselines_answers_for_itself() {
    // Platelets, lower limit 150: 200 before collection, 140 before lymphodepletion, 90 before infusion and 80 two hours
    // before it; at noon, after the infusion, 60.
    let before = "A,1,PLAT,200,10^9/L,150,400,N,,2025-01-12\nA,2,PLAT,140,10^9/L,150,400,N,,2025-01-30\n\
                  A,3,PLAT,90,10^9/L,150,400,N,,2025-02-08\nA,4,PLAT,80,10^9/L,150,400,N,,2025-02-10T08:00\n\
                  A,5,PLAT,60,10^9/L,150,400,N,,2025-02-10T12:00\n";
    // Value on 1 March, then whether it is worse than before lymphodepletion, infusion, collection.
    let cases = [
        (70, [true, true, true]),
        (80, [true, false, true]),
        (85, [true, false, true]),
        (139, [true, false, true]),
        (140, [false, false, true]),
        (149, [false, false, true]),
        (150, [false, false, false]),
    ];
    for (value, expected) in cases {
        let labs = format!("{before}A,6,PLAT,{value},10^9/L,150,400,Y,,2025-03-01\n");
        let rules = ["before lymphodepletion", "before infusion", "before collection"];
        assert_eq!(rules.map(|rule| counts(rule, &labs, "")), expected, "{value}");
    }
}

#[test]
fn without_the_setting_the_baseline_lies_before_lymphodepletion() {
    let text = PROTOCOL.replace("baseline = \"before lymphodepletion\"\n", "");
    let start = text.find("[[assumption]]\nid = \"safety.baseline\"").unwrap();
    let end = start + 1 + text[start + 1..].find("[[assumption]]").unwrap();
    let without = parse_protocol("protocol.toml", &format!("{}{}", &text[..start], &text[end..])).unwrap();
    assert_eq!(without.safety.baseline, trial("before lymphodepletion").safety.baseline);
}
