use chrono_tz::Asia::Jakarta;
use proptest::prelude::*;
use rules::time::parse_instant;

use super::*;

const CASES: &str = r#"
kind = "cases"
source = "sicantik"
id = "no"
unit = { column = "unit" }
service = { value = "siup" }
steps = { submitted = "in", closed = "out" }
due = { column = "due" }
fields = { class = "class" }
"#;

/// The names of the file are ids.
struct AsWritten;

impl Names for AsWritten {
    fn unit<'n>(&'n self, text: &'n str) -> &'n str {
        if text == "Dinas A" { "dinas_a" } else { text }
    }

    fn service<'n>(&'n self, text: &'n str) -> &'n str {
        text
    }
}

fn at(text: &str) -> Millis {
    parse_instant(text).expect("an instant")
}

fn tape(mapping: &str, text: &str) -> Tape {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rows.csv");
    std::fs::write(&file, text).expect("a file");
    let mapping = Mapping::read("map.toml", mapping).expect("a mapping");
    Tape::read(&file, &mapping, Jakarta).expect("a tape")
}

const ROWS: &str = "no,unit,in,out,due,class\n\
    2,Dinas A,2026-03-02T09:00:00+07:00,2026-03-04T09:00:00+07:00,2026-03-05T09:00:00+07:00,kecil\n\
    1,b,2026-03-01T09:00:00+07:00,,,\n\
    3,b,tidak,,,\n";

#[test]
fn what_happened_is_sent_in_its_order_as_if_it_happened_now() {
    let tape = tape(CASES, ROWS);
    assert_eq!((tape.len(), tape.rejected()), (3, 1));
    let started = at("2026-11-25T03:00:00Z");
    let pace = Pace { begins: tape.begins().expect("something happened"), started, speed: Some(24.0) };
    let happens: Vec<Millis> = (0..3).map(|place| tape.happens(place, &pace)).collect();
    assert_eq!(happens, [started, started + 3_600_000, started + 3 * 3_600_000], "a day of the file is an hour");
    assert_eq!([tape.line(0), tape.line(1), tape.line(2)], [3, 2, 2]);
    let event = tape.event(1, &pace, "r1", &AsWritten);
    let expected = json!({"specversion": "1.0", "id": "r1/1", "source": "sicantik", "type": "pantau.case.v1", "data": {
        "service": "siup", "case": "2~r1", "unit": "dinas_a", "step": "submitted", "at": "2026-11-25T04:00:00.000Z",
        "due": "2026-11-25T07:00:00.000Z", "class": "kecil"}});
    assert_eq!(event, expected);
    assert!(tape.event(0, &pace, "r1", &AsWritten)["data"].get("due").is_none(), "an empty cell says nothing");
}

#[test]
fn without_a_pace_all_happens_at_once_and_is_due_when_it_was() {
    let tape = tape(CASES, ROWS);
    let started = at("2026-11-25T03:00:00Z");
    let pace = Pace { begins: tape.begins().expect("something happened"), started, speed: None };
    let event = tape.event(1, &pace, "r1", &AsWritten);
    assert_eq!((&event["data"]["at"], &event["data"]["due"]), (&json!("2026-11-25T03:00:00.000Z"), &json!("2026-11-28T03:00:00.000Z")));
}

#[test]
fn a_value_of_a_period_becomes_one_of_the_same_kind_of_period_now() {
    let mapping = r#"
kind = "samples"
source = "rekap"
unit = { column = "unit" }
indicator = { value = "ikm" }
at = { column = "week" }
value = { column = "value" }
"#;
    let tape = tape(mapping, "unit,week,value\nb,2026-W10,82.5\nb,2026-W11,83\n");
    let started = at("2026-11-25T03:00:00Z");
    let pace = Pace { begins: tape.begins().expect("something happened"), started, speed: Some(1.0) };
    let said: Vec<Value> = (0..2).map(|place| tape.event(place, &pace, "r", &AsWritten)["data"].take()).collect();
    let expected = [("2026-W48", 82.5), ("2026-W49", 83.0)];
    assert_eq!(said, expected.map(|(at, value)| json!({"unit": "b", "indicator": "ikm", "at": at, "value": value})));
}

proptest! {
    #[test]
    fn time_passes_in_one_direction_and_as_fast_as_said(
        times in prop::collection::vec(0..4_000_000_000_000_i64, 1..20),
        speed in 0.01..1e6_f64,
    ) {
        let mut times = times;
        times.sort_unstable();
        let pace = Pace { begins: times[0], started: 1_795_000_000_000, speed: Some(speed) };
        prop_assert_eq!(pace.of(times[0]), pace.started);
        for pair in times.windows(2) {
            prop_assert!(pace.of(pair[0]) <= pace.of(pair[1]));
            let (apart, was) = ((pace.of(pair[1]) - pace.of(pair[0])) as f64, (pair[1] - pair[0]) as f64);
            prop_assert!((apart - was / speed).abs() <= 2.0 + 1e-9 * was / speed);
        }
    }
}
