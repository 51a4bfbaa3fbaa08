//! The log: what was taken in, append-only, in log order `(received_at, seq)`.
//!
//! Owns appending a group of events and reading the log in order. Must never know whether an event
//! is allowed or how it counts.

/// Every column of a step, in the order in which steps are read.
macro_rules! steps_columns {
    () => {
        "seq, received_at, source, event_id, time, service, case_id, unit, step, at, due, class, channel, area"
    };
}

mod appender;
mod cases;
mod digest;
mod group;
mod keys;
mod postgres;
mod read;
mod rows;
mod steps;

use rules::at::At;
use rules::case::Step;
use rules::time::Millis;

pub use appender::{Appended, Appender, Group};
pub use cases::{CaseSteps, Texts, steps_by_case};
pub(crate) use digest::Digester;
pub(crate) use keys::{hash, keyed};
pub use read::{Entry, LoggedStep, Sample, Void, entries_after, head, newest_received_at, samples_at, seq_at, seqs_of_keys, voided};
pub use steps::{CasesHead, cases_head, steps_at, steps_in_order};

/// An event that passed the door.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// Number of its CloudEvents source.
    pub source: i64,
    /// Its id, unique within the source.
    pub id: String,
    /// Its CloudEvents time.
    pub time: Option<Millis>,
    /// What it says.
    pub content: Content,
}

/// What an event says.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A measured value of an indicator of a unit.
    Sample {
        /// Number of the unit.
        unit: i64,
        /// Number of the indicator.
        indicator: i64,
        /// When, or for which period.
        at: At,
        /// The value; None for a ratio.
        value: Option<f64>,
        /// The numerator of a ratio.
        numerator: Option<f64>,
        /// The denominator of a ratio.
        denominator: Option<f64>,
        /// A remark.
        note: Option<String>,
    },
    /// Something happened to a case of a service.
    Step(Box<CaseStep>),
    /// Another event stops counting.
    Void {
        /// Number of that event's source.
        source: i64,
        /// Its id.
        id: String,
        /// Why.
        reason: String,
    },
}

impl Content {
    /// Whether it is a sample of nothing but a value, as most are.
    fn is_bare_value(&self) -> bool {
        matches!(self, Self::Sample { value: Some(_), numerator: None, denominator: None, note: None, .. })
    }
}

/// A step of a case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CaseStep {
    /// Number of the service.
    pub service: i64,
    /// Id of the case within its service, with its source's prefix; never a person's.
    pub case: String,
    /// Number of the unit.
    pub unit: i64,
    /// What happened.
    pub step: Step,
    /// When.
    pub at: Millis,
    /// Until when the case should be done.
    pub due: Option<Millis>,
    /// Class of the case.
    pub class: Option<String>,
    /// The channel it came through.
    pub channel: Option<String>,
    /// The area it is about.
    pub area: Option<String>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// In the log.
    Accepted,
    /// The same event is there already.
    Duplicate,
    /// Another event has its source and id.
    Conflict,
}
