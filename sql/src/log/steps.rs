//! Reading the steps of cases from the log.

use rules::case::Step;
use rusqlite::{Connection, OptionalExtension, Row};

use super::CaseStep;
use super::read::LoggedStep;
use crate::db::{Db, Engine, read};
use crate::error::Error;

const BETWEEN: &str = concat!("select ", steps_columns!(), " from case_step where seq > $1 and seq <= $2 order by seq limit $3");

/// The steps after a place and up to another, in log order, at most `limit`.
pub(super) async fn steps_between(db: &Db, after: i64, until: i64, limit: i64) -> Result<Vec<LoggedStep>, Error> {
    match db.engine() {
        Engine::Sqlite(pools) => {
            let question = move |connection: &Connection| steps_after(connection, after, until, limit);
            pools.bulk.ask("read the steps of cases", question).await
        }
        Engine::Postgres(server) => understood(sqlx::query_as(BETWEEN).bind(after).bind(until).bind(limit).fetch_all(&server.read).await),
    }
}

/// The same on a connection of an embedded store.
pub(super) fn steps_after(connection: &Connection, after: i64, until: i64, limit: i64) -> rusqlite::Result<Vec<LoggedStep>> {
    connection.prepare_cached(BETWEEN)?.query_map([after, until, limit], logged)?.collect()
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
    match db.engine() {
        Engine::Sqlite(pools) => {
            let question = move |connection: &Connection| {
                let found = seqs.iter().map(|seq| step_at(connection, *seq));
                found.filter_map(Result::transpose).collect()
            };
            pools.bulk.ask("read the steps of cases", question).await
        }
        Engine::Postgres(server) => {
            const TEXT: &str = concat!(
                "select ",
                steps_columns!(),
                " from unnest($1::bigint[]) with ordinality as wanted (seq, place) join case_step using (seq) order by place"
            );
            understood(sqlx::query_as(TEXT).bind(seqs).fetch_all(&server.read).await)
        }
    }
}

/// The step at a place.
pub(super) fn step_at(connection: &Connection, seq: i64) -> rusqlite::Result<Option<LoggedStep>> {
    const TEXT: &str = concat!("select ", steps_columns!(), " from case_step where seq = ?");
    connection.prepare_cached(TEXT)?.query_row([seq], logged).optional()
}

/// A row as `steps_columns!` names it.
pub(super) type Raw =
    (i64, i64, i64, String, Option<i64>, i64, String, i64, i64, i64, Option<i64>, Option<String>, Option<String>, Option<String>);

/// The step that a row says; [`Error::Inconsistent`] when there is no such step.
pub(super) fn step_of(raw: Raw) -> Result<LoggedStep, Error> {
    let (seq, received_at, source, event_id, time, service, case, unit, code, at, due, class, channel, area) = raw;
    let step = Step::from_code(code).ok_or_else(|| Error::Inconsistent { table: "case_step", what: format!("seq {seq}: step {code}") })?;
    let what = CaseStep { service, case, unit, step, at, due, class, channel, area };
    Ok(LoggedStep { seq, received_at, source, event_id, time, what })
}

fn logged(row: &Row<'_>) -> rusqlite::Result<LoggedStep> {
    let raw = Raw::try_from(row)?;
    let code = raw.8;
    step_of(raw).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(8, code))
}

fn understood(rows: Result<Vec<Raw>, sqlx::Error>) -> Result<Vec<LoggedStep>, Error> {
    rows.map_err(Error::of("read the steps of cases"))?.into_iter().map(step_of).collect()
}

/// Up to where an answer about cases depends on the log: what came after these places says nothing about cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct CasesHead {
    /// Place of the last step of any case; 0 before the first.
    pub steps: i64,
    /// Place of the last void; 0 before the first.
    pub voids: i64,
}

/// Where the log stands for cases; with `until` where it stood at that place.
///
/// # Errors
/// Any failure of the query.
pub async fn cases_head(db: &Db, until: Option<i64>) -> Result<CasesHead, Error> {
    const TEXT: &str = "select coalesce((select max(seq) from case_step where seq <= $1), 0) as steps, \
        coalesce((select max(seq) from void where seq <= $1), 0) as voids";
    let until = until.unwrap_or(i64::MAX);
    read!(db, conn => sqlx::query_as(TEXT).bind(until).fetch_one(conn).await).map_err(Error::of("read where the log of cases stands"))
}
