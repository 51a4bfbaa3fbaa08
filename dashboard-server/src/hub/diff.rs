//! What changed between two pictures of a board.

use std::collections::{HashMap, HashSet};

use crate::feed::Picture;
use crate::protocol::{Figure, Tile};

/// How to get from one picture to the next.
#[derive(Debug, PartialEq)]
pub(crate) enum Change {
    /// Nothing to tell.
    None,
    /// These tiles are new or other, those are gone.
    Tiles {
        /// New or other, whole.
        tiles: Vec<Tile>,
        /// Ids.
        removed: Vec<String>,
    },
    /// Title, headings or order changed: only a snapshot tells that.
    Whole,
}

/// What leads from `before` to `after`. Tiles that differ only in when they were computed are taken
/// over from `before` into `after`, so that the picture kept is the one that viewers have.
pub(crate) fn between(before: &Picture, after: &mut Picture) -> Change {
    let known: HashMap<&str, &Tile> = before.tiles.iter().map(|tile| (tile.id.as_str(), tile)).collect();
    let mut tiles = Vec::new();
    for tile in &mut after.tiles {
        match known.get(tile.id.as_str()) {
            Some(old) if says_the_same(old, tile) => tile.clone_from(old),
            _ => tiles.push(tile.clone()),
        }
    }
    let left: HashSet<&str> = after.tiles.iter().map(|tile| tile.id.as_str()).collect();
    let removed: Vec<String> = before.tiles.iter().filter(|tile| !left.contains(tile.id.as_str())).map(|tile| tile.id.clone()).collect();
    // Who applies a delta keeps the order of what stays and puts what is new at the end.
    let stays = before.tiles.iter().filter(|tile| left.contains(tile.id.as_str()));
    let new = after.tiles.iter().filter(|tile| !known.contains_key(tile.id.as_str()));
    let is_in_order = stays.chain(new).map(|tile| &tile.id).eq(after.tiles.iter().map(|tile| &tile.id));
    if before.title != after.title || before.groups != after.groups || !is_in_order {
        Change::Whole
    } else if tiles.is_empty() && removed.is_empty() {
        Change::None
    } else {
        Change::Tiles { tiles, removed }
    }
}

/// Whether two tiles tell a viewer the same: when they were computed is not news.
pub(super) fn says_the_same(old: &Tile, new: &Tile) -> bool {
    if old == new {
        return true;
    }
    if old.value.computed_at == new.value.computed_at && old.value.as_of == new.value.as_of {
        return false;
    }
    let times = Figure { computed_at: new.value.computed_at.clone(), as_of: new.value.as_of.clone(), ..old.value.clone() };
    times == new.value && old.spark == new.spark && old.title == new.title && old.group == new.group && old.rhythm_s == new.rhythm_s
}
