//! What is handed over: described datasets, files, define.xml.

mod adam;
mod checks;
mod define;
mod outcomes;
mod sdtm_completed;
mod sdtm_laws;
mod study;
mod write;
