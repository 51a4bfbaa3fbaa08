//! Up the unit tree: from what each unit itself did to what it did with everything below it.
//!
//! Ratios join by numerators and denominators, never as a mean of percentages. No database.

use std::collections::HashMap;

use polars::prelude::PolarsResult;
use rules::indicator::{Indicator, RollupTree};
use sql::registry::Registry;
use sql::rollup::{Key, Own};

use crate::frame::{self, Joined, Owns};
use crate::own::ratio;

/// A unit's own values of one window of an indicator, whichever unit they are of.
pub type OwnsOfWindow = HashMap<i64, Own>;

/// Joins, for each of `keys`, the own values of the unit and of everything below it.
/// `owns` are by window: the key with unit 0.
///
/// # Errors
/// What polars reports.
pub fn join(registry: &Registry, keys: &[Key], owns: &HashMap<Key, OwnsOfWindow>) -> PolarsResult<Vec<Own>> {
    let mut results = vec![Own::default(); keys.len()];
    // Which group a unit's lineage leads to: one for each wanted unit of a window.
    let mut wanted: HashMap<Key, HashMap<i64, u32>> = HashMap::new();
    for (group, key) in keys.iter().enumerate() {
        let group = u32::try_from(group).expect("fewer windows than four billion");
        wanted.entry(Key { unit: 0, ..*key }).or_default().insert(key.unit, group);
    }
    let mut rows = Owns::default();
    for (window, groups) in &wanted {
        let Some(indicator) = registry.indicator_no(window.indicator) else { continue };
        let Some(units) = owns.get(window) else { continue };
        let mut units: Vec<(i64, &Own)> = units.iter().filter(|(_, own)| own.n > 0).map(|(unit, own)| (*unit, own)).collect();
        // Newest data last: its source speaks for the window. The number makes the order of sums certain.
        units.sort_unstable_by_key(|(unit, own)| (own.data_at, *unit));
        for (unit, own) in units {
            if indicator.rollup_tree == RollupTree::None {
                if let Some(&group) = groups.get(&unit) {
                    results[group as usize] = *own;
                }
                continue;
            }
            for above in registry.tree.lineage(unit) {
                if let Some(&group) = groups.get(above) {
                    rows.push(group, own);
                }
            }
        }
    }
    for (at, joined) in frame::join(rows, keys.len())?.into_iter().enumerate() {
        if let (Some(joined), Some(indicator)) = (joined, registry.indicator_no(keys[at].indicator)) {
            results[at] = chosen(indicator, joined);
        }
    }
    Ok(results)
}

/// The value of a group, by its kind of roll-up over the tree.
pub(crate) fn chosen(indicator: &Indicator, joined: Joined) -> Own {
    let value = match indicator.rollup_tree {
        RollupTree::Sum => (joined.units > 0).then_some(joined.sum),
        RollupTree::Mean => (joined.units > 0).then(|| joined.sum / joined.units as f64),
        RollupTree::Ratio => ratio(indicator, joined.numerator, joined.denominator),
        // Taken over from the unit itself.
        RollupTree::None => None,
    };
    let of_ratio = indicator.is_ratio();
    Own {
        value,
        numerator: of_ratio.then_some(joined.numerator),
        denominator: of_ratio.then_some(joined.denominator),
        n: joined.n,
        data_at: Some(joined.data_at),
        source: Some(joined.source),
    }
}
