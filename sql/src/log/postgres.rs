//! Appending on a database server: under one lock of the whole database, so that places and receipts grow in the order of
//! commits whichever process appends. A group is a handful of statements, however many events it has: each column travels
//! as one array.

use std::collections::HashMap;
use std::time::Duration;

use rules::at::At;
use rules::time::{Millis, Now, format_instant};
use sqlx::postgres::{PgConnection, PgPool};

use super::steps::{Raw, step_of};
use super::{Appended, Content, Digester, Group, NewEvent, Outcome};
use crate::db::{Durability, Lock, Server};
use crate::error::Error;
use crate::signal::{Hint, say};

/// How long a whole group may take before the server counts as gone. Ten thousand events take a fraction of a second.
const GROUP_WITHIN: Duration = Duration::from_secs(30);
/// Rows digested before other tasks get their turn: less than half a millisecond.
const DIGESTED_AT_ONCE: usize = 256;

/// Appends a group, from begin to durable commit. The clock is read under the lock, so that nobody can have given a later
/// receipt in between.
pub(super) async fn append_group(server: &Server, now: &Now, group: &Group) -> Result<Appended, Error> {
    let work = async {
        let mut transaction = server.begin(Lock::Log, Durability::Committed).await?;
        let received_at = now();
        let outcomes = append_locked(&mut transaction, received_at, &group.events).await?;
        if !group.used_keys.is_empty() {
            const TOUCH: &str = "update api_key set last_used_at = $1 where id = any($2)";
            let query = sqlx::query(TOUCH).bind(received_at).bind(&group.used_keys);
            query.execute(&mut *transaction).await.map_err(Error::of("touch keys"))?;
        }
        if outcomes.contains(&Outcome::Accepted) {
            say(&mut transaction, &server.voice, Hint::Log).await?;
        }
        transaction.commit().await.map_err(Error::of("commit"))?;
        Ok(Appended { received_at, outcomes })
    };
    // Whether it was committed is not known then; who sends it again is told of duplicates.
    tokio::time::timeout(GROUP_WITHIN, work).await.unwrap_or_else(|_| Err(Error::Away(sqlx::Error::PoolTimedOut)))
}

/// Appends groups that came in earlier, each with its own receipt, oldest first, in one commit.
pub(super) async fn append_past(server: &Server, groups: Vec<(Millis, Vec<NewEvent>)>) -> Result<(), Error> {
    let mut transaction = server.begin(Lock::Log, Durability::Committed).await?;
    for (received_at, events) in groups {
        append_locked(&mut transaction, received_at, &events).await?;
    }
    say(&mut transaction, &server.voice, Hint::Log).await?;
    transaction.commit().await.map_err(Error::of("commit"))
}

async fn append_locked(connection: &mut PgConnection, now: Millis, events: &[NewEvent]) -> Result<Vec<Outcome>, Error> {
    const NEWEST: &str = "select no, received_at, last_seq, digest from batch order by no desc limit 1";
    let newest: Option<(i64, i64, i64, Vec<u8>)> =
        sqlx::query_as(NEWEST).fetch_optional(&mut *connection).await.map_err(Error::of("read the newest group of the log"))?;
    let (batch, received_at, last, digest) = newest.unwrap_or((0, Millis::MIN, 0, Vec::new()));
    if now < received_at {
        return Err(Error::ClockBehind { newest: format_instant(received_at), newest_ms: received_at });
    }
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let first = last + 1;
    let outcomes = claim_keys(connection, first, events).await?;
    let accepted: Vec<(i64, &NewEvent)> =
        (first..).zip(events).zip(&outcomes).filter(|(_, outcome)| **outcome == Outcome::Accepted).map(|(numbered, _)| numbered).collect();
    if accepted.is_empty() {
        return Ok(outcomes);
    }
    insert_samples(connection, now, &accepted).await?;
    insert_steps(connection, now, &accepted).await?;
    insert_voids(connection, now, &accepted).await?;
    let mut digester = Digester::new(&digest, now);
    for some in accepted.chunks(DIGESTED_AT_ONCE) {
        some.iter().for_each(|(seq, event)| digester.row(*seq, event));
        tokio::task::yield_now().await;
    }
    const BATCH: &str = "insert into batch (no, received_at, first_seq, last_seq, digest) values ($1, $2, $3, $4, $5)";
    let query = sqlx::query(BATCH).bind(batch + 1).bind(now).bind(first).bind(last + events.len() as i64).bind(digester.finish());
    query.execute(connection).await.map_err(Error::of("append a group"))?;
    Ok(outcomes)
}

