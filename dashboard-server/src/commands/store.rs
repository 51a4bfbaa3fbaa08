//! Opening the store for a command that is not the server.

use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
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
        let choice = Choice { file: self.config, listen, store: None };
        Ok(Config::load(&choice, &environment())?)
    }

    /// The effective configuration and its store.
    pub(crate) async fn open(self) -> Result<(Config, Db), Failure> {
        let config = self.load(None)?;
        let db = open(&config.store.url).await?;
        same_timezone(&db, config.region.timezone).await?;
        Ok((config, db))
    }

    /// The same, for a command that has nothing to say of a store that is not there: in the wrong folder it must not make one.
    pub(crate) async fn open_existing(self) -> Result<(Config, Db), Failure> {
        let config = self.clone().load(None)?;
        if !sql::is_there(&config.store.url) {
            let url = &config.store.url;
            return Err(Failure::run(format!(
                "there is no store at {url}; run this where pantau.toml is, or name that file with --config"
            )));
        }
        self.open().await
    }

    /// The store, for a command that changes what a server believes; see [`Shared`].
    pub(crate) async fn share(self) -> Result<Shared, Failure> {
        let config = self.load(None)?;
        let db = open(&config.store.url).await?;
        Ok(Shared { has_server: sql::is_server_running(&db).await?, db })
    }
}

/// A store that a server may have open at the same time.
pub(crate) struct Shared {
    pub(crate) db: Db,
    has_server: bool,
}

/// A server looks for a new configuration ten times a second.
const NOTICED_WITHIN: Duration = Duration::from_millis(300);

impl Shared {
    /// Closes the store, after a server has had the time to notice what was written: the next command
    /// of a script may ask for a board that was not there before.
    pub(crate) async fn close(self) {
        self.db.close().await;
        if self.has_server {
            tokio::time::sleep(NOTICED_WITHIN).await;
        }
    }
}

/// Days and weeks were told apart by the zone of the first start; in another one they would be others.
pub(crate) async fn same_timezone(db: &Db, timezone: Tz) -> Result<(), Failure> {
    match sql::setting::get(db, sql::setting::TIMEZONE).await? {
        Some(stored) if stored != timezone.name() => Err(Failure::usage(format!(
            "the store was begun with region.timezone = \"{stored}\", the configuration says \"{timezone}\"; set it back, or begin a new store"
        ))),
        _ => Ok(()),
    }
}

/// Opens the store; makes and migrates it unless a server has it open, which then has done so.
pub(crate) async fn open(url: &str) -> Result<Db, Failure> {
    let db = Db::open(url).await?;
    let has_server = sql::is_server_running(&db).await?;
    if !has_server && db.migration_status().await?.iter().all(|step| !step.applied) {
        eprintln!("note: there was no store at {}; a new, empty one was made", db.place());
    }
    match has_server {
        true => db.require_migrated().await?,
        false => drop(db.migrate().await?),
    }
    Ok(db)
}
