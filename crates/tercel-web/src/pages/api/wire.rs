//! What programs read that no page shows in the same way: records, entries, the decision and the forms.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use tercel::design::decide_study;
use tercel::endpoint::check_analysis;
use tercel::protocol::DoseLevel;
use tercel::study::{Blocks, named_first};
use tercel_exchange::form::FORMS;
use tercel_store::Record;

use crate::snapshot::Snapshot;

/// Records.
#[derive(Serialize, JsonSchema)]
pub(super) struct Records {
    pub(super) records: Vec<RecordNow>,
}

/// One record.
#[derive(Serialize, JsonSchema)]
pub(super) struct OneRecord {
    pub(super) record: RecordNow,
}

/// A record after all its entries.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Record")]
pub(super) struct RecordNow {
    /// Series and number: `AE/<subject>/<number>`.
    key: String,
    form: String,
    subject: Option<String>,
    site: Option<String>,
    /// Version of the values, from 1.
    version: i64,
    /// Values as written.
    values: BTreeMap<String, String>,
    /// Entered in error.
    voided: bool,
    /// No more versions.
    locked: bool,
    /// First entry.
    created: Stamp,
    /// Entry of the current version.
    changed: Stamp,
    /// Hash of the entry of the current version: what a signature binds.
    content: String,
    /// Clinical time of the current version, as written.
    happened: Option<String>,
    /// Protocol version of the current version.
    protocol: Option<String>,
    /// Every account that entered a version.
    authors: BTreeSet<String>,
    /// Last verification, of whichever version.
    verified: Option<Stamp>,
    /// Signatures, of whichever version.
    signatures: Vec<Signature>,
    queries: Vec<Query>,
    /// Steps of a decision, in order, each with who took it.
    steps: Vec<(Value, Stamp)>,
    /// Last entry about the record.
    last: i64,
}

/// Who did something, in which entry.
#[derive(Serialize, JsonSchema)]
struct Stamp {
    entry: i64,
    /// Account.
    by: String,
    role: String,
    /// When, UTC.
    at: String,
    /// Version of the record it was about.
    version: i64,
}

/// A signature on a record.
#[derive(Serialize, JsonSchema)]
struct Signature {
    stamp: Stamp,
    /// Printed name of the signer at that time.
    name: String,
    meaning: String,
    /// Hash of the entry that made the version signed.
    content: String,
}

/// A query, open until it is closed.
#[derive(Serialize, JsonSchema)]
struct Query {
    /// Entry that asked, by which /answer and /close name it.
    id: i64,
    /// Field asked about, where it is one.
    field: Option<String>,
    text: String,
    asked: Stamp,
    /// Answers in order, each with who gave it.
    answers: Vec<(String, Stamp)>,
    closed: Option<Stamp>,
}

impl Stamp {
    fn of(stamp: tercel_store::Stamp) -> Self {
        let tercel_store::Stamp {
            entry,
            by,
            role,
            at,
            version,
        } = stamp;
        Self {
            entry,
            by,
            role,
            at,
            version,
        }
    }
}

impl RecordNow {
    pub(super) fn of(record: Record) -> Self {
        let signature = |one: tercel_store::Signature| Signature {
            stamp: Stamp::of(one.stamp),
            name: one.name,
            meaning: one.meaning,
            content: one.content,
        };
        let said = |(text, stamp)| (text, Stamp::of(stamp));
        let query = |one: tercel_store::Query| Query {
            id: one.id,
            field: one.field,
            text: one.text,
            asked: Stamp::of(one.asked),
            answers: one.answers.into_iter().map(said).collect(),
            closed: one.closed.map(Stamp::of),
        };
        let step = |(step, stamp)| (step, Stamp::of(stamp));
        Self {
            key: record.key,
            form: record.form,
            subject: record.subject,
            site: record.site,
            version: record.version,
            values: record.values,
            voided: record.voided,
            locked: record.locked,
            created: Stamp::of(record.created),
            changed: Stamp::of(record.changed),
            content: record.content,
            happened: record.happened,
            protocol: record.protocol,
            authors: record.authors,
            verified: record.verified.map(Stamp::of),
            signatures: record.signatures.into_iter().map(signature).collect(),
            queries: record.queries.into_iter().map(query).collect(),
            steps: record.steps.into_iter().map(step).collect(),
            last: record.last,
        }
    }
}

/// Entries.
#[derive(Serialize, JsonSchema)]
pub(super) struct Entries {
    /// At most 500, the last first.
    pub(super) entries: Vec<EntryMade>,
}

