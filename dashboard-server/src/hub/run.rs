//! The owner's loop: a hint, or each second, brings the warm boards up to date.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::Ask;
use super::kept::{Kept, Reread};
use crate::app::App;
use crate::problem::chain;

/// Changes within this are one delta: at most 20 a second for a board.
const TICK: Duration = Duration::from_millis(50);
/// A board is kept warm this long after the last viewer or reader.
const REST: Duration = Duration::from_secs(10 * 60);
/// Reading boards takes at most one part in this of the time, however fast changes come.
const SHARE: u32 = 4;

/// Keeps the live picture until `shutdown`.
pub(crate) async fn run(app: Arc<App>, shutdown: CancellationToken) {
    let asked = app.hub.asked.lock().expect("nobody panics while holding it").take();
    let mut asked = asked.expect("the hub is started once");
    let mut rollups = app.db.signal().watch_rollups();
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut owner = Owner { app: Arc::clone(&app), kept: HashMap::new(), version: None, is_told: false };
    owner.open_all().await;
    let mut is_hinted = false;
    let mut next = Instant::now();
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            Some(ask) = asked.recv() => owner.open(ask).await,
            () = tokio::time::sleep_until(next), if is_hinted => {
                is_hinted = false;
                let begun = Instant::now();
                // The hint says that something was written; the windows of today are read first.
                owner.refresh(Reread::Hot).await;
                let took: Duration = owner.kept.values().map(|kept| kept.took).sum();
                next = begun + TICK.max(took * SHARE);
            }
            changed = rollups.changed(), if !is_hinted => is_hinted = changed.is_ok(),
            _ = second.tick() => {
                let reread = owner.what_was_written().await;
                owner.refresh(reread).await;
                owner.rest();
            }
        }
    }
}

struct Owner {
    app: Arc<App>,
    kept: HashMap<String, Kept>,
    /// Version of the roll-ups at the last full reading.
    version: Option<i64>,
    /// Whether the log has it already that the store does not answer.
    is_told: bool,
}

impl Owner {
    /// Makes every board warm, so that who comes first after a restart finds it as others will.
    async fn open_all(&mut self) {
        let registry = self.app.registry();
        for configured in &registry.boards {
            let (reply, _) = oneshot::channel();
            self.open(Ask { board: configured.id.clone(), reply }).await;
        }
        // Encoded now, not under the eyes of the first who asks.
        for kept in self.kept.values() {
            kept.board.snapshot();
        }
    }

    /// Makes a board warm and answers who asked.
    async fn open(&mut self, ask: Ask) {
        if let Some(kept) = self.kept.get(&ask.board) {
            // Whoever asked may have left.
            let _ = ask.reply.send(Some(Arc::clone(&kept.board)));
            return;
        }
        let registry = self.app.registry();
        let Some(configured) = registry.board(&ask.board) else {
            let _ = ask.reply.send(None);
            return;
        };
        let board = self.app.hub.known_or_new(&ask.board);
        match Kept::open(&self.app, &registry, Arc::clone(&board), configured).await {
            Ok(kept) => {
                self.kept.insert(ask.board, kept);
                let _ = ask.reply.send(Some(board));
            }
            Err(error) => tracing::error!(error = chain(&error), board = ask.board, "could not read a board: {error}"),
        }
    }

    /// Whether roll-ups were written since the last full reading, by whichever process.
    async fn what_was_written(&mut self) -> Reread {
        if self.kept.is_empty() {
            self.version = None;
            return Reread::Nothing;
        }
        match sql::rollup::version(&self.app.db).await {
            Ok(version) => {
                self.is_told = false;
                let reread = if self.version == Some(version) { Reread::Nothing } else { Reread::All };
                self.version = Some(version);
                reread
            }
            Err(error) => {
                if !self.is_told {
                    tracing::warn!(error = chain(&error), "could not look for new roll-ups: {error}");
                }
                self.is_told = true;
                Reread::Nothing
            }
        }
    }

    async fn refresh(&mut self, reread: Reread) {
        let registry = self.app.registry();
        let mut gone = Vec::new();
        for (id, kept) in &mut self.kept {
            match kept.refresh(&self.app, &registry, id, reread).await {
                Ok(true) => {}
                Ok(false) => gone.push(id.clone()),
                // The picture stays as it was and ages; the next second tries again.
                Err(error) => {
                    self.version = None;
                    tracing::warn!(error = chain(&error), board = id, "could not read a board: {error}");
                }
            }
        }
        for id in gone {
            if let Some(kept) = self.kept.remove(&id) {
                kept.dismiss().await;
            }
        }
    }

    /// Lets boards go that nobody looks at.
    fn rest(&mut self) {
        self.kept.retain(|_, kept| {
            kept.sweep();
            kept.has_viewers() || !kept.board.cool(REST)
        });
    }
}
