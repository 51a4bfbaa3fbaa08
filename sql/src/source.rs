//! Numbers of CloudEvents sources: the configured ones and the longer ones below them (`S/…`).

use std::collections::HashMap;

use crate::db::{Db, Tx, read, run, write};
use crate::error::Error;

/// The number of a source, given now if it has none. `parent` is the configured source it lies below.
///
/// # Errors
/// Any failure of a query.
pub async fn ensure(tx: &mut Tx, id: &str, parent: Option<i64>) -> Result<i64, Error> {
    let failed = || Error::of("give a source its number");
    const INSERT: &str = "insert into source (id, parent) values ($1, $2) on conflict (id) do nothing";
    run!(tx, sqlx::query(INSERT).bind(id).bind(parent)).map_err(failed())?;
    write!(tx, conn => sqlx::query_scalar("select no from source where id = $1").bind(id).fetch_one(conn).await).map_err(failed())
}

/// Id, number and parent of every source that has a number.
///
/// # Errors
/// Any failure of the query.
pub async fn all(db: &Db) -> Result<Vec<(String, i64, Option<i64>)>, Error> {
    read!(db, conn => sqlx::query_as("select id, no, parent from source order by no").fetch_all(conn).await)
        .map_err(Error::of("read the sources"))
}

/// The configured source of each that lies below one.
///
/// # Errors
/// Any failure of the query.
pub(crate) async fn parents(tx: &mut Tx) -> Result<HashMap<i64, i64>, Error> {
    const TEXT: &str = "select no, parent from source where parent is not null";
    let rows: Vec<(i64, i64)> =
        write!(tx, conn => sqlx::query_as(TEXT).fetch_all(conn).await).map_err(Error::of("read the sources below others"))?;
    Ok(rows.into_iter().collect())
}
