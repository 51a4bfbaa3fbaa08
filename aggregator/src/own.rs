//! From parts to what a unit itself did in each window.
//!
//! Flows merge by polars; running totals take the last part known; medians come from the values
//! themselves. Owns the choice by kind of roll-up. No database.

use std::collections::HashMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use polars::prelude::PolarsResult;
use rules::at::At;
use rules::indicator::{Accumulates, Indicator, RollupTime};
use rules::period::Period;
use rules::quantile::linear;
use sql::counted::Single;
use sql::part::Part;
use sql::registry::Registry;
use sql::rollup::{Key, Own};

use crate::frame::{self, Merged, Parts};
use crate::window::{Window, homes, period_of};

/// What is to be computed: windows of one indicator of one unit, with what they are made from.
#[derive(Debug)]
pub struct Request {
    /// Number of the indicator.
    pub indicator: i64,
    /// Number of the unit.
    pub unit: i64,
    /// The windows.
    pub windows: Vec<Window>,
    /// Parts of that indicator and unit that may count in them.
    pub parts: Vec<Part>,
    /// For medians: values that may count in them.
    pub singles: Vec<Single>,
}

/// Computes all requests; a window in which nothing counts gets an empty [`Own`].
///
/// Running totals are carried on up to `today`: in a window that begins later only what is booked in it counts, so that it
/// does not depend on what else is booked ahead.
///
/// # Errors
/// What polars reports.
pub fn compute(registry: &Registry, zone: Tz, today: NaiveDate, requests: Vec<Request>) -> PolarsResult<HashMap<Key, Own>> {
    let mut owns = HashMap::new();
    let mut keys: Vec<(Key, &Indicator)> = Vec::new();
    let mut parts = Parts::default();
    for mut request in requests {
        let Some(indicator) = registry.indicator_no(request.indicator) else { continue };
        // The order in time decides what is last and whose source speaks for the data.
        // Of two that end together the longer period speaks last, whichever came first.
        request.parts.sort_unstable_by_key(|part| (part.last_at, part.grain, part.last_seq));
        match (indicator.accumulates, indicator.rollup_time) {
            (Accumulates::ToDate, _) => owns.extend(running_totals(indicator, today, &request)),
            (Accumulates::Flow, RollupTime::Median | RollupTime::P90) => owns.extend(order_statistics(indicator, zone, &request)),
            (Accumulates::Flow, _) => {
                let first = keys.len();
                let groups: HashMap<Window, u32> = (first..).zip(&request.windows).map(|(at, window)| (*window, group_of(at))).collect();
                keys.extend(request.windows.iter().map(|window| (window.key(request.indicator, request.unit), indicator)));
                for part in &request.parts {
                    let Some(period) = period_of(part) else { continue };
                    for window in held_by(period, &request.windows) {
                        if let Some(&group) = groups.get(&window) {
                            parts.push(group, part);
                        }
                    }
                }
            }
        }
    }
    let merged = frame::merge(parts, keys.len())?;
    owns.extend(
        keys.into_iter()
            .zip(merged)
            .map(|((key, indicator), merged)| (key, merged.map_or_else(Own::default, |merged| chosen(indicator, merged)))),
    );
    Ok(owns)
}

fn group_of(at: usize) -> u32 {
    u32::try_from(at).expect("fewer windows than four billion")
}

/// The windows in which a part counts: its homes, and the rolling ones among those wanted.
fn held_by(part: Period, wanted: &[Window]) -> impl Iterator<Item = Window> {
    let rolling = wanted.iter().copied().filter(move |window| matches!(window, Window::Rolling28d(_)) && window.holds(part));
    homes(part).map(Window::Period).chain(rolling)
}

