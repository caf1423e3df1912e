//! Formulas in a little of the notation of TeX, as MathML.
//!
//! Known are `\frac{}{}`, `\text{}`, `_`, `^`, braces, the names of [`SYMBOLS`] and of functions; all else stands for itself.

use std::iter::Peekable;
use std::str::Chars;

use crate::markup::Writer;

/// Names that stand for one sign: an identifier, or an operator where marked.
const SYMBOLS: &[(&str, &str, bool)] = &[
    ("lambda", "λ", false),
    ("phi", "φ", false),
    ("epsilon", "ε", false),
    ("sigma", "σ", false),
    ("le", "≤", true),
    ("ge", "≥", true),
    ("in", "∈", true),
    ("mid", "|", true),
    ("sim", "~", true),
];

/// Writes a formula on a line of its own.
pub(crate) fn write(out: &mut Writer, formula: &str) {
    out.open("div", &[("class", "formula")]);
    out.open("math", &[("display", "block"), ("alttext", formula)]);
    out.open("mrow", &[]);
    let mut rest = formula.chars().peekable();
    row(out, &mut rest);
    out.close();
    out.close();
    out.close();
}

/// Everything up to the end or to a closing brace, which is consumed.
fn row(out: &mut Writer, rest: &mut Peekable<Chars<'_>>) {
    while let Some(&letter) = rest.peek() {
        if letter == '}' {
            rest.next();
            return;
        }
        if letter == ' ' {
            rest.next();
            continue;
        }
        let mut atom = Writer::default();
        one(&mut atom, rest);
        let atom = atom.finish();
        scripted(out, rest, &atom);
    }
}

/// An atom with what stands below it, above it, or both, the lower first.
fn scripted(out: &mut Writer, rest: &mut Peekable<Chars<'_>>, atom: &str) {
    let below = script(rest, '_');
    let above = script(rest, '^');
    let (tag, scripts) = match (below, above) {
        (None, None) => {
            out.append(atom);
            return;
        }
        (Some(below), None) => ("msub", below),
        (None, Some(above)) => ("msup", above),
        (Some(below), Some(above)) => ("msubsup", below + &above),
    };
    out.open(tag, &[]);
    out.append(atom);
    out.append(&scripts);
    out.close();
}

/// What follows `sign`, where that comes next.
fn script(rest: &mut Peekable<Chars<'_>>, sign: char) -> Option<String> {
    rest.next_if_eq(&sign)?;
    let mut script = Writer::default();
    one(&mut script, rest);
    Some(script.finish())
}

/// One atom: a sign, a number, a group, a named thing.
fn one(out: &mut Writer, rest: &mut Peekable<Chars<'_>>) {
    match rest.next() {
        Some('{') => {
            out.open("mrow", &[]);
            row(out, rest);
            out.close();
        }
        Some('\\') => named(out, rest),
        Some(digit) if digit.is_ascii_digit() => {
            let mut number = digit.to_string();
            while let Some(next) = rest.next_if(|next| next.is_ascii_digit() || *next == '.') {
                number.push(next);
            }
            out.leaf("mn", &[], &number);
        }
        Some(letter) if letter.is_alphabetic() => out.leaf("mi", &[], &letter.to_string()),
        Some('-') => out.leaf("mo", &[], "−"),
        Some(bracket @ ('(' | ')')) => out.leaf("mo", &[("stretchy", "false")], &bracket.to_string()),
        Some('|') => out.leaf("mo", &[("stretchy", "false"), ("form", "prefix")], "|"),
        Some(sign) => out.leaf("mo", &[], &sign.to_string()),
        None => {}
    }
}

fn named(out: &mut Writer, rest: &mut Peekable<Chars<'_>>) {
    let mut name = String::new();
    while let Some(next) = rest.next_if(char::is_ascii_alphabetic) {
        name.push(next);
    }
    match name.as_str() {
        "frac" => {
            out.open("mfrac", &[]);
            one(out, rest);
            one(out, rest);
            out.close();
        }
        "text" => {
            let mut text = String::new();
            rest.next();
            for letter in rest.by_ref().take_while(|letter| *letter != '}') {
                text.push(if letter == ' ' { '\u{a0}' } else { letter });
            }
            out.leaf("mtext", &[], &text);
        }
        name => match SYMBOLS.iter().find(|(symbol, ..)| *symbol == name) {
            Some((_, sign, true)) => out.leaf("mo", &[], sign),
            Some((_, sign, false)) => out.leaf("mi", &[], sign),
            None => {
                out.leaf("mi", &[], name);
                // A function stands apart from a fraction or sign that follows it without brackets.
                if rest.peek() == Some(&' ') {
                    out.leaf("mspace", &[("width", "0.17em")], "");
                }
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mathml(formula: &str) -> String {
        let mut out = Writer::default();
        write(&mut out, formula);
        let text = out.finish();
        let from = text.find("<mrow>").unwrap() + 6;
        text[from..text.len() - "</mrow></math></div>\n".len()].to_owned()
    }

    #[test]
    fn fractions_indices_and_names_become_mathml() {
        assert_eq!(
            mathml(r"\lambda_e = \frac{1-p}{12}"),
            "<msub><mi>λ</mi><mi>e</mi></msub><mo>=</mo><mfrac><mrow><mn>1</mn><mo>−</mo><mi>p</mi></mrow><mrow><mn>12</mn></mrow></mfrac>"
        );
        assert_eq!(
            mathml(r"s_d^{2a}"),
            "<msubsup><mi>s</mi><mi>d</mi><mrow><mn>2</mn><mi>a</mi></mrow></msubsup>"
        );
        assert_eq!(
            mathml(r"\text{a b} \le p^3"),
            "<mtext>a\u{a0}b</mtext><mo>≤</mo><msup><mi>p</mi><mn>3</mn></msup>"
        );
    }
}