/// An entry of the chain.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Entry")]
pub(super) struct EntryMade {
    /// Place in the chain, from 1 without a gap.
    seq: i64,
    /// What was done.
    kind: &'static str,
    /// Key of the record concerned.
    record: Option<String>,
    /// The version made, signed or verified.
    version: Option<i64>,
    form: Option<String>,
    subject: Option<String>,
    site: Option<String>,
    /// Account of the author.
    author: String,
    role: String,
    /// When it was entered, UTC.
    entered_at: String,
    /// When it happened, as written in the record.
    happened: Option<String>,
    reason: Option<String>,
    /// Protocol version in force.
    protocol: Option<String>,
    /// What was entered.
    payload: Value,
    /// Hash of the entry before.
    prior: String,
    hash: String,
}

impl EntryMade {
    pub(super) fn of(entry: tercel_store::Entry) -> Self {
        Self {
            seq: entry.seq,
            kind: entry.kind.name(),
            record: entry.record,
            version: entry.version,
            form: entry.form,
            subject: entry.subject,
            site: entry.site,
            author: entry.author,
            role: entry.role,
            entered_at: entry.entered_at,
            happened: entry.happened,
            reason: entry.reason,
            protocol: entry.protocol,
            payload: serde_json::from_str(&entry.payload).unwrap_or_default(),
            prior: entry.prior,
            hash: entry.hash,
        }
    }
}

/// What the design says of the next dose; null where there is no design.
#[derive(Serialize, JsonSchema)]
pub(super) struct Decision {
    /// escalate, stay, de-escalate, wait, stop.
    action: &'static str,
    dose_level: Option<u8>,
    mtd: Option<u8>,
    because: String,
    /// What each subject it waits for is waited for.
    waiting_on: Vec<String>,
    levels: Vec<LevelCount>,
    /// Findings that hold up a decision.
    blocking_findings: usize,
    /// What is named before the decision.
    attention: Vec<String>,
    /// The day for which it was derived.
    data_cut: String,
    /// Number of the last entry known.
    entry: i64,
}

/// Subjects of a level as the design counts them.
#[derive(Serialize, JsonSchema)]
struct LevelCount {
    dose_level: u8,
    evaluable: u32,
    dlt: u32,
    pending: u32,
}

impl Decision {
    pub(super) fn derive(snapshot: &Snapshot) -> Option<Self> {
        let analysis = snapshot.analysis();
        let findings = check_analysis(&analysis);
        let decided = decide_study(&analysis)?;
        let action = decided.decision.action;
        let counts = decided.levels.iter().map(|(level, count)| LevelCount {
            dose_level: level.number(),
            evaluable: count.evaluable,
            dlt: count.dlt,
            pending: count.pending,
        });
        Some(Self {
            action: action.name(),
            dose_level: action.level().map(DoseLevel::number),
            mtd: action.mtd().map(DoseLevel::number),
            because: decided.decision.because.to_string(),
            waiting_on: decided.waiting_on.iter().map(|one| one.sentence.en.clone()).collect(),
            levels: counts.collect(),
            blocking_findings: findings.iter().filter(|one| one.blocks == Blocks::Decision).count(),
            attention: named_first(&findings),
            data_cut: snapshot.today.to_string(),
            entry: snapshot.entry,
        })
    }
}

/// The forms.
#[derive(Serialize, JsonSchema)]
pub(super) struct Forms {
    forms: Vec<Form>,
}

/// A form.
#[derive(Serialize, JsonSchema)]
struct Form {
    id: &'static str,
    en: &'static str,
    zh: &'static str,
    /// Its dataset; null where it has none.
    domain: Option<&'static str>,
    /// A subject may have several.
    repeats: bool,
    fields: Vec<FormField>,
}

/// A field of a form.
#[derive(Serialize, JsonSchema)]
struct FormField {
    /// The answer is given as `v.<id>`.
    id: &'static str,
    en: &'static str,
    zh: &'static str,
    help: &'static str,
    /// Its variable; null where it has none.
    variable: Option<&'static str>,
}

impl Forms {
    pub(super) fn all() -> Self {
        let field = |field: &tercel_exchange::form::Field| FormField {
            id: field.id,
            en: field.label.en,
            zh: field.label.zh,
            help: field.help.en,
            variable: field.variable(),
        };
        let form = |form: &&'static tercel_exchange::form::Form| Form {
            id: form.id,
            en: form.title.en,
            zh: form.title.zh,
            domain: form.domain,
            repeats: form.repeats,
            fields: form.fields.iter().map(field).collect(),
        };
        Self {
            forms: FORMS.iter().map(form).collect(),
        }
    }
}
