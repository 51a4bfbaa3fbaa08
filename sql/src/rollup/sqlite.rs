//! Reading roll-ups from an embedded database, many at once. None stands for a row whose status cannot be.

use rules::status::Status;
use rusqlite::{Connection, Params, Row};

use super::{Key, Own, Rollup};
use crate::bulk::Bulk;
use crate::error::Error;

/// A row as [`columns!`] names it; None for a status that cannot be.
fn understood(row: &Row<'_>) -> rusqlite::Result<Option<Rollup>> {
    let Some(status) = Status::from_code(row.get(19)?) else { return Ok(None) };
    Ok(Some(Rollup {
        key: Key { every: row.get(0)?, start: row.get(1)?, indicator: row.get(2)?, unit: row.get(3)? },
        own: Own {
            value: row.get(4)?,
            numerator: row.get(5)?,
            denominator: row.get(6)?,
            n: row.get(7)?,
            data_at: row.get(8)?,
            source: row.get(9)?,
        },
        value: row.get(10)?,
        numerator: row.get(11)?,
        denominator: row.get(12)?,
        n: row.get(13)?,
        data_at: row.get(14)?,
        source: row.get(15)?,
        target: row.get(16)?,
        target_high: row.get(17)?,
        achievement: row.get(18)?,
        status,
        as_of: row.get(20)?,
        computed_at: row.get(21)?,
        revision: row.get(22)?,
        next_due: row.get(23)?,
    }))
}

/// Adds what a question finds.
fn collect(connection: &Connection, text: &str, values: impl Params, into: &mut Vec<Option<Rollup>>) -> rusqlite::Result<()> {
    let mut query = connection.prepare_cached(text)?;
    let mut rows = query.query(values)?;
    while let Some(row) = rows.next()? {
        into.push(understood(row)?);
    }
    Ok(())
}

/// Adds what a question finds of `wanted`, both in the order of units.
fn collect_wanted(
    connection: &Connection,
    text: &str,
    values: impl Params,
    wanted: &[Key],
    into: &mut Vec<Option<Rollup>>,
) -> rusqlite::Result<()> {
    let mut query = connection.prepare_cached(text)?;
    let mut rows = query.query(values)?;
    let mut wanted = wanted.iter().map(|key| key.unit).peekable();
    while let Some(row) = rows.next()? {
        let unit: i64 = row.get(3)?;
        while wanted.next_if(|next| *next < unit).is_some() {}
        if wanted.next_if(|next| *next == unit).is_some() {
            into.push(understood(row)?);
        }
    }
    Ok(())
}

/// Asks for roll-ups.
async fn ask(
    bulk: &Bulk,
    question: impl FnOnce(&Connection, &mut Vec<Option<Rollup>>) -> rusqlite::Result<()> + Send + 'static,
) -> Result<Vec<Option<Rollup>>, Error> {
    let work = move |connection: &Connection| {
        let mut found = Vec::new();
        question(connection, &mut found).map(|()| found)
    };
    bulk.ask("read roll-ups", work).await
}

/// From so many keys that lie close together on, reading the stretch they lie in is cheaper than one by one.
const STRETCH_FROM: usize = 8;

/// Keys in order, each once.
pub(super) async fn by_keys(bulk: &Bulk, keys: Vec<Key>) -> Result<Vec<Option<Rollup>>, Error> {
    const ONE: &str = concat!("select ", columns!(), " from rollup where every = ? and start = ? and indicator = ? and unit = ?");
    const STRETCH: &str = concat!(
        "select ",
        columns!(),
        " from rollup where every = ? and start = ? and indicator = ? and unit between ? and ? order by unit"
    );
    let question = move |connection: &Connection, found: &mut Vec<Option<Rollup>>| {
        for stretch in keys.chunk_by(|a, b| (a.every, a.start, a.indicator) == (b.every, b.start, b.indicator)) {
            let (first, last) = (stretch[0], stretch[stretch.len() - 1]);
            let width = usize::try_from(last.unit - first.unit).unwrap_or(usize::MAX);
            if stretch.len() < STRETCH_FROM || width / stretch.len() > 4 {
                for key in stretch {
                    collect(connection, ONE, (key.every, key.start, key.indicator, key.unit), found)?;
                }
                continue;
            }
            let values = (first.every, first.start, first.indicator, first.unit, last.unit);
            collect_wanted(connection, STRETCH, values, stretch, found)?;
        }
        Ok(())
    };
    ask(bulk, question).await
}

pub(super) async fn of_kind(bulk: &Bulk, every: i64, from: i64, to: i64) -> Result<Vec<Option<Rollup>>, Error> {
    const TEXT: &str =
        concat!("select ", columns!(), " from rollup where every = ? and start between ? and ? order by every, start, indicator, unit");
    ask(bulk, move |connection, found| collect(connection, TEXT, (every, from, to), found)).await
}

pub(super) async fn of_window(bulk: &Bulk, every: i64, start: i64, indicator: i64) -> Result<Vec<Option<Rollup>>, Error> {
    const TEXT: &str = concat!("select ", columns!(), " from rollup where every = ? and start = ? and indicator = ?");
    ask(bulk, move |connection, found| collect(connection, TEXT, (every, start, indicator), found)).await
}
