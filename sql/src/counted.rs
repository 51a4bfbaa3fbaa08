//! The revision of each sample that counts: (indicator, unit, at), merged behind the log.

use rules::at::At;
use rules::time::Millis;

use crate::db::{Db, Tx, read, run};
use crate::error::Error;
use crate::keyed::{self, SHAPES, padded, pieces};

/// A sample that counts.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Counted {
    /// Number of the indicator.
    pub indicator: i64,
    /// Number of the unit.
    pub unit: i64,
    /// [`At::grain_code`] of its `at`.
    pub grain: i64,
    /// [`At::stored`] of its `at`.
    pub at: i64,
    /// Place in the log.
    pub seq: i64,
    /// Receipt.
    pub received_at: Millis,
    /// Number of its source.
    pub source: i64,
    /// CloudEvents time.
    pub time: Option<Millis>,
    /// Value, or None for a ratio.
    pub value: Option<f64>,
    /// Numerator of a ratio.
    pub numerator: Option<f64>,
    /// Denominator of a ratio.
    pub denominator: Option<f64>,
}

/// Names a sample: (indicator, unit, grain, at).
pub type Key = (i64, i64, i64, i64);

impl Counted {
    /// Its key.
    pub fn key(&self) -> Key {
        (self.indicator, self.unit, self.grain, self.at)
    }

    /// Its `at`; None for a row that cannot be.
    pub fn when(&self) -> Option<At> {
        At::from_stored(self.grain, self.at)
    }
}

/// The rows of these keys, for those that exist.
///
/// # Errors
/// Any failure of the query.
pub async fn by_keys(db: &Db, keys: &[Key]) -> Result<Vec<Counted>, Error> {
    const HEAD: &str = "select indicator, unit, grain, at, seq, received_at, source, time, value, numerator, denominator \
        from counted where (indicator, unit, grain, at) in (values ";
    let mut found = Vec::new();
    for piece in keys.chunks(SHAPES[0]) {
        let shape = padded(piece.len());
        let rows: Result<Vec<Counted>, _> = read!(db, conn => {
            let mut query = keyed::query_as(HEAD, ")", 4, shape);
            for (indicator, unit, grain, at) in piece.iter().chain(std::iter::repeat(&piece[piece.len() - 1])).take(shape) {
                query = query.bind(indicator).bind(unit).bind(grain).bind(at);
            }
            query.fetch_all(conn).await
        });
        found.extend(rows.map_err(Error::of("read the samples that count"))?);
    }
    Ok(found)
}

/// The rows of one indicator, unit and grain with `from <= at < to`, in log order.
///
/// # Errors
/// Any failure of the query.
pub async fn between(db: &Db, indicator: i64, unit: i64, grain: i64, from: i64, to: i64) -> Result<Vec<Counted>, Error> {
    const TEXT: &str = "select indicator, unit, grain, at, seq, received_at, source, time, value, numerator, denominator \
        from counted where indicator = $1 and unit = $2 and grain = $3 and at >= $4 and at < $5 order by seq";
    read!(db, conn => sqlx::query_as(TEXT).bind(indicator).bind(unit).bind(grain).bind(from).bind(to).fetch_all(conn).await)
        .map_err(Error::of("read the samples that count"))
}

/// Writes rows, replacing those with the same key.
///
/// # Errors
/// Any failure of the query.
pub async fn put(tx: &mut Tx, rows: &[Counted]) -> Result<(), Error> {
    const HEAD: &str =
        "insert into counted (indicator, unit, grain, at, seq, received_at, source, time, value, numerator, denominator) values ";
    const TAIL: &str = " on conflict (indicator, unit, grain, at) do update set seq = excluded.seq, received_at = excluded.received_at, \
        source = excluded.source, time = excluded.time, value = excluded.value, numerator = excluded.numerator, denominator = excluded.denominator";
    for piece in pieces(rows, 64) {
        let written = run!(tx, {
            let mut query = keyed::query(HEAD, TAIL, 11, piece.len());
            for row in piece {
                query = query.bind(row.indicator).bind(row.unit).bind(row.grain).bind(row.at).bind(row.seq).bind(row.received_at);
                query = query.bind(row.source).bind(row.time).bind(row.value).bind(row.numerator).bind(row.denominator);
            }
            query
        });
        written.map_err(Error::of("write the samples that count"))?;
    }
    Ok(())
}

