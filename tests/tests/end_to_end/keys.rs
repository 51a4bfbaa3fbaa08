//! What a key may send, where, and until when.

use std::time::Duration;

use serde_json::Value;

use crate::harness::{House, sample, wait_until};

const DAY: &str = "2026-11-16";

fn of(source: &str, id: &str, unit: &str) -> Value {
    sample(source, id, unit, if unit == "clinic" { "wait" } else { "issued" }, DAY, 1.0)
}

#[tokio::test]
async fn a_key_writes_for_its_units_and_those_below_them() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let town = server.client(&house.key("registry", "town"));
    town.accepted(&[of("registry", "1", "permits"), of("registry", "2", "clinic")]).await;
    let both = server.client(&house.key("both", "permits,clinic"));
    both.accepted(&[of("both", "1", "permits"), of("both", "2", "clinic")]).await;
    let permits = server.client(&house.key("narrow", "permits"));
    let answer = permits.events(&[of("narrow", "1", "permits"), of("narrow", "2", "clinic")]).await;
    assert_eq!((answer.status, answer.codes()), (200, vec!["forbidden_unit".to_owned()]));
    // The source's own units in sources.toml hold for every key of it.
    let counter = server.client(&house.key("counter", "*"));
    let answer = counter.events(&[of("counter", "1", "clinic")]).await;
    assert_eq!((answer.status, answer.codes()), (403, vec!["forbidden_unit".to_owned()]));

    let refused = house.run(&["key", "create", "--source", "x", "--units", "harbour"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused:?}");
    assert!(refused.stderr.contains("harbour"), "{refused:?}");
}

#[tokio::test]
async fn a_key_reads_only_when_it_was_made_to() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let writes = server.client(&house.key("counter", "permits"));
    for path in ["/api/v1/units", "/api/v1/boards/town", "/api/v1/me", "/metrics"] {
        assert_eq!(writes.get(path).await.status, 401, "{path}");
        assert_eq!(server.stranger().get(path).await.status, 401, "{path}");
    }
    let reads = server.client(&house.reading_key());
    for path in ["/api/v1/units", "/api/v1/indicators", "/api/v1/boards", "/api/v1/boards/town", "/api/v1/me"] {
        assert_eq!(reads.get(path).await.status, 200, "{path}");
    }
    // A board is visible whole or not at all.
    let narrow = house.ok(&["key", "create", "--source", "wall", "--units", "permits", "--read"]);
    let narrow = server.client(narrow.trim());
    assert_eq!(narrow.get("/api/v1/boards/town").await.status, 404);
    assert_eq!(narrow.get("/api/v1/series?unit=permits&indicator=issued&every=week").await.status, 200);
    assert_eq!(narrow.get("/api/v1/series?unit=clinic&indicator=wait&every=week").await.status, 404);
}

#[tokio::test]
async fn a_revoked_key_is_refused_within_two_seconds() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let text = house.key("counter", "permits");
    let counter = server.client(&text);
    counter.accepted(&[of("counter", "1", "permits")]).await;
    let id = text.split('_').nth(1).expect("pantau_ID_SECRET");
    let secret = text.rsplit('_').next().expect("pantau_ID_SECRET");
    let listed = house.ok(&["key", "list"]);
    assert!(listed.contains(id) && !listed.contains(secret), "{listed}");
    house.ok(&["key", "revoke", id]);
    wait_until("a refusal of the revoked key", Duration::from_secs(2), async || {
        let answer = counter.events(&[of("counter", "1", "permits")]).await;
        if answer.status == 401 { Ok(()) } else { Err(format!("{answer:?}")) }
    })
    .await;
    let again = house.run(&["key", "revoke", id]);
    assert_eq!(again.code, 2, "{again:?}");
    // The secret is nowhere in the store.
    let holds = |text: &str| house.stored().windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(id) && !holds(secret));
}
