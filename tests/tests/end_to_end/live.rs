//! The live socket: snapshot, deltas in a row, resume, goodbyes.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::live::{Refused, handshake};
use crate::harness::{Client, House, ISSUED, Live, ON_TIME, Server, WAIT, clock, ratio, sample};

const PASSWORD: &str = "correct horse battery";

/// One more reading of the counter, now.
async fn counter_sends(counter: &Client, n: usize) {
    counter.accepted(&[sample("counter", &format!("live-{n}"), "permits", "issued", &clock::now_written(), 1.0)]).await;
}

async fn open() -> (House, Server, Client, Client) {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let counter = server.client(&house.key("counter", "permits"));
    let reader = server.client(&house.reading_key());
    (house, server, counter, reader)
}

#[tokio::test]
async fn a_viewer_that_was_away_gets_what_it_missed_one_by_one() {
    let (_house, _server, counter, reader) = open().await;
    let mut viewer = reader.live().await;
    viewer.subscribe("town").await;
    viewer.next_told().await;
    counter_sends(&counter, 0).await;
    viewer.hears(ISSUED, |value| value["n"] == 1).await;
    for n in 1..=3 {
        counter_sends(&counter, n).await;
        reader.shows("town", ISSUED, |value| value["n"] == n + 1).await;
    }
    let mut back = reader.live().await.takes_over(&viewer);
    viewer.leave().await;
    back.resume("town").await;
    back.hears(ISSUED, |value| value["n"] == 4).await;
    assert_eq!((back.snapshots, back.deltas >= 3), (0, true), "deltas out of the ring, at least one for each change");
    back.equals(&reader.json("/api/v1/boards/town").await).expect("nothing lost, nothing doubled");

    // From where it stands there is nothing to say until the next change.
    let mut again = reader.live().await.takes_over(&back);
    again.resume("town").await;
    counter_sends(&counter, 4).await;
    let told = again.next_told().await;
    assert_eq!(told["type"], "delta", "{told}");
}

#[tokio::test]
async fn another_epoch_or_an_unknown_number_gets_a_snapshot() {
    let (_house, _server, counter, reader) = open().await;
    let mut viewer = reader.live().await;
    viewer.subscribe("town").await;
    viewer.next_told().await;
    counter_sends(&counter, 0).await;
    viewer.hears(ISSUED, |value| value["n"] == 1).await;
    let (epoch, seq) = viewer.place.clone().expect("it heard a snapshot");
    for (epoch, seq) in [("another", seq), (epoch.as_str(), seq + 1), (epoch.as_str(), u64::MAX), ("", 0)] {
        let mut back = reader.live().await;
        back.say(&json!({ "type": "subscribe", "board": "town", "resume": { "epoch": epoch, "seq": seq } })).await;
        let told = back.next_told().await;
        assert_eq!(
            (&told["type"], &told["epoch"]),
            (&json!("snapshot"), &json!(viewer.place.as_ref().expect("a place").0)),
            "{epoch} {seq}"
        );
        back.equals(&reader.json("/api/v1/boards/town").await).expect("the snapshot is the board");
    }
}

#[tokio::test]
async fn a_second_subscribe_replaces_the_first_and_errors_leave_the_socket_open() {
    let house = House::of_three_units().await;
    let boards = std::fs::read_to_string(crate::harness::house::data("three-units").join("boards.toml")).expect("our own file");
    let clinic = "\n[[board]]\nid = \"clinic\"\ntitle = \"Clinic\"\n[[board.group]]\ntitle = \"Clinic\"\ntiles = [{ unit = \"clinic\", indicator = \"wait\" }]\n";
    house.ok(&["apply", &house.write("boards.toml", &format!("{boards}{clinic}"))]);
    let server = house.serve().await;
    let counter = server.client(&house.key("counter", "permits"));
    let desk = server.client(&house.key("clinic-desk", "clinic"));
    let reader = server.client(&house.reading_key());

    let mut viewer = reader.live().await;
    for (said, code) in [
        (json!({ "type": "subscribe", "board": "harbour" }), "unknown_board"),
        (json!({ "type": "unsubscribe" }), "bad_message"),
        (json!({ "type": "subscribe" }), "bad_message"),
        (json!([]), "bad_message"),
    ] {
        viewer.say(&said).await;
        let told = viewer.next_told().await;
        assert_eq!((&told["type"], &told["code"]), (&json!("error"), &json!(code)), "{said}");
    }
    viewer.subscribe("town").await;
    assert_eq!(viewer.next_told().await["board"], "town");
    viewer.subscribe("clinic").await;
    assert_eq!(viewer.next_told().await["board"], "clinic");
    // What changes on the first board alone is not told any more.
    counter_sends(&counter, 0).await;
    reader.shows("town", ISSUED, |value| value["n"] == 1).await;
    desk.accepted(&[sample("clinic-desk", "1", "clinic", "wait", &clock::now_written(), 12.0)]).await;
    let told = viewer.next_told().await;
    let ids: Vec<&Value> = told["tiles"].as_array().expect("a delta has tiles").iter().map(|tile| &tile["id"]).collect();
    assert_eq!((&told["type"], ids), (&json!("delta"), vec![&json!(WAIT)]));
    viewer.equals(&reader.json("/api/v1/boards/clinic").await).expect("the second board and nothing of the first");
}

