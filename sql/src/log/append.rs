//! Appending one group of events inside a write transaction.

use std::collections::HashMap;

use rules::at::At;
use rules::time::{Millis, format_instant};
use sqlx::{Sqlite, SqliteConnection};

use super::{Content, Digester, NewEvent, Outcome, postgres};
use crate::db::{Tx, TxEngine};
use crate::error::Error;
use crate::keyed::{padded, pieces, statement};
use crate::signal::{Hint, tell};

/// Rows in one insert: beyond a hundred the gain is lost in the binding of parameters.
const ROWS: usize = 64;

/// Appends a group in the order given and tells what became of each event. Every event gets the
/// next place in log order; a place given to a duplicate stays empty.
///
/// # Errors
/// [`Error::ClockBehind`] when `now` lies before the newest receipt; any failure of a query, after
/// which the transaction must be dropped.
pub async fn append(tx: &mut Tx, now: Millis, events: &[NewEvent]) -> Result<Vec<Outcome>, Error> {
    match &mut tx.engine {
        TxEngine::Sqlite(transaction) => append_on(transaction, now, events).await,
        TxEngine::Postgres(transaction) => {
            let outcomes = postgres::append(transaction, now, events).await?;
            tell(tx, Hint::Log).await.map(|()| outcomes)
        }
    }
}

async fn append_on(conn: &mut SqliteConnection, now: Millis, events: &[NewEvent]) -> Result<Vec<Outcome>, Error> {
    const NEWEST: &str = "select no, received_at, last_seq, digest from batch order by no desc limit 1";
    let newest: Option<(i64, i64, i64, Vec<u8>)> =
        sqlx::query_as(NEWEST).fetch_optional(&mut *conn).await.map_err(Error::of("read the newest group of the log"))?;
    let (batch, received_at, last, digest) = newest.unwrap_or((0, i64::MIN, 0, Vec::new()));
    if now < received_at {
        return Err(Error::ClockBehind { newest: format_instant(received_at), newest_ms: received_at });
    }
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let first = last + 1;
    let outcomes = claim_keys(conn, first, events).await?;

    let mut digester = Digester::new(&digest, now);
    let mut samples = Vec::with_capacity(events.len());
    for ((seq, event), _) in (first..).zip(events).zip(&outcomes).filter(|(_, outcome)| **outcome == Outcome::Accepted) {
        digester.row(seq, event);
        match &event.content {
            Content::Sample { .. } => samples.push((seq, event)),
            Content::Void { source, id, reason } => {
                const TEXT: &str = "insert into void (seq, received_at, source, event_id, time, target_source, target_id, reason) \
                    values ($1, $2, $3, $4, $5, $6, $7, $8)";
                let query = sqlx::query(TEXT).bind(seq).bind(now).bind(event.source).bind(&event.id).bind(event.time);
                query.bind(source).bind(id).bind(reason).execute(&mut *conn).await.map_err(Error::of("append a void"))?;
            }
        }
    }
    for piece in pieces(&samples, ROWS) {
        insert_samples(conn, now, piece).await?;
    }
    if outcomes.contains(&Outcome::Accepted) {
        const TEXT: &str = "insert into batch (no, received_at, first_seq, last_seq, digest) values ($1, $2, $3, $4, $5)";
        let last = last + events.len() as i64;
        let query = sqlx::query(TEXT).bind(batch + 1).bind(now).bind(first).bind(last).bind(digester.finish());
        query.execute(&mut *conn).await.map_err(Error::of("append a group"))?;
    }
    Ok(outcomes)
}

async fn insert_samples(conn: &mut SqliteConnection, now: Millis, rows: &[(i64, &NewEvent)]) -> Result<(), Error> {
    const HEAD: &str = "insert into sample \
        (seq, received_at, source, event_id, time, unit, indicator, grain, at, value, numerator, denominator, note) values ";
    let mut query = sqlx::query(statement::<Sqlite>(HEAD, "", 13, rows.len()));
    for (seq, event) in rows {
        let Content::Sample { unit, indicator, at, value, numerator, denominator, note } = &event.content else { continue };
        query = query.bind(seq).bind(now).bind(event.source).bind(event.id.as_str()).bind(event.time);
        query = query.bind(unit).bind(indicator).bind(at.grain_code()).bind(at.stored());
        query = query.bind(value).bind(numerator).bind(denominator).bind(note.as_deref());
    }
    query.execute(conn).await.map_err(Error::of("append samples"))?;
    Ok(())
}

