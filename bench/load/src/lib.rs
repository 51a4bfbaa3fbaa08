//! What the load clients and the bare servers share. Adapted from our earlier peer measurements.

pub mod http;
pub mod options;
pub mod publisher;
pub mod usage;

use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since 1970 by the wall clock: sender and receiver are on the same machine.
pub fn now_us() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970").as_micros() as u64
}

/// A quantile of sorted microseconds, in milliseconds; null in JSON when there are none.
pub fn quantile(sorted: &[u32], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = ((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1).min(last);
    Some(f64::from(sorted[at]) / 1000.0)
}
