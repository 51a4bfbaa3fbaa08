//! The year up to today: what each source sent on each day, in the order in which it came in.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::Tz;
use rules::at::At;
use rules::period::{Every, Period};
use rules::time::{Millis, date_of, day_number, start_of};
use sql::log::{Content, NewEvent};
use sql::registry::Registry;

use super::calendar::working_day_before;
use super::case;
use super::desk::{self, Desk};
use super::maker::{Measure, Memory, When, measure};
use super::pair::{self, Pair};
use super::profile::{Pace, season};
use super::random::{Random, word};
use super::story::{SILENT, SILENT_AFTER_S, SLOW_LINE};

/// How far back the year goes: twelve months, and the turn of the year with the weeks around it.
const DAYS: u64 = 400;

/// What came in on one day, received at its end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Batch {
    /// When it was received: a minute before midnight of its day; grows from batch to batch and lies before today.
    pub(crate) received_at: Millis,
    /// The events in the order of their CloudEvents time, never none.
    pub(crate) events: Vec<NewEvent>,
}

/// A believable year of every indicator at every unit where it applies, and of the cases of every service, up to the day before `today`:
/// the running day belongs to live sources. One batch for each day, oldest first, made as they are asked for.
/// The same registry, seed, day and zone give the same events with the same ids.
pub(crate) fn year(registry: &Registry, seed: u64, today: NaiveDate, zone: Tz) -> impl Iterator<Item = Batch> {
    let pairs = pair::all(registry, seed, today);
    let first = today.checked_sub_days(Days::new(DAYS)).unwrap_or(NaiveDate::MIN);
    let memories = pairs.iter().map(Memory::of).collect();
    let year = Year { pairs, memories, desks: desk::all(registry, seed), today, first, day: first, zone, waiting: BTreeMap::new() };
    year.filter(|batch| !batch.events.is_empty())
}

struct Year {
    pairs: Vec<Pair>,
    memories: Vec<Memory>,
    desks: Vec<Desk>,
    today: NaiveDate,
    first: NaiveDate,
    day: NaiveDate,
    zone: Tz,
    /// Events that are received later than they were made, by the day of receipt.
    waiting: BTreeMap<NaiveDate, Vec<NewEvent>>,
}

impl Iterator for Year {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        if self.day >= self.today {
            return None;
        }
        let mut events = self.waiting.remove(&self.day).unwrap_or_default();
        for at in 0..self.pairs.len() {
            let pair = &self.pairs[at];
            if pair.indicator.valid_from.is_some_and(|from| self.day < from) {
                continue;
            }
            let mut made = Vec::new();
            self.of_day(at, &mut made);
            for event in made {
                self.receive(at, event, &mut events);
            }
        }
        for desk in &self.desks {
            for event in case::of_day(desk, self.day, self.zone) {
                let happens = event.time.map_or(self.day, |time| date_of(time, self.zone));
                if happens == self.day {
                    events.push(event);
                } else if happens < self.today {
                    self.waiting.entry(happens).or_default().push(event);
                }
            }
        }
        events.sort_by(|one, other| (one.time, &one.id).cmp(&(other.time, &other.id)));
        self.day = self.day.succ_opt().unwrap_or(NaiveDate::MAX);
        Some(Batch { received_at: start_of(self.day, self.zone) - 60_000, events })
    }
}

impl Year {
    /// What a pair makes on the day.
    fn of_day(&mut self, at: usize, made: &mut Vec<NewEvent>) {
        let pair = &self.pairs[at];
        let mut random = Random::keyed(&[pair.key, day_number(self.day).cast_unsigned()]);
        let open = pair.profile.hours.weight(self.day);
        match pair.profile.pace {
            Pace::Moments(a_day) => {
                let busy = open * season(&pair.indicator.id, self.day.month0());
                let count = if a_day == 1.0 { u32::from(open > 0.0) } else { random.count(a_day * busy) };
                let mut moments: Vec<i64> = (0..count).map(|_| pair.profile.hours.moment(&mut random)).collect();
                moments.sort_unstable();
                for (number, moment) in moments.into_iter().enumerate() {
                    let instant = start_of(self.day, self.zone) + moment * 1_000;
                    self.sample(at, At::Instant(instant), instant, When::day(self.day, self.today), number, &mut random, made);
                }
            }
            Pace::Daily if open > 0.0 => {
                let period = Period::containing(self.day, Every::Day);
                let told = start_of(self.day, self.zone) + (16 * 3_600 + random.below(5_400).cast_signed()) * 1_000;
                self.sample(at, At::Period(period), told, When::day(self.day, self.today), 0, &mut random, made);
            }
            Pace::Weekly if open > 0.0 && u64::from(self.day.weekday().num_days_from_monday()) == pair.key % 5 => {
                let instant = start_of(self.day, self.zone) + pair.profile.hours.moment(&mut random) * 1_000;
                self.sample(at, At::Instant(instant), instant, When::day(self.day, self.today), 0, &mut random, made);
            }
            Pace::Closed => {
                for period in self.told_today(at) {
                    let told = start_of(self.day, self.zone) + (9 * 3_600 + random.below(25_000).cast_signed()) * 1_000;
                    let when = When { window: period, ..When::day(period.last_day(), self.today) };
                    self.sample(at, At::Period(period), told, when, 0, &mut random, made);
                }
            }
            Pace::Daily | Pace::Weekly => {}
        }
    }

