//! How quick the tables of cases are: `bench-cases CASES.csv.gz [COPIES] [ROUNDS] [TABLES]`.
//!
//! The cases of the test data, each department COPIES times over (default 100, 5.7 million
//! rows). A round computes the weekly, monthly, quarterly and yearly table by unit from the
//! columns of cases in memory, as the peers of the roll-up bench do. Beside it in the same
//! round: a plain sort of the same durations, which no machine does in no time. Prints one
//! JSON line of medians; with TABLES writes the four tables there as CSV, so that they can be
//! compared. An example of the package `aggregator`, so that it is built with the workspace.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use aggregator::cases::{Args, By, Case, Cases, Grouped, Lineages, Row, backlog, table, windows};
use aggregator::window::Window;
use chrono::NaiveDateTime;
use chrono_tz::UTC;
use rules::case::{End, EndKind};
use rules::period::{Every, Period};
use rules::time::{Millis, date_of};
use rules::unit::{Tree, Unit};

type Failure = Box<dyn std::error::Error>;

/// 2016-01-13T00:00:00Z, the day of the extract.
const AS_OF: Millis = 1_452_643_200_000;
/// 2015-06-28T00:00:00Z, the day of the last case.
const LAST: Millis = 1_435_449_600_000;
/// The kinds of window that a board shows of each unit.
const LIVE: [Every; 3] = [Every::Week, Every::Month, Every::Year];
/// A prime above any number of rows.
const APART: usize = 2_654_435_761;
const TABLES: [(Every, &str); 4] =
    [(Every::Week, "weekly"), (Every::Month, "monthly"), (Every::Quarter, "quarterly"), (Every::Year, "yearly")];

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let path = words.first().ok_or("write the path of cases.csv.gz")?;
    let number = |place: usize, default: usize| words.get(place).map_or(Ok(default), |word| word.parse());
    let (copies, rounds) = (number(1, 100)?, number(2, 5)?);
    let (rows, names) = read(path, copies)?;
    let cases: Cases = rows.iter().copied().collect();

    let weeks = Args { every: Every::Week, zone: UTC, as_of: AS_OF, from: None, to: None };
    let lineages = lineages(names.len() as i64)?;
    let asked: Vec<(i64, Window)> = (0..names.len() as i64).flat_map(|unit| LIVE.map(|every| (unit, running(every)))).collect();
    let mut times: [Vec<f64>; 7] = Default::default();
    let mut tables: Vec<Vec<Row>> = Vec::new();
    for _ in 0..rounds {
        let begin = Instant::now();
        let grouped = Grouped::new(&cases, By::Unit, UTC, AS_OF);
        times[0].push(begin.elapsed().as_secs_f64());
        tables = TABLES.iter().map(|(every, _)| grouped.table(*every, None, None)).collect();
        times[1].push(begin.elapsed().as_secs_f64());
        drop(grouped);

        let begin = Instant::now();
        let days = Grouped::new(&cases, By::Unit, UTC, AS_OF).table(Every::Day, None, None);
        times[2].push(begin.elapsed().as_secs_f64());
        drop(days);

        let begin = Instant::now();
        let open = backlog(&cases, By::Unit, &weeks);
        times[3].push(begin.elapsed().as_secs_f64());
        drop(open);

        let begin = Instant::now();
        let tree = table(&cases, By::Tree(&lineages), &weeks);
        times[4].push(begin.elapsed().as_secs_f64());
        drop(tree);

        let begin = Instant::now();
        let live = windows(&cases, By::Unit, UTC, AS_OF, &asked);
        times[5].push(begin.elapsed().as_secs_f64());
        drop(live);

        // In an order that no sort could use: copies of a case lie side by side.
        let mut durations: Vec<Millis> = (0..rows.len()).map(|row| duration(&rows[row * APART % rows.len()])).collect();
        let begin = Instant::now();
        durations.sort_unstable();
        times[6].push(begin.elapsed().as_secs_f64());
    }
    let [layout_s, four_tables_s, days_s, backlog_s, tree_s, live_s, sort_s] = times.map(median);
    let rows = cases.len();
    let rate = |seconds: f64| rows as f64 / seconds;
    println!(
        "{{\"rows\":{rows},\"layout_s\":{layout_s:.4},\"compute_s\":{four_tables_s:.4},\"rows_per_s\":{:.0},\"one_table_of_days_s\":{days_s:.4},\"backlog_s\":{backlog_s:.4},\"weeks_by_tree_s\":{tree_s:.4},\"live_windows_s\":{live_s:.4},\"sort_s\":{sort_s:.4},\"compute_per_sort\":{:.3}}}",
        rate(four_tables_s),
        four_tables_s / sort_s,
    );
    if let Some(folder) = words.get(3) {
        write(Path::new(folder), &tables, &names)?;
    }
    Ok(())
}

