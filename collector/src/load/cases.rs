//! Rows that are cases: each column of a step is an event of its own.

use std::collections::HashMap;
use std::sync::Arc;

use rules::case::Step;
use rules::time::Millis;
use sql::log::{CaseStep, Content as Said, Entry as Logged, NewEvent};
use xxhash_rust::xxh3::Xxh3;

use super::names::Names;
use super::{Matter, Taken, Wrong, hash_of, revision, timely};
use crate::import::Content;

/// What a source last said of its cases.
pub(crate) struct Cases {
    prefix: String,
    /// By [`place`]: a source has millions of cases, and most are only compared.
    known: HashMap<u128, Box<Word>>,
    texts: HashMap<String, Arc<str>>,
}

/// What was last said of a case.
#[derive(Debug, Default)]
struct Word {
    about: About,
    /// By step: when it was, or None when that was taken back, and how many words there were on it.
    steps: Vec<(Step, Option<Millis>, u32)>,
}

/// What each step of a case carries along.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct About {
    unit: i64,
    due: Option<Millis>,
    class: Option<Arc<str>>,
    channel: Option<Arc<str>>,
    area: Option<Arc<str>>,
}

/// A row with numbers in place of names.
pub(crate) struct Row {
    key: (i64, String),
    about: About,
    steps: Vec<(Step, Millis)>,
}

/// Where a case is found: 128 bits of a hash, of which no two of a source's cases will ever be equal.
fn place(service: i64, case: &str) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(&service.to_le_bytes());
    hash.update(case.as_bytes());
    hash.digest128()
}

impl Cases {
    pub(super) fn new(prefix: String) -> Self {
        Self { prefix, known: HashMap::new(), texts: HashMap::new() }
    }

    /// A text that many cases share is kept once.
    fn shared(&mut self, text: Option<String>) -> Option<Arc<str>> {
        let text = text?;
        if let Some(known) = self.texts.get(&text) {
            return Some(Arc::clone(known));
        }
        let shared: Arc<str> = text.as_str().into();
        self.texts.insert(text, Arc::clone(&shared));
        Some(shared)
    }
}

impl Matter for Cases {
    type Row = Row;

    fn learn(&mut self, entry: Logged) {
        match entry {
            Logged::Step(step) => {
                let (_, number) = revision::parse(&step.event_id);
                let CaseStep { service, case, unit, step: what, at, due, class, channel, area } = step.what;
                let about = About { unit, due, class: self.shared(class), channel: self.shared(channel), area: self.shared(area) };
                let word = self.known.entry(place(service, &case)).or_default();
                word.about = about;
                word.set(what, Some(at), number);
            }
            // Only what an import took back itself was its last word; what people void stays voided.
            Logged::Void(void) if void.event_id == revision::void(&void.target_id) => {
                let (base, number) = revision::parse(&void.target_id);
                let parts = base.rsplit_once('/').and_then(|(case, step)| Some((case.split_once('/')?, step.parse().ok()?)));
                let Some(((service, case), step)) = parts else { return };
                let Ok(service) = service.parse() else { return };
                if let Some(word) = self.known.get_mut(&place(service, case)) {
                    word.set(step, None, number);
                }
            }
            Logged::Void(_) | Logged::Sample(_) => {}
        }
    }

    fn understand(&self, content: &Content<'_>, names: &Names<'_>) -> Result<Row, Wrong> {
        let Content::Case(row) = content else { return Err((String::new(), "expected a case".to_owned())) };
        for (step, at) in row.steps {
            timely(names.columns.step(*step), *at, names.earliest, names.now)?;
        }
        let text = |text: &Option<std::borrow::Cow<'_, str>>| {
            text.as_deref().map(|text| self.texts.get(text).map_or_else(|| Arc::from(text), Arc::clone))
        };
        let about = About {
            unit: names.unit(&row.unit)?,
            due: row.due,
            class: text(&row.class),
            channel: text(&row.channel),
            area: text(&row.area),
        };
        let case = [self.prefix.as_str(), &row.case].concat();
        Ok(Row { key: (names.service(&row.service)?, case), about, steps: row.steps.to_vec() })
    }

    fn key(row: &Row) -> u64 {
        hash_of(&row.key)
    }

    fn word(row: &Row) -> u64 {
        hash_of((&row.about, &row.steps))
    }

    fn known(&self, row: &Row) -> Option<u64> {
        self.known.get(&place(row.key.0, &row.key.1)).map(|word| hash_of((&word.about, &word.said())))
    }

    fn take(&mut self, row: Row, source: i64, events: &mut Vec<NewEvent>) -> Taken {
        let Row { key, about, steps } = row;
        let (service, case) = key;
        let at_place = place(service, &case);
        let taken = match self.known.get(&at_place) {
            None => Taken::New,
            Some(word) if word.about == about && word.said() == steps => return Taken::Same,
            Some(_) => Taken::Revised,
        };
        let word = self.known.entry(at_place).or_default();
        let base = |step: Step| format!("{service}/{case}/{step}");
        // A later step without a text leaves the earlier one standing, so what is gone is taken back with the steps that said it.
        let is_less = taken == Taken::Revised && about.is_less_than(&word.about);
        let gone: Vec<(Step, u32)> = (word.steps.iter())
            .filter(|(step, at, _)| {
                let now = steps.iter().find(|(given, _)| given == step).map(|(_, at)| *at);
                at.is_some() && (is_less || now.is_none() || step.repeats() && now != *at)
            })
            .map(|(step, _, number)| (*step, *number))
            .collect();
        for (step, number) in gone {
            events.extend(revision::voids(source, &base(step), number, "no longer in the imported file"));
            word.set(step, None, number);
        }
        let others = word.about != about;
        for (place, (step, at)) in steps.into_iter().enumerate() {
            let (before, number) = word.of(step);
            if before == Some(at) && !(others && place == 0) {
                continue;
            }
            let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
            let what = CaseStep {
                service,
                case: case.clone(),
                unit: about.unit,
                step,
                at,
                due: about.due,
                class: text(&about.class),
                channel: text(&about.channel),
                area: text(&about.area),
            };
            let id = revision::id(&base(step), number + 1);
            events.push(NewEvent { source, id, time: None, content: Said::Step(Box::new(what)) });
            word.set(step, Some(at), number + 1);
        }
        word.about = about;
        taken
    }
}

impl About {
    /// Whether something that was said is said no more.
    fn is_less_than(&self, before: &Self) -> bool {
        let gone = |now: bool, before: bool| before && !now;
        gone(self.due.is_some(), before.due.is_some())
            || gone(self.class.is_some(), before.class.is_some())
            || gone(self.channel.is_some(), before.channel.is_some())
            || gone(self.area.is_some(), before.area.is_some())
    }
}

impl Word {
    /// The steps that stand, in their order.
    fn said(&self) -> Vec<(Step, Millis)> {
        self.steps.iter().filter_map(|(step, at, _)| Some((*step, (*at)?))).collect()
    }

    fn of(&self, step: Step) -> (Option<Millis>, u32) {
        self.steps.iter().find(|known| known.0 == step).map_or((None, 0), |known| (known.1, known.2))
    }

    fn set(&mut self, step: Step, at: Option<Millis>, number: u32) {
        match self.steps.binary_search_by_key(&step, |known| known.0) {
            Ok(place) => self.steps[place] = (step, at, number),
            Err(place) => {
                self.steps.reserve_exact(1);
                self.steps.insert(place, (step, at, number));
            }
        }
    }
}
