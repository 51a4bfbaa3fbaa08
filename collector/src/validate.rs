//! From an event on the wire to an event for the log, or the reason why not.
//!
//! Owns every rule of the door: envelope, source, unit, indicator, service, shape, range, date, privacy. A pure function of the
//! batch, the registry, the key, the zone and the clock's reading; it must never touch the store or wait.

mod case;
mod sample;
mod void;

use std::collections::HashMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use rules::at::At;
use rules::indicator::Indicator;
use rules::service::Service;
use rules::time::{Millis, parse_instant, start_of};
use rules::unit::Unit;
use sql::key::Key;
use sql::log::NewEvent;
use sql::registry::Registry;

use crate::answer::{Code, Rejection};
use crate::sentence::{bounded, quoted};
use crate::wire::{Elements, Event, Fault, Kind, SPECVERSION, unknown_type};

/// Characters an event's id may have: a UUID has 36, a readable id of a system's name, table and key fits.
pub(crate) const MAX_ID: usize = 128;
/// Characters a source may have.
pub(crate) const MAX_SOURCE: usize = 256;
/// Characters a case's number may have at its source.
pub(crate) const MAX_CASE: usize = 128;
/// Characters a class, a channel or an area may have: the longest names of units have a hundred.
pub(crate) const MAX_WORD: usize = 200;
/// Characters a note or a reason may have: a remark, not a document.
pub(crate) const MAX_NOTE: usize = 500;
/// Largest magnitude of a number. The budget of the whole republic in rupiah has 16 digits, and above 2^53 numbers are not exact.
pub(crate) const MAX_NUMBER: f64 = 1e15;
/// How far ahead of our clock an event may lie: clocks of offices drift by minutes.
pub(crate) const LEEWAY_MS: Millis = 10 * 60 * 1000;
/// No system that could send here has data from before; earlier dates are slips such as 1970 or 0202.
pub(crate) const EARLIEST: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a date of the calendar");

/// A code and its sentence.
pub(crate) type Wrong = (Code, String);

/// A batch sorted into what goes to the log and what does not.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    /// Events for the log in the order of the batch.
    pub events: Vec<NewEvent>,
    /// Place in the batch of each of them.
    pub places: Vec<usize>,
    /// Ids of the admitted ones that came from sources below the key's and have no number yet.
    pub unnumbered: Unnumbered,
    /// The others, in the order of the batch.
    pub rejected: Vec<Rejection>,
}

/// Sources that are named by admitted events and have no number yet; the events hold 0 in their place.
#[derive(Debug, Default)]
pub(crate) struct Unnumbered {
    /// Distinct source ids.
    pub ids: Vec<String>,
    /// Which events wait for which of them.
    pub waiting: Vec<Waiting>,
    known: HashMap<String, usize>,
}

/// An event that waits for the number of a source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting {
    /// Place in [`Sorted::events`].
    pub event: usize,
    /// Place in [`Unnumbered::ids`].
    pub source: usize,
    /// True when it is the source that a void names, false when it is the event's own.
    pub voided: bool,
}

impl Unnumbered {
    fn wait(&mut self, event: usize, id: &str, voided: bool) {
        let source = match self.known.get(id) {
            Some(source) => *source,
            None => {
                self.ids.push(id.to_owned());
                self.known.insert(id.to_owned(), self.ids.len() - 1);
                self.ids.len() - 1
            }
        };
        self.waiting.push(Waiting { event, source, voided });
    }
}

/// Everything the rules of the door depend on, for one batch.
pub(crate) struct Gate<'r> {
    registry: &'r Registry,
    key: &'r Key,
    /// Units its source is configured for; `None` when it is not limited.
    source_units: Option<&'r [i64]>,
    /// Number of a source below the key's own, when it has one already.
    number_of: &'r dyn Fn(&str) -> Option<i64>,
    zone: Tz,
    now: Millis,
    earliest: Millis,
    /// The last good look-ups: the events of a batch come sorted by unit, by indicator, by service or by time.
    unit: Option<&'r Unit>,
    indicator: Option<&'r Indicator>,
    service: Option<&'r Service>,
    at: Option<At>,
    at_text: String,
}

/// A batch while it is sorted. One element never changes what happens to another.
pub(crate) struct Sorting<'r> {
    gate: Gate<'r>,
    sorted: Sorted,
    /// Place in the batch of the next element.
    index: usize,
}

impl<'a> Elements<'a> for Sorting<'_> {
    fn take(&mut self, element: Result<Event<'a>, Fault>) {
        let index = self.index;
        self.index += 1;
        let judged = match element {
            Ok(event) => self.gate.admit(&event, &mut self.sorted).map_err(|(code, detail)| Fault { id: bounded(&event.id), code, detail }),
            Err(fault) => Err(fault),
        };
        match judged {
            Ok(event) => {
                self.sorted.events.push(event);
                self.sorted.places.push(index);
            }
            Err(Fault { id, code, detail }) => self.sorted.rejected.push(Rejection { index, id, code, detail }),
        }
    }

    fn restart(&mut self) {
        (self.sorted, self.index) = (Sorted::default(), 0);
    }
}

