//! One board: its picture, its number, its ring, and who just came to look.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use serde::Serialize;
use tokio::time::Instant;

use super::diff::{Change, between, says_the_same};
use super::ring::Ring;
use crate::feed::Picture;
use crate::protocol::{Delta, Group, LiveServer, Resume, Tile};
use crate::socket::{Framed, Outlet};

/// A board as handlers and sessions see it.
#[derive(Debug)]
pub(crate) struct Board {
    id: String,
    epoch: Arc<str>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Whether the owner keeps the picture up to date.
    is_warm: bool,
    seq: u64,
    picture: Picture,
    ring: Ring,
    /// The picture encoded and framed; made when first asked for after a change.
    snapshot: Option<Framed>,
    /// Who came since the last change was sent; the owner takes them over.
    arrivals: Vec<Viewer>,
    asked_at: Instant,
}

/// Somebody who looks at a board.
#[derive(Debug)]
pub(crate) struct Viewer {
    pub(crate) outlet: Arc<Outlet>,
    pub(crate) subscription: u64,
}

/// [`LiveServer::Snapshot`] of what is only borrowed: a board may have thousands of tiles.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    epoch: &'a str,
    seq: u64,
    board: &'a str,
    title: &'a str,
    groups: &'a [Group],
    tiles: &'a [Tile],
}

/// What a change of the picture asks of the owner.
#[derive(Debug)]
pub(super) struct Turn {
    /// Who came since the last turn; they know the picture before this one.
    pub(super) arrivals: Vec<Viewer>,
    /// The delta, or the snapshot where no delta can tell the change.
    pub(super) sent: Option<Framed>,
}

/// Numbers subscriptions over all boards, so that frames of one replaced are told apart.
static SUBSCRIPTIONS: AtomicU64 = AtomicU64::new(1);

impl Board {
    /// A board that nobody looked at yet; cold.
    pub(crate) fn new(id: &str, epoch: Arc<str>) -> Self {
        let state = State {
            is_warm: false,
            seq: 0,
            picture: Picture::default(),
            ring: Ring::default(),
            snapshot: None,
            arrivals: Vec::new(),
            asked_at: Instant::now(),
        };
        Self { id: id.to_owned(), epoch, state: Mutex::new(state) }
    }

    /// Whether the picture is kept up to date.
    pub(crate) fn is_warm(&self) -> bool {
        let mut state = self.lock();
        state.asked_at = Instant::now();
        state.is_warm
    }

    /// The picture as JSON, already encoded, and its ETag.
    pub(crate) fn snapshot(&self) -> (Bytes, String) {
        let mut state = self.lock();
        let etag = format!("\"{}-{}\"", self.epoch, state.seq);
        (self.encoded(&mut state).payload(), etag)
    }

    /// Lets a client look from now on, where it stands or from a snapshot. Replaces what it looked
    /// at before.
    pub(crate) fn join(&self, outlet: &Arc<Outlet>, resume: Option<&Resume>) {
        let mut state = self.lock();
        let opening = self.opening(&mut state, resume);
        let subscription = SUBSCRIPTIONS.fetch_add(1, Ordering::Relaxed);
        // Under the lock of the board, so that no change slips between opening and arrival.
        outlet.begin(subscription, opening.into_iter());
        state.arrivals.push(Viewer { outlet: Arc::clone(outlet), subscription });
    }

    /// Takes over a new picture and says what to send to whom: to those who looked already and to
    /// the arrivals handed out here, but to nobody who comes later.
    pub(super) fn apply(&self, mut after: Picture) -> Turn {
        let mut state = self.lock();
        let was_known = state.seq > 0;
        let change = if was_known { between(&state.picture, &mut after) } else { Change::Whole };
        let sent = match change {
            Change::None => None,
            Change::Tiles { tiles, removed } => {
                state.picture = after;
                Some(state.delta(tiles, removed))
            }
            Change::Whole => {
                state.seq += 1;
                let seq = state.seq;
                state.ring.restart(seq);
                state.snapshot = None;
                state.picture = after;
                was_known.then(|| self.encoded(&mut state))
            }
        };
        state.is_warm = true;
        Turn { arrivals: std::mem::take(&mut state.arrivals), sent }
    }

    /// Takes over some tiles of the picture it has, each by its place, as [`Board::apply`] takes over all.
    pub(super) fn apply_tiles(&self, fresh: Vec<(usize, Tile)>) -> Turn {
        let mut state = self.lock();
        let mut tiles = Vec::new();
        for (at, tile) in fresh {
            let known = &mut state.picture.tiles[at];
            debug_assert_eq!(known.id, tile.id, "the picture is of the same plan");
            if !says_the_same(known, &tile) {
                known.clone_from(&tile);
                tiles.push(tile);
            }
        }
        let sent = (!tiles.is_empty()).then(|| state.delta(tiles, Vec::new()));
        Turn { arrivals: std::mem::take(&mut state.arrivals), sent }
    }

    /// Stops promising that the picture is up to date, unless it was asked for within `rest` or
    /// somebody arrived.
    pub(super) fn cool(&self, rest: std::time::Duration) -> bool {
        let mut state = self.lock();
        if state.arrivals.is_empty() && state.asked_at.elapsed() > rest {
            state.is_warm = false;
        }
        !state.is_warm
    }

    /// The board left the configuration: cold, and whoever came last must be told.
    pub(super) fn leave(&self) -> Vec<Viewer> {
        let mut state = self.lock();
        state.is_warm = false;
        std::mem::take(&mut state.arrivals)
    }

    fn opening(&self, state: &mut State, resume: Option<&Resume>) -> Vec<Framed> {
        let known = resume.filter(|resume| *resume.epoch == *self.epoch);
        known.and_then(|resume| state.ring.since(resume.seq)).unwrap_or_else(|| vec![self.encoded(state)])
    }

    fn encoded(&self, state: &mut State) -> Framed {
        if let Some(snapshot) = &state.snapshot {
            return snapshot.clone();
        }
        let Picture { title, groups, tiles } = &state.picture;
        let framed = Framed::json(&Whole { kind: "snapshot", epoch: &self.epoch, seq: state.seq, board: &self.id, title, groups, tiles });
        state.snapshot = Some(framed.clone());
        framed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics while holding a board")
    }
}

impl State {
    /// The next delta, kept for who comes back.
    fn delta(&mut self, tiles: Vec<Tile>, removed: Vec<String>) -> Framed {
        self.seq += 1;
        let delta = Framed::json(&LiveServer::Delta(Delta { seq: self.seq, tiles, removed }));
        self.ring.push(delta.clone());
        self.snapshot = None;
        delta
    }
}

#[cfg(test)]
mod tests;
