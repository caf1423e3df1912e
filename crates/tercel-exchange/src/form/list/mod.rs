//! Every form, in the order in which pages and documents list them: by the course of a subject.

mod adverse_event;
mod case_report;
mod comment;
mod committee;
mod conduct_bedside;
mod conduct_committee;
mod conduct_product;
mod conduct_way;
mod crs;
mod demography;
mod deviation;
mod disposition;
mod eligibility;
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
mod vector;
mod visit;
mod vital_sign;

use super::Form;

pub(super) use case_report::SPONSOR;

/// Every form. Of forms of one dataset the first that a row tells is its form, so the special one stands before the general.
pub const FORMS: &[&Form] = &[
    &demography::DEMOGRAPHY,
    &disposition::CONSENT,
    &eligibility::ELIGIBILITY,
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
    &vector::VECTOR_TEST,
    &tumour::LESION,
    &tumour::MEASUREMENT,
    &tumour::RESPONSE,
    &tumour::RESPONSE_PART,
    &deviation::DEVIATION,
    &committee::DLT,
    &committee::HALT_LIFTED,
    &visit::SURVIVAL,
    &disposition::DISPOSITION,
    &demography::DEATH,
    &comment::COMMENT,
    &case_report::CASE_REPORT,
    &conduct_way::SCREENING,
    &conduct_way::WITHDRAWAL,
    &conduct_way::SLOT,
    &conduct_way::ITEM,
    &conduct_product::LOT,
    &conduct_product::BAG,
    &conduct_bedside::CUSTODY,
    &conduct_product::TEST,
    &conduct_product::RELEASE,
    &conduct_bedside::RECEIPT,
    &conduct_bedside::ORDER,
    &conduct_bedside::THAW,
    &conduct_bedside::IDENTITY,
    &conduct_bedside::CLEARANCE,
    &conduct_committee::EMERGENCY,
    &conduct_committee::CHOICE,
    &conduct_committee::DECISION,
    &conduct_committee::PAUSE,
    &conduct_committee::RESUME,
    &conduct_committee::DELEGATION,
];
