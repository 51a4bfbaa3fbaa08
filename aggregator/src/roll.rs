//! Rolling up: reads what is needed, computes without a write transaction, returns rows to write.
//!
//! Two ways to the same numbers. `some` recomputes named windows and takes the own values of the
//! other units from the roll-ups; `whole` computes windows of an indicator for all units from the parts.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use rules::indicator::{Accumulates, Indicator, RollupTime};
use rules::period::{Every, Period};
use rules::time::{Millis, date_of, day_number};
use sql::Db;
use sql::counted::Single;
use sql::part::Part;
use sql::registry::Registry;
use sql::rollup::{Key, Own, Rollup};

use crate::error::Error;
use crate::own::{self, Request};
use crate::score;
use crate::tree::{self, OwnsOfWindow};
use crate::window::{Window, carried, homes, period_of, year_of};

/// What a roll-up is computed with.
#[derive(Clone)]
pub struct Context {
    /// The store.
    pub db: Db,
    /// The configuration.
    pub registry: Arc<Registry>,
    /// The region's zone.
    pub zone: Tz,
    /// The moment of this pass.
    pub now: Millis,
}

/// Windows to compute: own values first, then up the tree.
#[derive(Debug, Default)]
pub struct Wanted {
    /// (indicator, unit) whose own values changed, and in which windows.
    pub own: HashMap<(i64, i64), BTreeSet<Window>>,
    /// Roll-ups to write: (indicator, window, unit).
    pub tree: BTreeSet<(i64, Window, i64)>,
}

impl Wanted {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.tree.is_empty()
    }

    /// Adds a window that a change of `unit`'s own parts touches, for each unit in `above`.
    pub fn add(&mut self, indicator: i64, unit: i64, window: Window, above: impl IntoIterator<Item = i64>) {
        self.own.entry((indicator, unit)).or_default().insert(window);
        self.tree.extend(above.into_iter().map(|above| (indicator, window, above)));
    }
}

/// A week, or the rolling window, may hold parts that start this many days before it.
const OVERHANG: u64 = 6;

/// Recomputes the named windows.
///
/// # Errors
/// A failed read, or what polars reports.
pub async fn some(context: &Context, mut wanted: Wanted) -> Result<Vec<Rollup>, Error> {
    let Context { db, registry, .. } = context;
    let mut requests = Vec::new();
    let mut owns: HashMap<Key, OwnsOfWindow> = HashMap::new();
    let by_window: BTreeSet<(i64, Window)> = wanted.tree.iter().map(|(indicator, window, _)| (*indicator, *window)).collect();
    let mut windows_of: HashMap<i64, Vec<Window>> = HashMap::new();
    for (indicator, window) in by_window {
        windows_of.entry(indicator).or_default().push(window);
    }
    for (&indicator, windows) in &windows_of {
        let Some(definition) = registry.indicator_no(indicator) else { continue };
        if definition.accumulates == Accumulates::ToDate {
            // What a unit last said counts in windows in which it said nothing, so all units are read.
            wanted.own.retain(|(of, _), _| *of != indicator);
            requests.extend(requests_of_indicator(context, definition, windows.clone()).await?);
            continue;
        }
        for window in windows {
            let key = window.key(indicator, 0);
            let stored = sql::rollup::of_window(db, key.every, key.start, indicator).await?;
            owns.insert(key, stored.into_iter().map(|rollup| (rollup.key.unit, rollup.own)).collect());
        }
    }
    for ((indicator, unit), windows) in std::mem::take(&mut wanted.own) {
        let Some(definition) = registry.indicator_no(indicator) else { continue };
        requests.push(request_of_unit(context, definition, unit, windows.into_iter().collect()).await?);
    }
    let keys: Vec<Key> = wanted.tree.iter().map(|(indicator, window, unit)| window.key(*indicator, *unit)).collect();
    compute(context, requests, owns, keys).await
}

/// Computes windows of one indicator for all units from the parts: those given, or all that hold
/// anything. `also` are units that get a row even where nothing counts.
///
/// # Errors
/// A failed read, or what polars reports.
pub async fn whole(
    context: &Context,
    indicator: &Indicator,
    windows: Option<Vec<Window>>,
    also: &[(i64, Window)],
) -> Result<Vec<Rollup>, Error> {
    let requests = match windows {
        Some(windows) => requests_of_indicator(context, indicator, windows).await?,
        None => {
            let parts = sql::part::of_indicator(&context.db, indicator.no, i64::from(i32::MIN), i64::from(i32::MAX)).await?;
            let today = date_of(context.now, context.zone);
            let windows_of = |parts: &[Part]| all_windows(indicator, parts.iter().filter_map(period_of), today);
            requests(context, indicator, parts, windows_of).await?
        }
    };
    let mut keys: HashSet<Key> = also.iter().map(|(unit, window)| window.key(indicator.no, *unit)).collect();
    for request in &requests {
        for above in context.registry.tree.lineage(request.unit) {
            keys.extend(request.windows.iter().map(|window| window.key(indicator.no, *above)));
        }
    }
    let forced: HashSet<Key> = also.iter().map(|(unit, window)| window.key(indicator.no, *unit)).collect();
    let mut rows = compute(context, requests, HashMap::new(), keys.into_iter().collect()).await?;
    rows.retain(|row| row.n > 0 || row.own.n > 0 || forced.contains(&row.key));
    Ok(rows)
}

/// Rows that are rolled up on an async thread at most: some tens of microseconds.
const FEW: usize = 512;

