//! Reading cases from a database server.

use rules::case::{CaseState, End, EndKind, Pause};
use rules::time::Millis;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Error as DriverError, FromRow, Row};

use super::{Key, Stored, Tabled};
use crate::error::Error;

/// One array for each part of the key: one text for any number of keys.
pub(super) async fn by_keys(pool: &PgPool, keys: &[Key]) -> Result<Vec<Stored>, Error> {
    const TEXT: &str =
        concat!("select ", columns!(), " from case_state where (service, case_id) in (select * from unnest($1::bigint[], $2::text[]))");
    let (services, cases): (Vec<i64>, Vec<&str>) = keys.iter().map(|(service, case)| (*service, case.as_str())).unzip();
    sqlx::query_as(TEXT).bind(services).bind(cases).fetch_all(pool).await.map_err(Error::of("read cases"))
}

pub(super) async fn of_service(pool: &PgPool, service: i64, after: &str, limit: i64) -> Result<Vec<Stored>, Error> {
    const TEXT: &str =
        concat!("select ", columns!(), " from case_state where service = $1 and case_id > $2 order by service, case_id limit $3");
    let query = sqlx::query_as(TEXT).bind(service).bind(after).bind(limit);
    query.fetch_all(pool).await.map_err(Error::of("read the cases of a service"))
}

pub(super) async fn all(pool: &PgPool) -> Result<Vec<Stored>, Error> {
    const TEXT: &str = concat!("select ", columns!(), " from case_state order by service, case_id");
    sqlx::query_as(TEXT).fetch_all(pool).await.map_err(Error::of("read all cases"))
}

pub(super) async fn tabled(pool: &PgPool, services: &[i64]) -> Result<Vec<Tabled>, Error> {
    const TEXT: &str = "select service, case_id, unit, submitted_at, ended_at, end_kind, due from case_state \
        where service = any($1) and submitted_at is not null";
    sqlx::query_as(TEXT).bind(services).fetch_all(pool).await.map_err(Error::of("read the cases that figures need"))
}

fn end_of(row: &PgRow, at: usize, kind: usize) -> Result<Option<End>, DriverError> {
    let (Some(ended), Some(code)) = (row.try_get::<Option<i64>, _>(at)?, row.try_get::<Option<i64>, _>(kind)?) else { return Ok(None) };
    let kind = EndKind::from_code(code).ok_or_else(|| DriverError::Decode(format!("no case ends as {code}").into()))?;
    Ok(Some(End { at: ended, kind }))
}

fn list<T: serde::de::DeserializeOwned>(row: &PgRow, column: usize) -> Result<T, DriverError> {
    serde_json::from_str(row.try_get(column)?).map_err(|cause| DriverError::Decode(Box::new(cause)))
}

/// A row as `columns!` names it.
impl FromRow<'_, PgRow> for Stored {
    fn from_row(row: &PgRow) -> Result<Self, DriverError> {
        let pauses: Vec<(Millis, Option<Millis>)> = list(row, 11)?;
        let state = CaseState {
            unit: row.try_get(2)?,
            submitted_at: row.try_get(3)?,
            completed_file_at: row.try_get(4)?,
            end: end_of(row, 5, 6)?,
            due: row.try_get(7)?,
            class: row.try_get(8)?,
            channel: row.try_get(9)?,
            area: row.try_get(10)?,
            pauses: pauses.into_iter().map(|(from, to)| Pause { from, to }).collect(),
        };
        Ok(Self { service: row.try_get(0)?, case: row.try_get(1)?, state, steps: list(row, 12)? })
    }
}

impl FromRow<'_, PgRow> for Tabled {
    fn from_row(row: &PgRow) -> Result<Self, DriverError> {
        let (service, case) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Self { service, case, unit: row.try_get(2)?, opened: row.try_get(3)?, end: end_of(row, 4, 5)?, due: row.try_get(6)? })
    }
}
