//! Indonesian mobile numbers: 08…, 62 8…, +62 8…, with 10 to 13 digits from the 0 on.

use super::digits::{Before, Group};

/// Digits from the 8 on: one less than with the 0.
const LENGTHS: std::ops::RangeInclusive<usize> = 9..=12;
/// Shorter groups are parts of times and dates, not of a phone number.
const SHORTEST_GROUP: usize = 3;

/// Whether some groups in a row make up a mobile number.
pub(super) fn is_in(groups: &[Group<'_>]) -> bool {
    (0..groups.len()).any(|start| starts_with_number(&groups[start..]))
}

fn starts_with_number(groups: &[Group<'_>]) -> bool {
    let [first, rest @ ..] = groups else {
        return false;
    };
    if first.before.is_decimal_mark() {
        return false;
    }
    if let Some(national) = first.digits.strip_prefix('0') {
        // `08.30-12.00` is an opening time: the first group of a number is longer.
        return first.digits.len() > SHORTEST_GROUP && is_number(national, rest, true);
    }
    // Without a plus, `62.812.345.678` is an amount of money.
    let may_have_dots = first.before == Before::Plus;
    match (first.digits.strip_prefix("62"), rest) {
        (Some(""), [next, rest @ ..]) => next.joins(may_have_dots) && is_number(next.digits, rest, may_have_dots),
        (Some(national), rest) => is_number(national, rest, may_have_dots),
        (None, _) => false,
    }
}

/// Whether the digits after 0 or 62, with those of the groups joined to them, are a
/// mobile number. 80… is none: those are hotlines, which may be named.
fn is_number(national: &str, rest: &[Group<'_>], may_have_dots: bool) -> bool {
    if !matches!(national.as_bytes(), [b'8', b'1'..=b'9', ..]) {
        return false;
    }
    let mut count = national.len();
    for group in rest {
        let is_part = group.joins(may_have_dots) && group.digits.len() >= SHORTEST_GROUP;
        if LENGTHS.contains(&count) || !is_part {
            break;
        }
        count += group.digits.len();
    }
    LENGTHS.contains(&count)
}

#[cfg(test)]
mod tests {
    use crate::personal::looks_personal;

    #[test]
    fn mobile_numbers_are_found_in_every_usual_spelling() {
        for text in [
            "081234567890",
            "0812345678",
            "0812345678901",
            "hubungi 0812-3456-7890 segera",
            "0812 3456 789",
            "0812.3456.7890",
            "0812 - 3456 - 7890",
            "0812\u{a0}3456\u{a0}7890",
            "WA:+6281234567890",
            "+62 812-3456-7890",
            "+62.812.3456.7890",
            "+62-812 3456 7890",
            "62 812 3456 7890",
            "wa.me/6281234567890",
            "081234567890 pukul 10.00",
            "24-11-2026 081234567890",
        ] {
            assert_eq!(looks_personal(text), Some("a mobile phone number"), "{text:?}");
        }
    }

    #[test]
    fn other_numbers_are_left_alone() {
        for text in [
            "08.15-12.00 dan 13.00-16.00",
            "0800-1-500-567",
            "(0721) 481107",
            "Rp 62.812.345.678",
            "Rp 812.345.678.901",
            "081234567",
            "08123456789012",
            "rasio 0.0812345678 dan 0,0812345678",
            "0812/2026",
            "24-08-2026 08:15",
            "2026-08-12 2026-08-13",
            "62",
            "62 permohonan",
        ] {
            assert_eq!(looks_personal(text), None, "{text:?}");
        }
    }
}
