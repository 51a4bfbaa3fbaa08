//! The WebSocket door over a real connection.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::house::{House, KEY, REVOKED, sample, secret};

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

pub(crate) async fn serve(house: &House) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = house.app.clone();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("ws://{address}/api/v1/intake")
}

async fn connect(url: &str, key: Option<&str>, subprotocol: Option<&'static str>) -> Result<Socket, Error> {
    let mut request = url.into_client_request().expect("a request");
    if let Some(key) = key {
        request.headers_mut().insert("authorization", format!("Bearer {}", secret(key)).parse().expect("a header"));
    }
    if let Some(subprotocol) = subprotocol {
        request.headers_mut().insert("sec-websocket-protocol", subprotocol.parse().expect("a header"));
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

pub(crate) async fn open(url: &str) -> Socket {
    connect(url, Some(KEY), Some("pantau.intake.v1")).await.expect("connects")
}

pub(crate) async fn answer(socket: &mut Socket) -> Value {
    loop {
        match socket.next().await.expect("not closed").expect("no error") {
            Message::Text(text) => return serde_json::from_str(&text).expect("is JSON"),
            Message::Ping(_) => {}
            other => panic!("expected an answer, found {other:?}"),
        }
    }
}

/// The close code that the server sends.
async fn closed(socket: &mut Socket) -> CloseCode {
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(Some(frame)))) => return frame.code,
            Some(Ok(Message::Text(_) | Message::Ping(_))) => {}
            other => panic!("expected a close frame, found {other:?}"),
        }
    }
}

fn status(result: Result<Socket, Error>) -> u16 {
    match result {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("expected a refused handshake, found {other:?}"),
    }
}

#[tokio::test]
async fn batches_are_answered_in_order_with_their_number() {
    let house = House::open().await;
    let mut socket = open(&serve(&house).await).await;
    let batches = [
        json!([sample("a", 1.0), sample("b", 1.0)]).to_string(),
        "this is not JSON".to_owned(),
        json!([sample("a", 1.0), 7]).to_string(),
        sample("c", 1.0).to_string(),
    ];
    for batch in batches {
        socket.send(Message::text(batch)).await.expect("sends");
    }
    assert_eq!(answer(&mut socket).await, json!({"batch": 1, "accepted": 2, "duplicates": 0, "rejected": []}));
    let refused = answer(&mut socket).await;
    assert_eq!((&refused["batch"], &refused["status"]), (&json!(2), &json!(400)));
    assert!(refused["detail"].is_string());
    let mixed = answer(&mut socket).await;
    assert_eq!((&mixed["batch"], &mixed["duplicates"]), (&json!(3), &json!(1)));
    assert_eq!((&mixed["rejected"][0]["index"], &mixed["rejected"][0]["code"]), (&json!(1), &json!("not_cloudevent")));
    assert_eq!(answer(&mut socket).await["batch"], 4);
    house.close().await;
}

#[tokio::test]
async fn a_sender_that_does_not_wait_is_still_answered_in_order() {
    let house = House::open().await;
    let (mut sink, mut stream) = open(&serve(&house).await).await.split();
    let sending = tokio::spawn(async move {
        for batch in 0..200 {
            sink.send(Message::text(json!([sample(&batch.to_string(), 1.0)]).to_string())).await.expect("sends");
        }
        sink
    });
    for batch in 1..=200 {
        let Message::Text(text) = stream.next().await.expect("not closed").expect("no error") else { panic!("expected text") };
        let answer: Value = serde_json::from_str(&text).expect("is JSON");
        assert_eq!((&answer["batch"], &answer["accepted"]), (&json!(batch), &json!(1)));
    }
    drop(sending.await.expect("no panic"));
    house.close().await;
}

#[tokio::test]
async fn the_handshake_needs_a_key_and_the_subprotocol() {
    let house = House::open().await;
    let url = serve(&house).await;
    assert_eq!(status(connect(&url, None, Some("pantau.intake.v1")).await), 401);
    assert_eq!(status(connect(&url, Some(REVOKED), Some("pantau.intake.v1")).await), 401);
    assert_eq!(status(connect(&url, Some(KEY), None).await), 400);
    assert_eq!(status(connect(&url, Some(KEY), Some("pantau.live.v1")).await), 400);
    house.close().await;
}

#[tokio::test]
async fn messages_that_are_too_large_close_with_1009() {
    let house = House::open().await;
    let url = serve(&house).await;
    let mut socket = open(&url).await;
    socket.send(Message::text(" ".repeat(8 * 1024 * 1024 + 1))).await.expect("sends");
    assert_eq!(closed(&mut socket).await, CloseCode::Size);
    let mut socket = open(&url).await;
    socket.send(Message::text(format!("[{}]", vec!["1"; 10_001].join(",")))).await.expect("sends");
    assert_eq!(closed(&mut socket).await, CloseCode::Size);
    let mut socket = open(&url).await;
    socket.send(Message::text(" ".repeat(8 * 1024 * 1024))).await.expect("sends");
    assert_eq!(answer(&mut socket).await["status"], 400, "the limit itself is only empty");
    house.close().await;
}

#[tokio::test]
async fn binary_messages_close_with_1003() {
    let house = House::open().await;
    let mut socket = open(&serve(&house).await).await;
    socket.send(Message::binary(vec![1, 2, 3])).await.expect("sends");
    assert_eq!(closed(&mut socket).await, CloseCode::Unsupported);
    house.close().await;
}

#[tokio::test]
async fn a_key_has_eight_sockets() {
    let house = House::open().await;
    let url = serve(&house).await;
    let mut sockets = Vec::new();
    for _ in 0..8 {
        sockets.push(open(&url).await);
    }
    assert_eq!(status(connect(&url, Some(KEY), Some("pantau.intake.v1")).await), 429);
    house.close().await;
}

#[tokio::test]
async fn a_stop_answers_what_it_took_and_closes_with_1012() {
    let house = House::open().await;
    let mut socket = open(&serve(&house).await).await;
    socket.send(Message::text(sample("a", 1.0).to_string())).await.expect("sends");
    assert_eq!(answer(&mut socket).await["accepted"], 1);
    let closing = tokio::spawn(async move { closed(&mut socket).await });
    house.close().await;
    assert_eq!(closing.await.expect("no panic"), CloseCode::Restart);
}

#[tokio::test]
async fn overload_is_said_and_the_socket_goes_on() {
    let house = House::with(collector::Config { bytes_in_flight: 5_000, ..collector::Config::default() }).await;
    let mut socket = open(&serve(&house).await).await;
    socket.send(Message::text(" ".repeat(5_001))).await.expect("sends");
    let overload = answer(&mut socket).await;
    assert_eq!((&overload["batch"], &overload["status"], &overload["retry_after"]), (&json!(1), &json!(503), &json!(1)));
    socket.send(Message::text(sample("a", 1.0).to_string())).await.expect("sends");
    assert_eq!(answer(&mut socket).await["accepted"], 1);
    house.close().await;
}
