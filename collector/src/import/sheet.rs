//! The rows of a workbook's sheet, with numbers and dates as they are stored.
//!
//! A thread of its own reads, because calamine's reader of cells borrows the workbook, and because a workbook made to
//! harm may make calamine panic: that ends the thread, and is a sentence here. The thread ends with the [`Sheet`].
//!
//! Owns what a cell is. Must never know what it means.

mod cell;
mod guard;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use calamine::{Reader, Xlsx};

use super::lines::{MAX_CELLS, MAX_ROW};
pub(super) use cell::SheetCell;

/// Batches between the thread and us; the thread waits when they are full.
const BATCHES: usize = 2;
/// Bytes of text after which a batch is sent on.
const BATCH_SIZE: usize = 256 * 1024;
/// Rows after which a batch is sent on.
const BATCH_ROWS: usize = 256;

/// A row of a sheet.
#[derive(Debug, Default, PartialEq)]
pub(super) struct SheetRow {
    /// Its number in the sheet, from 1.
    pub(super) line: u64,
    pub(super) cells: Vec<SheetCell>,
    /// Whether it has more than a row may have; then the cells are the first ones.
    pub(super) is_too_large: bool,
    size: usize,
}

type Batch = Result<Vec<SheetRow>, String>;

/// A reader of rows.
pub(super) struct Sheet {
    batches: Option<Receiver<Batch>>,
    thread: Option<JoinHandle<()>>,
    ready: std::vec::IntoIter<SheetRow>,
}

impl Sheet {
    /// Opens a workbook after a look at its parts. The error is a sentence.
    pub(super) fn open(path: &Path, name: Option<&str>) -> Result<Self, String> {
        let unreadable = |cause: std::io::Error| format!("could not be read: {cause}");
        guard::check(&mut BufReader::new(File::open(path).map_err(unreadable)?))?;
        let file = BufReader::new(File::open(path).map_err(unreadable)?);
        let (sender, batches) = sync_channel(BATCHES);
        let name = name.map(str::to_owned);
        let read = move || {
            if let Err(sentence) = send_rows(file, name.as_deref(), &sender) {
                // Nobody is there to hear it when the sheet was dropped.
                let _ = sender.send(Err(sentence));
            }
        };
        let thread = std::thread::Builder::new().name("import-sheet".to_owned()).spawn(read).map_err(unreadable)?;
        Ok(Self { batches: Some(batches), thread: Some(thread), ready: Vec::new().into_iter() })
    }

    /// The next row that has a cell with something in it; `None` at the end. The error is a sentence.
    pub(super) fn next_row(&mut self) -> Result<Option<SheetRow>, String> {
        loop {
            if let Some(row) = self.ready.next() {
                return Ok(Some(row));
            }
            match self.batches.as_ref().and_then(|batches| batches.recv().ok()) {
                Some(batch) => self.ready = batch?.into_iter(),
                None => {
                    let panicked = self.thread.take().is_some_and(|thread| thread.join().is_err());
                    return if panicked {
                        Err("is a workbook that is damaged; open it in an office program and save it again".to_owned())
                    } else {
                        Ok(None)
                    };
                }
            }
        }
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        // The thread ends when it can send no more.
        self.batches = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn send_rows(file: BufReader<File>, name: Option<&str>, sender: &SyncSender<Batch>) -> Result<(), String> {
    let damaged =
        |cause: calamine::XlsxError| format!("is a workbook that cannot be read ({cause}); open it in an office program and save it again");
    let mut workbook: Xlsx<_> = Xlsx::new(file).map_err(damaged)?;
    let names = workbook.sheet_names();
    let name = match name {
        None => names.first().cloned().ok_or("is a workbook without sheets")?,
        Some(name) => names.iter().find(|found| *found == name).cloned().ok_or_else(|| {
            format!("has no sheet \"{name}\"; its sheets are {}; write one of them as sheet in the mapping", quoted_list(&names))
        })?,
    };
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(damaged)?;
    let (mut batch, mut size, mut row) = (Vec::new(), 0, SheetRow::default());
    while let Some(cell) = reader.next_cell().map_err(damaged)? {
        let (number, column) = cell.get_position();
        if row.line != u64::from(number) + 1 {
            size += row.size;
            push(&mut batch, std::mem::replace(&mut row, SheetRow { line: u64::from(number) + 1, ..SheetRow::default() }));
            if batch.len() >= BATCH_ROWS || size >= BATCH_SIZE {
                size = 0;
                if sender.send(Ok(std::mem::take(&mut batch))).is_err() {
                    return Ok(());
                }
            }
        }
        row.set(column as usize, SheetCell::from(cell.get_value()));
    }
    push(&mut batch, row);
    // As above: when nobody listens, nobody misses it.
    let _ = sender.send(Ok(batch));
    Ok(())
}

impl SheetRow {
    fn set(&mut self, column: usize, cell: SheetCell) {
        if matches!(cell, SheetCell::Blank) {
            return;
        }
        self.size += cell.size();
        if column >= MAX_CELLS || self.size > MAX_ROW {
            self.is_too_large = true;
            return;
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, SheetCell::Blank);
        }
        self.cells[column] = cell;
    }
}

fn push(batch: &mut Vec<SheetRow>, row: SheetRow) {
    if row.is_too_large || !row.cells.is_empty() {
        batch.push(row);
    }
}

fn quoted_list(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}
