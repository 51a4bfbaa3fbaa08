//! What is known of a case: for every question the answer that counts.

use std::collections::BTreeMap;

use super::{Step, StepEvent};
use crate::revision::{self, Candidate};
use crate::time::Millis;

/// An answer with what decides whether a later one takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer<T> {
    value: T,
    by: Candidate,
}

/// The steps and words of one case that count, grown event by event in log order.
///
/// A step that does not repeat is one question, each instant of a repeating one is its own,
/// and so are the target and the three words. Each is answered by the newest known: an event
/// whose source gave it an older time than that of the answer that counts came late, and
/// changes nothing (see [`revision`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Instant and unit of the steps that happen once.
    once: BTreeMap<Step, Answer<(Millis, i64)>>,
    /// The unit by instant and step of those that repeat.
    repeated: BTreeMap<(Millis, Step), Answer<i64>>,
    due: Option<Answer<Millis>>,
    class: Option<Answer<String>>,
    channel: Option<Answer<String>>,
    area: Option<Answer<String>>,
    /// The place in log order of the last event learned.
    last: Option<(Millis, i64)>,
}

impl Known {
    /// What these events of one case come to, in whatever order they are given.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a StepEvent>) -> Self {
        let mut events: Vec<&StepEvent> = events.into_iter().collect();
        events.sort_by_key(|event| event.place());
        let mut known = Self::default();
        for event in events {
            known.learn(event);
        }
        known
    }

    /// Takes in the next event in log order. Answers whether it could: one at or before the
    /// place of the last was learned already, or wants the case folded anew with [`of`](Self::of),
    /// and changes nothing.
    pub fn learn(&mut self, event: &StepEvent) -> bool {
        if self.last.is_some_and(|last| event.place() <= last) {
            return false;
        }
        self.last = Some(event.place());
        let by = Candidate { seq: event.seq, source: event.source, time: event.time, voided: false };
        if event.step.repeats() {
            let key = (event.at, event.step);
            if revision::counts(self.repeated.get(&key).map(|known| &known.by), &by) {
                self.repeated.insert(key, Answer { value: event.unit, by });
            }
        } else if revision::counts(self.once.get(&event.step).map(|known| &known.by), &by) {
            self.once.insert(event.step, Answer { value: (event.at, event.unit), by });
        }
        answer(&mut self.due, event.due.as_ref(), by);
        answer(&mut self.class, event.class.as_ref(), by);
        answer(&mut self.channel, event.channel.as_ref(), by);
        answer(&mut self.area, event.area.as_ref(), by);
        true
    }

    /// Instant and unit of a step that does not repeat.
    pub fn step(&self, step: Step) -> Option<(Millis, i64)> {
        self.once.get(&step).map(|known| known.value)
    }

    /// Every step that counts as (instant, step, unit), in time; equal instants in the order
    /// of the list.
    pub fn steps(&self) -> Vec<(Millis, Step, i64)> {
        let once = self.once.iter().map(|(step, known)| (known.value.0, *step, known.value.1));
        let repeated = self.repeated.iter().map(|((at, step), known)| (*at, *step, known.value));
        let mut steps: Vec<_> = once.chain(repeated).collect();
        steps.sort_unstable();
        steps
    }

    /// The target that counts.
    pub fn due(&self) -> Option<Millis> {
        self.due.as_ref().map(|known| known.value)
    }

    /// The class that counts.
    pub fn class(&self) -> Option<&str> {
        self.class.as_ref().map(|known| known.value.as_str())
    }

    /// The channel that counts.
    pub fn channel(&self) -> Option<&str> {
        self.channel.as_ref().map(|known| known.value.as_str())
    }

    /// The area that counts.
    pub fn area(&self) -> Option<&str> {
        self.area.as_ref().map(|known| known.value.as_str())
    }

    /// The place in log order of the last event learned.
    pub fn last(&self) -> Option<(Millis, i64)> {
        self.last
    }
}

/// An event that says nothing about a question leaves its answer.
fn answer<T: Clone>(known: &mut Option<Answer<T>>, said: Option<&T>, by: Candidate) {
    if let Some(value) = said
        && revision::counts(known.as_ref().map(|known| &known.by), &by)
    {
        *known = Some(Answer { value: value.clone(), by });
    }
}
