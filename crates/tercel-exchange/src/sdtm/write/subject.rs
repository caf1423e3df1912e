//! `DM DS DV MH SS SV`.

use tercel::study::{Contact, Subject, When};

use super::{Sheet, Study, blank_table, flag, moment, number, study_day};
use crate::table::Table;

pub(super) fn write(study: Study<'_>, subjects: &[Subject]) -> Vec<Table> {
    vec![
        demography(study, subjects),
        disposition(study, subjects),
        deviations(study, subjects),
        history(study, subjects),
        visits(study, subjects),
        survival(study, subjects),
    ]
}

/// `DM` has one row a subject and no sequence number.
fn demography(study: Study<'_>, subjects: &[Subject]) -> Table {
    let columns = [
        "STUDYID", "DOMAIN", "USUBJID", "SUBJID", "RFSTDTC", "RFENDTC", "RFXSTDTC", "RFXENDTC", "RFICDTC", "RFPENDTC",
        "DTHDTC", "DTHFL", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ETHNIC", "ARMCD", "ARM", "ACTARMCD", "ACTARM",
        "ARMNRS",
    ];
    let mut table = blank_table("DM", columns.map(str::to_owned).to_vec());
    for subject in subjects {
        let consent = subject
            .consent
            .iter()
            .find(|consent| consent.record.dataset.as_str() == "DM");
        let infused = subject.infusions.first().map(|infusion| infusion.when);
        let doses = subject.lymphodepletion.iter().map(|dose| dose.start);
        let given: Vec<When> = doses
            .chain(subject.infusions.iter().map(|infusion| infusion.when))
            .collect();
        let (first, last) = (
            given.iter().copied().min_by_key(|when| when.order()),
            given.iter().copied().max_by_key(|when| when.order()),
        );
        let end = subject.dispositions.last().and_then(|disposition| disposition.when);
        let group = subject.level.and_then(|level| study.trial.dose_levels.get(level));
        let (arm, name) = group.map_or_else(Default::default, |group| (group.arm.clone(), group.label.clone()));
        let treated = infused.is_some();
        let failed = subject.screen_failure().is_some();
        let reason = match (group.is_some(), first.is_some()) {
            (false, _) if failed => "SCREEN FAILURE",
            (true, true) => "",
            (true, false) => "ASSIGNED, NOT TREATED",
            (false, _) => "NOT ASSIGNED",
        };
        let [race, ethnicity] = origin(study, subject);
        let given_text = |text: &String| if treated { text.clone() } else { String::new() };
        let sex = subject.sex.map(|sex| match sex {
            tercel::study::Sex::Female => "F",
            tercel::study::Sex::Male => "M",
        });
        let cells: Vec<String> = vec![
            study.id.to_owned(),
            "DM".to_owned(),
            subject.id.to_string(),
            subject.id.as_str().rsplit('-').next().unwrap_or_default().to_owned(),
            moment(infused),
            moment(end.filter(|_| treated)),
            moment(first),
            moment(last),
            moment(consent.and_then(|consent| consent.when)),
            moment(end),
            moment(subject.death.as_ref().map(|death| death.when)),
            if subject.death.is_some() { "Y" } else { "" }.to_owned(),
            subject.site.clone().unwrap_or_default(),
            number(subject.age),
            if subject.age.is_some() { "YEARS" } else { "" }.to_owned(),
            sex.unwrap_or_default().to_owned(),
            study.rehearsed(race),
            study.rehearsed(ethnicity),
            arm.clone(),
            name.clone(),
            given_text(&arm),
            given_text(&name),
            reason.to_owned(),
        ];
        table.push(cells.iter().map(String::as_str));
    }
    table
}

/// Race and ethnicity as a rehearsal has them: most of the country, and every tenth subject does not say.
fn origin(study: Study<'_>, subject: &Subject) -> [&'static str; 2] {
    if subject.id.as_str().ends_with('0') {
        return ["NOT REPORTED"; 2];
    }
    let race = match study.trial.country.as_deref() {
        Some("CHN" | "HKG" | "IND" | "JPN" | "KOR" | "SGP" | "THA" | "TWN" | "VNM") => "ASIAN",
        Some(_) | None => "WHITE",
    };
    [race, "NOT HISPANIC OR LATINO"]
}

fn disposition(study: Study<'_>, subjects: &[Subject]) -> Table {
    let mut sheet = Sheet::new(study, "DS", ["DSTERM", "DSDECOD", "DSCAT", "DSSTDTC", "DSSTDY"]);
    for subject in subjects {
        let mut write = |record, term: &str, category: &str, when| {
            let cells = [
                term.to_owned(),
                term.to_owned(),
                category.to_owned(),
                moment(when),
                study_day(subject, when),
            ];
            sheet.row(record, cells);
        };
        let consents = subject
            .consent
            .iter()
            .filter(|consent| consent.record.dataset.as_str() != "DM");
        for milestone in consents.chain(&subject.milestones) {
            write(&milestone.record, &milestone.term, "PROTOCOL MILESTONE", milestone.when);
        }
        for disposition in &subject.dispositions {
            write(
                &disposition.record,
                &disposition.term,
                "DISPOSITION EVENT",
                disposition.when,
            );
        }
    }
    sheet.table
}

fn deviations(study: Study<'_>, subjects: &[Subject]) -> Table {
    let mut sheet = Sheet::new(study, "DV", ["DVTERM", "DVSTDTC", "DVSTDY"]);
    for subject in subjects {
        for deviation in &subject.deviations {
            let cells = [
                deviation.term.clone(),
                moment(deviation.when),
                study_day(subject, deviation.when),
            ];
            sheet.row(&deviation.record, cells);
        }
    }
    sheet.table
}

fn history(study: Study<'_>, subjects: &[Subject]) -> Table {
    let mut sheet = Sheet::new(study, "MH", ["MHTERM", "MHSTDTC"]);
    for history in subjects.iter().flat_map(|subject| &subject.history) {
        sheet.row(&history.record, [history.term.clone(), moment(history.start)]);
    }
    sheet.table
}

/// Whether a contact stands in `SS`; every other one is a visit.
fn is_survival(contact: &Contact) -> bool {
    contact.record.dataset.as_str() == "SS"
}

fn visits(study: Study<'_>, subjects: &[Subject]) -> Table {
    let mut sheet = Sheet::new(study, "SV", ["VISIT", "SVOCCUR", "SVSTDTC", "SVENDTC", "SVSTDY"]);
    for subject in subjects {
        for contact in subject.contacts.iter().filter(|contact| !is_survival(contact)) {
            let when = Some(contact.when);
            let cells = [
                contact.name.clone(),
                flag(Some(true)),
                moment(when),
                moment(when),
                study_day(subject, when),
            ];
            sheet.row(&contact.record, cells);
        }
    }
    sheet.table
}

fn survival(study: Study<'_>, subjects: &[Subject]) -> Table {
    let mut sheet = Sheet::new(
        study,
        "SS",
        ["SSTESTCD", "SSTEST", "SSORRES", "SSSTRESC", "SSDTC", "SSDY"],
    );
    for subject in subjects {
        for contact in subject.contacts.iter().filter(|contact| is_survival(contact)) {
            let texts = ["SURVSTAT", "Survival Status", "ALIVE", "ALIVE"].map(str::to_owned);
            let [code, name, written, standard] = texts;
            let when = Some(contact.when);
            let cells = [code, name, written, standard, moment(when), study_day(subject, when)];
            sheet.row(&contact.record, cells);
        }
    }
    sheet.table
}
