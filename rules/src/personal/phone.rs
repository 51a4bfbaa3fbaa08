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
    let digits = first.digits;
    if digits.starts_with("08") {
        // `08.30-12.00` is an opening time: a number's first group is longer.
        return digits.len() > SHORTEST_GROUP && has_length(digits.len() - 1, rest, false);
    }
    // Without a plus, `62.812.345.678` is an amount of money.
    let refuses_dots = first.before != Before::Plus;
    if digits.starts_with("628") {
        return digits.len() > SHORTEST_GROUP && has_length(digits.len() - 2, rest, refuses_dots);
    }
    digits == "62"
        && rest
            .first()
            .is_some_and(|next| next.digits.starts_with('8'))
        && has_length(0, rest, refuses_dots)
}

/// Whether `count` digits and those of the groups joined to them can be a whole number.
fn has_length(mut count: usize, rest: &[Group<'_>], refuses_dots: bool) -> bool {
    if LENGTHS.contains(&count) {
        return true;
    }
    for group in rest {
        let is_joined = group.before.joins() && !(refuses_dots && group.before == Before::Dot);
        if !is_joined || group.digits.len() < SHORTEST_GROUP {
            return false;
        }
        count += group.digits.len();
        if LENGTHS.contains(&count) {
            return true;
        }
    }
    false
}
