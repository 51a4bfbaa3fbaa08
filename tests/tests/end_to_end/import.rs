//! A city's real case file goes in with one command and comes out as tables that are right to the last digit.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use serde_json::Value;
use tests::is_on_postgres;

use crate::harness::House;
use crate::harness::house::data;

const MAPPING: &str = r#"kind = "cases"
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

const AS_OF: [&str; 2] = ["--as-of", "2016-01-13T00:00:00Z"];

/// A house of that city with the mapping in `map.toml`.
async fn boston() -> House {
    of_boston(House::empty().await)
}

fn of_boston(house: House) -> House {
    let (server, region) = (r#"listen = "127.0.0.1:0""#, r#"name = "Boston", timezone = "UTC", locale = "en""#);
    let (url, region) = (house.url(), format!("region = {{ {region} }}\n"));
    house.write("pantau.toml", &format!("server = {{ {server} }}\nstore = {{ url = \"{url}\" }}\n{region}"));
    house.write("map.toml", MAPPING);
    house
}

fn cases() -> String {
    let packed = std::fs::File::open(data("boston311_2015_h1/cases.csv.gz")).expect("our own file");
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).expect("a whole file");
    text
}

fn import(house: &House, kind: &str, file: &str) -> Value {
    serde_json::from_str(&house.ok(&["import", kind, "--mapping", "map.toml", file])).expect("one line of JSON")
}

fn counts(read: u64, accepted: u64, updated: u64, duplicates: u64, rejected: u64) -> Value {
    serde_json::json!({"read": read, "accepted": accepted, "updated": updated, "duplicates": duplicates, "rejected": rejected})
}

fn table(house: &House, kind: &str, arguments: &[&str]) -> String {
    house.ok(&[&["table", kind], arguments, &AS_OF].concat())
}

/// Rows by their first cells, each as column and cell; no cell of these files has a comma in it.
fn rows(text: &str, keys: &[&str]) -> BTreeMap<Vec<String>, BTreeMap<String, String>> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let row = |line: &str| header.iter().zip(line.split(',')).map(|(name, cell)| ((*name).to_owned(), cell.to_owned())).collect();
    let keyed = |row: BTreeMap<String, String>| (keys.iter().map(|key| row[*key].replace('-', "")).collect(), row);
    lines.map(|line| keyed(row(line))).collect()
}

/// Every cell of every row of a file of expected figures stands in the table, and no row more.
fn must_equal(found: &str, found_keys: &[&str], file: &str, keys: &[&str], renamed: &[(&str, &str)]) {
    let expected = std::fs::read_to_string(data("boston311_2015_h1").join(file)).expect("our own file");
    let (found, expected) = (rows(found, found_keys), rows(&expected, keys));
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{file}");
    for (key, row) in &expected {
        for (column, cell) in row.iter().filter(|(column, _)| !keys.contains(&column.as_str())) {
            let name = renamed.iter().find(|(theirs, _)| theirs == column).map_or(column.as_str(), |(_, ours)| ours);
            let other = &found[key][name];
            let same = match (cell.parse::<f64>(), other.parse::<f64>()) {
                (Ok(a), Ok(b)) => (a - b).abs() <= 1e-6 + 1e-9 * a.abs(),
                _ => cell == other,
            };
            assert!(same, "{file} {key:?} {column}: {other}, expected {cell}");
        }
    }
}

const ALL_TABLES: [(&str, &[&str]); 6] = [
    ("cases", &["--every", "week", "--by", "unit"]),
    ("cases", &["--every", "week", "--by", "all"]),
    ("cases", &["--every", "month", "--by", "unit"]),
    ("cases", &["--every", "quarter", "--by", "unit"]),
    ("cases", &["--every", "year", "--by", "unit"]),
    ("backlog", &["--every", "week", "--by", "unit", "--from", "2014-12-29", "--to", "2015-06-29"]),
];

fn all_tables(house: &House) -> Vec<String> {
    ALL_TABLES.iter().map(|(kind, arguments)| table(house, kind, arguments)).collect()
}

