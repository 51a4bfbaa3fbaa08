//! A sender over the WebSocket intake.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::live::{Refused, close_of, handshake};
use super::wait::within;

/// An answer comes after a commit; a locked database is waited for.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// A socket that batches go in by.
pub(crate) struct Sender {
    socket: WebSocketStream<TcpStream>,
}

impl Sender {
    /// Opens a socket with a key.
    pub(crate) async fn open(url: &str, key: &str) -> Result<Self, Refused> {
        let bearer = format!("Bearer {key}");
        let socket = handshake(url, "/api/v1/intake", "pantau.intake.v1", &[("authorization", &bearer)]).await?;
        Ok(Self { socket })
    }

    /// Sends a batch.
    pub(crate) async fn send(&mut self, events: &[Value]) {
        self.send_text(serde_json::to_string(events).expect("values are JSON")).await;
    }

    /// Sends any text; whether it arrives is for the server to say.
    pub(crate) async fn send_text(&mut self, text: String) {
        let _ = self.socket.send(Message::text(text)).await;
    }

    /// The next answer.
    pub(crate) async fn answer(&mut self) -> Value {
        self.try_answer().await.expect("the socket is open")
    }

    /// The next answer; None when the socket ended.
    pub(crate) async fn try_answer(&mut self) -> Option<Value> {
        within("an answer at the intake socket", ANSWER_WITHIN, async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).expect("answers are JSON")),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    _ => return None,
                }
            }
        })
        .await
    }

    /// Reads on until the server closes, and says with which code.
    pub(crate) async fn closed(&mut self) -> u16 {
        within("a close of the intake socket", ANSWER_WITHIN, close_of(&mut self.socket)).await.0
    }
}
