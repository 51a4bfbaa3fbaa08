//! What the steps of each case come to, merged behind the log.

/// Every column that is read, in that order.
macro_rules! columns {
    () => {
        "service, case_id, unit, submitted_at, completed_file_at, ended_at, end_kind, due, class, channel, area, pauses, steps"
    };
}

mod postgres;

use rules::case::{CaseState, End, EndKind, Pause};
use rules::time::Millis;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::behind::{Shape, Text, Value, Writes};
use crate::db::{Db, Engine};
use crate::error::Error;

/// Names a case: the number of its service, and its id there.
pub type Key = (i64, String);

/// A case as it stands by its steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Number of the service.
    pub service: i64,
    /// Id of the case within it.
    pub case: String,
    /// What the steps come to.
    pub state: CaseState,
    /// Places of the steps in the log, ascending; voided ones are left out.
    pub steps: Vec<i64>,
}

/// What figures need of a case that was submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tabled {
    /// Number of the service.
    pub service: i64,
    /// Id of the case within it.
    pub case: String,
    /// Number of the unit.
    pub unit: i64,
    /// When it was submitted.
    pub opened: Millis,
    /// Its end; None while it is open.
    pub end: Option<End>,
    /// Its target.
    pub due: Option<Millis>,
}

/// The cases of these keys, for those that exist.
///
/// # Errors
/// Any failure of the query; a row that cannot be understood is one.
pub async fn by_keys(db: &Db, keys: Vec<Key>) -> Result<Vec<Stored>, Error> {
    const TEXT: &str = concat!("select ", columns!(), " from case_state where service = ? and case_id = ?");
    let pools = match db.engine() {
        Engine::Sqlite(pools) => pools,
        Engine::Postgres(server) => return postgres::by_keys(&server.read, &keys).await,
    };
    let question = move |connection: &Connection| {
        let mut query = connection.prepare_cached(TEXT)?;
        keys.iter().filter_map(|(service, case)| query.query_row((service, case), stored).optional().transpose()).collect()
    };
    pools.bulk.ask("read cases", question).await
}

/// The cases of a service after an id, in the order of ids, at most `limit`.
///
/// # Errors
/// As [`by_keys`].
pub async fn of_service(db: &Db, service: i64, after: String, limit: i64) -> Result<Vec<Stored>, Error> {
    const TEXT: &str =
        concat!("select ", columns!(), " from case_state where service = ? and case_id > ? order by service, case_id limit ?");
    let pools = match db.engine() {
        Engine::Sqlite(pools) => pools,
        Engine::Postgres(server) => return postgres::of_service(&server.read, service, &after, limit).await,
    };
    let question = move |connection: &Connection| {
        let mut query = connection.prepare_cached(TEXT)?;
        query.query_map((service, &after, limit), stored)?.collect()
    };
    pools.bulk.ask("read the cases of a service", question).await
}

/// All cases, in the order of services and ids.
///
/// # Errors
/// As [`by_keys`].
pub async fn all(db: &Db) -> Result<Vec<Stored>, Error> {
    const TEXT: &str = concat!("select ", columns!(), " from case_state order by service, case_id");
    let pools = match db.engine() {
        Engine::Sqlite(pools) => pools,
        Engine::Postgres(server) => return postgres::all(&server.read).await,
    };
    let question = |connection: &Connection| connection.prepare_cached(TEXT)?.query_map([], stored)?.collect();
    pools.bulk.ask("read all cases", question).await
}

/// The cases of these services that were submitted.
///
/// # Errors
/// As [`by_keys`].
pub async fn tabled(db: &Db, services: Vec<i64>) -> Result<Vec<Tabled>, Error> {
    const TEXT: &str = "select service, case_id, unit, submitted_at, ended_at, end_kind, due from case_state \
        where service = ? and submitted_at is not null";
    let pools = match db.engine() {
        Engine::Sqlite(pools) => pools,
        Engine::Postgres(server) => return postgres::tabled(&server.read, &services).await,
    };
    let question = move |connection: &Connection| {
        let mut query = connection.prepare_cached(TEXT)?;
        let mut found = Vec::new();
        for service in services {
            for row in query.query_map([service], |row| {
                let (service, case) = (row.get(0)?, row.get(1)?);
                Ok(Tabled { service, case, unit: row.get(2)?, opened: row.get(3)?, end: end_of(row, 4, 5)?, due: row.get(6)? })
            })? {
                found.push(row?);
            }
        }
        Ok(found)
    };
    pools.bulk.ask("read the cases that figures need", question).await
}

