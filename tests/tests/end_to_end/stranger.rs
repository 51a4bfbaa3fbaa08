//! A stranger's data: three units and four indicators written by hand, a key, and HTTP.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::house::three_units;
use crate::harness::{BEDS, Client, House, ISSUED, ON_TIME, Server, WAIT, clock, ratio, sample, wait_until};

/// A week that lies behind us, whenever this runs, with a target for each indicator.
const WEEK: &str = "2026-W47";

/// What the stranger reads of one week, by hand:
///
/// | | samples | value | against | achievement | status |
/// |---|---|---|---|---|---|
/// | on-time | 9/10, 18/20, 8/10 | 35/40 = 87.5 % | 95 | 92.105 | good |
/// | issued | 12 + 15 + 8 | 35 | 40 | 87.5 | watch |
/// | wait | 20, 25, 31, 50 | median 28 | 30, down | (60-28)/30 = 106.667 | above |
/// | beds | 90, 94 | mean 92 | 60 to 85 | (170-92)/85 = 91.765 | good |
const EXPECTED: [(&str, &str, f64, i64, f64, f64, &str); 4] = [
    ("permits", "on-time", 87.5, 3, 95.0, 92.105_263_157_894_74, "good"),
    ("permits", "issued", 35.0, 3, 40.0, 87.5, "watch"),
    ("clinic", "wait", 28.0, 4, 30.0, 106.666_666_666_666_67, "above"),
    ("clinic", "beds", 92.0, 2, 60.0, 91.764_705_882_352_94, "good"),
];

fn of_the_counter() -> Vec<Value> {
    let on_time = |id, at, parts| ratio("counter", id, "permits", "on-time", at, parts);
    vec![
        on_time("on-1", "2026-11-16T09:00:00+07:00", (9.0, 10.0)),
        on_time("on-2", "2026-11-17T09:00:00+07:00", (18.0, 20.0)),
        // Sunday evening in the region, the last of the week; half past midnight is the next.
        on_time("on-3", "2026-11-22T23:30:00+07:00", (8.0, 10.0)),
        on_time("on-4", "2026-11-23T00:30:00+07:00", (1.0, 2.0)),
        sample("counter", "is-1", "permits", "issued", "2026-11-16", 12.0),
        sample("counter", "is-2", "permits", "issued", "2026-11-17", 15.0),
        sample("counter", "is-3", "permits", "issued", "2026-11-18", 8.0),
    ]
}

fn of_the_clinic() -> Vec<Value> {
    let wait = |id, at, value| sample("clinic-desk", id, "clinic", "wait", at, value);
    vec![
        wait("w-1", "2026-11-16T08:10:00+07:00", 20.0),
        wait("w-2", "2026-11-16T08:20:00+07:00", 50.0),
        wait("w-3", "2026-11-17T08:10:00+07:00", 31.0),
        // The same instant in another offset is another way to write, not another sample.
        wait("w-4", "2026-11-18T08:10:00+07:00", 99.0),
        wait("w-5", "2026-11-18T01:10:00Z", 25.0),
        sample("clinic-desk", "b-1", "clinic", "beds", "2026-11-16", 90.0),
        sample("clinic-desk", "b-2", "clinic", "beds", "2026-11-17", 94.0),
    ]
}

async fn reads_the_week(client: &Client) {
    for (unit, indicator, value, n, target, achievement, status) in EXPECTED {
        let read = client.comes((unit, indicator, "week", WEEK), |read| read["n"] == n).await;
        close(&read["value"], value);
        close(&read["target"], target);
        close(&read["achievement"], achievement);
        assert_eq!(read["status"], status, "{read}");
    }
}

fn close(read: &Value, expected: f64) {
    let read = read.as_f64().unwrap_or_else(|| panic!("{read} is not {expected}"));
    assert!((read - expected).abs() <= 1e-9 * expected.abs(), "{read} is not {expected}");
}

async fn posts_everything(house: &House, server: &Server) {
    server.client(&house.key("counter", "permits")).accepted(&of_the_counter()).await;
    server.client(&house.key("clinic-desk", "clinic")).accepted(&of_the_clinic()).await;
}

#[tokio::test]
async fn a_strangers_week_is_on_series_and_survives_a_restart() {
    let house = House::empty().await;
    let server = house.serve().await;
    let told = house.ok(&["apply", &three_units()]);
    assert!(told.contains("+ unit clinic") && told.ends_with("ended 0\n"), "{told}");
    let reader = server.client(&house.reading_key());
    wait_until("the running server to notice", Duration::from_secs(2), async || {
        let units = reader.json("/api/v1/units").await;
        if units["items"].as_array().map(Vec::len) == Some(3) { Ok(()) } else { Err(units.to_string()) }
    })
    .await;
    posts_everything(&house, &server).await;
    reads_the_week(&reader).await;

    // Up the tree: what adds up or divides does, what has no tree does not.
    let town = reader.comes(("town", "on-time", "week", WEEK), |read| read["n"] == 3).await;
    assert_eq!((&town["value"], &town["numerator"], &town["denominator"]), (&json!(87.5), &json!(35.0), &json!(40.0)));
    assert_eq!(reader.value("town", "beds", "week", WEEK).await["value"], Value::Null);
    let next = reader.comes(("permits", "on-time", "week", "2026-W48"), |read| read["n"] == 1).await;
    assert_eq!(next["value"], 50.0);
    let month = reader.comes(("permits", "on-time", "month", "2026-11"), |read| read["n"] == 4).await;
    close(&month["value"], 36.0 / 42.0 * 100.0);

    assert!(server.stop().await.success());
    let server = house.serve().await;
    let reader = Client::new(server.url(), Some(&house.reading_key()));
    reads_the_week(&reader).await;
    assert_eq!(house.ok(&["apply", &three_units()]), "nothing to change\n");
    assert!(house.ok(&["verify"]).contains("equal to ones computed afresh"));
}

