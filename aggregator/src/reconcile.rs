//! The loop: what changed is rolled up, whoever changed it and whenever it was noticed.
//!
//! Periodic and poked; one path for a quiet day, a backlog and the hour after a crash. Boards first,
//! the rest behind.

mod behind;
mod boards;
pub(crate) mod carry;
mod cases;
mod definitions;

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use rules::time::{Millis, Now, date_of};
use sql::Db;
use sql::behind::Writes;
use sql::registry::Registry;
use sql::rollup::{Key, Rollup};
use sql::signal::Written;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::board::{self, OnBoards};
use crate::desk::Desk;
use crate::error::Error;
use crate::merge::{self, Terms};
use crate::roll::Context;
use crate::touch;

/// How the loop paces itself.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Least time between the starts of two passes: what comes meanwhile shares the next one.
    pub tick: Duration,
    /// Longest time without a pass, because other processes write without a poke.
    pub period: Duration,
    /// Time between two looks at the marks when there is no backlog.
    pub behind: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self { tick: Duration::from_millis(50), period: Duration::from_secs(1), behind: Duration::from_secs(2) }
    }
}

/// What a pass leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// Nothing that is known.
    Nothing,
    /// Work that waits.
    Backlog,
    /// Events come in faster than they are merged.
    Flood,
}

/// Events of a page from which on it may be a flood.
const FLOOD_FROM: usize = 1_000;
/// It is one when meanwhile, while they were merged, this share of as many came again.
const FLOOD_SHARE: usize = 8;
/// In a flood merging rests this many times as long as it took: it shares processors and the one writer with intake,
/// which comes first.
const REST_IN_FLOOD: u32 = 9;
/// And at most so long: boards then follow in steps of about a second.
const LONGEST_REST: Duration = Duration::from_secs(1);

/// Roll-ups measured anew in one pass because their time has come; more wait for the next.
const DUE_AT_ONCE: i64 = 2_000;

/// How far the loop is, for `/readyz`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Whether every window of every board has been rolled up since the start.
    pub boards_stand: bool,
    /// Marks that wait; older history still rolls up behind.
    pub marks: i64,
    /// When the last pass ended.
    pub passed_at: Option<Millis>,
    /// Why the last pass failed; None when it did not.
    pub fault: Option<String>,
}

/// Rolls up until `shutdown`; the pass that runs then is finished.
pub async fn run(config: Config, db: Db, zone: Tz, now: Now, progress: watch::Sender<Progress>, shutdown: CancellationToken) {
    let (mut log, mut definitions) = (db.signal().watch_log(), db.signal().watch_registry());
    let mut reconciler =
        Reconciler { db, zone, now, registry: None, terms: None, desk: None, boards_at: None, on_boards: None, behind_at: None, progress };
    while !shutdown.is_cancelled() {
        let began = Instant::now();
        // Registered before the pass reads, so that what is written meanwhile wakes the next one.
        log.mark_unchanged();
        definitions.mark_unchanged();
        let left = reconciler.attempt(config.behind).await;
        let took = began.elapsed();
        metrics::histogram!("pantau_aggregate_pass_seconds").record(took.as_secs_f64());
        let next = if left == Left::Flood { Instant::now() + (took * REST_IN_FLOOD).min(LONGEST_REST) } else { began + config.tick };
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = tokio::time::sleep_until(next) => {}
        }
        if left != Left::Nothing {
            continue;
        }
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = log.changed() => {}
            _ = definitions.changed() => {}
            () = tokio::time::sleep_until(began + config.period) => {}
        }
    }
}

/// Rolls up everything that waits, then returns: for a store that no server has open.
///
/// # Errors
/// A failed read or write, or what polars reports.
pub async fn settle(db: &Db, zone: Tz, now: Now) -> Result<(), Error> {
    let progress = watch::Sender::new(Progress::default());
    let mut reconciler = Reconciler {
        db: db.clone(),
        zone,
        now,
        registry: None,
        terms: None,
        desk: None,
        boards_at: None,
        on_boards: None,
        behind_at: None,
        progress,
    };
    while reconciler.pass(Duration::ZERO).await? != Left::Nothing {}
    Ok(())
}

