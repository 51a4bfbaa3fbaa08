//! The one writer: what waits becomes one transaction, and is answered when that is durable.
//!
//! Owns the grouping, the retries and the answers. Must never look inside an event, and never let one sender's content
//! touch another's: whatever the store says about a group that failed, it says to all of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use rules::time::{Millis, Now};
use sql::Db;
use sql::key::Key;
use sql::log::{Appended, Appender, NewEvent, Outcome};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, warn};

use crate::health::Pulse;
use crate::queue::{Committed, Submission, Verdict, Waiting};
use crate::stats;
use crate::unavailable::Unavailable;

/// Events after which a group waits for nobody any more: a commit of this size takes a few milliseconds.
const GROUP_EVENTS: usize = 1000;

/// Events after which a group also leaves behind what waits already. Between the two it costs nobody time and saves
/// flushes: where a flush takes longer than the rows do, four senders of 1,000 each get twice as far.
const GROUP_MOST: usize = 10_000;

/// How long a group stays open at most for submissions that are on their way. It never waits when none is.
const GROUP_TIME: Duration = Duration::from_millis(5);

/// Tries of a group when another process holds the database's lock. The store itself waits five seconds in each.
const BUSY_TRIES: u32 = 2;

/// Keys of events from which on they are put in together; fewer wait for more, in memory and in the log.
const KEYS_TOGETHER: usize = 4096;

/// How long nothing comes before keys are put in: between two waves of a flood nobody has the time.
const KEYS_AFTER: Duration = Duration::from_millis(20);

/// How long a stop waits for keys; the others are found in the log by whoever opens the store.
const LAST_KEYS: Duration = Duration::from_secs(2);

/// Pause between them.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// How precisely `last used` of a key is kept.
const TOUCH_EVERY_MS: Millis = 60_000;

/// The writer's state.
pub(crate) struct Writer {
    db: Db,
    appender: Appender,
    now: Now,
    pulse: Arc<Pulse>,
    /// Tasks that tell senders what became of their batches.
    answers: TaskTracker,
    /// When each key was last noted as used.
    touched: HashMap<String, Millis>,
}

/// Submissions that share a commit.
#[derive(Default)]
struct Group {
    events: Vec<NewEvent>,
    parts: Vec<Part>,
}

/// One submission's place in a group.
struct Part {
    submission: Submission,
    events: usize,
}

impl Group {
    fn add(&mut self, mut submission: Submission) {
        let events = submission.events.len();
        if self.parts.is_empty() {
            self.events = std::mem::take(&mut submission.events);
        } else {
            self.events.append(&mut submission.events);
        }
        self.parts.push(Part { submission, events });
    }
}

impl Writer {
    pub(crate) fn new(db: Db, now: Now, pulse: Arc<Pulse>, answers: TaskTracker) -> Self {
        Self { appender: Appender::on_own_thread(db.clone()), db, now, pulse, answers, touched: HashMap::new() }
    }

    /// Works until `shutdown`, then empties the queue, answers and leaves. Blocks its thread while it commits, so it needs one of
    /// its own.
    pub(crate) async fn run(mut self, mut waiting: Waiting, shutdown: CancellationToken) {
        // A writer that fell must not leave a server behind that takes and never answers.
        let _stop_all_if_i_fall = shutdown.clone().drop_guard();
        match sql::log::newest_received_at(&self.db).await {
            Ok(newest) => self.pulse.received(newest.unwrap_or(Millis::MIN)),
            Err(cause) => warn!(error = &cause as &dyn std::error::Error, "could not read the newest receipt; the first commit will"),
        }
        let mut open = true;
        // False after they did not, until the next group: it says itself what is wrong with the store.
        let mut keys_go_in = true;
        loop {
            let first = tokio::select! {
                biased;
                () = shutdown.cancelled(), if open => {
                    waiting.submissions.close();
                    open = false;
                    continue;
                }
                submission = waiting.submissions.recv() => match submission {
                    Some(submission) => submission,
                    None => break,
                },
                () = sleep(KEYS_AFTER), if keys_go_in && self.appender.waiting() >= KEYS_TOGETHER => {
                    keys_go_in = self.settle_keys(&waiting).await;
                    continue;
                }
            };
            self.pulse.working(first.queued_at);
            let group = gather(first, &mut waiting).await;
            stats::queue_depth(waiting.submissions.len());
            self.settle(group, &mut waiting).await;
            keys_go_in = true;
            self.pulse.idle();
        }
        let began = Instant::now();
        while self.appender.waiting() > 0 && began.elapsed() < LAST_KEYS && self.settle_some_keys().await {}
    }

    /// Uses a moment in which nobody waits to put keys where they belong; whether it went well.
    async fn settle_keys(&mut self, waiting: &Waiting) -> bool {
        while self.appender.waiting() > 0 && waiting.submissions.is_empty() && !waiting.arriving.any() {
            if !self.settle_some_keys().await {
                return false;
            }
        }
        true
    }

