//! Roll-ups: what a unit with everything below it did in one window, in time layout.

use rules::period::Every;
use rules::status::Status;
use rules::time::Millis;
use rusqlite::{Connection, Params, Row};

use crate::db::{Db, Engine, Tx, read, write};
use crate::error::Error;
use crate::keyed::{pieces, statement};

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

macro_rules! columns {
    () => {
        "every, start, indicator, unit, own_value, own_numerator, own_denominator, own_n, own_data_at, own_source, \
         value, numerator, denominator, n, data_at, source, target, target_high, achievement, status, as_of, computed_at, revision, \
         next_due"
    };
}

/// A row as [`columns!`] names it; None for a status that cannot be.
fn understood(row: &Row<'_>) -> rusqlite::Result<Option<Rollup>> {
    let Some(status) = Status::from_code(row.get(19)?) else { return Ok(None) };
    Ok(Some(Rollup {
        key: Key { every: row.get(0)?, start: row.get(1)?, indicator: row.get(2)?, unit: row.get(3)? },
        own: Own {
            value: row.get(4)?,
            numerator: row.get(5)?,
            denominator: row.get(6)?,
            n: row.get(7)?,
            data_at: row.get(8)?,
            source: row.get(9)?,
        },
        value: row.get(10)?,
        numerator: row.get(11)?,
        denominator: row.get(12)?,
        n: row.get(13)?,
        data_at: row.get(14)?,
        source: row.get(15)?,
        target: row.get(16)?,
        target_high: row.get(17)?,
        achievement: row.get(18)?,
        status,
        as_of: row.get(20)?,
        computed_at: row.get(21)?,
        revision: row.get(22)?,
        next_due: row.get(23)?,
    }))
}

/// Adds what a question finds.
fn collect(connection: &Connection, text: &str, values: impl Params, into: &mut Vec<Option<Rollup>>) -> rusqlite::Result<()> {
    let mut query = connection.prepare_cached(text)?;
    let mut rows = query.query(values)?;
    while let Some(row) = rows.next()? {
        into.push(understood(row)?);
    }
    Ok(())
}

/// Adds what a question finds of `wanted`, both in the order of units.
fn collect_wanted(
    connection: &Connection,
    text: &str,
    values: impl Params,
    wanted: &[Key],
    into: &mut Vec<Option<Rollup>>,
) -> rusqlite::Result<()> {
    let mut query = connection.prepare_cached(text)?;
    let mut rows = query.query(values)?;
    let mut wanted = wanted.iter().map(|key| key.unit).peekable();
    while let Some(row) = rows.next()? {
        let unit: i64 = row.get(3)?;
        while wanted.next_if(|next| *next < unit).is_some() {}
        if wanted.next_if(|next| *next == unit).is_some() {
            into.push(understood(row)?);
        }
    }
    Ok(())
}

/// Asks for roll-ups.
async fn ask(
    db: &Db,
    question: impl FnOnce(&Connection, &mut Vec<Option<Rollup>>) -> rusqlite::Result<()> + Send + 'static,
) -> Result<Vec<Rollup>, Error> {
    let work = move |connection: &Connection| {
        let mut found = Vec::new();
        question(connection, &mut found).map(|()| found)
    };
    let found = match db.engine() {
        Engine::Sqlite(pools) => pools.bulk.ask("read roll-ups", work).await?,
    };
    let whole: Option<Vec<Rollup>> = found.into_iter().collect();
    whole.ok_or_else(|| Error::Inconsistent { table: "rollup", what: "a status that is none".to_owned() })
}

/// From so many keys that lie close together on, reading the stretch they lie in is cheaper than one by one.
const STRETCH_FROM: usize = 8;