/// Takes the keys of the group; an event whose key was there before is a duplicate or a conflict.
async fn claim_keys(conn: &mut SqliteConnection, first: i64, events: &[NewEvent]) -> Result<Vec<Outcome>, Error> {
    let numbered: Vec<(i64, &NewEvent)> = (first..).zip(events).collect();
    let mut outcomes = Vec::with_capacity(events.len());
    for piece in pieces(&numbered, ROWS) {
        const HEAD: &str = "insert into event_key (source, event_id, seq) values ";
        let mut query = sqlx::query(statement::<Sqlite>(HEAD, " on conflict (source, event_id) do nothing", 3, piece.len()));
        for (seq, event) in piece {
            query = query.bind(event.source).bind(event.id.as_str()).bind(seq);
        }
        let inserted = query.execute(&mut *conn).await.map_err(Error::of("claim the keys of events"))?.rows_affected();
        if inserted == piece.len() as u64 {
            outcomes.resize(outcomes.len() + piece.len(), Outcome::Accepted);
        } else {
            outcomes.extend(compare(conn, first, events, piece).await?);
        }
    }
    Ok(outcomes)
}

/// Finds which of the piece hold their key, and what the holders of the others say.
async fn compare(conn: &mut SqliteConnection, first: i64, events: &[NewEvent], piece: &[(i64, &NewEvent)]) -> Result<Vec<Outcome>, Error> {
    let mut holders: HashMap<(i64, String), i64> = HashMap::with_capacity(piece.len());
    const HEAD: &str = "select source, event_id, seq from event_key where (source, event_id) in (values ";
    let shape = padded(piece.len());
    let mut query = sqlx::query_as::<_, (i64, String, i64)>(statement::<Sqlite>(HEAD, ")", 2, shape));
    for (_, event) in piece.iter().chain(std::iter::repeat(&piece[piece.len() - 1])).take(shape) {
        query = query.bind(event.source).bind(event.id.as_str());
    }
    for (source, id, seq) in query.fetch_all(&mut *conn).await.map_err(Error::of("read the keys of events"))? {
        holders.insert((source, id), seq);
    }
    let mut outcomes = Vec::with_capacity(piece.len());
    for (seq, event) in piece {
        let holder = holders.get(&(event.source, event.id.clone())).copied().unwrap_or(*seq);
        outcomes.push(if holder == *seq {
            Outcome::Accepted
        } else if holder >= first {
            // The holder stands earlier in this very group and is not written yet.
            same(&events[(holder - first) as usize].content, &event.content)
        } else {
            match stored(conn, holder).await? {
                Some(content) => same(&content, &event.content),
                None => Outcome::Conflict,
            }
        });
    }
    Ok(outcomes)
}

fn same(known: &Content, new: &Content) -> Outcome {
    if known == new { Outcome::Duplicate } else { Outcome::Conflict }
}

/// What the log row at a place says.
async fn stored(conn: &mut SqliteConnection, seq: i64) -> Result<Option<Content>, Error> {
    type SampleRow = (i64, i64, i64, i64, Option<f64>, Option<f64>, Option<f64>, Option<String>);
    const SAMPLE: &str = "select unit, indicator, grain, at, value, numerator, denominator, note from sample where seq = $1";
    let row: Option<SampleRow> = sqlx::query_as(SAMPLE).bind(seq).fetch_optional(&mut *conn).await.map_err(Error::of("read a sample"))?;
    if let Some((unit, indicator, grain, at, value, numerator, denominator, note)) = row {
        let at = At::from_stored(grain, at)
            .ok_or_else(|| Error::Inconsistent { table: "sample", what: format!("seq {seq}: grain {grain}, at {at}") })?;
        return Ok(Some(Content::Sample { unit, indicator, at, value, numerator, denominator, note }));
    }
    const VOID: &str = "select target_source, target_id, reason from void where seq = $1";
    let row: Option<(i64, String, String)> = sqlx::query_as(VOID).bind(seq).fetch_optional(conn).await.map_err(Error::of("read a void"))?;
    Ok(row.map(|(source, id, reason)| Content::Void { source, id, reason }))
}
