//! `pantau import`: the rows of foreign tables become events of the log.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use collector::import::{Kind, Mapping};
use collector::load::{Counts, load};
use indicatif::{ProgressBar, ProgressStyle};
use rules::time::Now;

use super::Failure;
use super::store::{ConfigArgs, same_timezone};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Cases of services: a row for each case, a column for each step
    Cases(Args),
    /// Samples: a row for each value
    Samples(Args),
}

/// Rows are compared with what is known: new ones are accepted, equal ones are duplicates, others revise what was said.
/// Rows that cannot be taken over go to FILE.rejected.csv with the reason. A server may be running.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What the columns mean, in TOML
    #[arg(long, value_name = "MAP.toml")]
    mapping: PathBuf,
    /// CSV files (also .gz) or workbooks (.xlsx), in the order in which they were made
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(crate) async fn run(command: Command, now: Now) -> Result<(), Failure> {
    let (args, is_cases) = match command {
        Command::Cases(args) => (args, true),
        Command::Samples(args) => (args, false),
    };
    let mapping = mapping(&args.mapping, is_cases)?;
    for file in &args.files {
        if !file.exists() {
            return Err(Failure::usage(format!("{} does not exist; name a file to import", file.display())));
        }
    }
    let config = args.config.clone().load(None)?;
    let store = args.config.share().await?;
    same_timezone(&store.db, config.region.timezone).await?;
    let mut counts = Counts::default();
    for file in &args.files {
        let bar = bar(file);
        let mut progress = |read: u64, size: u64| {
            bar.set_length(size);
            bar.set_position(read);
        };
        let done = load(&store.db, &now, config.region.timezone, &mapping, file, &mut progress).await;
        bar.finish_and_clear();
        let done = done.map_err(|cause| stopped(file, cause))?;
        if done.rejected > 0 {
            eprintln!("note: {} rows of {} were rejected; see {}.rejected.csv", done.rejected, file.display(), file.display());
        }
        counts.add(&done);
    }
    println!("{}", serde_json::to_string(&counts).expect("counts are always JSON"));
    store.close().await;
    Ok(())
}

fn mapping(path: &Path, is_cases: bool) -> Result<Mapping, Failure> {
    let shown = path.display().to_string();
    let text =
        std::fs::read_to_string(path).map_err(|cause| Failure::usage(format!("could not read the mapping {shown}")).because(cause))?;
    let mapping = Mapping::read(&shown, &text).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        Failure::usage(lines.join("\n"))
    })?;
    match (&mapping.kind, is_cases) {
        (Kind::Cases(_), true) | (Kind::Samples(_), false) => Ok(mapping),
        (Kind::Cases(_), false) => Err(Failure::usage(format!("{shown} has kind = \"cases\"; use `pantau import cases`"))),
        (Kind::Samples(_), true) => Err(Failure::usage(format!("{shown} has kind = \"samples\"; use `pantau import samples`"))),
    }
}

fn stopped(file: &Path, cause: collector::load::Error) -> Failure {
    match cause {
        collector::load::Error::Import(cause) => Failure::run(cause.to_string()),
        collector::load::Error::Store(cause) => {
            eprintln!("note: {} was not taken over to its end; what was committed stays, import it again", file.display());
            cause.into()
        }
    }
}

fn bar(file: &Path) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg} {bar:40} {percent} %").expect("the template is right");
    ProgressBar::new(1).with_style(style).with_message(file.display().to_string())
}
