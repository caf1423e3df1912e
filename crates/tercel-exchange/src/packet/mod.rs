//! Decision packets as bytes: one canonical form, whose SHA-256 identifies a packet, and back.
//!
//! # Form
//! One JSON document in UTF-8 without blanks and without a newline at the end. Members stand in the order of the types of
//! `tercel::meeting`, lists in the order of the packet (subjects, records and findings sorted). Days are `YYYY-MM-DD`, moments in
//! universal time, records `AE/<subject>/<number>`, numbers in the shortest form that reads back to the same value. What is not known is
//! `null`, never left out. `format` is `tercel.packet`, `version` an integer.
//!
//! # Versions
//! A reader takes the versions it knows alone: a packet is evidence, and a member read by guess is none. A member added, taken out or read
//! otherwise is a new version, and `read_packet` keeps an arm for each old one. Version 2 says reasons, verdicts, halts, findings and what is
//! waited for in each language (`en`, `zh`); version 1 said them in English, which reads as said in every language.

mod tables;
mod value;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tercel::meeting::Packet;
use thiserror::Error;

use self::value::{Misread, Wire};

/// The version written.
pub const PACKET_VERSION: u64 = 2;

/// The versions read.
const READ: [u64; 2] = [1, PACKET_VERSION];

/// What the `format` member says.
const FORMAT: &str = "tercel.packet";

/// Why bytes are no packet.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PacketError {
    /// Not JSON.
    #[error("the packet is not JSON: {0}")]
    NotJson(String),
    /// JSON, but no packet.
    #[error("the document is no decision packet: its member \"format\" is not \"{FORMAT}\"")]
    NoPacket,
    /// A version this program does not know.
    #[error(
        "the packet has version {0}, and this program reads up to version {PACKET_VERSION}; read it with the program that wrote it"
    )]
    Version(String),
    /// A member is missing, unknown or of the wrong kind.
    #[error("the packet cannot be read at {place}: {what}")]
    Member {
        /// Where.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// The bytes read well, but are not in the canonical form.
    #[error(
        "the packet is not in its canonical form, so its digest means nothing; it was changed after it was written"
    )]
    NotCanonical,
}

impl From<Misread> for PacketError {
    fn from(misread: Misread) -> Self {
        Self::Member {
            place: if misread.place.is_empty() {
                "its outermost member".to_owned()
            } else {
                misread.place
            },
            what: misread.what,
        }
    }
}

/// The packet in its canonical form. The same packet gives the same bytes on every platform.
pub fn packet_json(packet: &Packet) -> String {
    in_version(packet, PACKET_VERSION)
}

fn in_version(packet: &Packet, version: u64) -> String {
    let mut written = packet.write();
    if version == 1 {
        tables::in_english(&mut written);
    }
    let mut document = serde_json::Map::new();
    document.insert("format".to_owned(), Value::from(FORMAT));
    document.insert("version".to_owned(), Value::from(version));
    document.insert("packet".to_owned(), written);
    Value::Object(document).to_string()
}

/// SHA-256 of bytes, in hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// SHA-256 of the canonical form, in hexadecimal: what a signature is of.
pub fn packet_digest(packet: &Packet) -> String {
    sha256_hex(packet_json(packet).as_bytes())
}

/// Reads a packet from its canonical form, in the version it was written in: its digest is that of these bytes.
pub fn read_packet(text: &str) -> Result<Packet, PacketError> {
    let document = crate::strict_json::parse(text).map_err(|error| PacketError::NotJson(error.to_string()))?;
    if document.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(PacketError::NoPacket);
    }
    let version = document.get("version").unwrap_or(&Value::Null);
    let Some(known) = version.as_u64().filter(|version| READ.contains(version)) else {
        return Err(PacketError::Version(version.to_string()));
    };
    let packet = Packet::read(document.get("packet").unwrap_or(&Value::Null))?;
    if in_version(&packet, known) != text {
        return Err(PacketError::NotCanonical);
    }
    Ok(packet)
}
