//! What happens to the cases of a source during the running day.
//!
//! Nothing is remembered over a restart and nothing need be: every case is told anew from its desk and its day, and
//! what the intake knows already is a duplicate to it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use rules::time::{Millis, date_of, format_instant, start_of};
use serde_json::{Value, json};
use sql::log::{Content, NewEvent};

use super::super::case::{self, LONGEST};
use super::super::desk::Desk;

/// Steps in a batch at most: those of the day so far, at the start, in a few batches.
const MOST: usize = 400;

/// The desks of a source, and what is still to be told of their cases.
#[derive(Debug)]
pub(in super::super) struct Steps {
    desks: Vec<Desk>,
    zone: Tz,
    /// The last day whose new cases are known.
    known: NaiveDate,
    /// By moment and id, with the place of the desk.
    coming: BTreeMap<(Millis, String), (usize, NewEvent)>,
}

impl Steps {
    /// The steps at these desks, from the midnight before `now` on. Tells many days of cases: no work for an async thread.
    pub(in super::super) fn new(desks: Vec<Desk>, zone: Tz, now: Millis) -> Self {
        let today = date_of(now, zone);
        let mut steps = Self { desks, zone, known: today, coming: BTreeMap::new() };
        let first = today.checked_sub_days(LONGEST).unwrap_or(today);
        for day in first.iter_days().take_while(|day| *day <= today) {
            steps.take_in(day, start_of(today, zone));
        }
        steps
    }

    /// What has happened by now and was not told yet, oldest first, as CloudEvents.
    pub(in super::super) fn until(&mut self, now: Millis) -> Vec<Value> {
        let today = date_of(now, self.zone);
        while self.known < today {
            self.known = self.known.succ_opt().unwrap_or(today);
            self.take_in(self.known, Millis::MIN);
        }
        let mut told = Vec::new();
        while told.len() < MOST {
            let Some(first) = self.coming.first_entry().filter(|entry| entry.key().0 <= now) else { break };
            let (at, event) = first.remove();
            told.extend(cloud_event(&self.desks[at], event));
        }
        told
    }

    /// Takes in what happens from a moment on to the cases that come in on a day.
    fn take_in(&mut self, day: NaiveDate, from: Millis) {
        for (at, desk) in self.desks.iter().enumerate() {
            for event in case::of_day(desk, day, self.zone) {
                if let Some(moment) = event.time.filter(|moment| *moment >= from) {
                    self.coming.insert((moment, event.id.clone()), (at, event));
                }
            }
        }
    }
}

fn cloud_event(desk: &Desk, event: NewEvent) -> Option<Value> {
    let Content::Step(what) = event.content else { return None };
    let mut data = json!({
        "service": desk.service_id,
        "case": what.case.strip_prefix(&desk.prefix).unwrap_or(&what.case),
        "unit": desk.unit_id(what.unit),
        "step": what.step,
        "at": format_instant(what.at),
    });
    if let Some(due) = what.due {
        data["due"] = json!(format_instant(due));
    }
    for (key, word) in [("class", what.class), ("channel", what.channel), ("area", what.area)] {
        if let Some(word) = word {
            data[key] = json!(word);
        }
    }
    Some(json!({
        "specversion": "1.0",
        "id": event.id,
        "source": desk.source_id,
        "type": "pantau.case.v1",
        "time": format_instant(what.at),
        "data": data,
    }))
}
