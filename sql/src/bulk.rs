//! Reading many rows at once: a whole question on one thread, with prepared statements.
//!
//! The driver's own way hands every row from its thread to ours, each value in a box of its own and looked up by the name
//! of its column. For a board's windows that was nearly all of the time. Nothing outside this crate sees it.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::db::BUSY_TIMEOUT;
use crate::error::Error;

/// Questions at once; more wait their turn, as for a reader of the pool.
const AT_ONCE: usize = 4;

/// Connections that only read.
#[derive(Debug)]
pub(crate) struct Bulk {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    turns: Semaphore,
}

impl Bulk {
    /// Opens nothing yet.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }

    /// Runs a question on the blocking pool.
    ///
    /// # Errors
    /// As for any query; the connection is not used again then.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        doing: &'static str,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let failed = Error::of_bulk(doing);
        let _turn = self.turns.acquire().await.expect("the turns are never closed");
        let (path, idle) = (self.path.clone(), self.idle().pop());
        let work = tokio::task::spawn_blocking(move || -> rusqlite::Result<(Connection, T)> {
            let connection = idle.map_or_else(|| open(&path), Ok)?;
            // One view of the store for all statements, and one look for its newest state instead of one each.
            let view = connection.unchecked_transaction()?;
            let answer = question(&view)?;
            view.finish()?;
            Ok((connection, answer))
        });
        match work.await.map_err(tokio::task::JoinError::try_into_panic) {
            Ok(Ok((connection, answer))) => {
                self.idle().push(connection);
                Ok(answer)
            }
            Ok(Err(cause)) => Err(failed(cause)),
            Err(Ok(panic)) => std::panic::resume_unwind(panic),
            Err(Err(_)) => Err(Error::Query { doing, cause: sqlx::Error::WorkerCrashed }),
        }
    }

    /// Lets the connections go.
    pub(crate) fn close(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Set up as the driver's readers are.
fn open(path: &std::path::Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    for (pragma, value) in [("query_only", "on"), ("cache_size", "-16384"), ("temp_store", "memory")] {
        connection.pragma_update(None, pragma, value)?;
    }
    Ok(connection)
}
