//! Reading roll-ups from a database server, many at once. None stands for a row whose status cannot be.

use rules::status::Status;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Error as DriverError, Row};

use super::{Key, Own, Rollup};
use crate::error::Error;

/// A row as `columns!` names it, by place: there are many, and names are looked up for each.
fn understood(row: &PgRow) -> Result<Option<Rollup>, DriverError> {
    let Some(status) = Status::from_code(row.try_get(19)?) else { return Ok(None) };
    Ok(Some(Rollup {
        key: Key { every: row.try_get(0)?, start: row.try_get(1)?, indicator: row.try_get(2)?, unit: row.try_get(3)? },
        own: Own {
            value: row.try_get(4)?,
            numerator: row.try_get(5)?,
            denominator: row.try_get(6)?,
            n: row.try_get(7)?,
            data_at: row.try_get(8)?,
            source: row.try_get(9)?,
        },
        value: row.try_get(10)?,
        numerator: row.try_get(11)?,
        denominator: row.try_get(12)?,
        n: row.try_get(13)?,
        data_at: row.try_get(14)?,
        source: row.try_get(15)?,
        target: row.try_get(16)?,
        target_high: row.try_get(17)?,
        achievement: row.try_get(18)?,
        status,
        as_of: row.try_get(20)?,
        computed_at: row.try_get(21)?,
        revision: row.try_get(22)?,
        next_due: row.try_get(23)?,
    }))
}

fn collect(rows: Result<Vec<PgRow>, DriverError>) -> Result<Vec<Option<Rollup>>, Error> {
    let found = rows.and_then(|rows| rows.iter().map(understood).collect());
    found.map_err(Error::of("read roll-ups"))
}

/// One array for each part of the key: one text for any number of keys.
pub(super) async fn by_keys(pool: &PgPool, keys: &[Key]) -> Result<Vec<Option<Rollup>>, Error> {
    const TEXT: &str = concat!(
        "select ",
        columns!(),
        " from rollup where (every, start, indicator, unit) in (select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]))"
    );
    let column = |part: fn(&Key) -> i64| keys.iter().map(part).collect::<Vec<i64>>();
    let query = sqlx::query(TEXT).bind(column(|key| key.every)).bind(column(|key| key.start));
    collect(query.bind(column(|key| key.indicator)).bind(column(|key| key.unit)).fetch_all(pool).await)
}

pub(super) async fn of_kind(pool: &PgPool, every: i64, from: i64, to: i64) -> Result<Vec<Option<Rollup>>, Error> {
    const TEXT: &str =
        concat!("select ", columns!(), " from rollup where every = $1 and start between $2 and $3 order by every, start, indicator, unit");
    collect(sqlx::query(TEXT).bind(every).bind(from).bind(to).fetch_all(pool).await)
}

pub(super) async fn of_window(pool: &PgPool, every: i64, start: i64, indicator: i64) -> Result<Vec<Option<Rollup>>, Error> {
    const TEXT: &str = concat!("select ", columns!(), " from rollup where every = $1 and start = $2 and indicator = $3");
    collect(sqlx::query(TEXT).bind(every).bind(start).bind(indicator).fetch_all(pool).await)
}
