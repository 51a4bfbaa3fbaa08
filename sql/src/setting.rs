//! Facts about the store that must not change under what is stored, by name.

use crate::db::{Db, Tx, read, run};
use crate::error::Error;

/// Name of the region's time zone by which days were told apart.
pub const TIMEZONE: &str = "timezone";
/// Name of what keeps the pseudonyms of cases from being guessed; also the views of `bi` make them with it.
pub const CASE_SALT: &str = "case_salt";

/// The value of a setting; None before its first write.
///
/// # Errors
/// Any failure of the query.
pub async fn get(db: &Db, name: &str) -> Result<Option<String>, Error> {
    const TEXT: &str = "select value from setting where name = $1";
    read!(db, conn => sqlx::query_scalar(TEXT).bind(name).fetch_optional(conn).await).map_err(Error::of("read a setting"))
}

/// Sets a setting that has no value yet.
///
/// # Errors
/// Any failure of the query.
pub async fn set_once(tx: &mut Tx, name: &str, value: &str) -> Result<(), Error> {
    const TEXT: &str = "insert into setting (name, value) values ($1, $2) on conflict (name) do nothing";
    run!(tx, sqlx::query(TEXT).bind(name).bind(value)).map_err(Error::of("set a setting"))?;
    Ok(())
}