#[tokio::test]
async fn half_a_year_of_a_city_equals_the_tables_computed_elsewhere() {
    let house = boston().await;
    let file = data("boston311_2015_h1/cases.csv.gz").display().to_string();
    assert_eq!(import(&house, "cases", &file), counts(57_123, 57_123, 0, 0, 0));
    let before = all_tables(&house);
    let unit = |period| ["department", period];
    must_equal(&before[0], &["unit", "starts"], "expected_weekly_by_department.csv", &unit("week"), &[]);
    must_equal(&before[1], &["starts"], "expected_weekly_citywide.csv", &["week"], &[]);
    must_equal(&before[2], &["unit", "period"], "expected_monthly_by_department.csv", &unit("month"), &[]);
    must_equal(&before[3], &["unit", "period"], "expected_quarterly_by_department.csv", &unit("quarter"), &[]);
    must_equal(&before[4], &["unit", "period"], "expected_year_by_department.csv", &unit("year"), &[]);
    let names = [("closed_in_week", "closed_in_period"), ("open_at_week_end", "open_at_period_end")];
    must_equal(&before[5], &["unit", "starts"], "expected_backlog_by_department.csv", &unit("week"), &names);

    assert_eq!(import(&house, "cases", &file), counts(57_123, 0, 0, 57_123, 0), "a second time nothing is new");
    assert!(all_tables(&house) == before, "and nothing has changed");
    assert_eq!(house.run(&["verify"]).code, 0);
}

#[tokio::test]
async fn another_engine_gives_the_same_tables_byte_for_byte() {
    // Once is enough: both engines are in it.
    if !is_on_postgres() {
        println!("not tested: PANTAU_TEST_ENGINE is not postgres");
        return;
    }
    let (embedded, server) = (of_boston(House::in_a_file().await), boston().await);
    assert!(embedded.url().starts_with("sqlite://") && server.url().starts_with("postgres://"));
    let file = data("boston311_2015_h1/cases.csv.gz").display().to_string();
    for house in [&embedded, &server] {
        assert_eq!(import(house, "cases", &file), counts(57_123, 57_123, 0, 0, 0));
    }
    for (kind, arguments) in ALL_TABLES {
        let (one, other) = (table(&embedded, kind, arguments), table(&server, kind, arguments));
        assert!(one.lines().count() > 10, "{kind} {arguments:?}: {one}");
        assert!(one == other, "{kind} {arguments:?} differs");
    }
}

#[tokio::test]
async fn an_export_with_more_of_the_cases_closed_gives_the_tables_of_a_fresh_one() {
    let whole = cases();
    // As the city would have exported it before 5,000 of the closings were entered.
    let mut reopened = 0;
    let earlier: String = whole
        .lines()
        .enumerate()
        .map(|(place, line)| {
            let mut cells: Vec<&str> = line.split(',').collect();
            if place % 7 == 3 && reopened < 5_000 && !cells[3].is_empty() {
                reopened += 1;
                cells[3] = "";
            }
            cells.join(",") + "\n"
        })
        .collect();
    assert_eq!(reopened, 5_000);

    let (fresh, house) = (boston().await, boston().await);
    let file = fresh.write("cases.csv", &whole);
    import(&fresh, "cases", &file);
    import(&house, "cases", &house.write("earlier.csv", &earlier));
    let as_known = newest_receipt(&house).await;
    let before = all_tables(&house);
    assert!(before != all_tables(&fresh));
    assert_eq!(import(&house, "cases", &file), counts(57_123, 0, 5_000, 52_123, 0));
    assert!(all_tables(&house) == all_tables(&fresh), "the tables of a fresh import");

    let known: Vec<String> =
        ALL_TABLES.iter().map(|(kind, arguments)| table(&house, kind, &[*arguments, &["--known-at", &as_known]].concat())).collect();
    assert!(known == before, "as known before the second export");

    // Back to the earlier file: what it no longer says is taken back.
    assert_eq!(import(&house, "cases", &house.path().join("earlier.csv").display().to_string()), counts(57_123, 0, 5_000, 52_123, 0));
    assert!(all_tables(&house) == before);
    assert_eq!(house.run(&["verify"]).code, 0);
}

