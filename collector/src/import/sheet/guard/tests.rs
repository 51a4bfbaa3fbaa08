//! Workbooks made to harm.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

fn archive(parts: &[(&str, &[u8])]) -> Cursor<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).expect("writes to memory");
        writer.write_all(bytes).expect("writes to memory");
    }
    writer.finish().expect("writes to memory")
}

fn sentence(name: &str, bytes: &[u8]) -> String {
    check(&mut archive(&[("xl/workbook.xml", b"<workbook/>"), (name, bytes)])).expect_err("is refused")
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

#[test]
fn what_is_no_workbook_is_named() {
    for (name, word) in
        [("content.xml", "OpenDocument"), ("xl/workbook.bin", ".xlsb"), ("word/document.xml", "Word"), ("a.csv", "no workbook")]
    {
        let sentence = check(&mut archive(&[(name, b"x")])).expect_err("is refused");
        assert!(sentence.contains(word), "{sentence}");
    }
    assert!(check(&mut Cursor::new(b"PK\x03\x04 cut off".to_vec())).expect_err("is refused").contains("damaged"));
}

#[test]
fn a_part_that_unpacks_to_too_much_is_refused() {
    let large = vec![b' '; usize::try_from(MAX_OTHER).expect("small") + 1];
    assert!(sentence("xl/styles.xml", &large).contains("xl/styles.xml unpacks to more than 16 MiB"));
}

#[test]
fn more_parts_than_a_workbook_has_are_not_listed() {
    let mut bytes = archive(&[("xl/workbook.xml", b"<workbook/>")]).into_inner();
    let end = bytes.windows(4).rposition(|bytes| bytes == b"PK\x05\x06").expect("has an end");
    bytes[end + 10..end + 12].copy_from_slice(&u16::MAX.to_le_bytes());
    assert!(check(&mut Cursor::new(bytes)).expect_err("is refused").contains("65535 parts"));
}

#[test]
fn a_size_that_lies_does_not_help() {
    let large = vec![b' '; usize::try_from(MAX_OTHER).expect("small") + 1];
    let mut bytes = archive(&[("xl/workbook.xml", b"<workbook/>"), ("xl/styles.xml", &large)]).into_inner();
    // The unpacked size in the directory at the end: little-endian, wherever it stands.
    let declared = u32::try_from(large.len()).expect("small").to_le_bytes();
    for place in 0..bytes.len() - 4 {
        if bytes[place..place + 4] == declared {
            bytes[place..place + 4].copy_from_slice(&100_u32.to_le_bytes());
        }
    }
    let sentence = check(&mut Cursor::new(bytes)).expect_err("is refused");
    assert!(sentence.contains("xl/styles.xml"), "{sentence}");
}

#[test]
fn nothing_between_two_cells_is_large() {
    let cell = "<c r=\"A1\" t=\"inlineStr\"><is><t>x</t></is></c>";
    let fine = format!("<?xml version=\"1.0\"?><worksheet><sheetData><row r=\"1\">{}</row></sheetData>", cell.repeat(100_000));
    let behind = format!("{fine}{}</worksheet>", "<mergeCell ref=\"A1:A2\"/>".repeat(100_000));
    assert_eq!(check(&mut archive(&[("xl/workbook.xml", b"<workbook/>"), (SHEET, behind.as_bytes())])), Ok(()));

    let begin = "<worksheet><sheetData><row><c t=\"inlineStr\"><is>";
    for (middle, what) in [
        ("x".repeat(2_000_000), "a cell of more than 1 MiB"),
        ("<r><t>x</t></r>".repeat(200_000), "a cell of more than 1 MiB"),
        (format!("<!-- {} -->", "<c></c>".repeat(300_000)), "a cell of more than 1 MiB"),
        (format!("<![CDATA[ {} ]]>", "<c></c>".repeat(300_000)), "a cell of more than 1 MiB"),
        (format!("<? {} ?>", "<c></c>".repeat(300_000)), "a cell of more than 1 MiB"),
        (format!("<t a=\"{}\">", "> ".repeat(10_000)), "a tag of more than 8 KiB"),
        ("<t <c>".to_owned(), "a tag within a tag"),
        ("<!DOCTYPE x [<!ENTITY a \"b\">]>".to_owned(), "a document type"),
    ] {
        let sentence = sentence(SHEET, format!("{begin}{middle}").as_bytes());
        assert!(sentence.contains(what), "{what}: {sentence}");
    }
}

#[test]
fn more_strings_than_there_is_room_for_are_not_believed() {
    let strings = "xl/sharedStrings.xml";
    let sentence = sentence(strings, b"<sst uniqueCount=\"99999999999\"><si><t>a</t></si></sst>");
    assert!(sentence.contains("promises 99999999999 strings"), "{sentence}");
    let fine = b"<sst count=\"9\" uniqueCount=\"2\"><si><t>a</t></si><si/></sst>";
    assert_eq!(check(&mut archive(&[("xl/workbook.xml", b"<workbook/>"), (strings, fine)])), Ok(()));
}
