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
        if self.is_ratio() && self.unit_of_measure == "%" { 100.0 } else { 1.0 }
    }

    /// Whether it is measured at that unit, by the unit's id or kind.
    pub fn applies(&self, unit: &Unit) -> bool {
        self.applies_to.is_empty() || self.applies_to.iter().any(|word| *word == unit.id || *word == unit.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indicator(rollup_time: RollupTime, unit_of_measure: &str, applies_to: &[&str]) -> Indicator {
        Indicator {
            no: 1,
            id: "PT-01".to_owned(),
            name: "Izin tepat waktu".to_owned(),
            name_en: String::new(),
            unit_of_measure: unit_of_measure.to_owned(),
            polarity: Polarity::Up,
            formula: Formula::Ratio,
            rollup_time,
            rollup_tree: RollupTree::Ratio,
            accumulates: Accumulates::Flow,
            frequency: Every::Day,
            decimals: 2,
            applies_to: applies_to.iter().map(|word| (*word).to_owned()).collect(),
            numerator: String::new(),
            denominator: String::new(),
            source: String::new(),
            owner: String::new(),
            bands: "default".to_owned(),
            show: None,
            valid_from: None,
        }
    }

    fn unit(id: &str, kind: &str) -> Unit {
        Unit {
            no: 1,
            id: id.to_owned(),
            parent: None,
            name: String::new(),
            short_name: String::new(),
            kind: kind.to_owned(),
            valid_from: None,
            valid_to: None,
            calendar: String::new(),
            code: String::new(),
        }
    }

    #[test]
    fn only_a_ratio_in_percent_is_scaled() {
        assert_eq!(indicator(RollupTime::Ratio, "%", &[]).scale(), 100.0);
        assert_eq!(indicator(RollupTime::Ratio, "per 1.000", &[]).scale(), 1.0);
        assert_eq!(indicator(RollupTime::Mean, "%", &[]).scale(), 1.0);
    }

    #[test]
    fn it_applies_by_id_or_kind_or_to_all() {
        let agency = unit("dpmptsp", "agency");
        assert!(indicator(RollupTime::Sum, "", &[]).applies(&agency));
        assert!(indicator(RollupTime::Sum, "", &["rsud", "agency"]).applies(&agency));
        assert!(indicator(RollupTime::Sum, "", &["dpmptsp"]).applies(&agency));
        assert!(!indicator(RollupTime::Sum, "", &["rsud", "village"]).applies(&agency));
    }
}
