//! Forms of data capture.

mod round_trip;
