//! To which groups a case belongs.

use rules::unit::Tree;

use super::{ALL, By, Cases, Lineages};

/// The groups of a table and the way to them from each case.
pub(super) struct Routes<'a> {
    /// The numbers of the groups, ascending.
    pub(super) groups: Vec<i64>,
    way: Way<'a>,
}

enum Way<'a> {
    /// The group of each place of a column.
    Column(&'a [u32], Vec<u32>),
    /// For each tree the groups of each unit's place.
    Tree(&'a [u32], &'a Lineages, Vec<Vec<Vec<u32>>>),
    All,
}

impl<'a> Routes<'a> {
    pub(super) fn new(cases: &'a Cases, by: By<'a>) -> Self {
        match by {
            By::Unit => Self::of_column(&cases.units.known, &cases.units.column),
            By::Service => Self::of_column(&cases.services.known, &cases.services.column),
            By::Tree(lineages) => Self::of_tree(&cases.units.known, &cases.units.column, lineages),
            By::All => Self { groups: vec![ALL], way: Way::All },
        }
    }

    fn of_column(known: &[i64], column: &'a [u32]) -> Self {
        let groups = ascending(known.to_vec());
        let ranks = known.iter().map(|number| rank(&groups, *number)).collect();
        Self { groups, way: Way::Column(column, ranks) }
    }

    fn of_tree(known: &[i64], column: &'a [u32], lineages: &'a Lineages) -> Self {
        // A unit that a tree does not know has nobody above it.
        let way = |tree: &Tree, unit: i64| match tree.lineage(unit) {
            [] => vec![unit],
            lineage => lineage.to_vec(),
        };
        let ways: Vec<Vec<Vec<i64>>> = lineages.trees().map(|tree| known.iter().map(|unit| way(tree, *unit)).collect()).collect();
        let groups = ascending(ways.iter().flatten().flatten().copied().collect());
        let ranks = |way: Vec<i64>| way.into_iter().map(|number| rank(&groups, number)).collect();
        let ways = ways.into_iter().map(|ways| ways.into_iter().map(ranks).collect()).collect();
        Self { groups, way: Way::Tree(column, lineages, ways) }
    }

    /// The places of the groups of a row opened at `opened`.
    #[inline]
    pub(super) fn of(&self, row: usize, opened: i64) -> &[u32] {
        match &self.way {
            Way::Column(column, ranks) => std::slice::from_ref(&ranks[column[row] as usize]),
            Way::Tree(column, lineages, ways) => &ways[lineages.era(opened)][column[row] as usize],
            Way::All => &[0],
        }
    }
}

fn ascending(mut numbers: Vec<i64>) -> Vec<i64> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The place of a number among groups made from it.
fn rank(groups: &[i64], number: i64) -> u32 {
    groups.binary_search(&number).expect("every number became a group") as u32
}
