//! Which files there are: known by their name, found in folders or named one by one.
//!
//! Owns the list of names. Must never look inside a file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sql::configuration::Table;

/// A file of the configuration as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Path as it is shown to people, such as `district/units.csv`.
    pub path: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// What a name says about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Its rows go to this table.
    Read(Table),
    /// A part of Pantau that is not built yet will read it.
    Later,
    /// Nobody knows it.
    Unknown,
}

/// The files that are read, in the order in which they may refer to each other.
pub(crate) const READ: [(&str, Table); 9] = [
    ("calendars.toml", Table::Calendar),
    ("holidays.csv", Table::DayOff),
    ("units.csv", Table::Unit),
    ("services.csv", Table::Service),
    ("indicators.csv", Table::Indicator),
    ("sources.toml", Table::Source),
    ("bands.toml", Table::Bands),
    ("targets.csv", Table::Target),
    ("boards.toml", Table::Board),
];
const LATER: [&str; 1] = ["successors.csv"];

/// Why the files could not be gathered.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// There is nothing under that path.
    #[error("{path} does not exist; give a folder with {expected}, or one of these files")]
    Missing {
        /// The path.
        path: String,
        /// The names that are read.
        expected: String,
    },
    /// A folder without any known file.
    #[error("the folder {path} has none of the files that apply reads; expected at least one of {expected}")]
    WrongFolder {
        /// The folder.
        path: String,
        /// The names that are read.
        expected: String,
    },
    /// A single file of unknown name.
    #[error("{path} is not a file that apply reads; expected one of {expected}")]
    WrongFile {
        /// The file.
        path: String,
        /// The names that are read.
        expected: String,
    },
    /// A file or folder that cannot be read.
    #[error("could not read {path}")]
    Read {
        /// The path.
        path: String,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

impl File {
    /// The name without folders.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit(['/', '\\']).next().unwrap_or(&self.path)
    }

    pub(crate) fn kind(&self) -> Kind {
        kind(self.name())
    }
}

/// Reads the files under these paths, each a folder or a single file. Of a folder, files whose
/// name says nothing to us are left alone, except tables that look like a slip of the pen.
///
/// # Errors
/// A path without a file that is known, or one that cannot be read.
pub fn gather(paths: &[PathBuf]) -> Result<Vec<File>, GatherError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(of_folder(path)?);
        } else if !path.exists() {
            return Err(GatherError::Missing { path: shown(path), expected: expected() });
        } else if kind(&name(path)) == Kind::Unknown {
            return Err(GatherError::WrongFile { path: shown(path), expected: expected() });
        } else {
            files.push(read(path)?);
        }
    }
    Ok(files)
}

/// The names that are read, for a sentence.
pub(crate) fn expected() -> String {
    READ.map(|(name, _)| name).join(", ")
}

fn of_folder(folder: &Path) -> Result<Vec<File>, GatherError> {
    let failed = |cause| GatherError::Read { path: shown(folder), cause };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = name(&path);
        let is_table = name.ends_with(".csv") || (name.ends_with(".toml") && name != "pantau.toml");
        if path.is_file() && is_table {
            paths.push(path);
        }
    }
    if paths.iter().all(|path| kind(&name(path)) == Kind::Unknown) {
        return Err(GatherError::WrongFolder { path: shown(folder), expected: expected() });
    }
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Result<File, GatherError> {
    let content = fs::read(path).map_err(|cause| GatherError::Read { path: shown(path), cause })?;
    Ok(File { path: shown(path), content })
}

fn kind(name: &str) -> Kind {
    if let Some((_, table)) = READ.iter().find(|(known, _)| *known == name) {
        return Kind::Read(*table);
    }
    if LATER.contains(&name) { Kind::Later } else { Kind::Unknown }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
