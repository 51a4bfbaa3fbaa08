//! Who runs a server on an embedded store: a lock on a file beside it, freed by the system when the
//! process ends, however it ends.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use crate::db::file_of;
use crate::error::Error;

/// Held as long as this process serves the store.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

/// Takes the lock for a server.
///
/// # Errors
/// [`Error::Locked`] when another server has it, [`Error::Open`] when the file cannot be made.
pub fn lock_for_server(url: &str) -> Result<ServerLock, Error> {
    let file = open(url)?;
    match file.try_lock() {
        Ok(()) => Ok(ServerLock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(Error::Locked { path: file_of(url)?.display().to_string() }),
        Err(TryLockError::Error(cause)) => Err(Error::Open { path: lock_path(url)?.display().to_string(), cause: Box::new(cause) }),
    }
}

/// Whether a server has the store open now.
///
/// # Errors
/// [`Error::Open`] when the lock file cannot be made.
pub fn is_server_running(url: &str) -> Result<bool, Error> {
    Ok(matches!(open(url)?.try_lock(), Err(TryLockError::WouldBlock)))
}

fn open(url: &str) -> Result<File, Error> {
    let path = lock_path(url)?;
    let failed = |cause: std::io::Error| Error::Open { path: path.display().to_string(), cause: Box::new(cause) };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)
}

fn lock_path(url: &str) -> Result<PathBuf, Error> {
    let mut path = file_of(url)?.into_os_string();
    path.push(".lock");
    Ok(PathBuf::from(path))
}
