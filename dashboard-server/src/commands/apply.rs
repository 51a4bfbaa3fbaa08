//! `pantau apply`: configuration as code.

use std::path::PathBuf;

use dashboard_server::apply::{self, Plan};
use rules::time::Now;

use super::Failure;
use super::store::ConfigArgs;

/// Apply configuration files: units, indicators, targets, bands, sources, boards.
///
/// Every row of every file is checked first; nothing is written when one is wrong. A row that is no
/// longer in its file is ended, not deleted. Files that are not given stay as they were applied.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folders or files: units.csv, indicators.csv, targets.csv, bands.toml, sources.toml, boards.toml
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print what would change and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// The actor in the revision.
const ACTOR: &str = "apply";

pub(crate) async fn run(args: Args, now: Now) -> Result<(), Failure> {
    let files = apply::gather(&args.paths)?;
    let store = args.config.share().await?;
    let plan = match args.dry_run {
        true => apply::dry_run(&store.db, &files).await?,
        false => apply::apply(&store.db, &now, ACTOR, &files).await?,
    };
    print!("{}", told(&plan, args.dry_run));
    store.close().await;
    Ok(())
}

/// What a plan changes, as text; its notices go to stderr.
fn told(plan: &Plan, is_dry_run: bool) -> String {
    for notice in &plan.notices {
        eprintln!("note: {notice}");
    }
    if plan.is_empty() {
        return "nothing to change\n".to_owned();
    }
    let steps: String = plan.steps.iter().map(|step| format!("{step}\n")).collect();
    let end = if is_dry_run { " (dry run, nothing was written)" } else { "" };
    format!("{steps}{}{end}\n", plan.counts())
}
