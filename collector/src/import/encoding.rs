//! Text in UTF-8 from bytes in whatever encoding, chunk by chunk.
//!
//! Found in this order: a byte order mark; the mapping's `encoding`; zeros in every second of the first bytes (UTF-16); else
//! the bytes are UTF-8 until a chunk with other than ASCII says which of UTF-8 and Windows-1252 it is. Nothing was lost by
//! then, because ASCII is the same in both.
//!
//! Must never know lines or cells. A zero byte ends the reading: no table has one, and databases cut text at it.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::memchr;

use super::error::refusal;

/// Bytes that are looked at together.
const CHUNK: usize = 64 * 1024;

/// A reader of UTF-8.
pub(super) struct Decoded<R> {
    input: R,
    mode: Mode,
    /// What was read and not given out yet: `ready[start..]`.
    ready: Vec<u8>,
    start: usize,
    raw: Vec<u8>,
    offset: u64,
    at_end: bool,
}

enum Mode {
    /// Nothing was read yet; the encoding of the mapping.
    Unread(Option<&'static Encoding>),
    /// ASCII only so far.
    Ascii,
    /// As it stands. Cells are checked where they are used.
    Utf8,
    Other(Box<Decoder>),
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(input: R, encoding: Option<&'static Encoding>) -> Self {
        Self { input, mode: Mode::Unread(encoding), ready: Vec::new(), start: 0, raw: vec![0; CHUNK], offset: 0, at_end: false }
    }

    /// Reads a chunk and leaves its text in `ready`; false at the end.
    fn advance(&mut self) -> io::Result<bool> {
        if self.at_end {
            return Ok(false);
        }
        let length = fill(&mut self.input, &mut self.raw)?;
        self.at_end = length < self.raw.len();
        (self.start, self.mode) = match std::mem::replace(&mut self.mode, Mode::Ascii) {
            Mode::Unread(named) => begin(&self.raw[..length], named),
            mode => (0, mode),
        };
        if matches!(self.mode, Mode::Ascii) && !self.raw[..length].is_ascii() {
            let is_1252 = looks_like_1252(&self.raw[..length]);
            self.mode = if is_1252 { Mode::Other(Box::new(WINDOWS_1252.new_decoder_without_bom_handling())) } else { Mode::Utf8 };
        }
        match &mut self.mode {
            Mode::Other(decoder) => {
                self.ready.clear();
                let chunk = &self.raw[std::mem::take(&mut self.start)..length];
                let room = decoder.max_utf8_buffer_length(chunk.len()).expect("a chunk is small");
                self.ready.resize(room, 0);
                let (_, _, written, _) = decoder.decode_to_utf8(chunk, &mut self.ready, self.at_end);
                self.ready.truncate(written);
            }
            _ => {
                self.raw.truncate(length);
                std::mem::swap(&mut self.raw, &mut self.ready);
                self.raw.resize(CHUNK, 0);
            }
        }
        if let Some(place) = memchr(0, &self.ready) {
            let place = self.offset + place as u64;
            return Err(refusal(format!("has a zero byte near byte {place}, so it is no table in text; export it again as CSV or XLSX")));
        }
        self.offset += length as u64;
        Ok(true)
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // A chunk may hold a byte order mark and nothing else.
        while self.start == self.ready.len() {
            if !self.advance()? {
                return Ok(0);
            }
        }
        let count = out.len().min(self.ready.len() - self.start);
        out[..count].copy_from_slice(&self.ready[self.start..self.start + count]);
        self.start += count;
        Ok(count)
    }
}

/// Where the text begins in the first chunk, and how it is read.
fn begin(chunk: &[u8], named: Option<&'static Encoding>) -> (usize, Mode) {
    let mode = |encoding: &'static Encoding| {
        if encoding == UTF_8 { Mode::Utf8 } else { Mode::Other(Box::new(encoding.new_decoder_without_bom_handling())) }
    };
    if let Some((encoding, length)) = Encoding::for_bom(chunk) {
        return (length, mode(encoding));
    }
    (0, named.or_else(|| looks_like_utf16(chunk)).map_or(Mode::Ascii, mode))
}

