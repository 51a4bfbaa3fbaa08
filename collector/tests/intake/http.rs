//! The HTTP door: statuses, types, packings, limits.

use std::io::Write;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::json;
use tower::ServiceExt;

use crate::house::{House, KEY, REVOKED, sample};

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).expect("writes to memory");
    encoder.finish().expect("writes to memory")
}

#[tokio::test]
async fn one_event_and_a_list_are_answered_alike() {
    let house = House::open().await;
    let single = [("content-type", "application/cloudevents+json; charset=utf-8")];
    let (status, _, answer) = house.post_raw(KEY, &single, sample("one", 1.0).to_string()).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({"accepted": 1, "duplicates": 0, "rejected": []})));
    let (status, answer) = house.post(KEY, &json!([sample("two", 1.0), sample("three", 1.0)])).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({"accepted": 2, "duplicates": 0, "rejected": []})));
    let (status, answer) = house.post(KEY, &json!([])).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({"accepted": 0, "duplicates": 0, "rejected": []})));
    house.close().await;
}

#[tokio::test]
async fn both_packings_are_taken_and_others_are_not() {
    let house = House::open().await;
    let list = json!([sample("gzip", 1.0)]).to_string();
    let (status, _, answer) = house.post_raw(KEY, &[("content-encoding", "gzip")], gzip(list.as_bytes())).await;
    assert_eq!((status, &answer["accepted"]), (StatusCode::OK, &json!(1)));
    let list = json!([sample("zstd", 1.0)]).to_string();
    let packed = zstd::encode_all(list.as_bytes(), 3).expect("packs");
    let (status, _, answer) = house.post_raw(KEY, &[("content-encoding", "zstd")], packed).await;
    assert_eq!((status, &answer["accepted"]), (StatusCode::OK, &json!(1)));
    for encoding in ["br", "gzip, gzip", "deflate"] {
        let (status, _, problem) = house.post_raw(KEY, &[("content-encoding", encoding)], "[]").await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!("content_encoding")), "{encoding}");
    }
    let (status, _, problem) = house.post_raw(KEY, &[("content-encoding", "gzip")], "[]").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    house.close().await;
}

#[tokio::test]
async fn other_content_types_are_refused() {
    let house = House::open().await;
    for kind in ["application/json", "text/plain", ""] {
        let (status, headers, _) = house.post_raw(KEY, &[("content-type", kind)], "[]").await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert_eq!(headers["content-type"], "application/problem+json");
    }
    house.close().await;
}

#[tokio::test]
async fn a_request_without_a_good_key_is_401() {
    let house = House::open().await;
    let wrong = format!("Bearer pantau_wide_{}", "t".repeat(43));
    let revoked = format!("Bearer {}", crate::house::secret(REVOKED));
    for header in [None, Some("Bearer nonsense"), Some("Basic d2lkZTpz"), Some(wrong.as_str()), Some(revoked.as_str())] {
        let mut request = Request::post("/api/v1/events").header("content-type", "application/cloudevents+json");
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let response = house.app.clone().oneshot(request.body(Body::from("[]")).expect("a request")).await.expect("never fails");
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{header:?}");
        assert_eq!(response.headers()["www-authenticate"], "Bearer");
    }
    house.close().await;
}

#[tokio::test]
async fn what_is_no_event_is_400() {
    let house = House::open().await;
    let mut unknown = sample("e", 1.0);
    unknown["type"] = json!("pantau.survey.v1");
    let mut old = sample("e", 1.0);
    old["specversion"] = json!("0.3");
    let bodies = ["", " ", "{", "[1,", "7", "\"text\"", "null", "NaN", "[NaN]", "{}", r#"{"id":1}"#, "[]x"];
    let bodies = bodies.iter().map(|body| (*body).to_owned()).chain([unknown.to_string(), old.to_string()]);
    for body in bodies {
        let (status, _, problem) = house.post_raw(KEY, &[], body.clone()).await;
        assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("not_events")), "{body:?}: {problem}");
        assert_eq!(problem["status"], 400);
    }
    let (status, _, _) = house.post_raw(KEY, &[], vec![b'[', 0xff, b']']).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    house.close().await;
}

#[tokio::test]
async fn too_many_bytes_or_events_are_413() {
    let house = House::open().await;
    let too_long = vec![b' '; 8 * 1024 * 1024 + 1];
    let bomb = gzip(&vec![b' '; 64 * 1024 * 1024]);
    let too_many = format!("[{}]", vec!["1"; 10_001].join(","));
    // Without a length in the header it is counted as it comes.
    let pieces = futures_util::stream::iter((0..10).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1024 * 1024])));
    for (headers, body) in [
        (vec![], Body::from(too_long.clone())),
        (vec![("content-length", "8388609")], Body::from(too_long)),
        (vec![("content-encoding", "gzip")], Body::from(bomb)),
        (vec![], Body::from(too_many)),
        (vec![], Body::from_stream(pieces)),
    ] {
        let (status, _, problem) = house.post_raw(KEY, &headers, body).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{problem}");
    }
    let most = format!("[{}]", vec!["1"; 10_000].join(","));
    let (status, answer) = house.post(KEY, &serde_json::from_str(&most).expect("is JSON")).await;
    assert_eq!((status, answer["rejected"].as_array().map(Vec::len)), (StatusCode::UNPROCESSABLE_ENTITY, Some(10_000)));
    house.close().await;
}

#[tokio::test]
async fn what_was_configured_a_moment_ago_is_known() {
    let house = House::open().await;
    let late = crate::house::event("late", json!({"unit": "dinas", "indicator": "baru", "at": "2026-11-24", "value": 1}));
    let (_, answer) = house.post(KEY, &json!([late])).await;
    assert_eq!(answer["rejected"][0]["code"], "unknown_indicator");
    // The registry that the house hands out never changes: intake has to look by itself.
    house.add_indicator("baru").await;
    let (status, answer) = house.post(KEY, &json!([late])).await;
    assert_eq!((status, &answer["accepted"]), (StatusCode::OK, &json!(1)), "{answer}");
    house.close().await;
}
