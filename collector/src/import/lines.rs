//! Records of delimited text, one by one, in a fixed amount of memory.
//!
//! By hand instead of the `csv` crate for three reasons: a record there grows until memory ends, here it is bounded; a line
//! without quotes is split where it lies, at the speed of `memchr`; and the lines of records and of quotes that are never
//! closed are known. A test holds what is read equal to what `csv` reads.
//!
//! Owns quotes, line ends and limits. Must never know what a cell means.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memchr2};

use super::error::refusal;

/// Bytes of a record. The longest cell of an office program has 32,767 characters; a longer row is no row of a table.
pub(super) const MAX_ROW: usize = 512 * 1024;
/// Cells of a record: those of the widest sheet.
pub(super) const MAX_CELLS: usize = 16_384;
/// Bytes that are read together; a line up to this length is split where it lies.
const BUFFER: usize = 256 * 1024;

/// How the text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) delimiter: u8,
    /// `\n`, with or without `\r` before it, or `\r` alone as on old machines.
    pub(super) newline: u8,
}

/// What came next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A record, whose cells can be asked for.
    Record,
    /// One beyond the limits; its first cells can be asked for.
    TooLarge,
    End,
}

/// A reader of records.
pub(super) struct Lines<R> {
    input: R,
    layout: Layout,
    /// Unread text: `buffer[start..end]`.
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    input_ended: bool,
    /// Line on which the next record begins, from 1.
    next_line: u64,
    line: u64,
    /// Cells of the record as ranges, in the buffer or in `unquoted`.
    cells: Vec<(usize, usize)>,
    unquoted: Vec<u8>,
    is_unquoted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    QuoteInQuoted,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R, layout: Layout) -> Self {
        Self {
            input,
            layout,
            buffer: vec![0; BUFFER].into_boxed_slice(),
            start: 0,
            end: 0,
            input_ended: false,
            next_line: 1,
            line: 0,
            cells: Vec::new(),
            unquoted: Vec::new(),
            is_unquoted: false,
        }
    }

    /// The first text, without taking it.
    pub(super) fn peek(&mut self) -> io::Result<&[u8]> {
        while self.end < self.buffer.len() && !self.input_ended {
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    /// Sets the layout, before the first record.
    pub(super) fn set_layout(&mut self, layout: Layout) {
        self.layout = layout;
    }

    /// Takes the next record that is not an empty line.
    pub(super) fn advance(&mut self) -> io::Result<Next> {
        loop {
            self.line = self.next_line;
            self.cells.clear();
            let unread = &self.buffer[self.start..self.end];
            let length = match memchr2(self.layout.newline, b'"', unread) {
                Some(length) if unread[length] == b'"' => return self.quoted(),
                Some(length) => length,
                None if self.input_ended && unread.is_empty() => return Ok(Next::End),
                None if self.input_ended => unread.len(),
                None if self.start == 0 && self.end == self.buffer.len() => return self.quoted(),
                None => {
                    self.fill()?;
                    continue;
                }
            };
            let (line, start) = (&unread[..length], self.start);
            let line = if self.layout.newline == b'\n' { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
            self.start = (start + length + 1).min(self.end);
            self.next_line += 1;
            if line.is_empty() {
                continue;
            }
            self.is_unquoted = false;
            let mut begin = start;
            for place in memchr_iter(self.layout.delimiter, line) {
                self.cells.push((begin, start + place));
                begin = start + place + 1;
            }
            self.cells.push((begin, start + line.len()));
            return Ok(if self.cells.len() > MAX_CELLS { Next::TooLarge } else { Next::Record });
        }
    }

    /// Line on which the record begins, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// How many cells the record has.
    pub(super) fn count(&self) -> usize {
        self.cells.len()
    }

    /// A cell of the record; empty when it has fewer.
    pub(super) fn cell(&self, index: usize) -> &[u8] {
        let text = if self.is_unquoted { &self.unquoted[..] } else { &self.buffer[..] };
        self.cells.get(index).map_or(&[], |(begin, end)| &text[*begin..*end])
    }

    /// Byte by byte, for records with quotes and for those longer than the buffer.
    fn quoted(&mut self) -> io::Result<Next> {
        self.is_unquoted = true;
        self.unquoted.clear();
        let (mut state, mut begin, mut is_large, mut quote_line) = (State::CellStart, 0, false, self.line);
        loop {
            if self.start == self.end {
                if self.input_ended {
                    break;
                }
                self.fill()?;
                continue;
            }
            // What means nothing here is taken as a whole.
            let unread = &self.buffer[self.start..self.end];
            let run = match state {
                State::Quoted => memchr(b'"', unread),
                State::Plain => memchr2(self.layout.delimiter, self.layout.newline, unread),
                State::CellStart | State::QuoteInQuoted => Some(0),
            };
            let run = run.unwrap_or(unread.len());
            if run > 0 {
                let room = MAX_ROW.saturating_sub(self.unquoted.len());
                is_large |= run > room;
                if !is_large {
                    self.unquoted.extend_from_slice(&unread[..run]);
                }
                self.next_line += memchr_iter(self.layout.newline, &unread[..run]).count() as u64;
                self.start += run;
                continue;
            }
            let byte = self.buffer[self.start];
            self.start += 1;
            self.next_line += u64::from(byte == self.layout.newline);
            let is_quoted = state == State::Quoted;
            if is_quoted && byte == b'"' {
                state = State::QuoteInQuoted;
                continue;
            }
            if !is_quoted && byte == b'"' && state != State::Plain {
                if state == State::CellStart {
                    (state, quote_line) = (State::Quoted, self.next_line);
                    continue;
                }
                state = State::Quoted;
            } else if !is_quoted && byte == self.layout.newline {
                let has_return = state == State::Plain && self.unquoted.len() > begin && self.unquoted.ends_with(b"\r");
                if has_return && byte == b'\n' {
                    self.unquoted.pop();
                }
                return Ok(self.finish(begin, is_large));
            } else if !is_quoted && byte == self.layout.delimiter {
                state = State::CellStart;
                is_large |= self.cells.len() >= MAX_CELLS;
                if !is_large {
                    self.cells.push((begin, self.unquoted.len()));
                    begin = self.unquoted.len();
                }
                continue;
            } else if !is_quoted {
                state = State::Plain;
            }
            is_large |= self.unquoted.len() >= MAX_ROW;
            if !is_large {
                self.unquoted.push(byte);
            }
        }
        if state == State::Quoted {
            self.line = quote_line;
            return Err(refusal(
                "a quote (\") opens here and is never closed, so the rest of the file cannot be told into rows; close it, or write it twice inside a text",
            ));
        }
        Ok(self.finish(begin, is_large))
    }

    fn finish(&mut self, begin: usize, is_large: bool) -> Next {
        self.cells.push((begin, self.unquoted.len()));
        if is_large { Next::TooLarge } else { Next::Record }
    }

    /// Reads on. What is unread moves to the front, so that nothing ever has to grow.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.input_ended = count == 0;
                    self.end += count;
                    return Ok(());
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
    }
}

#[cfg(test)]
mod tests;
