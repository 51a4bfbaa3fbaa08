//! How the house is left: softly, then hard; and never by limping on without one of its parts.
//!
//! The first signal asks every task to drain and return; a second one, or ten seconds, ends the
//! process. A task that ends unasked, or panics, takes the house down with a failure.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Contract: SIGTERM to exit within 10 s; what is left is for the runtime and the process.
const DRAIN_WITHIN: Duration = Duration::from_secs(9);

/// How the house was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Asked to, and everything drained.
    Drained,
    /// A task fell, or did not drain in time, or a second signal came.
    Failed,
}

/// The tasks of a process and the token that asks them to return.
#[derive(Clone, Debug)]
pub(crate) struct Lifecycle {
    soft: CancellationToken,
    tracker: TaskTracker,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    has_fallen: AtomicBool,
    /// Running tasks by name.
    running: Mutex<BTreeMap<&'static str, usize>>,
}

/// The signals that ask for an end, listened to from the moment this is made.
#[derive(Debug)]
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Starts to listen.
    ///
    /// # Errors
    /// When the system does not let us.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }
}

/// Where requests to leave come from.
trait Ask {
    /// Waits for the next one and names it.
    async fn next(&mut self) -> &'static str;
}

impl Ask for Signals {
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self { soft: CancellationToken::new(), tracker: TaskTracker::new(), shared: Arc::default() }
    }
}

impl Lifecycle {
    /// Cancelled when tasks should drain and return.
    pub(crate) fn shutdown(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Where parts put tasks of their own that must be waited for.
    pub(crate) fn tracker(&self) -> TaskTracker {
        self.tracker.clone()
    }

    /// Runs a task that lives as long as the process: when it returns unasked or panics, the house is left.
    pub(crate) fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let guard = Running::new(name, self);
        self.tracker.spawn(async move {
            let _guard = guard;
            task.await;
        });
    }

    /// Waits for a signal or a fall, then for all tasks to drain.
    pub(crate) async fn run(self, signals: Signals) -> Outcome {
        self.run_within(DRAIN_WITHIN, signals).await
    }

    async fn run_within(self, limit: Duration, mut signals: impl Ask) -> Outcome {
        let was_asked = tokio::select! {
            name = signals.next() => {
                tracing::info!("{name}: draining");
                true
            }
            // Nobody but a task that fell cancels the token.
            () = self.soft.cancelled() => false,
        };
        self.soft.cancel();
        self.tracker.close();
        tokio::select! {
            () = self.tracker.wait() => {}
            name = signals.next() => {
                tracing::warn!("{name} again: leaving at once, still at work: {}", self.shared.names());
                return Outcome::Failed;
            }
            () = tokio::time::sleep(limit) => {
                tracing::error!("not drained in time, still at work: {}", self.shared.names());
                return Outcome::Failed;
            }
        }
        match was_asked && !self.shared.has_fallen.load(Ordering::Acquire) {
            true => Outcome::Drained,
            false => Outcome::Failed,
        }
    }
}

/// Held by a task while it runs; dropped before the token was cancelled, it takes the house down.
struct Running {
    name: &'static str,
    soft: CancellationToken,
    shared: Arc<Shared>,
}

impl Running {
    fn new(name: &'static str, lifecycle: &Lifecycle) -> Self {
        *lifecycle.shared.running().entry(name).or_default() += 1;
        Self { name, soft: lifecycle.soft.clone(), shared: Arc::clone(&lifecycle.shared) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        {
            let mut running = self.shared.running();
            if let Some(count) = running.get_mut(self.name) {
                *count -= 1;
            }
            running.retain(|_, count| *count > 0);
        }
        let has_panicked = std::thread::panicking();
        if has_panicked || !self.soft.is_cancelled() {
            let how = if has_panicked { "panicked" } else { "ended" };
            tracing::error!("the task {} {how}; leaving", self.name);
            self.shared.has_fallen.store(true, Ordering::Release);
            self.soft.cancel();
        }
    }
}

impl Shared {
    fn running(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, usize>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn names(&self) -> String {
        self.running().keys().copied().collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks so many times.
    struct Asks(usize);

    impl Ask for Asks {
        async fn next(&mut self) -> &'static str {
            match self.0.checked_sub(1) {
                Some(left) => {
                    self.0 = left;
                    "test"
                }
                None => std::future::pending().await,
            }
        }
    }

    async fn leave(lifecycle: Lifecycle, asks: usize) -> Outcome {
        lifecycle.run_within(Duration::from_secs(60), Asks(asks)).await
    }

    #[tokio::test]
    async fn asked_to_leave_everything_drains() {
        let lifecycle = Lifecycle::default();
        let shutdown = lifecycle.shutdown();
        lifecycle.spawn("drains", async move { shutdown.cancelled().await });
        assert_eq!(leave(lifecycle, 1).await, Outcome::Drained);
    }

    #[tokio::test]
    async fn a_task_that_falls_takes_the_house_down() {
        let lifecycle = Lifecycle::default();
        let drained = Arc::new(AtomicBool::new(false));
        let (shutdown, seen) = (lifecycle.shutdown(), Arc::clone(&drained));
        lifecycle.spawn("drains", async move {
            shutdown.cancelled().await;
            seen.store(true, Ordering::Release);
        });
        lifecycle.spawn("falls", async { panic!("on purpose") });
        assert_eq!(leave(lifecycle, 0).await, Outcome::Failed);
        assert!(drained.load(Ordering::Acquire), "the others drain first");
    }

    #[tokio::test]
    async fn a_task_that_returns_unasked_takes_the_house_down() {
        let lifecycle = Lifecycle::default();
        lifecycle.spawn("returns", async {});
        assert_eq!(leave(lifecycle, 0).await, Outcome::Failed);
    }

    #[tokio::test]
    async fn a_token_cancelled_by_a_part_is_a_fall() {
        let lifecycle = Lifecycle::default();
        lifecycle.shutdown().cancel();
        assert_eq!(leave(lifecycle, 0).await, Outcome::Failed);
    }

    #[tokio::test]
    async fn asked_twice_nobody_is_waited_for() {
        let lifecycle = Lifecycle::default();
        lifecycle.spawn("hangs", std::future::pending());
        assert_eq!(leave(lifecycle, 2).await, Outcome::Failed);
    }

    #[tokio::test]
    async fn what_does_not_drain_in_time_is_left_behind() {
        let lifecycle = Lifecycle::default();
        lifecycle.spawn("hangs", std::future::pending());
        assert_eq!(lifecycle.run_within(Duration::from_millis(1), Asks(1)).await, Outcome::Failed);
    }
}
