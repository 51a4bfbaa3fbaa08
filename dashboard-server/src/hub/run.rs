//! The owner's loop: a hint, or each second, brings the warm boards up to date.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sql::rollup::Key;
use sql::signal::Written;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::Ask;
use super::kept::{Kept, News};
use crate::app::App;
use crate::problem::chain;

/// Changes within this are one delta: at most 20 a second for a board.
const TICK: Duration = Duration::from_millis(50);
/// A board is kept warm this long after the last viewer or reader.
const REST: Duration = Duration::from_secs(10 * 60);
/// Reading boards takes at most one part in this of the time, however fast changes come.
const SHARE: u32 = 4;
/// Windows written that are read one by one; with more the boards are read whole.
const MOST_WRITTEN: usize = 4_096;

/// Keeps the live picture until `shutdown`.
pub(crate) async fn run(app: Arc<App>, shutdown: CancellationToken) {
    let asked = app.hub.asked.lock().expect("nobody panics while holding it").take();
    let mut asked = asked.expect("the hub is started once");
    let mut rollups = app.db.signal().watch_rollups();
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut owner =
        Owner { app: Arc::clone(&app), kept: HashMap::new(), version: None, written: Vec::new(), is_hinted: false, is_told: false };
    owner.open_all().await;
    let mut next = Instant::now();
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            Some(ask) = asked.recv() => owner.open(ask).await,
            written = rollups.recv() => owner.hear(written),
            () = tokio::time::sleep_until(next), if owner.is_hinted => {
                let begun = Instant::now();
                owner.catch_up().await;
                let took: Duration = owner.kept.values().map(|kept| kept.took).sum();
                next = begun + TICK.max(took * SHARE);
            }
            _ = second.tick() => {
                // Others may have written without a word.
                owner.look().await;
                owner.rest();
            }
        }
    }
}

struct Owner {
    app: Arc<App>,
    kept: HashMap<String, Kept>,
    /// Version of the roll-ups that the boards show, but for what waits in `written`; None when they may lack something else.
    version: Option<i64>,
    /// Windows written since they were read.
    written: Vec<Key>,
    /// Whether something on a board was written, or may have been.
    is_hinted: bool,
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
        if self.kept.is_empty() {
            // Before the windows are read, so that nothing written meanwhile is missed.
            self.written.clear();
            self.version = sql::rollup::version(&self.app.db).await.ok();
        }
        match Kept::open(&self.app, &registry, Arc::clone(&board), configured).await {
            Ok(kept) => {
                self.kept.insert(ask.board, kept);
                let _ = ask.reply.send(Some(board));
            }
            Err(error) => tracing::error!(error = chain(&error), board = ask.board, "could not read a board: {error}"),
        }
    }

    /// Notes what was written.
    fn hear(&mut self, written: Result<Written, RecvError>) {
        match written {
            // Read already.
            Ok(Written::Here { version, .. }) if self.version.is_some_and(|known| version <= known) => {}
            Ok(Written::Here { version, keys }) if self.version == Some(version - 1) && self.written.len() < MOST_WRITTEN => {
                self.version = Some(version);
                let on_boards = keys.iter().filter(|key| self.kept.values().any(|kept| kept.reads(key)));
                self.written.extend(on_boards.copied());
                self.is_hinted |= !self.written.is_empty();
            }
            // Somebody wrote in between, or it was too much to follow.
            Ok(_) | Err(RecvError::Lagged(_)) => {
                self.version = None;
                self.is_hinted = !self.kept.is_empty();
            }
            // The store outlives the hub.
            Err(RecvError::Closed) => {}
        }
    }

    /// Reads what was written since the boards were read.
    async fn catch_up(&mut self) {
        self.is_hinted = false;
        if self.version.is_none() {
            return self.look().await;
        }
        let mut keys = std::mem::take(&mut self.written);
        keys.sort_unstable();
        keys.dedup();
        match sql::rollup::by_keys(&self.app.db, &keys).await {
            Ok(mut found) => {
                found.sort_unstable_by_key(|row| row.key);
                self.refresh(News::Windows { keys: &keys, found: &found }).await;
            }
            Err(error) => self.cannot_look(&error),
        }
    }

    /// Looks whether roll-ups were written that no one told of, by whichever process, and at the clock.
    async fn look(&mut self) {
        if self.kept.is_empty() {
            return;
        }
        match sql::rollup::version(&self.app.db).await {
            Ok(version) => {
                self.is_told = false;
                if self.version == Some(version) {
                    return self.refresh(News::Nothing).await;
                }
                self.version = Some(version);
                self.written.clear();
                self.refresh(News::All).await;
            }
            Err(error) => {
                self.cannot_look(&error);
                self.refresh(News::Nothing).await;
            }
        }
    }

    fn cannot_look(&mut self, error: &sql::Error) {
        self.version = None;
        if !self.is_told {
            tracing::warn!(error = chain(error), "could not look for new roll-ups: {error}");
        }
        self.is_told = true;
    }

    async fn refresh(&mut self, news: News<'_>) {
        let registry = self.app.registry();
        let mut gone = Vec::new();
        for (id, kept) in &mut self.kept {
            match kept.refresh(&self.app, &registry, id, news).await {
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
