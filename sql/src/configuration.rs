//! Configuration as it was between two revisions: the rows that `pantau apply` writes.
//!
//! Owns the row shapes of the files and their versions. Must never know how a file looks or whether
//! a row makes sense; `apply` checks that before it records.

mod rows;

use rules::time::Millis;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::db::{Db, Tx, read, run, write};
use crate::error::Error;
use crate::signal::{Hint, tell};

pub use rows::{
    BandsRow, BoardRow, CalendarRow, DayOffRow, GroupRow, HoursRow, IndicatorRow, RamadanRow, ServiceRow, SourceRow, TargetRow, TileRow,
    UnitRow, WeekRow,
};

/// The actor of revisions that an import makes: nobody has confirmed their rows in a file yet.
pub const IMPORT_ACTOR: &str = "import";

/// The kind of a unit that an import made.
pub const UNCONFIRMED: &str = "unconfirmed";

/// The tables of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// [`UnitRow`], key `id`.
    Unit,
    /// [`IndicatorRow`], key `id`.
    Indicator,
    /// [`ServiceRow`], key `id`.
    Service,
    /// [`TargetRow`], key `indicator|unit or *|period`.
    Target,
    /// [`BandsRow`], key `id|valid_from`.
    Bands,
    /// [`SourceRow`], key `id`.
    Source,
    /// [`BoardRow`], key `id`.
    Board,
    /// [`CalendarRow`], key `id|valid_from`.
    Calendar,
    /// [`RamadanRow`], key `from`.
    Ramadan,
    /// [`DayOffRow`], key `date`.
    DayOff,
}

/// A row to write: what stands under `key` from this revision on.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its table.
    pub table: Table,
    /// Its key there.
    pub key: String,
    /// The row struct of the table as JSON.
    pub content: Value,
}

/// A row as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its key.
    pub key: String,
    /// The row struct of the table as JSON.
    pub content: Value,
}

/// The revision in force: its number and when it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Number, from 1; 0 before the first.
    pub no: i64,
    /// When it was recorded.
    pub recorded_at: Millis,
}

impl Table {
    /// All of them, in the order in which they may refer to each other.
    pub const ALL: [Table; 10] = [
        Table::Calendar,
        Table::Ramadan,
        Table::DayOff,
        Table::Unit,
        Table::Service,
        Table::Indicator,
        Table::Source,
        Table::Bands,
        Table::Target,
        Table::Board,
    ];

    /// The word in the column `kind` and in what `apply` prints.
    pub fn as_str(self) -> &'static str {
        match self {
            Table::Unit => "unit",
            Table::Indicator => "indicator",
            Table::Service => "service",
            Table::Target => "target",
            Table::Bands => "bands",
            Table::Source => "source",
            Table::Board => "board",
            Table::Calendar => "calendar",
            Table::Ramadan => "ramadan",
            Table::DayOff => "day off",
        }
    }
}

/// The rows of a table as they stand now, by key.
///
/// # Errors
/// Any failure of the query; [`Error::Inconsistent`] when a row is not JSON.
pub async fn current(db: &Db, table: Table) -> Result<Vec<Row>, Error> {
    as_of_revision(db, table, i64::MAX).await
}

/// The rows of a table as they stood in a revision, by key.
///
/// # Errors
/// As [`current`].
pub async fn as_of_revision(db: &Db, table: Table, revision: i64) -> Result<Vec<Row>, Error> {
    const TEXT: &str = "select key, content from configuration \
        where kind = $1 and from_revision <= $2 and (to_revision is null or to_revision > $2) order by key";
    let rows: Vec<(String, String)> = read!(db, conn => sqlx::query_as(TEXT).bind(table.as_str()).bind(revision).fetch_all(conn).await)
        .map_err(Error::of("read the configuration"))?;
    rows.into_iter()
        .map(|(key, content)| {
            let content = serde_json::from_str(&content)
                .map_err(|cause| Error::Inconsistent { table: "configuration", what: format!("{} {key}: {cause}", table.as_str()) })?;
            Ok(Row { key, content })
        })
        .collect()
}

/// Keys of the rows in force whose newest change this actor recorded.
///
/// # Errors
/// Any failure of the query.
pub async fn written_by(db: &Db, table: Table, actor: &str) -> Result<Vec<String>, Error> {
    const TEXT: &str = "select c.key from configuration c join revision r on r.no = c.from_revision \
        where c.kind = $1 and c.to_revision is null and r.actor = $2 order by c.key";
    read!(db, conn => sqlx::query_scalar(TEXT).bind(table.as_str()).bind(actor).fetch_all(conn).await)
        .map_err(Error::of("read who wrote the configuration"))
}

