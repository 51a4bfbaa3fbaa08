//! The log on a real file: keys, order, chain, and a byte changed behind our back.

use std::sync::Arc;

use rules::at::At;
use rules::time::Now;
use sql::log::{Appender, Content, Group, NewEvent, Outcome, entries_after, head, seq_at, voided};
use sql::{Db, Error, chain};
use tests::{Store, skips_on_postgres};

async fn store() -> (Db, Store) {
    let store = Store::new();
    let db = Db::open(store.url()).await.expect("a store");
    db.migrate().await.expect("migrations");
    (db, store)
}

fn sample(id: &str, at: i64, value: f64) -> NewEvent {
    let content =
        Content::Sample { unit: 1, indicator: 1, at: At::Instant(at), value: Some(value), numerator: None, denominator: None, note: None };
    NewEvent { source: 1, id: id.to_owned(), time: None, content }
}

async fn put(db: &Db, now: i64, events: &[NewEvent]) -> Result<Vec<Outcome>, Error> {
    let group = Group { events: events.to_vec(), used_keys: Vec::new() };
    Ok(Appender::new(db.clone()).append(&(Arc::new(move || now) as Now), group).await.1?.outcomes)
}

#[tokio::test]
async fn the_same_event_is_a_duplicate_and_another_with_its_id_a_conflict() {
    let (db, _folder) = store().await;
    let events = [sample("a", 1, 1.0), sample("b", 2, 2.0), sample("a", 1, 1.0), sample("b", 2, 9.0)];
    use Outcome::{Accepted, Conflict, Duplicate};
    assert_eq!(put(&db, 10, &events).await.expect("an append"), [Accepted, Accepted, Duplicate, Conflict], "inside one group");
    assert_eq!(put(&db, 11, &events).await.expect("an append"), [Duplicate, Duplicate, Duplicate, Conflict], "against the log");
    let mut other_type = sample("a", 1, 1.0);
    other_type.content = Content::Void { source: 1, id: "x".to_owned(), reason: "r".to_owned() };
    assert_eq!(put(&db, 12, &[other_type]).await.expect("an append"), [Conflict]);
    assert_eq!(entries_after(&db, 0, i64::MAX, 100).await.expect("entries").len(), 2);
}

#[tokio::test]
async fn a_large_group_of_mixed_events_keeps_its_order() {
    let (db, _folder) = store().await;
    let mut events: Vec<NewEvent> = (0..1_000).map(|no| sample(&format!("e{no}"), no, no as f64)).collect();
    events.insert(500, events[3].clone());
    let outcomes = put(&db, 10, &events).await.expect("an append");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Accepted).count(), 1_000);
    assert_eq!(outcomes[500], Outcome::Duplicate);
    let mut seen = Vec::new();
    let mut after = 0;
    loop {
        let page = entries_after(&db, after, i64::MAX, 64).await.expect("entries");
        let Some(last) = page.last() else { break };
        after = last.seq();
        seen.extend(page.into_iter().map(|entry| entry.seq()));
    }
    assert_eq!(seen.len(), 1_000);
    assert!(seen.is_sorted());
}

#[tokio::test]
async fn a_clock_behind_the_newest_receipt_is_refused() {
    let (db, _folder) = store().await;
    put(&db, 1_000, &[sample("a", 1, 1.0)]).await.expect("an append");
    let refused = put(&db, 999, &[sample("b", 1, 1.0)]).await;
    assert!(matches!(refused, Err(Error::ClockBehind { newest_ms: 1_000, .. })), "{refused:?}");
    put(&db, 1_000, &[sample("b", 1, 1.0)]).await.expect("the same moment is in order");
    assert_eq!(seq_at(&db, 999).await.expect("a place"), 0, "nothing was known then");
    assert_eq!(seq_at(&db, 1_000).await.expect("a place"), head(&db).await.expect("the head"));
}

#[tokio::test]
async fn a_void_is_found_by_the_key_it_names() {
    let (db, _folder) = store().await;
    let void = NewEvent {
        source: 1,
        id: "v".to_owned(),
        time: None,
        content: Content::Void { source: 1, id: "a".to_owned(), reason: "r".to_owned() },
    };
    put(&db, 1, &[void]).await.expect("an append");
    let found = voided(&db, &[(1, "a"), (1, "b"), (2, "a")], i64::MAX).await.expect("voids");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [(1, "a".to_owned())]);
    assert!(voided(&db, &[(1, "a")], 0).await.expect("voids").is_empty(), "it was not known before it came");
}

#[tokio::test]
async fn a_negative_zero_is_a_zero_in_the_chain() {
    let (db, _folder) = store().await;
    put(&db, 1_000, &[sample("a", 0, -0.0)]).await.expect("appended");
    let findings = sql::chain::verify(&db).await.expect("verified");
    assert!(findings.iter().all(|finding| finding.fault.is_none()), "{findings:?}");
}

#[tokio::test]
async fn verify_names_the_group_of_a_changed_row() {
    if skips_on_postgres("bytes changed in the file; the rows of a server are changed in postgres.rs") {
        return;
    }
    let (db, store) = store().await;
    put(&db, 1, &[sample("aaaa-1111", 1, 1.5)]).await.expect("an append");
    put(&db, 2, &[sample("bbbb-2222", 2, 2.5), sample("cccc-3333", 3, 3.5)]).await.expect("an append");
    let faults = |findings: Vec<chain::Finding>| findings.into_iter().filter_map(|finding| finding.fault).collect::<Vec<_>>();
    assert_eq!(faults(chain::verify(&db).await.expect("a check")), Vec::<String>::new());
    db.close().await;

    let path = store.file();
    let mut bytes = std::fs::read(&path).expect("the file");
    let places: Vec<usize> = bytes.windows(9).enumerate().filter(|(_, window)| *window == b"bbbb-2222").map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for place in places {
        bytes[place] = b'x';
    }
    std::fs::write(&path, bytes).expect("the file");
    let db = Db::open(&format!("sqlite://{}", path.display())).await.expect("a store");
    let found = faults(chain::verify(&db).await.expect("a check"));
    assert!(found.iter().any(|fault| fault.contains("group 2")), "{found:?}");
}
