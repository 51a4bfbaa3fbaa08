//! That records are those of the `csv` crate, and what happens at the limits.

use proptest::prelude::*;

use super::*;

const LAYOUT: Layout = Layout { delimiter: b';', newline: b'\n' };

/// Gives out a few bytes at a time, so that every record is cut somewhere.
struct Drops<'t>(&'t [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(self.0.len()).min(out.len());
        out[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn record(lines: &Lines<impl Read>) -> Vec<String> {
    (0..lines.count()).map(|index| String::from_utf8_lossy(lines.cell(index)).into_owned()).collect()
}

fn all(text: &[u8], drops: usize) -> Vec<(u64, Vec<String>)> {
    let mut lines = Lines::new(Drops(text, drops), LAYOUT);
    let mut records = Vec::new();
    while lines.advance().expect("is text") == Next::Record {
        records.push((lines.line(), record(&lines)));
    }
    records
}

#[test]
fn lines_are_counted_through_quotes_and_empty_lines() {
    let text = b"a;b\r\n\r\n1;\"x\r\ny\"\n\n2;z\n3;\"say \"\"hi\"\"\"";
    for drops in [1, 2, 7, 1000] {
        let expected = [(1, ["a", "b"]), (3, ["1", "x\r\ny"]), (6, ["2", "z"]), (7, ["3", "say \"hi\""])];
        let expected = expected.map(|(line, cells)| (line, cells.map(str::to_owned).to_vec()));
        assert_eq!(all(text, drops), expected);
    }
}

#[test]
fn a_carriage_return_alone_may_end_lines() {
    let mut lines = Lines::new(&b"a;b\r1;\"2\"\r"[..], Layout { newline: b'\r', ..LAYOUT });
    assert_eq!(lines.advance().expect("is text"), Next::Record);
    assert_eq!(lines.advance().expect("is text"), Next::Record);
    assert_eq!((lines.line(), record(&lines)), (2, vec!["1".to_owned(), "2".to_owned()]));
    assert_eq!(lines.advance().expect("is text"), Next::End);
}

#[test]
fn a_huge_cell_is_one_large_row_and_the_next_is_read() {
    let huge = "x".repeat(1_000_000);
    for cell in [huge.clone(), format!("\"{huge}\""), format!("\"{}\"", "a\n".repeat(500_000))] {
        let text = format!("1;a\n2;{cell};c\n3;b\n");
        let mut lines = Lines::new(text.as_bytes(), LAYOUT);
        assert_eq!(lines.advance().expect("is text"), Next::Record);
        assert_eq!(lines.advance().expect("is text"), Next::TooLarge);
        assert_eq!((lines.line(), lines.cell(0)), (2, &b"2"[..]));
        assert_eq!(lines.advance().expect("is text"), Next::Record);
        assert_eq!(record(&lines), ["3", "b"]);
        assert!(lines.unquoted.capacity() <= 2 * MAX_ROW, "memory stays bounded");
        assert_eq!(lines.advance().expect("is text"), Next::End);
    }
    let cells = ";".repeat(20_000);
    let mut lines = Lines::new(cells.as_bytes(), LAYOUT);
    assert_eq!(lines.advance().expect("is text"), Next::TooLarge);
}

#[test]
fn a_quote_without_end_is_an_error_with_its_line() {
    let text = format!("a;b\n1;2\n3;\"x\n{}", "4;5\n".repeat(400_000));
    let mut lines = Lines::new(text.as_bytes(), LAYOUT);
    let error = loop {
        match lines.advance() {
            Ok(next) => assert_eq!(next, Next::Record),
            Err(error) => break error,
        }
    };
    assert_eq!(lines.line(), 3);
    assert!(error.to_string().contains("is never closed"), "{error}");
    assert!(lines.unquoted.capacity() <= 2 * MAX_ROW, "memory stays bounded");
}

proptest! {
    #[test]
    fn records_are_those_of_the_csv_crate(text in "([a-c ]|;|\"|\"\"|\n|\r\n|é|;\"|\";|\"\n){0,60}", drops in 1_usize..9) {
        // A quote that is never closed is a record there and an error here.
        let closed = if all_closed(&text) { text } else { format!("{text}\"") };
        prop_assume!(all_closed(&closed));
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).flexible(true).from_reader(closed.as_bytes());
        let expected: Vec<(u64, Vec<String>)> = reader
            .records()
            .map(|record| record.expect("is CSV"))
            .map(|record| (record.position().expect("has one").line(), record.iter().map(str::to_owned).collect()))
            .collect();
        let found = all(closed.as_bytes(), drops);
        let cells = |records: &[(u64, Vec<String>)]| records.iter().map(|(_, cells)| cells.clone()).collect::<Vec<_>>();
        prop_assert_eq!(cells(&found), cells(&expected), "{:?}", closed);
    }

    #[test]
    fn what_is_written_is_read(rows in prop::collection::vec(prop::collection::vec("[a-z;,\"\n é]{0,8}", 2..5), 1..20), drops in 1_usize..50) {
        let mut writer = csv::WriterBuilder::new().delimiter(b';').flexible(true).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).expect("writes to memory");
        }
        let text = writer.into_inner().expect("writes to memory");
        let read: Vec<Vec<String>> = all(&text, drops).into_iter().map(|(_, cells)| cells).collect();
        prop_assert_eq!(read, rows);
    }
}

/// Whether the text ends outside of quotes.
fn all_closed(text: &str) -> bool {
    let mut lines = Lines::new(text.as_bytes(), LAYOUT);
    loop {
        match lines.advance() {
            Ok(Next::End) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}