/// The part of the work that has no I/O, off the async threads when there is much of it.
async fn compute(
    context: &Context,
    requests: Vec<Request>,
    mut owns: HashMap<Key, OwnsOfWindow>,
    keys: Vec<Key>,
) -> Result<Vec<Rollup>, Error> {
    let Context { registry, zone, now, .. } = context.clone();
    let rows = requests.iter().map(|request| request.parts.len() * request.windows.len() + request.singles.len()).sum::<usize>();
    let few = rows + owns.values().map(HashMap::len).sum::<usize>() <= FEW;
    let work = move || -> Result<Vec<Rollup>, Error> {
        for (key, own) in own::compute(&registry, zone, date_of(now, zone), requests)? {
            owns.entry(Key { unit: 0, ..key }).or_default().insert(key.unit, own);
        }
        let joined = tree::join(&registry, &keys, &owns)?;
        let row = |(key, all): (Key, Own)| {
            let own = owns.get(&Key { unit: 0, ..key }).and_then(|units| units.get(&key.unit)).copied().unwrap_or_default();
            row(&registry, key, own, all, now)
        };
        Ok(keys.into_iter().zip(joined).filter_map(row).collect())
    };
    // A few windows are done sooner than another thread is woken.
    if few { work() } else { tokio::task::spawn_blocking(work).await.map_err(Error::Worker)? }
}

/// A row to write; None when its unit's indicator is gone.
pub(crate) fn row(registry: &Registry, key: Key, own: Own, all: Own, now: Millis) -> Option<Rollup> {
    let indicator = registry.indicator_no(key.indicator)?;
    let score = score::judge(registry, indicator, key.unit, Window::of_key(&key)?, all.value);
    Some(Rollup {
        key,
        own,
        value: all.value,
        numerator: all.numerator,
        denominator: all.denominator,
        n: all.n,
        data_at: all.data_at,
        source: all.source,
        target: score.due.map(|due| due.target),
        target_high: score.due.and_then(|due| due.high),
        achievement: score.achievement,
        status: score.status,
        as_of: now,
        computed_at: now,
        revision: registry.revision,
        next_due: None,
    })
}

/// Day numbers between which the parts of these windows start.
fn span(indicator: &Indicator, windows: &[Window]) -> Option<(i64, i64)> {
    let first = windows.iter().map(|window| window.first_day()).min()?;
    let last = windows.iter().map(|window| window.last_day()).max()?;
    let first = match indicator.accumulates {
        Accumulates::Flow => first,
        Accumulates::ToDate => Period::containing(first, Every::Year).first_day(),
    };
    Some((day_number(first.checked_sub_days(Days::new(OVERHANG)).unwrap_or(first)), day_number(last)))
}

async fn request_of_unit(context: &Context, indicator: &Indicator, unit: i64, windows: Vec<Window>) -> Result<Request, Error> {
    let Some((from, to)) = span(indicator, &windows) else {
        return Ok(Request { indicator: indicator.no, unit, windows, parts: Vec::new(), singles: Vec::new() });
    };
    let parts = sql::part::of_unit(&context.db, indicator.no, unit, from, to).await?;
    let singles = singles(context, indicator, unit, from, to).await?;
    Ok(Request { indicator: indicator.no, unit, windows, parts, singles })
}

/// One request for each unit that booked anything, each for the same windows.
async fn requests_of_indicator(context: &Context, indicator: &Indicator, windows: Vec<Window>) -> Result<Vec<Request>, Error> {
    let Some((from, to)) = span(indicator, &windows) else { return Ok(Vec::new()) };
    let parts = sql::part::of_indicator(&context.db, indicator.no, from, to).await?;
    requests(context, indicator, parts, |_| windows.clone()).await
}

async fn requests(
    context: &Context,
    indicator: &Indicator,
    parts: Vec<Part>,
    windows: impl Fn(&[Part]) -> Vec<Window>,
) -> Result<Vec<Request>, Error> {
    let mut by_unit: HashMap<i64, Vec<Part>> = HashMap::new();
    for part in parts {
        by_unit.entry(part.unit).or_default().push(part);
    }
    let mut requests = Vec::with_capacity(by_unit.len());
    for (unit, parts) in by_unit {
        let windows = windows(&parts);
        let singles = match span(indicator, &windows) {
            Some((from, to)) => singles(context, indicator, unit, from, to).await?,
            None => Vec::new(),
        };
        requests.push(Request { indicator: indicator.no, unit, windows, parts, singles });
    }
    Ok(requests)
}

/// The single values a median needs; nothing for other kinds.
async fn singles(context: &Context, indicator: &Indicator, unit: i64, from: i64, to: i64) -> Result<Vec<Single>, Error> {
    const DAY_MS: i64 = 86_400_000;
    if indicator.accumulates == Accumulates::ToDate || !matches!(indicator.rollup_time, RollupTime::Median | RollupTime::P90) {
        return Ok(Vec::new());
    }
    // A day either way: stored periods begin at midnight UTC, instants of a local day may lie outside it.
    Ok(sql::counted::values(&context.db, indicator.no, unit, (from - 1) * DAY_MS, (to + 2) * DAY_MS).await?)
}

/// All windows in which the parts of one unit, booked for these periods, count; of a running total also those in which it
/// is still known, up to today.
pub(crate) fn all_windows(indicator: &Indicator, periods: impl Iterator<Item = Period>, today: NaiveDate) -> Vec<Window> {
    let mut windows = BTreeSet::new();
    let mut first_of_year: HashMap<i32, NaiveDate> = HashMap::new();
    for period in periods {
        windows.extend(homes(period).map(Window::Period));
        let first = first_of_year.entry(year_of(period)).or_insert(period.first_day());
        *first = (*first).min(period.first_day());
    }
    if indicator.accumulates == Accumulates::ToDate {
        for (year, first) in first_of_year {
            windows.extend(carried(first, year, today));
        }
    }
    windows.into_iter().collect()
}
