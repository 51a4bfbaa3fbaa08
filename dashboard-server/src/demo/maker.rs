//! What one sample says: a level from target and story, then numbers that fit the indicator.

use chrono::{Datelike, NaiveDate};
use rules::indicator::{Accumulates, Polarity, RollupTime};
use rules::period::{Every, Period};
use rules::target::due;
use rules::time::day_number;

use super::pair::Pair;
use super::profile::{Pace, season};
use super::random::{Random, wave, word};

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Measure {
    /// A value.
    Value(f64),
    /// A numerator over a denominator.
    Ratio(f64, f64),
}

/// What a pair remembers from sample to sample.
#[derive(Clone, Debug)]
pub(super) struct Memory {
    /// What rounding to whole things left over, so that few of them still make the right share.
    left_over: f64,
    /// Where the next duration stands in its distribution: steps of the golden ratio fill it evenly.
    place: f64,
    /// The highest running total of a year.
    reached: (i32, f64),
}

impl Memory {
    /// A fresh memory of a pair.
    pub(super) fn of(pair: &Pair) -> Self {
        let mut random = Random::keyed(&[pair.key, word("memory")]);
        Self { left_over: random.share(), place: random.share(), reached: (i32::MIN, 0.0) }
    }

    fn whole(&mut self, exact: f64) -> f64 {
        let with_left_over = exact + self.left_over;
        let whole = with_left_over.floor().max(0.0);
        self.left_over = (with_left_over - whole).clamp(0.0, 1.0);
        whole
    }

    fn next_place(&mut self) -> f64 {
        self.place = (self.place + 0.618_033_988_749_895).fract();
        self.place
    }
}

/// A moment in the life of a pair.
#[derive(Clone, Copy, Debug)]
pub(super) struct When {
    /// The date of what is measured.
    pub(super) date: NaiveDate,
    /// The day of the demo.
    pub(super) today: NaiveDate,
    /// What is measured: the day, or a whole period.
    pub(super) window: Period,
    /// How much of the day is over, for running totals.
    pub(super) share_of_day: f64,
}

impl When {
    /// A whole day, seen in the evening.
    pub(super) fn day(date: NaiveDate, today: NaiveDate) -> Self {
        Self { date, today, window: Period::containing(date, Every::Day), share_of_day: 1.0 }
    }

    fn number(&self) -> i64 {
        day_number(self.date)
    }

    fn days_ago(&self) -> i64 {
        day_number(self.today) - self.number()
    }
}

/// Measures once; None when nothing happened that could be counted.
pub(super) fn measure(pair: &Pair, memory: &mut Memory, when: When, random: &mut Random) -> Option<Measure> {
    let indicator = &pair.indicator;
    if indicator.accumulates == Accumulates::ToDate && pair.profile.free.is_none() {
        return Some(running_total(pair, memory, when));
    }
    if indicator.is_ratio() {
        return share(pair, memory, when, random);
    }
    let value = match indicator.rollup_time {
        RollupTime::Sum => count(pair, memory, when),
        RollupTime::Median | RollupTime::P90 => duration(pair, memory, when),
        _ => {
            let scatter = pair.width * if matches!(pair.profile.pace, Pace::Moments(_)) { 0.2 } else { 0.0 };
            let level = level_value(pair, when);
            rounded(pair, level + level * scatter * random.between(-1.0, 1.0))
        }
    };
    Some(Measure::Value(value))
}

/// The level of a flow, in the scale of its targets.
fn level_value(pair: &Pair, when: When) -> f64 {
    let indicator = &pair.indicator;
    if let Some((middle, reach)) = pair.profile.free {
        return middle + reach * wave(pair.key, when.number(), 23);
    }
    let due = due(&pair.targets, when.window, indicator.accumulates, indicator.rollup_time);
    let Some(due) = due else {
        return if indicator.unit_of_measure == "%" { 80.0 } else { 10.0 };
    };
    let level = pair.level(when.number(), when.days_ago());
    let value = match (indicator.polarity, due.high) {
        (Polarity::Range, Some(high)) => {
            let reach = (high - due.target) / 2.0;
            due.target + reach + reach * 0.6 * wave(pair.key, when.number(), 15)
        }
        (Polarity::Down, _) => (due.target * (2.0 - level)).max(0.0),
        _ => due.target * level,
    };
    within_percent(pair, value)
}

/// A share of things that happen ends at all of them.
fn within_percent(pair: &Pair, value: f64) -> f64 {
    if pair.indicator.unit_of_measure == "%" { value.min(100.0) } else { value }
}

fn rounded(pair: &Pair, value: f64) -> f64 {
    // A digit more than screens show, as a source would send it.
    let factor = 10_f64.powi(i32::from(pair.indicator.decimals).min(3));
    let factor = if pair.indicator.decimals == 0 { 1.0 } else { factor * 10.0 };
    (within_percent(pair, value) * factor).round() / factor
}

