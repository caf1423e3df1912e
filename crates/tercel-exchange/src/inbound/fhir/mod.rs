//! FHIR R4: bundles (collection, searchset, transaction, history), single resources, and NDJSON.
//!
//! # What it derives
//! `LB` and `VS` from `Observation`, `CM` from `MedicationAdministration`, `AE` from `AdverseEvent`, `MH` from `Condition`, and one
//! row of `DM` (identifiers, date of birth, sex, death) for each patient with data, linked to subjects by an identifier of `Patient`.
//!
//! # Source
//! HL7 FHIR R4 (4.0.1), the resource definitions of those six; LOINC and UCUM codes as in [`lab_tests`](super::lab_tests) and
//! [`loinc_codes`](super::loinc_codes).
//!
//! # Rules
//! Of several versions of a resource the latest counts. `entered-in-error`, `cancelled`, `registered`, `preliminary` and
//! `unknown` are not taken; `final`, `amended`, `corrected` and `appended` are. A severity is no grade: `AETOXGR` stays blank.
//!
//! # Limits
//! A decimal loses zeros at its end (`7.20` becomes 7.2). Members of a panel are taken as the resources they are.

mod address;
mod bundle;
mod clinical;
mod observation;
mod resource;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;

use jiff::Timestamp;
use serde_json::Value;

use self::address::Addresses;
use self::bundle::{Entered, read_resources};
use self::resource::{Concept, Container, Medication, Patient, Specimen};
use super::result::{Results, Test};
use super::specimen;
use super::time::Clock;
use super::{Inbound, InboundError, Left, Offset, Sheet, Subjects, Why};

/// How a hospital's resources become datasets.
#[derive(Debug, Clone, Default)]
pub struct FhirOptions {
    /// Study identifier (`STUDYID`).
    pub study: String,
    /// System of the patient's identifier that is linked to a subject; without it the identifier of the resource itself.
    pub patient_key: Option<String>,
    /// Subjects.
    pub subjects: Subjects,
    /// Codes beside LOINC, or in its place: `system|code` to dataset and test.
    pub codes: BTreeMap<String, (String, String)>,
    /// The site's clock, where times are in UTC.
    pub offset: Option<Offset>,
}

/// A mapping file of codes: `["http://hospital.example/lab|HB"] = "LB.HGB"` below `[codes]`.
pub fn parse_codes(text: &str) -> Result<BTreeMap<String, (String, String)>, InboundError> {
    let mapping: CodeFile = super::laboratory::parse_toml(text)?;
    let mut codes = BTreeMap::new();
    for (code, target) in mapping.codes {
        let place = target.span();
        let wrong = |what: String| super::laboratory::mapping_error(text, place.start, what);
        let (dataset, test) = target
            .get_ref()
            .split_once('.')
            .filter(|(dataset, test)| matches!(*dataset, "LB" | "VS") && Test::of(dataset, test).is_some())
            .ok_or_else(|| wrong(format!("\"{}\" is no test; write LB.HGB or VS.TEMP", target.get_ref())))?;
        if !code.contains('|') {
            return Err(wrong(format!(
                "\"{code}\" has no system; write \"http://loinc.org|718-7\""
            )));
        }
        codes.insert(code, (dataset.to_owned(), test.to_owned()));
    }
    Ok(codes)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeFile {
    codes: BTreeMap<String, toml::Spanned<String>>,
}

/// One resource, where it stands, and its version.
#[derive(Debug)]
struct Held {
    file: String,
    place: String,
    kind: String,
    id: Option<String>,
    /// The server it stands at, where its entry says so.
    server: Option<String>,
    /// Another address of its entry (`urn:uuid:…`).
    alias: Option<String>,
    version: Version,
    /// Its JSON: a tree would take ten times the memory.
    text: String,
}

impl Held {
    /// Its address; without an identifier its place in the file.
    fn at(&self) -> String {
        match &self.id {
            Some(id) => address::address(self.server.as_deref(), &self.kind, id),
            None => format!("{}: {}", self.file, self.place),
        }
    }

    fn parse<T: serde::de::DeserializeOwned>(&self) -> Result<T, Why> {
        serde_json::from_str(&self.text).map_err(|error| {
            let full = error.to_string();
            Why::Malformed(full.split(" at line ").next().unwrap_or(&full).to_owned())
        })
    }
}

/// Version of a resource: its number, or when it was last updated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Version {
    number: Option<u64>,
    updated: Option<Timestamp>,
    name: String,
}

