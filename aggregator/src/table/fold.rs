//! What the steps of each case come to, from the log: folded once for every question about the same place of it.

use std::sync::Arc;

use rules::case::{CaseState, Known, Step, StepEvent};
use rules::time::Millis;
use sql::Db;
use sql::log::{CasesHead, LoggedStep};
use sql::registry::Registry;

use super::cases::{by_case, standard, standing_steps};
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

/// The cases of the services in force by the log up to `head`, the newest first, those without a submission last.
///
/// # Errors
/// A failed read.
pub async fn fold(db: &Db, registry: &Arc<Registry>, head: CasesHead) -> Result<Vec<Folded>, Error> {
    let steps = standing_steps(db, head.steps.max(head.voids)).await?;
    let registry = Arc::clone(registry);
    let work = tokio::task::spawn_blocking(move || {
        let mut cases: Vec<Folded> = by_case(&steps, whole).into_iter().filter_map(|case| folded(&registry, case)).collect();
        cases.sort_unstable_by(|a, b| (b.state.submitted_at, a.service, &a.case).cmp(&(a.state.submitted_at, b.service, &b.case)));
        cases
    });
    work.await.map_err(Error::Worker)
}

fn folded(registry: &Registry, (case, (no, events)): (&str, (i64, Vec<StepEvent>))) -> Option<Folded> {
    let service = registry.service_no(no)?;
    let known = Known::of(&events);
    let state = known.state(service.ends_at)?;
    let due = state.due.or_else(|| standard(service, state.submitted_at?));
    let steps = known.steps().into_iter().map(|(at, step, _)| (step, at)).collect();
    Some(Folded { service: no, case: case.to_owned(), state, due, steps })
}

fn whole(step: &LoggedStep) -> StepEvent {
    StepEvent {
        class: step.what.class.clone(),
        channel: step.what.channel.clone(),
        area: step.what.area.clone(),
        ..super::cases::event(step)
    }
}
