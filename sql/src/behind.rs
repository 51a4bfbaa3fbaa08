//! Writes of what is made of the log and of the configuration: gathered first, then committed in one go.
//!
//! On an embedded store all of it crosses to one thread and back once; through the driver each statement does, and a roll-up of
//! one sample is a dozen of them. The commit does not wait for the disk: after a power cut the store may stand at an earlier
//! one, never between two, and what is missing is made again. The next commit of the log, or of [`Db::begin`], takes it along.
//! Nothing that people or machines were told is kept may be written here.

mod sqlite;

use rusqlite::types::{ToSql, ToSqlOutput, Value as Stored, ValueRef};
use sqlx::{Postgres, Transaction};

use crate::db::{Db, Durability, Engine, Lock, Server};
use crate::error::Error;
use crate::keyed::{self, pieces};
use crate::signal::{Hint, say};

pub(crate) use sqlite::Hand;

/// Statements that are committed together, in order.
#[derive(Debug, Default)]
pub struct Writes {
    statements: Vec<Statement>,
    grows: bool,
}

/// What a commit comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Version of the roll-ups since then, where [`Writes::grow_version`] asked for a new one.
    pub version: Option<i64>,
    /// Rows that were taken away by statements that say so.
    pub removed: u64,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Whole(Option<i64>),
    Real(Option<f64>),
    Text(Option<String>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Whole(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Value::Whole(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Real(Some(value))
    }
}

impl From<Option<f64>> for Value {
    fn from(value: Option<f64>) -> Self {
        Value::Real(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::Text(Some(value))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        Value::Text(value)
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Whole(value) => ToSqlOutput::Owned(value.map_or(Stored::Null, Stored::Integer)),
            Value::Real(value) => ToSqlOutput::Owned(value.map_or(Stored::Null, Stored::Real)),
            Value::Text(value) => ToSqlOutput::Borrowed(value.as_ref().map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes()))),
        })
    }
}

/// What it means how many rows a statement touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touching {
    /// Nothing.
    Any,
    /// None: then somebody else was there first and nothing is written at all.
    MustOne,
    /// They were taken away, and that is to be told.
    Removed,
}

/// How rows are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// What to say when it fails.
    pub(crate) doing: &'static str,
    pub(crate) text: Text,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {
    /// A list of tuples between two texts; on a database server at most so many rows in one statement.
    List { head: &'static str, tail: &'static str, most: usize },
    /// Row by row, with places `$1`, `$2`, … that come in this order: to SQLite they are but names.
    Each(&'static str),
}

#[derive(Debug)]
struct Statement {
    shape: Shape,
    columns: usize,
    /// Row after row.
    values: Vec<Value>,
    touching: Touching,
}

/// Where the version of the roll-ups stands.
const GROW: &str = "insert into progress (name, value) values ('rollup_version', 1) \
    on conflict (name) do update set value = progress.value + 1 returning value";

impl Writes {
    /// Adds rows of one shape; nothing when there are none.
    pub(crate) fn rows<const COLUMNS: usize>(&mut self, shape: Shape, rows: impl Iterator<Item = [Value; COLUMNS]>) {
        self.touching(shape, Touching::Any, rows);
    }

    /// The same, with a meaning of how many rows it touches.
    pub(crate) fn touching<const COLUMNS: usize>(
        &mut self,
        shape: Shape,
        touching: Touching,
        rows: impl Iterator<Item = [Value; COLUMNS]>,
    ) {
        let values: Vec<Value> = rows.flatten().collect();
        if !values.is_empty() {
            self.statements.push(Statement { shape, columns: COLUMNS, values, touching });
        }
    }

    /// Roll-ups are among what is written: gives them a new version, and a hint to other processes.
    pub fn grow_version(&mut self) {
        self.grows = true;
    }

    /// Writes all of it or nothing. None when somebody else moved a counter first that [`crate::progress::advance`] was to
    /// move; nothing was written then.
    ///
    /// # Errors
    /// As [`Db::begin`] and any statement; nothing was written then.
    pub async fn commit(self, db: &Db) -> Result<Option<Committed>, Error> {
        if self.statements.is_empty() && !self.grows {
            return Ok(Some(Committed::default()));
        }
        let turn = db.turn().await?;
        let done = match db.engine() {
            Engine::Sqlite(pools) => pools.behind.commit(self).await,
            Engine::Postgres(server) => Box::pin(self.commit_there(server)).await,
        };
        drop(turn);
        done
    }

    async fn commit_there(self, server: &Server) -> Result<Option<Committed>, Error> {
        let mut tx = server.begin(Lock::Tables, Durability::WithTheNext).await?;
        let mut done = Committed::default();
        for statement in &self.statements {
            let touched = statement.run(&mut tx).await?;
            match statement.touching {
                Touching::MustOne if touched == 0 => return Ok(None),
                Touching::Removed => done.removed += touched,
                Touching::MustOne | Touching::Any => {}
            }
        }
        if self.grows {
            let version = sqlx::query_scalar(GROW).fetch_one(&mut *tx).await.map_err(Error::of("grow the version of the roll-ups"))?;
            done.version = Some(version);
            say(&mut tx, &server.voice, Hint::Rollups).await?;
        }
        tx.commit().await.map_err(Error::of("commit"))?;
        Ok(Some(done))
    }
}

impl Statement {
    async fn run(&self, tx: &mut Transaction<'static, Postgres>) -> Result<u64, Error> {
        let rows: Vec<&[Value]> = self.values.chunks_exact(self.columns).collect();
        let mut touched = 0;
        let most = if let Text::List { most, .. } = self.shape.text { most } else { 1 };
        for piece in pieces(&rows, most) {
            let mut query = match self.shape.text {
                Text::List { head, tail, .. } => keyed::query::<Postgres>(head, tail, self.columns, piece.len()),
                Text::Each(text) => sqlx::query(text),
            };
            for value in piece.iter().copied().flatten() {
                query = match value {
                    Value::Whole(value) => query.bind(*value),
                    Value::Real(value) => query.bind(*value),
                    Value::Text(value) => query.bind(value.as_deref()),
                };
            }
            touched += query.execute(&mut **tx).await.map_err(Error::of(self.shape.doing))?.rows_affected();
        }
        Ok(touched)
    }
}
