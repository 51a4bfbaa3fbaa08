//! From cells to texts, times and numbers, each with its sentence when it is none.
//!
//! Must never know which of them a row needs.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{Datelike, NaiveTime};
use rules::at::At;
use rules::period::{Every, Period};
use rules::personal::{looks_personal, looks_personal_number};
use rules::time::{Millis, date_of};

use super::columns::{Column, Name};
use super::mapping::Mapping;
use super::moment::{Format, Written, Zone, usual};
use super::number::{self, Decimal};
use super::sheet::SheetCell;
use super::source::{Cell, Source};
use crate::sentence::quoted;
use crate::validate::{MAX_ID, MAX_NUMBER};

/// Characters of a name: of a unit, a service, an indicator, a class, a channel, an area.
const MAX_NAME: usize = 200;
/// Years in which the day of an instant is a period, in every zone.
const YEARS: std::ops::RangeInclusive<i32> = 1901..=2199;
/// Whole numbers above are rounded by office programs, which keep 15 digits.
const EXACT: f64 = 1e15;

/// A column, and what is wrong with its cell.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) column: Arc<str>,
    pub(super) reason: String,
}

/// How the times of a file are read.
#[derive(Clone, Debug)]
pub(super) struct Times {
    formats: Vec<Format>,
    /// Whether the mapping names no format, so that periods are read, too.
    is_free: bool,
    zone: Zone,
    /// Whether midnight in a cell of a workbook is a time of day.
    pub(super) has_clock: bool,
}

/// The cell as trimmed text; `None` when it is blank.
pub(super) fn text<'r>(source: &'r Source, column: &Column) -> Result<Option<Cow<'r, str>>, Wrong> {
    let wrong = |reason: String| Wrong { column: Arc::clone(&column.name), reason };
    let text = match source.cell(column.index) {
        Cell::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text.trim()),
            Err(_) => {
                let reason = format!(
                    "is {}, which is not UTF-8; set encoding in the mapping, or save the file anew",
                    quoted(&String::from_utf8_lossy(bytes))
                );
                return Err(wrong(reason));
            }
        },
        Cell::Typed(SheetCell::Blank) => return Ok(None),
        Cell::Typed(SheetCell::Text(text)) => Cow::Borrowed(text.trim()),
        Cell::Typed(SheetCell::Wrong(what)) => return Err(wrong(format!("holds {what}; put the value itself into the cell"))),
        Cell::Typed(SheetCell::Number(number)) if number.abs() >= EXACT => {
            return Err(wrong(
                "is a number of more than 15 digits, of which a sheet keeps 15; format the column as text, and enter it anew".to_owned(),
            ));
        }
        Cell::Typed(cell) => Cow::Owned(cell.shown()),
    };
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// An id: at most 128 characters.
pub(super) fn id<'r>(source: &'r Source, column: &Column) -> Result<Option<Cow<'r, str>>, Wrong> {
    bounded(text(source, column)?, column, MAX_ID)
}

/// A name of the mapping's origin, which may not be blank.
pub(super) fn name<'r>(source: &'r Source, name: &'r Name) -> Result<Cow<'r, str>, Wrong> {
    match name {
        Name::Value(value) => Ok(Cow::Borrowed(value)),
        Name::Column { column, blank } => match (bounded(text(source, column)?, column, MAX_NAME)?, blank) {
            (Some(text), _) => Ok(text),
            (None, Some(blank)) => Ok(Cow::Borrowed(blank)),
            (None, None) => Err(is_blank(column)),
        },
    }
}

/// A describing field, in which nothing personal may stand.
pub(super) fn field<'r>(source: &'r Source, column: Option<&Column>) -> Result<Option<Cow<'r, str>>, Wrong> {
    let Some(column) = column else {
        return Ok(None);
    };
    let text = bounded(text(source, column)?, column, MAX_NAME)?;
    match text.as_deref().filter(|text| may_be_personal(text)).and_then(looks_personal) {
        None => Ok(text),
        Some(what) => {
            let reason = format!("seems to hold {what}; leave personal data out, or map another column");
            Err(Wrong { column: Arc::clone(&column.name), reason })
        }
    }
}

/// The number of a file, which must lead to nobody.
pub(super) fn number_of_a_file<'r>(source: &'r Source, column: &Column) -> Result<Cow<'r, str>, Wrong> {
    let text = id(source, column)?.ok_or_else(|| is_blank(column))?;
    match looks_personal_number(&text) {
        None => Ok(text),
        Some(what) => {
            let reason = format!("looks like it holds {what}; map the number of the file, or leave the row out");
            Err(Wrong { column: Arc::clone(&column.name), reason })
        }
    }
}

/// The fault of a blank cell.
pub(super) fn is_blank(column: &Column) -> Wrong {
    Wrong { column: Arc::clone(&column.name), reason: "is blank; expected a value".to_owned() }
}

