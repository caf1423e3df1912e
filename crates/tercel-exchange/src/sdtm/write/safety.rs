//! `AE FA LB VS` with `SUPPAE SUPPLB`, and the levels in blood of `CP PC`.

use std::collections::BTreeMap;

use tercel::protocol::Relatedness;
use tercel::simulate::parameters;
use tercel::study::{AdverseEvent, Amount, EventOutcome, Level, Subject, Syndrome, When};

use super::super::safety::REPORTS;
use super::{Sheet, Study, Supplement, flag, label, moment, number, study_day};
use crate::table::Table;

pub(super) fn write(study: Study<'_>, subjects: &[Subject]) -> Vec<Table> {
    let mut tables = vec![vital_signs(study, subjects)];
    tables.extend(findings_about(study, subjects));
    tables.extend(adverse_events(study, subjects));
    tables.extend(laboratory(study, subjects));
    tables.push(copies(study, subjects));
    tables.push(counts(study, subjects));
    tables
}

const fn relation(relation: Relatedness) -> &'static str {
    match relation {
        Relatedness::NotRelated => "NOT RELATED",
        Relatedness::Unlikely => "UNLIKELY RELATED",
        Relatedness::Possible => "POSSIBLY RELATED",
        Relatedness::Probable => "PROBABLY RELATED",
        Relatedness::Definite => "RELATED",
    }
}

const fn outcome(outcome: EventOutcome) -> &'static str {
    match outcome {
        EventOutcome::Recovered => "RECOVERED/RESOLVED",
        EventOutcome::Ongoing => "NOT RECOVERED/NOT RESOLVED",
        EventOutcome::Fatal => "FATAL",
        EventOutcome::Unknown => "UNKNOWN",
    }
}

/// What an event did to the one infusion: nothing before it, and afterwards there is none to change.
fn action(subject: &Subject, event: &AdverseEvent) -> &'static str {
    let day = |when: When| when.date.earliest();
    let infused = subject.infusions.first().map(|infusion| day(infusion.when));
    match (event.start.map(day), infused) {
        (Some(start), Some(infused)) if start < infused => "DOSE NOT CHANGED",
        _ => "NOT APPLICABLE",
    }
}

/// Qualifiers of the relation of an event to what may have caused it.
const RELATIONS: [(&str, &str); 6] = [
    ("AERELLD", "Relationship to Lymphodepletion"),
    ("AERELCOL", "Relationship to Collection"),
    ("AERELBRG", "Relationship to Bridging Therapy"),
    ("AERELDIS", "Relationship to Disease Under Study"),
    ("AERELOTH", "Relationship to Other Cause"),
    ("AERELSPN", "Relationship by the Sponsor"),
];

/// Other qualifiers.
const AWARE: (&str, &str) = ("AEAWARE", "Sponsor Aware On");
const URGENT: (&str, &str) = ("AEAWURG", "Sponsor Aware It Was Urgent On");
const COVERS: (&str, &str) = ("FACOVERS", "Covered by the Decision");
const LINKED: (&str, &str) = ("LBAESEQ", "Adverse Event Sequence Number");

/// What a qualifier is called.
pub(crate) fn qualifier_name(name: &str) -> Option<&'static str> {
    let reports = REPORTS.iter().map(|(name, text, ..)| (*name, *text));
    let mut all = RELATIONS
        .into_iter()
        .chain([AWARE, URGENT, COVERS, LINKED])
        .chain(reports);
    all.find(|(known, _)| *known == name).map(|(_, text)| text)
}

