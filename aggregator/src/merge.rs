//! From the log to what counts: which revision of each sample, the parts they add up to, and what
//! the steps of each case come to.
//!
//! Works in log order, page by page; a page is one transaction, so a crash loses nothing and
//! repeats nothing. A part grows by adding when a sample is new, and is counted afresh when a
//! revision or a void takes something away.

mod cases;
mod fold;
mod grow;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono_tz::Tz;
use rules::period::Period;
use rules::time::{date_of, day_number};
use sql::Db;
use sql::behind::Writes;
use sql::counted::{self, Counted};
use sql::log::{Entry, Sample};
use sql::mark::Mark;
use sql::part::{self, Part};
use sql::progress::{Counter, Standing};

pub(crate) use cases::{CasePlan, Moved, Terms, again, case_of, fold};
pub(crate) use fold::{Verdict, counted_of, refold};
pub(crate) use grow::{add, afresh};

use crate::error::Error;
use crate::roll::Context;
use crate::touch::{self, Stretch};

/// Rows of the log taken at once.
const PAGE: i64 = 20_000;

/// What a page changed.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Parts that changed: (indicator, unit, period).
    pub(crate) changed: Vec<(i64, i64, Period)>,
    /// Cases that changed in tables.
    pub(crate) moved: Vec<Moved>,
    /// Where the log was merged before and after it.
    pub(crate) merged: (i64, i64),
    /// Events in it.
    pub(crate) events: usize,
    /// Whether the log may hold more.
    pub(crate) more: bool,
}

/// Merges the next page of the log as it stands.
///
/// # Errors
/// A failed read or write; nothing was merged then.
pub(crate) async fn next_page(context: &Context, terms: &Terms, standing: &Standing) -> Result<Page, Error> {
    let Context { db, zone, .. } = context;
    let zone = *zone;
    let Standing { merged, head, .. } = *standing;
    if merged >= head {
        return Ok(Page { merged: (merged, merged), ..Page::default() });
    }
    let entries = sql::log::entries_after(db, merged, head, PAGE).await?;
    let full = entries.len() as i64 >= PAGE;
    // A page that is not full has seen everything up to the head, places left empty included.
    let until = if full { entries.last().map_or(head, Entry::seq) } else { head };
    let holds_voids = standing.first_void.is_some_and(|first| first <= until);
    let plan = plan(db, zone, terms, &entries, holds_voids.then_some(until)).await?;
    let touched = touch::stretches(&context.registry, zone, date_of(context.now, zone), &plan.cases.moved);

    let mut writes = Writes::default();
    sql::progress::advance(&mut writes, Counter::MergedSeq, merged, until);
    counted::remove_superseded(&mut writes, &plan.refolded);
    counted::keep_superseded(&mut writes, &plan.superseded);
    counted::remove(&mut writes, &plan.gone);
    counted::put(&mut writes, &plan.put);
    part::put(&mut writes, &plan.parts);
    part::remove(&mut writes, &plan.empty);
    let marks: Vec<Mark> = plan.changed.iter().map(|(indicator, unit, period)| mark(*indicator, *unit, *period)).collect();
    sql::mark::put(&mut writes, &marks);
    write_cases(&mut writes, &plan.cases, &touched);
    if writes.commit(db).await?.is_none() {
        // Another process merged from the same place; what was planned here is in its page already.
        return Ok(Page { more: true, ..Page::default() });
    }
    let more = full || until < head;
    Ok(Page { changed: plan.changed, moved: plan.cases.moved, merged: (merged, until), events: entries.len(), more })
}

/// Writes cases, and marks what they touch.
pub(crate) fn write_cases(writes: &mut Writes, plan: &CasePlan, touched: &[Stretch]) {
    sql::case_state::remove(writes, &plan.gone);
    sql::case_state::put(writes, &plan.put);
    let marks: Vec<Mark> = touched
        .iter()
        .flat_map(|stretch| stretch.cover().into_iter().map(|period| mark(stretch.indicator, stretch.unit, period)))
        .collect();
    sql::mark::put(writes, &marks);
}

fn mark(indicator: i64, unit: i64, period: Period) -> Mark {
    Mark { indicator, unit, grain: period.every().code(), start: day_number(period.first_day()) }
}

/// What a page comes to.
#[derive(Debug, Default)]
struct Plan {
    put: Vec<Counted>,
    gone: Vec<counted::Key>,
    superseded: Vec<Counted>,
    /// Keys whose superseded revisions are written anew.
    refolded: Vec<counted::Key>,
    parts: Vec<Part>,
    empty: Vec<part::Key>,
    changed: Vec<(i64, i64, Period)>,
    cases: CasePlan,
}

