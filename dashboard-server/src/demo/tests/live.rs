//! Live sources against an intake of the test's own.

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Asia::Jakarta;
use futures_util::{SinkExt, StreamExt};
use rules::time::{Millis, Now, parse_instant};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};
use tokio_util::sync::CancellationToken;

use super::super::live::{self, Sender, Tally};
use super::SEED;
use super::world::example;

/// Longer than any wait of a client, so that a client which never comes fails the test.
const PATIENCE: Duration = Duration::from_secs(20);

fn at_noon() -> Millis {
    parse_instant("2026-11-24T12:00:00+07:00").expect("an instant")
}

/// Accepts one connection of a client that says who it is and what it speaks.
#[expect(clippy::result_large_err, reason = "the library asks for this error")]
async fn accept(listener: &TcpListener) -> WebSocketStream<TcpStream> {
    let (stream, _) = timeout(PATIENCE, listener.accept()).await.expect("a client comes").expect("a connection");
    let answer = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        assert_eq!(request.headers()["Authorization"], "Bearer pantau_secret");
        response.headers_mut().insert("Sec-WebSocket-Protocol", request.headers()["Sec-WebSocket-Protocol"].clone());
        assert_eq!(request.headers()["Sec-WebSocket-Protocol"], "pantau.intake.v1");
        Ok(response)
    };
    accept_hdr_async(stream, answer).await.expect("a handshake")
}

async fn batch(line: &mut WebSocketStream<TcpStream>) -> Value {
    let message = timeout(PATIENCE, line.next()).await.expect("a batch comes").expect("an open line").expect("a message");
    serde_json::from_str(message.to_text().expect("text")).expect("json")
}

async fn reply(line: &mut WebSocketStream<TcpStream>, answer: Value) {
    line.send(Message::text(answer.to_string())).await.expect("the answer goes out");
}

#[tokio::test]
async fn a_source_sends_the_same_batch_until_it_is_answered() {
    let registry = example().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let intake = format!("ws://{}/api/v1/intake", listener.local_addr().expect("an address"));
    let stop = CancellationToken::new();
    let senders = vec![Sender { source: "siak".to_owned(), key: "pantau_secret".to_owned() }];
    let now: Now = Arc::new(at_noon);
    let client = live::run(&registry, SEED, Jakarta, now, &intake, senders, stop.clone());

    let server = async {
        let mut line = accept(&listener).await;
        let first = batch(&mut line).await;
        drop(line);

        let mut line = accept(&listener).await;
        assert_eq!(batch(&mut line).await, first, "a lost answer");
        reply(&mut line, json!({ "batch": 1, "status": 503, "retry_after": 0 })).await;
        assert_eq!(batch(&mut line).await, first, "an overloaded intake");
        let events = first.as_array().expect("a list").len();
        reply(&mut line, json!({ "batch": 2, "accepted": events, "duplicates": 0, "rejected": [] })).await;
        let second = batch(&mut line).await;
        assert_ne!(second[0]["id"], first[0]["id"]);
        stop.cancel();
        events as u64
    };
    let (tally, events) = tokio::join!(client, server);
    assert_eq!(tally, Tally { batches: 1, accepted: events, duplicates: 0, rejected: 0 });
}

#[tokio::test]
async fn what_sources_send_are_cloud_events_of_their_own_units() {
    let registry = example().await;
    let sources = live::sources(&registry);
    assert!(sources.contains(&"simrs".to_owned()) && !sources.contains(&"sp2d".to_owned()), "{sources:?}");
    for source in sources {
        let allowed = registry.source(&source).expect("a source");
        let mut feed = live::feed(&registry, &source, SEED, Jakarta, at_noon());
        for _ in 0..20 {
            let batch = feed.batch(at_noon());
            // Of building approvals the year's figures are weekly: that source has only cases to tell.
            assert!((usize::from(source != "simbg")..=5).contains(&batch.len()), "{source}: {batch:?}");
            for event in &batch {
                assert_eq!(
                    (&event["source"], &event["type"], &event["specversion"]),
                    (&json!(source), &json!("pantau.sample.v1"), &json!("1.0"))
                );
                let data = &event["data"];
                let unit = registry.unit(data["unit"].as_str().expect("a unit")).expect("a known unit");
                let indicator = registry.indicator(data["indicator"].as_str().expect("an indicator")).expect("a known indicator");
                assert!(allowed.all_units || allowed.units.iter().any(|root| registry.tree.is_within(unit.no, *root)), "{event}");
                assert_eq!(indicator.is_ratio(), data["numerator"].is_number() && data["value"].is_null(), "{event}");
            }
        }
    }
}
