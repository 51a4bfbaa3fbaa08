//! `pantau calendar`: deadlines in working days and working time between two instants.

use std::io::{BufRead, Write};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use clap::Subcommand;
use rules::calendar::{Closed, FIRST_DAY, LAST_DAY, WorkingCalendar};
use rules::time::{Millis, parse_instant, start_of};
use sql::registry::{Calendars, OFFICE};

use super::Failure;
use super::store::ConfigArgs;

/// Calendars are those of the store; without a store the office of Perpres 21/2023 with the days off decreed for 2024 to 2026.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// By which day so many working days are over: CSV `date,due_N,…`
    Due(DueArgs),
    /// Working minutes between two instants, net of breaks
    Minutes(MinutesArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct DueArgs {
    /// Numbers of working days; the first working day after the receipt is day 1
    #[arg(long, value_name = "N,…", required = true, value_delimiter = ',', value_parser = clap::value_parser!(u32).range(0..=10_000))]
    days: Vec<u32>,
    /// Calendar of calendars.toml
    #[arg(long, value_name = "C", default_value = OFFICE)]
    calendar: String,
    /// Also name each day that does not count
    #[arg(long)]
    explain: bool,
    /// Days of receipt; from standard input, one a line, when none is given
    #[arg(value_name = "DATE")]
    dates: Vec<String>,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct MinutesArgs {
    /// An instant like 2026-11-24T09:00:00+07:00, or without offset in the region's zone, or a date
    #[arg(long, value_name = "T")]
    from: String,
    /// The end, likewise
    #[arg(long, value_name = "T")]
    to: String,
    /// Calendar of calendars.toml
    #[arg(long, value_name = "C", default_value = OFFICE)]
    calendar: String,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(crate) async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Due(args) => due(args).await,
        Command::Minutes(args) => minutes(args).await,
    }
}

async fn due(args: DueArgs) -> Result<(), Failure> {
    let (calendar, _) = calendar(args.config, &args.calendar).await?;
    let given = match args.dates.is_empty() {
        true => lines()?,
        false => args.dates,
    };
    let dates = given.iter().map(|text| date(text)).collect::<Result<Vec<NaiveDate>, Failure>>()?;
    let mut text = String::from("date");
    args.days.iter().for_each(|days| text.push_str(&format!(",due_{days}")));
    text.push_str(if args.explain { ",skipped\n" } else { "\n" });
    let mut undecreed = std::collections::BTreeSet::new();
    for date in dates {
        text.push_str(&date.to_string());
        let mut last = date;
        for days in &args.days {
            let beyond = || Failure::usage(format!("{days} working days after {date} lie beyond {LAST_DAY}, where the calendar ends"));
            let due = calendar.nth_day_after(date, *days).ok_or_else(beyond)?;
            last = last.max(due);
            text.push_str(&format!(",{due}"));
        }
        undecreed.extend((date.year()..=last.year()).filter(|year| !calendar.is_decreed(NaiveDate::from_yo_opt(*year, 1).unwrap_or(date))));
        if args.explain {
            text.push_str(&format!(",{}", quoted(&skipped(&calendar, date, last))));
        }
        text.push('\n');
    }
    for year in undecreed {
        eprintln!("note: {year}: kalender belum ditetapkan (no decree of its days off is applied, so its working days are weekdays)");
    }
    written(&text)
}

async fn minutes(args: MinutesArgs) -> Result<(), Failure> {
    let (calendar, zone) = calendar(args.config, &args.calendar).await?;
    let (from, to) = (moment(&args.from, "--from", zone)?, moment(&args.to, "--to", zone)?);
    if from > to {
        return Err(Failure::usage("--from is after --to; swap them"));
    }
    written(&format!("{}\n", calendar.between(from, to) / 60_000))
}

/// The calendar of that id, and the region's zone. A store is only looked at when it is there.
async fn calendar(config: ConfigArgs, id: &str) -> Result<(Arc<WorkingCalendar>, Tz), Failure> {
    let config = config.load(None)?;
    let zone = config.region.timezone;
    let calendars = match sql::is_there(&config.store.url) {
        true => {
            let db = super::store::open(&config.store.url).await?;
            let calendars = sql::registry::load(&db, None).await?.calendars;
            db.close().await;
            calendars
        }
        false => Calendars::default(),
    };
    if !calendars.knows(id) {
        let known = calendars.ids().collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(format!("there is no calendar {id:?}; the calendars are {known}")));
    }
    Ok((calendars.get(id, zone), zone))
}

/// Each day from one to another that does not count, with why.
fn skipped(calendar: &WorkingCalendar, from: NaiveDate, to: NaiveDate) -> String {
    const WEEKDAYS: [&str; 7] = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"];
    let days = from.iter_days().skip(1).take_while(|date| *date <= to);
    let word = |date: NaiveDate| match calendar.closed(date)? {
        Closed::Weekday => Some(format!("{date} {}", WEEKDAYS[date.weekday().num_days_from_monday() as usize])),
        Closed::DayOff(off) if off.decree.is_empty() => Some(format!("{date} {}", off.name)),
        Closed::DayOff(off) => Some(format!("{date} {} ({})", off.name, off.decree)),
    };
    days.filter_map(word).collect::<Vec<_>>().join("; ")
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

fn lines() -> Result<Vec<String>, Failure> {
    let lines: std::io::Result<Vec<String>> = std::io::stdin().lock().lines().collect();
    let lines = lines.map_err(|cause| Failure::run("standard input could not be read").because(cause))?;
    Ok(lines.into_iter().filter(|line| !line.trim().is_empty()).collect())
}

fn date(text: &str) -> Result<NaiveDate, Failure> {
    let date = text.trim().parse().ok().filter(|date| (FIRST_DAY..=LAST_DAY).contains(date));
    date.ok_or_else(|| Failure::usage(format!("{text:?} is no day; write a date like 2026-11-24, from {FIRST_DAY} to {LAST_DAY}")))
}

fn moment(text: &str, option: &str, zone: Tz) -> Result<Millis, Failure> {
    let local = || {
        let wall = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"].iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
        zone.from_local_datetime(&wall).earliest().map(|at| at.timestamp_millis())
    };
    let of_date = || text.parse::<NaiveDate>().ok().map(|date| start_of(date, zone));
    let is_known = |at: &Millis| (start_of(FIRST_DAY, zone)..=start_of(LAST_DAY, zone)).contains(at);
    let wrong = || {
        Failure::usage(format!(
            "{option} is {text:?}; write an instant like 2026-11-24T09:00:00+07:00 or a date like 2026-11-24, from {FIRST_DAY} to {LAST_DAY}"
        ))
    };
    parse_instant(text).or_else(local).or_else(of_date).filter(is_known).ok_or_else(wrong)
}

fn written(text: &str) -> Result<(), Failure> {
    let failed = |cause| Failure::run("the answer could not be written").because(cause);
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads has seen enough.
        Err(cause) if cause.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(failed),
    }
}
