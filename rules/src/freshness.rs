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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ages_past_one_rhythm_and_is_stale_past_two() {
        assert_eq!(freshness(-60, 3600), Freshness::Fresh);
        assert_eq!(freshness(3600, 3600), Freshness::Fresh);
        assert_eq!(freshness(3601, 3600), Freshness::Aging);
        assert_eq!(freshness(7200, 3600), Freshness::Aging);
        assert_eq!(freshness(7201, 3600), Freshness::Stale);
        assert_eq!(freshness(i64::MAX, i64::MAX), Freshness::Fresh);
    }

    #[test]
    fn no_period_is_longer_than_its_usual_rhythm() {
        for every in Every::ALL {
            let mut longest = 0;
            let mut period = crate::period::Period::containing(chrono::NaiveDate::default(), *every);
            for _ in 0..100 {
                longest = longest.max(period.days());
                period = period.next();
            }
            assert_eq!(usual_rhythm(*every), longest * DAY_S, "{every}");
        }
    }
}