    /// Whether it went well. If not they wait on, in memory and in the log.
    async fn settle_some_keys(&mut self) -> bool {
        let settled = self.appender.settle().await;
        if let Err(cause) = &settled {
            warn!(error = cause as &dyn std::error::Error, "could not put in the keys of events; it is tried again");
        }
        settled.is_ok()
    }

    /// Commits a group and answers each of its submissions.
    async fn settle(&mut self, mut group: Group, waiting: &mut Waiting) {
        let began = Instant::now();
        match self.commit(&mut group).await {
            Ok(Appended { received_at, outcomes }) => {
                self.pulse.received(received_at);
                self.pulse.committed();
                if outcomes.contains(&Outcome::Accepted) {
                    self.db.signal().log_written();
                }
                stats::committed(group.events.len(), began.elapsed());
                // Elsewhere, so that the next group does not wait for it, and all at once: each answer from this thread would
                // wake another one.
                self.answers.spawn(async move { answer_each(group, &outcomes) });
            }
            Err(cause) => {
                let why = Unavailable::from_store(&cause);
                let newest = if let sql::Error::ClockBehind { newest_ms, .. } = cause { Some(newest_ms) } else { None };
                if self.pulse.failed(&why, newest) {
                    error!(error = &cause as &dyn std::error::Error, "could not commit {} events: {why}", group.events.len());
                }
                let others = if why == Unavailable::Locked { take_waiting(waiting) } else { Vec::new() };
                for submission in group.parts.into_iter().map(|part| part.submission).chain(others) {
                    answer(submission, Err(why.clone()));
                }
            }
        }
    }

    async fn commit(&mut self, group: &mut Group) -> Result<Appended, sql::Error> {
        let mut tries = 1;
        let used_keys = self.untouched_keys(group);
        let mut work = sql::log::Group { events: std::mem::take(&mut group.events), used_keys };
        let done = loop {
            let result;
            (work, result) = self.appender.append(&self.now, work).await;
            match result {
                Err(cause) if cause.is_busy() && tries < BUSY_TRIES => {
                    tries += 1;
                    sleep(BUSY_PAUSE).await;
                }
                done => break done,
            }
        };
        group.events = work.events;
        if let Ok(appended) = &done {
            self.touched.extend(work.used_keys.into_iter().map(|key| (key, appended.received_at)));
        }
        done
    }

    /// Ids of the keys of a group that were not noted as used within the last minute.
    fn untouched_keys(&self, group: &Group) -> Vec<String> {
        let now = (self.now)();
        let mut ids: Vec<String> = Vec::new();
        for key in group.parts.iter().filter_map(|part| part.submission.key.as_ref()) {
            if self.is_untouched(key, now) && !ids.contains(&key.id) {
                ids.push(key.id.clone());
            }
        }
        ids
    }

    fn is_untouched(&self, key: &Key, now: Millis) -> bool {
        let last = self.touched.get(&key.id).copied().or(key.last_used_at);
        last.is_none_or(|last| now - last >= TOUCH_EVERY_MS)
    }
}

/// Takes what waits, in the order of arrival, until the group is large enough or nothing more is on its way.
async fn gather(first: Submission, waiting: &mut Waiting) -> Group {
    let closes_at = Instant::now() + GROUP_TIME;
    let mut group = Group::default();
    group.add(first);
    while group.events.len() < GROUP_MOST {
        if let Ok(submission) = waiting.submissions.try_recv() {
            group.add(submission);
            continue;
        }
        if group.events.len() >= GROUP_EVENTS || !waiting.arriving.any() {
            break;
        }
        tokio::select! {
            submission = waiting.submissions.recv() => match submission {
                Some(submission) => group.add(submission),
                None => break,
            },
            () = waiting.arriving.none_left() => {}
            () = sleep_until(closes_at) => break,
        }
    }
    group
}

/// What came while a group waited in vain for the database's lock has waited too: were each group to wait in its turn,
/// the last of a full queue would be told after minutes. It is taken out before anybody is answered, so that who is told and
/// sends again at once is not among them.
fn take_waiting(waiting: &mut Waiting) -> Vec<Submission> {
    std::iter::from_fn(|| waiting.submissions.try_recv().ok()).collect()
}

fn answer_each(group: Group, outcomes: &[Outcome]) {
    let mut from = 0;
    for part in group.parts {
        let to = from + part.events;
        let mut committed = Committed::default();
        for (place, (outcome, event)) in outcomes[from..to].iter().zip(&group.events[from..to]).enumerate() {
            match outcome {
                Outcome::Accepted => committed.accepted += 1,
                Outcome::Duplicate => committed.duplicates += 1,
                Outcome::Conflict => committed.conflicts.push((place, event.id.clone())),
            }
        }
        from = to;
        answer(part.submission, Ok(committed));
    }
}

/// Gives the budget back first, so that a sender which sees its answer finds room for the next batch.
fn answer(submission: Submission, verdict: Verdict) {
    drop(submission.held);
    // A sender that went away needs no answer.
    let _ = submission.reply.send(verdict);
}
