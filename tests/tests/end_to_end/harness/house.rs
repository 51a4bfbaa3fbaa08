//! A folder with a configuration and a store, and commands run in it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;
use tests::{Store, is_on_postgres};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::clock::pretend;
use super::server::Server;

/// Houses at a time, however many processors there are: each is a server with threads of its own.
static TURNS: Semaphore = Semaphore::const_new(3);

/// Where the store is, from the folder of the house.
const FILE: &str = "data/pantau.db";

fn configuration(store: &str) -> String {
    format!(
        r#"server = {{ listen = "127.0.0.1:0" }}
store = {{ url = "{store}" }}
region = {{ name = "Eastbrook", timezone = "Asia/Jakarta", locale = "en" }}
"#
    )
}

/// A store nobody else knows, gone with this value.
pub(crate) struct House {
    folder: TempDir,
    /// On PostgreSQL.
    database: Option<Store>,
    clock: Option<String>,
    _turn: SemaphorePermit<'static>,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl House {
    /// Nothing in it but a configuration file, `pantau.toml`.
    pub(crate) async fn empty() -> Self {
        Self::within(&std::env::temp_dir()).await
    }

    /// The same, its folder made inside another.
    pub(crate) async fn within(parent: &Path) -> Self {
        let turn = TURNS.acquire().await.expect("the semaphore is never closed");
        let folder = tempfile::Builder::new().prefix("pantau-").tempdir_in(parent).expect("a temporary folder can be made");
        let database = is_on_postgres().then(Store::new);
        let house = Self { folder, database, clock: None, _turn: turn };
        house.write("pantau.toml", &configuration(&house.url()));
        house
    }

    /// With its store at this address.
    pub(crate) async fn at(url: &str) -> Self {
        let house = Self::empty().await;
        house.write("pantau.toml", &configuration(url));
        house
    }

    /// With its store in a file, whatever the engine of the tests.
    pub(crate) async fn in_a_file() -> Self {
        let mut house = Self::empty().await;
        house.database = None;
        house.write("pantau.toml", &configuration(&house.url()));
        house
    }

    /// With `tests/data/three-units` applied.
    pub(crate) async fn of_three_units() -> Self {
        let house = Self::empty().await;
        house.ok(&["apply", &three_units()]);
        house
    }

