//! CRS, ICANS, IEC-HS and ICAHT of a study: episodes, and where event and findings disagree.

use jiff::civil::{Date, date};
use tercel::dlt::Status;
use tercel::endpoint::{Analysis, check_derived};
use tercel::grade::icaht::{FollowUp, IcahtOptions, Interpolation};
use tercel::grade::{Grade, Toxicity};
use tercel::protocol::{Trial, parse_protocol};
use tercel::study::{Blocks, StudyData, Syndrome};
use tercel_exchange::{Table, read_tables};

pub(super) const CRS: &str = "CYTOKINE RELEASE SYNDROME";
pub(super) const LATER: Date = date(2025, 6, 30);

fn trial() -> Trial {
    parse_protocol(
        "protocol.toml",
        include_str!("../../../../trials/il1rap-hcc/protocol.toml"),
    )
    .unwrap()
}

/// One subject infused on 2025-03-01 at 10:00 with these events, findings, medications and neutrophil counts.
pub(super) fn study(events: &[&str], findings: &[String], medications: &[&str], counts: &[String]) -> StudyData {
    let owned = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>();
    let tables = [
        (
            "dm",
            "USUBJID,RFICDTC,AGE,AGEU,SEX,ARMCD,DTHDTC",
            owned(&["S,2025-02-01,50,YEARS,F,DL1,"]),
        ),
        (
            "ex",
            "USUBJID,EXSEQ,EXTRT,EXDOSE,EXDOSU,EXSTDTC",
            owned(&["S,1,ANTI-IL1RAP CAR-T CELLS,100,10^6 Therapeutic Cells,2025-03-01T10:00"]),
        ),
        ("sv", "USUBJID,VISIT,SVSTDTC", owned(&["S,DAY 32,2025-04-02"])),
        (
            "ae",
            "USUBJID,AESEQ,AETERM,AEBODSYS,AESER,AEREL,AEOUT,AETOXGR,AESTDTC,AEENDTC",
            owned(events),
        ),
        (
            "fa",
            "USUBJID,FASEQ,FATESTCD,FAOBJ,FASTRESC,FAEVAL,FADTC",
            findings.to_vec(),
        ),
        ("cm", "USUBJID,CMSEQ,CMTRT,CMCAT,CMSTDTC", owned(medications)),
        (
            "lb",
            "USUBJID,LBSEQ,LBTESTCD,LBSTRESN,LBSTRESU,LBSTNRHI,LBDTC",
            counts.to_vec(),
        ),
    ];
    let tables = tables.iter().map(|(name, header, rows)| {
        let text = format!("{header}\n{}\n", rows.join("\n"));
        Table::parse_csv(&format!("{name}.csv"), text.as_bytes()).unwrap()
    });
    read_tables(tables.collect(), &trial()).unwrap().as_of(LATER)
}

/// One CRS assessment: temperature, hypotension, vasopressors; no oxygen.
fn crs(first: u32, when: &str, temperature: &str, hypotension: &str, vasopressors: &str) -> Vec<String> {
    let items = [
        ("TEMP", temperature),
        ("HYPOTEN", hypotension),
        ("VASOPRES", vasopressors),
        ("VASOPN", "N"),
        ("O2DEV", "none"),
        ("MASKTRT", "N"),
    ];
    (first..)
        .zip(items)
        .map(|(number, (code, value))| format!("S,{number},{code},{CRS},{value},INVESTIGATOR,{when}"))
        .collect()
}

/// Fever at 16:00, one vasopressor at 22:00, well at 04:00 and a day later.
fn episode() -> Vec<String> {
    [
        crs(1, "2025-03-03T16:00", "39.0", "N", "0"),
        crs(11, "2025-03-03T22:00", "39.0", "Y", "1"),
        crs(21, "2025-03-04T04:00", "36.8", "N", "0"),
        crs(31, "2025-03-05T04:00", "36.8", "N", "0"),
    ]
    .concat()
}

fn event(number: u32, term: &str, grade: u8, from: &str, to: &str) -> String {
    format!("S,{number},{term},Immune system disorders,N,RELATED,RECOVERED/RESOLVED,{grade},{from},{to}")
}

fn disagreements(data: &StudyData) -> Vec<(String, Blocks)> {
    let trial = trial();
    let findings = check_derived(&Analysis::new(&trial, data, Some(LATER)));
    let sentences = findings
        .into_iter()
        .map(|finding| (finding.rule.to_string(), finding.blocks));
    sentences
        .filter(|(text, _)| text.contains("as adverse event") || text.contains("no adverse event records it"))
        .collect()
}

