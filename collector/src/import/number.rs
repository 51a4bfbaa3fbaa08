//! From a text to a number, with a decimal point or a decimal comma.
//!
//! Owns the spelling of numbers and what a spelling gives away about the decimal mark. Must never know units or columns.
//!
//! Thousands may stand in groups of three behind the other mark, a blank, a no-break blank or an apostrophe.

use std::borrow::Cow;

use crate::validate::MAX_NUMBER;

/// The decimal mark of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decimal {
    /// `1,234.5`
    Point,
    /// `1.234,5`
    Comma,
}

/// Why a text is no number, in words behind `column is "…"`.
pub(super) type Wrong = &'static str;

/// What one spelling says about the decimal mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Nothing: whole numbers, and what is no number.
    Nothing,
    /// Only this mark makes it a number.
    Sure(Decimal),
    /// `1,234` or `1.234`: a fraction with one mark, thousands with the other.
    Doubt,
}

impl Decimal {
    fn bytes(self) -> (u8, u8) {
        match self {
            Self::Point => (b'.', b','),
            Self::Comma => (b',', b'.'),
        }
    }
}

/// The number that a trimmed text spells.
pub(super) fn parse(text: &str, decimal: Decimal) -> Result<f64, Wrong> {
    let (mark, other) = decimal.bytes();
    let number = simple(text, mark).or_else(|| plain(text, mark, other).and_then(|plain| plain.parse().ok()));
    match number {
        Some(number) if f64::abs(number) <= MAX_NUMBER => Ok(number),
        Some(_) => Err("expected a number from -1e15 to 1e15"),
        None => Err(why_not(text, decimal)),
    }
}

/// As most are written, without making room: a sign, digits and the mark.
fn simple(text: &str, mark: u8) -> Option<f64> {
    let mut copy = [0; 24];
    let copy = copy.get_mut(..text.len())?;
    for (place, byte) in copy.iter_mut().zip(text.bytes()) {
        *place = match byte {
            b'0'..=b'9' | b'-' => byte,
            _ if byte == mark => b'.',
            _ => return None,
        };
    }
    std::str::from_utf8(copy).ok()?.parse().ok()
}

fn why_not(text: &str, decimal: Decimal) -> Wrong {
    let word = text.trim_start_matches(['-', '+']).to_ascii_lowercase();
    if text.contains('%') {
        "expected a number without percent sign; remove the signs, and let the indicator's unit_of_measure say %"
    } else if matches!(word.as_str(), "nan" | "inf" | "infinity" | "#n/a" | "n/a") {
        "expected a number; leave the cell blank where there is none"
    } else {
        match decimal {
            Decimal::Point => "expected a number with a decimal point, like 1234.5 or 1,234.5",
            Decimal::Comma => "expected a number with a decimal comma, like 1234,5 or 1.234,5",
        }
    }
}

/// The number as Rust reads it; `None` when it is none.
fn plain(text: &str, mark: u8, other: u8) -> Option<String> {
    let (sign, rest) = sign(text);
    let (number, exponent) = match rest.find(['e', 'E']) {
        Some(place) => (&rest[..place], Some(&rest[place + 1..])),
        None => (rest, None),
    };
    let (whole, fraction) = match number.bytes().position(|byte| byte == mark) {
        Some(place) => (&number[..place], Some(&number[place + 1..])),
        None => (number, None),
    };
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = ungrouped(whole, char::from(other))?;
    let fraction = fraction.unwrap_or("");
    if (whole.is_empty() && fraction.is_empty()) || !is_digits(fraction) {
        return None;
    }
    let exponent = match exponent {
        None => "0",
        Some(exponent) => {
            let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            (!digits.is_empty() && digits.len() <= 3 && is_digits(digits)).then_some(exponent)?
        }
    };
    Some(format!("{sign}0{whole}.{fraction}0e{exponent}"))
}

fn sign(text: &str) -> (&'static str, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Digits without the separator between their groups of three; `None` when the groups are others.
fn ungrouped(whole: &str, other: char) -> Option<Cow<'_, str>> {
    let Some(separator) = whole.chars().find(|c| !c.is_ascii_digit()) else {
        return Some(Cow::Borrowed(whole));
    };
    if separator != other && !is_blank_separator(separator) {
        return None;
    }
    let mut groups = whole.split(separator);
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()) && is_digits(first))?;
    let mut digits = first.to_owned();
    for group in groups {
        (group.len() == 3 && is_digits(group)).then(|| digits.push_str(group))?;
    }
    Some(Cow::Owned(digits))
}

/// A blank, a no-break one, a narrow one, and the apostrophe of the Swiss.
fn is_blank_separator(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '\u{2019}')
}

