//! Parts that changed and whose windows outside the boards wait to be rolled up.

use crate::behind::{Shape, Text, Value, Writes};
use crate::db::{Db, read};
use crate::error::Error;

/// The unit of a mark that stands for everything of an indicator.
pub const EVERY_UNIT: i64 = 0;

/// A changed part; with unit [`EVERY_UNIT`] a whole indicator, or if it has a grain, the windows that began since a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, sqlx::FromRow)]
pub struct Mark {
    /// Number of the indicator.
    pub indicator: i64,
    /// Number of the unit, or [`EVERY_UNIT`].
    pub unit: i64,
    /// `Every::code` of the part; 0 for a whole indicator.
    pub grain: i64,
    /// First day of the part, as a day number.
    pub start: i64,
}

/// Marks of the indicator whose number is lowest, at most `limit`.
///
/// # Errors
/// Any failure of the query.
pub async fn take(db: &Db, limit: i64) -> Result<Vec<Mark>, Error> {
    const TEXT: &str = "select indicator, unit, grain, start from mark order by indicator, unit, grain, start limit $1";
    read!(db, conn => sqlx::query_as(TEXT).bind(limit).fetch_all(conn).await).map_err(Error::of("read marks"))
}

/// How many there are.
///
/// # Errors
/// Any failure of the query.
pub async fn count(db: &Db) -> Result<i64, Error> {
    read!(db, conn => sqlx::query_scalar("select count(*) from mark").fetch_one(conn).await).map_err(Error::of("count marks"))
}

/// Adds marks; one that is there already stays one.
pub fn put(writes: &mut Writes, marks: &[Mark]) {
    const PUT: Shape = Shape {
        doing: "write marks",
        text: Text::List {
            head: "insert into mark (indicator, unit, grain, start) values ",
            tail: " on conflict (indicator, unit, grain, start) do nothing",
            most: 512,
        },
    };
    writes.rows(PUT, marks.iter().map(values));
}

/// Takes away marks whose windows are rolled up.
pub fn remove(writes: &mut Writes, marks: &[Mark]) {
    const REMOVE: Shape = Shape {
        doing: "remove marks",
        text: Text::List { head: "delete from mark where (indicator, unit, grain, start) in (values ", tail: ")", most: 512 },
    };
    writes.rows(REMOVE, marks.iter().map(values));
}

/// Takes away all marks of an indicator.
pub fn remove_of_indicator(writes: &mut Writes, indicator: i64) {
    const REMOVE: Shape = Shape {
        doing: "remove the marks of an indicator",
        text: Text::List { head: "delete from mark where indicator in (values ", tail: ")", most: 1 },
    };
    writes.rows(REMOVE, std::iter::once([indicator.into()]));
}

fn values(mark: &Mark) -> [Value; 4] {
    [mark.indicator.into(), mark.unit.into(), mark.grain.into(), mark.start.into()]
}
