//! What makes a row, and what rejects it.

use collector::import::{Entry, RejectedFile};
use encoding_rs::WINDOWS_1252;
use proptest::prelude::*;

use crate::table::{CASES, SAMPLES, gzip, table};

const HEADER: &str = "id;unit;opened;closed;due;area;citizen\n";

fn cases(rows: &str) -> Vec<String> {
    table("cases.csv", format!("{HEADER}{rows}")).entries(CASES)
}

#[test]
fn a_case_has_its_steps_and_fields() {
    let entries = cases("A-1;dinkes;2026-01-05T08:00:00;2026-01-06T09:30:00;2026-01-07;Abung;Siti\n\nA-2; ;2026-01-05T08:00:00;;;;Budi\n");
    assert_eq!(
        entries,
        [
            "2 case S A-1 dinkes submitted=2026-01-05T08:00:00.000Z closed=2026-01-06T09:30:00.000Z due=2026-01-07T23:59:59.999Z area=Abung",
            "4 case S A-2 tanpa-unit submitted=2026-01-05T08:00:00.000Z",
        ]
    );
}

#[test]
fn a_wrong_row_is_rejected_with_line_field_and_reason() {
    let entries = cases(
        "A-1;u;2026-01-05T08:00:00\n\
         A-2;u;2026-01-05T08:00:00;;;;x;y\n\
         ;u;2026-01-05T08:00:00;;;;x\n\
         A-4;u;;;;;x\n\
         A-5;u;05/01/2026;;;;x\n\
         A-6;u;2026-01-05T08:00:00;;;hubungi 0812-3456-7890;x\n\
         A-7;u;2026-01-05T08:00:00;;;NIK 1803010101900001;x\n\
         A-8;\"u\nv\";2026-01-05T08:00:00;;;;x\n\
         A-9;u;0026-01-05T08:00:00;;;;x\n\
         A-10;u;2026-01-05T08:00:00;;;Abung;0812-3456-7890\n\
         ;;;;;;\n",
    );
    let expected = [
        "2 rejected: the row has 3 cells, the header has 7; put text with the sign between the columns in double quotes",
        "3 rejected: the row has 8 cells, the header has 7; put text with the sign between the columns in double quotes",
        "4 rejected: id is blank; expected a value",
        "5 rejected: opened is blank, and so is every step; expected a time in one of opened, closed",
        "6 rejected: opened is \"05/01/2026\"; expected a time as time_format says, \"%Y-%m-%dT%H:%M:%S\" or \"%Y-%m-%d\"",
        "7 rejected: area seems to hold a mobile phone number; leave personal data out, or map another column",
        "8 rejected: area seems to hold a national identity number (NIK); leave personal data out, or map another column",
        "9 rejected: unit is \"u\u{fffd}v\"; expected no line breaks and control characters",
        "11 rejected: opened is in the year 26; expected one from 1901 to 2199",
        "12 case S A-10 u submitted=2026-01-05T08:00:00.000Z area=Abung",
    ];
    assert_eq!(entries, expected);
}

#[test]
fn a_huge_cell_rejects_its_row_and_no_other() {
    let huge = "x".repeat(1_000_000);
    let entries = cases(&format!("A-1;u;2026-01-05;;;;{huge}\nA-2;u;2026-01-05;;;;\"{huge}\"\nA-3;u;2026-01-05;;;;x\n"));
    for (entry, line) in entries.iter().zip([2, 3]) {
        assert!(entry.starts_with(&format!("{line} rejected: the row has more than 512 KiB")), "{entry}");
    }
    assert_eq!(entries[2], "4 case S A-3 u submitted=2026-01-05T00:00:00.000Z");
}

#[test]
fn rejected_rows_are_written_with_their_columns() {
    let table = table("cases.csv", format!("{HEADER}=1;u;kemarin;;;;x\nA-2;u;2026-01-05;;;;x\n"));
    let mut rows = table.open(CASES).expect("is a table");
    let mut file = RejectedFile::new(&table.path, rows.columns());
    while let Some(entry) = rows.advance().expect("is a table") {
        if let Entry::Rejected(rejected) = entry {
            file.write(&rejected).expect("is written");
        }
    }
    let path = file.path().to_owned();
    assert_eq!(file.finish().expect("is written"), 1);
    let text = std::fs::read_to_string(path).expect("is there");
    assert!(text.starts_with("id,unit,opened,closed,due,area,citizen,line,field,reason\n'=1,u,kemarin,,,,x,2,opened,"), "{text}");
}

