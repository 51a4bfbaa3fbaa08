//! A roll-up as a VALUE of the contract, and how old its data may be.

use rules::freshness::{Freshness, freshness};
use rules::period::Period;
use rules::status::Status;
use rules::time::{Millis, format_instant};
use sql::registry::Registry;
use sql::rollup::Rollup;

use crate::protocol::Figure;

/// How old the data of a unit and an indicator are, and how old they may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Age {
    /// Until when the newest sample speaks.
    pub(crate) data_at: Option<Millis>,
    /// Seconds within which the next is expected.
    pub(crate) rhythm_s: i64,
}

impl Age {
    /// Judged by the rhythm of the source that sent last, else by the usual one.
    pub(crate) fn of(registry: &Registry, data_at: Option<Millis>, source: Option<i64>, usual_rhythm_s: i64) -> Self {
        let stated = source.and_then(|no| registry.source_no(no)).and_then(|source| source.rhythm_s);
        Self { data_at, rhythm_s: stated.unwrap_or(usual_rhythm_s) }
    }

    /// At `now`; what never came is stale.
    pub(crate) fn freshness(self, now: Millis) -> Freshness {
        self.data_at.map_or(Freshness::Stale, |at| freshness((now - at).div_euclid(1000), self.rhythm_s))
    }

    /// The next moment at which [`Self::freshness`] differs from that at `now`.
    pub(crate) fn changes_at(self, now: Millis) -> Millis {
        let Some(data_at) = self.data_at else { return Millis::MAX };
        let after = |rhythms: i64| data_at.saturating_add(self.rhythm_s.saturating_mul(rhythms).saturating_add(1).saturating_mul(1000));
        [after(1), after(2)].into_iter().find(|&at| at > now).unwrap_or(Millis::MAX)
    }
}

/// The VALUE of a window; of an empty one without `row`.
pub(crate) fn of(unit: &str, indicator: &str, period: Period, row: Option<&Rollup>, freshness: Freshness, revision: i64) -> Figure {
    Figure {
        unit: unit.to_owned(),
        indicator: indicator.to_owned(),
        period,
        value: row.and_then(|row| row.value),
        numerator: row.and_then(|row| row.numerator),
        denominator: row.and_then(|row| row.denominator),
        n: row.map_or(0, |row| row.n),
        target: row.and_then(|row| row.target),
        target_high: row.and_then(|row| row.target_high),
        achievement: row.and_then(|row| row.achievement),
        grade: None,
        status: row.map_or(Status::NoData, |row| row.status),
        freshness,
        signal: None,
        quality: None,
        data_at: row.and_then(|row| row.data_at).map(format_instant),
        as_of: row.map(|row| format_instant(row.as_of)),
        computed_at: row.map(|row| format_instant(row.computed_at)),
        rules: format!("r{}", row.map_or(revision, |row| row.revision)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freshness_changes_when_it_says_it_does() {
        for rhythm_s in [1, 60, 86_400] {
            let age = Age { data_at: Some(5_500), rhythm_s };
            let mut now = 5_500;
            for expected in [Freshness::Fresh, Freshness::Aging, Freshness::Stale] {
                assert_eq!(age.freshness(now), expected);
                let next = age.changes_at(now);
                assert_eq!(age.freshness(next.saturating_sub(1).min(now + 400_000_000)), expected);
                now = next;
            }
            assert_eq!(now, Millis::MAX);
        }
    }

    #[test]
    fn what_never_came_is_stale_for_ever() {
        let age = Age { data_at: None, rhythm_s: 60 };
        assert_eq!((age.freshness(0), age.changes_at(0)), (Freshness::Stale, Millis::MAX));
    }
}
