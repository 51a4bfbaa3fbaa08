//! Cases and what is measured on them, afresh from the log.
//!
//! Time alone changes figures of cases, so each stored roll-up is computed at its own moment.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono_tz::Tz;
use rules::indicator::Indicator;
use rules::time::{Millis, format_instant};
use sql::Db;
use sql::case_state::{Key as CaseKey, Stored};
use sql::log::LoggedStep;
use sql::registry::Registry;
use sql::rollup::{Key, Rollup};

use super::{Comparison, close};
use crate::desk::Desk;
use crate::error::Error;
use crate::measure::{Bench, says_something};
use crate::merge::{Terms, case_of, fold};
use crate::touch;
use crate::window::Window;

/// Every case by all steps up to a place in the log.
pub(super) struct Afresh {
    cases: BTreeMap<CaseKey, Stored>,
    desk: Desk,
}

impl Afresh {
    /// Folds all steps of the log.
    pub(super) async fn of(db: &Db, registry: &Registry, terms: &Terms, merged: i64) -> Result<Self, Error> {
        let steps = sql::log::steps_in_order(db, merged).await?;
        let keys: Vec<(i64, &str)> = steps.iter().map(|step| (step.source, step.event_id.as_str())).collect();
        let voided = if keys.is_empty() { HashSet::new() } else { sql::log::voided(db, &keys, merged).await? };
        let mut by_case: BTreeMap<CaseKey, Vec<LoggedStep>> = BTreeMap::new();
        for step in steps {
            if voided.is_empty() || !voided.contains(&(step.source, step.event_id.clone())) {
                by_case.entry((step.what.service, step.what.case.clone())).or_default().push(step);
            }
        }
        let mut desk = Desk::empty(registry);
        let mut cases = BTreeMap::new();
        for (key, steps) in by_case {
            let Some(case) = fold(terms, key.clone(), steps) else { continue };
            desk.put(key.0, &key.1, case_of(&case));
            cases.insert(key, case);
        }
        Ok(Self { cases, desk })
    }

    /// (indicator, unit) that these steps and cases touch, as they stood before and as they will.
    pub(super) fn touched(&self, registry: &Registry, steps: &[LoggedStep]) -> Vec<(i64, i64)> {
        let measures = touch::by_service(registry);
        let mut touched = Vec::new();
        for step in steps {
            let known = self.cases.get(&(step.what.service, step.what.case.clone())).map(|case| case.state.unit);
            for (indicator, _) in measures.get(&step.what.service).into_iter().flatten() {
                touched.extend(known.into_iter().chain([step.what.unit]).map(|unit| (*indicator, unit)));
            }
        }
        touched
    }

    /// The cases as they came out, compared with nothing.
    pub(super) fn into_desk(self) -> Desk {
        self.desk
    }

    /// Compares the stored cases, but for those of which steps came while we read.
    pub(super) fn compare_cases(self, registry: &Registry, stored: Vec<Stored>, since: &[LoggedStep], found: &mut Comparison) -> Desk {
        let since: HashSet<CaseKey> = since.iter().map(|step| (step.what.service, step.what.case.clone())).collect();
        let mut fresh = self.cases;
        for case in stored {
            let key = (case.service, case.case.clone());
            let afresh = fresh.remove(&key);
            if since.contains(&key) {
                continue;
            }
            found.cases += 1;
            if afresh.as_ref() != Some(&case) {
                found.note_case(registry, &key, Some(&case), afresh.as_ref());
            }
        }
        for (key, case) in fresh.iter().filter(|(key, _)| !since.contains(*key)) {
            found.cases += 1;
            found.note_case(registry, key, None, Some(case));
        }
        self.desk
    }
}

/// What the roll-ups of cases are compared with.
pub(super) struct Scene<'a> {
    pub(super) desk: &'a Desk,
    pub(super) registry: &'a Registry,
    pub(super) zone: Tz,
    pub(super) now: Millis,
}

