//! An embedded database: one file, one writer connection, a pool of readers.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::checkpoint::UNWATCHED_PAGES;
use super::{BUSY_TIMEOUT, Checkpoint, Writing};
use crate::behind::Hand;
use crate::bulk::Bulk;
use crate::error::Error;

/// Readers at once. Boards are read from memory, so a handful serves pages, reports and verify.
const READERS: u32 = 4;

/// SQLite allows one writer: it has its own connection, so readers never wait for a queue of writes.
#[derive(Debug)]
pub(crate) struct Pools {
    pub(crate) write: SqlitePool,
    /// For what is written behind the log.
    pub(crate) behind: Hand,
    pub(crate) read: SqlitePool,
    /// For questions with many rows.
    pub(crate) bulk: Bulk,
    pub(crate) checkpoint: Arc<Checkpoint>,
    pub(crate) path: PathBuf,
    identity: Identity,
}

/// Which file it is, wherever it is moved: device and number.
type Identity = (u64, u64);

impl Pools {
    /// Opens the file of `sqlite://PATH`, making it and its folders where they are missing.
    pub(super) async fn open(url: &str, writing: &Writing) -> Result<Self, Error> {
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
        let checkpoint = Arc::new(Checkpoint::new(path.clone(), Arc::clone(writing)));
        let behind = Hand::new(path.clone(), Arc::clone(&checkpoint));
        Ok(Self { write, read, behind, bulk: Bulk::new(path.clone()), checkpoint, path, identity })
    }

    pub(super) fn must_be_there(&self) -> Result<(), Error> {
        match identity(&self.path) {
            Ok(identity) if identity == self.identity => Ok(()),
            _ => Err(Error::Gone { path: self.path.display().to_string() }),
        }
    }

    pub(super) async fn close(&self) {
        self.checkpoint.close().await;
        self.bulk.close();
        self.behind.close();
        self.read.close().await;
        self.write.close().await;
    }
}

fn identity(path: &Path) -> std::io::Result<Identity> {
    std::fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

/// The path in `sqlite://PATH`.
pub(super) fn file_of(url: &str) -> Result<PathBuf, Error> {
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
        .pragma("wal_autocheckpoint", UNWATCHED_PAGES.to_string())
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "memory");
    Ok(options)
}
