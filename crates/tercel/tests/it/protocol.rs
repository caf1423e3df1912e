//! The protocol reader on the two trials of this repository, and on broken variants of the first.

use proptest::prelude::*;
use tercel::endpoint;
use tercel::grade::Grade;
use tercel::grade::ctcae::Ctcae;
use tercel::protocol::{Assessed, Diagnostic, OutcomeKind, Persistence, SETTINGS, Trial, VisitTime, parse_protocol};

const HCC: &str = include_str!("../../../../trials/il1rap-hcc/protocol.toml");
const HCC_RECORD: &str = include_str!("../../../../trials/il1rap-hcc/registry-record.txt");
const GBM: &str = include_str!("../../../../trials/gbm-car-t/protocol.toml");

fn parsed(text: &str) -> Trial {
    parse_protocol("protocol.toml", text).unwrap_or_else(|diagnostics| panic!("{}", listing(&diagnostics)))
}

fn listing(diagnostics: &[Diagnostic]) -> String {
    let pictures: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
    pictures.join("\n")
}

/// Result cells of the outcomes of a kind: one for each component and time point.
fn cells(trial: &Trial, kind: OutcomeKind) -> usize {
    let outcomes = trial.outcomes.iter().filter(|outcome| outcome.kind == kind);
    outcomes
        .map(|outcome| outcome.components.len().max(1) * outcome.time_points.len().max(1))
        .sum()
}

#[test]
fn dose_groups_and_visits_have_their_chinese_names_or_the_english_ones() {
    let names = |trial: &Trial| {
        let (level, _) = trial.dose_levels.iter().next().unwrap();
        (trial.level_words(level).zh, trial.schedule[0].words().zh)
    };
    let zh = |line: &&str| !line.starts_with("label_zh") && !line.starts_with("name_zh");
    let without: Vec<&str> = HCC.lines().filter(zh).collect();
    assert_eq!(
        names(&parsed(HCC)),
        ("第一剂量组（1.0×10^8个细胞）".to_owned(), "筛选期".to_owned())
    );
    assert_eq!(
        names(&parsed(&without.join("\n"))),
        ("First dose group（1.0×10^8个细胞）".to_owned(), "Screening".to_owned())
    );
}

#[test]
fn the_record_has_fifteen_outcomes_in_forty_nine_cells() {
    let trial = parsed(HCC);
    assert_eq!(trial.outcomes.len(), 15);
    assert_eq!(cells(&trial, OutcomeKind::Primary), 6);
    assert_eq!(cells(&trial, OutcomeKind::Secondary), 43);
    assert_eq!(cells(&trial, OutcomeKind::Other), 0);
    let methods: Vec<&str> = trial.outcomes.iter().map(|outcome| outcome.method.as_str()).collect();
    let all: Vec<&str> = endpoint::ALL.iter().map(|method| method.name).collect();
    assert_eq!(methods, all);
}

#[test]
fn the_outcomes_are_the_records_own_words_in_its_order() {
    let trial = parsed(HCC);
    let words = |kind: OutcomeKind| {
        let outcomes = trial.outcomes.iter().filter(|outcome| outcome.kind == kind);
        let words: Vec<String> = outcomes.map(|o| format!("{}, {}", o.measure, o.time_frame)).collect();
        words.join("|")
    };
    let record: Vec<&str> = HCC_RECORD.lines().collect();
    assert_eq!(words(OutcomeKind::Primary), record[4]);
    assert_eq!(words(OutcomeKind::Secondary), record[5]);
    assert_eq!(trial.title, record[1]);
}

#[test]
fn the_dose_groups_are_the_records() {
    let trial = parsed(HCC);
    let groups: Vec<(&str, f64)> = trial
        .dose_levels
        .iter()
        .map(|(_, group)| (group.label.as_str(), group.planned.to_cells()))
        .collect();
    let expected = [
        ("First dose group", 1.0e8),
        ("Second dose group", 2.5e8),
        ("Third dose group", 5.0e8),
    ];
    assert_eq!(groups, expected);
    for (label, _) in expected {
        assert!(HCC_RECORD.contains(label), "{label}");
    }
}

#[test]
fn every_setting_is_stated_or_explained() {
    let trial = parsed(HCC);
    for setting in SETTINGS {
        let explained = trial.assumptions.iter().any(|assumption| assumption.id == setting.path);
        let stated = HCC.contains(&format!("  \"{}\",\n", setting.path));
        assert!(explained != stated, "{}", setting.path);
    }
}

