//! `pantau demo`: a server on a store of its own, a year in it, and sources that send on.
//!
//! The only file outside `demo/` that knows it; the server it starts is the one of `serve`.

mod fill;
mod people;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rules::time::Now;
use sql::registry::Registry;

use super::Failure;
use super::house::{House, StandingHouse};
use crate::config::{Choice, Config, environment};
use crate::demo::live::{self, Sender};
use crate::telemetry;

/// Show everything: a believable year of an example district, and sources that send on.
///
/// Makes an embedded database in DIR, fills it up to today, prints accounts and keys, then
/// `ready http://HOST:PORT`. Writes DIR/pantau.toml, so that every other command works with
/// `--config DIR/pantau.toml`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Address to listen on; port 0 is any free port [default: server.listen of the configuration]
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// Folder of the database, made when it is missing
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    data: PathBuf,
}

/// The year is the same for the same seed and day: the code of the district is as good as any.
const SEED: u64 = 18_03;

pub(crate) async fn run(args: Args, now: Now) -> Result<(), Failure> {
    let config = configuration(&args)?;
    telemetry::start_logging("warn");
    let house = House::open(&config, Arc::clone(&now)).await?;
    let zone = config.region.timezone;
    let registry = fill::fill(&house.db, SEED, zone, &now).await?;
    let accounts = people::welcome(&house.db, &now).await?;
    let keys = people::give_keys(&house.db, &registry, &args.data, &now).await?;

    let house = house.stand().await?;
    for account in accounts {
        println!("account {account}");
    }
    for Sender { source, key } in &keys {
        println!("key {source} {key}");
    }
    house.announce();
    send_on(&house, registry, keys, &config, now);
    house.live().await
}

/// The configuration of the demo, also written into its folder.
fn configuration(args: &Args) -> Result<Config, Failure> {
    let failed = |path: &Path| {
        let sentence = format!("could not write {}; choose another folder with --data", path.display());
        move |cause| Failure::run(sentence).because(cause)
    };
    fs::create_dir_all(&args.data).map_err(failed(&args.data))?;
    let folder = fs::canonicalize(&args.data).map_err(failed(&args.data))?;
    let store = Some(format!("sqlite://{}", folder.join("pantau.db").display()));
    let config = Config::load(&Choice { file: None, listen: args.listen.clone(), store }, &environment())?;
    let file = folder.join("pantau.toml");
    fs::write(&file, format!("# Written by `pantau demo` at each start.\n{config}")).map_err(failed(&file))?;
    Ok(config)
}

/// Lets the sources with something to tell send until the house is left.
fn send_on(house: &StandingHouse, registry: Arc<Registry>, keys: Vec<Sender>, config: &Config, now: Now) {
    let lively = live::sources(&registry);
    let senders = keys.into_iter().filter(|key| lively.contains(&key.source)).collect();
    let intake = format!("{}/api/v1/intake", house.url().replacen("http", "ws", 1));
    let (zone, stop) = (config.region.timezone, house.lifecycle.shutdown());
    house.lifecycle.spawn("simulated sources", async move {
        let tally = live::run(&registry, SEED, zone, now, &intake, senders, stop).await;
        tracing::info!(?tally, "the simulated sources have stopped");
    });
}