/// Plans a page. `voided_until` is its last place when anything up to there takes an event back.
async fn plan(db: &Db, zone: Tz, terms: &Terms, entries: &[Entry], voided_until: Option<i64>) -> Result<Plan, Error> {
    let samples: Vec<&Sample> =
        entries.iter().filter_map(|entry| if let Entry::Sample(sample) = entry { Some(sample) } else { None }).collect();
    let voided = match voided_until {
        Some(until) => {
            let keys: Vec<(i64, &str)> = entries.iter().filter_map(Entry::voidable).collect();
            if keys.is_empty() { HashSet::new() } else { sql::log::voided(db, &keys, until).await? }
        }
        None => HashSet::new(),
    };
    let is_voided = |sample: &Sample| !voided.is_empty() && voided.contains(&(sample.source, sample.event_id.clone()));

    // Events of earlier pages that a void of this page takes away.
    let targets: Vec<(i64, String)> = entries
        .iter()
        .filter_map(|entry| if let Entry::Void(void) = entry { Some((void.target_source, void.target_id.clone())) } else { None })
        .collect();
    let struck: Vec<i64> = match targets.is_empty() {
        true => Vec::new(),
        false => sql::log::seqs_of_keys(db, &targets).await?.into_iter().map(|(.., seq)| seq).collect(),
    };
    let cases = cases::plan(db, terms, entries, &voided, &struck).await?;
    let struck = sql::log::samples_at(db, &struck).await?;
    let struck_seqs: BTreeSet<i64> = struck.iter().map(|sample| sample.seq).collect();
    let refold_keys: BTreeSet<counted::Key> = struck.iter().map(|sample| counted_of(sample).key()).collect();

    let mut fresh: BTreeMap<counted::Key, Vec<Counted>> = BTreeMap::new();
    for sample in samples.iter().filter(|sample| !is_voided(sample)) {
        let row = counted_of(sample);
        fresh.entry(row.key()).or_default().push(row);
    }
    let all_keys: Vec<counted::Key> =
        fresh.keys().copied().chain(refold_keys.iter().copied()).collect::<BTreeSet<_>>().into_iter().collect();
    // With the parts to which those that are new are added.
    let grown: BTreeSet<part::Key> = fresh.values().flatten().filter_map(|row| place(row, zone)).map(part_key).collect();
    let (known, grown) = counted::with_parts(db, all_keys.clone(), grown.into_iter().collect()).await?;
    let mut known: HashMap<counted::Key, Counted> = known.into_iter().map(|row| (row.key(), row)).collect();

    let mut plan = Plan { cases, ..Plan::default() };
    // Samples that only add to their part, and parts that must be counted afresh.
    let mut added: Vec<Counted> = Vec::new();
    let mut recount: BTreeSet<(i64, i64, Period)> = BTreeSet::new();
    for key in all_keys {
        let before = known.remove(&key);
        let new = fresh.remove(&key).unwrap_or_default();
        let verdict = if refold_keys.contains(&key) {
            let older = counted::superseded(db, &[key]).await?;
            plan.refolded.push(key);
            let mut all: Vec<Counted> =
                older.into_iter().chain(before.clone()).chain(new).filter(|row| !struck_seqs.contains(&row.seq)).collect();
            all.sort_unstable_by_key(|row| row.seq);
            refold(None, all)
        } else {
            refold(before.clone(), new)
        };
        let Verdict { counts, superseded } = verdict;
        plan.superseded.extend(superseded);
        if counts == before {
            continue;
        }
        match (&before, &counts) {
            (None, Some(row)) => added.push(row.clone()),
            (Some(row), _) => recount.extend(place(row, zone)),
            (None, None) => {}
        }
        match counts {
            Some(row) => plan.put.push(row),
            None => plan.gone.push(key),
        }
    }
    parts(db, zone, &mut plan, grown, added, recount).await?;
    Ok(plan)
}

/// Grows the parts that the page touches from what is `stored` of them, or counts them afresh.
async fn parts(
    db: &Db,
    zone: Tz,
    plan: &mut Plan,
    stored: Vec<Part>,
    mut added: Vec<Counted>,
    recount: BTreeSet<(i64, i64, Period)>,
) -> Result<(), Error> {
    added.sort_unstable_by_key(|row| row.seq);
    let mut touched: BTreeMap<part::Key, (i64, i64, Period)> = BTreeMap::new();
    for row in &added {
        touched.extend(place(row, zone).map(|place| (part_key(place), place)));
    }
    let grows = |key: &part::Key| touched.get(key).is_some_and(|place| !recount.contains(place));
    let mut parts: HashMap<part::Key, Part> = stored.into_iter().map(|part| (part.key(), part)).filter(|(key, _)| grows(key)).collect();
    for row in &added {
        if let Some(place) = place(row, zone).filter(|place| !recount.contains(place)) {
            add(parts.entry(part_key(place)), row, place, zone);
        }
    }
    plan.parts.extend(parts.into_values());
    let overlay: HashMap<counted::Key, &Counted> = plan.put.iter().map(|row| (row.key(), row)).collect();
    let gone: HashSet<counted::Key> = plan.gone.iter().copied().collect();
    for place in &recount {
        let stored = rows_of(db, zone, *place).await?;
        let mut rows: BTreeMap<counted::Key, Counted> = stored.into_iter().map(|row| (row.key(), row)).collect();
        rows.retain(|key, _| !gone.contains(key));
        rows.extend(overlay.iter().filter(|(_, row)| self::place(row, zone) == Some(*place)).map(|(key, row)| (*key, (*row).clone())));
        match afresh(rows.into_values().collect(), *place, zone) {
            Some(part) => plan.parts.push(part),
            None => plan.empty.push(part_key(*place)),
        }
        touched.insert(part_key(*place), *place);
    }
    plan.changed = touched.into_values().collect();
    Ok(())
}

/// The stored rows that count in a part.
async fn rows_of(db: &Db, zone: Tz, (indicator, unit, period): (i64, i64, Period)) -> Result<Vec<Counted>, Error> {
    const DAY_MS: i64 = 86_400_000;
    let stored = day_number(period.first_day()) * DAY_MS;
    let mut rows = counted::between(db, indicator, unit, period.every().code(), stored, stored + 1).await?;
    if period.every() == rules::period::Every::Day {
        rows.extend(counted::between(db, indicator, unit, 0, period.starts_at(zone), period.ends_at(zone)).await?);
    }
    Ok(rows)
}

fn part_key((indicator, unit, period): (i64, i64, Period)) -> part::Key {
    (indicator, unit, period.every().code(), day_number(period.first_day()))
}

/// The part a sample belongs to.
fn place(row: &Counted, zone: Tz) -> Option<(i64, i64, Period)> {
    Some((row.indicator, row.unit, row.when()?.part(zone)))
}
