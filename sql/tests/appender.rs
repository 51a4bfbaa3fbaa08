//! The hot path of the log does what appending inside a transaction does.

use std::sync::Arc;

use rules::at::At;
use rules::time::{Millis, Now};
use sql::log::{Appender, Content, Group, NewEvent, Outcome, append, entries_after};
use sql::{Db, Error, chain};
use tests::Store;

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

/// Every shape of an event, and each again in the same group and later: the same, and with other content.
fn rounds() -> Vec<Vec<NewEvent>> {
    let shapes = |scale: f64, reason: &str| {
        vec![
            sample("value", "2026-11-24T09:30:00+07:00", [Some(0.1 * scale), None, None], None),
            sample("period", "2026-W48", [Some(-1e15 * scale), None, None], Some("catatan")),
            sample("ratio", "2026-11", [None, Some(3.0 * scale), Some(7.0)], None),
            event("void", Content::Void { source: 9, id: "x".to_owned(), reason: reason.to_owned() }),
        ]
    };
    let (known, other) = (shapes(1.0, "salah"), shapes(0.5, "lain"));
    let bulk = (0..300).map(|n| sample(&format!("bulk-{n}"), "2026", [Some(f64::from(n)), None, None], None)).collect();
    vec![[known.clone(), known.clone(), other.clone()].concat(), known, bulk, other]
}

#[tokio::test]
async fn both_ways_of_appending_write_the_same() {
    let ((one, _a), (other, _b)) = (store().await, store().await);
    let mut appender = Appender::new(other.clone());
    for (round, events) in (10..).zip(rounds()) {
        let mut tx = one.begin().await.expect("a transaction");
        let expected = append(&mut tx, round, &events).await.expect("an append");
        tx.commit().await.expect("a commit");
        let (group, appended) = appender.append(&clock(round), Group { events: events.clone(), used_keys: Vec::new() }).await;
        let appended = appended.expect("an append");
        assert_eq!((appended.received_at, appended.outcomes), (round, expected), "round {round}");
        assert_eq!(group.events, events, "the events come back");
    }
    let past = store().await;
    let groups = (10..).zip(rounds()).collect();
    Appender::new(past.0.clone()).append_past(groups).await.expect("an append");
    let all = |db: Db| async move { entries_after(&db, 0, i64::MAX, i64::MAX).await.expect("entries") };
    assert_eq!(all(one.clone()).await, all(other.clone()).await);
    assert_eq!(all(one.clone()).await, all(past.0.clone()).await, "in one commit, each group with its own receipt");
    // Whoever continues the other's log finds its keys, its order and its chain.
    let mut appender = Appender::new(one.clone());
    let (_, appended) = appender.append(&clock(99), Group { events: rounds().concat(), used_keys: Vec::new() }).await;
    assert!(!appended.expect("an append").outcomes.contains(&Outcome::Accepted));
    for db in [one, other, past.0] {
        assert!(chain::verify(&db).await.expect("a check").iter().all(|finding| finding.fault.is_none()));
    }
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
    let mut tx = db.begin().await.expect("a transaction");
    append(&mut tx, 1, &[]).await.expect("the log is ours");
    let events = vec![sample("a", "2026", [Some(1.0), None, None], None)];
    let now = clock(1);
    let mut appending = std::pin::pin!(appender.append(&now, Group { events, used_keys: Vec::new() }));
    tokio::select! {
        biased;
        _ = &mut appending => panic!("appended beside another writer"),
        () = tokio::task::yield_now() => {}
    }
    tx.commit().await.expect("a commit");
    appending.await.1.expect("an append");
}