/// Takes rows away: nothing counts under these keys any more.
///
/// # Errors
/// Any failure of the query.
pub async fn remove(tx: &mut Tx, keys: &[Key]) -> Result<(), Error> {
    const TEXT: &str = "delete from counted where indicator = $1 and unit = $2 and grain = $3 and at = $4";
    for (indicator, unit, grain, at) in keys {
        run!(tx, sqlx::query(TEXT).bind(indicator).bind(unit).bind(grain).bind(at)).map_err(Error::of("remove a sample that counted"))?;
    }
    Ok(())
}

/// The other revisions of these samples, in log order.
///
/// # Errors
/// Any failure of the query.
pub async fn superseded(db: &Db, keys: &[Key]) -> Result<Vec<Counted>, Error> {
    const TEXT: &str = "select indicator, unit, grain, at, seq, received_at, source, time, value, numerator, denominator \
        from superseded where indicator = $1 and unit = $2 and grain = $3 and at = $4 order by seq";
    let mut found = Vec::new();
    for (indicator, unit, grain, at) in keys {
        let rows: Result<Vec<Counted>, _> =
            read!(db, conn => sqlx::query_as(TEXT).bind(indicator).bind(unit).bind(grain).bind(at).fetch_all(conn).await);
        found.extend(rows.map_err(Error::of("read superseded samples"))?);
    }
    Ok(found)
}

/// Keeps revisions that do not count.
///
/// # Errors
/// Any failure of the query.
pub async fn keep_superseded(tx: &mut Tx, rows: &[Counted]) -> Result<(), Error> {
    const HEAD: &str =
        "insert into superseded (indicator, unit, grain, at, seq, received_at, source, time, value, numerator, denominator) values ";
    for piece in pieces(rows, 64) {
        let written = run!(tx, {
            let mut query = keyed::query(HEAD, " on conflict (indicator, unit, grain, at, seq) do nothing", 11, piece.len());
            for row in piece {
                query = query.bind(row.indicator).bind(row.unit).bind(row.grain).bind(row.at).bind(row.seq).bind(row.received_at);
                query = query.bind(row.source).bind(row.time).bind(row.value).bind(row.numerator).bind(row.denominator);
            }
            query
        });
        written.map_err(Error::of("keep superseded samples"))?;
    }
    Ok(())
}

/// Takes away the other revisions of these samples, before they are kept anew.
///
/// # Errors
/// Any failure of the query.
pub async fn remove_superseded(tx: &mut Tx, keys: &[Key]) -> Result<(), Error> {
    const TEXT: &str = "delete from superseded where indicator = $1 and unit = $2 and grain = $3 and at = $4";
    for (indicator, unit, grain, at) in keys {
        run!(tx, sqlx::query(TEXT).bind(indicator).bind(unit).bind(grain).bind(at)).map_err(Error::of("remove superseded samples"))?;
    }
    Ok(())
}

/// A value that counts, with when: for medians, which do not merge from parts.
#[derive(Clone, Copy, Debug, PartialEq, sqlx::FromRow)]
pub struct Single {
    /// [`At::grain_code`] of its `at`.
    pub grain: i64,
    /// [`At::stored`] of its `at`.
    pub at: i64,
    /// The value.
    pub value: f64,
}

/// The values of one indicator and unit with `from <= at < to` as stored, of every grain.
///
/// # Errors
/// Any failure of the query.
pub async fn values(db: &Db, indicator: i64, unit: i64, from: Millis, to: Millis) -> Result<Vec<Single>, Error> {
    const TEXT: &str = "select grain, at, value from counted \
        where indicator = $1 and unit = $2 and grain in (0, 1, 2, 3, 4, 5, 6) and at >= $3 and at < $4 and value is not null";
    read!(db, conn => sqlx::query_as(TEXT).bind(indicator).bind(unit).bind(from).bind(to).fetch_all(conn).await)
        .map_err(Error::of("read the values that count"))
}
