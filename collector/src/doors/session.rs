//! One WebSocket session: batches come in, answers go out in the same order.
//!
//! A single loop over socket, answers, ping and shutdown. Several batches may be on their way at once, so that a sender
//! does not wait a commit for each; when too many are, the socket is not read, and the sender feels it as a full line.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use serde::Serialize;
use sql::key::Key;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite;

use crate::answer::Answer;
use crate::intake::{Intake, Refusal, Taken};
use crate::limits::Held;
use crate::stats::{self, Door};
use crate::unavailable::Unavailable;
use crate::unpack::Packing;

/// Batches of one socket that may wait for their commit. When reached, the socket is not read until one is answered.
const BATCHES_IN_FLIGHT: usize = 16;

/// How often the other side is asked whether it is there, and after how many unanswered questions it counts as gone.
const PING_EVERY: Duration = Duration::from_secs(20);
const PINGS_MISSED: u32 = 2;

/// How long one message may take to be written; a client that does not read its answers is cut.
const WRITE_TIME: Duration = Duration::from_secs(10);

/// Close codes of our own: the key was revoked.
const CLOSE_REVOKED: u16 = 4401;

/// A message to the client.
#[derive(Serialize)]
#[serde(untagged)]
enum Reply {
    Answer {
        batch: u64,
        #[serde(flatten)]
        answer: Answer,
    },
    Refused {
        batch: u64,
        status: u16,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u32>,
        detail: String,
    },
}

/// How a session ends: a code and a word for the client, or without one when the client is gone.
type Close = Option<(u16, &'static str)>;

/// Serves one socket until it ends. `text` is the text of its key, checked again with each batch.
pub(super) async fn run(mut socket: WebSocket, intake: Intake, text: String) {
    stats::socket_opened();
    let close =
        Session { intake: &intake, text: &text, batch: 0, answers: FuturesOrdered::new(), pings_unanswered: 0 }.serve(&mut socket).await;
    if let Some((code, reason)) = close {
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        let _ = timeout(WRITE_TIME, socket.send(Message::Close(Some(frame)))).await;
        // The other side answers with its own close; until then it may still be reading ours.
        let _ = timeout(Duration::from_secs(1), async { while let Some(Ok(_)) = socket.recv().await {} }).await;
    }
    stats::socket_closed();
}

struct Session<'s> {
    intake: &'s Intake,
    text: &'s str,
    /// Number of the last batch, from 1.
    batch: u64,
    answers: FuturesOrdered<BoxFuture<'static, Reply>>,
    pings_unanswered: u32,
}