#[tokio::test]
async fn rows_about_the_same_case_count_in_their_order_and_only_once() {
    let house = boston().await;
    let header = "case_id,opened,target,closed,department,type,source,neighborhood\n";
    let twice = format!(
        "{header}1,2015-01-05T08:00:00,,,A,,,\n2,2015-01-05T09:00:00,,,A,,,\n1,2015-01-05T08:00:00,,2015-01-06T08:00:00,B,,,\n2,2015-01-05T09:00:00,,,A,,,\n"
    );
    let file = house.write("twice.csv", &twice);
    assert_eq!(import(&house, "cases", &file), counts(4, 2, 1, 1, 0));
    assert_eq!(import(&house, "cases", &file), counts(4, 0, 0, 4, 0), "its last word is known");
    let weeks = table(&house, "cases", &["--every", "week", "--by", "unit"]);
    assert_eq!(
        weeks.lines().skip(1).map(|line| line.split(',').take(5).collect::<Vec<_>>().join(",")).collect::<Vec<_>>(),
        ["A,2015-W02,2015-01-05,1,0", "B,2015-W02,2015-01-05,1,1"]
    );
    // A target that the next export no longer has is gone, and so is a class.
    let with = house.write("with.csv", &format!("{header}3,2015-01-05T08:00:00,2015-01-05T10:00:00,,A,x,,\n"));
    let without = house.write("without.csv", &format!("{header}3,2015-01-05T08:00:00,,,A,,,\n"));
    assert_eq!(import(&house, "cases", &with), counts(1, 1, 0, 0, 0));
    let breached = |house: &House| {
        rows(&table(house, "cases", &["--every", "week", "--by", "all"]), &["unit"])[&vec!["all".to_owned()]]["breached"].clone()
    };
    assert_eq!(breached(&house), "1");
    assert_eq!(import(&house, "cases", &without), counts(1, 0, 1, 0, 0));
    assert_eq!(breached(&house), "0");
}

#[tokio::test]
async fn an_import_that_was_killed_is_taken_up_by_starting_it_again() {
    let house = boston().await;
    let file = house.write("cases.csv", &cases());
    let empty = house.weighs();
    let mut killed = 0;
    for bytes in [1, 1_000_000, 3_000_000, 6_000_000, 9_000_000] {
        let mut child = house
            .command(&["import", "cases", "--mapping", "map.toml", &file])
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("it runs");
        while house.weighs() < empty + bytes && child.try_wait().expect("a child of ours").is_none() {
            std::thread::yield_now();
        }
        // It may have come to its end already.
        let _ = child.kill();
        let mut said = String::new();
        child.stdout.take().expect("a pipe").read_to_string(&mut said).expect("text");
        killed += usize::from(said.is_empty());
        child.wait().expect("it ends");
    }
    assert!(killed > 0, "at least one import was killed before its end");
    let done = import(&house, "cases", &file);
    assert_eq!(done["accepted"].as_u64().expect("a number") + done["duplicates"].as_u64().expect("a number"), 57_123, "{done}");
    assert_eq!(import(&house, "cases", &file), counts(57_123, 0, 0, 57_123, 0));
    let weeks = table(&house, "cases", &["--every", "week", "--by", "unit"]);
    must_equal(&weeks, &["unit", "starts"], "expected_weekly_by_department.csv", &["department", "week"], &[]);
    assert_eq!(house.run(&["verify"]).code, 0);
}

