//! Files that are no table, and the sentence that each gets.

use crate::table::{CASES, SAMPLES, gzip, table};

fn refused(name: &str, bytes: impl AsRef<[u8]>) -> String {
    table(name, bytes).refused(SAMPLES)
}

#[test]
fn what_is_no_table_is_named() {
    for (bytes, sentence) in [
        (&b""[..], "s.csv: is empty; its first line must name the columns"),
        (b" \r\n\r\n", "s.csv: has no text; its first line must name the columns"),
        (b"<!DOCTYPE html><html><body>Masuk</body>", "s.csv: is an HTML page, often a log-in page"),
        (b"%PDF-1.4", "s.csv: is a PDF; export the table itself as CSV or XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "s.csv: is an old Excel file (.xls), or a workbook with a password; save it as .xlsx"),
        (b"unit;at;value\nu;2026-01-01;1\0\n", "s.csv: has a zero byte near byte 28, so it is no table in text"),
        (b"PK\x03\x04....", "s.csv: is a ZIP archive that is damaged"),
    ] {
        let found = refused("s.csv", bytes);
        assert!(found.starts_with(sentence), "{sentence}: {found}");
        if !bytes.is_empty() && !bytes.starts_with(b"PK") && !bytes.starts_with(b"%") && !bytes.starts_with(b"\xd0") {
            assert_eq!(refused("s.csv", gzip(bytes)), found, "packed or not");
        }
    }
    assert!(refused("s.xlsx.gz", gzip(b"PK\x03\x04....")).contains("within a .gz"));
}

#[test]
fn missing_columns_are_listed_with_those_found() {
    assert_eq!(
        table("c.csv", "Id;unit;opened;close;due;area\n").refused(CASES),
        "c.csv:1: the columns \"id\" (perhaps \"Id\"?), \"closed\" (perhaps \"close\"?) are missing; \
         found \"Id\", \"unit\", \"opened\", \"close\", \"due\", \"area\"; change the mapping or the header"
    );
    assert_eq!(
        refused("s.csv", "unit;at\n"),
        "s.csv:1: the column \"value\" is missing; found \"unit\", \"at\"; change the mapping or the header"
    );
    assert!(refused("s.csv", "unit;at;value;value\n").contains("the column \"value\" is there twice"));
}

#[test]
fn a_cut_gzip_says_where_after_the_rows_before() {
    let rows: String = (0..60_000).map(|n| format!("{n};u;2026-01-05T08:00:00;;;{}\n", n * 7919 % 1_000_003)).collect();
    let packed = gzip(format!("id;unit;opened;closed;due;area\n{rows}").as_bytes());
    let (entries, error) = table("c.csv.gz", &packed[..packed.len() / 2]).until(CASES);
    assert!(entries.len() > 10_000, "{}", entries.len());
    let error = error.expect("ends early");
    assert!(error.starts_with("c.csv.gz:") && error.contains(&format!("breaks off after {} bytes", packed.len() / 2)), "{error}");
    let line: usize = error.split(':').nth(1).expect("has a line").parse().expect("a line");
    assert!(line > entries.len() && line < entries.len() + 10, "{line} after {} rows", entries.len());
}

#[test]
fn a_quote_without_end_says_where() {
    let (entries, error) =
        table("c.csv", "id;unit;opened;closed;due;area\n1;u;2026-01-05;;;\n2;u;2026-01-05;;;\"x\n3;u;2026-01-05;;;y\n").until(CASES);
    assert_eq!(entries.len(), 1);
    assert!(error.expect("ends early").starts_with("c.csv:3: a quote (\") opens here and is never closed"));
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let table = table("s.csv", "x");
    std::fs::remove_file(&table.path).expect("was there");
    assert_eq!(table.refused(SAMPLES), "could not read s.csv");
}
