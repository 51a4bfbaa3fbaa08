//! A calendar made ready for questions: every working minute of a century in one table.

use chrono::{NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

use super::days_off::{DayOff, DaysOff};
use super::hours::Hours;
use super::pattern::Pattern;
use super::ramadan::Ramadan;
use crate::time::{Millis, date_from_number, date_of, day_number, start_of};

/// The first day that a calendar knows: 2000-01-01.
pub const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a date");
/// The last one: 2099-12-31.
pub const LAST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2099, 12, 31).expect("a date");

const DAY_MS: Millis = 86_400_000;

/// A calendar that is open on no day can count nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it has no working day")]
pub struct NeverOpen;

/// Why a day does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed<'a> {
    /// It is off by decree.
    DayOff(&'a DayOff),
    /// The week has no hours on it.
    Weekday,
}

/// Working days and working time of one calendar, from [`FIRST_DAY`] to [`LAST_DAY`] in one zone.
///
/// Outside of these days nothing is worked.
#[derive(Clone, Debug)]
pub struct WorkingCalendar {
    zone: Tz,
    days_off: DaysOff,
    works_on_days_off: Vec<(NaiveDate, bool)>,
    /// Number of the first day.
    first: i64,
    /// A day each, and the one after the last.
    days: Vec<Day>,
    /// Place of each working day.
    working: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Day {
    /// When it begins.
    start: Millis,
    /// What was worked before it.
    worked: Millis,
    /// Working days before it.
    before: u32,
    /// Before and after the break, each from instant to instant.
    spans: [(Millis, Millis); 2],
}

impl Day {
    fn is_working(&self) -> bool {
        self.spans.iter().any(|(from, to)| from < to)
    }

    fn worked_until(&self, at: Millis) -> Millis {
        self.worked + self.spans.iter().map(|(from, to)| at.clamp(*from, *to) - from).sum::<Millis>()
    }
}

impl WorkingCalendar {
    /// The calendar of these patterns, of which there is at least one.
    ///
    /// # Errors
    /// No pattern, or not one working day.
    pub fn new(patterns: &[Pattern], days_off: &DaysOff, ramadan: &[Ramadan], zone: Tz) -> Result<Self, NeverOpen> {
        let mut patterns = patterns.to_vec();
        patterns.sort_by_key(|pattern| pattern.valid_from);
        if patterns.is_empty() {
            return Err(NeverOpen);
        }
        let (first, last) = (day_number(FIRST_DAY), day_number(LAST_DAY));
        let mut days = Vec::with_capacity(usize::try_from(last - first + 2).expect("a century of days"));
        let mut working = Vec::new();
        let (mut worked, mut start) = (0, start_of(FIRST_DAY, zone));
        for number in first..=last {
            let date = date_from_number(number).expect("within the calendar");
            let next = start_of(crate::time::day_after(date), zone);
            let pattern = Pattern::on(&patterns, date);
            let is_off = !pattern.works_on_days_off && days_off.on(date).is_some();
            let hours = pattern.on_date(date, ramadan.iter().any(|month| (month.from..=month.to).contains(&date)));
            let spans = hours.filter(|_| !is_off).map_or([(start, start); 2], |hours| spans(hours, date, start, next, zone));
            let day = Day { start, worked, before: u32::try_from(working.len()).expect("days of a century"), spans };
            if day.is_working() {
                working.push(u32::try_from(days.len()).expect("days of a century"));
            }
            worked = day.worked_until(next);
            days.push(day);
            start = next;
        }
        days.push(Day { start, worked, before: u32::try_from(working.len()).expect("days of a century"), spans: [(start, start); 2] });
        if working.is_empty() {
            return Err(NeverOpen);
        }
        let works_on_days_off = patterns.iter().map(|pattern| (pattern.valid_from, pattern.works_on_days_off)).collect();
        Ok(Self { zone, days_off: days_off.clone(), works_on_days_off, first, days, working })
    }

    /// Milliseconds of work between two instants; negative when `to` is before `from`.
    pub fn between(&self, from: Millis, to: Millis) -> Millis {
        self.worked_until(to) - self.worked_until(from)
    }