#[tokio::test]
async fn pings_come_and_who_never_subscribes_is_sent_away() {
    let house = House::of_three_units().await;
    // Made before: a key that makes its source is a change of the configuration, which tiles name.
    let key = house.reading_key();
    let server = house.serve().await;
    let reader = server.client(&key);
    let (mut silent, mut viewer) = (reader.live().await, reader.live().await);
    viewer.subscribe("town").await;
    viewer.next_told().await;
    let began = tokio::time::Instant::now();
    let hears = async {
        for _ in 0..2 {
            let told = viewer.next().await;
            assert_eq!(told["type"], "ping", "nothing changes, so nothing else is told: {told}");
        }
        assert!(began.elapsed() < Duration::from_secs(11), "two pings in {:?}", began.elapsed());
    };
    let goes = async {
        let (code, _) = silent.closed(Duration::from_secs(8)).await;
        assert_eq!(code, 4408);
        assert!(began.elapsed() > Duration::from_millis(4_500), "it had its five seconds: {:?}", began.elapsed());
    };
    tokio::join!(hears, goes);
}

#[tokio::test]
async fn a_long_message_closes_the_socket_and_others_stay() {
    let (_house, server, counter, reader) = open().await;
    let mut viewer = reader.live().await;
    viewer.subscribe("town").await;
    viewer.next_told().await;
    let before = server.memory();
    for length in [64 * 1024 + 1, 1 << 20, 16 << 20] {
        let mut loud = reader.live().await;
        loud.shout(format!("{{\"type\":\"{}\"}}", "x".repeat(length))).await;
        let (code, _) = loud.closed(Duration::from_secs(10)).await;
        // A long one may break the line before the goodbye is read.
        assert!(code == 1009 || (length > 1 << 19 && code == 1006), "{length}: {code}");
    }
    let mut exact = reader.live().await;
    let rest = "x".repeat(64 * 1024 - 26);
    exact.shout(format!("{{\"type\":\"{rest}\",\"board\":1}}")).await;
    assert_eq!(exact.next_told().await["code"], "bad_message", "64 KiB to the byte are read");
    assert!(server.memory().saturating_sub(before) < 24 << 20, "memory stays flat");
    counter_sends(&counter, 0).await;
    viewer.hears(ISSUED, |value| value["n"] == 1).await;
}

#[tokio::test]
async fn who_talks_without_end_is_sent_away() {
    let (_house, _server, _counter, reader) = open().await;
    let mut loud = reader.live().await;
    for _ in 0..400 {
        loud.shout("{}".to_owned()).await;
    }
    assert_eq!(loud.closed(Duration::from_secs(5)).await.0, 4429);
    // One that asks now and then is heard.
    let mut calm = reader.live().await;
    calm.subscribe("town").await;
    assert_eq!(calm.next_told().await["type"], "snapshot");
}

/// A socket of a browser that is signed in.
async fn of_browser(server: &Server, cookie: &str) -> Live {
    let mut viewer = Live::open(server.url(), &[("cookie", cookie), ("origin", server.url())]).await;
    viewer.subscribe("town").await;
    assert_eq!(viewer.next_told().await["type"], "snapshot");
    viewer
}

