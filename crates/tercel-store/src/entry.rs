//! One entry of the record: what was done, by whom, when, and the hash that chains it to the one before.

use std::fmt;

use sha2::{Digest, Sha256};

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The first entry: the study the store is for.
    Open,
    /// A record is entered for the first time.
    Create,
    /// A new version of a record, with a reason.
    Correct,
    /// A record is marked as entered in error; its versions stay.
    Void,
    /// A signature on one version of a record.
    Sign,
    /// A question about a record or one of its fields.
    Query,
    /// An answer to a query.
    Answer,
    /// A query is closed by who may ask.
    Close,
    /// A version of a record was held against its source.
    Verify,
    /// A record accepts no more versions.
    Lock,
    /// A locked record is opened again, by two persons with a reason.
    Unlock,
    /// A step of a decision: a packet frozen, a vote, a resolution.
    Decide,
    /// Somebody came in, was refused, or left.
    Access,
    /// Something was taken out: an export, a backup, a signed head.
    Export,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::Open,
        Self::Create,
        Self::Correct,
        Self::Void,
        Self::Sign,
        Self::Query,
        Self::Answer,
        Self::Close,
        Self::Verify,
        Self::Lock,
        Self::Unlock,
        Self::Decide,
        Self::Access,
        Self::Export,
    ];

    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Create => "create",
            Self::Correct => "correct",
            Self::Void => "void",
            Self::Sign => "sign",
            Self::Query => "query",
            Self::Answer => "answer",
            Self::Close => "close",
            Self::Verify => "verify",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::Decide => "decide",
            Self::Access => "access",
            Self::Export => "export",
        }
    }

    /// The kind of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the entry makes a new version of a record.
    pub fn makes_version(self) -> bool {
        matches!(self, Self::Create | Self::Correct | Self::Void)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// One entry, as it stands in the database. Times are UTC, `YYYY-MM-DDTHH:MM:SS.mmmZ`, so that they sort as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Place in the chain, from 1 without a gap.
    pub seq: i64,
    /// What was done.
    pub kind: Kind,
    /// The record concerned: `AE/<USUBJID>/<number>`, `ACCOUNT//<number>`.
    pub record: Option<String>,
    /// The version made, signed or verified.
    pub version: Option<i64>,
    /// Form of the record.
    pub form: Option<String>,
    /// Subject of the record.
    pub subject: Option<String>,
    /// Site of the record.
    pub site: Option<String>,
    /// Account of the author.
    pub author: String,
    /// Role in which the author acted.
    pub role: String,
    /// When it was entered.
    pub entered_at: String,
    /// When it happened, as written in the record.
    pub happened: Option<String>,
    /// Why, where a reason is asked for.
    pub reason: Option<String>,
    /// Protocol version in force.
    pub protocol: Option<String>,
    /// What was entered, as JSON.
    pub payload: String,
    /// Hash of the entry before, in hexadecimal.
    pub prior: String,
    /// Hash of this entry, in hexadecimal.
    pub hash: String,
}

impl Entry {
    /// The hash that belongs to what the entry says: SHA-256 over every field but the hash itself, each preceded by a
    /// byte that says whether it is there and by its length, so that no two different entries have the same bytes.
    pub fn derive_hash(&self) -> String {
        let mut sha = Sha256::new();
        let (seq, version) = (self.seq.to_string(), self.version.map(|version| version.to_string()));
        let fields = [
            Some(self.prior.as_str()),
            Some(seq.as_str()),
            Some(self.kind.name()),
            self.record.as_deref(),
            version.as_deref(),
            self.form.as_deref(),
            self.subject.as_deref(),
            self.site.as_deref(),
            Some(self.author.as_str()),
            Some(self.role.as_str()),
            Some(self.entered_at.as_str()),
            self.happened.as_deref(),
            self.reason.as_deref(),
            self.protocol.as_deref(),
            Some(self.payload.as_str()),
        ];
        for field in fields {
            match field {
                None => sha.update([0]),
                Some(text) => {
                    sha.update([1]);
                    sha.update((text.len() as u64).to_be_bytes());
                    sha.update(text.as_bytes());
                }
            }
        }
        hex(&sha.finalize())
    }
}

/// The `prior` of the first entry.
pub const NO_PRIOR: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    text
}

/// Hexadecimal back to bytes; `None` where it is none.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
        .collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |byte, nibble| byte << 4 | nibble))
            .collect(),
    )
}

/// SHA-256 of a text, in hexadecimal.
pub fn sha256(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}
