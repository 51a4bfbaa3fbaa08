//! What was known at a moment is what the log up to there comes to: nothing that came later shows in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use aggregator::known::{self, Moment};
use aggregator::table::{self, Args, By};
use proptest::prelude::*;
use rules::case::{Clock, Step};
use rules::period::{Every, Period};
use rules::time::{Millis, date_from_number, day_number, parse_instant};
use sql::configuration::{Change, Table};
use sql::registry::Registry;
use sql::rollup::{Key, Rollup};

use crate::store::cases::step;
use crate::store::{Store, ZONE, ratio, samples};

/// What somebody does to a store.
#[derive(Clone, Debug)]
enum Act {
    /// A sample: unit, indicator, day of the year, for a period, value. The same again is a revision.
    Sample(usize, usize, i64, bool, i64),
    /// A part and a whole of a ratio: unit, day, both.
    Ratio(usize, i64, i64, i64),
    /// A step of one of a few cases: case, unit, step, hour of the year, target in hours.
    Step(usize, usize, usize, i64, Option<i64>),
    /// Takes back what an earlier act brought.
    Void(usize),
    /// A new target: indicator, month, value.
    Target(usize, u32, i64),
    /// An indicator is rolled up another way over the tree from now on.
    Redefine(bool),
}

const UNITS: [&str; 3] = ["a", "b", "parent"];
const FIRST: Millis = 1_800_000_000_000;
/// Between two acts.
const MINUTE: Millis = 60_000;
/// 1 February 2027: after all that happened.
const NOW: &str = "2027-02-01T12:00:00Z";

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..3_usize, 0..6_usize, 0..360_i64, any::<bool>(), 0..100_i64).prop_map(|(unit, indicator, day, period, value)| {
            // A few days only, so that some are said twice.
            Act::Sample(unit, indicator, day % 60 * 6, period, value)
        }),
        1 => (0..3_usize, 0..12_i64, 0..10_i64, 0..10_i64).prop_map(|(unit, day, part, whole)| Act::Ratio(unit, day * 30, part, whole)),
        4 => (0..4_usize, 0..2_usize, 0..Step::ALL.len(), 0..8_000_i64, prop::option::of(0..300_i64))
            .prop_map(|(case, unit, step, hour, due)| Act::Step(case, unit, step, hour, due)),
        1 => (0..40_usize).prop_map(Act::Void),
        1 => (0..6_usize, 1..13_u32, 1..100_i64).prop_map(|(indicator, month, value)| Act::Target(indicator, month, value)),
        1 => any::<bool>().prop_map(Act::Redefine),
    ]
}

/// Everything up to an act, which happens at a minute of its own.
async fn store(acts: &[Act]) -> Store {
    let store = Store::new().await;
    for (no, act) in acts.iter().enumerate() {
        let at = FIRST + no as Millis * MINUTE;
        store.set_clock(&rules::time::format_instant(at));
        perform(&store, no, act, at).await;
        // As in life, some is rolled up in between.
        if no % 5 == 4 {
            store.settle().await;
        }
    }
    store.set_clock(NOW);
    store.settle().await;
    store
}

async fn perform(store: &Store, no: usize, act: &Act, at: Millis) {
    let id = format!("e{no}");
    match *act {
        Act::Sample(unit, indicator, day, period, value) => {
            // The first number fixes the hour and the kind of period, so that a sample may be said again.
            let mut event = samples(day as usize % 6, unit, indicator, day, period, value as f64 / 8.0);
            event.id = id;
            store.append(&[event]).await;
        }
        Act::Ratio(unit, day, part, whole) => {
            let mut event = ratio(1, unit, day, part as f64, whole as f64);
            event.id = id;
            store.append(&[event]).await;
        }
        Act::Step(case, unit, what, hour, due) => {
            let begin = parse_instant("2026-01-01T00:00:00Z").expect("an instant");
            let mut sent = step(&id, &format!("c{case}"), Step::ALL[what], "2026-01-01T00:00:00Z").unit(UNITS[unit]);
            sent.at = begin + hour * 3_600_000;
            sent.due = due.map(|hours| sent.at + hours * 3_600_000);
            store.steps(&[sent]).await;
        }
        Act::Void(of) => {
            let content = sql::log::Content::Void { source: 1, id: format!("e{of}"), reason: "a mistake".to_owned() };
            store.write(&[sql::log::NewEvent { source: 1, id, time: None, content }]).await;
        }
        Act::Target(indicator, month, value) => {
            let (indicator, period) = (crate::store::INDICATORS[indicator].0, format!("2026-{month:02}"));
            let content = serde_json::json!({"indicator": indicator, "unit": null, "period": period, "target": value as f64,
                "target_high": null, "note": ""});
            store.configure_at(at, &[Change { table: Table::Target, key: format!("{indicator}|*|{period}"), content }]).await;
        }
        Act::Redefine(is_sum) => {
            store.configure_at(at, &[crate::store::indicator(("S", "sum", if is_sum { "sum" } else { "mean" }, "flow"))]).await
        }
    }
}

