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
        .fold(None, |known: Option<Candidate>, new| {
            if counts(known.as_ref(), &new) {
                Some(new)
            } else {
                known
            }
        })
        .map(|candidate| candidate.seq)
}

fn is_late_delivery(known: &Candidate, new: &Candidate) -> bool {
    known.source == new.source
        && matches!((known.time, new.time), (Some(known), Some(new)) if new < known)
}
