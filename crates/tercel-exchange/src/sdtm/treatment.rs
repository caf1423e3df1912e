//! `CM EC EX PR`: what was given and done.

use tercel::language::{Text, both};
use tercel::protocol::{Cells, Trial};
use tercel::study::{Blocks, Exposure, Infusion, Medication, MedicationClass, Procedure, Rule, Subject};

use super::is_named;
use crate::reader::Row;

/// Units in which a cell dose may be written, with the factor to cells.
const CELL_UNITS: [(&str, f64); 7] = [
    ("10^6 THERAPEUTIC CELLS", 1e6),
    ("10^6 CELLS", 1e6),
    ("10^8 CELLS", 1e8),
    ("10^8 THERAPEUTIC CELLS", 1e8),
    ("THERAPEUTIC CELLS", 1.0),
    ("CELLS", 1.0),
    ("CELL", 1.0),
];

const STUDY_TREATMENT: Text = Text::new("study treatment", "研究治疗");

fn cells(row: &Row<'_>, amount: &str, unit: &str) -> Option<Cells> {
    let value = row.number_in(amount, 0.0, 1e13, Text::new("0 to 1e13", "0至1e13"))?;
    row.require(unit, Blocks::Infusion)?;
    let factor = row.code(
        unit,
        &CELL_UNITS,
        "10^6 Therapeutic Cells, 10^6 cells, 10^8 cells, cells",
    )?;
    Cells::new(value * factor)
}

/// Whether a row of `EX` is a dose that was given: not one of 0, unless it is of a placebo (SDTMIG 3.4, EX; ADaMIG 1.3, treated
/// subjects). One whose amount is not recorded is.
pub(crate) fn is_given(treatment: &str, amount: &str) -> bool {
    let amount = amount.trim().parse::<f64>().ok().filter(|dose| dose.is_finite());
    amount.is_none_or(|dose| dose > 0.0) || treatment.to_uppercase().contains("PLACEBO")
}

/// `EX`: infusions and lymphodepletion, told apart by the names the protocol gives.
pub(super) fn read_ex(row: &Row<'_>, trial: &Trial, subject: &mut Subject) {
    let Some(name) = row.require("EXTRT", Blocks::Decision) else {
        return;
    };
    let start = row.require_when("EXSTDTC");
    if is_named(&trial.names.infusion, name) {
        if row.require("EXDOSE", Blocks::Decision).is_none() && row.text("EXDOSE").is_none() {
            row.text("EXDOSU");
        }
        let actual = cells(row, "EXDOSE", "EXDOSU");
        if row.text("EXDOSE").is_some_and(|amount| !is_given(name, amount)) {
            let text = both!(
                "a dose of 0 is no infusion; correct the dose, or delete the record",
                "剂量为0不是输注；请更正剂量或删除该记录"
            );
            row.find("EXDOSE", Rule::Disagree(text), Blocks::Decision);
        }
        let record = row.record.clone();
        match start {
            Some(when) => subject.infusions.push(Infusion {
                record,
                when,
                planned: None,
                actual,
            }),
            // That it took place still matters: the subject's outcome is waited for.
            None => subject.undated_infusions.push(record),
        }
    } else if is_named(&trial.names.lymphodepletion, name) {
        if let Some(start) = start {
            subject.lymphodepletion.push(Exposure {
                record: row.record.clone(),
                name: name.to_owned(),
                start,
            });
        }
    } else {
        row.find(
            "EXTRT",
            Rule::NotInProtocol(name.to_owned(), STUDY_TREATMENT),
            Blocks::Decision,
        );
    }
}

