//! What the owner keeps of a warm board: the rows read, and who looks.

use std::sync::Arc;
use std::time::Duration;

use rules::time::{Millis, date_of};
use sql::registry::Registry;
use sql::rollup::{Key, Rollup};
use tokio::time::Instant;

use super::board::{Board, Turn, Viewer};
use crate::app::App;
use crate::feed::{Plan, Rows};
use crate::protocol::{Fault, LiveServer};
use crate::socket::Framed;
use crate::socket::outlet::Sent;

/// Viewers served before others get a turn on this thread: some 0.3 ms.
const AT_ONE_GO: usize = 64;

/// A warm board.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) board: Arc<Board>,
    plan: Plan,
    rows: Rows,
    viewers: Vec<Viewer>,
    revision: i64,
    /// When each tile differs by the passing of time alone.
    change_at: Vec<Millis>,
    /// What the last refresh took before anything was sent.
    pub(super) took: Duration,
}

/// What was read anew for all boards.
#[derive(Clone, Copy, Debug)]
pub(super) enum News<'a> {
    /// Nothing was written.
    Nothing,
    /// These windows were, and are as found: both in order.
    Windows {
        /// Each once.
        keys: &'a [Key],
        /// Those that exist.
        found: &'a [Rollup],
    },
    /// Every window is to be read.
    All,
}

impl Kept {
    /// Reads a board for the first time, or again after it was cold.
    pub(super) async fn open(
        app: &App,
        registry: &Registry,
        board: Arc<Board>,
        configured: &sql::registry::Board,
    ) -> Result<Self, sql::Error> {
        let now = app.now();
        let plan = Plan::new(registry, configured, date_of(now, app.region.timezone), app.region.timezone);
        let mut rows = Rows::default();
        plan.put(&mut rows, &plan.keys, read(app, &plan.keys).await?);
        let revision = registry.revision;
        let mut kept = Self { board, plan, rows, viewers: Vec::new(), revision, change_at: Vec::new(), took: Duration::ZERO };
        kept.repaint(registry, now, Instant::now()).await;
        Ok(kept)
    }

    /// Whether the board shows anything of a window.
    pub(super) fn reads(&self, key: &Key) -> bool {
        self.plan.reads(key)
    }

    /// Brings the board up to date; false when it left the configuration.
    pub(super) async fn refresh(&mut self, app: &App, registry: &Registry, id: &str, news: News<'_>) -> Result<bool, sql::Error> {
        let (now, begun) = (app.now(), Instant::now());
        self.took = Duration::ZERO;
        // What was read replaces what was known only when it is all there.
        if registry.revision != self.revision || now >= self.plan.until {
            let Some(configured) = registry.board(id) else { return Ok(false) };
            let plan = Plan::new(registry, configured, date_of(now, app.region.timezone), app.region.timezone);
            let found = read(app, &plan.keys).await?;
            self.rows = Rows::default();
            plan.put(&mut self.rows, &plan.keys, found);
            self.plan = plan;
            self.revision = registry.revision;
            self.repaint(registry, now, begun).await;
            return Ok(true);
        }
        let mut tiles = match news {
            News::All => {
                let found = read(app, &self.plan.keys).await?;
                self.plan.put(&mut self.rows, &self.plan.keys, found);
                self.repaint(registry, now, begun).await;
                return Ok(true);
            }
            News::Nothing => Vec::new(),
            News::Windows { keys, found } => {
                let keys: Vec<Key> = keys.iter().copied().filter(|key| self.plan.reads(key)).collect();
                let found = found.iter().filter(|row| keys.binary_search(&row.key).is_ok()).cloned().collect();
                self.plan.put(&mut self.rows, &keys, found);
                self.plan.tiles_of(&keys)
            }
        };
        tiles.extend((0..self.change_at.len()).filter(|at| now >= self.change_at[*at]));
        tiles.sort_unstable();
        tiles.dedup();
        if !tiles.is_empty() {
            self.repaint_tiles(registry, now, begun, tiles).await;
        }
        Ok(true)
    }

    /// Whether anybody looks; those who left are dropped when something is sent.
    pub(super) fn has_viewers(&self) -> bool {
        !self.viewers.is_empty()
    }

    /// Drops those who left without anything being sent, and takes over who came.
    pub(super) fn sweep(&mut self) {
        self.viewers.retain(|viewer| !viewer.outlet.is_gone(viewer.subscription));
    }

    /// Tells everyone that the board is no more.
    pub(super) async fn dismiss(mut self) {
        self.viewers.extend(self.board.leave());
        let detail = "this board is not in the configuration any more".to_owned();
        let gone = Framed::json(&LiveServer::Error(Fault { code: "unknown_board".to_owned(), detail }));
        self.send(&gone).await;
    }

    async fn repaint(&mut self, registry: &Registry, now: Millis, begun: Instant) {
        let (picture, change_at) = self.plan.picture(registry, &self.rows, now);
        self.change_at = change_at;
        let turn = self.board.apply(picture);
        self.show(turn, begun).await;
    }

    async fn repaint_tiles(&mut self, registry: &Registry, now: Millis, begun: Instant, tiles: Vec<usize>) {
        let mut fresh = Vec::with_capacity(tiles.len());
        for at in tiles {
            let (tile, change_at) = self.plan.tile(at, registry, &self.rows, now);
            self.change_at[at] = change_at;
            fresh.push((at, tile));
        }
        let turn = self.board.apply_tiles(fresh);
        self.show(turn, begun).await;
    }

    async fn show(&mut self, turn: Turn, begun: Instant) {
        self.viewers.extend(turn.arrivals);
        self.took = begun.elapsed();
        if let Some(frame) = turn.sent {
            self.send(&frame).await;
        }
    }

    /// Writes the same bytes to everyone who looks, in turns with the rest of the house.
    async fn send(&mut self, frame: &Framed) {
        let mut at = 0;
        while at < self.viewers.len() {
            let viewer = &self.viewers[at];
            match viewer.outlet.send_shared(viewer.subscription, frame) {
                Sent::Yes => at += 1,
                Sent::Gone => {
                    self.viewers.swap_remove(at);
                }
            }
            if at % AT_ONE_GO == AT_ONE_GO - 1 {
                tokio::task::yield_now().await;
            }
        }
    }
}

async fn read(app: &App, keys: &[Key]) -> Result<Vec<Rollup>, sql::Error> {
    if keys.is_empty() { Ok(Vec::new()) } else { sql::rollup::by_keys(&app.db, keys).await }
}