/// The value of a flow, by its kind of roll-up over time.
pub(crate) fn chosen(indicator: &Indicator, merged: Merged) -> Own {
    let value = match indicator.rollup_time {
        RollupTime::Sum => Some(merged.sum),
        RollupTime::Mean => (merged.n > 0).then(|| merged.sum / merged.n as f64),
        RollupTime::Last => merged.last,
        RollupTime::Min => merged.min,
        RollupTime::Max => merged.max,
        RollupTime::Ratio => ratio(indicator, merged.numerator, merged.denominator),
        // These come from the values themselves.
        RollupTime::Median | RollupTime::P90 => None,
    };
    let of_ratio = indicator.is_ratio();
    Own {
        value,
        numerator: of_ratio.then_some(merged.numerator),
        denominator: of_ratio.then_some(merged.denominator),
        n: merged.n,
        data_at: Some(merged.data_at),
        source: Some(merged.source),
    }
}

/// numerator / denominator in the scale of the indicator; None over nothing.
pub(crate) fn ratio(indicator: &Indicator, numerator: f64, denominator: f64) -> Option<f64> {
    (denominator != 0.0).then(|| numerator / denominator * indicator.scale())
}

/// The last part known at the end of each window.
fn running_totals(indicator: &Indicator, today: NaiveDate, request: &Request) -> Vec<(Key, Own)> {
    let placed: Vec<(Period, &Part)> = request.parts.iter().filter_map(|part| Some((period_of(part)?, part))).collect();
    let of = |window: &Window| {
        // Parts stand in time, so those that end later than the window are one stretch at the end.
        let until = placed.partition_point(|(period, _)| period.last_day() <= window.last_day());
        let counts = |period: Period| if window.first_day() <= today { window.knows(period) } else { window.holds(period) };
        let last = placed[..until].iter().rev().find(|(period, _)| counts(*period));
        let own = last.map_or_else(Own::default, |(_, part)| running_total(indicator, part));
        (window.key(request.indicator, request.unit), own)
    };
    request.windows.iter().map(of).collect()
}

fn running_total(indicator: &Indicator, part: &Part) -> Own {
    let of_ratio = indicator.is_ratio();
    let value = match (of_ratio, part.last_numerator, part.last_denominator) {
        (true, Some(numerator), Some(denominator)) => ratio(indicator, numerator, denominator),
        (true, ..) => None,
        (false, ..) => part.last,
    };
    Own {
        value,
        numerator: part.last_numerator.filter(|_| of_ratio),
        denominator: part.last_denominator.filter(|_| of_ratio),
        n: 1,
        data_at: Some(part.data_at),
        source: Some(part.source),
    }
}

/// Median or 90th percentile of the values in each window, linearly interpolated.
fn order_statistics(indicator: &Indicator, zone: Tz, request: &Request) -> Vec<(Key, Own)> {
    let quantile = if indicator.rollup_time == RollupTime::P90 { 0.9 } else { 0.5 };
    let mut values: HashMap<Window, Vec<f64>> = request.windows.iter().map(|window| (*window, Vec::new())).collect();
    for single in &request.singles {
        let Some(period) = At::from_stored(single.grain, single.at).map(|at| at.part(zone)) else { continue };
        for window in held_by(period, &request.windows) {
            if let Some(values) = values.get_mut(&window) {
                values.push(single.value);
            }
        }
    }
    // The newest part of each window says how old its data are.
    let mut newest: HashMap<Window, &Part> = HashMap::new();
    for part in &request.parts {
        let Some(period) = period_of(part) else { continue };
        newest.extend(held_by(period, &request.windows).map(|window| (window, part)));
    }
    let of = |(window, mut values): (Window, Vec<f64>)| {
        values.sort_unstable_by(f64::total_cmp);
        let newest = newest.get(&window);
        let own = Own {
            value: linear(&values, quantile),
            numerator: None,
            denominator: None,
            n: values.len() as i64,
            data_at: newest.map(|part| part.data_at),
            source: newest.map(|part| part.source),
        };
        (window.key(request.indicator, request.unit), own)
    };
    values.into_iter().map(of).collect()
}
