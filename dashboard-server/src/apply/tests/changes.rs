//! What applying changes in a real store.

use std::sync::Arc;

use rules::time::Now;
use sql::Db;

use super::*;
use crate::apply::{self, ApplyError, KEY_ACTOR};

const SOURCES: &str = "[[source]]\nid = \"simrs\"\nname = \"SIMRS\"\nrhythm = \"P1D\"\nunits = [\"rsud\"]\n";

struct Store {
    db: Db,
    now: Now,
    _store: ::tests::Store,
}

async fn store() -> Store {
    let store = ::tests::Store::new();
    let db = Db::open(store.url()).await.expect("opens");
    db.migrate().await.expect("migrates");
    Store { db, now: Arc::new(|| 1_764_000_000_000), _store: store }
}

impl Store {
    async fn apply(&self, files: &[File]) -> Vec<String> {
        let plan = apply::apply(&self.db, &self.now, "apply", files).await.unwrap_or_else(|cause| panic!("{cause}"));
        plan.steps.iter().map(ToString::to_string).chain([plan.counts().to_string()]).collect()
    }

    async fn refusal(&self, files: &[File]) -> String {
        match apply::apply(&self.db, &self.now, "apply", files).await {
            Err(ApplyError::Faults(faults)) => apply::report(&faults),
            other => panic!("faults expected, got {other:?}"),
        }
    }
}

#[tokio::test]
async fn applied_twice_changes_nothing() {
    let store = store().await;
    let files = apply::embedded_example();
    store.apply(&files).await;
    let revision = sql::registry::revision(&store.db).await.expect("reads");
    assert_eq!(store.apply(&files).await, ["added 0, changed 0, ended 0"]);
    assert_eq!(sql::registry::revision(&store.db).await.expect("reads"), revision);
}

#[tokio::test]
async fn says_what_it_adds_changes_and_ends() {
    let store = store().await;
    let added = store.apply(&district_with("sources.toml", SOURCES)).await;
    assert_eq!(added[0], "+ unit dinkes");
    assert_eq!(added.last().map(String::as_str), Some("added 10, changed 0, ended 0"));
    let targets = "indicator,unit,period,target,target_high\nKS-01,,2026,5400,\n";
    assert_eq!(
        store.apply(&[file("targets.csv", targets)]).await,
        ["~ target KS-01 * 2026 (target: 5200 -> 5400)", "- target KS-02 rsud 2026", "added 0, changed 1, ended 1"]
    );
    let registry = sql::registry::load(&store.db, None).await.expect("loads");
    assert_eq!(registry.units.len(), 3);
    let number = registry.indicator("KS-01").expect("is there").no;
    assert_eq!(registry.targets(number, 1)[0].target, 5400.0);
}

#[tokio::test]
async fn nothing_is_written_when_one_row_is_wrong() {
    let store = store().await;
    store.refusal(&district_with("targets.csv", "indicator,period,target\nKS-09,2026,1\n")).await;
    assert_eq!(sql::registry::load(&store.db, None).await.expect("loads").units.len(), 0);
}

#[tokio::test]
async fn a_unit_on_a_board_is_not_ended() {
    let store = store().await;
    store.apply(&district_with("units.csv", UNITS)).await;
    let without = UNITS.replace("rsud,dinkes,RSUD,technical_unit\n", "puskesmas,dinkes,P,technical_unit\n");
    assert_eq!(
        store.refusal(&[file("units.csv", &without)]).await,
        "the stored board bupati: tile 1 of the board bupati shows the unit \"rsud\", which would be ended because it is no longer in units.csv; \
         put it back into units.csv, or change what refers to it first"
    );
}

#[tokio::test]
async fn a_file_alone_may_refer_to_what_is_stored() {
    let store = store().await;
    store.apply(&district_with("units.csv", UNITS)).await;
    assert_eq!(store.apply(&[file("sources.toml", SOURCES)]).await, ["+ source simrs", "added 1, changed 0, ended 0"]);
}

#[tokio::test]
async fn a_source_made_for_a_key_stays_until_a_file_has_had_it() {
    let store = store().await;
    store.apply(&district_with("units.csv", UNITS)).await;
    apply::apply(&store.db, &store.now, KEY_ACTOR, &[file("sources.toml", "[[source]]\nid = \"curl\"\nunits = [\"*\"]\n")])
        .await
        .expect("applies");
    assert_eq!(store.apply(&[file("sources.toml", SOURCES)]).await, ["+ source simrs", "added 1, changed 0, ended 0"]);
    let named = format!("{SOURCES}[[source]]\nid = \"curl\"\nname = \"Curl\"\nunits = [\"*\"]\n");
    assert_eq!(store.apply(&[file("sources.toml", &named)]).await, ["~ source curl (name: curl -> Curl)", "added 0, changed 1, ended 0"]);
    assert_eq!(store.apply(&[file("sources.toml", SOURCES)]).await, ["- source curl", "added 0, changed 0, ended 1"]);
}

#[tokio::test]
async fn a_dry_run_writes_nothing() {
    let store = store().await;
    let plan = apply::dry_run(&store.db, &district_with("units.csv", UNITS)).await.expect("plans");
    assert_eq!(plan.counts().added, 9);
    assert_eq!(sql::registry::revision(&store.db).await.expect("reads"), 0);
}

#[test]
fn files_of_later_parts_are_named_and_left() {
    let plan = planned(&district_with("successors.csv", "whatever"));
    assert_eq!(plan.notices, ["successors.csv is not read yet"]);
}
