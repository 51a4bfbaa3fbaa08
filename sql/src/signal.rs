//! Hints that something was written, inside this process. Never data: whoever hears one looks at
//! the tables, and looks at them now and then without one, because other processes write too.

use tokio::sync::watch;

/// Three counters that grow when the log, the roll-ups or the configuration were written.
#[derive(Debug)]
pub struct Signal {
    log: watch::Sender<u64>,
    rollups: watch::Sender<u64>,
    registry: watch::Sender<u64>,
}

impl Default for Signal {
    fn default() -> Self {
        let new = || watch::Sender::new(0);
        Self { log: new(), rollups: new(), registry: new() }
    }
}

impl Signal {
    /// Events were committed to the log.
    pub fn log_written(&self) {
        self.log.send_modify(|count| *count += 1);
    }

    /// Roll-ups were committed.
    pub fn rollups_written(&self) {
        self.rollups.send_modify(|count| *count += 1);
    }

    /// A revision of the configuration was committed.
    pub fn registry_written(&self) {
        self.registry.send_modify(|count| *count += 1);
    }

    /// Wakes when events were committed.
    pub fn watch_log(&self) -> watch::Receiver<u64> {
        self.log.subscribe()
    }

    /// Wakes when roll-ups were committed.
    pub fn watch_rollups(&self) -> watch::Receiver<u64> {
        self.rollups.subscribe()
    }

    /// Wakes when the configuration changed.
    pub fn watch_registry(&self) -> watch::Receiver<u64> {
        self.registry.subscribe()
    }
}
