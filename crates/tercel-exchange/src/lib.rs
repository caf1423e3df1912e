//! Other people's formats, in and out.
//!
//! | Task | Start here |
//! |---|---|
//! | read a folder of datasets | [`read_folder`] |
//! | SDTM variables to typed records | [`sdtm`] |
//! | typed records to SDTM datasets | [`write_sdtm`] |
//! | a registry record to a draft protocol | [`registry`] |
//! | published analysis datasets | [`adam`] |
#![warn(clippy::wildcard_enum_match_arm, clippy::indexing_slicing)]

pub mod adam;
mod folder;
mod reader;
pub mod registry;
pub mod sdtm;
mod table;

pub use folder::{ReadError, read_folder, read_tables};
pub use sdtm::{SDTM_DATASETS, write_sdtm};
pub use table::{Table, TableError};
