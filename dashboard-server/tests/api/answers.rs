//! What every answer carries, whoever made it.

use super::house::{Answer, House, READ_KEY, bearer, request};

const CARRIED: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

fn assert_carries(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{what}: {policy}");
    assert!(policy.contains("require-trusted-types-for 'script'") && policy.contains("frame-ancestors 'none'"), "{what}");
    assert!(!policy.contains("unsafe"), "{what}");
    for (name, value) in CARRIED {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
    assert!(answer.header("permissions-policy").contains("camera=()"), "{what}");
    assert!(answer.headers.contains_key("cache-control"), "{what}");
    assert!(!answer.headers.contains_key("strict-transport-security"), "{what}: over http there is no HSTS");
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let house = House::new().await;
    let key = bearer(READ_KEY);
    let document = house.get("/api/openapi.json", &[("authorization", &key)]).await;
    assert_carries(&document, "document");
    for path in document.json["paths"].as_object().expect("paths").keys() {
        for headers in [&[][..], &[("authorization", key.as_str())][..]] {
            assert_carries(&house.get(path, headers).await, path);
        }
    }
    let long = format!("{{\"username\":\"{}\"}}", "x".repeat(100_000));
    let table = [
        (request("GET", "/api/v1/nothing", &[], None), 404),
        (request("GET", "/nothing.js", &[], None), 404),
        (request("GET", "/..%2f..%2fetc/passwd", &[], None), 503),
        (request("POST", "/api/v1/units", &[], None), 405),
        (request("DELETE", "/tv/bupati", &[], None), 405),
        (request("TRACE", "/", &[], None), 405),
        (request("TRACE", "/api/v1/units", &[], None), 405),
        (request("POST", "/api/v1/session", &[], Some(&long)), 413),
        (request("POST", "/api/v1/session", &[("x", "y")], None), 415),
        (request("POST", "/api/v1/session", &[], Some("{")), 400),
        (request("POST", "/api/v1/session", &[], Some(r#"{"username":"a","password":"b","admin":true}"#)), 400),
        (request("GET", "/panics", &[], None), 500),
    ];
    for (request, status) in table {
        let what = format!("{} {}", request.method(), request.uri());
        let answer = house.ask(request).await;
        assert_carries(&answer, &what);
        // Without the web part every page is 503; with it 200.
        let is_page = status == 503;
        assert!(answer.status == status || (is_page && answer.status == 200), "{what}: {} {}", answer.status, answer.text);
        if !is_page {
            assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
            assert_eq!(answer.json["status"], status, "{what}");
            assert!(answer.json["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{what}");
            assert!(!answer.text.contains("on purpose"), "a panic tells nothing");
        }
        assert!(status != 405 || !answer.header("allow").is_empty(), "{what}: a 405 lists what is allowed");
    }
    house.stop().await;
}

#[tokio::test]
async fn over_https_every_answer_carries_hsts() {
    let house = House::over_https().await;
    for path in ["/", "/healthz", "/api/v1/units", "/api/v1/nothing", "/panics"] {
        let answer = house.get(path, &[]).await;
        assert_eq!(answer.header("strict-transport-security"), "max-age=63072000; includeSubDomains", "{path}");
    }
    house.stop().await;
}
