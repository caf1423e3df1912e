//! Time frames: which words are a time, and the time points a frame lists.

use super::words::plain;

/// One time of a time frame.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeFrame {
    /// In the record's words, evenly written (`2 years` for `2years`).
    pub text: String,
    /// Months after infusion, where it is a whole number of them.
    pub months: Option<u32>,
    /// Days, where it is given in days or weeks.
    pub days: Option<u32>,
}

/// Units of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
    Hour,
}

impl Unit {
    const NAMES: [(&'static str, Self); 5] = [
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
        ("year", Self::Year),
        ("hour", Self::Hour),
    ];

    fn parse(word: &str) -> Option<Self> {
        let word = word.to_lowercase();
        let singular = word.strip_suffix('s').unwrap_or(&word);
        let short = match singular {
            "wk" => Some(Self::Week),
            "mo" | "mth" => Some(Self::Month),
            "yr" => Some(Self::Year),
            _ => None,
        };
        short.or_else(|| {
            Self::NAMES
                .iter()
                .find(|(name, _)| *name == singular)
                .map(|(_, unit)| *unit)
        })
    }

    fn name(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, unit)| *unit == self)
            .map_or("", |(name, _)| name)
    }
}

/// A piece of text: a number, a word or one sign.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Number(String),
    Word(String),
    Sign(char),
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let text = plain(text);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut run = letter.to_string();
        if letter.is_ascii_digit() {
            while let Some(next) = letters
                .peek()
                .copied()
                .filter(|next| next.is_ascii_digit() || *next == '.')
            {
                run.push(next);
                letters.next();
            }
            pieces.push(Piece::Number(run.trim_end_matches('.').to_owned()));
        } else if letter.is_alphabetic() {
            while let Some(next) = letters.peek().copied().filter(|next| next.is_alphabetic()) {
                run.push(next);
                letters.next();
            }
            pieces.push(spelled(&run).map_or(Piece::Word(run), |number| Piece::Number(number.to_owned())));
        } else if !letter.is_whitespace() {
            pieces.push(Piece::Sign(letter));
        }
    }
    pieces
}

fn spelled(word: &str) -> Option<&'static str> {
    let number = match word.to_lowercase().as_str() {
        "one" => "1",
        "two" => "2",
        "three" => "3",
        "four" => "4",
        "five" => "5",
        "six" => "6",
        "twelve" => "12",
        _ => return None,
    };
    Some(number)
}

/// A number with its unit, and how many pieces it took: `28 days`, `3-month`, `Day 28`, `day +28`, `D28`.
fn quantity(pieces: &[Piece]) -> Option<(&str, Unit, usize)> {
    let unit = |piece: &Piece| match piece {
        Piece::Word(word) => Unit::parse(word),
        Piece::Number(_) | Piece::Sign(_) => None,
    };
    match pieces {
        // The other way round it is no day: RP2D.
        [Piece::Word(day), Piece::Number(number), ..] if day == "D" => Some((number, Unit::Day, 2)),
        [Piece::Number(number), Piece::Sign('-'), word, ..] if unit(word).is_some() => Some((number, unit(word)?, 3)),
        [Piece::Number(number), word, ..] if unit(word).is_some() => Some((number, unit(word)?, 2)),
        [word, Piece::Sign('+'), Piece::Number(number), ..] if unit(word).is_some() => Some((number, unit(word)?, 3)),
        [word, Piece::Number(number), ..] if unit(word).is_some() => Some((number, unit(word)?, 2)),
        _ => None,
    }
}

/// Whether a time stands anywhere in the text.
pub(super) fn has_time(text: &str) -> bool {
    let pieces = pieces(text);
    (0..pieces.len()).any(|at| quantity(pieces.get(at..).unwrap_or_default()).is_some())
        || is_event_only(&pieces)
        || matches!(pieces.as_slice(), [Piece::Number(_)])
}

fn is_event_only(pieces: &[Piece]) -> bool {
    matches!(pieces, [Piece::Word(word), ..] if ["baseline", "screening"].contains(&word.to_lowercase().as_str()))
}

