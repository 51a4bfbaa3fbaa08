//! A new revision of the configuration marks what it changes.

use std::collections::BTreeSet;

use sql::Db;
use sql::configuration::{Table, changed_since};
use sql::mark::{self, EVERY_UNIT, Mark};
use sql::progress::Counter;
use sql::registry::Registry;

use crate::error::Error;

/// Marks every indicator whose roll-ups the revisions since the last call may change. Boards and
/// sources change none: windows are computed for every unit anyway.
pub(super) async fn mark(db: &Db, registry: &Registry) -> Result<(), Error> {
    let before = sql::progress::get(db, Counter::RolledRevision).await?;
    if before >= registry.revision {
        return Ok(());
    }
    let mut touched: BTreeSet<i64> = BTreeSet::new();
    for (table, key) in changed_since(db, before).await? {
        if table == Table::Unit.as_str() || table == Table::Bands.as_str() {
            touched.extend(registry.indicators.iter().map(|indicator| indicator.no));
            break;
        }
        if table == Table::Indicator.as_str() || table == Table::Target.as_str() {
            let id = key.split('|').next().unwrap_or(&key);
            touched.extend(registry.indicator(id).map(|indicator| indicator.no));
        }
    }
    let marks: Vec<Mark> = touched.into_iter().map(|indicator| Mark { indicator, unit: EVERY_UNIT, grain: 0, start: 0 }).collect();
    let mut tx = db.begin().await?;
    mark::put(&mut tx, &marks).await?;
    sql::progress::set(&mut tx, Counter::RolledRevision, registry.revision).await?;
    tx.commit().await?;
    Ok(())
}
