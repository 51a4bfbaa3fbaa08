mod cases;
mod live;
mod world;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{Datelike, NaiveDate};
use chrono_tz::Asia::Jakarta;
use rules::at::At;
use rules::time::date_of;
use sql::log::{Content, NewEvent};
use sql::registry::Registry;

use self::world::example;
use super::calendar::is_working_day;
use super::year::silent_from;
use super::{Batch, year};

const SEED: u64 = 18_03;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).expect("a date")
}

/// One sample of the year, told apart by ids.
struct Told<'a> {
    event: &'a NewEvent,
    at: At,
    value: Option<f64>,
    parts: Option<(f64, f64)>,
}

/// All samples of an indicator at a unit in order of receipt.
fn told<'a>(registry: &Registry, batches: &'a [Batch], unit_id: &str, indicator_id: &str) -> Vec<Told<'a>> {
    let wanted = (registry.unit(unit_id).expect("a unit").no, registry.indicator(indicator_id).expect("an indicator").no);
    let sample = |event: &'a NewEvent| match &event.content {
        Content::Sample { unit, indicator, at, value, numerator, denominator, .. } if (*unit, *indicator) == wanted => {
            Some(Told { event, at: *at, value: *value, parts: numerator.zip(*denominator) })
        }
        _ => None,
    };
    batches.iter().flat_map(|batch| &batch.events).filter_map(sample).collect()
}

#[tokio::test]
async fn the_same_seed_and_day_give_the_same_year_and_another_seed_does_not() {
    let registry = example().await;
    let some = |seed, today| year(&registry, seed, today, Jakarta).step_by(40).collect::<Vec<_>>();
    assert_eq!(some(SEED, today()), some(SEED, today()));
    assert_ne!(some(SEED, today()), some(SEED + 1, today()));
}

#[tokio::test]
async fn the_year_is_as_large_as_promised_in_log_order_and_over_before_today() {
    let registry = example().await;
    let batches: Vec<Batch> = year(&registry, SEED, today(), Jakarta).collect();
    let events: usize = batches.iter().map(|batch| batch.events.len()).sum();
    assert!((150_000..400_000).contains(&events), "{events} events");
    assert!(batches.is_sorted_by(|one, next| one.received_at < next.received_at));
    assert_eq!(date_of(batches.last().expect("batches").received_at, Jakarta), today().pred_opt().expect("a day before"));
    for batch in &batches {
        for event in &batch.events {
            assert!(event.time.is_some_and(|time| time <= batch.received_at), "{} is received before it was sent", event.id);
            if let Content::Sample { at, .. } = event.content {
                assert!(at.begins(Jakarta) <= batch.received_at, "{} speaks of the future", event.id);
            }
        }
    }
    let ids: HashSet<(i64, &str)> = batches.iter().flat_map(|batch| &batch.events).map(|event| (event.source, event.id.as_str())).collect();
    assert_eq!(ids.len(), events, "ids are unique within a source");
}

#[tokio::test]
async fn a_demo_can_begin_on_any_day() {
    let registry = example().await;
    // The first of a year, the first Monday after it, the end of Idulfitri.
    for (year_of, month, day) in [(2026, 1, 1), (2027, 1, 4), (2026, 3, 25)] {
        let today = NaiveDate::from_ymd_opt(year_of, month, day).expect("a date");
        let batches: Vec<Batch> = year(&registry, SEED, today, Jakarta).collect();
        let events: usize = batches.iter().map(|batch| batch.events.len()).sum();
        assert!((150_000..400_000).contains(&events), "{events} events before {today}");
        let last = batches.last().expect("batches").received_at;
        assert_eq!(date_of(last, Jakarta), today.pred_opt().expect("a day before"));
        assert!(!told(&registry, &batches, "bpkad-perbendaharaan", "KU-01").is_empty());
    }
}

#[tokio::test]
async fn every_indicator_has_figures_at_every_unit_where_it_applies() {
    let registry = example().await;
    let mut seen = HashMap::new();
    for event in year(&registry, SEED, today(), Jakarta).flat_map(|batch| batch.events) {
        if let Content::Sample { unit, indicator, .. } = event.content {
            *seen.entry((indicator, unit)).or_insert(0_u32) += 1;
        }
    }
    for indicator in registry.indicators.iter().filter(|indicator| registry.takes_samples(indicator)) {
        for unit in registry.units.iter().filter(|unit| indicator.applies(unit)) {
            // Few complaints reach a small office, but some do within a year.
            assert!(seen.contains_key(&(indicator.no, unit.no)), "{} at {} has no figures", indicator.id, unit.id);
        }
    }
}

