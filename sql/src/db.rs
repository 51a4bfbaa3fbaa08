//! The database handle: one writer connection, a pool of readers, the hints.
//!
//! Owns how the engine is opened. Every query function runs its text through `read!` or `write!`,
//! which is where a second engine gets its arm; nothing outside this crate sees a driver type.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, Sqlite, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::bulk::Bulk;
use crate::error::Error;
use crate::signal::Signal;

/// Readers at once. Boards are read from memory, so a handful serves pages, reports and verify.
const READERS: u32 = 4;
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

#[derive(Debug)]
struct Inner {
    engine: Engine,
    signal: Signal,
    path: PathBuf,
    identity: Identity,
    /// Whose turn it is to write. SQLite's own lock makes writers poll; here they queue.
    writing: Arc<Mutex<()>>,
}

/// The engines there are.
#[derive(Debug)]
pub(crate) enum Engine {
    /// An embedded database in one file.
    Sqlite(Pools),
}

/// SQLite allows one writer: it has its own connection, so readers never wait for a queue of writes.
#[derive(Debug)]
pub(crate) struct Pools {
    pub(crate) write: SqlitePool,
    pub(crate) read: SqlitePool,
    /// For questions with many rows.
    pub(crate) bulk: Bulk,
}

/// A write transaction. Dropping it rolls back.
#[derive(Debug)]
pub struct Tx {
    pub(crate) engine: TxEngine,
    _turn: Turn,
}

/// The right to write, in this process, until it is dropped.
pub(crate) type Turn = OwnedMutexGuard<()>;

/// The engine a transaction runs on.
#[derive(Debug)]
pub(crate) enum TxEngine {
    Sqlite(Transaction<'static, Sqlite>),
}

/// Runs an expression with a reader of whichever engine the database has.
macro_rules! read {
    ($db:expr, $conn:ident => $body:expr) => {
        match $db.engine() {
            $crate::db::Engine::Sqlite(pools) => {
                let $conn = &pools.read;
                $body
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
        }
    };
}

pub(crate) use {read, write};

impl Db {
    /// Opens the store at `sqlite://PATH`, making folders and file where they are missing.
    /// Does not migrate.
    ///
    /// # Errors
    /// [`Error::Address`] when the address is not understood, [`Error::Open`] when the file cannot be used.
    pub async fn open(url: &str) -> Result<Db, Error> {
        let path = file_of(url)?;
        let failed = |cause: Box<dyn std::error::Error + Send + Sync>| Error::Open { path: path.display().to_string(), cause };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|cause| failed(Box::new(cause)))?;
        }
        let options = options_for(&path).map_err(|cause| failed(Box::new(cause)))?;
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            // A full disk makes SQLite roll back by itself; the driver then counts a transaction that
            // is no more and refuses to begin another, so that connection is given up for a fresh one.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(options.clone())
            .await
            .map_err(|cause| failed(Box::new(cause)))?;
        let identity = identity(&path).map_err(|cause| failed(Box::new(cause)))?;
        let read = SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options.pragma("query_only", "on"));
        let pools = Pools { write, read, bulk: Bulk::new(path.clone()) };
        Ok(Db {
            inner: Arc::new(Inner { engine: Engine::Sqlite(pools), signal: Signal::default(), path, identity, writing: Arc::default() }),
        })
    }

    /// Begins a write transaction; waits for the one writer connection and the file's lock.
    ///
    /// # Errors
    /// [`Error::Busy`] when another process keeps the lock for longer than five seconds.
    pub async fn begin(&self) -> Result<Tx, Error> {
        let turn = self.turn().await?;
        match self.engine() {
            Engine::Sqlite(pools) => {
                let transaction = pools.write.begin_with("begin immediate").await.map_err(Error::of("begin a write transaction"))?;
                Ok(Tx { engine: TxEngine::Sqlite(transaction), _turn: turn })
            }
        }
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
        match identity(&self.inner.path) {
            Ok(identity) if identity == self.inner.identity => Ok(()),
            _ => Err(Error::Gone { path: self.inner.path.display().to_string() }),
        }
    }

    /// The hints of this process.
    pub fn signal(&self) -> &Signal {
        &self.inner.signal
    }

    /// Whether the store is there and answers a read.
    ///
    /// # Errors
    /// [`Error::Gone`], or any failure of the read.
    pub async fn check(&self) -> Result<(), Error> {
        self.must_be_there()?;
        read!(self, conn => sqlx::query("select 1").execute(conn).await).map_err(Error::of("read from the store"))?;
        Ok(())
    }

    /// Closes all connections; SQLite writes its log back into the file.
    pub async fn close(&self) {
        match self.engine() {
            Engine::Sqlite(pools) => {
                pools.bulk.close();
                pools.read.close().await;
                pools.write.close().await;
            }
        }
    }

    /// Path of the database file.
    pub fn path(&self) -> &Path {
        &self.inner.path
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
            TxEngine::Sqlite(transaction) => transaction.commit().await.map_err(Error::of("commit")),
        }
    }
}

/// Which file it is, wherever it is moved: device and number.
type Identity = (u64, u64);

fn identity(path: &Path) -> std::io::Result<Identity> {
    std::fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

/// The path in `sqlite://PATH`.
pub(crate) fn file_of(url: &str) -> Result<PathBuf, Error> {
    match url.strip_prefix("sqlite://") {
        Some(path) if !path.is_empty() => Ok(PathBuf::from(path)),
        _ => Err(Error::Address { url: url.to_owned() }),
    }
}

/// `synchronous=full`: a commit is on the disk before it is acknowledged, also when the power goes.
fn options_for(path: &Path) -> Result<SqliteConnectOptions, sqlx::Error> {
    let options = SqliteConnectOptions::from_str("sqlite://")?
        .in_memory(false)
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .statement_cache_capacity(200)
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "memory");
    Ok(options)
}