/// Every window of the year of every unit and indicator.
fn keys(registry: &Registry) -> Vec<Key> {
    let first = day_number(chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day"));
    let mut windows = BTreeSet::new();
    for day in first..first + 396 {
        let date = date_from_number(day).expect("a day");
        windows.extend(Every::ALL.iter().map(|&every| Period::containing(date, every)));
    }
    let mut keys = Vec::new();
    for period in windows {
        for indicator in &registry.indicators {
            let unit = |unit: &rules::unit::Unit| Key {
                every: period.every().code(),
                start: day_number(period.first_day()),
                indicator: indicator.no,
                unit: unit.no,
            };
            keys.extend(registry.units.iter().map(unit));
        }
    }
    keys
}

/// What a roll-up says, to nine digits; None when nothing counts in it. Of a unit that has nothing itself its own value says
/// nothing: none in one way, a count of zero in the other.
fn said(row: &Rollup) -> Option<String> {
    let digits = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{:.9e}", value + 0.0));
    let (value, own) = (digits(row.value), digits(row.own.value.filter(|_| row.own.n > 0)));
    let judged = format!("{} {} {:?}", digits(row.target), digits(row.achievement), row.status);
    (row.n > 0).then(|| format!("{:?} {value} {own} {} {} {:?} {judged}", row.key, row.n, row.own.n, row.data_at))
}

async fn tables(store: &Store, known_at: Option<Millis>) -> Vec<String> {
    let registry = Arc::new(sql::registry::load(&store.db, known_at).await.expect("a registry"));
    let mut lines = Vec::new();
    for (every, by, clock) in
        [(Every::Week, By::Unit, Clock::Working), (Every::Month, By::Tree, Clock::Elapsed), (Every::Year, By::All, Clock::Working)]
    {
        let args = Args { every, by, from: None, to: None, as_of: parse_instant(NOW).expect("an instant"), known_at, clock };
        let samples = table::samples(&store.db, &registry, ZONE, args).await.expect("a table");
        lines.extend(samples.iter().map(|row| format!("{row:?}")));
        let cases = table::cases(&store.db, &registry, ZONE, args).await.expect("a table");
        lines.extend(cases.iter().map(|row| format!("{row:?}")));
        let backlog = table::backlog(&store.db, &registry, ZONE, args).await.expect("a table");
        lines.extend(backlog.iter().map(|row| format!("{row:?}")));
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn what_was_known_is_what_the_log_up_to_then_comes_to(acts in prop::collection::vec(act(), 2..40), cut in any::<prop::sample::Index>()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let cut = cut.index(acts.len() - 1) + 1;
            let (then, later) = (store(&acts[..cut]).await, store(&acts).await);
            let known_at = FIRST + (cut as Millis - 1) * MINUTE;
            assert_eq!(tables(&then, None).await, tables(&later, Some(known_at)).await);

            // What is stored of the shorter log, and what the longer one says it knew.
            let registry = Arc::new(sql::registry::load(&later.db, Some(known_at)).await.expect("a registry"));
            let keys = keys(&registry);
            let as_of = parse_instant(NOW).expect("an instant");
            let known = known::rollups(&later.db, &registry, ZONE, Moment { known_at, as_of }, &keys).await.expect("roll-ups");
            let stored = sql::rollup::by_keys(&then.db, &keys).await.expect("roll-ups");
            let lines = |rows: &[Rollup]| rows.iter().filter_map(said).collect::<BTreeSet<_>>();
            let (stored, known) = (lines(&stored), lines(&known));
            let differ: Vec<&String> = stored.symmetric_difference(&known).collect();
            assert!(differ.is_empty(), "of {} and {}: {differ:#?}", stored.len(), known.len());
        });
    }
}
