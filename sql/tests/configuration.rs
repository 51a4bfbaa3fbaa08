//! Versions of the configuration, the schema in one page, and the lock of a server.

use sql::configuration::{Change, Table, changed_since, current, record, revision};
use sql::{Db, Error, chain, is_server_running, lock_for_server, registry};

async fn store() -> (Db, String, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/a/b/pantau.db", folder.path().display());
    let db = Db::open(&url).await.expect("a store");
    db.migrate().await.expect("migrations");
    (db, url, folder)
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
    let (db, _url, _folder) = store().await;
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
    let (db, _url, _folder) = store().await;
    put(&db, 1, &[unit("a", "A"), unit("b", "B")], &[]).await;
    let before = registry::load(&db, None).await.expect("a registry").unit("b").expect("b").no;
    put(&db, 2, &[], &[(Table::Unit, "b".to_owned())]).await;
    put(&db, 3, &[unit("c", "C"), unit("b", "B again")], &[]).await;
    assert_eq!(registry::load(&db, None).await.expect("a registry").unit("b").expect("b").no, before);
}

#[tokio::test]
async fn the_chain_of_the_configuration_holds_over_changes_and_ends() {
    let (db, _url, _folder) = store().await;
    put(&db, 1, &[unit("a", "A"), unit("b", "B")], &[]).await;
    put(&db, 2, &[unit("a", "A2"), unit("c", "C")], &[(Table::Unit, "b".to_owned())]).await;
    put(&db, 3, &[unit("b", "B again")], &[]).await;
    let findings = chain::verify(&db).await.expect("a check");
    assert!(findings.iter().all(|finding| finding.fault.is_none()), "{findings:?}");
    assert_eq!(revision(&db, None).await.expect("a revision").no, 3);
}

#[tokio::test]
async fn the_page_of_the_schema_equals_the_migrations() {
    let (db, _url, _folder) = store().await;
    let mut found = sql::schema(&db).await.expect("the schema");
    found.sort();
    let text = found.join(";\n\n") + ";\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.sqlite.sql");
    let page = std::fs::read_to_string(path).unwrap_or_default();
    if page != text {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.sqlite.sql.new"), &text).expect("a file");
    }
    assert_eq!(page, text, "schema.sqlite.sql is not the schema that the migrations make; the right page is beside it as .new");
}

#[tokio::test]
async fn one_server_at_a_time() {
    let (_db, url, _folder) = store().await;
    assert!(!is_server_running(&url).expect("a look"));
    let lock = lock_for_server(&url).expect("the lock");
    assert!(is_server_running(&url).expect("a look"));
    assert!(matches!(lock_for_server(&url), Err(Error::Locked { .. })));
    drop(lock);
    assert!(!is_server_running(&url).expect("a look"));
}

#[tokio::test]
async fn an_unmigrated_or_odd_store_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&format!("sqlite://{}/pantau.db", folder.path().display())).await.expect("a store");
    assert!(matches!(db.require_migrated().await, Err(Error::NotMigrated)));
    assert!(matches!(Db::open("mysql://x").await, Err(Error::Address { .. })));
}
