//! What every answer carries, whoever made it; how errors look; how the cookie is set.

use reqwest::Method;
use serde_json::json;

use crate::harness::client::sent;
use crate::harness::{Answer, House};

const PASSWORD: &str = "correct horse battery";

fn carries_everything(path: &str, answer: &Answer) {
    let policy = answer.header("content-security-policy");
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.split("; ").any(|found| found == rule), "{path}: {rule} is not in {policy:?}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{path}: {policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
    assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
    assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
    assert!(!answer.header("cache-control").is_empty(), "{path}");
    assert_eq!((answer.header("server"), answer.header("x-powered-by")), ("", ""), "{path}");
    assert_eq!(answer.header("access-control-allow-origin"), "", "{path}: no other site reads this");
}

#[tokio::test]
async fn every_answer_carries_the_headers_and_every_error_is_a_problem() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let reader = server.client(&house.reading_key());
    let stranger = server.stranger();
    let good = [
        "/",
        "/login",
        "/tv/town",
        "/unit/permits",
        "/api/v1/units",
        "/api/v1/indicators",
        "/api/v1/boards",
        "/api/v1/boards/town",
        "/api/v1/me",
        "/api/v1/region",
        "/api/v1/setup",
        "/api/openapi.json",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/v1/series?unit=permits&indicator=issued&every=week",
        "/api/v1/tables/samples?every=week&by=unit",
        "/api/v1/tables/samples?every=week&by=tree&format=csv",
    ];
    for path in good {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        carries_everything(path, &answer);
        if path.starts_with("/api/v1/") && !path.contains("csv") && !path.contains("setup") {
            assert!(answer.header("content-type").starts_with("application/json"), "{path}");
        }
    }
    let bad = [
        ("/api/v1/boards/harbour", 404),
        ("/api/v1/nothing", 404),
        ("/api", 404),
        ("/no-such-file.js", 404),
        ("/assets/none.css", 404),
        ("/api/v1/series", 400),
        ("/api/v1/series?unit=permits&indicator=issued&every=fortnight", 400),
        ("/api/v1/series?unit=harbour&indicator=issued&every=week", 404),
        ("/api/v1/series?unit=permits&indicator=tides&every=week", 404),
        ("/api/v1/series?unit=permits&indicator=issued&every=week&from=2026-W48&to=2026-W47", 400),
        ("/api/v1/units?limit=0", 400),
        ("/api/v1/units?limt=1", 400),
        ("/api/v1/tables/samples?every=week", 400),
        ("/api/v1/tables/cases", 400),
        ("/api/v1/tables/forecasts", 404),
        ("/api/v1/live", 426),
    ];
    for (path, status) in bad {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        carries_everything(path, &answer);
        answer.problem();
    }
    for path in [
        "/api/v1/units",
        "/api/v1/boards/town",
        "/api/v1/me",
        "/api/v1/region",
        "/metrics",
        "/api/v1/live",
        "/api/v1/intake",
        "/api/v1/tables/samples?every=week&by=unit",
    ] {
        let answer = stranger.get(path).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"), "{path}");
        carries_everything(path, &answer);
        answer.problem();
    }
    for (method, path) in [
        (Method::DELETE, "/api/v1/units"),
        (Method::PUT, "/api/v1/events"),
        (Method::POST, "/healthz"),
        (Method::POST, "/api/v1/boards/town"),
        (Method::PATCH, "/"),
    ] {
        let answer = sent(reader.request(method.clone(), path)).await;
        assert_eq!(answer.status, 405, "{method} {path}: {answer:?}");
        assert!(!answer.header("allow").is_empty(), "{method} {path} says what is allowed: {answer:?}");
        carries_everything(path, &answer);
        answer.problem();
    }
    let answer = stranger.post("/api/v1/session", &json!({ "username": "x" })).await;
    assert_eq!((answer.status, answer.problem().as_str()), (400, "bad_request"));
    carries_everything("/api/v1/session", &answer);
    let answer = stranger.post("/api/v1/session", &json!({ "username": "x".repeat(128 << 10), "password": "" })).await;
    assert_eq!((answer.status, answer.problem().as_str()), (413, "too_large"));
    let answer = sent(stranger.request(Method::POST, "/api/v1/session").header("content-type", "text/plain").body("{}")).await;
    assert_eq!((answer.status, answer.problem().as_str()), (415, "wrong_media_type"));
}

