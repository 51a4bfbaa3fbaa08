//! What can go wrong with a whole file, and where: one sentence for each fault.
//!
//! Owns the way a sentence travels through a reader of bytes. Must never know what a row means.

use std::fmt;
use std::io;
use std::sync::Arc;

/// A fault of a file, or of a line in it, after which nothing more of it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Path of the file as it was given.
    pub path: Arc<str>,
    /// Line, from 1; `None` for the file as a whole.
    pub line: Option<u64>,
    /// What was found, what was expected, what to do.
    pub sentence: String,
}

/// Why importing stops. A row that is wrong is none of these: it is a [`Rejected`](super::Rejected).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened or read.
    #[error("could not read {path}")]
    Read {
        /// The file.
        path: Arc<str>,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The file of rejected rows cannot be written.
    #[error("could not write {path}")]
    Write {
        /// The file.
        path: Arc<str>,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// The file was read, and is not one that can be imported.
    #[error("{0}")]
    Refused(Fault),
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}", self.path, self.sentence),
            None => write!(out, "{}: {}", self.path, self.sentence),
        }
    }
}

/// A sentence on its way through `std::io`, from the layer that found the fault to the one that knows the line.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) String);

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// An error of reading that carries a sentence.
pub(super) fn refusal(sentence: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Refusal(sentence.into()))
}

impl Error {
    pub(super) fn refused(path: &Arc<str>, line: Option<u64>, sentence: impl Into<String>) -> Self {
        Self::Refused(Fault { path: Arc::clone(path), line, sentence: sentence.into() })
    }

    /// Takes a sentence out of an error of reading; any other error stays the cause.
    pub(super) fn reading(path: &Arc<str>, line: Option<u64>, cause: io::Error) -> Self {
        match cause.get_ref().and_then(|inner| inner.downcast_ref::<Refusal>()) {
            Some(Refusal(sentence)) => Self::refused(path, line, sentence.clone()),
            None => Self::Read { path: Arc::clone(path), cause },
        }
    }
}
