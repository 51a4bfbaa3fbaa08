//! Which of consecutive stretches an instant falls into, by a table instead of a calendar.

use chrono_tz::Tz;
use rules::time::{self, Millis};

/// The shortest stretch of time with a place of its own in the table: 2^20 ms, 17 minutes.
const FINEST: u32 = 20;
/// Places for each start: few enough to stay in the cache, enough that a place seldom holds a start.
const PLACES_PER_START: i64 = 4;

/// Ascending instants, each of which begins a stretch.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    starts: Vec<Millis>,
    first: Millis,
    shift: u32,
    /// For each place how many starts are at or before its first instant.
    places: Vec<u32>,
}

impl Bounds {
    /// Stretches that begin at these instants, ascending; equal ones leave an empty stretch.
    pub(super) fn new(starts: Vec<Millis>) -> Self {
        let first = starts.first().copied().unwrap_or_default();
        let length = starts.last().copied().unwrap_or_default().saturating_sub(first);
        let wanted = starts.len() as i64 * PLACES_PER_START;
        let mut shift = FINEST;
        while length >> shift > wanted {
            shift += 1;
        }
        let mut reached = 0;
        let place = |place: i64| {
            while starts.get(reached).is_some_and(|start| start - first <= place << shift) {
                reached += 1;
            }
            reached as u32
        };
        let places = (0..=length >> shift).map(place).collect();
        Self { starts, first, shift, places }
    }

    /// The days of `zone` from that of `first` to that of `last`.
    pub(super) fn days(first: Millis, last: Millis, zone: Tz) -> Self {
        let number = |at| time::day_number(time::date_of(at, zone));
        let dates = (number(first)..=number(last)).filter_map(time::date_from_number);
        Self::new(dates.map(|date| time::start_of(date, zone)).collect())
    }

    /// How many stretches there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The instant at which the first begins.
    pub(super) fn first(&self) -> Option<Millis> {
        self.starts.first().copied()
    }

    /// How many of them have begun at that instant; so 0 before the first, and else one more
    /// than the place of the stretch that it falls into.
    #[inline]
    pub(super) fn begun(&self, at: Millis) -> usize {
        if at < self.first {
            return 0;
        }
        // Not negative, so it fits however far apart the two are.
        let place = at.wrapping_sub(self.first) as u64 >> self.shift;
        let Some(begun) = self.places.get(place as usize) else { return self.starts.len() };
        let mut begun = *begun as usize;
        while self.starts.get(begun).is_some_and(|start| *start <= at) {
            begun += 1;
        }
        begun
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Asia, Pacific, UTC};
    use proptest::prelude::*;
    use rules::time::parse_instant;

    use super::*;

    fn at(text: &str) -> Millis {
        parse_instant(text).expect("an instant")
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let (first, last) = (at("2026-11-24T00:00:00Z"), at("2026-11-26T23:59:59Z"));
        let jakarta = Bounds::days(first, last, Asia::Jakarta);
        assert_eq!(jakarta.len(), 4, "in Jakarta the last second is 06.59 of the 27th");
        assert_eq!(jakarta.begun(at("2026-11-24T16:59:59.999Z")), 1);
        assert_eq!(jakarta.begun(at("2026-11-24T17:00:00Z")), 2);
        assert_eq!(Bounds::days(first, last, UTC).len(), 3);
    }

    #[test]
    fn a_day_that_a_zone_left_out_holds_nothing() {
        let (first, last) = (at("2011-12-29T12:00:00Z"), at("2011-12-31T12:00:00Z"));
        let apia = Bounds::days(first, last, Pacific::Apia);
        assert_eq!((apia.begun(at("2011-12-30T09:59:59Z")), apia.begun(at("2011-12-30T10:00:00Z"))), (1, 3));
    }

    #[test]
    fn without_stretches_none_has_begun() {
        assert_eq!(Bounds::new(Vec::new()).begun(0), 0);
        assert_eq!(Bounds::new(vec![5]).begun(Millis::MAX), 1);
        assert_eq!(Bounds::new(vec![Millis::MIN / 2]).begun(Millis::MAX), 1);
    }

    proptest! {
        #[test]
        fn it_counts_as_a_search_does(
            mut starts in proptest::collection::vec(-9_000_000_000_i64..9_000_000_000, 0..40),
            asked in proptest::collection::vec(-10_000_000_000_i64..10_000_000_000, 1..40),
        ) {
            starts.sort_unstable();
            let bounds = Bounds::new(starts.clone());
            for at in asked.iter().chain(&starts) {
                prop_assert_eq!(bounds.begun(*at), starts.partition_point(|start| start <= at));
            }
        }
    }
}
