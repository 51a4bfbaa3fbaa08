//! Named counters of work done behind the log.

use crate::db::{Db, Tx, read, run, write};
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

/// Adds one to a counter; returns what it comes to.
///
/// # Errors
/// Any failure of the query.
pub async fn grow(tx: &mut Tx, counter: Counter) -> Result<i64, Error> {
    const TEXT: &str =
        "insert into progress (name, value) values ($1, 1) on conflict (name) do update set value = progress.value + 1 returning value";
    let value = write!(tx, conn => sqlx::query_scalar(TEXT).bind(counter.name()).fetch_one(conn).await);
    let value = value.map_err(Error::of("grow a counter"))?;
    if counter == Counter::RollupVersion {
        tell(tx, Hint::Rollups).await?;
    }
    Ok(value)
}

/// How far the work behind the log is, in one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Standing {
    /// Number of the configuration's revision in force.
    pub revision: i64,
    /// Last place of the log.
    pub head: i64,
    /// [`Counter::MergedSeq`].
    pub merged: i64,
    /// [`Counter::CarriedDay`].
    pub carried_day: i64,
    /// When time alone may change a roll-up next; None when it changes none.
    pub next_due: Option<i64>,
}

/// How far the work behind the log is now: a pass asks this every time, also when there is nothing to do.
///
/// # Errors
/// Any failure of the query.
pub async fn standing(db: &Db) -> Result<Standing, Error> {
    const TEXT: &str = "select coalesce((select max(no) from revision), 0) as revision, \
        coalesce((select last_seq from batch order by no desc limit 1), 0) as head, \
        coalesce((select value from progress where name = 'merged_seq'), 0) as merged, \
        coalesce((select value from progress where name = 'carried_day'), 0) as carried_day, \
        (select min(next_due) from rollup where next_due is not null) as next_due";
    read!(db, conn => sqlx::query_as(TEXT).fetch_one(conn).await).map_err(Error::of("read how far the roll-up is"))
}