    /// The closed periods whose figures are told on this day; on the first day also what was told before.
    fn told_today(&self, at: usize) -> Vec<Period> {
        let pair = &self.pairs[at];
        let every = pair.indicator.frequency;
        let told = |period: Period| {
            let delay = Random::keyed(&[pair.key, day_number(period.first_day()).cast_unsigned()]).below(spread(every)) + least(every);
            period.last_day().checked_add_days(Days::new(1 + delay)).unwrap_or(NaiveDate::MAX)
        };
        let valid = |period: &Period| pair.indicator.valid_from.is_none_or(|from| period.first_day() >= from);
        let last = Period::containing(self.day, every).previous();
        let mut periods: Vec<Period> = [last.previous(), last].into_iter().filter(|period| told(*period) == self.day).collect();
        if self.day == self.first && every >= Every::Quarter {
            let before = (0..4).map(|back| last.back(3 - back)).filter(|period| told(*period) < self.day);
            periods.splice(0..0, before);
        }
        periods.retain(valid);
        periods
    }

    #[expect(clippy::too_many_arguments, reason = "one sample is what, when it was, when it was told, and the chance of the day")]
    fn sample(&mut self, at: usize, of: At, told: Millis, when: When, number: usize, random: &mut Random, made: &mut Vec<NewEvent>) {
        let pair = &self.pairs[at];
        let Some(measure) = measure(pair, &mut self.memories[at], when, random) else { return };
        let id = format!("{}:{}:{of}:{number}", pair.indicator.id, pair.unit_id);
        made.push(event(pair, id, told, of, measure));
    }

    /// Puts an event where it was received: mostly today, at times days later, or never from a silent source.
    fn receive(&mut self, at: usize, event: NewEvent, received: &mut Vec<NewEvent>) {
        let pair = &self.pairs[at];
        if pair.source_id == SILENT && event.time >= Some(silent_from(self.today, self.zone)) {
            return;
        }
        let mut random = Random::keyed(&[pair.key, word(&event.id), word("receipt")]);
        let lively = matches!(pair.profile.pace, Pace::Moments(_) | Pace::Daily);
        if lively && pair.indicator.is_ratio() && random.chance(0.006) {
            let days = 1 + random.below(3);
            if let Some(corrected) = corrected(&event, days) {
                wait(&mut self.waiting, self.day, days, corrected);
            }
        }
        let is_hospital_wait = pair.indicator.id == "KS-06" && pair.unit_id == "rsud";
        if is_hospital_wait && self.day.ordinal() % 90 == 17 && event.id.ends_with(":3") {
            let (slip, void) = slip_of_the_pen(&event);
            received.push(slip);
            wait(&mut self.waiting, self.day, 1, void);
        }
        let late = if pair.unit_id == SLOW_LINE { 0.2 } else { 0.012 };
        if lively && random.chance(late) {
            wait(&mut self.waiting, self.day, 1 + random.below(8), event);
        } else {
            received.push(event);
        }
    }
}

/// Keeps an event until the day on which it is received.
fn wait(waiting: &mut BTreeMap<NaiveDate, Vec<NewEvent>>, today: NaiveDate, days: u64, event: NewEvent) {
    let day = today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
    waiting.entry(day).or_default().push(event);
}

fn event(pair: &Pair, id: String, told: Millis, at: At, measure: Measure) -> NewEvent {
    let (value, numerator, denominator) = match measure {
        Measure::Value(value) => (Some(value), None, None),
        Measure::Ratio(numerator, denominator) => (None, Some(numerator), Some(denominator)),
    };
    let content = Content::Sample { unit: pair.unit, indicator: pair.indicator.no, at, value, numerator, denominator, note: None };
    NewEvent { source: pair.source, id, time: Some(told), content }
}

/// The same sample told again some days later with one case more or less.
fn corrected(event: &NewEvent, days: u64) -> Option<NewEvent> {
    let mut corrected = event.clone();
    corrected.id.push_str(":k");
    corrected.time = event.time.map(|time| time + days.cast_signed() * 86_400_000);
    let Content::Sample { numerator: Some(numerator), denominator: Some(denominator), note, .. } = &mut corrected.content else {
        return None;
    };
    *numerator = if *numerator < *denominator { *numerator + 1.0 } else { (*numerator - 1.0).max(0.0) };
    *note = Some("koreksi".to_owned());
    Some(corrected)
}

/// A value typed with a digit too many beside a right one, and what takes it back a day later.
fn slip_of_the_pen(event: &NewEvent) -> (NewEvent, NewEvent) {
    let mut slip = event.clone();
    slip.id.push_str(":x");
    if let Content::Sample { at, value, .. } = &mut slip.content {
        *value = Some(990.0);
        if let At::Instant(instant) = at {
            // A sample is its unit, indicator and instant: a second later it is another one.
            *instant += 1_000;
        }
    }
    let content = Content::Void { source: slip.source, id: slip.id.clone(), reason: "salah ketik".to_owned() };
    let void = NewEvent { source: slip.source, id: format!("{}:batal", slip.id), time: slip.time.map(|time| time + 86_400_000), content };
    (slip, void)
}

/// The moment from which the silent source says nothing.
pub(super) fn silent_from(today: NaiveDate, zone: Tz) -> Millis {
    start_of(working_day_before(today), zone) + SILENT_AFTER_S * 1_000
}

/// Days after a period until its figures can be there at the earliest.
fn least(every: Every) -> u64 {
    match every {
        Every::Day | Every::Week | Every::Month => 0,
        Every::Quarter => 3,
        Every::Semester => 10,
        Every::Year => 34,
    }
}

/// Among how many days the receipt then falls.
fn spread(every: Every) -> u64 {
    match every {
        Every::Day | Every::Week => 1,
        Every::Month => 5,
        Every::Quarter => 9,
        Every::Semester => 12,
        Every::Year => 20,
    }
}
