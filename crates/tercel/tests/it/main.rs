//! Integration tests of the science crate, in one binary.

mod protocol;
mod published;
mod rehearsal;
