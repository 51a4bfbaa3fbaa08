//! What the steps of cases come to: a touched case is folded anew from all its steps.
//!
//! Which steps count and what they say is the rules' matter; here is which cases a page touches and
//! where their earlier steps stand.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono_tz::Tz;
use rules::case::{CaseState, Known, StepEvent};
use rules::service::{EndsAt, Service};
use sql::Db;
use sql::case_state::{self, Key, Stored};
use sql::log::{Entry, LoggedStep};
use sql::registry::Registry;

use crate::cases::Case;
use crate::error::Error;

/// By what the cases of each service are judged: the step at which they end, and how long they may take.
pub(crate) struct Terms {
    services: HashMap<i64, Service>,
    registry: Arc<Registry>,
    zone: Tz,
}

impl Terms {
    /// Those of a revision of the configuration.
    ///
    /// # Errors
    /// A failed read.
    pub(crate) async fn of(db: &Db, registry: &Arc<Registry>, zone: Tz) -> Result<Self, Error> {
        let services = sql::service::last_words(db, registry.revision).await?;
        Ok(Self { services, registry: Arc::clone(registry), zone })
    }

    /// The services, by number.
    pub(crate) fn services(&self) -> impl Iterator<Item = (i64, &Service)> {
        self.services.iter().map(|(no, service)| (*no, service))
    }
}

/// A case about which tables now say something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    /// Number of the service.
    pub(crate) service: i64,
    /// Id within it.
    pub(crate) case: String,
    /// As tables knew it; None when they did not.
    pub(crate) before: Option<Case>,
    /// As they know it now.
    pub(crate) after: Option<Case>,
}

/// What a page does to cases.
#[derive(Debug, Default)]
pub(crate) struct CasePlan {
    /// Rows to write.
    pub(crate) put: Vec<Stored>,
    /// Cases of which nothing is known any more.
    pub(crate) gone: Vec<Key>,
    /// What changes in tables.
    pub(crate) moved: Vec<Moved>,
}

/// Folds the cases that a page touches. `voided` are events of the page that do not count, `struck` places in the log
/// that a void of the page takes away.
pub(super) async fn plan(
    db: &Db,
    terms: &Terms,
    entries: &[Entry],
    voided: &HashSet<(i64, String)>,
    struck: &[i64],
) -> Result<CasePlan, Error> {
    let mut touched: BTreeMap<Key, Vec<LoggedStep>> = BTreeMap::new();
    for entry in entries {
        let Entry::Step(step) = entry else { continue };
        let steps = touched.entry((step.what.service, step.what.case.clone())).or_default();
        if voided.is_empty() || !voided.contains(&(step.source, step.event_id.clone())) {
            steps.push(step.clone());
        }
    }
    if !struck.is_empty() {
        for step in sql::log::steps_at(db, struck.to_vec()).await? {
            touched.entry((step.what.service, step.what.case)).or_default();
        }
    }
    if touched.is_empty() {
        return Ok(CasePlan::default());
    }
    let known = case_state::by_keys(db, touched.keys().cloned().collect()).await?;
    let struck: HashSet<i64> = struck.iter().copied().collect();
    refolded(db, terms, known, touched, &struck).await
}

/// Folds stored cases anew, because they are judged otherwise now.
pub(crate) async fn again(db: &Db, terms: &Terms, known: Vec<Stored>) -> Result<CasePlan, Error> {
    let touched = known.iter().map(|stored| ((stored.service, stored.case.clone()), Vec::new())).collect();
    refolded(db, terms, known, touched, &HashSet::new()).await
}

async fn refolded(
    db: &Db,
    terms: &Terms,
    known: Vec<Stored>,
    mut touched: BTreeMap<Key, Vec<LoggedStep>>,
    struck: &HashSet<i64>,
) -> Result<CasePlan, Error> {
    let earlier = known.iter().flat_map(|stored| &stored.steps).copied().filter(|seq| !struck.contains(seq)).collect();
    for step in sql::log::steps_at(db, earlier).await? {
        if let Some(steps) = touched.get_mut(&(step.what.service, step.what.case.clone())) {
            steps.push(step);
        }
    }
    let mut known: HashMap<Key, Stored> = known.into_iter().map(|stored| ((stored.service, stored.case.clone()), stored)).collect();
    let mut plan = CasePlan::default();
    for (key, steps) in touched {
        let before = known.remove(&key);
        let after = fold(terms, key.clone(), steps);
        if before == after {
            continue;
        }
        let (was, is) = (before.as_ref().and_then(case_of), after.as_ref().and_then(case_of));
        if was != is {
            plan.moved.push(Moved { service: key.0, case: key.1.clone(), before: was, after: is });
        }
        match after {
            Some(after) => plan.put.push(after),
            None => plan.gone.push(key),
        }
    }
    Ok(plan)
}

/// What these steps of a case come to, in whatever order; None when there are none.
pub(crate) fn fold(terms: &Terms, (service, case): Key, steps: Vec<LoggedStep>) -> Option<Stored> {
    let mut places: Vec<i64> = steps.iter().map(|step| step.seq).collect();
    places.sort_unstable();
    let events: Vec<StepEvent> = steps.into_iter().map(event_of).collect();
    // A service always has a word; one that lost it could only end where every case ends.
    let terms_of = terms.services.get(&service);
    let mut state = Known::of(&events).state(terms_of.map_or(EndsAt::Closed, |service| service.ends_at))?;
    state.due = terms_of.map_or(state.due, |service| terms.registry.due(service, &state, terms.zone));
    Some(Stored { service, case, state, steps: places })
}

fn event_of(logged: LoggedStep) -> StepEvent {
    let LoggedStep { seq, received_at, source, time, what, .. } = logged;
    let sql::log::CaseStep { unit, step, at, due, class, channel, area, .. } = what;
    StepEvent { step, at, unit, due, class, channel, area, source, time, received_at, seq }
}

/// The case as figures need it; None while it is incomplete.
pub(crate) fn case_of(stored: &Stored) -> Option<Case> {
    let CaseState { unit, submitted_at, end, due, .. } = &stored.state;
    Some(Case { unit: *unit, service: stored.service, opened: (*submitted_at)?, end: *end, due: *due, net: None })
}
