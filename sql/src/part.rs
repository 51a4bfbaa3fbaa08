//! What a unit itself booked of an indicator in one smallest period, merged behind the log.
//!
//! Sums are taken in log order, so that a part grown event by event equals one computed afresh.

use rules::time::Millis;

use crate::db::{Db, Tx, read, run};
use crate::error::Error;
use crate::keyed::{self, SHAPES, padded, pieces};

/// A part: instants of a day (grain 1), or samples given for one period (grain 1 to 6).
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Part {
    /// Number of the indicator.
    pub indicator: i64,
    /// Number of the unit.
    pub unit: i64,
    /// `Every::code` of its period.
    pub grain: i64,
    /// First day of its period, as a day number.
    pub start: i64,
    /// Samples in it.
    pub n: i64,
    /// Their sum.
    pub sum: f64,
    /// The least; None for a ratio.
    pub min: Option<f64>,
    /// The greatest; None for a ratio.
    pub max: Option<f64>,
    /// The one that stands last in time, by log order among equals; for a ratio numerator / denominator is not taken here.
    pub last: Option<f64>,
    /// Where it stands: the instant, or the end of its period.
    pub last_at: Millis,
    /// Sum of the numerators.
    pub numerator: f64,
    /// Sum of the denominators.
    pub denominator: f64,
    /// Numerator of the one that stands last.
    pub last_numerator: Option<f64>,
    /// Denominator of the one that stands last.
    pub last_denominator: Option<f64>,
    /// Newest moment of data in it: the instant, or for a period the earlier of its end and the receipt.
    pub data_at: Millis,
    /// Number of the source of that.
    pub source: i64,
    /// Greatest place in the log that is merged.
    pub last_seq: i64,
}

/// Names a part: (indicator, unit, grain, start).
pub type Key = (i64, i64, i64, i64);

impl Part {
    /// Its key.
    pub fn key(&self) -> Key {
        (self.indicator, self.unit, self.grain, self.start)
    }
}

macro_rules! columns {
    () => {
        "indicator, unit, grain, start, n, sum, min, max, last, last_at, numerator, denominator, \
         last_numerator, last_denominator, data_at, source, last_seq"
    };
}

/// The parts of these keys, for those that exist.
///
/// # Errors
/// Any failure of the query.
pub async fn by_keys(db: &Db, keys: &[Key]) -> Result<Vec<Part>, Error> {
    const HEAD: &str = concat!("select ", columns!(), " from part where (indicator, unit, grain, start) in (values ");
    let mut found = Vec::new();
    for piece in keys.chunks(SHAPES[0]) {
        let shape = padded(piece.len());
        let rows: Result<Vec<Part>, _> = read!(db, conn => {
            let mut query = keyed::query_as(HEAD, ")", 4, shape);
            for (indicator, unit, grain, start) in piece.iter().chain(std::iter::repeat(&piece[piece.len() - 1])).take(shape) {
                query = query.bind(indicator).bind(unit).bind(grain).bind(start);
            }
            query.fetch_all(conn).await
        });
        found.extend(rows.map_err(Error::of("read parts"))?);
    }
    Ok(found)
}

/// The parts of one indicator and unit that start in `from <= start <= to` (day numbers).
///
/// # Errors
/// Any failure of the query.
pub async fn of_unit(db: &Db, indicator: i64, unit: i64, from: i64, to: i64) -> Result<Vec<Part>, Error> {
    const TEXT: &str = concat!(
        "select ",
        columns!(),
        " from part where indicator = $1 and unit = $2 and grain in (1, 2, 3, 4, 5, 6) and start between $3 and $4 order by start, grain"
    );
    read!(db, conn => sqlx::query_as(TEXT).bind(indicator).bind(unit).bind(from).bind(to).fetch_all(conn).await)
        .map_err(Error::of("read parts"))
}

/// The parts of one indicator that start in `from <= start <= to` (day numbers), of all units.
///
/// # Errors
/// Any failure of the query.
pub async fn of_indicator(db: &Db, indicator: i64, from: i64, to: i64) -> Result<Vec<Part>, Error> {
    const TEXT: &str = concat!("select ", columns!(), " from part where indicator = $1 and start between $2 and $3");
    read!(db, conn => sqlx::query_as(TEXT).bind(indicator).bind(from).bind(to).fetch_all(conn).await).map_err(Error::of("read parts"))
}

/// Writes parts, replacing those with the same key.
///
/// # Errors
/// Any failure of the query.
pub async fn put(tx: &mut Tx, rows: &[Part]) -> Result<(), Error> {
    const HEAD: &str = concat!("insert into part (", columns!(), ") values ");
    const TAIL: &str = " on conflict (indicator, unit, grain, start) do update set n = excluded.n, sum = excluded.sum, min = excluded.min, \
        max = excluded.max, last = excluded.last, last_at = excluded.last_at, numerator = excluded.numerator, denominator = excluded.denominator, \
        last_numerator = excluded.last_numerator, last_denominator = excluded.last_denominator, data_at = excluded.data_at, \
        source = excluded.source, last_seq = excluded.last_seq";
    for piece in pieces(rows, 64) {
        let written = run!(tx, {
            let mut query = keyed::query(HEAD, TAIL, 17, piece.len());
            for row in piece {
                query = query.bind(row.indicator).bind(row.unit).bind(row.grain).bind(row.start).bind(row.n);
                query = query.bind(row.sum).bind(row.min).bind(row.max).bind(row.last).bind(row.last_at);
                query = query.bind(row.numerator).bind(row.denominator).bind(row.last_numerator).bind(row.last_denominator);
                query = query.bind(row.data_at).bind(row.source).bind(row.last_seq);
            }
            query
        });
        written.map_err(Error::of("write parts"))?;
    }
    Ok(())
}

/// Takes parts away: nothing counts in them any more.
///
/// # Errors
/// Any failure of the query.
pub async fn remove(tx: &mut Tx, keys: &[Key]) -> Result<(), Error> {
    const TEXT: &str = "delete from part where indicator = $1 and unit = $2 and grain = $3 and start = $4";
    for (indicator, unit, grain, start) in keys {
        run!(tx, sqlx::query(TEXT).bind(indicator).bind(unit).bind(grain).bind(start)).map_err(Error::of("remove a part"))?;
    }
    Ok(())
}
