//! Where a text may go on in the next line.

/// Words longer than this are broken at their signs: identifiers of records and digests.
const LONG_WORD: usize = 16;

/// Letters of a word without signs that stay together.
const UNSIGNED: usize = 16;

/// Words up to this length stay whole where the page has room: identifiers of subjects.
const WHOLE_WORD: usize = 28;

/// A text in the pieces between which a line may end; together they are the text.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    pieces_of(text, LONG_WORD)
}

/// The pieces that are better left whole.
pub(crate) fn whole_pieces(text: &str) -> Vec<&str> {
    pieces_of(text, WHOLE_WORD)
}

fn pieces_of(text: &str, longest: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    for word in text.split_inclusive([' ', '\n']) {
        if word.trim_end().chars().count() <= longest {
            pieces.push(word);
        } else {
            long(word, &mut pieces);
        }
    }
    pieces
}

/// Breaks a long word after its signs, and where it has none for too long.
fn long<'t>(word: &'t str, pieces: &mut Vec<&'t str>) {
    let (mut start, mut length) = (0, 0);
    for (at, letter) in word.char_indices() {
        let end = at + letter.len_utf8();
        length += 1;
        let after_sign = matches!(
            letter,
            '-' | '_' | '/' | '.' | ',' | ':' | ';' | '=' | '+' | '\\' | '&' | '?'
        );
        let rest = word.get(end..).unwrap_or_default();
        if rest.trim_end().is_empty() {
            break;
        }
        if (after_sign && length > 2) || length >= UNSIGNED {
            pieces.push(word.get(start..end).unwrap_or_default());
            (start, length) = (end, 0);
        }
    }
    pieces.push(word.get(start..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn long_words_may_end_a_line_after_their_signs_and_short_ones_never() {
        assert_eq!(pieces("cut 2026-03-01 then"), ["cut ", "2026-03-01 ", "then"]);
        assert_eq!(
            pieces("AE/IL1RAP-HCC-01-001/3"),
            ["AE/", "IL1RAP-", "HCC-", "01-", "001/", "3"]
        );
        let digest = "0123456789abcdef".repeat(4);
        assert_eq!(pieces(&digest).len(), 4);
        assert_eq!(pieces(&digest).concat(), digest);
        assert_eq!(pieces("aaaaaaaaaaaaaaaé-é ").concat(), "aaaaaaaaaaaaaaaé-é ");
    }
}