/// Resources of several files that are read together: a patient may stand in another file than its results.
#[derive(Debug, Default)]
pub struct FhirReader {
    held: Vec<Held>,
    /// What the sender deleted, by server, kind and identifier, and when.
    deleted: BTreeMap<(Option<String>, String, String), Option<Timestamp>>,
    inbound: Inbound,
}

/// Kinds of resources that are read; of others the identifier alone is listed.
const KINDS: [&str; 7] = [
    "AdverseEvent",
    "Condition",
    "Medication",
    "MedicationAdministration",
    "Observation",
    "Patient",
    "Specimen",
];

impl FhirReader {
    /// Reads one file.
    pub fn read(&mut self, file: &str, source: impl Read) -> Result<(), InboundError> {
        let mut number = 0_usize;
        let (held, inbound, deleted) = (&mut self.held, &mut self.inbound, &mut self.deleted);
        read_resources(source, &mut |sent| {
            let (value, url) = match sent {
                Entered::Resource(value, url) => (value, url),
                Entered::Deleted { kind, id, when, url } => {
                    let server = url.and_then(|url| address::server_of(&url, &kind, &id));
                    deleted.insert((server, kind, id), when.and_then(|when| when.parse().ok()));
                    return;
                }
            };
            number += 1;
            let kind = value
                .get("resourceType")
                .and_then(Value::as_str)
                .unwrap_or("resource")
                .to_owned();
            let id = value.get("id").and_then(Value::as_str).map(str::to_owned);
            let place = format!("{kind}/{}", id.clone().unwrap_or_else(|| format!("(entry {number})")));
            inbound.count_read(&kind);
            if !KINDS.contains(&kind.as_str()) {
                let why = Why::Kind(format!("resources of the kind {kind}"));
                inbound.leave(Left {
                    file: file.to_owned(),
                    place,
                    subject: None,
                    why,
                });
                return;
            }
            let meta = |name: &str| {
                let text = value
                    .get("meta")
                    .and_then(|meta| meta.get(name))
                    .and_then(Value::as_str);
                text.unwrap_or_default().to_owned()
            };
            let (name, updated) = (meta("versionId"), meta("lastUpdated"));
            let version = Version {
                number: name.parse().ok(),
                updated: updated.parse().ok(),
                name: if name.is_empty() { updated } else { name },
            };
            let text = value.to_string();
            let server = url.as_deref().zip(id.as_deref());
            let server = server.and_then(|(url, id)| address::server_of(url, &kind, id));
            held.push(Held {
                file: file.to_owned(),
                place,
                alias: url.filter(|_| server.is_none()),
                server,
                kind,
                id,
                version,
                text,
            });
        })
    }

    /// The datasets.
    pub fn finish(mut self, options: &FhirOptions) -> Inbound {
        address::complete(&mut self.held);
        let several = several_patients(&self.held, options);
        let latest = latest(self.held, &self.deleted, &mut self.inbound);
        let mut taken = Taken::new(options, self.inbound, &latest);
        taken.several = several;
        for held in &latest {
            let done = match held.kind.as_str() {
                "Observation" => observation::take(&mut taken, held),
                "MedicationAdministration" => clinical::take_medication(&mut taken, held),
                "AdverseEvent" => clinical::take_event(&mut taken, held),
                "Condition" => clinical::take_condition(&mut taken, held),
                _ => continue,
            };
            match done {
                Ok(true) => taken.inbound.count_taken(&held.kind),
                Ok(false) => {}
                Err((subject, why)) => taken.leave(held, subject, why),
            }
        }
        taken.finish(&latest)
    }
}