#[test]
fn a_byte_that_is_no_utf8_rejects_only_rows_that_use_it() {
    let mut bytes = "unit;at;value;note\nKäfer;2026-01-01;1;é\n".as_bytes().to_vec();
    bytes.extend(b"x;2026-01-02;2;\x93\n\x93;2026-01-03;3;x\n");
    let entries = table("s.csv", bytes).entries(SAMPLES);
    assert_eq!(entries[..2], ["2 sample Käfer I 2026-01-01 1", "3 sample x I 2026-01-02 2"]);
    assert_eq!(entries[2], "4 rejected: unit is \"\u{fffd}\", which is not UTF-8; set encoding in the mapping, or save the file anew");
}

#[test]
fn a_reader_may_work_on_another_thread() {
    fn goes_along<T: Send>(_: &T) {}
    goes_along(&table("s.csv", "unit;at;value\n").open(SAMPLES).expect("is a table"));
}

#[test]
fn how_much_was_read_is_known() {
    let table = table("s.csv", format!("unit;at;value\n{}", "u;2026-01-01;1\n".repeat(100_000)));
    let mut rows = table.open(SAMPLES).expect("is a table");
    let progress = rows.progress();
    assert!(progress.read() < progress.size() / 2);
    while rows.advance().expect("is a table").is_some() {}
    assert_eq!(progress.read(), progress.size());
}

#[test]
fn layouts_of_office_programs_are_found() {
    let expected = ["3 sample A I 2026-01-01 1.5"];
    assert_eq!(table("s.csv", "sep=|\r\nunit|at|value\r\nA|2026-01-01|1.5\r\n").entries(SAMPLES), expected);
    assert_eq!(table("s.csv", "\runit\tat\tvalue\rA\t2026-01-01\t1,5\r").entries(SAMPLES), expected);
    let explicit = format!("{SAMPLES}delimiter = \":\"\n");
    assert_eq!(table("s.csv", "\nunit:at:value\nA:2026-01-01:1.5\n").entries(&explicit), expected);
}

/// A cell for each style of numbers.
fn spelled(number: i64, comma: bool) -> String {
    let (whole, fraction) = (number / 100, number.abs() % 100);
    let sign = if number < 0 && whole == 0 { "-" } else { "" };
    format!("{sign}{whole}{}{fraction:02}", if comma { ',' } else { '.' })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_written_is_read(
        rows in prop::collection::vec(("([a-zA-Z ;,|\"][éü“]?){1,6}[a-z]", 1_u32..29, -99_999_i64..99_999), 1..30),
        delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']), encoding in 0..5_u8, comma in any::<bool>(), packed in any::<bool>(),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["unit", "at", "other", "value"]).expect("writes to memory");
        for (unit, day, number) in &rows {
            writer.write_record([unit.as_str(), &format!("2026-11-{day:02}"), "x", &spelled(*number, comma)]).expect("writes to memory");
        }
        let text = String::from_utf8(writer.into_inner().expect("writes to memory")).expect("is UTF-8");
        let bytes = match encoding {
            0 => text.clone().into_bytes(),
            1 => format!("\u{feff}{text}").into_bytes(),
            2 => WINDOWS_1252.encode(&text).0.into_owned(),
            3 => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        };
        let bytes = if packed { gzip(&bytes) } else { bytes };
        let entries = table("s.csv", bytes).entries(SAMPLES);
        let expected: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(index, (unit, day, number))| {
                let value = spelled(*number, false).parse::<f64>().expect("a number") + 0.0;
                format!("{} sample {} I 2026-11-{day:02} {value}", index + 2, unit.trim())
            })
            .collect();
        prop_assert_eq!(entries, expected, "{}", text);
    }
}
