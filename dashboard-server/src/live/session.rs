//! One viewer: one task, one select loop over what it says, what waits for it, and its deadlines.

use std::io::ErrorKind;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::bucket::Bucket;
use super::{Place, Refused, Sockets, Who};
use crate::access::{Action, can};
use crate::app::App;
use crate::feed::Plan;
use crate::hub::Board;
use crate::problem::chain;
use crate::protocol::{Fault, LiveClient, LiveServer, Resume};
use crate::socket::reader::Violation;
use crate::socket::{Framed, Incoming, Outlet, Reader, close};

/// Longest message of a client: it names a board and a number.
const LONGEST_MESSAGE: usize = 64 * 1024;
/// How long a client may take to answer our goodbye.
const FAREWELL: Duration = Duration::from_secs(2);

struct Session {
    app: Arc<App>,
    outlet: Arc<Outlet>,
    who: Who,
    place: Place,
    reader: Reader,
    bucket: Bucket,
    board: Option<Arc<Board>>,
    /// Until when a board must be named.
    subscribe_by: Option<Instant>,
}

/// What to do after what was read.
#[derive(PartialEq, Eq)]
enum Then {
    GoOn,
    Leave,
}

/// Serves an accepted handshake until somebody ends it. Whatever happens, the place is given back.
pub(crate) async fn run(app: Arc<App>, upgrade: OnUpgrade, who: Who, address: Option<IpAddr>) {
    let Ok(upgraded) = upgrade.await else { return };
    let Ok(parts) = upgraded.downcast::<TokioIo<TcpStream>>() else {
        tracing::error!("a live socket came over something that is not TCP");
        return;
    };
    let outlet = Arc::new(Outlet::new(parts.io.into_inner()));
    let place = match Sockets::admit(&app, &outlet, &who, address) {
        Ok(place) => place,
        Err(Refused { code, reason }) => {
            metrics::counter!("pantau_live_refused_total").increment(1);
            outlet.close(code, reason);
            return Box::pin(farewell(&outlet)).await;
        }
    };
    let mut reader = Reader::new(LONGEST_MESSAGE);
    reader.push(&parts.read_buf);
    // It is a piece of the buffer that the handshake was read into, which would live as long.
    drop(parts.read_buf);
    let subscribe_by = Some(Instant::now() + app.sockets.limits.subscribe_within);
    let bucket = Bucket::full(Instant::now());
    let mut session = Session { app, outlet, who, place, reader, bucket, board: None, subscribe_by };
    session.serve().await;
}