impl Scene<'_> {
    fn bench(&self, as_of: Millis) -> Bench<'_> {
        Bench { desk: self.desk, registry: self.registry, zone: self.zone, as_of }
    }

    /// Compares the stored roll-ups of an indicator, and looks for those that should be there.
    pub(super) fn compare(
        &self,
        indicator: &Indicator,
        stored: &HashMap<Key, Rollup>,
        waiting: impl Fn(&Key) -> bool,
        found: &mut Comparison,
    ) {
        // A count goes on into the next period when its time comes, and that may wait for the aggregator.
        let due: HashSet<i64> =
            stored.values().filter(|row| row.next_due.is_some_and(|due| due <= self.now)).map(|row| row.key.unit).collect();
        let there = |(unit, window): &(i64, Window)| stored.contains_key(&window.key(indicator.no, *unit));
        let missing: Vec<(i64, Window)> = self.bench(self.now).all_windows(indicator).into_iter().filter(|window| !there(window)).collect();
        for row in self.bench(self.now).rollups(indicator, &missing).iter().filter(|row| says_something(row)) {
            if waiting(&row.key) || due.contains(&row.key.unit) {
                found.waiting += 1;
                continue;
            }
            found.compared += 1;
            found.note(self.registry, &row.key, None, (row.value, row.n));
        }
        let mut by_moment: BTreeMap<Millis, Vec<(i64, Window)>> = BTreeMap::new();
        for row in stored.values() {
            if waiting(&row.key) {
                found.waiting += 1;
            } else if let Some(window) = Window::of_key(&row.key) {
                by_moment.entry(row.as_of).or_default().push((row.key.unit, window));
            }
        }
        for (as_of, mut asked) in by_moment {
            asked.sort_unstable();
            let fresh: HashMap<Key, Rollup> = self.bench(as_of).rollups(indicator, &asked).into_iter().map(|row| (row.key, row)).collect();
            for (unit, window) in asked {
                let key = window.key(indicator.no, unit);
                let Some(known) = stored.get(&key) else { continue };
                found.compared += 1;
                let fresh = fresh.get(&key);
                if !fresh.is_some_and(|fresh| same(known, fresh)) {
                    let afresh = fresh.map_or((None, 0), |fresh| (fresh.value, fresh.n));
                    found.note(self.registry, &key, Some((known.value, known.n)), afresh);
                }
            }
        }
    }
}

fn same(known: &Rollup, fresh: &Rollup) -> bool {
    close(known.value, fresh.value)
        && close(known.own.value, fresh.own.value)
        && (known.n, known.own.n) == (fresh.n, fresh.own.n)
        && (known.data_at, known.next_due) == (fresh.data_at, fresh.next_due)
        && close(known.numerator, fresh.numerator)
        && close(known.denominator, fresh.denominator)
        && close(known.target, fresh.target)
        && close(known.achievement, fresh.achievement)
        && known.status == fresh.status
}

impl Comparison {
    fn note_case(&mut self, registry: &Registry, (service, case): &CaseKey, stored: Option<&Stored>, fresh: Option<&Stored>) {
        let service = registry.service_no(*service).map_or_else(|| service.to_string(), |service| service.id.clone());
        let word = |case: Option<&Stored>| {
            let Some(case) = case else { return "not there".to_owned() };
            let moment = |at: Option<Millis>| at.map_or_else(|| "never".to_owned(), format_instant);
            let unit = registry.unit_no(case.state.unit).map_or_else(|| case.state.unit.to_string(), |unit| unit.id.clone());
            let (opened, ended) = (moment(case.state.submitted_at), moment(case.state.end.map(|end| end.at)));
            format!("{unit}, submitted {opened}, ended {ended}, due {}, {} steps", moment(case.state.due), case.steps.len())
        };
        self.add(format!("case {case} of {service}: stored {}; afresh {}", word(stored), word(fresh)));
    }
}
