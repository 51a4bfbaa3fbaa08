//! A store for one test, on the engine that `PANTAU_TEST_ENGINE` names: `sqlite` (also without it) or `postgres`.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use crate::cluster::Cluster;
use crate::session::Session;

/// An empty store that nobody else knows; an embedded one is gone with this value, one on a server with the process.
#[derive(Debug)]
pub struct Store {
    url: String,
    /// Name of the database on the server.
    database: String,
    folder: TempDir,
}

/// Whether stores are databases of a PostgreSQL server.
///
/// # Panics
/// When the variable names no engine.
#[expect(clippy::disallowed_methods, reason = "it chooses among tests and is no configuration of the program")]
pub fn is_on_postgres() -> bool {
    match std::env::var("PANTAU_TEST_ENGINE").as_deref() {
        Err(_) | Ok("" | "sqlite") => false,
        Ok("postgres") => true,
        Ok(other) => panic!("PANTAU_TEST_ENGINE is {other:?}; write sqlite or postgres"),
    }
}

/// Whether a test is left out because it is about the file of an embedded database; says so.
pub fn skips_on_postgres(reason: &str) -> bool {
    if is_on_postgres() {
        println!("not tested on PostgreSQL: {reason}");
    }
    is_on_postgres()
}

impl Store {
    /// A new one.
    ///
    /// # Panics
    /// When there is no PostgreSQL but one is asked for.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("pantau-store-").tempdir().expect("a temporary folder can be made");
        if !is_on_postgres() {
            return Self { url: format!("sqlite://{}/data/pantau.db", folder.path().display()), database: String::new(), folder };
        }
        let database = next_name();
        Self { url: cluster().database(&database), database, folder }
    }

    /// A copy of a database that nobody has open.
    ///
    /// # Panics
    /// When this one is not on a server.
    pub fn copy(&self) -> Self {
        let copy = next_name();
        self.ask_in("postgres", &format!("create database {copy} template {}", self.database));
        let folder = tempfile::Builder::new().prefix("pantau-store-").tempdir().expect("a temporary folder can be made");
        Self { url: cluster().url(&copy), database: copy, folder }
    }

    /// What `psql` prints for a statement in it, unaligned and without headings.
    ///
    /// # Panics
    /// When it fails, or the store is not on a server.
    pub fn ask(&self, statement: &str) -> String {
        self.ask_in(&self.database, statement)
    }

    /// Holds the log as another process does that appends: nobody appends until the answer is dropped.
    ///
    /// # Panics
    /// When the store is not on a server.
    pub fn hold_log(&self) -> Session {
        assert!(!self.database.is_empty(), "an embedded store is held by any write transaction");
        // The second of the program's advisory locks.
        cluster().begin(&self.database, "select pg_advisory_xact_lock(x'70616e74'::integer, 2)")
    }

    /// Everything in it as text.
    ///
    /// # Panics
    /// When the store is not on a server.
    pub fn dump(&self) -> String {
        assert!(!self.database.is_empty(), "an embedded store is a file");
        cluster().dump(&self.database)
    }

    fn ask_in(&self, database: &str, statement: &str) -> String {
        assert!(!self.database.is_empty(), "an embedded store is a file");
        cluster().ask(database, statement)
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// File of an embedded one.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("data/pantau.db")
    }
}

impl Default for Store {
    fn default() -> Self {
        Self::new()
    }
}

/// The one server of this process.
fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

fn next_name() -> String {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    format!("store_{}", MADE.fetch_add(1, Ordering::Relaxed))
}
