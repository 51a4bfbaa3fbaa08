//! What a file recorded happens again in a running server.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{House, Server, wait_until};

const SERVICES: &str = "id,name,name_en,standard,standard_unit,ends_at,calendar,owner\n\
    siup,Izin usaha,Business permit,,,closed,,permits\n";

const MAPPING: &str = r#"kind = "cases"
source = "counter-file"
id = "no"
unit = { column = "desk" }
service = { column = "service" }
steps = { submitted = "in", closed = "out" }
due = { column = "due" }
"#;

/// Two days of a desk, the later case first; one row is no case.
const ROWS: &str = "no,desk,service,in,out,due\n\
    B,Permit Office,siup,2026-03-02T09:00:00+07:00,,2026-03-04T09:00:00+07:00\n\
    A,permits,Izin usaha,2026-03-01T09:00:00+07:00,2026-03-03T09:00:00+07:00,\n\
    C,permits,siup,soon,,\n\
    D,harbour,siup,2026-03-01T10:00:00+07:00,,\n";

/// A house with a service, a file to replay and a key that may read names.
async fn house() -> (House, String) {
    let house = House::of_three_units().await;
    house.ok(&["apply", &house.write("services.csv", SERVICES)]);
    house.write("map.toml", MAPPING);
    house.write("rows.csv", ROWS);
    let key = house.ok(&["key", "create", "--source", "counter-file", "--units", "*", "--read"]).trim().to_owned();
    (house, key)
}

fn words<'w>(server: &'w str, key: &'w str, speed: &'w str) -> Vec<&'w str> {
    vec!["replay", "--file", "rows.csv", "--mapping", "map.toml", "--speed", speed, "--to", server, "--key", key]
}

async fn opened(server: &Server, house: &House) -> i64 {
    let reader = server.client(&house.reading_key());
    let rows = reader.json("/api/v1/tables/cases?every=year&by=all").await;
    rows["items"][0]["opened"].as_i64().unwrap_or_default()
}

#[tokio::test]
async fn a_file_happens_again_as_often_as_one_likes() {
    let (house, key) = house().await;
    let server = house.serve().await;
    let run = house.run(&words(server.url(), &key, "max"));
    assert_eq!(run.code, 0, "{run:?}");
    let counts: Value = serde_json::from_str(&run.stdout).expect("one line of JSON");
    assert_eq!(counts, json!({"events": 4, "unreadable": 1, "accepted": 3, "duplicates": 0, "rejected": 1, "left": 0}));
    assert!(run.stderr.contains("line 5 rejected, unknown_unit") && run.stderr.contains("harbour"), "{run:?}");
    let rejected = std::fs::read_to_string(house.path().join("rows.csv.rejected.csv")).expect("a file of rejected rows");
    assert!(rejected.contains("soon"), "{rejected}");
    assert_eq!(opened(&server, &house).await, 2);
    // Another replay has cases of its own.
    assert_eq!(house.run(&words(server.url(), &key, "max")).code, 0);
    assert_eq!(opened(&server, &house).await, 4);
    house.ok(&["verify"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_is_waited_for_and_nothing_is_lost() {
    let (house, key) = house().await;
    let server = house.serve().await;
    let (url, port) = (server.url().to_owned(), server.authority().to_owned());
    // Two days of the file in two seconds.
    let command = house.command(&words(&url, &key, "86400"));
    let replay = std::thread::spawn(move || {
        let mut command = command;
        command.output().expect("the command runs")
    });
    wait_until("the first of it to have happened", Duration::from_secs(20), async || match opened(&server, &house).await {
        0 => Err("nothing yet".to_owned()),
        _ => Ok(()),
    })
    .await;
    server.kill();
    let server = house.serve_with(&["--listen", &port], |_| {}).await;
    let output = tokio::task::spawn_blocking(move || replay.join().expect("the command ends")).await.expect("the thread ends");
    assert!(output.status.success(), "{output:?}");
    let counts: Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    let sent = counts["accepted"].as_i64().expect("a number") + counts["duplicates"].as_i64().expect("a number");
    assert_eq!((sent, &counts["rejected"], &counts["left"]), (3, &json!(1), &json!(0)), "{counts}");
    assert_eq!(opened(&server, &house).await, 2);
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_in_a_sentence() {
    let (house, key) = house().await;
    let server = house.serve().await;
    let says = |words: &[&str], code: i32, sentence: &str| {
        let run = house.run(words);
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{run:?}");
        assert!(run.stderr.contains(sentence), "{run:?}");
    };
    says(&words(server.url(), &key, "0"), 2, "write how many times faster");
    says(&words("town hall", &key, "1"), 2, "write the address of a server");
    says(&words(server.url(), "pk_wrong_0", "max"), 1, "does not know the key");
    let other = house.key("counter", "permits");
    says(&words(server.url(), &other, "max"), 1, "the key may not send this");
}
