//! A PostgreSQL server of our own: in a temporary folder, reached over a socket there, gone with the process.
//!
//! Nothing of it is durable and nothing of it is found by others. PostgreSQL refuses to run as root, so for root it runs
//! as the user that its Debian package makes.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::session::Session;

/// Longer than a start ever takes; the machine may be building.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// How often a start is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(30);

/// Runs the server until its standard input says `stop` or ends; without a word, because the process that started it is
/// gone, its folder goes too.
const KEEPER: &str = r#"
trap '' TERM INT  # meant for the tests, whose end this waits for
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=400 \
    -c shared_buffers=64MB -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=4GB >>"$2/log" 2>&1 &
server=$!
if read -r word; then kill -INT $server; wait $server; else kill -QUIT $server; wait $server; rm -rf "$2"; fi
"#;

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    keeper: Option<Child>,
}

impl Cluster {
    /// Makes and starts one.
    ///
    /// # Panics
    /// When PostgreSQL is not installed.
    pub fn start() -> Self {
        let programs = programs().expect("PostgreSQL is missing: install the Debian package postgresql, or run make test, which does");
        let folder = tempfile::Builder::new().prefix("pantau-postgres-").tempdir().expect("a temporary folder can be made");
        if is_root() {
            let user = Command::new("id").args(["-u", "postgres"]).output().expect("there is id").stdout;
            let user: u32 = String::from_utf8_lossy(&user).trim().parse().expect("the package of PostgreSQL makes the user postgres");
            std::os::unix::fs::chown(folder.path(), Some(user), None).expect("root gives folders away");
        }
        let mut make = as_server(programs.join("initdb"));
        make.arg("-D").arg(folder.path().join("data"));
        make.args(["-U", "pantau", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        let made = make.current_dir(folder.path()).output().expect("initdb runs");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let mut cluster = Self { folder, programs, keeper: None };
        cluster.resume();
        cluster
    }

    /// Makes a database and returns its address.
    ///
    /// # Panics
    /// When there is one of this name.
    pub fn database(&self, name: &str) -> String {
        self.ask("postgres", &format!("create database {name}"));
        self.url(name)
    }

    /// Address of a database.
    pub fn url(&self, name: &str) -> String {
        format!("postgres://pantau@localhost/{name}?host={}", self.folder.path().display())
    }

    /// Everything in a database as text.
    ///
    /// # Panics
    /// When there is none of this name.
    pub fn dump(&self, name: &str) -> String {
        let dumped = self.client("pg_dump").arg(name).output().expect("pg_dump runs");
        assert!(dumped.status.success(), "{name}: {}", String::from_utf8_lossy(&dumped.stderr));
        String::from_utf8_lossy(&dumped.stdout).into_owned()
    }

    /// What `psql` prints for a statement, unaligned and without headings.
    ///
    /// # Panics
    /// When the statement fails.
    pub fn ask(&self, database: &str, statement: &str) -> String {
        let mut psql = self.client("psql");
        let asked = psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement]).output();
        let asked = asked.expect("psql runs");
        assert!(asked.status.success(), "{statement}: {}", String::from_utf8_lossy(&asked.stderr));
        String::from_utf8_lossy(&asked.stdout).trim().to_owned()
    }

    /// Runs a statement in a transaction of its own, which lasts until the answer is dropped.
    ///
    /// # Panics
    /// When the statement fails.
    pub fn begin(&self, database: &str, statement: &str) -> Session {
        let mut psql = self.client("psql");
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database]);
        Session::begin(psql, statement)
    }

    /// Stops the server as its administrator would; the databases stay.
    pub fn stop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(std::io::Write::write_all(&mut keeper.stdin.take().expect("it is a pipe"), b"stop\n"));
            keeper.wait().expect("a child of ours can be waited for");
        }
    }

    /// Starts it again, and waits until it answers.
    ///
    /// # Panics
    /// When it does not.
    pub fn resume(&mut self) {
        let mut keeper = as_server("sh".into());
        keeper.args(["-c", KEEPER, "keeper"]).arg(&self.programs).arg(self.folder.path()).current_dir(self.folder.path());
        self.keeper = Some(keeper.stdin(Stdio::piped()).spawn().expect("there is a shell"));
        let began = Instant::now();
        while !self.client("pg_isready").arg("-q").status().expect("pg_isready runs").success() {
            let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(began.elapsed() < STARTS_WITHIN, "PostgreSQL does not start: {}", log());
            pause();
        }
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.args(["-U", "pantau", "-h"]).arg(self.folder.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a state is waited for with a bound, outside of any runtime")]
fn pause() {
    std::thread::sleep(LOOK_EVERY);
}

/// The newest installed, in Debian's place, else the ones in the path.
fn programs() -> Option<PathBuf> {
    let version = |path: &PathBuf| path.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let newest = debian.filter(|folder| folder.join("initdb").exists()).max_by_key(version);
    let path = std::env::var_os("PATH").unwrap_or_default();
    newest.or_else(|| std::env::split_paths(&path).find(|folder| folder.join("initdb").exists()))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// A program that runs as the user whose server it is.
fn as_server(program: PathBuf) -> Command {
    let is_root = is_root();
    let mut command = Command::new(if is_root { Path::new("setpriv") } else { &program });
    if is_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    }
    command
}
