//! `DM DS DV MH SS SV`: who the subject is and how follow-up goes.

use std::collections::BTreeMap;

use tercel::both;
use tercel::language::Text;
use tercel::protocol::{DoseLevel, Trial};
use tercel::study::{
    Blocks, Contact, Death, Deviation, Disposition, DispositionReason, History, Milestone, Rule, Sex, Subject,
    SubjectId,
};

use crate::reader::{Reader, Row};

/// Adds a subject; the second row of one subject is a finding and the first stands.
pub(crate) fn insert_subject(row: &Row<'_>, subject: Subject, subjects: &mut BTreeMap<SubjectId, Subject>) {
    if subjects.contains_key(&subject.id) {
        row.find("USUBJID", Rule::DuplicateSubject, Blocks::Decision);
        return;
    }
    subjects.insert(subject.id.clone(), subject);
}

/// `DM`: one row a subject.
pub(crate) fn read_demography(reader: &Reader<'_>, trial: &Trial, subjects: &mut BTreeMap<SubjectId, Subject>) {
    for row in reader.rows() {
        let mut subject = Subject::known_by(row.record.clone());
        subject.site = row.text("SITEID").map(str::to_owned);
        subject.age = row.number_in("AGE", 0.0, 120.0, AGES);
        row.code("AGEU", &[("YEARS", ())], "YEARS");
        let sexes = [
            ("F", Some(Sex::Female)),
            ("M", Some(Sex::Male)),
            ("U", None),
            ("INTERSEX", None),
        ];
        subject.sex = row.code("SEX", &sexes, "F, INTERSEX, M, U").flatten();
        subject.level = planned_level(&row, trial);
        subject.screened_out = says_screened_out(&row);
        check_actual_arm(&row, trial, subject.level);
        if let Some(when) = row.when("RFICDTC") {
            let record = row.record.clone();
            subject.consent.push(Milestone {
                record,
                term: "INFORMED CONSENT OBTAINED".to_owned(),
                when: Some(when),
            });
        }
        let died = row.yes("DTHFL");
        if let Some(when) = row.when("DTHDTC") {
            subject.death = Some(Death {
                record: row.record.clone(),
                when,
            });
        } else if died == Some(true) {
            subject.died_undated = true;
            row.find(
                "DTHDTC",
                Rule::Incomplete(both!(
                    "death is flagged without a date; enter what is known",
                    "标记为死亡但没有日期；请录入已知部分"
                )),
                Blocks::Decision,
            );
        }
        insert_subject(&row, subject, subjects);
    }
}

pub(crate) const DOSE_LEVEL: Text = Text::new("dose level", "剂量水平");

/// Ages that a subject may have.
pub(crate) const AGES: Text = Text::new("0 to 120 years", "0至120岁");

/// Whether demography says that screening failed: as the reason without an arm, or, before SDTMIG 3.4, as the arm. A reason that
/// the open list of the terminology does not have is asked about: it may be another spelling.
fn says_screened_out(row: &Row<'_>) -> bool {
    const FAILED: [&str; 2] = ["SCRNFAIL", "SCREEN FAILURE"];
    const OTHERS: [&str; 3] = ["NOT ASSIGNED", "ASSIGNED, NOT TREATED", "UNPLANNED TREATMENT"];
    let among = |terms: &[&str], text: &str| terms.iter().any(|term| term.eq_ignore_ascii_case(text));
    let reason = row.text("ARMNRS");
    if let Some(text) = reason.filter(|text| !among(&FAILED, text) && !among(&OTHERS, text)) {
        let list = "SCREEN FAILURE, NOT ASSIGNED, ASSIGNED, NOT TREATED, UNPLANNED TREATMENT";
        row.find("ARMNRS", Rule::NotInCodelist(text.to_owned(), list), Blocks::Export);
    }
    let arms = ["ARMCD", "ACTARMCD"].map(|variable| row.text(variable));
    arms.into_iter()
        .chain([reason])
        .flatten()
        .any(|text| among(&FAILED, text))
}

/// Arm codes that mean "no dose group".
const NO_LEVEL: [&str; 4] = ["SCRNFAIL", "SCREEN FAILURE", "NOTASSGN", "NOT ASSIGNED"];