/// Writes cases, replacing those with the same key.
pub fn put(writes: &mut Writes, rows: &[Stored]) {
    const PUT: Shape = Shape {
        doing: "write cases",
        text: Text::List {
            head: concat!("insert into case_state (", columns!(), ", last_seq) values "),
            tail: " on conflict (service, case_id) do update set unit = excluded.unit, submitted_at = excluded.submitted_at, \
            completed_file_at = excluded.completed_file_at, ended_at = excluded.ended_at, end_kind = excluded.end_kind, due = excluded.due, \
            class = excluded.class, channel = excluded.channel, area = excluded.area, pauses = excluded.pauses, steps = excluded.steps, \
            last_seq = excluded.last_seq",
            most: 64,
        },
    };
    let values = |Stored { service, case, state, steps }: &Stored| -> [Value; 14] {
        let pauses: Vec<(Millis, Option<Millis>)> = state.pauses.iter().map(|pause| (pause.from, pause.to)).collect();
        let [submitted_at, completed_file_at, ended_at, end_kind, due] =
            [state.submitted_at, state.completed_file_at, state.end.map(|end| end.at), state.end.map(|end| end.kind.code()), state.due]
                .map(Value::from);
        let [class, channel, area] = [&state.class, &state.channel, &state.area].map(|word| Value::from(word.clone()));
        let (pauses, last) = (json(&pauses).into(), steps.last().copied().unwrap_or_default().into());
        let (service, case, unit) = ((*service).into(), case.clone().into(), state.unit.into());
        [
            service,
            case,
            unit,
            submitted_at,
            completed_file_at,
            ended_at,
            end_kind,
            due,
            class,
            channel,
            area,
            pauses,
            json(steps).into(),
            last,
        ]
    };
    writes.rows(PUT, rows.iter().map(values));
}

/// Takes cases away of which nothing is known any more.
pub fn remove(writes: &mut Writes, keys: &[Key]) {
    const REMOVE: Shape = Shape {
        doing: "remove cases",
        text: Text::List { head: "delete from case_state where (service, case_id) in (values ", tail: ")", most: 512 },
    };
    writes.rows(REMOVE, keys.iter().map(|(service, case)| [(*service).into(), case.clone().into()]));
}

fn json<T: serde::Serialize>(list: &T) -> String {
    serde_json::to_string(list).expect("lists of numbers are JSON")
}

fn list<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    let failed = |cause| rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(cause));
    serde_json::from_str(text).map_err(failed)
}

fn end_of(row: &Row<'_>, at: usize, kind: usize) -> rusqlite::Result<Option<End>> {
    let (Some(ended), Some(code)) = (row.get::<_, Option<i64>>(at)?, row.get::<_, Option<i64>>(kind)?) else { return Ok(None) };
    let kind = EndKind::from_code(code).ok_or(rusqlite::Error::IntegralValueOutOfRange(kind, code))?;
    Ok(Some(End { at: ended, kind }))
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let pauses: Vec<(Millis, Option<Millis>)> = list(row, 11)?;
    let state = CaseState {
        unit: row.get(2)?,
        submitted_at: row.get(3)?,
        completed_file_at: row.get(4)?,
        end: end_of(row, 5, 6)?,
        due: row.get(7)?,
        class: row.get(8)?,
        channel: row.get(9)?,
        area: row.get(10)?,
        pauses: pauses.into_iter().map(|(from, to)| Pause { from, to }).collect(),
    };
    Ok(Stored { service: row.get(0)?, case: row.get(1)?, state, steps: list(row, 12)? })
}