/// Reads one file and gives its datasets.
pub fn read_fhir(file: &str, source: impl Read, options: &FhirOptions) -> Result<Inbound, InboundError> {
    let mut reader = FhirReader::default();
    reader.read(file, source)?;
    Ok(reader.finish(options))
}

/// Addresses at which patients of one version have different identifiers: they are of several senders that name no server.
fn several_patients(held: &[Held], options: &FhirOptions) -> BTreeSet<String> {
    let mut known: BTreeMap<(String, Version), BTreeSet<String>> = BTreeMap::new();
    let Some(system) = &options.patient_key else {
        return BTreeSet::new();
    };
    for one in held.iter().filter(|one| one.kind == "Patient" && one.id.is_some()) {
        let identifier = one
            .parse::<Patient>()
            .ok()
            .and_then(|patient| patient.identifier_of(system));
        known
            .entry((one.at(), one.version.clone()))
            .or_default()
            .extend(identifier);
    }
    let several = known.into_iter().filter(|(_, identifiers)| identifiers.len() > 1);
    several.map(|((at, _), _)| at).collect()
}

/// Of every resource its latest version, in the order in which they were sent, without those that were deleted after it.
fn latest(
    held: Vec<Held>,
    deleted: &BTreeMap<(Option<String>, String, String), Option<Timestamp>>,
    inbound: &mut Inbound,
) -> Vec<Held> {
    let mut best: BTreeMap<String, usize> = BTreeMap::new();
    for (at, resource) in held.iter().enumerate().filter(|(_, resource)| resource.id.is_some()) {
        let known = best.entry(resource.at()).or_insert(at);
        // What is sent later with the same version is the same, or a later word of a sender that does not count versions.
        let is_later = |known: &Held| {
            known.version < resource.version || (known.version == resource.version && known.text != resource.text)
        };
        if held.get(*known).is_some_and(is_later) {
            *known = at;
        }
    }
    let mut versions: HashMap<String, (usize, Version, String)> = HashMap::new();
    for (key, at) in best {
        if let Some(resource) = held.get(at) {
            versions.insert(key, (at, resource.version.clone(), resource.text.clone()));
        }
    }
    let mut servers: BTreeMap<(String, String), BTreeSet<Option<String>>> = BTreeMap::new();
    for (_, kind, id) in deleted.keys().filter(|(server, ..)| server.is_none()) {
        servers.insert((kind.clone(), id.clone()), BTreeSet::new());
    }
    for one in &held {
        let named = one.id.clone().map(|id| (one.kind.clone(), id));
        if let Some(known) = named.and_then(|named| servers.get_mut(&named)) {
            known.insert(one.server.clone());
        }
    }
    let mut kept = Vec::with_capacity(held.len());
    for (at, resource) in held.into_iter().enumerate() {
        let gone = resource.id.clone().and_then(|id| {
            let at = |server| deleted.get(&(server, resource.kind.clone(), id.clone())).copied();
            // A deletion that names no server is of the one that has the resource.
            let only = servers
                .get(&(resource.kind.clone(), id.clone()))
                .is_some_and(|servers| servers.len() == 1);
            at(resource.server.clone()).or_else(|| at(None).filter(|_| only))
        });
        let left = |why| Left {
            file: resource.file.clone(),
            place: resource.place.clone(),
            subject: None,
            why,
        };
        match versions.get(&resource.at()) {
            Some((best, version, text)) if *best != at => {
                if *version != resource.version {
                    inbound.duplicates.push(left(Why::Superseded(version.name.clone())));
                } else if *text == resource.text {
                    inbound.duplicates.push(left(Why::SameResource));
                } else {
                    inbound.findings.push(left(Why::OtherContent));
                }
            }
            Some((_, version, _))
                if gone.is_some_and(|when| {
                    // A sender that does not say when deleted it at last.
                    when.is_none() || when >= version.updated
                }) =>
            {
                inbound.leave(left(Why::Deleted));
            }
            Some(_) | None => kept.push(resource),
        }
    }
    kept
}

