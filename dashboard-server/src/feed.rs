//! From roll-ups to tiles: which windows a board reads on a day, and what stands on it at a moment.
//!
//! Pure: everything is a function of the configuration, the rows read and the present.

use std::collections::HashSet;

use aggregator::board::{SPARK, keys_of_tile};
use chrono::NaiveDate;
use chrono_tz::Tz;
use rules::freshness::usual_rhythm;
use rules::indicator::{Indicator, Show};
use rules::period::{Every, Period};
use rules::show::{Shown, shown};
use rules::time::{Millis, day_number, start_of};
use rules::unit::Unit;
use sql::registry::{Board, Registry};
use sql::rollup::{Key, ROLLING_28D, Rollup};

use crate::protocol::{Figure, Group, SparkPoint, Tile};
use crate::value::{self, Age};

/// Roll-ups as read, each in the place of its key in [`Plan::keys`]; None where there is none.
#[derive(Debug, Default)]
pub(crate) struct Rows(Vec<Option<Rollup>>);

/// What a board reads on a day and how its tiles are made of it.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) title: String,
    pub(crate) groups: Vec<Group>,
    tiles: Vec<Recipe>,
    /// Every key of every tile, in order, each once.
    pub(crate) keys: Vec<Key>,
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

/// Periods that a tile reads: the current one and as many before it as a sparkline has points, so
/// that the last complete one has a sparkline of its own.
const WINDOWS: usize = SPARK as usize + 1;

#[derive(Debug)]
struct Recipe {
    id: String,
    group: String,
    title: String,
    unit: String,
    indicator: String,
    show: Option<Show>,
    current: Period,
    /// Places of its windows: the current period, then the twelve before it, newest first.
    windows: [usize; WINDOWS],
    /// Place of the rolling window, where it is shown.
    rolling: Option<usize>,
    today: NaiveDate,
    usual_rhythm_s: i64,
}

impl Plan {
    /// What `board` reads on `today`.
    pub(crate) fn new(registry: &Registry, board: &Board, today: NaiveDate, zone: Tz) -> Self {
        let mut parts = Vec::new();
        let mut seen = HashSet::new();
        for (group, tile) in board.groups.iter().flat_map(|group| group.tiles.iter().map(move |tile| (group, tile))) {
            // A unit or an indicator may have ended while the board still names it; the same tile may
            // stand under two headings, but its id must be one.
            if let (Some(unit), Some(indicator)) = (registry.unit_no(tile.unit), registry.indicator_no(tile.indicator))
                && seen.insert((tile.unit, tile.indicator, tile.every))
            {
                parts.push((group, tile, unit, indicator));
            }
        }
        let mut keys: Vec<Key> = parts.iter().flat_map(|(_, tile, _, indicator)| keys_of_tile(tile, indicator, today)).collect();
        keys.sort_unstable();
        keys.dedup();
        let place = |key: Key| keys.binary_search(&key).expect("every window of a tile is among the keys");
        let recipe = |(group, tile, unit, indicator): (&sql::registry::Group, &sql::registry::Tile, &Unit, &Indicator)| {
            let current = Period::containing(today, tile.every);
            let key = |every: i64, start: i64| Key { every, start, indicator: indicator.no, unit: unit.no };
            let of_period = |period: Period| place(key(period.every().code(), day_number(period.first_day())));
            let rolling = keys_of_tile(tile, indicator, today).into_iter().find(|key| key.every == ROLLING_28D);
            Recipe {
                id: format!("{}:{}:{}", unit.id, indicator.id, tile.every),
                group: group.title.clone(),
                title: tile.title.clone(),
                unit: unit.id.clone(),
                indicator: indicator.id.clone(),
                show: indicator.show,
                current,
                windows: std::array::from_fn(|back| of_period(current.back(u32::try_from(back).expect("a dozen")))),
                rolling: rolling.map(place),
                today,
                usual_rhythm_s: usual_rhythm(indicator.frequency),
            }
        };
        let tiles: Vec<Recipe> = parts.into_iter().map(recipe).collect();
        let groups = board.groups.iter().map(|group| Group { title: group.title.clone() }).collect();
        let until = today.succ_opt().map_or(Millis::MAX, |tomorrow| start_of(tomorrow, zone));
        Self { title: board.title.clone(), groups, tiles, keys, until }
    }

