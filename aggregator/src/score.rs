//! Judging a window: its target, achievement and status by the bands valid at its end.

use rules::formula::achievement;
use rules::indicator::Indicator;
use rules::status::{Status, bands_on, status};
use rules::target::{Due, due};
use sql::registry::Registry;

use crate::window::Window;

/// The judgement on a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// What was due; None when there is no target.
    pub due: Option<Due>,
    /// Achievement in percent, uncapped.
    pub achievement: Option<f64>,
    /// Status.
    pub status: Status,
}

/// Judges a value of an indicator of a unit in a window.
pub fn judge(registry: &Registry, indicator: &Indicator, unit: i64, window: Window, value: Option<f64>) -> Score {
    let targets = registry.targets(indicator.no, unit);
    let due = due(targets, window.judged_as(), indicator.accumulates, indicator.rollup_time);
    let reached = match (value, due) {
        (Some(value), Some(due)) => achievement(indicator.formula, indicator.polarity, value, due.target, due.high),
        _ => None,
    };
    let bands = bands_on(&registry.bands, &indicator.bands, window.last_day());
    Score { due, achievement: reached, status: status(value, reached, bands) }
}
