//! Named counters of work done behind the log.

use crate::db::{Db, Tx, read, run};
use crate::error::Error;
use crate::signal::{Hint, tell};

/// The counters there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Last place of the log up to which every event stands in the table of keys.
    KeyedSeq,
    /// Last place of the log that is merged into `counted` and `part`.
    MergedSeq,
    /// Revision of the configuration that the marks reflect.
    RolledRevision,
    /// Day up to which running totals are carried on, as a day number.
    CarriedDay,
    /// Grows with every write of roll-ups.
    RollupVersion,
}

pub(crate) const KEYED_SEQ: &str = "keyed_seq";

impl Counter {
    fn name(self) -> &'static str {
        match self {
            Counter::KeyedSeq => KEYED_SEQ,
            Counter::MergedSeq => "merged_seq",
            Counter::RolledRevision => "rolled_revision",
            Counter::CarriedDay => "carried_day",
            Counter::RollupVersion => "rollup_version",
        }
    }
}

/// The value of a counter; 0 before its first write.
///
/// # Errors
/// Any failure of the query.
pub async fn get(db: &Db, counter: Counter) -> Result<i64, Error> {
    const TEXT: &str = "select coalesce((select value from progress where name = $1), 0)";
    read!(db, conn => sqlx::query_scalar(TEXT).bind(counter.name()).fetch_one(conn).await).map_err(Error::of("read a counter"))
}

/// Sets a counter.
///
/// # Errors
/// Any failure of the query.
pub async fn set(tx: &mut Tx, counter: Counter, value: i64) -> Result<(), Error> {
    const TEXT: &str = "insert into progress (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value";
    run!(tx, sqlx::query(TEXT).bind(counter.name()).bind(value)).map_err(Error::of("set a counter"))?;
    Ok(())
}

/// Sets a counter that still stands where it was read; false when another process moved it meanwhile.
///
/// # Errors
/// Any failure of the query.
pub async fn advance(tx: &mut Tx, counter: Counter, from: i64, to: i64) -> Result<bool, Error> {
    const TEXT: &str = "insert into progress (name, value) values ($1, $2) \
        on conflict (name) do update set value = excluded.value where progress.value = $3";
    let done = run!(tx, sqlx::query(TEXT).bind(counter.name()).bind(to).bind(from)).map_err(Error::of("move a counter"))?;
    Ok(done == 1)
}

/// Adds one to a counter.
///
/// # Errors
/// Any failure of the query.
pub async fn grow(tx: &mut Tx, counter: Counter) -> Result<(), Error> {
    const TEXT: &str = "insert into progress (name, value) values ($1, 1) on conflict (name) do update set value = progress.value + 1";
    run!(tx, sqlx::query(TEXT).bind(counter.name())).map_err(Error::of("grow a counter"))?;
    match counter {
        Counter::RollupVersion => tell(tx, Hint::Rollups).await,
        Counter::KeyedSeq | Counter::MergedSeq | Counter::RolledRevision | Counter::CarriedDay => Ok(()),
    }
}
