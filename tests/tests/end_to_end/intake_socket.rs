//! The WebSocket intake: one text message is one batch, answers come in order.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::harness::intake::Sender;
use crate::harness::live::{Refused, handshake};
use crate::harness::{House, sample};

/// A revoked key is refused within that time, also where its socket is open.
const NOTICED_WITHIN: Duration = Duration::from_secs(2);

fn issued(n: usize) -> Value {
    sample(
        "counter",
        &format!("event-{n}"),
        "permits",
        "issued",
        &format!("2026-11-16T{:02}:{:02}:{:02}Z", n / 3600 % 24, n / 60 % 60, n % 60),
        1.0,
    )
}

#[tokio::test]
async fn answers_come_in_order_with_the_number_of_their_batch() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let key = house.key("counter", "permits");
    let mut sender = Sender::open(server.url(), &key).await.expect("a socket");
    // Good ones, one with a bad element, one that is no batch: sent without waiting for an answer.
    for n in 0..60 {
        match n % 3 {
            0 => sender.send(&[issued(n)]).await,
            1 => sender.send(&[issued(n), json!("no event")]).await,
            _ => sender.send_text("no batch".to_owned()).await,
        }
    }
    for n in 0..60 {
        let answer = sender.answer().await;
        assert_eq!(answer["batch"], n + 1);
        match n % 3 {
            0 => assert_eq!(answer, json!({ "batch": n + 1, "accepted": 1, "duplicates": 0, "rejected": [] })),
            1 => assert_eq!((&answer["accepted"], &answer["rejected"][0]["code"]), (&json!(1), &json!("not_cloudevent"))),
            _ => assert_eq!(answer["status"], 400),
        }
    }
    sender.send(&[issued(0), issued(1)]).await;
    assert_eq!(sender.answer().await, json!({ "batch": 61, "accepted": 0, "duplicates": 2, "rejected": [] }));
    assert_eq!(house.counted(), 40);
}

#[tokio::test]
async fn a_message_that_is_too_large_closes_with_1009() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let key = house.key("counter", "permits");
    let open = async || Sender::open(server.url(), &key).await.expect("a socket");
    let mut many = open().await;
    many.send(&(0..=10_000).map(|n| issued(n % 3600)).collect::<Vec<_>>()).await;
    assert_eq!(many.closed().await, 1009);
    let mut long = open().await;
    long.send_text(format!("[{}]", " ".repeat(8 << 20))).await;
    assert_eq!(long.closed().await, 1009);
    // What was answered before stays; the next socket begins anew.
    let mut next = open().await;
    next.send(&[issued(0)]).await;
    assert_eq!(next.answer().await["batch"], 1);
    assert_eq!(house.counted(), 1);
}

#[tokio::test]
async fn a_handshake_needs_a_key_and_the_subprotocol() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let key = house.key("counter", "permits");
    let bearer = format!("Bearer {key}");
    let refused = async |protocol: &str, authorization: &str| {
        let headers = [("authorization", authorization)];
        handshake(server.url(), "/api/v1/intake", protocol, &headers)
            .await
            .err()
            .unwrap_or_else(|| panic!("{protocol} with {authorization:?} opened"))
    };
    assert_eq!(refused("pantau.intake.v1", "").await, Refused::Status(401));
    assert_eq!(refused("pantau.intake.v1", "Bearer pantau_abcdefgh_no").await, Refused::Status(401));
    assert_eq!(refused("", &bearer).await, Refused::Status(400));
    assert_eq!(refused("pantau.intake.v2", &bearer).await, Refused::Status(400));
    assert_eq!(refused("pantau.live.v1", &bearer).await, Refused::Status(400));

    // A key that is revoked while its socket is open closes it at the next batch.
    let mut sender = Sender::open(server.url(), &key).await.expect("a socket");
    sender.send(&[issued(0)]).await;
    assert_eq!(sender.answer().await["accepted"], 1);
    house.ok(&["key", "revoke", key.split('_').nth(1).expect("pantau_ID_SECRET")]);
    let (began, mut n) = (Instant::now(), 1);
    let last = loop {
        sender.send(&[issued(n)]).await;
        n += 1;
        match sender.try_answer().await {
            Some(answer) if began.elapsed() < NOTICED_WITHIN => assert_eq!(answer["accepted"], 1),
            other => break other,
        }
    };
    assert_eq!(last, None, "the socket was closed after {n} batches");
}
