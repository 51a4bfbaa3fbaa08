//! Numbers of CloudEvents sources: the configured ones and the longer ones below them (`S/…`).

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;

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

/// The configured source of each of these that lies below one. A number keeps its parent, so what was read once is remembered.
///
/// # Errors
/// Any failure of the query.
pub(crate) async fn configured(db: &Db, sources: HashSet<i64>) -> Result<HashMap<i64, i64>, Error> {
    let missing = {
        let known = db.parents().lock().unwrap_or_else(PoisonError::into_inner);
        sources.iter().any(|no| !known.contains_key(no))
    };
    if missing {
        let all = all(db).await?;
        db.parents().lock().unwrap_or_else(PoisonError::into_inner).extend(all.into_iter().map(|(_, no, parent)| (no, parent)));
    }
    let known = db.parents().lock().unwrap_or_else(PoisonError::into_inner);
    Ok(sources.into_iter().filter_map(|no| Some((no, known.get(&no).copied().flatten()?))).collect())
}