    /// The units on the board: it is visible to who may see them all.
    pub(crate) fn units(board: &Board) -> impl Iterator<Item = i64> {
        board.groups.iter().flat_map(|group| &group.tiles).map(|tile| tile.unit)
    }

    /// Puts what was found of the keys that were read in its place; the others stay.
    pub(crate) fn put(&self, rows: &mut Rows, read: &[Key], mut found: Vec<Rollup>) {
        rows.0.resize_with(self.keys.len(), || None);
        found.sort_unstable_by_key(|row| row.key);
        let mut found = found.into_iter().peekable();
        let mut place = 0;
        for key in read {
            place += self.keys[place..].partition_point(|known| known < key);
            rows.0[place] = found.next_if(|row| row.key == *key);
        }
    }

    /// Whether any tile reads a window.
    pub(crate) fn reads(&self, key: &Key) -> bool {
        self.keys.binary_search(key).is_ok()
    }

    /// Places of the tiles that read any of these keys, all of which the board reads.
    pub(crate) fn tiles_of(&self, keys: &[Key]) -> Vec<usize> {
        let mut is_read = vec![false; self.keys.len()];
        for key in keys {
            if let Ok(place) = self.keys.binary_search(key) {
                is_read[place] = true;
            }
        }
        let reads = |recipe: &Recipe| recipe.windows.iter().chain(&recipe.rolling).any(|place| is_read[*place]);
        (0..self.tiles.len()).filter(|at| reads(&self.tiles[*at])).collect()
    }

    /// What stands on the board at `now`, and when each tile looks different by the passing of time alone.
    pub(crate) fn picture(&self, registry: &Registry, rows: &Rows, now: Millis) -> (Picture, Vec<Millis>) {
        let (tiles, change_at) = self.tiles.iter().map(|recipe| recipe.tile(registry, rows, now)).unzip();
        (Picture { title: self.title.clone(), groups: self.groups.clone(), tiles }, change_at)
    }

    /// One tile of [`Plan::picture`], by its place.
    pub(crate) fn tile(&self, at: usize, registry: &Registry, rows: &Rows, now: Millis) -> (Tile, Millis) {
        self.tiles[at].tile(registry, rows, now)
    }
}

impl Recipe {
    fn tile(&self, registry: &Registry, rows: &Rows, now: Millis) -> (Tile, Millis) {
        let row = |back: usize| rows.0[self.windows[back]].as_ref();
        // How far back the shown period lies, which ends the sparkline too.
        let (period, end, shown) = match shown(self.show, row(0).map_or(0, |row| row.n)) {
            Shown::Current => (self.current, 0, row(0)),
            Shown::LastComplete => (self.current.previous(), 1, row(1)),
            Shown::Rolling28d => {
                let row = self.rolling.and_then(|place| rows.0[place].as_ref());
                (Period::containing(self.today, Every::Day), 0, row)
            }
        };
        let age = self.age(registry, rows);
        let value = Figure {
            data_at: age.data_at.map(rules::time::format_instant),
            ..value::of(&self.unit, &self.indicator, period, shown, age.freshness(now), registry.revision)
        };
        let mut period = self.current.back(u32::try_from(end).expect("0 or 1")).back(SPARK);
        let spark = (end..end + WINDOWS - 1).rev().map(|back| {
            period = period.next();
            SparkPoint { period, value: row(back).and_then(|row| row.value) }
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
        let windows = self.windows.iter().copied().chain(self.rolling);
        let newest = windows.filter_map(|place| rows.0[place].as_ref()).max_by_key(|row| row.data_at);
        Age::of(registry, newest.and_then(|row| row.data_at), newest.and_then(|row| row.source), self.usual_rhythm_s)
    }
}
