//! Signing in and out, the first run.

use std::time::Duration;

use super::house::{Answer, House, PASSWORD, READ_KEY, bearer, request};

const OWN: (&str, &str) = ("origin", "http://pantau.test");

async fn sign_in(house: &House, from: &str, name: &str, password: &str, headers: &[(&str, &str)]) -> Answer {
    let body = serde_json::json!({ "username": name, "password": password }).to_string();
    house.ask_from(from, request("POST", "/api/v1/session", headers, Some(&body))).await
}

fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().expect("a cookie").to_owned()
}

async fn me(house: &House, cookie: &str) -> Answer {
    house.get("/api/v1/me", &[("cookie", cookie)]).await
}

#[tokio::test]
async fn a_brought_cookie_is_never_the_session() {
    let house = House::new().await;
    let first = sign_in(&house, "10.0.0.1:1", "siti", PASSWORD, &[("cookie", "sid=chosen-by-somebody")]).await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert!(first.header("set-cookie").ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax"));
    assert_eq!(me(&house, "sid=chosen-by-somebody").await.status, 401);
    let old = cookie(&first);
    assert_eq!(me(&house, &old).await.json["username"], "siti");
    let second = sign_in(&house, "10.0.0.1:1", "siti", PASSWORD, &[("cookie", &old)]).await;
    assert_ne!(cookie(&second), old);
    assert_eq!(me(&house, &old).await.status, 401, "the old session is dead");
    house.stop().await;
}

#[tokio::test]
async fn who_signs_out_is_out_and_only_our_pages_sign_out() {
    let house = House::new().await;
    let cookie = cookie(&sign_in(&house, "10.0.0.1:1", "siti", PASSWORD, &[]).await);
    for foreign in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site"), ("x", "no origin at all")] {
        let answer = house.ask(request("DELETE", "/api/v1/session", &[("cookie", &cookie), foreign], None)).await;
        assert_eq!((answer.status.as_u16(), answer.json["code"].as_str()), (403, Some("foreign_origin")), "{foreign:?}");
    }
    assert_eq!(me(&house, &cookie).await.status, 200);
    let answer = house.ask(request("DELETE", "/api/v1/session", &[("cookie", &cookie), OWN], None)).await;
    assert_eq!(answer.status, 204);
    assert!(answer.header("set-cookie").starts_with("sid=; Path=/; Max-Age=0"));
    assert_eq!(me(&house, &cookie).await.status, 401, "a replayed cookie is nobody");
    house.stop().await;
}

#[tokio::test]
async fn reading_lasts_twelve_hours_and_changing_half_an_hour() {
    let house = House::new().await;
    let cookie = house.cookie_of("budi").await;
    let mine = [("cookie", cookie.as_str()), OWN];
    assert_eq!(me(&house, &cookie).await.json["reauthenticate"], false);
    house.pass(Duration::from_secs(29 * 60));
    assert_eq!(me(&house, &cookie).await.json["reauthenticate"], false);
    house.pass(Duration::from_secs(31 * 60));
    assert_eq!(me(&house, &cookie).await.json["reauthenticate"], true);
    assert_eq!(me(&house, &cookie).await.json["reauthenticate"], true, "looking does not bring it back");
    let change = house.ask(request("POST", "/api/v1/setup/example", &mine, None)).await;
    assert_eq!(change.json["code"], "reauthenticate");
    house.pass(Duration::from_secs(12 * 3600 - 1));
    assert_eq!(me(&house, &cookie).await.status, 200);
    house.pass(Duration::from_secs(12 * 3600));
    assert_eq!(me(&house, &cookie).await.status, 401);
    house.stop().await;
}

#[tokio::test]
async fn guessing_is_slowed_and_the_owner_gets_in() {
    let house = House::new().await;
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(sign_in(&house, "10.0.0.1:1", "siti", "wrong wrong wrong", &[]).await);
    }
    let evaluated = statuses.iter().filter(|answer| answer.status == 401).count();
    assert_eq!(evaluated, 5, "the rest is not even looked at");
    let refused = statuses.last().expect("eight answers");
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, "1"));
    let unknown = sign_in(&house, "10.0.0.2:1", "nobody", "wrong wrong wrong", &[]).await;
    assert_eq!(unknown.text, statuses[0].text, "an unknown name is answered alike");
    house.pass(Duration::from_secs(1));
    let owner = sign_in(&house, "10.0.0.3:1", "SITI".to_lowercase().as_str(), PASSWORD, &[]).await;
    assert_eq!(owner.status, 200, "from another network, a second later");
    house.stop().await;
}

