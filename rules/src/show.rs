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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_period_speaks_from_its_fifth_sample_on() {
        assert_eq!(shown(None, 0), Shown::LastComplete);
        assert_eq!(shown(None, 4), Shown::LastComplete);
        assert_eq!(shown(None, 5), Shown::Current);
    }

    #[test]
    fn what_is_told_is_shown() {
        assert_eq!(shown(Some(Show::Current), 0), Shown::Current);
        assert_eq!(shown(Some(Show::LastComplete), 99), Shown::LastComplete);
        assert_eq!(shown(Some(Show::Rolling28d), 99), Shown::Rolling28d);
    }
}
