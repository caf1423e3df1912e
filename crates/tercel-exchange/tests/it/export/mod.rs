//! What is handed over: described datasets, files, define.xml.

mod adam;
mod define;
mod outcomes;
mod study;
mod write;
