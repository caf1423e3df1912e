//! SDTM datasets to typed records. CDISC names live here, as strings, and nowhere in the science.

mod forms;
mod kinetics;
pub(crate) mod long;
mod safety;
mod subject;
mod supplement;
mod treatment;
mod tumour;
mod write;

use tercel::protocol::Trial;
use tercel::study::Subject;

use crate::reader::Row;

pub(crate) use forms::{settle_forms, unite};
pub(crate) use kinetics::same_unit;
pub(crate) use subject::{AGES, DOSE_LEVEL, insert_subject, read_demography, sort_records};
pub(crate) use supplement::{evaluator, merge_supplements};
pub(crate) use treatment::is_given;
pub(crate) use tumour::{LENGTHS, is_too_small};
pub(crate) use write::qualifier_name;
pub use write::{SDTM_DATASETS, soil_tables, table_dirt_kinds, to_ragged_csv, write_sdtm};

/// A dataset and how one of its rows is read.
pub(crate) struct Domain {
    pub(crate) name: &'static str,
    pub(crate) read: fn(&Row<'_>, &Trial, &mut Subject),
}

/// Every SDTM dataset read beside `DM`.
pub(crate) const DOMAINS: [Domain; 18] = [
    Domain {
        name: "AE",
        read: safety::read_ae,
    },
    Domain {
        name: "CM",
        read: treatment::read_cm,
    },
    Domain {
        name: "CP",
        read: kinetics::read_cp,
    },
    Domain {
        name: "DS",
        read: subject::read_ds,
    },
    Domain {
        name: "DV",
        read: subject::read_dv,
    },
    Domain {
        name: "EC",
        read: treatment::read_ec,
    },
    Domain {
        name: "EX",
        read: treatment::read_ex,
    },
    Domain {
        name: "FA",
        read: safety::read_fa,
    },
    Domain {
        name: "LB",
        read: safety::read_lb,
    },
    Domain {
        name: "MH",
        read: subject::read_mh,
    },
    Domain {
        name: "PC",
        read: kinetics::read_pc,
    },
    Domain {
        name: "PR",
        read: treatment::read_pr,
    },
    Domain {
        name: "RS",
        read: tumour::read_rs,
    },
    Domain {
        name: "SS",
        read: subject::read_ss,
    },
    Domain {
        name: "SV",
        read: subject::read_sv,
    },
    Domain {
        name: "TR",
        read: tumour::read_tr,
    },
    Domain {
        name: "TU",
        read: tumour::read_tu,
    },
    Domain {
        name: "VS",
        read: safety::read_vs,
    },
];

/// Whether `text` is one of the names the protocol gives, compared without case.
fn is_named(names: &[String], text: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(text))
}
