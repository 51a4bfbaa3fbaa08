//! Files as they come from cities.

use chrono_tz::Asia::Jakarta;
use collector::import::Rows;

use crate::table::{mapping, shown};

const BOSTON: &str = r#"
kind = "cases"
source = "boston-311"
timezone = "UTC"
time_format = ["%Y-%m-%dT%H:%M:%S"]
id = "case_id"
unit = { column = "department", create = true, blank = "tanpa-unit" }
service = { value = "311", create = true }
steps = { submitted = "opened", closed = "closed" }
due = { column = "target" }
fields = { class = "type", channel = "source", area = "neighborhood" }
"#;

const CITYSCORE: &str = r#"
kind = "samples"
source = "cityscore"
id = "row_id"
unit = { value = "boston" }
indicator = { column = "metric_id" }
at = { column = "date" }
value = { column = "value" }
"#;

fn entries(path: &str, text: &str) -> Vec<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut rows = Rows::open(&path, &mapping(text), Jakarta).expect("is a table");
    let mut entries = Vec::new();
    while let Some(entry) = rows.advance().expect("is a table") {
        entries.push(shown(&entry));
    }
    entries
}

#[test]
fn boston_cases_are_all_understood() {
    let entries = entries("tests/data/boston311.csv", BOSTON);
    assert_eq!(entries.len(), 300);
    assert_eq!(entries.iter().filter(|entry| entry.contains(" rejected: ")).count(), 0);
    assert_eq!(entries.iter().filter(|entry| entry.contains(" closed=")).count(), 250);
    assert_eq!(entries.iter().filter(|entry| entry.contains(" due=")).count(), 228);
    assert_eq!(
        entries[0],
        "2 case 311 101001240734 INFO submitted=2015-01-01T00:20:09.000Z closed=2015-01-02T09:08:42.000Z \
         class=Notification channel=Constituent Call area=Downtown / Financial District"
    );
}

#[test]
fn boston_cases_are_those_of_another_reader() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/boston311.csv");
    let mut reader = csv::Reader::from_path(path).expect("is CSV");
    let header = reader.headers().expect("has a header").clone();
    let expected: Vec<String> = reader
        .records()
        .map(|record| {
            let record = record.expect("is CSV");
            let cell = |name: &str| &record[header.iter().position(|found| found == name).expect("is a column")];
            let named = |name: &str, text: String| if text.is_empty() { text } else { format!(" {name}={text}") };
            let time = |name: &str, column: &str| {
                let at = cell(column).parse::<chrono::NaiveDateTime>().map(|at| at.and_utc().timestamp_millis());
                named(name, at.map_or_else(|_| String::new(), rules::time::format_instant))
            };
            let times = [time("submitted", "opened"), time("closed", "closed"), time("due", "target")].concat();
            let fields = [("class", "type"), ("channel", "source"), ("area", "neighborhood")];
            let fields: String = fields.map(|(name, column)| named(name, cell(column).trim().to_owned())).concat();
            let line = record.position().expect("has one").line();
            format!("{line} case 311 {} {}{times}{fields}", cell("case_id"), cell("department"))
        })
        .collect();
    assert_eq!(entries("tests/data/boston311.csv", BOSTON), expected);
}

#[test]
fn cityscore_keeps_every_revision_in_order() {
    let entries = entries("../tests/data/cityscore/values.csv", CITYSCORE);
    let rows = include_str!("../../../tests/data/cityscore/values.csv").lines().count() - 1;
    assert_eq!(entries.len(), rows);
    assert_eq!(entries[0], "2 sample #4 boston 1 2016-02-29 0.826087");
    assert_eq!(entries.iter().filter(|entry| entry.contains(" rejected: ")).count(), 0);
    let mut days: Vec<&str> =
        entries.iter().filter_map(|entry| entry.split_once(" boston ")?.1.rsplit_once(' ')).map(|(key, _)| key).collect();
    days.sort_unstable();
    days.dedup();
    assert!(days.len() < rows, "the same metric and day comes again");
}
