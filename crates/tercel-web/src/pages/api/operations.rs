//! What each operation takes and answers, as the OpenAPI document tells it and requests are held to it.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};
use tercel::language::both;
use tercel_store::Kind;

use super::wire::{Decision, Entries, Forms, OneRecord, Records};
use crate::ask::Fields;
use crate::pages;
use crate::reply::Fault;

/// An operation that reads.
pub(super) struct Reading {
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    /// What it takes in its query, and what each means.
    pub(super) queries: &'static [(&'static str, &'static str)],
    pub(super) answer: fn(&mut SchemaGenerator) -> Schema,
}

/// The choice of the lists over every subject.
const OF_SITE_AND_STATE: &[(&str, &str)] = &[
    ("site", "Lines of this site"),
    ("state", "Lines in this state, named as on the page"),
];

macro_rules! reading {
    ($path:literal, $summary:literal, $queries:expr, $answer:ty) => {
        Reading {
            path: $path,
            summary: $summary,
            queries: $queries,
            answer: |schemas| schemas.subschema_for::<$answer>(),
        }
    };
}

/// Every operation that reads.
pub(super) const READINGS: [Reading; 17] = [
    reading!(
        "/api/board",
        "Dose levels with every subject's state, and what the design says of the next dose",
        &[],
        pages::board::Page
    ),
    reading!(
        "/api/work",
        "What is to be done, the most urgent first",
        &[],
        pages::gates::WorkPage
    ),
    reading!("/api/subjects", "The subjects", &[], pages::subjects::ListPage),
    reading!(
        "/api/subject/{*rest}",
        "One subject: where it stands, what may be entered, what is found",
        &[],
        pages::subjects::SubjectPage
    ),
    reading!(
        "/api/gates/{*rest}",
        "The gates of a subject, each with its checks, and its visits: due, overdue, missed, done",
        &[],
        pages::gates::Page
    ),
    reading!(
        "/api/screening",
        "The screening log",
        OF_SITE_AND_STATE,
        pages::screening::Page
    ),
    reading!(
        "/api/consents",
        "How every consent stands",
        OF_SITE_AND_STATE,
        pages::consents::Page
    ),
    reading!(
        "/api/serious",
        "Serious adverse events with their reports and clocks",
        OF_SITE_AND_STATE,
        pages::serious::Page
    ),
    reading!("/api/queries", "The open queries", &[], pages::queries::Page),
    reading!(
        "/api/meetings",
        "Decision meetings, and which are called for",
        &[],
        pages::meetings::Page
    ),
    reading!(
        "/api/meeting/{*rest}",
        "One meeting: members, proposal, votes, resolution, what changed since",
        &[("again", "Any value: the packet is made again of the entries it knew")],
        pages::meeting::Page
    ),
    reading!(
        "/api/protocol",
        "Versions of the protocol, where each is in force, and what differs",
        &[
            ("from", "The version to compare from; with `to`"),
            ("to", "The version to compare with"),
        ],
        pages::protocol::Page
    ),
    reading!(
        "/api/records",
        "Records",
        &[
            ("subject", "Records of this subject"),
            ("form", "Records of this form"),
            ("queried", "Any value: only records with an open query"),
        ],
        Records
    ),
    reading!("/api/record/{*rest}", "One record", &[], OneRecord),
    reading!(
        "/api/entries",
        "Entries of the chain",
        &[
            ("record", "Entries about this record"),
            ("subject", "Entries about this subject"),
            ("author", "Entries by this account"),
            ("kind", "Entries of this kind"),
            ("from", "Entered at or after this day or time, UTC"),
            ("until", "Entered before this day or time, UTC"),
            (
                "before",
                "Entries before this number; 500 are given at once, the last first",
            ),
        ],
        Entries
    ),
    reading!(
        "/api/decision",
        "What the design says of the next dose, for who reads every site",
        &[],
        Option<Decision>
    ),
    reading!("/api/forms", "The forms with their fields", &[], Forms),
];

pub(super) fn queries(path: &str) -> &'static [(&'static str, &'static str)] {
    let known = READINGS.iter().find(|reading| reading.path == path);
    known.map_or(&[], |reading| reading.queries)
}

