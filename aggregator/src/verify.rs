//! Comparing the stored roll-ups with ones computed afresh from the log.
//!
//! The fresh ones come by another way: the whole log is folded in memory, parts are counted afresh,
//! every indicator is computed whole. Those of cases come from all steps folded in memory.

mod cases;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use rules::at::At;
use rules::period::Period;
use rules::time::{Millis, date_of};
use sql::Db;
use sql::configuration::Revision;
use sql::counted::{self, Counted, Single};
use sql::log::LoggedStep;
use sql::mark::{EVERY_UNIT, Mark};
use sql::part::Part;
use sql::registry::Registry;
use sql::rollup::{Key, Rollup};

use crate::error::Error;
use crate::merge::{Terms, afresh, counted_of, refold};
use crate::own::{self, Request};
use crate::reconcile::carry::carried_until;
use crate::roll::all_windows;
use crate::score;
use crate::tree::{self, OwnsOfWindow};
use crate::window::Window;

/// What the comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Roll-ups compared.
    pub compared: usize,
    /// Roll-ups that wait for the aggregator, or were touched while we read, and were left out.
    pub waiting: usize,
    /// Cases compared with what their steps come to.
    pub cases: usize,
    /// The first differences, one sentence each.
    pub differences: Vec<String>,
    /// How many there are in all.
    pub different: usize,
}

/// Differences that are named one by one.
const NAMED: usize = 20;

/// Computes every roll-up afresh from the log and compares it with the stored one.
///
/// # Errors
/// A failed read, or what polars reports.
pub async fn verify(db: &Db, registry: &Registry, zone: Tz, now: Millis) -> Result<Comparison, Error> {
    let merged = sql::progress::get(db, sql::progress::Counter::MergedSeq).await?;
    let marks = sql::mark::take(db, i64::MAX).await?;
    let rolled = sql::progress::get(db, sql::progress::Counter::RolledRevision).await?;
    // Days that have begun since nobody rolled up are carried on when somebody does.
    let until = carried_until(db, date_of(now, zone)).await?;
    let counted = fold_log(db, merged).await?;
    // Stored cases are judged as the configuration that was rolled up last says.
    let judging = sql::registry::of_revision(db, Revision { no: rolled, recorded_at: 0 }).await?;
    let terms = Terms::of(db, &Arc::new(judging), zone).await?;
    let afresh = cases::Afresh::of(db, registry, &terms, merged).await?;
    let mut by_indicator: BTreeMap<i64, BTreeMap<i64, Vec<Counted>>> = BTreeMap::new();
    for row in counted.into_values() {
        by_indicator.entry(row.indicator).or_default().entry(row.unit).or_default().push(row);
    }
    let mut found = Comparison::default();
    let mut stored: HashMap<i64, HashMap<Key, Rollup>> = HashMap::new();
    for every in 1..rules::period::Every::ALL.len() as i64 + 1 {
        for rollup in sql::rollup::of_kind(db, every, i64::from(i32::MIN), i64::from(i32::MAX)).await? {
            stored.entry(rollup.key.indicator).or_default().insert(rollup.key, rollup);
        }
    }
    let stored_cases = sql::case_state::all(db).await?;
    // Read last: what came in while we read is rolled up in what is stored and not in what is computed here.
    let (mut since, steps) = touched_after(db, merged).await?;
    since.extend(afresh.touched(registry, &steps));
    let mut pending = Pending::of(registry, &marks, &since);
    if rolled < registry.revision {
        // Nothing is marked yet for the newest configuration.
        pending.whole.extend(registry.indicators.iter().map(|indicator| indicator.no));
    }
    let desk = match rolled {
        // A new version judges cases anew at its first start; until then nothing can be said of them.
        0 => {
            found.waiting += stored_cases.len();
            afresh.into_desk()
        }
        _ => afresh.compare_cases(registry, stored_cases, &steps, &mut found),
    };
    let scene = cases::Scene { desk: &desk, registry, zone, now };
    let waiting = |key: &Key| pending.holds(key);
    for indicator in &registry.indicators {
        if registry.of_cases(indicator.no).is_some() {
            scene.compare(indicator, &stored.remove(&indicator.no).unwrap_or_default(), waiting, &mut found);
            continue;
        }
        let units = by_indicator.remove(&indicator.no).unwrap_or_default();
        let fresh = compute(registry, zone, until, indicator, units)?;
        let mut stored = stored.remove(&indicator.no).unwrap_or_default();
        for (key, (own, all)) in fresh {
            let known = stored.remove(&key);
            if all.n == 0 && own.n == 0 {
                continue;
            }
            if waiting(&key) {
                found.waiting += 1;
                continue;
            }
            found.compared += 1;
            let Some(window) = Window::of_key(&key) else { continue };
            let judged = score::judge(registry, indicator, key.unit, window, all.value);
            let same = known.as_ref().is_some_and(|known| {
                close(known.value, all.value)
                    && close(known.own.value, own.value)
                    && known.n == all.n
                    && known.data_at == all.data_at
                    && close(known.numerator, all.numerator)
                    && close(known.denominator, all.denominator)
                    && close(known.target, judged.due.map(|due| due.target))
                    && close(known.achievement, judged.achievement)
                    && known.status == judged.status
            });
            if !same {
                found.note(registry, &key, known.as_ref().map(|known| (known.value, known.n)), (all.value, all.n));
            }
        }
        // What is left was stored but is not made by the log: only empty rows may be.
        for (key, rollup) in stored.into_iter().filter(|(_, rollup)| rollup.n > 0) {
            if !waiting(&key) {
                found.note(registry, &key, Some((rollup.value, rollup.n)), (None, 0));
            }
        }
    }
    Ok(found)
}

