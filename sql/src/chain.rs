//! Checking that nothing was changed behind our back: the chained digests of the log and of the
//! configuration, the keys, and the structure of the database.

use std::collections::BTreeMap;

use rusqlite::Connection;
use sqlx::postgres::PgPool;
use xxhash_rust::xxh3::xxh3_128;

use crate::configuration::digest_of;
use crate::db::{Db, Engine, read};
use crate::error::Error;
use crate::log::{Digester, entries_after, hash, keyed};
use crate::schema;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was checked.
    pub check: &'static str,
    /// None when it holds; else what differs, naming the first place.
    pub fault: Option<String>,
    /// How much was checked, in words.
    pub extent: String,
}

/// Log rows read at once.
const PAGE: i64 = 20_000;

/// Checks the structure of the database, the chain of the log, the keys of its events and the chain of
/// the configuration.
///
/// # Errors
/// Any failure of a query that is not itself a finding.
pub async fn verify(db: &Db) -> Result<Vec<Finding>, Error> {
    Ok(vec![structure(db).await?, log(db).await?, keys(db).await?, configuration(db).await?])
}

async fn structure(db: &Db) -> Result<Finding, Error> {
    let pools = match db.engine() {
        Engine::Sqlite(pools) => pools,
        // A server looks after its pages; what can be missing without anybody noticing is a table's key.
        Engine::Postgres(_) => {
            let fault = schema::difference(db, schema::POSTGRES_PAGE).await?;
            return Ok(Finding { check: "structure of the database", fault, extent: "all tables and indexes".to_owned() });
        }
    };
    let rows: Result<Vec<String>, _> = sqlx::query_scalar("pragma integrity_check(5)").fetch_all(&pools.read).await;
    let fault = match rows {
        Ok(rows) if rows == ["ok"] => None,
        Ok(rows) => Some(rows.join("; ")),
        Err(cause) => Some(cause.to_string()),
    };
    Ok(Finding { check: "structure of the database file", fault, extent: "all pages".to_owned() })
}

/// Recomputes the digest of every group from its rows.
async fn log(db: &Db) -> Result<Finding, Error> {
    const TEXT: &str = "select no, received_at, first_seq, last_seq, digest from batch order by no";
    let batches: Vec<(i64, i64, i64, i64, Vec<u8>)> =
        read!(db, conn => sqlx::query_as(TEXT).fetch_all(conn).await).map_err(Error::of("read the groups of the log"))?;
    let mut found = Finding { check: "chain of the log", fault: None, extent: String::new() };
    let mut rows = 0_usize;
    let mut before: Vec<u8> = Vec::new();
    let mut after = 0;
    let mut pending = std::collections::VecDeque::new();
    // A server may append while we read; what comes after the last group read here is looked at below.
    let until = batches.last().map_or(0, |batch| batch.3);
    for (at, (no, received_at, first, last, digest)) in batches.iter().enumerate() {
        let expected = at as i64 + 1;
        if *no != expected || *first <= after {
            found.fault = Some(format!("group {expected} is missing or out of order"));
            break;
        }
        let mut digester = Digester::new(&before, *received_at);
        let mut place = after;
        while place < *last {
            if pending.is_empty() {
                pending.extend(match entries_after(db, place, until, PAGE).await {
                    Ok(entries) => entries,
                    Err(cause @ Error::Inconsistent { .. }) => {
                        found.fault = Some(cause.to_string());
                        break;
                    }
                    Err(other) => return Err(other),
                });
            }
            let Some(entry) = pending.pop_front_if(|entry| entry.seq() <= *last) else { break };
            place = entry.seq();
            let receipt = match &entry {
                crate::log::Entry::Sample(row) => row.received_at,
                crate::log::Entry::Step(row) => row.received_at,
                crate::log::Entry::Void(row) => row.received_at,
            };
            if receipt != *received_at && found.fault.is_none() {
                found.fault = Some(format!("log row {place} says it was received at another time than its group {no}"));
            }
            rows += 1;
            digester.row(place, &entry.event());
        }
        if found.fault.is_none() && digester.finish() != *digest {
            found.fault =
                Some(format!("group {no} (log rows {first} to {last}) does not match its digest: a row was changed, added or removed"));
        }
        if found.fault.is_some() {
            break;
        }
        before.clone_from(digest);
        after = *last;
    }
    const AFTER: &str = "select exists (select 1 from sample where seq > (select coalesce(max(last_seq), 0) from batch)) \
        or exists (select 1 from case_step where seq > (select coalesce(max(last_seq), 0) from batch)) \
        or exists (select 1 from void where seq > (select coalesce(max(last_seq), 0) from batch))";
    let after: bool =
        read!(db, conn => sqlx::query_scalar(AFTER).fetch_one(conn).await).map_err(Error::of("look behind the last group"))?;
    if found.fault.is_none() && after {
        found.fault = Some("there are log rows after the last group".to_owned());
    }
    found.extent = format!("{} groups, {rows} events", batches.len());
    Ok(found)
}

/// Every event has its key and every key its event. On an embedded store those up to the mark, by sums over both sides, so that memory stays flat; only
/// when they differ is the first event without a key looked for.
async fn keys(db: &Db) -> Result<Finding, Error> {
    let (keys, fault) = match db.engine() {
        Engine::Sqlite(pools) => pools.bulk.ask("compare events and keys", compare_keys).await?,
        Engine::Postgres(server) => compare_texts(&server.read).await?,
    };
    Ok(Finding { check: "keys of the events", fault, extent: format!("{keys} keys") })
}

