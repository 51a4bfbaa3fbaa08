//! One connection to an embedded store for all that is written behind the log.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior, params_from_iter};
use sqlx::Sqlite;

use super::{Committed, GROW, Text, Touching, Writes};
use crate::db::{BUSY_TIMEOUT, Checkpoint};
use crate::error::Error;
use crate::keyed;

/// Commits one after the other: whoever calls has the right to write.
#[derive(Debug)]
pub(crate) struct Hand {
    path: PathBuf,
    /// Opened with the first commit, and again after a failure.
    idle: Mutex<Option<Connection>>,
    checkpoint: Arc<Checkpoint>,
}

impl Hand {
    /// Opens nothing yet.
    pub(crate) fn new(path: PathBuf, checkpoint: Arc<Checkpoint>) -> Self {
        Self { path, idle: Mutex::default(), checkpoint }
    }

    /// Lets the connection go.
    pub(crate) fn close(&self) {
        self.idle().take();
    }

    pub(super) async fn commit(&self, writes: Writes) -> Result<Option<Committed>, Error> {
        let (path, idle, checkpoint) = (self.path.clone(), self.idle().take(), Arc::clone(&self.checkpoint));
        let work = tokio::task::spawn_blocking(move || -> Result<(Connection, Option<Committed>), Error> {
            let mut connection = idle.map_or_else(|| open(&path), Ok).map_err(Error::of_bulk("open the store for writing"))?;
            let done = commit(&mut connection, &writes)?;
            checkpoint.committed();
            Ok((connection, done))
        });
        match work.await.map_err(tokio::task::JoinError::try_into_panic) {
            Ok(Ok((connection, done))) => {
                *self.idle() = Some(connection);
                Ok(done)
            }
            Ok(Err(cause)) => Err(cause),
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(_)) => Err(Error::Query { doing: "write behind the log", cause: sqlx::Error::WorkerCrashed }),
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Option<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn commit(connection: &mut Connection, writes: &Writes) -> Result<Option<Committed>, Error> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(Error::of_bulk("begin a write transaction"))?;
    let mut done = Committed::default();
    for statement in &writes.statements {
        let text = match statement.shape.text {
            Text::List { head, tail, .. } => keyed::statement::<Sqlite>(head, tail, statement.columns, 1),
            Text::Each(text) => text,
        };
        let run = || -> rusqlite::Result<usize> {
            let mut query = tx.prepare_cached(text)?;
            statement.values.chunks_exact(statement.columns).map(|row| query.execute(params_from_iter(row))).sum()
        };
        let touched = run().map_err(Error::of_bulk(statement.shape.doing))?;
        match statement.touching {
            // Dropped, the transaction is rolled back.
            Touching::MustOne if touched == 0 => return Ok(None),
            Touching::Removed => done.removed += touched as u64,
            Touching::MustOne | Touching::Any => {}
        }
    }
    if writes.grows {
        let version = tx.prepare_cached(GROW).and_then(|mut query| query.query_row([], |row| row.get(0)));
        done.version = Some(version.map_err(Error::of_bulk("grow the version of the roll-ups"))?);
    }
    tx.commit().map_err(Error::of_bulk("commit"))?;
    Ok(Some(done))
}

/// Set up as the driver's connections are, but for the disk.
fn open(path: &std::path::Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    Checkpoint::watch(&connection);
    for (pragma, value) in [("synchronous", "normal"), ("foreign_keys", "on"), ("cache_size", "-16384"), ("temp_store", "memory")] {
        connection.pragma_update(None, pragma, value)?;
    }
    Ok(connection)
}
