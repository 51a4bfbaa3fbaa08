//! Events beside each other: bad among good, repeats, voids, many senders at once.

use std::collections::HashSet;

use axum::http::StatusCode;
use proptest::prelude::*;
use serde_json::{Value, json};
use sql::log::Entry;

use crate::house::{House, KEY, event, sample};

#[tokio::test]
async fn one_bad_event_among_a_thousand_fails_alone() {
    let house = House::open().await;
    for (round, bad) in
        [json!(7), json!({"id": 7}), event("x", json!({"unit": "dinas", "indicator": "tunggu", "at": "2026-11", "value": "a lot"}))]
            .iter()
            .enumerate()
    {
        let mut batch: Vec<Value> = (0..1000).map(|n| sample(&format!("{round}-{n}"), f64::from(n))).collect();
        batch[437] = bad.clone();
        let (status, answer) = house.post(KEY, &json!(batch)).await;
        assert_eq!((status, &answer["accepted"]), (StatusCode::OK, &json!(999)));
        assert_eq!(answer["rejected"].as_array().map(Vec::len), Some(1));
        assert_eq!(answer["rejected"][0]["index"], 437);
    }
    assert_eq!(house.logged().await.len(), 3 * 999);
    house.close().await;
}

#[tokio::test]
async fn the_same_again_is_a_duplicate_and_other_content_a_conflict() {
    let house = House::open().await;
    let (_, answer) = house.post(KEY, &json!([sample("a", 1.0), sample("b", 2.0)])).await;
    assert_eq!(answer["accepted"], 2);
    let mut void = sample("b", 0.0);
    void["type"] = json!("pantau.void.v1");
    void["data"] = json!({"source": "sicantik", "id": "a", "reason": "salah"});
    let (status, answer) = house.post(KEY, &json!([sample("a", 1.0), sample("a", 1.5), void, sample("c", 1.0), sample("c", 1.0)])).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&answer["accepted"], &answer["duplicates"]), (&json!(1), &json!(2)));
    let rejected: Vec<(&Value, &Value, &Value)> =
        answer["rejected"].as_array().expect("a list").iter().map(|one| (&one["index"], &one["id"], &one["code"])).collect();
    assert_eq!(rejected, [(&json!(1), &json!("a"), &json!("conflict")), (&json!(2), &json!("b"), &json!("conflict"))]);
    let (status, _) = house.post(KEY, &json!([sample("a", 3.0)])).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let (status, answer) = house.post(KEY, &json!([sample("a", 1.0)])).await;
    assert_eq!((status, &answer["duplicates"]), (StatusCode::OK, &json!(1)));
    assert_eq!(house.logged().await.len(), 3);
    house.close().await;
}

#[tokio::test]
async fn a_conflict_beside_a_rejection_keeps_the_places_of_the_batch() {
    let house = House::open().await;
    house.post(KEY, &json!([sample("a", 1.0)])).await;
    let (_, answer) = house.post(KEY, &json!([7, sample("a", 2.0), 8, sample("new", 1.0)])).await;
    let places: Vec<&Value> = answer["rejected"].as_array().expect("a list").iter().map(|one| &one["index"]).collect();
    assert_eq!(places, [&json!(0), &json!(1), &json!(2)]);
    assert_eq!(answer["accepted"], 1);
    house.close().await;
}

#[tokio::test]
async fn a_void_is_kept_although_its_event_is_still_to_come() {
    let house = House::open().await;
    let mut void = sample("v", 0.0);
    void["type"] = json!("pantau.void.v1");
    void["data"] = json!({"source": "sicantik/loket", "id": "later", "reason": "salah ketik"});
    let (_, answer) = house.post(KEY, &void).await;
    assert_eq!(answer["accepted"], 1);
    let mut late = sample("later", 1.0);
    late["source"] = json!("sicantik/loket");
    let (_, answer) = house.post(KEY, &late).await;
    assert_eq!(answer["accepted"], 1);
    match house.logged().await.as_slice() {
        [Entry::Void(void), Entry::Sample(sample)] => {
            assert_eq!((void.target_source, void.target_id.as_str()), (sample.source, sample.event_id.as_str()));
            assert_ne!(void.source, sample.source, "a source below another has a number of its own");
        }
        other => panic!("expected a void and a sample, found {other:?}"),
    }
    house.close().await;
}

