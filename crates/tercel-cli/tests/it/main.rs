//! Commands run as a user runs them.

mod estimate;
mod grade;
mod response;
mod synth;