/// `EC`: the planned dose of an infusion (`ECMOOD` SCHEDULED), kept beside the actual one.
pub(super) fn read_ec(row: &Row<'_>, trial: &Trial, subject: &mut Subject) {
    let Some(name) = row.require("ECTRT", Blocks::Export) else {
        return;
    };
    let mood = row.code(
        "ECMOOD",
        &[("SCHEDULED", true), ("PERFORMED", false)],
        "SCHEDULED, PERFORMED",
    );
    if !is_named(&trial.names.infusion, name) {
        if !is_named(&trial.names.lymphodepletion, name) {
            let rule = Rule::NotInProtocol(name.to_owned(), STUDY_TREATMENT);
            row.find("ECTRT", rule, Blocks::Export);
        }
        return;
    }
    if mood != Some(true) {
        return;
    }
    let day = row.when("ECSTDTC").and_then(tercel::study::When::day);
    let planned = cells(row, "ECDOSE", "ECDOSU");
    let infusion = subject
        .infusions
        .iter_mut()
        .find(|infusion| day.is_none() || infusion.when.day() == day);
    if let Some(infusion) = infusion {
        infusion.planned = planned;
    }
}

/// Category terms and what they mean here.
const CATEGORIES: [(&str, MedicationClass); 8] = [
    ("BRIDGING THERAPY", MedicationClass::Bridging),
    ("SUBSEQUENT ANTICANCER THERAPY", MedicationClass::NewTherapy),
    ("NEW ANTICANCER THERAPY", MedicationClass::NewTherapy),
    ("ANTICYTOKINE", MedicationClass::Anticytokine),
    ("CORTICOSTEROID", MedicationClass::Steroid),
    ("GROWTH FACTOR", MedicationClass::GrowthFactor),
    ("TRANSFUSION", MedicationClass::Transfusion),
    ("CONCOMITANT", MedicationClass::Other),
];

/// Agents recognised where no category is recorded.
const AGENTS: [(&str, MedicationClass); 12] = [
    ("TOCILIZUMAB", MedicationClass::Anticytokine),
    ("SILTUXIMAB", MedicationClass::Anticytokine),
    ("ANAKINRA", MedicationClass::Anticytokine),
    ("DEXAMETHASONE", MedicationClass::Steroid),
    ("METHYLPREDNISOLONE", MedicationClass::Steroid),
    ("PREDNISONE", MedicationClass::Steroid),
    ("PREDNISOLONE", MedicationClass::Steroid),
    ("HYDROCORTISONE", MedicationClass::Steroid),
    ("FILGRASTIM", MedicationClass::GrowthFactor),
    ("PEGFILGRASTIM", MedicationClass::GrowthFactor),
    ("ROMIPLOSTIM", MedicationClass::GrowthFactor),
    ("ELTROMBOPAG", MedicationClass::GrowthFactor),
];

/// `CM`: medications.
pub(super) fn read_cm(row: &Row<'_>, _trial: &Trial, subject: &mut Subject) {
    let Some(name) = row.require("CMTRT", Blocks::Export) else {
        return;
    };
    let coded = row.text("CMDECOD").unwrap_or(name);
    let category = row.text("CMCAT");
    let listed = |list: &[(&str, MedicationClass)], text: &str| {
        list.iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map(|(_, class)| *class)
    };
    let class = category
        .and_then(|category| listed(&CATEGORIES, category))
        .or_else(|| listed(&AGENTS, coded))
        .unwrap_or(MedicationClass::Other);
    let start = row.when("CMSTDTC");
    if class == MedicationClass::NewTherapy && start.is_none() && row.text("CMSTDTC").is_none() {
        row.find("CMSTDTC", Rule::MissingValue, Blocks::Decision);
    }
    let end = row.when("CMENDTC");
    subject.medications.push(Medication {
        record: row.record.clone(),
        name: name.to_owned(),
        class,
        start,
        end,
    });
}

/// `PR`: procedures; a transfusion is kept with the medications.
pub(super) fn read_pr(row: &Row<'_>, trial: &Trial, subject: &mut Subject) {
    let Some(name) = row.require("PRTRT", Blocks::Export) else {
        return;
    };
    let record = row.record.clone();
    let name = name.to_owned();
    if name.to_uppercase().contains("TRANSFUSION") {
        let (start, end) = (row.when("PRSTDTC"), row.when("PRENDTC"));
        subject.medications.push(Medication {
            record,
            name,
            class: MedicationClass::Transfusion,
            start,
            end,
        });
        return;
    }
    let collection = is_named(&trial.names.collection, &name);
    let Some(start) = row.require_when("PRSTDTC") else {
        return;
    };
    subject.procedures.push(Procedure {
        record,
        name,
        collection,
        start,
    });
}