/// A parameter that would not be read is refused: who asks for less is not given all.
pub(crate) fn only_known(given: &Fields, path: &str) -> Result<(), Fault> {
    let known = |name: &str| queries(path).iter().any(|(known, _)| *known == name);
    match given.keys().find(|name| !known(name)) {
        Some(name) => Err(Fault::Wrong(both!(
            "{path} takes no parameter \"{name}\"; /api/openapi.json lists what it takes",
            "{path}没有参数“{name}”；可用参数见/api/openapi.json"
        ))),
        None => Ok(()),
    }
}

/// What an answer of a request may be.
#[derive(Clone, Copy)]
pub(super) enum Takes {
    Text,
    /// A whole number.
    Number,
    /// A day as 2026-03-31.
    Day,
    /// Y.
    Yes,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// A text of this shape.
    Shaped(&'static str),
}

impl Takes {
    pub(super) fn schema(self) -> Value {
        match self {
            Self::Text => json!({"type": "string"}),
            Self::Number => json!({"type": ["integer", "string"], "pattern": "^[0-9]+$"}),
            Self::Day => json!({"type": "string", "format": "date"}),
            Self::Yes => json!({"type": ["boolean", "string"], "enum": [true, false, "Y", "N", ""]}),
            Self::OneOf(values) => json!({"type": "string", "enum": values}),
            Self::Shaped(pattern) => json!({"type": "string", "pattern": pattern}),
        }
    }
}

/// An answer that a request must have, or may.
pub(super) struct Given {
    pub(super) name: &'static str,
    pub(super) needed: bool,
    pub(super) takes: Takes,
}

const fn must(name: &'static str, takes: Takes) -> Given {
    Given {
        name,
        needed: true,
        takes,
    }
}

const fn may(name: &'static str, takes: Takes) -> Given {
    Given {
        name,
        needed: false,
        takes,
    }
}

/// An operation that changes.
pub(super) struct Changing {
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    /// Answers beside those that only a browser needs.
    pub(super) given: &'static [Given],
    /// Answers named by what they are about, as `v.<field>`.
    pub(super) named: Option<&'static str>,
}

use Takes::{Day, Number, OneOf, Shaped, Text, Yes};

const RECORD: Given = must("record", Text);
/// The version that was seen.
const SEEN: Given = must("seen", Number);
const ACCOUNT: Given = must("account", Text);
/// The administrator's own password, again.
const OWN: Given = must("own_password", Text);
const PASSWORD: Given = must("password", Text);

const fn changing(path: &'static str, summary: &'static str, given: &'static [Given]) -> Changing {
    Changing {
        path,
        summary,
        given,
        named: None,
    }
}

const fn entering(path: &'static str, summary: &'static str, given: &'static [Given], named: &'static str) -> Changing {
    Changing {
        path,
        summary,
        given,
        named: Some(named),
    }
}

/// Every operation that changes.
pub(super) const CHANGES: [Changing; 22] = [
    entering(
        "/enter/{*rest}",
        "Enter a record: rest is form/subject, demography/new for a new subject; answers by field as v.<field>; confirmed=Y keeps unusual answers, confirmed=Y also makes a second subject with the answers of one of today, happened=Y with why keeps what was done at a closed gate",
        &[may("confirmed", Yes), may("happened", Yes), may("why", Text)],
        "^v\\..+$",
    ),
    entering(
        "/correct/{*rest}",
        "Enter a new version: rest is the record; all answers as v.<field>",
        &[SEEN, may("reason", Text), may("confirmed", Yes)],
        "^v\\..+$",
    ),
    changing(
        "/void",
        "Mark a record as entered in error",
        &[RECORD, SEEN, must("reason", Text)],
    ),
    changing(
        "/verify",
        "State that a version agrees with its source",
        &[RECORD, SEEN],
    ),
    changing(
        "/sign",
        "Sign a version: meaning is reviewed or responsible",
        &[
            RECORD,
            SEEN,
            must("content", Text),
            must("meaning", OneOf(&["reviewed", "responsible"])),
            ACCOUNT,
            PASSWORD,
        ],
    ),
    changing(
        "/protocol",
        "Register the version of the protocol that the program runs, signed by the sponsor's physician",
        &[must("summary", Text), ACCOUNT, PASSWORD],
    ),
    changing(
        "/protocol/site",
        "Make a registered version effective at a site, signed by its investigator; dates as 2026-03-31",
        &[
            must("version", Text),
            must("site", Text),
            must("approval", Text),
            must("approved", Day),
            must("effective", Day),
            ACCOUNT,
            PASSWORD,
        ],
    ),
    changing(
        "/query",
        "Ask about a record",
        &[RECORD, may("field", Text), must("text", Text)],
    ),
    changing(
        "/answer",
        "Answer a query",
        &[RECORD, must("query", Number), must("text", Text)],
    ),
    changing("/close", "Close a query", &[RECORD, must("query", Number)]),
    changing("/lock", "Accept no more versions", &[RECORD, SEEN]),
    changing(
        "/unlock",
        "Open a locked record, with a second person",
        &[
            RECORD,
            must("reason", Text),
            PASSWORD,
            must("second", Text),
            must("second_password", Text),
        ],
    ),
    entering(
        "/meetings",
        "Freeze a decision packet: member.<account> is member or physician",
        &[
            must("occasion", OneOf(&["scheduled", "pause", "rp2d", "other"])),
            may("words", Text),
            must("quorum", Number),
            may("roles_needed", Text),
        ],
        "^member\\..+$",
    ),
    changing(
        "/propose",
        "Put a decision to a meeting",
        &[
            RECORD,
            must(
                "choice",
                Shaped("^((escalate|stay|de-escalate):[0-9]+|wait|(stop|rp2d)(:[0-9]+)?)$"),
            ),
            may("places", Number),
            may("overrides", Yes),
            may("reason", Text),
            may("despite", Text),
            may("conditions", Text),
            may("effective", Text),
        ],
    ),
    changing(
        "/conflict",
        "Declare a conflict of interest",
        &[RECORD, must("text", Text)],
    ),
    changing(
        "/vote",
        "Vote on a proposal, signed",
        &[
            RECORD,
            must("proposal", Number),
            must("vote", OneOf(&["agree", "disagree", "abstain"])),
            may("comment", Text),
            ACCOUNT,
            PASSWORD,
        ],
    ),
    changing("/resolve", "Close a vote", &[RECORD]),
    entering(
        "/panel/{*rest}",
        "Enter several records of a form together: rest is form/subject; shared answers as v.<field>, those of row n as rn.<field>",
        &[may("confirmed", Yes)],
        "^(v|r[0-9]+)\\..+$",
    ),
    entering(
        "/countersign/{*rest}",
        "Enter a record of two persons: rest is form/subject; answers by field as v.<field>; covers: what a lift or a verdict is about, as its page shows; mismatch: Y where what was read is not what the records hold",
        &[
            PASSWORD,
            must("second", Text),
            must("second_password", Text),
            may("covers", Text),
            may("mismatch", Yes),
        ],
        "^v\\..+$",
    ),
    changing(
        "/people/add",
        "Add an account",
        &[
            ACCOUNT,
            must("printed", Text),
            must("grants", Text),
            PASSWORD,
            must("again", Text),
            OWN,
        ],
    ),
    changing(
        "/people/change",
        "Change roles, or disable an account",
        &[
            ACCOUNT,
            SEEN,
            must("grants", Text),
            may("disabled", Yes),
            must("reason", Text),
            OWN,
        ],
    ),
    changing(
        "/people/password",
        "Set a first password",
        &[ACCOUNT, PASSWORD, must("again", Text), OWN],
    ),
];

/// The parameters of an operation as OpenAPI describes them.
pub(super) fn parameters(path: &str) -> Vec<Value> {
    let rest = json!({"name": "rest", "in": "path", "required": true, "schema": {"type": "string"}});
    let described = |(name, meaning): &(&str, &str)| {
        let schema = if *name == "kind" {
            json!({"type": "string", "enum": Kind::ALL.map(Kind::name)})
        } else {
            json!({"type": "string"})
        };
        json!({"name": name, "in": "query", "required": false, "description": meaning, "schema": schema})
    };
    let rest = path.contains("{*rest}").then_some(rest);
    rest.into_iter().chain(queries(path).iter().map(described)).collect()
}
