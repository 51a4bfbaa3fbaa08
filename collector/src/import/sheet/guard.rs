//! A look at a workbook's parts before calamine unpacks them: what it holds in memory is bounded.
//!
//! calamine keeps all shared strings, one cell and one tag at a time. So: bytes of the parts (as declared, and as they
//! unpack, because a declaration may lie), bytes between one cell and the next, and the count of strings for which it
//! makes room beforehand. Everything here is a stream; nothing is held.

use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;

/// Parts of an archive: a workbook has some for each sheet and picture.
const MAX_PARTS: usize = 10_000;
/// Unpacked bytes of a sheet, which is read as a stream: a million rows of twenty columns have 700 MiB.
const MAX_SHEET: u64 = 1024 * 1024 * 1024;
/// Unpacked bytes of the shared strings, which are held: a million long names have 60 MiB.
const MAX_STRINGS: u64 = 128 * 1024 * 1024;
/// Unpacked bytes of any other part, pictures too: a workbook may say that a picture is its sheet.
const MAX_OTHER: u64 = 16 * 1024 * 1024;
/// Unpacked bytes of all parts: looking at them takes a second for each 300 MiB.
const MAX_TOTAL: u64 = 2 * MAX_SHEET;
/// Bytes from one cell to the next, which are held. A cell has 32,767 characters at most.
const MAX_CELL: usize = 1024 * 1024;
/// Bytes of a tag; that of a cell has 40.
const MAX_TAG: usize = 8 * 1024;
/// Bytes of `<si/>`, the shortest string.
const SHORTEST_STRING: u64 = 5;

/// Passes a workbook that can be read in bounded memory. The error is a sentence.
pub(super) fn check(file: &mut (impl Read + Seek)) -> Result<(), String> {
    let count = promised_parts(file).map_err(|cause| format!("could not be read: {cause}"))?;
    if count > MAX_PARTS {
        return Err(format!("is a workbook of {count} parts or more; at most {MAX_PARTS} are read; save the sheet alone"));
    }
    let damaged = |cause: zip::result::ZipError| format!("is a ZIP archive that is damaged ({cause}); fetch it again");
    let mut archive = ZipArchive::new(file).map_err(damaged)?;
    let names: Vec<String> = archive.file_names().filter_map(|name| name.ok().map(|name| name.into_owned())).collect();
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    if !has("xl/workbook.xml") {
        return Err(if has("content.xml") || has("mimetype") {
            "is an OpenDocument file; save it as .xlsx, or as CSV"
        } else if has("xl/workbook.bin") {
            "is a binary Excel file (.xlsb); save it as .xlsx, or as CSV"
        } else if has("word/document.xml") {
            "is a Word document; export the table itself as CSV or XLSX"
        } else {
            "is a ZIP archive and no workbook; unpack it, and import what is in it"
        }
        .to_owned());
    }
    let mut total = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.to_ascii_lowercase();
        let most = most(&name);
        if part.size() > most {
            return Err(too_large(&name, most));
        }
        total += check_part(&name, part, most)?;
        if total > MAX_TOTAL {
            return Err(format!("is a workbook that unpacks to more than {} MiB; save the sheet as CSV and import that", MAX_TOTAL >> 20));
        }
    }
    Ok(())
}

