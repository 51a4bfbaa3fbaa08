//! Fills a store that `pantau apply` made with roll-ups as they would stand after years: `bench-store DATABASE NOW`
//! (milliseconds since 1970).
//!
//! For every agency and indicator 480 days, 104 weeks, 36 months, 12 quarters and 3 years: with 300 units and 10
//! indicators 1.9 million rows. The parts of the last weeks are written too, because the server computes the windows
//! on boards anew when it starts. An example of the package `sql`, so that it is built with the workspace.

use rules::period::{Every, Period};
use rules::status::Status;
use rules::time::{date_of, day_number};
use sql::behind::Writes;
use sql::part::Part;
use sql::progress::Counter;
use sql::registry::Registry;
use sql::rollup::{Key, Own, Rollup};
use sql::{Db, part, progress, registry, rollup};

type Failure = Box<dyn std::error::Error>;

const WINDOWS: [(Every, u32); 5] = [(Every::Day, 480), (Every::Week, 104), (Every::Month, 36), (Every::Quarter, 12), (Every::Year, 3)];
/// Weeks for which parts are written: what a tile shows and some to spare.
const WEEKS_OF_PARTS: u32 = 16;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [path, now] = words.as_slice() else { return Err("write the path of the database and the moment in milliseconds".into()) };
    let now: i64 = now.parse()?;
    let db = Db::open(&format!("sqlite://{path}")).await?;
    let registry = registry::load(&db, None).await?;
    let today = date_of(now, chrono_tz::Asia::Jakarta);
    let mut count = 0;
    for (every, periods) in WINDOWS {
        for back in (0..periods).rev() {
            let period = Period::containing(today, every).back(back);
            let rows: Vec<Rollup> =
                series(&registry).map(|(indicator, unit)| row(period, back, indicator, unit, now, registry.revision)).collect();
            count += rows.len();
            let mut writes = Writes::default();
            rollup::put(&db, &mut writes, &rows).await?;
            if every == Every::Week && back < WEEKS_OF_PARTS {
                part::put(&mut writes, &rows.iter().map(|row| part_of(row, now)).collect::<Vec<_>>());
            }
            writes.commit(&db).await?;
        }
    }
    let mut writes = Writes::default();
    // Otherwise the server would roll everything up anew from the parts that are not there.
    progress::set(&mut writes, Counter::RolledRevision, registry.revision);
    writes.commit(&db).await?;
    db.close().await;
    println!("{{\"rows\": {count}}}");
    Ok(())
}

fn series(registry: &Registry) -> impl Iterator<Item = (i64, i64)> {
    let agencies = || registry.units.iter().filter(|unit| unit.kind == "agency").map(|unit| unit.no);
    registry.indicators.iter().flat_map(move |indicator| agencies().map(move |unit| (indicator.no, unit)))
}

fn row(period: Period, back: u32, indicator: i64, unit: i64, now: i64, revision: i64) -> Rollup {
    let value = Some(((unit * 31 + indicator * 17 + i64::from(back) * 7) % 1000) as f64 / 8.0);
    let data_at = Some((day_number(period.last_day()) * 86_400_000).min(now));
    Rollup {
        key: Key { every: period.every().code(), start: day_number(period.first_day()), indicator, unit },
        own: Own { value, numerator: None, denominator: None, n: 7, data_at, source: Some(1) },
        value,
        numerator: None,
        denominator: None,
        n: 7,
        data_at,
        source: Some(1),
        target: None,
        target_high: None,
        achievement: None,
        status: Status::NotRated,
        as_of: now,
        computed_at: now,
        revision,
        next_due: None,
    }
}

/// What a week's roll-up is computed from.
fn part_of(row: &Rollup, now: i64) -> Part {
    let value = row.value.unwrap_or_default();
    let at = row.data_at.unwrap_or(now);
    Part {
        indicator: row.key.indicator,
        unit: row.key.unit,
        grain: row.key.every,
        start: row.key.start,
        n: 7,
        sum: value * 7.0,
        min: row.value,
        max: row.value,
        last: row.value,
        last_at: at,
        numerator: 0.0,
        denominator: 0.0,
        last_numerator: None,
        last_denominator: None,
        data_at: at,
        source: 1,
        last_seq: 1,
    }
}