#[tokio::test]
async fn a_source_one_too_many_is_refused_alone() {
    let house = House::open().await;
    let from = |n: usize| {
        let mut event = sample(&format!("e{n}"), 1.0);
        event["source"] = json!(format!("sicantik/{n}"));
        event
    };
    let (_, answer) = house.post(KEY, &json!((0..1001).map(from).collect::<Vec<_>>())).await;
    assert_eq!(answer["accepted"], 1000);
    assert_eq!((&answer["rejected"][0]["index"], &answer["rejected"][0]["code"]), (&json!(1000), &json!("forbidden_source")));
    let mut again = from(5);
    again["id"] = json!("again");
    let (status, _) = house.post(KEY, &json!([again, from(2000), sample("own", 1.0)])).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(house.logged().await.len(), 1002);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_senders_at_once_are_each_stored_exactly_once() {
    let house = std::sync::Arc::new(House::open().await);
    let senders: Vec<_> = (0..32)
        .map(|sender| {
            let house = std::sync::Arc::clone(&house);
            tokio::spawn(async move {
                let mut accepted = 0;
                for batch in 0..10 {
                    let events: Vec<Value> = (0..=sender % 5).map(|n| sample(&format!("{sender}-{batch}-{n}"), f64::from(n))).collect();
                    let (status, answer) = house.post(KEY, &json!(events)).await;
                    assert_eq!((status, &answer["accepted"]), (StatusCode::OK, &json!(events.len())));
                    accepted += events.len();
                }
                accepted
            })
        })
        .collect();
    let mut accepted = 0;
    for sender in senders {
        accepted += sender.await.expect("no sender fails");
    }
    let entries = house.logged().await;
    let ids: HashSet<String> =
        entries.iter().map(|entry| if let Entry::Sample(sample) = entry { sample.event_id.clone() } else { String::new() }).collect();
    assert_eq!((entries.len(), ids.len()), (accepted, accepted));
    assert!(entries.windows(2).all(|pair| pair[0].seq() < pair[1].seq()), "log order is strict");
    assert!(sql::chain::verify(&house.db).await.expect("verifies").iter().all(|finding| finding.fault.is_none()));
}

/// Any JSON, also such that looks a little like an event.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        Just(json!("1.0")),
        Just(json!("pantau.sample.v1")),
        Just(json!("pantau.case.v1")),
    ];
    let key = prop_oneof![".*", "id|source|type|specversion|data|time|unit|value|at|service|case|step"];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

#[test]
fn any_json_beside_good_events_is_rejected_alone() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let house = runtime.block_on(House::open());
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() });
    let mut case = 0;
    let round = std::cell::RefCell::new(&mut case);
    runner
        .run(&(json_value(), 0_usize..4), |(foreign, place)| {
            let mut counter = round.borrow_mut();
            **counter += 1;
            let mut batch: Vec<Value> = (0..3).map(|n| sample(&format!("{}-{n}", **counter), 1.0)).collect();
            batch.insert(place, foreign);
            let (status, answer) = runtime.block_on(house.post(KEY, &json!(batch)));
            prop_assert_eq!((status, &answer["accepted"]), (StatusCode::OK, &json!(3)));
            prop_assert_eq!(answer["rejected"].as_array().map(Vec::len), Some(1));
            prop_assert_eq!(&answer["rejected"][0]["index"], &json!(place));
            Ok(())
        })
        .expect("holds for all");
    runtime.block_on(house.close());
}

#[test]
fn any_bytes_are_answered() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let house = runtime.block_on(House::open());
    let good = json!([sample("good", 1.0)]).to_string().into_bytes();
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() });
    let cut_or_changed = (0..good.len(), any::<u8>(), any::<bool>()).prop_map(move |(place, byte, cut)| {
        let mut bytes = good.clone();
        if cut {
            bytes.truncate(place)
        } else {
            bytes[place] = byte
        }
        bytes
    });
    runner
        .run(&prop_oneof![prop::collection::vec(any::<u8>(), 0..200), cut_or_changed], |bytes| {
            let (status, _, _) = runtime.block_on(house.post_raw(KEY, &[], bytes));
            prop_assert!(status != StatusCode::INTERNAL_SERVER_ERROR && status != StatusCode::SERVICE_UNAVAILABLE, "{}", status);
            Ok(())
        })
        .expect("holds for all");
    runtime.block_on(house.close());
}