/// The window of the last case.
fn running(every: Every) -> Window {
    Window::Period(Period::containing(date_of(LAST, UTC), every))
}

fn duration(case: &Case) -> Millis {
    case.end.map_or(Millis::MAX, |end| end.at - case.opened)
}

/// Every unit below one of a hundred offices, and those below one region.
fn lineages(units: i64) -> Result<Lineages, Failure> {
    let unit = |no: i64, parent: Option<i64>| Unit {
        no,
        id: no.to_string(),
        parent,
        name: String::new(),
        short_name: String::new(),
        kind: String::new(),
        valid_from: None,
        valid_to: None,
        calendar: String::new(),
        code: String::new(),
    };
    let (offices, region) = (units..units + 100, units + 100);
    let below = (0..units).map(|no| unit(no, Some(units + no % 100)));
    let offices = offices.map(|no| unit(no, Some(region)));
    let all: Vec<Unit> = below.chain(offices).chain([unit(region, None)]).collect();
    Ok(Lineages::constant(Tree::new(&all)?))
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The cases in order of opening, and the departments by their numbers.
fn read(path: &str, copies: usize) -> Result<(Vec<Case>, Vec<String>), Failure> {
    let mut table = csv::Reader::from_reader(flate2::read::GzDecoder::new(std::fs::File::open(path)?));
    let instant = |text: Option<&String>| {
        let naive = NaiveDateTime::parse_from_str(text?, "%Y-%m-%dT%H:%M:%S").ok()?;
        Some(naive.and_utc().timestamp_millis())
    };
    let (mut rows, mut departments) = (Vec::new(), Vec::new());
    for record in table.deserialize() {
        let record: HashMap<String, String> = record?;
        let department = record.get("department").ok_or("the cases have a department")?;
        let place = departments.iter().position(|known| known == department).unwrap_or_else(|| {
            departments.push(department.clone());
            departments.len() - 1
        });
        let opened = instant(record.get("opened")).ok_or("every case was opened")?;
        let end = instant(record.get("closed")).map(|at| End { at, kind: EndKind::Closed });
        rows.push(Case { unit: place as i64, service: 1, opened, end, due: instant(record.get("target")), net: None });
    }
    let count = departments.len() as i64;
    let copy = |case: &Case, copy: usize| Case { unit: case.unit + copy as i64 * count, ..*case };
    let cases = rows.iter().flat_map(|case| (0..copies).map(move |number| copy(case, number))).collect();
    let names = (0..copies).flat_map(|copy| departments.iter().map(move |name| format!("{name}#{copy:02}"))).collect();
    Ok((cases, names))
}

/// As the peers of the roll-up bench write them.
fn write(folder: &Path, tables: &[Vec<Row>], names: &[String]) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    for ((every, file), rows) in TABLES.iter().zip(tables) {
        let mut text =
            format!("department,{every},opened,closed,still_open,invalid_order,valid_closed,median_h,p90_h,mean_h,with_target,breached\n");
        for row in rows {
            let figures = &row.figures;
            let label = if *every == Every::Week { row.period.first_day().to_string() } else { row.period.to_string().replace("-Q", "Q") };
            let hours = |hours: Option<f64>| hours.map_or_else(String::new, |hours| format!("{hours:.6}"));
            let _ = writeln!(
                text,
                "{},{label},{},{},{},{},{},{},{},{},{},{}",
                names[row.group as usize],
                figures.opened,
                figures.closed,
                figures.still_open,
                figures.invalid_order,
                figures.valid_closed,
                hours(figures.median_h),
                hours(figures.p90_h),
                hours(figures.mean_h),
                figures.with_target,
                figures.breached,
            );
        }
        std::fs::write(folder.join(format!("{file}.csv")), text)?;
    }
    Ok(())
}
