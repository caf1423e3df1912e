//! The pages: one file each, with its template in `templates/`.

pub(crate) mod api;
pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod board;
pub(crate) mod choice;
pub(crate) mod consents;
pub(crate) mod countersign;
pub(crate) mod downtime;
pub(crate) mod entry;
pub(crate) mod fault;
pub(crate) mod gates;
pub(crate) mod lab_table;
pub(crate) mod meeting;
pub(crate) mod meetings;
pub(crate) mod panel;
pub(crate) mod people;
pub(crate) mod protocol;
pub(crate) mod queries;
pub(crate) mod record;
pub(crate) mod remarks;
pub(crate) mod report;
pub(crate) mod screening;
pub(crate) mod serious;
pub(crate) mod sign_in;
pub(crate) mod subjects;
pub(crate) mod tokens;
