//! The database handle: who writes, who reads, the hints.
//!
//! Owns the two engines behind one text of SQL. Every query function runs its text through `read!`, `write!` or `run!`,
//! which is where each engine has its arm; nothing outside this crate sees a driver type.

mod checkpoint;
mod postgres;
mod sqlite;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Postgres, Sqlite, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::error::Error;
use crate::signal::Signal;

pub(crate) use checkpoint::Checkpoint;
pub(crate) use postgres::{Lock, Server, is_held, try_hold};
pub(crate) use sqlite::Pools;

/// How long a writer waits for another process (an `apply`, a `key create`) before it says busy.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a writer waits for another one of this process. Longer than any transaction here takes; whoever waits longer
/// waits for itself.
const TURN_TIMEOUT: Duration = Duration::from_secs(30);

/// A handle on the store; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    inner: Arc<Inner>,
}

/// Whose turn it is to write in this process.
type Writing = Arc<Mutex<()>>;

pub(crate) type Parents = std::sync::Mutex<HashMap<i64, Option<i64>>>;

#[derive(Debug)]
struct Inner {
    engine: Engine,
    signal: Signal,
    /// The configured source above each source that was met, by numbers.
    parents: Parents,
    /// Whose turn it is to write. SQLite's own lock makes writers poll; here they queue.
    writing: Writing,
}

/// The engines there are.
#[derive(Debug)]
pub(crate) enum Engine {
    /// An embedded database in one file.
    Sqlite(Box<Pools>),
    /// A database on a server, which other processes may use too.
    Postgres(Box<Server>),
}

/// A write transaction. Dropping it rolls back.
#[derive(Debug)]
pub struct Tx {
    pub(crate) engine: TxEngine,
    /// Whose hints its commit gives; None where hints stay in the process.
    pub(crate) voice: Option<Arc<str>>,
    _turn: Turn,
}

/// When what a transaction wrote survives a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// When its commit returns.
    Committed,
    /// When that of a later one of the first kind returns.
    WithTheNext,
}

/// The right to write, in this process, until it is dropped.
pub(crate) type Turn = OwnedMutexGuard<()>;

/// The engine a transaction runs on.
#[derive(Debug)]
pub(crate) enum TxEngine {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// Runs an expression with a reader of whichever engine the database has.
macro_rules! read {
    ($db:expr, $conn:ident => $body:expr) => {
        match $db.engine() {
            $crate::db::Engine::Sqlite(pools) => {
                let $conn = &pools.read;
                $body
            }
            $crate::db::Engine::Postgres(server) => {
                let $conn = &server.read;
                // On the heap: connecting to a server is a large future, which every caller's would carry.
                Box::pin(async { $body }).await
            }
        }
    };
}

/// Runs an expression with the connection of a write transaction.
macro_rules! write {
    ($tx:expr, $conn:ident => $body:expr) => {
        match &mut $tx.engine {
            $crate::db::TxEngine::Sqlite(transaction) => {
                let $conn = &mut **transaction;
                $body
            }
            $crate::db::TxEngine::Postgres(transaction) => {
                let $conn = &mut **transaction;
                $body
            }
        }
    };
}

/// Runs a query that returns no rows in a write transaction; gives how many rows it touched.
macro_rules! run {
    ($tx:expr, $query:expr) => {
        $crate::db::write!($tx, conn => $query.execute(conn).await.map(|done| done.rows_affected()))
    };
}

pub(crate) use {read, run, write};

/// Whether there is a store at an address: a file for an embedded one. Of a database server nothing is said before it is asked.
pub fn is_there(url: &str) -> bool {
    sqlite::file_of(url).ok().is_none_or(|path| path.exists())
}

impl Db {
    /// Opens the store at `sqlite://PATH`, making folders and file where they are missing, or at
    /// `postgres://USER:PASSWORD@HOST/DATABASE`, which must be there. Does not migrate.
    ///
    /// # Errors
    /// [`Error::Address`] when the address is not understood, [`Error::Open`] when the file cannot be used,
    /// [`Error::Server`] when the database server refuses or does not answer.
    pub async fn open(url: &str) -> Result<Db, Error> {
        let writing = Writing::default();
        let (engine, signal) = match postgres::is_address(url) {
            true => {
                let server = Box::pin(Server::open(url)).await?;
                let signal = Signal::of_server(server.options.clone(), Arc::clone(&server.voice));
                (Engine::Postgres(Box::new(server)), signal)
            }
            false => (Engine::Sqlite(Box::new(Pools::open(url, &writing).await?)), Signal::default()),
        };
        Ok(Db { inner: Arc::new(Inner { engine, signal, parents: Parents::default(), writing }) })
    }

