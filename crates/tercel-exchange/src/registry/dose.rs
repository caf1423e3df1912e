//! Doses in the words of a record. An amount is read only where it is beyond doubt; the rest is handed on as written.

use super::words::plain;

/// A dose level of the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// The record's own name for it, or its number.
    pub label: String,
    /// Cells, or cells per unit of body size.
    pub amount: f64,
    /// `cells`, `CAR+ cells`, `viable CAR+ cells`, or one of them per `kg` or `m2`.
    pub unit: String,
}

/// What a text says about doses.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Doses {
    /// Amounts beyond doubt, in the order of the text.
    pub(super) levels: Vec<Level>,
    /// Words that mean a dose without giving its amount for certain.
    pub(super) uncertain: Vec<String>,
}

/// A dose found: where, how much, and whether the amount is as it was meant.
#[derive(Debug, Clone, Copy)]
struct Found {
    start: usize,
    end: usize,
    amount: f64,
    certain: bool,
}

pub(super) fn find_doses(text: &str) -> Doses {
    let letters: Vec<char> = plain(text).chars().collect();
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        match dose_at(&letters, at).filter(|dose| is_of_cells(&letters, *dose)) {
            Some(mut dose) => {
                at = dose.end;
                dose.certain &= !is_bound(&letters, dose);
                found.push(dose);
            }
            None => at += 1,
        }
    }
    mark_shared(&letters, &mut found);
    let mut doses = Doses::default();
    let mut from = 0;
    for (index, dose) in found.iter().enumerate() {
        let until = found.get(index + 1).map_or(letters.len(), |next| next.start);
        let before = join(&letters, from, dose.start);
        let after = join(&letters, dose.end, until);
        from = dose.end;
        if dose.certain {
            doses.levels.push(Level {
                label: label(&before, &after).unwrap_or_default(),
                amount: dose.amount,
                unit: unit(&after_list(&letters, found.get(index..).unwrap_or_default())),
            });
        } else {
            let words = format!("{}{}", join(&letters, dose.start, dose.end), first_words(&after, 3));
            let name = label(&before, "").map(|name| format!("{name}: ")).unwrap_or_default();
            doses.uncertain.push(format!("{name}{words}"));
        }
    }
    doses
}

/// What follows a dose; in a list, what follows the last of it: "1e6, 3e6 and 1e7 cells/kg".
fn after_list(letters: &[char], found: &[Found]) -> String {
    const JOINED: [&str; 7] = [",", "and", "or", ", and", ", or", "/", "、"];
    const LONGEST: usize = 20;
    for (index, dose) in found.iter().enumerate().take(LONGEST) {
        let until = found.get(index + 1).map_or(letters.len(), |next| next.start);
        let after = join(letters, dose.end, until);
        if index + 1 == found.len() || !JOINED.contains(&after.trim()) {
            return after;
        }
    }
    String::new()
}

fn join(letters: &[char], from: usize, to: usize) -> String {
    letters.get(from..to).unwrap_or_default().iter().collect()
}

