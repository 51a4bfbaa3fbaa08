//! Roll-ups of indicators that are measured on cases.
//!
//! Both values come from the cases: a unit's own by its own, the tree's by those of the unit and of everything below it,
//! because medians do not join. Pure: a function of the cases, the configuration and the moment.
//!
//! A unit none of whose cases is of the services has no value. A share or a duration without cases has none. A count is 0
//! in a period without cases only if it ends after the first of them was opened: before that nobody knows
//! whether the unit had the service.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono_tz::Tz;
use rules::case::Measure;
use rules::indicator::{Indicator, RollupTree};
use rules::time::{Millis, date_of, start_of};
use sql::registry::Registry;
use sql::rollup::{Own, Rollup};

use crate::cases::{By, Case, Cases, Lineages, Live, Measured, windows};
use crate::desk::Desk;
use crate::score;
use crate::touch::{is_count, periods};
use crate::window::Window;

/// Cases, configuration and the moment for which they are measured.
#[derive(Clone, Copy)]
pub(crate) struct Bench<'a> {
    pub(crate) desk: &'a Desk,
    pub(crate) registry: &'a Registry,
    pub(crate) zone: Tz,
    pub(crate) as_of: Millis,
}

/// Instants of the cases of a unit, of a service that is measured.
#[derive(Clone, Copy, Default)]
struct First {
    /// The first that was opened by now.
    known: Option<Millis>,
    /// Whether there is any, also one that is opened later.
    any: bool,
    /// The newest opening or end of those that were over before the first window: from then on their backlog is known.
    newest: Option<Millis>,
}

