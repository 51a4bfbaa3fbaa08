//! The bounded queue between the doors and the one writer.
//!
//! Owns the order of arrival. Policy when full: the newcomer is refused at once ([`Unavailable::Overloaded`]), what waits is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sql::key::Key;
use sql::log::NewEvent;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;

use crate::limits::Held;
use crate::unavailable::Unavailable;

/// What became of a submission, after the durable commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// Events that were not known before.
    pub accepted: usize,
    /// Events that were stored before with the same content.
    pub duplicates: usize,
    /// Place in the submission and id of events that were stored before with other content.
    pub conflicts: Vec<(usize, String)>,
}

/// What the writer says about a submission.
pub(crate) type Verdict = Result<Committed, Unavailable>;

/// One batch on its way to the log.
#[derive(Debug)]
pub(crate) struct Submission {
    pub(crate) events: Vec<NewEvent>,
    /// Whose key it came with; `None` for the house's own commands.
    pub(crate) key: Option<Arc<Key>>,
    pub(crate) queued_at: Instant,
    pub(crate) reply: oneshot::Sender<Verdict>,
    /// The budget it uses until it is answered.
    pub(crate) held: Held,
}

/// The doors' end.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    submissions: mpsc::Sender<Submission>,
    arriving: Arc<Arriving>,
}

/// The writer's end.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) submissions: mpsc::Receiver<Submission>,
    pub(crate) arriving: Arc<Arriving>,
}

/// How many bodies are read completely and are being checked: they will be submissions within a moment.
/// The writer holds a group open for them, and only for them.
#[derive(Debug, Default)]
pub(crate) struct Arriving {
    count: AtomicUsize,
    none_left: Notify,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Arrival {
    of: Arc<Arriving>,
}

pub(crate) fn bounded(submissions: usize) -> (Queue, Waiting) {
    let (sender, receiver) = mpsc::channel(submissions);
    let arriving = Arc::new(Arriving::default());
    (Queue { submissions: sender, arriving: Arc::clone(&arriving) }, Waiting { submissions: receiver, arriving })
}

impl Queue {
    /// Says that a submission is on its way; drop it after submitting.
    pub(crate) fn announce(&self) -> Arrival {
        self.arriving.count.fetch_add(1, Ordering::Relaxed);
        Arrival { of: Arc::clone(&self.arriving) }
    }

    /// Puts events behind those that wait.
    pub(crate) fn submit(
        &self,
        events: Vec<NewEvent>,
        key: Option<Arc<Key>>,
        held: Held,
    ) -> Result<oneshot::Receiver<Verdict>, Unavailable> {
        let (reply, verdict) = oneshot::channel();
        let submission = Submission { events, key, queued_at: Instant::now(), reply, held };
        match self.submissions.try_send(submission) {
            Ok(()) => Ok(verdict),
            Err(TrySendError::Full(_)) => Err(Unavailable::Overloaded),
            Err(TrySendError::Closed(_)) => Err(Unavailable::Stopping),
        }
    }

    /// Submissions that wait.
    pub(crate) fn depth(&self) -> usize {
        self.submissions.max_capacity() - self.submissions.capacity()
    }
}

impl Arriving {
    pub(crate) fn any(&self) -> bool {
        self.count.load(Ordering::Relaxed) > 0
    }

    /// Resolves when the last one has arrived; may resolve early.
    pub(crate) async fn none_left(&self) {
        self.none_left.notified().await;
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        if self.of.count.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.of.none_left.notify_one();
        }
    }
}
