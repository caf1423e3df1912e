//! The outcomes of the registry record, one file each.

mod cell;

pub use cell::{Cell, Contribution, Detail, NotEstimable, Reading};

use crate::protocol::Assessed;

/// How one kind of outcome is answered.
#[derive(Debug)]
pub struct Method {
    /// Name in protocol files.
    pub name: &'static str,
    /// Parts it can report apart; empty where it is one number.
    pub components: &'static [&'static str],
    /// Whether it is reported at time points in months.
    pub at_time_points: bool,
    /// Assessment a time point needs.
    pub needs: Option<Assessed>,
}

macro_rules! method {
    ($name:literal, $components:expr, $points:literal, $needs:expr) => {
        &Method {
            name: $name,
            components: $components,
            at_time_points: $points,
            needs: $needs,
        }
    };
}

/// All methods.
pub const ALL: [&Method; 15] = [
    method!("dlt", &[], false, None),
    method!("adverse-events", &["ae", "sae"], false, None),
    method!("crs-icans", &["crs", "icans"], false, None),
    method!("lab-changes", &[], false, None),
    method!("orr", &[], true, Some(Assessed::Imaging)),
    method!("dcr", &[], true, Some(Assessed::Imaging)),
    method!("biomarker-change", &[], true, Some(Assessed::Biomarker)),
    method!("car-t-level", &["copies", "cells"], true, Some(Assessed::Kinetics)),
    method!("pfs", &[], true, Some(Assessed::Imaging)),
    method!("median-pfs", &[], true, Some(Assessed::Imaging)),
    method!("ttr", &[], true, Some(Assessed::Imaging)),
    method!("dor", &[], true, Some(Assessed::Imaging)),
    method!("median-os", &[], true, Some(Assessed::Contact)),
    method!("os-rate", &[], true, Some(Assessed::Contact)),
    method!("pfs-rate", &[], true, Some(Assessed::Imaging)),
];
