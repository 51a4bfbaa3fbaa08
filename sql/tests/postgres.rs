//! What only a database on a server has: several processes at once, hints between them, views for other tools, and the
//! many ways in which it is not there.

use std::time::Duration;

use rules::at::At;
use rules::case::{CaseState, End, EndKind, Pause, Step};
use rules::time::Millis;
use sql::behind::Writes;
use sql::case_state::{self, Stored};
use sql::configuration::{Change, Table, record};
use sql::log::{Appender, CaseStep, Content, Entry, Group, NewEvent, Outcome, entries_after};
use sql::progress::{self, Counter};
use sql::{Db, Error, chain};
use tests::{Cluster, Store, is_on_postgres};

/// From a commit to the hint in another process.
const HEARD_WITHIN: Duration = Duration::from_secs(5);

/// None when stores are not on a server.
async fn store() -> Option<(Db, Store)> {
    if !is_on_postgres() {
        println!("not tested: PANTAU_TEST_ENGINE is not postgres");
        return None;
    }
    let store = Store::new();
    let db = Db::open(store.url()).await.expect("a store");
    db.migrate().await.expect("migrations");
    Some((db, store))
}

fn sample(id: String, value: f64) -> NewEvent {
    let at = At::Instant(1_795_487_400_123);
    let content = Content::Sample { unit: 1, indicator: 1, at, value: Some(value), numerator: None, denominator: None, note: None };
    NewEvent { source: 1, id, time: None, content }
}

fn unit(id: &str) -> Change {
    let content = serde_json::json!({"id": id, "parent": null, "name": format!("Unit {id}"), "short_name": "", "kind": "agency",
        "valid_from": "2020-01-01", "valid_to": null, "calendar": "", "code": ""});
    Change { table: Table::Unit, key: id.to_owned(), content }
}