/// The newest revision recorded at or before `known_at`; the newest of all for None.
///
/// # Errors
/// Any failure of the query.
pub async fn revision(db: &Db, known_at: Option<Millis>) -> Result<Revision, Error> {
    const TEXT: &str = "select no, recorded_at from revision where recorded_at <= $1 order by no desc limit 1";
    let found: Option<(i64, i64)> = read!(db, conn => sqlx::query_as(TEXT).bind(known_at.unwrap_or(i64::MAX)).fetch_optional(conn).await)
        .map_err(Error::of("read the revision"))?;
    Ok(found.map_or(Revision { no: 0, recorded_at: 0 }, |(no, recorded_at)| Revision { no, recorded_at }))
}

/// Records a revision: closes what is ended or replaced, adds what is put, gives numbers to new ids.
/// Returns the number of the revision.
///
/// # Errors
/// Any failure of a query; the transaction is then of no use.
pub async fn record(tx: &mut Tx, now: Millis, actor: &str, put: &[Change], end: &[(Table, String)]) -> Result<i64, Error> {
    let failed = || Error::of("record the configuration");
    let last: Option<(i64, Vec<u8>)> =
        write!(tx, conn => sqlx::query_as("select no, digest from revision order by no desc limit 1").fetch_optional(conn).await)
            .map_err(failed())?;
    let (before, digest_before) = last.unwrap_or_default();
    let revision = before + 1;
    let closing = end.iter().map(|(table, key)| (*table, key.as_str())).chain(put.iter().map(|row| (row.table, row.key.as_str())));
    for (table, key) in closing {
        const TEXT: &str = "update configuration set to_revision = $1 where kind = $2 and key = $3 and to_revision is null";
        run!(tx, sqlx::query(TEXT).bind(revision).bind(table.as_str()).bind(key)).map_err(failed())?;
    }
    for row in put {
        number(tx, row.table, &row.key).await?;
        const TEXT: &str = "insert into configuration (kind, key, from_revision, content) values ($1, $2, $3, $4)";
        let content = row.content.to_string();
        run!(tx, sqlx::query(TEXT).bind(row.table.as_str()).bind(&row.key).bind(revision).bind(content)).map_err(failed())?;
    }
    let mut ended: Vec<(&str, &str)> = end.iter().map(|(table, key)| (table.as_str(), key.as_str())).collect();
    let mut written: Vec<(&str, &str, String)> =
        put.iter().map(|row| (row.table.as_str(), row.key.as_str(), row.content.to_string())).collect();
    let digest = digest_of(&digest_before, now, actor, &mut written, &mut ended);
    const TEXT: &str = "insert into revision (no, recorded_at, actor, digest) values ($1, $2, $3, $4)";
    run!(tx, sqlx::query(TEXT).bind(revision).bind(now).bind(actor).bind(digest)).map_err(failed())?;
    tell(tx, Hint::Registry).await?;
    Ok(revision)
}

/// Gives a unit, service, indicator or source its number.
async fn number(tx: &mut Tx, table: Table, key: &str) -> Result<(), Error> {
    let text = match table {
        Table::Unit => "insert into unit (id) values ($1) on conflict (id) do nothing",
        Table::Indicator => "insert into indicator (id) values ($1) on conflict (id) do nothing",
        Table::Service => "insert into service (id) values ($1) on conflict (id) do nothing",
        Table::Source => "insert into source (id) values ($1) on conflict (id) do nothing",
        Table::Target | Table::Bands | Table::Board | Table::Calendar | Table::Ramadan | Table::DayOff => return Ok(()),
    };
    run!(tx, sqlx::query(text).bind(key)).map_err(Error::of("give a number"))?;
    Ok(())
}

/// SHA-256 over the digest before, the moment, the actor and the rows put and ended, in key order.
pub(crate) fn digest_of(
    before: &[u8],
    recorded_at: Millis,
    actor: &str,
    put: &mut [(&str, &str, String)],
    ended: &mut [(&str, &str)],
) -> Vec<u8> {
    put.sort_unstable();
    ended.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(recorded_at.to_le_bytes());
    hash.update(actor.as_bytes());
    for (kind, key, content) in put {
        for text in [*kind, *key, content.as_str()] {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
    }
    for (kind, key) in ended {
        for text in [*kind, *key] {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
    }
    hash.finalize().to_vec()
}

/// Rows that were put, changed or ended after a revision: (word of the table, key).
///
/// # Errors
/// Any failure of the query.
pub async fn changed_since(db: &Db, revision: i64) -> Result<Vec<(String, String)>, Error> {
    const TEXT: &str = "select distinct kind, key from configuration where from_revision > $1 or to_revision > $1";
    read!(db, conn => sqlx::query_as(TEXT).bind(revision).fetch_all(conn).await).map_err(Error::of("read what was changed"))
}
