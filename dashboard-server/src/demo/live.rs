//! The running day: sources of the example district that send on, as ordinary clients of the WebSocket intake.
//!
//! Owns one task for each source, all ended before [`run`] returns. It knows an address and keys, as any
//! source does, and never the store or the collector behind the address.

mod client;
mod feed;
mod steps;

use chrono_tz::Tz;
use rules::time::{Now, date_of};
use sql::registry::Registry;
use tokio::task::{JoinSet, spawn_blocking};
use tokio_util::sync::CancellationToken;

use self::client::Client;
use self::feed::Feed;
use self::steps::Steps;
use super::desk::{self, Desk};
use super::pair;
use super::story::SILENT;

/// A source and the key it signs its messages with.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    /// Id of the source.
    pub(crate) source: String,
    /// The key in full, as `key create` prints it.
    pub(crate) key: String,
}

/// What became of everything that was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Batches that were answered.
    pub(crate) batches: u64,
    /// Events that were stored.
    pub(crate) accepted: u64,
    /// Events that were known already, as after a lost answer.
    pub(crate) duplicates: u64,
    /// Events that were refused.
    pub(crate) rejected: u64,
}

/// Ids of the sources that send during the running day, in the registry's order: those with something to tell
/// at any moment, without the one that has gone silent. These need a key.
pub(crate) fn sources(registry: &Registry) -> Vec<String> {
    let desks = desk::all(registry, 0);
    let lively = |source: &&sql::registry::Source| {
        source.id != SILENT
            && (desks.iter().any(|desk| desk.source == source.no)
                || registry.indicators.iter().any(|indicator| {
                    registry.takes_samples(indicator) && pair::is_sent_by(indicator, &source.id) && feed::is_lively(indicator)
                }))
    };
    registry.sources.iter().filter(lively).map(|source| source.id.clone()).collect()
}

/// Sends until `stop`: over all sources together a batch of one to five samples every half to three seconds, each
/// source at once after its start, and with it the steps of cases that have happened since the batch before, first those
/// since midnight. `intake` is the address of the WebSocket intake, such as
/// `ws://127.0.0.1:8080/api/v1/intake`. A source whose connection breaks tries again, later each time; nothing ends it
/// but `stop`.
pub(crate) async fn run(
    registry: &Registry,
    seed: u64,
    zone: Tz,
    now: Now,
    intake: &str,
    senders: Vec<Sender>,
    stop: CancellationToken,
) -> Tally {
    let pairs = pair::all(registry, seed, date_of(now(), zone));
    let desks = desk::all(registry, seed);
    let mut tasks = JoinSet::new();
    let together = senders.len();
    for sender in senders {
        let own = pairs.iter().filter(|pair| pair.source_id == sender.source).cloned().collect();
        let feed = Feed::new(own, &sender.source, seed, zone, now());
        let at_desks: Vec<Desk> = desks.iter().filter(|desk| desk.source_id == sender.source).cloned().collect();
        let (intake, now, stop, begun) = (intake.to_owned(), Now::clone(&now), stop.clone(), now());
        tasks.spawn(async move {
            let steps = spawn_blocking(move || Steps::new(at_desks, zone, begun)).await?;
            Ok(Client { intake, sender, feed, steps, now, together }.run(stop).await)
        });
    }
    let mut tally = Tally::default();
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(Ok(part)) => tally.add(part),
            Ok(Err(cause)) | Err(cause) => tracing::error!(%cause, "a simulated source broke off"),
        }
    }
    tally
}

/// What one source would say, without a line to say it on.
#[cfg(test)]
pub(super) fn feed(registry: &Registry, source: &str, seed: u64, zone: Tz, now: rules::time::Millis) -> Feed {
    let own = pair::all(registry, seed, date_of(now, zone)).into_iter().filter(|pair| pair.source_id == source).collect();
    Feed::new(own, source, seed, zone, now)
}

/// What one source would say of its cases.
#[cfg(test)]
pub(super) fn steps(registry: &Registry, source: &str, seed: u64, zone: Tz, now: rules::time::Millis) -> Steps {
    Steps::new(desk::all(registry, seed).into_iter().filter(|desk| desk.source_id == source).collect(), zone, now)
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.batches += other.batches;
        self.accepted += other.accepted;
        self.duplicates += other.duplicates;
        self.rejected += other.rejected;
    }
}
