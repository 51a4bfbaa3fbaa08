//! Whose pages may open a socket or change something: the server's own and those of `public_url`.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::harness::client::sent;
use crate::harness::live::{Refused, handshake};
use crate::harness::{House, Server, wait_until};

const PASSWORD: &str = "correct horse battery";

/// An origin, and whether it is ours when the request has a cookie.
fn table(server: &Server) -> Vec<(String, bool)> {
    let own = server.url().to_owned();
    let port = own.rsplit(':').next().expect("an address has a port").to_owned();
    [
        ("https://good.example", true),
        ("https://good.example:443", true),
        ("HTTPS://Good.Example", true),
        (own.as_str(), true),
        ("http://good.example", false),
        ("https://good.example:8443", false),
        ("https://good.example.evil.example", false),
        ("https://evil.example", false),
        ("https://good.example@evil.example", false),
        ("http://127.0.0.1", false),
        (&format!("http://127.0.0.2:{port}"), false),
        (&format!("http://localhost:{port}"), false),
        ("null", false),
        ("", false),
    ]
    .map(|(origin, is_ours)| (origin.to_owned(), is_ours))
    .into()
}

#[tokio::test]
async fn a_handshake_and_a_change_need_a_page_of_ours() {
    let house = House::of_three_units().await;
    house.person("wati", "viewer", "*", PASSWORD);
    let server = house
        .serve_with(&[], |command| {
            command.env("PANTAU_SERVER__PUBLIC_URL", "https://good.example");
        })
        .await;
    let signed_in = server.stranger().sign_in("wati", PASSWORD).await;
    let cookie = signed_in.header("set-cookie").split(';').next().expect("a cookie has a first part").to_owned();
    let bearer = format!("Bearer {}", house.reading_key());
    let writer = format!("Bearer {}", house.key("counter", "permits"));
    for (origin, is_ours) in table(&server) {
        // A page brings the cookie along without asking; without an Origin it is no page of ours.
        let opened = handshake(server.url(), "/api/v1/live", "pantau.live.v1", &[("cookie", &cookie), ("origin", &origin)]).await;
        let expected = if is_ours { None } else { Some(Refused::Status(403)) };
        assert_eq!(opened.err(), expected, "live with a cookie from {origin:?}");
        // A program with a key needs no Origin, but a foreign page gets nowhere with one either.
        let opened = handshake(server.url(), "/api/v1/live", "pantau.live.v1", &[("authorization", &bearer), ("origin", &origin)]).await;
        let expected = if is_ours || origin.is_empty() { None } else { Some(Refused::Status(403)) };
        assert_eq!(opened.err(), expected, "live with a key from {origin:?}");

        let body = json!({ "username": "wati", "password": PASSWORD });
        let mut request = server.stranger().request(Method::POST, "/api/v1/session").json(&body);
        if !origin.is_empty() {
            request = request.header("origin", &origin);
        }
        let answer = sent(request).await;
        assert_eq!(answer.status, if is_ours || origin.is_empty() { 200 } else { 403 }, "sign-in from {origin:?}: {answer:?}");
        let mut request = server.stranger().request(Method::DELETE, "/api/v1/session").header("cookie", "__Host-sid=guess");
        if !origin.is_empty() {
            request = request.header("origin", &origin);
        }
        let answer = sent(request).await;
        assert_eq!(answer.status, 401, "nobody is signed in: {answer:?}");
    }
    // A change with a cookie from elsewhere leaves the session as it is.
    for origin in ["https://evil.example", "null", ""] {
        let mut request = server.stranger().request(Method::DELETE, "/api/v1/session").header("cookie", &cookie);
        if !origin.is_empty() {
            request = request.header("origin", origin);
        }
        let answer = sent(request).await;
        assert_eq!((answer.status, answer.problem().as_str()), (403, "foreign_origin"), "{origin:?}");
    }
    let me = sent(server.stranger().request(Method::GET, "/api/v1/me").header("cookie", &cookie)).await;
    assert_eq!(me.status, 200);
    // Intake knows no cookies at all.
    let with_cookie = handshake(server.url(), "/api/v1/intake", "pantau.intake.v1", &[("cookie", &cookie), ("origin", server.url())]).await;
    assert_eq!(with_cookie.err(), Some(Refused::Status(401)));
    assert!(handshake(server.url(), "/api/v1/intake", "pantau.intake.v1", &[("authorization", &writer)]).await.is_ok());
}

#[tokio::test]
async fn the_first_run_makes_one_administrator_and_is_over() {
    let house = House::empty().await;
    let server = house.serve().await;
    let page = server.stranger();
    assert_eq!(page.json("/api/v1/setup").await, json!({ "needed": true, "code_required": false }));
    let proxied = sent(page.request(Method::GET, "/api/v1/setup").header("x-forwarded-for", "203.0.113.9")).await;
    assert_eq!(proxied.json()["code_required"], true, "from another machine the code in the log is asked for");
    let first = json!({ "username": "wati", "password": PASSWORD });
    let foreign = sent(page.request(Method::POST, "/api/v1/setup").header("origin", "https://evil.example").json(&first)).await;
    assert_eq!(foreign.status, 403);
    let short = page.post("/api/v1/setup", &json!({ "username": "wati", "password": "short" })).await;
    assert_eq!(short.status, 422, "{short:?}");
    let without_code = sent(
        page.request(Method::POST, "/api/v1/setup").header("origin", server.url()).header("x-forwarded-for", "203.0.113.9").json(&first),
    )
    .await;
    assert_eq!(without_code.status, 403, "{without_code:?}");
    let made = page.post("/api/v1/setup", &first).await;
    assert_eq!((made.status, &made.json()["role"]), (201, &json!("administrator")), "{made:?}");
    assert_eq!(page.json("/api/v1/me").await["username"], "wati");
    for again in [page.get("/api/v1/setup").await, page.post("/api/v1/setup", &first).await] {
        assert!(matches!(again.status, 404 | 409), "{again:?}");
    }
    assert_eq!(server.stranger().post("/api/v1/setup/example", &json!({})).await.status, 401);
    let loaded = page.post("/api/v1/setup/example", &json!({})).await;
    assert!((200..300).contains(&loaded.status), "{loaded:?}");
    wait_until("the boards of the example", Duration::from_secs(2), async || {
        let boards = page.json("/api/v1/boards").await;
        if boards["items"].as_array().is_some_and(|items| !items.is_empty()) { Ok(()) } else { Err(boards.to_string()) }
    })
    .await;
    assert_eq!(page.post("/api/v1/setup/example", &json!({})).await.status, 409);
}
