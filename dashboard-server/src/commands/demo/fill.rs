//! The year in the store: configuration first, then each day as it would have come in.

use std::io::IsTerminal;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use dashboard_server::apply;
use indicatif::{ProgressBar, ProgressStyle};
use rules::time::{Millis, Now, date_of, start_of};
use sql::Db;
use sql::log::Appender;
use sql::registry::Registry;
use tokio::sync::mpsc;

use super::super::Failure;
use crate::demo::year;

/// The district is known before its year begins, so that tables as known at any moment of it are whole.
const KNOWN_BEFORE: Days = Days::new(500);
/// Batches of a year, for the progress bar: one for each of some 400 days.
const BATCHES: u64 = 400;
/// Days told ahead, and at most in one commit; more would only take memory.
const DAYS_AHEAD: usize = 40;
const ACTOR: &str = "demo";

/// Applies the district to an empty store and appends the days that the log does not have yet.
/// Returns the configuration.
pub(super) async fn fill(db: &Db, seed: u64, zone: Tz, now: &Now) -> Result<Arc<Registry>, Failure> {
    let today = date_of(now(), zone);
    if sql::registry::revision(db).await? == 0 {
        let long_ago = start_of(today.checked_sub_days(KNOWN_BEFORE).unwrap_or(NaiveDate::MIN), zone);
        let then: Now = Arc::new(move || long_ago);
        apply::apply(db, &then, ACTOR, &apply::embedded_example()).await?;
    }
    let registry = Arc::new(sql::registry::load(db, None).await?);
    append(db, &registry, seed, today, zone).await?;
    Ok(registry)
}

/// Appends what was received after the newest receipt: all of it at the first start, the days since at a later one.
async fn append(db: &Db, registry: &Arc<Registry>, seed: u64, today: NaiveDate, zone: Tz) -> Result<(), Failure> {
    let newest = sql::log::newest_received_at(db).await?.unwrap_or(Millis::MIN);
    let (made, mut batches) = mpsc::channel(DAYS_AHEAD);
    let registry = Arc::clone(registry);
    // The next days are told while those before are written.
    let telling = tokio::task::spawn_blocking(move || {
        for batch in year(&registry, seed, today, zone) {
            if made.blocking_send(batch).is_err() {
                break;
            }
        }
    });
    let mut appender = Appender::new(db.clone());
    let bar = progress();
    let mut days = Vec::with_capacity(DAYS_AHEAD);
    while batches.recv_many(&mut days, DAYS_AHEAD).await > 0 {
        bar.inc(days.len() as u64);
        let past = days.drain(..).filter(|day| day.received_at > newest).map(|day| (day.received_at, day.events));
        appender.append_past(past.collect()).await?;
    }
    bar.finish_and_clear();
    db.signal().log_written();
    telling.await.map_err(|cause| Failure::run("the year could not be told to its end").because(cause))
}

fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("filling the year {wide_bar} {percent} %").expect("the template is a constant");
    ProgressBar::new(BATCHES).with_style(style)
}
