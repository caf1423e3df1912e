//! Other people's formats, in and out.
//!
//! | Task | Start here |
//! |---|---|
//! | read a folder of datasets | [`read_folder`] |
//! | SDTM variables to typed records | [`sdtm`] |
//! | typed records to SDTM datasets | [`write_sdtm`] |
//! | mistakes put into datasets on purpose | [`soil_tables`] |
//! | the forms of data capture, their records to datasets and back | [`form`] |
//! | a registry record to a draft protocol | [`registry`] |
//! | results and registration for the registry | [`registry::results`], [`registry::protocol_record`] |
//! | what may stand in a protocol file, for editors | [`protocol_schema()`] |
//! | the sponsor's MedDRA, the coding log | [`meddra`] |
//! | decision packets as bytes with a digest, and back | [`packet_json`], [`read_packet`] |
//! | published analysis datasets | [`adam`] |
//! | datasets as they are handed over, with their descriptions | [`export`] |
//! | serious adverse events as ICH E2B(R3) messages | [`icsr::write_icsrs`] |
//! | the protocol as a study definition of USDM | [`usdm`] |
//! | the tables of a study as SDTM 3.4 | [`export::sdtm::datasets`] |
//! | an export held against what it follows | [`export::checks`] |
//! | codelists of CDISC, and what the guide says of a variable | [`export::terminology`], [`export::guide`] |
//! | data of hospitals, laboratories and capture systems | [`inbound`] |
//! | files of others read within limits | [`bounded`] |
//! | SDTM datasets to analysis datasets | [`adam::derive_datasets`], [`adam::derive_addlt`], [`adam::derive_adtox`] |
#![warn(clippy::wildcard_enum_match_arm, clippy::indexing_slicing)]

pub mod adam;
pub mod bounded;
pub mod export;
mod folder;
pub mod form;
pub mod format;
pub mod icsr;
pub mod inbound;
pub mod meddra;
mod packet;
mod protocol_schema;
mod reader;
pub mod registry;
mod result;
pub mod sdtm;
mod specimen;
mod strict_json;
mod table;
pub mod usdm;
mod xml;

pub use folder::{ReadError, Tell, read_datasets, read_folder, read_folder_telling, read_tables};
pub use packet::{PACKET_VERSION, PacketError, packet_digest, packet_json, read_packet, sha256_hex};
pub use protocol_schema::{SCHEMA_FILE, protocol_schema};
pub use sdtm::{SDTM_DATASETS, soil_tables, table_dirt_kinds, to_ragged_csv, write_sdtm};
pub use table::{Table, TableError};
