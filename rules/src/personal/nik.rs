//! NIK: 16 digits, of which two name the province, and six the day of birth.

use super::digits::Group;

const LENGTH: usize = 16;

/// Whether some groups in a row make up a NIK.
///
/// Sixteen digits in one piece need only a province: hardly anything else is that
/// long. In groups, or after a decimal mark, the day of birth must be one too, or
/// dates in a row and long fractions would be taken for a NIK.
pub(super) fn is_in(groups: &[Group<'_>]) -> bool {
    (0..groups.len()).any(|start| {
        let first = &groups[start];
        if first.digits.len() == LENGTH && !first.before.is_decimal_mark() {
            return has_province(first.digits);
        }
        joined(&groups[start..])
            .is_some_and(|digits| has_province(&digits) && has_day_of_birth(&digits))
    })
}

/// The groups from the first on, as far as they make up exactly 16 digits.
fn joined(groups: &[Group<'_>]) -> Option<String> {
    let mut digits = String::new();
    for (index, group) in groups.iter().enumerate() {
        if index > 0 && !group.before.joins() {
            return None;
        }
        digits.push_str(group.digits);
        if digits.len() >= LENGTH {
            break;
        }
    }
    (digits.len() == LENGTH).then_some(digits)
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
    digits[at..at + 2]
        .parse()
        .expect("a group has ASCII digits only")
}
