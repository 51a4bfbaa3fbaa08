//! A client of a PostgreSQL server that holds what it took until it is dropped.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

/// An open transaction of another process; dropping it rolls back.
#[derive(Debug)]
pub struct Session {
    psql: Child,
}

impl Session {
    /// Begins a transaction with a client that is about to run, and runs a statement in it.
    pub(crate) fn begin(mut psql: Command, statement: &str) -> Self {
        let mut psql = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("psql runs");
        let input = psql.stdin.as_mut().expect("it is a pipe");
        writeln!(input, "begin;\n{statement};\n\\echo done").expect("psql reads");
        let lines = BufReader::new(psql.stdout.take().expect("it is a pipe")).lines();
        let done = lines.map_while(Result::ok).any(|line| line == "done");
        assert!(done, "{statement}");
        Self { psql }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // At the end of its input it goes, and with it what it holds.
        drop(self.psql.stdin.take());
        let _ = self.psql.wait();
    }
}
