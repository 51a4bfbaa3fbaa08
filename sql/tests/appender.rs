//! Appending to the log: which events are known, whoever appended them and wherever their keys wait.

use std::sync::Arc;

use rules::at::At;
use rules::case::Step;
use rules::time::{Millis, Now};
use sql::log::{Appender, CaseStep, Content, Entry, Group, NewEvent, Outcome, entries_after};
use sql::{Db, Error, chain};
use tests::{Store, is_on_postgres, skips_on_postgres};

async fn store() -> (Db, Store) {
    let store = Store::new();
    let db = Db::open(store.url()).await.expect("a store");
    db.migrate().await.expect("migrations");
    (db, store)
}

fn clock(at: Millis) -> Now {
    Arc::new(move || at)
}

fn event(id: &str, content: Content) -> NewEvent {
    NewEvent { source: 1, id: id.to_owned(), time: Some(7), content }
}

fn sample(id: &str, at: &str, numbers: [Option<f64>; 3], note: Option<&str>) -> NewEvent {
    let [value, numerator, denominator] = numbers;
    let at: At = at.parse().expect("a time");
    event(id, Content::Sample { unit: 2, indicator: 3, at, value, numerator, denominator, note: note.map(str::to_owned) })
}

fn step(id: &str, hours: f64, is_full: bool) -> NewEvent {
    let word = |word: &str| is_full.then(|| word.to_owned());
    let (step, due) = if is_full { (Step::Reassigned, Some(9)) } else { (Step::Submitted, None) };
    let (class, channel, area) = (word("izin"), word("loket"), word("\u{e9}"));
    let at = (hours * 3_600_000.0) as Millis;
    event(id, Content::Step(Box::new(CaseStep { service: 4, case: "B-1".to_owned(), unit: 2, step, at, due, class, channel, area })))
}

/// Every shape of an event, and each again in the same group and later: the same, and with other content.
fn rounds() -> Vec<Vec<NewEvent>> {
    let shapes = |scale: f64, reason: &str| {
        vec![
            sample("value", "2026-11-24T09:30:00+07:00", [Some(0.1 * scale), None, None], None),
            sample("period", "2026-W48", [Some(-1e15 * scale), None, None], Some("catatan")),
            sample("ratio", "2026-11", [None, Some(3.0 * scale), Some(7.0)], None),
            step("bare", 1.0 * scale, false),
            step("full", 2.0 * scale, true),
            event("void", Content::Void { source: 9, id: "x".to_owned(), reason: reason.to_owned() }),
        ]
    };
    let (known, other) = (shapes(1.0, "salah"), shapes(0.5, "lain"));
    let bulk = (0..300).map(|n| sample(&format!("bulk-{n}"), "2026", [Some(f64::from(n)), None, None], None)).collect();
    vec![[known.clone(), known.clone(), other.clone()].concat(), known, bulk, other]
}

async fn put(appender: &mut Appender, now: Millis, events: Vec<NewEvent>) -> Vec<Outcome> {
    let (back, appended) = appender.append(&clock(now), Group { events: events.clone(), used_keys: Vec::new() }).await;
    assert_eq!(back.events, events, "the events come back");
    let appended = appended.expect("an append");
    assert_eq!(appended.received_at, now);
    appended.outcomes
}

async fn all(db: &Db) -> Vec<sql::log::Entry> {
    entries_after(db, 0, i64::MAX, i64::MAX).await.expect("entries")
}

/// Changes the store behind its back.
fn meddle(store: &Store, statement: &str) {
    if is_on_postgres() {
        store.ask(statement);
        return;
    }
    let connection = rusqlite::Connection::open(store.file()).expect("the file");
    assert_eq!(connection.execute(statement, []).expect("the schema has these columns"), 1, "{statement}");
}

async fn must_be_sound(db: &Db) {
    let faults: Vec<_> = chain::verify(db).await.expect("a check").into_iter().filter(|finding| finding.fault.is_some()).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test]
async fn a_known_key_is_found_wherever_it_waits() {
    use Outcome::{Accepted, Conflict, Duplicate};
    let (db, _folder) = store().await;
    let expected = [[[Accepted; 6], [Duplicate; 6], [Conflict; 6]].concat(), vec![Duplicate; 6], vec![Accepted; 300], vec![Conflict; 6]];
    let mut appender = Appender::new(db.clone());
    for ((round, events), expected) in (10..).zip(rounds()).zip(expected) {
        assert_eq!(put(&mut appender, round, events).await, expected, "round {round}");
    }
    // On a database server a key goes in with its event.
    let waits = if is_on_postgres() { appender.waiting() == 0 } else { appender.waiting() >= 300 };
    assert!(waits, "a large group leaves its keys for later: {}", appender.waiting());
    let again = |outcomes: Vec<Outcome>| assert!(!outcomes.contains(&Accepted), "{outcomes:?}");
    must_be_sound(&db).await;
    again(put(&mut appender, 20, rounds().concat()).await);
    // Another process, as after a crash: it finds in the log what is not in the table.
    again(put(&mut Appender::new(db.clone()), 21, rounds().concat()).await);
    appender.settle().await.expect("keys go in");
    assert_eq!(appender.waiting(), 0);
    must_be_sound(&db).await;
    again(put(&mut appender, 22, rounds().concat()).await);
    again(put(&mut Appender::new(db.clone()), 23, rounds().concat()).await);
}

