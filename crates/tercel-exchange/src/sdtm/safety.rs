//! `AE FA LB VS`: events, toxicity findings, laboratory, vital signs.

use tercel::grade::Grade;
use tercel::grade::analyte::Analyte;
use tercel::grade::crs_ctcae::parse_fio2;
use tercel::grade::units::{Unit, convert};
use tercel::language::Text;
use tercel::protocol::{Authority, LabCriterion, Relatedness, Stage, Trial};
use tercel::study::{
    Adjudication, AdverseEvent, Blocks, Causality, EventDetails, EventOutcome, InitialGrade, Lab, Lifted, Rule,
    SafetyReport, SeriousCriteria, Subject, Syndrome, ToxicityFinding, Vital,
};

use super::{is_named, kinetics};
use crate::reader::Row;
use crate::result::certain;
use crate::specimen::{beside_blood, test_in};

const OUTCOMES: [(&str, EventOutcome); 7] = [
    ("RECOVERED/RESOLVED", EventOutcome::Recovered),
    ("RECOVERED/RESOLVED WITH SEQUELAE", EventOutcome::Recovered),
    ("NOT RECOVERED/NOT RESOLVED", EventOutcome::Ongoing),
    ("RECOVERING/RESOLVING", EventOutcome::Ongoing),
    ("FATAL", EventOutcome::Fatal),
    ("UNKNOWN", EventOutcome::Unknown),
    ("ONGOING", EventOutcome::Ongoing),
];

/// `AE`: adverse events. Relatedness to the infusion is `AEREL`; to lymphodepletion, collection, bridging, the disease and
/// any other cause the qualifiers `AERELLD`, `AERELCOL`, `AERELBRG`, `AERELDIS`, `AERELOTH`.
pub(super) fn read_ae(row: &Row<'_>, _trial: &Trial, subject: &mut Subject) {
    let Some(term) = row.require("AETERM", Blocks::Decision) else {
        return;
    };
    let grade = row.require("AETOXGR", Blocks::Decision).and_then(|text| {
        let grade = parse_grade(text);
        if grade.is_none() {
            row.find(
                "AETOXGR",
                Rule::NotInCodelist(text.to_owned(), "1, 2, 3, 4, 5"),
                Blocks::Decision,
            );
        }
        grade
    });
    let relation = |name: &str| read_relation(row, name);
    let causality = Causality {
        infusion: relation("AEREL"),
        lymphodepletion: relation("AERELLD"),
        collection: relation("AERELCOL"),
        bridging: relation("AERELBRG"),
        disease: relation("AERELDIS"),
        other: relation("AERELOTH"),
    };
    row.require("AEREL", Blocks::Decision);
    row.require("AESTDTC", Blocks::Decision);
    let outcome = row
        .code("AEOUT", &OUTCOMES, "the CDISC outcome of event list")
        .unwrap_or(EventOutcome::Unknown);
    subject.adverse_events.push(AdverseEvent {
        record: row.record.clone(),
        term: term.to_owned(),
        preferred_term: row.text("AEDECOD").map(str::to_owned),
        organ_class: row.first_text(&["AEBODSYS", "AESOC"]).map(str::to_owned),
        grade,
        serious: row.yes("AESER"),
        causality,
        start: row.when("AESTDTC"),
        end: row.when("AEENDTC"),
        outcome,
        details: read_details(row),
    });
}

fn read_relation(row: &Row<'_>, name: &str) -> Option<Relatedness> {
    let text = row.text(name)?;
    let relation = Relatedness::parse(text);
    if relation.is_none() {
        let allowed = "NOT RELATED, UNLIKELY RELATED, POSSIBLY RELATED, PROBABLY RELATED, RELATED";
        row.find(name, Rule::NotInCodelist(text.to_owned(), allowed), Blocks::Decision);
    }
    relation
}

