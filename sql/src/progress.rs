//! Named counters of work done behind the log.

use crate::behind::{Shape, Text, Touching, Writes};
use crate::db::{Db, read};
use crate::error::Error;

/// The counters there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Last place of the log up to which every event stands in the table of keys.
    KeyedSeq,
    /// Last place of the log that is merged into `counted` and `part`.
    MergedSeq,
    /// Revision of the configuration that the marks reflect.
    RolledRevision,
    /// Day up to which running totals are carried on, as a day number.
    CarriedDay,
    /// Grows with every write of roll-ups.
    RollupVersion,
}

pub(crate) const KEYED_SEQ: &str = "keyed_seq";

impl Counter {
    fn name(self) -> &'static str {
        match self {
            Counter::KeyedSeq => KEYED_SEQ,
            Counter::MergedSeq => "merged_seq",
            Counter::RolledRevision => "rolled_revision",
            Counter::CarriedDay => "carried_day",
            Counter::RollupVersion => "rollup_version",
        }
    }
}

/// The value of a counter; 0 before its first write.
///
/// # Errors
/// Any failure of the query.
pub async fn get(db: &Db, counter: Counter) -> Result<i64, Error> {
    const TEXT: &str = "select coalesce((select value from progress where name = $1), 0)";
    read!(db, conn => sqlx::query_scalar(TEXT).bind(counter.name()).fetch_one(conn).await).map_err(Error::of("read a counter"))
}

/// Sets a counter.
pub fn set(writes: &mut Writes, counter: Counter, value: i64) {
    const SET: Shape = Shape {
        doing: "set a counter",
        text: Text::List {
            head: "insert into progress (name, value) values ",
            tail: " on conflict (name) do update set value = excluded.value",
            most: 1,
        },
    };
    writes.rows(SET, std::iter::once([counter.name().to_owned().into(), value.into()]));
}

/// Moves a counter that still stands where it was read; when another process moved it meanwhile nothing at all is written.
pub fn advance(writes: &mut Writes, counter: Counter, from: i64, to: i64) {
    const FIRST: Shape = Shape {
        doing: "begin a counter",
        text: Text::Each("insert into progress (name, value) values ($1, 0) on conflict (name) do nothing"),
    };
    const MOVE: Shape =
        Shape { doing: "move a counter", text: Text::Each("update progress set value = $1 where name = $2 and value = $3") };
    writes.rows(FIRST, std::iter::once([counter.name().to_owned().into()]));
    writes.touching(MOVE, Touching::MustOne, std::iter::once([to.into(), counter.name().to_owned().into(), from.into()]));
}

/// How far the work behind the log is, in one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Standing {
    /// Number of the configuration's revision in force.
    pub revision: i64,
    /// Last place of the log.
    pub head: i64,
    /// [`Counter::MergedSeq`].
    pub merged: i64,
    /// [`Counter::CarriedDay`].
    pub carried_day: i64,
    /// When time alone may change a roll-up next; None when it changes none.
    pub next_due: Option<i64>,
    /// Place of the first void; None when nothing was ever taken back.
    pub first_void: Option<i64>,
}

/// How far the work behind the log is now: a pass asks this every time, also when there is nothing to do.
///
/// # Errors
/// Any failure of the query.
pub async fn standing(db: &Db) -> Result<Standing, Error> {
    const TEXT: &str = "select coalesce((select max(no) from revision), 0) as revision, \
        coalesce((select last_seq from batch order by no desc limit 1), 0) as head, \
        coalesce((select value from progress where name = 'merged_seq'), 0) as merged, \
        coalesce((select value from progress where name = 'carried_day'), 0) as carried_day, \
        (select min(next_due) from rollup where next_due is not null) as next_due, \
        (select min(seq) from void) as first_void";
    read!(db, conn => sqlx::query_as(TEXT).fetch_one(conn).await).map_err(Error::of("read how far the roll-up is"))
}
