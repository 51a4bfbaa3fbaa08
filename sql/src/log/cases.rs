//! The steps of cases, gathered by case: what every table of cases begins with.

use std::collections::HashMap;

use rules::case::{Step, StepEvent};
use rules::time::Millis;
use rusqlite::{Connection, Row};

use crate::db::{Db, Engine};
use crate::error::Error;

/// The steps of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseSteps {
    /// Number of its service.
    pub service: i64,
    /// Its id within the service.
    pub case: String,
    /// Its steps that nobody took back, in log order; never empty.
    pub events: Vec<StepEvent>,
}

/// Whether class, channel and area of steps are read. Durations and counts know nothing of them, and they are half of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texts {
    /// They are.
    Read,
    /// They are all None.
    Left,
}

macro_rules! question {
    ($texts:literal) => {
        concat!(
            "select seq, received_at, source, time, service, case_id, unit, step, at, due, ",
            $texts,
            " from case_step s where seq <= $1 and at <= $2 and not exists (select 1 from void v \
             where v.target_source = s.source and v.target_id = s.event_id and v.seq <= $1) order by seq"
        )
    };
}

impl Texts {
    const fn question(self) -> &'static str {
        match self {
            Self::Read => question!("class, channel, area"),
            Self::Left => question!("null, null, null"),
        }
    }
}

/// The cases of which a step that happened by `as_of` stands in the log up to a place, in the order of their first steps there.
///
/// # Errors
/// Any failure of the query; a step that does not exist is one.
pub async fn steps_by_case(db: &Db, until: i64, as_of: Millis, texts: Texts) -> Result<Vec<CaseSteps>, Error> {
    match db.engine() {
        Engine::Sqlite(pools) => {
            pools.bulk.ask("read the steps of cases", move |connection| gathered(connection, until, as_of, texts)).await
        }
        Engine::Postgres(server) => {
            // An untyped null is text for the server, which is what it stands for.
            let rows: Vec<Raw> = sqlx::query_as(texts.question())
                .bind(until)
                .bind(as_of)
                .fetch_all(&server.read)
                .await
                .map_err(Error::of("read the steps of cases"))?;
            let mut cases = Gathered::default();
            for (seq, received_at, source, time, service, case, unit, code, at, due, class, channel, area) in rows {
                let unknown = || Error::Inconsistent { table: "case_step", what: format!("seq {seq}: step {code}") };
                let step = Step::from_code(code).ok_or_else(unknown)?;
                cases.add(service, &case, StepEvent { step, at, unit, due, class, channel, area, source, time, received_at, seq });
            }
            Ok(cases.finished())
        }
    }
}

/// A row of the question.
type Raw = (i64, i64, i64, Option<i64>, i64, String, i64, i64, i64, Option<i64>, Option<String>, Option<String>, Option<String>);

/// Row by row, so that what is not kept is never copied.
fn gathered(connection: &Connection, until: i64, as_of: Millis, texts: Texts) -> rusqlite::Result<Vec<CaseSteps>> {
    let mut statement = connection.prepare_cached(texts.question())?;
    let mut rows = statement.query([until, as_of])?;
    let mut cases = Gathered::default();
    while let Some(row) = rows.next()? {
        cases.add(row.get(4)?, row.get_ref(5)?.as_str()?, event(row)?);
    }
    Ok(cases.finished())
}

fn event(row: &Row<'_>) -> rusqlite::Result<StepEvent> {
    let code = row.get(7)?;
    Ok(StepEvent {
        step: Step::from_code(code).ok_or(rusqlite::Error::IntegralValueOutOfRange(7, code))?,
        at: row.get(8)?,
        unit: row.get(6)?,
        due: row.get(9)?,
        class: row.get(10)?,
        channel: row.get(11)?,
        area: row.get(12)?,
        source: row.get(2)?,
        time: row.get(3)?,
        received_at: row.get(1)?,
        seq: row.get(0)?,
    })
}

/// Cases by the order of their first steps, found by service and id.
#[derive(Default)]
struct Gathered {
    places: HashMap<i64, HashMap<String, usize>>,
    events: Vec<Vec<StepEvent>>,
}

impl Gathered {
    fn add(&mut self, service: i64, case: &str, event: StepEvent) {
        let of_service = self.places.entry(service).or_default();
        if let Some(place) = of_service.get(case) {
            self.events[*place].push(event);
        } else {
            of_service.insert(case.to_owned(), self.events.len());
            let mut events = Vec::with_capacity(2);
            events.push(event);
            self.events.push(events);
        }
    }

    fn finished(self) -> Vec<CaseSteps> {
        let named = self.places.into_iter().flat_map(|(service, cases)| cases.into_iter().map(move |(case, place)| (place, service, case)));
        let mut named: Vec<(usize, i64, String)> = named.collect();
        named.sort_unstable_by_key(|(place, ..)| *place);
        named.into_iter().zip(self.events).map(|((_, service, case), events)| CaseSteps { service, case, events }).collect()
    }
}
