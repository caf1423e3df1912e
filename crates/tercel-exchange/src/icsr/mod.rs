//! Individual case safety reports: serious adverse events as messages of ICH E2B(R3).
//!
//! # What it derives
//! One message for each report ([`write_icsrs`]): batch and message header (N), report, reporter, sender and study (C), subject
//! (D), reactions (E), tests (F), drugs with their relatedness (G) and a narrative made of nothing but the data (H). What a
//! report must have and neither data nor protocol hold is a finding, never a value.
//!
//! # Source
//! `ich-e2b-r3`: HL7 V3 message `MCCI_IN200100UV01` holding `PORR_IN049016UV`; code lists 2.16.840.1.113883.3.989.2.1.1.x,
//! identifiers 2.16.840.1.113883.3.989.2.1.3.x; places and null flavours of the data elements as the FDA lists them.
//!
//! # Formula
//! A reaction is every record of the same term of which each begins no later than the day after the one before ended: data
//! record an event anew for every grade. It is serious where one of its records is. A report holds the serious reactions of a
//! subject of which the sponsor became aware on the same day; one without such a day stands alone. Its number is the subject's
//! identifier and the lowest number among its records, so that it is the same whenever it is written again.
//!
//! # Example
//! Raised ALT of grade 4, 3 and 2 in three records that follow each other is one reaction in one report, with the dates and
//! relations of all three in the narrative.
//!
//! # Limits
//! Regional elements are not written. Doses of cells stand as text (G.k.4.r.8): the units of E2B(R3) have none for cells.
//! The day of the most recent information (C.1.5) is the last day of anything the report says, since data do not tell when
//! something reached the sponsor. Whether a report is a follow-up, an amendment or a nullification is not recorded.

mod case;
mod drug;
mod element;
mod findings;
mod message;
mod narrative;
mod patient;
mod reaction;
mod relation;
mod source;

use jiff::civil::{Date, DateTime};
use tercel::coding::Coding;
use tercel::protocol::Trial;
use tercel::study::{Finding, RecordId, StudyData, When, zone_of};

use self::case::{Case, list_cases};
use self::element::Stamp;
use self::findings::Findings;
use self::message::message;
use self::source::Source;
use crate::packet::sha256_hex;
use crate::table::Table;
use crate::xml::to_xml;

/// What reports are written from.
#[derive(Debug, Clone, Copy)]
pub struct IcsrStudy<'a> {
    /// The protocol, with the parties of the reports.
    pub trial: &'a Trial,
    /// The subject data, already cut.
    pub data: &'a StudyData,
    /// The datasets they were read from, cut alike.
    pub tables: &'a [Table],
    /// Data cut; `None` where the data carry no dates.
    pub cut: Option<Date>,
    /// The sponsor's dictionary, where there is one.
    pub coding: Option<&'a Coding>,
    /// Sender, in place of the protocol's.
    pub sender: Option<&'a str>,
    /// Receiver, in place of the protocol's.
    pub receiver: Option<&'a str>,
    /// When the reports are made.
    pub created: DateTime,
}

/// One report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Icsr {
    /// Number of the report in the study, the last part of its identifier (C.1.1).
    pub number: String,
    /// The message.
    pub xml: String,
}

/// The reports of a study.
#[derive(Debug, Clone, PartialEq)]
pub struct Icsrs {
    /// In order of subject and event.
    pub reports: Vec<Icsr>,
    /// What a report must have and nothing states, and what contradicts itself.
    pub findings: Vec<Finding>,
}

/// Everything a part of a report asks for.
struct Writing<'a> {
    study: IcsrStudy<'a>,
    source: Source<'a>,
}

impl Writing<'_> {
    /// The sender's identifier.
    fn sender(&self) -> Option<&str> {
        self.study.sender.or(self.study.trial.icsr.sender.as_deref())
    }

    /// The receiver's identifier.
    fn receiver(&self) -> Option<&str> {
        self.study.receiver.or(self.study.trial.icsr.receiver.as_deref())
    }

    /// A moment of a record, with the zone its variable was written with.
    fn stamp(&self, when: When, record: &RecordId, variable: &str) -> Stamp {
        let written = self.source.text(record, variable);
        Stamp {
            when,
            ahead: written.and_then(zone_of),
        }
    }

    /// An identifier within a message, the same again for the same thing (RFC 9562, version 8).
    fn uuid(&self, of: &str) -> String {
        let sum = sha256_hex(format!("{}/{of}", self.study.trial.id).as_bytes());
        let mut uuid = String::with_capacity(36);
        for (at, digit) in sum.chars().take(32).enumerate() {
            if matches!(at, 8 | 12 | 16 | 20) {
                uuid.push('-');
            }
            uuid.push(match at {
                12 => '8',
                16 => match digit {
                    '0'..='3' => '8',
                    '4'..='7' => '9',
                    '8'..='9' | 'a'..='b' => 'a',
                    _ => 'b',
                },
                _ => digit,
            });
        }
        uuid
    }
}

/// Writes every report of the study. The same study and time give the same bytes.
pub fn write_icsrs(study: &IcsrStudy<'_>) -> Icsrs {
    let tables = source::merged(study.tables);
    let writing = Writing {
        study: *study,
        source: Source::of(&tables),
    };
    let cases: Vec<Case<'_>> = list_cases(&study.trial.id, study.data);
    let mut findings = Findings::default();
    if !cases.is_empty() {
        findings.parties(&writing);
    }
    findings.unclaimed(study.data);
    let reports = cases.iter().map(|case| {
        findings.case(&writing, case);
        Icsr {
            number: case.number.clone(),
            xml: to_xml(&message(&writing, case)),
        }
    });
    let reports = reports.collect();
    Icsrs {
        reports,
        findings: findings.into_list(),
    }
}
