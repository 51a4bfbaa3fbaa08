//! The tables of cases on demand: `cases` and `backlog`, always from the steps in the log.

use std::sync::Arc;

use chrono_tz::Tz;
use rules::case::{Clock, End, Known, worked};
use rules::period::Period;
use rules::time::Millis;
use sql::Db;
use sql::log::{CaseSteps, Texts, steps_by_case};
use sql::registry::Registry;

use super::{Args, By};
use crate::cases::{self, ALL, Case, Cases, Figures, Lineages};
use crate::error::Error;

/// A row of the table `cases`.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseRow {
    /// Id of the unit or service, or `all`.
    pub unit: String,
    /// The period of the opening.
    pub period: Period,
    /// What it comes to.
    pub figures: Figures,
}

/// A row of the table `backlog`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BacklogRow {
    /// Id of the unit or service, or `all`.
    pub unit: String,
    /// The period.
    pub period: Period,
    /// Cases closed in it.
    pub closed_in_period: i64,
    /// Cases that lay on the desk at its end.
    pub open_at_period_end: i64,
}

/// Computes the table `cases`, ordered by unit and period.
///
/// # Errors
/// A failed read.
pub async fn cases(db: &Db, registry: &Arc<Registry>, zone: Tz, args: Args) -> Result<Vec<CaseRow>, Error> {
    let known = known(db, registry, zone, &args, |case, _| vec![case]).await?;
    let lineages = Lineages::constant(registry.tree.clone());
    let rows = cases::table(&known, by(args.by, &lineages), &of(zone, &args));
    let row = |row: cases::Row| CaseRow { unit: name(registry, args.by, row.group), period: row.period, figures: row.figures };
    let mut rows: Vec<CaseRow> = rows.into_iter().map(row).collect();
    rows.sort_by(|a, b| (&a.unit, a.period).cmp(&(&b.unit, b.period)));
    Ok(rows)
}

/// Computes the table `backlog`, ordered by unit and period: a row for each unit and period of the grid.
///
/// # Errors
/// A failed read.
pub async fn backlog(db: &Db, registry: &Arc<Registry>, zone: Tz, args: Args) -> Result<Vec<BacklogRow>, Error> {
    let known = known(db, registry, zone, &args, stays).await?;
    let lineages = Lineages::constant(registry.tree.clone());
    let rows = cases::backlog(&known, by(args.by, &lineages), &of(zone, &args));
    let row = |row: cases::BacklogRow| BacklogRow {
        unit: name(registry, args.by, row.group),
        period: row.period,
        closed_in_period: row.closed_in_period,
        open_at_period_end: row.open_at_period_end,
    };
    let mut rows: Vec<BacklogRow> = rows.into_iter().map(row).collect();
    rows.sort_by(|a, b| (&a.unit, a.period).cmp(&(&b.unit, b.period)));
    Ok(rows)
}

fn by(by: By, lineages: &Lineages) -> cases::By<'_> {
    match by {
        By::Unit => cases::By::Unit,
        By::Tree => cases::By::Tree(lineages),
        By::Service => cases::By::Service,
        By::All => cases::By::All,
    }
}

fn of(zone: Tz, args: &Args) -> cases::Args {
    cases::Args { every: args.every, zone, as_of: args.as_of, from: args.from, to: args.to }
}

/// An ended unit keeps its number, which says more than nothing.
fn name(registry: &Registry, by: By, group: i64) -> String {
    let known = match by {
        _ if group == ALL => return "all".to_owned(),
        By::Service => registry.service_no(group).map(|service| service.id.clone()),
        _ => registry.unit_no(group).map(|unit| unit.id.clone()),
    };
    known.unwrap_or_else(|| format!("#{group}"))
}

/// The complete cases as they were known at a moment.
async fn known(db: &Db, registry: &Arc<Registry>, zone: Tz, args: &Args, parts: Parts) -> Result<Cases, Error> {
    let until = until(db, args.known_at).await?;
    Ok(complete_cases(db, registry, zone, (args.clock, args.as_of), until, parts).await?.into_iter().collect())
}

/// What a case counts as, with the ends after which it was opened again.
pub(crate) type Parts = fn(Case, Vec<(End, Millis)>) -> Vec<Case>;

/// Each time that a case lay on the desk: one that was opened again was closed in between.
fn stays(case: Case, rests: Vec<(End, Millis)>) -> Vec<Case> {
    let mut opened = case.opened;
    let mut stays = Vec::with_capacity(1 + rests.len());
    for (end, again) in rests {
        stays.push(Case { opened, end: Some(end), ..case });
        opened = again;
    }
    stays.push(Case { opened, ..case });
    stays
}

/// The place of the log up to which was known.
pub(super) async fn until(db: &Db, known_at: Option<Millis>) -> Result<i64, Error> {
    Ok(match known_at {
        Some(known_at) => sql::log::seq_at(db, known_at).await?,
        None => sql::log::head(db).await?,
    })
}

/// The complete cases by the steps up to a place in the log that happened by `as_of`: what came later is left out, so that a
/// case that was opened again after it is closed.
pub(crate) async fn complete_cases(
    db: &Db,
    registry: &Arc<Registry>,
    zone: Tz,
    (clock, as_of): (Clock, Millis),
    until: i64,
    parts: Parts,
) -> Result<Vec<Case>, Error> {
    let cases = steps_by_case(db, until, as_of, Texts::Left).await?;
    let registry = Arc::clone(registry);
    let work = tokio::task::spawn_blocking(move || {
        let case = |case: &CaseSteps| {
            let service = registry.service_no(case.service)?;
            let known = Known::of(&case.events);
            let state = known.state(service.ends_at)?;
            let opened = state.submitted_at?;
            let in_hours = |end: End| worked(opened, end.at, &state.pauses, &registry.calendar(service, state.unit, zone));
            let net = state.end.filter(|_| clock == Clock::Working).map(in_hours);
            let due = registry.due(service, &state, zone);
            let whole = Case { unit: state.unit, service: case.service, opened, end: state.end, due, net };
            Some(parts(whole, known.rests(service.ends_at)))
        };
        cases.iter().filter_map(case).flatten().collect()
    });
    work.await.map_err(Error::Worker)
}