#[test]
fn criteria_read_as_the_file_writes_them() {
    let trial = parsed(HCC);
    let criterion = |id: &str| trial.dlt.criteria.iter().find(|criterion| criterion.id == id).unwrap();
    let crs = criterion("crs-3");
    assert_eq!((crs.grade_min, crs.grade_max), (Grade::G3, Grade::G3));
    let within_72_hours = Persistence::LongerThan {
        hours: 72.0,
        recovers_to: Some(Grade::G2),
    };
    assert_eq!(crs.persistence, within_72_hours);
    assert_eq!(crs.text.zh, "3级CRS，72小时内未降至2级或以下");
    assert_eq!(crs.text.en, "CRS of grade 3 not at grade 2 or lower within 72 hours");
    let without = parsed(&HCC.replace("text_zh = \"3级CRS，72小时内未降至2级或以下\"\n", ""));
    let crs_3 = without
        .dlt
        .criteria
        .iter()
        .find(|criterion| criterion.id == "crs-3")
        .unwrap();
    assert_eq!(crs_3.text.zh, crs.text.en, "a text without Chinese stands as it is");
    assert_eq!(criterion("crs-4").grade_max, Grade::G5);
    let by_day_28 = Persistence::OnDay {
        day: 28,
        recovers_to: Some(Grade::G3),
    };
    assert_eq!(criterion("cytopenia-4").persistence, by_day_28);
}

#[test]
fn event_classes_hold_what_their_criteria_mean() {
    let trial = parsed(HCC);
    let holds = |class: &str, term: &str, organ_class: Option<&str>| {
        let class = trial.event_class(class).unwrap();
        class.holds(&trial.dlt.event_classes, &[term], organ_class)
    };
    let nervous = Some("Nervous system disorders");
    let investigations = Some("Investigations");
    assert_eq!(holds("fatal", "Hepatic failure", None), Some(true));
    assert_eq!(holds("crs", "CYTOKINE RELEASE SYNDROME", None), Some(true));
    assert_eq!(holds("organ", "Seizure", nervous), Some(true));
    assert_eq!(holds("organ", "Seizure", None), None);
    assert_eq!(
        holds("organ", "Ascites", Some("Gastrointestinal disorders")),
        Some(false)
    );
    assert_eq!(holds("non-haematological", "Ascites", None), Some(true));
    assert_eq!(holds("non-haematological", "Neutropenia", None), Some(false));
    assert_eq!(holds("non-haematological", "Febrile neutropenia", None), Some(true));
    assert_eq!(
        holds("cytopenia", "Platelet count decreased", investigations),
        Some(true)
    );
    assert_eq!(holds("cytopenia", "Anemia", None), Some(false));
    assert_eq!(
        holds("hepatic", "Blood bilirubin increased", investigations),
        Some(true)
    );
    assert_eq!(
        holds("hepatic", "Cholangitis", Some("Hepatobiliary disorders")),
        Some(true)
    );
    assert_eq!(holds("hepatic", "Cholangitis", None), None);
    assert_eq!(holds("transient", "Pyrexia", None), Some(true));
}

#[test]
fn imaging_is_planned_as_often_as_the_outcomes_need() {
    let trial = parsed(HCC);
    let planned = |kind: Assessed| -> Vec<VisitTime> {
        let visits = trial.schedule.iter().filter(|visit| visit.assessments.contains(&kind));
        visits.map(|visit| visit.time).collect()
    };
    let months = [3, 6, 9, 12, 15, 18, 21, 24].map(VisitTime::Months);
    let imaging = planned(Assessed::Imaging);
    assert!(months.iter().all(|month| imaging.contains(month)));
    assert!(
        [-14, 28, 56, 137]
            .iter()
            .all(|day| imaging.contains(&VisitTime::Day(*day)))
    );
    assert_eq!(imaging.len(), 12);
    assert_eq!(planned(Assessed::Contact).len(), trial.schedule.len());
    assert_eq!(trial.schedule.last().unwrap().time, VisitTime::Months(180));
}

