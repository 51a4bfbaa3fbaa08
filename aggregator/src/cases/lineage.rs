//! Who was above whom at a moment.

use rules::time::Millis;
use rules::unit::Tree;

/// Trees of units, each from an instant on.
#[derive(Clone, Debug)]
pub struct Lineages {
    /// Ascending by the instant; at least one.
    eras: Vec<(Millis, Tree)>,
}

impl Lineages {
    /// Trees with the instant from which each holds, in any order; the earliest also holds
    /// for everything before it. Of equal instants the last given holds. Without any, nobody is
    /// above anybody.
    pub fn new(mut eras: Vec<(Millis, Tree)>) -> Self {
        if eras.is_empty() {
            eras.push((Millis::MIN, Tree::default()));
        }
        eras.sort_by_key(|(from, _)| *from);
        Self { eras }
    }

    /// One tree that always held.
    pub fn constant(tree: Tree) -> Self {
        Self::new(vec![(Millis::MIN, tree)])
    }

    /// The unit itself, then its ancestors at that moment up to the top; empty for a unit that
    /// the tree did not know then.
    pub fn lineage(&self, unit: i64, at: Millis) -> &[i64] {
        self.eras[self.era(at)].1.lineage(unit)
    }

    /// The place of the tree that held at that moment.
    pub(super) fn era(&self, at: Millis) -> usize {
        self.eras.partition_point(|(from, _)| *from <= at).saturating_sub(1)
    }

    /// The trees in their order.
    pub(super) fn trees(&self) -> impl Iterator<Item = &Tree> {
        self.eras.iter().map(|(_, tree)| tree)
    }
}
