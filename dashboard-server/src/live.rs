//! Live viewers: who is connected, on whose behalf, and the limits on that.
//!
//! One task a socket ([`session`]); for all of them together [`pings`], and [`upkeep`] of sessions and
//! rights.

mod bucket;
pub(crate) mod pings;
pub(crate) mod session;
pub(crate) mod upkeep;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio_util::task::TaskTracker;

use crate::access::Actor;
use crate::access::actor::KeyActor;
use crate::access::secret::Fingerprint;
use crate::app::App;
use crate::session::person;
use crate::socket::{Outlet, close};

/// Subprotocol of the live socket.
pub(crate) const SUBPROTOCOL: &str = "pantau.live.v1";

/// How many may look, and how long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Sockets of one person.
    pub of_person: usize,
    /// Sockets from one address; not counted for loopback, behind which a proxy stands.
    pub of_address: usize,
    /// Sockets in all.
    pub in_all: usize,
    /// Time to subscribe after the handshake.
    pub subscribe_within: Duration,
    /// Time in which the network must take something of what waits.
    pub write_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            of_person: 64,
            of_address: 256,
            in_all: 20_000,
            subscribe_within: Duration::from_secs(5),
            write_within: Duration::from_secs(10),
        }
    }
}

/// All live sockets.
#[derive(Debug)]
pub(crate) struct Sockets {
    pub(crate) limits: Limits,
    pub(crate) tasks: TaskTracker,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    sockets: HashMap<u64, Socket>,
    of_person: HashMap<i64, usize>,
    of_address: HashMap<IpAddr, usize>,
    stopping: bool,
}

#[derive(Debug)]
struct Socket {
    outlet: Arc<Outlet>,
    who: Who,
    address: Option<IpAddr>,
    board: Option<Arc<str>>,
}

/// On whose behalf a socket looks. Rights are asked anew, never kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// A person's session.
    Person {
        /// Number of the person.
        no: i64,
        /// What is stored of the cookie.
        session: Fingerprint,
    },
    /// A key, by its id.
    Key(Arc<str>),
}

/// Why a socket was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) code: u16,
    pub(crate) reason: &'static str,
}

/// A place among the sockets; given back when dropped.
pub(crate) struct Place {
    app: Arc<App>,
    id: u64,
}

impl Who {
    /// Who an actor is on a socket; None for nobody.
    pub(crate) fn of(actor: &Actor) -> Option<Self> {
        match actor {
            Actor::Anonymous => None,
            Actor::Person(person) => Some(Self::Person { no: person.no, session: person.session }),
            Actor::Key(key) => Some(Self::Key(key.id.as_str().into())),
        }
    }

    /// The actor as things stand now; None when the session ended or the key was revoked.
    pub(crate) async fn actor(&self, app: &App) -> Result<Option<Actor>, sql::Error> {
        match self {
            Self::Person { session, .. } => Ok(person(app, *session).await?.map(Actor::Person)),
            Self::Key(id) => {
                let key = sql::key::find(&app.db, id).await?;
                let key = key.filter(|key| key.revoked_at.is_none() && key.read);
                Ok(key.map(|key| Actor::Key(KeyActor::of(key))))
            }
        }
    }
}

impl Sockets {
    /// Nobody yet.
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, tasks: TaskTracker::new(), open: Mutex::default() }
    }

    /// Takes a socket in, or says why not.
    pub(crate) fn admit(app: &Arc<App>, outlet: &Arc<Outlet>, who: &Who, address: Option<IpAddr>) -> Result<Place, Refused> {
        let limits = app.sockets.limits;
        let mut open = app.sockets.lock();
        let open = &mut *open;
        let too_many = |reason| Err(Refused { code: close::TOO_MANY, reason });
        if open.stopping {
            return Err(Refused { code: close::RESTARTING, reason: "the server restarts" });
        }
        if open.sockets.len() >= limits.in_all {
            return too_many("too many viewers");
        }
        // Behind a proxy on this machine everyone has the same address.
        let address = address.map(|address| address.to_canonical()).filter(|address| !address.is_loopback());
        if address.is_some_and(|address| open.of_address.get(&address).is_some_and(|count| *count >= limits.of_address)) {
            return too_many("too many sockets from this address");
        }
        if let Who::Person { no, .. } = who {
            let count = open.of_person.entry(*no).or_default();
            if *count >= limits.of_person {
                return too_many("too many sockets of this person");
            }
            *count += 1;
        }
        if let Some(address) = address {
            *open.of_address.entry(address).or_default() += 1;
        }
        open.next += 1;
        let id = open.next;
        let socket = Socket { outlet: Arc::clone(outlet), who: who.clone(), address, board: None };
        open.sockets.insert(id, socket);
        metrics::gauge!("pantau_live_sockets").set(open.sockets.len() as f64);
        Ok(Place { app: Arc::clone(app), id })
    }

    /// Closes the sockets of a session that ended.
    pub(crate) fn end_session(&self, ended: &Fingerprint) {
        self.close_where(|who| matches!(who, Who::Person { session, .. } if session == ended));
    }

    fn close_where(&self, is_meant: impl Fn(&Who) -> bool) {
        for socket in self.lock().sockets.values().filter(|socket| is_meant(&socket.who)) {
            socket.outlet.close(close::SESSION_ENDED, "the session ended");
        }
    }

    /// Sends everyone away for a restart and lets nobody in.
    pub(crate) fn stop(&self) {
        let mut open = self.lock();
        open.stopping = true;
        for socket in open.sockets.values() {
            socket.outlet.close(close::RESTARTING, "the server restarts");
        }
        self.tasks.close();
    }

    fn outlets(&self) -> Vec<Arc<Outlet>> {
        self.lock().sockets.values().map(|socket| Arc::clone(&socket.outlet)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().expect("nobody panics while holding the sockets")
    }
}

impl Place {
    /// Notes what the socket looks at.
    pub(crate) fn looks_at(&self, board: &str) {
        if let Some(socket) = self.app.sockets.lock().sockets.get_mut(&self.id) {
            socket.board = Some(board.into());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.app.sockets.lock();
        let Some(socket) = open.sockets.remove(&self.id) else { return };
        socket.outlet.leave();
        if let Who::Person { no, .. } = socket.who {
            give_back(&mut open.of_person, &no);
        }
        if let Some(address) = socket.address {
            give_back(&mut open.of_address, &address);
        }
        metrics::gauge!("pantau_live_sockets").set(open.sockets.len() as f64);
    }
}

fn give_back<K: std::hash::Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
