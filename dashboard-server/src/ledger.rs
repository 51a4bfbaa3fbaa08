//! What all cases have come to, folded from the log once and shared by everyone who asks, until the log says more of cases.
//!
//! Owns the newest fold: some hundred bytes a case. Must never know who asks, or what for.

use std::sync::Arc;

use aggregator::table::{Folded, fold};
use arc_swap::ArcSwapOption;
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
    /// The cases as the log says up to `head`, by this configuration. What was known in the past is not kept.
    pub(crate) async fn at(&self, db: &Db, registry: &Arc<Registry>, head: CasesHead, is_past: bool) -> Answer<Arc<Vec<Folded>>> {
        if let Some(cases) = self.known(registry.revision, head) {
            return Ok(cases);
        }
        let _turn = self.turn.acquire().await.map_err(|closed| Problem::internal(&closed))?;
        if let Some(cases) = self.known(registry.revision, head) {
            return Ok(cases);
        }
        let cases = Arc::new(fold(db, registry, head).await.map_err(|error| Problem::internal(&error))?);
        if !is_past {
            self.kept.store(Some(Arc::new(Kept { head, revision: registry.revision, cases: Arc::clone(&cases) })));
        }
        Ok(cases)
    }

    fn known(&self, revision: i64, head: CasesHead) -> Option<Arc<Vec<Folded>>> {
        let kept = self.kept.load();
        kept.as_ref().filter(|kept| kept.head == head && kept.revision == revision).map(|kept| Arc::clone(&kept.cases))
    }
}
