//! What is done for all sockets at once, so that none needs a timer of its own.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::Who;
use crate::access::{Action, can};
use crate::app::App;
use crate::feed::Plan;
use crate::problem::chain;
use crate::protocol::{LiveServer, Ping};
use crate::socket::{Framed, Outlet, close};

/// The contract promises a ping at least every 5 seconds.
const PING: u64 = 4;
/// Every so many seconds the protocol's own ping asks for an answer.
const ASK: u64 = 20;
/// A client that said nothing for this long, pongs included, is dead.
const SILENT: Duration = Duration::from_secs(50);
/// Every so many seconds sessions, keys and rights are looked at again: what another process ended
/// closes within this.
const RECHECK: u64 = 5;
/// What was noted of sessions is written down this often.
const WRITE_DOWN: u64 = 60;
/// Sockets written to before others get a turn on this thread.
const AT_ONE_GO: usize = 64;

/// Looks after the sockets until `shutdown`, then sends them away.
pub(crate) async fn run(app: Arc<App>, shutdown: CancellationToken) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count = 0u64;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = second.tick() => {}
        }
        count += 1;
        if count.is_multiple_of(PING) {
            ping(&app, count.is_multiple_of(ASK)).await;
        }
        if count.is_multiple_of(RECHECK) {
            recheck(&app).await;
        }
        if count.is_multiple_of(WRITE_DOWN) {
            write_down(&app).await;
        }
    }
    app.sockets.stop();
    write_down(&app).await;
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

type Looking = Vec<(Option<Arc<str>>, Arc<Outlet>)>;

/// Closes the sockets of sessions and keys that ended, and of boards that may not be seen any more.
async fn recheck(app: &App) {
    let mut by_who: HashMap<Who, Looking> = HashMap::new();
    for socket in app.sockets.lock().sockets.values() {
        by_who.entry(socket.who.clone()).or_default().push((socket.board.clone(), Arc::clone(&socket.outlet)));
    }
    let registry = app.registry();
    for (who, looking) in by_who {
        let actor = match who.actor(app).await {
            Ok(actor) => actor,
            Err(error) => {
                // A store that does not answer ends no sessions; the next round asks again.
                tracing::warn!(error = chain(&error), "could not look up sessions: {error}");
                return;
            }
        };
        let Some(actor) = actor else {
            looking.iter().for_each(|(_, outlet)| outlet.close(close::SESSION_ENDED, "the session ended"));
            continue;
        };
        if let Who::Person { session, .. } = who {
            app.activity.of_board(session, app.now());
        }
        let boards: HashSet<&Arc<str>> = looking.iter().filter_map(|(board, _)| board.as_ref()).collect();
        let hidden: HashSet<&Arc<str>> = boards
            .into_iter()
            .filter(|id| {
                let configured = registry.board(id);
                !configured.is_none_or(|board| Plan::units(board).all(|unit| can(&actor, Action::Read, Some(unit), &registry.tree)))
            })
            .collect();
        for (_, outlet) in looking.iter().filter(|(board, _)| board.as_ref().is_some_and(|id| hidden.contains(id))) {
            outlet.close(close::SESSION_ENDED, "the board may not be seen any more");
        }
    }
}

async fn write_down(app: &App) {
    if let Err(error) = app.activity.write_down(&app.db, app.now()).await {
        tracing::warn!(error = chain(&error), "could not write down when sessions were used: {error}");
    }
}
