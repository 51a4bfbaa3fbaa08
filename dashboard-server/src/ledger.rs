//! What all cases have come to, folded from the log once and shared by everyone who asks, until the log says more of cases.
//!
//! Owns the newest fold: some hundred bytes a case. Must never know who asks, or what for.

use std::sync::Arc;

use aggregator::table::{Folded, fold};
use arc_swap::ArcSwapOption;
use chrono_tz::Tz;
use rules::time::Millis;
use sql::Db;
use sql::log::CasesHead;
use sql::registry::Registry;
use tokio::sync::Semaphore;

use crate::problem::{Answer, Problem};

/// The newest fold.
#[derive(Debug)]
pub(crate) struct Ledger {
    kept: ArcSwapOption<Kept>,
    /// One folds at a time: who comes meanwhile waits, and most often finds what they wanted.
    turn: Semaphore,
}

#[derive(Debug)]
struct Kept {
    head: CasesHead,
    revision: i64,
    cases: Arc<Vec<Folded>>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { kept: ArcSwapOption::empty(), turn: Semaphore::new(1) }
    }
}

impl Ledger {
    /// The cases as the log says up to `head`, by this configuration. A moment of the past, which knows nothing of what
    /// happened later, is folded for itself and not kept.
    pub(crate) async fn at(
        &self,
        db: &Db,
        registry: &Arc<Registry>,
        zone: Tz,
        head: CasesHead,
        past: Option<Millis>,
    ) -> Answer<Arc<Vec<Folded>>> {
        if let Some(cases) = self.known(registry.revision, head).filter(|_| past.is_none()) {
            return Ok(cases);
        }
        let _turn = self.turn.acquire().await.map_err(|closed| Problem::internal(&closed))?;
        if let Some(cases) = self.known(registry.revision, head).filter(|_| past.is_none()) {
            return Ok(cases);
        }
        let cases = Arc::new(fold(db, registry, zone, head, past.unwrap_or(Millis::MAX)).await.map_err(|error| Problem::internal(&error))?);
        if past.is_none() {
            self.kept.store(Some(Arc::new(Kept { head, revision: registry.revision, cases: Arc::clone(&cases) })));
        }
        Ok(cases)
    }

    fn known(&self, revision: i64, head: CasesHead) -> Option<Arc<Vec<Folded>>> {
        let kept = self.kept.load();
        kept.as_ref().filter(|kept| kept.head == head && kept.revision == revision).map(|kept| Arc::clone(&kept.cases))
    }
}
