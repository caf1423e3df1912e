//! Integration tests of the exchange crate, in one binary.

mod sdtm_write;
