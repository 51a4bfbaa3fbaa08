//! Carrying commits from the journal (WAL) of an embedded store into its file, beside those who write.
//!
//! Left to itself SQLite does it in the commit that makes the journal long, and whoever commits then waits for the whole file
//! to be flushed. Here a thread does most of it while others write on. The journal begins anew only when nothing is left in
//! it; so the little that came meanwhile is carried over while nobody writes.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::{BUSY_TIMEOUT, Writing};

/// Pages of the journal after which it is carried over: 8 MB, which a disk that was full has to have left too.
const PAGES: u32 = 2_000;

/// Pages after which a connection does it itself that nobody watches: then the thread would have come first.
pub(super) const UNWATCHED_PAGES: u32 = 2 * PAGES;

thread_local! {
    /// Pages of the journal after the last commit on this thread; what the hook can reach.
    static COMMITTED: Cell<u32> = const { Cell::new(0) };
}

/// Who carries over, and when.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    path: PathBuf,
    writing: Writing,
    /// Pages of the journal when it was last carried over.
    carried: AtomicU32,
    thread: Mutex<Option<Thread>>,
}

/// Ends when the sender is dropped.
#[derive(Debug)]
struct Thread {
    pokes: SyncSender<()>,
    handle: JoinHandle<()>,
}

impl Checkpoint {
    /// Starts nothing yet.
    pub(super) fn new(path: PathBuf, writing: Writing) -> Self {
        Self { path, writing, carried: AtomicU32::new(0), thread: Mutex::default() }
    }

    /// Leaves the journal of this connection's commits to the thread. Whoever commits on it calls [`Checkpoint::committed`].
    pub(crate) fn watch(connection: &Connection) {
        connection.wal_hook(Some(|_, pages| {
            COMMITTED.set(pages.unsigned_abs());
            Ok(())
        }));
    }

    /// Wakes the thread when the journal has grown long by commits of this thread.
    pub(crate) fn committed(&self) {
        let pages = COMMITTED.take();
        let carried = self.carried.load(Ordering::Relaxed);
        if pages < carried {
            // It began anew.
            self.carried.store(0, Ordering::Relaxed);
        } else if pages - carried >= PAGES {
            self.carried.store(pages, Ordering::Relaxed);
            self.wake();
        }
    }

    fn wake(&self) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let thread = thread.get_or_insert_with(|| {
            // One that waits is enough: who is woken twice finds nothing to do.
            let (pokes, woken) = sync_channel(1);
            let (path, writing) = (self.path.clone(), Arc::clone(&self.writing));
            Thread { pokes, handle: std::thread::spawn(move || run(&path, &writing, &woken)) }
        });
        // Full: it is about to begin anyway.
        let _ = thread.pokes.try_send(());
    }

    /// Waits for the thread to end.
    pub(super) async fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Thread { pokes, handle }) = thread {
            drop(pokes);
            // A fall of it was reported by the panic hook.
            let _ = tokio::task::spawn_blocking(move || handle.join()).await;
        }
    }
}

fn run(path: &Path, writing: &Writing, woken: &Receiver<()>) {
    let mut open = None;
    while woken.recv().is_ok() {
        if let Err(cause) = carry_over(path, &mut open, writing) {
            // The journal grows on, and the next poke tries again.
            tracing::warn!(error = &cause as &dyn std::error::Error, "could not carry the journal over into the store");
            open = None;
        }
    }
}

fn carry_over(path: &Path, open: &mut Option<Connection>, writing: &Writing) -> rusqlite::Result<()> {
    let connection = match open {
        Some(connection) => connection,
        none => none.insert(connect(path)?),
    };
    // What comes while the bulk is carried over is much less, and what comes while that is, next to nothing.
    checkpoint(connection)?;
    checkpoint(connection)?;
    let _turn = writing.blocking_lock();
    checkpoint(connection)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Carries over as much as readers allow; waits for nobody.
fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()))
}