/// Resources that stand within another, by where they are found.
fn contained(held: &Held) -> Vec<(String, Value)> {
    if !held.text.contains("\"contained\"") {
        return Vec::new();
    }
    let Ok(Container { contained }) = held.parse() else {
        return Vec::new();
    };
    let named = contained.into_iter().filter_map(|one| {
        let id = one.get("id")?.as_str()?;
        Some((within(held, id), one))
    });
    named.collect()
}

/// The address of what stands within a resource.
fn within(held: &Held, id: &str) -> String {
    format!("{}#{id}", held.at())
}

/// Why a resource is not taken, with its subject where it is known.
type NotTaken = (Option<String>, Why);

/// Everything while resources are taken.
struct Taken<'o> {
    options: &'o FhirOptions,
    inbound: Inbound,
    results: Results,
    medications: Sheet,
    events: Sheet,
    history: Sheet,
    clock: Clock,
    /// What references mean.
    addresses: Addresses,
    /// Addresses at which several patients stand.
    several: BTreeSet<String>,
    /// Patients by address.
    patients: HashMap<String, Patient>,
    /// Names of medications by address.
    drugs: HashMap<String, Concept>,
    /// What specimens are, by address.
    specimens: HashMap<String, Concept>,
    /// Subjects with data, and the address of the patient each is.
    subjects: BTreeMap<String, String>,
    /// Servers by the identifiers that patients have there, where those are the subjects' own.
    servers: BTreeMap<String, String>,
    /// Resources with an element that no variable takes.
    elements: BTreeMap<(String, String), usize>,
}

impl<'o> Taken<'o> {
    fn new(options: &'o FhirOptions, mut inbound: Inbound, held: &[Held]) -> Self {
        let (mut patients, mut drugs, mut specimens) = (HashMap::new(), HashMap::new(), HashMap::new());
        for resource in held {
            for (id, contained) in contained(resource) {
                let kind = contained
                    .get("resourceType")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                if kind == "Patient" {
                    patients.extend(serde_json::from_value(contained).ok().map(|patient| (id, patient)));
                } else if kind == "Specimen"
                    && let Ok(Specimen { kind: Some(kind) }) = serde_json::from_value(contained)
                {
                    specimens.insert(id, kind);
                }
            }
            if resource.id.is_none() {
                continue;
            }
            let id = resource.at();
            if resource.kind == "Patient" {
                match resource.parse::<Patient>() {
                    Ok(patient) => drop(patients.insert(id, patient)),
                    Err(why) => inbound.leave(Left {
                        file: resource.file.clone(),
                        place: resource.place.clone(),
                        subject: None,
                        why,
                    }),
                }
            } else if resource.kind == "Medication"
                && let Ok(Medication { code: Some(code) }) = resource.parse()
            {
                drugs.insert(id, code);
            } else if resource.kind == "Specimen"
                && let Ok(Specimen { kind: Some(kind) }) = resource.parse()
            {
                specimens.insert(id, kind);
            }
        }
        let study = &options.study;
        let [medications, events, history] = clinical::sheets();
        Self {
            options,
            inbound,
            results: Results::new(study),
            medications,
            events,
            history,
            clock: Clock::new(options.offset),
            addresses: Addresses::of(held),
            several: BTreeSet::new(),
            patients,
            drugs,
            specimens,
            subjects: BTreeMap::new(),
            servers: BTreeMap::new(),
            elements: BTreeMap::new(),
        }
    }

    fn leave(&mut self, held: &Held, subject: Option<String>, why: Why) {
        self.inbound.leave(Left {
            file: held.file.clone(),
            place: held.place.clone(),
            subject,
            why,
        });
    }

