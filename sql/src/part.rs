//! What a unit itself booked of an indicator in one smallest period, merged behind the log.
//!
//! Sums are taken in log order, so that a part grown event by event equals one computed afresh.

use rules::time::Millis;
use rusqlite::{Connection, OptionalExtension};
use sqlx::PgPool;

use crate::behind::{Shape, Text, Value, Writes};
use crate::db::{Db, Engine};
use crate::error::Error;
use crate::keyed;

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

pub(crate) fn by_keys_here(connection: &Connection, keys: &[Key]) -> rusqlite::Result<Vec<Part>> {
    const TEXT: &str = concat!("select ", columns!(), " from part where indicator = ? and unit = ? and grain = ? and start = ?");
    let mut query = connection.prepare_cached(TEXT)?;
    let found = keys.iter().map(|key| query.query_row(*key, part).optional());
    found.filter_map(Result::transpose).collect()
}

/// A row as [`columns!`] names it.
fn part(row: &rusqlite::Row<'_>) -> rusqlite::Result<Part> {
    Ok(Part {
        indicator: row.get(0)?,
        unit: row.get(1)?,
        grain: row.get(2)?,
        start: row.get(3)?,
        n: row.get(4)?,
        sum: row.get(5)?,
        min: row.get(6)?,
        max: row.get(7)?,
        last: row.get(8)?,
        last_at: row.get(9)?,
        numerator: row.get(10)?,
        denominator: row.get(11)?,
        last_numerator: row.get(12)?,
        last_denominator: row.get(13)?,
        data_at: row.get(14)?,
        source: row.get(15)?,
        last_seq: row.get(16)?,
    })
}

pub(crate) async fn by_keys_there(pool: &PgPool, keys: &[Key]) -> Result<Vec<Part>, Error> {
    const TEXT: &str = concat!(
        "select ",
        columns!(),
        " from part where (indicator, unit, grain, start) in (select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]))"
    );
    keyed::by_four(pool, TEXT, keys).await.map_err(Error::of("read parts"))
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
    match db.engine() {
        Engine::Sqlite(pools) => {
            let question = move |connection: &Connection| {
                connection.prepare_cached(TEXT)?.query_map((indicator, unit, from, to), part)?.collect::<rusqlite::Result<Vec<Part>>>()
            };
            pools.bulk.ask("read parts", question).await
        }
        Engine::Postgres(server) => {
            let query = sqlx::query_as(TEXT).bind(indicator).bind(unit).bind(from).bind(to);
            query.fetch_all(&server.read).await.map_err(Error::of("read parts"))
        }
    }
}

/// The parts of one indicator that start in `from <= start <= to` (day numbers), of all units.
///
/// # Errors
/// Any failure of the query.
pub async fn of_indicator(db: &Db, indicator: i64, from: i64, to: i64) -> Result<Vec<Part>, Error> {
    const TEXT: &str = concat!("select ", columns!(), " from part where indicator = $1 and start between $2 and $3");
    match db.engine() {
        Engine::Sqlite(pools) => {
            let question = move |connection: &Connection| {
                connection.prepare_cached(TEXT)?.query_map((indicator, from, to), part)?.collect::<rusqlite::Result<Vec<Part>>>()
            };
            pools.bulk.ask("read parts", question).await
        }
        Engine::Postgres(server) => {
            let query = sqlx::query_as(TEXT).bind(indicator).bind(from).bind(to);
            query.fetch_all(&server.read).await.map_err(Error::of("read parts"))
        }
    }
}

/// Writes parts, replacing those with the same key.
pub fn put(writes: &mut Writes, rows: &[Part]) {
    const PUT: Shape = Shape {
        doing: "write parts",
        text: Text::List {
            head: concat!("insert into part (", columns!(), ") values "),
            tail: " on conflict (indicator, unit, grain, start) do update set n = excluded.n, sum = excluded.sum, min = excluded.min, \
            max = excluded.max, last = excluded.last, last_at = excluded.last_at, numerator = excluded.numerator, \
            denominator = excluded.denominator, last_numerator = excluded.last_numerator, last_denominator = excluded.last_denominator, \
            data_at = excluded.data_at, source = excluded.source, last_seq = excluded.last_seq",
            most: 64,
        },
    };
    let values = |row: &Part| -> [Value; 17] {
        let [indicator, unit, grain, start] = [row.indicator, row.unit, row.grain, row.start].map(Value::from);
        let [min, max, last, last_numerator, last_denominator] =
            [row.min, row.max, row.last, row.last_numerator, row.last_denominator].map(Value::from);
        let [sum, numerator, denominator] = [row.sum, row.numerator, row.denominator].map(Value::from);
        let [n, last_at, data_at, source, last_seq] = [row.n, row.last_at, row.data_at, row.source, row.last_seq].map(Value::from);
        [
            indicator,
            unit,
            grain,
            start,
            n,
            sum,
            min,
            max,
            last,
            last_at,
            numerator,
            denominator,
            last_numerator,
            last_denominator,
            data_at,
            source,
            last_seq,
        ]
    };
    writes.rows(PUT, rows.iter().map(values));
}

/// Takes parts away: nothing counts in them any more.
pub fn remove(writes: &mut Writes, keys: &[Key]) {
    const REMOVE: Shape = Shape {
        doing: "remove parts",
        text: Text::List { head: "delete from part where (indicator, unit, grain, start) in (values ", tail: ")", most: 512 },
    };
    writes.rows(REMOVE, keys.iter().map(|&(indicator, unit, grain, start)| [indicator, unit, grain, start].map(Value::from)));
}
