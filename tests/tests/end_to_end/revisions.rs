//! The same event twice, revisions in any order, voids, and what was known before.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::event::event;
use crate::harness::{Client, House, Server, clock, sample, timed, void, wait_until};

const DAY: &str = "2026-11-16";

fn issued(id: &str, value: f64) -> Value {
    sample("counter", id, "permits", "issued", DAY, value)
}

/// The value that counts for the day, by the events themselves.
fn by_events(house: &House, more: &[&str]) -> Value {
    let rows = house.table("day", "unit", more);
    rows.iter().find(|row| row["indicator"] == "issued" && row["starts"] == DAY).map_or(Value::Null, |row| row["value"].clone())
}

/// What counts is the same by the events and on the roll-ups.
async fn counts(house: &House, reader: &Client, expected: Value) {
    assert_eq!(by_events(house, &[]), expected);
    for (every, period) in [("day", DAY), ("week", "2026-W47"), ("month", "2026-11"), ("year", "2026")] {
        reader.comes(("permits", "issued", every, period), |read| read["value"] == expected).await;
    }
    reader.comes(("town", "issued", "week", "2026-W47"), |read| read["value"] == expected).await;
}

async fn open() -> (House, Server, Client, Client) {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let counter = server.client(&house.key("counter", "permits"));
    let reader = server.client(&house.reading_key());
    (house, server, counter, reader)
}

#[tokio::test]
async fn the_same_event_again_is_a_duplicate_and_other_content_a_conflict() {
    let (house, _server, counter, reader) = open().await;
    counter.accepted(&[issued("a", 5.0)]).await;
    let duplicate = json!({ "accepted": 0, "duplicates": 1, "rejected": [] });
    // Another order of keys, another way to write the number, another `time`: the data are the same.
    let rewritten = r#"[{"data":{"value":5e0,"at":"2026-11-16","unit":"permits","indicator":"issued"},"type":"pantau.sample.v1","id":"a","source":"counter","specversion":"1.0","datacontenttype":"application/json"}]"#;
    for again in [issued("a", 5.0), timed(issued("a", 5.0), "2026-11-16T10:00:00Z")] {
        assert_eq!(counter.events(&[again]).await.json(), duplicate);
    }
    let answer = counter.bytes("application/cloudevents-batch+json", rewritten).await;
    assert_eq!((answer.status, answer.json()), (200, duplicate));

    let mut noted = issued("a", 5.0);
    noted["data"]["note"] = json!("after counting again");
    for other in [issued("a", 6.0), noted, sample("counter", "a", "permits", "issued", "2026-11-17", 5.0), void("counter", "a", "b")] {
        let answer = counter.events(&[other]).await;
        assert_eq!((answer.status, answer.codes()), (422, vec!["conflict".to_owned()]));
    }
    // Twice in one batch: the first counts, the copy is a duplicate, the other content a conflict.
    let answer = counter.events(&[issued("b", 7.0), issued("b", 7.0), issued("b", 8.0)]).await;
    assert_eq!(
        (answer.json()["accepted"].clone(), answer.json()["duplicates"].clone(), answer.codes()),
        (json!(1), json!(1), vec!["conflict".to_owned()])
    );
    // The id of another source is another event.
    counter.accepted(&[sample("counter/annex", "b", "permits", "issued", DAY, 9.0)]).await;
    counts(&house, &reader, json!(9.0)).await;
}

#[tokio::test]
async fn the_latest_in_log_order_counts_unless_its_source_says_it_is_older() {
    let (house, _server, counter, reader) = open().await;
    let at = |id: &str, value, hour: u8| timed(issued(id, value), &format!("2026-11-16T{hour:02}:00:00Z"));
    counter.accepted(&[at("a", 1.0, 10)]).await;
    counts(&house, &reader, json!(1.0)).await;
    counter.accepted(&[at("b", 2.0, 9)]).await;
    counts(&house, &reader, json!(1.0)).await;
    counter.accepted(&[at("c", 3.0, 11)]).await;
    counts(&house, &reader, json!(3.0)).await;
    // Both older ones again in one batch with a newer one in between.
    counter.accepted(&[at("d", 4.0, 8), at("e", 5.0, 12), at("f", 6.0, 7)]).await;
    counts(&house, &reader, json!(5.0)).await;
    // Another source: the order of arrival alone.
    let annex = timed(sample("counter/annex", "a", "permits", "issued", DAY, 7.0), "2026-11-16T01:00:00Z");
    counter.accepted(&[annex]).await;
    counts(&house, &reader, json!(7.0)).await;
    // Without `time` too.
    counter.accepted(&[issued("g", 8.0)]).await;
    counts(&house, &reader, json!(8.0)).await;
}

#[tokio::test]
async fn a_void_takes_back_before_and_after_and_what_was_known_stays_known() {
    let (house, _server, counter, reader) = open().await;
    counter.accepted(&[issued("a", 1.0)]).await;
    counter.accepted(&[issued("b", 2.0)]).await;
    counts(&house, &reader, json!(2.0)).await;
    let known = clock::now();
    wait_until("the next moment", Duration::from_secs(1), async || {
        if clock::now() > known + chrono::TimeDelta::milliseconds(5) { Ok(()) } else { Err(clock::now_written()) }
    })
    .await;

    // The one before counts again; then nothing does, and nothing is null, not zero.
    counter.accepted(&[void("counter", "void-b", "b")]).await;
    counts(&house, &reader, json!(1.0)).await;
    counter.accepted(&[void("counter", "void-a", "a")]).await;
    counts(&house, &reader, Value::Null).await;
    assert_eq!(by_events(&house, &["--known-at", &clock::written(known)]), json!(2.0));

    // A void that comes first holds when its event comes.
    counter.accepted(&[void("counter", "void-c", "c"), issued("c", 3.0)]).await;
    counter.accepted(&[issued("d", 4.0)]).await;
    counts(&house, &reader, json!(4.0)).await;
    assert_eq!(counter.events(&[void("counter", "void-c", "c")]).await.json()["duplicates"], 1);

    // A key voids only what its own source sent.
    let clinic_void = event("counter", "void-x", "pantau.void.v1", json!({ "source": "clinic-desk", "id": "d", "reason": "not ours" }));
    assert_eq!(counter.events(&[clinic_void]).await.status, 403);
    let desk = sample("counter/desk", "e", "permits", "issued", DAY, 5.0);
    counter.accepted(&[desk]).await;
    let of_desk = event("counter", "void-e", "pantau.void.v1", json!({ "source": "counter/desk", "id": "e", "reason": "wrong day" }));
    counter.accepted(&[of_desk]).await;
    counts(&house, &reader, json!(4.0)).await;
    assert!(house.ok(&["verify"]).lines().all(|line| line.starts_with("ok ")));
}
