//! The life of one case, told from its desk, its day and its place in it, and from nothing else: whoever tells it
//! again, at any time, tells the same.

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use rules::case::Step;
use rules::service::{Standard, StandardUnit};
use rules::time::{Millis, date_of, day_number, start_of};
use sql::log::{CaseStep, Content, NewEvent};

use super::calendar::{Hours, is_working_day, working_days_after};
use super::desk::{Desk, Route};
use super::maker::normal_quantile;
use super::random::Random;

/// No case lives longer than that from its first to its last step.
pub(super) const LONGEST: Days = Days::new(220);
/// Working days that the longest stretch of one may take.
const MOST_DAYS: f64 = 90.0;
/// The share of cases that are left lying, and how much longer they take.
const FORGOTTEN: (f64, f64) = (0.025, 4.0);
const MINUTE: Millis = 60_000;
/// Nothing is stamped earlier in the day at a counter: 7.40.
const COUNTER_OPENS: Millis = (7 * 60 + 40) * MINUTE;
/// Nor later: 17.00.
const COUNTER_CLOSES: Millis = 17 * 60 * MINUTE;

/// Class, share of all complaints, working days within which they are to be answered.
const CLASSES: [(&str, f64, u32); 4] = [
    ("Pengaduan Tidak Berkadar Pengawasan", 0.52, 14),
    ("Permintaan Informasi", 0.24, 5),
    ("Aspirasi", 0.16, 5),
    ("Pengaduan Berkadar Pengawasan", 0.08, 60),
];
/// After so many working days without a reply the platform closes an answered complaint.
const CLOSED_AFTER: u32 = 10;
const ONLINE: [&str; 5] = ["web", "Android", "WhatsApp", "SMS", "hotline"];
const COUNTER: [&str; 4] = ["loket", "loket", "loket", "daring"];

/// The cases that come in at a desk on a day: the events of all, whenever they happen.
pub(super) fn of_day(desk: &Desk, date: NaiveDate, zone: Tz) -> Vec<NewEvent> {
    let open = desk.manner.hours.weight(date);
    if open == 0.0 {
        return Vec::new();
    }
    let mut random = Random::keyed(&[desk.key, day_number(date).cast_unsigned()]);
    let count = random.count(desk.a_day * open);
    let mut moments: Vec<i64> = (0..count).map(|_| desk.manner.hours.moment(&mut random)).collect();
    moments.sort_unstable();
    let mut events = Vec::new();
    for (number, moment) in moments.into_iter().enumerate() {
        let mut case = Case::new(desk, date, number, start_of(date, zone) + moment * 1_000, zone);
        match desk.manner.route {
            Route::Letter => case.letter(),
            Route::Document | Route::Permit | Route::Test => case.file(),
            Route::Complaint => case.complaint(),
        }
        events.append(&mut case.events);
    }
    events
}

struct Case<'d> {
    desk: &'d Desk,
    date: NaiveDate,
    zone: Tz,
    number: String,
    random: Random,
    /// How much longer than usual it takes.
    slowness: f64,
    /// When the last step happened.
    at: Millis,
    events: Vec<NewEvent>,
}

impl<'d> Case<'d> {
    fn new(desk: &'d Desk, date: NaiveDate, number: usize, at: Millis, zone: Tz) -> Self {
        let mut random = Random::keyed(&[desk.key, day_number(date).cast_unsigned(), 1 + number as u64]);
        let forgotten = if random.chance(FORGOTTEN.0) { FORGOTTEN.1 } else { 1.0 };
        let slowness = desk.slowness(day_number(date)) * forgotten;
        let number = format!("{}-{:03}-{:02}", date.format("%y%m%d"), desk.unit.0, number + 1);
        Self { desk, date, zone, number, random, slowness, at, events: Vec::new() }
    }

    /// Asked for and handed over while one waits.
    fn letter(&mut self) {
        self.submit(COUNTER[0], Some(self.due(self.desk.standard)), None);
        let minutes = self.desk.standard.on_the_clock().unwrap_or(30 * MINUTE) as f64 * self.share();
        let counter_closes = start_of(self.date, self.zone) + COUNTER_CLOSES;
        let done = self.at + (minutes as Millis).max(MINUTE);
        self.at = if done < counter_closes { done } else { self.morning_after(1, done - counter_closes) };
        self.tell(Step::HandedOver, self.desk.unit.0);
    }

    /// A file that is checked, perhaps returned, then decided or turned down.
    fn file(&mut self) {
        let unit = self.desk.unit.0;
        let channel = COUNTER[self.random.below(COUNTER.len() as u64) as usize];
        self.submit(channel, Some(self.due(self.desk.standard)), None);
        if self.random.chance(self.desk.manner.returned) {
            self.after(0.6);
            self.tell(Step::Returned, unit);
            let fate = self.random.share();
            let days = self.random.between(0.5, 4.5);
            self.after(days);
            // Who does not complete the file in time has to file again.
            match fate {
                ..0.07 => return self.tell(Step::Withdrawn, unit),
                ..0.16 => return self.tell(Step::Rejected, unit),
                _ => self.tell(Step::Resubmitted, unit),
            }
        }
        self.at += self.random.between(4.0, 25.0) as Millis * MINUTE;
        self.tell(Step::CompletedFile, unit);
        let days = self.working_days() * self.share();
        self.after(days);
        if self.random.chance(self.desk.manner.rejected) {
            return self.tell(Step::Rejected, unit);
        }
        if self.desk.manner.route == Route::Test {
            return self.tell(Step::Closed, unit);
        }
        self.tell(Step::Decided, unit);
        match self.desk.manner.route {
            Route::Document => self.at += self.random.between(5.0, 45.0) as Millis * MINUTE,
            _ => {
                let days = self.random.between(0.2, 3.0);
                self.after(days);
            }
        }
        self.tell(Step::HandedOver, unit);
    }

