//! Appending for the one writer of a server: a whole group, from begin to durable commit, in one go.
//!
//! [`append`](super::append) does the same inside any transaction; a test holds the two equal. There each statement crosses
//! to the driver's thread and back and each value is wrapped on the way; here a group runs on one thread with prepared
//! statements. Measured: a group of 1,000 takes a third of the time, and intake waits for little else.

use std::path::Path;

use rules::at::At;
use rules::time::{Millis, Now, format_instant};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{Content, Digester, NewEvent, Outcome, postgres};
use crate::db::{BUSY_TIMEOUT, Db, Engine};
use crate::error::Error;

/// Appends groups, one at a time. Opens its connection with the first and again after a failure.
#[derive(Debug)]
pub struct Appender {
    db: Db,
    connection: Option<Connection>,
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

impl Appender {
    /// An appender for this store.
    pub fn new(db: Db) -> Self {
        Self { db, connection: None }
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
        let turn = match self.db.turn().await {
            Ok(turn) => turn,
            Err(cause) => return (group, Err(cause)),
        };
        let (db, now, connection) = (self.db.clone(), Now::clone(now), self.connection.take());
        let work = tokio::task::spawn_blocking(move || {
            let mut connection = match connection.map_or_else(|| open(db.path()), Ok) {
                Ok(connection) => connection,
                Err(cause) => return (None, group, Err(cause)),
            };
            let result = append(&mut connection, &now, &group);
            // After an unforeseen failure a fresh connection is the safer one.
            let sound = !matches!(result, Err(Error::Query { .. } | Error::Full(_)));
            (sound.then_some(connection), group, result)
        });
        let done = work.await;
        drop(turn);
        match done.map_err(tokio::task::JoinError::try_into_panic) {
            Ok((connection, group, result)) => {
                self.connection = connection;
                (group, result)
            }
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(_)) => (Group::default(), Err(Error::Query { doing: "append a group", cause: sqlx::Error::WorkerCrashed })),
        }
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
        let _turn = self.db.turn().await?;
        let (db, connection) = (self.db.clone(), self.connection.take());
        let work = tokio::task::spawn_blocking(move || {
            let mut connection = connection.map_or_else(|| open(db.path()), Ok)?;
            let tx = begin(&mut connection)?;
            for (received_at, events) in groups {
                append_group(&tx, received_at, &Group { events, used_keys: Vec::new() })?;
            }
            tx.commit().map_err(Error::of_bulk("commit"))?;
            Ok(connection)
        });
        match work.await.map_err(tokio::task::JoinError::try_into_panic) {
            Ok(connection) => {
                self.connection = Some(connection?);
                Ok(())
            }
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(_)) => Err(Error::Query { doing: "append groups", cause: sqlx::Error::WorkerCrashed }),
        }
    }
}

/// Set up as the driver's connections are.
fn open(path: &Path) -> Result<Connection, Error> {
    let failed = Error::of_bulk("open the log for appending");
    let connection = Connection::open(path).map_err(&failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(&failed)?;
    for (pragma, value) in [("synchronous", "full"), ("foreign_keys", "on"), ("cache_size", "-16384"), ("temp_store", "memory")] {
        connection.pragma_update(None, pragma, value).map_err(&failed)?;
    }
    Ok(connection)
}

fn append(connection: &mut Connection, now: &Now, group: &Group) -> Result<Appended, Error> {
    let tx = begin(connection)?;
    let appended = append_group(&tx, now(), group)?;
    tx.commit().map_err(Error::of_bulk("commit"))?;
    Ok(appended)
}

fn begin(connection: &mut Connection) -> Result<Transaction<'_>, Error> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(Error::of_bulk("begin a write transaction"))
}

/// Appends a group received at `now` inside a transaction.
fn append_group(tx: &Transaction<'_>, now: Millis, group: &Group) -> Result<Appended, Error> {
    const NEWEST: &str = "select no, received_at, last_seq, digest from batch order by no desc limit 1";
    let newest: Option<(i64, Millis, i64, Vec<u8>)> = tx
        .prepare_cached(NEWEST)
        .and_then(|mut query| query.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).optional())
        .map_err(Error::of_bulk("read the newest group of the log"))?;
    let (batch, received_at, last, digest) = newest.unwrap_or((0, Millis::MIN, 0, Vec::new()));
    if now < received_at {
        return Err(Error::ClockBehind { newest: format_instant(received_at), newest_ms: received_at });
    }
    let first = last + 1;
    let outcomes = claim_keys(tx, first, &group.events)?;
    if outcomes.contains(&Outcome::Accepted) {
        let digest =
            write_rows(tx, now, first, Digester::new(&digest, now), &group.events, &outcomes).map_err(Error::of_bulk("append events"))?;
        const BATCH: &str = "insert into batch (no, received_at, first_seq, last_seq, digest) values (?, ?, ?, ?, ?)";
        let last = last + group.events.len() as i64;
        run(tx, BATCH, params![batch + 1, now, first, last, digest]).map_err(Error::of_bulk("append a group"))?;
    }
    for key in &group.used_keys {
        run(tx, "update api_key set last_used_at = ? where id = ?", params![now, key]).map_err(Error::of_bulk("touch a key"))?;
    }
    Ok(Appended { received_at: now, outcomes })
}