#[tokio::test]
async fn who_knows_the_etag_gets_304_and_a_change_gets_another() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let reader = server.client(&house.reading_key());
    for path in [
        "/api/v1/units",
        "/api/v1/indicators",
        "/api/v1/boards",
        "/api/v1/boards/town",
        "/api/v1/series?unit=permits&indicator=issued&every=week&from=2026-W40&to=2026-W47",
    ] {
        let etag = reader.get(path).await.header("etag").to_owned();
        assert!(etag.starts_with('"'), "{path}");
        let again = sent(reader.request(Method::GET, path).header("if-none-match", &etag)).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}: {again:?}");
    }
    let page = reader.get("/api/v1/units?limit=2").await;
    assert_eq!(page.json()["items"].as_array().map(Vec::len), Some(2));
    let next = page
        .header("link")
        .strip_prefix('<')
        .and_then(|link| link.strip_suffix(">; rel=\"next\""))
        .expect("a Link to the next page")
        .to_owned();
    let rest = reader.get(&next).await;
    assert_eq!((rest.json()["items"].as_array().map(Vec::len), rest.header("link")), (Some(1), ""));
}

#[tokio::test]
async fn signing_in_sets_a_cookie_that_scripts_cannot_read() {
    let house = House::of_three_units().await;
    house.person("wati", "viewer", "*", PASSWORD);
    let server = house.serve().await;
    let browser = server.stranger();
    for (name, password) in [("wati", "wrong horse battery"), ("nobody", PASSWORD), ("", "")] {
        let answer = browser.sign_in(name, password).await;
        assert_eq!(
            (answer.status, answer.problem().as_str(), answer.header("set-cookie")),
            (401, "wrong_password", ""),
            "it never says which"
        );
    }
    let answer = browser.sign_in("wati", PASSWORD).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        (&answer.json()["username"], &answer.json()["role"], &answer.json()["unit"]),
        (&json!("wati"), &json!("viewer"), &json!("*"))
    );
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("sid=") && !cookie.contains("Secure") && !cookie.contains("Domain"), "over http: {cookie}");
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
        assert!(cookie.split("; ").any(|part| part == flag), "{flag} is not in {cookie}");
    }
    assert_eq!(answer.header("strict-transport-security"), "");
    assert_eq!(browser.get("/api/v1/me").await.status, 200);
    // The same browser signs in again: another word, and the one before is worth nothing.
    let before = cookie.split(';').next().expect("a cookie has a first part").to_owned();
    assert_eq!(browser.sign_in("wati", PASSWORD).await.status, 200);
    let with_old = sent(server.stranger().request(Method::GET, "/api/v1/me").header("cookie", &before)).await;
    assert_eq!(with_old.status, 401);
    let out = browser.delete("/api/v1/session").await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").contains("Max-Age=0") && out.header("clear-site-data").contains("cache"), "{out:?}");
    assert_eq!(browser.get("/api/v1/me").await.status, 401);
    drop(server);

    // Under an https address the cookie is held to this very host, and HSTS is told.
    let https = |command: &mut std::process::Command| {
        command.env("PANTAU_SERVER__PUBLIC_URL", "https://pantau.example");
    };
    let server = house.serve_with(&[], https).await;
    let answer = server.stranger().sign_in("wati", PASSWORD).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-sid=") && cookie.contains("; Secure") && cookie.contains("Path=/;"), "{cookie}");
    assert!(answer.header("strict-transport-security").contains("max-age="), "{answer:?}");
}
