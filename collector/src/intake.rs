//! The way of a batch from a door to its answer: unpack, read, sort, number its sources, queue, wait for the commit.
//!
//! Owns the order of these steps and the budgets along it. Must never know HTTP or WebSocket: doors bring a key and a
//! body and word what comes back.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use chrono_tz::Tz;
use rules::time::Now;
use sql::Db;
use sql::key::Key;
use sql::log::{Content, NewEvent};
use sql::registry::Registry;
use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::answer::{Answer, Code, Rejection};
use crate::below::Below;
use crate::health::{Health, Pulse};
use crate::keys::Keys;
use crate::limits::{Budget, Held, PerKey, SOURCES_BELOW};
use crate::queue::{Arrival, Committed, Queue, Verdict};
use crate::sentence::quoted;
use crate::stats;
use crate::unavailable::Unavailable;
use crate::unpack::{Packing, UnpackError, unpack};
use crate::validate::{Gate, Sorted, Unnumbered};
use crate::wire::{self, BodyError, Form};

/// The configuration in force, asked for once a batch.
pub type CurrentRegistry = Arc<dyn Fn() -> Arc<Registry> + Send + Sync>;

/// A body up to this size is read where it came in; a larger one on the blocking pool, because it takes more than half a millisecond.
const READ_IN_PLACE: usize = 64 * 1024;

/// Bytes that a short event has; room is made for as many events as a body can hold of these.
const BYTES_OF_EVENT: usize = 192;

/// Bytes that an event of the house's own commands counts in the budget; they have no body to measure.
const BYTES_PER_EVENT: usize = 256;

/// A handle on intake; cheap to clone.
#[derive(Clone)]
pub struct Intake {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) registry: CurrentRegistry,
    /// A revision that intake found before it was published.
    pub(crate) ahead: ArcSwapOption<Registry>,
    pub(crate) db: Db,
    pub(crate) zone: Tz,
    pub(crate) now: Now,
    pub(crate) keys: Keys,
    pub(crate) below: Below,
    pub(crate) queue: Queue,
    pub(crate) budget: Budget,
    /// One place for each processor: more bodies at once would only share them.
    pub(crate) readers: Semaphore,
    pub(crate) requests: PerKey,
    pub(crate) sockets_of: PerKey,
    pub(crate) sockets: Arc<Semaphore>,
    pub(crate) pulse: Arc<Pulse>,
    pub(crate) tracker: TaskTracker,
    pub(crate) shutdown: CancellationToken,
}

/// Why a batch is refused whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Not JSON, not an event or list, or broken compression.
    #[error("{0}")]
    NotEvents(String),
    /// Too many bytes or events.
    #[error("{0}")]
    TooLarge(String),
    /// Nothing wrong with the batch.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// A batch on its way to the log.
#[derive(Debug)]
pub(crate) struct Taken {
    /// `None` when no event was admitted: then there is nothing to wait for.
    verdict: Option<oneshot::Receiver<Verdict>>,
    /// Place in the batch of each submitted event.
    places: Vec<usize>,
    rejected: Vec<Rejection>,
}

impl Intake {
    /// Puts events of the house's own commands behind those that wait, and returns after the durable commit.
    /// They are not validated: the caller vouches for numbers and shapes.
    ///
    /// # Errors
    /// [`Unavailable`]; nothing is stored then.
    pub async fn submit(&self, events: Vec<NewEvent>) -> Result<Committed, Unavailable> {
        let mut held = Held::default();
        self.inner.budget.hold(&mut held, events.len() * BYTES_PER_EVENT).map_err(|_| Unavailable::Overloaded)?;
        self.inner.queue.submit(events, None, held)?.await.unwrap_or(Err(Unavailable::Stopping))
    }

    /// How intake is doing.
    pub fn health(&self) -> Health {
        self.inner.pulse.health(self.inner.queue.depth())
    }

    /// Takes a batch up to the queue. `held` is the budget its body uses already.
    pub(crate) async fn take(&self, key: &Arc<Key>, body: Bytes, packing: Packing, held: Held) -> Result<Taken, Refusal> {
        let inner = &self.inner;
        let (mut sorted, mut held, mut arrival) = self.read(key, body.clone(), packing, held).await?;
        // Someone who adds a unit and sends for it at once must not be told that it is unknown.
        if sorted.rejected.iter().any(|rejection| rejection.code.may_be_news()) && inner.look_for_revision().await {
            drop(arrival);
            (sorted, held, arrival) = self.read(key, body, packing, held).await?;
        }
        let Sorted { mut events, mut places, unnumbered, mut rejected } = sorted;
        if !unnumbered.ids.is_empty() {
            self.number(key, unnumbered, &mut events, &mut places, &mut rejected).await?;
        }
        let verdict = if events.is_empty() { None } else { Some(inner.queue.submit(events, Some(Arc::clone(key)), held)?) };
        drop(arrival);
        Ok(Taken { verdict, places, rejected })
    }

