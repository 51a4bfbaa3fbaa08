//! Parts that changed and whose windows outside the boards wait to be rolled up.

use crate::db::{Db, Tx, read, run};
use crate::error::Error;
use crate::keyed::{self, pieces};

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
///
/// # Errors
/// Any failure of the query.
pub async fn put(tx: &mut Tx, marks: &[Mark]) -> Result<(), Error> {
    const HEAD: &str = "insert into mark (indicator, unit, grain, start) values ";
    for piece in pieces(marks, 512) {
        let written = run!(tx, {
            let mut query = keyed::query(HEAD, " on conflict (indicator, unit, grain, start) do nothing", 4, piece.len());
            for mark in piece {
                query = query.bind(mark.indicator).bind(mark.unit).bind(mark.grain).bind(mark.start);
            }
            query
        });
        written.map_err(Error::of("write marks"))?;
    }
    Ok(())
}

/// Takes away marks whose windows are rolled up.
///
/// # Errors
/// Any failure of the query.
pub async fn remove(tx: &mut Tx, marks: &[Mark]) -> Result<(), Error> {
    const HEAD: &str = "delete from mark where (indicator, unit, grain, start) in (values ";
    for piece in pieces(marks, 512) {
        let written = run!(tx, {
            let mut query = keyed::query(HEAD, ")", 4, piece.len());
            for mark in piece {
                query = query.bind(mark.indicator).bind(mark.unit).bind(mark.grain).bind(mark.start);
            }
            query
        });
        written.map_err(Error::of("remove marks"))?;
    }
    Ok(())
}

/// Takes away all marks of an indicator.
///
/// # Errors
/// Any failure of the query.
pub async fn remove_of_indicator(tx: &mut Tx, indicator: i64) -> Result<(), Error> {
    run!(tx, sqlx::query("delete from mark where indicator = $1").bind(indicator)).map_err(Error::of("remove marks"))?;
    Ok(())
}
