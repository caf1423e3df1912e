//! The outcomes of the registry record, one file each.
