//! `pantau replay`: what a file recorded happens again, now, in a running server: to try a board, a network or a new source.

mod sender;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use collector::import::{Error as ImportError, Mapping};
use collector::replay::{Pace, Tape};
use indicatif::{ProgressBar, ProgressStyle};
use rules::time::{Millis, Now};
use serde::Serialize;

use super::Failure;
use super::store::ConfigArgs;
use sender::Sender;

/// Send the rows of a file to a running server as if they happened now.
///
/// The first row happens at once, the others as long after it as they were recorded, divided by the speed. Each replay has
/// cases of its own (`17~18c2f…`), so that it may be repeated. It waits for a server that is busy or restarts, and loses and
/// doubles nothing. Nothing here can be taken out again but by voids: use a store of its own.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// CSV file (also .gz) or workbook (.xlsx); it is read whole
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// What the columns mean, in TOML, as for `pantau import`
    #[arg(long, value_name = "MAP.toml")]
    mapping: PathBuf,
    /// How many times faster than it was, such as 1 or 86400; `max` for as fast as the server takes it
    #[arg(long, value_name = "X", value_parser = speed)]
    speed: Speed,
    /// Address of the server, such as http://127.0.0.1:8080
    #[arg(long, value_name = "URL")]
    to: String,
    /// An API key of the mapping's source; with reading rights names of units and services are understood too, not only ids
    #[arg(long, value_name = "KEY")]
    key: String,
    #[command(flatten)]
    config: ConfigArgs,
}

/// How many times faster; None for as fast as can be.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Speed(Option<f64>);

fn speed(text: &str) -> Result<Speed, String> {
    if text == "max" {
        return Ok(Speed(None));
    }
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && (1e-3..=1e9).contains(&speed) => Ok(Speed(Some(speed))),
        _ => Err("write how many times faster, from 0.001 to 1000000000, or `max`".to_owned()),
    }
}

/// What became of it, as one line of JSON.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Counts {
    /// Events on the tape.
    events: u64,
    /// Rows of the file that could not be read.
    unreadable: u64,
    /// Events the server took and did not know.
    accepted: u64,
    /// Events it knew: sent again after an answer was lost.
    duplicates: u64,
    /// Events it refused.
    rejected: u64,
    /// Events that were not sent, because the replay was stopped.
    left: u64,
}

/// Events in one request at most.
const AT_ONCE: usize = 1_000;
/// Refused events that are named; the others are counted.
const NAMED: u64 = 10;
/// Longest sleep at once, so that a clock that is set does not stop a replay for longer.
const NAP: Millis = 1_000;

pub(crate) async fn run(args: Args, now: Now) -> Result<(), Failure> {
    let mapping = read_mapping(&args.mapping)?;
    let region = args.config.clone().load(None)?.region.timezone;
    if !args.file.exists() {
        return Err(Failure::usage(format!("{} does not exist; name a file to replay", args.file.display())));
    }
    let tape = Tape::read(&args.file, &mapping, region).map_err(|cause| unreadable(&cause))?;
    let mut counts = Counts { events: tape.len() as u64, unreadable: tape.rejected(), ..Counts::default() };
    if counts.unreadable > 0 {
        eprintln!("note: {} rows could not be read; see {}.rejected.csv", counts.unreadable, args.file.display());
    }
    if let Some(begins) = tape.begins() {
        let mut sender = Sender::new(&args.to, &args.key)?;
        sender.look_up_names().await?;
        let pace = Pace { begins, started: now(), speed: args.speed.0 };
        play(&tape, &pace, &sender, &now, &mut counts).await?;
    }
    println!("{}", serde_json::to_string(&counts).expect("counts are always JSON"));
    match counts.left {
        0 => Ok(()),
        left => Err(Failure::run(format!("stopped: {left} events were not sent"))),
    }
}

/// Sends what is due until nothing is left, or until somebody stops it.
async fn play(tape: &Tape, pace: &Pace, sender: &Sender, now: &Now, counts: &mut Counts) -> Result<(), Failure> {
    let run = format!("{:x}", pace.started);
    let bar = bar(tape.len());
    let stopped = tokio::signal::ctrl_c();
    tokio::pin!(stopped);
    let mut next = 0;
    while next < tape.len() {
        let wait = tape.happens(next, pace) - now();
        if wait > 0 {
            let nap = Duration::from_millis(wait.clamp(1, NAP).unsigned_abs());
            tokio::select! {
                _ = &mut stopped => break,
                () = tokio::time::sleep(nap) => continue,
            }
        }
        let moment = now();
        let due = (next..tape.len()).take(AT_ONCE).take_while(|place| tape.happens(*place, pace) <= moment);
        let events: Vec<serde_json::Value> = due.map(|place| tape.event(place, pace, &run, sender)).collect();
        let answer = tokio::select! {
            _ = &mut stopped => break,
            answer = sender.send(&events) => answer?,
        };
        for rejection in &answer.rejected {
            if counts.rejected < NAMED {
                let line = tape.line(next + rejection.index.min(events.len() - 1));
                eprintln!("line {line} rejected, {}: {}", rejection.code, rejection.detail);
            }
            counts.rejected += 1;
        }
        counts.accepted += answer.accepted;
        counts.duplicates += answer.duplicates;
        next += events.len();
        bar.set_position(next as u64);
    }
    bar.finish_and_clear();
    counts.left = (tape.len() - next) as u64;
    Ok(())
}

fn read_mapping(path: &std::path::Path) -> Result<Mapping, Failure> {
    let shown = path.display().to_string();
    let text =
        std::fs::read_to_string(path).map_err(|cause| Failure::usage(format!("could not read the mapping {shown}")).because(cause))?;
    Mapping::read(&shown, &text).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::usage(lines.join("\n"))
    })
}

fn unreadable(cause: &ImportError) -> Failure {
    Failure::run(cause.to_string())
}

fn bar(events: usize) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len} events").expect("the template is right");
    ProgressBar::new(events as u64).with_style(style)
}
