//! Cases on live boards: a step changes the windows it touches, and so does time alone.

use crate::store::Store;
use crate::store::cases::step;
use rules::case::Step;
use rules::period::Every;

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
