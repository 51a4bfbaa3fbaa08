//! API keys of sources. Only the SHA-256 of a secret is stored; secrets have 256 bits, so a fast hash is enough.

use rules::time::Millis;
use sha2::{Digest, Sha256};

use crate::db::{Db, Tx, read, run};
use crate::error::Error;

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Id, part of its text.
    pub id: String,
    /// Number of its source.
    pub source: i64,
    /// Id of its source.
    pub source_id: String,
    /// SHA-256 of the secret.
    pub hash: Vec<u8>,
    /// Units it may write for and read, with their descendants.
    pub units: Vec<i64>,
    /// Whether it may write for and read all units.
    pub all_units: bool,
    /// Whether it may read.
    pub read: bool,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Millis>,
    /// When it was revoked.
    pub revoked_at: Option<Millis>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    source: i64,
    source_id: String,
    hash: Vec<u8>,
    units: Option<String>,
    read: i64,
    created_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl Row {
    fn understood(self) -> Result<Key, Error> {
        let units: Option<Vec<i64>> = self
            .units
            .as_deref()
            .map(serde_json::from_str)
            .transpose()
            .map_err(|cause| Error::Inconsistent { table: "api_key", what: format!("{}: {cause}", self.id) })?;
        Ok(Key {
            id: self.id,
            source: self.source,
            source_id: self.source_id,
            hash: self.hash,
            all_units: units.is_none(),
            units: units.unwrap_or_default(),
            read: self.read != 0,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
            revoked_at: self.revoked_at,
        })
    }
}

/// What stands before the id in the text of a key, so that a leaked one is recognised.
pub const PREFIX: &str = "pantau";

/// The text of a key, shown once: `pantau_ID_SECRET`.
pub fn text_of(id: &str, secret: &str) -> String {
    format!("{PREFIX}_{id}_{secret}")
}

/// Splits the text of a key into id and secret; None when it has another form.
pub fn parse(text: &str) -> Option<(&str, &str)> {
    let (id, secret) = text.strip_prefix(PREFIX)?.strip_prefix('_')?.split_once('_')?;
    let plain = |part: &str, most: usize| !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (plain(id, 32) && plain(secret, 128)).then_some((id, secret))
}

/// SHA-256 of a secret, as stored.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Adds a key.
///
/// # Errors
/// Any failure of the query.
pub async fn insert(tx: &mut Tx, key: &Key) -> Result<(), Error> {
    const TEXT: &str = "insert into api_key (id, source, hash, units, read, created_at) values ($1, $2, $3, $4, $5, $6)";
    let units = (!key.all_units).then(|| serde_json::json!(key.units).to_string());
    let written = run!(tx, {
        let query = sqlx::query(TEXT).bind(&key.id).bind(key.source).bind(&key.hash);
        query.bind(&units).bind(i64::from(key.read)).bind(key.created_at)
    });
    written.map_err(Error::of("add a key"))?;
    Ok(())
}

/// The key with an id, revoked or not.
///
/// # Errors
/// Any failure of the query.
pub async fn find(db: &Db, id: &str) -> Result<Option<Key>, Error> {
    const TEXT: &str = "select k.id, k.source, s.id as source_id, k.hash, k.units, k.read, k.created_at, k.last_used_at, k.revoked_at \
        from api_key k join source s on s.no = k.source where k.id = $1";
    let row: Option<Row> = read!(db, conn => sqlx::query_as(TEXT).bind(id).fetch_optional(conn).await).map_err(Error::of("find a key"))?;
    row.map(Row::understood).transpose()
}

/// All keys, oldest first.
///
/// # Errors
/// Any failure of the query.
pub async fn list(db: &Db) -> Result<Vec<Key>, Error> {
    const TEXT: &str = "select k.id, k.source, s.id as source_id, k.hash, k.units, k.read, k.created_at, k.last_used_at, k.revoked_at \
        from api_key k join source s on s.no = k.source order by k.created_at, k.id";
    let rows: Vec<Row> = read!(db, conn => sqlx::query_as(TEXT).fetch_all(conn).await).map_err(Error::of("list keys"))?;
    rows.into_iter().map(Row::understood).collect()
}

/// Revokes a key; false when there is none or it is revoked already.
///
/// # Errors
/// Any failure of the query.
pub async fn revoke(tx: &mut Tx, id: &str, now: Millis) -> Result<bool, Error> {
    const TEXT: &str = "update api_key set revoked_at = $1 where id = $2 and revoked_at is null";
    let done = run!(tx, sqlx::query(TEXT).bind(now).bind(id)).map_err(Error::of("revoke a key"))?;
    Ok(done == 1)
}

/// Notes that a key was used.
///
/// # Errors
/// Any failure of the query.
pub async fn touch(tx: &mut Tx, id: &str, now: Millis) -> Result<(), Error> {
    run!(tx, sqlx::query("update api_key set last_used_at = $1 where id = $2").bind(now).bind(id)).map_err(Error::of("touch a key"))?;
    Ok(())
}

/// The key that a text names, if its secret is right and it is not revoked.
///
/// # Errors
/// Any failure of the query.
pub async fn verify(db: &Db, text: &str) -> Result<Option<Key>, Error> {
    let Some((id, secret)) = parse(text) else { return Ok(None) };
    let Some(key) = find(db, id).await? else { return Ok(None) };
    let given = hash(secret);
    // Compared over all bytes, so that the time taken tells nothing about the secret.
    let differs = key.hash.iter().zip(&given).fold(key.hash.len() ^ given.len(), |sum, (a, b)| sum | usize::from(a ^ b));
    Ok((differs == 0 && key.revoked_at.is_none()).then_some(key))
}
