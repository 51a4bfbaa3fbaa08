//! Sessions, keys and rights behind the sockets, looked at for all of them at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::Who;
use crate::access::{Action, can};
use crate::app::App;
use crate::feed::Plan;
use crate::problem::chain;
use crate::socket::{Outlet, close};

/// Sessions, keys and rights are looked at again this often: what another process ended closes
/// within this.
const RECHECK: Duration = Duration::from_secs(5);
/// With every so many looks, what was noted of sessions is written down: once a minute.
const WRITE_DOWN: u64 = 12;

/// Looks after the sockets until `shutdown`.
pub(crate) async fn run(app: Arc<App>, shutdown: CancellationToken) {
    let mut tick = tokio::time::interval(RECHECK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count = 0u64;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = tick.tick() => {}
        }
        count += 1;
        recheck(&app).await;
        if count.is_multiple_of(WRITE_DOWN) {
            write_down(&app).await;
        }
    }
    write_down(&app).await;
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
