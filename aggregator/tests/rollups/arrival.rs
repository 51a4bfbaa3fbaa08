//! However events arrive, the roll-ups are the same, and `verify` agrees with them.

use crate::store::{self, Event, Store, samples};
use proptest::prelude::*;
use rules::period::Every;

#[derive(Clone, Debug)]
struct Arrival {
    events: Vec<Event>,
    order: Vec<usize>,
    splits: Vec<usize>,
}

/// Samples of two leaves and their parent, of five kinds of roll-up, at instants and for periods.
fn event() -> impl Strategy<Value = (usize, usize, i64, bool, i64)> {
    (0..3_usize, 0..6_usize, 0..400_i64, any::<bool>(), 0..1_000_i64)
}

fn arrival() -> impl Strategy<Value = Arrival> {
    proptest::collection::vec(event(), 1..40).prop_flat_map(|drawn| {
        // One sample for each (unit, indicator, at): what several say about one is another test's matter.
        let mut seen = std::collections::HashSet::new();
        let events: Vec<Event> = drawn
            .into_iter()
            .enumerate()
            .filter_map(|(at, (unit, indicator, day, period, number))| {
                let event = samples(at, unit, indicator, day, period, number as f64 / 8.0);
                seen.insert((unit, indicator, event.at)).then_some(event)
            })
            .collect();
        let count = events.len();
        (Just(events), Just((0..count).collect::<Vec<_>>()).prop_shuffle(), proptest::collection::vec(1..8_usize, 40))
            .prop_map(|(events, order, splits)| Arrival { events, order, splits })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_any_split_give_the_same_rollups(arrival in arrival()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let whole = Store::new().await;
            whole.append(&arrival.events).await;
            whole.settle().await;
            let shuffled = Store::new().await;
            let mut rest: Vec<Event> = arrival.order.iter().map(|&at| arrival.events[at].clone()).collect();
            for split in arrival.splits {
                let piece: Vec<Event> = rest.drain(..split.min(rest.len())).collect();
                shuffled.append(&piece).await;
                shuffled.settle().await;
            }
            shuffled.append(&rest).await;
            shuffled.settle().await;
            assert_eq!(whole.rollups().await, shuffled.rollups().await);
            for store in [&whole, &shuffled] {
                assert_eq!(store.verify().await.differences, Vec::<String>::new());
            }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_event_repairs_its_windows() {
    let store = Store::new().await;
    store.append(&[samples(0, 0, store::SUM, 300, false, 5.0)]).await;
    store.settle().await;
    store.append(&[samples(1, 1, store::SUM, 10, false, 7.0)]).await;
    store.settle().await;
    assert_eq!(store.value("parent", "S", Every::Year, "2026").await, Some(12.0));
    assert_eq!(store.value("parent", "S", Every::Month, "2026-01").await, Some(7.0));
    assert!(store.verify().await.compared > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_replaces_and_a_void_brings_back() {
    let store = Store::new().await;
    let first = samples(0, 0, store::SUM, 300, false, 5.0);
    let mut second = samples(1, 0, store::SUM, 300, false, 9.0);
    second.at = first.at;
    store.append(&[first]).await;
    store.settle().await;
    store.append(&[second]).await;
    store.settle().await;
    assert_eq!(store.value("a", "S", Every::Year, "2026").await, Some(9.0));
    store.void("e1").await;
    store.settle().await;
    assert_eq!(store.value("a", "S", Every::Year, "2026").await, Some(5.0));
    store.void("e0").await;
    store.settle().await;
    assert_eq!(store.value("a", "S", Every::Year, "2026").await, None, "nothing counts, and that is not zero");
    assert_eq!(store.verify().await.differences, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_that_is_voided_leaves_nothing_behind() {
    let store = Store::new().await;
    // So many parts at once that the indicator is rolled up whole.
    let days: Vec<Event> = (0..420).map(|day| samples(day as usize, 0, store::SUM, day - 100, false, 1.0)).collect();
    store.append(&days).await;
    store.settle().await;
    assert_eq!(store.value("parent", "S", Every::Month, "2026-03").await, Some(31.0));
    for day in 0..420 {
        store.void(&format!("e{day}")).await;
    }
    store.set_clock("2027-02-01T13:00:00Z");
    store.settle().await;
    assert_eq!(store.value("parent", "S", Every::Month, "2026-03").await, None);
    assert_eq!(store.verify().await.differences, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_before_its_event_holds() {
    let store = Store::new().await;
    store.void("e0").await;
    store.settle().await;
    store.append(&[samples(0, 0, store::SUM, 300, false, 5.0), samples(1, 0, store::SUM, 301, false, 2.0)]).await;
    store.settle().await;
    assert_eq!(store.value("parent", "S", Every::Year, "2026").await, Some(2.0));
    assert_eq!(store.verify().await.differences, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_message_of_the_same_source_does_not_count() {
    let store = Store::new().await;
    let mut newer = samples(0, 0, store::SUM, 300, false, 5.0);
    newer.time = Some(2_000);
    let mut older = samples(1, 0, store::SUM, 300, false, 9.0);
    older.at = newer.at;
    older.time = Some(1_000);
    store.append(&[newer]).await;
    store.settle().await;
    store.append(&[older]).await;
    store.settle().await;
    assert_eq!(store.value("a", "S", Every::Year, "2026").await, Some(5.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn ratios_join_by_their_parts() {
    let store = Store::new().await;
    store.append(&[store::ratio(0, 0, 300, 45.0, 50.0), store::ratio(1, 1, 300, 8.0, 20.0)]).await;
    store.settle().await;
    let value = store.value("parent", "R", Every::Year, "2026").await.expect("a value");
    assert!((value - 100.0 * 53.0 / 70.0).abs() < 1e-9, "ratio of sums, not a mean of percentages: {value}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_total_carries_what_each_unit_last_said_and_begins_again_in_january() {
    let store = Store::new().await;
    // a speaks on 27 October (day 300) and on 30 November, b only on 27 October; both again on 1 January.
    store.append(&[samples(0, 0, store::TOTAL, 299, false, 100.0), samples(1, 1, store::TOTAL, 299, false, 50.0)]).await;
    store.append(&[samples(2, 0, store::TOTAL, 333, false, 130.0)]).await;
    store.settle().await;
    assert_eq!(store.value("parent", "T", Every::Month, "2026-11").await, Some(180.0));
    store.append(&[samples(3, 0, store::TOTAL, 365, false, 3.0)]).await;
    store.settle().await;
    assert_eq!(store.value("parent", "T", Every::Month, "2027-01").await, Some(3.0));
    assert_eq!(
        store.value("parent", "T", Every::Week, "2026-W53").await,
        Some(180.0),
        "the last week of 2026 holds no day of 2027's total"
    );
    assert_eq!(store.verify().await.differences, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_total_is_not_carried_ahead_of_the_clock_whoever_speaks_first() {
    // a speaks about 4 February 2027 and b about the 2nd; the clock stands on the 1st.
    let (a, b) = (samples(0, 0, store::TOTAL, 399, false, 100.0), samples(1, 1, store::TOTAL, 397, false, 50.0));
    let mut found = Vec::new();
    for order in [[a.clone(), b.clone()], [b, a]] {
        let store = Store::new().await;
        for event in order {
            store.append(&[event]).await;
            store.settle().await;
        }
        assert_eq!(store.value("parent", "T", Every::Day, "2027-02-04").await, Some(100.0), "b has not said that far ahead");
        assert_eq!(store.verify().await.differences, Vec::<String>::new());
        found.push(store.rollups().await);
        store.set_clock("2027-02-04T01:00:00Z");
        store.settle().await;
        assert_eq!(store.value("parent", "T", Every::Day, "2027-02-04").await, Some(150.0), "when the day has come it has been said");
        store.void("e0").await;
        store.settle().await;
        assert_eq!(store.value("parent", "T", Every::Day, "2027-02-04").await, Some(50.0));
        assert_eq!(store.verify().await.differences, Vec::<String>::new());
    }
    assert_eq!(found[0], found[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_pass_without_an_event_carry_a_running_total_on() {
    let store = Store::at("2026-11-24T05:00:00Z").await;
    store.append(&[samples(0, 0, store::TOTAL, 300, false, 100.0)]).await;
    store.settle().await;
    for (today, day, week) in [("2026-11-25T05:00:00Z", "2026-11-25", "2026-W48"), ("2026-12-31T16:59:00Z", "2026-12-31", "2026-W53")] {
        store.set_clock(today);
        store.settle().await;
        assert_eq!(store.value("a", "T", Every::Day, day).await, Some(100.0), "{today}");
        assert_eq!(store.value("parent", "T", Every::Week, week).await, Some(100.0), "{today}");
        assert_eq!(store.verify().await.differences, Vec::<String>::new(), "{today}");
    }
    assert_eq!(store.value("a", "T", Every::Day, "2026-12-05").await, Some(100.0), "also on days without a server");
    store.set_clock("2026-12-31T17:00:00Z");
    store.settle().await;
    assert_eq!(store.value("a", "T", Every::Day, "2027-01-01").await, None, "the new year begins again");
    assert_eq!(store.verify().await.differences, Vec::<String>::new());
}
