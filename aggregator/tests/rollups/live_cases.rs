//! Cases on live boards: a step changes the windows it touches, and so does time alone.

use aggregator::{Config, Progress, run};
use proptest::prelude::*;
use rules::case::Step;
use rules::period::Every;
use sql::behind::Writes;
use sql::configuration::Table;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::store::cases::{self, Sent, step};
use crate::store::{self, Store};

#[tokio::test(flavor = "multi_thread")]
async fn a_step_changes_the_windows_of_its_unit_and_of_all_above() {
    let store = Store::at("2026-11-25T05:00:00Z").await;
    store.steps(&[step("e1", "1", Step::Submitted, "2026-11-23T02:00:00Z").due("2026-11-24T02:00:00Z")]).await;
    store.settle().await;
    for unit in ["a", "parent"] {
        assert_eq!(store.value(unit, "open", Every::Day, "2026-11-25").await, Some(1.0), "{unit}");
        assert_eq!(store.value(unit, "open", Every::Day, "2026-11-22").await, None, "{unit}");
        assert_eq!(store.value(unit, "overdue", Every::Day, "2026-11-23").await, Some(0.0), "{unit}");
        assert_eq!(store.value(unit, "overdue", Every::Day, "2026-11-24").await, Some(1.0), "{unit}");
        assert_eq!(store.value(unit, "on_time_share", Every::Month, "2026-11").await, Some(0.0), "{unit}");
        assert_eq!(store.value(unit, "opened", Every::Day, "2026-11-24").await, Some(0.0), "{unit}");
        assert_eq!(store.value(unit, "median", Every::Day, "2026-11-23").await, None, "{unit}");
    }
    assert_eq!(store.rollup("b", "opened", Every::Day, "2026-11-23").await, None, "b has no case");
    store.steps(&[step("e2", "1", Step::HandedOver, "2026-11-23T12:00:00Z")]).await;
    store.settle().await;
    let share = store.rollup("parent", "on_time_share", Every::Month, "2026-11").await.expect("a roll-up");
    assert_eq!((share.value, share.numerator, share.denominator, share.n), (Some(100.0), Some(1.0), Some(1.0), 1));
    assert_eq!(store.value("parent", "breach_share", Every::Week, "2026-W48").await, Some(0.0));
    assert_eq!(store.value("parent", "median", Every::Year, "2026").await, Some(10.0), "hours");
    assert_eq!(store.value("parent", "open", Every::Day, "2026-11-25").await, Some(0.0));
    assert_eq!(store.value("parent", "overdue", Every::Week, "2026-W48").await, Some(0.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_case_is_late_one_millisecond_after_its_target_without_any_event() {
    let store = Store::at("2026-11-25T05:00:00Z").await;
    store.steps(&[step("e1", "1", Step::Submitted, "2026-11-23T02:00:00Z").due("2026-11-25T09:00:00Z")]).await;
    store.settle().await;
    store.set_clock("2026-11-25T09:00:00Z");
    store.settle().await;
    assert_eq!(store.value("parent", "overdue", Every::Week, "2026-W48").await, Some(0.0), "the target is part of the time it gives");
    assert_eq!(store.value("parent", "on_time_share", Every::Month, "2026-11").await, Some(100.0));
    store.set_clock("2026-11-25T09:00:00.001Z");
    assert_eq!(store.differences().await, Vec::<String>::new(), "what is stored is still right for its own moment");
    store.settle().await;
    for unit in ["a", "parent"] {
        for (every, period) in [(Every::Day, "2026-11-25"), (Every::Week, "2026-W48"), (Every::Quarter, "2026-Q4"), (Every::Year, "2026")] {
            assert_eq!(store.value(unit, "overdue", every, period).await, Some(1.0), "{unit} {period}");
        }
        assert_eq!(store.value(unit, "overdue", Every::Day, "2026-11-24").await, Some(0.0), "yesterday it was not late");
        assert_eq!(store.value(unit, "on_time_share", Every::Month, "2026-11").await, Some(0.0));
        assert_eq!(store.value(unit, "breach_share", Every::Day, "2026-11-23").await, Some(1.0));
    }
    assert_eq!(store.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_goes_on_into_every_period_that_begins() {
    let store = Store::at("2026-12-30T03:00:00Z").await;
    store.steps(&[step("e1", "1", Step::Submitted, "2026-12-30T02:00:00Z")]).await;
    store.settle().await;
    assert_eq!(store.rollup("parent", "open", Every::Day, "2026-12-31").await, None, "tomorrow has not begun");
    // The last day of 2026 in Jakarta ends at 17.00 UTC; week 53 goes on until 3 January.
    store.set_clock("2026-12-31T16:59:59.999Z");
    store.settle().await;
    assert_eq!(store.rollup("parent", "open", Every::Year, "2027").await, None);
    store.set_clock("2026-12-31T17:00:00Z");
    store.settle().await;
    for (every, period) in [(Every::Day, "2027-01-01"), (Every::Month, "2027-01"), (Every::Semester, "2027-S1"), (Every::Year, "2027")] {
        assert_eq!(store.value("parent", "open", every, period).await, Some(1.0), "{period}");
        assert_eq!(store.value("a", "opened", every, period).await, Some(0.0), "{period}");
    }
    assert_eq!(store.value("a", "open", Every::Week, "2026-W53").await, Some(1.0));
    assert_eq!(store.rollup("a", "open", Every::Week, "2027-W01").await, None);
    // Nobody was there over the weekend; Monday, 08.00.
    store.set_clock("2027-01-04T01:00:00Z");
    assert_eq!(store.differences().await, Vec::<String>::new(), "periods that wait for the aggregator are no fault");
    store.settle().await;
    for (every, period) in [(Every::Week, "2027-W01"), (Every::Day, "2027-01-02"), (Every::Day, "2027-01-03"), (Every::Day, "2027-01-04")] {
        assert_eq!(store.value("parent", "open", every, period).await, Some(1.0), "{period}");
        assert_eq!(store.value("a", "closed", every, period).await, Some(0.0), "{period}");
    }
    assert_eq!(store.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_from_the_future_waits_for_its_hour() {
    let store = Store::at("2026-11-25T05:00:00Z").await;
    store.steps(&[step("e1", "1", Step::Submitted, "2026-11-26T02:00:00Z")]).await;
    store.settle().await;
    assert_eq!(store.value("a", "open", Every::Week, "2026-W48").await, None, "nobody knows yet that a has the service");
    store.set_clock("2026-11-26T02:00:00Z");
    store.settle().await;
    for measure in ["open", "opened"] {
        assert_eq!(store.value("a", measure, Every::Day, "2026-11-26").await, Some(1.0), "{measure}");
        assert_eq!(store.value("parent", measure, Every::Week, "2026-W48").await, Some(1.0), "{measure}");
    }
    assert_eq!(store.value("a", "open", Every::Day, "2026-11-25").await, None);
    assert_eq!(store.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_waits_over_midnight_reaches_the_new_day() {
    let store = Store::at("2026-11-25T16:59:59Z").await;
    store.settle().await;
    store.steps(&[step("e1", "1", Step::Submitted, "2026-11-25T02:00:00Z")]).await;
    // Merged before midnight, rolled up after it.
    store.set_clock("2026-11-25T17:00:00Z");
    store.settle().await;
    for (every, period) in [(Every::Day, "2026-11-25"), (Every::Day, "2026-11-26"), (Every::Week, "2026-W48")] {
        assert_eq!(store.value("a", "open", every, period).await, Some(1.0), "{period}");
    }
    assert_eq!(store.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_moves_with_its_reassignment_and_a_void_moves_it_back() {
    let store = Store::at("2026-11-25T05:00:00Z").await;
    store.steps(&[step("e1", "1", Step::Submitted, "2026-11-23T02:00:00Z")]).await;
    store.settle().await;
    store.steps(&[step("e2", "1", Step::Reassigned, "2026-11-24T02:00:00Z").unit("b")]).await;
    store.settle().await;
    assert_eq!(store.value("a", "open", Every::Day, "2026-11-25").await, None, "a has no case any more");
    assert_eq!(store.value("b", "open", Every::Day, "2026-11-23").await, Some(1.0));
    assert_eq!(store.value("parent", "open", Every::Day, "2026-11-25").await, Some(1.0));
    store.void("e2").await;
    store.settle().await;
    assert_eq!(store.value("a", "open", Every::Day, "2026-11-25").await, Some(1.0));
    assert_eq!(store.value("b", "open", Every::Day, "2026-11-25").await, None);
    store.void("e1").await;
    store.settle().await;
    assert_eq!(store.value("parent", "open", Every::Day, "2026-11-25").await, None, "nothing is known, and that is not zero");
    assert_eq!(store.cases().await, Vec::<String>::new());
    assert_eq!(store.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_ends_elsewhere_has_its_cases_folded_anew() {
    let store = Store::at("2026-11-25T05:00:00Z").await;
    let (opened, decided) = ("2026-11-23T02:00:00Z", "2026-11-24T02:00:00Z");
    store.steps(&[step("e1", "1", Step::Submitted, opened), step("e2", "1", Step::Decided, decided)]).await;
    store.settle().await;
    assert_eq!(store.value("parent", "open", Every::Day, "2026-11-25").await, Some(1.0), "it ends when it is handed over");
    store.set_clock("2026-11-25T05:01:00Z");
    store.configure(&[cases::service("izin", "decided")], &[]).await;
    assert_eq!(store.differences().await, Vec::<String>::new(), "what waits is no fault");
    store.settle().await;
    assert_eq!(store.value("parent", "open", Every::Day, "2026-11-25").await, Some(0.0));
    assert_eq!(store.value("parent", "median", Every::Day, "2026-11-23").await, Some(24.0));
    assert_eq!(store.differences().await, Vec::<String>::new());
    // A service that is ended takes its figures along; what its cases came to stays.
    store.set_clock("2026-11-25T05:02:00Z");
    store.configure(&[], &[(Table::Service, "izin".to_owned())]).await;
    store.settle().await;
    assert_eq!(store.value("parent", "open", Every::Day, "2026-11-24").await, None);
    assert_eq!(store.cases().await.len(), 1);
    assert_eq!(store.differences().await, Vec::<String>::new());
    store.set_clock("2026-11-25T05:03:00Z");
    store.configure(&[cases::service("izin", "decided")], &[]).await;
    store.settle().await;
    assert_eq!(store.value("parent", "median", Every::Day, "2026-11-23").await, Some(24.0));
    assert_eq!(store.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_indicator_counts_the_cases_of_the_units_it_applies_to() {
    let store = Store::at("2026-11-25T05:00:00Z").await;
    let submitted = |id: &str, case: &str| step(id, case, Step::Submitted, "2026-11-23T02:00:00Z");
    store.steps(&[submitted("e1", "1"), submitted("e2", "2").unit("b")]).await;
    store.settle().await;
    assert_eq!(store.value("parent", "opened", Every::Day, "2026-11-23").await, Some(2.0));
    let mut narrow = cases::indicator(("opened", "sum", "berkas"), "izin");
    narrow.content["applies_to"] = serde_json::json!(["b"]);
    store.set_clock("2026-11-25T05:01:00Z");
    store.configure(&[narrow], &[]).await;
    store.settle().await;
    assert_eq!(store.value("parent", "opened", Every::Day, "2026-11-23").await, Some(1.0));
    assert_eq!(store.rollup("a", "opened", Every::Day, "2026-11-23").await, None, "what is measured no more is taken away");
    assert_eq!(store.differences().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_finds_a_case_and_a_roll_up_that_were_changed() {
    let store = Store::at("2026-11-25T05:00:00Z").await;
    store.steps(&[step("e1", "1", Step::Submitted, "2026-11-23T02:00:00Z")]).await;
    store.settle().await;
    let compared = store.verify().await;
    assert!(compared.cases == 1 && compared.compared > 50 && compared.different == 0, "{compared:?}");
    let mut case = sql::case_state::all(&store.db).await.expect("cases").remove(0);
    case.state.submitted_at = case.state.submitted_at.map(|at| at - 86_400_000);
    let mut writes = Writes::default();
    sql::case_state::put(&mut writes, &[case]);
    writes.commit(&store.db).await.expect("a commit");
    let found = store.differences().await;
    assert!(found.len() == 1 && found[0].starts_with("case 1 of izin: stored a, submitted 2026-11-22"), "{found:?}");

    let mut row = store.rollup("a", "open", Every::Day, "2026-11-24").await.expect("a roll-up");
    row.value = Some(7.0);
    let mut writes = Writes::default();
    sql::rollup::put(&store.db, &mut writes, &[row]).await.expect("a change");
    writes.commit(&store.db).await.expect("a commit");
    let found = store.differences().await;
    assert!(found.len() == 2 && found[1].starts_with("a open 2026-11-24: stored 7"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_aggregator_follows_the_log_and_what_another_process_merged() {
    let store = Store::at("2026-11-25T05:00:00Z").await;
    let stop = CancellationToken::new();
    let progress = watch::Sender::new(Progress::default());
    let running = tokio::spawn(run(Config::default(), store.db.clone(), store::ZONE, store.clock(), progress, stop.clone()));
    let opened = |id: &str, case: &str| step(id, case, Step::Submitted, "2026-11-23T02:00:00Z").due("2026-11-25T09:00:00Z");
    store.steps(&[opened("e1", "1")]).await;
    store.wait_for("parent", "open", Every::Day, "2026-11-25", 1.0).await;
    store.steps(&[opened("e2", "2"), opened("e3", "3").unit("b")]).await;
    store.wait_for("parent", "open", Every::Day, "2026-11-25", 3.0).await;
    let other = store.other_process().await;
    other.steps(&[opened("e4", "4")]).await;
    other.settle().await;
    store.steps(&[step("e5", "1", Step::HandedOver, "2026-11-24T02:00:00Z"), opened("e6", "5")]).await;
    store.wait_for("parent", "open", Every::Day, "2026-11-25", 4.0).await;
    // Nobody sends anything; the targets pass.
    store.set_clock("2026-11-25T09:00:00.001Z");
    store.wait_for("parent", "overdue", Every::Week, "2026-W48", 4.0).await;
    stop.cancel();
    running.await.expect("the loop ends well");
    store.settle().await;
    assert_eq!(store.differences().await, Vec::<String>::new());
}

/// A step as it is drawn: case, unit, step, hour, hours to the target.
type Drawn = (usize, usize, usize, i64, Option<i64>);

/// What is sent, in which order, and where it is cut; a void is sent for some, and some are sent twice.
#[derive(Clone, Debug)]
struct Arrival {
    sent: Vec<Sent>,
    voided: Vec<usize>,
    /// Places below the number of steps are steps, those after it voids, those after these steps again.
    order: Vec<usize>,
    splits: Vec<usize>,
}

fn arrival() -> impl Strategy<Value = Arrival> {
    let drawn = (0..6_usize, 0..2_usize, 0..Step::ALL.len(), 0..1_400_i64, proptest::option::of(0..300_i64));
    proptest::collection::vec(drawn, 1..30).prop_flat_map(|drawn| {
        let sent: Vec<Sent> = drawn.iter().enumerate().map(|(no, drawn)| sent(no, drawn)).collect();
        let voided: Vec<usize> = (0..sent.len()).filter(|no| no % 7 == 3).collect();
        let count = sent.len() + voided.len() + sent.len().div_ceil(5);
        (Just(sent), Just(voided), Just((0..count).collect::<Vec<_>>()).prop_shuffle(), proptest::collection::vec(1..12_usize, 6))
            .prop_map(|(sent, voided, order, splits)| Arrival { sent, voided, order, splits })
    })
}

/// Every event has a time of its own, so that which one counts does not hang on when it came.
fn sent(no: usize, &(case, unit, step, hour, due): &Drawn) -> Sent {
    const FIRST: i64 = 1_767_200_400_000; // 1 January 2026 in Jakarta
    let at = FIRST + hour * 3_600_000 + no as i64;
    let due = due.map(|hours| at + hours * 3_600_000);
    // Half of the steps open a case, so that there is something to measure.
    let step = if no.is_multiple_of(2) { Step::Submitted } else { Step::ALL[step] };
    Sent { id: format!("e{no}"), unit: ["a", "b"][unit], case: format!("c{case}"), step, at, due, time: Some(no as i64 + 1) }
}

impl Arrival {
    async fn send(&self, store: &Store, place: usize) {
        match place.checked_sub(self.sent.len()) {
            None => store.steps(&self.sent[place..=place]).await,
            Some(at) if at < self.voided.len() => store.void(&format!("e{}", self.voided[at])).await,
            Some(at) => store.steps(&self.sent[at - self.voided.len()..=at - self.voided.len()]).await,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_any_split_give_the_same_cases_and_rollups(arrival in arrival()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (whole, shuffled) = (Store::at("2026-03-01T05:00:00Z").await, Store::at("2026-03-01T05:00:00Z").await);
            for place in 0..arrival.order.len() {
                arrival.send(&whole, place).await;
            }
            whole.settle().await;
            let mut rest = arrival.order.as_slice();
            for split in &arrival.splits {
                let (piece, after) = rest.split_at((*split).min(rest.len()));
                for place in piece {
                    arrival.send(&shuffled, *place).await;
                }
                shuffled.settle().await;
                rest = after;
            }
            for place in rest {
                arrival.send(&shuffled, *place).await;
            }
            shuffled.settle().await;
            assert_eq!(whole.cases().await, shuffled.cases().await);
            let (left, right) = (whole.figures().await, shuffled.figures().await);
            let apart: Vec<&String> = left.iter().filter(|row| !right.contains(row)).chain(right.iter().filter(|row| !left.contains(row))).collect();
            assert_eq!(apart, Vec::<&String>::new());
            for store in [&whole, &shuffled] {
                assert_eq!(store.differences().await, Vec::<String>::new());
            }
        });
    }
}
