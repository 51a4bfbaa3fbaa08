//! What the steps of cases come to: a touched case is folded anew from all its steps.
//!
//! Which steps count and what they say is the rules' matter; here is which cases a page touches and
//! where their earlier steps stand.

use std::collections::{BTreeMap, HashMap, HashSet};

use rules::case::{CaseState, Known, StepEvent};
use rules::service::EndsAt;
use sql::Db;
use sql::case_state::{self, Key, Stored};
use sql::log::{Entry, LoggedStep};

use crate::cases::Case;
use crate::error::Error;

/// At which step the cases of each service end, by its number.
pub(crate) type Ends = HashMap<i64, EndsAt>;

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
    ends: &Ends,
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
    refolded(db, ends, known, touched, &struck).await
}

/// Folds stored cases anew, because their service now ends at another step.
pub(crate) async fn again(db: &Db, ends: &Ends, known: Vec<Stored>) -> Result<CasePlan, Error> {
    let touched = known.iter().map(|stored| ((stored.service, stored.case.clone()), Vec::new())).collect();
    refolded(db, ends, known, touched, &HashSet::new()).await
}

async fn refolded(
    db: &Db,
    ends: &Ends,
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
        let after = fold(ends, key.clone(), steps);
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
pub(crate) fn fold(ends: &Ends, (service, case): Key, steps: Vec<LoggedStep>) -> Option<Stored> {
    let mut places: Vec<i64> = steps.iter().map(|step| step.seq).collect();
    places.sort_unstable();
    let events: Vec<StepEvent> = steps.into_iter().map(event_of).collect();
    // A service always has a word; one that lost it could only end where every case ends.
    let state = Known::of(&events).state(ends.get(&service).copied().unwrap_or(EndsAt::Closed))?;
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
    Some(Case { unit: *unit, service: stored.service, opened: (*submitted_at)?, end: *end, due: *due })
}
