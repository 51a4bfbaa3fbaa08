//! What was last said of each service.

use std::collections::HashMap;

use rules::service::{Service, Standard};

use crate::configuration::{ServiceRow, Table};
use crate::db::{Db, read};
use crate::error::Error;

/// The services by number, as last said up to a revision. A service that was ended keeps its word: its cases stay what they
/// came to.
///
/// # Errors
/// Any failure of the query; [`Error::Inconsistent`] when a row is not JSON.
pub async fn last_words(db: &Db, revision: i64) -> Result<HashMap<i64, Service>, Error> {
    const TEXT: &str = "select s.no, c.content from configuration c join service s on s.id = c.key \
        where c.kind = $1 and c.from_revision <= $2 order by c.from_revision";
    let rows: Vec<(i64, String)> =
        read!(db, conn => sqlx::query_as(TEXT).bind(Table::Service.as_str()).bind(revision).fetch_all(conn).await)
            .map_err(Error::of("read what was said of services"))?;
    let said = |(no, content): (i64, String)| {
        let row: ServiceRow = serde_json::from_str(&content)
            .map_err(|cause| Error::Inconsistent { table: "configuration", what: format!("service no. {no}: {cause}") })?;
        Ok((no, service_of(no, row)))
    };
    rows.into_iter().map(said).collect()
}

/// The service that a row says.
pub(crate) fn service_of(no: i64, row: ServiceRow) -> Service {
    let standard = row.standard.zip(row.standard_unit).map(|(amount, unit)| Standard { amount, unit });
    let ServiceRow { id, name, name_en, ends_at, calendar, owner, .. } = row;
    Service { no, id, name, name_en, standard, ends_at, calendar, owner }
}
