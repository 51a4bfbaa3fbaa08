//! From a text to a time: by the mapping's formats, in the mapping's zone.
//!
//! Owns what is said in a text: a local time, an instant, a whole period. Must never know which column it is for.
//!
//! **Local times that are not unique** follow RFC 5545 (3.3.5): one that comes twice is the first of the two; one that the
//! clock jumped over is read with the offset from before the jump, so that 02:30 in a gap from 02:00 to 03:00 is 03:30.

mod pattern;
mod zone;

use std::fmt::Write;

use chrono::NaiveDateTime;
use chrono::format::{Item, Parsed, StrftimeItems};
use rules::period::{Every, Period};
use rules::time::Millis;

use pattern::Pattern;
pub(super) use zone::Zone;

/// What a text says about time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// A time on the wall, without offset.
    Local(NaiveDateTime),
    /// With offset; milliseconds since 1970 UTC.
    Instant(Millis),
    /// A day, month or year without time.
    Whole(Period),
}

/// One format of a mapping, compiled.
#[derive(Clone, Debug)]
pub(super) struct Format {
    text: String,
    items: Vec<Item<'static>>,
    /// The same by hand for the usual formats: chrono needs ten times as long.
    pattern: Option<Pattern>,
    grain: Grain,
    /// Whether it ends in a Z of its own, which says UTC.
    says_utc: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grain {
    Local,
    WithOffset,
    Whole(Every),
}

/// Local and offset forms of ISO 8601 and RFC 3339, which are read when a mapping names no format.
const USUAL: [&str; 8] = [
    "%Y-%m-%dT%H:%M:%S%.f%:z",
    "%Y-%m-%dT%H:%M:%S%.fZ",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
];

/// The formats that are read when a mapping names none.
pub(super) fn usual() -> Vec<Format> {
    USUAL.iter().map(|text| Format::read(text).expect("a format of our own is one")).collect()
}

impl Format {
    /// Compiles a format of chrono's strftime; else what is wrong with it, behind `time_format "…"`.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let items: Vec<Item<'static>> = StrftimeItems::new(text).parse_to_owned().map_err(|_| {
            "has a sign after % that is none; write it like \"%Y-%m-%dT%H:%M:%S\", \"%d/%m/%Y %H:%M\" or \"%m/%d/%Y %I:%M %p\"".to_owned()
        })?;
        if text.contains("%Z") {
            return Err(
                "has %Z, but names of zones are not unique; write %z where the text has an offset, else leave it out and set timezone"
                    .to_owned(),
            );
        }
        let mut format = Self { text: text.to_owned(), items, pattern: None, grain: Grain::Local, says_utc: text.ends_with('Z') };
        format.grain = format.find_grain()?;
        if format.grain != Grain::WithOffset || format.says_utc {
            format.pattern = Pattern::compile(text);
        }
        Ok(format)
    }

    /// Whether it names a month or a year only.
    pub(super) fn is_longer_than_a_day(&self) -> bool {
        matches!(self.grain, Grain::Whole(every) if every != Every::Day)
    }

    /// What a trimmed text says; `None` when it is not written so.
    pub(super) fn written(&self, text: &str) -> Option<Written> {
        if let Some(local) = self.pattern.as_ref().and_then(|pattern| pattern.local(text)) {
            return self.as_written(local);
        }
        let mut parsed = Parsed::new();
        chrono::format::parse(&mut parsed, text, self.items.iter()).ok()?;
        if self.grain == Grain::WithOffset && !self.says_utc {
            let instant = match parsed.to_datetime() {
                Ok(instant) => instant.timestamp_millis(),
                Err(_) => parsed.to_datetime_with_timezone(&chrono::Utc).ok()?.timestamp_millis(),
            };
            return Some(Written::Instant(instant));
        }
        self.as_written(complete(parsed)?)
    }

    fn as_written(&self, local: NaiveDateTime) -> Option<Written> {
        Some(match self.grain {
            Grain::Local => Written::Local(local),
            Grain::WithOffset => Written::Instant(local.and_utc().timestamp_millis()),
            Grain::Whole(every) => Written::Whole(Period::containing(local.date(), every)),
        })
    }

    /// Writes a time that nobody needs in its format, and reads it back with less and less: what is not needed is not in it.
    fn find_grain(&self) -> Result<Grain, String> {
        let sample = chrono::NaiveDate::from_ymd_opt(2013, 11, 25)
            .and_then(|day| day.and_hms_milli_opt(13, 41, 52, 0))
            .expect("a date of the calendar")
            .and_utc()
            .fixed_offset();
        let mut text = String::new();
        write!(text, "{}", sample.format_with_items(self.items.iter())).map_err(|_| "cannot be written".to_owned())?;
        let mut parsed = Parsed::new();
        chrono::format::parse(&mut parsed, &text, self.items.iter()).map_err(|_| "cannot be read back".to_owned())?;
        if parsed.timestamp().is_some() || parsed.offset().is_some() || self.says_utc {
            return Ok(Grain::WithOffset);
        }
        let has_clock = parsed.hour_mod_12().is_some() || parsed.minute().is_some();
        let has_day = parsed.to_naive_date().is_ok();
        match (has_day, has_clock) {
            (true, true)
                if parsed.to_naive_time().is_ok()
                    || complete(parsed.clone()).is_some_and(|local| local.time() != chrono::NaiveTime::MIN) =>
            {
                Ok(Grain::Local)
            }
            (true, true) => Err("has an hour of 1 to 12 without %p, or minutes without an hour; write both".to_owned()),
            (true, false) => Ok(Grain::Whole(Every::Day)),
            (false, true) => Err("has a time without a date; write the year, month and day too".to_owned()),
            (false, false) if parsed.year().is_some() && parsed.month().is_some() => Ok(Grain::Whole(Every::Month)),
            (false, false) if parsed.year().is_some() && parsed.ordinal().is_none() && parsed.day().is_none() => {
                Ok(Grain::Whole(Every::Year))
            }
            (false, false) => Err("does not name a day; write the year, month and day, like \"%d/%m/%Y\"".to_owned()),
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.text)
    }
}

/// The local time of what was read: seconds, the clock, the day and the month may be left out.
fn complete(mut parsed: Parsed) -> Option<NaiveDateTime> {
    let date = match parsed.to_naive_date() {
        Ok(date) => date,
        Err(_) => {
            if parsed.month().is_none() {
                parsed.set_month(1).ok()?;
            }
            parsed.set_day(1).ok()?;
            parsed.to_naive_date().ok()?
        }
    };
    if parsed.hour_div_12().is_none() && parsed.hour_mod_12().is_none() {
        return Some(date.and_time(chrono::NaiveTime::MIN));
    }
    if parsed.minute().is_none() {
        parsed.set_minute(0).ok()?;
    }
    Some(date.and_time(parsed.to_naive_time().ok()?))
}

#[cfg(test)]
mod tests;