#[tokio::test]
async fn what_happens_now_is_on_the_board_and_at_the_socket() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let reader = server.client(&house.reading_key());
    let mut viewer = reader.live().await;
    viewer.subscribe("town").await;
    let snapshot = viewer.next_told().await;
    assert_eq!((&snapshot["type"], &snapshot["board"], &snapshot["title"]), (&json!("snapshot"), &json!("town"), &json!("Town board")));
    assert_eq!(snapshot["groups"], json!([{ "title": "Permits" }, { "title": "Clinic" }]));
    let ids: Vec<&str> = snapshot["tiles"].as_array().expect("tiles").iter().map(|tile| tile["id"].as_str().expect("an id")).collect();
    assert_eq!(ids, [ON_TIME, ISSUED, WAIT, BEDS], "in the order of boards.toml");
    for tile in snapshot["tiles"].as_array().expect("tiles") {
        // Nothing came yet: no number at all, never a zero; and not blank, the period is there.
        let value = &tile["value"];
        assert_eq!(
            (&value["value"], &value["n"], &value["status"], &value["freshness"]),
            (&Value::Null, &json!(0), &json!("no_data"), &json!("stale"))
        );
        assert_eq!(value["period"], clock::this_week());
        assert_eq!(tile["spark"].as_array().map(Vec::len), Some(12), "{tile}");
    }

    let counter = server.client(&house.key("counter", "permits"));
    counter.accepted(&[ratio("counter", "1", "permits", "on-time", &clock::now_written(), (9.0, 12.0))]).await;
    let heard = viewer.hears(ON_TIME, |value| value["n"] == 1).await;
    assert_eq!((&heard["value"], &heard["numerator"], &heard["denominator"]), (&json!(75.0), &json!(9.0), &json!(12.0)));
    assert_eq!((&heard["freshness"], &heard["period"]), (&json!("fresh"), &json!(clock::this_week())));
    // A second source of the same unit adds to it.
    counter.accepted(&[ratio("counter/desk-2", "1", "permits", "on-time", &clock::now_written(), (3.0, 4.0))]).await;
    let heard = viewer.hears(ON_TIME, |value| value["n"] == 2).await;
    assert_eq!((&heard["value"], &heard["numerator"]), (&json!(75.0), &json!(12.0)));

    let board = reader.json("/api/v1/boards/town").await;
    viewer.equals(&board).expect("the viewer's board is the board");
    assert_eq!(viewer.snapshots, 1, "everything after the first came as deltas");
    let tile = reader.tile("town", ON_TIME).await;
    assert_eq!(tile["spark"][11], json!({ "period": clock::this_week(), "value": 75.0 }));
    assert_eq!((&tile["rhythm_s"], &tile["title"], &tile["group"]), (&json!(86_400), &json!("On time"), &json!("Permits")));
    for key in ["grade", "signal", "quality"] {
        assert_eq!(tile["value"].get(key), Some(&Value::Null), "{key} is filled by a later part and is there");
    }
}

#[tokio::test]
async fn apply_writes_everything_or_nothing() {
    let house = House::empty().await;
    let dry = house.ok(&["apply", &three_units(), "--dry-run"]);
    assert!(dry.contains("+ unit town") && dry.trim_end().ends_with("(dry run, nothing was written)"), "{dry}");
    assert_eq!(house.ok(&["apply", &three_units()]).lines().count(), dry.lines().count());
    assert_eq!(house.ok(&["apply", &three_units()]), "nothing to change\n");

    // One wrong row among right ones: the file, the line, the field, what to write; and nothing is written.
    let units =
        "id,parent,name,short_name,kind\ntown,,Town,Town,region\nharbour,town,Harbour,Harbour,agency\npier,harbor,Pier,Pier,agency\n";
    let file = house.write("district/units.csv", units);
    let refused = house.run(&["apply", &file]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused:?}");
    assert!(
        refused.stderr.contains("units.csv:4") && refused.stderr.contains("parent") && refused.stderr.contains("harbor"),
        "{refused:?}"
    );
    let server = house.serve().await;
    let reader = server.client(&house.reading_key());
    let known = async || {
        let units = reader.json("/api/v1/units").await;
        units["items"].as_array().expect("items").iter().map(|unit| unit["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    let mut units = known().await;
    units.sort();
    assert_eq!(units, ["clinic", "permits", "town"]);

    for wrong in ["no-such-folder", "district/empty"] {
        std::fs::create_dir_all(house.path().join("district/empty")).expect("the folder is ours");
        let refused = house.run(&["apply", wrong]);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert_eq!(refused.stderr.lines().count(), 1, "one sentence: {refused:?}");
        assert!(refused.stderr.contains(wrong), "it names the folder: {refused:?}");
    }
}
