//! What arrived at all viewers together.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Counts stamps of a span of time.
#[derive(Default)]
pub struct Count {
    begin: AtomicU64,
    end: AtomicU64,
    delivered: AtomicUsize,
    got: Mutex<Got>,
}

/// What was counted.
#[derive(Default)]
pub struct Got {
    /// Receive time less stamp, sorted when taken.
    pub latencies_us: Vec<u32>,
    /// Receive time less that of the first viewer with the same stamp, sorted when taken.
    pub spreads_us: Vec<u32>,
    /// Messages with at least one new stamp.
    pub messages: usize,
    /// Their bytes.
    pub bytes: usize,
    /// Sockets that the server closed.
    pub closed: usize,
    first: HashMap<u64, u64>,
}

impl Count {
    /// Which stamps count, from now on.
    pub fn between(&self, begin: u64, end: u64) {
        self.begin.store(begin, Relaxed);
        self.end.store(end, Relaxed);
    }

    /// A message with these stamps arrived at one viewer.
    pub fn arrived(&self, now: u64, stamps: &[u64], bytes: usize) {
        let counted = self.begin.load(Relaxed)..self.end.load(Relaxed);
        let mut got = self.got.lock().expect("nobody panics while counting");
        let before = got.latencies_us.len();
        for stamp in stamps.iter().copied().filter(|stamp| counted.contains(stamp)) {
            got.latencies_us.push(short(now.saturating_sub(stamp)));
            let first = *got.first.entry(stamp).or_insert(now);
            got.spreads_us.push(short(now.saturating_sub(first)));
        }
        let new = got.latencies_us.len() - before;
        if new > 0 {
            got.messages += 1;
            got.bytes += bytes;
            self.delivered.fetch_add(new, Relaxed);
        }
    }

    /// A socket was closed.
    pub fn closed(&self) {
        self.got.lock().expect("nobody panics while counting").closed += 1;
    }

    /// Stamps counted so far.
    pub fn delivered(&self) -> usize {
        self.delivered.load(Relaxed)
    }

    /// Everything, sorted.
    pub fn take(&self) -> Got {
        let mut got = std::mem::take(&mut *self.got.lock().expect("nobody panics while counting"));
        got.latencies_us.sort_unstable();
        got.spreads_us.sort_unstable();
        got
    }
}

fn short(us: u64) -> u32 {
    u32::try_from(us).unwrap_or(u32::MAX)
}
