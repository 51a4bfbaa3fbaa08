//! Workbooks: sheets, exact cells, and those that do harm.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::table::{CASES, SAMPLES, Table, table};

/// Cells of a sheet's XML: text, a number, or a date (style 1) as a serial number.
enum Cell<'t> {
    Text(&'t str),
    /// Place in [`SHARED`].
    Shared(usize),
    Number(&'t str),
    Date(&'t str),
    Error,
    None,
}
use Cell::{Date, Error, None as Blank, Number, Shared, Text};

const SHARED: [&str; 3] =
    ["<t>Dinas &lt;A&gt;</t>", "<t xml:space=\"preserve\"> 12,5 </t>", "<r><t>20</t></r><r><rPr><b/></rPr><t>26</t></r>"];

fn sheet(rows: &[&[Cell<'_>]]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\"?><worksheet><sheetData>");
    for (row, cells) in rows.iter().enumerate() {
        xml.push_str(&format!("<row r=\"{}\">", row + 1));
        for (column, cell) in cells.iter().enumerate() {
            let place = format!("{}{}", char::from(b'A' + u8::try_from(column).expect("few columns")), row + 1);
            xml.push_str(&match cell {
                Text(text) => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
                Shared(index) => format!("<c r=\"{place}\" t=\"s\"><v>{index}</v></c>"),
                Number(number) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
                Date(serial) => format!("<c r=\"{place}\" s=\"1\"><v>{serial}</v></c>"),
                Error => format!("<c r=\"{place}\" t=\"e\"><v>#N/A</v></c>"),
                Blank => String::new(),
            });
        }
        xml.push_str("</row>");
    }
    xml + "</sheetData></worksheet>"
}

fn workbook(sheets: &[(&str, String)]) -> Table {
    const MAIN: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
    let (mut names, mut links) = (String::new(), String::new());
    for (number, (name, _)) in sheets.iter().enumerate() {
        names.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{0}\" r:id=\"rId{0}\"/>", number + 1));
        links
            .push_str(&format!("<Relationship Id=\"rId{0}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{0}.xml\"/>", number + 1));
    }
    let mut parts = vec![
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships {PACKAGE}><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        ("xl/workbook.xml".to_owned(), format!("<workbook {MAIN} xmlns:r=\"{OFFICE}\"><sheets>{names}</sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships {PACKAGE}>{links}</Relationships>")),
        (
            "xl/styles.xml".to_owned(),
            format!("<styleSheet {MAIN}><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>"),
        ),
    ];
    let strings: String = SHARED.iter().map(|string| format!("<si>{string}</si>")).collect();
    parts.push(("xl/sharedStrings.xml".to_owned(), format!("<sst {MAIN} count=\"9\" uniqueCount=\"3\">{strings}</sst>")));
    parts.extend(sheets.iter().enumerate().map(|(number, (_, xml))| (format!("xl/worksheets/sheet{}.xml", number + 1), xml.clone())));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(name, SimpleFileOptions::default()).expect("writes to memory");
        writer.write_all(text.as_bytes()).expect("writes to memory");
    }
    table("book.xlsx", writer.finish().expect("writes to memory").into_inner())
}

const HEAD: &[Cell<'static>] = &[Text("unit"), Text("at"), Text("value"), Text("note")];

#[test]
fn numbers_and_dates_stay_exact() {
    let book = workbook(&[(
        "Data",
        sheet(&[
            HEAD,
            &[Text("A"), Date("46023"), Number("0.1"), Text("x")],
            &[],
            &[Text("A &amp; B"), Date("46024"), Number("1234.567")],
            &[Number("7"), Text("2026-W02"), Text("1.234,5")],
        ]),
    )]);
    assert_eq!(
        book.entries(SAMPLES),
        ["2 sample A I 2026-01-01 0.1", "4 sample A &amp; B I 2026-01-02 1234.567", "5 sample 7 I 2026-W02 1234.5"]
            .map(|entry| entry.replace("&amp;", "&"))
    );
}

#[test]
fn strings_that_cells_share_are_theirs() {
    let book = workbook(&[("Data", sheet(&[HEAD, &[Shared(0), Shared(2), Shared(1)], &[Text("B"), Shared(2), Number("7")]]))]);
    assert_eq!(book.entries(SAMPLES), ["2 sample Dinas <A> I 2026 12.5", "3 sample B I 2026 7"]);
}

#[test]
fn midnight_is_a_time_where_others_have_one() {
    let book = workbook(&[(
        "Data",
        sheet(&[HEAD, &[Text("A"), Date("46023"), Number("1")], &[Text("A"), Date("46023.541666666664"), Number("2")]]),
    )]);
    let expected = ["2 sample A I 2025-12-31T17:00:00.000Z 1", "3 sample A I 2026-01-01T06:00:00.000Z 2"];
    assert_eq!(book.entries(SAMPLES), expected);
}

#[test]
fn cases_come_from_a_sheet_by_name() {
    let cases = sheet(&[
        &[Text("id"), Text("unit"), Text("opened"), Text("closed"), Text("due"), Text("area")],
        &[Number("101001240734"), Text("u"), Date("46023.3333333333"), Blank, Date("46027")],
        &[Number("1803010101900001"), Text("u"), Date("46023")],
        &[Text("A-3"), Error, Date("46023")],
        &[Text("A-4"), Text("u"), Number("46023")],
    ]);
    let book = workbook(&[("Other", sheet(&[HEAD])), ("Kasus 2026", cases)]);
    let entries = book.entries(&format!("{CASES}sheet = \"Kasus 2026\"\n"));
    assert_eq!(entries[0], "2 case S 101001240734 u submitted=2026-01-01T08:00:00.000Z due=2026-01-05T23:59:59.999Z");
    assert!(entries[1].starts_with("3 rejected: id is a number of more than 15 digits"), "{}", entries[1]);
    assert_eq!(entries[2], "4 rejected: unit holds #N/A; put the value itself into the cell");
    assert!(entries[3].starts_with("5 rejected: opened is \"46023\"; expected a time"), "{}", entries[3]);
    assert_eq!(
        book.refused(&format!("{CASES}sheet = \"Kasus\"\n")),
        "book.xlsx: has no sheet \"Kasus\"; its sheets are \"Other\", \"Kasus 2026\"; write one of them as sheet in the mapping"
    );
    assert!(book.refused(CASES).contains("are missing; found \"unit\", \"at\", \"value\", \"note\""), "the first sheet is another");
}

#[test]
fn a_row_of_many_long_strings_is_rejected() {
    let long = "x".repeat(30_000);
    let cells: Vec<Cell<'_>> = (0..20).map(|_| Text(&long)).collect();
    let book = workbook(&[("Data", sheet(&[HEAD, &cells, &[Text("A"), Text("2026"), Number("1")]]))]);
    let entries = book.entries(SAMPLES);
    assert!(entries[0].starts_with("2 rejected: the row has more than 512 KiB"), "{}", entries[0]);
    assert_eq!(entries[1], "3 sample A I 2026 1");
}

#[test]
fn a_damaged_workbook_is_a_sentence_and_no_crash() {
    for place in ["ZZZZZZZZZZZ1", "A99999999999", "1A", "\u{e9}1", ""] {
        let xml = sheet(&[HEAD]).replace("r=\"A1\"", &format!("r=\"{place}\""));
        let sentence = workbook(&[("Data", xml)]).refused(SAMPLES);
        assert!(sentence.starts_with("book.xlsx"), "{place}: {sentence}");
    }
    let book = workbook(&[("Data", sheet(&[HEAD, &[Text("A"), Text("2026"), Number("1")]]))]);
    let bytes = std::fs::read(&book.path).expect("is there");
    for length in (0..bytes.len()).step_by(97) {
        let cut = table("book.xlsx", &bytes[..length]);
        assert!(cut.until(SAMPLES).1.is_some(), "{length}");
    }
}

#[test]
fn many_rows_come_in_order() {
    let rows: Vec<Vec<Cell<'_>>> = (0..5_000).map(|_| vec![Text("A"), Text("2026"), Number("1")]).collect();
    let rows: Vec<&[Cell<'_>]> = std::iter::once(HEAD).chain(rows.iter().map(Vec::as_slice)).collect();
    let book = workbook(&[("Data", sheet(&rows))]);
    let entries = book.entries(SAMPLES);
    assert_eq!(entries.len(), 5_000);
    assert!(entries.iter().enumerate().all(|(index, entry)| *entry == format!("{} sample A I 2026 1", index + 2)));
    // Left in the middle: the thread behind it ends with it.
    let mut reader = book.open(SAMPLES).expect("is a workbook");
    assert!(reader.advance().expect("is a workbook").is_some());
}
