//! What the steps of each case come to, from the log: folded once for every question about the same place of it.

use std::sync::Arc;

use chrono_tz::Tz;
use rules::case::{CaseState, Known, Step};
use rules::time::Millis;
use sql::Db;
use sql::log::{CaseSteps, CasesHead, Texts, steps_by_case};
use sql::registry::Registry;

use crate::error::Error;

/// A case by everything that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Folded {
    /// Number of its service.
    pub service: i64,
    /// Its id within the service.
    pub case: String,
    /// What it has come to.
    pub state: CaseState,
    /// Its target, or that of its service's standard.
    pub due: Option<Millis>,
    /// Its steps that count, by time.
    pub steps: Vec<(Step, Millis)>,
}

impl Folded {
    /// The step that it had reached by a moment.
    pub fn last_step(&self, as_of: Millis) -> Option<Step> {
        self.steps.iter().rfind(|(_, at)| *at <= as_of).map(|(step, _)| *step)
    }
}

/// The cases of the services in force by the log up to `head` and what happened by `as_of`, the newest first, those without a submission last.
///
/// # Errors
/// A failed read.
pub async fn fold(db: &Db, registry: &Arc<Registry>, zone: Tz, head: CasesHead, as_of: Millis) -> Result<Vec<Folded>, Error> {
    let steps = steps_by_case(db, head.steps.max(head.voids), as_of, Texts::Read).await?;
    let registry = Arc::clone(registry);
    let work = tokio::task::spawn_blocking(move || {
        let mut cases: Vec<Folded> = steps.into_iter().filter_map(|case| folded(&registry, zone, case)).collect();
        cases.sort_unstable_by(|a, b| (b.state.submitted_at, a.service, &a.case).cmp(&(a.state.submitted_at, b.service, &b.case)));
        cases
    });
    work.await.map_err(Error::Worker)
}

fn folded(registry: &Registry, zone: Tz, CaseSteps { service: no, case, events }: CaseSteps) -> Option<Folded> {
    let service = registry.service_no(no)?;
    let known = Known::of(&events);
    let state = known.state(service.ends_at)?;
    let due = registry.due(service, &state, zone);
    let steps = known.steps().into_iter().map(|(at, step, _)| (step, at)).collect();
    Some(Folded { service: no, case, state, due, steps })
}
