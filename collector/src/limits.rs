//! What the doors hold at most, and what happens to the rest. Nothing waits for room: who comes too much is told at once
//! and comes again, because a client that retries costs nothing and a queue that grows costs the house.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of one batch after unpacking, and as they came. More is 413, on a WebSocket close 1009.
pub(crate) const MAX_BODY: usize = 8 * 1024 * 1024;

/// Submissions that wait for the writer. When full: 503, retry after a second, nothing is kept.
pub(crate) const QUEUED_SUBMISSIONS: usize = 1024;

/// Bytes of all bodies from their first byte until their commit is answered, queue included; this is what bounds the
/// memory of intake. When used up: 503, retry after a second.
pub(crate) const BYTES_IN_FLIGHT: usize = 64 * 1024 * 1024;

/// Requests of one key at a time. More is 429, retry after a second: one runaway sender must not take the budget of all.
pub(crate) const REQUESTS_PER_KEY: usize = 128;

/// WebSockets of one key at a time. More is 429 at the handshake.
pub(crate) const SOCKETS_PER_KEY: usize = 8;

/// WebSockets of all keys together. More is 503 at the handshake.
pub(crate) const SOCKETS: usize = 256;

/// Sources below one key's source (`S/…`) that get a number. One more is `forbidden_source`: sources are systems and
/// devices, and a sender that makes one per event would grow a table for ever.
pub(crate) const SOURCES_BELOW: usize = 1000;

/// A number of bytes that may be held at the same time.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    free: Arc<Semaphore>,
}

/// Bytes held of a [`Budget`]; given back on drop.
#[derive(Debug, Default)]
pub(crate) struct Held {
    permit: Option<OwnedSemaphorePermit>,
}

/// The budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UsedUp;

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(bytes)) }
    }

    /// Adds `bytes` to what is held, or nothing at all.
    pub(crate) fn hold(&self, held: &mut Held, bytes: usize) -> Result<(), UsedUp> {
        let bytes = u32::try_from(bytes).map_err(|_| UsedUp)?;
        let more = Arc::clone(&self.free).try_acquire_many_owned(bytes).map_err(|_| UsedUp)?;
        match &mut held.permit {
            Some(permit) => permit.merge(more),
            None => held.permit = Some(more),
        }
        Ok(())
    }
}

/// How many of something each key has at the moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct PerKey {
    counts: Arc<Mutex<HashMap<String, usize>>>,
}

/// One of them; gone on drop.
#[derive(Debug)]
pub(crate) struct Turn {
    of: PerKey,
    key: String,
}

impl PerKey {
    /// One more for this key, unless it has `most` already.
    pub(crate) fn enter(&self, key: &str, most: usize) -> Option<Turn> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get_mut(key) {
            Some(count) if *count >= most => return None,
            Some(count) => *count += 1,
            None => {
                counts.insert(key.to_owned(), 1);
            }
        }
        drop(counts);
        Some(Turn { of: self.clone(), key: key.to_owned() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut counts = self.of.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get_mut(&self.key) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                counts.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_given_back() {
        let budget = Budget::new(10);
        let mut held = Held::default();
        assert_eq!(budget.hold(&mut held, 6), Ok(()));
        assert_eq!(budget.hold(&mut held, 4), Ok(()));
        assert_eq!(budget.hold(&mut held, 1), Err(UsedUp));
        drop(held);
        assert_eq!(budget.hold(&mut Held::default(), 10), Ok(()));
    }

    #[test]
    fn each_key_has_its_own_turns() {
        let turns = PerKey::default();
        let first = turns.enter("a", 2);
        let second = turns.enter("a", 2);
        assert!(first.is_some() && second.is_some());
        assert!(turns.enter("a", 2).is_none());
        assert!(turns.enter("b", 2).is_some());
        drop(first);
        assert!(turns.enter("a", 2).is_some());
        drop(second);
        assert!(turns.counts.lock().expect("no test panics inside").is_empty());
    }
}