/// Zeros in many of the first pairs of bytes, on one side only.
fn looks_like_utf16(chunk: &[u8]) -> Option<&'static Encoding> {
    let pairs = chunk[..chunk.len().min(64)].chunks_exact(2);
    let count = pairs.len();
    let (first, second) =
        pairs.fold((0, 0), |(first, second), pair| (first + usize::from(pair[0] == 0), second + usize::from(pair[1] == 0)));
    // A header has ASCII; where zeros stand on both sides, they are no halves of letters.
    match count >= 2 {
        true if first == 0 && second * 4 >= count => Some(UTF_16LE),
        true if second == 0 && first * 4 >= count => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether more of what is not ASCII is no UTF-8 than is. The curly quotes, dashes and accents of Windows-1252 hardly ever
/// form a sequence of UTF-8 (it takes two or three in a row, and the right ones), so one of either kind decides; counting keeps a stray byte from spoiling a whole file.
fn looks_like_1252(chunk: &[u8]) -> bool {
    let (mut sequences, mut strays) = (0_usize, 0_usize);
    for piece in chunk.utf8_chunks() {
        sequences += piece.valid().chars().filter(|c| !c.is_ascii()).count();
        strays += usize::from(!piece.invalid().is_empty());
    }
    // The chunk may end within a sequence.
    strays > sequences
        && !(strays == 1 && std::str::from_utf8(chunk).is_err_and(|error| error.error_len().is_none() && chunk.len() == CHUNK))
}

/// Fills the buffer as far as the input goes, so that what is found does not depend on how it comes in pieces.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match input.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(bytes: &[u8], encoding: Option<&'static Encoding>) -> String {
        let mut text = Vec::new();
        Decoded::new(bytes, encoding).read_to_end(&mut text).expect("is text");
        String::from_utf8(text).expect("is UTF-8")
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn each_encoding_is_found() {
        let expected = "unit;nilai\nDinas “Kéhutanan” – A;1\n";
        let ansi = WINDOWS_1252.encode(expected).0;
        assert_eq!(text(expected.as_bytes(), None), expected);
        assert_eq!(text(format!("\u{feff}{expected}").as_bytes(), None), expected);
        assert_eq!(text(&ansi, None), expected);
        assert_eq!(text(&ansi, Some(WINDOWS_1252)), expected);
        for big in [false, true] {
            assert_eq!(text(&utf16(expected, big), None), expected);
            assert_eq!(text(&utf16(&format!("\u{feff}{expected}"), big), None), expected);
        }
    }

    #[test]
    fn late_letters_decide_as_early_ones() {
        let ascii = "a;b;c\n".repeat(60_000);
        let late = format!("{ascii}é;“x”;y\n{ascii}");
        assert_eq!(text(late.as_bytes(), None), late);
        assert_eq!(text(&WINDOWS_1252.encode(&late).0, None), late);
        // Cut within a letter at the end of a chunk.
        let cut = format!("{}é;x\n", "a".repeat(CHUNK - 1));
        assert_eq!(text(cut.as_bytes(), None), cut);
    }

    #[test]
    fn a_stray_byte_does_not_turn_the_file() {
        let mut bytes = "é;ü\nö;x\n".as_bytes().to_vec();
        bytes.push(0x93);
        let mut read = Vec::new();
        Decoded::new(&*bytes, None).read_to_end(&mut read).expect("is text");
        assert_eq!(read, bytes);
    }

    #[test]
    fn zero_bytes_are_refused() {
        let mut bytes = b"a;b\n1;2\n".repeat(20_000);
        bytes[100_000] = 0;
        let error = Decoded::new(&*bytes, None).read_to_end(&mut Vec::new()).expect_err("is refused");
        assert!(error.to_string().contains("a zero byte near byte 100000"), "{error}");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read(words in prop::collection::vec("([a-zA-Z ][éü“–]?){1,8}", 2..30), big in any::<bool>()) {
            // Two or three other letters in a row may be a sequence of UTF-8 by chance, which nobody can tell.
            let expected = format!("unit;nilai\n{}\n", words.join(";"));
            prop_assert_eq!(text(expected.as_bytes(), None), expected.clone());
            prop_assert_eq!(text(&WINDOWS_1252.encode(&expected).0, None), expected.clone());
            prop_assert_eq!(text(&utf16(&expected, big), None), expected);
        }
    }
}
