//! Every cell of every expected table of a city's real cases.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;

use chrono::NaiveDateTime;
use chrono_tz::UTC;

use super::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/boston311_2015_h1");

type Record = HashMap<String, String>;

fn records(reader: impl std::io::Read) -> Vec<Record> {
    csv::Reader::from_reader(reader).deserialize().collect::<Result<_, _>>().expect("a table")
}

/// The cases, and the departments by their numbers.
fn cases() -> (Cases, Vec<String>) {
    let file = File::open(format!("{FOLDER}/cases.csv.gz")).expect("the cases");
    let instant = |text: &String| {
        let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").ok()?;
        Some(naive.and_utc().timestamp_millis())
    };
    let mut departments: Vec<String> = Vec::new();
    let mut cases = Cases::default();
    for record in records(flate2::read::GzDecoder::new(file)) {
        let department = &record["department"];
        let place = departments.iter().position(|known| known == department).unwrap_or_else(|| {
            departments.push(department.clone());
            departments.len() - 1
        });
        let end = instant(&record["closed"]).map(|at| End { at, kind: EndKind::Closed });
        let opened = instant(&record["opened"]).expect("every case was opened");
        cases.push(&Case { unit: place as i64, service: 1, opened, end, due: instant(&record["target"]), net: None });
    }
    (cases, departments)
}

fn expected(name: &str) -> Vec<Record> {
    records(File::open(format!("{FOLDER}/expected_{name}.csv")).expect("an expected table"))
}

fn args_of(every: Every) -> Args {
    args(every, UTC, "2016-01-13T00:00:00Z")
}

/// How the tables name a period.
fn label(period: Period) -> String {
    match period.every() {
        Every::Week => period.first_day().to_string(),
        _ => period.to_string().replace("-Q", "Q"),
    }
}

/// The columns of a row by their names.
fn cells(figures: &Figures) -> [(&'static str, Option<f64>); 12] {
    let count = |count: i64| Some(count as f64);
    [
        ("opened", count(figures.opened)),
        ("closed", count(figures.closed)),
        ("still_open", count(figures.still_open)),
        ("invalid_order", count(figures.invalid_order)),
        ("valid_closed", count(figures.valid_closed)),
        ("median_h", figures.median_h),
        ("p90_h", figures.p90_h),
        ("p90_h_nearest_rank", figures.p90_h_nearest_rank),
        ("mean_h", figures.mean_h),
        ("with_target", count(figures.with_target)),
        ("breached", count(figures.breached)),
        ("breach_share", figures.breach_share),
    ]
}

/// Equal to nine significant digits, or to the six decimals that are written.
fn equal(found: Option<f64>, written: &str) -> bool {
    match (found, written.parse::<f64>()) {
        (None, Err(_)) => written.is_empty(),
        (Some(found), Ok(expected)) => (found - expected).abs() <= 1e-6_f64.max(expected.abs() * 1e-9),
        _ => false,
    }
}

fn compare(name: &str, by: By<'_>, every: Every, column: &str) {
    let (cases, departments) = cases();
    let mut rows: BTreeMap<(String, String), Figures> = BTreeMap::new();
    for row in table(&cases, by, &args_of(every)) {
        let department = if matches!(by, By::All) { String::new() } else { departments[row.group as usize].clone() };
        assert!(rows.insert((department, label(row.period)), row.figures).is_none(), "a row twice");
    }
    let expected = expected(name);
    assert_eq!(rows.len(), expected.len(), "{name}");
    for record in expected {
        let key = (record.get("department").cloned().unwrap_or_default(), record[column].clone());
        let figures = rows.get(&key).unwrap_or_else(|| panic!("{name} has {key:?}"));
        for (column, found) in cells(figures) {
            assert!(equal(found, &record[column]), "{name} {key:?} {column}: {found:?}, expected {:?}", record[column]);
        }
        assert_eq!((figures.rejected, figures.withdrawn), (0, 0));
    }
}

#[test]
fn weeks_of_departments() {
    compare("weekly_by_department", By::Unit, Every::Week, "week");
}

#[test]
fn weeks_of_the_city() {
    compare("weekly_citywide", By::All, Every::Week, "week");
}

#[test]
fn months_of_departments() {
    compare("monthly_by_department", By::Unit, Every::Month, "month");
}

#[test]
fn quarters_of_departments() {
    compare("quarterly_by_department", By::Unit, Every::Quarter, "quarter");
}

#[test]
fn the_year_of_departments() {
    compare("year_by_department", By::Unit, Every::Year, "year");
}

#[test]
fn backlog_of_departments() {
    let (cases, departments) = cases();
    let grid = Args { from: Some(at("2014-12-29T00:00:00Z")), to: Some(at("2015-06-29T00:00:00Z")), ..args_of(Every::Week) };
    let rows: BTreeMap<(String, String), BacklogRow> = backlog(&cases, By::Unit, &grid)
        .into_iter()
        .map(|row| ((departments[row.group as usize].clone(), label(row.period)), row))
        .collect();
    let expected = expected("backlog_by_department");
    assert_eq!(rows.len(), expected.len());
    for record in expected {
        let row = &rows[&(record["department"].clone(), record["week"].clone())];
        assert_eq!(row.closed_in_period.to_string(), record["closed_in_week"], "{record:?}");
        assert_eq!(row.open_at_period_end.to_string(), record["open_at_week_end"], "{record:?}");
    }
}
