//! The lane of the boards: their windows are rolled up in the pass that merged the sample.

use std::collections::HashSet;

use chrono::NaiveDate;
use rules::indicator::{Accumulates, Indicator};
use rules::period::Period;
use sql::rollup::Rollup;

use crate::board::{self, OnBoards};
use crate::error::Error;
use crate::roll::{self, Context, Wanted};
use crate::window::Window;

/// All windows of all boards of what is not measured on cases, from the parts, also those in which nothing counts: at the start, after
/// a change of the configuration, and when a new day brings new windows.
pub(super) async fn whole(context: &Context, today: NaiveDate) -> Result<Vec<Rollup>, Error> {
    let mut rows = Vec::new();
    for (indicator, units) in board::windows(&context.registry, today) {
        let Some(indicator) = context.registry.indicator_no(indicator).filter(|_| context.registry.of_cases(indicator).is_none()) else {
            continue;
        };
        rows.extend(of_units(context, indicator, &units).await?);
    }
    Ok(rows)
}

/// The windows that boards show of one indicator, from the parts.
pub(super) async fn of_indicator(context: &Context, today: NaiveDate, indicator: &Indicator) -> Result<Vec<Rollup>, Error> {
    let units = board::windows(&context.registry, today).remove(&indicator.no).unwrap_or_default();
    if units.is_empty() { Ok(Vec::new()) } else { of_units(context, indicator, &units).await }
}

async fn of_units(context: &Context, indicator: &Indicator, units: &[(i64, Vec<Window>)]) -> Result<Vec<Rollup>, Error> {
    let windows: HashSet<Window> = units.iter().flat_map(|(_, windows)| windows).copied().collect();
    let also: Vec<(i64, Window)> = units.iter().flat_map(|(unit, windows)| windows.iter().map(|window| (*unit, *window))).collect();
    roll::whole(context, indicator, Some(windows.into_iter().collect()), &also).await
}

/// The windows on boards that changed parts touch.
pub(super) async fn touched(context: &Context, on_boards: &OnBoards, changed: &[(i64, i64, Period)]) -> Result<Vec<Rollup>, Error> {
    let mut wanted = Wanted::default();
    for (indicator, unit, part) in changed {
        let Some(tiles) = on_boards.get(indicator) else { continue };
        let Some(definition) = context.registry.indicator_no(*indicator).filter(|_| context.registry.of_cases(*indicator).is_none()) else {
            continue;
        };
        let touches = |window: &Window| match definition.accumulates {
            Accumulates::Flow => window.holds(*part),
            Accumulates::ToDate => window.knows(*part),
        };
        for (above, windows) in tiles.iter().filter(|(above, _)| context.registry.tree.is_within(*unit, *above)) {
            for window in windows.iter().filter(|window| touches(window)) {
                // The unit's own row carries its own value, from which later passes join the tree.
                wanted.add(*indicator, *unit, *window, [*above, *unit]);
            }
        }
    }
    if wanted.is_empty() { Ok(Vec::new()) } else { roll::some(context, wanted).await }
}