#[tokio::test]
async fn two_processes_that_take_turns_know_each_others_events() {
    let (db, _folder) = store().await;
    let (mut one, mut other) = (Appender::new(db.clone()), Appender::new(db.clone()));
    let events =
        |from: i32, to: i32| (from..to).map(|n| sample(&format!("e{n}"), "2026", [Some(1.0), None, None], None)).collect::<Vec<_>>();
    for step in 0..6 {
        let (mine, now) = (step * 400, i64::from(step));
        let appender = if step % 2 == 0 { &mut one } else { &mut other };
        let outcomes = put(appender, now, events(mine - 300, mine + 400)).await;
        let known = if step == 0 { 0 } else { 300 };
        let accepted = outcomes.iter().filter(|outcome| **outcome == Outcome::Accepted).count();
        assert_eq!(accepted, if step == 0 { 700 } else { 700 - known }, "step {step}");
        if step == 3 {
            appender.settle().await.expect("keys go in");
        }
    }
    one.settle().await.expect("keys go in");
    other.settle().await.expect("keys go in");
    must_be_sound(&db).await;
}

#[tokio::test]
async fn groups_of_the_past_are_what_they_would_have_been() {
    let ((one, _a), (past, _b)) = (store().await, store().await);
    let mut appender = Appender::new(one.clone());
    for (round, events) in (10..).zip(rounds()) {
        put(&mut appender, round, events).await;
    }
    Appender::new(past.clone()).append_past((10..).zip(rounds()).collect()).await.expect("an append");
    assert_eq!(all(&one).await, all(&past).await, "in one commit, each group with its own receipt");
    must_be_sound(&past).await;
}

#[tokio::test]
async fn verify_names_an_event_without_its_key() {
    let (db, store) = store().await;
    let mut appender = Appender::new(db.clone());
    put(&mut appender, 1, rounds()[2].clone()).await;
    appender.settle().await.expect("keys go in");
    meddle(&store, "delete from event_key where seq = 12");
    let faults: Vec<String> = chain::verify(&db).await.expect("a check").into_iter().filter_map(|finding| finding.fault).collect();
    assert_eq!(faults, ["log row 12 has no key"]);
    meddle(
        &store,
        match is_on_postgres() {
            true => "insert into event_key (source, event_id, seq) values (1, 'other', 12)",
            false => "insert into event_key (hash, seq) values (1, 12)",
        },
    );
    let faults: Vec<String> = chain::verify(&db).await.expect("a check").into_iter().filter_map(|finding| finding.fault).collect();
    assert_eq!(faults, ["log row 12 has no key"]);
}

#[tokio::test]
async fn a_refused_group_leaves_nothing_and_the_next_one_goes_on() {
    let (db, _folder) = store().await;
    let mut appender = Appender::new(db.clone());
    let group = |id: &str| Group { events: vec![sample(id, "2026", [Some(1.0), None, None], None)], used_keys: Vec::new() };
    appender.append(&clock(1_000), group("a")).await.1.expect("an append");
    let (back, refused) = appender.append(&clock(999), group("b")).await;
    assert!(matches!(refused, Err(Error::ClockBehind { newest_ms: 1_000, .. })), "{refused:?}");
    let past = vec![(2_000, group("c").events), (1_500, group("d").events)];
    let refused = appender.append_past(past).await;
    assert!(matches!(refused, Err(Error::ClockBehind { newest_ms: 2_000, .. })), "{refused:?}");
    let outcomes = appender.append(&clock(1_000), back).await.1.expect("an append").outcomes;
    assert_eq!(outcomes, [Outcome::Accepted]);
    assert_eq!(entries_after(&db, 0, i64::MAX, 10).await.expect("entries").len(), 2);
}

#[tokio::test]
async fn a_writer_of_this_process_is_waited_for() {
    let (db, _folder) = store().await;
    let mut appender = Appender::new(db.clone());
    let tx = db.begin().await.expect("a transaction");
    let events = vec![sample("a", "2026", [Some(1.0), None, None], None)];
    let now = clock(1);
    let mut appending = std::pin::pin!(appender.append(&now, Group { events, used_keys: Vec::new() }));
    if is_on_postgres() {
        // The log has a lock of its own there: intake never waits for who writes tables.
        appending.await.1.expect("an append");
        tx.commit().await.expect("a commit");
        return;
    }
    tokio::select! {
        biased;
        _ = &mut appending => panic!("appended beside another writer"),
        () = tokio::task::yield_now() => {}
    }
    tx.commit().await.expect("a commit");
    appending.await.1.expect("an append");
}

