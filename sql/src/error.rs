//! What can go wrong on the ground floor, named by the operation that failed.

use rules::time::Millis;
use rusqlite::ErrorCode;

/// A failed operation on the store. `Display` is one sentence; the cause stays in `source`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address of the store is not one that is understood.
    #[error("the store address `{url}` is not understood; write sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE")]
    Address {
        /// The address as it was given.
        url: String,
    },
    /// The file or its folder could not be opened.
    #[error("could not open the store at {path}")]
    Open {
        /// Path of the database file.
        path: String,
        /// Why.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database server refused, or did not answer, when the store was opened.
    #[error("{why}")]
    Server {
        /// One sentence that names what to change.
        why: String,
        /// What the server said.
        #[source]
        cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The database server went away under a running program.
    #[error("the database server does not answer; start it, or look at the network between; intake goes on by itself")]
    Away(#[source] sqlx::Error),
    /// Another process runs a server on this store.
    #[error("another pantau server already uses the store at {path}; stop it or choose another store.url")]
    Locked {
        /// Path of the database file, or server and database.
        path: String,
    },
    /// The file was moved or deleted under a running program.
    #[error("the database file at {path} is not there any more; put it back, intake goes on by itself")]
    Gone {
        /// Path of the database file.
        path: String,
    },
    /// Someone else holds the write lock longer than we wait.
    #[error("the database is locked by another process")]
    Busy(#[source] sqlx::Error),
    /// The disk, or the quota, is full.
    #[error("the disk of the database is full; free some space, intake goes on by itself")]
    Full(#[source] sqlx::Error),
    /// The schema is newer than this program.
    #[error("the store has schema version {found}, this program knows up to {known}; install the newer pantau")]
    NewerSchema {
        /// Newest version found in the store.
        found: i64,
        /// Newest version this program has.
        known: i64,
    },
    /// Migrations wait that nobody applied.
    #[error("the store is not migrated; run `pantau migrate`")]
    NotMigrated,
    /// A migration failed.
    #[error("could not migrate the store")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// The newest receipt lies in the future of the clock.
    #[error("the clock is behind the newest receipt ({newest}); set the clock, intake goes on by itself")]
    ClockBehind {
        /// Receipt of the newest event, RFC 3339.
        newest: String,
        /// The same in milliseconds.
        newest_ms: Millis,
    },
    /// A row that cannot be: names the table and the row.
    #[error("the table {table} holds an impossible row: {what}")]
    Inconsistent {
        /// Table.
        table: &'static str,
        /// Row and why it cannot be.
        what: String,
    },
    /// Any other failure of a query.
    #[error("could not {doing}")]
    Query {
        /// What was being done, as a verb phrase.
        doing: &'static str,
        /// Why it failed.
        #[source]
        cause: sqlx::Error,
    },
}

impl Error {
    /// Whether waiting and trying again is likely to help.
    pub fn is_busy(&self) -> bool {
        matches!(self, Error::Busy(_))
    }

    /// Whether the database server is gone; it is waited for, so trying again helps when it is back.
    pub fn is_away(&self) -> bool {
        matches!(self, Error::Away(_))
    }

    /// Whether the disk is full.
    pub fn is_full(&self) -> bool {
        matches!(self, Error::Full(_))
    }

    /// Names the operation of a driver error and recognises the causes that have a policy.
    pub(crate) fn of(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
        move |cause| match policy(&cause) {
            Policy::Busy => Error::Busy(cause),
            Policy::Full => Error::Full(cause),
            Policy::Away => Error::Away(cause),
            Policy::None => Error::Query { doing, cause },
        }
    }

    /// The same for the driver of the log's and the boards' hot paths.
    pub(crate) fn of_bulk(doing: &'static str) -> impl Fn(rusqlite::Error) -> Error {
        move |failure| {
            let code = failure.sqlite_error_code();
            let cause = sqlx::Error::AnyDriverError(Box::new(failure));
            match code {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy(cause),
                Some(ErrorCode::DiskFull) => Error::Full(cause),
                _ => Error::Query { doing, cause },
            }
        }
    }
}

const SQLITE_BUSY: i32 = 5;
const SQLITE_LOCKED: i32 = 6;
const SQLITE_FULL: i32 = 13;

/// What is done about a cause.
enum Policy {
    /// Another process writes: come again.
    Busy,
    /// Somebody must make room.
    Full,
    /// The server is not there: it is waited for.
    Away,
    /// Nothing in particular.
    None,
}

fn policy(cause: &sqlx::Error) -> Policy {
    let Some(error) = cause.as_database_error() else {
        return match cause {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => Policy::Away,
            _ => Policy::None,
        };
    };
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() {
        return match &*code {
            // lock_not_available, deadlock_detected, serialization_failure
            "55P03" | "40P01" | "40001" => Policy::Busy,
            // disk_full
            "53100" => Policy::Full,
            // too_many_connections; admin_shutdown, crash_shutdown, cannot_connect_now, idle_in_transaction_session_timeout
            "53300" | "57P01" | "57P02" | "57P03" | "25P03" => Policy::Away,
            _ => Policy::None,
        };
    }
    // SQLite's extended codes keep the primary one in their low byte.
    match code.parse().map(|code: i32| code & 0xff) {
        Ok(SQLITE_BUSY | SQLITE_LOCKED) => Policy::Busy,
        Ok(SQLITE_FULL) => Policy::Full,
        _ => Policy::None,
    }
}
