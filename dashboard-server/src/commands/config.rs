//! `pantau config`: the effective configuration.

use clap::Subcommand;

use super::Failure;
use super::store::ConfigArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the effective configuration without secrets, or what is wrong with it
    Check(ConfigArgs),
}

pub(crate) fn run(command: Command) -> Result<(), Failure> {
    let Command::Check(args) = command;
    print!("{}", args.load(None)?);
    Ok(())
}