/// What the spelling of a trimmed text says about the decimal mark.
pub(super) fn evidence(text: &str) -> Evidence {
    if !text.contains(['.', ',']) {
        return Evidence::Nothing;
    }
    let (point, comma) = (parse(text, Decimal::Point).is_ok(), parse(text, Decimal::Comma).is_ok());
    match (point, comma) {
        (true, false) => Evidence::Sure(Decimal::Point),
        (false, true) => Evidence::Sure(Decimal::Comma),
        (false, false) => Evidence::Nothing,
        // Nobody writes 0 in front of thousands.
        (true, true) => match sign(text).1.as_bytes() {
            [b'0', ..] => Evidence::Sure(if text.contains('.') { Decimal::Point } else { Decimal::Comma }),
            _ => Evidence::Doubt,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_marks_and_thousands_are_read() {
        for (text, decimal, expected) in [
            ("12", Decimal::Point, 12.0),
            ("-0.826087", Decimal::Point, -0.826_087),
            ("1,234.5", Decimal::Point, 1234.5),
            ("1,234,567", Decimal::Point, 1_234_567.0),
            ("1.234,5", Decimal::Comma, 1234.5),
            ("1.234", Decimal::Comma, 1234.0),
            ("1.250.000.000,00", Decimal::Comma, 1.25e9),
            ("1\u{a0}234,5", Decimal::Comma, 1234.5),
            ("1 234 567", Decimal::Comma, 1_234_567.0),
            ("1'234.5", Decimal::Point, 1234.5),
            (",5", Decimal::Comma, 0.5),
            ("5,", Decimal::Comma, 5.0),
            ("+3,5e-2", Decimal::Comma, 0.035),
            ("\u{2212}7", Decimal::Comma, -7.0),
            ("1E3", Decimal::Point, 1000.0),
        ] {
            assert_eq!(parse(text, decimal), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_says_why() {
        for text in ["", "-", ".", "abc", "1.2.3", "1,23.4", "12,34", "1,234,5", "0x10", "1e", "1e9999", "--1", "Rp 5", "1 23", "1, 234"] {
            assert!(parse(text, Decimal::Point).is_err(), "{text}");
        }
        assert!(parse("12%", Decimal::Point).expect_err("percent").contains("percent"));
        for text in ["NaN", "inf", "-Infinity", "#N/A"] {
            assert!(parse(text, Decimal::Point).expect_err(text).contains("blank"), "{text}");
        }
        assert!(parse("1e16", Decimal::Point).expect_err("large").contains("1e15"));
        assert!(parse("1.5", Decimal::Comma).expect_err("point").contains("decimal comma"));
    }

    #[test]
    fn a_spelling_gives_its_mark_away_or_not() {
        for text in ["1,234.5", "1.5", "0.825", "0.5", "1.2345", "1,234,567", "-0.123", "12.", "1.5e3", "1 234.567", "1234.567", ".125"] {
            assert_eq!(evidence(text), Evidence::Sure(Decimal::Point), "{text}");
            let other = text.replace('.', "x").replace(',', ".").replace('x', ",");
            assert_eq!(evidence(&other), Evidence::Sure(Decimal::Comma), "{other}");
        }
        for text in ["1,234", "1.234", "-12,345", "123.456"] {
            assert_eq!(evidence(text), Evidence::Doubt, "{text}");
        }
        for text in ["", "7", "1 234", "24.11.2026", "abc", "12%", "1,2.3,4"] {
            assert_eq!(evidence(text), Evidence::Nothing, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(number in -1e12..1e12_f64, comma in any::<bool>(), separator in prop::sample::select(vec!["", " ", "\u{a0}", "o"])) {
            let text = format!("{number:.3}");
            let number: f64 = text.parse().expect("a number");
            let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
            let (whole, fraction) = digits.split_once('.').expect("has three digits");
            let (decimal, mark, other) = if comma { (Decimal::Comma, ",", ".") } else { (Decimal::Point, ".", ",") };
            let separator = if separator == "o" { other } else { separator };
            let groups: Vec<&str> = whole.as_bytes().rchunks(3).rev().map(|three| std::str::from_utf8(three).expect("digits")).collect();
            let spelled = format!("{sign}{}{mark}{fraction}", groups.join(separator));
            prop_assert_eq!(parse(&spelled, decimal), Ok(number), "{}", spelled);
            prop_assert!(matches!(evidence(&spelled), Evidence::Doubt | Evidence::Sure(_)));
            prop_assert_ne!(evidence(&spelled), Evidence::Sure(if comma { Decimal::Point } else { Decimal::Comma }), "{}", spelled);
        }

        #[test]
        fn any_text_can_be_asked_about(text in any::<String>()) {
            let _ = (parse(&text, Decimal::Point), parse(&text, Decimal::Comma), evidence(&text));
        }
    }
}
