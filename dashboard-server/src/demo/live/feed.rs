//! What one source says next. Pure: it is told the time.

use chrono_tz::Tz;
use rules::at::At;
use rules::indicator::{Accumulates, Indicator};
use rules::period::{Every, Period};
use rules::time::{Millis, date_of, format_instant, start_of};
use serde_json::{Value, json};

use super::super::maker::{Measure, Memory, When, measure};
use super::super::pair::Pair;
use super::super::profile::{self, Pace};
use super::super::random::{Random, word};

/// Events in a batch at most.
const LARGEST: u64 = 5;

/// Whether an indicator has something to tell at any moment, not only when a period is over.
pub(super) fn is_lively(indicator: &Indicator) -> bool {
    profile::of(indicator, "").pace != Pace::Closed
}

/// The pairs of one source and where they stand.
#[derive(Debug)]
pub(in super::super) struct Feed {
    source: String,
    pairs: Vec<Pair>,
    memories: Vec<Memory>,
    /// How often each is told, added up, so that a number below the last finds one.
    weights: Vec<f64>,
    /// What is told first, the busiest last: a board that just opened should not wait long for its tiles to be fresh.
    opening: Vec<usize>,
    zone: Tz,
    random: Random,
    /// Begins the ids, so that a demo begun again says new things.
    begun: Millis,
    count: u64,
}

impl Feed {
    /// The feed of a source from those of its pairs that are told at any moment.
    pub(super) fn new(pairs: Vec<Pair>, source: &str, seed: u64, zone: Tz, begun: Millis) -> Self {
        let pairs: Vec<Pair> = pairs.into_iter().filter(|pair| pair.profile.pace != Pace::Closed).collect();
        let mut sum = 0.0;
        let weights: Vec<f64> = pairs
            .iter()
            .map(|pair| {
                sum += weight(pair);
                sum
            })
            .collect();
        let mut opening: Vec<usize> = (0..pairs.len()).collect();
        opening.sort_by(|one, other| weight(&pairs[*one]).total_cmp(&weight(&pairs[*other])));
        let opening = opening.split_off(pairs.len().saturating_sub(LARGEST as usize));
        let memories = pairs.iter().map(Memory::of).collect();
        let random = Random::keyed(&[seed, word(source), word("live"), begun.cast_unsigned()]);
        Self { source: source.to_owned(), pairs, memories, weights, opening, zone, random, begun, count: 0 }
    }

    /// The next samples, one to five CloudEvents; none from a source that has none to tell.
    pub(in super::super) fn batch(&mut self, now: Millis) -> Vec<Value> {
        let by_chance = 1 + self.random.below(LARGEST);
        let wanted = if self.opening.is_empty() { by_chance } else { self.opening.len() as u64 };
        let mut events = Vec::new();
        // Where nothing happens to be counted another try is made.
        for _ in 0..40 {
            if self.pairs.is_empty() || events.len() as u64 == wanted {
                break;
            }
            events.extend(self.event(now));
        }
        events
    }

    /// Evenly between two numbers.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        self.random.between(low, high)
    }

    fn event(&mut self, now: Millis) -> Option<Value> {
        let place = self.random.share() * self.weights.last()?;
        let by_chance = self.weights.partition_point(|sum| *sum <= place).min(self.pairs.len() - 1);
        let at = self.opening.pop().unwrap_or(by_chance);
        let pair = &self.pairs[at];
        let today = date_of(now, self.zone);
        let share_of_day = (now - start_of(today, self.zone)) as f64 / 86_400_000.0;
        let when = When { share_of_day: share_of_day.clamp(0.0, 0.999), ..When::day(today, today) };
        let measure = measure(pair, &mut self.memories[at], when, &mut self.random)?;
        let of = match pair.profile.pace {
            // The day's figure so far, told again.
            Pace::Daily => At::Period(Period::containing(today, Every::Day)),
            _ => At::Instant(now - (self.count % 900).cast_signed()),
        };
        self.count += 1;
        let mut data = json!({ "unit": pair.unit_id, "indicator": pair.indicator.id, "at": of });
        match measure {
            Measure::Value(value) => data["value"] = json!(value),
            Measure::Ratio(numerator, denominator) => {
                data["numerator"] = json!(numerator);
                data["denominator"] = json!(denominator);
            }
        }
        Some(json!({
            "specversion": "1.0",
            "id": format!("{}-{}", self.begun, self.count),
            "source": self.source,
            "type": "pantau.sample.v1",
            "time": format_instant(now),
            "data": data,
        }))
    }
}

/// How often a pair is told beside the others of its source. The busy ones do not drown the others, and running
/// totals crawl, but someone waits for them.
fn weight(pair: &Pair) -> f64 {
    match pair.profile.pace {
        Pace::Moments(a_day) => a_day.sqrt(),
        Pace::Daily if pair.indicator.accumulates == Accumulates::ToDate && pair.profile.free.is_none() => 3.0,
        Pace::Daily => 0.5,
        Pace::Weekly => 1.0,
        Pace::Closed => 0.0,
    }
}
