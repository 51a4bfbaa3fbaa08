//! The registry of the example district, from its own files.

use std::sync::Arc;

use dashboard_server::apply;
use sql::Db;
use sql::registry::{self, Registry};

/// The example, applied to a fresh store.
pub(super) async fn example() -> Registry {
    let store = ::tests::Store::new();
    let db = Db::open(store.url()).await.expect("a store");
    db.migrate().await.expect("a schema");
    let now: rules::time::Now = Arc::new(|| 1_700_000_000_000);
    apply::apply(&db, &now, "test", &apply::embedded_example()).await.expect("the example applies");
    registry::load(&db, None).await.expect("a registry")
}
