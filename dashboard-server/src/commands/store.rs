//! Opening the store for a command that is not the server.

use std::path::PathBuf;

use clap::Args;
use sql::Db;

use super::Failure;
use crate::config::{Choice, Config, environment};

/// The option of every command that needs the store.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ConfigArgs {
    /// Configuration file [default: $PANTAU_CONFIG, else ./pantau.toml if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

impl ConfigArgs {
    /// The effective configuration.
    pub(crate) fn load(self, listen: Option<String>) -> Result<Config, Failure> {
        Ok(Config::load(&Choice { file: self.config, listen }, &environment())?)
    }

    /// The effective configuration and its store.
    pub(crate) async fn open(self) -> Result<(Config, Db), Failure> {
        let config = self.load(None)?;
        let db = open(&config.store.url).await?;
        Ok((config, db))
    }
}

/// Opens the store; makes and migrates it unless a server has it open, which then has done so.
pub(crate) async fn open(url: &str) -> Result<Db, Failure> {
    let has_server = sql::is_server_running(url)?;
    let db = Db::open(url).await?;
    match has_server {
        true => db.require_migrated().await?,
        false => drop(db.migrate().await?),
    }
    Ok(db)
}
