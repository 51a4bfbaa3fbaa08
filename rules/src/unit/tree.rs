//! The tree of units: lineages up, descendants down.

use std::collections::HashMap;

use super::Unit;

/// Who is above whom, with every way up walked once, when the tree is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// For each unit itself, then its ancestors, nearest first.
    lineages: HashMap<i64, Vec<i64>>,
    /// The units right below each, in the order they were given.
    children: HashMap<i64, Vec<i64>>,
}

/// Why units do not form a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// Following the parents upwards leads back to where it began.
    #[error("unit {unit:?} is its own ancestor; give one unit on the way another parent")]
    Cycle {
        /// The id of a unit on the circle.
        unit: String,
    },
    /// A parent is not among the units.
    #[error("unit {unit:?} has a parent (no. {parent}) that is not a unit; add it or name another")]
    UnknownParent {
        /// The id of the unit whose parent is missing.
        unit: String,
        /// The number that no unit has.
        parent: i64,
    },
    /// Two units have the same number.
    #[error("unit {unit:?} has the number {no} of another unit; numbers must differ")]
    SameNumber {
        /// The id of the second of them.
        unit: String,
        /// The number they share.
        no: i64,
    },
}

impl Tree {
    /// The tree of these units, in any order.
    ///
    /// # Errors
    /// A parent that is not among them, a circle, or a number given twice.
    pub fn new(units: &[Unit]) -> Result<Self, TreeError> {
        let mut by_no = HashMap::with_capacity(units.len());
        for unit in units {
            if by_no.insert(unit.no, unit).is_some() {
                return Err(TreeError::SameNumber { unit: unit.id.clone(), no: unit.no });
            }
        }
        let mut tree = Self::default();
        for unit in units {
            tree.lineages.insert(unit.no, lineage_of(unit, &by_no)?);
            if let Some(parent) = unit.parent {
                tree.children.entry(parent).or_default().push(unit.no);
            }
        }
        Ok(tree)
    }

    /// The unit itself, then its ancestors up to the top; empty for an unknown unit.
    pub fn lineage(&self, unit: i64) -> &[i64] {
        self.lineages.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// The unit itself and everything below it, each unit before those below it;
    /// empty for an unknown unit.
    pub fn descendants(&self, unit: i64) -> Vec<i64> {
        let mut found = Vec::new();
        let mut open = Vec::new();
        if self.lineages.contains_key(&unit) {
            open.push(unit);
        }
        while let Some(next) = open.pop() {
            found.push(next);
            // Reversed, so that siblings come off the stack in their own order.
            open.extend(self.children.get(&next).into_iter().flatten().rev());
        }
        found
    }

    /// Whether `unit` is `root` or lies below it; false when either is unknown.
    pub fn is_within(&self, unit: i64, root: i64) -> bool {
        self.lineage(unit).contains(&root)
    }
}

fn lineage_of(unit: &Unit, by_no: &HashMap<i64, &Unit>) -> Result<Vec<i64>, TreeError> {
    let mut lineage = vec![unit.no];
    let mut below = unit;
    while let Some(parent) = below.parent {
        let above = by_no.get(&parent).ok_or_else(|| TreeError::UnknownParent { unit: below.id.clone(), parent })?;
        if lineage.contains(&parent) {
            return Err(TreeError::Cycle { unit: above.id.clone() });
        }
        lineage.push(parent);
        below = above;
    }
    Ok(lineage)
}

#[cfg(test)]
mod tests;
