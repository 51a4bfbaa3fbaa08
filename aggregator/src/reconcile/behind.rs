//! The lane of all other windows: marks are taken, expanded over periods and tree, and rolled up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use rules::indicator::{Accumulates, Indicator};
use sql::Db;
use sql::behind::Writes;
use sql::mark::{self, EVERY_UNIT, Mark};
use sql::rollup::Rollup;
use sql::signal::Written;
use tokio::time::Instant;

use super::{ROWS_AT_ONCE, boards, carry, cases, commit, write};
use crate::desk::Desk;
use crate::error::Error;
use crate::roll::{self, Context, Wanted};
use crate::window::{Window, carried, homes, period, year_of};

/// Marks looked at in one slice.
const MARKS: i64 = 4_000;
/// Marks of one indicator from which computing it whole is cheaper than window by window.
const WHOLE_FROM: usize = 400;
/// Time after which a slice ends, so that the boards are never kept waiting for long.
const SLICE: Duration = Duration::from_millis(100);

/// Works off some marks and returns how many are left.
pub(super) async fn slice(context: &Context, today: NaiveDate, desk: &Arc<Desk>) -> Result<i64, Error> {
    let began = Instant::now();
    let marks = mark::take(&context.db, MARKS).await?;
    if marks.is_empty() {
        return Ok(0);
    }
    let mut by_indicator: BTreeMap<i64, Vec<Mark>> = BTreeMap::new();
    for mark in marks {
        by_indicator.entry(mark.indicator).or_default().push(mark);
    }
    for (indicator, marks) in by_indicator {
        match context.registry.indicator_no(indicator) {
            // An ended indicator keeps its roll-ups as they were.
            None => forget(context, indicator).await?,
            Some(definition) if context.registry.of_cases(indicator).is_some() => {
                of_cases(context, today, desk, definition, &marks).await?
            }
            Some(definition) => indicator_of(context, today, definition, &marks).await?,
        }
        if began.elapsed() >= SLICE {
            break;
        }
    }
    Ok(mark::count(&context.db).await?)
}

async fn forget(context: &Context, indicator: i64) -> Result<(), Error> {
    let mut writes = Writes::default();
    mark::remove_of_indicator(&mut writes, indicator);
    writes.commit(&context.db).await?;
    Ok(())
}

async fn indicator_of(context: &Context, today: NaiveDate, indicator: &Indicator, marks: &[Mark]) -> Result<(), Error> {
    let redefined = marks.iter().any(|mark| mark.unit == EVERY_UNIT && carry::from(mark).is_none());
    if redefined || marks.len() >= WHOLE_FROM {
        write(&context.db, &roll::whole(context, indicator, None, &[]).await?).await?;
        // The rolling window of a board, and its periods in which nothing counts, are made only for the board.
        write(&context.db, &boards::of_indicator(context, today, indicator).await?).await?;
        remove_leftovers(context, indicator).await?;
        return forget(context, indicator.no).await;
    }
    let mut rows = Vec::new();
    if let Some(first) = marks.iter().filter_map(carry::from).min() {
        rows.extend(roll::whole(context, indicator, Some(carry::windows(first, today)), &[]).await?);
    }
    let mut wanted = Wanted::default();
    for mark in marks.iter().filter(|mark| mark.unit != EVERY_UNIT) {
        let Some(part) = period(mark.grain, mark.start) else { continue };
        let windows: BTreeSet<Window> = match indicator.accumulates {
            Accumulates::Flow => homes(part).map(Window::Period).collect(),
            Accumulates::ToDate => homes(part).map(Window::Period).chain(carried(part.first_day(), year_of(part), today)).collect(),
        };
        for window in windows {
            wanted.add(indicator.no, mark.unit, window, context.registry.tree.lineage(mark.unit).iter().copied());
        }
    }
    rows.extend(roll::some(context, wanted).await?);
    write_and_remove(&context.db, &rows, marks).await
}

async fn of_cases(context: &Context, today: NaiveDate, desk: &Arc<Desk>, indicator: &Indicator, marks: &[Mark]) -> Result<(), Error> {
    let redefined = marks.iter().any(|mark| mark.unit == EVERY_UNIT);
    let is_whole = redefined || marks.len() >= WHOLE_FROM;
    let marked = cases::marked(context, today, indicator, marks);
    let rows = match is_whole {
        true => cases::whole(context, desk, indicator, marked).await?,
        false => cases::measure(context, desk, BTreeMap::from([(indicator.no, marked)])).await?,
    };
    if redefined {
        write(&context.db, &rows).await?;
        remove_leftovers(context, indicator).await?;
        return forget(context, indicator.no).await;
    }
    write_and_remove(&context.db, &rows, marks).await
}

/// Writes roll-ups, and with the last of them takes away the marks that are worked off by them.
async fn write_and_remove(db: &Db, rows: &[Rollup], marks: &[Mark]) -> Result<(), Error> {
    let (first, last) = rows.split_at(rows.len().saturating_sub(ROWS_AT_ONCE));
    write(db, first).await?;
    let mut writes = Writes::default();
    if !last.is_empty() {
        sql::rollup::put(db, &mut writes, last).await?;
    }
    mark::remove(&mut writes, marks);
    commit(db, writes, last).await
}

/// Takes away roll-ups that the new definition or the new tree no longer makes, and those whose parts are all gone.
async fn remove_leftovers(context: &Context, indicator: &Indicator) -> Result<(), Error> {
    for every in 1..=sql::rollup::ROLLING_28D {
        for starts in sql::rollup::starts(&context.db, every).await?.chunks(200) {
            let mut writes = Writes::default();
            sql::rollup::remove_older(&mut writes, every, starts, indicator.no, context.now);
            let removed = writes.commit(&context.db).await?.unwrap_or_default().removed;
            if removed > 0 {
                let mut writes = Writes::default();
                writes.grow_version();
                writes.commit(&context.db).await?;
                context.db.signal().rollups_written(Written::Unknown);
            }
        }
    }
    Ok(())
}
