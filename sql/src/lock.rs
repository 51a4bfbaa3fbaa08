//! Who runs a server on a store. On an embedded one a lock on a file beside it; on a database server a lock held by a
//! connection. Both are freed when the process ends, however it ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::db::{Db, Engine, Lock, Server, is_held, try_hold};
use crate::error::Error;

/// Held as long as this process serves the store.
#[derive(Debug)]
pub struct ServerLock {
    _held: Held,
}

#[derive(Debug)]
enum Held {
    File { _file: File },
    Connection(JoinHandle<()>),
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Held::Connection(keeper) = self {
            keeper.abort();
        }
    }
}

/// How long a lock on a database server is tried for: the connection of a killed process takes a moment to be noticed.
const TRY_FOR: Duration = Duration::from_secs(2);
/// Pause between two tries.
const TRY_EVERY: Duration = Duration::from_millis(50);
/// Time between two looks whether the connection that holds the lock lives: after the database server was away, whoever
/// comes first has the store, and that should be who had it.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Takes the lock for a server.
///
/// # Errors
/// [`Error::Locked`] when another server has it, [`Error::Open`] when the lock file cannot be made, any failure of the
/// database server.
pub async fn lock_for_server(db: &Db) -> Result<ServerLock, Error> {
    let held = match db.engine() {
        Engine::Sqlite(pools) => lock_file(&pools.path)?,
        Engine::Postgres(server) => hold(server).await?,
    };
    Ok(ServerLock { _held: held })
}

/// Whether a server has the store open now.
///
/// # Errors
/// As [`lock_for_server`].
pub async fn is_server_running(db: &Db) -> Result<bool, Error> {
    match db.engine() {
        Engine::Sqlite(pools) => Ok(matches!(open(&pools.path)?.try_lock(), Err(TryLockError::WouldBlock))),
        Engine::Postgres(server) => is_held(&server.read, Lock::Serving).await.map_err(Error::of("look for a server")),
    }
}

fn lock_file(path: &Path) -> Result<Held, Error> {
    let file = open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Held::File { _file: file }),
        Err(TryLockError::WouldBlock) => Err(Error::Locked { path: path.display().to_string() }),
        Err(TryLockError::Error(cause)) => Err(Error::Open { path: lock_path(path).display().to_string(), cause: Box::new(cause) }),
    }
}

fn open(path: &Path) -> Result<File, Error> {
    let path = lock_path(path);
    let failed = |cause: std::io::Error| Error::Open { path: path.display().to_string(), cause: Box::new(cause) };
    File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)
}

fn lock_path(path: &Path) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(".lock");
    PathBuf::from(path)
}

async fn hold(server: &Server) -> Result<Held, Error> {
    let doing = "take the lock of a server";
    let mut connection = server.options.connect().await.map_err(Error::of(doing))?;
    let began = Instant::now();
    while !try_hold(&mut connection, Lock::Serving).await.map_err(Error::of(doing))? {
        if began.elapsed() > TRY_FOR {
            return Err(Error::Locked { path: server.place.clone() });
        }
        sleep(TRY_EVERY).await;
    }
    Ok(Held::Connection(tokio::spawn(keep(connection, server.options.clone()))))
}

/// Keeps the lock until it is aborted; when the database server was gone, takes it again.
async fn keep(mut connection: PgConnection, options: PgConnectOptions) {
    loop {
        sleep(LOOK_EVERY).await;
        if connection.ping().await.is_ok() {
            continue;
        }
        let mut is_told = false;
        connection = loop {
            if let Ok(mut fresh) = options.connect().await {
                match try_hold(&mut fresh, Lock::Serving).await {
                    Ok(true) => break fresh,
                    Ok(false) if !is_told => {
                        is_told = true;
                        tracing::error!("another pantau server took the store while the database server was gone; stop one of them");
                    }
                    Ok(false) | Err(_) => {}
                }
            }
            sleep(LOOK_EVERY).await;
        };
    }
}