/// A number; `None` when the cell is blank.
pub(super) fn number(source: &Source, column: &Column, decimal: Decimal) -> Result<Option<f64>, Wrong> {
    if let Cell::Typed(SheetCell::Number(number)) = source.cell(column.index) {
        if number.abs() <= MAX_NUMBER {
            return Ok(Some(number + 0.0));
        }
    } else if let Cell::Typed(SheetCell::Date(_)) = source.cell(column.index) {
        let reason = "is formatted as a date; expected a number, so format the column as numbers".to_owned();
        return Err(Wrong { column: Arc::clone(&column.name), reason });
    }
    let Some(text) = text(source, column)? else {
        return Ok(None);
    };
    match number::parse(&text, decimal) {
        // Adding zero turns -0 into 0, so that the two are one value.
        Ok(number) => Ok(Some(number + 0.0)),
        Err(why) => Err(Wrong { column: Arc::clone(&column.name), reason: format!("is {}; {why}", quoted(&text)) }),
    }
}

impl Times {
    pub(super) fn new(mapping: &Mapping, region: chrono_tz::Tz) -> Self {
        let is_free = mapping.time_formats.is_empty();
        let formats = if is_free { usual() } else { mapping.time_formats.clone() };
        Self { formats, is_free, zone: Zone::new(mapping.timezone.unwrap_or(region)), has_clock: false }
    }

    /// The instant of a step: of a date without time its beginning.
    pub(super) fn begin(&mut self, source: &Source, column: &Column) -> Result<Option<Millis>, Wrong> {
        let written = self.written(source, column)?;
        Ok(written.map(|written| match written {
            Written::Local(local) => self.zone.instant(local),
            Written::Instant(at) => at,
            Written::Whole(period) => period.starts_at(self.zone.tz()),
        }))
    }

    /// The instant at which something is due: of a date without time its last millisecond.
    pub(super) fn end(&mut self, source: &Source, column: &Column) -> Result<Option<Millis>, Wrong> {
        let written = self.written(source, column)?;
        Ok(written.map(|written| match written {
            Written::Local(local) => self.zone.instant(local),
            Written::Instant(at) => at,
            Written::Whole(period) => period.ends_at(self.zone.tz()) - 1,
        }))
    }

    /// The time of a sample: of a date without time that day, month or year.
    pub(super) fn at(&mut self, source: &Source, column: &Column) -> Result<Option<At>, Wrong> {
        if self.is_free
            && let Cell::Text(_) | Cell::Typed(SheetCell::Text(_) | SheetCell::Number(_)) = source.cell(column.index)
            && let Some(at) = text(source, column)?.and_then(|text| text.parse::<At>().ok())
        {
            return Ok(Some(at));
        }
        let written = self.written(source, column)?;
        Ok(written.map(|written| match written {
            Written::Local(local) => At::Instant(self.zone.instant(local)),
            Written::Instant(at) => At::Instant(at),
            Written::Whole(period) => At::Period(period),
        }))
    }

    fn written(&self, source: &Source, column: &Column) -> Result<Option<Written>, Wrong> {
        let found = match source.cell(column.index) {
            Cell::Typed(SheetCell::Date(date)) => {
                let is_day = !self.has_clock && date.time() == NaiveTime::MIN;
                Some(if is_day { Written::Whole(Period::containing(date.date(), Every::Day)) } else { Written::Local(*date) })
            }
            _ => {
                let Some(text) = text(source, column)? else {
                    return Ok(None);
                };
                let written = self.formats.iter().find_map(|format| format.written(&text));
                if written.is_none() {
                    return Err(Wrong {
                        column: Arc::clone(&column.name),
                        reason: format!("is {}; expected {}", quoted(&text), self.expected()),
                    });
                }
                written
            }
        };
        let Some(year) = found.map(year) else {
            return Ok(None);
        };
        if !YEARS.contains(&year) {
            let reason = format!("is in the year {year}; expected one from {} to {}", YEARS.start(), YEARS.end());
            return Err(Wrong { column: Arc::clone(&column.name), reason });
        }
        Ok(found)
    }

    fn expected(&self) -> String {
        if self.is_free {
            return "a time like 2026-11-24T16:30:00 or 2026-11-24; set time_format in the mapping if it is written otherwise".to_owned();
        }
        let formats: Vec<String> = self.formats.iter().map(|format| format!("\"{format}\"")).collect();
        format!("a time as time_format says, {}", formats.join(" or "))
    }
}

fn year(written: Written) -> i32 {
    match written {
        Written::Local(local) => local.year(),
        Written::Instant(at) => date_of(at, chrono_tz::UTC).year(),
        Written::Whole(period) => period.first_day().year(),
    }
}

fn bounded<'r>(text: Option<Cow<'r, str>>, column: &Column, most: usize) -> Result<Option<Cow<'r, str>>, Wrong> {
    let Some(found) = &text else {
        return Ok(None);
    };
    let reason = if found.len() > most && found.chars().count() > most {
        format!("has {} characters; expected at most {most}", found.chars().count())
    } else if found.bytes().any(|byte| byte.is_ascii_control()) {
        format!("is {}; expected no line breaks and control characters", quoted(found))
    } else {
        return Ok(text);
    };
    Err(Wrong { column: Arc::clone(&column.name), reason })
}

/// A quick look that leaves most texts out: an address has an at sign, a number of a person or phone nine digits or more.
fn may_be_personal(text: &str) -> bool {
    const FEWEST_DIGITS: usize = 9;
    text.bytes().filter(u8::is_ascii_digit).count() >= FEWEST_DIGITS || text.contains('@')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_quick_look_leaves_nothing_personal_out(text in "[0-9@+. a-z-]{0,24}") {
            prop_assert!(looks_personal(&text).is_none() || may_be_personal(&text), "{}", text);
        }
    }
}
