//! `CM EC EX PR`.

use tercel::protocol::Cells;
use tercel::study::{MedicationClass, Subject, When};

use super::{Sheet, Study, moment, number, study_day};
use crate::table::Table;

const CELL_UNIT: &str = "10^6 Therapeutic Cells";

pub(super) fn write(study: Study<'_>, subjects: &[Subject]) -> Vec<Table> {
    vec![
        procedures(study, subjects),
        medications(study, subjects),
        exposure(study, subjects),
        planned(study, subjects),
    ]
}

fn procedures(study: Study<'_>, subjects: &[Subject]) -> Table {
    let mut sheet = Sheet::new(study, "PR", ["PRTRT", "PRSTDTC", "PRENDTC", "PRSTDY"]);
    for subject in subjects {
        for procedure in &subject.procedures {
            let when = Some(procedure.start);
            let cells = [
                procedure.name.clone(),
                moment(when),
                String::new(),
                study_day(subject, when),
            ];
            sheet.row(&procedure.record, cells);
        }
        for given in subject
            .medications
            .iter()
            .filter(|given| given.record.dataset.as_str() == "PR")
        {
            let cells = [
                given.name.clone(),
                moment(given.start),
                moment(given.end),
                study_day(subject, given.start),
            ];
            sheet.row(&given.record, cells);
        }
    }
    sheet.table
}

const fn category(class: MedicationClass) -> &'static str {
    match class {
        MedicationClass::Bridging => "BRIDGING THERAPY",
        MedicationClass::NewTherapy => "SUBSEQUENT ANTICANCER THERAPY",
        MedicationClass::Anticytokine => "ANTICYTOKINE",
        MedicationClass::Steroid => "CORTICOSTEROID",
        MedicationClass::GrowthFactor => "GROWTH FACTOR",
        MedicationClass::Transfusion => "TRANSFUSION",
        MedicationClass::Other => "CONCOMITANT",
    }
}

fn medications(study: Study<'_>, subjects: &[Subject]) -> Table {
    let mut sheet = Sheet::new(
        study,
        "CM",
        ["CMTRT", "CMDECOD", "CMCAT", "CMSTDTC", "CMENDTC", "CMSTDY", "CMENDY"],
    );
    for subject in subjects {
        for given in subject
            .medications
            .iter()
            .filter(|given| given.record.dataset.as_str() != "PR")
        {
            let cells = [
                given.name.clone(),
                given.name.clone(),
                category(given.class).to_owned(),
                moment(given.start),
                moment(given.end),
                study_day(subject, given.start),
                study_day(subject, given.end),
            ];
            sheet.row(&given.record, cells);
        }
    }
    sheet.table
}

/// Dose, unit, form, frequency and route of an infusion; blanks where the dose is not known.
fn cell_dose(cells: Option<Cells>) -> [String; 5] {
    let unit = if cells.is_some() { CELL_UNIT } else { "" };
    [
        number(cells.map(Cells::to_millions)),
        unit.to_owned(),
        "INJECTION, SUSPENSION".to_owned(),
        "ONCE".to_owned(),
        "INTRAVENOUS".to_owned(),
    ]
}

fn exposure(study: Study<'_>, subjects: &[Subject]) -> Table {
    let variables = [
        "EXTRT", "EXDOSE", "EXDOSU", "EXDOSFRM", "EXDOSFRQ", "EXROUTE", "EXSTDTC", "EXENDTC", "EXSTDY",
    ];
    let mut sheet = Sheet::new(study, "EX", variables);
    for subject in subjects {
        let mut write = |record, name: &str, dose: [String; 5], when: When| {
            let [amount, unit, form, frequency, route] = dose;
            let when = Some(when);
            let (start, end) = (moment(when), moment(when));
            let day = study_day(subject, when);
            sheet.row(
                record,
                [name.to_owned(), amount, unit, form, frequency, route, start, end, day],
            );
        };
        for dose in &subject.lymphodepletion {
            write(&dose.record, &dose.name, Default::default(), dose.start);
        }
        for infusion in &subject.infusions {
            if let Some(name) = study.trial.names.infusion.first() {
                write(&infusion.record, name, cell_dose(infusion.actual), infusion.when);
            }
        }
    }
    sheet.table
}

/// `EC`: the planned dose beside the one given.
fn planned(study: Study<'_>, subjects: &[Subject]) -> Table {
    let variables = [
        "ECTRT", "ECMOOD", "ECDOSE", "ECDOSU", "ECDOSFRM", "ECDOSFRQ", "ECROUTE", "ECSTDTC", "ECSTDY",
    ];
    let mut sheet = Sheet::new(study, "EC", variables);
    for subject in subjects {
        let planned = subject.infusions.iter().filter(|infusion| infusion.planned.is_some());
        for (number, infusion) in (1..).zip(planned) {
            let Some(name) = study.trial.names.infusion.first() else {
                continue;
            };
            let [amount, unit, form, frequency, route] = cell_dose(infusion.planned);
            // The plan is for a day; only the infusion has an hour.
            let day = infusion.when.day().map(When::on);
            let mood = "SCHEDULED".to_owned();
            let cells = [
                name.clone(),
                mood,
                amount,
                unit,
                form,
                frequency,
                route,
                moment(day),
                study_day(subject, day),
            ];
            sheet.numbered(&infusion.record, number, cells);
        }
    }
    sheet.table
}
