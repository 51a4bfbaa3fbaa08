//! Calendars and days off.

use super::*;

const CALENDARS: &str = r#"
[[calendar]]
id = "office"
valid_from = "2023-01-01"
monday_thursday = { start = "07:30", end = "16:00", break_at = "12:00", break_minutes = 60 }
friday = { start = "07:30", end = "16:30", break_at = "11:30", break_minutes = 90 }

[[calendar]]
id = "counter"
valid_from = 2024-01-01
monday_thursday = { start = "08:00", end = "14:00" }
wednesday = { start = "08.00", end = "12.00" }
saturday = { start = "08:00", end = "11:00" }
ramadan_monday = { start = "09:00", end = "12:00" }
days_off = "open"

[[ramadan]]
from = "2027-02-08"
to = "2027-03-09"
"#;
const HOLIDAYS: &str =
    "date,kind,name,decree,decreed_on\n2027-01-01,libur,Tahun Baru Masehi,SKB 2026,2026-09-10\n2027-06-01,libur,Hari Lahir Pancasila,,\n";

fn contents(plan: &Plan) -> Vec<&serde_json::Value> {
    plan.put.iter().map(|change| &change.content).collect()
}

#[test]
fn hours_and_days_off_are_taken_over() {
    let plan = planned(&[file("calendars.toml", CALENDARS), file("holidays.csv", HOLIDAYS)]);
    let told: Vec<String> = plan.steps.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "+ calendar counter 2024-01-01",
            "+ calendar office 2023-01-01",
            "+ ramadan 2027-02-08",
            "+ day off 2027-01-01",
            "+ day off 2027-06-01"
        ]
    );
    let [counter, office, ..] = contents(&plan)[..] else { panic!("five rows") };
    assert_eq!(
        office["ramadan"][0],
        serde_json::json!({"start": 480, "end": 900, "break_at": 720, "break_minutes": 30}),
        "as in the regulation"
    );
    assert_eq!(
        (&counter["week"][2]["end"], &counter["week"][4], &counter["week"][5]["end"]),
        (&720.into(), &serde_json::Value::Null, &660.into())
    );
    assert_eq!((&counter["ramadan"][0]["end"], &counter["ramadan"][1]), (&720.into(), &serde_json::Value::Null));
    assert_eq!(counter["works_on_days_off"], true);
}

#[test]
fn a_week_that_is_no_office_week_keeps_its_hours_in_ramadan() {
    let text = "[[calendar]]\nid = \"a\"\nvalid_from = \"2024-01-01\"\nmonday = { start = \"08:00\", end = \"12:00\" }\n";
    assert!(contents(&planned(&[file("calendars.toml", text)]))[0]["ramadan"].is_null());
    let same = CALENDARS.replace("valid_from = \"2023-01-01\"", "valid_from = \"2023-01-01\"\nramadan = \"same\"");
    assert!(contents(&planned(&[file("calendars.toml", &same)]))[1]["ramadan"].is_null());
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let wrong = |from: &str, to: &str| sentences(&[file("calendars.toml", &CALENDARS.replacen(from, to, 1))]).concat();
    let table = [
        (
            "end = \"16:00\"",
            "end = \"07:00\"",
            "calendars.toml:5: the day ends at 07:00 and starts at 07:30; expected an end after the start, 24:00 at most",
        ),
        (
            "break_at = \"12:00\"",
            "break_at = \"15:30\"",
            "calendars.toml:5: the break from 15:30 for 60 minutes does not lie between start and end, with work before or after it",
        ),
        ("start = \"07:30\"", "start = \"7 pagi\"", "calendars.toml:5: start is \"7 pagi\"; write a time like \"07:30\""),
        ("start = \"07:30\", ", "", "calendars.toml:5: start is missing or blank; write start = \"…\""),
        (
            "break_minutes = 60",
            "break_minutes = 6.5",
            "calendars.toml:5: break_minutes must be a whole number from 0 to 720, without quotes",
        ),
        (
            "monday_thursday = {",
            "mondays = {",
            "calendars.toml:5: \"mondays\" is not a key here; the keys are id, valid_from, monday_thursday",
        ),
        ("days_off = \"open\"", "days_off = \"maybe\"", "calendars.toml:15: days_off is \"maybe\"; write one of closed, open"),
        ("saturday = { start = \"08:00\", end = \"11:00\" }", "saturday = \"08:00\"", "calendars.toml:13: saturday must be a table, like"),
        ("to = \"2027-03-09\"", "to = \"2027-04-09\"", "calendars.toml:19: from 2027-02-08 to 2027-04-09 is no month of Ramadan"),
        (
            "id = \"counter\"\nvalid_from = 2024-01-01",
            "id = \"office\"\nvalid_from = 2023-01-01",
            "calendars.toml:8: the calendar office 2023-01-01 is already at calendars.toml:2; keep one of the two",
        ),
        ("[[ramadan]]", "[[fasting]]", "\"fasting\" is not known here; each entry of this file begins with [[calendar]] or [[ramadan]]"),
    ];
    for (from, to, sentence) in table {
        let said = wrong(from, to);
        assert!(said.contains(sentence), "{said}\nexpected: {sentence}");
    }
    let never = "[[calendar]]\nid = \"a\"\nvalid_from = \"2024-01-01\"\n";
    assert!(sentences(&[file("calendars.toml", never)]).concat().contains("the calendar has no working day"));
}

#[test]
fn a_wrong_file_of_days_off_is_refused() {
    let wrong = |row: &str| sentences(&[file("holidays.csv", &format!("{HOLIDAYS}{row}\n"))]).concat();
    let table = [
        ("2027-01-01,cuti_bersama,Lagi,,", "holidays.csv:4: the day off 2027-01-01 is already at holidays.csv:2; keep one of the two"),
        ("2072-01-01,libur,Tahun Baru,SKB,2026-09-10", "date is 2072-01-01 by a decree of 2026-09-10; expected its year or the next"),
        ("1927-01-01,libur,Tahun Baru,,", "date is 1927-01-01; expected a day from 2000-01-01 to 2099-12-31"),
        ("01/01/2028,libur,Tahun Baru,,", "date is \"01/01/2028\"; write a date like 2026-11-24"),
        ("2028-01-01,merah,Tahun Baru,,", "kind is \"merah\"; write one of libur, cuti_bersama, election_days"),
        ("2028-01-01,libur,,,", "name is blank"),
    ];
    for (row, sentence) in table {
        let said = wrong(row);
        assert!(said.contains(sentence), "{said}\nexpected: {sentence}");
    }
}

#[test]
fn a_calendar_that_nobody_wrote_is_named() {
    let units = "id,name,calendar\nkab,Kabupaten,siang\n";
    let plan = planned(&[file("units.csv", units)]);
    assert_eq!(plan.notices, ["the calendar \"siang\" is not in calendars.toml; until it is, the hours of the office stand for it"]);
}
