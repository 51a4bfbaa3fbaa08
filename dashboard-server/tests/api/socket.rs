//! A viewer for tests: another implementation of WebSocket than the server's.

use std::net::SocketAddr;
use std::time::Duration;

use dashboard_server::protocol::{Delta, LiveServer, Snapshot, Tile};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Viewer {
    socket: WebSocketStream<TcpStream>,
    pub(crate) epoch: String,
    pub(crate) seq: u64,
    pub(crate) tiles: Vec<Tile>,
}

/// What came instead of a message.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    Live(LiveServer),
    Closed(u16),
    Cut,
}

/// Shakes hands; the status of a refusal.
pub(crate) async fn open(address: SocketAddr, subprotocol: Option<&str>, headers: &[(&str, &str)]) -> Result<Viewer, u16> {
    let stream = TcpStream::connect(address).await.expect("connects");
    let mut request = format!("ws://{address}/api/v1/live").into_client_request().expect("a request");
    if let Some(subprotocol) = subprotocol {
        request.headers_mut().insert("sec-websocket-protocol", subprotocol.parse().expect("a header"));
    }
    for (name, value) in headers {
        request.headers_mut().insert(name.parse::<axum::http::HeaderName>().expect("a name"), value.parse().expect("a value"));
    }
    match client_async(request, stream).await {
        Ok((socket, response)) => {
            assert_eq!(response.headers()["sec-websocket-protocol"], "pantau.live.v1");
            Ok(Viewer { socket, epoch: String::new(), seq: 0, tiles: Vec::new() })
        }
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

impl Viewer {
    pub(crate) async fn say(&mut self, text: impl Into<String>) {
        self.send(Message::text(text.into())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        // A server that closes while we speak is what some tests are about.
        let _ = self.socket.send(message).await;
    }

    pub(crate) async fn subscribe(&mut self, board: &str) {
        self.say(format!(r#"{{"type":"subscribe","board":"{board}"}}"#)).await;
    }

    pub(crate) async fn resume(&mut self, board: &str, epoch: &str, seq: u64) {
        self.say(format!(r#"{{"type":"subscribe","board":"{board}","resume":{{"epoch":"{epoch}","seq":{seq}}}}}"#)).await;
    }

    /// What comes next, pings aside.
    pub(crate) async fn hear(&mut self) -> Said {
        loop {
            match tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("something comes") {
                Some(Ok(Message::Text(text))) => match serde_json::from_str(&text).expect("a message of the protocol") {
                    LiveServer::Ping(_) => {}
                    message => return Said::Live(message),
                },
                Some(Ok(Message::Close(frame))) => return Said::Closed(frame.map_or(0, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Said::Cut,
            }
        }
    }

    /// The next ping of the protocol.
    pub(crate) async fn hear_ping(&mut self) -> String {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("something comes");
            if let Some(Ok(Message::Text(text))) = message
                && let LiveServer::Ping(ping) = serde_json::from_str(&text).expect("a message of the protocol")
            {
                return ping.at;
            }
        }
    }

    /// Takes the next snapshot or delta over, holding it to the rules.
    pub(crate) async fn follow(&mut self) -> &'static str {
        match self.hear().await {
            Said::Live(LiveServer::Snapshot(Snapshot { epoch, seq, tiles, .. })) => {
                (self.epoch, self.seq, self.tiles) = (epoch, seq, tiles);
                "snapshot"
            }
            Said::Live(LiveServer::Delta(Delta { seq, tiles, removed })) => {
                assert_eq!(seq, self.seq + 1, "seq jumps only by a snapshot");
                self.seq = seq;
                self.tiles.retain(|tile| !removed.contains(&tile.id));
                for tile in tiles {
                    match self.tiles.iter_mut().find(|known| known.id == tile.id) {
                        Some(known) => *known = tile,
                        None => self.tiles.push(tile),
                    }
                }
                "delta"
            }
            other => panic!("neither snapshot nor delta: {other:?}"),
        }
    }

    pub(crate) fn value_of(&self, id: &str) -> Option<f64> {
        self.tiles.iter().find(|tile| tile.id == id).and_then(|tile| tile.value.value)
    }

    /// The code of the error message that comes next.
    pub(crate) async fn hear_fault(&mut self) -> String {
        match self.hear().await {
            Said::Live(LiveServer::Error(fault)) => fault.code,
            other => panic!("no error: {other:?}"),
        }
    }

    pub(crate) async fn hear_close(&mut self) -> u16 {
        loop {
            match self.hear().await {
                Said::Live(_) => {}
                Said::Closed(code) => return code,
                Said::Cut => panic!("cut without a close frame"),
            }
        }
    }
}