/// So many of so many, on a day or in a closed period.
fn share(pair: &Pair, memory: &mut Memory, when: When, random: &mut Random) -> Option<Measure> {
    let busy = match pair.profile.pace {
        Pace::Moments(_) => pair.profile.hours.weight(when.date).max(0.2) * season(&pair.indicator.id, when.date.month0()),
        _ => 1.0,
    };
    let denominator = match pair.profile.pace {
        // The same people, or as many as happen to come.
        Pace::Daily => pair.denominator,
        _ if pair.denominator >= 200.0 => pair.denominator,
        _ if pair.denominator == 1.0 => 1.0,
        _ => f64::from(random.count(pair.denominator * busy)),
    };
    if denominator < 1.0 {
        return None;
    }
    let part = (level_value(pair, when) / pair.indicator.scale()).max(0.0);
    let scatter = 1.0 + pair.width * 0.1 * random.between(-1.0, 1.0);
    let numerator = memory.whole(denominator * part * scatter).min(denominator);
    Some(Measure::Ratio(numerator, denominator))
}

/// What was done in a period, as part of what its own target asks.
fn count(pair: &Pair, memory: &mut Memory, when: When) -> f64 {
    let indicator = &pair.indicator;
    let (window, parts) = match pair.profile.pace {
        Pace::Moments(a_day) => (Period::containing(when.date, indicator.frequency), a_day * 5.0),
        _ => (when.window, 1.0),
    };
    let target = due(&pair.targets, window, indicator.accumulates, indicator.rollup_time).map_or(10.0, |due| due.target);
    let level = pair.level(when.number(), when.days_ago());
    // What is summed scatters more than a share does.
    let swing = 1.0 + 0.12 * wave(pair.key.rotate_left(13), when.number(), 7);
    let busy = match pair.profile.pace {
        Pace::Moments(_) => pair.profile.hours.weight(when.date).max(0.2),
        _ => 1.0,
    };
    let exact = (target * level * swing * busy / parts).max(0.0);
    if indicator.decimals == 0 { memory.whole(exact) } else { rounded(pair, exact) }
}

/// One duration, such that their median or 90th percentile is the level.
fn duration(pair: &Pair, memory: &mut Memory, when: When) -> f64 {
    let sigma = pair.profile.sigma;
    let level = level_value(pair, when).max(0.05);
    let middle = match pair.indicator.rollup_time {
        RollupTime::P90 => level / (1.281_55 * sigma).exp(),
        _ => level,
    };
    let place = memory.next_place().clamp(0.004, 0.996);
    let value = middle * (sigma * normal_quantile(place)).exp();
    // Minutes are read off a clock; working days are counted in tenths.
    if pair.indicator.decimals == 0 && middle > 20.0 { value.round().max(1.0) } else { (value * 10.0).round().max(1.0) / 10.0 }
}

/// Where a share of a normal distribution lies, in sigmas (Tocher's logistic approach, good to 0.02 here).
pub(super) fn normal_quantile(share: f64) -> f64 {
    (share / (1.0 - share)).ln() / 1.702
}

/// A total that grows with what is due, or a stock. It never shrinks within a year.
fn running_total(pair: &Pair, memory: &mut Memory, when: When) -> Measure {
    let indicator = &pair.indicator;
    let year = when.date.year();
    let due_on = |window: Period| due(&pair.targets, window, indicator.accumulates, indicator.rollup_time).map(|due| due.target);
    let mut target = due_on(when.window).unwrap_or(50.0);
    if when.share_of_day < 1.0 {
        let before = Period::containing(when.date, Every::Day).previous();
        let from = if before.first_day().year() == year { due_on(before).unwrap_or(target) } else { 0.0 };
        target = from + (target - from) * when.share_of_day;
    }
    let level = pair.slow_level(when.number(), when.days_ago());
    let falling = indicator.polarity == Polarity::Down;
    let mut value = if falling { target * (2.0 - level) } else { target * level };
    // Money can come in beyond what was planned, people cannot.
    if indicator.is_ratio() && !indicator.id.starts_with("PA-") || indicator.unit_of_measure == "%" && !indicator.is_ratio() {
        value = value.clamp(0.0, if indicator.scale() == 100.0 || !indicator.is_ratio() { 100.0 } else { f64::MAX });
    }
    if !falling {
        if memory.reached.0 == year {
            value = value.max(memory.reached.1);
        }
        memory.reached = (year, value);
    }
    if indicator.is_ratio() {
        let numerator = (pair.denominator * value / indicator.scale()).round();
        Measure::Ratio(numerator.max(0.0), pair.denominator)
    } else {
        Measure::Value(rounded(pair, value))
    }
}