/// Qualifiers of the day on which a report was submitted.
pub(super) const REPORTS: [(&str, &str, Authority, Stage); 7] = [
    (
        "AERPTEC",
        "Reported to Ethics Committee",
        Authority::EthicsCommittee,
        Stage::Initial,
    ),
    ("AERPTFDA", "Reported to FDA", Authority::Fda, Stage::Initial),
    ("AERPTNMP", "Reported to NMPA", Authority::Nmpa, Stage::Initial),
    ("AERPTEU", "Reported to EU", Authority::Eu, Stage::Initial),
    ("AECMPFDA", "Complete Report to FDA", Authority::Fda, Stage::Complete),
    ("AECMPNMP", "Complete Report to NMPA", Authority::Nmpa, Stage::Complete),
    ("AECMPEU", "Complete Report to EU", Authority::Eu, Stage::Complete),
];

/// The sponsor's relation (`AERELSPN`), its awareness (`AEAWARE`, `AEAWURG`) and the reports submitted are qualifiers too. Grade at onset
/// (`AEITOXGR`), criteria of seriousness (`AESDTH` and its kin), treatment given (`AECONTRT`).
fn read_details(row: &Row<'_>) -> EventDetails {
    let initial_grade = if row.has("AEITOXGR") {
        row.text("AEITOXGR")
            .and_then(parse_grade)
            .map_or(InitialGrade::Missing, InitialGrade::Recorded)
    } else {
        InitialGrade::NotCollected
    };
    let beside_death = ["AESLIFE", "AESHOSP", "AESDISAB", "AESCONG", "AESMIE"];
    let criteria = SeriousCriteria {
        collected: beside_death.into_iter().any(|name| row.has(name)),
        death: row.yes("AESDTH"),
        life_threatening: row.yes("AESLIFE"),
        hospitalisation: row.yes("AESHOSP"),
        disability: row.yes("AESDISAB"),
        congenital: row.yes("AESCONG"),
        important: row.yes("AESMIE"),
    };
    EventDetails {
        lowest_level_term: row.text("AELLT").map(str::to_owned),
        initial_grade,
        criteria,
        treated: row.yes("AECONTRT"),
        sponsor: read_relation(row, "AERELSPN"),
        aware: row.when("AEAWARE"),
        urgent: row.when("AEAWURG"),
        reports: REPORTS
            .into_iter()
            .filter_map(|(name, _, authority, stage)| {
                let when = row.when(name)?;
                Some(SafetyReport { authority, stage, when })
            })
            .collect(),
    }
}

/// `1` to `5`, alone or after the word grade.
fn parse_grade(text: &str) -> Option<Grade> {
    let text = text.to_uppercase();
    let digits = text.trim_start_matches("GRADE").trim();
    digits.parse().ok().and_then(Grade::from_number)
}

/// `LB`: laboratory results, and the serum biomarker under the code the protocol gives.
pub(super) fn read_lb(row: &Row<'_>, trial: &Trial, subject: &mut Subject) {
    let Some(test) = row.require("LBTESTCD", Blocks::Export) else {
        return;
    };
    let Some(when) = row.require_when("LBDTC") else { return };
    let [specimen, category] = ["LBSPEC", "LBCAT"].map(|name| row.text(name).unwrap_or_default());
    let elsewhere = beside_blood(specimen, category);
    if elsewhere.is_none() && is_named(&trial.names.biomarker, test) {
        let unit = &trial.kinetics.biomarker_unit;
        if let Some(level) = kinetics::read_level(row, "LB", unit, when) {
            subject.biomarker.push(level);
        }
        return;
    }
    let listed = elsewhere
        .is_none()
        .then(|| row.memo(test, || listed_test(trial, test)))
        .flatten();
    let limits = ["LBSTNRLO", "LBSTNRHI"].map(|name| row.number(name));
    let result = |name: &str| row.text(name).and_then(|text| certain(text, limits));
    let standard = row.number("LBSTRESN").or_else(|| result("LBSTRESC"));
    let (value, unit) = if standard.is_some() || row.text("LBORRES").is_none() {
        (standard, row.first_text(&["LBSTRESU", "LBORRESU"]))
    } else {
        (result("LBORRES"), row.first_text(&["LBORRESU", "LBSTRESU"]))
    };
    let unread = match (&value, &listed) {
        (None, Some(listed)) => is_in_words(row, trial, listed),
        (Some(_), _) | (None, None) => false,
    };
    if value.is_none() && !unread {
        check_number(row);
    }
    row.check_agreement("LBSTRESN", "LBSTRESC");
    let convert = |value: f64, from: &str, to: &str| {
        let (from, to) = (Unit::parse(from).ok()?, Unit::parse(to).ok()?);
        convert(Analyte::named(test)?, value, from, to)
    };
    // Molar masses are rounded.
    row.check_original("LB", convert, (0.05, Blocks::Decision));
    row.text("LBSTAT");
    subject.labs.push(Lab {
        record: row.record.clone(),
        test: listed.unwrap_or_else(|| test_in(test, elsewhere)),
        value,
        unread,
        unit: unit.unwrap_or_default().to_owned(),
        lln: limits[0],
        uln: limits[1],
        when,
        significant: row.yes("LBCLSIG"),
        event: row.number("LBAESEQ").and_then(whole),
    });
}

