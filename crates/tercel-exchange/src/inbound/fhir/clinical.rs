//! `MedicationAdministration` to `CM`, `AdverseEvent` to `AE`, `Condition` to `MH`.

use super::resource::{AdverseEvent, Concept, Condition, MedicationAdministration};
use super::{Held, NotTaken, Taken};
use crate::inbound::{Left, Sheet, Why};

/// `CM`, `AE` and `MH` before their first row.
pub(super) fn sheets() -> [Sheet; 3] {
    let medications = [
        "STUDYID", "DOMAIN", "USUBJID", "CMSEQ", "CMTRT", "CMINDC", "CMDOSE", "CMDOSTXT", "CMDOSU", "CMROUTE",
        "CMSTDTC", "CMENDTC",
    ];
    let events = [
        "STUDYID", "DOMAIN", "USUBJID", "AESEQ", "AETERM", "AESEV", "AESER", "AESCONG", "AESDISAB", "AESDTH",
        "AESHOSP", "AESLIFE", "AESMIE", "AEOUT", "AESTDTC",
    ];
    let history = ["STUDYID", "DOMAIN", "USUBJID", "MHSEQ", "MHTERM", "MHSTDTC", "MHENDTC"];
    [
        Sheet::new(
            "CM",
            &medications,
            ["USUBJID", "CMSTDTC", "CMTRT"],
            &["CMDOSE", "CMDOSU", "CMROUTE", "CMENDTC"],
        ),
        Sheet::new(
            "AE",
            &events,
            ["USUBJID", "AESTDTC", "AETERM"],
            &["AESEV", "AESER", "AEOUT"],
        ),
        Sheet::new("MH", &history, ["USUBJID", "MHSTDTC", "MHTERM"], &["MHENDTC"]),
    ]
}

/// Statuses of a medication that was given.
const GIVEN: [&str; 3] = ["completed", "in-progress", "stopped"];

pub(super) fn take_medication(taken: &mut Taken<'_>, held: &Held) -> Result<bool, NotTaken> {
    let given: MedicationAdministration = held.parse().map_err(|why| (None, why))?;
    if !GIVEN.contains(&given.status.as_str()) {
        return Err((None, Why::Status(given.status)));
    }
    let subject = taken.subject(held, given.subject.as_ref()).map_err(|why| (None, why))?;
    let left = |why| (Some(subject.clone()), why);
    let name = drug(taken, held, &given).ok_or_else(|| left(Why::NoCode))?;
    let period = given.effective_period.clone().unwrap_or_default();
    let start = given
        .effective_date_time
        .clone()
        .or(period.start)
        .ok_or_else(|| left(Why::NoTime))?;
    let start = taken.clock.read(&start).map_err(left)?;
    let end = match (&given.effective_date_time, period.end) {
        // What still runs has no end yet.
        (Some(_), _) | (None, Some(_)) if given.status == "in-progress" => String::new(),
        // What was given at a moment ended there.
        (Some(_), _) => start.clone(),
        (None, Some(end)) => taken.clock.read(&end).map_err(left)?,
        (None, None) => String::new(),
    };
    let dosage = given.dosage.unwrap_or_default();
    let dose = dosage.dose.as_ref();
    let amount = dose
        .and_then(super::resource::Quantity::number)
        .map(|dose| dose.to_string());
    let route = dosage
        .route
        .as_ref()
        .and_then(Concept::name)
        .unwrap_or_default()
        .to_uppercase();
    // "Given as ordered" is why it was given, not what for.
    let is_indication =
        |concept: &&Concept| !concept.is_of("http://terminology.hl7.org/CodeSystem/reason-medication-given");
    let reason = given
        .reason_code
        .iter()
        .filter(is_indication)
        .find_map(Concept::name)
        .unwrap_or_default();
    taken.count_elements(held, &given.rest);
    for name in dosage.rest.keys() {
        *taken
            .elements
            .entry((held.kind.clone(), format!("dosage.{name}")))
            .or_default() += 1;
    }
    let cells = [
        ("STUDYID", taken.options.study.as_str()),
        ("DOMAIN", "CM"),
        ("USUBJID", &subject),
        ("CMTRT", &name),
        ("CMINDC", reason),
        ("CMDOSE", amount.as_deref().unwrap_or_default()),
        ("CMDOSU", dose.map(super::resource::Quantity::unit).unwrap_or_default()),
        ("CMROUTE", &route),
        ("CMSTDTC", &start),
        ("CMENDTC", &end),
    ];
    taken.medications.push(&cells, &held.file, &held.place);
    Ok(true)
}

/// The name of what was given: said in the resource, or by the medication it refers to.
fn drug(taken: &Taken<'_>, held: &Held, given: &MedicationAdministration) -> Option<String> {
    if let Some(name) = given.medication_codeable_concept.as_ref().and_then(Concept::name) {
        return Some(name.to_owned());
    }
    let reference = given.medication_reference.as_ref()?;
    let by_reference = reference.to.as_deref().and_then(|text| {
        let contained = text.strip_prefix('#').and_then(|id| {
            let mut contained = given.contained.iter();
            contained.find(|one| one.id.as_deref() == Some(id))?.code.clone()
        });
        let at = taken.addresses.find(held, text).ok().flatten();
        contained.or_else(|| taken.drugs.get(&at?).cloned())
    });
    let name = by_reference.as_ref().and_then(Concept::name).map(str::to_owned);
    name.or_else(|| reference.display.clone())
}

/// Codes of HL7 adverse-event-severity as `AESEV`.
const SEVERITIES: [(&str, [&str; 2]); 3] = [
    ("mild", ["MILD", ""]),
    ("moderate", ["MODERATE", ""]),
    ("severe", ["SEVERE", ""]),
];