fn planned_level(row: &Row<'_>, trial: &Trial) -> Option<DoseLevel> {
    let arm = row.text("ARMCD")?;
    if NO_LEVEL.iter().any(|code| code.eq_ignore_ascii_case(arm)) {
        return None;
    }
    let found = trial
        .dose_levels
        .iter()
        .find(|(_, group)| group.arm.eq_ignore_ascii_case(arm));
    if found.is_none() {
        row.find(
            "ARMCD",
            Rule::NotInProtocol(arm.to_owned(), DOSE_LEVEL),
            Blocks::Decision,
        );
    }
    found.map(|(level, _)| level)
}

/// Actual arm codes that mean "no dose group".
const NO_ARM: [&str; 3] = ["NOTTRT", "NOT TREATED", "UNPLAN"];

/// Another dose group actually given than planned: outcomes count at the planned one, and somebody has to know.
/// `NOTTRT` says that there was no treatment.
fn check_actual_arm(row: &Row<'_>, trial: &Trial, planned: Option<DoseLevel>) {
    let Some(arm) = row.text("ACTARMCD") else { return };
    let mut groups = trial.dose_levels.iter();
    let actual = groups.find(|(_, group)| group.arm.eq_ignore_ascii_case(arm));
    if actual.is_none()
        && !NO_LEVEL
            .iter()
            .chain(&NO_ARM)
            .any(|code| code.eq_ignore_ascii_case(arm))
    {
        let rule = Rule::NotInProtocol(arm.to_owned(), DOSE_LEVEL);
        row.find("ACTARMCD", rule, Blocks::Export);
    }
    if let Some((level, _)) = actual.filter(|(level, _)| Some(*level) != planned) {
        let written = row.text("ARMCD").unwrap_or("blank");
        let counted = planned.map_or_else(
            || both!("at none", "不计入任何水平"),
            |planned| both!("at level {planned}", "按水平{planned}计"),
        );
        let sentence = both!(
            "the actual arm {arm} is level {level}, but the planned arm is {written}; outcomes are counted {en}",
            "实际组{arm}为水平{level}，但计划组为{written}；结局{zh}",
            en = counted.en,
            zh = counted.zh
        );
        row.find("ACTARMCD", Rule::Disagree(sentence), Blocks::Decision);
    }
}

/// `DS`: consent, other milestones, and how the subject left.
pub(super) fn read_ds(row: &Row<'_>, _trial: &Trial, subject: &mut Subject) {
    let Some(term) = row.require("DSDECOD", Blocks::Export) else {
        return;
    };
    let record = row.record.clone();
    let when = row.require_when("DSSTDTC");
    let term = term.to_uppercase();
    row.text("DSTERM");
    if row
        .text("DSCAT")
        .is_some_and(|category| category.eq_ignore_ascii_case("PROTOCOL MILESTONE"))
    {
        let list = if term.contains("CONSENT") {
            &mut subject.consent
        } else {
            &mut subject.milestones
        };
        list.push(Milestone { record, term, when });
        return;
    }
    // Who ends a treatment is still in the study.
    let of_treatment = row
        .text("DSSCAT")
        .is_some_and(|category| category.to_uppercase().contains("TREATMENT"));
    if of_treatment && term != "DEATH" {
        return;
    }
    let reason = match term.as_str() {
        "DEATH" => DispositionReason::Death,
        "COMPLETED" => DispositionReason::Completed,
        text if text.starts_with("LOST TO FOLLOW") => DispositionReason::Lost,
        text if text.contains("WITHDRAW") || text == "PHYSICIAN DECISION" => DispositionReason::Withdrawal,
        _ => DispositionReason::Other,
    };
    subject.dispositions.push(Disposition {
        record,
        term,
        reason,
        when,
    });
}

/// `DV`: protocol deviations.
pub(super) fn read_dv(row: &Row<'_>, _trial: &Trial, subject: &mut Subject) {
    let Some(term) = row.first_text(&["DVTERM", "DVDECOD"]) else {
        row.find("DVTERM", Rule::MissingValue, Blocks::Export);
        return;
    };
    let when = row.when("DVSTDTC");
    subject.deviations.push(Deviation {
        record: row.record.clone(),
        term: term.to_owned(),
        when,
    });
}

/// `MH`: medical history.
pub(super) fn read_mh(row: &Row<'_>, _trial: &Trial, subject: &mut Subject) {
    let Some(term) = row.require("MHTERM", Blocks::Export) else {
        return;
    };
    let start = row.when_told("MHSTDTC");
    subject.history.push(History {
        record: row.record.clone(),
        term: term.to_owned(),
        start,
    });
}

