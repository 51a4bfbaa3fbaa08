//! A full queue, a clock set back, a locked database, a stop in the middle.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use collector::Config;
use serde_json::json;

use crate::house::{House, KEY, NOW, hold_log, sample};

/// Lets other tasks run until `reached`, for half a minute at most.
async fn until(what: &str, mut reached: impl FnMut() -> bool) {
    let patience = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while !reached() {
        assert!(tokio::time::Instant::now() < patience, "never reached: {what}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_full_queue_refuses_the_newcomer_and_keeps_what_waits() {
    let house = Arc::new(House::with(Config { queued_submissions: 1, ..Config::default() }).await);
    let holder = house.hold_log().await;
    let post = |id: &'static str| {
        let house = Arc::clone(&house);
        tokio::spawn(async move { house.post_raw(KEY, &[], sample(id, 1.0).to_string()).await })
    };
    let first = post("first");
    until("the writer works on the first", || !house.intake.health().oldest.is_zero() && house.intake.health().queued == 0).await;
    let second = post("second");
    until("the second waits", || house.intake.health().queued == 1).await;
    let (status, headers, problem) = post("third").await.expect("no panic");
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("overloaded")));
    assert_eq!(headers["retry-after"], "1");
    drop(holder);
    assert_eq!(first.await.expect("no panic").0, StatusCode::OK);
    assert_eq!(second.await.expect("no panic").0, StatusCode::OK);
    assert_eq!(house.logged().await.len(), 2);
}

#[tokio::test]
async fn a_used_up_budget_is_503_and_comes_back() {
    let house = House::with(Config { bytes_in_flight: 10_000, ..Config::default() }).await;
    let (status, headers, problem) = house.post_raw(KEY, &[], vec![b' '; 10_001]).await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("overloaded")));
    assert_eq!(headers["retry-after"], "1");
    // Unpacking needs budget too.
    let packed = zstd::encode_all(&*vec![b' '; 20_000], 3).expect("packs");
    let (status, _, _) = house.post_raw(KEY, &[("content-encoding", "zstd")], packed).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    for n in 0..50 {
        let (status, _) = house.post(KEY, &sample(&n.to_string(), 1.0)).await;
        assert_eq!(status, StatusCode::OK, "each answer gives its budget back");
    }
    house.close().await;
}

#[tokio::test]
async fn a_key_with_too_many_requests_is_told_429() {
    let house = Arc::new(House::open().await);
    let holder = house.hold_log().await;
    let waiting: Vec<_> = (0..128)
        .map(|n| {
            let house = Arc::clone(&house);
            tokio::spawn(async move { house.post(KEY, &sample(&n.to_string(), 1.0)).await })
        })
        .collect();
    // How many the writer holds and how many wait behind it is chance; all of them count for the key.
    let patience = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    let (status, headers, problem) = loop {
        let answer = house.post_raw(KEY, &[], "[]").await;
        if answer.0 != StatusCode::OK || tokio::time::Instant::now() > patience {
            break answer;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((status, &problem["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("too_many_requests")));
    assert_eq!(headers["retry-after"], "1");
    drop(holder);
    for one in waiting {
        assert_eq!(one.await.expect("no panic").0, StatusCode::OK);
    }
    let (status, _) = house.post(KEY, &json!([])).await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test]
async fn a_clock_set_back_stops_intake_until_it_is_right() {
    let house = House::open().await;
    assert_eq!(house.post(KEY, &sample("before", 1.0)).await.0, StatusCode::OK);
    house.clock.store(NOW - 60_000, Ordering::Relaxed);
    assert_eq!(house.intake.health().clock_behind_ms, Some(60_000));
    assert!(!house.intake.health().is_ready());
    let (status, headers, problem) = house.post_raw(KEY, &[], sample("meanwhile", 1.0).to_string()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("clock_behind")));
    assert!(headers.contains_key("retry-after"));
    house.clock.store(NOW, Ordering::Relaxed);
    assert!(house.intake.health().is_ready());
    assert_eq!(house.post(KEY, &sample("meanwhile", 1.0)).await.0, StatusCode::OK);
    assert_eq!(house.logged().await.len(), 2);
    house.close().await;
}

#[tokio::test]
async fn another_process_with_the_lock_is_waited_for() {
    let house = Arc::new(House::open().await);
    let other = sql::Db::open(house.store.url()).await.expect("opens");
    let lock = hold_log(&house.store, &other).await;
    let post = {
        let house = Arc::clone(&house);
        tokio::spawn(async move { house.post(KEY, &sample("patient", 1.0)).await })
    };
    until("the writer tries", || !house.intake.health().oldest.is_zero()).await;
    drop(lock);
    assert_eq!(post.await.expect("no panic").0, StatusCode::OK);
    other.close().await;
}

#[tokio::test]
async fn what_waits_at_a_stop_is_stored_and_answered() {
    let house = Arc::new(House::open().await);
    let holder = house.hold_log().await;
    let post = |id: &'static str| {
        let house = Arc::clone(&house);
        tokio::spawn(async move { house.post(KEY, &sample(id, 1.0)).await })
    };
    let first = post("first");
    until("the writer works on the first", || !house.intake.health().oldest.is_zero()).await;
    let second = post("second");
    until("the second waits", || house.intake.health().queued == 1).await;
    house.shutdown.cancel();
    drop(holder);
    assert_eq!(first.await.expect("no panic").0, StatusCode::OK);
    assert_eq!(second.await.expect("no panic").0, StatusCode::OK);
    house.tracker.close();
    house.tracker.wait().await;
    let (status, problem) = house.post(KEY, &sample("late", 1.0)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("stopping")));
    assert_eq!(house.logged().await.len(), 2);
}

#[tokio::test]
async fn a_key_notes_when_it_was_used() {
    let house = House::open().await;
    house.post(KEY, &sample("a", 1.0)).await;
    let used = |key: Option<sql::key::Key>| key.expect("is there").last_used_at;
    assert_eq!(used(sql::key::find(&house.db, KEY).await.expect("reads")), Some(NOW));
    house.clock.store(NOW + 59_999, Ordering::Relaxed);
    house.post(KEY, &sample("b", 1.0)).await;
    assert_eq!(used(sql::key::find(&house.db, KEY).await.expect("reads")), Some(NOW), "not more than once a minute");
    house.clock.store(NOW + 60_000, Ordering::Relaxed);
    house.post(KEY, &sample("c", 1.0)).await;
    assert_eq!(used(sql::key::find(&house.db, KEY).await.expect("reads")), Some(NOW + 60_000));
    house.close().await;
}
