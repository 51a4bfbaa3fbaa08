//! `pantau table`: roll-up tables from the events, whatever is stored as roll-up.

use std::io::Write;
use std::sync::Arc;

use aggregator::table::{self, By};
use chrono::NaiveDate;
use chrono_tz::Tz;
use clap::{Subcommand, ValueEnum};
use dashboard_server::table::{BacklogItem, CaseItem, Item, RowItem, csv_of};
use rules::period::Every;
use rules::time::{Millis, Now, parse_instant, start_of};
use serde::Serialize;

use super::Failure;
use super::store::ConfigArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Cases by unit or service and the period of their opening
    Cases(Args),
    /// What was closed in each period and what was open at its end
    Backlog(Args),
    /// Samples by unit, period and indicator
    Samples(Args),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Length of the periods
    #[arg(long)]
    every: Length,
    /// What a row is about
    #[arg(long)]
    by: Rows,
    /// First period: a date, 00:00 in the region's zone, or an instant like 2026-11-24T09:00:00+07:00
    #[arg(long, value_name = "D")]
    from: Option<String>,
    /// Date or instant at which the periods end; the period beginning there is not shown
    #[arg(long, value_name = "D")]
    to: Option<String>,
    /// Leave out what happened later; a case that ended later is open [default: known-at, else now]
    #[arg(long, value_name = "T")]
    as_of: Option<String>,
    /// As the log and the configuration were known at a moment
    #[arg(long, value_name = "T")]
    known_at: Option<String>,
    /// How durations of cases are measured
    #[arg(long, default_value = "elapsed")]
    clock: Clock,
    /// How rows are written
    #[arg(long, default_value = "csv")]
    format: Format,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Length of the periods.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Length {
    Day,
    Week,
    Month,
    Quarter,
    Semester,
    Year,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rows {
    /// What was booked on the unit itself
    Unit,
    /// The unit with its descendants
    Tree,
    /// The service; not for samples
    Service,
    /// Everything together
    All,
}

/// How durations are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Clock {
    /// From the opening to the end, day and night
    Elapsed,
    /// In the working hours of the unit's calendar, without the time in which the case was returned
    Working,
}

impl From<Clock> for rules::case::Clock {
    fn from(clock: Clock) -> Self {
        match clock {
            Clock::Elapsed => Self::Elapsed,
            Clock::Working => Self::Working,
        }
    }
}

/// How rows are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// With a header; six decimals, empty for no value
    Csv,
    /// A list of objects; null for no value
    Json,
}

pub(crate) async fn run(command: Command, now: Now) -> Result<(), Failure> {
    let (Command::Cases(args) | Command::Backlog(args) | Command::Samples(args)) = &command;
    let config = args.config.clone().load(None)?;
    let (format, zone) = (args.format, config.region.timezone);
    let args = args.understood(zone, &now)?;
    if args.by == By::Service && matches!(command, Command::Samples(_)) {
        return Err(Failure::usage("samples belong to no service; use --by unit, tree or all"));
    }
    let db = super::store::open(&config.store.url).await?;
    let registry = Arc::new(sql::registry::load(&db, args.known_at).await?);
    let failed = |cause| Failure::run("the table could not be computed").because(cause);
    let text = match command {
        Command::Cases(_) => {
            let rows = table::cases(&db, &registry, zone, args).await.map_err(failed)?;
            written(&rows.iter().map(CaseItem::of).collect::<Vec<_>>(), format)?
        }
        Command::Backlog(_) => {
            let rows = table::backlog(&db, &registry, zone, args).await.map_err(failed)?;
            written(&rows.iter().map(BacklogItem::of).collect::<Vec<_>>(), format)?
        }
        Command::Samples(_) => {
            let rows = table::samples(&db, &registry, zone, args).await.map_err(failed)?;
            written(&rows.iter().map(RowItem::of).collect::<Vec<_>>(), format)?
        }
    };
    db.close().await;
    match std::io::stdout().write_all(&text) {
        // Who reads only the head of a table wants no error.
        Err(cause) if cause.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::run("the table could not be written to stdout").because(cause))
        }
        _ => Ok(()),
    }
}

fn written<T: Item + Serialize>(items: &[T], format: Format) -> Result<Vec<u8>, Failure> {
    match format {
        Format::Csv => csv_of(items).map_err(|cause| Failure::run("the table could not be written as CSV").because(cause)),
        Format::Json => {
            let mut text = serde_json::to_vec_pretty(items).expect("rows of texts and numbers are always JSON");
            text.push(b'\n');
            Ok(text)
        }
    }
}

impl Args {
    fn understood(&self, zone: Tz, now: &Now) -> Result<table::Args, Failure> {
        let moment = |text: &Option<String>, option| text.as_deref().map(|text| moment(text, option, zone)).transpose();
        let known_at = moment(&self.known_at, "--known-at")?;
        let (from, to) = (moment(&self.from, "--from")?, moment(&self.to, "--to")?);
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(Failure::usage("--from is after --to; swap them"));
        }
        let as_of = moment(&self.as_of, "--as-of")?.or(known_at).unwrap_or_else(|| now());
        Ok(table::Args { every: self.every.into(), by: self.by.into(), from, to, as_of, known_at, clock: self.clock.into() })
    }
}

/// An instant, or the first moment of a date in the region's zone.
fn moment(text: &str, option: &str, zone: Tz) -> Result<Millis, Failure> {
    let date = || text.parse::<NaiveDate>().ok().map(|date| start_of(date, zone));
    let wrong =
        || Failure::usage(format!("{option} is {text:?}; write a date like 2026-11-24 or an instant like 2026-11-24T09:00:00+07:00"));
    parse_instant(text).or_else(date).ok_or_else(wrong)
}

impl From<Length> for Every {
    fn from(length: Length) -> Self {
        match length {
            Length::Day => Self::Day,
            Length::Week => Self::Week,
            Length::Month => Self::Month,
            Length::Quarter => Self::Quarter,
            Length::Semester => Self::Semester,
            Length::Year => Self::Year,
        }
    }
}

impl From<Rows> for By {
    fn from(rows: Rows) -> Self {
        match rows {
            Rows::Unit => Self::Unit,
            Rows::Tree => Self::Tree,
            Rows::Service => Self::Service,
            Rows::All => Self::All,
        }
    }
}