/// Columns of rows that go to one table.
#[derive(Default)]
struct Rows<'e> {
    seq: Vec<i64>,
    source: Vec<i64>,
    id: Vec<&'e str>,
    time: Vec<Option<i64>>,
}

impl<'e> Rows<'e> {
    fn push(&mut self, seq: i64, event: &'e NewEvent) {
        self.seq.push(seq);
        self.source.push(event.source);
        self.id.push(&event.id);
        self.time.push(event.time);
    }
}

async fn insert_samples(connection: &mut PgConnection, now: Millis, events: &[(i64, &NewEvent)]) -> Result<(), Error> {
    const TEXT: &str = "insert into sample \
        (received_at, seq, source, event_id, time, unit, indicator, grain, at, value, numerator, denominator, note) \
        select $1, * from unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], \
        $10::double precision[], $11::double precision[], $12::double precision[], $13::text[])";
    let mut rows = Rows::default();
    let (mut units, mut indicators, mut grains, mut ats) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut values, mut numerators, mut denominators, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (seq, event) in events {
        let Content::Sample { unit, indicator, at, value, numerator, denominator, note } = &event.content else { continue };
        rows.push(*seq, event);
        units.push(*unit);
        indicators.push(*indicator);
        grains.push(at.grain_code());
        ats.push(at.stored());
        values.push(*value);
        numerators.push(*numerator);
        denominators.push(*denominator);
        notes.push(note.as_deref());
    }
    if rows.seq.is_empty() {
        return Ok(());
    }
    let query = sqlx::query(TEXT).bind(now).bind(rows.seq).bind(rows.source).bind(rows.id).bind(rows.time);
    let query = query.bind(units).bind(indicators).bind(grains).bind(ats);
    let query = query.bind(values).bind(numerators).bind(denominators).bind(notes);
    query.execute(connection).await.map_err(Error::of("append samples"))?;
    Ok(())
}

async fn insert_steps(connection: &mut PgConnection, now: Millis, events: &[(i64, &NewEvent)]) -> Result<(), Error> {
    const TEXT: &str = "insert into case_step \
        (received_at, seq, source, event_id, time, service, case_id, unit, step, at, due, class, channel, area) \
        select $1, * from unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[], $9::bigint[], \
        $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[])";
    let mut rows = Rows::default();
    let (mut services, mut cases, mut units, mut steps, mut ats) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut dues, mut classes, mut channels, mut areas) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (seq, event) in events {
        let Content::Step(what) = &event.content else { continue };
        rows.push(*seq, event);
        services.push(what.service);
        cases.push(what.case.as_str());
        units.push(what.unit);
        steps.push(what.step.code());
        ats.push(what.at);
        dues.push(what.due);
        classes.push(what.class.as_deref());
        channels.push(what.channel.as_deref());
        areas.push(what.area.as_deref());
    }
    if rows.seq.is_empty() {
        return Ok(());
    }
    let query = sqlx::query(TEXT).bind(now).bind(rows.seq).bind(rows.source).bind(rows.id).bind(rows.time);
    let query = query.bind(services).bind(cases).bind(units).bind(steps).bind(ats);
    let query = query.bind(dues).bind(classes).bind(channels).bind(areas);
    query.execute(connection).await.map_err(Error::of("append the steps of cases"))?;
    Ok(())
}

