//! Reading the log in order.

use std::collections::HashSet;

use rules::at::At;
use rules::time::Millis;
use rusqlite::Connection;

use super::keys::find;
use super::steps::{steps_after, steps_between};
use super::{CaseStep, Content, NewEvent, postgres};
use crate::db::{Db, Engine, read};
use crate::error::Error;
use crate::keyed::{self, SHAPES, padded};

/// A sample with its place in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Place.
    pub seq: i64,
    /// Receipt.
    pub received_at: Millis,
    /// Number of its source.
    pub source: i64,
    /// Id within the source.
    pub event_id: String,
    /// CloudEvents time.
    pub time: Option<Millis>,
    /// Number of the unit.
    pub unit: i64,
    /// Number of the indicator.
    pub indicator: i64,
    /// When, or for which period.
    pub at: At,
    /// Value, or None for a ratio.
    pub value: Option<f64>,
    /// Numerator of a ratio.
    pub numerator: Option<f64>,
    /// Denominator of a ratio.
    pub denominator: Option<f64>,
    /// Remark.
    pub note: Option<String>,
}

/// A step of a case with its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedStep {
    /// Place.
    pub seq: i64,
    /// Receipt.
    pub received_at: Millis,
    /// Number of its source.
    pub source: i64,
    /// Id within the source.
    pub event_id: String,
    /// CloudEvents time.
    pub time: Option<Millis>,
    /// What happened to which case.
    pub what: CaseStep,
}

/// A void with its place in the log.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Void {
    /// Place.
    pub seq: i64,
    /// Receipt.
    pub received_at: Millis,
    /// Number of its source.
    pub source: i64,
    /// Id within the source.
    pub event_id: String,
    /// CloudEvents time.
    pub time: Option<Millis>,
    /// Number of the source of the event that stops counting.
    pub target_source: i64,
    /// Id of that event.
    pub target_id: String,
    /// Why.
    pub reason: String,
}

/// A row of the log.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A sample.
    Sample(Sample),
    /// A step of a case.
    Step(LoggedStep),
    /// A void.
    Void(Void),
}

impl Entry {
    /// Place in the log.
    pub fn seq(&self) -> i64 {
        match self {
            Entry::Sample(row) => row.seq,
            Entry::Step(row) => row.seq,
            Entry::Void(row) => row.seq,
        }
    }

    /// Number of its source.
    pub fn source(&self) -> i64 {
        match self {
            Entry::Sample(row) => row.source,
            Entry::Step(row) => row.source,
            Entry::Void(row) => row.source,
        }
    }

    /// Source and id of an event that may be taken back; None for a void.
    pub fn voidable(&self) -> Option<(i64, &str)> {
        match self {
            Entry::Sample(row) => Some((row.source, &row.event_id)),
            Entry::Step(row) => Some((row.source, &row.event_id)),
            Entry::Void(_) => None,
        }
    }

    /// The event as it was appended.
    pub(crate) fn event(self) -> NewEvent {
        match self {
            Entry::Sample(row) => {
                let Sample { unit, indicator, at, value, numerator, denominator, note, .. } = row;
                let content = Content::Sample { unit, indicator, at, value, numerator, denominator, note };
                NewEvent { source: row.source, id: row.event_id, time: row.time, content }
            }
            Entry::Step(row) => {
                NewEvent { source: row.source, id: row.event_id, time: row.time, content: Content::Step(Box::new(row.what)) }
            }
            Entry::Void(row) => {
                let content = Content::Void { source: row.target_source, id: row.target_id, reason: row.reason };
                NewEvent { source: row.source, id: row.event_id, time: row.time, content }
            }
        }
    }
}

/// Every column of a sample.
macro_rules! samples_columns {
    () => {
        "seq, received_at, source, event_id, time, unit, indicator, grain, at, value, numerator, denominator, note"
    };
}

/// A row as [`samples_columns!`] names it.
#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    received_at: i64,
    source: i64,
    event_id: String,
    time: Option<i64>,
    unit: i64,
    indicator: i64,
    grain: i64,
    at: i64,
    value: Option<f64>,
    numerator: Option<f64>,
    denominator: Option<f64>,
    note: Option<String>,
}

impl Row {
    fn understood(self) -> Result<Sample, Error> {
        let at = At::from_stored(self.grain, self.at).ok_or_else(|| Error::Inconsistent {
            table: "sample",
            what: format!("seq {}: grain {}, at {}", self.seq, self.grain, self.at),
        })?;
        let Row { seq, received_at, source, event_id, time, unit, indicator, value, numerator, denominator, note, .. } = self;
        Ok(Sample { seq, received_at, source, event_id, time, unit, indicator, at, value, numerator, denominator, note })
    }
}