async fn signed_in(server: &Server, name: &str) -> (Client, String) {
    let browser = server.stranger();
    let answer = browser.sign_in(name, PASSWORD).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let cookie = answer.header("set-cookie").split(';').next().expect("a cookie has a first part").to_owned();
    (browser, cookie)
}

#[tokio::test]
async fn the_end_of_a_session_closes_its_sockets_and_no_others() {
    let (house, server, counter, reader) = open().await;
    house.person("wati", "viewer", "*", PASSWORD);
    house.person("budi", "viewer", "*", PASSWORD);
    let ((wati, wati_cookie), (_, budi_cookie)) = (signed_in(&server, "wati").await, signed_in(&server, "budi").await);
    let mut of_wati = [of_browser(&server, &wati_cookie).await, of_browser(&server, &wati_cookie).await];
    let mut of_budi = of_browser(&server, &budi_cookie).await;
    let mut of_key = reader.live().await;
    of_key.subscribe("town").await;
    of_key.next_told().await;

    assert_eq!(wati.delete("/api/v1/session").await.status, 204);
    for viewer in &mut of_wati {
        assert_eq!(viewer.closed(Duration::from_secs(2)).await.0, 4401);
    }
    let headers = [("cookie", wati_cookie.as_str()), ("origin", server.url())];
    assert_eq!(handshake(server.url(), "/api/v1/live", "pantau.live.v1", &headers).await.err(), Some(Refused::Status(401)));
    counter_sends(&counter, 0).await;
    of_budi.hears(ISSUED, |value| value["n"] == 1).await;

    // Ended by another process: noticed within seconds.
    house.ok(&["user", "disable", "budi"]);
    assert_eq!(of_budi.closed(Duration::from_secs(8)).await.0, 4401);
    let id = house
        .ok(&["key", "list"])
        .lines()
        .find(|line| line.contains(",reader,"))
        .map(|line| line.split(',').next().expect("an id").to_owned());
    house.ok(&["key", "revoke", &id.expect("the reader's key is listed")]);
    assert_eq!(of_key.closed(Duration::from_secs(8)).await.0, 4401);
}

#[tokio::test]
async fn a_restart_is_said_and_a_viewer_finds_its_board_again() {
    let (house, mut server, counter, reader) = open().await;
    let mut viewer = reader.live().await;
    viewer.subscribe("town").await;
    viewer.next_told().await;
    counter.accepted(&[ratio("counter", "r-1", "permits", "on-time", &clock::now_written(), (1.0, 2.0))]).await;
    viewer.hears(ON_TIME, |value| value["n"] == 1).await;
    server.terminate();
    assert_eq!(viewer.closed(Duration::from_secs(5)).await.0, 1012);
    assert!(server.left().await.0.success());

    let server = house.serve().await;
    let (counter, reader) = (server.client(&house.key("counter", "permits")), server.client(&house.reading_key()));
    counter.accepted(&[ratio("counter", "r-2", "permits", "on-time", &clock::now_written(), (1.0, 2.0))]).await;
    let mut back = reader.live().await.takes_over(&viewer);
    back.resume("town").await;
    let told = back.next_told().await;
    assert_eq!(told["type"], "snapshot", "the numbers of another process mean nothing");
    assert_ne!(told["epoch"], json!(viewer.place.expect("a place").0));
    back.hears(ON_TIME, |value| value["n"] == 2).await;
    back.equals(&reader.json("/api/v1/boards/town").await).expect("nothing lost, nothing doubled");
}

#[tokio::test]
async fn a_handshake_needs_somebody_and_the_subprotocol() {
    let (house, server, _counter, _reader) = open().await;
    let writer = format!("Bearer {}", house.key("writer", "*"));
    let reader = format!("Bearer {}", house.reading_key());
    for (protocol, authorization, status) in [
        ("pantau.live.v1", "", 401),
        ("pantau.live.v1", "Bearer pantau_abcdefgh_no", 401),
        ("pantau.live.v1", writer.as_str(), 401),
        ("", reader.as_str(), 400),
        ("pantau.live.v2", reader.as_str(), 400),
    ] {
        let refused = handshake(server.url(), "/api/v1/live", protocol, &[("authorization", authorization)]).await;
        assert_eq!(refused.err(), Some(Refused::Status(status)), "{protocol:?} {authorization:?}");
    }
}
