//! How a body may come: plain, gzip, zstd, one or many; and what is refused whole.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::client::sent;
use crate::harness::{House, sample};

const ONE: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
/// The contract's most, unpacked.
const MOST_BYTES: usize = 8 << 20;

fn issued(n: usize) -> Value {
    let at = format!("2026-11-16T{:02}:{:02}:{:02}Z", n / 3600, n / 60 % 60, n % 60);
    sample("counter", &format!("event-{n}"), "permits", "issued", &at, 1.0)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("memory takes everything")
}

/// So many megabytes of blanks in front of an event, packed.
fn bomb(megabytes: usize, pack: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut text = vec![b' '; megabytes << 20];
    text.extend(issued(0).to_string().bytes());
    pack(&text)
}

#[tokio::test]
async fn one_or_many_plain_or_packed() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let counter = server.client(&house.key("counter", "permits"));
    let one = |n| issued(n).to_string().into_bytes();
    let many = |from| serde_json::to_vec(&(from..from + 3).map(issued).collect::<Vec<_>>()).expect("values are JSON");
    let bodies: [(&str, &str, Vec<u8>, i64); 8] = [
        (ONE, "", one(0), 1),
        (BATCH, "", many(1), 3),
        ("application/cloudevents+json; charset=utf-8", "identity", one(4), 1),
        (ONE, "gzip", gzip(&one(5)), 1),
        (BATCH, "gzip", gzip(&many(6)), 3),
        (ONE, "zstd", zstandard(&one(9)), 1),
        (BATCH, "zstd", zstandard(&many(10)), 3),
        (BATCH, "", b"[]".to_vec(), 0),
    ];
    for (kind, packing, body, events) in bodies {
        let mut request = counter.intake(kind).body(body);
        if !packing.is_empty() {
            request = request.header("content-encoding", packing);
        }
        let answer = sent(request).await;
        assert_eq!(answer.status, 200, "{kind} {packing}: {answer:?}");
        assert_eq!(answer.json(), json!({ "accepted": events, "duplicates": 0, "rejected": [] }), "{kind} {packing}");
    }
    assert_eq!(house.counted(), 13);
}

#[tokio::test]
async fn what_is_no_batch_is_refused_whole() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let key = house.key("counter", "permits");
    let counter = server.client(&key);
    let good = issued(0).to_string();

    for body in ["", " ", "hello", "{", "[", "7", "\"text\"", "null", "{}", "[1] [2]", "{\"specversion\":\"1.0\"}"] {
        let answer = counter.bytes(BATCH, body).await;
        assert_eq!((answer.status, answer.problem().as_str()), (400, "not_events"), "{body:?}");
    }
    let not_utf8 = [good.as_bytes(), b"\xff"].concat();
    assert_eq!(counter.bytes(ONE, not_utf8).await.status, 400);
    for (packing, body) in
        [("gzip", good.clone().into_bytes()), ("zstd", good.clone().into_bytes()), ("gzip", gzip(good.as_bytes())[..20].to_vec())]
    {
        let answer = sent(counter.intake(ONE).header("content-encoding", packing).body(body)).await;
        assert_eq!((answer.status, answer.problem().as_str()), (400, "not_events"), "{packing}");
    }

    for kind in ["application/json", "text/plain", "application/cloudevents", ""] {
        let answer = counter.bytes(kind, good.clone()).await;
        assert_eq!((answer.status, answer.problem().as_str()), (415, "content_type"), "{kind}");
    }
    for packing in ["br", "deflate", "gzip, gzip"] {
        let answer = sent(counter.intake(ONE).header("content-encoding", packing).body(good.clone())).await;
        assert_eq!((answer.status, answer.problem().as_str()), (415, "content_encoding"), "{packing}");
    }

    let stranger = server.stranger().bytes(ONE, good.clone()).await;
    assert_eq!((stranger.status, stranger.header("www-authenticate")), (401, "Bearer"));
    let wrong = format!("{}{}", &key[..key.len() - 1], if key.ends_with('x') { 'y' } else { 'x' });
    for key in ["", "pantau_", "pantau_abcdefgh_nothing", &wrong] {
        let answer = server.client(key).bytes(ONE, good.clone()).await;
        assert_eq!(answer.status, 401, "{key}: {answer:?}");
        answer.problem();
    }
    let answer = sent(counter.request(Method::GET, "/api/v1/events")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{answer:?}");
    assert_eq!(house.counted(), 0);
}

#[tokio::test]
async fn too_much_is_refused_and_memory_stays_flat() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let counter = server.client(&house.key("counter", "permits"));
    let too_large = async |packing: &str, body: Vec<u8>| {
        let answer = sent(counter.intake(BATCH).header("content-encoding", packing).body(body)).await;
        assert_eq!((answer.status, answer.problem().as_str()), (413, "too_large"), "{packing}");
    };

    // Just within the limits: 10,000 events, and 8 MiB to the byte.
    let most: Vec<Value> = (0..10_000).map(issued).collect();
    counter.accepted(&most).await;
    let event = issued(10_000).to_string();
    let padded = format!("{event}{}", " ".repeat(MOST_BYTES - event.len()));
    assert_eq!(counter.bytes(ONE, padded.clone()).await.status, 200);
    let before = server.peak_memory();

    too_large("identity", format!("{padded} ").into_bytes()).await;
    let one_more: Vec<Value> = (0..=10_000).map(issued).collect();
    too_large("identity", serde_json::to_vec(&one_more).expect("values are JSON")).await;
    let (gzip, zstandard) = (bomb(256, gzip), bomb(256, zstandard));
    assert!(gzip.len() < 4 << 20 && zstandard.len() < 1 << 20, "bombs are small");
    for _ in 0..4 {
        too_large("gzip", gzip.clone()).await;
        too_large("zstd", zstandard.clone()).await;
    }
    let grown = server.peak_memory().saturating_sub(before);
    assert!(grown < 48 << 20, "two gigabytes of bombs cost {} MB at the most", grown >> 20);
    assert_eq!(house.counted(), 10_001);
}
