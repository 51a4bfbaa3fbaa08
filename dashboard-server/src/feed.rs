//! From roll-ups to tiles: which windows a board reads on a day, and what stands on it at a moment.
//!
//! Pure: everything is a function of the configuration, the rows read and the present.

use std::collections::HashMap;

use aggregator::board::{SPARK, keys_of_tile};
use chrono::NaiveDate;
use chrono_tz::Tz;
use rules::freshness::usual_rhythm;
use rules::indicator::Show;
use rules::period::{Every, Period};
use rules::show::{Shown, shown};
use rules::time::{Millis, day_number, start_of};
use sql::registry::{Board, Registry};
use sql::rollup::{Key, ROLLING_28D, Rollup};

use crate::protocol::{Figure, Group, SparkPoint, Tile};
use crate::value::{self, Age};

/// Roll-ups by their key, as read.
pub(crate) type Rows = HashMap<Key, Rollup>;

/// What a board reads on a day and how its tiles are made of it.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) title: String,
    pub(crate) groups: Vec<Group>,
    tiles: Vec<Recipe>,
    /// Every key of every tile.
    pub(crate) keys: Vec<Key>,
    /// Those in which today counts, and the last complete ones: what a new sample usually changes.
    pub(crate) hot: Vec<Key>,
    /// When the day is over.
    pub(crate) until: Millis,
}

/// What stands on a board at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Picture {
    pub(crate) title: String,
    pub(crate) groups: Vec<Group>,
    pub(crate) tiles: Vec<Tile>,
}

#[derive(Debug)]
struct Recipe {
    id: String,
    group: String,
    title: String,
    unit: (i64, String),
    indicator: (i64, String),
    show: Option<Show>,
    current: Period,
    /// First day of the rolling window, where it is shown.
    rolling: Option<i64>,
    today: NaiveDate,
    usual_rhythm_s: i64,
}

impl Plan {
    /// What `board` reads on `today`.
    pub(crate) fn new(registry: &Registry, board: &Board, today: NaiveDate, zone: Tz) -> Self {
        let (mut tiles, mut keys) = (Vec::new(), Vec::new());
        for (group, tile) in board.groups.iter().flat_map(|group| group.tiles.iter().map(move |tile| (group, tile))) {
            // A unit or an indicator may have ended while the board still names it.
            let (Some(unit), Some(indicator)) = (registry.unit_no(tile.unit), registry.indicator_no(tile.indicator)) else {
                continue;
            };
            let read = keys_of_tile(tile, indicator, today);
            let rolling = read.iter().find(|key| key.every == ROLLING_28D).map(|key| key.start);
            keys.extend(read);
            tiles.push(Recipe {
                id: format!("{}:{}:{}", unit.id, indicator.id, tile.every),
                group: group.title.clone(),
                title: tile.title.clone(),
                unit: (unit.no, unit.id.clone()),
                indicator: (indicator.no, indicator.id.clone()),
                show: indicator.show,
                current: Period::containing(today, tile.every),
                rolling,
                today,
                usual_rhythm_s: usual_rhythm(indicator.frequency),
            });
        }
        // The same tile may stand under two headings; its id must be one.
        let mut seen = std::collections::HashSet::new();
        tiles.retain(|tile| seen.insert(tile.id.clone()));
        keys.sort_unstable();
        keys.dedup();
        let mut hot: Vec<Key> = tiles.iter().flat_map(Recipe::hot).collect();
        hot.sort_unstable();
        hot.dedup();
        let groups = board.groups.iter().map(|group| Group { title: group.title.clone() }).collect();
        let until = today.succ_opt().map_or(Millis::MAX, |tomorrow| start_of(tomorrow, zone));
        Self { title: board.title.clone(), groups, tiles, keys, hot, until }
    }

    /// The units on the board: it is visible to who may see them all.
    pub(crate) fn units(board: &Board) -> impl Iterator<Item = i64> {
        board.groups.iter().flat_map(|group| &group.tiles).map(|tile| tile.unit)
    }

    /// What stands on the board at `now`, and when it looks different by the passing of time alone.
    pub(crate) fn picture(&self, registry: &Registry, rows: &Rows, now: Millis) -> (Picture, Millis) {
        let mut changes_at = self.until;
        let mut tiles = Vec::with_capacity(self.tiles.len());
        for recipe in &self.tiles {
            let (tile, tile_changes_at) = recipe.tile(registry, rows, now);
            changes_at = changes_at.min(tile_changes_at);
            tiles.push(tile);
        }
        (Picture { title: self.title.clone(), groups: self.groups.clone(), tiles }, changes_at)
    }
}

impl Recipe {
    fn key(&self, period: Period) -> Key {
        Key {
            every: period.every().code(),
            start: day_number(period.first_day()),
            indicator: self.indicator.0,
            unit: self.unit.0,
        }
    }

    fn rolling_key(&self) -> Option<Key> {
        self.rolling.map(|start| Key { every: ROLLING_28D, start, indicator: self.indicator.0, unit: self.unit.0 })
    }

    fn hot(&self) -> impl Iterator<Item = Key> {
        let periods = [self.current, self.current.previous()].map(|period| self.key(period));
        periods.into_iter().chain(self.rolling_key())
    }

    fn tile(&self, registry: &Registry, rows: &Rows, now: Millis) -> (Tile, Millis) {
        let current = rows.get(&self.key(self.current));
        let (period, end, row) = match shown(self.show, current.map_or(0, |row| row.n)) {
            Shown::Current => (self.current, self.current, current),
            Shown::LastComplete => {
                let last = self.current.previous();
                (last, last, rows.get(&self.key(last)))
            }
            Shown::Rolling28d => {
                let row = self.rolling_key().and_then(|key| rows.get(&key));
                (Period::containing(self.today, Every::Day), self.current, row)
            }
        };
        let age = self.age(registry, rows);
        let value = Figure {
            data_at: age.data_at.map(rules::time::format_instant),
            ..value::of(&self.unit.1, &self.indicator.1, period, row, age.freshness(now), registry.revision)
        };
        let spark = (0..SPARK).rev().map(|back| {
            let period = end.back(back);
            SparkPoint { period, value: rows.get(&self.key(period)).and_then(|row| row.value) }
        });
        let tile = Tile {
            id: self.id.clone(),
            group: self.group.clone(),
            title: self.title.clone(),
            value,
            spark: spark.collect(),
            rhythm_s: age.rhythm_s,
        };
        (tile, age.changes_at(now))
    }

    /// The newest data of the windows on the tile: what was booked before them is stale by any rhythm.
    fn age(&self, registry: &Registry, rows: &Rows) -> Age {
        let windows = (0..=SPARK).map(|back| self.key(self.current.back(back))).chain(self.rolling_key());
        let newest = windows.filter_map(|key| rows.get(&key)).max_by_key(|row| row.data_at);
        Age::of(registry, newest.and_then(|row| row.data_at), newest.and_then(|row| row.source), self.usual_rhythm_s)
    }
}
