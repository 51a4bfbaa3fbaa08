//! NIK: 16 digits, of which two name the province, and six the day of birth.

use super::digits::{Before, Group};

const LENGTH: usize = 16;

/// The provinces there are (Kepmendagri 300.2.2-2138/2025).
const PROVINCES: [u32; 38] = [
    11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 76, 81, 82, 91, 92,
    93, 94, 95, 96,
];

/// The serial number at the end is never torn apart.
const SHORTEST_LAST_GROUP: usize = 4;
/// Two dates such as `12-11-2026 05-12-2026`.
const TWO_DATES: [usize; 6] = [2, 2, 4, 2, 2, 4];

/// Whether some groups in a row make up a NIK.
///
/// Sixteen digits in one piece need only a province: hardly anything else is that
/// long. In groups, or after a decimal mark, there must be a day of birth too, or
/// codes in a row and long fractions would be taken for a NIK.
pub(super) fn is_in(groups: &[Group<'_>]) -> bool {
    (0..groups.len()).any(|start| starts_with_nik(&groups[start..]))
}

/// Whether some groups make up a NIK that could have been given to somebody: for the
/// numbers of files, among which sixteen digits are no rarity.
pub(super) fn is_number(groups: &[Group<'_>]) -> bool {
    let could_be = |digits: &str| PROVINCES.contains(&two(digits, 0)) && has_day_of_birth(digits);
    (0..groups.len()).any(|start| {
        let whole = groups[start].digits;
        let spelt = || if starts_with_nik(&groups[start..]) { joined(&groups[start..]) } else { None };
        if whole.len() == LENGTH { could_be(whole) } else { spelt().is_some_and(|digits| could_be(&digits)) }
    })
}

fn starts_with_nik(groups: &[Group<'_>]) -> bool {
    let Some(first) = groups.first() else {
        return false;
    };
    if first.digits.len() == LENGTH {
        return has_province(first.digits) && (!first.before.is_decimal_mark() || has_day_of_birth(first.digits));
    }
    // A number does not begin behind its own dot or dash.
    !matches!(first.before, Before::Dot | Before::Dash | Before::Comma)
        && joined(groups).is_some_and(|digits| has_province(&digits) && has_day_of_birth(&digits))
}

/// The groups from the first on, as far as they make up exactly 16 digits.
fn joined(groups: &[Group<'_>]) -> Option<String> {
    let mut digits = String::new();
    let mut lengths = Vec::new();
    for (index, group) in groups.iter().enumerate() {
        if index > 0 && !group.joins(true) {
            return None;
        }
        digits.push_str(group.digits);
        lengths.push(group.digits.len());
        if digits.len() >= LENGTH {
            break;
        }
    }
    let has_serial = lengths.last().is_some_and(|last| *last >= SHORTEST_LAST_GROUP);
    (digits.len() == LENGTH && has_serial && lengths != TWO_DATES).then_some(digits)
}

/// 11 (Aceh) to 96 (Papua Barat Daya).
fn has_province(digits: &str) -> bool {
    (11..=96).contains(&two(digits, 0))
}

/// Day and month; for women 40 is added to the day.
fn has_day_of_birth(digits: &str) -> bool {
    let (day, month) = (two(digits, 6), two(digits, 8));
    let day = if day > 40 { day - 40 } else { day };
    (1..=31).contains(&day) && (1..=12).contains(&month)
}

fn two(digits: &str, at: usize) -> u32 {
    digits[at..at + 2].parse().expect("a group has ASCII digits only")
}

#[cfg(test)]
mod tests {
    use crate::personal::looks_personal;

    #[test]
    fn a_nik_is_found_in_every_usual_spelling() {
        for text in [
            "1803010101900001",
            "NIK1803010101900001",
            "NIK: 1803014101900001, sudah diverifikasi",
            "1803 0141 0190 0001",
            "18.03.01.410190.0001",
            "180301-010190-0001",
            "2026 1803 0101 0190 0001",
            "no. 3 - 1803010101900001",
            "5,1803010101900001",
            "9671012312990123",
        ] {
            assert_eq!(looks_personal(text), Some("a national identity number (NIK)"), "{text:?}");
        }
    }

    #[test]
    fn other_long_numbers_are_left_alone() {
        for text in [
            "0903010101900001",
            "9903010101900001",
            "18030101019000011",
            "180301010190001",
            "0.3333333333333333",
            "12-11-2026 05-12-2026",
            "2026-11-12 2026-12-05",
            "11.00-14.05 10.00-12.00",
            "1.803.010.101.900.001",
            "5.1.02.01.01.0024 dan 1.02.01.2.01.0001",
            "1803 9999 9999 0001",
            "503/1234/2026",
        ] {
            assert_eq!(looks_personal(text), None, "{text:?}");
        }
    }
}