/// The rows after a place, in log order, at most `limit` of each kind and none beyond `until`.
/// The answer is complete up to its last row.
///
/// # Errors
/// Any failure of the query; [`Error::Inconsistent`] when a row cannot be understood.
pub async fn entries_after(db: &Db, after: i64, until: i64, limit: i64) -> Result<Vec<Entry>, Error> {
    let (samples, voids, steps) = match db.engine() {
        Engine::Sqlite(pools) => {
            let question = move |connection: &Connection| rows_after(connection, after, until, limit);
            let (samples, voids, steps) = pools.bulk.ask("read the log", question).await?;
            (samples.into_iter().map(Row::understood).collect::<Result<Vec<_>, _>>()?, voids, steps)
        }
        Engine::Postgres(server) => {
            let samples = sqlx::query_as(SAMPLES).bind(after).bind(until).bind(limit).fetch_all(&server.read).await;
            let samples: Vec<Row> = samples.map_err(Error::of("read the log"))?;
            let samples = samples.into_iter().map(Row::understood).collect::<Result<Vec<_>, _>>()?;
            let reached = reached(&samples, |row| row.seq, until, limit);
            let voids = sqlx::query_as(VOIDS).bind(after).bind(reached).bind(limit).fetch_all(&server.read).await;
            let voids: Vec<Void> = voids.map_err(Error::of("read the log"))?;
            let reached = self::reached(&voids, |row| row.seq, reached, limit);
            let steps = steps_between(db, after, reached, limit).await?;
            (samples, voids, steps)
        }
    };
    // What was cut of one kind cuts the others: the rest waits for the next call.
    let cut = reached(&samples, |row| row.seq, until, limit);
    let cut = reached(&voids, |row| row.seq, cut, limit);
    let cut = reached(&steps, |row| row.seq, cut, limit);
    let mut entries = Vec::with_capacity(samples.len() + voids.len() + steps.len());
    entries.extend(samples.into_iter().filter(|row| row.seq <= cut).map(Entry::Sample));
    entries.extend(voids.into_iter().filter(|row| row.seq <= cut).map(Entry::Void));
    entries.extend(steps.into_iter().filter(|row| row.seq <= cut).map(Entry::Step));
    entries.sort_unstable_by_key(Entry::seq);
    Ok(entries)
}

const SAMPLES: &str = concat!("select ", samples_columns!(), " from sample where seq > $1 and seq <= $2 order by seq limit $3");
const VOIDS: &str = "select seq, received_at, source, event_id, time, target_source, target_id, reason \
    from void where seq > $1 and seq <= $2 order by seq limit $3";

/// Up to which place an answer of at most `limit` rows is complete.
fn reached<T>(rows: &[T], seq: impl Fn(&T) -> i64, until: i64, limit: i64) -> i64 {
    if rows.len() as i64 == limit { rows.last().map_or(until, seq).min(until) } else { until }
}

type RowsAfter = (Vec<Row>, Vec<Void>, Vec<LoggedStep>);

/// The rows of each kind after a place, in one go.
fn rows_after(connection: &Connection, after: i64, until: i64, limit: i64) -> rusqlite::Result<RowsAfter> {
    let sample = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            seq: row.get(0)?,
            received_at: row.get(1)?,
            source: row.get(2)?,
            event_id: row.get(3)?,
            time: row.get(4)?,
            unit: row.get(5)?,
            indicator: row.get(6)?,
            grain: row.get(7)?,
            at: row.get(8)?,
            value: row.get(9)?,
            numerator: row.get(10)?,
            denominator: row.get(11)?,
            note: row.get(12)?,
        })
    };
    let void = |row: &rusqlite::Row<'_>| {
        Ok(Void {
            seq: row.get(0)?,
            received_at: row.get(1)?,
            source: row.get(2)?,
            event_id: row.get(3)?,
            time: row.get(4)?,
            target_source: row.get(5)?,
            target_id: row.get(6)?,
            reason: row.get(7)?,
        })
    };
    let samples: Vec<Row> = connection.prepare_cached(SAMPLES)?.query_map([after, until, limit], sample)?.collect::<Result<_, _>>()?;
    let until = reached(&samples, |row| row.seq, until, limit);
    let voids: Vec<Void> = connection.prepare_cached(VOIDS)?.query_map([after, until, limit], void)?.collect::<Result<_, _>>()?;
    let until = reached(&voids, |row| row.seq, until, limit);
    Ok((samples, voids, steps_after(connection, after, until, limit)?))
}