fn run(tx: &Transaction<'_>, text: &str, values: impl rusqlite::Params) -> rusqlite::Result<usize> {
    tx.prepare_cached(text)?.execute(values)
}

/// Takes the keys of the group; an event whose key was there before is a duplicate or a conflict.
fn claim_keys(tx: &Transaction<'_>, first: i64, events: &[NewEvent]) -> Result<Vec<Outcome>, Error> {
    const CLAIM: &str = "insert into event_key (source, event_id, seq) values (?, ?, ?) on conflict (source, event_id) do nothing";
    const HOLDER: &str = "select seq from event_key where source = ? and event_id = ?";
    let failed = Error::of_bulk("claim the keys of events");
    let mut claim = tx.prepare_cached(CLAIM).map_err(&failed)?;
    let mut outcomes = Vec::with_capacity(events.len());
    for (seq, event) in (first..).zip(events) {
        let claimed = claim.execute(params![event.source, event.id, seq]).map_err(&failed)? == 1;
        if claimed {
            outcomes.push(Outcome::Accepted);
            continue;
        }
        let holder: i64 = tx
            .prepare_cached(HOLDER)
            .and_then(|mut query| query.query_row(params![event.source, event.id], |row| row.get(0)))
            .map_err(&failed)?;
        // A holder of this very group is not written yet.
        let same = match usize::try_from(holder - first) {
            Ok(earlier) => events[earlier].content == event.content,
            Err(_) => stored(tx, holder)?.is_some_and(|known| known == event.content),
        };
        outcomes.push(if same { Outcome::Duplicate } else { Outcome::Conflict });
    }
    Ok(outcomes)
}

/// Writes the accepted events and returns the digest of the group.
fn write_rows(
    tx: &Transaction<'_>,
    now: Millis,
    first: i64,
    mut digester: Digester,
    events: &[NewEvent],
    outcomes: &[Outcome],
) -> rusqlite::Result<Vec<u8>> {
    const SAMPLE: &str = "insert into sample \
        (seq, received_at, source, event_id, time, unit, indicator, grain, at, value, numerator, denominator, note) \
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    const VOID: &str = "insert into void (seq, received_at, source, event_id, time, target_source, target_id, reason) \
        values (?, ?, ?, ?, ?, ?, ?, ?)";
    let mut sample = tx.prepare_cached(SAMPLE)?;
    for ((seq, event), outcome) in (first..).zip(events).zip(outcomes) {
        if *outcome != Outcome::Accepted {
            continue;
        }
        digester.row(seq, event);
        let NewEvent { source, id, time, content } = event;
        match content {
            Content::Sample { unit, indicator, at, value, numerator, denominator, note } => {
                let (grain, at) = (at.grain_code(), at.stored());
                sample.execute(params![seq, now, source, id, time, unit, indicator, grain, at, value, numerator, denominator, note])?;
            }
            Content::Void { source: target_source, id: target_id, reason } => {
                run(tx, VOID, params![seq, now, source, id, time, target_source, target_id, reason])?;
            }
        }
    }
    Ok(digester.finish())
}

/// What the log row at a place says.
fn stored(tx: &Transaction<'_>, seq: i64) -> Result<Option<Content>, Error> {
    const SAMPLE: &str = "select unit, indicator, grain, at, value, numerator, denominator, note from sample where seq = ?";
    const VOID: &str = "select target_source, target_id, reason from void where seq = ?";
    let failed = Error::of_bulk("read an event");
    let sample = tx.prepare_cached(SAMPLE).and_then(|mut query| {
        let row = |row: &rusqlite::Row<'_>| {
            let at = At::from_stored(row.get(2)?, row.get(3)?);
            Ok(at.map(|at| (at, row.get(0), row.get(1), row.get(4), row.get(5), row.get(6), row.get(7))))
        };
        query.query_row([seq], row).optional()
    });
    if let Some(row) = sample.map_err(&failed)? {
        let (at, unit, indicator, value, numerator, denominator, note) =
            row.ok_or_else(|| Error::Inconsistent { table: "sample", what: format!("seq {seq}: its time cannot be read") })?;
        let content = || -> rusqlite::Result<Content> {
            Ok(Content::Sample {
                unit: unit?,
                indicator: indicator?,
                at,
                value: value?,
                numerator: numerator?,
                denominator: denominator?,
                note: note?,
            })
        };
        return content().map(Some).map_err(&failed);
    }
    let void = tx.prepare_cached(VOID).and_then(|mut query| {
        query.query_row([seq], |row| Ok(Content::Void { source: row.get(0)?, id: row.get(1)?, reason: row.get(2)? })).optional()
    });
    void.map_err(&failed)
}
