//! What a case is as of an instant, in one small number, so that counting is one addition.

use rules::case::EndKind;
use rules::time::Millis;

use super::NEVER;

/// A row of counts, one for each class; as long as a cache line.
pub(super) type Tally = [u32; 16];

/// What a case has come to, times 3 ...
const OPEN: u8 = 0;
const VALID: u8 = 3;
const INVALID: u8 = 6;
const REJECTED: u8 = 9;
const WITHDRAWN: u8 = 12;
/// ... plus how it stands to its target; without one 0.
const KEPT: u8 = 1;
const BREACHED: u8 = 2;

/// The class of a case as of an instant.
#[inline]
pub(super) fn of(opened: Millis, ended: Millis, kind: u8, due: Millis, as_of: Millis) -> u8 {
    let is_open = ended > as_of;
    let state = if is_open {
        OPEN
    } else if kind == EndKind::Rejected.code() as u8 {
        REJECTED
    } else if kind == EndKind::Withdrawn.code() as u8 {
        WITHDRAWN
    } else if ended < opened {
        INVALID
    } else {
        VALID
    };
    // Rejected and withdrawn cases are out of breaches, so they have no target here.
    if due == NEVER || state >= REJECTED {
        return state;
    }
    let is_breached = if is_open { due < as_of } else { ended > due };
    state + if is_breached { BREACHED } else { KEPT }
}

/// Whether cases of that class are closed with a duration.
#[inline]
pub(super) fn has_duration(class: u8) -> bool {
    (VALID..INVALID).contains(&class)
}

/// How many of those counted have a duration.
pub(super) fn with_duration(tally: &Tally) -> usize {
    tally[usize::from(VALID)..usize::from(INVALID)].iter().map(|count| *count as usize).sum()
}

/// Counts by meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) open: i64,
    pub(super) valid: i64,
    pub(super) invalid: i64,
    pub(super) rejected: i64,
    pub(super) withdrawn: i64,
    pub(super) with_target: i64,
    pub(super) breached: i64,
}

impl Counts {
    pub(super) fn of(tally: &Tally) -> Self {
        let at = |class: u8| i64::from(tally[usize::from(class)]);
        let state = |state: u8| at(state) + at(state + KEPT) + at(state + BREACHED);
        let targets = |target: u8| at(OPEN + target) + at(VALID + target) + at(INVALID + target);
        Self {
            open: state(OPEN),
            valid: state(VALID),
            invalid: state(INVALID),
            rejected: at(REJECTED),
            withdrawn: at(WITHDRAWN),
            with_target: targets(KEPT) + targets(BREACHED),
            breached: targets(BREACHED),
        }
    }
}