fn adverse_events(study: Study<'_>, subjects: &[Subject]) -> [Table; 2] {
    let variables = [
        "AETERM", "AEDECOD", "AEBODSYS", "AESER", "AEACN", "AEREL", "AEOUT", "AESCONG", "AESDISAB", "AESDTH",
        "AESHOSP", "AESLIFE", "AESMIE", "AETOXGR", "AESTDTC", "AEENDTC", "AESTDY", "AEENDY",
    ];
    let mut sheet = Sheet::new(study, "AE", variables);
    let mut supplement = Supplement::new(study, "AE");
    let mut lowest: BTreeMap<usize, String> = BTreeMap::new();
    for subject in subjects {
        for event in &subject.adverse_events {
            if let Some(term) = &event.details.lowest_level_term {
                lowest.insert(sheet.table.len(), term.clone());
            }
            let criteria = event.details.criteria;
            sheet.row(
                &event.record,
                [
                    event.term.clone(),
                    event.preferred_term.clone().unwrap_or_default(),
                    event.organ_class.clone().unwrap_or_default(),
                    flag(event.serious),
                    study.rehearsed(action(subject, event)),
                    event.causality.infusion.map(relation).unwrap_or_default().to_owned(),
                    outcome(event.outcome).to_owned(),
                    flag(criteria.congenital),
                    flag(criteria.disability),
                    flag(criteria.death),
                    flag(criteria.hospitalisation),
                    flag(criteria.life_threatening),
                    flag(criteria.important),
                    event.grade.map(|grade| grade.to_string()).unwrap_or_default(),
                    moment(event.start),
                    moment(event.end),
                    study_day(subject, event.start),
                    study_day(subject, event.end),
                ],
            );
            let causality = &event.causality;
            let relations = [
                causality.lymphodepletion,
                causality.collection,
                causality.bridging,
                causality.disease,
                causality.other,
                event.details.sponsor,
            ];
            for ((name, text), to) in RELATIONS.into_iter().zip(relations) {
                if let Some(to) = to {
                    supplement.row(&event.record, name, text, relation(to));
                }
            }
            reporting(&mut supplement, event);
        }
    }
    // A column nobody has a value for is not written.
    if !lowest.is_empty() {
        sheet.table.set("AELLT", &lowest);
    }
    [sheet.table, supplement.table]
}

/// When the sponsor became aware of an event, and when it reported it.
fn reporting(supplement: &mut Supplement<'_>, event: &AdverseEvent) {
    if let Some(aware) = event.details.aware {
        supplement.row(&event.record, AWARE.0, AWARE.1, &aware.to_string());
    }
    if let Some(urgent) = event.details.urgent {
        supplement.row(&event.record, URGENT.0, URGENT.1, &urgent.to_string());
    }
    for (name, text, authority, stage) in REPORTS {
        let mut reports = event.details.reports.iter();
        if let Some(report) = reports.find(|one| one.authority == authority && one.stage == stage) {
            supplement.row(&event.record, name, text, &report.when.to_string());
        }
    }
}

/// Names of laboratory tests.
const LAB_TESTS: [(&str, &str); 17] = [
    ("ALT", "Alanine Aminotransferase"),
    ("AST", "Aspartate Aminotransferase"),
    ("ALP", "Alkaline Phosphatase"),
    ("GGT", "Gamma Glutamyl Transferase"),
    ("BILI", "Bilirubin"),
    ("CREAT", "Creatinine"),
    ("ALB", "Albumin"),
    ("INR", "Prothrombin Intl. Normalized Ratio"),
    ("NEUT", "Neutrophils"),
    ("PLAT", "Platelets"),
    ("HGB", "Hemoglobin"),
    ("LYM", "Lymphocytes"),
    ("WBC", "Leukocytes"),
    ("CRP", "C Reactive Protein"),
    ("FERRITIN", "Ferritin"),
    ("FIBRINO", "Fibrinogen"),
    ("AFP", "Alpha Fetoprotein"),
];

fn laboratory(study: Study<'_>, subjects: &[Subject]) -> [Table; 2] {
    let variables = [
        "LBTESTCD", "LBTEST", "LBORRES", "LBORRESU", "LBORNRLO", "LBORNRHI", "LBSTRESC", "LBSTRESN", "LBSTRESU",
        "LBSTNRLO", "LBSTNRHI", "LBLLOQ", "LBCLSIG", "LBDTC", "LBDY",
    ];
    let mut sheet = Sheet::new(study, "LB", variables);
    let mut supplement = Supplement::new(study, "LB");
    let biomarker = study.trial.names.biomarker.first();
    for subject in subjects {
        for lab in &subject.labs {
            let (value, unit, when) = (number(lab.value), lab.unit.clone(), Some(lab.when));
            let name = label(&LAB_TESTS, &lab.test).to_owned();
            sheet.row(
                &lab.record,
                [
                    lab.test.clone(),
                    name,
                    value.clone(),
                    unit.clone(),
                    number(lab.lln),
                    number(lab.uln),
                    value.clone(),
                    value,
                    unit,
                    number(lab.lln),
                    number(lab.uln),
                    String::new(),
                    flag(lab.significant),
                    moment(when),
                    study_day(subject, when),
                ],
            );
            if let Some(event) = lab.event {
                supplement.row(&lab.record, LINKED.0, LINKED.1, &event.to_string());
            }
        }
        for level in &subject.biomarker {
            let Some(code) = biomarker else { continue };
            let [text, value, unit, limit] = amount(
                study,
                level,
                &study.trial.kinetics.biomarker_unit,
                parameters::BIOMARKER_LLOQ.get(),
            );
            let (blank, when) = (String::new(), Some(level.when));
            let (low, high, significant) = (blank.clone(), blank.clone(), blank);
            let (written, written_unit) = (text.clone(), unit.clone());
            let (moment, day) = (moment(when), study_day(subject, when));
            sheet.row(
                &level.record,
                [
                    code.clone(),
                    code.clone(),
                    written,
                    written_unit,
                    low.clone(),
                    high.clone(),
                    text,
                    value,
                    unit,
                    low,
                    high,
                    limit,
                    significant,
                    moment,
                    day,
                ],
            );
        }
    }
    [sheet.table, supplement.table]
}

