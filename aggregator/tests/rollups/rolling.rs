//! The window of 28 days: it is no calendar period and stands only where a board shows it.

use std::time::Duration;

use aggregator::{Config, Progress, run};
use sql::behind::Writes;
use sql::configuration::{Change, Table};
use sql::mark::{self, EVERY_UNIT, Mark};
use sql::rollup::ROLLING_28D;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::store::{self, Event, SUM, Store, samples};

/// Indicator V, which a board shows over 28 days.
fn shown() -> [Change; 2] {
    let indicator = serde_json::json!({"id": "V", "name": "V", "name_en": "", "unit_of_measure": "%", "polarity": "up", "formula": "ratio",
        "from": "samples", "services": "", "rollup_time": "sum", "rollup_tree": "sum", "accumulates": "flow", "frequency": "day",
        "decimals": 1, "applies_to": [], "numerator": "", "denominator": "", "source": "", "owner": "", "bands": "default",
        "show": "rolling_28d", "valid_from": null});
    let board = serde_json::json!({"id": "rolling", "title": "Rolling", "group": [{"title": "G", "tiles": [
        {"unit": "parent", "indicator": "V", "title": null, "every": "week"}]}]});
    [
        Change { table: Table::Indicator, key: "V".to_owned(), content: indicator },
        Change { table: Table::Board, key: "rolling".to_owned(), content: board },
    ]
}

impl Store {
    /// The values of all windows of 28 days that hold something, above all units.
    async fn rolling(&self) -> Vec<f64> {
        let rows = sql::rollup::of_kind(&self.db, ROLLING_28D, -100_000, 100_000).await.expect("roll-ups");
        let parent = sql::registry::load(&self.db, None).await.expect("a registry").unit("parent").expect("a unit").no;
        rows.into_iter().filter(|row| row.key.unit == parent).filter_map(|row| row.value).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_window_outlives_a_new_definition() {
    let store = Store::at("2026-03-01T05:00:00Z").await;
    store.configure(&shown(), &[]).await;
    let sent = [40_i64, 45, 50].map(|day| Event { indicator: "V", ..samples(day as usize, 0, SUM, day, false, 2.0) });
    store.append(&sent).await;
    let (stop, (progress, mut stands)) = (CancellationToken::new(), watch::channel(Progress::default()));
    let running = tokio::spawn(run(Config::default(), store.db.clone(), store::ZONE, store.clock(), progress, stop.clone()));
    let is_done = |progress: &Progress| progress.boards_stand && progress.marks == 0 && progress.passed_at.is_some();
    stands.wait_for(is_done).await.expect("the loop runs");
    assert_eq!(store.rolling().await, [6.0]);

    // A minute later the indicator is rolled up whole, and what it no longer makes is taken away.
    store.set_clock("2026-03-01T05:01:00Z");
    let redefined = sql::registry::load(&store.db, None).await.expect("a registry").indicator("V").expect("an indicator").no;
    let mut writes = Writes::default();
    mark::put(&mut writes, &[Mark { indicator: redefined, unit: EVERY_UNIT, grain: 0, start: 0 }]);
    writes.commit(&store.db).await.expect("a mark");
    for _ in 0..400 {
        if mark::count(&store.db).await.expect("marks") == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.cancel();
    running.await.expect("the loop ends well");
    assert_eq!(mark::count(&store.db).await.expect("marks"), 0);
    assert_eq!(store.rolling().await, [6.0]);
}
