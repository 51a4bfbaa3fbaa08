//! A viewer that keeps the board by the contract's rules and fails when the server breaks one.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::client::tile_of;
use super::wait::within;

/// The contract promises a ping at least every 5 seconds; the rest is for a busy machine.
const HEARD_WITHIN: Duration = Duration::from_secs(7);
/// From a commit to the socket.
const TOLD_WITHIN: Duration = Duration::from_secs(10);

/// A live socket and the board as it stands after all that was heard.
pub(crate) struct Live {
    socket: WebSocketStream<TcpStream>,
    /// Where the viewer stands: epoch and seq of the last snapshot or delta.
    pub(crate) place: Option<(String, u64)>,
    /// Snapshots heard on this socket.
    pub(crate) snapshots: usize,
    /// Deltas heard on this socket.
    pub(crate) deltas: usize,
    tiles: BTreeMap<String, Value>,
}

impl Live {
    /// Opens a socket with these headers; nothing is subscribed yet.
    pub(crate) async fn open(url: &str, headers: &[(&str, &str)]) -> Self {
        Self::of(handshake(url, "/api/v1/live", "pantau.live.v1", headers).await)
    }

    /// The same with so little room for what arrives that the line is full at once when nobody reads.
    pub(crate) async fn open_narrow(url: &str, headers: &[(&str, &str)]) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket can be had");
        socket.set_recv_buffer_size(4096).expect("the kernel takes a size");
        let address = authority(url).parse().expect("the server listens on a numeric address");
        let stream = socket.connect(address).await.expect("the server accepts connections");
        Self::of(handshake_over(stream, url, "/api/v1/live", "pantau.live.v1", headers).await)
    }

    fn of(opened: Result<WebSocketStream<TcpStream>, Refused>) -> Self {
        let socket = opened.unwrap_or_else(|refused| panic!("no live socket: {refused}"));
        Self { socket, place: None, snapshots: 0, deltas: 0, tiles: BTreeMap::new() }
    }

    /// Goes on as another viewer that stopped where it stands.
    pub(crate) fn takes_over(mut self, other: &Self) -> Self {
        self.place.clone_from(&other.place);
        self.tiles.clone_from(&other.tiles);
        self
    }

    /// Asks for a board without saying where the viewer stands.
    pub(crate) async fn subscribe(&mut self, board: &str) {
        self.say(&json!({ "type": "subscribe", "board": board })).await;
    }

    /// Asks for a board from where the viewer stands.
    pub(crate) async fn resume(&mut self, board: &str) {
        let (epoch, seq) = self.place.as_ref().expect("it was there before");
        let message = json!({ "type": "subscribe", "board": board, "resume": { "epoch": epoch, "seq": seq } });
        self.say(&message).await;
    }

    /// Sends JSON.
    pub(crate) async fn say(&mut self, message: &Value) {
        self.socket.send(Message::text(message.to_string())).await.expect("the socket is open");
    }

    /// Sends text of any length; whether it arrives is for the server to say.
    pub(crate) async fn shout(&mut self, text: String) {
        let _ = self.socket.send(Message::text(text)).await;
    }

    /// The next message, kept in mind by the rules.
    pub(crate) async fn next(&mut self) -> Value {
        let message = within("a message at the live socket", HEARD_WITHIN, async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => return text,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    other => panic!("the live socket ended with {other:?}"),
                }
            }
        })
        .await;
        let message: Value = serde_json::from_str(&message).expect("the server speaks JSON");
        self.take(&message);
        message
    }

    fn take(&mut self, message: &Value) {
        let tiles = || message["tiles"].as_array().expect("a list of tiles").iter();
        let id = |tile: &Value| tile["id"].as_str().expect("a tile has an id").to_owned();
        match message["type"].as_str() {
            Some("snapshot") => {
                let seq = message["seq"].as_u64().expect("a snapshot has a seq");
                self.place = Some((message["epoch"].as_str().expect("a snapshot has an epoch").to_owned(), seq));
                self.tiles = tiles().map(|tile| (id(tile), tile.clone())).collect();
                self.snapshots += 1;
            }
            Some("delta") => {
                let (_, seq) = self.place.as_mut().expect("a delta follows a snapshot");
                assert_eq!(message["seq"], *seq + 1, "each delta has the number before plus 1: {message}");
                *seq += 1;
                for removed in message["removed"].as_array().expect("a list of ids") {
                    self.tiles.remove(removed.as_str().expect("an id is text"));
                }
                self.tiles.extend(tiles().map(|tile| (id(tile), tile.clone())));
                self.deltas += 1;
            }
            Some("ping") => assert!(message["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{message}"),
            Some("error") => assert!(message["code"].is_string() && message["detail"].is_string(), "{message}"),
            _ => panic!("unknown message {message}"),
        }
    }

    /// The next message that is no ping.
    pub(crate) async fn next_told(&mut self) -> Value {
        loop {
            let message = self.next().await;
            if message["type"] != "ping" {
                return message;
            }
        }
    }

    /// Hears until a tile's VALUE is as wanted, and returns it.
    pub(crate) async fn hears(&mut self, id: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = String::from("no tile");
        let heard = async {
            loop {
                if let Some(value) = self.tiles.get(id).map(|tile| &tile["value"]) {
                    if is_wanted(value) {
                        return value.clone();
                    }
                    last = value.to_string();
                }
                self.next().await;
            }
        };
        let heard = tokio::time::timeout(TOLD_WITHIN, heard).await;
        heard.unwrap_or_else(|_| panic!("the tile {id}: not within {TOLD_WITHIN:?}; last seen: {last}"))
    }

    /// The board as it stands is that of a snapshot, `computed_at` aside.
    pub(crate) fn equals(&self, snapshot: &Value) -> Result<(), String> {
        for (id, tile) in &self.tiles {
            let (kept, read) = (without_computed_at(tile.clone()), without_computed_at(tile_of(snapshot, id)));
            if kept != read {
                return Err(format!("the viewer has {kept}, the board is {read}"));
            }
        }
        match snapshot["tiles"].as_array().map(Vec::len) {
            Some(count) if count == self.tiles.len() => Ok(()),
            count => Err(format!("the viewer has {} tiles, the board {count:?}", self.tiles.len())),
        }
    }

    /// Reads on until the server closes, and says with which code and why.
    pub(crate) async fn closed(&mut self, limit: Duration) -> (u16, String) {
        within("a close of the live socket", limit, close_of(&mut self.socket)).await
    }

    /// Says goodbye.
    pub(crate) async fn leave(mut self) {
        let _ = self.socket.close(None).await;
    }
}

