//! Reading the steps of cases from the log.

use std::collections::HashSet;

use rules::case::Step;
use rusqlite::{Connection, OptionalExtension, Row};

use super::CaseStep;
use super::read::LoggedStep;
use crate::db::{Db, Engine, read};
use crate::error::Error;

const COLUMNS: &str = "seq, received_at, source, event_id, time, service, case_id, unit, step, at, due, class, channel, area";

/// The steps after a place and up to another, in log order, at most `limit`.
pub(super) async fn steps_between(db: &Db, after: i64, until: i64, limit: i64) -> Result<Vec<LoggedStep>, Error> {
    let question = move |connection: &Connection| {
        let mut query =
            connection.prepare_cached(&format!("select {COLUMNS} from case_step where seq > ? and seq <= ? order by seq limit ?"))?;
        query.query_map([after, until, limit], step_of)?.collect()
    };
    match db.engine() {
        Engine::Sqlite(pools) => pools.bulk.ask("read the steps of cases", question).await,
    }
}

/// All steps up to a place, in log order.
///
/// # Errors
/// Any failure of the query; a step that does not exist is one.
pub async fn steps_in_order(db: &Db, until: i64) -> Result<Vec<LoggedStep>, Error> {
    steps_between(db, 0, until, i64::MAX).await
}

/// The steps at these places, for those that are steps.
///
/// # Errors
/// As [`steps_in_order`].
pub async fn steps_at(db: &Db, seqs: Vec<i64>) -> Result<Vec<LoggedStep>, Error> {
    let question = move |connection: &Connection| {
        let found = seqs.iter().map(|seq| step_at(connection, *seq));
        found.filter_map(Result::transpose).collect()
    };
    match db.engine() {
        Engine::Sqlite(pools) => pools.bulk.ask("read the steps of cases", question).await,
    }
}

/// The step at a place.
pub(super) fn step_at(connection: &Connection, seq: i64) -> rusqlite::Result<Option<LoggedStep>> {
    connection.prepare_cached(&format!("select {COLUMNS} from case_step where seq = ?"))?.query_row([seq], step_of).optional()
}

fn step_of(row: &Row<'_>) -> rusqlite::Result<LoggedStep> {
    let code: i64 = row.get(8)?;
    let what = CaseStep {
        service: row.get(5)?,
        case: row.get(6)?,
        unit: row.get(7)?,
        step: Step::from_code(code).ok_or(rusqlite::Error::IntegralValueOutOfRange(8, code))?,
        at: row.get(9)?,
        due: row.get(10)?,
        class: row.get(11)?,
        channel: row.get(12)?,
        area: row.get(13)?,
    };
    Ok(LoggedStep { seq: row.get(0)?, received_at: row.get(1)?, source: row.get(2)?, event_id: row.get(3)?, time: row.get(4)?, what })
}

/// The events that are voided up to a place, by source and id.
///
/// # Errors
/// Any failure of the query.
pub async fn void_targets(db: &Db, until: i64) -> Result<HashSet<(i64, String)>, Error> {
    const TEXT: &str = "select target_source, target_id from void where seq <= $1";
    let rows: Vec<(i64, String)> =
        read!(db, conn => sqlx::query_as(TEXT).bind(until).fetch_all(conn).await).map_err(Error::of("read voids"))?;
    Ok(rows.into_iter().collect())
}
