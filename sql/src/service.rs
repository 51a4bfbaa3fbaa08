//! At which step the cases of each service end.

use std::collections::HashMap;

use rules::service::EndsAt;

use crate::configuration::{ServiceRow, Table};
use crate::db::{Db, read};
use crate::error::Error;

/// The step at which cases of each service end, by its number, as last said up to a revision. A service that was ended
/// keeps its word: its cases stay what they came to.
///
/// # Errors
/// Any failure of the query; [`Error::Inconsistent`] when a row is not JSON.
pub async fn ends(db: &Db, revision: i64) -> Result<HashMap<i64, EndsAt>, Error> {
    const TEXT: &str = "select s.no, c.content from configuration c join service s on s.id = c.key \
        where c.kind = $1 and c.from_revision <= $2 order by c.from_revision";
    let rows: Vec<(i64, String)> =
        read!(db, conn => sqlx::query_as(TEXT).bind(Table::Service.as_str()).bind(revision).fetch_all(conn).await)
            .map_err(Error::of("read when cases end"))?;
    let ends = |(no, content): (i64, String)| {
        let row: ServiceRow = serde_json::from_str(&content)
            .map_err(|cause| Error::Inconsistent { table: "configuration", what: format!("service no. {no}: {cause}") })?;
        Ok((no, row.ends_at))
    };
    rows.into_iter().map(ends).collect()
}