#[test]
fn an_episode_has_its_times_from_the_infusion_and_to_treatment() {
    let medications = [
        "S,1,DEXAMETHASONE,CORTICOSTEROID,2025-03-01T08:00",
        "S,2,TOCILIZUMAB,ANTICYTOKINE,2025-03-03T23:00",
    ];
    let data = study(&[], &episode(), &medications, &[]);
    let trial = trial();
    let analysis = Analysis::new(&trial, &data, Some(LATER));
    let episodes = analysis.facts[0].episodes(Syndrome::Crs);
    assert_eq!(episodes.len(), 1);
    let found = &episodes[0];
    assert_eq!((found.at_least, found.at_most, found.confirmed), (3, 3, true));
    assert_eq!(found.onset.to_string(), "2025-03-03T16:00");
    assert_eq!(found.worst_at.to_string(), "2025-03-03T22:00");
    assert_eq!(found.end.unwrap().to_string(), "2025-03-04T04:00");
    assert_eq!((found.from_infusion, found.duration_hours()), (Some(54.0), Some(12.0)));
    // The steroid before the infusion does not answer it.
    let (medication, hours) = found.treatment.as_ref().unwrap();
    assert_eq!((medication.name.as_str(), *hours), ("TOCILIZUMAB", 7.0));
    assert!(analysis.facts[0].episodes(Syndrome::Icans).is_empty());
}

#[test]
fn event_and_findings_that_grade_differently_name_both_readings() {
    let named = |grade| {
        event(
            1,
            "Cytokine release syndrome",
            grade,
            "2025-03-03T12:00",
            "2025-03-04T06:00",
        )
    };
    assert_eq!(disagreements(&study(&[&named(3)], &episode(), &[], &[])), []);
    assert_eq!(
        disagreements(&study(&[&named(1)], &episode(), &[], &[])),
        [(
            "CRS is grade 1 as adverse event, but the findings from 2025-03-03T16:00 to 2025-03-03T22:00 (worst on \
             2025-03-03T22:00) give grade 3 by ASTCT 2019; review both"
                .to_owned(),
            Blocks::Decision
        )]
    );
    // An event entered anew at each change of grade is one with the others.
    let anew = [
        event(
            1,
            "Cytokine release syndrome",
            1,
            "2025-03-03T16:00",
            "2025-03-03T22:00",
        ),
        event(2, "CRS", 3, "2025-03-03T22:00", "2025-03-04T04:00"),
    ];
    let anew: Vec<&str> = anew.iter().map(String::as_str).collect();
    assert_eq!(disagreements(&study(&anew, &episode(), &[], &[])), []);
    // Death is graded by no finding.
    let fatal = "S,1,CRS,Immune system disorders,Y,RELATED,FATAL,5,2025-03-03T12:00,2025-03-04T06:00";
    assert_eq!(disagreements(&study(&[fatal], &episode(), &[], &[])), []);
}

/// 72 hours of grade 3 are dose-limiting: the event says so, the findings do not.
#[test]
fn an_event_that_goes_on_after_its_findings_fell_is_asked_about() {
    let until = |end: &str| {
        let event = event(1, "Cytokine release syndrome", 3, "2025-03-03T12:00", end);
        disagreements(&study(&[&event], &episode(), &[], &[]))
    };
    assert_eq!(until("2025-03-06T06:00"), []);
    let asked = until("2025-03-07T18:00");
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].0.contains("until 2025-03-07T18:00") && asked[0].0.contains("on 2025-03-05T04:00, give grade 0"));
    assert_eq!(asked[0].1, Blocks::Decision);
}

#[test]
fn an_episode_no_event_records_and_an_event_no_finding_shows_are_asked_about() {
    assert_eq!(
        disagreements(&study(&[], &episode(), &[], &[])),
        [(
            "the findings from 2025-03-03T16:00 to 2025-03-03T22:00 give CRS of grade 3 by ASTCT 2019, but no adverse event \
             records it"
                .to_owned(),
            Blocks::Decision
        )]
    );
    let well = crs(1, "2025-03-10T08:00", "36.8", "N", "0");
    let later = event(1, "CRS", 2, "2025-03-10", "2025-03-11");
    assert_eq!(
        disagreements(&study(&[&later], &well, &[], &[])),
        [(
            "CRS is grade 2 as adverse event, but the findings of its time give grade 0 by ASTCT 2019; review both"
                .to_owned(),
            Blocks::Export
        )]
    );
    // Without findings of its time there is nothing to hold it against.
    assert_eq!(disagreements(&study(&[&later], &[], &[], &[])), []);
}

