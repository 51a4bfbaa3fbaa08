//! The revision of each sample that counts: (indicator, unit, at), merged behind the log.

use rules::at::At;
use rules::time::Millis;
use rusqlite::{Connection, OptionalExtension};
use sqlx::PgPool;

use crate::behind::{Shape, Text, Value, Writes};
use crate::db::{Db, Engine, read};
use crate::error::Error;
use crate::keyed;
use crate::part::{self, Part};

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

/// The rows of these keys and the parts of those, for those that exist.
///
/// # Errors
/// Any failure of a query.
pub async fn with_parts(db: &Db, keys: Vec<Key>, parts: Vec<part::Key>) -> Result<(Vec<Counted>, Vec<Part>), Error> {
    match db.engine() {
        Engine::Sqlite(pools) => {
            let question = move |connection: &Connection| Ok((by_keys_here(connection, &keys)?, part::by_keys_here(connection, &parts)?));
            pools.bulk.ask("read the samples that count", question).await
        }
        Engine::Postgres(server) => Ok((by_keys_there(&server.read, &keys).await?, part::by_keys_there(&server.read, &parts).await?)),
    }
}

fn by_keys_here(connection: &Connection, keys: &[Key]) -> rusqlite::Result<Vec<Counted>> {
    const TEXT: &str = "select seq, received_at, source, time, value, numerator, denominator \
        from counted where indicator = ? and unit = ? and grain = ? and at = ?";
    let mut query = connection.prepare_cached(TEXT)?;
    let mut found = Vec::new();
    for &(indicator, unit, grain, at) in keys {
        let counted = |row: &rusqlite::Row<'_>| {
            Ok(Counted {
                indicator,
                unit,
                grain,
                at,
                seq: row.get(0)?,
                received_at: row.get(1)?,
                source: row.get(2)?,
                time: row.get(3)?,
                value: row.get(4)?,
                numerator: row.get(5)?,
                denominator: row.get(6)?,
            })
        };
        found.extend(query.query_row((indicator, unit, grain, at), counted).optional()?);
    }
    Ok(found)
}

async fn by_keys_there(pool: &PgPool, keys: &[Key]) -> Result<Vec<Counted>, Error> {
    const TEXT: &str = "select indicator, unit, grain, at, seq, received_at, source, time, value, numerator, denominator \
        from counted where (indicator, unit, grain, at) in (select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]))";
    keyed::by_four(pool, TEXT, keys).await.map_err(Error::of("read the samples that count"))
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
pub fn put(writes: &mut Writes, rows: &[Counted]) {
    const PUT: Shape = Shape {
        doing: "write the samples that count",
        text: Text::List {
            head: "insert into counted (indicator, unit, grain, at, seq, received_at, source, time, value, numerator, denominator) values ",
            tail: " on conflict (indicator, unit, grain, at) do update set seq = excluded.seq, received_at = excluded.received_at, \
            source = excluded.source, time = excluded.time, value = excluded.value, numerator = excluded.numerator, \
            denominator = excluded.denominator",
            most: 64,
        },
    };
    writes.rows(PUT, rows.iter().map(row_values));
}

/// Takes rows away: nothing counts under these keys any more.
pub fn remove(writes: &mut Writes, keys: &[Key]) {
    const REMOVE: Shape = Shape {
        doing: "remove samples that counted",
        text: Text::List { head: "delete from counted where (indicator, unit, grain, at) in (values ", tail: ")", most: 512 },
    };
    writes.rows(REMOVE, keys.iter().map(key_values));
}

fn row_values(row: &Counted) -> [Value; 11] {
    let [indicator, unit, grain, at, seq, received_at, source] =
        [row.indicator, row.unit, row.grain, row.at, row.seq, row.received_at, row.source].map(Value::from);
    let [value, numerator, denominator] = [row.value, row.numerator, row.denominator].map(Value::from);
    [indicator, unit, grain, at, seq, received_at, source, row.time.into(), value, numerator, denominator]
}

fn key_values(&(indicator, unit, grain, at): &Key) -> [Value; 4] {
    [indicator, unit, grain, at].map(Value::from)
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
pub fn keep_superseded(writes: &mut Writes, rows: &[Counted]) {
    const KEEP: Shape = Shape {
        doing: "keep superseded samples",
        text: Text::List {
            head: "insert into superseded (indicator, unit, grain, at, seq, received_at, source, time, value, numerator, denominator) values ",
            tail: " on conflict (indicator, unit, grain, at, seq) do nothing",
            most: 64,
        },
    };
    writes.rows(KEEP, rows.iter().map(row_values));
}

/// Takes away the other revisions of these samples, before they are kept anew.
pub fn remove_superseded(writes: &mut Writes, keys: &[Key]) {
    const REMOVE: Shape = Shape {
        doing: "remove superseded samples",
        text: Text::List { head: "delete from superseded where (indicator, unit, grain, at) in (values ", tail: ")", most: 512 },
    };
    writes.rows(REMOVE, keys.iter().map(key_values));
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
