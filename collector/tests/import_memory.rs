//! That memory does not grow with the file. Alone in its program, so that nobody else's memory is measured.

use std::io::Write;

use chrono_tz::Asia::Jakarta;
use collector::import::{Entry, Mapping, Rows};

const MAPPING: &str = r#"
kind = "samples"
source = "s"
unit = { column = "unit" }
indicator = { value = "I" }
at = { column = "at" }
value = { column = "value" }
"#;

/// Bytes of text; a file of 2 GB goes the same way.
const SIZE: usize = 200 * 1024 * 1024;
/// What the readers may hold, all buffers and both passes together.
const ROOM_KIB: u64 = 8 * 1024;

/// The most memory that this program ever held, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux counts it");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
fn two_hundred_megabytes_pass_in_a_few() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.csv.gz");
    let file = std::fs::File::create(&path).expect("is made");
    let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    let block: String = (0..30_000_u64)
        .map(|n| format!("unit {};\"a; b\";2026-{:02}-{:02};{},5\n", n % 151, n % 12 + 1, n % 28 + 1, n * 2_654_435_761 % 100_000))
        .collect();
    encoder.write_all(b"unit;note;at;value\n").expect("is written");
    let blocks = SIZE / block.len() + 1;
    for _ in 0..blocks {
        encoder.write_all(block.as_bytes()).expect("is written");
    }
    encoder.finish().expect("is written");

    let before = peak();
    let mapping = Mapping::read("m.toml", MAPPING).expect("is a mapping");
    let mut rows = Rows::open(&path, &mapping, Jakarta).expect("is a table");
    let mut read = 0;
    while let Some(entry) = rows.advance().expect("is a table") {
        read += u64::from(matches!(entry, Entry::Row(_)));
    }
    assert_eq!(read, blocks as u64 * 30_000);
    let grown = peak() - before;
    println!("{read} rows of {} MiB: {grown} KiB", SIZE >> 20);
    assert!(grown < ROOM_KIB, "grew by {grown} KiB");
}