/// Text, number, unit and limit of quantification of a level. A record keeps the limit only of what is below it; the
/// limits of a rehearsal are its parameters.
fn amount(study: Study<'_>, level: &Level, unit: &str, rehearsed: f64) -> [String; 4] {
    match level.amount {
        Amount::Quantified(value) => {
            let limit = (study.synthetic && value >= rehearsed).then_some(rehearsed);
            [value.to_string(), value.to_string(), unit.to_owned(), number(limit)]
        }
        Amount::Below(Some(limit)) => [format!("<{limit}"), String::new(), unit.to_owned(), limit.to_string()],
        Amount::Below(None) => ["BLQ".to_owned(), String::new(), unit.to_owned(), String::new()],
    }
}

fn copies(study: Study<'_>, subjects: &[Subject]) -> Table {
    let variables = [
        "PCTESTCD", "PCTEST", "PCORRES", "PCORRESU", "PCSTRESC", "PCSTRESN", "PCSTRESU", "PCSPEC", "PCMETHOD",
        "PCLLOQ", "PCDTC", "PCDY",
    ];
    let mut sheet = Sheet::new(study, "PC", variables);
    let code = study.trial.names.copies.first();
    for subject in subjects {
        for level in &subject.copies {
            let Some(code) = code else { continue };
            let [text, value, unit, limit] = amount(study, level, "copies/ug", parameters::COPIES_LLOQ.get());
            let (written, written_unit, specimen) = (text.clone(), unit.clone(), "BLOOD".to_owned());
            let (moment, day) = (moment(Some(level.when)), study_day(subject, Some(level.when)));
            let name = "CAR Transgene Copies".to_owned();
            sheet.row(
                &level.record,
                [
                    code.clone(),
                    name,
                    written,
                    written_unit,
                    text,
                    value,
                    unit,
                    specimen,
                    study.rehearsed("REAL-TIME POLYMERASE CHAIN REACTION ASSAY"),
                    limit,
                    moment,
                    day,
                ],
            );
        }
    }
    sheet.table
}

fn counts(study: Study<'_>, subjects: &[Subject]) -> Table {
    let variables = [
        "CPTESTCD", "CPTEST", "CPMRKSTR", "CPORRES", "CPORRESU", "CPSTRESC", "CPSTRESN", "CPSTRESU", "CPSPEC",
        "CPMETHOD", "CPLLOQ", "CPDTC", "CPDY",
    ];
    let mut sheet = Sheet::new(study, "CP", variables);
    let code = study.trial.names.counts.first();
    for subject in subjects {
        for level in &subject.counts {
            let Some(code) = code else { continue };
            let [text, value, unit, limit] = amount(study, level, "10^6/L", parameters::CELLS_LLOQ.get());
            let (written, written_unit) = (text.clone(), unit.clone());
            let [name, marker, specimen, method] =
                ["CAR Positive T Cells", "CD45+CD3+CAR+", "BLOOD", "FLOW CYTOMETRY"].map(str::to_owned);
            let (moment, day) = (moment(Some(level.when)), study_day(subject, Some(level.when)));
            sheet.row(
                &level.record,
                [
                    code.clone(),
                    name,
                    marker,
                    written,
                    written_unit,
                    text,
                    value,
                    unit,
                    specimen,
                    method,
                    limit,
                    moment,
                    day,
                ],
            );
        }
    }
    sheet.table
}