    /// What a result was measured in, as `LBSPEC`; blank where nothing says it.
    fn specimen(&mut self, held: &Held, reference: Option<&resource::Reference>) -> String {
        let Some(reference) = reference else {
            return String::new();
        };
        let by_reference = reference.to.as_deref().and_then(|to| self.at(held, to).ok());
        let known = by_reference.and_then(|at| self.specimens.get(&at));
        let words = known.and_then(Concept::name).or(reference.display.as_deref());
        let code = known.and_then(Concept::code);
        let (specimen, is_known) = specimen::of(code, words);
        if !is_known && words.is_none() {
            let why = match code {
                Some(code) => Why::NotKnown("specimen", code.to_owned()),
                None => Why::NotKnown("specimen", reference.to.clone().unwrap_or_default()),
            };
            self.inbound.findings.push(Left {
                file: held.file.clone(),
                place: held.place.clone(),
                subject: None,
                why,
            });
        }
        specimen
    }

    /// The subject that a reference to a patient means.
    fn subject(&mut self, held: &Held, reference: Option<&resource::Reference>) -> Result<String, Why> {
        let reference = reference.ok_or(Why::NoPatient)?;
        if reference.to.as_deref().is_some_and(address::is_of_another_kind) {
            return Err(Why::NoPatient);
        }
        let by_reference = reference.to.as_deref().map(|to| self.at(held, to)).transpose()?;
        let by_reference = by_reference.as_deref();
        if let Some(at) = by_reference.filter(|at| self.several.contains(*at)) {
            return Err(Why::SeveralServers(at.to_owned()));
        }
        let key = self.options.patient_key.as_deref();
        let own = match (key, by_reference) {
            (None, Some(at)) => Some(self.own_identifier(at)?),
            (Some(_), _) | (None, None) => None,
        };
        let patient = by_reference.and_then(|at| self.patients.get(at));
        let identifier = match (key, patient) {
            (Some(system), Some(patient)) => patient
                .identifier_of(system)
                .or_else(|| reference.identifier_of(system)),
            (Some(system), None) => reference.identifier_of(system),
            (None, _) => own,
        };
        let identifier = identifier.ok_or_else(|| match (key, by_reference) {
            (Some(_), Some(at)) if patient.is_none() => Why::PatientNotSent(resource::id_of(at).to_owned()),
            (Some(system), _) => Why::NoIdentifier(system.to_owned()),
            (None, _) => Why::NoPatient,
        })?;
        let subject = self.options.subjects.find(&identifier)?;
        self.subjects
            .insert(subject.clone(), by_reference.unwrap_or_default().to_owned());
        Ok(subject)
    }

    /// The address that a reference from a resource means: within it, or of another; of one that was not sent as it is written.
    fn at(&self, held: &Held, reference: &str) -> Result<String, Why> {
        match reference.strip_prefix('#') {
            Some(id) => Ok(within(held, id)),
            None => Ok(self
                .addresses
                .find(held, reference)?
                .unwrap_or_else(|| address::as_written(held, reference))),
        }
    }

    /// The identifier a patient has at its server, which is the subject's own where no other is asked for.
    ///
    /// # Errors
    /// Patients of two servers have it.
    fn own_identifier(&mut self, at: &str) -> Result<String, Why> {
        let id = resource::id_of(at).to_owned();
        let Some(server) = address::server_of(at, "Patient", &id) else {
            return Ok(id);
        };
        let known = self.servers.entry(id.clone()).or_insert_with(|| server.clone());
        if *known == server && !self.addresses.is_of_several("Patient", &id) {
            Ok(id)
        } else {
            Err(Why::SeveralServers(format!("Patient/{id}")))
        }
    }

    /// Counts the elements of a resource that nothing takes.
    fn count_elements(&mut self, held: &Held, rest: &BTreeMap<String, Value>) {
        /// Of the resource itself, not of what it says.
        const OF_NO_MATTER: [&str; 7] = [
            "resourceType",
            "id",
            "meta",
            "text",
            "implicitRules",
            "language",
            "identifier",
        ];
        for name in rest.keys().filter(|name| !OF_NO_MATTER.contains(&name.as_str())) {
            *self.elements.entry((held.kind.clone(), name.clone())).or_default() += 1;
        }
    }