/// When the newest batch was taken in.
async fn newest_receipt(house: &House) -> String {
    let at = house.number("select max(received_at) from batch").await;
    chrono::DateTime::from_timestamp_millis(at).expect("a time").to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

#[tokio::test]
async fn rows_that_cannot_be_taken_over_are_named_beside_the_file() {
    let house = boston().await;
    let header = "case_id,opened,target,closed,department,type,source,neighborhood\n";
    let bad = format!(
        "{header}1,2015-01-05T08:00:00,,,A,,,\n2,yesterday,,,A,,,\n3,2100-01-05T08:00:00,,,A,,,\n4,2015-01-05T08:00:00,,2015-01-04T08:00:00,A,,,\n5,2015-01-05T08:00:00,,,A\n"
    );
    let file = house.write("bad.csv", &bad);
    let outcome = house.run(&["import", "cases", "--mapping", "map.toml", &file]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(serde_json::from_str::<Value>(&outcome.stdout).expect("JSON"), counts(5, 2, 0, 0, 3));
    assert!(outcome.stderr.contains("bad.csv.rejected.csv"), "{outcome:?}");
    let rejected = std::fs::read_to_string(house.path().join("bad.csv.rejected.csv")).expect("it is there");
    let lines: Vec<&str> = rejected.lines().collect();
    assert!(lines[0].ends_with(",line,field,reason"), "{rejected}");
    for (line, named) in lines[1..].iter().zip(["3,opened,", "4,opened,\"opened is 2100", "6,,"]) {
        assert!(line.contains(named), "{named}: {line}");
    }
    // Closed before it was opened is a finding, not a fault.
    let week = &rows(&table(&house, "cases", &["--every", "week", "--by", "all"]), &["unit"])[&vec!["all".to_owned()]].clone();
    assert_eq!((week["opened"].as_str(), week["closed"].as_str(), week["invalid_order"].as_str()), ("2", "1", "1"));
}

#[tokio::test]
async fn what_is_no_table_is_refused_in_one_sentence() {
    let house = boston().await;
    let packed = std::fs::read(data("boston311_2015_h1/cases.csv.gz")).expect("our own file");
    let file = |name: &str, bytes: &[u8]| {
        std::fs::write(house.path().join(name), bytes).expect("the folder is ours");
        house.path().join(name).display().to_string()
    };
    let refused = [
        (file("page.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>"), "HTML"),
        (file("nul.csv", b"case_id,opened\n1,\0\0\0"), "zero byte"),
        (file("column.csv", b"case_id,opened\n1,2015-01-05T08:00:00\n"), "closed"),
        (file("empty.csv", b""), "is empty"),
        (file("cut.csv.gz", &packed[..packed.len() / 2]), "cut"),
        (house.path().join("absent.csv").display().to_string(), "does not exist"),
    ];
    for (path, named) in refused {
        let outcome = house.run(&["import", "cases", "--mapping", "map.toml", &path]);
        assert_ne!(outcome.code, 0, "{path}: {outcome:?}");
        assert!(outcome.stdout.is_empty() && outcome.stderr.contains(named), "{path} should name {named}: {outcome:?}");
    }
    house.write("map.toml", &MAPPING.replace("due =", "dew ="));
    let outcome = house.run(&["import", "cases", "--mapping", "map.toml", "page.csv"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(outcome.stderr.contains("dew") && outcome.stderr.contains("due"), "{outcome:?}");
    house.write("map.toml", MAPPING);
    let outcome = house.run(&["import", "samples", "--mapping", "map.toml", "page.csv"]);
    assert!(outcome.code == 2 && outcome.stderr.contains("import cases"), "{outcome:?}");
}

#[tokio::test]
async fn a_server_goes_on_while_a_file_is_imported() {
    let house = boston().await;
    let server = house.serve().await;
    let reader = server.client(&house.reading_key());
    let file = data("boston311_2015_h1/cases.csv.gz").display().to_string();
    assert_eq!(import(&house, "cases", &file)["accepted"], 57_123);
    let as_of = "2016-01-13T00:00:00Z";
    let over_http = reader.get(&format!("/api/v1/tables/cases?every=week&by=unit&as_of={as_of}&format=csv")).await.text();
    assert_eq!(over_http, table(&house, "cases", &["--every", "week", "--by", "unit"]));
    let backlog =
        reader.get(&format!("/api/v1/tables/backlog?every=week&by=unit&from=2014-12-29&to=2015-06-29&as_of={as_of}&format=csv")).await;
    assert_eq!(backlog.text(), table(&house, "backlog", ALL_TABLES[5].1));
    let list = reader.json(&format!("/api/v1/cases?unit=ANML&from=2014-12-29&to=2015-01-05&as_of={as_of}")).await;
    let items = list["items"].as_array().expect("a list");
    assert_eq!(items.len(), 10, "the opened of that week");
    assert_eq!(items.iter().filter(|case| case["state"] == "closed").count(), 1);
    assert!(!list.to_string().contains("10100"), "no number of the city's own stands in it");
    let page = reader.get(&format!("/api/v1/cases?unit=ANML&limit=7&as_of={as_of}")).await;
    assert!(page.header("link").contains("cursor=7"), "{page:?}");
    assert!(server.stop().await.success());
    assert_eq!(house.run(&["verify"]).code, 0);
}

#[tokio::test]
async fn figures_of_a_published_file_come_out_of_an_import_of_samples() {
    let house = boston().await;
    house.write(
        "map.toml",
        "kind = \"samples\"\nsource = \"cityscore\"\nid = \"row_id\"\nunit = { value = \"boston\", create = true }\n\
         indicator = { column = \"metric_id\", create = true }\nat = { column = \"date\" }\nvalue = { column = \"value\" }\ndecimal = \".\"\n",
    );
    let text = std::fs::read_to_string(data("cityscore/values.csv")).expect("our own file");
    let read = text.lines().count() as u64 - 1;
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    lines.sort_by_key(|line| line.split(',').next().and_then(|id| id.parse::<i64>().ok()));
    let mut file = std::fs::File::create(house.path().join("values.csv")).expect("the folder is ours");
    writeln!(file, "{}", text.lines().next().expect("a header")).expect("is written");
    writeln!(file, "{}", lines.join("\n")).expect("is written");
    let path = house.path().join("values.csv").display().to_string();
    assert_eq!(import(&house, "samples", &path), counts(read, read, 0, 0, 0));
    assert_eq!(import(&house, "samples", &path), counts(read, 0, 0, read, 0));
    let found = rows(&house.ok(&["table", "samples", "--every", "week", "--by", "unit"]), &["indicator", "starts"]);
    let expected = rows(&std::fs::read_to_string(data("cityscore/expected_weekly.csv")).expect("our own file"), &["metric_id", "week"]);
    assert_eq!(found.len(), expected.len());
    for (key, row) in &expected {
        for (theirs, ours) in [("days", "n"), ("mean", "mean"), ("median", "median"), ("last", "last")] {
            let (a, b) = (row[theirs].parse::<f64>().expect("a number"), found[key][ours].parse::<f64>().expect("a number"));
            assert!((a - b).abs() <= 1e-6, "{key:?} {ours}: {b}, expected {a}");
        }
    }
}

#[tokio::test]
async fn what_a_file_corrects_and_then_no_longer_says_is_gone() {
    let house = of_boston(House::empty().await);
    let file = |closed: &str| {
        let row = format!("case_id,opened,closed,target,type,source,department,neighborhood\n1,2015-02-02T09:00:00,{closed},,a,b,c,d\n");
        house.write("cases.csv", &row);
        import(&house, "cases", "cases.csv")
    };
    let open = || {
        let text = table(&house, "cases", &["--every", "year", "--by", "all"]);
        rows(&text, &["unit"]).values().next().expect("a row")["still_open"].clone()
    };
    assert_eq!(file("2015-02-03T09:00:00"), counts(1, 1, 0, 0, 0));
    assert_eq!(file("2015-02-03T08:00:00"), counts(1, 0, 1, 0, 0));
    assert_eq!(open(), "0");
    // The end was put right and turned out to be none: what was said first must not come back.
    assert_eq!(file(""), counts(1, 0, 1, 0, 0));
    assert_eq!(open(), "1");
    assert_eq!(file(""), counts(1, 0, 0, 1, 0));
    assert_eq!(file("2015-02-05T08:00:00"), counts(1, 0, 1, 0, 0));
    assert_eq!(open(), "0");
    house.ok(&["verify"]);
}
