//! How intake is doing, for `/readyz`.
//!
//! Owns the last word about the clock, the disk and the writer. Must never decide what to do about it.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use rules::time::{Millis, Now};
use tokio::time::Instant;

use crate::unavailable::Unavailable;

/// A full disk or a failing store counts for this long after the last failure: without senders nobody would notice that
/// it is well again, and senders stay away from a server that is not ready.
const TROUBLE_LASTS: Duration = Duration::from_secs(30);

/// Intake at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Submissions that wait for the writer.
    pub queued: usize,
    /// Age of the oldest submission that is not answered yet.
    pub oldest: Duration,
    /// How far the clock is behind the newest receipt; `None` when it is right.
    pub clock_behind_ms: Option<Millis>,
    /// True when a commit lately failed for want of room.
    pub disk_full: bool,
    /// True when a commit lately failed for another reason.
    pub store_failing: bool,
}

impl Health {
    /// True when a batch sent now would be taken.
    pub fn is_ready(&self) -> bool {
        self.clock_behind_ms.is_none() && !self.disk_full && !self.store_failing
    }
}

/// What the writer notes down.
pub(crate) struct Pulse {
    now: Now,
    newest_receipt: AtomicI64,
    started: Instant,
    /// Microseconds since `started`, plus one; 0 when there is nothing to tell.
    busy_since: AtomicU64,
    full_at: AtomicU64,
    failed_at: AtomicU64,
}

impl Pulse {
    pub(crate) fn new(now: Now) -> Self {
        Self {
            now,
            newest_receipt: AtomicI64::new(Millis::MIN),
            started: Instant::now(),
            busy_since: AtomicU64::new(0),
            full_at: AtomicU64::new(0),
            failed_at: AtomicU64::new(0),
        }
    }

    /// Notes the receipt of something in the log, here or by another process.
    pub(crate) fn received(&self, at: Millis) {
        self.newest_receipt.fetch_max(at, Ordering::Relaxed);
    }

    pub(crate) fn working(&self, oldest: Instant) {
        self.busy_since.store(self.mark(oldest), Ordering::Relaxed);
    }

    pub(crate) fn idle(&self) {
        self.busy_since.store(0, Ordering::Relaxed);
    }

    pub(crate) fn committed(&self) {
        self.full_at.store(0, Ordering::Relaxed);
        self.failed_at.store(0, Ordering::Relaxed);
    }

    /// Notes a failed commit; true when it is the first of its kind, which is the one worth a line in the log.
    pub(crate) fn failed(&self, why: &Unavailable, newest: Option<Millis>) -> bool {
        match why {
            Unavailable::ClockBehind { .. } => {
                let known = self.clock_behind_ms().is_some();
                if let Some(newest) = newest {
                    self.received(newest);
                }
                !known
            }
            Unavailable::DiskFull => self.full_at.swap(self.mark(Instant::now()), Ordering::Relaxed) == 0,
            _ => self.failed_at.swap(self.mark(Instant::now()), Ordering::Relaxed) == 0,
        }
    }

    pub(crate) fn health(&self, queued: usize) -> Health {
        self.health_at(Instant::now(), queued)
    }

    fn health_at(&self, now: Instant, queued: usize) -> Health {
        let lately = |at: &AtomicU64| self.since(at.load(Ordering::Relaxed), now).is_some_and(|age| age < TROUBLE_LASTS);
        Health {
            queued,
            oldest: self.since(self.busy_since.load(Ordering::Relaxed), now).unwrap_or_default(),
            clock_behind_ms: self.clock_behind_ms(),
            disk_full: lately(&self.full_at),
            store_failing: lately(&self.failed_at),
        }
    }

    fn clock_behind_ms(&self) -> Option<Millis> {
        let newest = self.newest_receipt.load(Ordering::Relaxed);
        let now = (self.now)();
        (now < newest).then(|| newest.saturating_sub(now))
    }

    fn mark(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.started).as_micros()).unwrap_or(u64::MAX - 1) + 1
    }

    fn since(&self, mark: u64, now: Instant) -> Option<Duration> {
        let micros = mark.checked_sub(1)?;
        Some(now.saturating_duration_since(self.started).saturating_sub(Duration::from_micros(micros)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn trouble_is_told_and_forgotten() {
        let pulse = Pulse::new(Arc::new(|| 1000));
        let then = Instant::now();
        assert!(pulse.health(0).is_ready());
        assert!(pulse.failed(&Unavailable::DiskFull, None));
        assert!(!pulse.failed(&Unavailable::DiskFull, None), "the second failure is no news");
        assert!(pulse.health_at(then, 0).disk_full);
        assert!(pulse.health_at(then + TROUBLE_LASTS * 2, 0).is_ready());

        assert!(pulse.failed(&Unavailable::ClockBehind { newest: String::new() }, Some(1500)));
        assert_eq!(pulse.health(0).clock_behind_ms, Some(500));

        pulse.working(then);
        let oldest = pulse.health_at(then + Duration::from_secs(2), 3).oldest;
        assert!(oldest >= Duration::from_secs(2) && oldest < Duration::from_millis(2001), "{oldest:?}");
        pulse.idle();
        assert_eq!(pulse.health(3).oldest, Duration::ZERO);
    }
}
