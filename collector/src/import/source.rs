//! A file as records of cells, whatever it is: text in some encoding, packed or not, or a workbook.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use super::encoding::Decoded;
use super::error::Error;
use super::gzip::Unpacked;
use super::layout;
use super::lines::{Layout, Lines, MAX_CELLS, MAX_ROW, Next};
use super::mapping::Mapping;
use super::progress::{Counted, Progress};
use super::refuse::{Packing, no_table, packing};
use super::sheet::{Sheet, SheetCell, SheetRow};

/// Characters that are kept of the cells of a row beyond the limits.
const KEPT: usize = 1_000;

/// A reader of records.
pub(super) struct Source {
    path: Arc<str>,
    records: Records,
}

enum Records {
    Text(Box<Lines<Box<dyn Read + Send>>>),
    Sheet { sheet: Sheet, row: SheetRow },
}

/// A cell as it comes.
#[derive(Clone, Copy)]
pub(super) enum Cell<'r> {
    /// Bytes that should be UTF-8.
    Text(&'r [u8]),
    Typed(&'r SheetCell),
}

impl Source {
    /// Opens a file; the next record is its header. `wanted` are the columns that the mapping names.
    pub(super) fn open(path: &Path, mapping: &Mapping, wanted: &[&str]) -> Result<(Self, Progress), Error> {
        let name: Arc<str> = path.display().to_string().into();
        let failed = |cause| Error::Read { path: Arc::clone(&name), cause };
        let mut file = File::open(path).map_err(failed)?;
        let progress = Progress::new(file.metadata().map_err(failed)?.len());
        let first = first_bytes(&mut file).map_err(failed)?;
        let refused = |sentence: &str| Error::refused(&name, None, sentence);
        let records = match packing(&first).map_err(refused)? {
            Packing::Zip => {
                let sheet = Sheet::open(path, mapping.sheet.as_deref()).map_err(|sentence| refused(&sentence))?;
                progress.finish();
                Records::Sheet { sheet, row: SheetRow::default() }
            }
            packing => {
                let file = BufReader::with_capacity(64 * 1024, Counted::new(File::open(path).map_err(failed)?, progress.clone()));
                let bytes: Box<dyn Read + Send> = if packing == Packing::Gzip { Box::new(Unpacked::new(file)) } else { Box::new(file) };
                text(&name, bytes, mapping, wanted)?
            }
        };
        Ok((Self { path: name, records }, progress))
    }

    /// Takes the next record that has something in a cell.
    pub(super) fn advance(&mut self) -> Result<Next, Error> {
        loop {
            let next = match &mut self.records {
                Records::Text(lines) => match lines.advance() {
                    Ok(next) => next,
                    Err(cause) => return Err(Error::reading(&self.path, Some(lines.line()), cause)),
                },
                Records::Sheet { sheet, row } => match sheet.next_row() {
                    Ok(None) => Next::End,
                    Ok(Some(next)) => {
                        *row = next;
                        if row.is_too_large { Next::TooLarge } else { Next::Record }
                    }
                    Err(sentence) => return Err(Error::refused(&self.path, None, sentence)),
                },
            };
            if next != Next::Record || !(0..self.count()).all(|index| self.cell(index).is_blank()) {
                return Ok(next);
            }
        }
    }

    /// The path as it was given.
    pub(super) fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// Line of the record, from 1.
    pub(super) fn line(&self) -> u64 {
        match &self.records {
            Records::Text(lines) => lines.line(),
            Records::Sheet { row, .. } => row.line,
        }
    }

    /// How many cells the record has.
    pub(super) fn count(&self) -> usize {
        match &self.records {
            Records::Text(lines) => lines.count(),
            Records::Sheet { row, .. } => row.cells.len(),
        }
    }

    /// Whether a record must have as many cells as the header. A sheet leaves blank ones out.
    pub(super) fn is_text(&self) -> bool {
        matches!(self.records, Records::Text(_))
    }

    /// A cell; blank beyond the last.
    pub(super) fn cell(&self, index: usize) -> Cell<'_> {
        match &self.records {
            Records::Text(lines) => Cell::Text(lines.cell(index)),
            Records::Sheet { row, .. } => Cell::Typed(row.cells.get(index).unwrap_or(&SheetCell::Blank)),
        }
    }

    /// The cells as text.
    pub(super) fn record(&self) -> Vec<String> {
        (0..self.count()).map(|index| self.cell(index).shown()).collect()
    }

    /// The first cells of a record beyond the limits, each cut.
    pub(super) fn beginning(&self, cells: usize) -> Vec<String> {
        (0..self.count().min(cells)).map(|index| self.cell(index).shown().chars().take(KEPT).collect()).collect()
    }
}

impl Cell<'_> {
    fn is_blank(self) -> bool {
        match self {
            Self::Text(text) => text.trim_ascii().is_empty(),
            Self::Typed(cell) => *cell == SheetCell::Blank,
        }
    }

    fn shown(self) -> String {
        match self {
            Self::Text(text) => String::from_utf8_lossy(text).into_owned(),
            Self::Typed(cell) => cell.shown(),
        }
    }
}

/// What is wrong with a record beyond the limits.
pub(super) fn too_large() -> String {
    format!("the row has more than {} KiB or {MAX_CELLS} cells; shorten it, or look for a quote (\") that is not closed", MAX_ROW / 1024)
}

fn text(name: &Arc<str>, bytes: Box<dyn Read + Send>, mapping: &Mapping, wanted: &[&str]) -> Result<Records, Error> {
    let decoded: Box<dyn Read + Send> = Box::new(Decoded::new(bytes, mapping.encoding));
    let mut lines = Lines::new(decoded, Layout { delimiter: b',', newline: b'\n' });
    let begin = lines.peek().map_err(|cause| Error::reading(name, None, cause))?;
    if begin.starts_with(b"PK\x03\x04") {
        return Err(Error::refused(name, None, "is a workbook or archive within a .gz; unpack it, and import what is in it"));
    }
    if let Some(sentence) = no_table(begin) {
        return Err(Error::refused(name, None, sentence));
    }
    let (layout, skipped) = layout::find(begin, mapping.delimiter, wanted);
    lines.set_layout(layout);
    if skipped > 0 {
        lines.advance().map_err(|cause| Error::reading(name, Some(1), cause))?;
    }
    Ok(Records::Text(Box::new(lines)))
}

fn first_bytes(file: &mut File) -> io::Result<Vec<u8>> {
    let mut first = Vec::new();
    file.take(16).read_to_end(&mut first)?;
    Ok(first)
}