/// `SV`: visits that took place.
pub(super) fn read_sv(row: &Row<'_>, _trial: &Trial, subject: &mut Subject) {
    let occurred = row.yes("SVOCCUR");
    let when = row.when("SVSTDTC");
    let name = row.text("VISIT").unwrap_or("unscheduled visit").to_owned();
    match (occurred, when) {
        (Some(false), _) => {}
        (_, Some(when)) => subject.contacts.push(Contact {
            record: row.record.clone(),
            name,
            when,
        }),
        (_, None) if row.text("SVSTDTC").is_none() => row.find("SVSTDTC", Rule::MissingValue, Blocks::Decision),
        (_, None) => {}
    }
}

/// `SS`: survival status by contact.
pub(super) fn read_ss(row: &Row<'_>, _trial: &Trial, subject: &mut Subject) {
    let test = row.text("SSTESTCD");
    let result = row.first_text(&["SSSTRESC", "SSORRES"]);
    let when = row.require_when("SSDTC");
    if test.is_none_or(|test| !test.eq_ignore_ascii_case("SURVSTAT")) {
        return;
    }
    match (result.map(str::to_uppercase).as_deref(), when) {
        (Some("ALIVE"), Some(when)) => {
            subject.contacts.push(Contact {
                record: row.record.clone(),
                name: "survival contact".to_owned(),
                when,
            });
        }
        (Some("DEAD"), _) if subject.death.is_none() => {
            let sentence = both!(
                "dead at this contact, but DM has no date of death; enter what is known of it",
                "此次联系时已死亡，但DM没有死亡日期；请录入已知部分"
            );
            row.find("SSSTRESC", Rule::Incomplete(sentence), Blocks::Decision);
        }
        (Some("DEAD" | "ALIVE" | "UNKNOWN"), _) => {}
        (other, _) => {
            let text = other.unwrap_or_default().to_owned();
            row.find(
                "SSSTRESC",
                Rule::NotInCodelist(text, "ALIVE, DEAD, UNKNOWN"),
                Blocks::Export,
            );
        }
    }
}

/// Puts every list in order of time, then of record.
pub(crate) fn sort_records(subject: &mut Subject) {
    macro_rules! by {
        ($list:ident, $when:expr) => {
            subject
                .$list
                .sort_by_key(|record| ($when(record), record.record.clone()))
        };
    }
    let order = |when: Option<tercel::study::When>| when.map(tercel::study::When::order);
    // These three by record alone: as they were entered.
    by!(history, |_: &tercel::study::History| ());
    by!(deviations, |_: &tercel::study::Deviation| ());
    by!(lesions, |_: &tercel::study::Lesion| ());
    subject.undated_infusions.sort();
    by!(consent, |r: &Milestone| order(r.when));
    by!(milestones, |r: &Milestone| order(r.when));
    by!(scores, |r: &tercel::study::Score| r.when.order());
    by!(procedures, |r: &tercel::study::Procedure| r.start.order());
    by!(medications, |r: &tercel::study::Medication| order(r.start));
    by!(lymphodepletion, |r: &tercel::study::Exposure| r.start.order());
    by!(infusions, |r: &tercel::study::Infusion| r.when.order());
    by!(vitals, |r: &tercel::study::Vital| r.when.order());
    by!(adverse_events, |r: &tercel::study::AdverseEvent| order(r.start));
    by!(labs, |r: &tercel::study::Lab| r.when.order());
    by!(biomarker, |r: &tercel::study::Level| r.when.order());
    by!(copies, |r: &tercel::study::Level| r.when.order());
    by!(counts, |r: &tercel::study::Level| r.when.order());
    by!(toxicity, |r: &tercel::study::ToxicityFinding| r.when.order());
    by!(measurements, |r: &tercel::study::Measurement| r.when.order());
    by!(responses, |r: &tercel::study::ResponseRecord| r.when.order());
    by!(response_parts, |r: &tercel::study::ResponsePart| r.when.order());
    by!(contacts, |r: &Contact| r.when.order());
    by!(adjudications, |r: &tercel::study::Adjudication| order(r.when));
    by!(lifted, |r: &tercel::study::Lifted| order(r.when));
    by!(dispositions, |r: &Disposition| order(r.when));
}