impl Sorting<'_> {
    /// What became of the batch.
    pub(crate) fn done(self) -> Sorted {
        self.sorted
    }
}

impl<'r> Gate<'r> {
    /// A gate for one batch, at one reading of the clock. `number_of` knows the numbers of sources below the key's own.
    pub(crate) fn new(registry: &'r Registry, key: &'r Key, number_of: &'r dyn Fn(&str) -> Option<i64>, zone: Tz, now: Millis) -> Self {
        let source = registry.source_no(key.source);
        Self {
            registry,
            key,
            source_units: source.filter(|source| !source.all_units && !source.units.is_empty()).map(|source| source.units.as_slice()),
            number_of,
            zone,
            now,
            earliest: start_of(EARLIEST, zone),
            unit: None,
            indicator: None,
            service: None,
            at: None,
            at_text: String::new(),
        }
    }

    /// Begins to sort a batch of about so many events.
    pub(crate) fn sort(self, events: usize) -> Sorting<'r> {
        let sorted = Sorted { events: Vec::with_capacity(events), places: Vec::with_capacity(events), ..Sorted::default() };
        Sorting { gate: self, sorted, index: 0 }
    }

    fn admit(&mut self, event: &Event<'_>, sorted: &mut Sorted) -> Result<NewEvent, Wrong> {
        let not_event = |detail: String| (Code::NotCloudevent, detail);
        if &*event.specversion != SPECVERSION {
            return Err(not_event(format!("`specversion` is {}; expected \"1.0\"", quoted(&event.specversion))));
        }
        name("id", &event.id, MAX_ID).map_err(not_event)?;
        name("source", &event.source, MAX_SOURCE).map_err(not_event)?;
        let kind = Kind::from_type(&event.kind).ok_or_else(|| not_event(unknown_type(&event.kind)))?;
        let time =
            match &event.time {
                None => None,
                Some(text) => Some(parse_instant(text).ok_or_else(|| {
                    not_event(format!("`time` is {}; expected an instant such as 2026-11-24T09:30:00+07:00", quoted(text)))
                })?),
            };
        if !self.is_own_source(&event.source) {
            return Err((
                Code::ForbiddenSource,
                format!("`source` is {}; this key sends as {} or below it", quoted(&event.source), quoted(&self.key.source_id)),
            ));
        }
        if let Some(foreign) = event.data.foreign_key(kind) {
            return Err((
                Code::WrongShape,
                format!("`data` has the key \"{foreign}\"; expected only the keys {}", kind.allowed_keys().join(", ")),
            ));
        }

        let (content, voided) = match kind {
            Kind::Sample => (self.sample(&event.data)?, None),
            Kind::Case => (self.case(&event.source, &event.data)?, None),
            Kind::Void => self.void(&event.data)?,
        };
        // From here on the event is admitted: only now may it wait for numbers.
        if let Some(id) = voided {
            sorted.unnumbered.wait(sorted.events.len(), id, true);
        }
        let source = self.source_number(&event.source).unwrap_or_else(|| {
            sorted.unnumbered.wait(sorted.events.len(), &event.source, false);
            0
        });
        Ok(NewEvent { source, id: (*event.id).to_owned(), time, content })
    }

    /// The key's source, or one below it: `S/…`.
    fn is_own_source(&self, source: &str) -> bool {
        match source.strip_prefix(self.key.source_id.as_str()) {
            Some("") => true,
            Some(below) => below.len() > 1 && below.starts_with('/'),
            None => false,
        }
    }

    fn source_number(&self, source: &str) -> Option<i64> {
        if source == self.key.source_id { Some(self.key.source) } else { (self.number_of)(source) }
    }
}

/// Checks an id or a source: there, not too long, nothing unprintable.
fn name(field: &str, text: &str, most: usize) -> Result<(), String> {
    if text.is_empty() {
        Err(format!("`{field}` is empty; expected 1 to {most} characters"))
    } else if longer_than(text, most) {
        Err(format!("`{field}` has {} characters; expected at most {most}", text.chars().count()))
    } else if text.bytes().any(|byte| byte.is_ascii_control()) {
        Err(format!("`{field}` is {}; expected no control characters", quoted(text)))
    } else {
        Ok(())
    }
}

/// Checks a remark: not too long, nobody's data. The remark itself is never shown in the sentence.
fn remark(field: &str, text: &str) -> Result<(), Wrong> {
    if longer_than(text, MAX_NOTE) {
        return Err((Code::WrongShape, format!("`data.{field}` has {} characters; expected at most {MAX_NOTE}", text.chars().count())));
    }
    // PostgreSQL cannot store it, and one bad event never fails its neighbours.
    if text.contains('\0') {
        return Err((Code::WrongShape, format!("`data.{field}` holds a NUL character; expected text")));
    }
    match rules::personal::looks_personal(text) {
        Some(what) => Err((Code::PersonalData, format!("`data.{field}` looks like it holds {what}; expected a remark that names nobody"))),
        None => Ok(()),
    }
}

fn longer_than(text: &str, most: usize) -> bool {
    text.len() > most && text.chars().nth(most).is_some()
}
