//! Which window a tile shows.
//!
//! Owns the choice between a running period with little in it and a complete one
//! that is older. Must never know a clock.

use crate::indicator::Show;

/// From this many samples on a running period speaks for itself.
const ENOUGH: i64 = 5;

/// The window that a tile shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shown {
    /// The period that is running.
    Current,
    /// The last period that is over.
    LastComplete,
    /// The 28 days up to today.
    Rolling28d,
}

/// What to show: as told, else the current period once it has 5 samples, else the
/// last complete one. `n_current` counts the samples of the current period.
pub fn shown(show: Option<Show>, n_current: i64) -> Shown {
    match show {
        Some(Show::Current) => Shown::Current,
        Some(Show::LastComplete) => Shown::LastComplete,
        Some(Show::Rolling28d) => Shown::Rolling28d,
        None if n_current >= ENOUGH => Shown::Current,
        None => Shown::LastComplete,
    }
}