impl Session {
    async fn serve(&mut self) {
        if self.take_in().await == Then::Leave {
            return;
        }
        loop {
            let standing = self.outlet.standing();
            if standing.broken {
                return;
            }
            if standing.closing && standing.blocked_since.is_none() {
                return Box::pin(farewell(&self.outlet)).await;
            }
            if standing.owes_snapshot
                && let Some(board) = &self.board
            {
                metrics::counter!("pantau_live_behind_total").increment(1);
                board.join(&self.outlet, None);
                continue;
            }
            let write_by = standing.blocked_since.map(|since| since + self.app.sockets.limits.write_within);
            let deadline = write_by.into_iter().chain(self.subscribe_by).min();
            tokio::select! {
                () = self.outlet.woken() => {}
                ready = self.outlet.stream().readable() => {
                    if ready.is_err() || self.read() == Then::Leave || self.take_in().await == Then::Leave {
                        return;
                    }
                }
                ready = self.outlet.stream().writable(), if write_by.is_some() => {
                    if ready.is_err() {
                        return;
                    }
                    self.outlet.drain();
                }
                () = tokio::time::sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                    if write_by == deadline {
                        metrics::counter!("pantau_live_write_timeouts_total").increment(1);
                        return;
                    }
                    self.subscribe_by = None;
                    self.outlet.close(close::NO_SUBSCRIBE, "no subscribe in time");
                }
            }
        }
    }

    /// Takes from the network what is there.
    fn read(&mut self) -> Then {
        let mut buffer = [0; 2048];
        match self.outlet.stream().try_read(&mut buffer) {
            Ok(0) => return Then::Leave,
            Ok(count) => {
                self.outlet.heard();
                self.reader.push(&buffer[..count]);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return Then::Leave,
        }
        Then::GoOn
    }

    /// Obeys what was said in whole.
    async fn take_in(&mut self) -> Then {
        loop {
            let incoming = match self.reader.next() {
                Ok(Some(incoming)) => incoming,
                Ok(None) => return Then::GoOn,
                Err(Violation { code, reason }) => {
                    self.outlet.close(code, reason);
                    return Then::GoOn;
                }
            };
            if incoming == Incoming::Close {
                self.outlet.close(1000, "");
                return Then::Leave;
            }
            if !self.bucket.take(Instant::now()) {
                self.outlet.close(close::TOO_MANY, "too many messages");
                return Then::GoOn;
            }
            match incoming {
                Incoming::Text(text) => Box::pin(self.obey(&text)).await,
                Incoming::Ping(content) => self.outlet.send(&Framed::pong(&content)),
                Incoming::Alive | Incoming::Close => {}
            }
            if self.outlet.standing().closing {
                return Then::GoOn;
            }
        }
    }

    async fn obey(&mut self, text: &str) {
        match serde_json::from_str(text) {
            Ok(LiveClient::Subscribe { board, resume }) => self.subscribe(board, resume).await,
            Err(error) => self.refuse("bad_message", format!("the message is not understood: {error}")),
        }
    }

    /// Rights are asked at each subscribe, as they stand now.
    async fn subscribe(&mut self, id: String, resume: Option<Resume>) {
        let actor = match self.who.actor(&self.app).await {
            Ok(Some(actor)) => actor,
            Ok(None) => return self.outlet.close(close::SESSION_ENDED, "the session ended"),
            Err(error) => {
                tracing::error!(error = chain(&error), "could not look up a session: {error}");
                return self.refuse("busy", "the store does not answer; subscribe again".to_owned());
            }
        };
        let registry = self.app.registry();
        let Some(configured) = registry.board(&id) else {
            return self.refuse("unknown_board", format!("there is no board `{id}`"));
        };
        if !Plan::units(configured).all(|unit| can(&actor, Action::Read, Some(unit), &registry.tree)) {
            return self.refuse("not_allowed", format!("the board `{id}` shows units that you may not see"));
        }
        match self.app.hub.board(&id).await {
            Ok(Some(board)) => {
                self.place.looks_at(&id);
                self.subscribe_by = None;
                board.join(&self.outlet, resume.as_ref());
                self.board = Some(board);
            }
            Ok(None) => self.refuse("unknown_board", format!("there is no board `{id}`")),
            Err(problem) => self.refuse("busy", problem.detail().to_owned()),
        }
    }

    fn refuse(&self, code: &str, detail: String) {
        let fault = Fault { code: code.to_owned(), detail };
        self.outlet.send(&Framed::json(&LiveServer::Error(fault)));
    }
}

/// Lets a goodbye arrive: closing with unread input would make the kernel throw it away.
async fn farewell(outlet: &Outlet) {
    let heard_out = async {
        let mut buffer = [0; 512];
        loop {
            outlet.drain();
            if outlet.stream().readable().await.is_err() {
                return;
            }
            match outlet.stream().try_read(&mut buffer) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    };
    let _ = tokio::time::timeout(FAREWELL, heard_out).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of_future<A, B, C, D, F>(_: impl Fn(A, B, C, D) -> F) -> usize {
        size_of::<F>()
    }

    /// What a viewer who keeps up costs, beside the kernel's socket: thousands of them are usual.
    #[test]
    fn a_viewer_is_small() {
        let task = size_of_future(run);
        assert!(task <= 1_152, "a task of {task} bytes");
        assert!(size_of::<Outlet>() <= 192, "an outlet of {} bytes", size_of::<Outlet>());
    }
}
