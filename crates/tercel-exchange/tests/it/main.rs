//! Integration tests of the exchange crate, in one binary.

mod corruption;
mod sdtm_write;
