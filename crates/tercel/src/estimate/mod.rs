//! Estimators: sample in, estimate with interval out.
