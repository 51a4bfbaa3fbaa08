//! Applying files to a store: read, plan and record in one write transaction, so that two who apply
//! at once follow each other.

use rules::time::Now;
use sql::{Db, configuration};

use super::current;
use super::fault::Fault;
use super::file::File;
use super::plan::{Plan, plan};

/// Why files were not applied. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Something is wrong in the files; all of it.
    #[error("{}", super::fault::report(.0))]
    Faults(Vec<Fault>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] sql::Error),
}

/// Applies the files and returns what changed; nothing is recorded when nothing does.
///
/// # Errors
/// [`ApplyError::Faults`] with every fault of the files, [`ApplyError::Store`].
pub async fn apply(db: &Db, now: &Now, actor: &str, files: &[File]) -> Result<Plan, ApplyError> {
    let mut tx = db.begin().await?;
    let current = current::read(db).await?;
    let plan = plan(files, current).map_err(ApplyError::Faults)?;
    if !plan.is_empty() {
        configuration::record(&mut tx, now(), actor, &plan.put, &plan.end).await?;
        tx.commit().await?;
        db.signal().registry_written();
    }
    Ok(plan)
}

/// What [`apply`] would change, without writing.
///
/// # Errors
/// As [`apply`].
pub async fn dry_run(db: &Db, files: &[File]) -> Result<Plan, ApplyError> {
    plan(files, current::read(db).await?).map_err(ApplyError::Faults)
}