async fn insert_voids(connection: &mut PgConnection, now: Millis, events: &[(i64, &NewEvent)]) -> Result<(), Error> {
    const TEXT: &str = "insert into void (received_at, seq, source, event_id, time, target_source, target_id, reason) \
        select $1, * from unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[])";
    let mut rows = Rows::default();
    let (mut sources, mut ids, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for (seq, event) in events {
        let Content::Void { source, id, reason } = &event.content else { continue };
        rows.push(*seq, event);
        sources.push(*source);
        ids.push(id.as_str());
        reasons.push(reason.as_str());
    }
    if rows.seq.is_empty() {
        return Ok(());
    }
    let query = sqlx::query(TEXT).bind(now).bind(rows.seq).bind(rows.source).bind(rows.id).bind(rows.time);
    query.bind(sources).bind(ids).bind(reasons).execute(connection).await.map_err(Error::of("append voids"))?;
    Ok(())
}

/// Places of events by (source number, id), for those that exist.
const PLACES: &str = "select source, event_id, seq from event_key \
    where (source, event_id) in (select * from unnest($1::bigint[], $2::text[]))";

/// Finds the places of events.
pub(super) async fn find(pool: &PgPool, keys: &[(i64, String)]) -> Result<Vec<(i64, String, i64)>, Error> {
    let (sources, ids): (Vec<i64>, Vec<&str>) = keys.iter().map(|(source, id)| (*source, id.as_str())).unzip();
    sqlx::query_as(PLACES).bind(sources).bind(ids).fetch_all(pool).await.map_err(Error::of("read the keys of events"))
}

/// Takes the keys of the group; an event whose key was there before is a duplicate or a conflict.
async fn claim_keys(connection: &mut PgConnection, first: i64, events: &[NewEvent]) -> Result<Vec<Outcome>, Error> {
    const CLAIM: &str = "insert into event_key (source, event_id, seq) \
        select * from unnest($1::bigint[], $2::text[], $3::bigint[]) on conflict (source, event_id) do nothing";
    let sources: Vec<i64> = events.iter().map(|event| event.source).collect();
    let ids: Vec<&str> = events.iter().map(|event| event.id.as_str()).collect();
    let seqs: Vec<i64> = (first..).take(events.len()).collect();
    let query = sqlx::query(CLAIM).bind(&sources).bind(&ids).bind(seqs);
    let claimed = query.execute(&mut *connection).await.map_err(Error::of("claim the keys of events"))?.rows_affected();
    if claimed == events.len() as u64 {
        return Ok(vec![Outcome::Accepted; events.len()]);
    }
    let holders: Vec<(i64, String, i64)> =
        sqlx::query_as(PLACES).bind(&sources).bind(&ids).fetch_all(&mut *connection).await.map_err(Error::of("read the keys of events"))?;
    let earlier: Vec<i64> = holders.iter().map(|(.., seq)| *seq).filter(|seq| *seq < first).collect();
    let stored = stored(connection, &earlier).await?;
    let holders: HashMap<(i64, &str), i64> = holders.iter().map(|(source, id, seq)| ((*source, id.as_str()), *seq)).collect();
    let outcome = |(seq, event): (i64, &NewEvent)| {
        let holder = holders.get(&(event.source, event.id.as_str())).copied().unwrap_or(seq);
        // A holder of this very group is not written yet.
        let known = if holder >= first { Some(&events[(holder - first) as usize].content) } else { stored.get(&holder) };
        match known {
            _ if holder == seq => Outcome::Accepted,
            Some(known) if *known == event.content => Outcome::Duplicate,
            _ => Outcome::Conflict,
        }
    };
    Ok((first..).zip(events).map(outcome).collect())
}

/// What the log rows at these places say.
async fn stored(connection: &mut PgConnection, seqs: &[i64]) -> Result<HashMap<i64, Content>, Error> {
    type SampleRow = (i64, i64, i64, i64, i64, Option<f64>, Option<f64>, Option<f64>, Option<String>);
    const SAMPLES: &str = "select seq, unit, indicator, grain, at, value, numerator, denominator, note from sample where seq = any($1)";
    const STEPS: &str = concat!("select ", steps_columns!(), " from case_step where seq = any($1)");
    const VOIDS: &str = "select seq, target_source, target_id, reason from void where seq = any($1)";
    let mut found = HashMap::with_capacity(seqs.len());
    let samples: Vec<SampleRow> =
        sqlx::query_as(SAMPLES).bind(seqs).fetch_all(&mut *connection).await.map_err(Error::of("read samples"))?;
    for (seq, unit, indicator, grain, at, value, numerator, denominator, note) in samples {
        let at = At::from_stored(grain, at)
            .ok_or_else(|| Error::Inconsistent { table: "sample", what: format!("seq {seq}: grain {grain}, at {at}") })?;
        found.insert(seq, Content::Sample { unit, indicator, at, value, numerator, denominator, note });
    }
    let steps: Vec<Raw> =
        sqlx::query_as(STEPS).bind(seqs).fetch_all(&mut *connection).await.map_err(Error::of("read the steps of cases"))?;
    for raw in steps {
        let step = step_of(raw)?;
        found.insert(step.seq, Content::Step(Box::new(step.what)));
    }
    let voids: Vec<(i64, i64, String, String)> =
        sqlx::query_as(VOIDS).bind(seqs).fetch_all(connection).await.map_err(Error::of("read voids"))?;
    found.extend(voids.into_iter().map(|(seq, source, id, reason)| (seq, Content::Void { source, id, reason })));
    Ok(found)
}