impl Session<'_> {
    async fn serve(mut self, socket: &mut WebSocket) -> Close {
        let mut ping = ping_timer();
        loop {
            let may_read = self.answers.len() < BATCHES_IN_FLIGHT;
            let step = tokio::select! {
                biased;
                () = self.intake.inner.shutdown.cancelled() => return self.leave(socket).await,
                Some(reply) = self.answers.next() => send_reply(socket, &reply).await,
                message = socket.recv(), if may_read => self.receive(message).await,
                _ = ping.tick() => self.ping(socket, may_read).await,
            };
            if let ControlFlow::Break(close) = step {
                return close;
            }
        }
    }

    /// What was taken before the shutdown is still answered; nothing more is read.
    async fn leave(mut self, socket: &mut WebSocket) -> Close {
        while let Some(reply) = self.answers.next().await {
            if let ControlFlow::Break(close) = send_reply(socket, &reply).await {
                return close;
            }
        }
        Some((close_code::RESTART, "restarting"))
    }

    async fn receive(&mut self, message: Option<Result<Message, axum::Error>>) -> ControlFlow<Close> {
        self.pings_unanswered = 0;
        match message {
            Some(Ok(Message::Text(text))) => self.take(text).await,
            Some(Ok(Message::Binary(_))) => ControlFlow::Break(Some((close_code::UNSUPPORTED, "expected text messages"))),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => ControlFlow::Continue(()),
            Some(Ok(Message::Close(_))) | None => ControlFlow::Break(None),
            Some(Err(error)) => ControlFlow::Break(close_for(&error)),
        }
    }

    async fn take(&mut self, text: Utf8Bytes) -> ControlFlow<Close> {
        self.batch += 1;
        stats::batch_came(Door::WebSocket);
        let batch = self.batch;
        let taken = match self.key().await {
            Ok(Some(key)) => self.submit(&key, Bytes::from(text)).await,
            Ok(None) => return ControlFlow::Break(Some((CLOSE_REVOKED, "the key is revoked"))),
            Err(why) => Err(Refusal::Unavailable(why)),
        };
        match taken {
            Ok(taken) => self.answers.push_back(Box::pin(async move {
                match taken.answer().await {
                    Ok(answer) => Reply::Answer { batch, answer },
                    Err(why) => refused(batch, &Refusal::Unavailable(why)),
                }
            })),
            Err(Refusal::TooLarge(_)) => return ControlFlow::Break(Some((close_code::SIZE, "the batch is too large"))),
            Err(refusal) => self.answers.push_back(Box::pin(std::future::ready(refused(batch, &refusal)))),
        }
        ControlFlow::Continue(())
    }

    async fn submit(&mut self, key: &Arc<Key>, body: Bytes) -> Result<Taken, Refusal> {
        let mut held = Held::default();
        self.intake.inner.budget.hold(&mut held, body.len()).map_err(|_| Unavailable::Overloaded)?;
        self.intake.take(key, body, Packing::Plain, held).await
    }

    async fn key(&mut self) -> Result<Option<Arc<Key>>, Unavailable> {
        self.intake.inner.keys.check(self.text).await.map_err(|cause| Unavailable::from_store(&cause))
    }

    async fn ping(&mut self, socket: &mut WebSocket, may_read: bool) -> ControlFlow<Close> {
        if matches!(self.key().await, Ok(None)) {
            return ControlFlow::Break(Some((CLOSE_REVOKED, "the key is revoked")));
        }
        // While the socket is not read an answer to a ping could not be seen.
        if may_read && self.pings_unanswered >= PINGS_MISSED {
            return ControlFlow::Break(None);
        }
        self.pings_unanswered += u32::from(may_read);
        send(socket, Message::Ping(Bytes::new())).await
    }
}

fn ping_timer() -> Interval {
    let mut ping = interval(PING_EVERY);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick of an interval is now, and nobody needs a ping right after the handshake.
    ping.reset();
    ping
}

fn refused(batch: u64, refusal: &Refusal) -> Reply {
    let (status, retry_after, reason) = match refusal {
        Refusal::NotEvents(_) => (400, None, "not_events"),
        Refusal::TooLarge(_) => (413, None, "too_large"),
        Refusal::Unavailable(why) => (503, Some(why.retry_after_s()), why.as_str()),
    };
    stats::refused(reason);
    Reply::Refused { batch, status, retry_after, detail: refusal.to_string() }
}

async fn send_reply(socket: &mut WebSocket, reply: &Reply) -> ControlFlow<Close> {
    match serde_json::to_string(reply) {
        Ok(text) => send(socket, Message::text(text)).await,
        Err(_) => ControlFlow::Break(Some((close_code::ERROR, "the answer could not be written"))),
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> ControlFlow<Close> {
    match timeout(WRITE_TIME, socket.send(message)).await {
        Ok(Ok(())) => ControlFlow::Continue(()),
        _ => ControlFlow::Break(None),
    }
}

/// The close code for a message that could not be read.
fn close_for(error: &axum::Error) -> Close {
    match std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<tungstenite::Error>()) {
        Some(tungstenite::Error::Capacity(_)) => Some((close_code::SIZE, "the message is too large")),
        Some(tungstenite::Error::Utf8(_)) => Some((close_code::INVALID, "the message is not UTF-8")),
        Some(tungstenite::Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => None,
        Some(tungstenite::Error::Protocol(_)) => Some((close_code::PROTOCOL, "not the WebSocket protocol")),
        _ => None,
    }
}
