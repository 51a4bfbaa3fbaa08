//! Roll-ups: what a unit with everything below it did in one window, in time layout.

/// Every column of the table, in the order in which rows are read.
macro_rules! columns {
    () => {
        "every, start, indicator, unit, own_value, own_numerator, own_denominator, own_n, own_data_at, own_source, \
         value, numerator, denominator, n, data_at, source, target, target_high, achievement, status, as_of, computed_at, revision, \
         next_due"
    };
}

mod postgres;
mod sqlite;

use std::collections::HashSet;

use rules::period::Every;
use rules::status::Status;
use rules::time::Millis;

use crate::behind::{Shape, Text, Touching, Value, Writes};
use crate::db::{Db, Engine, read};
use crate::error::Error;

/// Names a window of an indicator of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// [`Every::code`] of its kind, or [`ROLLING_28D`].
    pub every: i64,
    /// First day, as a day number.
    pub start: i64,
    /// Number of the indicator.
    pub indicator: i64,
    /// Number of the unit.
    pub unit: i64,
}

/// The kind of a window of 28 days, which is no period.
pub const ROLLING_28D: i64 = 7;

/// What the unit itself booked in the window, without its descendants.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Own {
    /// Value rolled up over time; None when nothing counts.
    pub value: Option<f64>,
    /// Numerator of a ratio.
    pub numerator: Option<f64>,
    /// Denominator of a ratio.
    pub denominator: Option<f64>,
    /// Samples in use.
    pub n: i64,
    /// Newest moment of data.
    pub data_at: Option<Millis>,
    /// Number of the source of that.
    pub source: Option<i64>,
}

/// A roll-up: the unit with its descendants in one window.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollup {
    /// Its key.
    pub key: Key,
    /// What the unit itself booked.
    pub own: Own,
    /// Value over time and tree; None when nothing counts.
    pub value: Option<f64>,
    /// Numerator of a ratio.
    pub numerator: Option<f64>,
    /// Denominator of a ratio.
    pub denominator: Option<f64>,
    /// Samples in use.
    pub n: i64,
    /// Newest moment of data.
    pub data_at: Option<Millis>,
    /// Number of the source of that.
    pub source: Option<i64>,
    /// Target of the window.
    pub target: Option<f64>,
    /// Upper end of a range.
    pub target_high: Option<f64>,
    /// Achievement in percent.
    pub achievement: Option<f64>,
    /// Status by the bands valid at the window's end.
    pub status: Status,
    /// The moment it is true for.
    pub as_of: Millis,
    /// When it was computed.
    pub computed_at: Millis,
    /// Revision of the configuration that made it.
    pub revision: i64,
    /// The first instant as of which time alone may change it; None for samples.
    pub next_due: Option<Millis>,
}

/// All found, or the complaint about one that cannot be.
fn whole(found: Vec<Option<Rollup>>) -> Result<Vec<Rollup>, Error> {
    let whole: Option<Vec<Rollup>> = found.into_iter().collect();
    whole.ok_or_else(|| Error::Inconsistent { table: "rollup", what: "a status that is none".to_owned() })
}

/// The roll-ups of these keys, for those that exist, in no order.
///
/// # Errors
/// Any failure of the query; [`Error::Inconsistent`] for a row that cannot be.
pub async fn by_keys(db: &Db, keys: &[Key]) -> Result<Vec<Rollup>, Error> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    whole(match db.engine() {
        Engine::Sqlite(pools) => sqlite::by_keys(&pools.bulk, keys).await?,
        Engine::Postgres(server) => postgres::by_keys(&server.read, &keys).await?,
    })
}

/// All roll-ups of one kind that start in `from <= start <= to` (day numbers), in the order of the table.
///
/// # Errors
/// As [`by_keys`].
pub async fn of_kind(db: &Db, every: i64, from: i64, to: i64) -> Result<Vec<Rollup>, Error> {
    whole(match db.engine() {
        Engine::Sqlite(pools) => sqlite::of_kind(&pools.bulk, every, from, to).await?,
        Engine::Postgres(server) => postgres::of_kind(&server.read, every, from, to).await?,
    })
}

/// The roll-ups of one window of an indicator, of all units.
///
/// # Errors
/// As [`by_keys`].
pub async fn of_window(db: &Db, every: i64, start: i64, indicator: i64) -> Result<Vec<Rollup>, Error> {
    whole(match db.engine() {
        Engine::Sqlite(pools) => sqlite::of_window(&pools.bulk, every, start, indicator).await?,
        Engine::Postgres(server) => postgres::of_window(&server.read, every, start, indicator).await?,
    })
}

/// Starts of the windows of one kind that hold anything, oldest first.
///
/// # Errors
/// Any failure of the query.
pub async fn starts(db: &Db, every: i64) -> Result<Vec<i64>, Error> {
    // From one start to the next: `distinct` would walk over every row of the kind.
    const TEXT: &str = "with recursive there (start) as ( \
        select min(start) from rollup where every = $1 \
        union all select (select min(start) from rollup where every = $1 and start > there.start) from there where there.start is not null \
        ) select start from there where start is not null";
    read!(db, conn => sqlx::query_scalar(TEXT).bind(every).fetch_all(conn).await).map_err(Error::of("read the windows there are"))
}

