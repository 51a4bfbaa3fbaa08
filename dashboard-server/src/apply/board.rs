//! What an entry of `boards.toml` must be, and that each of its tiles can ever show a number.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use rules::indicator::RollupTree;
use rules::period::Every;
use rules::unit::Tree;
use sql::configuration::{BoardRow, GroupRow, IndicatorRow, TileRow, UnitRow};

use super::document::Node;
use super::fault::{Fault, Place};
use super::side::{Given, Side};
use super::unit;

/// Name of the list in the file.
pub(crate) const LIST: &str = "board";

/// Adds an entry.
pub(crate) fn parse(node: &Node<'_>, given: &mut Given<BoardRow>, faults: &mut Vec<Fault>) {
    let before = faults.len();
    node.only(&["id", "title", "group"], faults);
    let id = node.id("id", faults);
    let title = node.required("title", faults);
    let group: Vec<GroupRow> = node.nodes("group", faults).iter().map(|node| group(node, faults)).collect();
    if group.is_empty() && faults.len() == before {
        faults.push(node.place.fault("the board has no groups; write [[board.group]] with a title and tiles"));
    }
    let row = BoardRow { id: id.clone().unwrap_or_default(), title: title.unwrap_or_default(), group };
    given.push(node.place.clone(), id, (faults.len() == before).then_some(row));
}

fn group(node: &Node<'_>, faults: &mut Vec<Fault>) -> GroupRow {
    node.only(&["title", "tiles"], faults);
    let title = node.required("title", faults).unwrap_or_default();
    let tiles = node.nodes("tiles", faults).iter().map(|node| tile(node, faults)).collect();
    GroupRow { title, tiles }
}

fn tile(node: &Node<'_>, faults: &mut Vec<Fault>) -> TileRow {
    node.only(&["unit", "indicator", "title", "every"], faults);
    let unit = node.required("unit", faults).unwrap_or_default();
    let indicator = node.required("indicator", faults).unwrap_or_default();
    let title = node.text("title", faults);
    let every = node.text("every", faults).and_then(|word| match Every::from_str(&word) {
        Ok(every) => Some(every),
        Err(cause) => {
            faults.push(node.place_of("every").fault(format!("every is {:?}; write one of {}", cause.found, cause.expected.join(", "))));
            None
        }
    });
    TileRow { unit, indicator, title, every }
}

/// Every tile names a unit and an indicator that is measured there or below, once.
pub(crate) fn check(boards: &Side<BoardRow>, indicators: &Side<IndicatorRow>, units: &Side<UnitRow>, faults: &mut Vec<Fault>) {
    // Without a sound tree nothing can be said about what lies below a unit.
    let tree = unit::tree(units).ok().filter(|_| units.is_whole());
    let look = Look { indicators, units, tree, numbers: units.rows.keys().map(String::as_str).zip(0..).collect() };
    for placed in boards.rows.values() {
        let mut seen = BTreeSet::new();
        let tiles = placed.row.group.iter().flat_map(|group| &group.tiles);
        for (tile, number) in tiles.zip(1..) {
            look.tile(tile, number, &placed.row.id, &placed.place, faults);
            let every = tile.every.or_else(|| indicators.get(&tile.indicator).map(|indicator| indicator.frequency));
            if !seen.insert((&tile.unit, &tile.indicator, every)) {
                let TileRow { unit, indicator, .. } = tile;
                faults.push(placed.place.fault(format!(
                    "tile {number} of the board {} shows {indicator} of {unit} a second time; keep one, or give it another `every`",
                    placed.row.id
                )));
            }
        }
    }
}

/// What a tile is looked up in.
struct Look<'a> {
    indicators: &'a Side<IndicatorRow>,
    units: &'a Side<UnitRow>,
    tree: Option<Tree>,
    numbers: BTreeMap<&'a str, i64>,
}

impl Look<'_> {
    fn tile(&self, tile: &TileRow, number: usize, board: &str, place: &Place, faults: &mut Vec<Fault>) {
        let before = faults.len();
        let TileRow { unit, indicator, .. } = tile;
        let of = format!("tile {number} of the board {board}");
        if !self.units.knows(unit) {
            faults.push(place.fault(format!("{of} shows the unit {unit:?}, which {}", self.units.missing(unit))));
        }
        if !self.indicators.knows(indicator) {
            faults.push(place.fault(format!("{of} shows the indicator {indicator:?}, which {}", self.indicators.missing(indicator))));
        }
        if faults.len() == before && !self.is_measured(unit, indicator) {
            faults.push(place.fault(format!(
                "{of} shows {indicator} of {unit}, but its applies_to has neither this unit nor, where rollup_tree is not none, one below it; add the unit or its kind to applies_to"
            )));
        }
    }

    /// Whether the indicator is measured at the unit, or below it and rolled up. True also when one of
    /// the two is not known well enough to tell.
    fn is_measured(&self, unit: &str, indicator: &str) -> bool {
        let (Some(indicator), Some(&number), Some(tree)) = (self.indicators.get(indicator), self.numbers.get(unit), &self.tree) else {
            return true;
        };
        let applies = |row: &UnitRow| indicator.applies_to.iter().any(|word| *word == row.id || *word == row.kind);
        let candidates = match indicator.rollup_tree {
            RollupTree::None => vec![number],
            _ => tree.descendants(number),
        };
        let rows: Vec<&UnitRow> = self.units.rows.values().map(|placed| &placed.row).collect();
        indicator.applies_to.is_empty() || candidates.iter().any(|&no| usize::try_from(no).is_ok_and(|at| applies(rows[at])))
    }
}
