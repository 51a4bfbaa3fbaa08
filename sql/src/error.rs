//! What can go wrong on the ground floor, named by the operation that failed.

use rules::time::Millis;
use rusqlite::ErrorCode;

/// A failed operation on the store. `Display` is one sentence; the cause stays in `source`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address of the store is not one that is understood.
    #[error("the store address `{url}` is not understood; write sqlite://PATH")]
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
    /// Another process runs a server on this store.
    #[error("another pantau server already uses the store at {path}; stop it or choose another store.url")]
    Locked {
        /// Path of the database file.
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

    /// Whether the disk is full.
    pub fn is_full(&self) -> bool {
        matches!(self, Error::Full(_))
    }

    /// Names the operation of a driver error and recognises the two causes that have a policy.
    pub(crate) fn of(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
        move |cause| match primary_code(&cause) {
            Some(SQLITE_BUSY | SQLITE_LOCKED) => Error::Busy(cause),
            Some(SQLITE_FULL) => Error::Full(cause),
            _ => Error::Query { doing, cause },
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

/// SQLite's extended codes keep the primary one in their low byte.
fn primary_code(cause: &sqlx::Error) -> Option<i32> {
    let code: i32 = cause.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
