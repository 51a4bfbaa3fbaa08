//! How much of a file was read, for a progress bar.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of the file, as it lies on the disk.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    read: Arc<AtomicU64>,
    size: u64,
}

impl Progress {
    pub(super) fn new(size: u64) -> Self {
        Self { read: Arc::default(), size }
    }

    /// Bytes that were read so far.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn finish(&self) {
        self.read.store(self.size, Ordering::Relaxed);
    }
}

/// A file that counts what is read of it.
pub(super) struct Counted {
    file: File,
    progress: Progress,
}

impl Counted {
    pub(super) fn new(file: File, progress: Progress) -> Self {
        Self { file, progress }
    }
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(out)?;
        self.progress.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