/// The protocol's own code for a test, whatever its synonym in the data (`SGPT` for `ALT`); `None` for a test the protocol
/// does not list.
fn listed_test(trial: &Trial, test: &str) -> Option<String> {
    let criteria = trial.dlt.lab_criteria.iter().flat_map(LabCriterion::analytes);
    let listed: Vec<&String> = trial.safety.analytes.iter().chain(criteria).collect();
    if let Some(same) = listed.iter().find(|name| name.eq_ignore_ascii_case(test)) {
        return Some(same.to_uppercase());
    }
    let known = Analyte::named(test)?;
    let synonym = listed.iter().find(|name| Analyte::named(name) == Some(known));
    synonym.map(|name| name.to_uppercase())
}

/// Whether the result of a test that the protocol looks at is no number, so that nobody knows what was measured. It is asked about.
fn is_in_words(row: &Row<'_>, trial: &Trial, test: &str) -> bool {
    let mut decides = trial.dlt.lab_criteria.iter().flat_map(LabCriterion::analytes);
    let blocks = if decides.any(|name| name.eq_ignore_ascii_case(test)) {
        Blocks::Decision
    } else {
        Blocks::Export
    };
    for name in ["LBORRES", "LBSTRESC"] {
        if let Some(text) = row.text(name).filter(|text| !text.starts_with(['<', '>'])) {
            row.find(name, Rule::NotANumber(text.to_owned()), blocks);
            return true;
        }
    }
    false
}

