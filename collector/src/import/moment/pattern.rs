//! The usual formats by hand: digits, letters of AM and PM, and what stands between.
//!
//! Gives what chrono gives or `None`, never anything else; a test holds the two together.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// A format of fixed parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Part>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Four digits.
    Year,
    Month,
    Day,
    Hour,
    /// 1 to 12.
    HourOfHalf,
    Minute,
    Second,
    /// AM or PM in any case.
    Half,
    Exactly(u8),
}

impl Pattern {
    /// `None` when it holds anything but the usual parts.
    pub(super) fn compile(format: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut bytes = format.bytes();
        while let Some(byte) = bytes.next() {
            if byte != b'%' {
                // Other blanks stand for any number of blanks in chrono.
                (byte.is_ascii_graphic() || byte == b' ').then(|| parts.push(Part::Exactly(byte)))?;
                continue;
            }
            match bytes.next()? {
                b'Y' => parts.push(Part::Year),
                b'm' => parts.push(Part::Month),
                b'd' => parts.push(Part::Day),
                b'H' => parts.push(Part::Hour),
                b'I' => parts.push(Part::HourOfHalf),
                b'M' => parts.push(Part::Minute),
                b'S' => parts.push(Part::Second),
                b'p' => parts.push(Part::Half),
                b'F' => parts.extend([Part::Year, Part::Exactly(b'-'), Part::Month, Part::Exactly(b'-'), Part::Day]),
                b'T' => parts.extend([Part::Hour, Part::Exactly(b':'), Part::Minute, Part::Exactly(b':'), Part::Second]),
                b'R' => parts.extend([Part::Hour, Part::Exactly(b':'), Part::Minute]),
                _ => return None,
            }
        }
        let only_once = |part: Part| parts.iter().filter(|other| **other == part).count() <= 1;
        let is_sound = [Part::Year, Part::Month, Part::Day, Part::Hour, Part::HourOfHalf, Part::Minute, Part::Second, Part::Half];
        let both_hours = parts.contains(&Part::Hour) && (parts.contains(&Part::HourOfHalf) || parts.contains(&Part::Half));
        (is_sound.into_iter().all(only_once) && !both_hours && parts.contains(&Part::Day)).then_some(Self(parts))
    }

    /// The local time that a text says; `None` also for spellings that only chrono understands.
    pub(super) fn local(&self, text: &str) -> Option<NaiveDateTime> {
        let mut rest = text.as_bytes();
        let (mut year, mut month, mut day, mut hour, mut minute, mut second, mut afternoon) = (0, 1, 1, 0, 0, 0, None);
        for part in &self.0 {
            match part {
                Part::Exactly(byte) => rest = rest.strip_prefix(std::slice::from_ref(byte))?,
                Part::Year => {
                    let (four, after) = rest.split_first_chunk::<4>()?;
                    (year, rest) = (digits(four)?, after);
                }
                Part::Month => (month, rest) = two(rest)?,
                Part::Day => (day, rest) = two(rest)?,
                Part::Hour => (hour, rest) = two(rest)?,
                Part::HourOfHalf => {
                    (hour, rest) = two(rest)?;
                    hour = (1..=12).contains(&hour).then_some(hour % 12)?;
                }
                Part::Minute => (minute, rest) = two(rest)?,
                Part::Second => (second, rest) = two(rest)?,
                Part::Half => {
                    let (half, after) = rest.split_first_chunk::<2>()?;
                    afternoon = Some(match [half[0].to_ascii_lowercase(), half[1].to_ascii_lowercase()] {
                        [b'a', b'm'] => 0,
                        [b'p', b'm'] => 12,
                        _ => return None,
                    });
                    rest = after;
                }
            }
        }
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        let time = NaiveTime::from_hms_opt(hour + afternoon.unwrap_or(0), minute, second)?;
        rest.is_empty().then(|| date.and_time(time))
    }
}

/// One or two digits, as many as there are.
fn two(bytes: &[u8]) -> Option<(u32, &[u8])> {
    match bytes {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', rest @ ..] => Some((u32::from(a - b'0') * 10 + u32::from(b - b'0'), rest)),
        [a @ b'0'..=b'9', rest @ ..] => Some((u32::from(a - b'0'), rest)),
        _ => None,
    }
}

fn digits(four: &[u8; 4]) -> Option<u32> {
    four.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
}