/// How many parts the record at the end of an archive promises, before its list is read; 0 when there is no such record.
fn promised_parts(file: &mut (impl Read + Seek)) -> io::Result<usize> {
    // The record has 22 bytes and a remark of up to 65,535 behind it; the count stands at 10.
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(size.saturating_sub(22 + 65_535)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    file.rewind()?;
    let record = end.windows(12).rposition(|bytes| bytes.starts_with(b"PK\x05\x06")).map(|place| &end[place..]);
    Ok(record.map_or(0, |record| usize::from(u16::from_le_bytes([record[10], record[11]]))))
}

fn most(name: &str) -> u64 {
    if name.starts_with("xl/worksheets/") {
        MAX_SHEET
    } else if name.ends_with("sharedstrings.xml") {
        MAX_STRINGS
    } else {
        MAX_OTHER
    }
}

fn too_large(name: &str, most: u64) -> String {
    format!("is a workbook whose part {name} unpacks to more than {} MiB; save the sheet as CSV and import that", most >> 20)
}

/// The unpacked size of a part that is fine.
fn check_part(name: &str, part: impl Read, most: u64) -> Result<u64, String> {
    let mut part = part.take(most + 1);
    // The others are held whole at worst, which their size bounds.
    let mut scan = (most > MAX_OTHER).then(Scan::default);
    let (mut chunk, mut size) = (vec![0; 64 * 1024], 0);
    loop {
        let count = part
            .read(&mut chunk)
            .map_err(|cause| format!("is a workbook whose part {name} cannot be unpacked ({cause}); fetch it again"))?;
        if count == 0 {
            break;
        }
        size += count as u64;
        if size > most {
            return Err(too_large(name, most));
        }
        if let Some(scan) = &mut scan {
            chunk[..count].iter().try_for_each(|byte| scan.take(*byte)).map_err(|what| {
                format!("is a workbook whose part {name} has {what}, as no office program writes it; open it in one and save it again")
            })?;
        }
    }
    match scan {
        Some(scan) if scan.promised > size / SHORTEST_STRING => {
            Err(format!("is a workbook whose part {name} promises {} strings and is too small for them; fetch it again", scan.promised))
        }
        _ => Ok(size),
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Text,
    Tag,
    Quoted(u8),
    /// Comments, CDATA and instructions, with the two signs in front of `>` that end them.
    Apart([u8; 2]),
}

/// Walks XML byte by byte, just far enough to measure it.
#[derive(Default)]
struct Scan {
    place: Place,
    /// Whether the cells are over: nothing behind them is read.
    is_behind: bool,
    /// Bytes since the last tag of a cell, row or string.
    since_cell: usize,
    /// The beginning of a tag, for its name and its `uniqueCount`.
    tag: Vec<u8>,
    tag_length: usize,
    last: [u8; 2],
    promised: u64,
}

impl Scan {
    fn take(&mut self, byte: u8) -> Result<(), &'static str> {
        self.since_cell += 1;
        if !self.is_behind && self.since_cell > MAX_CELL {
            return Err("a cell of more than 1 MiB");
        }
        self.place = match (self.place, byte) {
            (Place::Text, b'<') => {
                self.tag.clear();
                self.tag_length = 0;
                Place::Tag
            }
            (Place::Tag, b'>') => {
                self.end_tag();
                Place::Text
            }
            (Place::Tag, b'<') => return Err("a tag within a tag"),
            (Place::Tag, b'"' | b'\'') => Place::Quoted(byte),
            (Place::Quoted(quote), _) if quote == byte => Place::Tag,
            (Place::Apart(end), b'>') if end == self.last || (end[1] == b'?' && self.last[1] == b'?') => Place::Text,
            (place, _) => place,
        };
        if let Place::Tag | Place::Quoted(_) = self.place {
            self.tag_length += 1;
            if self.tag_length > MAX_TAG {
                return Err("a tag of more than 8 KiB");
            }
            if self.tag.len() < 512 {
                self.tag.push(byte);
            }
            match self.tag.as_slice() {
                b"<!--" => self.place = Place::Apart(*b"--"),
                b"<![CDATA[" => self.place = Place::Apart(*b"]]"),
                b"<?" => self.place = Place::Apart(*b" ?"),
                b"<!D" => return Err("a document type"),
                _ => {}
            }
        }
        self.last = [self.last[1], byte];
        Ok(())
    }

    fn end_tag(&mut self) {
        let inner = self.tag.strip_prefix(b"<").unwrap_or_default();
        let is_end = inner.starts_with(b"/");
        let inner = inner.strip_prefix(b"/").unwrap_or(inner);
        let end = inner.iter().position(|byte| matches!(byte, b' ' | b'/' | b'\t' | b'\r' | b'\n')).unwrap_or(inner.len());
        let name = inner[..end].rsplit(|byte| *byte == b':').next().unwrap_or_default();
        match name {
            b"c" | b"row" | b"si" => self.since_cell = 0,
            b"sheetData" if is_end => self.is_behind = true,
            b"sst" if !is_end => self.promised = unique_count(inner),
            _ => {}
        }
    }
}

fn unique_count(tag: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(tag);
    let Some((_, rest)) = text.split_once("uniqueCount") else {
        return 0;
    };
    let digits: String = rest.trim_start_matches(['=', '"', '\'', ' ']).chars().take_while(char::is_ascii_digit).collect();
    if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u64::MAX) }
}

#[cfg(test)]
mod tests;
