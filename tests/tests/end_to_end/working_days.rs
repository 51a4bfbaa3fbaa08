//! Working days and hours: on the command line, and as deadlines of services.

use serde_json::json;

use crate::harness::House;

const SERVICES: &str = "id,name,name_en,standard,standard_unit,ends_at,calendar,owner\n\
    siup,Izin usaha,Business permit,5,working_days,decided,,permits\n";

const MAPPING: &str = r#"kind = "cases"
source = "counter-file"
id = "no"
unit = { value = "permits" }
service = { value = "siup" }
steps = { submitted = "in", completed_file = "complete", returned = "back", resubmitted = "again", decided = "out" }
"#;

/// As the days off of 2025 were decreed before the year, and what was added on 7 August.
const BEFORE: &str = "date,kind,name,decree,decreed_on\n2025-08-17,libur,Hari Kemerdekaan,SKB 1017/2/2 Tahun 2024,\n";
const ADDED: &str = "2025-08-18,cuti_bersama,Cuti Bersama,SKB 933/1/3 Tahun 2025,2025-08-07\n";

#[tokio::test]
async fn deadlines_and_minutes_are_counted_without_a_store() {
    let house = House::of_three_units().await;
    let empty = tempfile::tempdir().expect("a folder");
    let config = empty.path().join("pantau.toml");
    let store = empty.path().join("data/pantau.db");
    let text = format!("store = {{ url = \"sqlite://{}\" }}\nregion = {{ timezone = \"Asia/Jakarta\" }}\n", store.display());
    std::fs::write(&config, text).expect("is written");
    let config = config.to_str().expect("a path");
    let run = |words: &[&str]| house.run(&[words, &["--config", config]].concat());
    let due = run(&["calendar", "due", "--days", "3,5", "2025-03-21", "2024-03-14"]);
    assert_eq!(
        (due.code, due.stdout.as_str()),
        (0, "date,due_3,due_5\n2025-03-21,2025-03-26,2025-04-08\n2024-03-14,2024-03-19,2024-03-21\n"),
        "{due:?}"
    );
    let explained = run(&["calendar", "due", "--days", "5", "--explain", "2025-03-21"]).stdout;
    for skipped in ["2025-03-22 Sabtu", "2025-03-28 Cuti Bersama Hari Suci Nyepi (SKB 1017/2/2 Tahun 2024)", "2025-04-01 Hari kedua"] {
        assert!(explained.contains(skipped), "{explained}");
    }
    let beyond = run(&["calendar", "due", "--days", "1", "2027-01-01"]);
    assert_eq!(beyond.stdout, "date,due_1\n2027-01-01,2027-01-04\n");
    assert!(beyond.stderr.contains("2027: kalender belum ditetapkan"), "{beyond:?}");
    let minutes = |from: &str, to: &str| run(&["calendar", "minutes", "--from", from, "--to", to]);
    assert_eq!(minutes("2026-11-27T15:00:00+07:00", "2026-11-30T09:00:00+07:00").stdout, "180\n");
    assert_eq!(minutes("2026-03-02", "2026-03-09").stdout, "1950\n", "a week of Ramadan");
    let wrong = minutes("2026-11-30", "2026-11-27");
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("--from is after --to"), "{wrong:?}");
    for (words, sentence) in [
        (vec!["calendar", "due", "--days", "3", "21/03/2025"], "\"21/03/2025\" is no day; write a date like 2026-11-24"),
        (
            vec!["calendar", "due", "--days", "3", "--calendar", "rsud", "2025-03-21"],
            "there is no calendar \"rsud\"; the calendars are office",
        ),
        (vec!["calendar", "due", "--days", "9000", "2099-12-01"], "lie beyond 2099-12-31"),
        (vec!["calendar", "minutes", "--from", "kemarin", "--to", "2026-11-30"], "--from is \"kemarin\"; write an instant like"),
    ] {
        let run = run(&words);
        assert!(run.code == 2 && run.stderr.contains(sentence), "{words:?}: {run:?}");
    }
    // Nor does a nightly check in the wrong folder find a new store in order.
    let verified = run(&["verify"]);
    assert!(tests::is_on_postgres() || verified.code == 1 && verified.stderr.contains("there is no store at"), "{verified:?}");
    assert!(!empty.path().join("data").exists(), "nothing was made");
}

