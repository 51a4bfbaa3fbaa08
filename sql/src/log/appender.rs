//! Appending for the one writer of a server: a whole group, from begin to durable commit, in one go.
//!
//! On an embedded store a group runs on one thread with prepared statements: through the driver each statement crosses to its
//! thread and back and each value is wrapped on the way, and a group of 1,000 took three times as long. The rows themselves are
//! written by [`group`](super::group), which events are known is remembered by [`keys`](super::keys). On a database server
//! [`postgres`](super::postgres) does both.

use std::path::Path;
use std::sync::Arc;

use rules::time::{Millis, Now};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::group::append_group;
use super::keys::Keys;
use super::{NewEvent, Outcome, postgres};
use crate::db::{BUSY_TIMEOUT, Checkpoint, Db, Engine};
use crate::error::Error;

/// Keys that go into the table at once behind the commit: some milliseconds, in which a new group waits.
const KEYS_AT_ONCE: usize = 8_192;

/// Statements that are kept prepared: more than there are.
const STATEMENTS: usize = 64;

/// Appends groups, one at a time. Opens its connection with the first and again after a failure.
#[derive(Debug)]
pub struct Appender {
    db: Db,
    thread: Thread,
    hand: Option<Hand>,
}

/// Where groups run on an embedded store.
#[derive(Clone, Copy, Debug)]
enum Thread {
    /// On the blocking pool.
    Pool,
    /// Where they are asked for.
    Own,
}

/// Events that share a commit.
#[derive(Debug, Default)]
pub struct Group {
    /// In the order in which they are appended.
    pub events: Vec<NewEvent>,
    /// Ids of keys that are noted as used in the same commit.
    pub used_keys: Vec<String>,
}

/// A durable group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its receipt.
    pub received_at: Millis,
    /// What became of each event.
    pub outcomes: Vec<Outcome>,
}

/// What an append needs and leaves: after a failed transaction both are made anew.
struct Hand {
    connection: Connection,
    keys: Option<Keys>,
}

impl std::fmt::Debug for Hand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hand").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

impl Appender {
    /// An appender for this store.
    pub fn new(db: Db) -> Self {
        Self { db, thread: Thread::Pool, hand: None }
    }

    /// The same for a caller with a thread of its own, which it blocks: two changes of threads less for each group.
    pub fn on_own_thread(db: Db) -> Self {
        Self { db, thread: Thread::Own, hand: None }
    }

    /// Appends a group in its order and commits. The clock is read inside the transaction, so that nobody can have given a
    /// later receipt in between. The group comes back for another try or for the answers.
    ///
    /// # Errors
    /// [`Error::ClockBehind`], [`Error::Busy`], [`Error::Full`] or any failure of a query; nothing was written then.
    pub async fn append(&mut self, now: &Now, group: Group) -> (Group, Result<Appended, Error>) {
        if let Engine::Postgres(server) = self.db.engine() {
            let appended = Box::pin(postgres::append_group(server, now, &group)).await;
            return (group, appended);
        }
        let now = Now::clone(now);
        let kept = Arc::new(group);
        let group = Arc::clone(&kept);
        let appended = self.work(move |hand| hand.within(|tx, keys| append_group(tx, keys, now(), &group))).await;
        // The thread is done with it, or fell.
        (Arc::into_inner(kept).unwrap_or_default(), appended)
    }

    /// Appends groups that came in earlier, each with its own receipt, oldest first, in one commit: for filling a store,
    /// where a commit for each would be most of the time.
    ///
    /// # Errors
    /// As [`Appender::append`]; nothing was written then.
    pub async fn append_past(&mut self, groups: Vec<(Millis, Vec<NewEvent>)>) -> Result<(), Error> {
        if let Engine::Postgres(server) = self.db.engine() {
            return Box::pin(postgres::append_past(server, groups)).await;
        }
        self.work(move |hand| {
            hand.within(|tx, keys| {
                for (received_at, events) in groups {
                    append_group(tx, keys, received_at, &Group { events, used_keys: Vec::new() })?;
                }
                keys.settle(tx, usize::MAX).map_err(Error::of_bulk("put in keys"))
            })
        })
        .await
    }

