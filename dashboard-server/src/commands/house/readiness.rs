//! How intake and roll-up stand, for `/readyz`.

use aggregator::Progress;
use collector::Intake;
use dashboard_server::{Check, Readiness, Report, Rollups};
use rules::time::{Millis, Now};
use sql::{Db, Error};
use tokio::sync::watch;

/// What the two parts know of themselves.
pub(super) struct Standing {
    intake: Intake,
    progress: watch::Receiver<Progress>,
    now: Now,
    /// Intake learns of older receipts only when it writes; a clock that was wrong from the start is seen by this.
    newest_receipt: Option<Millis>,
}

impl Standing {
    pub(super) async fn new(db: &Db, intake: Intake, progress: watch::Receiver<Progress>, now: Now) -> Result<Self, Error> {
        let newest_receipt = sql::log::newest_received_at(db).await?;
        Ok(Self { intake, progress, now, newest_receipt })
    }

    fn behind_ms(&self) -> Option<Millis> {
        let behind = self.newest_receipt? - (self.now)();
        (behind > 0).then_some(behind)
    }
}

impl Readiness for Standing {
    fn report(&self) -> Report {
        let health = self.intake.health();
        let progress = self.progress.borrow();
        let log = match health.clock_behind_ms.or_else(|| self.behind_ms()) {
            Some(behind) => Check::wrong(format!(
                "the clock is {} s behind the newest receipt; set the clock, intake goes on by itself",
                behind.div_euclid(1000) + 1
            )),
            None if health.store_failing => Check::wrong("the last commit failed; the log says why"),
            None => Check::right(),
        };
        let disk = match health.disk_full {
            true => Check::wrong("the disk of the database is full; free some space, intake goes on by itself"),
            false => Check::right(),
        };
        Report {
            log,
            disk,
            queue_age_ms: u64::try_from(health.oldest.as_millis()).unwrap_or(u64::MAX),
            rollups: Rollups { boards_stand: progress.boards_stand, waiting: progress.marks, fault: progress.fault.clone() },
        }
    }
}