    /// Adds the dead of whom nothing else was sent, and lists the other patients without a row.
    fn add_deaths(&mut self, held: &[Held]) {
        for resource in held.iter().filter(|resource| resource.kind == "Patient") {
            let at = resource.at();
            let Some(patient) = self.patients.get(&at).filter(|_| resource.id.is_some()) else {
                continue;
            };
            if self.subjects.values().any(|known| *known == at) {
                continue;
            }
            let is_dead = patient.is_dead();
            let identifier = match &self.options.patient_key {
                Some(system) => patient
                    .identifier_of(system)
                    .ok_or_else(|| Why::NoIdentifier(system.clone())),
                None => self.own_identifier(&at),
            };
            match identifier.and_then(|identifier| self.options.subjects.find(&identifier)) {
                Ok(subject) if is_dead => drop(self.subjects.insert(subject, at)),
                Ok(subject) => self.leave(resource, Some(subject), Why::NoData),
                Err(why) => self.leave(resource, None, why),
            }
        }
    }

    fn finish(mut self, held: &[Held]) -> Inbound {
        let file = held.iter().map(|held| held.file.as_str()).collect::<BTreeSet<_>>();
        let file = file.into_iter().collect::<Vec<_>>().join(", ");
        for ((kind, element), count) in std::mem::take(&mut self.elements) {
            self.inbound.leave(Left {
                file: file.clone(),
                place: format!("{kind}.{element}"),
                subject: None,
                why: Why::Element(count),
            });
        }
        let mut demography = Sheet::new(
            "DM",
            &[
                "STUDYID", "DOMAIN", "USUBJID", "SUBJID", "BRTHDTC", "SEX", "DTHDTC", "DTHFL",
            ],
            ["USUBJID"; 3],
            &[],
        );
        self.add_deaths(held);
        for (subject, patient) in &self.subjects {
            let known = self.patients.get(patient);
            let sex = match known.and_then(|patient| patient.gender.as_deref()) {
                Some("female") => "F",
                Some("male") => "M",
                Some("unknown") => "U",
                Some(other) => {
                    self.inbound.findings.push(Left {
                        file: file.clone(),
                        place: patient.clone(),
                        subject: Some(subject.clone()),
                        why: Why::NotKnown("gender", other.to_owned()),
                    });
                    ""
                }
                None => "",
            };
            let mut read = |date: Option<&String>| match date.map(|date| self.clock.read(date)) {
                None => String::new(),
                Some(Ok(date)) => date,
                Some(Err(why)) => {
                    self.inbound.findings.push(Left {
                        file: file.clone(),
                        place: patient.clone(),
                        subject: Some(subject.clone()),
                        why,
                    });
                    String::new()
                }
            };
            let born = read(known.and_then(|patient| patient.birth_date.as_ref()));
            let died = read(known.and_then(|patient| patient.deceased_date_time.as_ref()));
            let is_dead = !died.is_empty() || known.is_some_and(|patient| patient.deceased_boolean);
            let short = subject.rsplit('-').next().unwrap_or(subject);
            let cells = [
                ("STUDYID", self.options.study.as_str()),
                ("DOMAIN", "DM"),
                ("USUBJID", subject),
                ("SUBJID", short),
                ("BRTHDTC", &born),
                ("SEX", sex),
                ("DTHDTC", &died),
                ("DTHFL", if is_dead { "Y" } else { "" }),
            ];
            demography.push(&cells, &file, &format!("Patient/{patient}"));
            self.inbound.count_taken("Patient");
        }
        for why in self.clock.notes() {
            let left = Left {
                file: file.clone(),
                place: "times".to_owned(),
                subject: None,
                why,
            };
            self.inbound.findings.push(left);
        }
        let [lab, vital] = self.results.into_sheets();
        let mut inbound = self.inbound;
        inbound.finish([demography, lab, vital, self.medications, self.events, self.history]);
        inbound
    }
}
