//! Writing the accepted events of a group as rows, many samples a statement.
//!
//! Most samples are a bare value and come in long runs. One statement for a run of them spares begin and end of a statement for
//! each, which take as long as writing the row.

use rules::time::Millis;
use rusqlite::{CachedStatement, Statement, Transaction, params};

use super::{CaseStep, Content, NewEvent};

/// Bare samples that one statement writes. With more of them its values no longer stay in the processor's first cache.
const AT_ONCE: usize = 16;

/// Values of a run: its receipt and its source. The values of its rows follow.
const SHARED: usize = 2;

/// Values of a bare sample beside those; to bind a null to its other columns takes as long as to bind a number.
const OWN: usize = 7;

/// What fails fails the group, whose transaction is given up then. Left to give up this statement alone, SQLite would keep a
/// copy of each page that it touches.
macro_rules! plain {
    ($($row:literal),*) => {
        concat!(
            "insert or fail into sample (seq, received_at, source, event_id, unit, indicator, grain, at, value) values ",
            $($row),*
        )
    };
}

const ONE: &str = plain!("(?3,?1,?2,?,?,?,?,?,?)");
#[rustfmt::skip]
const MANY: &str = plain!(
    "(?3,?1,?2,?,?,?,?,?,?),", "(?,?1,?2,?,?,?,?,?,?),", "(?,?1,?2,?,?,?,?,?,?),", "(?,?1,?2,?,?,?,?,?,?),",
    "(?,?1,?2,?,?,?,?,?,?),", "(?,?1,?2,?,?,?,?,?,?),", "(?,?1,?2,?,?,?,?,?,?),", "(?,?1,?2,?,?,?,?,?,?),",
    "(?,?1,?2,?,?,?,?,?,?),", "(?,?1,?2,?,?,?,?,?,?),", "(?,?1,?2,?,?,?,?,?,?),", "(?,?1,?2,?,?,?,?,?,?),",
    "(?,?1,?2,?,?,?,?,?,?),", "(?,?1,?2,?,?,?,?,?,?),", "(?,?1,?2,?,?,?,?,?,?),", "(?,?1,?2,?,?,?,?,?,?)"
);

/// Writes events in log order.
pub(super) struct Rows<'t> {
    tx: &'t Transaction<'t>,
    received_at: Millis,
    one: CachedStatement<'t>,
    many: CachedStatement<'t>,
}

/// Whether it is a sample of nothing but a value.
fn is_bare(event: &NewEvent) -> bool {
    event.time.is_none() && event.content.is_bare_value()
}

/// Whether two neighbours may go into one statement.
fn is_one_run((_, one): &(i64, &NewEvent), (_, next): &(i64, &NewEvent)) -> bool {
    is_bare(one) == is_bare(next) && one.source == next.source
}

impl<'t> Rows<'t> {
    /// For the events of one group.
    pub(super) fn new(tx: &'t Transaction<'t>, received_at: Millis) -> rusqlite::Result<Self> {
        Ok(Self { tx, received_at, one: tx.prepare_cached(ONE)?, many: tx.prepare_cached(MANY)? })
    }

    /// Writes events, each with its place.
    pub(super) fn write(&mut self, events: &[(i64, &NewEvent)]) -> rusqlite::Result<()> {
        for run in events.chunk_by(is_one_run) {
            if !run.first().is_some_and(|(_, event)| is_bare(event)) {
                run.iter().try_for_each(|(seq, event)| self.write_full(*seq, event))?;
                continue;
            }
            let mut pieces = run.chunks_exact(AT_ONCE);
            for piece in &mut pieces {
                bind(&mut self.many, self.received_at, piece)?;
                self.many.raw_execute()?;
            }
            for single in pieces.remainder().chunks(1) {
                bind(&mut self.one, self.received_at, single)?;
                self.one.raw_execute()?;
            }
        }
        Ok(())
    }

    fn write_full(&self, seq: i64, event: &NewEvent) -> rusqlite::Result<()> {
        const SAMPLE: &str = "insert into sample \
            (seq, received_at, source, event_id, time, unit, indicator, grain, at, value, numerator, denominator, note) \
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        const VOID: &str = "insert into void (seq, received_at, source, event_id, time, target_source, target_id, reason) \
            values (?, ?, ?, ?, ?, ?, ?, ?)";
        const STEP: &str = "insert into case_step \
            (seq, received_at, source, event_id, time, service, case_id, unit, step, at, due, class, channel, area) \
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let now = self.received_at;
        let NewEvent { source, id, time, content } = event;
        match content {
            Content::Sample { unit, indicator, at, value, numerator, denominator, note } => {
                let (grain, at) = (at.grain_code(), at.stored());
                let values = params![seq, now, source, id, time, unit, indicator, grain, at, value, numerator, denominator, note];
                self.tx.prepare_cached(SAMPLE)?.execute(values)?;
            }
            Content::Step(what) => {
                let CaseStep { service, case, unit, step, at, due, class, channel, area } = &**what;
                let step = step.code();
                let values = params![seq, now, source, id, time, service, case, unit, step, at, due, class, channel, area];
                self.tx.prepare_cached(STEP)?.execute(values)?;
            }
            Content::Void { source: target_source, id: target_id, reason } => {
                self.tx.prepare_cached(VOID)?.execute(params![seq, now, source, id, time, target_source, target_id, reason])?;
            }
        }
        Ok(())
    }
}

/// Binds a run of bare samples; others are skipped, of which there are none.
fn bind(statement: &mut Statement<'_>, received_at: Millis, events: &[(i64, &NewEvent)]) -> rusqlite::Result<()> {
    let Some((_, NewEvent { source, .. })) = events.first() else { return Ok(()) };
    statement.raw_bind_parameter(1, received_at)?;
    statement.raw_bind_parameter(2, source)?;
    for (row, (seq, event)) in events.iter().enumerate() {
        let Content::Sample { unit, indicator, at, value, .. } = &event.content else { continue };
        let first = SHARED + row * OWN + 1;
        for (column, number) in [(0, *seq), (2, *unit), (3, *indicator), (4, at.grain_code()), (5, at.stored())] {
            statement.raw_bind_parameter(first + column, number)?;
        }
        statement.raw_bind_parameter(first + 1, event.id.as_str())?;
        statement.raw_bind_parameter(first + 6, value)?;
    }
    Ok(())
}
