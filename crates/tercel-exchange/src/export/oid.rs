//! Identifiers of metadata: the same in Dataset-JSON and define.xml, so that one refers to the other.

use super::Standard;

/// Of the study. Identifiers hold no blanks.
pub(crate) fn study(study: &str) -> String {
    let name: String = study.split_whitespace().collect::<Vec<_>>().join("_");
    format!("STDY.{name}")
}

/// Of the metadata of a study under a standard.
pub(crate) fn metadata(study: &str, standard: Standard) -> String {
    let name: String = study.split_whitespace().collect::<Vec<_>>().join("_");
    let standard = match standard {
        Standard::Sdtm => "SDTMIG.3.4",
        Standard::Adam => "ADaMIG.1.3",
    };
    format!("MDV.{name}.{standard}")
}

/// Of a dataset.
pub(crate) fn dataset(dataset: &str) -> String {
    format!("IG.{dataset}")
}

/// Of a variable.
pub(crate) fn variable(dataset: &str, variable: &str) -> String {
    format!("IT.{dataset}.{variable}")
}