const VITAL_TESTS: [(&str, &str); 5] = [
    ("TEMP", "Temperature"),
    ("SYSBP", "Systolic Blood Pressure"),
    ("PULSE", "Pulse Rate"),
    ("OXYSAT", "Oxygen Saturation"),
    ("RESP", "Respiratory Rate"),
];

fn vital_signs(study: Study<'_>, subjects: &[Subject]) -> Table {
    let variables = [
        "VSTESTCD", "VSTEST", "VSORRES", "VSORRESU", "VSSTRESC", "VSSTRESN", "VSSTRESU", "VSDTC", "VSDY",
    ];
    let mut sheet = Sheet::new(study, "VS", variables);
    for subject in subjects {
        for vital in &subject.vitals {
            let (value, unit, when) = (vital.value.to_string(), vital.unit.clone(), Some(vital.when));
            let name = label(&VITAL_TESTS, &vital.test).to_owned();
            let (moment, day) = (moment(when), study_day(subject, when));
            let (written, text) = (value.clone(), value.clone());
            sheet.row(
                &vital.record,
                [
                    vital.test.clone(),
                    name,
                    written,
                    unit.clone(),
                    text,
                    value,
                    unit,
                    moment,
                    day,
                ],
            );
        }
    }
    sheet.table
}

const FINDING_TESTS: [(&str, &str); 16] = [
    ("TEMP", "Temperature"),
    ("HYPOTEN", "Hypotension"),
    ("VASOPRES", "Number of Vasopressors"),
    ("VASOPN", "Vasopressin"),
    ("O2DEV", "Oxygen Device"),
    ("O2FLOW", "Oxygen Flow (L/min)"),
    ("FIO2", "Fraction of Inspired Oxygen"),
    ("MASKTRT", "Fever-Masking Treatment"),
    ("ATTRIB", "Attributed to the Toxicity"),
    ("TOXGR", "Toxicity Grade"),
    ("ICE", "ICE Score"),
    ("AROUSAL", "Level of Arousal"),
    ("SEIZURE", "Seizure"),
    ("MOTOR", "Motor Findings"),
    ("OEDEMA", "Cerebral Oedema"),
    ("DLT", "Dose Limiting Toxicity"),
];

fn findings_about(study: Study<'_>, subjects: &[Subject]) -> [Table; 2] {
    let variables = [
        "FATESTCD", "FATEST", "FAOBJ", "FAORRES", "FASTRESC", "FAEVAL", "FADTC", "FADY",
    ];
    let mut sheet = Sheet::new(study, "FA", variables);
    let mut supplement = Supplement::new(study, "FA");
    for subject in subjects {
        let mut write = |record, code: &str, object: &str, result: &str, by: &str, when| {
            let name = label(&FINDING_TESTS, code);
            let [code, name, object, result, by] = [code, name, object, result, by].map(str::to_owned);
            sheet.row(
                record,
                [
                    code,
                    name,
                    object,
                    result.clone(),
                    result,
                    by,
                    moment(when),
                    study_day(subject, when),
                ],
            );
        };
        for finding in &subject.toxicity {
            let object = match finding.toxicity {
                Syndrome::Crs => "Cytokine release syndrome",
                Syndrome::Icans => "Immune effector cell-associated neurotoxicity syndrome",
            };
            write(
                &finding.record,
                &finding.item,
                object,
                &finding.result,
                "INVESTIGATOR",
                Some(finding.when),
            );
        }
        for verdict in &subject.adjudications {
            let result = if verdict.dlt { "Y" } else { "N" };
            write(
                &verdict.record,
                "DLT",
                "DOSE LIMITING TOXICITY",
                result,
                &verdict.evaluator,
                verdict.when,
            );
            if let Some(covers) = &verdict.covers {
                supplement.row(&verdict.record, COVERS.0, COVERS.1, &covers.join(" "));
            }
        }
        for lifted in &subject.lifted {
            write(
                &lifted.record,
                "PAUSE",
                "ENROLMENT",
                "LIFTED",
                &lifted.evaluator,
                lifted.when,
            );
            if let Some(covers) = &lifted.covers {
                supplement.row(&lifted.record, COVERS.0, COVERS.1, &covers.join(" "));
            }
        }
    }
    [sheet.table, supplement.table]
}
