//! Integration tests of the science crate, in one binary.

mod published;
mod rehearsal;
