//! Reading CSV: a header of known columns, then rows, every fault with its line.
//!
//! Owns how a cell becomes text, a word, a number, a date. Must never know what a column means.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use chrono::NaiveDate;
use rules::word::UnknownWord;

use super::fault::{Fault, Place};

/// A column that a file may have.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
}

/// A row: its place and its cells by column, trimmed.
pub(crate) struct Line {
    pub(crate) place: Place,
    cells: HashMap<&'static str, String>,
}

/// A column that must be in the header.
pub(crate) const fn needed(name: &'static str) -> Column {
    Column { name, required: true }
}

/// A column that may be left out; its cells are then blank.
pub(crate) const fn optional(name: &'static str) -> Column {
    Column { name, required: false }
}

/// The rows of a file; None when its header is such that no row can be understood.
pub(crate) fn read(path: &Arc<str>, text: &str, columns: &[Column], faults: &mut Vec<Fault>) -> Option<Vec<Line>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut records = reader.records();
    let Some(Ok(header)) = records.next() else {
        faults.push(Place::whole(path).fault(format!("the file is empty; its first line must be {}", names(columns))));
        return None;
    };
    let line = header.position().map_or(1, |position| position.line() as usize);
    let header = self::header(&Place::line(path, line), &header, columns, faults)?;

    let mut lines = Vec::new();
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(cause) => {
                faults.push(Place::whole(path).fault(format!("could not be read as CSV: {cause}")));
                return None;
            }
        };
        let place = Place::line(path, record.position().map_or(1, |position| position.line() as usize));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() != header.len() {
            faults.push(place.fault(format!(
                "the row has {} cells, the header has {}; put text with a comma between double quotes, and leave no cell out",
                record.len(),
                header.len()
            )));
            continue;
        }
        let cells = header.iter().copied().zip(record.iter().map(|cell| cell.trim().to_owned())).collect();
        lines.push(Line { place, cells });
    }
    Some(lines)
}

fn header(place: &Place, header: &csv::StringRecord, columns: &[Column], faults: &mut Vec<Fault>) -> Option<Vec<&'static str>> {
    let before = faults.len();
    if header.len() == 1 && header.iter().any(|cell| cell.contains([';', '\t'])) {
        faults.push(place.fault("the columns are not separated by commas; save the file as CSV with `,` between the columns"));
        return None;
    }
    let mut found: Vec<&'static str> = Vec::new();
    for cell in header {
        let cell = cell.trim();
        match columns.iter().find(|column| column.name == cell) {
            None => faults.push(place.fault(format!("{cell:?} is not a column of this file; its columns are {}", names(columns)))),
            Some(column) if found.contains(&column.name) => {
                faults.push(place.fault(format!("the column {cell:?} is there twice; keep one of the two")));
            }
            Some(column) => found.push(column.name),
        }
    }
    for column in columns.iter().filter(|column| column.required && !found.contains(&column.name)) {
        faults.push(place.fault(format!("the column {:?} is missing; add it to the header", column.name)));
    }
    (faults.len() == before).then_some(found)
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name).collect::<Vec<_>>().join(",")
}

impl Line {
    /// The cell, or "" when it is blank or its column is not there.
    pub(crate) fn text(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// The cell, or None when it is blank.
    pub(crate) fn filled(&self, column: &str) -> Option<&str> {
        Some(self.text(column)).filter(|cell| !cell.is_empty())
    }

    /// The cell, with a fault when it is blank.
    pub(crate) fn required(&self, column: &str, faults: &mut Vec<Fault>) -> Option<&str> {
        let cell = self.filled(column);
        if cell.is_none() {
            faults.push(self.place.fault(format!("{column} is blank; write a value")));
        }
        cell
    }

    /// The cell as an id, with a fault when it is blank or has characters that ids may not have.
    pub(crate) fn id(&self, column: &str, faults: &mut Vec<Fault>) -> Option<String> {
        let cell = self.required(column, faults)?;
        check_id(&self.place, column, cell, faults)
    }

    /// The items of a list with `;` between.
    pub(crate) fn list(&self, column: &str) -> Vec<String> {
        self.text(column).split(';').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// The cell as one of a list of words, each named in the fault; None also when it is blank.
    pub(crate) fn word<T: FromStr<Err = UnknownWord>>(&self, column: &str, faults: &mut Vec<Fault>) -> Option<T> {
        match self.filled(column)?.parse() {
            Ok(word) => Some(word),
            Err(cause) => {
                faults.push(self.place.fault(format!("{column} is {:?}; write one of {}", cause.found, cause.expected.join(", "))));
                None
            }
        }
    }

    /// As [`Line::word`], with a fault when it is blank.
    pub(crate) fn needed_word<T: FromStr<Err = UnknownWord>>(&self, column: &str, words: &[&str], faults: &mut Vec<Fault>) -> Option<T> {
        if self.filled(column).is_none() {
            faults.push(self.place.fault(format!("{column} is blank; write one of {}", words.join(", "))));
        }
        self.word(column, faults)
    }

    /// The cell as a date; None also when it is blank.
    pub(crate) fn date(&self, column: &str, faults: &mut Vec<Fault>) -> Option<NaiveDate> {
        parse_date(&self.place, column, self.filled(column)?, faults)
    }

    /// The cell as a number; None also when it is blank.
    pub(crate) fn number(&self, column: &str, faults: &mut Vec<Fault>) -> Option<f64> {
        let cell = self.filled(column)?;
        let number = cell.parse().ok().filter(|number: &f64| number.is_finite());
        if number.is_none() {
            faults.push(self.place.fault(format!("{column} is {cell:?}; write a number with a point, like 12.5")));
        }
        number
    }
}

/// The text as an id: what may stand in an address, a list with `;` and a key with `|`.
pub(crate) fn check_id(place: &Place, field: &str, text: &str, faults: &mut Vec<Fault>) -> Option<String> {
    const LONGEST: usize = 64;
    let is_fine = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.chars().all(is_fine) && !text.is_empty() && text.chars().count() <= LONGEST {
        return Some(text.to_owned());
    }
    faults.push(place.fault(format!("{field} is {text:?}; use 1 to {LONGEST} letters, digits, `-`, `_` and `.`, without spaces")));
    None
}

/// The text as a date, with a fault when it is none.
pub(crate) fn parse_date(place: &Place, field: &str, text: &str, faults: &mut Vec<Fault>) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == "2026-11-24".len());
    if date.is_none() {
        faults.push(place.fault(format!("{field} is {text:?}; write a date like 2026-11-24")));
    }
    date
}
