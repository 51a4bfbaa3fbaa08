//! Bringing the schema up to date: forward only, checksummed, one at a time.

use sqlx::migrate::{MigrateError, Migrator};

use crate::db::{Db, Engine, read};
use crate::error::Error;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

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
    /// [`Error::NewerSchema`] when the store was made by a newer program, [`Error::Server`] when the user may not make
    /// tables, [`Error::Migrate`] otherwise.
    pub async fn migrate(&self) -> Result<Vec<String>, Error> {
        let waiting: Vec<String> = self.migration_status().await?.into_iter().filter(|step| !step.applied).map(|step| step.name).collect();
        match self.engine() {
            Engine::Sqlite(pools) => SQLITE.run(&pools.write).await.map_err(Error::Migrate)?,
            // Of several processes that come at once one migrates, the others wait for its lock and find nothing to do.
            Engine::Postgres(server) => POSTGRES.run(&server.write).await.map_err(|cause| not_migrated(cause, &server.place))?,
        }
        Ok(waiting)
    }

    /// Every step this program knows, oldest first.
    ///
    /// # Errors
    /// [`Error::NewerSchema`] when the store has a step that this program does not know.
    pub async fn migration_status(&self) -> Result<Vec<Migration>, Error> {
        let (migrator, text) = match self.engine() {
            Engine::Sqlite(_) => (&SQLITE, "select count(*) from sqlite_master where name = '_sqlx_migrations'"),
            Engine::Postgres(_) => (&POSTGRES, "select count(*) from pg_class where oid = to_regclass('_sqlx_migrations')"),
        };
        let exists: i64 = read!(self, conn => sqlx::query_scalar(text).fetch_one(conn).await).map_err(Error::of("look for migrations"))?;
        let applied: Vec<i64> = match exists {
            0 => Vec::new(),
            _ => read!(self, conn => sqlx::query_scalar("select version from _sqlx_migrations where success order by version").fetch_all(conn).await)
                .map_err(Error::of("read the applied migrations"))?,
        };
        let known = migrator.iter().map(|step| step.version).max().unwrap_or(0);
        if let Some(&found) = applied.iter().max().filter(|&&found| found > known) {
            return Err(Error::NewerSchema { found, known });
        }
        let step = |step: &sqlx::migrate::Migration| Migration {
            version: step.version,
            name: step.description.replace(' ', "_"),
            applied: applied.contains(&step.version),
        };
        Ok(migrator.iter().map(step).collect())
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

/// Names what a database's owner has to do, where it is that.
fn not_migrated(cause: MigrateError, place: &str) -> Error {
    let driver = match &cause {
        MigrateError::Execute(driver) | MigrateError::ExecuteMigration(driver, _) => driver.as_database_error(),
        _ => None,
    };
    // insufficient_privilege
    match driver.and_then(|error| error.code()).is_some_and(|code| code == "42501") {
        true => Error::Server {
            why: format!("the user in store.url may not make tables in the database at {place}; make it the database's owner"),
            cause: Some(Box::new(cause)),
        },
        false => Error::Migrate(cause),
    }
}
