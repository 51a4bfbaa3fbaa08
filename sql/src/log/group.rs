//! Writing one group inside a transaction: its place in log order, its keys, its rows, its digest.

use rules::at::At;
use rules::time::{Millis, format_instant};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::appender::{Appended, Group};
use super::keys::{Keys, hash};
use super::rows::Rows;
use super::steps::step_at;
use super::{Content, Digester, Entry, NewEvent, Outcome};
use crate::error::Error;

/// Events from which on their digest is computed on a thread of its own while they are written: it takes a fifth of a
/// millisecond then, and a thread a tenth of that.
const DIGESTED_BESIDE: usize = 1_000;

/// Appends a group received at `now` inside a transaction.
pub(super) fn append_group(tx: &Transaction<'_>, keys: &mut Keys, now: Millis, group: &Group) -> Result<Appended, Error> {
    const NEWEST: &str = "select no, received_at, last_seq, digest from batch order by no desc limit 1";
    let newest: Option<(i64, Millis, i64, Vec<u8>)> = tx
        .prepare_cached(NEWEST)
        .and_then(|mut query| query.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).optional())
        .map_err(Error::of_bulk("read the newest group of the log"))?;
    let (batch, received_at, last, digest) = newest.unwrap_or((0, Millis::MIN, 0, Vec::new()));
    if now < received_at {
        return Err(Error::ClockBehind { newest: format_instant(received_at), newest_ms: received_at });
    }
    let first = last + 1;
    let outcomes = claim_keys(tx, keys, last, &group.events)?;
    if outcomes.contains(&Outcome::Accepted) {
        let accepted: Vec<(i64, &NewEvent)> = (first..)
            .zip(&group.events)
            .zip(&outcomes)
            .filter(|(_, outcome)| **outcome == Outcome::Accepted)
            .map(|(event, _)| event)
            .collect();
        let write = || Rows::new(tx, now).and_then(|mut rows| rows.write(&accepted)).map_err(Error::of_bulk("append events"));
        let digest = || Digester::of(&digest, now, &accepted);
        let digest = match accepted.len() {
            DIGESTED_BESIDE.. => std::thread::scope(|scope| {
                let digest = scope.spawn(digest);
                write().map(|()| digest.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            }),
            _ => write().map(|()| digest()),
        }?;
        const BATCH: &str = "insert into batch (no, received_at, first_seq, last_seq, digest) values (?, ?, ?, ?, ?)";
        let last = last + group.events.len() as i64;
        run(tx, BATCH, params![batch + 1, now, first, last, digest]).map_err(Error::of_bulk("append a group"))?;
        keys.seen(last);
        keys.settle_beside(tx, group.events.len()).map_err(Error::of_bulk("put in keys"))?;
    }
    for key in &group.used_keys {
        run(tx, "update api_key set last_used_at = ? where id = ?", params![now, key]).map_err(Error::of_bulk("touch a key"))?;
    }
    Ok(Appended { received_at: now, outcomes })
}

fn run(tx: &Transaction<'_>, text: &str, values: impl rusqlite::Params) -> rusqlite::Result<usize> {
    tx.prepare_cached(text)?.execute(values)
}

/// Takes the keys of the group; an event whose key was there before is a duplicate or a conflict.
fn claim_keys(tx: &Transaction<'_>, keys: &mut Keys, last: i64, events: &[NewEvent]) -> Result<Vec<Outcome>, Error> {
    let failed = Error::of_bulk("claim the keys of events");
    keys.catch_up(tx, last).and_then(|()| keys.make_room(tx, events.len())).map_err(&failed)?;
    let first = last + 1;
    // All hashes first: the look-ups, each of which waits for memory, then run into each other.
    let hashes: Vec<u64> = events.iter().map(|event| hash(event.source, &event.id)).collect();
    let mut outcomes = Vec::with_capacity(events.len());
    for ((seq, event), hash) in (first..).zip(events).zip(hashes) {
        let places = if keys.is_new(hash) { Vec::new() } else { keys.places(tx, hash).map_err(&failed)? };
        let mut outcome = Outcome::Accepted;
        for place in places {
            // A holder of this very group is not written yet.
            let stored = match usize::try_from(place - first) {
                Ok(earlier) => Some(&events[earlier]).cloned(),
                Err(_) => stored(tx, place)?,
            };
            if let Some(holder) = stored.filter(|holder| holder.source == event.source && holder.id == event.id) {
                outcome = if holder.content == event.content { Outcome::Duplicate } else { Outcome::Conflict };
                break;
            }
        }
        if outcome == Outcome::Accepted {
            keys.wait(seq, hash);
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// The log row at a place, as the event that it was.
fn stored(tx: &Transaction<'_>, seq: i64) -> Result<Option<NewEvent>, Error> {
    const SAMPLE: &str =
        "select source, event_id, time, grain, at, unit, indicator, value, numerator, denominator, note from sample where seq = ?";
    const VOID: &str = "select source, event_id, time, target_source, target_id, reason from void where seq = ?";
    let failed = Error::of_bulk("read an event");
    let sample = tx.prepare_cached(SAMPLE).and_then(|mut query| query.query_row([seq], sample_of).optional());
    if let Some(event) = sample.map_err(&failed)? {
        return event.map(Some).ok_or_else(|| Error::Inconsistent { table: "sample", what: format!("seq {seq}: its time cannot be read") });
    }
    if let Some(step) = step_at(tx, seq).map_err(&failed)? {
        return Ok(Some(Entry::Step(step).event()));
    }
    let void = tx.prepare_cached(VOID).and_then(|mut query| {
        let event = |row: &Row<'_>| {
            let content = Content::Void { source: row.get(3)?, id: row.get(4)?, reason: row.get(5)? };
            Ok(NewEvent { source: row.get(0)?, id: row.get(1)?, time: row.get(2)?, content })
        };
        query.query_row([seq], event).optional()
    });
    void.map_err(&failed)
}

fn sample_of(row: &Row<'_>) -> rusqlite::Result<Option<NewEvent>> {
    let Some(at) = At::from_stored(row.get(3)?, row.get(4)?) else { return Ok(None) };
    let content = Content::Sample {
        unit: row.get(5)?,
        indicator: row.get(6)?,
        at,
        value: row.get(7)?,
        numerator: row.get(8)?,
        denominator: row.get(9)?,
        note: row.get(10)?,
    };
    Ok(Some(NewEvent { source: row.get(0)?, id: row.get(1)?, time: row.get(2)?, content }))
}
