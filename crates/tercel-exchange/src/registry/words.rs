//! Words of a record made comparable.

/// The text in one writing: ASCII digits, brackets and signs; superscript digits behind `^`; no markup.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut raised = false;
    let text = text.replace("<sup>", "^").replace("</sup>", "");
    for letter in text.chars() {
        if let Some(digit) = superscript(letter) {
            if !raised && !plain.ends_with('^') {
                plain.push('^');
            }
            raised = true;
            plain.push(digit);
            continue;
        }
        raised = false;
        match letter {
            // Markdown escapes: 10\^6.
            '\\' => {}
            '（' | '［' | '【' => plain.push('('),
            '）' | '］' | '】' => plain.push(')'),
            '，' => plain.push(','),
            '：' => plain.push(':'),
            '；' => plain.push(';'),
            '＋' => plain.push('+'),
            '×' | '✕' | '✖' | '＊' | '∗' | 'Ｘ' | 'х' => plain.push('×'),
            '．' => plain.push('.'),
            '–' | '—' | '‐' | '‑' | '−' | '－' => plain.push('-'),
            '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{3000}' => plain.push(' '),
            '０'..='９' => plain.extend(char::from_u32(letter as u32 - '０' as u32 + '0' as u32)),
            _ => plain.push(letter),
        }
    }
    plain
}

fn superscript(letter: char) -> Option<char> {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let at = digits.iter().position(|digit| *digit == letter)?;
    char::from_digit(u32::try_from(at).ok()?, 10)
}

/// The words of a text, in small letters; letters and digits only.
pub(super) fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric() && letter != '+')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether the words of `phrase` follow each other in `words`.
pub(super) fn holds(words: &[String], phrase: &str) -> bool {
    let phrase: Vec<&str> = phrase.split(' ').collect();
    words
        .windows(phrase.len())
        .any(|run| run.iter().zip(&phrase).all(|(word, part)| word == part))
}

/// Whether the text is about dose-limiting toxicity.
pub(super) fn names_dlt(text: &str) -> bool {
    let words = words(text);
    words.iter().any(|word| word == "dlt" || word == "dlts")
        || words.iter().enumerate().any(|(at, word)| {
            let next = |step: usize| words.get(at + step).map(String::as_str).unwrap_or_default();
            word == "dose" && next(1).starts_with("limit") && next(2).starts_with("toxicit")
        })
}

/// The sentences of a text, evenly written; a line ends one too.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let text = plain(text);
    let parts = text.split(['\n', '\r']).flat_map(|line| line.split_inclusive(". "));
    parts
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.trim_matches('.').is_empty())
        .collect()
}