fn compare_keys(connection: &Connection) -> rusqlite::Result<(u64, Option<String>)> {
    const EVENTS: &str = "select seq, source, event_id from sample where seq <= ?1 \
        union all select seq, source, event_id from case_step where seq <= ?1 \
        union all select seq, source, event_id from void where seq <= ?1";
    let keyed = keyed(connection)?;
    let (mut events, mut keys) = (Sums::default(), Sums::default());
    let mut query = connection.prepare(EVENTS)?;
    let mut rows = query.query([keyed])?;
    while let Some(row) = rows.next()? {
        events.add(hash(row.get(1)?, row.get_ref(2)?.as_str()?), row.get(0)?);
    }
    // Of the events behind the mark some have their key already.
    let mut query = connection.prepare("select hash, seq from event_key where seq <= ?")?;
    let mut rows = query.query([keyed])?;
    while let Some(row) = rows.next()? {
        keys.add(row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?);
    }
    if events == keys {
        return Ok((keys.count, None));
    }
    let mut query = connection.prepare(&format!("{EVENTS} order by 1"))?;
    let mut rows = query.query([keyed])?;
    while let Some(row) = rows.next()? {
        let (seq, hash): (i64, i64) = (row.get(0)?, hash(row.get(1)?, row.get_ref(2)?.as_str()?).cast_signed());
        let has_key = "select exists (select 1 from event_key where hash = ? and seq = ?)";
        if !connection.prepare_cached(has_key)?.query_row([hash, seq], |row| row.get::<_, bool>(0))? {
            return Ok((keys.count, Some(format!("log row {seq} has no key"))));
        }
    }
    Ok((keys.count, Some(format!("{} events but {} keys", events.count, keys.count))))
}

/// Keys of a server are the texts themselves, and go in with their events.
async fn compare_texts(pool: &PgPool) -> Result<(u64, Option<String>), Error> {
    const LOST: &str = "select s.seq from (select seq, source, event_id from sample union all select seq, source, event_id from case_step \
        union all select seq, source, event_id from void) s \
        left join event_key k on k.source = s.source and k.event_id = s.event_id and k.seq = s.seq where k.seq is null order by s.seq limit 1";
    const COUNTS: &str = "select (select count(*) from sample) + (select count(*) from case_step) + (select count(*) from void), \
        (select count(*) from event_key)";
    let lost: Option<i64> = sqlx::query_scalar(LOST).fetch_optional(pool).await.map_err(Error::of("compare events and keys"))?;
    let (events, keys): (i64, i64) = sqlx::query_as(COUNTS).fetch_one(pool).await.map_err(Error::of("count events and keys"))?;
    let fault = match lost {
        Some(seq) => Some(format!("log row {seq} has no key")),
        None if events != keys => Some(format!("{events} events but {keys} keys")),
        None => None,
    };
    Ok((keys.unsigned_abs(), fault))
}

/// A sum over keys that does not depend on their order.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    count: u64,
    mixed: u128,
}

impl Sums {
    fn add(&mut self, hash: u64, seq: i64) {
        let both = [hash.to_le_bytes(), seq.to_le_bytes()].concat();
        self.count += 1;
        self.mixed = self.mixed.wrapping_add(xxh3_128(&both));
    }
}

/// Recomputes the digest of every revision from the rows it put and ended.
async fn configuration(db: &Db) -> Result<Finding, Error> {
    type Row = (String, String, i64, Option<i64>, String, i64);
    let revisions: Vec<(i64, i64, String, Vec<u8>)> =
        read!(db, conn => sqlx::query_as("select no, recorded_at, actor, digest from revision order by no").fetch_all(conn).await)
            .map_err(Error::of("read the revisions"))?;
    // Somebody may apply while we read: rows of revisions after the last one read here are left for the next time.
    const ROWS: &str = "select kind, key, from_revision, to_revision, content, (select coalesce(max(no), 0) from revision) as newest \
        from configuration where from_revision <= $1 or from_revision > (select coalesce(max(no), 0) from revision)";
    let last = revisions.last().map_or(0, |revision| revision.0);
    let rows: Vec<Row> =
        read!(db, conn => sqlx::query_as(ROWS).bind(last).fetch_all(conn).await).map_err(Error::of("read the configuration"))?;
    let mut put: BTreeMap<i64, Vec<(&str, &str, String)>> = BTreeMap::new();
    let mut closed: BTreeMap<i64, Vec<(&str, &str)>> = BTreeMap::new();
    for (kind, key, from, to, content, newest) in &rows {
        put.entry(*from).or_default().push((kind, key, content.clone()));
        // Closed by a revision recorded meanwhile, it was open in all that are looked at here.
        if let Some(to) = to.filter(|to| *to <= last || to > newest) {
            closed.entry(to).or_default().push((kind, key));
        }
    }
    let mut fault = None;
    let mut before: Vec<u8> = Vec::new();
    for (at, (no, recorded_at, actor, digest)) in revisions.iter().enumerate() {
        let mut put = put.remove(no).unwrap_or_default();
        // What a revision closes and puts again is a change, not an end.
        let mut ended = closed.remove(no).unwrap_or_default();
        ended.retain(|(kind, key)| !put.iter().any(|(put_kind, put_key, _)| put_kind == kind && put_key == key));
        if *no != at as i64 + 1 || digest_of(&before, *recorded_at, actor, &mut put, &mut ended) != *digest {
            fault = Some(format!("revision {no} does not match its digest: a row was changed, added or removed"));
            break;
        }
        before.clone_from(digest);
    }
    if fault.is_none() && !(put.is_empty() && closed.is_empty()) {
        fault = Some("there are configuration rows of a revision that does not exist".to_owned());
    }
    Ok(Finding { check: "chain of the configuration", fault, extent: format!("{} revisions", revisions.len()) })
}
