//! Signs of life to all sockets at once, so that none needs a timer of its own.
//!
//! Reads and writes no store: a database that is locked must not make boards look disconnected.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::protocol::{LiveServer, Ping};
use crate::socket::Framed;

/// The contract promises a ping at least every 5 seconds.
const PING: Duration = Duration::from_secs(4);
/// With every so many pings the protocol's own one asks for an answer.
const ASK: u64 = 5;
/// A client that said nothing for this long, pongs included, is dead.
const SILENT: Duration = Duration::from_secs(50);
/// Sockets written to before others get a turn on this thread.
const AT_ONE_GO: usize = 64;

/// Pings until `shutdown`, then sends everyone away.
pub(crate) async fn run(app: Arc<App>, shutdown: CancellationToken) {
    let mut tick = tokio::time::interval(PING);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count = 0u64;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = tick.tick() => {}
        }
        count += 1;
        ping(&app, count.is_multiple_of(ASK)).await;
    }
    app.sockets.stop();
}

async fn ping(app: &App, asks: bool) {
    let at = rules::time::format_instant(app.now());
    let sign = Framed::json(&LiveServer::Ping(Ping { at }));
    let ask = Framed::ping();
    let silent_since = Instant::now().checked_sub(SILENT);
    for (place, outlet) in app.sockets.outlets().into_iter().enumerate() {
        if silent_since.is_some_and(|since| outlet.heard_at() < since) {
            outlet.leave();
            outlet.wake();
            continue;
        }
        outlet.send(&sign);
        if asks {
            outlet.send(&ask);
        }
        if place % AT_ONE_GO == AT_ONE_GO - 1 {
            tokio::task::yield_now().await;
        }
    }
}
