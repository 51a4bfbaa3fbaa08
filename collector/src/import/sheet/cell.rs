//! What is in a cell of a sheet.

use calamine::{DataRef, ExcelDateTime};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::import) enum SheetCell {
    Blank,
    Text(String),
    /// Exact, whatever the format shows.
    Number(f64),
    /// A date, with or without time: the file does not tell midnight from a date.
    Date(NaiveDateTime),
    /// Something that has no value, in words.
    Wrong(String),
}

impl SheetCell {
    /// Bytes that it holds.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + if let Self::Text(text) | Self::Wrong(text) = self { text.len() } else { 0 }
    }

    /// As text, the way an office program writes it into a CSV file.
    pub(in crate::import) fn shown(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) | Self::Wrong(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Date(date) if date.time() == NaiveTime::MIN => date.date().to_string(),
            Self::Date(date) => date.format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
        }
    }
}

impl From<&DataRef<'_>> for SheetCell {
    fn from(value: &DataRef<'_>) -> Self {
        match value {
            DataRef::Empty => Self::Blank,
            DataRef::Int(number) => Self::Number(*number as f64),
            DataRef::Float(number) => Self::Number(*number),
            DataRef::String(text) => text_cell(text),
            DataRef::SharedString(text) => text_cell(text),
            DataRef::Bool(true) => Self::Text("TRUE".to_owned()),
            DataRef::Bool(false) => Self::Text("FALSE".to_owned()),
            DataRef::DateTime(date) => date_cell(date),
            DataRef::DateTimeIso(text) => iso_cell(text),
            DataRef::DurationIso(_) => Self::Wrong("a duration".to_owned()),
            DataRef::Error(error) => Self::Wrong(error.to_string()),
        }
    }
}

fn text_cell(text: &str) -> SheetCell {
    if text.trim().is_empty() { SheetCell::Blank } else { SheetCell::Text(text.to_owned()) }
}

fn date_cell(date: &ExcelDateTime) -> SheetCell {
    if !date.is_datetime() {
        return SheetCell::Wrong("a duration".to_owned());
    }
    if date.as_f64() < 1.0 {
        return SheetCell::Wrong("a time of day without a date".to_owned());
    }
    let (year, month, day, hour, minute, second, millisecond) = date.to_ymd_hms_milli();
    let date = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
        .and_then(|date| date.and_hms_milli_opt(hour.into(), minute.into(), second.into(), millisecond.into()));
    date.map_or_else(|| SheetCell::Wrong("a date that is not in the calendar".to_owned()), SheetCell::Date)
}

fn iso_cell(text: &str) -> SheetCell {
    let date = text.parse::<NaiveDateTime>().ok().or_else(|| Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN)));
    date.map_or_else(|| text_cell(text), SheetCell::Date)
}
