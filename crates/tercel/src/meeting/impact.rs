//! What a correction touches: the past decisions and the outcomes that rest on a corrected record.
//!
//! # What it derives
//! By record: which statements of which packets, and which cells of the outcome matrix, name a corrected record among those they
//! rest on.
//!
//! # Limits
//! A statement that rests on a record need not change by it, and a record entered later is among nobody's: what a packet would say
//! today is found by [`replay()`](super::replay()). Cells are those from before the correction.

use std::collections::BTreeSet;

use super::packet::Packet;
use super::statements::Place;
use crate::endpoint::Cell;
use crate::language::Language;
use crate::protocol::DoseLevel;
use crate::study::RecordId;

/// A packet that rests on a corrected record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PacketTouched {
    /// Number of the decision.
    pub number: u32,
    /// What in it rests on one.
    pub places: Vec<Place>,
}

/// A cell of the outcome matrix that rests on a corrected record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellTouched {
    /// Outcome, with its component.
    pub id: String,
    /// Time point in months.
    pub time_point: Option<u32>,
    /// Dose level; `None`: overall.
    pub level: Option<DoseLevel>,
}

impl CellTouched {
    /// The outcome without its component.
    pub fn outcome(&self) -> &str {
        self.id.split_once('.').map_or(self.id.as_str(), |(outcome, _)| outcome)
    }
}

/// What a correction touches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Impact {
    /// Decisions, in the order given.
    pub packets: Vec<PacketTouched>,
    /// Cells, in the order of the matrix.
    pub cells: Vec<CellTouched>,
}

/// What the correction of these records touches. `packets` are the past ones with the number of their decision, `cells` the
/// outcomes before the correction.
pub fn impact(packets: &[(u32, &Packet)], cells: &[Cell], corrected: &[RecordId]) -> Impact {
    let corrected: BTreeSet<&RecordId> = corrected.iter().collect();
    let rests_on = |records: &[RecordId]| records.iter().any(|record| corrected.contains(record));
    let touched = packets.iter().filter_map(|(number, packet)| {
        let statements = packet.statements(Language::English).into_iter();
        let places = statements.filter(|statement| rests_on(&statement.records));
        let places: Vec<Place> = places.map(|statement| statement.place).collect();
        (!places.is_empty()).then_some(PacketTouched {
            number: *number,
            places,
        })
    });
    let cells = cells.iter().filter(|cell| rests_on(&cell.records()));
    Impact {
        packets: touched.collect(),
        cells: cells
            .map(|cell| CellTouched {
                id: cell.id.clone(),
                time_point: cell.time_point,
                level: cell.level,
            })
            .collect(),
    }
}

impl Impact {
    /// `This correction touches decision 2 and outcomes P1, P2.`
    pub fn sentence(&self, language: Language) -> String {
        let decisions: Vec<String> = self.packets.iter().map(|packet| packet.number.to_string()).collect();
        let mut outcomes: Vec<&str> = Vec::new();
        for cell in &self.cells {
            if !outcomes.contains(&cell.outcome()) {
                outcomes.push(cell.outcome());
            }
        }
        match language {
            Language::English => {
                let named = |noun: &str, names: &[&str]| match names {
                    [] => format!("no {noun}"),
                    [one] => format!("{noun} {one}"),
                    more => format!("{noun}s {}", more.join(", ")),
                };
                let decisions: Vec<&str> = decisions.iter().map(String::as_str).collect();
                format!(
                    "This correction touches {} and {}.",
                    named("decision", &decisions),
                    named("outcome", &outcomes)
                )
            }
            Language::Chinese => match (decisions.is_empty(), outcomes.is_empty()) {
                (true, true) => "此更正不涉及任何决定和结局。".to_owned(),
                (false, true) => format!("此更正涉及决定{}，不涉及任何结局。", decisions.join("、")),
                (true, false) => format!("此更正不涉及任何决定，涉及结局{}。", outcomes.join("、")),
                (false, false) => format!("此更正涉及决定{}和结局{}。", decisions.join("、"), outcomes.join("、")),
            },
        }
    }
}