    /// Begins a write transaction; waits for whoever writes, in this process and in others.
    ///
    /// # Errors
    /// [`Error::Busy`] when another process keeps the lock for longer than five seconds.
    pub async fn begin(&self) -> Result<Tx, Error> {
        let turn = self.turn().await?;
        let (engine, voice) = match self.engine() {
            Engine::Sqlite(pools) => {
                let transaction = pools.write.begin_with("begin immediate").await.map_err(Error::of("begin a write transaction"))?;
                (TxEngine::Sqlite(transaction), None)
            }
            Engine::Postgres(server) => {
                let transaction = Box::pin(server.begin(Lock::Tables, Durability::Committed)).await?;
                (TxEngine::Postgres(transaction), Some(Arc::clone(&server.voice)))
            }
        };
        Ok(Tx { engine, voice, _turn: turn })
    }

    /// Waits until nobody else in this process writes.
    pub(crate) async fn turn(&self) -> Result<Turn, Error> {
        let waiting = Arc::clone(&self.inner.writing).lock_owned();
        let turn = tokio::time::timeout(TURN_TIMEOUT, waiting).await.map_err(|_| Error::Busy(sqlx::Error::PoolTimedOut))?;
        self.must_be_there()?;
        Ok(turn)
    }

    /// An open file can be written after it was moved or deleted; what is acknowledged then is found by nobody.
    fn must_be_there(&self) -> Result<(), Error> {
        match self.engine() {
            Engine::Sqlite(pools) => pools.must_be_there(),
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// The hints.
    pub fn signal(&self) -> &Signal {
        &self.inner.signal
    }

    /// Whether the store is there and answers a read.
    ///
    /// # Errors
    /// [`Error::Gone`], [`Error::Away`], or any failure of the read.
    pub async fn check(&self) -> Result<(), Error> {
        self.must_be_there()?;
        read!(self, conn => sqlx::query("select 1").execute(conn).await.map(drop)).map_err(Error::of("read from the store"))
    }

    /// Closes all connections; SQLite writes its log back into the file.
    pub async fn close(&self) {
        self.inner.signal.close();
        match self.engine() {
            Engine::Sqlite(pools) => pools.close().await,
            Engine::Postgres(server) => server.close().await,
        }
    }

    /// Where the store is, for people: the path of the file, or server and database without a password.
    pub fn place(&self) -> String {
        match self.engine() {
            Engine::Sqlite(pools) => pools.path.display().to_string(),
            Engine::Postgres(server) => server.place.clone(),
        }
    }

    /// Path of the database file; empty when a server has it.
    pub(crate) fn path(&self) -> &Path {
        match self.engine() {
            Engine::Sqlite(pools) => &pools.path,
            Engine::Postgres(_) => Path::new(""),
        }
    }

    pub(crate) fn parents(&self) -> &Parents {
        &self.inner.parents
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.inner.engine
    }
}

impl Tx {
    /// Makes what was written durable.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Busy`] or the driver's failure; nothing was written then.
    pub async fn commit(self) -> Result<(), Error> {
        match self.engine {
            TxEngine::Sqlite(transaction) => transaction.commit().await,
            TxEngine::Postgres(transaction) => transaction.commit().await,
        }
        .map_err(Error::of("commit"))
    }
}
