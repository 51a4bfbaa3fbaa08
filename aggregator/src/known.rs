//! Roll-ups as they were known at a moment: the same arithmetic, from the log up to there.
//!
//! Nothing of it is stored. Samples are folded as for `verify`, cases as for the table of cases.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono_tz::Tz;
use rules::case::Clock;
use rules::time::{Millis, date_of};
use sql::Db;
use sql::counted::Counted;
use sql::registry::Registry;
use sql::rollup::{Key, Own, Rollup};

use crate::cases::{self, Cases, Lineages};
use crate::error::Error;
use crate::roll::row;
use crate::table::complete_cases;
use crate::verify::{compute, fold_log};
use crate::window::Window;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// As the log was known then.
    pub known_at: Millis,
    /// What happened later is left out.
    pub as_of: Millis,
}

/// The roll-ups of these windows, for those that hold something, with a configuration of the caller's choice.
///
/// # Errors
/// A failed read, or what polars reports.
pub async fn rollups(db: &Db, registry: &Arc<Registry>, zone: Tz, moment: Moment, keys: &[Key]) -> Result<Vec<Rollup>, Error> {
    let until = sql::log::seq_at(db, moment.known_at).await?;
    let asked: HashSet<i64> = keys.iter().map(|key| key.indicator).collect();
    let (of_cases, of_samples): (Vec<i64>, Vec<i64>) = asked.into_iter().partition(|no| registry.of_cases(*no).is_some());
    let counted = if of_samples.is_empty() { HashMap::new() } else { fold_log(db, until).await? };
    let cases = match of_cases.is_empty() {
        true => Vec::new(),
        false => complete_cases(db, registry, zone, (Clock::Elapsed, Millis::MAX), until, |case, _| vec![case]).await?,
    };
    let (registry, keys) = (Arc::clone(registry), keys.to_vec());
    let work = tokio::task::spawn_blocking(move || {
        let mut found = samples(&registry, zone, moment, counted, &of_samples, &keys)?;
        found.extend(of_cases.iter().flat_map(|indicator| measured(&registry, zone, moment, &cases, *indicator, &keys)));
        Ok(found)
    });
    work.await.map_err(Error::Worker)?
}

fn samples(
    registry: &Registry,
    zone: Tz,
    moment: Moment,
    counted: HashMap<sql::counted::Key, Counted>,
    indicators: &[i64],
    keys: &[Key],
) -> Result<Vec<Rollup>, Error> {
    let mut by_indicator: BTreeMap<i64, BTreeMap<i64, Vec<Counted>>> = BTreeMap::new();
    let asked = counted.into_values().filter(|row| indicators.contains(&row.indicator));
    for row in asked.filter(|row| row.when().is_some_and(|at| at.begins(zone) <= moment.as_of)) {
        by_indicator.entry(row.indicator).or_default().entry(row.unit).or_default().push(row);
    }
    let mut found = Vec::new();
    for (no, units) in by_indicator {
        let Some(indicator) = registry.indicator_no(no) else { continue };
        let fresh = compute(registry, zone, date_of(moment.as_of, zone), indicator, units)?;
        for key in keys.iter().filter(|key| key.indicator == no) {
            let Some((own, all)) = fresh.get(key).filter(|(own, all)| own.n > 0 || all.n > 0) else { continue };
            found.extend(row(registry, *key, *own, *all, moment.as_of));
        }
    }
    Ok(found)
}

/// Windows of an indicator of cases.
fn measured(registry: &Registry, zone: Tz, moment: Moment, all: &[cases::Case], no: i64, keys: &[Key]) -> Vec<Rollup> {
    let Some((indicator, computed)) = registry.indicator_no(no).zip(registry.of_cases(no)) else { return Vec::new() };
    let Some(measure) = computed.measure else { return Vec::new() };
    let cases: Cases = all.iter().filter(|case| computed.services.contains(&case.service)).copied().collect();
    let lineages = Lineages::constant(registry.tree.clone());
    let known: HashSet<i64> = all
        .iter()
        .filter(|case| computed.services.contains(&case.service))
        .flat_map(|case| registry.tree.lineage(case.unit).to_vec())
        .collect();
    let asked: Vec<(Key, Window)> = (keys.iter())
        .filter(|key| key.indicator == no && known.contains(&key.unit))
        .filter_map(|key| Some((*key, Window::of_key(key)?)))
        .collect();
    let windows: Vec<(i64, Window)> = asked.iter().map(|(key, window)| (key.unit, *window)).collect();
    let figures = |by| cases::windows(&cases, by, zone, moment.as_of, &windows).into_iter().map(|live| live.measure(measure));
    let own_of = |measured: cases::Measured| Own {
        value: measured.value.map(|value| value * indicator.scale()),
        numerator: measured.numerator,
        denominator: measured.denominator,
        n: measured.n,
        data_at: measured.data_at,
        source: None,
    };
    let own = figures(cases::By::Unit);
    let tree = figures(cases::By::Tree(&lineages));
    let rows = asked.iter().zip(own.zip(tree));
    rows.filter_map(|((key, _), (own, tree))| row(registry, *key, own_of(own), own_of(tree), moment.as_of)).collect()
}
