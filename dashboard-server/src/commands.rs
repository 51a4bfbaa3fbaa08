//! The command line: one file for each command. Owns words for people on stdout and stderr and the
//! composition of the parts; never a rule, a query or a route.

mod apply;
mod calendar;
mod config;
mod demo;
mod failure;
mod house;
mod import;
mod key;
mod migrate;
mod replay;
mod secret;
mod serve;
mod store;
mod table;
#[cfg(test)]
mod tests;
mod user;
mod verify;

use clap::{Parser, Subcommand};
use rules::time::Now;

pub(crate) use failure::Failure;

/// Real-time performance board for the work units of a district government.
#[derive(Debug, Parser)]
#[command(name = "pantau", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
    /// After an error, also print what caused it
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show everything: a believable year of an example district, and sources that send on
    Demo(demo::Args),
    /// Run the server
    Serve(serve::Args),
    /// Apply configuration files: units, indicators, targets, bands, sources, boards
    Apply(apply::Args),
    /// Take over the rows of a foreign table: CSV (also .gz) or a workbook
    #[command(subcommand)]
    Import(import::Command),
    /// Send the rows of a file to a running server as if they happened now
    Replay(replay::Args),
    /// Print roll-up tables, always computed from the events
    #[command(subcommand)]
    Table(table::Command),
    /// Count working days and working time
    #[command(subcommand)]
    Calendar(calendar::Command),
    /// Add, list and disable people
    #[command(subcommand)]
    User(user::Command),
    /// Create, list and revoke API keys
    #[command(subcommand)]
    Key(key::Command),
    /// Bring the store's schema up to date
    Migrate(migrate::Args),
    /// Check that nothing was changed behind our back
    Verify(verify::Args),
    /// Look at the configuration
    #[command(subcommand)]
    Config(config::Command),
}

/// Runs one command.
pub(crate) async fn run(cli: Cli, now: Now) -> Result<(), Failure> {
    match cli.command {
        Command::Demo(args) => demo::run(args, now).await,
        Command::Serve(args) => serve::run(args, now).await,
        Command::Apply(args) => apply::run(args, now).await,
        Command::Import(command) => import::run(command, now).await,
        Command::Replay(args) => replay::run(args, now).await,
        Command::Table(command) => table::run(command, now).await,
        Command::Calendar(command) => calendar::run(command).await,
        Command::User(command) => user::run(command, now).await,
        Command::Key(command) => key::run(command, now).await,
        Command::Migrate(args) => migrate::run(args).await,
        Command::Verify(args) => verify::run(args, now).await,
        Command::Config(command) => config::run(command),
    }
}