/// Reads on until a close; code 1006 when the connection breaks without one.
pub(crate) async fn close_of(socket: &mut WebSocketStream<TcpStream>) -> (u16, String) {
    loop {
        match socket.next().await {
            Some(Ok(Message::Close(Some(CloseFrame { code, reason })))) => return (code.into(), reason.to_string()),
            Some(Ok(Message::Close(None))) => return (1005, String::new()),
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return (1006, String::new()),
        }
    }
}

/// A handshake; the answer's status is in the error when it is refused.
pub(crate) async fn handshake(
    url: &str,
    path: &str,
    protocol: &str,
    headers: &[(&str, &str)],
) -> Result<WebSocketStream<TcpStream>, Refused> {
    let stream = TcpStream::connect(authority(url)).await.map_err(|error| Refused::Broken(error.to_string()))?;
    handshake_over(stream, url, path, protocol, headers).await
}

async fn handshake_over(
    stream: TcpStream,
    url: &str,
    path: &str,
    protocol: &str,
    headers: &[(&str, &str)],
) -> Result<WebSocketStream<TcpStream>, Refused> {
    let mut request = format!("ws://{}{path}", authority(url)).into_client_request().expect("an address of ours");
    let fields = headers.iter().copied().chain([("sec-websocket-protocol", protocol)]).filter(|(_, value)| !value.is_empty());
    for (name, value) in fields {
        let name: tokio_tungstenite::tungstenite::http::HeaderName = name.parse().expect("a header's name");
        request.headers_mut().append(name, value.parse().expect("a header's value"));
    }
    match tokio_tungstenite::client_async(request, stream).await {
        Ok((socket, response)) => {
            let chosen = response.headers().get("sec-websocket-protocol").map(|value| value.to_str().expect("headers are text"));
            assert_eq!(chosen, Some(protocol));
            Ok(socket)
        }
        Err(Error::Http(response)) => Err(Refused::Status(response.status().as_u16())),
        Err(error) => Err(Refused::Broken(error.to_string())),
    }
}

fn authority(url: &str) -> &str {
    url.strip_prefix("http://").expect("the server speaks plain http")
}

/// Why there is no socket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The server answered with this status.
    Status(u16),
    /// Something else.
    Broken(String),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => write!(out, "status {status}"),
            Self::Broken(why) => out.write_str(why),
        }
    }
}

fn without_computed_at(mut tile: Value) -> Value {
    if let Some(value) = tile["value"].as_object_mut() {
        value.remove("computed_at");
    }
    tile
}
