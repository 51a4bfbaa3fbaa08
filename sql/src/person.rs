//! People who sign in.

use rules::time::Millis;

use crate::db::{Db, Tx, read, run, write};
use crate::error::Error;

/// A person.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Person {
    /// Number.
    pub no: i64,
    /// Name to sign in with.
    pub name: String,
    /// Password hash, a PHC string.
    pub password: String,
    /// Word of the role.
    pub role: String,
    /// Number of the unit whose subtree the person may see; None for all.
    pub unit: Option<i64>,
    /// When the account was made.
    pub created_at: Millis,
    /// When it was disabled.
    pub disabled_at: Option<Millis>,
}

impl std::fmt::Debug for Person {
    /// Leaves the password hash out, so that no log line carries it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("no", &self.no)
            .field("name", &self.name)
            .field("role", &self.role)
            .field("unit", &self.unit)
            .finish_non_exhaustive()
    }
}

/// Adds a person and returns the number; None when the name is taken. `no` of the argument is ignored.
///
/// # Errors
/// Any failure of the query.
pub async fn insert(tx: &mut Tx, person: &Person) -> Result<Option<i64>, Error> {
    const TEXT: &str = "insert into person (name, password, role, unit, created_at, disabled_at) values ($1, $2, $3, $4, $5, $6) \
        on conflict (name) do nothing returning no";
    let written = write!(tx, conn => {
        let query = sqlx::query_scalar(TEXT).bind(&person.name).bind(&person.password).bind(&person.role).bind(person.unit);
        query.bind(person.created_at).bind(person.disabled_at).fetch_optional(conn).await
    });
    written.map_err(Error::of("add a person"))
}

/// The person with a name.
///
/// # Errors
/// Any failure of the query.
pub async fn find(db: &Db, name: &str) -> Result<Option<Person>, Error> {
    const TEXT: &str = "select no, name, password, role, unit, created_at, disabled_at from person where name = $1";
    // Whoever signs in writes what they like; PostgreSQL takes no NUL, and nobody is called so.
    if name.contains('\0') {
        return Ok(None);
    }
    read!(db, conn => sqlx::query_as(TEXT).bind(name).fetch_optional(conn).await).map_err(Error::of("find a person"))
}

/// Everyone, by name.
///
/// # Errors
/// Any failure of the query.
pub async fn list(db: &Db) -> Result<Vec<Person>, Error> {
    const TEXT: &str = "select no, name, password, role, unit, created_at, disabled_at from person order by name";
    read!(db, conn => sqlx::query_as(TEXT).fetch_all(conn).await).map_err(Error::of("list people"))
}

/// Whether there is anyone.
///
/// # Errors
/// Any failure of the query.
pub async fn any(db: &Db) -> Result<bool, Error> {
    read!(db, conn => sqlx::query_scalar("select exists (select 1 from person)").fetch_one(conn).await)
        .map_err(Error::of("look for people"))
}

/// Whether there is anyone, seen from inside a write transaction.
///
/// # Errors
/// Any failure of the query.
pub async fn any_in(tx: &mut Tx) -> Result<bool, Error> {
    write!(tx, conn => sqlx::query_scalar("select exists (select 1 from person)").fetch_one(conn).await)
        .map_err(Error::of("look for people"))
}

/// Sets a password hash; false when there is no such person.
///
/// # Errors
/// Any failure of the query.
pub async fn set_password(tx: &mut Tx, no: i64, password: &str) -> Result<bool, Error> {
    let done = run!(tx, sqlx::query("update person set password = $1 where no = $2").bind(password).bind(no))
        .map_err(Error::of("set a password"))?;
    Ok(done == 1)
}

/// Disables an account; false when there is none with this number or it is disabled already.
///
/// # Errors
/// Any failure of the query.
pub async fn disable(tx: &mut Tx, no: i64, now: Millis) -> Result<bool, Error> {
    const TEXT: &str = "update person set disabled_at = $1 where no = $2 and disabled_at is null";
    let done = run!(tx, sqlx::query(TEXT).bind(now).bind(no)).map_err(Error::of("disable an account"))?;
    Ok(done == 1)
}
