//! Dose-limiting toxicity: three-valued status per subject.