/// Words a time frame may begin with, before its number.
const OPENINGS: [&str; 26] = [
    "up",
    "to",
    "within",
    "through",
    "throughout",
    "from",
    "at",
    "until",
    "till",
    "during",
    "an",
    "average",
    "of",
    "approximately",
    "about",
    "first",
    "the",
    "for",
    "over",
    "after",
    "every",
    "and",
    "by",
    "post",
    "between",
    "in",
];

/// Words that may follow the number and unit of a time frame.
const FOLLOWERS: [&str; 18] = [
    "after",
    "post",
    "from",
    "following",
    "of",
    "since",
    "to",
    "until",
    "and",
    "or",
    "through",
    "on",
    "in",
    "per",
    "prior",
    "before",
    "each",
    "at",
];

/// Whether the text begins as a time frame does: `3 months`, `Up to 10 weeks`, `From the start of … until 12 months`.
pub(super) fn is_time_start(text: &str) -> bool {
    let pieces = pieces(text);
    if is_event_only(&pieces) {
        return true;
    }
    let opening = |piece: &Piece| match piece {
        Piece::Word(word) => OPENINGS.contains(&word.to_lowercase().as_str()),
        Piece::Number(_) => false,
        Piece::Sign(sign) => ['(', '~', '<', '≤'].contains(sign),
    };
    let skipped = pieces.iter().take_while(|piece| opening(piece)).count();
    let rest = pieces.get(skipped..).unwrap_or_default();
    if let Some((_, _, taken)) = quantity(rest) {
        return match rest.get(taken) {
            None | Some(Piece::Sign(_) | Piece::Number(_)) => true,
            Some(Piece::Word(word)) => FOLLOWERS.contains(&word.to_lowercase().as_str()),
        };
    }
    // "3, 6 and 12 months": the first part is a number alone.
    if let [Piece::Number(_)] | [Piece::Number(_), Piece::Word(_), Piece::Number(_), ..] = rest {
        return true;
    }
    let window = ["from", "through", "throughout", "until", "up", "within", "during"];
    let begins = matches!(pieces.first(), Some(Piece::Word(word)) if window.contains(&word.to_lowercase().as_str()));
    begins && (has_time(text) || text.to_lowercase().contains("completion"))
}

/// The times a time frame lists. A list of time points is split; a window stays whole, in the record's words.
///
/// ```
/// use tercel_exchange::registry::split_time_frames;
///
/// let months = |text| split_time_frames(text).iter().map(|frame| frame.months).collect::<Vec<_>>();
/// assert_eq!(months("3 months, 6 months, 1 year, 2years after cell infusion"), [Some(3), Some(6), Some(12), Some(24)]);
/// assert_eq!(months("3, 6 and 12 months"), [Some(3), Some(6), Some(12)]);
/// assert_eq!(months("Within 28 days after the cell infusion"), [None]);
/// ```
pub fn split_time_frames(text: &str) -> Vec<TimeFrame> {
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    if let Some(points) = list_of_points(&pieces(text)) {
        return points;
    }
    let pieces = pieces(text);
    // "Day 0" is where a time is counted from.
    let all: Vec<(&str, Unit, usize)> = (0..pieces.len())
        .filter_map(|at| quantity(pieces.get(at..).unwrap_or_default()))
        .filter(|(number, ..)| *number != "0")
        .collect();
    // A window with one time in it ends there: "Up to 12 months".
    let only = match all.as_slice() {
        [(number, unit, _)] => Some(frame(number, *unit)),
        _ => None,
    };
    vec![TimeFrame {
        text: text.to_owned(),
        months: only.as_ref().and_then(|frame| frame.months),
        days: only.and_then(|frame| frame.days),
    }]
}

