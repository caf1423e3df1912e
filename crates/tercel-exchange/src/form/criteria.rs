//! Criteria of entry as SDTM has them, in `TI` and in `IE`.

use crate::sdtm::long::LONGEST;

/// The code of a criterion (`IETESTCD`) by its place in the protocol, from 1.
pub(crate) fn criterion_code(number: usize) -> String {
    format!("INCL{number:02}")
}

/// A text of at most 200 bytes, cut between words.
pub(crate) fn shortened(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let mut short = String::new();
    for word in text.split_inclusive(' ') {
        if short.len() + word.len() > LONGEST - 3 {
            break;
        }
        short.push_str(word);
    }
    format!("{}...", short.trim_end())
}