#[tokio::test]
async fn counters_are_closed_at_weekends_and_on_holidays_and_wards_are_not() {
    let registry = example().await;
    let batches: Vec<Batch> = year(&registry, SEED, today(), Jakarta).collect();
    let days = |unit, indicator| {
        told(&registry, &batches, unit, indicator).into_iter().map(|told| told.at.part(Jakarta).first_day()).collect::<HashSet<_>>()
    };
    assert!(days("dpmptsp", "PT-01").iter().all(|day| is_working_day(*day)));
    assert_eq!(days("rsud-igd", "RS-02").len(), 400);
    assert!(days("dpmptsp", "PT-01").len() > 230);
}

#[tokio::test]
async fn running_totals_grow_and_start_again_in_january() {
    let registry = example().await;
    let batches: Vec<Batch> = year(&registry, SEED, today(), Jakarta).collect();
    for (unit, indicator) in [("disdikbud", "UM-01"), ("bapenda", "PA-01"), ("kec-abung-timur", "DS-04")] {
        let mut by_year: BTreeMap<i32, Vec<(At, f64)>> = BTreeMap::new();
        for told in told(&registry, &batches, unit, indicator) {
            let (numerator, denominator) = told.parts.expect("a ratio");
            by_year.entry(told.at.part(Jakarta).first_day().year()).or_default().push((told.at, numerator / denominator));
        }
        let mut last = f64::INFINITY;
        for (year, mut totals) in by_year {
            totals.sort_by_key(|(at, _)| *at);
            assert!(totals.is_sorted_by(|(_, one), (_, next)| one <= next), "{indicator} shrank in {year}");
            assert!(totals[0].1 < last.min(0.9), "{indicator} did not start again in {year}");
            last = totals.last().expect("totals").1;
        }
    }
}

#[tokio::test]
async fn the_silent_source_ends_on_the_last_working_day() {
    let registry = example().await;
    let batches: Vec<Batch> = year(&registry, SEED, today(), Jakarta).collect();
    let until = silent_from(today(), Jakarta);
    let orders = told(&registry, &batches, "bpkad-perbendaharaan", "KU-01");
    let newest = orders.iter().filter_map(|told| told.event.time).max().expect("orders");
    assert!(newest < until && newest > until - 86_400_000, "the last order came at {newest}");
}

#[tokio::test]
async fn figures_are_late_corrected_and_taken_back_at_times() {
    let registry = example().await;
    let batches: Vec<Batch> = year(&registry, SEED, today(), Jakarta).collect();
    let mut late = 0;
    let mut corrected = 0;
    let mut voids = 0;
    for batch in &batches {
        for event in &batch.events {
            match &event.content {
                Content::Void { .. } => voids += 1,
                Content::Step(_) => {}
                Content::Sample { note: Some(_), .. } => corrected += 1,
                Content::Sample { .. } => late += usize::from(event.time < Some(batch.received_at - 86_400_000)),
            }
        }
    }
    assert!(late > 500 && corrected > 100 && (2..=6).contains(&voids), "{late} late, {corrected} corrected, {voids} taken back");
}

#[tokio::test]
async fn the_hospital_waits_since_three_weeks() {
    let registry = example().await;
    let batches: Vec<Batch> = year(&registry, SEED, today(), Jakarta).collect();
    let median = |from: i64, to: i64| {
        let day = |told: &Told<'_>| (today() - told.at.part(Jakarta).first_day()).num_days();
        let mut waits: Vec<f64> = told(&registry, &batches, "rsud", "KS-06")
            .iter()
            .filter(|told| (from..to).contains(&day(told)))
            .filter_map(|told| told.value)
            .collect();
        waits.sort_by(f64::total_cmp);
        waits[waits.len() / 2]
    };
    assert!((27.0..33.0).contains(&median(30, 120)), "before: {}", median(30, 120));
    assert!((43.0..51.0).contains(&median(1, 12)), "now: {}", median(1, 12));
}
