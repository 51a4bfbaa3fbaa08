//! Waiting for a state, always bounded; the last state seen is in the message.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

/// How often a state is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Looks until `look` gives `Ok`; panics with its last `Err` when `within` is over.
pub(crate) async fn wait_until<T>(what: &str, within: Duration, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let began = Instant::now();
    let mut again = interval(LOOK_EVERY);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        again.tick().await;
        match look().await {
            Ok(reached) => return reached,
            Err(last) if began.elapsed() >= within => panic!("{what}: not within {within:?}; last seen: {last}"),
            Err(_) => {}
        }
    }
}

/// Fails with a sentence when something takes longer than it may.
pub(crate) async fn within<T>(what: &str, limit: Duration, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(limit, future).await.unwrap_or_else(|_| panic!("{what}: not within {limit:?}"))
}