#[test]
fn the_published_trial_starts_at_its_second_level() {
    let trial = parsed(GBM);
    let labels: Vec<&str> = trial
        .dose_levels
        .iter()
        .map(|(_, group)| group.label.as_str())
        .collect();
    assert_eq!(labels, ["-1", "1", "2"]);
    assert_eq!(trial.escalation.start_level.number(), 2);
    assert_eq!(trial.outcomes.len(), 9);
    assert_eq!(cells(&trial, OutcomeKind::Primary), 3);
    assert_eq!(cells(&trial, OutcomeKind::Secondary), 18);
}

/// A broken file: what is replaced by what (first occurrence), and each diagnostic as place, message, hint. The place is
/// the text at which the diagnostic points, with `¦` before the character of its line and column.
struct Broken {
    from: &'static str,
    to: &'static str,
    found: &'static [(&'static str, &'static str, &'static str)],
}

const SYNTAX: &str =
    "TOML: key = value, text in \"quotes\", and [section] or [[repeated section]] on a line of its own";

const BROKEN: [Broken; 44] = [
    Broken {
        from: "[response]\n",
        to: "[respons]\n",
        found: &[
            ("¦#:schema", "the section [response] is missing", "[response]"),
            ("[¦respons]", "nothing reads `respons`", "`response`, or remove it"),
        ],
    },
    Broken {
        from: "confirmation_days = 28",
        to: "confirmation_day = 28",
        found: &[
            (
                "¦[response]",
                "`response.confirmation_days` is missing",
                "confirmation_days = 28",
            ),
            (
                "¦confirmation_day = 28",
                "nothing reads `response.confirmation_day`",
                "`confirmation_days`, or remove it",
            ),
        ],
    },
    Broken {
        from: "window_days = 28",
        to: "window_days = \"28\"",
        found: &[(
            "window_days = ¦\"28\"",
            "`dlt.window_days` must be a whole number, found the text \"28\"",
            "window_days = 28",
        )],
    },
    Broken {
        from: "sentinel_days = 14",
        to: "sentinel_days = 14.5",
        found: &[(
            "sentinel_days = ¦14.5",
            "`escalation.sentinel_days` must be a whole number, found the number 14.5",
            "sentinel_days = 14",
        )],
    },
    Broken {
        from: "sentinel_days = 14",
        to: "sentinel_days = -14",
        found: &[(
            "sentinel_days = ¦-14",
            "`escalation.sentinel_days` is -14, outside 0 to 365",
            "sentinel_days = 14",
        )],
    },
    Broken {
        from: "within_days = 7\ncondition",
        to: "condition",
        found: &[(
            "¦[[dlt.lab_criterion]]\nid = \"hys-law\"",
            "a laboratory criterion has `analytes`, `above_uln` and `days`, or two or more conditions and `within_days`",
            "analytes = [\"ALT\"], above_uln = 8 and days = 5; or within_days = 7 and a [[dlt.lab_criterion.condition]] for each \
             that must hold",
        )],
    },
    Broken {
        from: "rise = 2",
        to: "rise = \"two\"",
        found: &[(
            "rise = ¦\"two\"",
            "`dlt.score_criterion.rise` must be a finite number without quotes, found the text \"two\"",
            "rise = 2",
        )],
    },
    Broken {
        from: "accept_sd = false",
        to: "accept_sd = \"no\"",
        found: &[(
            "accept_sd = ¦\"no\"",
            "`response.accept_sd` must be true or false, found the text \"no\"",
            "accept_sd = false",
        )],
    },
    Broken {
        from: "amount = 2.5e8",
        to: "amount = 0.5e8",
        found: &[(
            "amount = ¦0.5e8",
            "the dose levels do not ascend: this amount is not above the one before",
            "the [[dose_level]] sections from the lowest amount to the highest, each once",
        )],
    },
    Broken {
        from: "amount = 5.0e8",
        to: "amount = 5.0e13",
        found: &[(
            "amount = ¦5.0e13",
            "`dose_level.amount` is 5e13, outside 1 to 1e12",
            "amount = 1.0e8",
        )],
    },
    Broken {
        from: "amount = 5.0e8",
        to: "amount = inf",
        found: &[(
            "amount = ¦inf",
            "`dose_level.amount` must be a finite number without quotes, found the number inf",
            "amount = 1.0e8",
        )],
    },
    Broken {
        from: "arm = \"DL2\"",
        to: "arm = \"DL1\"",
        found: &[(
            "Second dose group\"\nlabel_zh = \"第二剂量组\"\narm = ¦\"DL1\"",
            "two `dose_level` have the arm \"DL1\"",
            "another arm",
        )],
    },
    Broken {
        from: "unit = \"viable CAR+ cells\"",
        to: "unit = \"cells/kg\"",
        found: &[(
            "unit = ¦\"cells/kg\"",
            "`dose_level.unit` is no unit: \"cells/kg\"",
            "unit = one of \"cells\", \"CAR+ cells\", \"viable CAR+ cells\"",
        )],
    },
    Broken {
        from: "start_level = 1",
        to: "start_level = 4",
        found: &[("start_level = ¦4", "there is no such dose level", "start_level = 1")],
    },
    Broken {
        from: "age_min = 18",
        to: "age_min = 75",
        found: &[("age_max = ¦70", "age_max is below age_min", "age_max = 70")],
    },
    Broken {
        from: "method = \"orr\"",
        to: "method = \"or\"",
        found: &[(
            "method = ¦\"or\"",
            "`outcome.method` is no method: \"or\"",
            "method = \"orr\"",
        )],
    },
    Broken {
        from: "[\"ae\", \"sae\"]",
        to: "[\"ae\", \"teae\"]",
        found: &[(
            "components = ¦[\"ae\", \"teae\"]",
            "the method adverse-events has no component \"teae\"",
            "components = [\"ae\", \"sae\"]",
        )],
    },
    Broken {
        from: "components = [\"ae\", \"sae\"]\n",
        to: "",
        found: &[(
            "method = ¦\"adverse-events\"",
            "the method adverse-events needs components",
            "components = [\"ae\", \"sae\"]",
        )],
    },
    Broken {
        from: "method = \"dlt\"\n",
        to: "method = \"dlt\"\ntime_points_months = [3]\n",
        found: &[(
            "time_points_months = ¦[3]",
            "the method dlt has no time points",
            "no time_points_months",
        )],
    },
    Broken {
        from: "time_points_months = [3]",
        to: "time_points_months = [3, 18]",
        found: &[(
            "time_points_months = ¦[3, 18]",
            "outcome S1 is at month 18, which has no analysis window",
            "[[windows.time_point]] with months = 18 and half_width_days",
        )],
    },
    Broken {
        from: "time_points_months = [3]",
        to: "time_points_months = [\"3\"]",
        found: &[(
            "time_points_months = [¦\"3\"]",
            "each of `outcome.time_points_months` must be a whole number from 1 to 240, found the text \"3\"",
            "time_points_months = [3, 6, 12, 24]",
        )],
    },
    Broken {
        from: "time_points_months = [3, 6, 12, 24]",
        to: "time_points_months = [6, 3, 12, 24]",
        found: &[(
            "time_points_months = ¦[6, 3, 12, 24]",
            "the numbers of `outcome.time_points_months` do not ascend",
            "time_points_months = [3, 6, 12, 24]",
        )],
    },
    Broken {
        from: "id = \"S2\"",
        to: "id = \"S1\"",
        found: &[(
            "id = ¦\"S1\"\nkind = \"secondary\"\nmeasure = \"Disease",
            "two `outcome` have the id \"S1\"",
            "another id",
        )],
    },
    Broken {
        from: "biomarker = [\"IL1RAP\"]\n",
        to: "",
        found: &[(
            "method = ¦\"biomarker-change\"",
            "the method biomarker-change needs `names.biomarker`, which is missing",
            "biomarker = [\"…\"] in [names], as the data write it",
        )],
    },
    Broken {
        from: "infusion = [\"ANTI-IL1RAP CAR-T CELLS\"]",
        to: "infusion = []",
        found: &[(
            "infusion = ¦[]",
            "`names.infusion` is empty",
            "infusion = [\"CAR-T CELLS\"]",
        )],
    },
    Broken {
        from: "events = \"icans\"",
        to: "events = \"ican\"",
        found: &[(
            "events = ¦\"ican\"",
            "no event class is called \"ican\"",
            "events = \"icans\"",
        )],
    },
    Broken {
        from: "except = [\"crs\", \"icans\", \"iec-hs\", \"haematological\"]",
        to: "except = [\"fatal\"]",
        found: &[(
            "except = ¦[\"fatal\"]",
            "the event class \"non-haematological\" excepts \"fatal\", which lists no events",
            "the id of an [[event_class]] with terms or organ_classes and without except",
        )],
    },
    Broken {
        from: "all = true",
        to: "all = true\nterms = [\"Death\"]",
        found: &[(
            "all = ¦true",
            "the event class \"fatal\" holds all events, so it can name none",
            "all = true alone, or terms, organ_classes and except without it",
        )],
    },
    Broken {
        from: "grade_min = 5",
        to: "grade_min = 6",
        found: &[(
            "grade_min = ¦6",
            "`dlt.criterion.grade_min` is 6, outside 1 to 5",
            "grade_min = 3",
        )],
    },
    Broken {
        from: "grade_min = 3\ngrade_max = 3",
        to: "grade_min = 3\ngrade_max = 2",
        found: &[("grade_max = ¦2", "grade_max is below grade_min", "grade_max = 5")],
    },
    Broken {
        from: "scale = \"CTCAE 5.0\"",
        to: "scale = \"CTCAE 4.0\"",
        found: &[(
            "scale = ¦\"CTCAE 4.0\"",
            "`dlt.criterion.scale` is no scale: \"CTCAE 4.0\"",
            "scale = \"CTCAE 5.0\"",
        )],
    },
    Broken {
        from: "[safety]\n",
        to: "[safety]\nctcae = \"6.0\"\n",
        found: &[(
            "ctcae = ¦\"6.0\"",
            "criterion \"grade-5\" is over CTCAE 5.0, but adverse events are graded by CTCAE 6.0: it would never be met",
            "the same version in every criterion and in `safety.ctcae`, scale = \"CTCAE 6.0\"",
        )],
    },
    Broken {
        from: "events = \"crs\"\nscale = \"ASTCT 2019\"\ngrade_min = 4",
        to: "events = \"crs\"\nscale = \"CTCAE 5.0\"\ngrade_min = 4",
        found: &[(
            "scale = ¦\"ASTCT 2019\"\nbaseline",
            "criterion \"crs-4\" is over CTCAE 5.0, but its events are graded by ASTCT 2019: it would never be met",
            "scale = \"ASTCT 2019\" in that criterion",
        )],
    },
    Broken {
        from: "events = \"iec-hs\"\nscale = \"CTCAE 5.0\"",
        to: "events = \"iec-hs\"\nscale = \"ASTCT 2019\"",
        found: &[(
            "scale = ¦\"ASTCT 2019\"\nbaseline",
            "criterion \"iec-hs-3\" is over ASTCT 2019, but its events are graded by the CTCAE: it would never be met",
            "the scale of the CTCAE in that criterion, scale = \"CTCAE 5.0\"",
        )],
    },
    Broken {
        from: "persists_hours = 72",
        to: "persists_hours = 72\npersists_days = 3",
        found: &[(
            "¦[[dlt.criterion]]\nid = \"crs-3\"",
            "a criterion has one of `persists_hours`, `persists_days` and `present_on_day`",
            "one of them, and a second criterion for the other",
        )],
    },
    Broken {
        from: "id = \"dlt.origin\"",
        to: "id = \"dlt.orign\"",
        found: &[
            (
                "origin = ¦\"infusion\"",
                "`dlt.origin` is neither stated by the record nor explained",
                "[[assumption]] with id = \"dlt.origin\", or \"dlt.origin\" in trial.stated",
            ),
            (
                "id = ¦\"dlt.orign\"",
                "nothing reads the setting \"dlt.orign\"",
                "\"dlt.origin\"",
            ),
        ],
    },
    Broken {
        from: "  \"dlt.window_days\",\n",
        to: "",
        found: &[(
            "window_days = ¦28\norigin",
            "`dlt.window_days` is neither stated by the record nor explained",
            "[[assumption]] with id = \"dlt.window_days\", or \"dlt.window_days\" in trial.stated",
        )],
    },
    Broken {
        from: "  \"dlt.window_days\",\n",
        to: "  \"dlt.window_days\",\n  \"dlt.origin\",\n",
        found: &[(
            "origin = ¦\"infusion\"",
            "`dlt.origin` is both stated by the record and an assumption",
            "either the [[assumption]] with id = \"dlt.origin\", or \"dlt.origin\" in trial.stated",
        )],
    },
    Broken {
        from: "2025-01-01",
        to: "2025-02-30",
        found: &[(
            "version_date = ¦2025-02-30",
            "invalid date, expected day between 01 and 28",
            "a day of the calendar, year-month-day: 2025-01-31",
        )],
    },
    Broken {
        from: "\"CHN\"",
        to: "\"China\"",
        found: &[(
            "country = ¦\"China\"",
            "\"China\" is not the code of a country in three capital letters (ISO 3166-1)",
            "country = \"CHN\"",
        )],
    },
    Broken {
        from: "2025-01-01",
        to: "\"01/02/2025\"",
        found: &[(
            "version_date = ¦\"01/02/2025\"",
            "`trial.version_date` must be a calendar date, found the text \"01/02/2025\"",
            "version_date = 2025-01-01",
        )],
    },
    Broken {
        from: "id = \"IL1RAP-HCC\"",
        to: "id = \"IL1RAP-HCC",
        found: &[("id = \"IL1RAP-HCC¦\n", "invalid basic string, expected `\"`", SYNTAX)],
    },
    Broken {
        from: "level = 0.95",
        to: "level = 0.95\nlevel = 0.9",
        found: &[(
            "level = 0.95\n¦level = 0.9",
            "duplicate key",
            "this key once in its section; remove one of the two",
        )],
    },
    Broken {
        from: "name = \"Month 3\"\nname_zh = \"第3个月\"\nmonths = 3",
        to: "name = \"Month 3\"\nname_zh = \"第3个月\"\nmonths = 3\nday = 90",
        found: &[(
            "months = 3\nday = ¦90",
            "a visit has either a whole `day` or `months`",
            "day = 28, or months = 3",
        )],
    },
];

