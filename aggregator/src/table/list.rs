//! The list of cases behind a figure, from the steps in the log.

use std::sync::Arc;

use rules::case::{CaseState, EndKind, Known, Step, StepEvent};
use rules::time::Millis;
use sql::Db;
use sql::log::LoggedStep;
use sql::registry::Registry;

use super::cases::{by_case, standard, standing_steps, until};
use crate::error::Error;

/// Which cases.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Of this service only.
    pub service: Option<i64>,
    /// Of this unit and those below it only.
    pub unit: Option<i64>,
    /// How they stand.
    pub state: Option<State>,
    /// Opened at or after this instant.
    pub from: Option<Millis>,
    /// Opened before this instant.
    pub to: Option<Millis>,
    /// Cases opened later are absent, cases ended later are open.
    pub as_of: Millis,
    /// As the log was known at this moment; None as it is known now.
    pub known_at: Option<Millis>,
}

/// How a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Without an end.
    Open,
    /// Without an end and past its target.
    Overdue,
    /// Ended by the step that ends its service.
    Closed,
    /// Turned down.
    Rejected,
    /// Taken back by who asked.
    Withdrawn,
    /// Of which nobody said when it was submitted.
    Incomplete,
}

/// A case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseLine {
    /// Number of its service.
    pub service: i64,
    /// Its id within the service.
    pub case: String,
    /// What it has come to.
    pub state: CaseState,
    /// Its target, or that of its service's standard.
    pub due: Option<Millis>,
    /// How it stands.
    pub stands: State,
    /// Its steps, by time.
    pub steps: Vec<(Step, Millis)>,
}

/// The cases, newest first.
///
/// # Errors
/// A failed read.
pub async fn list(db: &Db, registry: &Arc<Registry>, filter: Filter) -> Result<Vec<CaseLine>, Error> {
    let steps = standing_steps(db, until(db, filter.known_at).await?).await?;
    let registry = Arc::clone(registry);
    let work = tokio::task::spawn_blocking(move || {
        let cases = by_case(&steps, |step| step);
        let mut lines: Vec<CaseLine> = cases.into_iter().filter_map(|case| line(&registry, &filter, case)).collect();
        lines.sort_by(|a, b| (b.state.submitted_at, a.service, &a.case).cmp(&(a.state.submitted_at, b.service, &b.case)));
        lines
    });
    work.await.map_err(Error::Worker)
}

fn line(registry: &Registry, filter: &Filter, (case, (no, steps)): (&str, (i64, Vec<&LoggedStep>))) -> Option<CaseLine> {
    if filter.service.is_some_and(|service| service != no) {
        return None;
    }
    let service = registry.service_no(no)?;
    let events: Vec<StepEvent> = steps.iter().map(|step| whole(step)).collect();
    let known = Known::of(&events);
    let mut state = known.state(service.ends_at)?;
    if filter.unit.is_some_and(|unit| !registry.tree.is_within(state.unit, unit)) {
        return None;
    }
    state.end = state.end.filter(|end| end.at <= filter.as_of);
    let due = state.due.or_else(|| standard(service, state.submitted_at?));
    let stands = match (state.submitted_at, state.end) {
        (None, _) => State::Incomplete,
        (Some(opened), _) if opened > filter.as_of => return None,
        (_, None) if due.is_some_and(|due| due < filter.as_of) => State::Overdue,
        (_, None) => State::Open,
        (_, Some(end)) => match end.kind {
            EndKind::Closed => State::Closed,
            EndKind::Rejected => State::Rejected,
            EndKind::Withdrawn => State::Withdrawn,
        },
    };
    let is_asked = match filter.state {
        Some(State::Open) => matches!(stands, State::Open | State::Overdue),
        Some(asked) => asked == stands,
        None => true,
    };
    let opened_in = |from: Millis, to: Millis| state.submitted_at.is_some_and(|at| at >= from && at < to);
    let is_in =
        (filter.from.is_none() && filter.to.is_none()) || opened_in(filter.from.unwrap_or(Millis::MIN), filter.to.unwrap_or(Millis::MAX));
    if !is_asked || !is_in {
        return None;
    }
    let steps = known.steps().into_iter().map(|(at, step, _)| (step, at)).filter(|(_, at)| *at <= filter.as_of).collect();
    Some(CaseLine { service: no, case: case.to_owned(), due, stands, steps, state })
}

fn whole(step: &LoggedStep) -> StepEvent {
    StepEvent {
        class: step.what.class.clone(),
        channel: step.what.channel.clone(),
        area: step.what.area.clone(),
        ..super::cases::event(step)
    }
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::Open, Self::Overdue, Self::Closed, Self::Rejected, Self::Withdrawn, Self::Incomplete];

    /// The word in addresses and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Incomplete => "incomplete",
        }
    }
}