/// Roll-ups about which nothing can be said now: a mark waits for the aggregator, or events came while we read.
#[derive(Default)]
struct Pending {
    /// Indicators of which all is marked.
    whole: HashSet<i64>,
    /// (indicator, unit), with every unit above.
    units: HashSet<(i64, i64)>,
}

impl Pending {
    fn of(registry: &Registry, marks: &[Mark], since: &[(i64, i64)]) -> Self {
        let mut pending = Self::default();
        let (whole, marked): (Vec<&Mark>, Vec<&Mark>) = marks.iter().partition(|mark| mark.unit == EVERY_UNIT);
        pending.whole.extend(whole.iter().map(|mark| mark.indicator));
        let touched: HashSet<(i64, i64)> = marked.iter().map(|mark| (mark.indicator, mark.unit)).chain(since.iter().copied()).collect();
        for (indicator, unit) in touched {
            pending.units.extend(registry.tree.lineage(unit).iter().map(|above| (indicator, *above)));
        }
        pending
    }

    fn holds(&self, key: &Key) -> bool {
        self.whole.contains(&key.indicator) || self.units.contains(&(key.indicator, key.unit))
    }
}

/// (indicator, unit) of the samples after a place in the log and of those voided there, and the same steps of cases.
async fn touched_after(db: &Db, mut after: i64) -> Result<(Vec<(i64, i64)>, Vec<LoggedStep>), Error> {
    const PAGE: i64 = 10_000;
    let (mut touched, mut steps) = (Vec::new(), Vec::new());
    let mut struck = Vec::new();
    let until = sql::log::head(db).await?;
    loop {
        let entries = sql::log::entries_after(db, after, until, PAGE).await?;
        let Some(last) = entries.last().map(sql::log::Entry::seq) else { break };
        after = last;
        for entry in entries {
            match entry {
                sql::log::Entry::Sample(sample) => touched.push((sample.indicator, sample.unit)),
                sql::log::Entry::Step(step) => steps.push(step),
                sql::log::Entry::Void(void) => struck.push((void.target_source, void.target_id)),
            }
        }
    }
    let places: Vec<i64> = sql::log::seqs_of_keys(db, &struck).await?.into_iter().map(|(_, _, seq)| seq).collect();
    touched.extend(sql::log::samples_at(db, &places).await?.iter().map(|sample| (sample.indicator, sample.unit)));
    steps.extend(sql::log::steps_at(db, places).await?);
    Ok((touched, steps))
}

impl Comparison {
    fn note(&mut self, registry: &Registry, key: &Key, stored: Option<(Option<f64>, i64)>, fresh: (Option<f64>, i64)) {
        if self.differences.len() >= NAMED {
            self.different += 1;
            return;
        }
        let unit = registry.unit_no(key.unit).map_or_else(|| key.unit.to_string(), |unit| unit.id.clone());
        let indicator = registry.indicator_no(key.indicator).map_or_else(|| key.indicator.to_string(), |indicator| indicator.id.clone());
        let period = match Window::of_key(key) {
            Some(Window::Period(period)) => period.to_string(),
            Some(Window::Rolling28d(last)) => format!("28 days to {last}"),
            None => "an impossible window".to_owned(),
        };
        let word = |value: Option<f64>| value.map_or_else(|| "no value".to_owned(), |value| value.to_string());
        let stored = stored.map_or_else(|| "not stored".to_owned(), |(value, n)| format!("stored {} (n {n})", word(value)));
        self.add(format!("{unit} {indicator} {period}: {stored}, afresh {} (n {})", word(fresh.0), fresh.1));
    }

