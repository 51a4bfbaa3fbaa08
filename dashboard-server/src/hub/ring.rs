//! The last deltas of a board, for those who were away for a moment.

use std::collections::VecDeque;

use crate::socket::Framed;

/// Deltas kept (contract, section 4).
const MOST: usize = 1_024;
/// Bytes kept: beyond it a snapshot is far cheaper than what it would replace.
const MOST_BYTES: usize = 32 << 20;

/// Consecutive deltas, newest last.
#[derive(Debug, Default)]
pub(crate) struct Ring {
    deltas: VecDeque<Framed>,
    bytes: usize,
    /// Number of the newest; that of the picture it begins from while empty.
    newest: u64,
}

impl Ring {
    /// Begins anew after a picture that no delta leads to.
    pub(crate) fn restart(&mut self, seq: u64) {
        *self = Self { newest: seq, ..Self::default() };
    }

    /// Adds the delta that follows the newest.
    pub(crate) fn push(&mut self, delta: Framed) {
        self.newest += 1;
        self.bytes += delta.len();
        self.deltas.push_back(delta);
        while self.deltas.len() > MOST || self.bytes > MOST_BYTES {
            let Some(oldest) = self.deltas.pop_front() else { break };
            self.bytes -= oldest.len();
        }
    }

    /// What follows `seq`, one by one; None when that is not all here.
    pub(crate) fn since(&self, seq: u64) -> Option<Vec<Framed>> {
        let missing = usize::try_from(self.newest.checked_sub(seq)?).ok()?;
        let from = self.deltas.len().checked_sub(missing)?;
        Some(self.deltas.range(from..).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_the_last_1024() {
        let mut ring = Ring::default();
        ring.restart(7);
        assert_eq!(ring.since(7).map(|deltas| deltas.len()), Some(0));
        assert!(ring.since(6).is_none() && ring.since(8).is_none());
        for seq in 8..=2_000u64 {
            ring.push(Framed::json(&seq));
        }
        assert!(ring.since(2_000 - 1_025).is_none());
        let all = ring.since(2_000 - 1_024).unwrap();
        assert_eq!(all.len(), 1_024);
        assert_eq!(all[0].payload(), "977");
        assert_eq!(ring.since(1_999).unwrap()[0].payload(), "2000");
        assert_eq!(ring.since(2_000).unwrap().len(), 0);
        assert!(ring.since(2_001).is_none());
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut ring = Ring::default();
        let large = "x".repeat(MOST_BYTES / 4);
        for _ in 0..10 {
            ring.push(Framed::json(&large));
        }
        assert_eq!(ring.deltas.len(), 3, "four with their frames are over the bound");
        assert!(ring.since(7).is_some() && ring.since(6).is_none());
    }
}
