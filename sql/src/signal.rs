//! Hints that something was written. Never data: whoever hears one looks at the tables, and looks at them now and then
//! without one, because a hint may be lost and other processes write too.
//!
//! Inside the process always; through a database server also between processes, by LISTEN and NOTIFY.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

use crate::db::{Tx, TxEngine};
use crate::error::Error;
use crate::rollup::Key;

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// Events were committed to the log.
    Log,
    /// Roll-ups were committed.
    Rollups,
    /// A revision of the configuration was committed.
    Registry,
}

impl Hint {
    const ALL: [Hint; 3] = [Hint::Log, Hint::Rollups, Hint::Registry];

    fn channel(self) -> &'static str {
        match self {
            Hint::Log => "pantau_log",
            Hint::Rollups => "pantau_rollups",
            Hint::Registry => "pantau_registry",
        }
    }
}

/// Roll-ups that were written.
#[derive(Clone, Debug)]
pub enum Written {
    /// By this process.
    Here {
        /// The version of the roll-ups since then. One that does not follow the version before it says that others wrote too.
        version: i64,
        /// Which ones.
        keys: Arc<[Key]>,
    },
    /// Nobody says which ones.
    Unknown,
}

/// Writes that whoever listens may be behind; beyond them it hears that it missed some.
const WRITES_KEPT: usize = 64;

/// Two counters that grow when the log or the configuration were written, and what was written of the roll-ups.
#[derive(Debug, Default)]
pub struct Signal {
    counters: Arc<Counters>,
    server: Option<Listener>,
}

#[derive(Debug)]
struct Counters {
    log: watch::Sender<u64>,
    rollups: broadcast::Sender<Written>,
    registry: watch::Sender<u64>,
}

impl Default for Counters {
    fn default() -> Self {
        let new = || watch::Sender::new(0);
        Self { log: new(), rollups: broadcast::Sender::new(WRITES_KEPT), registry: new() }
    }
}

impl Counters {
    fn grow(&self, hint: Hint) {
        match hint {
            Hint::Log => self.log.send_modify(|count| *count += 1),
            Hint::Rollups => self.rollups(Written::Unknown),
            Hint::Registry => self.registry.send_modify(|count| *count += 1),
        }
    }

    fn rollups(&self, written: Written) {
        // Nobody listens in a command that only writes.
        let _ = self.rollups.send(written);
    }
}

impl Signal {
    /// Hints that also come from other processes through the server at `options`. What this handle itself says there
    /// carries its `voice` and is not heard twice.
    pub(crate) fn of_server(options: PgConnectOptions, voice: Arc<str>) -> Self {
        Self { counters: Arc::default(), server: Some(Listener { options, voice, task: OnceLock::new() }) }
    }

    /// Events were committed to the log.
    pub fn log_written(&self) {
        self.counters.grow(Hint::Log);
    }

    /// Roll-ups were committed.
    pub fn rollups_written(&self, written: Written) {
        self.counters.rollups(written);
    }

    /// A revision of the configuration was committed.
    pub fn registry_written(&self) {
        self.counters.grow(Hint::Registry);
    }

    /// Wakes when events were committed.
    pub fn watch_log(&self) -> watch::Receiver<u64> {
        self.listen();
        self.counters.log.subscribe()
    }

    /// Wakes when roll-ups were committed, and says which.
    pub fn watch_rollups(&self) -> broadcast::Receiver<Written> {
        self.listen();
        self.counters.rollups.subscribe()
    }

    /// Wakes when the configuration changed.
    pub fn watch_registry(&self) -> watch::Receiver<u64> {
        self.listen();
        self.counters.registry.subscribe()
    }

    /// Hears nothing from other processes any more.
    pub(crate) fn close(&self) {
        if let Some(task) = self.server.as_ref().and_then(|listener| listener.task.get()) {
            task.abort();
        }
    }

    /// The first who watches makes us listen to the server; a command that only writes needs no connection for it.
    fn listen(&self) {
        if let Some(listener) = &self.server {
            let counters = Arc::clone(&self.counters);
            listener.task.get_or_init(|| tokio::spawn(hear(listener.options.clone(), Arc::clone(&listener.voice), counters)));
        }
    }
}

/// How other processes are heard.
#[derive(Debug)]
struct Listener {
    options: PgConnectOptions,
    voice: Arc<str>,
    task: OnceLock<JoinHandle<()>>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

/// Time between two tries to reach a server that is gone; everybody who waits for hints looks without them meanwhile.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Passes on what others say until it is aborted.
async fn hear(options: PgConnectOptions, voice: Arc<str>, counters: Arc<Counters>) {
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None).connect_lazy_with(options);
    let mut is_told = false;
    loop {
        match listen(&pool, &voice, &counters).await {
            Ok(()) => is_told = false,
            Err(cause) if !is_told => {
                is_told = true;
                tracing::warn!("no hints come from the database server, so changes of other processes show later: {cause}");
            }
            Err(_) => {}
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

/// Passes on what others say until the connection ends.
async fn listen(pool: &sqlx::PgPool, voice: &str, counters: &Counters) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    listener.listen_all(Hint::ALL.map(Hint::channel)).await?;
    // What was said before nobody heard.
    Hint::ALL.into_iter().for_each(|hint| counters.grow(hint));
    while let Some(said) = listener.try_recv().await? {
        let hint = Hint::ALL.into_iter().find(|hint| hint.channel() == said.channel());
        if let Some(hint) = hint.filter(|_| said.payload() != voice) {
            counters.grow(hint);
        }
    }
    Ok(())
}

/// Gives a hint to the other processes when the transaction commits.
pub(crate) async fn tell(tx: &mut Tx, hint: Hint) -> Result<(), Error> {
    match (&mut tx.engine, &tx.voice) {
        (TxEngine::Postgres(transaction), Some(voice)) => say(transaction, voice, hint).await,
        _ => Ok(()),
    }
}

/// The same on a connection.
pub(crate) async fn say(connection: &mut PgConnection, voice: &str, hint: Hint) -> Result<(), Error> {
    let query = sqlx::query("select pg_notify($1, $2)").bind(hint.channel()).bind(voice);
    query.execute(connection).await.map_err(Error::of("give a hint"))?;
    Ok(())
}
