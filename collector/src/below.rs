//! Numbers of the sources below a key's own (`S/…`): given at their first admitted event, then known from memory.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use sql::Db;
use tokio::sync::Mutex;

use crate::limits::SOURCES_BELOW;

/// Number by id.
pub(crate) type Numbers = HashMap<String, i64>;

/// The sources below others.
#[derive(Debug)]
pub(crate) struct Below {
    db: Db,
    /// What a batch looks up; replaced whole, because a new source is rare and a look-up is not.
    numbers: RwLock<Arc<Numbers>>,
    /// How many each source has below it. Held while numbers are given, so that the limit is exact.
    counts: Mutex<HashMap<i64, usize>>,
}

impl Below {
    pub(crate) fn new(db: Db) -> Self {
        Self { db, numbers: RwLock::default(), counts: Mutex::default() }
    }

    /// The numbers known at this moment.
    pub(crate) fn numbers(&self) -> Arc<Numbers> {
        Arc::clone(&self.numbers.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A number for each id below `parent`, in their order; `None` for one too many.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub(crate) async fn ensure(&self, parent: i64, ids: &[String]) -> Result<Vec<Option<i64>>, sql::Error> {
        let mut counts = self.counts.lock().await;
        let mut numbers = (*self.numbers()).clone();
        let mut count = match counts.get(&parent) {
            Some(count) => *count,
            None => {
                let stored = sql::source::all(&self.db).await?;
                let below = stored.into_iter().filter(|(_, _, above)| *above == Some(parent)).map(|(id, number, _)| (id, number));
                let before = numbers.len();
                numbers.extend(below);
                numbers.len() - before
            }
        };
        let mut given = Vec::with_capacity(ids.len());
        let mut tx = None;
        for id in ids {
            let number = match numbers.get(id) {
                Some(number) => Some(*number),
                None if count >= SOURCES_BELOW => None,
                None => {
                    let tx = match &mut tx {
                        Some(tx) => tx,
                        none => none.insert(self.db.begin().await?),
                    };
                    let number = sql::source::ensure(tx, id, Some(parent)).await?;
                    numbers.insert(id.clone(), number);
                    count += 1;
                    Some(number)
                }
            };
            given.push(number);
        }
        if let Some(tx) = tx {
            tx.commit().await?;
        }
        // Only what is committed is remembered.
        counts.insert(parent, count);
        *self.numbers.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(numbers);
        Ok(given)
    }
}
