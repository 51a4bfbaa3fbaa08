//! ISO 8601 durations of fixed length.

/// The designators that may follow `P`, and those after `T`, in their order and
/// with their length in seconds. Months and years have no fixed length.
const DATE_PARTS: &[(char, i64)] = &[('D', 86_400)];
const WEEK_PART: &[(char, i64)] = &[('W', 604_800)];
const TIME_PARTS: &[(char, i64)] = &[('H', 3_600), ('M', 60), ('S', 1)];

/// The seconds of an ISO 8601 duration such as `PT1H`, `P1D`, `P7D`, `P2W`, `P1DT12H`.
///
/// `None` when it is anything else, has months, years or fractions, or is nothing
/// long.
pub fn parse_duration(iso: &str) -> Option<i64> {
    let body = iso.strip_prefix('P')?;
    let seconds = if body.ends_with('W') {
        sum(body, WEEK_PART)?
    } else if let Some((date, time)) = body.split_once('T') {
        // A `T` must be followed by something; what stands before it may be missing.
        let date = if date.is_empty() {
            0
        } else {
            sum(date, DATE_PARTS)?
        };
        date.checked_add(sum(time, TIME_PARTS)?)?
    } else {
        sum(body, DATE_PARTS)?
    };
    (seconds > 0).then_some(seconds)
}

/// Adds up numbers each followed by one of `parts`, none twice, in their order.
fn sum(text: &str, parts: &[(char, i64)]) -> Option<i64> {
    let mut seconds = 0_i64;
    let (mut rest, mut parts) = (text, parts);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let designator = rest[end..].chars().next()?;
        let index = parts.iter().position(|(known, _)| *known == designator)?;
        let number: i64 = rest[..end].parse().ok()?;
        seconds = seconds.checked_add(number.checked_mul(parts[index].1)?)?;
        parts = &parts[index + 1..];
        rest = &rest[end + designator.len_utf8()..];
    }
    (!text.is_empty()).then_some(seconds)
}
