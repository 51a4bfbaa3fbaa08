//! Which windows the boards show.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use rules::indicator::{Indicator, Show};
use rules::period::Period;
use sql::registry::{Registry, Tile};
use sql::rollup::Key;

use crate::window::Window;

/// Periods on a sparkline, the shown one among them.
pub const SPARK: u32 = 12;

/// Windows a tile needs on a day: the current period and the twelve before it (the last complete one
/// and its sparkline among them), and the rolling window where it is shown. The age of its data is
/// that of the newest of these.
pub fn windows_of_tile(tile: &Tile, indicator: &Indicator, today: NaiveDate) -> Vec<Window> {
    let current = Period::containing(today, tile.every);
    let mut windows: Vec<Window> = (0..=SPARK).map(|back| Window::Period(current.back(back))).collect();
    if indicator.show == Some(Show::Rolling28d) {
        windows.push(Window::Rolling28d(today));
    }
    windows
}

/// Windows of units, by indicator: the unit and its windows.
pub type OnBoards = HashMap<i64, Vec<(i64, Vec<Window>)>>;

/// All windows that the boards show on a day.
pub fn windows(registry: &Registry, today: NaiveDate) -> OnBoards {
    let mut seen: HashMap<(i64, i64), BTreeSet<Window>> = HashMap::new();
    for tile in registry.boards.iter().flat_map(|board| &board.groups).flat_map(|group| &group.tiles) {
        if let Some(indicator) = registry.indicator_no(tile.indicator) {
            seen.entry((tile.indicator, tile.unit)).or_default().extend(windows_of_tile(tile, indicator, today));
        }
    }
    let mut windows = OnBoards::new();
    for ((indicator, unit), set) in seen {
        windows.entry(indicator).or_default().push((unit, set.into_iter().collect()));
    }
    windows
}

/// The stored keys of a tile's windows on a day.
pub fn keys_of_tile(tile: &Tile, indicator: &Indicator, today: NaiveDate) -> Vec<Key> {
    windows_of_tile(tile, indicator, today).into_iter().map(|window| window.key(tile.indicator, tile.unit)).collect()
}
