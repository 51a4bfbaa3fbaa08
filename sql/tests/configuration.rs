//! Versions of the configuration, the schema in one page, and the lock of a server.

use sql::configuration::{Change, Table, changed_since, current, record, revision};
use sql::{Db, Error, chain, is_server_running, lock_for_server, registry};
use tests::{Store, is_on_postgres};

async fn store() -> (Db, Store) {
    let store = Store::new();
    let db = Db::open(store.url()).await.expect("a store");
    db.migrate().await.expect("migrations");
    (db, store)
}

fn unit(id: &str, name: &str) -> Change {
    let content = serde_json::json!({"id": id, "parent": null, "name": name, "short_name": "", "kind": "agency",
        "valid_from": null, "valid_to": null, "calendar": "", "code": ""});
    Change { table: Table::Unit, key: id.to_owned(), content }
}

async fn put(db: &Db, now: i64, put: &[Change], end: &[(Table, String)]) -> i64 {
    let mut tx = db.begin().await.expect("a transaction");
    let revision = record(&mut tx, now, "test", put, end).await.expect("a revision");
    tx.commit().await.expect("a commit");
    revision
}

#[tokio::test]
async fn a_row_is_kept_as_it_was_known() {
    let (db, _store) = store().await;
    put(&db, 100, &[unit("a", "Old"), unit("b", "B")], &[]).await;
    put(&db, 200, &[unit("a", "New")], &[]).await;
    put(&db, 300, &[], &[(Table::Unit, "b".to_owned())]).await;
    let name = async |known_at| registry::load(&db, known_at).await.expect("a registry").unit("a").map(|unit| unit.name.clone());
    assert_eq!(name(Some(99)).await, None);
    assert_eq!(name(Some(150)).await.as_deref(), Some("Old"));
    assert_eq!(name(None).await.as_deref(), Some("New"));
    let now = registry::load(&db, None).await.expect("a registry");
    assert_eq!((now.revision, now.units.len()), (3, 1), "an ended row is gone now");
    assert_eq!(registry::load(&db, Some(250)).await.expect("a registry").units.len(), 2, "and was there then");
    assert_eq!(current(&db, Table::Unit).await.expect("rows").len(), 1);
    let mut changed = changed_since(&db, 1).await.expect("changes");
    changed.sort();
    assert_eq!(changed, [("unit".to_owned(), "a".to_owned()), ("unit".to_owned(), "b".to_owned())]);
}

#[tokio::test]
async fn a_number_stays_with_its_id() {
    let (db, _store) = store().await;
    put(&db, 1, &[unit("a", "A"), unit("b", "B")], &[]).await;
    let before = registry::load(&db, None).await.expect("a registry").unit("b").expect("b").no;
    put(&db, 2, &[], &[(Table::Unit, "b".to_owned())]).await;
    put(&db, 3, &[unit("c", "C"), unit("b", "B again")], &[]).await;
    assert_eq!(registry::load(&db, None).await.expect("a registry").unit("b").expect("b").no, before);
}

#[tokio::test]
async fn the_chain_of_the_configuration_holds_over_changes_and_ends() {
    let (db, _store) = store().await;
    put(&db, 1, &[unit("a", "A"), unit("b", "B")], &[]).await;
    put(&db, 2, &[unit("a", "A2"), unit("c", "C")], &[(Table::Unit, "b".to_owned())]).await;
    put(&db, 3, &[unit("b", "B again")], &[]).await;
    let findings = chain::verify(&db).await.expect("a check");
    assert!(findings.iter().all(|finding| finding.fault.is_none()), "{findings:?}");
    assert_eq!(revision(&db, None).await.expect("a revision").no, 3);
}

#[tokio::test]
async fn the_page_of_the_schema_equals_the_migrations() {
    let (db, _store) = store().await;
    let mut found = sql::schema(&db).await.expect("the schema");
    found.sort();
    let text = found.join(";\n\n") + ";\n";
    let name = if is_on_postgres() { "schema.postgres.sql" } else { "schema.sqlite.sql" };
    let path = format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    if page != text {
        std::fs::write(format!("{path}.new"), &text).expect("a file");
    }
    assert_eq!(page, text, "{name} is not the schema that the migrations make; the right page is beside it as .new");
}

#[tokio::test]
async fn one_server_at_a_time() {
    let (db, store) = store().await;
    let other = Db::open(store.url()).await.expect("the same store");
    assert!(!is_server_running(&db).await.expect("a look"));
    let lock = lock_for_server(&db).await.expect("the lock");
    assert!(is_server_running(&other).await.expect("a look"));
    assert!(matches!(lock_for_server(&other).await, Err(Error::Locked { .. })));
    drop(lock);
    // On a server the end of its connection is noticed a moment later, for which the next one waits.
    lock_for_server(&other).await.expect("the lock is free");
}

#[tokio::test]
async fn an_unmigrated_or_odd_store_is_named() {
    let store = Store::new();
    let db = Db::open(store.url()).await.expect("a store");
    assert!(matches!(db.require_migrated().await, Err(Error::NotMigrated)));
    assert!(matches!(Db::open("mysql://x").await, Err(Error::Address { .. })));
}
