//! `pantau serve`: the real thing.

use clap::ValueEnum;
use rules::time::Now;

use super::Failure;
use super::house::House;
use super::store::ConfigArgs;
use crate::telemetry;

/// Run the server.
///
/// Prints `ready http://HOST:PORT` on stdout when it accepts requests and its boards stand. An empty
/// store greets with a first-run page.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    config: ConfigArgs,
    /// Address to listen on; port 0 is any free port [default: server.listen of the configuration]
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// What this process does; an embedded store needs all of it in one process
    #[arg(long, value_delimiter = ',', value_name = "ROLE,…", default_values_t = Role::ALL, hide_default_value = true)]
    roles: Vec<Role>,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Role {
    /// Takes events in
    Intake,
    /// Writes them to the tables
    Writer,
    /// Rolls them up
    Aggregate,
    /// Serves boards and pages
    Web,
}

impl Role {
    const ALL: [Self; 4] = [Self::Intake, Self::Writer, Self::Aggregate, Self::Web];
}

impl std::fmt::Display for Role {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.to_possible_value().expect("no role is hidden").get_name())
    }
}

pub(crate) async fn run(args: Args, now: Now) -> Result<(), Failure> {
    let config = args.config.load(args.listen)?;
    if !Role::ALL.iter().all(|role| args.roles.contains(role)) {
        return Err(Failure::usage(match config.store.url.starts_with("sqlite://") {
            true => "SQLite cannot be shared by several processes, so all roles run in one; leave --roles out",
            false => "roles cannot run in processes of their own yet; leave --roles out",
        }));
    }
    telemetry::start_server_logging();
    let house = House::open(&config, now).await?;
    let house = house.stand().await?;
    house.greet_first_run().await?;
    house.announce();
    house.live().await
}
