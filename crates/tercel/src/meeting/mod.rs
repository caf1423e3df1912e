//! The dose-decision meeting: what the committee is shown, frozen; what a later correction does to it; how the committee
//! decides.
//!
//! | Task | Start here |
//! |---|---|
//! | what meeting is called for now | [`called_for`] |
//! | freeze what a committee is shown | [`Packet::freeze`] |
//! | what a correction touches | [`impact()`] |
//! | what a packet would say today | [`replay()`] |
//! | from votes to a decision | [`resolve()`] |
//!
//! A packet is data: the same study, cut and knowledge give the same packet, whatever the order of rows and the number of
//! threads. It holds what was concluded, with the records each statement rests on, and none of the records' values beyond that.

mod about;
mod advice;
mod call;
mod committee;
mod freeze;
mod frozen_zh;
mod impact;
mod missing;
mod packet;
mod recommended;
mod replay;
mod resolve;
mod sentences;
mod statements;
mod subject;
mod words;

pub use about::{About, Completeness, Knowledge, Occasion, OpenQuery, PauseMet};
pub use advice::{ASSUMED_TARGET, Advice, Opinion};
pub use call::{Call, called_for};
pub use committee::{Ballot, Member, Quorum, Vote};
pub use freeze::NotFrozen;
pub use frozen_zh::{events_words, no_answer_words, settings_words};
pub use impact::{CellTouched, Impact, PacketTouched, impact};
pub use missing::Missing;
pub use packet::{BlockingFinding, HaltLine, IfNone, IfOpen, LevelLine, Limits, Packet, Recommendation, WaitingFor};
pub use recommended::{BestLine, Feasibility, KineticsLine, Recommended, ResponseLine, Spread};
pub use replay::{CannotReplay, Difference, replay};
pub use resolve::{Choice, Departure, Proposal, Resolution, is_overtaken, resolve};
pub use sentences::records_words;
pub use statements::{Place, Statement};
pub use subject::{ContactLine, DeviationLine, Dose, SeriousLine, Standing, SubjectLine, VerdictLine, Worst};
pub use words::action_words;

use crate::study::RecordId;

/// Records in order, each once.
fn in_order(mut records: Vec<RecordId>) -> Vec<RecordId> {
    records.sort();
    records.dedup();
    records
}

/// A computed number as a packet holds it, to six significant digits: the last bits of logarithms and quantiles differ
/// between platforms, and a packet is the same bytes everywhere.
fn frozen(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}