/// The roll-ups of these keys, for those that exist, in no order.
///
/// # Errors
/// Any failure of the query; [`Error::Inconsistent`] for a row that cannot be.
pub async fn by_keys(db: &Db, keys: &[Key]) -> Result<Vec<Rollup>, Error> {
    const ONE: &str = concat!("select ", columns!(), " from rollup where every = ? and start = ? and indicator = ? and unit = ?");
    const STRETCH: &str = concat!(
        "select ",
        columns!(),
        " from rollup where every = ? and start = ? and indicator = ? and unit between ? and ? order by unit"
    );
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    let question = move |connection: &Connection, found: &mut Vec<Option<Rollup>>| {
        for stretch in keys.chunk_by(|a, b| (a.every, a.start, a.indicator) == (b.every, b.start, b.indicator)) {
            let (first, last) = (stretch[0], stretch[stretch.len() - 1]);
            let width = usize::try_from(last.unit - first.unit).unwrap_or(usize::MAX);
            if stretch.len() < STRETCH_FROM || width / stretch.len() > 4 {
                for key in stretch {
                    collect(connection, ONE, (key.every, key.start, key.indicator, key.unit), found)?;
                }
                continue;
            }
            let values = (first.every, first.start, first.indicator, first.unit, last.unit);
            collect_wanted(connection, STRETCH, values, stretch, found)?;
        }
        Ok(())
    };
    ask(db, question).await
}

/// All roll-ups of one kind that start in `from <= start <= to` (day numbers), in the order of the table.
///
/// # Errors
/// As [`by_keys`].
pub async fn of_kind(db: &Db, every: i64, from: i64, to: i64) -> Result<Vec<Rollup>, Error> {
    const TEXT: &str =
        concat!("select ", columns!(), " from rollup where every = ? and start between ? and ? order by every, start, indicator, unit");
    ask(db, move |connection, found| collect(connection, TEXT, (every, from, to), found)).await
}

/// The roll-ups of one window of an indicator, of all units.
///
/// # Errors
/// As [`by_keys`].
pub async fn of_window(db: &Db, every: i64, start: i64, indicator: i64) -> Result<Vec<Rollup>, Error> {
    const TEXT: &str = concat!("select ", columns!(), " from rollup where every = ? and start = ? and indicator = ?");
    ask(db, move |connection, found| collect(connection, TEXT, (every, start, indicator), found)).await
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

/// Writes roll-ups, replacing those with the same key. A source below a configured one (`S/…`) is
/// written as that one, whose rhythm is known.
///
/// # Errors
/// Any failure of the query.
pub async fn put(tx: &mut Tx, rows: &[Rollup]) -> Result<(), Error> {
    const HEAD: &str = concat!("insert or replace into rollup (", columns!(), ") values ");
    let parents = crate::source::parents(tx).await?;
    let configured = |source: Option<i64>| source.map(|no| parents.get(&no).copied().unwrap_or(no));
    for piece in pieces(rows, 64) {
        let mut query = sqlx::query(statement(HEAD, "", 24, piece.len()));
        for row in piece {
            query = query.bind(row.key.every).bind(row.key.start).bind(row.key.indicator).bind(row.key.unit);
            query = query
                .bind(row.own.value)
                .bind(row.own.numerator)
                .bind(row.own.denominator)
                .bind(row.own.n)
                .bind(row.own.data_at)
                .bind(configured(row.own.source));
            query =
                query.bind(row.value).bind(row.numerator).bind(row.denominator).bind(row.n).bind(row.data_at).bind(configured(row.source));
            query = query.bind(row.target).bind(row.target_high).bind(row.achievement).bind(row.status.code());
            query = query.bind(row.as_of).bind(row.computed_at).bind(row.revision).bind(row.next_due);
        }
        write!(tx, conn => query.execute(conn).await).map_err(Error::of("write roll-ups"))?;
    }
    Ok(())
}

/// Takes away the roll-ups of one window of an indicator that were computed before a moment.
///
/// # Errors
/// Any failure of the query.
pub async fn remove_older(tx: &mut Tx, every: i64, start: i64, indicator: i64, computed_before: Millis) -> Result<(), Error> {
    const TEXT: &str = "delete from rollup where every = $1 and start = $2 and indicator = $3 and computed_at < $4";
    let query = sqlx::query(TEXT).bind(every).bind(start).bind(indicator).bind(computed_before);
    write!(tx, conn => query.execute(conn).await).map_err(Error::of("remove roll-ups"))?;
    Ok(())
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
///
/// # Errors
/// Any failure of the query.
pub async fn leave(tx: &mut Tx, keys: &[Key]) -> Result<(), Error> {
    const TEXT: &str = "update rollup set next_due = null where every = $1 and start = $2 and indicator = $3 and unit = $4";
    for key in keys {
        let query = sqlx::query(TEXT).bind(key.every).bind(key.start).bind(key.indicator).bind(key.unit);
        write!(tx, conn => query.execute(conn).await).map_err(Error::of("leave a roll-up"))?;
    }
    Ok(())
}
