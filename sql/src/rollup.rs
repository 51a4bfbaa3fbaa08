//! Roll-ups: what a unit with everything below it did in one window, in time layout.

use rules::period::Every;
use rules::status::Status;
use rules::time::Millis;
use sqlx::FromRow;

use crate::db::{Db, Tx, read, write};
use crate::error::Error;
use crate::keyed::{SHAPES, padded, pieces, statement};

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
#[derive(Clone, Copy, Debug, Default, PartialEq, FromRow)]
pub struct Own {
    /// Value rolled up over time; None when nothing counts.
    #[sqlx(rename = "own_value")]
    pub value: Option<f64>,
    /// Numerator of a ratio.
    #[sqlx(rename = "own_numerator")]
    pub numerator: Option<f64>,
    /// Denominator of a ratio.
    #[sqlx(rename = "own_denominator")]
    pub denominator: Option<f64>,
    /// Samples in use.
    #[sqlx(rename = "own_n")]
    pub n: i64,
    /// Newest moment of data.
    #[sqlx(rename = "own_data_at")]
    pub data_at: Option<Millis>,
    /// Number of the source of that.
    #[sqlx(rename = "own_source")]
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
}

#[derive(FromRow)]
struct Row {
    every: i64,
    start: i64,
    indicator: i64,
    unit: i64,
    #[sqlx(flatten)]
    own: Own,
    value: Option<f64>,
    numerator: Option<f64>,
    denominator: Option<f64>,
    n: i64,
    data_at: Option<i64>,
    source: Option<i64>,
    target: Option<f64>,
    target_high: Option<f64>,
    achievement: Option<f64>,
    status: i64,
    as_of: i64,
    computed_at: i64,
    revision: i64,
}

impl Row {
    fn understood(self) -> Result<Rollup, Error> {
        let key = Key { every: self.every, start: self.start, indicator: self.indicator, unit: self.unit };
        let status = Status::from_code(self.status).ok_or_else(|| Error::Inconsistent { table: "rollup", what: format!("{key:?}: status {}", self.status) })?;
        Ok(Rollup {
            key,
            own: self.own,
            value: self.value,
            numerator: self.numerator,
            denominator: self.denominator,
            n: self.n,
            data_at: self.data_at,
            source: self.source,
            target: self.target,
            target_high: self.target_high,
            achievement: self.achievement,
            status,
            as_of: self.as_of,
            computed_at: self.computed_at,
            revision: self.revision,
        })
    }
}

macro_rules! columns {
    () => {
        "every, start, indicator, unit, own_value, own_numerator, own_denominator, own_n, own_data_at, own_source, \
         value, numerator, denominator, n, data_at, source, target, target_high, achievement, status, as_of, computed_at, revision"
    };
}

/// The roll-ups of these keys, for those that exist, in no order.
///
/// # Errors
/// Any failure of the query; [`Error::Inconsistent`] for a row that cannot be.
pub async fn by_keys(db: &Db, keys: &[Key]) -> Result<Vec<Rollup>, Error> {
    const HEAD: &str = concat!("select ", columns!(), " from rollup where (every, start, indicator, unit) in (values ");
    let mut found = Vec::with_capacity(keys.len());
    for piece in keys.chunks(SHAPES[0]) {
        let shape = padded(piece.len());
        let mut query = sqlx::query_as::<_, Row>(statement(HEAD, ")", 4, shape));
        for key in piece.iter().chain(std::iter::repeat(&piece[piece.len() - 1])).take(shape) {
            query = query.bind(key.every).bind(key.start).bind(key.indicator).bind(key.unit);
        }
        let rows = read!(db, conn => query.fetch_all(conn).await).map_err(Error::of("read roll-ups"))?;
        for row in rows {
            found.push(row.understood()?);
        }
    }
    Ok(found)
}

/// All roll-ups of one kind that start in `from <= start <= to` (day numbers), in the order of the table.
///
/// # Errors
/// As [`by_keys`].
pub async fn of_kind(db: &Db, every: i64, from: i64, to: i64) -> Result<Vec<Rollup>, Error> {
    const TEXT: &str = concat!("select ", columns!(), " from rollup where every = $1 and start between $2 and $3 order by every, start, indicator, unit");
    let rows: Vec<Row> = read!(db, conn => sqlx::query_as(TEXT).bind(every).bind(from).bind(to).fetch_all(conn).await).map_err(Error::of("read roll-ups"))?;
    rows.into_iter().map(Row::understood).collect()
}

/// The roll-ups of one window of an indicator, of all units.
///
/// # Errors
/// As [`by_keys`].
pub async fn of_window(db: &Db, every: i64, start: i64, indicator: i64) -> Result<Vec<Rollup>, Error> {
    const TEXT: &str = concat!("select ", columns!(), " from rollup where every = $1 and start = $2 and indicator = $3");
    let rows: Vec<Row> = read!(db, conn => sqlx::query_as(TEXT).bind(every).bind(start).bind(indicator).fetch_all(conn).await).map_err(Error::of("read roll-ups"))?;
    rows.into_iter().map(Row::understood).collect()
}

/// Starts of the windows of one kind that hold anything, oldest first.
///
/// # Errors
/// Any failure of the query.
pub async fn starts(db: &Db, every: i64) -> Result<Vec<i64>, Error> {
    const TEXT: &str = "select distinct start from rollup where every = $1 order by start";
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
        let mut query = sqlx::query(statement(HEAD, "", 23, piece.len()));
        for row in piece {
            query = query.bind(row.key.every).bind(row.key.start).bind(row.key.indicator).bind(row.key.unit);
            query = query.bind(row.own.value).bind(row.own.numerator).bind(row.own.denominator).bind(row.own.n).bind(row.own.data_at).bind(configured(row.own.source));
            query = query.bind(row.value).bind(row.numerator).bind(row.denominator).bind(row.n).bind(row.data_at).bind(configured(row.source));
            query = query.bind(row.target).bind(row.target_high).bind(row.achievement).bind(row.status.code());
            query = query.bind(row.as_of).bind(row.computed_at).bind(row.revision);
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