fn many(from: i32, to: i32, note: &str) -> Vec<NewEvent> {
    (from..to).map(|n| sample(&format!("many-{n}"), "2026", [Some(f64::from(n)), None, None], Some(note))).collect()
}

#[tokio::test]
async fn keys_of_which_some_are_in_the_table_are_all_known() {
    let (db, _folder) = store().await;
    let mut appender = Appender::new(db.clone());
    put(&mut appender, 1, many(0, 30_000, "")).await;
    let all = appender.waiting();
    appender.settle().await.expect("keys go in");
    // On a database server a key goes in with its event.
    assert!(is_on_postgres() || (1..all).contains(&appender.waiting()), "{} of {all} wait", appender.waiting());
    must_be_sound(&db).await;
    let mut another = Appender::new(db.clone());
    for known in [&mut appender, &mut another] {
        let outcomes = put(known, 2, many(0, 30_000, "")).await;
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Duplicate), "every event is known");
    }
    // Places of events by their keys, whether these are in the table or not, each once.
    let keys: Vec<(i64, String)> = (0..30_000).step_by(7).map(|n| (1, format!("many-{n}"))).collect();
    let mut places = sql::log::seqs_of_keys(&db, &keys).await.expect("places");
    places.sort_unstable_by_key(|(.., seq)| *seq);
    assert_eq!(places, keys.into_iter().zip((1..).step_by(7)).map(|((source, id), seq)| (source, id, seq)).collect::<Vec<_>>());
    for appender in [&mut appender, &mut another] {
        while appender.waiting() > 0 {
            appender.settle().await.expect("keys go in");
        }
        must_be_sound(&db).await;
    }
}

#[tokio::test]
async fn a_long_journal_begins_anew_while_groups_come() {
    if skips_on_postgres("a server looks after its journal itself") {
        return;
    }
    let (db, store) = store().await;
    let mut appender = Appender::on_own_thread(db.clone());
    let looking = rusqlite::Connection::open(store.file()).expect("the file");
    let note = "x".repeat(400);
    let mut longest = 0;
    // Ten megabytes of rows make it long enough; what happens then happens beside the groups, which go on.
    for (round, from) in (1..).zip((0..).step_by(1_000)) {
        put(&mut appender, round, many(from, from + if longest < 2_000 { 1_000 } else { 1 }, &note)).await;
        let pages: i64 = looking.query_row("pragma wal_checkpoint(noop)", [], |row| row.get(1)).expect("the state of the journal");
        if pages < longest {
            break;
        }
        longest = pages;
        assert!(round < 20_000, "{pages} pages and none was carried over");
    }
    assert!(longest >= 2_000, "{longest} pages");
    must_be_sound(&db).await;
    db.close().await;
}

#[tokio::test]
async fn runs_of_samples_are_read_as_they_were_written() {
    let (db, _folder) = store().await;
    let mut events: Vec<NewEvent> = many(0, 400, "");
    for (n, event) in events.iter_mut().enumerate() {
        // Runs of every length, cut by another source, a time, a remark or a step.
        event.time = (n % 23 == 5).then_some(7);
        event.source = 1 + (n / 37 % 2) as i64;
        match &mut event.content {
            Content::Sample { note, value, .. } if n % 61 != 9 => (*note, *value) = (None, Some(n as f64 / 8.0)),
            _ => {}
        }
        if n % 41 == 11 {
            event.content = step("", n as f64, n % 2 == 0).content;
        }
    }
    let mut appender = Appender::new(db.clone());
    for (now, group) in (1..).zip(events.chunks(133)) {
        put(&mut appender, now, group.to_vec()).await;
    }
    let read: Vec<NewEvent> = all(&db)
        .await
        .into_iter()
        .map(|entry| match entry {
            Entry::Sample(row) => {
                let sql::log::Sample { source, event_id: id, time, unit, indicator, at, value, numerator, denominator, note, .. } = row;
                NewEvent { source, id, time, content: Content::Sample { unit, indicator, at, value, numerator, denominator, note } }
            }
            Entry::Step(row) => {
                NewEvent { source: row.source, id: row.event_id, time: row.time, content: Content::Step(Box::new(row.what)) }
            }
            Entry::Void(row) => panic!("nobody wrote {row:?}"),
        })
        .collect();
    assert_eq!(read, events);
    must_be_sound(&db).await;
}
