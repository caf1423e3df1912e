//! Integration tests of the science crate, in one binary.

mod design;
mod protocol;
mod published;
