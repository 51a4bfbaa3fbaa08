//! Viewers that never read: memory stays flat, others hear everything at once, and who comes back
//! gets one snapshot.

use std::fmt::Write;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use crate::harness::{House, Live, clock, sample, wait_until};

/// Tiles of the board: enough that a delta with all of them is some hundred kilobytes.
const TILES: usize = 150;
const STUCK: usize = 20;
/// More deltas than the server and the network together keep for somebody who does not read.
const ROUNDS: usize = 110;
/// The sleeper takes one message in so many rounds: enough not to count as dead, too little to keep up.
const SLEEPS: usize = 15;

fn district(house: &House) -> String {
    let mut units = "id,parent,name,short_name,kind\nroot,,Root,Root,region\n".to_owned();
    let mut board = "[[board]]\nid = \"wide\"\ntitle = \"Wide\"\n[[board.group]]\ntitle = \"All\"\ntiles = [\n".to_owned();
    for n in 0..TILES {
        writeln!(units, "u{n},root,Unit {n},U{n},agency").expect("text grows");
        writeln!(board, "{{ unit = \"u{n}\", indicator = \"load\" }},").expect("text grows");
    }
    house.write("wide/units.csv", &units);
    house.write("wide/boards.toml", &format!("{board}]\n"));
    let header = "id,name,name_en,unit_of_measure,polarity,formula,from,rollup_time,rollup_tree,accumulates,frequency,decimals,show";
    house.write("wide/indicators.csv", &format!("{header}\nload,Beban,Load,items,up,ratio,samples,last,sum,flow,week,0,current\n"));
    house.path().join("wide").display().to_string()
}

fn round(n: usize) -> Vec<Value> {
    let at = clock::now_written();
    (0..TILES).map(|unit| sample("machine", &format!("{n}-{unit}"), &format!("u{unit}"), "load", &at, n as f64)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewers_that_never_read_cost_nobody_anything() {
    let house = House::empty().await;
    house.ok(&["apply", &district(&house)]);
    let server = house.serve().await;
    let machine = server.client(&house.key("machine", "*"));
    let key = house.reading_key();
    let reader = server.client(&key);
    let mut good = reader.live().await;
    good.subscribe("wide").await;
    good.next_told().await;
    machine.accepted(&round(0)).await;
    good.hears("u7:load:week", |value| value["value"] == 0.0).await;

    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str())];
    let mut stuck = Vec::new();
    for _ in 0..STUCK {
        let mut viewer = Live::open_narrow(server.url(), &headers).await;
        viewer.subscribe("wide").await;
        stuck.push(viewer);
    }
    let mut sleeper = Live::open_narrow(server.url(), &headers).await;
    sleeper.subscribe("wide").await;

    let before = server.memory();
    let mut slowest = Duration::ZERO;
    for n in 1..=ROUNDS {
        let sent = Instant::now();
        machine.accepted(&round(n)).await;
        good.hears("u7:load:week", |value| value["value"] == n as f64).await;
        slowest = slowest.max(sent.elapsed());
        if n % SLEEPS == 0 {
            sleeper.next().await;
        }
    }
    assert!(slowest < Duration::from_secs(3), "the one that reads waits for nobody: {slowest:?}");
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 48 << 20, "{STUCK} viewers that do not read cost {} MB", grown >> 20);
    assert!(good.deltas >= ROUNDS, "the one that reads got every change as a delta");

    // One of them reads again: after what is on the way one snapshot, and it stands where the board stands.
    sleeper.hears("u7:load:week", |value| value["value"] == ROUNDS as f64).await;
    sleeper.equals(&reader.json("/api/v1/boards/wide").await).expect("it stands where the board stands");
    assert!(sleeper.deltas < ROUNDS, "it was behind, so it did not get every delta");

    // The others are cut off; the two that read stay.
    wait_until("the end of those who do not read", Duration::from_secs(25), async || {
        let metrics = reader.get("/metrics").await.text();
        let line = metrics.lines().find(|line| line.starts_with("pantau_live_sockets")).unwrap_or("no pantau_live_sockets").to_owned();
        // Hearing pings meanwhile keeps the two alive.
        if line.ends_with(" 2") { Ok(()) } else { Err(line) }
    })
    .await;
    machine.accepted(&round(ROUNDS + 1)).await;
    good.hears("u7:load:week", |value| value["value"] == (ROUNDS + 1) as f64).await;
    drop(stuck);
}
