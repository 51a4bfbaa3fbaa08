//! One source: connects, sends, reads each answer before it sends again, and connects anew when the line breaks.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rules::time::Now;
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::client::ClientRequestBuilder;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::feed::Feed;
use super::steps::Steps;
use super::{Sender, Tally};

const SUBPROTOCOL: &str = "pantau.intake.v1";

/// Seconds between two batches of all sources together.
const PAUSE_S: (f64, f64) = (0.5, 3.0);

/// The first wait after a broken connection, doubled each time up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// An answer of the intake: counts, or a request to come later.
#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    accepted: u64,
    #[serde(default)]
    duplicates: u64,
    #[serde(default)]
    rejected: Vec<Rejected>,
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    retry_after: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Rejected {
    code: String,
    detail: String,
}

/// A source on its way to the intake.
pub(super) struct Client {
    pub(super) intake: String,
    pub(super) sender: Sender,
    pub(super) feed: Feed,
    pub(super) steps: Steps,
    pub(super) now: Now,
    /// How many sources send: together they keep the pace.
    pub(super) together: usize,
}

type Line = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl Client {
    /// Sends until `stop`.
    pub(super) async fn run(mut self, stop: CancellationToken) -> Tally {
        let mut tally = Tally::default();
        let mut wait = FIRST_WAIT;
        // A batch without answer is sent again with the same ids: known events are duplicates, never a second effect.
        let mut unanswered = None;
        while !stop.is_cancelled() {
            let answered = tally.batches;
            let ended = stop.run_until_cancelled(self.session(&mut tally, &mut unanswered)).await;
            let Some(Err(cause)) = ended else { break };
            if tally.batches > answered {
                wait = FIRST_WAIT;
            }
            debug!(source = self.sender.source, %cause, "the line to the intake broke");
            if stop.run_until_cancelled(sleep(wait)).await.is_none() {
                break;
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        tally
    }

    /// One connection, until it breaks.
    async fn session(&mut self, tally: &mut Tally, unanswered: &mut Option<String>) -> Result<(), Error> {
        let uri = self.intake.parse().map_err(|_| Error::Url(tokio_tungstenite::tungstenite::error::UrlError::UnsupportedUrlScheme))?;
        let request = ClientRequestBuilder::new(uri)
            .with_sub_protocol(SUBPROTOCOL)
            .with_header("Authorization", format!("Bearer {}", self.sender.key));
        let (mut line, _) = connect_async(request).await?;
        loop {
            let share = self.together as f64;
            let pause = self.feed.between(PAUSE_S.0 * share, PAUSE_S.1 * share);
            let Some(batch) = unanswered.take().or_else(|| self.next_batch()) else {
                idle(&mut line, Duration::from_secs_f64(pause)).await?;
                continue;
            };
            *unanswered = Some(batch.clone());
            line.send(Message::text(batch)).await?;
            let answer = answer(&mut line).await?;
            if answer.status.is_none() {
                *unanswered = None;
                self.count(&answer, tally);
            }
            let pause = answer.retry_after.unwrap_or(pause);
            idle(&mut line, Duration::from_secs_f64(pause.clamp(0.0, 600.0))).await?;
        }
    }

    /// Samples and steps in one list; None when there is nothing to tell.
    fn next_batch(&mut self) -> Option<String> {
        let now = (self.now)();
        let mut events = self.feed.batch(now);
        events.append(&mut self.steps.until(now));
        (!events.is_empty()).then(|| Value::Array(events).to_string())
    }

    fn count(&self, answer: &Answer, tally: &mut Tally) {
        tally.batches += 1;
        tally.accepted += answer.accepted;
        tally.duplicates += answer.duplicates;
        tally.rejected += answer.rejected.len() as u64;
        for rejected in &answer.rejected {
            warn!(source = self.sender.source, code = rejected.code, detail = rejected.detail, "the intake refused an event");
        }
    }
}

/// The next answer. Pings in between are answered by the library as it reads.
async fn answer(line: &mut Line) -> Result<Answer, Error> {
    loop {
        let message = line.next().await.ok_or(Error::ConnectionClosed)??;
        match message {
            Message::Text(text) => {
                return serde_json::from_str(&text).map_err(|cause| Error::Io(std::io::Error::other(cause)));
            }
            Message::Close(_) => return Err(Error::ConnectionClosed),
            _ => {}
        }
    }
}

/// Waits, but keeps reading, so that pings are answered and a closed line is noticed.
async fn idle(line: &mut Line, pause: Duration) -> Result<(), Error> {
    let timer = sleep(pause);
    tokio::pin!(timer);
    loop {
        tokio::select! {
            () = &mut timer => return Ok(()),
            message = line.next() => match message {
                None | Some(Ok(Message::Close(_))) => return Err(Error::ConnectionClosed),
                Some(read) => drop(read?),
            },
        }
    }
}
