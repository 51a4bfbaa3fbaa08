//! Sessions of people who signed in. Only the SHA-256 of the cookie is stored.

use rules::time::Millis;

use crate::db::{Db, Tx, read, run};
use crate::error::Error;
use crate::person::Person;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Session {
    /// SHA-256 of the cookie's value.
    pub hash: Vec<u8>,
    /// Number of the person.
    pub person: i64,
    /// When it began.
    pub created_at: Millis,
    /// When it was last used.
    pub seen_at: Millis,
    /// When the person last proved who they are or changed something.
    pub authenticated_at: Millis,
}

/// Adds a session.
///
/// # Errors
/// Any failure of the query.
pub async fn insert(tx: &mut Tx, session: &Session) -> Result<(), Error> {
    const TEXT: &str = "insert into session (hash, person, created_at, seen_at, authenticated_at) values ($1, $2, $3, $4, $5)";
    let written = run!(tx, {
        let query = sqlx::query(TEXT).bind(&session.hash).bind(session.person);
        query.bind(session.created_at).bind(session.seen_at).bind(session.authenticated_at)
    });
    written.map_err(Error::of("add a session"))?;
    Ok(())
}

/// The session with this hash and its person, disabled or not.
///
/// # Errors
/// Any failure of the query.
pub async fn find(db: &Db, hash: &[u8]) -> Result<Option<(Session, Person)>, Error> {
    const SESSION: &str = "select hash, person, created_at, seen_at, authenticated_at from session where hash = $1";
    let session: Option<Session> =
        read!(db, conn => sqlx::query_as(SESSION).bind(hash).fetch_optional(conn).await).map_err(Error::of("find a session"))?;
    let Some(session) = session else { return Ok(None) };
    const PERSON: &str = "select no, name, password, role, unit, created_at, disabled_at from person where no = $1";
    let person: Option<Person> =
        read!(db, conn => sqlx::query_as(PERSON).bind(session.person).fetch_optional(conn).await).map_err(Error::of("find a person"))?;
    Ok(person.map(|person| (session, person)))
}

/// Notes that a session was used; `authenticated` also notes that its person changed something.
///
/// # Errors
/// Any failure of the query.
pub async fn touch(tx: &mut Tx, hash: &[u8], seen_at: Millis, authenticated_at: Option<Millis>) -> Result<(), Error> {
    const TEXT: &str = "update session set seen_at = case when seen_at < $1 then $1 else seen_at end, authenticated_at = coalesce($2, authenticated_at) where hash = $3";
    run!(tx, sqlx::query(TEXT).bind(seen_at).bind(authenticated_at).bind(hash)).map_err(Error::of("touch a session"))?;
    Ok(())
}

/// Ends a session; false when there was none.
///
/// # Errors
/// Any failure of the query.
pub async fn delete(tx: &mut Tx, hash: &[u8]) -> Result<bool, Error> {
    let done = run!(tx, sqlx::query("delete from session where hash = $1").bind(hash)).map_err(Error::of("end a session"))?;
    Ok(done == 1)
}

/// Ends all sessions of a person.
///
/// # Errors
/// Any failure of the query.
pub async fn delete_for_person(tx: &mut Tx, person: i64) -> Result<u64, Error> {
    let done = run!(tx, sqlx::query("delete from session where person = $1").bind(person)).map_err(Error::of("end sessions"))?;
    Ok(done)
}

/// Ends sessions not used since a moment.
///
/// # Errors
/// Any failure of the query.
pub async fn delete_expired(tx: &mut Tx, before: Millis) -> Result<u64, Error> {
    let done = run!(tx, sqlx::query("delete from session where seen_at < $1").bind(before)).map_err(Error::of("end sessions"))?;
    Ok(done)
}