struct Reconciler {
    db: Db,
    zone: Tz,
    now: Now,
    registry: Option<Arc<Registry>>,
    /// By what cases are judged, by that configuration.
    terms: Option<Arc<Terms>>,
    /// The cases of the services that are measured; None until they are asked for.
    desk: Option<Arc<Desk>>,
    /// The day and revision for which the boards' windows were computed whole.
    boards_at: Option<(NaiveDate, i64)>,
    /// The windows that boards show, on a day and by a revision.
    on_boards: Option<((NaiveDate, i64), Arc<OnBoards>)>,
    behind_at: Option<Instant>,
    progress: watch::Sender<Progress>,
}

impl Reconciler {
    /// One pass; a failure is logged once, shown on `/readyz` and tried again a period later.
    async fn attempt(&mut self, behind: Duration) -> Left {
        let outcome = self.pass(behind).await;
        let passed_at = (self.now)();
        let (fault, left) = match outcome {
            Ok(left) => (None, left),
            Err(error) => {
                if self.progress.borrow().fault.is_none() {
                    tracing::error!(error = &error as &dyn std::error::Error, "a roll-up pass failed; it is tried again");
                }
                (Some(error.to_string()), Left::Nothing)
            }
        };
        self.progress.send_modify(|progress| {
            progress.fault = fault;
            progress.passed_at = Some(passed_at);
        });
        left
    }

    async fn pass(&mut self, behind: Duration) -> Result<Left, Error> {
        let mut standing = sql::progress::standing(&self.db).await?;
        let context = self.context(standing.revision).await?;
        let today = date_of(context.now, context.zone);
        carry::mark(&context, today, standing.carried_day).await?;
        let boards_stand = self.boards_at == Some((today, context.registry.revision));
        let terms = self.terms.clone().expect("whoever has a context has them");
        let (mut changed, mut moved) = (Vec::new(), Vec::new());
        let flooded = loop {
            let page = merge::next_page(&context, &terms, &standing).await?;
            metrics::counter!("pantau_aggregate_events_total").increment(page.events as u64);
            // A page of another process that this one did not see: read anew when it is asked for.
            self.desk = self.desk.take().and_then(|mut desk| Arc::make_mut(&mut desk).follow(page.merged, &page.moved).then_some(desk));
            changed.extend(page.changed);
            moved.extend(page.moved);
            if page.events < FLOOD_FROM && !page.more {
                break false;
            }
            let before = std::mem::replace(&mut standing, sql::progress::standing(&self.db).await?);
            let grew = usize::try_from(standing.head - before.head).unwrap_or_default();
            // The boards get what is merged so far instead of waiting for the end of a flood.
            let flooded = page.events >= FLOOD_FROM && grew >= page.events / FLOOD_SHARE;
            if flooded || !page.more {
                break flooded;
            }
        };
        let due = match standing.next_due.is_some_and(|due| due <= context.now) {
            true => sql::rollup::due(&self.db, context.now, DUE_AT_ONCE).await?,
            false => Vec::new(),
        };
        let more_due = due.len() as i64 >= DUE_AT_ONCE;
        if boards_stand {
            let on_boards = self.on_boards(&context, today);
            let mut rows = boards::touched(&context, &on_boards, &changed).await?;
            let touched = touch::stretches(&context.registry, self.zone, today, &moved);
            rows.extend(self.measure(&context, cases::on_boards(&context, &on_boards, &touched)).await?);
            write(&self.db, &rows).await?;
        } else {
            let mut rows = boards::whole(&context, today).await?;
            rows.extend(self.measure(&context, cases::all_on_boards(&context, today)).await?);
            write(&self.db, &rows).await?;
            self.boards_at = Some((today, context.registry.revision));
            self.progress.send_modify(|progress| progress.boards_stand = true);
        }
        self.by_time(&context, due).await?;
        if flooded {
            return Ok(Left::Flood);
        }
        let backlog = self.behind(&context, today, behind).await?;
        Ok(if backlog || more_due { Left::Backlog } else { Left::Nothing })
    }

