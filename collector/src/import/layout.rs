//! Which sign stands between the columns, and how lines end, from the first lines of a text.

use super::lines::{Layout, Lines, Next};

/// Signs that are tried when the mapping names none, the more usual first.
const DELIMITERS: [u8; 4] = *b",;\t|";
/// Rows that are looked at: a title above the header misleads, the rows below do not.
const ROWS: usize = 20;

/// The layout of a text that begins so, and how many bytes to skip (the line `sep=;` that Excel writes for itself).
///
/// The sign under which the most of the wanted columns are in the header wins, then the one that divides the most rows
/// into as many cells as the header, then the one that makes the most cells.
pub(super) fn find(begin: &[u8], named: Option<u8>, wanted: &[&str]) -> (Layout, usize) {
    let newline = if begin.contains(&b'\n') || !begin.contains(&b'\r') { b'\n' } else { b'\r' };
    let (said, skip) = said(begin, newline);
    if let Some(delimiter) = named.or(said) {
        return (Layout { delimiter, newline }, skip);
    }
    let best = DELIMITERS.into_iter().rev().max_by_key(|delimiter| merit(begin, Layout { delimiter: *delimiter, newline }, wanted));
    (Layout { delimiter: best.unwrap_or(b','), newline }, skip)
}

fn said(begin: &[u8], newline: u8) -> (Option<u8>, usize) {
    let line = begin.split(|byte| *byte == newline).next().unwrap_or_default();
    let text = line.strip_suffix(b"\r").unwrap_or(line);
    match text.strip_prefix(b"sep=").or_else(|| text.strip_prefix(b"SEP=")) {
        Some([delimiter]) => (Some(*delimiter), (line.len() + 1).min(begin.len())),
        _ => (None, 0),
    }
}

fn merit(begin: &[u8], layout: Layout, wanted: &[&str]) -> (usize, usize, usize) {
    let mut lines = Lines::new(begin, layout);
    if !matches!(lines.advance(), Ok(Next::Record)) {
        return (0, 0, 0);
    }
    let count = lines.count();
    let is_wanted = |index: usize| std::str::from_utf8(lines.cell(index)).is_ok_and(|name| wanted.contains(&name.trim()));
    let found = (0..count).filter(|index| is_wanted(*index)).count();
    let mut even = 0;
    for _ in 0..ROWS {
        match lines.advance() {
            Ok(Next::Record) => even += usize::from(lines.count() == count && count > 1),
            _ => break,
        }
    }
    (found, even, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter(text: &str, wanted: &[&str]) -> char {
        char::from(find(text.as_bytes(), None, wanted).0.delimiter)
    }

    #[test]
    fn each_sign_is_found() {
        for sign in [',', ';', '\t', '|'] {
            let text = "unit;nilai;tgl\nA;1,5;2026-01-01\nB;2,5;2026-01-02\n".replace(',', ".").replace(';', &sign.to_string());
            assert_eq!(delimiter(&text, &["unit", "nilai"]), sign);
            assert_eq!(delimiter(&text, &["other"]), sign, "the rows are even, whatever is wanted");
        }
    }

    #[test]
    fn signs_within_cells_do_not_mislead() {
        assert_eq!(delimiter("nomor;nama, alamat;nilai\n1;A, B, C;1,5\n", &["nomor", "nilai"]), ';');
        assert_eq!(delimiter("\"nama;alamat\",nilai\n\"A;B;C;D\",1\n", &["nilai"]), ',');
        assert_eq!(delimiter("nilai\n1,5\n2,5\n", &["nilai"]), ',', "one column needs no sign");
    }

    #[test]
    fn what_is_said_wins() {
        assert_eq!(find(b"sep=|\r\na|b\r\n", None, &[]), (Layout { delimiter: b'|', newline: b'\n' }, 7));
        assert_eq!(find(b"a;b\n", Some(b','), &["a"]).0.delimiter, b',');
        assert_eq!(find(b"a;b\r1;2\r", None, &["a"]).0, Layout { delimiter: b';', newline: b'\r' });
    }
}