    /// How many events are in the log whose keys are not in their table yet; nobody but [`Appender::settle`] cares. None on
    /// a database server, where a key goes in with its event.
    pub fn waiting(&self) -> usize {
        self.hand.as_ref().map_or(0, Hand::waiting)
    }

    /// Puts some of the keys that wait into their table: for a moment when no group does.
    ///
    /// # Errors
    /// As [`Appender::append`]; the keys wait on.
    pub async fn settle(&mut self) -> Result<(), Error> {
        if let Engine::Postgres(_) = self.db.engine() {
            return Ok(());
        }
        self.work(|hand| hand.within(|tx, keys| keys.settle(tx, KEYS_AT_ONCE).map_err(Error::of_bulk("put in keys")))).await
    }

    /// Runs `what` with this process's right to write.
    async fn work<T: Send + 'static>(&mut self, what: impl FnOnce(&mut Hand) -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
        let turn = self.db.turn().await?;
        let (db, hand) = (self.db.clone(), self.hand.take());
        let work = move || run(&db, hand, what);
        let done = match self.thread {
            Thread::Pool => tokio::task::spawn_blocking(work).await,
            Thread::Own => Ok(work()),
        };
        drop(turn);
        match done.map_err(tokio::task::JoinError::try_into_panic) {
            Ok((hand, result)) => {
                self.hand = hand;
                result
            }
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(_)) => Err(Error::Query { doing: "append a group", cause: sqlx::Error::WorkerCrashed }),
        }
    }
}

/// Runs `what`, blocking, with what the last one left; gives what the next one may use.
fn run<T>(db: &Db, hand: Option<Hand>, what: impl FnOnce(&mut Hand) -> Result<T, Error>) -> (Option<Hand>, Result<T, Error>) {
    let mut hand = match hand.map_or_else(|| Hand::open(db.path()), Ok) {
        Ok(hand) => hand,
        Err(cause) => return (None, Err(cause)),
    };
    let result = what(&mut hand);
    if let Engine::Sqlite(pools) = db.engine() {
        pools.checkpoint.committed();
    }
    // After an unforeseen failure a fresh connection is the safer one.
    let sound = !matches!(result, Err(Error::Query { .. } | Error::Full(_)));
    (sound.then_some(hand), result)
}

impl Hand {
    /// Set up as the driver's connections are.
    fn open(path: &Path) -> Result<Self, Error> {
        let failed = Error::of_bulk("open the log for appending");
        let connection = Connection::open(path).map_err(&failed)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(&failed)?;
        for (pragma, value) in [("synchronous", "full"), ("foreign_keys", "on"), ("cache_size", "-16384"), ("temp_store", "memory")] {
            connection.pragma_update(None, pragma, value).map_err(&failed)?;
        }
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Checkpoint::watch(&connection);
        Ok(Self { connection, keys: None })
    }

    fn waiting(&self) -> usize {
        self.keys.as_ref().map_or(0, Keys::waiting)
    }

    /// Runs `what` in a transaction. What it remembers of the keys is kept only when the transaction was.
    fn within<T>(&mut self, what: impl FnOnce(&Transaction<'_>, &mut Keys) -> Result<T, Error>) -> Result<T, Error> {
        let behaviour = TransactionBehavior::Immediate;
        let tx = self.connection.transaction_with_behavior(behaviour).map_err(Error::of_bulk("begin a write transaction"))?;
        let mut keys = self.keys.take().map_or_else(|| Keys::open(&tx).map_err(Error::of_bulk("read the keys")), Ok)?;
        let before = keys.waiting();
        match what(&tx, &mut keys) {
            Ok(done) => {
                tx.commit().map_err(Error::of_bulk("commit"))?;
                self.keys = Some(keys);
                Ok(done)
            }
            // Refused before anything was done; a wrong clock asks often.
            Err(cause @ Error::ClockBehind { .. }) if keys.waiting() == before => {
                self.keys = Some(keys);
                Err(cause)
            }
            Err(cause) => Err(cause),
        }
    }
}