    /// The windows that boards show on this day.
    fn on_boards(&mut self, context: &Context, today: NaiveDate) -> Arc<OnBoards> {
        let at = (today, context.registry.revision);
        match &self.on_boards {
            Some((known, windows)) if *known == at => Arc::clone(windows),
            _ => {
                let windows = Arc::new(board::windows(&context.registry, today));
                self.on_boards = Some((at, Arc::clone(&windows)));
                windows
            }
        }
    }

    /// The configuration in force and the moment of this pass; a new revision leaves its marks first.
    async fn context(&mut self, revision: i64) -> Result<Context, Error> {
        let registry = match &self.registry {
            Some(registry) if registry.revision == revision => Arc::clone(registry),
            _ => {
                let registry = Arc::new(sql::registry::load(&self.db, None).await?);
                let terms = Terms::of(&self.db, &registry, self.zone).await?;
                let context = Context { db: self.db.clone(), registry: Arc::clone(&registry), zone: self.zone, now: (self.now)() };
                // Cases may be folded anew, and others may be measured.
                self.desk = None;
                definitions::mark(&context, &terms).await?;
                self.terms = Some(Arc::new(terms));
                self.registry = Some(registry);
                return Ok(context);
            }
        };
        Ok(Context { db: self.db.clone(), registry, zone: self.zone, now: (self.now)() })
    }

    /// The cases of the measured services, read when they are not at hand.
    async fn desk(&mut self, context: &Context) -> Result<Arc<Desk>, Error> {
        if let Some(desk) = &self.desk {
            return Ok(Arc::clone(desk));
        }
        let desk = Arc::new(Desk::read(&self.db, &context.registry).await?);
        self.desk = Some(Arc::clone(&desk));
        Ok(desk)
    }

    async fn measure(&mut self, context: &Context, asked: cases::Asked) -> Result<Vec<Rollup>, Error> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let desk = self.desk(context).await?;
        cases::measure(context, &desk, asked).await
    }

    /// Roll-ups that time alone has changed.
    async fn by_time(&mut self, context: &Context, due: Vec<Key>) -> Result<(), Error> {
        let due = cases::due(context, due);
        if !due.left.is_empty() {
            let mut writes = Writes::default();
            sql::rollup::leave(&mut writes, &due.left);
            writes.commit(&self.db).await?;
        }
        let rows = self.measure(context, due.asked).await?;
        write(&self.db, &rows).await
    }

    /// A slice of the windows outside the boards; tells whether there is a backlog.
    async fn behind(&mut self, context: &Context, today: NaiveDate, pause: Duration) -> Result<bool, Error> {
        if self.behind_at.is_some_and(|at| at.elapsed() < pause) {
            return Ok(false);
        }
        // Nothing is read for a district without cases.
        let desk = match touch::by_service(&context.registry).is_empty() {
            true => Arc::default(),
            false => self.desk(context).await?,
        };
        let left = behind::slice(context, today, &desk).await?;
        metrics::gauge!("pantau_aggregate_marks").set(left as f64);
        self.progress.send_modify(|progress| progress.marks = left);
        // A backlog is worked off without pause; when it is gone the next look may wait.
        self.behind_at = (left == 0).then(Instant::now);
        Ok(left > 0)
    }
}

/// Commits roll-ups, and tells whoever listens which ones.
async fn commit(db: &Db, writes: Writes, rows: &[Rollup]) -> Result<(), Error> {
    if let Some(version) = writes.commit(db).await?.and_then(|done| done.version) {
        db.signal().rollups_written(Written::Here { version, keys: rows.iter().map(|row| row.key).collect() });
    }
    Ok(())
}

/// Rows in one transaction: intake waits for no more than some milliseconds.
const ROWS_AT_ONCE: usize = 2_000;

/// Writes roll-ups in short transactions, and tells whoever listens.
async fn write(db: &Db, rows: &[Rollup]) -> Result<(), Error> {
    for piece in rows.chunks(ROWS_AT_ONCE) {
        let mut writes = Writes::default();
        sql::rollup::put(db, &mut writes, piece).await?;
        commit(db, writes, piece).await?;
    }
    Ok(())
}