/// Line and column of the `¦` of `place` in `text`.
fn position(text: &str, place: &str) -> (usize, usize) {
    let offset = text
        .find(&place.replace('¦', ""))
        .unwrap_or_else(|| panic!("no {place}"));
    let before = &text[..offset + place.find('¦').unwrap_or_else(|| panic!("no mark in {place}"))];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

#[test]
fn a_mistake_is_reported_where_it_stands_with_what_to_write() {
    for broken in &BROKEN {
        assert!(HCC.contains(broken.from), "{}", broken.from);
        let text = HCC.replacen(broken.from, broken.to, 1);
        let diagnostics = parse_protocol("protocol.toml", &text).unwrap_err();
        let expected: Vec<(usize, usize, &str, &str)> = broken
            .found
            .iter()
            .map(|(place, message, hint)| {
                let (line, column) = position(&text, place);
                (line, column, *message, *hint)
            })
            .collect();
        let found: Vec<(usize, usize, &str, &str)> = diagnostics
            .iter()
            .map(|found| (found.line, found.column, found.message.as_str(), found.hint.as_str()))
            .collect();
        assert_eq!(found, expected, "{} for {}", broken.to, broken.from);
    }
}

#[test]
fn the_ctcae_version_is_that_of_the_criteria_or_the_one_stated() {
    assert_eq!(parsed(HCC).safety.ctcae, Ctcae::V5);
    let six = HCC.replace("scale = \"CTCAE 5.0\"", "scale = \"CTCAE 6.0\"");
    assert_eq!(parsed(&six).safety.ctcae, Ctcae::V6);
    let stated = six.replacen("[safety]\n", "[safety]\nctcae = \"6.0\"\n", 1);
    assert_eq!(parsed(&stated).safety.ctcae, Ctcae::V6);
}

#[test]
fn a_time_point_needs_a_scan_inside_its_window() {
    let text = HCC.replacen(
        "name = \"Month 3\"\nname_zh = \"第3个月\"\nmonths = 3\nwindow_days = 14",
        "name = \"Month 3\"\nname_zh = \"第3个月\"\nmonths = 3\nwindow_days = 21",
        1,
    );
    let diagnostics = parse_protocol("protocol.toml", &text).unwrap_err();
    let messages: Vec<&str> = diagnostics.iter().map(|found| found.message.as_str()).collect();
    // Every outcome at month 3: S1 to S8 and S11.
    assert_eq!(messages.len(), 9, "{}", listing(&diagnostics));
    assert_eq!(
        messages[0],
        "outcome S1 needs imaging at month 3, but no visit plans it within ±14 days"
    );
    assert_eq!(
        messages[2],
        "outcome S3 needs biomarker at month 3, but no visit plans it within ±14 days"
    );
    let hint = "[[schedule.visit]] with months = 3, window_days = 14 or less, assess = [\"imaging\"]";
    assert_eq!(diagnostics[0].hint, hint);
    // A visit on a day serves as well, where it lies inside the window for every date of infusion.
    let by_day = HCC.replacen(
        "name = \"Month 3\"\nname_zh = \"第3个月\"\nmonths = 3\nwindow_days = 14",
        "name = \"Month 3\"\nname_zh = \"第3个月\"\nday = 91\nwindow_days = 12",
        1,
    );
    assert_eq!(parsed(&by_day).outcomes.len(), 15);
}

#[test]
fn mistakes_are_reported_together_in_file_order() {
    let text = HCC
        .replacen("half_width_days = 14", "half_width_days = -14", 1)
        .replacen("level = 0.95", "level = 95", 1);
    let diagnostics = parse_protocol("protocol.toml", &text).unwrap_err();
    let found: Vec<(usize, usize)> = diagnostics.iter().map(|found| (found.line, found.column)).collect();
    let expected = [
        position(&text, "half_width_days = ¦-14"),
        position(&text, "\nlevel = ¦95"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_syntax_mistake_hides_no_other_mistake_and_invents_none() {
    let text = HCC.replacen("sentinel_days = 14", "sentinel_days = -14", 1).replacen(
        "conf_type = \"log-log\"",
        "conf_type \"log-log\"",
        1,
    );
    let diagnostics = parse_protocol("protocol.toml", &text).unwrap_err();
    let lines: Vec<usize> = diagnostics.iter().map(|found| found.line).collect();
    let expected = ["sentinel_days = ¦-14", "¦conf_type \"log-log\""].map(|place| position(&text, place).0);
    assert!(
        expected.iter().all(|line| lines.contains(line)),
        "{}",
        listing(&diagnostics)
    );
    assert!(
        lines.iter().all(|line| expected.contains(line)),
        "{}",
        listing(&diagnostics)
    );
}

#[test]
fn an_empty_file_lists_what_a_protocol_has() {
    let diagnostics = parse_protocol("protocol.toml", "").unwrap_err();
    assert!(diagnostics.iter().all(|found| (found.line, found.column) == (1, 1)));
    let messages: Vec<&str> = diagnostics.iter().map(|found| found.message.as_str()).collect();
    let sections = "trial names escalation eligibility dlt windows schedule response estimation safety kinetics";
    for section in sections.split(' ') {
        assert!(
            messages.contains(&format!("the section [{section}] is missing").as_str()),
            "{section}"
        );
    }
    assert!(messages.contains(&"there is no [[dose_level]]"));
    assert!(messages.contains(&"there is no [[outcome]]"));
}

#[test]
fn a_protocol_without_criteria_would_free_every_subject_of_dlt() {
    let (first, last) = (
        HCC.find("[[dlt.criterion]]").unwrap(),
        HCC.find("[[dlt.exclusion]]").unwrap(),
    );
    let text = format!("{}{}", &HCC[..first], &HCC[last..]);
    let diagnostics = parse_protocol("protocol.toml", &text).unwrap_err();
    assert_eq!(diagnostics[0].message, "there is no DLT criterion");
}

#[test]
fn a_diagnostic_shows_the_line_with_a_caret() {
    let text = HCC.replacen("level = 0.95", "level = 95", 1);
    let diagnostics = parse_protocol("protocol.toml", &text).unwrap_err();
    let (line, _) = position(&text, "\n¦level = 95");
    let expected = format!(
        "`estimation.level` is 95, outside 0.5 to 0.999\n   --> protocol.toml:{line}:9\n    |\n{line} | level = 95\n    |         ^^\n    = write: level = 0.95"
    );
    assert_eq!(diagnostics[0].to_string(), expected);
}

#[test]
fn line_ends_and_a_byte_order_mark_change_nothing() {
    assert_eq!(parsed(&HCC.replace('\n', "\r\n")), parsed(HCC));
    assert_eq!(parsed(&format!("\u{feff}{HCC}")), parsed(HCC));
}

#[test]
fn deep_nesting_is_a_mistake_and_no_crash() {
    for open in ["[", "{a=", "[{a=["] {
        let text = format!("a = {}", open.repeat(100_000));
        assert!(parse_protocol("protocol.toml", &text).is_err(), "{open}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_file_is_read_or_explained(at in 0..HCC.len(), length in 0_usize..80, filler in "[\\[\\]=\"a-z0-9 .\n]{0,6}") {
        let start = (0..=at).rev().find(|at| HCC.is_char_boundary(*at)).unwrap();
        let end = ((at + length).min(HCC.len())..=HCC.len()).find(|at| HCC.is_char_boundary(*at)).unwrap();
        let text = format!("{}{filler}{}", &HCC[..start], &HCC[end..]);
        if let Err(diagnostics) = parse_protocol("protocol.toml", &text) {
            prop_assert!(!diagnostics.is_empty());
            for found in &diagnostics {
                prop_assert!(found.line >= 1 && found.line <= text.matches('\n').count() + 1);
                prop_assert!(!found.message.is_empty() && !found.hint.is_empty());
            }
        }
    }
}

#[test]
fn an_outcome_that_no_method_answers_stands_in_the_protocol_with_the_method_none() {
    let text = HCC.replacen("method = \"dlt\"", "method = \"none\"", 1);
    assert_eq!(parsed(&text).outcomes[0].method, endpoint::NO_METHOD);
    let with_components = HCC.replacen("method = \"adverse-events\"", "method = \"none\"", 1);
    let diagnostics = parse_protocol("protocol.toml", &with_components).unwrap_err();
    assert_eq!(diagnostics.len(), 1, "{}", listing(&diagnostics));
    assert_eq!(diagnostics[0].message, "an outcome without a method has no components");
}

#[test]
fn an_outcome_without_a_method_has_cells_that_say_so() {
    let trial = parsed(&HCC.replacen("method = \"dcr\"", "method = \"none\"", 1));
    let data = tercel::study::StudyData::default();
    let analysis = endpoint::Analysis::new(&trial, &data, None);
    let cells = endpoint::derive_cells(&analysis);
    let own: Vec<_> = cells.iter().filter(|cell| cell.id == "S2").collect();
    // Four time points, three levels and overall.
    assert_eq!(own.len(), 16);
    for cell in own {
        assert_eq!(cell.reason, Some(endpoint::NotEstimable::NoMethod));
        assert_eq!((cell.value, cell.statistic), (None, "none"));
    }
}

/// What is said of the conduct section with one text replaced.
fn conduct_mistake(from: &str, to: &str) -> String {
    assert!(HCC.contains(from), "{from}");
    let said = parse_protocol("protocol.toml", &HCC.replacen(from, to, 1)).unwrap_err();
    said.iter()
        .map(|one| one.message.clone())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn mistakes_in_the_conduct_of_subjects_are_named() {
    for (from, to, message) in [
        (
            "limit_of = \"ECOG\"",
            "limit_of = \"ECOG\"\nat_most = 2\nunit = \"points\"",
            "either bounds of its own or `limit_of`",
        ),
        ("ecog_max = 1\n", "", "[eligibility] does not state this limit"),
        (
            "at_least = 12\nunit = \"weeks\"",
            "at_least = 12",
            "bounds and their unit come together",
        ),
        (
            "at_least = 28\n",
            "at_least = 28\nat_most = 27\n",
            "no value keeps these bounds",
        ),
        (
            "as_criterion = \"lvef\"",
            "as_criterion = \"diagnosis\"",
            "is no criterion of entry with bounds",
        ),
        ("expected = \"negative\"\n", "", "either bounds or an expected word"),
        (
            "delegated_tasks = [\"consent\"",
            "delegated_tasks = [\"consents\"",
            "no task is called \"consents\"",
        ),
        (
            "id = \"platelets\"",
            "id = \"neutrophils\"",
            "have the id \"neutrophils\"",
        ),
    ] {
        let said = conduct_mistake(from, to);
        assert!(said.contains(message), "{from} → {to}: {said}");
    }
}

#[test]
fn limits_of_entry_stand_once() {
    let trial = parsed(HCC);
    let rules = trial.conduct.unwrap();
    let criterion = |id: &str| {
        rules
            .criteria
            .iter()
            .find(|one| one.id == id)
            .unwrap()
            .limits
            .clone()
            .unwrap()
    };
    assert_eq!(
        (criterion("age").at_least, criterion("age").at_most),
        (Some(18.0), Some(70.0))
    );
    assert_eq!(criterion("child-pugh").at_most, Some(6.0));
    let item = rules
        .lymphodepletion_items
        .iter()
        .find(|item| item.id == "platelets")
        .unwrap();
    assert_eq!(item.limits, Some(criterion("platelets")));
    let platelets = criterion("platelets");
    assert!(platelets.hold(60.0) && !platelets.hold(59.9) && !platelets.hold(f64::NAN));
}
