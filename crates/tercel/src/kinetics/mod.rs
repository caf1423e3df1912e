//! Cellular kinetics of a study: the profile of each subject after its first infusion, and what is derived of it.
//!
//! | Task | Start here |
//! |---|---|
//! | samples of one analyte as a profile in days since infusion | [`Profile`] |
//! | parameters of a profile | [`estimate_profile`], [`ProfileParameters`] |
//! | both for a subject of a study | [`subject_kinetics`] |
//! | copies held against cell counts | [`compare_assays`] |
//! | what is wrong with the samples | [`check_kinetics`] |

mod assays;
mod check;
mod parameters;
mod profile;

pub use assays::{Comparison, NotCompared, compare_assays};
pub use check::check_kinetics;
pub use parameters::{
    NoParameter, Persistence, ProfileParameters, SubjectKinetics, Window, estimate_profile, subject_kinetics,
};
pub use profile::{Analyte, Profile, ProfileSample};
