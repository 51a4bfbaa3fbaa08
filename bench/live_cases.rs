//! How soon one late step stands on a board: `bench-live-cases [CASES]`, 120,000 of a year by default.
//!
//! Fills a store in a folder of its own with a year of cases of 121 units and eight measures of one service, 80 tiles
//! with thirteen windows each on a board, and runs the aggregator. Then single steps are appended, each the end
//! of another case that was opened eleven months ago, and the time is taken until the row that shows it can be read. An
//! example of the package `aggregator`, so that it is built with the workspace. Prints one line of JSON.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aggregator::{Config, Progress, run};
use rules::case::Step;
use rules::period::{Every, Period};
use rules::time::{Millis, date_of, day_number};
use serde_json::json;
use sql::Db;
use sql::configuration::{Change, Table, record};
use sql::log::{Appender, CaseStep, Content, Group, NewEvent};
use sql::registry::Registry;
use sql::rollup::Key;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

type Failure = Box<dyn std::error::Error>;

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Jakarta;
/// 25 November 2026, 12.00 in Jakarta.
const NOW: Millis = 1_795_582_800_000;
const HOUR: Millis = 3_600_000;
const DAY: Millis = 24 * HOUR;
const AGENCIES: i64 = 20;
const BELOW: i64 = 5;
/// Late steps that are timed; their cases were opened in the same month.
const LATE: usize = 9;
const MEASURES: [(&str, &str, &str); 8] = [
    ("on_time_share", "ratio", "%"),
    ("breach_share", "ratio", "%"),
    ("median", "median", "jam"),
    ("p90", "p90", "jam"),
    ("open", "last", "berkas"),
    ("overdue", "last", "berkas"),
    ("opened", "sum", "berkas"),
    ("closed", "sum", "berkas"),
];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let count: i64 = std::env::args().nth(1).map_or(Ok(120_000), |word| word.parse())?;
    let folder = std::env::temp_dir().join(format!("pantau-bench-live-cases-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let db = Db::open(&format!("sqlite://{}/pantau.db", folder.display())).await?;
    db.migrate().await?;
    configure(&db).await?;
    let registry = sql::registry::load(&db, None).await?;

    let mut appender = Appender::new(db.clone());
    let events: Vec<NewEvent> = (0..count).flat_map(|no| steps(&registry, no, count)).collect();
    for group in events.chunks(10_000) {
        append(&mut appender, group.to_vec()).await?;
    }
    let begin = Instant::now();
    let stop = CancellationToken::new();
    let progress = watch::Sender::new(Progress::default());
    let mut standing = progress.subscribe();
    let running = tokio::spawn(run(Config::default(), db.clone(), ZONE, Arc::new(|| NOW), progress, stop.clone()));
    standing.wait_for(|progress| progress.boards_stand).await?;
    let boards_s = begin.elapsed().as_secs_f64();
    standing.wait_for(|progress| progress.boards_stand && progress.marks == 0 && progress.passed_at.is_some()).await?;
    while sql::mark::count(&db).await? > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let all_s = begin.elapsed().as_secs_f64();

    // The year of the whole region counts one closed case more with each late step.
    let region = registry.unit("region").ok_or("the region is there")?.no;
    let closed = registry.indicator("closed").ok_or("the indicator is there")?.no;
    let month = Period::containing(date_of(opened(0, count), ZONE), Every::Month);
    let key = Key { every: Every::Month.code(), start: day_number(month.first_day()), indicator: closed, unit: region };
    let mut times = Vec::new();
    for late in 0..LATE {
        let before = value(&db, key).await?;
        let begin = Instant::now();
        append(&mut appender, vec![step(&registry, late as i64 * 50, Step::HandedOver, opened(late as i64 * 50, count) + 3 * DAY, None)])
            .await?;
        db.signal().log_written();
        while value(&db, key).await? == before {
            tokio::time::sleep(Duration::from_millis(2)).await;
            if begin.elapsed() > Duration::from_secs(30) {
                return Err(format!("the board does not follow: {before:?}").into());
            }
        }
        times.push(begin.elapsed().as_secs_f64());
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    times.sort_by(f64::total_cmp);
    stop.cancel();
    running.await?;

    let begin = Instant::now();
    let compared = aggregator::verify(&db, &registry, ZONE, NOW).await?;
    let verify_s = begin.elapsed().as_secs_f64();
    db.close().await;
    std::fs::remove_dir_all(&folder)?;
    let (median, worst) = (times[LATE / 2], times[LATE - 1]);
    println!(
        "{{\"cases\":{count},\"steps\":{},\"boards_s\":{boards_s:.2},\"all_s\":{all_s:.2},\"late_step_median_s\":{median:.3},\"late_step_worst_s\":{worst:.3},\"verify_s\":{verify_s:.2},\"compared\":{},\"different\":{}}}",
        events.len(),
        compared.compared,
        compared.different,
    );
    for difference in compared.differences {
        eprintln!("{difference}");
    }
    Ok(())
}

async fn configure(db: &Db) -> Result<(), Failure> {
    let unit = |id: &str, parent: Option<&str>| Change {
        table: Table::Unit,
        key: id.to_owned(),
        content: json!({"id": id, "parent": parent, "name": id, "short_name": id, "kind": "agency", "valid_from": null, "valid_to": null,
            "calendar": "", "code": ""}),
    };
    let indicator = |(id, time, of): (&str, &str, &str)| Change {
        table: Table::Indicator,
        key: id.to_owned(),
        content: json!({"id": id, "name": id, "name_en": "", "unit_of_measure": of, "polarity": "up", "formula": "ratio",
            "from": format!("cases:{id}"), "services": "izin", "rollup_time": time, "rollup_tree": "sum", "accumulates": "flow", "frequency": "month",
            "decimals": 1, "applies_to": [], "numerator": "", "denominator": "", "source": "", "owner": "", "bands": "default", "show": null,
            "valid_from": null}),
    };
    let mut put = vec![unit("region", None)];
    for agency in 0..AGENCIES {
        put.push(unit(&format!("agency-{agency}"), Some("region")));
        put.extend((0..BELOW).map(|below| unit(&format!("unit-{}", agency * BELOW + below), Some(&format!("agency-{agency}")))));
    }
    put.push(Change {
        table: Table::Service,
        key: "izin".to_owned(),
        content: json!({"id": "izin", "name": "Izin", "name_en": "", "standard": null, "standard_unit": null, "ends_at": "handed_over",
            "calendar": "", "owner": ""}),
    });
    put.extend(MEASURES.map(indicator));
    let tiles: Vec<serde_json::Value> = MEASURES
        .iter()
        .flat_map(|(id, ..)| {
            (0..10).map(move |no| if no == 0 { "region".to_owned() } else { format!("agency-{no}") }).map(move |unit| (id, unit))
        })
        .map(|(id, unit)| json!({"unit": unit, "indicator": id, "title": null, "every": "month"}))
        .collect();
    put.push(Change {
        table: Table::Board,
        key: "board".to_owned(),
        content: json!({"id": "board", "title": "Board", "group": [{"title": "G", "tiles": tiles}]}),
    });
    let mut tx = db.begin().await?;
    record(&mut tx, 1, "bench", &put, &[]).await?;
    sql::source::ensure(&mut tx, "bench", None).await?;
    tx.commit().await?;
    Ok(())
}

/// When a case was opened: spread over the eleven months before now.
fn opened(no: i64, count: i64) -> Millis {
    NOW - 330 * DAY + no * (329 * DAY / count)
}

/// Submission, a decision, and the end for all but each fiftieth.
fn steps(registry: &Registry, no: i64, count: i64) -> Vec<NewEvent> {
    let opened = opened(no, count);
    let took = (no * 7_919 % 200) * HOUR;
    let due = Some(opened + 5 * DAY);
    let mut steps =
        vec![step(registry, no, Step::Submitted, opened, due), step(registry, no, Step::Decided, (opened + took / 2).min(NOW), None)];
    if no % 50 != 0 && opened + took < NOW {
        steps.push(step(registry, no, Step::HandedOver, opened + took, None));
    }
    steps
}

fn step(registry: &Registry, no: i64, step: Step, at: Millis, due: Option<Millis>) -> NewEvent {
    let unit = registry.unit(&format!("unit-{}", no % (AGENCIES * BELOW))).map_or(0, |unit| unit.no);
    let service = registry.service("izin").map_or(0, |service| service.no);
    let what = CaseStep { service, case: format!("{no}"), unit, step, at, due, class: None, channel: None, area: None };
    NewEvent { source: 1, id: format!("{no}-{step}"), time: None, content: Content::Step(Box::new(what)) }
}

async fn append(appender: &mut Appender, events: Vec<NewEvent>) -> Result<(), Failure> {
    let now: rules::time::Now = Arc::new(|| NOW);
    appender.append(&now, Group { events, used_keys: Vec::new() }).await.1?;
    Ok(())
}

async fn value(db: &Db, key: Key) -> Result<Option<f64>, Failure> {
    Ok(sql::rollup::by_keys(db, &[key]).await?.first().and_then(|row| row.value))
}
