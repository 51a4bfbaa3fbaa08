//! Cases: one request for a service, from its submission to its end.
//!
//! Owns which of the steps told about a case count, and what they come to. Must never know a
//! database or a tree.

mod clock;
mod known;
mod measure;
mod state;
mod step;

pub use clock::{Clock, deadline, worked};
pub use known::Known;
pub use measure::Measure;
pub use state::{CaseState, End, EndKind, Pause};
pub use step::Step;

use crate::time::Millis;

/// One step of a case as the log holds it. One that was taken back is left out by who folds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepEvent {
    /// What happened.
    pub step: Step,
    /// When it happened.
    pub at: Millis,
    /// The number of the unit it was booked on; that of a reassignment is the new one.
    pub unit: i64,
    /// The target it gives the case, if it gives one.
    pub due: Option<Millis>,
    /// The class it gives the case, if it gives one.
    pub class: Option<String>,
    /// The channel it names, if it names one.
    pub channel: Option<String>,
    /// The area it names, if it names one.
    pub area: Option<String>,
    /// The number of its source.
    pub source: i64,
    /// The time its sender gave it (CloudEvents `time`), if any.
    pub time: Option<Millis>,
    /// When it was received: the first half of its place in log order.
    pub received_at: Millis,
    /// The second half of its place in log order.
    pub seq: i64,
}

impl StepEvent {
    /// Its place in log order.
    pub fn place(&self) -> (Millis, i64) {
        (self.received_at, self.seq)
    }
}

#[cfg(test)]
mod tests;