/// Time points separated by commas or "and", with the event they are counted from at most at the end.
fn list_of_points(pieces: &[Piece]) -> Option<Vec<TimeFrame>> {
    let mut points: Vec<(String, Option<Unit>)> = Vec::new();
    let mut rest = pieces;
    loop {
        rest = match rest {
            [Piece::Sign(',' | ';' | '/' | '&' | '、'), tail @ ..] => tail,
            [Piece::Word(word), tail @ ..] if ["and", "or", "at"].contains(&word.to_lowercase().as_str()) => tail,
            [] => break,
            [Piece::Word(word), ..] if !points.is_empty() && is_tail(word) => break,
            _ => {
                let (number, unit, taken) = match (quantity(rest), rest) {
                    (Some((number, unit, taken)), _) => (number, Some(unit), taken),
                    (None, [Piece::Number(number), ..]) => (number.as_str(), None, 1),
                    _ => return None,
                };
                points.push((number.to_owned(), unit));
                rest.get(taken..).unwrap_or_default()
            }
        };
    }
    // A bare number has the unit of the next that has one, or of the one before ("Month 3, 6, 12").
    let mut frames = Vec::new();
    for (at, (number, unit)) in points.iter().enumerate() {
        let later = points.iter().skip(at).find_map(|(_, unit)| *unit);
        let earlier = points.iter().take(at).rev().find_map(|(_, unit)| *unit);
        frames.push(frame(number, unit.or(later).or(earlier)?));
    }
    (!frames.is_empty()).then_some(frames)
}

fn is_tail(word: &str) -> bool {
    ["after", "post", "from", "following", "since"].contains(&word.to_lowercase().as_str())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number from 1 to 36500"
)]
fn frame(number: &str, unit: Unit) -> TimeFrame {
    let whole = |value: f64| ((1.0..=36_500.0).contains(&value) && value.fract().abs() < 1e-9).then_some(value as u32);
    let value: Option<f64> = number.parse().ok();
    let scaled = |factor: f64| value.and_then(|value| whole(value * factor));
    let plural = if number == "1" { "" } else { "s" };
    TimeFrame {
        text: format!("{number} {}{plural}", unit.name()),
        months: match unit {
            Unit::Month => scaled(1.0),
            Unit::Year => scaled(12.0),
            Unit::Day | Unit::Week | Unit::Hour => None,
        },
        days: match unit {
            Unit::Day => scaled(1.0),
            Unit::Week => scaled(7.0),
            Unit::Month | Unit::Year | Unit::Hour => None,
        },
    }
}

/// Every time of a text, wherever it stands, with the words before it in the same sentence.
pub(super) fn times_in(sentence: &str) -> Vec<TimeFrame> {
    let pieces = pieces(sentence);
    (0..pieces.len())
        .filter_map(|at| quantity(pieces.get(at..).unwrap_or_default()))
        .filter(|(number, ..)| *number != "0")
        .map(|(number, unit, _)| frame(number, unit))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        split_time_frames(text).into_iter().map(|frame| frame.text).collect()
    }

    #[test]
    fn time_points_are_split_and_evenly_written() {
        assert_eq!(
            texts("3 months, 6 months, 1 year, 2years after cell infusion"),
            ["3 months", "6 months", "1 year", "2 years"]
        );
        assert_eq!(texts("3 months after cell infusion"), ["3 months"]);
        assert_eq!(texts("Month 3, 6 and 12"), ["3 months", "6 months", "12 months"]);
        assert_eq!(texts("day 28"), ["28 days"]);
        assert_eq!(texts(""), Vec::<String>::new());
    }

    #[test]
    fn a_window_stays_whole() {
        assert_eq!(texts("Up to 2 years"), ["Up to 2 years"]);
        assert_eq!(split_time_frames("Up to 2 years")[0].months, Some(24));
        assert_eq!(
            split_time_frames("Within 28 days after the cell infusion")[0].days,
            Some(28)
        );
        assert_eq!(split_time_frames("Up to 4 weeks")[0].days, Some(28));
        assert_eq!(
            split_time_frames("Up to Day 28 after infusion (Day 0)")[0].days,
            Some(28)
        );
        assert_eq!(split_time_frames("From lymphodepletion to D30")[0].days, Some(30));
        let frames = split_time_frames("From the start until withdrawal or 12 months after, AEs within 28 days");
        assert_eq!((frames.len(), frames[0].months, frames[0].days), (1, None, None));
    }

    #[test]
    fn a_measure_with_a_month_in_it_does_not_begin_a_time_frame() {
        assert!(!is_time_start("3-month objective response rate (ORR); 、"));
        assert!(is_time_start("3 months after cell infusion"));
        assert!(is_time_start("Up to 10 weeks"));
        assert!(is_time_start(
            "From the start of PBMC collection until 12 months after cell infusion"
        ));
        assert!(!is_time_start("Hypoxia requiring a mask"));
    }
}