/// IEC-HS has no items to grade: the event of its class, by term, carries the investigator's grade into the criterion.
#[test]
fn iec_hs_is_a_dlt_by_its_term_and_the_investigators_grade() {
    let trial = trial();
    for (term, grade, is_dlt) in [
        ("IEC-HS", 3, true),
        ("Immune effector cell-associated HLH-like syndrome", 4, true),
        ("IEC-HS", 2, false),
    ] {
        let row = event(1, term, grade, "2025-03-10", "2025-03-15");
        let data = study(&[&row], &[], &[], &[]);
        let analysis = Analysis::new(&trial, &data, Some(LATER));
        let verdict = analysis.facts[0].dlt.clone().unwrap();
        assert_eq!(
            verdict.status == Status::Dlt,
            is_dlt,
            "{term} of grade {grade}: {verdict:?}"
        );
    }
}

/// Neutrophils of 0.4 × 10^9/L from day 5 to day 11 and 2.0 on every other day: 7 days, grade 2.
#[test]
fn icaht_of_a_subject_rests_on_its_counts_in_any_unit() {
    let counts: Vec<String> = (0..=30_i64)
        .map(|day| {
            let value = if (5..=11).contains(&day) { "0.4" } else { "2.0" };
            let drawn = date(2025, 3, 1).saturating_add(jiff::Span::new().days(day));
            format!("S,{},NEUT,{value},10^9/L,7,{drawn}", day + 1)
        })
        .collect();
    let data = study(&[], &[], &[], &counts);
    let trial = trial();
    let analysis = Analysis::new(&trial, &data, Some(LATER));
    let options = IcahtOptions {
        interpolation: Interpolation::Linear,
        late_last_day: 100,
    };
    let found = analysis.facts[0].icaht(options).unwrap();
    let early = found.icaht.early.unwrap();
    let grade_2 = Toxicity::Present(Grade::G2);
    assert_eq!((early.at_least, early.at_most), (grade_2, grade_2));
    assert_eq!((found.icaht.late, found.follow_up), (None, FollowUp::NotEnded));
    let own = found.records.iter().filter(|record| record.dataset.as_str() == "LB");
    assert_eq!(own.count(), 31);
    let none = study(&[], &[], &[], &[]);
    assert!(
        Analysis::new(&trial, &none, Some(LATER)).facts[0]
            .icaht(options)
            .is_none()
    );
}

#[test]
fn the_figure_by_day_has_the_worst_grade_of_each_day_and_the_days_of_treatment() {
    let medications = [
        "S,1,DEXAMETHASONE,CORTICOSTEROID,2025-02-27T08:00",
        "S,2,TOCILIZUMAB,ANTICYTOKINE,2025-03-03T23:00",
    ];
    let drawn = |findings: &[String]| {
        let data = study(&[], findings, &medications, &[]);
        let trial = trial();
        let analysis = Analysis::new(&trial, &data, Some(LATER));
        tercel::report::build_report(&analysis, &[], None, &[])
            .figures
            .toxicity_days
    };
    let figure = drawn(&episode());
    let [lane] = &figure.lanes[..] else { panic!() };
    let crs: Vec<(i32, u8, u8)> = lane
        .crs
        .iter()
        .map(|day| (day.day, day.at_least, day.at_most))
        .collect();
    assert_eq!(crs, [(2, 3, 3), (3, 0, 0), (4, 0, 0)]);
    assert_eq!((lane.anticytokine.as_slice(), lane.steroid.len()), (&[2][..], 0));
    assert!(
        lane.crs[0]
            .hint
            .en
            .contains("ASTCT 2019 grade 3, the worst of 2 assessments"),
        "{}",
        lane.crs[0].hint.en
    );
    assert_eq!(figure.days, 28);
    // Fever whose hypotension is not known is grade 1 at least; the figure says up to what.
    let open: Vec<String> = episode().into_iter().take(1).collect();
    assert_eq!(drawn(&open).lanes[0].crs[0].at_least, 1);
    assert!(drawn(&open).lanes[0].crs[0].at_most > 1);
    assert!(drawn(&[]).lanes.is_empty());
}
