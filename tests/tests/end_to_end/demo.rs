//! The demo, once: it says who may come, its boards stand and move, it leaves when asked.

use std::time::Duration;

use serde_json::Value;

use crate::harness::{House, Server, wait_until};

/// A year of a district is made and rolled up first.
const STANDS_WITHIN: Duration = Duration::from_secs(60);
const MOVES_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test]
async fn the_demo_says_who_may_come_and_its_board_moves() {
    if tests::skips_on_postgres("the demo ignores the store of the configuration and brings its own") {
        return;
    }
    let house = House::empty().await;
    let data = house.path().join("demo").display().to_string();
    let mut server =
        Server::start_within(house.command(&["demo", "--listen", "127.0.0.1:0", "--data", &data]), house.path(), STANDS_WITHIN).await;
    let stdout = server.stdout();
    let (before, _) = stdout.split_once("ready ").expect("it is ready");
    let accounts: Vec<Vec<&str>> =
        before.lines().filter_map(|line| line.strip_prefix("account ")).map(|rest| rest.split(' ').collect()).collect();
    let keys: Vec<Vec<&str>> = before.lines().filter_map(|line| line.strip_prefix("key ")).map(|rest| rest.split(' ').collect()).collect();
    assert!(accounts.iter().all(|account| account.len() == 4) && accounts.iter().any(|account| account[2] == "administrator"), "{stdout}");
    assert!(!keys.is_empty() && keys.iter().all(|key| key.len() == 2 && key[1].starts_with("pantau_")), "{stdout}");

    let browser = server.stranger();
    let administrator = accounts.iter().find(|account| account[2] == "administrator").expect("there is one");
    assert_eq!(browser.sign_in(administrator[0], administrator[1]).await.status, 200);
    let values = async |board: &str| {
        let snapshot = browser.json(&format!("/api/v1/boards/{board}")).await;
        let tiles = snapshot["tiles"].as_array().expect("tiles").clone();
        tiles.into_iter().map(|tile| tile["value"]["value"].clone()).collect::<Vec<Value>>()
    };
    // One board of samples, one of cases.
    for board in ["bupati", "layanan"] {
        let values = values(board).await;
        let filled = values.iter().filter(|value| !value.is_null()).count();
        assert!(filled * 10 >= values.len() * 9, "{board} is full: {filled} of {} tiles have a number", values.len());
    }
    let first = values("bupati").await;
    wait_until(
        "a number to move",
        MOVES_WITHIN,
        async || if values("bupati").await == first { Err("none moved".to_owned()) } else { Ok(()) },
    )
    .await;

    // Every other command works on its configuration.
    let config = house.path().join("demo/pantau.toml").display().to_string();
    assert!(house.ok(&["user", "list", "--config", &config]).contains(administrator[0]));
    assert!(house.ok(&["key", "list", "--config", &config]).lines().count() > keys.len());
    server.terminate();
    let (status, took) = server.left().await;
    assert_eq!(status.code(), Some(0), "{}", server.stderr());
    assert!(took < Duration::from_secs(10), "{took:?}");
}
