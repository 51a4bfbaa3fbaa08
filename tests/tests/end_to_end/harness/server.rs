//! A running server: its address, its output, its end.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::client::Client;
use super::wait::wait_until;

/// Longer than a start ever takes; the machine may be building.
const READY_WITHIN: Duration = Duration::from_secs(30);
/// The contract's time from SIGTERM to the exit.
const EXIT_WITHIN: Duration = Duration::from_secs(10);

static STARTED: AtomicUsize = AtomicUsize::new(0);

/// A child process that is killed when this is dropped, and shows its stderr when the test failed.
pub(crate) struct Server {
    child: Child,
    url: String,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Server {
    /// Starts `command` and waits for its line `ready http://…`.
    pub(crate) async fn start(command: Command, folder: &Path) -> Self {
        Self::start_within(command, folder, READY_WITHIN).await
    }

    /// The same for one that needs longer.
    pub(crate) async fn start_within(command: Command, folder: &Path, limit: Duration) -> Self {
        let mut server = Self::spawn(command, folder);
        server.url = wait_until("the line `ready http://…` on stdout", limit, async || server.ready_line()).await;
        server
    }

    /// Starts `command` and waits for nothing.
    pub(crate) fn spawn(mut command: Command, folder: &Path) -> Self {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let (stdout, stderr) = (folder.join(format!("{number}.stdout")), folder.join(format!("{number}.stderr")));
        let file = |path: &Path| File::create(path).expect("the folder is ours");
        let child = command.stdout(file(&stdout)).stderr(file(&stderr)).spawn().expect("the executable runs");
        Self { child, url: String::new(), stdout, stderr }
    }

    fn ready_line(&mut self) -> Result<String, String> {
        let text = self.stdout();
        if let Some(url) = text.lines().find_map(|line| line.strip_prefix("ready ")) {
            return Ok(url.to_owned());
        }
        if let Some(status) = self.child.try_wait().expect("a child of ours can be waited for") {
            panic!("the server left with {status} before it was ready:\n{}", self.stderr());
        }
        Err(format!("stdout {text:?}"))
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn authority(&self) -> &str {
        self.url.strip_prefix("http://").expect("the server speaks plain http")
    }

    /// A client without a key.
    pub(crate) fn stranger(&self) -> Client {
        Client::new(&self.url, None)
    }

    /// A client with a key.
    pub(crate) fn client(&self, key: &str) -> Client {
        Client::new(&self.url, Some(key))
    }

    /// What it printed so far.
    pub(crate) fn stdout(&self) -> String {
        fs::read_to_string(&self.stdout).unwrap_or_default()
    }

    /// What it logged so far.
    pub(crate) fn stderr(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap_or_default()
    }

    /// Resident memory in bytes.
    pub(crate) fn memory(&self) -> u64 {
        self.status_bytes("VmRSS:")
    }

    /// The most resident memory it ever had, in bytes.
    pub(crate) fn peak_memory(&self) -> u64 {
        self.status_bytes("VmHWM:")
    }

    fn status_bytes(&self, field: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the server runs on Linux");
        let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("a process has resident memory");
        let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("the kernel writes a number");
        kilobytes * 1024
    }

    /// Ends it as `kill -9` does, in the middle of whatever it does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a child of ours can be killed");
        self.child.wait().expect("a child of ours can be waited for");
    }

    /// Asks it to leave, and waits for it as long as the contract allows.
    pub(crate) async fn stop(mut self) -> ExitStatus {
        self.terminate();
        let (status, _) = self.left().await;
        status
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("there is a shell").success());
    }

    /// Waits for its end; with the time that took.
    pub(crate) async fn left(&mut self) -> (ExitStatus, Duration) {
        let began = Instant::now();
        let status = wait_until("the end of the server", EXIT_WITHIN, async || {
            let status = self.child.try_wait().expect("a child of ours can be waited for");
            status.ok_or_else(|| format!("still running; stderr:\n{}", self.stderr()))
        });
        (status.await, began.elapsed())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- stderr of the server at {} ---\n{}---", self.url, self.stderr());
        }
    }
}
