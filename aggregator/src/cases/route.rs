//! To which groups a case belongs.
//!
//! Cases that belong to the same groups share a cell: a unit's, as long as nothing changes above
//! it. So a case is laid out once, however many are above its unit, and a group is a list of cells.

use std::collections::HashMap;

use super::{ALL, By, Cases, Lineages};

/// The groups of a table and the way to them from each case.
pub(super) struct Routes<'a> {
    /// The numbers of the groups, ascending.
    pub(super) groups: Vec<i64>,
    /// For each cell the places of its groups.
    pub(super) cells: Vec<Vec<u32>>,
    way: Way<'a>,
}

enum Way<'a> {
    /// A column whose places are the cells.
    Column(&'a [u32]),
    /// For each tree the cell of each unit's place.
    Tree(&'a [u32], &'a Lineages, Vec<Vec<u32>>),
    All,
}

impl<'a> Routes<'a> {
    pub(super) fn new(cases: &'a Cases, by: By<'a>) -> Self {
        let of_column = |known: &[i64], column| {
            let (groups, cells) = placed(known.iter().map(|number| vec![*number]).collect());
            Self { groups, cells, way: Way::Column(column) }
        };
        match by {
            By::Unit => of_column(&cases.units.known, &cases.units.column),
            By::Service => of_column(&cases.services.known, &cases.services.column),
            By::Tree(lineages) => Self::of_tree(&cases.units.known, &cases.units.column, lineages),
            By::All => Self { groups: vec![ALL], cells: vec![vec![0]], way: Way::All },
        }
    }

    fn of_tree(known: &[i64], column: &'a [u32], lineages: &'a Lineages) -> Self {
        let mut ways: Vec<Vec<i64>> = Vec::new();
        let mut places: HashMap<Vec<i64>, u32> = HashMap::new();
        let mut cell = |way: Vec<i64>| {
            *places.entry(way).or_insert_with_key(|way| {
                ways.push(way.clone());
                (ways.len() - 1) as u32
            })
        };
        let cells_of_trees = lineages
            .trees()
            .map(|tree| {
                let way = |unit: i64| match tree.lineage(unit) {
                    // A unit that a tree does not know has nobody above it.
                    [] => vec![unit],
                    lineage => lineage.to_vec(),
                };
                known.iter().map(|unit| cell(way(*unit))).collect()
            })
            .collect();
        let (groups, cells) = placed(ways);
        Self { groups, cells, way: Way::Tree(column, lineages, cells_of_trees) }
    }

    /// The cell of a row opened at `opened`.
    #[inline]
    pub(super) fn cell(&self, row: usize, opened: i64) -> usize {
        let cell = match &self.way {
            Way::Column(column) => column[row],
            Way::Tree(column, lineages, cells) => cells[lineages.era(opened)][column[row] as usize],
            Way::All => 0,
        };
        cell as usize
    }

    /// The places of the groups of a row opened at `opened`.
    #[inline]
    pub(super) fn of(&self, row: usize, opened: i64) -> &[u32] {
        &self.cells[self.cell(row, opened)]
    }

    /// For each group its cells.
    pub(super) fn members(&self) -> Vec<Vec<u32>> {
        let mut members = vec![Vec::new(); self.groups.len()];
        for (cell, groups) in (0..).zip(&self.cells) {
            for group in groups {
                members[*group as usize].push(cell);
            }
        }
        members
    }
}

/// The numbers that occur, ascending, and each of them as its place among those.
fn placed(ways: Vec<Vec<i64>>) -> (Vec<i64>, Vec<Vec<u32>>) {
    let mut groups: Vec<i64> = ways.iter().flatten().copied().collect();
    groups.sort_unstable();
    groups.dedup();
    let place = |number: &i64| groups.binary_search(number).expect("every number became a group") as u32;
    let cells = ways.iter().map(|way| way.iter().map(place).collect()).collect();
    (groups, cells)
}
