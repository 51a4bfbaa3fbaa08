//! Which of several answers to the same question counts.
//!
//! Owns the order among samples of one unit, indicator and time. Must never know
//! what they say.

use crate::time::Millis;

/// One answer, as far as it matters for what counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its place in log order.
    pub seq: i64,
    /// The number of its source.
    pub source: i64,
    /// The time its sender gave it, if any.
    pub time: Option<Millis>,
    /// Whether it was taken back.
    pub voided: bool,
}

/// Whether `new`, which comes later in log order, takes the place of what counted
/// until then.
///
/// The latest counts, but a source that itself says its answer is older than the
/// one that counts, sent it late: it is kept and does not count. One that was taken
/// back never counts.
pub fn counts(known: Option<&Candidate>, new: &Candidate) -> bool {
    if new.voided {
        return false;
    }
    match known {
        Some(known) if !known.voided => !is_late_delivery(known, new),
        _ => true,
    }
}

/// The `seq` of the one that counts among answers in log order; `None` when none does.
pub fn counted(in_log_order: impl Iterator<Item = Candidate>) -> Option<i64> {
    in_log_order
        .fold(None, |known: Option<Candidate>, new| if counts(known.as_ref(), &new) { Some(new) } else { known })
        .map(|candidate| candidate.seq)
}

fn is_late_delivery(known: &Candidate, new: &Candidate) -> bool {
    known.source == new.source && matches!((known.time, new.time), (Some(known), Some(new)) if new < known)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn from(source: i64, seq: i64, time: Option<Millis>) -> Candidate {
        Candidate { seq, source, time, voided: false }
    }

    #[test]
    fn the_latest_counts() {
        assert_eq!(counted([].into_iter()), None);
        assert_eq!(counted([from(1, 1, None), from(2, 2, None)].into_iter()), Some(2));
        assert_eq!(counted([from(1, 1, Some(9)), from(1, 2, Some(9))].into_iter()), Some(2));
        assert_eq!(counted([from(1, 1, Some(9)), from(1, 2, None)].into_iter()), Some(2));
        assert_eq!(counted([from(1, 1, None), from(1, 2, Some(3))].into_iter()), Some(2));
    }

    #[test]
    fn what_its_own_source_calls_older_does_not() {
        assert_eq!(counted([from(1, 1, Some(9)), from(1, 2, Some(8))].into_iter()), Some(1));
        // The clocks of two sources say nothing about each other.
        assert_eq!(counted([from(1, 1, Some(9)), from(2, 2, Some(8))].into_iter()), Some(2));
        // Only the one that counts is asked, so the word of another lets an older one in.
        assert_eq!(counted([from(1, 1, Some(9)), from(2, 2, None), from(1, 3, Some(8))].into_iter()), Some(3));
    }

    #[test]
    fn what_was_taken_back_leaves_its_place_to_the_one_before() {
        let voided = Candidate { voided: true, ..from(1, 2, Some(9)) };
        assert_eq!(counted([from(1, 1, Some(5)), voided].into_iter()), Some(1));
        assert_eq!(counted([voided].into_iter()), None);
        assert_eq!(counted([from(1, 1, Some(5)), voided, from(1, 3, Some(6))].into_iter()), Some(3));
        assert!(counts(Some(&voided), &from(1, 3, Some(6))));
    }

    fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
        let one = (0_i64..3, proptest::option::of(0_i64..5), any::<bool>());
        proptest::collection::vec(one, 0..12)
            .prop_map(|drawn| (1..).zip(drawn).map(|(seq, (source, time, voided))| Candidate { seq, source, time, voided }).collect())
    }

    proptest! {
        #[test]
        fn it_can_be_taken_up_where_it_was_left(candidates in candidates(), cut in any::<prop::sample::Index>()) {
            let (first, rest) = candidates.split_at(cut.index(candidates.len() + 1));
            let known = counted(first.iter().copied());
            let known = first.iter().copied().filter(|candidate| Some(candidate.seq) == known);
            prop_assert_eq!(counted(known.chain(rest.iter().copied())), counted(candidates.iter().copied()));
        }

        #[test]
        fn what_was_taken_back_might_as_well_not_have_come(candidates in candidates()) {
            let kept = candidates.iter().copied().filter(|candidate| !candidate.voided);
            let expected = counted(kept.clone());
            prop_assert_eq!(counted(candidates.iter().copied()), expected);
            prop_assert_eq!(expected.is_some(), kept.count() > 0);
        }

        #[test]
        fn one_source_counts_by_its_own_clock(times in proptest::collection::vec(0_i64..9, 1..12)) {
            let candidates: Vec<Candidate> =
                (0..).zip(&times).map(|(seq, time)| from(1, seq, Some(*time))).collect();
            let newest = candidates.iter().max_by_key(|candidate| candidate.time).expect("not empty");
            prop_assert_eq!(counted(candidates.iter().copied()), Some(newest.seq));
        }
    }
}
