//! `/api/v1/live` over real sockets.

use std::time::Duration;

use dashboard_server::Limits;
use dashboard_server::protocol::LiveServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;

use super::house::{House, READ_KEY, WRITE_KEY, bearer, request};
use super::socket::{Said, Viewer, open};

const PROTOCOL: Option<&str> = Some("pantau.live.v1");
const TILE: &str = "dpmptsp:PT-01:week";

async fn with_key(address: std::net::SocketAddr) -> Viewer {
    open(address, PROTOCOL, &[("authorization", &bearer(READ_KEY))]).await.expect("let in")
}

#[tokio::test]
async fn a_snapshot_then_what_changes() {
    let mut house = House::new().await;
    let address = house.listen().await;
    house.roll("dpmptsp", "PT-01", "2026-W48", 1.0).await;
    let mut viewer = with_key(address).await;
    viewer.subscribe("bupati").await;
    assert_eq!(viewer.follow().await, "snapshot");
    assert_eq!((viewer.tiles.len(), viewer.value_of(TILE)), (2, Some(1.0)));
    for value in 2..20 {
        house.roll("dpmptsp", "PT-01", "2026-W48", f64::from(value)).await;
        while viewer.value_of(TILE) != Some(f64::from(value)) {
            assert_eq!(viewer.follow().await, "delta");
        }
    }
    let over_http = house.get("/api/v1/boards/bupati", &[("authorization", &bearer(READ_KEY))]).await;
    let LiveServer::Snapshot(fresh) = serde_json::from_str(&over_http.text).expect("a snapshot") else { panic!("no snapshot") };
    assert_eq!((viewer.epoch.as_str(), viewer.seq, &viewer.tiles), (fresh.epoch.as_str(), fresh.seq, &fresh.tiles));
    house.stop().await;
}

#[tokio::test]
async fn who_was_away_resumes_where_it_stood() {
    let mut house = House::new().await;
    let address = house.listen().await;
    let (mut stays, mut leaves) = (with_key(address).await, with_key(address).await);
    for viewer in [&mut stays, &mut leaves] {
        viewer.subscribe("bupati").await;
        viewer.follow().await;
    }
    let (epoch, seq) = (leaves.epoch.clone(), leaves.seq);
    drop(leaves);
    for value in [5.0, 6.0, 7.0] {
        house.roll("dpmptsp", "PT-01", "2026-W48", value).await;
        while stays.value_of(TILE) != Some(value) {
            stays.follow().await;
        }
    }
    let mut back = with_key(address).await;
    back.resume("bupati", &epoch, seq).await;
    (back.epoch, back.seq, back.tiles) = (epoch.clone(), seq, stays.tiles.clone());
    for _ in 0..3 {
        assert_eq!(back.follow().await, "delta");
    }
    assert_eq!((back.seq, back.value_of(TILE)), (stays.seq, Some(7.0)));
    // A second subscribe replaces the first; what is not in the ring is a snapshot.
    back.resume("bupati", "another", seq).await;
    assert_eq!(back.follow().await, "snapshot");
    back.resume("bupati", &epoch, 9_999).await;
    assert_eq!(back.follow().await, "snapshot");
    back.subscribe("rsud").await;
    assert_eq!(back.follow().await, "snapshot");
    house.roll("dpmptsp", "PT-01", "2026-W48", 8.0).await;
    house.roll("rsud", "KS-06", "2026-W48", 9.0).await;
    assert_eq!(back.follow().await, "delta");
    assert_eq!((back.tiles.len(), back.value_of("rsud:KS-06:week")), (1, Some(9.0)), "only the board of the last subscribe");
    house.stop().await;
}

#[tokio::test]
async fn the_handshake_lets_in_whom_the_table_says() {
    let mut house = House::new().await;
    let address = house.listen().await;
    let cookie = house.cookie_of("siti").await;
    let own = format!("http://{address}");
    let (read, write) = (bearer(READ_KEY), bearer(WRITE_KEY));
    let cookied = ("cookie", cookie.as_str());
    let other_port = "http://127.0.0.1:1";
    type Row<'a> = (&'a [(&'a str, &'a str)], Option<u16>);
    let table: [Row<'_>; 13] = [
        (&[cookied, ("origin", &own)], None),
        (&[cookied, ("origin", "http://pantau.test")], None),
        (&[cookied, ("origin", "http://pantau.test:80")], None),
        (&[cookied, ("origin", "https://evil.example")], Some(403)),
        (&[cookied, ("origin", "null")], Some(403)),
        (&[cookied, ("origin", "http://pantau.test.evil.example")], Some(403)),
        (&[cookied, ("origin", other_port)], Some(403)),
        (&[cookied], Some(403)),
        (&[("authorization", &read)], None),
        (&[("authorization", &read), ("origin", "https://evil.example")], Some(403)),
        (&[("authorization", &write)], Some(401)),
        (&[("origin", &own)], Some(401)),
        (&[("cookie", "sid=nothing"), ("origin", &own)], Some(401)),
    ];
    for (headers, refused) in table {
        assert_eq!(open(address, PROTOCOL, headers).await.err(), refused, "{headers:?}");
    }
    assert_eq!(open(address, None, &[("authorization", &read)]).await.err(), Some(400), "the subprotocol is required");
    assert_eq!(open(address, Some("pantau.live.v2"), &[("authorization", &read)]).await.err(), Some(400));
    assert_eq!(house.get("/api/v1/live", &[("authorization", &read)]).await.status, 426);
    house.stop().await;
}

