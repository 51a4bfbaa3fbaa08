//! Windows of indicators that are measured on cases: in both lanes, and when time alone changes them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rules::case::Measure;
use rules::indicator::Indicator;
use rules::time::date_of;
use sql::mark::Mark;
use sql::rollup::{Key, Rollup};

use crate::board::{self, OnBoards};
use crate::desk::Desk;
use crate::error::Error;
use crate::measure::{Bench, says_something};
use crate::roll::Context;
use crate::touch::{Stretch, is_count, periods};
use crate::window::{Window, period};

/// Windows of units to measure, by indicator.
pub(super) type Asked = BTreeMap<i64, BTreeSet<(i64, Window)>>;

/// What to do about roll-ups that are due.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// To be measured.
    pub(super) asked: Asked,
    /// Left as they are: their indicator or their unit is gone.
    pub(super) left: Vec<Key>,
}

/// The windows on boards that changed cases touch.
pub(super) fn on_boards(context: &Context, on_boards: &OnBoards, touched: &[Stretch]) -> Asked {
    let mut asked = Asked::new();
    for stretch in touched {
        for (above, windows) in on_boards.get(&stretch.indicator).into_iter().flatten() {
            if context.registry.tree.is_within(stretch.unit, *above) {
                let touched = windows.iter().filter(|window| stretch.touches(window)).map(|window| (*above, *window));
                asked.entry(stretch.indicator).or_default().extend(touched);
            }
        }
    }
    asked
}

/// All windows on boards of indicators that are measured on cases, also those in which there is nothing.
pub(super) fn all_on_boards(context: &Context, today: NaiveDate) -> Asked {
    let of_cases = board::windows(&context.registry, today).into_iter().filter(|(no, _)| context.registry.of_cases(*no).is_some());
    let each = |(unit, windows): (i64, Vec<Window>)| windows.into_iter().map(move |window| (unit, window));
    of_cases.map(|(indicator, units)| (indicator, units.into_iter().flat_map(each).collect())).collect()
}

/// The windows that marks of an indicator touch, of their unit and of everything above it.
pub(super) fn marked(context: &Context, today: NaiveDate, indicator: &Indicator, marks: &[Mark]) -> BTreeSet<(i64, Window)> {
    let measure = context.registry.of_cases(indicator.no).and_then(|computed| computed.measure);
    let mut stretches: Vec<(i64, NaiveDate, NaiveDate)> = Vec::with_capacity(marks.len());
    // The marks of a count reached to the day on which they were made; days may have begun since.
    let mut reached: BTreeMap<i64, NaiveDate> = BTreeMap::new();
    for mark in marks {
        let Some(part) = period(mark.grain, mark.start) else { continue };
        stretches.push((mark.unit, part.first_day(), part.last_day()));
        if measure.is_some_and(is_count) {
            let last = reached.entry(mark.unit).or_insert(part.last_day());
            *last = part.last_day().max(*last);
        }
    }
    stretches.extend(reached.into_iter().map(|(unit, last)| (unit, last, today)));
    let mut asked = BTreeSet::new();
    for (unit, first, last) in stretches {
        for window in periods(first, last) {
            asked.extend(context.registry.tree.lineage(unit).iter().map(|above| (*above, window)));
        }
    }
    asked
}

/// What these keys, whose time has come, ask for. A count goes on into the periods that followed.
pub(super) fn due(context: &Context, keys: Vec<Key>) -> Due {
    let today = date_of(context.now, context.zone);
    let mut due = Due::default();
    for key in keys {
        let measure = context.registry.of_cases(key.indicator).and_then(|computed| computed.measure);
        let unit = context.registry.unit_no(key.unit);
        let (Some(measure), Some(_), Some(window)) = (measure, unit, Window::of_key(&key)) else {
            due.left.push(key);
            continue;
        };
        let asked = due.asked.entry(key.indicator).or_default();
        asked.insert((key.unit, window));
        asked.extend(following(measure, window, today).map(|window| (key.unit, window)));
    }
    due
}

/// The periods after this one that have begun, for a count.
fn following(measure: Measure, window: Window, today: NaiveDate) -> impl Iterator<Item = Window> {
    let next = match window {
        Window::Period(period) if is_count(measure) => Some(period.next()),
        _ => None,
    };
    std::iter::successors(next, |period| Some(period.next())).take_while(move |period| period.first_day() <= today).map(Window::Period)
}

/// Measures these windows, off the async threads.
pub(super) async fn measure(context: &Context, desk: &Arc<Desk>, asked: Asked) -> Result<Vec<Rollup>, Error> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let (context, desk) = (context.clone(), Arc::clone(desk));
    let work = move || {
        let bench = Bench { desk: &desk, registry: &context.registry, zone: context.zone, as_of: context.now };
        let mut rows = Vec::new();
        for (indicator, asked) in asked {
            let Some(indicator) = context.registry.indicator_no(indicator) else { continue };
            rows.extend(bench.rollups(indicator, &asked.into_iter().collect::<Vec<_>>()));
        }
        // The period that follows stands before the one that no longer waits for it, so that a crash between two
        // transactions leaves it due.
        rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.key));
        rows
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::Worker)
}

/// Measures all windows of an indicator, and `also` those in which there may be nothing any more.
pub(super) async fn whole(
    context: &Context,
    desk: &Arc<Desk>,
    indicator: &Indicator,
    also: BTreeSet<(i64, Window)>,
) -> Result<Vec<Rollup>, Error> {
    let (inner, indicator, desk) = (context.clone(), indicator.clone(), Arc::clone(desk));
    let work = move || {
        let bench = Bench { desk: &desk, registry: &inner.registry, zone: inner.zone, as_of: inner.now };
        let today = date_of(inner.now, inner.zone);
        let mut forced: HashSet<Key> = also.iter().map(|(unit, window)| window.key(indicator.no, *unit)).collect();
        let mut asked = bench.all_windows(&indicator);
        asked.extend(also);
        for (unit, windows) in board::windows(&inner.registry, today).remove(&indicator.no).into_iter().flatten() {
            forced.extend(windows.iter().map(|window| window.key(indicator.no, unit)));
            asked.extend(windows.into_iter().map(|window| (unit, window)));
        }
        let mut rows = bench.rollups(&indicator, &asked.into_iter().collect::<Vec<_>>());
        rows.retain(|row| says_something(row) || forced.contains(&row.key));
        rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.key));
        rows
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::Worker)
}