/// The roll-ups of an indicator of a unit whose windows start on one of `starts` (day numbers), oldest first.
///
/// # Errors
/// As [`by_keys`].
pub async fn series(db: &Db, indicator: i64, unit: i64, every: Every, starts: &[i64]) -> Result<Vec<Rollup>, Error> {
    let keys: Vec<Key> = starts.iter().map(|&start| Key { every: every.code(), start, indicator, unit }).collect();
    let mut found = by_keys(db, &keys).await?;
    found.sort_unstable_by_key(|rollup| rollup.key);
    found.dedup_by_key(|rollup| rollup.key);
    Ok(found)
}

/// Grows with each write of roll-ups, also by another process.
///
/// # Errors
/// Any failure of the query.
pub async fn version(db: &Db) -> Result<i64, Error> {
    crate::progress::get(db, crate::progress::Counter::RollupVersion).await
}

/// Writes roll-ups, replacing those with the same key, and gives them a new version. A source below a configured one (`S/…`)
/// is written as that one, whose rhythm is known.
///
/// # Errors
/// A failed read of the sources.
pub async fn put(db: &Db, writes: &mut Writes, rows: &[Rollup]) -> Result<(), Error> {
    const PUT: Shape = Shape {
        doing: "write roll-ups",
        text: Text::List {
            head: concat!("insert into rollup (", columns!(), ") values "),
            tail: " on conflict (every, start, indicator, unit) do update set own_value = excluded.own_value, \
            own_numerator = excluded.own_numerator, own_denominator = excluded.own_denominator, own_n = excluded.own_n, \
            own_data_at = excluded.own_data_at, own_source = excluded.own_source, value = excluded.value, numerator = excluded.numerator, \
            denominator = excluded.denominator, n = excluded.n, data_at = excluded.data_at, source = excluded.source, \
            target = excluded.target, target_high = excluded.target_high, achievement = excluded.achievement, status = excluded.status, \
            as_of = excluded.as_of, computed_at = excluded.computed_at, revision = excluded.revision, next_due = excluded.next_due",
            most: 64,
        },
    };
    let sources: HashSet<i64> = rows.iter().flat_map(|row| [row.own.source, row.source]).flatten().collect();
    let configured = crate::source::configured(db, sources).await?;
    let configured = |source: Option<i64>| source.map(|no| configured.get(&no).copied().unwrap_or(no));
    let values = |row: &Rollup| -> [Value; 24] {
        let Key { every, start, indicator, unit } = row.key;
        let own = &row.own;
        [
            every.into(),
            start.into(),
            indicator.into(),
            unit.into(),
            own.value.into(),
            own.numerator.into(),
            own.denominator.into(),
            own.n.into(),
            own.data_at.into(),
            configured(own.source).into(),
            row.value.into(),
            row.numerator.into(),
            row.denominator.into(),
            row.n.into(),
            row.data_at.into(),
            configured(row.source).into(),
            row.target.into(),
            row.target_high.into(),
            row.achievement.into(),
            row.status.code().into(),
            row.as_of.into(),
            row.computed_at.into(),
            row.revision.into(),
            row.next_due.into(),
        ]
    };
    writes.rows(PUT, last_of_each(rows).into_iter().map(values));
    writes.grow_version();
    Ok(())
}

/// The rows without those that a later one with the same key replaces: one statement may write a row only once.
fn last_of_each(rows: &[Rollup]) -> Vec<&Rollup> {
    let mut later = HashSet::with_capacity(rows.len());
    let mut last: Vec<&Rollup> = rows.iter().rev().filter(|row| later.insert(row.key)).collect();
    last.reverse();
    last
}

/// Takes away the roll-ups of one kind of window of an indicator, with these starts, that were computed before a moment; the
/// commit tells how many there were.
pub fn remove_older(writes: &mut Writes, every: i64, starts: &[i64], indicator: i64, computed_before: Millis) {
    const REMOVE: Shape = Shape {
        doing: "remove roll-ups",
        text: Text::Each("delete from rollup where every = $1 and start = $2 and indicator = $3 and computed_at < $4"),
    };
    let rows = starts.iter().map(|start| [every, *start, indicator, computed_before].map(Value::from));
    writes.touching(REMOVE, Touching::Removed, rows);
}

/// Keys of the roll-ups that time alone may have changed by `now`, longest due first, at most `limit`.
///
/// # Errors
/// Any failure of the query.
pub async fn due(db: &Db, now: Millis, limit: i64) -> Result<Vec<Key>, Error> {
    const TEXT: &str = "select every, start, indicator, unit from rollup \
        where next_due is not null and next_due <= $1 order by next_due limit $2";
    let rows: Vec<(i64, i64, i64, i64)> =
        read!(db, conn => sqlx::query_as(TEXT).bind(now).bind(limit).fetch_all(conn).await).map_err(Error::of("read what is due"))?;
    Ok(rows.into_iter().map(|(every, start, indicator, unit)| Key { every, start, indicator, unit }).collect())
}

/// Leaves roll-ups as they are from now on: nobody measures them any more.
pub fn leave(writes: &mut Writes, keys: &[Key]) {
    const LEAVE: Shape = Shape {
        doing: "leave roll-ups",
        text: Text::List {
            head: "update rollup set next_due = null where (every, start, indicator, unit) in (values ",
            tail: ")",
            most: 512,
        },
    };
    writes.rows(LEAVE, keys.iter().map(|key| [key.every, key.start, key.indicator, key.unit].map(Value::from)));
}
