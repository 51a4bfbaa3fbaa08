//! What comes out of a file: rows that are understood, and rows that are not.

use std::borrow::Cow;

use rules::at::At;
use rules::time::Millis;

use rules::case::Step;

/// A row of the file. Texts are those of its cells, trimmed, and borrowed until the next row is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry<'r> {
    /// A row that is understood.
    Row(Row<'r>),
    /// One that is not.
    Rejected(Rejected),
}

/// A row that is understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'r> {
    /// Line on which it begins, from 1; of a workbook the number of the row.
    pub line: u64,
    /// What it says.
    pub content: Content<'r>,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq)]
pub enum Content<'r> {
    /// A case with all its steps so far.
    Case(Case<'r>),
    /// A sample.
    Sample(Sample<'r>),
}

/// A case.
#[derive(Clone, Debug, PartialEq)]
pub struct Case<'r> {
    /// Its number, at most 128 characters.
    pub case: Cow<'r, str>,
    /// Text of the service.
    pub service: Cow<'r, str>,
    /// Text of the unit.
    pub unit: Cow<'r, str>,
    /// Its steps with a time, at least one, in the order of [`Step`]; milliseconds since 1970 UTC. A date without time is the
    /// beginning of that day in the mapping's zone.
    pub steps: &'r [(Step, Millis)],
    /// By when it is due; a date without time is the last millisecond of that day in the mapping's zone.
    pub due: Option<Millis>,
    /// Its class; nothing personal.
    pub class: Option<Cow<'r, str>>,
    /// The channel on which it came; nothing personal.
    pub channel: Option<Cow<'r, str>>,
    /// Its area; nothing personal.
    pub area: Option<Cow<'r, str>>,
}

/// A sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample<'r> {
    /// Its id, when the mapping names a column; at most 128 characters.
    pub id: Option<Cow<'r, str>>,
    /// Text of the unit.
    pub unit: Cow<'r, str>,
    /// Text of the indicator.
    pub indicator: Cow<'r, str>,
    /// An instant, or a period when the text has no time of day.
    pub at: At,
    /// Its numbers.
    pub numbers: Numbers,
}

/// Numbers of a sample, from -1e15 to 1e15.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Numbers {
    /// Of an indicator that is no ratio.
    Value(f64),
    /// Of a ratio.
    Ratio {
        /// The part.
        numerator: f64,
        /// The whole, not negative.
        denominator: f64,
    },
}

/// A row that is not taken over, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Line on which it begins, from 1; of a workbook the number of the row.
    pub line: u64,
    /// The column at fault; empty when it is the row as a whole.
    pub field: String,
    /// What was found and what was expected, in a sentence that does not repeat personal data.
    pub reason: String,
    /// Its cells as they stand in the file.
    pub record: Vec<String>,
}