    /// From now on its programs believe another time; see [`pretend`].
    pub(crate) fn believes(&mut self, at: &str) {
        self.clock = Some(at.to_owned());
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Its database file.
    pub(crate) fn file(&self) -> PathBuf {
        self.path().join(FILE)
    }

    /// Its database on the server, when it is there.
    pub(crate) fn database(&self) -> Option<&Store> {
        self.database.as_ref()
    }

    /// Address of its store, from its folder.
    pub(crate) fn url(&self) -> String {
        self.database.as_ref().map_or_else(|| format!("sqlite://{FILE}"), |database| database.url().to_owned())
    }

    /// The number that a statement finds in its store.
    pub(crate) async fn number(&self, statement: &'static str) -> i64 {
        if let Some(database) = &self.database {
            return database.ask(statement).parse().unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        let mut database = SqliteConnectOptions::new().filename(self.file()).connect().await.expect("the store is a database");
        let number = sqlx::query_scalar(statement).fetch_one(&mut database).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        database.close().await.expect("it can be closed");
        number
    }

    /// How many bytes its store takes by now, what is not committed yet included.
    pub(crate) fn weighs(&self) -> u64 {
        if let Some(database) = &self.database {
            return database.ask("select pg_database_size(current_database())").parse().expect("a number of bytes");
        }
        let files = std::fs::read_dir(self.path().join("data")).into_iter().flatten().flatten();
        files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
    }

    /// All bytes that are stored.
    pub(crate) fn stored(&self) -> Vec<u8> {
        if let Some(database) = &self.database {
            return database.dump().into_bytes();
        }
        let files = std::fs::read_dir(self.path().join("data")).expect("the store's folder").flatten();
        files.flat_map(|file| std::fs::read(file.path()).expect("the store's files")).collect()
    }

    /// Writes a file into its folder and returns the path.
    pub(crate) fn write(&self, name: &str, content: &str) -> String {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder is ours");
        std::fs::write(&path, content).expect("the folder is ours");
        path.display().to_string()
    }

    /// The executable, about to run in this folder with a clean environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(executable());
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PANTAU_")) {
            command.env_remove(name);
        }
        if let Some(at) = &self.clock {
            pretend(&mut command, at);
        }
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, "", |_| ())
    }

    /// Runs a command that is changed before, with text on its stdin.
    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &str, change: impl FnOnce(&mut Command)) -> Outcome {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn().expect("the executable runs");
        let mut pipe = child.stdin.take().expect("stdin is a pipe");
        // A command that does not read its stdin may be gone already.
        let _ = pipe.write_all(stdin.as_bytes());
        drop(pipe);
        let output = child.wait_with_output().expect("a child of ours can be waited for");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("people read UTF-8");
        Outcome { code: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Runs a command that must succeed and returns its stdout.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let outcome = self.run(arguments);
        assert_eq!(outcome.code, 0, "pantau {}: {outcome:?}", arguments.join(" "));
        outcome.stdout
    }

    /// Makes a key that writes, alone on stdout as promised.
    pub(crate) fn key(&self, source: &str, units: &str) -> String {
        alone(self.ok(&["key", "create", "--source", source, "--units", units]))
    }

    /// Makes a key that writes and reads everything.
    pub(crate) fn reading_key(&self) -> String {
        alone(self.ok(&["key", "create", "--source", "reader", "--units", "*", "--read"]))
    }

    /// Adds a person with a password of our choice.
    pub(crate) fn person(&self, name: &str, role: &str, unit: &str, password: &str) {
        let arguments = ["user", "add", name, "--role", role, "--unit", unit, "--password-stdin"];
        let outcome = self.run_with(&arguments, &format!("{password}\n"), |_| ());
        assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""), "{outcome:?}");
    }

    /// Rows of `pantau table samples`, from the events whatever is stored as roll-up.
    pub(crate) fn table(&self, every: &str, by: &str, more: &[&str]) -> Vec<Value> {
        let mut arguments = vec!["table", "samples", "--every", every, "--by", by, "--format", "json"];
        arguments.extend(more);
        serde_json::from_str(&self.ok(&arguments)).expect("--format json prints JSON")
    }

    /// How many samples count in all, by `pantau table samples`.
    pub(crate) fn counted(&self) -> i64 {
        self.table("year", "all", &[]).iter().map(|row| row["n"].as_i64().expect("n is a number")).sum()
    }

    /// Starts a server and waits until it is ready.
    pub(crate) async fn serve(&self) -> Server {
        self.serve_with(&[], |_| ()).await
    }

    /// Starts a server that is told more, and waits until it is ready.
    pub(crate) async fn serve_with(&self, more: &[&str], change: impl FnOnce(&mut Command)) -> Server {
        let mut arguments = vec!["serve"];
        arguments.extend(more);
        let mut command = self.command(&arguments);
        change(&mut command);
        Server::start(command, self.path()).await
    }
}

/// The folder that the README's walk applies.
pub(crate) fn three_units() -> String {
    data("three-units").display().to_string()
}

/// A folder of `tests/data`.
pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

fn alone(stdout: String) -> String {
    let line = stdout.strip_suffix('\n').expect("a line ends");
    assert!(!line.contains('\n') && line.starts_with("pantau_"), "a key stands alone on stdout: {stdout:?}");
    line.to_owned()
}

/// Found beside the test's own executable, which lies in `deps`.
fn executable() -> PathBuf {
    let this = std::env::current_exe().expect("a running test has a file");
    let file = this.parent().and_then(Path::parent).expect("tests are built into deps").join("pantau");
    assert!(file.exists(), "{} is missing; build it with cargo build --release", file.display());
    file
}
