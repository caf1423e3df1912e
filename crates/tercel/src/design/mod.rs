//! Dose-escalation designs: outcomes in, decision with its reason out.