/// Asks about a result that was meant as a number and is none (`1,5`, `NaN`), of a test that no rule looks at too.
fn check_number(row: &Row<'_>) {
    for name in ["LBORRES", "LBSTRESC"] {
        let Some(text) = row.text(name) else { continue };
        let is_nan = text.parse::<f64>().is_ok_and(|number| !number.is_finite());
        if is_nan || text.contains(',') && text.replacen(',', ".", 1).parse::<f64>().is_ok() {
            row.find(name, Rule::NotANumber(text.to_owned()), Blocks::Export);
            return;
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a whole number in range"
)]
fn whole(number: f64) -> Option<u32> {
    (number.fract().abs() < f64::EPSILON && (0.0..=4e9).contains(&number)).then_some(number as u32)
}

/// `VS`: vital signs. A temperature in °F is converted.
pub(super) fn read_vs(row: &Row<'_>, _trial: &Trial, subject: &mut Subject) {
    let Some(test) = row.require("VSTESTCD", Blocks::Export) else {
        return;
    };
    let Some(when) = row.require_when("VSDTC") else { return };
    let name = if row.text("VSSTRESN").is_some() {
        "VSSTRESN"
    } else {
        "VSORRES"
    };
    let Some(mut value) = row.number(name) else { return };
    let celsius = |value: f64, from: &str, to: &str| match (from, to) {
        ("F" | "f", "C" | "c") => Some((value - 32.0) / 1.8),
        ("C" | "c", "F" | "f") => Some(value * 1.8 + 32.0),
        _ => None,
    };
    row.check_original("VS", celsius, (0.0, Blocks::Export));
    let mut unit = row.first_text(&["VSSTRESU", "VSORRESU"]).unwrap_or_default();
    if test.eq_ignore_ascii_case("TEMP") {
        if unit.eq_ignore_ascii_case("F") {
            value = (value - 32.0) / 1.8;
            unit = "C";
        }
        if !(30.0..=45.0).contains(&value) {
            row.find(
                name,
                Rule::OutOfRange(value.to_string(), Text::new("30 to 45 °C", "30至45 °C")),
                Blocks::Export,
            );
            return;
        }
    }
    let record = row.record.clone();
    subject.vitals.push(Vital {
        record,
        test: test.to_uppercase(),
        value,
        unit: unit.to_owned(),
        when,
    });
}

/// `FA`: items of CRS and ICANS assessments (`FAOBJ` names the toxicity) adjudicated DLTs (`FATESTCD` DLT) and halts of
/// enrolment that were lifted (`FATESTCD` PAUSE).
pub(super) fn read_fa(row: &Row<'_>, _trial: &Trial, subject: &mut Subject) {
    let Some(item) = row.require("FATESTCD", Blocks::Export) else {
        return;
    };
    let object = row.require("FAOBJ", Blocks::Export).unwrap_or_default().to_uppercase();
    let result = row.first_text(&["FASTRESC", "FAORRES"]);
    let evaluator = row.text("FAEVAL").unwrap_or("INVESTIGATOR");
    let when = row.when("FADTC");
    let record = row.record.clone();
    let covers = row.text("FACOVERS");
    let covers = covers.map(|covers| covers.split_whitespace().map(str::to_owned).collect());
    if item.eq_ignore_ascii_case("DLT") {
        // Without its day a judgement cannot be placed before or after anything.
        row.require("FADTC", Blocks::Decision);
        let dlt = match result.map(str::to_uppercase).as_deref() {
            Some("Y" | "YES") => true,
            Some("N" | "NO") => false,
            other => {
                let text = other.unwrap_or_default().to_owned();
                row.find("FASTRESC", Rule::NotInCodelist(text, "Y, N"), Blocks::Decision);
                return;
            }
        };
        subject.adjudications.push(Adjudication {
            record,
            evaluator: evaluator.to_owned(),
            dlt,
            when,
            covers,
        });
        return;
    }
    if item.eq_ignore_ascii_case("PAUSE") {
        row.require("FADTC", Blocks::Decision);
        match result.map(str::to_uppercase).as_deref() {
            Some("LIFTED") => subject.lifted.push(Lifted {
                record,
                evaluator: evaluator.to_owned(),
                when,
                covers,
            }),
            other => {
                let text = other.unwrap_or_default().to_owned();
                row.find("FASTRESC", Rule::NotInCodelist(text, "LIFTED"), Blocks::Decision);
            }
        }
        return;
    }
    let toxicity = match object.as_str() {
        "CYTOKINE RELEASE SYNDROME" | "CRS" => Syndrome::Crs,
        text if text.contains("NEUROTOXICITY") || text == "ICANS" => Syndrome::Icans,
        _ => return,
    };
    let (Some(result), Some(when)) = (result, row.require_when("FADTC")) else {
        if result.is_none() {
            row.find("FASTRESC", Rule::MissingValue, Blocks::Export);
        }
        return;
    };
    let item = item.to_uppercase();
    if item == "TOXGR" && parse_grade(result).is_none() && result.trim() != "0" {
        row.find(
            "FASTRESC",
            Rule::NotInCodelist(result.to_owned(), "0, 1, 2, 3, 4, 5"),
            Blocks::Decision,
        );
    }
    if item == "FIO2" && parse_fio2(result).is_none() {
        let expected = Text::new("21 to 100 %, or 0.21 to 1", "21至100 %，或0.21至1");
        row.find(
            "FASTRESC",
            Rule::OutOfRange(result.to_owned(), expected),
            Blocks::Export,
        );
    }
    subject.toxicity.push(ToxicityFinding {
        record,
        toxicity,
        item,
        result: result.to_owned(),
        when,
    });
}