/// Last place of the log; 0 when it is empty.
///
/// # Errors
/// Any failure of the query.
pub async fn head(db: &Db) -> Result<i64, Error> {
    const TEXT: &str = "select coalesce((select last_seq from batch order by no desc limit 1), 0)";
    read!(db, conn => sqlx::query_scalar(TEXT).fetch_one(conn).await).map_err(Error::of("read the head of the log"))
}

/// Receipt of the newest event.
///
/// # Errors
/// Any failure of the query.
pub async fn newest_received_at(db: &Db) -> Result<Option<Millis>, Error> {
    const TEXT: &str = "select received_at from batch order by no desc limit 1";
    read!(db, conn => sqlx::query_scalar(TEXT).fetch_optional(conn).await).map_err(Error::of("read the newest receipt"))
}

/// Last place received at or before a moment: what was known then.
///
/// # Errors
/// Any failure of the query.
pub async fn seq_at(db: &Db, known_at: Millis) -> Result<i64, Error> {
    const TEXT: &str =
        "select coalesce((select last_seq from batch where received_at <= $1 order by received_at desc, last_seq desc limit 1), 0)";
    read!(db, conn => sqlx::query_scalar(TEXT).bind(known_at).fetch_one(conn).await).map_err(Error::of("read what was known"))
}

/// Places of events by (source number, id), for those that exist.
///
/// # Errors
/// Any failure of the query.
pub async fn seqs_of_keys(db: &Db, keys: &[(i64, String)]) -> Result<Vec<(i64, String, i64)>, Error> {
    match db.engine() {
        Engine::Sqlite(pools) => {
            let keys: HashSet<(i64, String)> = keys.iter().cloned().collect();
            pools.bulk.ask("read the keys of events", move |connection: &Connection| find(connection, &keys)).await
        }
        Engine::Postgres(server) => postgres::find(&server.read, keys).await,
    }
}

/// Which of the keys (source number, id) are voided by a void at or before `until`.
///
/// # Errors
/// Any failure of the query.
pub async fn voided(db: &Db, keys: &[(i64, &str)], until: i64) -> Result<HashSet<(i64, String)>, Error> {
    const TEXT: &str = "select exists (select 1 from void where seq <= $1)";
    let any: bool = read!(db, conn => sqlx::query_scalar(TEXT).bind(until).fetch_one(conn).await).map_err(Error::of("look for voids"))?;
    let mut found = HashSet::new();
    if !any {
        return Ok(found);
    }
    const HEAD: &str = "select target_source, target_id, min(seq) from void where (target_source, target_id) in (values ";
    for piece in keys.chunks(SHAPES[0]) {
        let shape = padded(piece.len());
        let rows: Result<Vec<(i64, String, i64)>, _> = read!(db, conn => {
            let mut query = keyed::query_as(HEAD, ") group by target_source, target_id", 2, shape);
            for (source, id) in piece.iter().chain(std::iter::repeat(&piece[piece.len() - 1])).take(shape) {
                query = query.bind(source).bind(*id);
            }
            query.fetch_all(conn).await
        });
        let rows = rows.map_err(Error::of("read voids"))?;
        found.extend(rows.into_iter().filter(|(.., seq)| *seq <= until).map(|(source, id, _)| (source, id)));
    }
    Ok(found)
}

/// The samples at these places, for those that are samples, in log order.
///
/// # Errors
/// As [`entries_after`].
pub async fn samples_at(db: &Db, seqs: &[i64]) -> Result<Vec<Sample>, Error> {
    const HEAD: &str = concat!("select ", samples_columns!(), " from sample where seq in (values ");
    let mut found = Vec::new();
    for piece in seqs.chunks(SHAPES[0]) {
        let shape = padded(piece.len());
        let rows: Result<Vec<Row>, _> = read!(db, conn => {
            let mut query = keyed::query_as(HEAD, ")", 1, shape);
            for seq in piece.iter().chain(std::iter::repeat(&piece[piece.len() - 1])).take(shape) {
                query = query.bind(seq);
            }
            query.fetch_all(conn).await
        });
        for row in rows.map_err(Error::of("read samples"))? {
            found.push(row.understood()?);
        }
    }
    found.sort_unstable_by_key(|sample| sample.seq);
    found.dedup_by_key(|sample| sample.seq);
    Ok(found)
}