impl Bench<'_> {
    /// The roll-ups of these windows of units, for those that can be: an indicator that is not measured on cases has
    /// none, and a count none in a period that has not begun.
    pub(crate) fn rollups(&self, indicator: &Indicator, asked: &[(i64, Window)]) -> Vec<Rollup> {
        let Some((measure, services)) = self.measured(indicator) else { return Vec::new() };
        let today = date_of(self.as_of, self.zone);
        let begun = |(_, window): &&(i64, Window)| !is_count(measure) || window.first_day() <= today;
        let asked: Vec<(i64, Window)> = asked.iter().filter(begun).copied().collect();
        let units: HashSet<i64> = asked.iter().map(|(unit, _)| *unit).collect();
        let (Some(from), Some(to)) =
            (asked.iter().map(|(_, window)| self.starts(window)).min(), asked.iter().map(|(_, window)| self.ends(window)).max())
        else {
            return Vec::new();
        };
        let mut places: HashMap<i64, usize> = HashMap::new();
        for unit in self.registry.units.iter().filter(|unit| indicator.applies(unit)) {
            if self.registry.tree.lineage(unit.no).iter().any(|above| units.contains(above)) {
                let place = places.len();
                places.insert(unit.no, place);
            }
        }
        let mut firsts = vec![First::default(); places.len()];
        let mut cases = Cases::default();
        for case in self.desk.cases(services) {
            let Some(place) = places.get(&case.unit) else { continue };
            firsts[*place].add(case, self.as_of);
            if case.opened >= to {
                continue;
            }
            let left = case.end.map_or(Millis::MAX, |end| end.at).max(case.opened);
            let counts = if measure.is_of_backlog() { left >= from } else { case.opened >= from };
            match counts {
                true => cases.push(case),
                false => firsts[*place].newest = firsts[*place].newest.max(Some(left).filter(|left| *left <= self.as_of)),
            }
        }
        let lineages = Lineages::constant(self.registry.tree.clone());
        let own = windows(&cases, By::Unit, self.zone, self.as_of, &asked);
        let all = match indicator.rollup_tree {
            RollupTree::None => own.clone(),
            _ => windows(&cases, By::Tree(&lineages), self.zone, self.as_of, &asked),
        };
        let own_firsts: HashMap<i64, First> = places.iter().map(|(unit, place)| (*unit, firsts[*place])).collect();
        let mut all_firsts: HashMap<i64, First> = HashMap::new();
        for (unit, first) in &own_firsts {
            for above in self.reach(indicator, *unit) {
                all_firsts.entry(*above).or_default().join(*first);
            }
        }
        let first_of = |firsts: &HashMap<i64, First>, unit| firsts.get(&unit).copied().unwrap_or_default();
        let row = |((unit, window), (own, all)): (&(i64, Window), (&Live, &Live))| {
            let (own_first, all_first) = (first_of(&own_firsts, *unit), first_of(&all_firsts, *unit));
            self.row(indicator, measure, (*unit, *window), (own, own_first), (all, all_first))
        };
        asked.iter().zip(own.iter().zip(&all)).map(row).collect()
    }

    /// The windows in which an indicator has roll-ups, of every unit.
    pub(crate) fn all_windows(&self, indicator: &Indicator) -> BTreeSet<(i64, Window)> {
        let mut found = BTreeSet::new();
        let Some((measure, services)) = self.measured(indicator) else { return found };
        let applies: HashSet<i64> = self.registry.units.iter().filter(|unit| indicator.applies(unit)).map(|unit| unit.no).collect();
        let reach = |unit: i64| self.reach(indicator, unit);
        let today = date_of(self.as_of, self.zone);
        if is_count(measure) {
            let mut firsts: HashMap<i64, Millis> = HashMap::new();
            for case in self.desk.cases(services).filter(|case| applies.contains(&case.unit)) {
                let first = firsts.entry(case.unit).or_insert(case.opened);
                *first = case.opened.min(*first);
            }
            let mut days = HashMap::new();
            for (unit, first) in firsts {
                let first = date_of(first, self.zone).min(today);
                for above in reach(unit) {
                    let day = days.entry(*above).or_insert(first);
                    *day = first.min(*day);
                }
            }
            for (unit, first) in days {
                found.extend(periods(first, today).map(|window| (unit, window)));
            }
            return found;
        }
        let opened = |case: &Case| (case.unit, date_of(case.opened, self.zone));
        let days: HashSet<(i64, chrono::NaiveDate)> =
            self.desk.cases(services).filter(|case| applies.contains(&case.unit)).map(opened).collect();
        let days: HashSet<(i64, chrono::NaiveDate)> =
            days.into_iter().flat_map(|(unit, day)| reach(unit).iter().map(move |above| (*above, day))).collect();
        for (unit, day) in days {
            found.extend(periods(day, day).map(|window| (unit, window)));
        }
        found
    }

    /// What an indicator measures, and on which services; None when it is not measured on cases.
    fn measured(&self, indicator: &Indicator) -> Option<(Measure, &[i64])> {
        let computed = self.registry.of_cases(indicator.no)?;
        Some((computed.measure?, &computed.services))
    }

    /// The units in whose value a case of a unit counts.
    fn reach(&self, indicator: &Indicator, unit: i64) -> &[i64] {
        let lineage = self.registry.tree.lineage(unit);
        if indicator.rollup_tree == RollupTree::None { &lineage[..lineage.len().min(1)] } else { lineage }
    }

    fn starts(&self, window: &Window) -> Millis {
        start_of(window.first_day(), self.zone)
    }

    fn ends(&self, window: &Window) -> Millis {
        window.last_day().succ_opt().map_or(Millis::MAX, |after| start_of(after, self.zone))
    }

    fn row(
        &self,
        indicator: &Indicator,
        measure: Measure,
        (unit, window): (i64, Window),
        (own, own_first): (&Live, First),
        (all, all_first): (&Live, First),
    ) -> Rollup {
        let ends = self.ends(&window);
        let (own, all) = (own.measure(measure), all.measure(measure));
        let next_due = [own.next_due, all.next_due].into_iter().flatten().min();
        // A count goes on into the period that follows, also when nothing happens.
        let goes_on = is_count(measure) && all_first.any && ends > self.as_of && matches!(window, Window::Period(_));
        let own = own_of(indicator, measure, &own, own_first, ends);
        let all = own_of(indicator, measure, &all, all_first, ends);
        let score = score::judge(self.registry, indicator, unit, window, all.value);
        Rollup {
            key: window.key(indicator.no, unit),
            own,
            value: all.value,
            numerator: all.numerator,
            denominator: all.denominator,
            n: all.n,
            data_at: all.data_at,
            source: None,
            target: score.due.map(|due| due.target),
            target_high: score.due.and_then(|due| due.high),
            achievement: score.achievement,
            status: score.status,
            as_of: self.as_of,
            computed_at: self.as_of,
            revision: self.registry.revision,
            next_due: [next_due, goes_on.then_some(ends)].into_iter().flatten().min(),
        }
    }
}

impl First {
    fn add(&mut self, case: &Case, as_of: Millis) {
        self.join(Self { known: (case.opened <= as_of).then_some(case.opened), any: true, newest: None });
    }

    fn join(&mut self, other: Self) {
        self.known = [self.known, other.known].into_iter().flatten().min();
        self.any |= other.any;
        self.newest = self.newest.max(other.newest);
    }
}

/// A measure as a roll-up holds it, in the scale of the indicator.
fn own_of(indicator: &Indicator, measure: Measure, measured: &Measured, first: First, ends: Millis) -> Own {
    let is_known = first.known.is_some_and(|first| first < ends);
    let scale = if measure.is_share() { indicator.scale() } else { 1.0 };
    let of_share = |part: Option<f64>| part.filter(|_| measured.n > 0);
    Own {
        value: measured.value.filter(|_| is_known).map(|value| value * scale),
        numerator: of_share(measured.numerator),
        denominator: of_share(measured.denominator),
        n: measured.n,
        data_at: if measure.is_of_backlog() { measured.data_at.max(first.newest.filter(|_| is_known)) } else { measured.data_at },
        source: None,
    }
}

/// Whether a roll-up says anything, now or at a moment to come.
pub(crate) fn says_something(row: &Rollup) -> bool {
    row.value.is_some() || row.n > 0 || row.own.n > 0 || row.next_due.is_some()
}