#[tokio::test]
async fn a_disabled_account_is_nobody() {
    let house = House::new().await;
    let cookie = cookie(&sign_in(&house, "10.0.0.1:1", "siti", PASSWORD, &[]).await);
    let siti = sql::person::find(&house.db, "siti").await.expect("reads").expect("siti").no;
    let mut tx = house.db.begin().await.expect("a transaction");
    assert!(sql::person::disable(&mut tx, siti, house.now()).await.expect("disables"));
    tx.commit().await.expect("commits");
    assert_eq!(me(&house, &cookie).await.status, 401);
    assert_eq!(sign_in(&house, "10.0.0.1:1", "siti", PASSWORD, &[]).await.json["code"], "wrong_password");
    house.stop().await;
}

#[tokio::test]
async fn the_first_run_makes_an_administrator_once() {
    let house = House::empty().await;
    let set_up = |body: serde_json::Value| request("POST", "/api/v1/setup", &[OWN], Some(&body.to_string()));
    let near = house.ask_from("127.0.0.1:5", request("GET", "/api/v1/setup", &[], None)).await;
    assert_eq!(near.text, r#"{"needed":true,"code_required":false}"#);
    let far = house.ask_from("10.0.0.9:5", request("GET", "/api/v1/setup", &[], None)).await;
    assert_eq!(far.json["code_required"], true);
    let proxied = house.ask_from("127.0.0.1:5", request("GET", "/api/v1/setup", &[("x-forwarded-for", "10.0.0.9")], None)).await;
    assert_eq!(proxied.json["code_required"], true);

    let body = serde_json::json!({ "username": "budi", "password": PASSWORD });
    let without = house.ask_from("10.0.0.9:5", set_up(body.clone())).await;
    assert_eq!(without.json["code"], "not_allowed");
    let short = house.ask_from("127.0.0.1:5", set_up(serde_json::json!({ "username": "budi", "password": "short" }))).await;
    assert_eq!(short.status, 422);
    let mut coded = body.clone();
    coded["code"] = house.server.setup_code().into();
    let made = house.ask_from("10.0.0.9:5", set_up(coded)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(me(&house, &cookie(&made)).await.json["role"], "administrator");
    for request in [set_up(body), request("GET", "/api/v1/setup", &[], None)] {
        assert_eq!(house.ask_from("127.0.0.1:5", request).await.status, 404, "once");
    }

    let cookie = cookie(&made);
    let example = || request("POST", "/api/v1/setup/example", &[("cookie", &cookie), OWN], None);
    assert_eq!(house.ask(example()).await.status, 204);
    house
        .until(|| async { !house.get("/api/v1/units", &[("cookie", &cookie)]).await.json["items"].as_array().expect("items").is_empty() })
        .await;
    assert_eq!(house.ask(example()).await.status, 409);
    house.stop().await;
}

#[tokio::test]
async fn a_wrong_or_revoked_key_is_refused_at_once() {
    let house = House::new().await;
    let wrong = READ_KEY.replace("aaaa", "aaab");
    for key in [wrong.as_str(), "pantau_x", "", "reader01"] {
        assert_eq!(house.get("/api/v1/units", &[("authorization", &bearer(key))]).await.status, 401, "{key}");
    }
    assert_eq!(house.get("/api/v1/units", &[("authorization", &bearer(READ_KEY))]).await.status, 200);
    let mut tx = house.db.begin().await.expect("a transaction");
    assert!(sql::key::revoke(&mut tx, "reader01", house.now()).await.expect("revokes"));
    tx.commit().await.expect("commits");
    assert_eq!(house.get("/api/v1/units", &[("authorization", &bearer(READ_KEY))]).await.status, 401);
    house.stop().await;
}