fn first_words(text: &str, count: usize) -> String {
    text.split_inclusive(' ')
        .take(count + 1)
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// A dose that begins here: `1.0×10^8`, `1e8`, `10^8`, `1 million`, or `1 x 108` whose exponent was lost.
fn dose_at(letters: &[char], start: usize) -> Option<Found> {
    let before = start.checked_sub(1).and_then(|at| letters.get(at));
    if before.is_some_and(|letter| letter.is_alphanumeric() || *letter == '.' || *letter == '^') {
        return None;
    }
    let grouped = thousands_at(letters, start);
    let (number, end) = grouped.or_else(|| number_at(letters, start))?;
    let made = |end: usize, amount: f64, certain: bool| {
        // Less than a thousand cells is no dose, and a billion billion is none either.
        (1e3..=1e12).contains(&amount).then_some(Found {
            start,
            end,
            amount,
            certain,
        })
    };
    let sign = skip_spaces(letters, end);
    match letters.get(sign) {
        Some('x' | 'X' | '×' | '*' | '·' | '⋅' | '∙') => {
            let ten = skip_spaces(letters, sign + 1);
            if let Some((exponent, end)) = power_of_ten(letters, ten) {
                return made(end, power(number, exponent), true);
            }
            let (lost, end) = lost_exponent(letters, ten).or_else(|| ten_and_e(letters, ten))?;
            made(end, power(number, lost), false)
        }
        Some('e' | 'E') if sign == end => {
            let plus = end + 1 + usize::from(letters.get(end + 1) == Some(&'+'));
            let (exponent, end) = digits_at(letters, plus)?;
            // 10e8 is 1e9 to a computer and often written for 1e8.
            let certain = join(letters, start, sign) != "10";
            made(end, power(number, exponent), certain)
        }
        Some('m' | 'M' | 'b' | 'B') => {
            let word: String = letters
                .iter()
                .skip(sign)
                .take_while(|letter| letter.is_alphabetic())
                .collect();
            let factor = match word.to_lowercase().as_str() {
                "million" => 1e6,
                "billion" => 1e9,
                _ => return None,
            };
            made(sign + word.chars().count(), number * factor, true)
        }
        _ => match power_of_ten(letters, start) {
            Some((exponent, end)) => made(end, power(1.0, exponent), true),
            None if grouped.is_some() => made(end, number, true),
            None => None,
        },
    }
}

fn power(number: f64, exponent: u32) -> f64 {
    // Read from text, so that 2.5 and 8 give the same number as 2.5e8 in a protocol.
    format!("{number}e{exponent}").parse().unwrap_or(f64::INFINITY)
}

fn skip_spaces(letters: &[char], mut at: usize) -> usize {
    while letters.get(at) == Some(&' ') {
        at += 1;
    }
    at
}

fn number_at(letters: &[char], start: usize) -> Option<(f64, usize)> {
    let count = letters
        .iter()
        .skip(start)
        .take_while(|letter| letter.is_ascii_digit() || **letter == '.')
        .count();
    if !letters.get(start)?.is_ascii_digit() {
        return None;
    }
    Some((join(letters, start, start + count).parse().ok()?, start + count))
}

/// `5,000,000`: groups of three digits, the first of one to three.
fn thousands_at(letters: &[char], start: usize) -> Option<(f64, usize)> {
    let is_digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let first = (start..start + 4).take_while(|at| is_digit(*at)).count();
    let mut end = start + first;
    while letters.get(end) == Some(&',') && (1..=3).all(|step| is_digit(end + step)) && !is_digit(end + 4) {
        end += 4;
    }
    let number = join(letters, start, end).replace(',', "").parse().ok()?;
    ((1..=3).contains(&first) && end > start + first).then_some((number, end))
}

fn digits_at(letters: &[char], start: usize) -> Option<(u32, usize)> {
    let count = letters
        .iter()
        .skip(start)
        .take_while(|letter| letter.is_ascii_digit())
        .count();
    ((1..=2).contains(&count)).then_some(())?;
    Some((join(letters, start, start + count).parse().ok()?, start + count))
}

/// `10^8`, `10 ^ 8`.
fn power_of_ten(letters: &[char], start: usize) -> Option<(u32, usize)> {
    let ten = (letters.get(start) == Some(&'1') && letters.get(start + 1) == Some(&'0')).then_some(start + 2)?;
    let caret = skip_spaces(letters, ten);
    (letters.get(caret) == Some(&'^')).then_some(())?;
    let mut at = skip_spaces(letters, caret + 1);
    at += usize::from(matches!(letters.get(at), Some('{' | '(')));
    let (exponent, end) = digits_at(letters, at)?;
    Some((exponent, end + usize::from(matches!(letters.get(end), Some('}')))))
}

/// `10e8` after a multiplication sign.
fn ten_and_e(letters: &[char], start: usize) -> Option<(u32, usize)> {
    let written = join(letters, start, start + 3);
    (written == "10e" || written == "10E").then(|| digits_at(letters, start + 3))?
}

/// `108` after a multiplication sign: 10 to the power of 8, whose raised digit was lost, or one hundred and eight.
fn lost_exponent(letters: &[char], start: usize) -> Option<(u32, usize)> {
    let ten = (letters.get(start) == Some(&'1') && letters.get(start + 1) == Some(&'0')).then_some(start + 2)?;
    digits_at(letters, ten)
}

/// Laboratory limits are written as doses are: `1.5×10^9/L`.
fn is_of_cells(letters: &[char], dose: Found) -> bool {
    let after = join(letters, dose.end, (dose.end + 60).min(letters.len())).to_lowercase();
    let after = after.trim_start();
    let per_volume = [
        "/l", "/ml", "/ul", "/µl", "/μl", "/mm", "copies", "vg", "pfu", "iu", "units",
    ];
    let written = join(letters, dose.start, dose.end);
    let before = join(letters, dose.start.saturating_sub(20), dose.start).to_lowercase();
    // A number with neither a power of ten nor a word is a dose only where cells stand beside it.
    let in_words = written.to_lowercase().contains("illion")
        || written
            .chars()
            .all(|letter| letter.is_ascii_digit() || letter == ',' || letter == '.');
    !per_volume.iter().any(|unit| after.starts_with(unit))
        && (!in_words || after.contains("cell") || after.contains("car") || before.contains("cell"))
}

/// "up to 1e8": a bound, not the dose of a level.
fn is_bound(letters: &[char], dose: Found) -> bool {
    let before = join(letters, dose.start.saturating_sub(20), dose.start).to_lowercase();
    let bounds = [
        "up to",
        "at least",
        "at most",
        "maximum of",
        "minimum of",
        "more than",
        "less than",
        "≤",
        "≥",
        "<",
        ">",
    ];
    bounds.iter().any(|bound| before.trim_end().ends_with(bound))
}

/// Two amounts with nothing but a dash between them are the ends of a range, not levels. A number before the amount may
/// share its power of ten: "0.5-2.0×10^8", "1, 3 and 10×10^6".
fn mark_shared(letters: &[char], found: &mut [Found]) {
    let mut end = 0;
    for dose in found.iter_mut() {
        if let Some(start) = shared_start(letters, dose.start).filter(|start| *start >= end) {
            dose.start = start;
            dose.certain = false;
        }
        end = dose.end;
    }
    for at in 1..found.len() {
        let (Some(first), Some(second)) = (found.get(at - 1).copied(), found.get(at).copied()) else {
            continue;
        };
        let between = join(letters, first.end, second.start);
        if ["-", "to", "~"].contains(&between.trim()) {
            for dose in found.iter_mut().skip(at - 1).take(2) {
                dose.certain = false;
            }
        }
    }
}

/// Where the first of the numbers begins that stand before an amount, joined to it and without a power of their own.
fn shared_start(letters: &[char], start: usize) -> Option<usize> {
    let mut begin = None;
    let mut end = start;
    while let Some(number) = number_before(letters, end) {
        begin = Some(number);
        end = number;
    }
    begin
}

fn number_before(letters: &[char], end: usize) -> Option<usize> {
    // A number after one of these counts levels, subjects or days: "DL1 - 5×10^6", "cohort 2, 3×10^6".
    const COUNTED: [&str; 14] = [
        "level", "dl", "cohort", "group", "dose", "arm", "day", "days", "week", "month", "part", "stage", "phase",
        "step",
    ];
    const NEAR: usize = 40;
    let from = end.saturating_sub(NEAR);
    let head = join(letters, from, end);
    let head = head.trim_end();
    let joined = ["-", "~", ",", "/", "、", " to", " and", " or"];
    let head = joined.iter().find_map(|sign| head.strip_suffix(sign))?;
    let head = head.trim_end().trim_end_matches([',', ' ']);
    let rest = head.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let number = head.get(rest.len()..)?;
    let is_number = number.starts_with(|letter: char| letter.is_ascii_digit()) && number.parse::<f64>().is_ok();
    let last = rest.chars().next_back();
    let stands_alone = !last.is_some_and(|letter| letter.is_alphanumeric() || "^×*{(".contains(letter))
        && !(rest.trim_end().ends_with(['×', 'x', '*', '^']));
    let word: String = rest.trim_end().trim_end_matches('-').trim_end().to_lowercase();
    let counts = COUNTED.iter().any(|known| word.ends_with(known));
    (is_number && stands_alone && !counts).then(|| from + rest.chars().count())
}

fn unit(after: &str) -> String {
    // A unit follows at once; later words belong to the next sentence.
    let near: String = after.chars().take(60).collect::<String>().to_lowercase();
    let near = near
        .split(['.', ';', ',', '|'])
        .next()
        .unwrap_or_default()
        .replace(' ', "");
    let carries = near.contains("car+") || near.contains("car-positive") || near.contains("carpositive");
    let cells = match (near.contains("viable"), carries) {
        (true, true) => "viable CAR+ cells",
        (false, true) => "CAR+ cells",
        (_, false) => "cells",
    };
    let per = if near.contains("/kg") || near.contains("perkg") || near.contains("perkilogram") {
        "/kg"
    } else if near.contains("/m2") || near.contains("/m^2") {
        "/m2"
    } else {
        ""
    };
    format!("{cells}{per}")
}

/// The name of a level: in brackets right after the dose, or the last "dose level 1:" before it.
fn label(before: &str, after: &str) -> Option<String> {
    const NAMES: [&str; 11] = [
        "dose level",
        "dose group",
        "cohort",
        "dl",
        "group",
        "low dose",
        "middle dose",
        "medium dose",
        "intermediate dose",
        "mid dose",
        "high dose",
    ];
    let bracket = after
        .find('(')
        .filter(|at| after.get(..*at).is_some_and(|words| words.len() <= 40));
    if let Some(inside) = bracket.and_then(|at| inside_brackets(after.get(at..)?)) {
        let small = inside.to_lowercase();
        if NAMES.iter().any(|name| small.contains(name)) || small.contains("dose") {
            return Some(inside);
        }
    }
    if let Some(name) = row_label(before) {
        return Some(name);
    }
    let small = before.to_ascii_lowercase();
    let start = NAMES.iter().filter_map(|name| last_word(&small, name)).max()?;
    // "dose level 1" also ends in "level 1"; begin where its first word does.
    let start = small
        .get(..start)
        .map_or(start, |head| if head.ends_with("dose ") { start - 5 } else { start });
    let name = before
        .get(start..)?
        .trim()
        .trim_end_matches([':', '(', '=', ',', '-', ' ']);
    let numbered = name.chars().any(|letter| letter.is_ascii_digit()) || name.len() <= 16;
    (numbered && name.len() <= 24).then(|| name.to_owned())
}

/// Where the words stand last; not within a longer word ("middle", "dose levels"), though before a number ("DL1").
fn last_word(text: &str, words: &str) -> Option<usize> {
    text.match_indices(words)
        .map(|(at, _)| at)
        .filter(|at| {
            let before = text.get(..*at).and_then(|head| head.chars().next_back());
            let after = text.get(at + words.len()..).and_then(|tail| tail.chars().next());
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphabetic)
        })
        .last()
}

