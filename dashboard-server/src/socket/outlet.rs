//! The way out to one client: writes at once what the network takes, keeps the rest in order.
//!
//! A shared frame costs a viewer who keeps up one `write` and no memory. What waits are references to
//! shared bytes, at most [`MOST_WAITING`] of them; a viewer who falls behind gets no more deltas and is
//! owed one snapshot.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::sync::{Mutex, MutexGuard};

use bytes::{Buf, Bytes};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::frame::Framed;

/// Shared frames that may wait for one viewer: some seconds of a busy board. Then it is behind.
const MOST_WAITING: usize = 64;
/// Frames of its own (errors, pongs) beyond which a client is cut off: it asks and never reads.
const MOST_OWN: usize = 256;

/// The sending half of a socket, shared by its session and by those who publish.
#[derive(Debug)]
pub(crate) struct Outlet {
    stream: TcpStream,
    queue: Mutex<Queue>,
    /// Wakes the session: something waits, a snapshot is owed, or the socket closes.
    wake: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Bytes>,
    /// How many may wait before the viewer is behind; higher while a resume is replayed.
    most: usize,
    /// Which subscription shared frames must belong to.
    subscription: u64,
    behind: bool,
    closing: bool,
    broken: bool,
    /// When the client last said anything, be it a pong.
    heard_at: Option<Instant>,
    /// Since when the network has taken nothing.
    blocked_since: Option<Instant>,
}

/// What a session has to do about its outlet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Something waits since then for the network.
    pub(crate) blocked_since: Option<Instant>,
    /// A snapshot is owed and nothing waits.
    pub(crate) owes_snapshot: bool,
    /// A close frame was sent or waits.
    pub(crate) closing: bool,
    /// The network refused; nothing can be said any more.
    pub(crate) broken: bool,
}

/// Whether a shared frame still concerned the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Written, waiting, or left out because the viewer is behind.
    Yes,
    /// The client looks at something else now, or left.
    Gone,
}

impl Outlet {
    /// Takes over a connected stream.
    pub(crate) fn new(stream: TcpStream) -> Self {
        let queue = Queue { most: MOST_WAITING, heard_at: Some(Instant::now()), ..Queue::default() };
        Self { stream, queue: Mutex::new(queue), wake: Notify::new() }
    }

    /// The stream, to be read by the session.
    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Waits until there is something to look at in [`Self::standing`].
    pub(crate) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Makes the session look at [`Self::standing`].
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Notes a sign of life.
    pub(crate) fn heard(&self) {
        self.lock().heard_at = Some(Instant::now());
    }

    /// When the client last said anything; now when that is not known.
    pub(crate) fn heard_at(&self) -> Instant {
        self.lock().heard_at.unwrap_or_else(Instant::now)
    }

    /// How things stand.
    pub(crate) fn standing(&self) -> Standing {
        let queue = self.lock();
        Standing {
            blocked_since: queue.blocked_since,
            owes_snapshot: queue.behind && queue.waiting.is_empty(),
            closing: queue.closing,
            broken: queue.broken,
        }
    }

    /// Begins a subscription with the frames that open it and returns nothing owed.
    /// Shared frames of earlier subscriptions are refused from now on.
    pub(crate) fn begin(&self, subscription: u64, opening: impl ExactSizeIterator<Item = Framed>) {
        let mut queue = self.lock();
        queue.subscription = subscription;
        queue.behind = false;
        // A replay is as long as it is; what follows it is bounded again.
        queue.most = queue.waiting.len() + opening.len() + MOST_WAITING;
        for frame in opening {
            self.put(&mut queue, frame.bytes());
        }
    }

    /// Sends a frame that many share, if the client still has that subscription.
    pub(crate) fn send_shared(&self, subscription: u64, frame: &Framed) -> Sent {
        let mut queue = self.lock();
        if queue.closing || queue.broken || queue.subscription != subscription {
            return Sent::Gone;
        }
        if queue.waiting.is_empty() {
            queue.most = MOST_WAITING;
        }
        if queue.waiting.len() >= queue.most {
            queue.behind = true;
            // The first may be half written; the rest is overtaken by the snapshot to come.
            queue.waiting.truncate(1);
        }
        if !queue.behind {
            self.put(&mut queue, frame.bytes());
        }
        Sent::Yes
    }

    /// Sends a frame to this client alone.
    pub(crate) fn send(&self, frame: &Framed) {
        let mut queue = self.lock();
        if queue.waiting.len() >= queue.most + MOST_OWN {
            queue.broken = true;
            self.wake.notify_one();
        }
        self.put(&mut queue, frame.bytes());
    }

    /// Says goodbye; nothing is sent after it.
    pub(crate) fn close(&self, code: u16, reason: &str) {
        let mut queue = self.lock();
        if !queue.closing {
            self.put(&mut queue, Framed::close(code, reason).bytes());
            queue.closing = true;
            self.wake.notify_one();
        }
    }

    /// Whether the client left or looks at something else than with that subscription.
    pub(crate) fn is_gone(&self, subscription: u64) -> bool {
        let queue = self.lock();
        queue.closing || queue.broken || queue.subscription != subscription
    }

    /// The session ended: nobody writes here any more, and what waited is let go.
    pub(crate) fn leave(&self) {
        let mut queue = self.lock();
        queue.broken = true;
        queue.waiting = VecDeque::new();
    }

    /// Writes what waits, as far as the network takes it.
    pub(crate) fn drain(&self) {
        let mut queue = self.lock();
        while let Some(front) = queue.waiting.front_mut() {
            match self.stream.try_write(front) {
                Ok(written) => {
                    front.advance(written);
                    if front.is_empty() {
                        queue.waiting.pop_front();
                    }
                    queue.blocked_since = Some(Instant::now());
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => {
                    queue.broken = true;
                    return;
                }
            }
        }
        queue.waiting = VecDeque::new();
        queue.blocked_since = None;
    }

    /// Writes at once when nothing waits before it; keeps the rest.
    fn put(&self, queue: &mut MutexGuard<'_, Queue>, frame: &Bytes) {
        if queue.closing || queue.broken {
            return;
        }
        let mut written = 0;
        if queue.waiting.is_empty() {
            match self.stream.try_write(frame) {
                Ok(count) if count == frame.len() => return,
                Ok(count) => written = count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => queue.broken = true,
            }
            queue.blocked_since = Some(Instant::now());
            self.wake.notify_one();
        }
        queue.waiting.push_back(frame.slice(written..));
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().expect("nobody panics while holding the queue")
    }
}
