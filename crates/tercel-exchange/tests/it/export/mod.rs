//! What is handed over.

mod sdtm_completed;
mod sdtm_laws;
