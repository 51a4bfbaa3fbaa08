//! `pantau migrate`: the schema of the store.

use sql::Db;

use super::Failure;
use super::store::ConfigArgs;

/// Bring the store's schema up to date.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print every step and whether it is applied; change nothing
    #[arg(long)]
    status: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let config = args.config.load(None)?;
    let db = Db::open(&config.store.url).await?;
    let steps = db.migration_status().await?;
    if args.status {
        for step in steps {
            let state = if step.applied { "applied" } else { "waiting" };
            println!("{state} {} {}", step.version, step.name);
        }
    } else if steps.iter().all(|step| step.applied) {
        println!("nothing to migrate");
    } else {
        // A server must not find another schema under its feet.
        let _lock = sql::lock_for_server(&db).await?;
        for step in db.migrate().await? {
            println!("applied {step}");
        }
    }
    db.close().await;
    Ok(())
}