#[tokio::test]
async fn a_decree_moves_the_deadlines_of_a_service_and_the_past_stays_known() {
    let house = House::of_three_units().await;
    house.ok(&["apply", &house.write("services.csv", SERVICES), &house.write("holidays.csv", BEFORE)]);
    house.write("map.toml", MAPPING);
    house.write(
        "rows.csv",
        "no,in,complete,back,again,out\n\
         A,2025-08-11T09:00:00+07:00,,,,2025-08-19T10:00:00+07:00\n\
         B,2025-08-08T09:00:00+07:00,,,,2025-08-18T10:00:00+07:00\n\
         C,2025-08-01T09:00:00+07:00,2025-08-04T08:30:00+07:00,2025-08-05T08:30:00+07:00,2025-08-06T08:30:00+07:00,2025-08-07T08:30:00+07:00\n\
         3578014101900001,2025-08-01T09:00:00+07:00,,,,\n",
    );
    let imported: serde_json::Value =
        serde_json::from_str(&house.ok(&["import", "cases", "--mapping", "map.toml", "rows.csv"])).expect("JSON");
    assert_eq!(imported, json!({"read": 4, "accepted": 3, "updated": 0, "duplicates": 0, "rejected": 1}));
    let rejected = std::fs::read_to_string(house.path().join("rows.csv.rejected.csv")).expect("a file");
    assert!(rejected.contains("looks like it holds") && rejected.contains("map the number of the file"), "{rejected}");
    let table = |more: &[&str]| house.ok(&[&["table", "cases", "--every", "year", "--by", "unit"], more].concat());
    let cell = |text: &str, column: &str| {
        let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let place = lines.next().and_then(|names| names.iter().position(|name| *name == column)).expect("a column");
        lines.next().expect("a row")[place].to_owned()
    };
    // A is due on Monday the 18th, B on Friday the 15th: both late.
    assert_eq!((cell(&table(&[]), "with_target"), cell(&table(&[]), "breached")), ("3".to_owned(), "2".to_owned()));
    let known = house.ok(&["table", "cases", "--every", "year", "--by", "unit"]);
    let before = crate::harness::clock::now().to_rfc3339();
    house.ok(&["apply", &house.write("holidays.csv", &format!("{BEFORE}{ADDED}"))]);
    assert_eq!(cell(&table(&[]), "breached"), "1", "A is due on the 19th");
    assert_eq!(house.ok(&["table", "cases", "--every", "year", "--by", "unit", "--known-at", &before]), known);
    // C: six hours on Friday, Monday, an hour on Tuesday until it was returned, six and a half from its return, and one.
    let only_c = ["--to", "2026-01-01", "--as-of", "2025-08-08"];
    let working = table(&[&only_c[..], &["--clock", "working"]].concat());
    assert_eq!((cell(&working, "valid_closed"), cell(&working, "median_h")), ("1".to_owned(), "22.000000".to_owned()), "{working}");
    assert_eq!(cell(&table(&only_c), "median_h"), "143.500000");
    let server = house.serve().await;
    let reader = server.client(&house.reading_key());
    let service = reader.json("/api/v1/services/siup?as_of=2025-08-18T12:00:00%2B07:00").await;
    assert_eq!((&service["open"], &service["overdue"]), (&json!(1), &json!(0)));
    house.ok(&["verify"]);
}

#[tokio::test]
async fn hours_that_are_none_are_refused_with_their_line() {
    let house = House::of_three_units().await;
    let path = house.write(
        "calendars.toml",
        "[[calendar]]\nid = \"office\"\nvalid_from = \"2023-01-01\"\nfriday = { start = \"16:00\", end = \"07:30\" }\n",
    );
    let run = house.run(&["apply", &path]);
    assert!(run.code != 0 && run.stderr.contains("calendars.toml:4: the day ends at 07:30 and starts at 16:00"), "{run:?}");
    let run = house.run(&["apply", &house.write("holidays.csv", &format!("{BEFORE}{BEFORE}"))]);
    assert!(run.code != 0 && run.stderr.contains("holidays.csv"), "{run:?}");
}

#[tokio::test]
async fn an_import_writes_only_for_the_units_of_its_source() {
    let house = House::of_three_units().await;
    let sources = "[[source]]\nid = \"counter-file\"\nname = \"Loket\"\nunits = [\"clinic\"]\n";
    house.ok(&["apply", &house.write("services.csv", SERVICES), &house.write("sources.toml", sources)]);
    house.write("map.toml", MAPPING);
    house.write("rows.csv", "no,in,complete,back,again,out\nA,2025-08-11T09:00:00+07:00,,,,\n");
    let imported: serde_json::Value =
        serde_json::from_str(&house.ok(&["import", "cases", "--mapping", "map.toml", "rows.csv"])).expect("JSON");
    assert_eq!((&imported["accepted"], &imported["rejected"]), (&json!(0), &json!(1)));
    let rejected = std::fs::read_to_string(house.path().join("rows.csv.rejected.csv")).expect("a file");
    assert!(rejected.contains("for which the source") && rejected.contains("is configured in sources.toml"), "{rejected}");
}
