//! What a line of `holidays.csv` must be.

use chrono::Datelike;
use rules::calendar::{DayOffKind, FIRST_DAY, LAST_DAY};
use sql::configuration::DayOffRow;

use super::fault::Fault;
use super::sheet::{Column, Line, needed, optional};
use super::side::Given;

/// Columns of the file.
pub(crate) const COLUMNS: [Column; 5] = [needed("date"), needed("kind"), needed("name"), optional("decree"), optional("decreed_on")];

/// Adds a line.
pub(crate) fn parse(line: &Line, given: &mut Given<DayOffRow>, faults: &mut Vec<Fault>) {
    let before = faults.len();
    line.required("date", faults);
    let date = line.date("date", faults);
    let words: Vec<&str> = DayOffKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let kind: Option<DayOffKind> = line.needed_word("kind", &words, faults);
    let name = line.required("name", faults).unwrap_or_default().to_owned();
    let decreed_on = line.date("decreed_on", faults);
    if let Some(date) = date.filter(|date| !(FIRST_DAY..=LAST_DAY).contains(date)) {
        faults.push(line.place.fault(format!("date is {date}; expected a day from {FIRST_DAY} to {LAST_DAY}, so look at its year")));
    }
    // A decree names the days of the next year, or of its own.
    if let (Some(date), Some(decreed_on)) = (date, decreed_on)
        && !(0..=1).contains(&(date.year() - decreed_on.year()))
    {
        faults.push(
            line.place.fault(format!("date is {date} by a decree of {decreed_on}; expected its year or the next, so look at both years")),
        );
    }
    let row = date.zip(kind).map(|(date, kind)| DayOffRow { date, kind, name, decree: line.text("decree").to_owned(), decreed_on });
    given.push(line.place.clone(), date.map(|date| date.to_string()), row.filter(|_| faults.len() == before));
}
