//! What a file is when it is no table: found by its first bytes, answered by a sentence that says what to do.

/// A kind of file that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// Text as it lies.
    Plain,
    Gzip,
    /// A ZIP archive, which a workbook is.
    Zip,
}

/// How a file is packed by its first bytes; else what it is and what to do.
pub(super) fn packing(first: &[u8]) -> Result<Packing, &'static str> {
    const OTHERS: [(&[u8], &str); 9] = [
        (b"\xd0\xcf\x11\xe0", "is an old Excel file (.xls), or a workbook with a password; save it as .xlsx without password, or as CSV"),
        (b"%PDF", "is a PDF; export the table itself as CSV or XLSX"),
        (b"\x28\xb5\x2f\xfd", "is packed with zstd; unpack it, or pack it as .gz"),
        (b"BZh", "is packed with bzip2; unpack it, or pack it as .gz"),
        (b"\xfd7zXZ", "is packed with xz; unpack it, or pack it as .gz"),
        (b"7z\xbc\xaf", "is a 7z archive; unpack it"),
        (b"Rar!", "is a RAR archive; unpack it"),
        (b"\x89PNG", "is a picture; export the table itself as CSV or XLSX"),
        (b"\xff\xd8\xff", "is a picture; export the table itself as CSV or XLSX"),
    ];
    if first.is_empty() {
        return Err("is empty; its first line must name the columns");
    }
    if first.starts_with(b"\x1f\x8b") {
        return Ok(Packing::Gzip);
    }
    if first.starts_with(b"PK\x03\x04") || first.starts_with(b"PK\x05\x06") {
        return Ok(Packing::Zip);
    }
    OTHERS.iter().find(|(magic, _)| first.starts_with(magic)).map_or(Ok(Packing::Plain), |(_, sentence)| Err(sentence))
}

/// Looks at the beginning of a text; `None` when it may be a table.
pub(super) fn no_table(text: &[u8]) -> Option<&'static str> {
    const PAGE: &str =
        "is an HTML page, often a log-in page saved in place of the export; sign in and download again, or save the table as CSV or XLSX";
    let text = text.trim_ascii_start();
    if text.is_empty() {
        return Some("has no text; its first line must name the columns");
    }
    let begin = text[..text.len().min(64)].to_ascii_lowercase();
    if [&b"<!doctype"[..], b"<html", b"<head", b"<body", b"<table", b"<script", b"<meta", b"<style", b"<div"]
        .iter()
        .any(|tag| begin.starts_with(tag))
    {
        return Some(PAGE);
    }
    match begin.as_slice() {
        [b'<', b'?' | b'a'..=b'z', ..] => Some("is XML; export the table as CSV, or save it as .xlsx in an office program"),
        [b'{', b'\\', b'r', b't', b'f', ..] => Some("is a text document (RTF); export the table as CSV or XLSX"),
        [b'{', ..] | [b'[', b'{' | b'[' | b'\n' | b'\r' | b' ', ..] => Some("is JSON; export the table as CSV or XLSX"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_table_is_named() {
        for (bytes, word) in [
            (&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], "old Excel file"),
            (b"%PDF-1.7\n", "PDF"),
            (b"\x28\xb5\x2f\xfd\x04", "zstd"),
            (b"", "empty"),
            (b"\x89PNG\r\n", "picture"),
        ] {
            assert!(packing(bytes).expect_err("is refused").contains(word), "{word}");
        }
        assert_eq!(packing(b"\x1f\x8b\x08"), Ok(Packing::Gzip));
        assert_eq!(packing(b"PK\x03\x04"), Ok(Packing::Zip));
        assert_eq!(packing(b"a;b"), Ok(Packing::Plain));
    }

    #[test]
    fn texts_that_are_no_table_are_named() {
        for (text, word) in [
            ("  \n<!DOCTYPE html>\n<html>", "HTML"),
            ("<table border=1><tr>", "HTML"),
            ("<?xml version=\"1.0\"?>", "XML"),
            ("{\"a\": 1}", "JSON"),
            ("[{\"a\": 1}]", "JSON"),
            ("{\\rtf1\\ansi", "RTF"),
            (" \r\n", "no text"),
        ] {
            assert!(no_table(text.as_bytes()).expect(text).contains(word), "{word}");
        }
        for text in ["a;b\n", "<5 hari;>5 hari\n", "[a];[b]\n", "\"a\",\"b\"\n"] {
            assert_eq!(no_table(text.as_bytes()), None, "{text}");
        }
    }
}
