//! Bringing the schema up to date: forward only, checksummed, one at a time.

use sqlx::migrate::{MigrateError, Migrator};

use crate::db::{Db, Engine, read};
use crate::error::Error;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

/// A step of the schema and whether this store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Date and time of the step, `YYYYMMDDhhmmss`.
    pub version: i64,
    /// What it does.
    pub name: String,
    /// Whether it was applied here.
    pub applied: bool,
}

impl Db {
    /// Applies what is missing; returns the names of the steps taken.
    ///
    /// # Errors
    /// [`Error::NewerSchema`] when the store was made by a newer program, [`Error::Migrate`] otherwise.
    pub async fn migrate(&self) -> Result<Vec<String>, Error> {
        let waiting: Vec<String> = self.migration_status().await?.into_iter().filter(|step| !step.applied).map(|step| step.name).collect();
        match self.engine() {
            Engine::Sqlite(pools) => SQLITE.run(&pools.write).await.map_err(failed)?,
        }
        Ok(waiting)
    }

    /// Every step this program knows, oldest first.
    ///
    /// # Errors
    /// [`Error::NewerSchema`] when the store has a step that this program does not know.
    pub async fn migration_status(&self) -> Result<Vec<Migration>, Error> {
        let exists: i64 = read!(self, conn => sqlx::query_scalar("select count(*) from sqlite_master where name = '_sqlx_migrations'").fetch_one(conn).await)
            .map_err(Error::of("look for migrations"))?;
        let applied: Vec<i64> = match exists {
            0 => Vec::new(),
            _ => read!(self, conn => sqlx::query_scalar("select version from _sqlx_migrations where success order by version").fetch_all(conn).await)
                .map_err(Error::of("read the applied migrations"))?,
        };
        let known = SQLITE.iter().map(|step| step.version).max().unwrap_or(0);
        if let Some(&found) = applied.iter().max().filter(|&&found| found > known) {
            return Err(Error::NewerSchema { found, known });
        }
        let step = |step: &sqlx::migrate::Migration| Migration {
            version: step.version,
            name: step.description.replace(' ', "_"),
            applied: applied.contains(&step.version),
        };
        Ok(SQLITE.iter().map(step).collect())
    }

    /// Fails unless every step is applied.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], [`Error::NewerSchema`].
    pub async fn require_migrated(&self) -> Result<(), Error> {
        match self.migration_status().await?.iter().all(|step| step.applied) {
            true => Ok(()),
            false => Err(Error::NotMigrated),
        }
    }
}

fn failed(cause: MigrateError) -> Error {
    Error::Migrate(cause)
}

/// The text of every table and index, as the store has them.
///
/// # Errors
/// Any failure of the query.
pub async fn schema(db: &Db) -> Result<Vec<String>, Error> {
    const TEXT: &str = "select sql from sqlite_master where sql is not null and name not like '\\_sqlx%' escape '\\'";
    read!(db, conn => sqlx::query_scalar(TEXT).fetch_all(conn).await).map_err(Error::of("read the schema"))
}