    /// Verified at the gate, passed on, answered, closed by the platform.
    fn complaint(&mut self) {
        let (gate, agency) = (self.desk.gate.0, self.desk.unit.0);
        let channel = ONLINE[self.random.below(ONLINE.len() as u64) as usize];
        self.submit(channel, None, None);
        let verified = 1.1 * self.quantile(0.7);
        self.after(verified);
        if self.random.chance(self.desk.manner.rejected) {
            return self.tell(Step::Rejected, gate);
        }
        let mut place = self.random.share();
        let drawn = CLASSES.into_iter().find(|(_, share, _)| {
            place -= share;
            place < 0.0
        });
        let (class, _, days) = drawn.unwrap_or(CLASSES[0]);
        let standard = Standard { amount: days, unit: StandardUnit::WorkingDays };
        self.tell_more(Step::CompletedFile, gate, Some(self.due(standard)), Some(class), None);
        if self.random.chance(0.06) {
            self.at += self.random.between(3.0, 30.0) as Millis * MINUTE;
            self.tell(Step::Reassigned, self.desk.detour.0);
            self.after(1.2);
        }
        self.at += self.random.between(3.0, 40.0) as Millis * MINUTE;
        self.tell(Step::Reassigned, agency);
        if self.random.chance(0.02) {
            self.after(1.5);
            return self.tell(Step::Withdrawn, agency);
        }
        let days = f64::from(days) * self.share();
        self.after(days);
        self.tell(Step::Decided, agency);
        if self.random.chance(0.02) {
            let unhappy = self.random.between(1.0, 6.0);
            self.after(unhappy);
            self.tell(Step::Reopened, agency);
            self.after(2.5);
            self.tell(Step::Decided, agency);
        }
        let closing = working_days_after(date_of(self.at, self.zone), CLOSED_AFTER);
        self.at = start_of(closing, self.zone) + 23 * 60 * MINUTE;
        self.tell(Step::Closed, agency);
    }

    /// Where a case lies among others of its desk: about 1, now and then far more.
    fn quantile(&mut self, sigma: f64) -> f64 {
        (sigma * normal_quantile(self.random.between(0.01, 0.99))).exp()
    }

    /// The share of the standard that the case takes.
    fn share(&mut self) -> f64 {
        self.desk.manner.pace * self.slowness * self.quantile(self.desk.manner.sigma)
    }

    /// The standard in working days.
    fn working_days(&self) -> f64 {
        let amount = f64::from(self.desk.standard.amount);
        match self.desk.standard.unit {
            StandardUnit::WorkingDays => amount,
            StandardUnit::Days => amount * 5.0 / 7.0,
            StandardUnit::WorkingHours => amount / 7.5,
            StandardUnit::Hours => amount / 24.0,
            StandardUnit::Minutes => amount / 1_440.0,
        }
    }

    /// Goes on by so many working days; below one it may still be the same day, if that is one and long enough.
    fn after(&mut self, days: f64) {
        let today = date_of(self.at, self.zone);
        let into_day = self.at - start_of(today, self.zone);
        let hours = (days * 7.5 * 60.0) as Millis * MINUTE;
        let done = into_day.max(COUNTER_OPENS) + hours.max(MINUTE);
        if is_working_day(today) && days < 1.0 && done < COUNTER_CLOSES {
            self.at = start_of(today, self.zone) + done;
        } else {
            let next = working_days_after(today, days.clamp(1.0, MOST_DAYS).round() as u32);
            self.at = start_of(next, self.zone) + Hours::Office.moment(&mut self.random) * 1_000;
        }
    }

    /// The opening of a later working day, and up to an hour more.
    fn morning_after(&self, days: u32, more: Millis) -> Millis {
        start_of(working_days_after(self.date, days), self.zone) + COUNTER_OPENS + more % (60 * MINUTE)
    }

    /// When a case of this standard is due: a day counts to its end, the first working day after receipt is day 1.
    fn due(&self, standard: Standard) -> Millis {
        match standard.on_the_clock() {
            Some(length) => self.at + length,
            None => {
                let days = match standard.unit {
                    StandardUnit::WorkingDays => standard.amount,
                    _ => standard.amount.div_ceil(7),
                };
                start_of(working_days_after(self.date, days).succ_opt().unwrap_or(NaiveDate::MAX), self.zone) - 1_000
            }
        }
    }

    fn submit(&mut self, channel: &str, due: Option<Millis>, class: Option<&str>) {
        self.tell_more(Step::Submitted, self.desk.gate.0, due, class, Some(channel));
    }

    fn tell(&mut self, step: Step, unit: i64) {
        self.tell_more(step, unit, None, None, None);
    }

    fn tell_more(&mut self, step: Step, unit: i64, due: Option<Millis>, class: Option<&str>, channel: Option<&str>) {
        let desk = self.desk;
        let area = channel.filter(|_| !desk.areas.is_empty()).map(|_| {
            let place = self.random.below(desk.areas.len() as u64) as usize;
            desk.areas[place].clone()
        });
        let what = CaseStep {
            service: desk.service,
            case: format!("{}{}", desk.prefix, self.number),
            unit,
            step,
            at: self.at,
            due,
            class: class.map(str::to_owned),
            channel: channel.map(str::to_owned),
            area,
        };
        let id = format!("{}:{}:{}", desk.service_id, self.number, self.events.len());
        self.events.push(NewEvent { source: desk.source, id, time: Some(self.at), content: Content::Step(Box::new(what)) });
    }
}