/// Writes a configuration with one unit and source 1.
async fn configure(db: &Db) {
    let mut tx = db.begin().await.expect("a transaction");
    let indicator = serde_json::json!({"id": "wait", "name": "Tunggu", "name_en": "Wait", "unit_of_measure": "min", "polarity": "down",
        "frequency": "day", "decimals": 1});
    let put = [unit("clinic"), Change { table: Table::Indicator, key: "wait".to_owned(), content: indicator }];
    record(&mut tx, 1, "test", &put, &[]).await.expect("a revision");
    sql::source::ensure(&mut tx, "desk", None).await.expect("a source");
    tx.commit().await.expect("a commit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_order_is_the_order_of_commits_whoever_appends() {
    let Some((db, store)) = store().await else { return };
    let clock = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(1));
    let writers = (0..4).map(|who| {
        let (url, clock) = (store.url().to_owned(), std::sync::Arc::clone(&clock));
        tokio::spawn(async move {
            // As a process of its own.
            let mut appender = Appender::new(Db::open(&url).await.expect("the same store"));
            let now: rules::time::Now = std::sync::Arc::new(move || clock.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
            for round in 0..25 {
                // Every second event is one that all of them send.
                let events = (0..6).map(|n| match n % 2 {
                    0 => sample(format!("{who}-{round}-{n}"), 1.0),
                    _ => sample(format!("all-{round}-{n}"), 2.0),
                });
                let group = Group { events: events.collect(), used_keys: Vec::new() };
                let appended = appender.append(&now, group).await.1.expect("an append");
                assert!(!appended.outcomes.contains(&Outcome::Conflict));
            }
        })
    });
    // What is read while they write is never followed by something before it.
    let mut seen: Vec<(Millis, i64)> = Vec::new();
    let writers: Vec<_> = writers.collect();
    while seen.len() < 4 * 25 * 3 + 25 * 3 {
        let after = seen.last().map_or(0, |(_, seq)| *seq);
        for entry in entries_after(&db, after, i64::MAX, 10_000).await.expect("entries") {
            let Entry::Sample(row) = entry else { panic!("only samples were sent") };
            seen.push((row.received_at, row.seq));
        }
    }
    for writer in writers {
        writer.await.expect("a writer does not panic");
    }
    assert!(seen.is_sorted_by(|a, b| a.0 <= b.0 && a.1 < b.1));
    assert_eq!(entries_after(&db, 0, i64::MAX, 10_000).await.expect("entries").len(), seen.len(), "none came behind what was read");
    assert!(chain::verify(&db).await.expect("a check").iter().all(|finding| finding.fault.is_none()));
}

#[tokio::test]
async fn other_processes_are_heard_and_oneself_is_not_heard_twice() {
    let Some((db, store)) = store().await else { return };
    let other = Db::open(store.url()).await.expect("the same store");
    let (mut log, mut registry, mut own) = (db.signal().watch_log(), db.signal().watch_registry(), other.signal().watch_registry());
    // Once it listens, everything is hinted, because nobody heard what was before.
    for watch in [&mut log, &mut registry, &mut own] {
        tokio::time::timeout(HEARD_WITHIN, watch.changed()).await.expect("in time").expect("the sender lives");
        watch.mark_unchanged();
    }
    configure(&other).await;
    tokio::time::timeout(HEARD_WITHIN, registry.changed()).await.expect("in time").expect("the sender lives");
    assert!(!log.has_changed().expect("the sender lives"), "nothing was appended");
    let group = Group { events: vec![sample("a".to_owned(), 1.0)], used_keys: Vec::new() };
    let now: rules::time::Now = std::sync::Arc::new(|| 2);
    Appender::new(other.clone()).append(&now, group).await.1.expect("an append");
    tokio::time::timeout(HEARD_WITHIN, log.changed()).await.expect("in time").expect("the sender lives");
    assert!(!own.has_changed().expect("the sender lives"), "its own hint went round");
}

#[tokio::test]
async fn a_counter_that_another_process_moved_stays() {
    let Some((db, _store)) = store().await else { return };
    let advance = async |from, to| {
        let mut writes = Writes::default();
        progress::advance(&mut writes, Counter::MergedSeq, from, to);
        writes.commit(&db).await.expect("an answer").is_some()
    };
    assert!(advance(0, 5).await && advance(5, 7).await);
    assert!(!advance(5, 9).await);
    assert_eq!(progress::get(&db, Counter::MergedSeq).await.expect("a counter"), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_at_once_migrate_once() {
    if !is_on_postgres() {
        return;
    }
    let store = Store::new();
    let starts = (0..4).map(|_| {
        let url = store.url().to_owned();
        tokio::spawn(async move {
            let db = Db::open(&url).await.expect("a store");
            db.migrate().await.expect("migrations");
            db.require_migrated().await.expect("all of them");
        })
    });
    for start in starts.collect::<Vec<_>>() {
        start.await.expect("no start fails");
    }
}

#[tokio::test]
async fn views_have_ids_names_and_times_with_a_zone() {
    let Some((db, store)) = store().await else { return };
    configure(&db).await;
    let now: rules::time::Now = std::sync::Arc::new(|| 1_795_487_500_000);
    let group = Group { events: vec![sample("a".to_owned(), 1.5)], used_keys: Vec::new() };
    Appender::new(db.clone()).append(&now, group).await.1.expect("an append");
    assert_eq!(
        store.ask(
            "set timezone to 'Asia/Jakarta'; select source, unit, unit_name, indicator, indicator_name, grain, at, value, counts from bi.samples"
        ),
        "desk|clinic|Unit clinic|wait|Tunggu|instant|2026-11-24 09:30:00.123+07|1.5|f"
    );
    assert_eq!(store.ask("select id, name, valid_from, in_force from bi.units"), "clinic|Unit clinic|2020-01-01|t");
    assert_eq!(store.ask("select id, name_en, decimals from bi.indicators"), "wait|Wait|1");
    assert_eq!(store.ask("select count(*) from bi.rollups"), "0");
}

#[tokio::test]
async fn views_show_cases_and_all_that_happened_to_them() {
    let Some((db, store)) = store().await else { return };
    configure(&db).await;
    let service = serde_json::json!({"id": "permit", "name": "Izin", "name_en": "Permit", "standard": 14, "standard_unit": "working_days",
        "ends_at": "handed_over", "calendar": "", "owner": ""});
    let mut tx = db.begin().await.expect("a transaction");
    record(&mut tx, 2, "test", &[Change { table: Table::Service, key: "permit".to_owned(), content: service }], &[])
        .await
        .expect("a revision");
    let state = CaseState {
        unit: 1,
        submitted_at: Some(1_795_487_400_123),
        completed_file_at: None,
        end: None,
        due: None,
        class: None,
        channel: None,
        area: None,
        pauses: vec![Pause { from: 7, to: None }],
    };
    let case = Stored { service: 1, case: "B-1".to_owned(), state, steps: vec![1] };
    tx.commit().await.expect("a commit");
    let mut writes = Writes::default();
    case_state::put(&mut writes, std::slice::from_ref(&case));
    let end = End { at: 1_795_491_000_000, kind: EndKind::Rejected };
    let ended = Stored { state: CaseState { end: Some(end), class: Some("small".to_owned()), ..case.state.clone() }, ..case };
    case_state::put(&mut writes, std::slice::from_ref(&ended));
    writes.commit(&db).await.expect("a commit");
    assert_eq!(store.ask("select length(value) from setting where name = 'case_salt'"), "64", "the migration makes one");
    store.ask("update setting set value = 'a' where name = 'case_salt'");
    assert_eq!(case_state::by_keys(&db, vec![(1, "B-1".to_owned())]).await.expect("cases"), [ended]);
    let steps = Step::ALL.iter().enumerate().map(|(no, step)| {
        let (service, case, at) = (1, "B-1".to_owned(), 1_795_487_400_123);
        let what = CaseStep { service, case, unit: 1, step: *step, at, due: None, class: None, channel: None, area: None };
        NewEvent { source: 1, id: format!("s{no}"), time: None, content: Content::Step(Box::new(what)) }
    });
    let void = Content::Void { source: 1, id: "s1".to_owned(), reason: "typo".to_owned() };
    let events = steps.chain([NewEvent { source: 1, id: "v".to_owned(), time: None, content: void }]).collect();
    let now: rules::time::Now = std::sync::Arc::new(|| 1_795_487_500_000);
    Appender::new(db.clone()).append(&now, Group { events, used_keys: Vec::new() }).await.1.expect("an append");
    assert_eq!(
        store.ask(
            "set timezone to 'Asia/Jakarta'; select service, service_name, case_key, unit, submitted_at, ended_at, end_kind, due, class from bi.cases"
        ),
        "permit|Izin|6f5dca889b3ce70c|clinic|2026-11-24 09:30:00.123+07|2026-11-24 10:30:00+07|rejected||small"
    );
    assert_eq!(store.ask("select * from bi_numbers.cases"), "permit|6f5dca889b3ce70c|B-1", "apart from the others");
    let words: Vec<&str> = Step::ALL.iter().map(|step| step.as_str()).collect();
    assert_eq!(store.ask("select string_agg(step, ' ' order by seq) from bi.case_steps"), words.join(" "));
    assert_eq!(
        store.ask(
            "set timezone to 'Asia/Jakarta'; select source, service, case_key, unit_name, step, at, voided from bi.case_steps order by seq limit 2"
        ),
        "desk|permit|6f5dca889b3ce70c|Unit clinic|submitted|2026-11-24 09:30:00.123+07|f\ndesk|permit|6f5dca889b3ce70c|Unit clinic|completed_file|2026-11-24 09:30:00.123+07|t"
    );
    assert_eq!(store.ask("select id, standard, ends_at, in_force from bi.services"), "permit|14|handed_over|t");
    let places: Vec<i64> = sql::log::steps_at(&db, vec![3, 12, 1]).await.expect("steps").iter().map(|step| step.seq).collect();
    assert_eq!(places, [3, 1], "in the order asked for, without what is no step");
}

/// As `dashboard_server` makes them, which has the same ones in its test.
#[tokio::test]
async fn the_pseudonyms_of_views_are_those_of_the_pages() {
    let Some((_db, store)) = store().await else { return };
    assert_eq!(store.ask("select case_key('a', 1, 'B-1'), case_key('a', 12, repeat('é', 200))"), "6f5dca889b3ce70c|050c6393abedd5c5");
}

/// Deny by default: whoever is granted the views of `bi` reads no number of a case, nor an id of an event, which often has it in it.
#[tokio::test]
async fn who_is_granted_the_views_gets_no_number_of_a_case() {
    let Some((_db, store)) = store().await else { return };
    let columns = "select table_name || '.' || column_name from information_schema.columns where table_schema = 'bi' \
        and table_name in ('cases', 'case_steps') and (column_name like '%case%' or column_name like '%id') order by 1";
    assert_eq!(store.ask(columns), "case_steps.case_key\ncases.case_key");
    store.ask(
        "create role reader; grant usage on schema bi to reader; grant select on all tables in schema bi to reader; set role reader; \
         select count(*) from bi.cases, bi.case_steps",
    );
    let may = "select has_schema_privilege('reader', 'bi_numbers', 'usage'), has_table_privilege('reader', 'setting', 'select')";
    assert_eq!(store.ask(may), "f|f");
    store.ask("drop owned by reader; drop role reader");
}

#[tokio::test]
async fn a_row_or_a_key_changed_by_hand_is_named() {
    let Some((db, store)) = store().await else { return };
    let now: rules::time::Now = std::sync::Arc::new(|| 2);
    let group = Group { events: vec![sample("a".to_owned(), 1.5), sample("b".to_owned(), 2.5)], used_keys: Vec::new() };
    Appender::new(db.clone()).append(&now, group).await.1.expect("an append");
    let faults = async || {
        let findings = chain::verify(&db).await.expect("a check");
        findings.into_iter().filter_map(|finding| finding.fault).collect::<Vec<_>>()
    };
    assert_eq!(faults().await, Vec::<String>::new());
    store.ask("update sample set value = 1.5000000001 where event_id = 'a'");
    assert!(faults().await.iter().any(|fault| fault.contains("group 1")));
    store.ask("update sample set value = 1.5 where event_id = 'a'; alter table event_key drop constraint event_key_pk");
    assert_eq!(faults().await, ["missing or changed: create table event_key"]);
}

#[tokio::test]
async fn a_server_that_goes_away_is_said_and_found_again() {
    if !is_on_postgres() {
        return;
    }
    let mut cluster = Cluster::start();
    let db = Db::open(&cluster.database("store")).await.expect("a store");
    db.migrate().await.expect("migrations");
    let mut appender = Appender::new(db.clone());
    let now: rules::time::Now = std::sync::Arc::new(|| 2);
    let mut append = async |id: &str| {
        let group = Group { events: vec![sample(id.to_owned(), 1.0)], used_keys: Vec::new() };
        appender.append(&now, group).await.1
    };
    append("a").await.expect("an append");
    cluster.stop();
    assert!(append("b").await.is_err_and(|error| error.is_away()));
    assert!(db.check().await.is_err());
    cluster.resume();
    assert_eq!(append("b").await.expect("an append").outcomes, [Outcome::Accepted]);
    assert_eq!(append("a").await.expect("an append").outcomes, [Outcome::Duplicate]);
    db.check().await.expect("an answer");
}

#[tokio::test]
async fn what_is_wrong_with_an_address_is_named_and_the_password_is_not() {
    if !is_on_postgres() {
        return;
    }
    let cluster = Cluster::start();
    let good = cluster.database("store");
    let why = async |url: &str| match Db::open(url).await {
        Err(error @ Error::Server { .. }) => error.to_string(),
        other => panic!("{url}: {other:?}"),
    };
    let none = why(&good.replace("/store", "/other")).await;
    assert!(none.starts_with("there is no database other at "), "{none}");
    let user = why(&good.replace("pantau@", "nobody:secret@")).await;
    assert!(user.contains("does not let user nobody in") && !user.contains("secret"), "{user}");
    let away = why("postgres://u:secret@127.0.0.1:1/store").await;
    assert!(away.starts_with("the database server at postgres://127.0.0.1:1/store does not answer") && !away.contains("secret"), "{away}");
    cluster.ask("postgres", "create database latin encoding latin1 template template0");
    assert!(why(&cluster.url("latin")).await.contains("encoding UTF8"));
    cluster.ask("postgres", "create role guest login");
    let db = Db::open(&good.replace("pantau@", "guest@")).await.expect("guests may look");
    let refused = db.migrate().await.expect_err("guests may not make tables").to_string();
    assert!(refused.contains("make it the database's owner"), "{refused}");
}