#[tokio::test]
async fn what_is_not_understood_or_not_allowed_is_said() {
    let mut house = House::new().await;
    let address = house.listen().await;
    let cookie = house.cookie_of("rudi").await;
    let mut viewer = open(address, PROTOCOL, &[("cookie", &cookie), ("origin", "http://pantau.test")]).await.expect("let in");
    for wrong in
        ["{", "[]", "null", r#"{"type":"shout"}"#, r#"{"type":"subscribe"}"#, r#"{"type":"subscribe","board":1}"#, &"[".repeat(1000)]
    {
        viewer.say(wrong).await;
        assert_eq!(viewer.hear_fault().await, "bad_message", "{wrong}");
    }
    viewer.subscribe("nothing").await;
    assert_eq!(viewer.hear_fault().await, "unknown_board");
    viewer.subscribe("bupati").await;
    assert_eq!(viewer.hear_fault().await, "not_allowed");
    viewer.subscribe("rsud").await;
    assert_eq!(viewer.follow().await, "snapshot");
    house.stop().await;
}

#[tokio::test]
async fn a_session_that_ends_closes_its_sockets_only() {
    let mut house = House::new().await;
    let address = house.listen().await;
    let (mine, other) = (house.cookie_of("siti").await, house.cookie_of("siti").await);
    let mut viewers = Vec::new();
    for cookie in [&mine, &mine, &other] {
        let mut viewer = open(address, PROTOCOL, &[("cookie", cookie), ("origin", "http://pantau.test")]).await.expect("let in");
        viewer.subscribe("bupati").await;
        viewer.follow().await;
        viewers.push(viewer);
    }
    let out = request("DELETE", "/api/v1/session", &[("cookie", &mine), ("origin", "http://pantau.test")], None);
    assert_eq!(house.ask(out).await.status, 204);
    let mut stays = viewers.pop().expect("three");
    for mut viewer in viewers {
        assert_eq!(viewer.hear_close().await, 4401);
    }
    house.roll("dpmptsp", "PT-01", "2026-W48", 3.0).await;
    assert_eq!(stays.follow().await, "delta");
    // Ended by another process: noticed at the next look.
    let siti = sql::person::find(&house.db, "siti").await.expect("reads").expect("siti").no;
    let mut tx = house.db.begin().await.expect("a transaction");
    sql::person::disable(&mut tx, siti, house.now()).await.expect("disables");
    tx.commit().await.expect("commits");
    assert_eq!(stays.hear_close().await, 4401);
    house.stop().await;
}

#[tokio::test]
async fn pings_come_with_the_clock() {
    let mut house = House::new().await;
    let address = house.listen().await;
    let mut viewer = with_key(address).await;
    viewer.subscribe("bupati").await;
    let waiting = std::time::Instant::now();
    assert_eq!(viewer.hear_ping().await, "2026-11-24T02:00:00.000Z");
    assert!(waiting.elapsed() <= Duration::from_secs(5));
    house.stop().await;
}

#[tokio::test]
async fn silence_floods_and_wrong_frames_are_closed() {
    let limits = Limits { subscribe_within: Duration::from_millis(200), ..Limits::default() };
    let mut house = House::with(limits).await;
    let address = house.listen().await;
    assert_eq!(with_key(address).await.hear_close().await, 4408);

    let large = "x".repeat(64 * 1024 + 1);
    let table = [(Message::text(large), 1009), (Message::binary(vec![1, 2, 3]), 1003)];
    for (message, code) in table {
        let mut viewer = with_key(address).await;
        viewer.send(message).await;
        assert_eq!(viewer.hear_close().await, code);
    }
    let mut flooding = with_key(address).await;
    for _ in 0..60 {
        flooding.say("{}").await;
    }
    assert_eq!(flooding.hear_close().await, 4429);
    house.stop().await;
}

#[tokio::test]
async fn too_many_sockets_are_closed_and_places_come_back() {
    let limits = Limits { of_person: 2, in_all: 3, ..Limits::default() };
    let mut house = House::with(limits).await;
    let address = house.listen().await;
    let cookie = house.cookie_of("siti").await;
    let sign_in = [("cookie", cookie.as_str()), ("origin", "http://pantau.test")];
    let mut first = open(address, PROTOCOL, &sign_in).await.expect("let in");
    first.subscribe("bupati").await;
    first.follow().await;
    let mut second = open(address, PROTOCOL, &sign_in).await.expect("let in");
    second.subscribe("bupati").await;
    second.follow().await;
    assert_eq!(open(address, PROTOCOL, &sign_in).await.expect("let in").hear_close().await, 4429);
    let mut by_key = with_key(address).await;
    by_key.subscribe("bupati").await;
    by_key.follow().await;
    assert_eq!(with_key(address).await.hear_close().await, 4429, "three in all");
    drop(first);
    house
        .until(|| async {
            let mut viewer = open(address, PROTOCOL, &sign_in).await.expect("let in");
            viewer.subscribe("bupati").await;
            matches!(viewer.hear().await, Said::Live(LiveServer::Snapshot(_)))
        })
        .await;
    house.stop().await;
}

#[tokio::test]
async fn a_restart_says_so() {
    let mut house = House::new().await;
    let address = house.listen().await;
    let mut viewer = with_key(address).await;
    viewer.subscribe("bupati").await;
    viewer.follow().await;
    let (code, ()) = tokio::join!(viewer.hear_close(), house.stop());
    assert_eq!(code, 1012);
}

/// Opens a socket whose client takes next to nothing, and subscribes.
async fn never_reading(address: std::net::SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small window");
    let mut stream = socket.connect(address).await.expect("connects");
    let hello = format!(
        "GET /api/v1/live HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: pantau.live.v1\r\nAuthorization: {}\r\n\r\n",
        bearer(READ_KEY)
    );
    stream.write_all(hello.as_bytes()).await.expect("asks");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 101");
    let text = br#"{"type":"subscribe","board":"bupati"}"#;
    // Masked with zeros, which is a mask like any other.
    let mut frame = vec![0x81, 0x80 | u8::try_from(text.len()).expect("short"), 0, 0, 0, 0];
    frame.extend_from_slice(text);
    // As many snapshots as may be asked for at once.
    stream.write_all(&frame.repeat(39)).await.expect("subscribes");
    stream
}

#[tokio::test]
async fn a_viewer_that_never_reads_is_cut_and_nobody_else_notices() {
    let limits = Limits { write_within: Duration::from_millis(300), in_all: 2, ..Limits::default() };
    let mut house = House::with(limits).await;
    let address = house.listen().await;
    // A heavy board, so that what is asked for is more than the network between us holds.
    let long = "Papan ".repeat(30_000);
    let board = format!(
        "[[board]]\nid = \"bupati\"\ntitle = \"{long}\"\n[[board.group]]\ntitle = \"Layanan\"\ntiles = [{{ unit = \"dpmptsp\", indicator = \"PT-01\" }}]\n"
    );
    house.apply(&[("boards.toml", &board)]).await;
    house.until(|| async { board_of(&house).await.len() > long.len() }).await;
    let mut reads = with_key(address).await;
    reads.subscribe("bupati").await;
    reads.follow().await;
    let stuck = never_reading(address).await;
    let mut value = 0.0;
    let feed = async {
        loop {
            value += 1.0;
            house.roll("dpmptsp", "PT-01", "2026-W48", value).await;
            while reads.value_of(TILE) != Some(value) {
                reads.follow().await;
            }
        }
    };
    let place_comes_back = async {
        // Two are inside; a third gets in only when the silent one was cut.
        assert_eq!(with_key(address).await.hear_close().await, 4429);
        while Said::Closed(4429) == knock(address).await {
            tokio::task::yield_now().await;
        }
    };
    let done = async {
        tokio::select! {
            () = place_comes_back => {}
            () = feed => {}
        }
    };
    tokio::time::timeout(Duration::from_secs(60), done).await.expect("cut within a minute");
    drop(stuck);
    house.stop().await;
}

async fn board_of(house: &House) -> String {
    house.get("/api/v1/boards/bupati", &[("authorization", &bearer(READ_KEY))]).await.text
}

async fn knock(address: std::net::SocketAddr) -> Said {
    let mut viewer = with_key(address).await;
    viewer.subscribe("bupati").await;
    viewer.hear().await
}
