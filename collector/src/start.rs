//! Putting intake together.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use chrono_tz::Tz;
use rules::time::Now;
use sql::Db;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::below::Below;
use crate::health::Pulse;
use crate::intake::{CurrentRegistry, Inner, Intake};
use crate::keys::Keys;
use crate::limits::{BYTES_IN_FLIGHT, Budget, PerKey, QUEUED_SUBMISSIONS, SOCKETS};
use crate::queue;
use crate::writer::Writer;

/// What intake may hold at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Submissions that wait for the writer; one more is refused with 503.
    pub queued_submissions: usize,
    /// Bytes of all bodies from arrival to answer; more is refused with 503.
    pub bytes_in_flight: usize,
}

impl Default for Config {
    /// For a server that shares a small machine with everything else: 1,024 submissions, 64 MiB.
    fn default() -> Self {
        Self { queued_submissions: QUEUED_SUBMISSIONS, bytes_in_flight: BYTES_IN_FLIGHT }
    }
}

/// Starts the writer on `tracker` and returns the handle that [`routes`](crate::routes) and commands take.
///
/// `registry` is asked for the configuration once a batch. `zone` is the region's, `now` the clock. On `shutdown` intake
/// takes nothing more, commits and answers what waits, closes its sockets with 1012, and the tracker's tasks end. A writer
/// that dies cancels `shutdown` itself.
pub fn start(
    config: Config,
    db: Db,
    registry: CurrentRegistry,
    zone: Tz,
    now: Now,
    tracker: TaskTracker,
    shutdown: CancellationToken,
) -> Intake {
    let (queue, waiting) = queue::bounded(config.queued_submissions);
    let pulse = Arc::new(Pulse::new(Arc::clone(&now)));
    let writer = Writer::new(db.clone(), Arc::clone(&now), Arc::clone(&pulse), tracker.clone());
    let (runtime, stop) = (Handle::current(), shutdown.clone());
    tracker.spawn_blocking(move || runtime.block_on(writer.run(waiting, stop)));
    Intake {
        inner: Arc::new(Inner {
            registry,
            zone,
            now,
            keys: Keys::new(db.clone()),
            ahead: ArcSwapOption::empty(),
            below: Below::new(db.clone()),
            db,
            queue,
            budget: Budget::new(config.bytes_in_flight),
            readers: Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)),
            requests: PerKey::default(),
            sockets_of: PerKey::default(),
            sockets: Arc::new(Semaphore::new(SOCKETS)),
            pulse,
            tracker,
            shutdown,
        }),
    }
}
