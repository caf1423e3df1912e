//! What a packet would say today: the same cut, by what is known now.
//!
//! # What it derives
//! Every statement that would differ, with what was said and what would be said; nothing where nothing changed.
//!
//! # Limits
//! Compared are statements, not the records they rest on; what the caller gave (queries, completeness) is none, nor whether a dataset
//! has any row, which data cut on an earlier day do not say. Another version of the protocol, or of the design's settings, is a
//! difference in the basis.

use jiff::civil::Date;
use thiserror::Error;

use super::about::About;
use super::freeze::NotFrozen;
use super::packet::Packet;
use super::statements::{Place, Statement};
use crate::endpoint::Analysis;
use crate::language::Language;

/// Why a packet cannot be held against an analysis.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CannotReplay {
    /// Another trial.
    #[error("the packet is of trial {packet}, the data are of {data}")]
    OtherTrial {
        /// Trial of the packet.
        packet: String,
        /// Trial of the data.
        data: String,
    },
    /// Another data cut.
    #[error("the packet was cut on {packet}; cut the data on that day too")]
    OtherCut {
        /// Data cut of the packet.
        packet: Date,
    },
    /// No packet can be made of the data.
    #[error(transparent)]
    NotFrozen(#[from] NotFrozen),
}

/// A statement that would be different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub place: Place,
    /// What was said; `None`: nothing.
    pub then: Option<String>,
    /// What would be said; `None`: nothing.
    pub now: Option<String>,
}

impl Difference {
    /// `The DLT verdict of 003 was "no DLT", and would be "DLT: …".`
    pub fn sentence(&self, language: Language) -> String {
        let place = self.place.words(language);
        match language {
            Language::English => {
                let said = |text: &Option<String>| match text.as_deref() {
                    None | Some("") => "nothing".to_owned(),
                    Some(text) => format!("\"{text}\""),
                };
                let mut sentence = format!("{place}: was {}, would be {}.", said(&self.then), said(&self.now));
                if let Some(first) = sentence.get(..1).map(str::to_uppercase) {
                    sentence.replace_range(..1, &first);
                }
                sentence
            }
            Language::Chinese => {
                let said = |text: &Option<String>| match text.as_deref() {
                    None | Some("") => "无".to_owned(),
                    Some(text) => format!("“{text}”"),
                };
                format!("{place}：当时为{}，现为{}。", said(&self.then), said(&self.now))
            }
        }
    }
}

/// What a packet would say otherwise by what is known now; `analysis` has the same cut.
pub fn replay(packet: &Packet, analysis: &Analysis<'_>, language: Language) -> Result<Vec<Difference>, CannotReplay> {
    if packet.trial != analysis.trial.id {
        return Err(CannotReplay::OtherTrial {
            packet: packet.trial.clone(),
            data: analysis.trial.id.clone(),
        });
    }
    if analysis.cut.is_some_and(|cut| cut != packet.cut) {
        return Err(CannotReplay::OtherCut { packet: packet.cut });
    }
    // What the caller gave is no statement: a packet without it says the same.
    let now = Packet::freeze(analysis, About::occasion(packet.occasion.clone()))?;
    let (packet, now) = (without_datasets(packet), without_datasets(&now));
    // Packets of the first version are English: only in that language does what was said compare with what would be.
    let english = |packet: &Packet| packet.statements(Language::English);
    let mut found = differences(&english(&packet), &english(&now));
    if language != Language::English {
        let (then, now) = (packet.statements(language), now.statements(language));
        for one in &mut found {
            one.then = find(&then, &one.place);
            one.now = find(&now, &one.place);
        }
    }
    Ok(found)
}

/// The packet without what was found about a dataset as a whole.
fn without_datasets(packet: &Packet) -> Packet {
    let mut packet = packet.clone();
    packet
        .findings
        .retain(|one| one.subject.is_some() || !one.field.is_empty() || !one.records.is_empty());
    packet
}

fn find(among: &[Statement], place: &Place) -> Option<String> {
    let found = among.iter().find(|statement| statement.place == *place);
    found.map(|statement| statement.text.clone())
}

fn differences(then: &[Statement], now: &[Statement]) -> Vec<Difference> {
    let gone_or_other = then.iter().filter_map(|statement| {
        let today = find(now, &statement.place);
        (today.as_ref() != Some(&statement.text)).then(|| Difference {
            place: statement.place.clone(),
            then: Some(statement.text.clone()),
            now: today,
        })
    });
    let new = now.iter().filter(|statement| find(then, &statement.place).is_none());
    let new = new.map(|statement| Difference {
        place: statement.place.clone(),
        then: None,
        now: Some(statement.text.clone()),
    });
    gone_or_other.chain(new).collect()
}