/// The level of a row of a table, whose first cell is its number: `| -1 | 1×10^6 |`.
fn row_label(before: &str) -> Option<String> {
    let row = before.lines().next_back()?.trim_end();
    let (_, cell) = row.strip_suffix('|')?.rsplit_once('|')?;
    let number: i32 = cell.trim().parse().ok()?;
    (-9..=20).contains(&number).then(|| format!("Dose level {number}"))
}

/// The text between a bracket and the one that closes it.
fn inside_brackets(text: &str) -> Option<String> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return text.get(1..at).map(|inside| inside.trim().to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amounts(text: &str) -> Vec<f64> {
        find_doses(text).levels.iter().map(|level| level.amount).collect()
    }

    #[test]
    fn amounts_are_read_in_every_writing() {
        for text in [
            "1.0×10^8",
            "1x10^8 cells",
            "1 x 10\\^8",
            "1e8",
            "1.0E+8",
            "1×10⁸",
            "１×10^8",
            "100 million CAR-T cells",
            "10^8",
        ] {
            assert_eq!(amounts(text), [1e8], "{text}");
        }
        assert_eq!(amounts("2.5×10^8"), [2.5e8]);
    }

    #[test]
    fn a_lost_exponent_is_no_amount() {
        let doses = find_doses("Dose Level -1: 5 x 106 cells (± 20%) Dose Level 1: 3 x 1010 cells");
        assert_eq!(doses.levels, []);
        assert_eq!(
            doses.uncertain,
            ["Dose Level -1: 5 x 106 cells (± 20%)", "Dose Level 1: 3 x 1010 cells"]
        );
    }

    #[test]
    fn a_laboratory_limit_or_a_range_is_no_level() {
        assert_eq!(find_doses("ANC ≥1.5×10^9/L").levels, []);
        let range = find_doses("1×10^6 - 5×10^6 cells/kg");
        assert_eq!((range.levels.len(), range.uncertain.len()), (0, 2));
    }

    #[test]
    fn numbers_that_share_a_power_of_ten_are_left_in_doubt() {
        for (text, words) in [
            ("CAR-T 0.5-2.0×10^8", "0.5-2.0×10^8"),
            ("1 to 5 x 10^6 cells/kg", "1 to 5 x 10^6 cells/kg"),
            ("1, 3 and 10×10^6 cells/kg", "1, 3 and 10×10^6 cells/kg"),
            ("5 x 10e7 cells", "5 x 10e7 cells"),
            ("10e7 cells", "10e7 cells"),
        ] {
            let doses = find_doses(text);
            assert_eq!(doses.levels, [], "{text}");
            assert_eq!(doses.uncertain, [words], "{text}");
        }
        assert_eq!(amounts("1×10^7, 3×10^7 and 1×10^8 cells"), [1e7, 3e7, 1e8]);
        assert_eq!(amounts("DL1 - 5×10^6, dose level 2, 1e7, Day 0, 3e7"), [5e6, 1e7, 3e7]);
    }

    #[test]
    fn the_unit_after_a_list_is_that_of_all_in_it() {
        let units = |text: &str| {
            let levels = find_doses(text).levels;
            levels.into_iter().map(|level| level.unit).collect::<Vec<_>>()
        };
        assert_eq!(units("1×10^6, 3×10^6 and 1×10^7 CAR-T cells/kg"), ["cells/kg"; 3]);
        assert_eq!(units("1e7 or 3e7 CAR-positive T cells"), ["CAR+ cells"; 2]);
        assert_eq!(units("1×10^7 cells, 3×10^6 cells/kg"), ["cells", "cells/kg"]);
    }

    #[test]
    fn thousands_are_read_where_cells_follow() {
        assert_eq!(amounts("5,000,000 CAR-T cells, 20,000,000 cells"), [5e6, 2e7]);
        assert_eq!(
            amounts("platelets above 100,000/µL, IND 123456 for CAR-T cells"),
            Vec::<f64>::new()
        );
    }

    #[test]
    fn no_level_is_dropped_for_the_way_it_is_written_and_a_bound_is_no_level() {
        for written in ["250,000,000", "250 million", "2.5·10⁸", "2.5 ⋅ 10^8", "2.5e8"] {
            let text = format!("T Cells :{written}(Second dose group)");
            assert_eq!(amounts(&text), [2.5e8], "{written}");
        }
        for written in ["2,5×10^8", "2.5 x 10E8", "up to 2.5×10^8"] {
            let doses = find_doses(&format!("T Cells :{written}(Second dose group)"));
            assert_eq!((doses.levels.len(), doses.uncertain.len()), (0, 1), "{written}");
        }
    }

    #[test]
    fn a_level_has_its_own_name_or_that_of_its_row() {
        let labels = |text: &str| {
            let levels = find_doses(text).levels;
            levels.into_iter().map(|level| level.label).collect::<Vec<_>>()
        };
        assert_eq!(labels("Dose levels: 1×10^6 cells"), [""]);
        assert_eq!(labels("Middle dose: 1×10^6 cells"), ["Middle dose"]);
        assert_eq!(
            labels("| Level | Cells |\n| -1 | 1 × 10^6 |\n| 1 | 3 × 10^6 |\n"),
            ["Dose level -1", "Dose level 1"]
        );
    }

    #[test]
    fn units_and_labels_stand_beside_the_amount() {
        let doses = find_doses("T Cells :1.0×10^8（Third dose group）");
        assert_eq!(doses.levels[0].label, "Third dose group");
        assert_eq!(doses.levels[0].unit, "cells");
        let doses = find_doses("Dose level 2: 0.3 x 10^6 viable CAR+ T cells per kg, once");
        assert_eq!(
            (doses.levels[0].label.as_str(), doses.levels[0].amount),
            ("Dose level 2", 3e5)
        );
        assert_eq!(doses.levels[0].unit, "viable CAR+ cells/kg");
    }
}