/// Codes of HL7 adverse-event-seriousness: `AESER`, and the variable of the criterion.
const SERIOUS: [(&str, [&str; 2]); 8] = [
    ("Non-serious", ["N", ""]),
    ("Serious", ["Y", ""]),
    ("SeriousResultsInDeath", ["Y", "AESDTH"]),
    ("SeriousIsLifeThreatening", ["Y", "AESLIFE"]),
    ("SeriousResultsInHospitalization", ["Y", "AESHOSP"]),
    ("SeriousResultsInDisability", ["Y", "AESDISAB"]),
    ("SeriousIsBirthDefect", ["Y", "AESCONG"]),
    ("SeriousRequiresPreventImpairment", ["Y", "AESMIE"]),
];

/// Codes of HL7 adverse-event-outcome as `AEOUT`.
const OUTCOMES: [(&str, [&str; 2]); 6] = [
    ("resolved", ["RECOVERED/RESOLVED", ""]),
    ("recovering", ["RECOVERING/RESOLVING", ""]),
    ("ongoing", ["NOT RECOVERED/NOT RESOLVED", ""]),
    ("resolvedWithSequelae", ["RECOVERED/RESOLVED WITH SEQUELAE", ""]),
    ("fatal", ["FATAL", ""]),
    ("unknown", ["UNKNOWN", ""]),
];

pub(super) fn take_event(taken: &mut Taken<'_>, held: &Held) -> Result<bool, NotTaken> {
    let event: AdverseEvent = held.parse().map_err(|why| (None, why))?;
    if event.actuality == "potential" {
        return Err((None, Why::Status(event.actuality)));
    }
    let subject = taken.subject(held, event.subject.as_ref()).map_err(|why| (None, why))?;
    let left = |why| (Some(subject.clone()), why);
    let term = event
        .event
        .as_ref()
        .and_then(Concept::name)
        .ok_or_else(|| left(Why::NoCode))?
        .to_owned();
    let start = event
        .date
        .as_deref()
        .or(event.detected.as_deref())
        .ok_or_else(|| left(Why::NoTime))?;
    let start = taken.clock.read(start).map_err(left)?;
    let mut unknown = Vec::new();
    let mut known = |what: &'static str, concept: &Option<Concept>, words: &[(&str, [&'static str; 2])]| {
        let Some(concept) = concept else { return [""; 2] };
        let codes = concept.coding.iter().filter_map(|coding| coding.code.as_deref());
        let said: Vec<&str> = codes.chain(concept.name()).collect();
        let is = |word: &str| said.iter().any(|said| said.trim().eq_ignore_ascii_case(word));
        let found = words.iter().find(|(word, _)| is(word)).map(|(_, means)| *means);
        if let (None, Some(first)) = (found, said.first()) {
            unknown.push(Why::NotKnown(what, (*first).to_owned()));
        }
        found.unwrap_or_default()
    };
    let [severity, _] = known("severity", &event.severity, &SEVERITIES);
    let [serious, criterion] = known("seriousness", &event.seriousness, &SERIOUS);
    let [outcome, _] = known("outcome", &event.outcome, &OUTCOMES);
    taken.count_elements(held, &event.rest);
    let cells = [
        ("STUDYID", taken.options.study.as_str()),
        ("DOMAIN", "AE"),
        ("USUBJID", &subject),
        ("AETERM", &term),
        ("AESEV", severity),
        ("AESER", serious),
        (criterion, if criterion.is_empty() { "" } else { "Y" }),
        ("AEOUT", outcome),
        ("AESTDTC", &start),
    ];
    taken.events.push(&cells, &held.file, &held.place);
    let findings = unknown.into_iter().chain([Why::NoGrade]).map(|why| Left {
        file: held.file.clone(),
        place: held.place.clone(),
        subject: Some(subject.clone()),
        why,
    });
    taken.inbound.findings.extend(findings);
    Ok(true)
}

pub(super) fn take_condition(taken: &mut Taken<'_>, held: &Held) -> Result<bool, NotTaken> {
    let condition: Condition = held.parse().map_err(|why| (None, why))?;
    let verified = condition.verification_status.as_ref().and_then(Concept::code);
    if let Some(status) = verified.filter(|status| *status != "confirmed") {
        return Err((None, Why::Status(status.to_owned())));
    }
    let subject = taken
        .subject(held, condition.subject.as_ref())
        .map_err(|why| (None, why))?;
    let left = |why| (Some(subject.clone()), why);
    let term = condition
        .code
        .as_ref()
        .and_then(Concept::name)
        .ok_or_else(|| left(Why::NoCode))?
        .to_owned();
    let onset = condition
        .onset_date_time
        .or(condition.onset_period.and_then(|period| period.start));
    let end = condition
        .abatement_date_time
        .or(condition.abatement_period.and_then(|period| period.end));
    let mut read = |time: Option<String>| time.map_or(Ok(String::new()), |time| taken.clock.read(&time));
    let (start, end) = (read(onset).map_err(left)?, read(end).map_err(left)?);
    taken.count_elements(held, &condition.rest);
    // Whether it goes on is told by its end; the status alone has no day.
    if condition.clinical_status.is_some() {
        *taken
            .elements
            .entry((held.kind.clone(), "clinicalStatus".to_owned()))
            .or_default() += 1;
    }
    let cells = [
        ("STUDYID", taken.options.study.as_str()),
        ("DOMAIN", "MH"),
        ("USUBJID", &subject),
        ("MHTERM", &term),
        ("MHSTDTC", &start),
        ("MHENDTC", &end),
    ];
    taken.history.push(&cells, &held.file, &held.place);
    Ok(true)
}
