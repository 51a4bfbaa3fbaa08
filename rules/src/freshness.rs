//! How old an answer may be.
//!
//! Owns the rhythm in which sources report. Must never hide a status: freshness
//! stands beside it.

mod duration;

pub use duration::parse_duration;

use crate::period::Every;
use crate::word::words;

words! {
    /// How an answer's age compares with its rhythm.
    pub enum Freshness ("freshness") {
        /// Up to one rhythm old.
        Fresh = "fresh",
        /// Past one rhythm: late.
        Aging = "aging",
        /// Past two.
        Stale = "stale",
    }
}

const DAY_S: i64 = 86_400;

/// The freshness of an answer of that age, where the next is expected after
/// `rhythm_s`; both in seconds. An age below 0, from a clock that is ahead, is fresh.
pub fn freshness(age_s: i64, rhythm_s: i64) -> Freshness {
    if age_s <= rhythm_s {
        Freshness::Fresh
    } else if age_s <= rhythm_s.saturating_mul(2) {
        Freshness::Aging
    } else {
        Freshness::Stale
    }
}

/// The rhythm in seconds of a source that states none: the longest period of that
/// length, so that a long month alone makes nothing late.
pub fn usual_rhythm(every: Every) -> i64 {
    let days = match every {
        Every::Day => 1,
        Every::Week => 7,
        Every::Month => 31,
        Every::Quarter => 92,
        Every::Semester => 184,
        Every::Year => 366,
    };
    days * DAY_S
}
