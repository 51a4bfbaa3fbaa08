//! An indicator at a unit that measures it, with everything its samples depend on.

use chrono::NaiveDate;
use rules::indicator::Indicator;
use rules::status::bands_on;
use rules::target::Target;
use sql::registry::Registry;

use super::profile::{self, Profile};
use super::random::{Random, wave, word};
use super::size;
use super::story::{self, Story};

/// An indicator at a unit, and the source that sends it.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// The indicator.
    pub(super) indicator: Indicator,
    /// Number of the unit.
    pub(super) unit: i64,
    /// Its id.
    pub(super) unit_id: String,
    /// Number of the source.
    pub(super) source: i64,
    /// Its id.
    pub(super) source_id: String,
    /// What the unit is judged by.
    pub(super) targets: Vec<Target>,
    /// How samples come.
    pub(super) profile: Profile,
    /// What stands below the line.
    pub(super) denominator: f64,
    /// What its chance is begun with: seed, indicator, unit.
    pub(super) key: u64,
    story: Option<&'static Story>,
    /// The share of the target it reaches when nothing happens.
    usual: f64,
    /// How far that is from failing: noise is a part of it.
    pub(super) width: f64,
}

/// All pairs of a registry that are measured by samples and whose source is known, in a fixed order.
pub(super) fn all(registry: &Registry, seed: u64, today: NaiveDate) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for indicator in registry.indicators.iter().filter(|indicator| registry.takes_samples(indicator)) {
        for unit in registry.units.iter().filter(|unit| indicator.applies(unit)) {
            let name = source_of(indicator, &unit.id);
            let Some(source) = registry.source(name).or_else(|| registry.source(&indicator.source)) else { continue };
            let key = Random::keyed(&[seed, word(&indicator.id), word(&unit.id)]).draw();
            let watch_below = bands_on(&registry.bands, &indicator.bands, today).watch_below;
            let width = ((100.0 - watch_below) / 100.0).clamp(0.005, 0.15);
            // Mostly good, at times past the target, seldom in need of watching.
            let usual = 1.0 + width * Random::keyed(&[key, word("usual")]).between(-0.85, 0.25);
            pairs.push(Pair {
                unit: unit.no,
                unit_id: unit.id.clone(),
                source: source.no,
                source_id: source.id.clone(),
                targets: registry.targets(indicator.no, unit.no).to_vec(),
                profile: profile::of(indicator, &unit.id),
                denominator: size::denominator(&indicator.id, &unit.id),
                key,
                story: story::of(&unit.id, &indicator.id),
                usual,
                width,
                indicator: indicator.clone(),
            });
        }
    }
    pairs
}

/// Whether a source sends an indicator, from whichever unit.
pub(super) fn is_sent_by(indicator: &Indicator, source: &str) -> bool {
    indicator.source == source || source_of(indicator, "rsud") == source
}

/// The hospital has a system of its own; elsewhere an indicator has one source.
fn source_of<'a>(indicator: &'a Indicator, unit: &str) -> &'a str {
    if indicator.id == "KS-06" && unit == "rsud" { "simrs" } else { &indicator.source }
}

impl Pair {
    /// The share of its target that the unit reaches, `days_ago` days before the demo.
    pub(super) fn level(&self, day: i64, days_ago: i64) -> f64 {
        let base = self.story.map_or(self.usual, |story| story.level(days_ago));
        base + self.width * (0.18 * wave(self.key, day, 31) + 0.12 * wave(self.key.rotate_left(7), day, 9))
    }

    /// As [`level`](Self::level), for running totals: these move slowly, or they would seem to shrink.
    pub(super) fn slow_level(&self, day: i64, days_ago: i64) -> f64 {
        let base = self.story.map_or(self.usual, |story| story.level(days_ago));
        if base <= 0.0 { 0.0 } else { base + self.width * 0.15 * wave(self.key, day, 60) }
    }
}