    /// The first instant by which so many milliseconds more were worked; `None` when the calendar ends before.
    pub fn after(&self, at: Millis, amount: Millis) -> Option<Millis> {
        let wanted = self.worked_until(at).checked_add(amount)?;
        let place = self.days.partition_point(|day| day.worked < wanted).checked_sub(1)?;
        let day = self.days.get(place)?;
        let mut left = wanted - day.worked;
        for (from, to) in day.spans {
            if left <= to - from {
                return Some(from + left).map(|found| found.max(at));
            }
            left -= to - from;
        }
        None
    }

    /// The `n`th working day after a date, whether it is one or not; `None` when the calendar ends before. Day 0 is the date.
    pub fn nth_day_after(&self, date: NaiveDate, n: u32) -> Option<NaiveDate> {
        let Some(n) = n.checked_sub(1) else { return Some(date) };
        let place = usize::try_from(day_number(date) + 1 - self.first).ok()?;
        let before = self.days.get(place)?.before;
        let found = self.working.get(usize::try_from(before).ok()?.checked_add(usize::try_from(n).ok()?)?)?;
        date_from_number(self.first + i64::from(*found))
    }

    /// Working days after `from` up to and with `to`.
    pub fn days_between(&self, from: NaiveDate, to: NaiveDate) -> u32 {
        let before = |date: NaiveDate| {
            let place = (day_number(date) + 1 - self.first).clamp(0, i64::try_from(self.days.len() - 1).expect("a century of days"));
            self.days[usize::try_from(place).expect("not negative")].before
        };
        before(to).saturating_sub(before(from))
    }

    /// Why a day does not count; `None` for a working day.
    pub fn closed(&self, date: NaiveDate) -> Option<Closed<'_>> {
        let place = usize::try_from(day_number(date) - self.first).ok();
        if place.and_then(|place| self.days.get(place)).is_some_and(Day::is_working) {
            return None;
        }
        let place = self.works_on_days_off.partition_point(|(from, _)| *from <= date).saturating_sub(1);
        let day_off = if self.works_on_days_off[place].1 { None } else { self.days_off.on(date) };
        Some(day_off.map_or(Closed::Weekday, Closed::DayOff))
    }

    /// Whether a decree names the days off of that year.
    pub fn is_decreed(&self, date: NaiveDate) -> bool {
        self.days_off.is_decreed(date)
    }

    /// The zone of its days.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The last millisecond of a day.
    pub fn end_of(&self, date: NaiveDate) -> Millis {
        start_of(crate::time::day_after(date), self.zone) - 1
    }

    /// The day of an instant.
    pub fn date_of(&self, at: Millis) -> NaiveDate {
        date_of(at, self.zone)
    }

    fn worked_until(&self, at: Millis) -> Millis {
        let last = self.days.len() - 1;
        let guess = usize::try_from((at - self.days[0].start).div_euclid(DAY_MS)).unwrap_or(0).min(last);
        // A clock that is put forward or back moves midnights by less than a day.
        let mut place = guess;
        while place > 0 && self.days[place].start > at {
            place -= 1;
        }
        while place < last && self.days[place + 1].start <= at {
            place += 1;
        }
        self.days[place].worked_until(at)
    }
}

/// The hours of a day as instants. On a day on which the clock is moved each of its times is looked up.
fn spans(hours: Hours, date: NaiveDate, start: Millis, next: Millis, zone: Tz) -> [(Millis, Millis); 2] {
    let at = |minute: u16| {
        if next - start == DAY_MS {
            return start + Millis::from(minute) * 60_000;
        }
        let Some(time) = NaiveTime::from_num_seconds_from_midnight_opt(u32::from(minute) * 60, 0) else { return next };
        zone.from_local_datetime(&date.and_time(time)).earliest().map_or(start + Millis::from(minute) * 60_000, |at| at.timestamp_millis())
    };
    hours.spans().map(|(from, to)| (at(from).clamp(start, next), at(to).clamp(start, next)))
}
