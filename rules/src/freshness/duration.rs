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
        let date = if date.is_empty() { 0 } else { sum(date, DATE_PARTS)? };
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::parse_duration;

    #[test]
    fn durations_are_read() {
        for (iso, seconds) in [
            ("PT1H", 3_600),
            ("P1D", 86_400),
            ("P7D", 604_800),
            ("P2W", 1_209_600),
            ("PT90S", 90),
            ("PT1H30M5S", 5_405),
            ("P1DT12H", 129_600),
        ] {
            assert_eq!(parse_duration(iso), Some(seconds), "{iso}");
        }
    }

    #[test]
    fn other_things_are_not() {
        for iso in [
            "",
            "P",
            "PT",
            "P1DT",
            "1D",
            "P1",
            "PD",
            "P1M",
            "P1Y",
            "P0D",
            "PT0S",
            "P1.5D",
            "PT1,5H",
            "P-1D",
            "-P1D",
            "p1d",
            "P1H",
            "PT1D",
            "PT1M1H",
            "P1D1D",
            "P1W1D",
            "P1DT1W",
            "P 1D",
            "P1D ",
            "P99999999999999999D",
            "P999999999999999W",
            "PT1H\u{e9}",
        ] {
            assert_eq!(parse_duration(iso), None, "{iso}");
        }
    }

    proptest! {
        #[test]
        fn parts_add_up(days in 0_i64..1000, hours in 0_i64..100, minutes in 0_i64..100, seconds in 1_i64..100) {
            let sum = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
            prop_assert_eq!(parse_duration(&format!("P{days}DT{hours}H{minutes}M{seconds}S")), Some(sum));
            prop_assert_eq!(parse_duration(&format!("PT{sum}S")), Some(sum));
        }

        #[test]
        fn any_text_can_be_read(text in "[PT0-9DWHMSé]{0,12}") {
            prop_assert!(parse_duration(&text).is_none_or(|seconds| seconds > 0));
        }
    }
}
