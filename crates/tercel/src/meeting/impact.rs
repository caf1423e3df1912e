//! What a correction touches: the past decisions, the outcomes and the exports that rest on a corrected record.
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
    /// Numbers of exports that hold a version before the correction, where exports are kept.
    pub exports: Vec<u32>,
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
    let of_cell = |cell: &&Cell| cell.contributions.iter().any(|one| rests_on(&one.records));
    let cells = cells.iter().filter(of_cell);
    Impact {
        packets: touched.collect(),
        cells: cells
            .map(|cell| CellTouched {
                id: cell.id.clone(),
                time_point: cell.time_point,
                level: cell.level,
            })
            .collect(),
        exports: Vec::new(),
    }
}

impl Impact {
    /// Whether nothing rests on what is corrected.
    pub fn is_empty(&self) -> bool {
        self.packets.is_empty() && self.cells.is_empty() && self.exports.is_empty()
    }

    /// `This correction touches decision 2, outcomes P1, P2 and export 4.`
    pub fn sentence(&self, language: Language) -> String {
        let decisions: Vec<String> = self.packets.iter().map(|packet| packet.number.to_string()).collect();
        let mut outcomes: Vec<String> = Vec::new();
        for cell in &self.cells {
            if outcomes.iter().all(|known| known != cell.outcome()) {
                outcomes.push(cell.outcome().to_owned());
            }
        }
        let exports: Vec<String> = self.exports.iter().map(u32::to_string).collect();
        let named = [
            (["decision", "决定"], decisions),
            (["outcome", "结局"], outcomes),
            (["export", "导出"], exports),
        ];
        let named: Vec<_> = named.iter().filter(|(_, names)| !names.is_empty()).collect();
        match language {
            Language::English => {
                let parts: Vec<String> = named
                    .iter()
                    .map(|([noun, _], names)| {
                        let plural = if names.len() > 1 { "s" } else { "" };
                        format!("{noun}{plural} {}", names.join(", "))
                    })
                    .collect();
                match parts.as_slice() {
                    [] => "This correction touches no decision, no outcome and no export.".to_owned(),
                    [one] => format!("This correction touches {one}."),
                    [first @ .., last] => format!("This correction touches {} and {last}.", first.join(", ")),
                }
            }
            Language::Chinese => {
                let parts: Vec<String> = named
                    .iter()
                    .map(|([_, noun], names)| format!("{noun}{}", names.join("、")))
                    .collect();
                if parts.is_empty() {
                    "此更正不涉及任何决定、结局和导出。".to_owned()
                } else {
                    format!("此更正涉及{}。", parts.join("，"))
                }
            }
        }
    }
}