    fn add(&mut self, difference: String) {
        self.different += 1;
        if self.differences.len() < NAMED {
            self.differences.push(difference);
        }
    }
}

/// Equal to 9 significant digits.
fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
        (None, None) => true,
        _ => false,
    }
}

/// The whole log folded in memory: which revision of each sample counts.
pub(crate) async fn fold_log(db: &Db, until: i64) -> Result<HashMap<counted::Key, Counted>, Error> {
    const PAGE: i64 = 50_000;
    let mut rows: BTreeMap<i64, (Counted, (i64, String))> = BTreeMap::new();
    let mut struck: Vec<(i64, String)> = Vec::new();
    let mut after = 0;
    loop {
        let entries = sql::log::entries_after(db, after, until, PAGE).await?;
        let Some(last) = entries.last().map(sql::log::Entry::seq) else { break };
        after = last;
        for entry in entries {
            match entry {
                sql::log::Entry::Sample(sample) => {
                    rows.insert(sample.seq, (counted_of(&sample), (sample.source, sample.event_id)));
                }
                // Cases count apart from samples.
                sql::log::Entry::Step(_) => {}
                sql::log::Entry::Void(void) => struck.push((void.target_source, void.target_id)),
            }
        }
    }
    let struck: HashSet<(i64, String)> = struck.into_iter().collect();
    let mut counted: HashMap<counted::Key, Counted> = HashMap::with_capacity(rows.len());
    for (row, event) in rows.into_values() {
        if !struck.is_empty() && struck.contains(&event) {
            continue;
        }
        let before = counted.remove(&row.key());
        if let Some(row) = refold(before, vec![row]).counts {
            counted.insert(row.key(), row);
        }
    }
    Ok(counted)
}

type Afresh = HashMap<Key, (sql::rollup::Own, sql::rollup::Own)>;

pub(crate) fn compute(
    registry: &Registry,
    zone: Tz,
    today: NaiveDate,
    indicator: &rules::indicator::Indicator,
    units: BTreeMap<i64, Vec<Counted>>,
) -> Result<Afresh, Error> {
    let requests = requests(indicator, units, zone, today);
    let mut keys = HashSet::new();
    for request in &requests {
        for above in registry.tree.lineage(request.unit) {
            keys.extend(request.windows.iter().map(|window| window.key(indicator.no, *above)));
        }
    }
    let mut owns: HashMap<Key, OwnsOfWindow> = HashMap::new();
    for (key, own) in own::compute(registry, zone, today, requests)? {
        owns.entry(Key { unit: 0, ..key }).or_default().insert(key.unit, own);
    }
    let keys: Vec<Key> = keys.into_iter().collect();
    let joined = tree::join(registry, &keys, &owns)?;
    let own_of = |key: &Key| owns.get(&Key { unit: 0, ..*key }).and_then(|units| units.get(&key.unit)).copied().unwrap_or_default();
    Ok(keys.iter().zip(joined).map(|(key, all)| (*key, (own_of(key), all))).collect())
}

/// The counted samples of each unit as a request for all their windows.
pub(crate) fn requests(
    indicator: &rules::indicator::Indicator,
    units: BTreeMap<i64, Vec<Counted>>,
    zone: Tz,
    today: NaiveDate,
) -> Vec<Request> {
    let part_of = |row: &Counted| At::from_stored(row.grain, row.at).map(|at| at.part(zone));
    let request = |(unit, rows): (i64, Vec<Counted>)| {
        let mut placed: BTreeMap<Period, Vec<Counted>> = BTreeMap::new();
        let mut singles = Vec::new();
        for row in rows {
            let Some(part) = part_of(&row) else { continue };
            singles.extend(row.value.map(|value| Single { grain: row.grain, at: row.at, value }));
            placed.entry(part).or_default().push(row);
        }
        let windows = all_windows(indicator, placed.keys().copied(), today);
        let parts: Vec<Part> = placed.into_iter().filter_map(|(period, rows)| afresh(rows, (indicator.no, unit, period), zone)).collect();
        Request { indicator: indicator.no, unit, windows, parts, singles }
    };
    units.into_iter().map(request).collect()
}