    /// Bytes to sorted events; off the async threads when there are many.
    async fn read(&self, key: &Arc<Key>, body: Bytes, packing: Packing, held: Held) -> Result<(Sorted, Held, Option<Arrival>), Refusal> {
        let inner = &self.inner;
        if packing == Packing::Plain && body.len() <= READ_IN_PLACE {
            // Read sooner than a writer that waits for it would be woken.
            let (sorted, held) = inner.read(key, body, packing, held)?;
            return Ok((sorted, held, None));
        }
        let _reader = inner.readers.acquire().await.map_err(|_| Unavailable::Stopping)?;
        let arrival = inner.queue.announce();
        let (this, key) = (Arc::clone(inner), Arc::clone(key));
        // A panic here is a bug in reading one body; it must fail that body alone.
        let read = tokio::task::spawn_blocking(move || this.read(&key, body, packing, held)).await;
        let (sorted, held) = read.map_err(|_| Unavailable::Store)??;
        Ok((sorted, held, Some(arrival)))
    }

    /// Gives the sources below the key's their numbers; events of one source too many are rejected.
    async fn number(
        &self,
        key: &Key,
        unnumbered: Unnumbered,
        events: &mut Vec<NewEvent>,
        places: &mut Vec<usize>,
        rejected: &mut Vec<Rejection>,
    ) -> Result<(), Unavailable> {
        let numbers = self.inner.below.ensure(key.source, &unnumbered.ids).await.map_err(|cause| Unavailable::from_store(&cause))?;
        let mut refused = vec![false; events.len()];
        for waiting in unnumbered.waiting {
            match (numbers[waiting.source], &mut events[waiting.event]) {
                (Some(number), NewEvent { content: Content::Void { source, .. }, .. }) if waiting.voided => *source = number,
                (Some(number), event) => event.source = number,
                (None, event) => {
                    let detail = format!(
                        "{} would be one source too many; expected at most {SOURCES_BELOW} below {}",
                        quoted(&unnumbered.ids[waiting.source]),
                        quoted(&key.source_id)
                    );
                    refused[waiting.event] = true;
                    rejected.push(Rejection { index: places[waiting.event], id: event.id.clone(), code: Code::ForbiddenSource, detail });
                }
            }
        }
        if refused.contains(&true) {
            let mut stays = refused.iter().map(|refused| !refused);
            events.retain(|_| stays.next().unwrap_or(true));
            let mut stays = refused.iter().map(|refused| !refused);
            places.retain(|_| stays.next().unwrap_or(true));
            rejected.sort_by_key(|rejection| rejection.index);
            rejected.dedup_by_key(|rejection| rejection.index);
        }
        Ok(())
    }
}

impl Inner {
    /// The newest configuration known here.
    fn current(&self) -> Arc<Registry> {
        let published = (self.registry)();
        match &*self.ahead.load() {
            Some(ahead) if ahead.revision > published.revision => Arc::clone(ahead),
            _ => published,
        }
    }

    /// Loads the configuration when the store has a newer one than is known here; tells whether it had.
    async fn look_for_revision(&self) -> bool {
        match sql::registry::revision(&self.db).await {
            Ok(revision) if revision > self.current().revision => {}
            // A store that cannot be read shows when the batch is committed.
            _ => return false,
        }
        self.db.signal().registry_written();
        match sql::registry::load(&self.db, None).await {
            Ok(registry) => {
                self.ahead.store(Some(Arc::new(registry)));
                true
            }
            Err(_) => false,
        }
    }

    /// The part that only needs a processor: bytes to sorted events.
    fn read(&self, key: &Key, body: Bytes, packing: Packing, mut held: Held) -> Result<(Sorted, Held), Refusal> {
        let body = unpack(body, packing, &self.budget, &mut held).map_err(|error| match error {
            UnpackError::TooLarge => Refusal::TooLarge(error.to_string()),
            UnpackError::Broken(_) => Refusal::NotEvents(error.to_string()),
            UnpackError::UsedUp => Refusal::Unavailable(Unavailable::Overloaded),
        })?;
        stats::batch_read(body.len());
        let registry = self.current();
        let numbers = self.below.numbers();
        let number_of = |id: &str| numbers.get(id).copied();
        let gate = Gate::new(&registry, key, &number_of, self.zone, (self.now)());
        let mut sorting = gate.sort(body.len() / BYTES_OF_EVENT + 1);
        let form = wire::read(&body, &mut sorting).map_err(|error| match error {
            BodyError::NotEvents(detail) => Refusal::NotEvents(detail),
            BodyError::TooMany => Refusal::TooLarge(error.to_string()),
        })?;
        let mut sorted = sorting.done();
        match sorted.rejected.pop() {
            Some(rejection) if form == Form::Alone && rejection.code == Code::NotCloudevent => {
                return Err(Refusal::NotEvents(rejection.detail));
            }
            last => sorted.rejected.extend(last),
        }
        Ok((sorted, held))
    }
}

impl Taken {
    /// The answer, after the durable commit.
    ///
    /// # Errors
    /// [`Unavailable`]; nothing of the batch is stored then.
    pub(crate) async fn answer(self) -> Result<Answer, Unavailable> {
        let committed = match self.verdict {
            Some(verdict) => verdict.await.unwrap_or(Err(Unavailable::Stopping))?,
            None => Committed::default(),
        };
        let mut rejected = self.rejected;
        if !committed.conflicts.is_empty() {
            rejected.extend(committed.conflicts.into_iter().map(|(place, id)| Rejection {
                index: self.places[place],
                detail: format!(
                    "`id` {} of this source was taken before with other content; expected a new id for new content",
                    quoted(&id)
                ),
                id,
                code: Code::Conflict,
            }));
            rejected.sort_by_key(|rejection| rejection.index);
        }
        let answer = Answer { accepted: committed.accepted, duplicates: committed.duplicates, rejected };
        stats::answered(&answer);
        Ok(answer)
    }
}
