//! The passport of an indicator: what is measured and how it is to be read.
//!
//! Owns the words of `indicators.csv`. Must never know values or targets.

mod words;

use chrono::NaiveDate;

pub use words::{Accumulates, Formula, Polarity, RollupTime, RollupTree, Show};

use crate::period::Every;
use crate::unit::Unit;

/// An indicator as it stands at one revision of the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Indicator {
    /// The number it has inside, stable for ever.
    pub no: i64,
    /// The id it has outside, such as `PT-01`.
    pub id: String,
    /// Its name in Indonesian.
    pub name: String,
    /// Its name in English; may be blank.
    pub name_en: String,
    /// What its numbers count, such as `%`, `hari`, `orang`.
    pub unit_of_measure: String,
    /// Which direction is good.
    pub polarity: Polarity,
    /// How a value becomes an achievement.
    pub formula: Formula,
    /// How samples become the value of a window.
    pub rollup_time: RollupTime,
    /// How units become the value of the unit above.
    pub rollup_tree: RollupTree,
    /// Whether values add up by themselves.
    pub accumulates: Accumulates,
    /// How often it is measured, and what a tile shows unless told otherwise.
    pub frequency: Every,
    /// Digits after the decimal mark on screens.
    pub decimals: u8,
    /// Unit ids or kinds; empty means every unit.
    pub applies_to: Vec<String>,
    /// What stands above the line of a ratio, in words.
    pub numerator: String,
    /// What stands below the line of a ratio, in words.
    pub denominator: String,
    /// Where it comes from, in words.
    pub source: String,
    /// Who answers for it.
    pub owner: String,
    /// The id of its bands; `default` when the file left it blank.
    pub bands: String,
    /// Which window a tile shows; `None` leaves it to [`crate::show::shown`].
    pub show: Option<Show>,
    /// The first day on which it is measured; `None` since always.
    pub valid_from: Option<NaiveDate>,
}

impl Indicator {
    /// Whether its value is a numerator over a denominator.
    pub fn is_ratio(&self) -> bool {
        self.rollup_time == RollupTime::Ratio
    }

    /// What numerator / denominator is multiplied by: 100 for a ratio in `%`, else 1.
    pub fn scale(&self) -> f64 {
        if self.is_ratio() && self.unit_of_measure == "%" {
            100.0
        } else {
            1.0
        }
    }

    /// Whether it is measured at that unit, by the unit's id or kind.
    pub fn applies(&self, unit: &Unit) -> bool {
        self.applies_to.is_empty()
            || self
                .applies_to
                .iter()
                .any(|word| *word == unit.id || *word == unit.kind)
    }
}
