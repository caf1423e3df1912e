//! Every form, in the order in which pages and documents list them: by the course of a subject.

mod adverse_event;
mod committee;
mod crs;
mod demography;
mod deviation;
mod disposition;
mod history;
mod icans;
mod kinetics;
mod laboratory;
mod medication;
mod procedure;
mod score;
mod shared;
mod treatment;
mod tumour;
mod visit;
mod vital_sign;

use super::Form;

/// Every form. Of forms of one dataset the first that a row tells is its form, so the special one stands before the general.
pub const FORMS: &[&Form] = &[
    &demography::DEMOGRAPHY,
    &disposition::CONSENT,
    &disposition::MILESTONE,
    &history::MEDICAL_HISTORY,
    &score::ECOG,
    &score::CHILD_PUGH,
    &procedure::COLLECTION,
    &procedure::PROCEDURE,
    &medication::PRIOR,
    &medication::BRIDGING,
    &medication::SUBSEQUENT,
    &medication::CONCOMITANT,
    &treatment::LYMPHODEPLETION,
    &treatment::PLANNED_DOSE,
    &treatment::INFUSION,
    &visit::VISIT,
    &vital_sign::VITAL_SIGN,
    &adverse_event::ADVERSE_EVENT,
    &kinetics::BIOMARKER,
    &laboratory::LABORATORY,
    &kinetics::COPIES,
    &kinetics::COUNTS,
    &crs::CRS,
    &icans::ICANS,
    &tumour::LESION,
    &tumour::MEASUREMENT,
    &tumour::RESPONSE,
    &deviation::DEVIATION,
    &committee::DLT,
    &committee::HALT_LIFTED,
    &visit::SURVIVAL,
    &disposition::DISPOSITION,
    &demography::DEATH,
];
