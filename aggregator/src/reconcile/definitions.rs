//! A new revision of the configuration marks what it changes.

use std::collections::BTreeSet;

use rules::service::Service;
use rules::time::date_of;
use sql::Db;
use sql::behind::Writes;
use sql::configuration::{Table, as_of_revision, changed_since};
use sql::mark::{self, EVERY_UNIT, Mark};
use sql::progress::Counter;
use sql::registry::Registry;

use crate::error::Error;
use crate::merge::{Terms, again, write_cases};
use crate::roll::Context;
use crate::touch;

/// Marks every indicator whose roll-ups the revisions since the last call may change. Boards and
/// sources change none: windows are computed for every unit anyway.
///
/// A service that now judges its cases otherwise has them folded anew first.
pub(super) async fn mark(context: &Context, terms: &Terms) -> Result<(), Error> {
    let Context { db, registry, .. } = context;
    let before = sql::progress::get(db, Counter::RolledRevision).await?;
    if before >= registry.revision {
        return Ok(());
    }
    let (mut touched, mut services, mut hours) = (BTreeSet::new(), BTreeSet::new(), false);
    for (table, key) in changed_since(db, before).await? {
        if table == Table::Unit.as_str() || table == Table::Bands.as_str() {
            touched.extend(registry.indicators.iter().map(|indicator| indicator.no));
        }
        if table == Table::Indicator.as_str() || table == Table::Target.as_str() {
            let id = key.split('|').next().unwrap_or(&key);
            touched.extend(registry.indicator(id).map(|indicator| indicator.no));
        }
        hours |= [Table::Calendar, Table::Ramadan, Table::DayOff, Table::Unit].iter().any(|of_hours| table == of_hours.as_str());
        if table == Table::Service.as_str() {
            services.insert(key);
        }
    }
    if !services.is_empty() {
        touched.extend(services_come_and_go(db, registry, before, &services).await?);
    }
    let known = sql::service::last_words(db, before).await?;
    let judges = |service: &Service| (service.ends_at, service.standard, service.calendar.clone());
    for (no, service) in terms.services() {
        let is_in_hours = service.standard.is_some_and(|standard| standard.on_the_clock().is_none());
        if hours && is_in_hours || known.get(&no).map(judges) != Some(judges(service)) {
            refold(context, terms, no).await?;
        }
    }
    let marks: Vec<Mark> = touched.into_iter().map(|indicator| Mark { indicator, unit: EVERY_UNIT, grain: 0, start: 0 }).collect();
    let mut writes = Writes::default();
    mark::put(&mut writes, &marks);
    sql::progress::set(&mut writes, Counter::RolledRevision, registry.revision);
    writes.commit(db).await?;
    Ok(())
}

/// The indicators of cases, when a service among these is new or ended: then some measure other cases.
async fn services_come_and_go(db: &Db, registry: &Registry, before: i64, services: &BTreeSet<String>) -> Result<Vec<i64>, Error> {
    let known: BTreeSet<String> = as_of_revision(db, Table::Service, before).await?.into_iter().map(|row| row.key).collect();
    let moved = services.iter().any(|id| known.contains(id) != registry.service(id).is_some());
    let of_cases = registry.indicators.iter().map(|indicator| indicator.no).filter(|indicator| registry.of_cases(*indicator).is_some());
    Ok(if moved { of_cases.collect() } else { Vec::new() })
}

/// Cases folded in one transaction: intake waits for no more than some milliseconds.
const CASES_AT_ONCE: i64 = 1_000;

/// Folds all cases of a service anew. Repeated after a crash it finds those done unchanged.
async fn refold(context: &Context, terms: &Terms, service: i64) -> Result<(), Error> {
    let Context { db, registry, zone, now } = context;
    let mut after = String::new();
    loop {
        let merged = sql::progress::get(db, Counter::MergedSeq).await?;
        let known = sql::case_state::of_service(db, service, after.clone(), CASES_AT_ONCE).await?;
        let Some(last) = known.last().map(|last| last.case.clone()) else { return Ok(()) };
        let plan = again(db, terms, known).await?;
        let touched = touch::stretches(registry, *zone, date_of(*now, *zone), &plan.moved);
        let mut writes = Writes::default();
        sql::progress::advance(&mut writes, Counter::MergedSeq, merged, merged);
        write_cases(&mut writes, &plan, &touched);
        // None when another process merged meanwhile; what it wrote is newer than what was folded here.
        if writes.commit(db).await?.is_some() {
            after = last;
        }
    }
}
