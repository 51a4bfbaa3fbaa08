//! What is wrong in a file, and where: one sentence for each fault, all of them at once.

use std::fmt;
use std::sync::Arc;

use sql::configuration::Table;

/// How many faults are listed; a file saved in a wrong way has thousands of the same.
const LISTED: usize = 50;

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a file.
    File {
        /// Path as it was given.
        path: Arc<str>,
        /// Line, from 1; None for the file as a whole.
        line: Option<usize>,
    },
    /// In the store, where an earlier revision left it.
    Store {
        /// Its table.
        table: Table,
        /// Its key there.
        key: String,
    },
}

/// A fault of a row, a field or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// Which field, what was found, what was expected, what to do.
    pub sentence: String,
}

impl Place {
    pub(crate) fn line(path: &Arc<str>, line: usize) -> Self {
        Self::File { path: Arc::clone(path), line: Some(line) }
    }

    pub(crate) fn whole(path: &Arc<str>) -> Self {
        Self::File { path: Arc::clone(path), line: None }
    }

    pub(crate) fn fault(&self, sentence: impl Into<String>) -> Fault {
        Fault { place: self.clone(), sentence: sentence.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: Some(line) } => write!(out, "{path}:{line}"),
            Self::File { path, line: None } => out.write_str(path),
            Self::Store { table, key } => write!(out, "the stored {} {key}", table.as_str()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.sentence)
    }
}

/// The faults as lines of text, at most fifty of them and then how many more there are.
pub fn report(faults: &[Fault]) -> String {
    let mut lines: Vec<String> = faults.iter().take(LISTED).map(Fault::to_string).collect();
    if faults.len() > LISTED {
        lines.push(format!("and {} more", faults.len() - LISTED));
    }
    lines.join("\n")
}
