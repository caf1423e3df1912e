//! What a specimen is, as `LBSPEC`. Codes: SNOMED CT (`http://snomed.info/sct`) and HL7 table 0487; words: CDISC SPECTYPE.

/// Codes of SNOMED CT and of HL7 table 0487, and the word of the CDISC terminology each is.
const CODES: [(&str, &str); 17] = [
    ("119297000", "BLOOD"),
    ("122555007", "VENOUS BLOOD"),
    ("122552005", "ARTERIAL BLOOD"),
    ("122554006", "CAPILLARY BLOOD"),
    ("119364003", "SERUM"),
    ("119361006", "PLASMA"),
    ("122575003", "URINE"),
    ("258450006", "CEREBROSPINAL FLUID"),
    ("119339001", "STOOL"),
    ("418564007", "PLEURAL FLUID"),
    ("BLD", "BLOOD"),
    ("BLDV", "VENOUS BLOOD"),
    ("SER", "SERUM"),
    ("PLAS", "PLASMA"),
    ("UR", "URINE"),
    ("CSF", "CEREBROSPINAL FLUID"),
    ("STL", "STOOL"),
];

/// Words in names, and the word of the CDISC terminology each stands for.
const WORDS: [(&str, &str); 6] = [
    ("urine", "URINE"),
    ("cerebrospinal", "CEREBROSPINAL FLUID"),
    ("serum", "SERUM"),
    ("plasma", "PLASMA"),
    ("blood", "BLOOD"),
    ("ascit", "PERITONEAL FLUID"),
];

/// The specimen of a code or name, and whether the terminology knows it; the name itself, in capitals, where it does not.
pub(super) fn of(code: Option<&str>, name: Option<&str>) -> (String, bool) {
    let by_code = CODES.iter().find(|(known, _)| Some(*known) == code);
    let lower = name.unwrap_or_default().to_lowercase();
    let by_word = || WORDS.iter().find(|(word, _)| lower.contains(word));
    match by_code.or_else(by_word) {
        Some((_, word)) => ((*word).to_owned(), true),
        None => (name.or(code).unwrap_or_default().trim().to_uppercase(), false),
    }
}
