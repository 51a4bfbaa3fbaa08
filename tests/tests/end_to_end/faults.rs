//! The disk full, the database locked, the clock set back, a full queue: 503 or 429 with Retry-After,
//! reading goes on, what was acknowledged stays, and intake goes on by itself.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tests::{Cluster, is_on_postgres, skips_on_postgres};

use crate::harness::intake::Sender;
use crate::harness::{Answer, Client, House, sample, wait_until};

/// Longer than the time for which a locked database is waited.
const RECOVERS_WITHIN: Duration = Duration::from_secs(20);

fn issued(n: usize) -> Value {
    let at = format!("2026-11-{}T{:02}:{:02}:{:02}Z", 16 + n / 86_400, n / 3600 % 24, n / 60 % 60, n % 60);
    sample("counter", &format!("event-{n}"), "permits", "issued", &at, 1.0)
}

/// Refused for now, with a time to come again.
fn refused_for_now(answer: &Answer, code: &str) {
    assert_eq!((answer.status, answer.problem().as_str()), (503, code), "{answer:?}");
    let seconds: u32 = answer.header("retry-after").parse().expect("Retry-After in seconds");
    assert!((1..=60).contains(&seconds), "{answer:?}");
}

/// Sends the same event until it is taken.
async fn goes_on(counter: &Client, event: &Value) {
    wait_until("intake to go on by itself", RECOVERS_WITHIN, async || {
        let answer = counter.events(std::slice::from_ref(event)).await;
        if answer.status == 200 { Ok(()) } else { Err(answer.text()) }
    })
    .await;
}

async fn is_ready(client: &Client) {
    wait_until("/readyz to be 200", RECOVERS_WITHIN, async || {
        let answer = client.get("/readyz").await;
        if answer.status == 200 { Ok(()) } else { Err(answer.text()) }
    })
    .await;
}

/// Somebody else who writes, until this is released.
enum Other {
    Embedded(SqliteConnection),
    OnServer(PgConnection),
}

impl Other {
    async fn locks(house: &House) -> Self {
        if house.database().is_some() {
            let mut other = PgConnection::connect(&house.url()).await.expect("the store is a database");
            sqlx::raw_sql("begin; lock table batch, event_key, sample in exclusive mode")
                .execute(&mut other)
                .await
                .expect("the lock is free");
            return Self::OnServer(other);
        }
        let mut other: SqliteConnection =
            SqliteConnectOptions::new().filename(house.file()).connect().await.expect("the store is a database");
        sqlx::query("begin immediate").execute(&mut other).await.expect("the lock is free for a moment");
        Self::Embedded(other)
    }

    async fn releases(self) {
        match self {
            Self::Embedded(other) => other.close().await,
            Self::OnServer(other) => other.close().await,
        }
        .expect("the lock is given back");
    }
}

#[tokio::test]
async fn a_locked_database_refuses_for_now_and_reading_goes_on() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let key = house.key("counter", "permits");
    let counter = server.client(&key);
    let reader = server.client(&house.reading_key());
    counter.accepted(&[issued(0)]).await;
    reader.comes(("permits", "issued", "week", "2026-W47"), |read| read["n"] == 1).await;
    let mut sender = Sender::open(server.url(), &key).await.expect("a socket");

    let other = Other::locks(&house).await;
    sender.send(&[issued(1)]).await;
    let one = [issued(2)];
    let (answer, board) = tokio::join!(counter.events(&one), reader.get("/api/v1/boards/town"));
    refused_for_now(&answer, "locked");
    assert_eq!(board.status, 200);
    let answer = sender.answer().await;
    assert_eq!((&answer["batch"], &answer["status"]), (&json!(1), &json!(503)), "{answer}");
    assert!(answer["retry_after"].as_u64() >= Some(1), "{answer}");
    assert_eq!(reader.value("permits", "issued", "week", "2026-W47").await["n"], 1);

    other.releases().await;
    goes_on(&counter, &issued(2)).await;
    sender.send(&[issued(1)]).await;
    assert_eq!(sender.answer().await["accepted"], 1);
    is_ready(&reader).await;
    reader.comes(("permits", "issued", "week", "2026-W47"), |read| read["n"] == 3).await;
    assert!(house.ok(&["verify"]).contains("3 events"));
}

#[tokio::test]
async fn a_database_server_that_is_gone_takes_nothing_and_comes_back_whole() {
    if !is_on_postgres() {
        println!("not tested on SQLite: it has no server; its file goes away in the test below");
        return;
    }
    let mut cluster = Cluster::start();
    let house = House::at(&cluster.database("town")).await;
    house.ok(&["apply", &crate::harness::house::three_units()]);
    let server = house.serve().await;
    let counter = server.client(&house.key("counter", "permits"));
    let reader = server.client(&house.reading_key());
    counter.accepted(&[issued(0)]).await;
    reader.comes(("permits", "issued", "week", "2026-W47"), |read| read["n"] == 1).await;
    let mut viewer = reader.live().await;
    viewer.subscribe("town").await;
    viewer.next_told().await;
    cluster.stop();
    refused_for_now(&counter.events(&[issued(1)]).await, "store");
    let answer = reader.get("/api/v1/boards/town").await;
    assert!(answer.status == 200 || answer.status == 503 && !answer.header("retry-after").is_empty(), "{answer:?}");
    wait_until("/readyz to be 503", RECOVERS_WITHIN, async || {
        let answer = reader.get("/readyz").await;
        if answer.status == 503 { Ok(()) } else { Err(answer.text()) }
    })
    .await;
    let outcome = house.run(&["table", "samples", "--every", "week", "--by", "unit"]);
    assert!(outcome.code == 1 && outcome.stderr.contains("does not answer; start it"), "{outcome:?}");
    cluster.resume();
    goes_on(&counter, &issued(1)).await;
    is_ready(&reader).await;
    reader.comes(("permits", "issued", "week", "2026-W47"), |read| read["n"] == 2).await;
    viewer.hears(crate::harness::ISSUED, |_| true).await;
    // The lock of the one server was lost with its connection, and taken again.
    wait_until("the lock to be taken again", RECOVERS_WITHIN, async || {
        let held = cluster.ask("town", "select count(*) from pg_locks where locktype = 'advisory' and objid = 3");
        if held == "1" { Ok(()) } else { Err(held) }
    })
    .await;
    assert!(server.stop().await.success());
    assert!(house.ok(&["verify"]).contains("2 events"));
}

#[tokio::test]
async fn a_database_file_that_is_gone_takes_nothing_and_comes_back_whole() {
    if skips_on_postgres("the file is moved away; a server goes away in the test above") {
        return;
    }
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let counter = server.client(&house.key("counter", "permits"));
    let reader = server.client(&house.reading_key());
    counter.accepted(&[issued(0)]).await;
    reader.comes(("permits", "issued", "week", "2026-W47"), |read| read["n"] == 1).await;
    // Moved away under the running server, as a clumsy clean-up does.
    let (data, away) = (house.path().join("data"), house.path().join("away"));
    std::fs::rename(&data, &away).expect("the folder is ours");
    let answer = counter.events(&[issued(1)]).await;
    assert_eq!(answer.status, 503, "nothing is acknowledged into a file that nobody finds again: {answer:?}");
    answer.problem();
    assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
    wait_until("/readyz to be 503", RECOVERS_WITHIN, async || {
        let answer = reader.get("/readyz").await;
        if answer.status == 503 { Ok(()) } else { Err(answer.text()) }
    })
    .await;
    std::fs::rename(&away, &data).expect("the folder is ours");
    goes_on(&counter, &issued(1)).await;
    is_ready(&reader).await;
    reader.comes(("permits", "issued", "week", "2026-W47"), |read| read["n"] == 2).await;
    assert!(server.stop().await.success());
    assert!(house.ok(&["verify"]).contains("2 events"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_much_at_once_is_told_to_come_again_and_memory_stays_flat() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let counter = server.client(&house.key("counter", "permits"));
    // Some eight megabytes each: a long remark beside every number.
    let long = |batch: usize| {
        let event = |n| {
            let mut event = issued(n);
            event["id"] = json!(format!("long-{batch}-{n}"));
            event["data"]["note"] = json!("checked twice ".repeat(35));
            event
        };
        serde_json::to_vec(&(0..10_000).map(event).collect::<Vec<_>>()).expect("values are JSON")
    };
    let body = long(0);
    assert!((6 << 20..8 << 20).contains(&body.len()), "{}", body.len());
    assert_eq!(counter.bytes("application/cloudevents-batch+json", body).await.status, 200);
    let before = server.peak_memory();

    let other = Other::locks(&house).await;
    let bodies: Vec<Vec<u8>> = (1..=14).map(long).collect();
    let many = bodies.into_iter().map(|body| {
        let counter = counter.clone();
        tokio::spawn(async move { counter.bytes("application/cloudevents-batch+json", body).await })
    });
    let many: Vec<_> = many.collect();
    let mut overloaded = 0;
    let mut locked = 0;
    for answer in many {
        let answer = answer.await.expect("a client does not panic");
        let code = answer.problem();
        refused_for_now(&answer, &code);
        match code.as_str() {
            "overloaded" => overloaded += 1,
            "locked" => locked += 1,
            other => panic!("{other}: {answer:?}"),
        }
    }
    assert!(overloaded >= 3 && locked >= 3, "64 MB wait at most: {overloaded} were told to come again, {locked} waited for the lock");

    // And many small ones of one key: those beyond its share are told at once.
    let many: Vec<_> = (0..200)
        .map(|n| {
            let counter = counter.clone();
            tokio::spawn(async move { counter.events(&[issued(n)]).await })
        })
        .collect();
    let mut too_many = 0;
    for answer in many {
        let answer = answer.await.expect("a client does not panic");
        assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
        match answer.status {
            429 => too_many += 1,
            503 => {}
            _ => panic!("{answer:?}"),
        }
    }
    assert_eq!(too_many, 200 - 128, "a key has 128 requests at a time");
    let grown = server.peak_memory().saturating_sub(before);
    assert!(grown < 256 << 20, "what waits is bounded: {} MB", grown >> 20);

    other.releases().await;
    goes_on(&counter, &issued(0)).await;
    assert!(house.ok(&["verify"]).contains("10001 events"), "what was refused is not there");
}

#[tokio::test]
async fn a_clock_behind_the_newest_receipt_is_said_and_nothing_is_taken() {
    let mut house = House::of_three_units().await;
    house.believes("+2h");
    let server = house.serve().await;
    let key = house.key("counter", "permits");
    let reading = house.reading_key();
    server.client(&key).accepted(&[issued(0)]).await;
    server.client(&reading).comes(("permits", "issued", "week", "2026-W47"), |read| read["n"] == 1).await;
    assert!(server.stop().await.success());

    // The clock was set right, two hours back.
    house.believes("+0h");
    let server = house.serve().await;
    let (counter, reader) = (server.client(&key), server.client(&reading));
    let ready = reader.get("/readyz").await;
    assert_eq!(ready.status, 503, "{ready:?}");
    assert!(ready.json()["log"]["detail"].as_str().is_some_and(|detail| detail.contains("clock")), "{ready:?}");
    refused_for_now(&counter.events(&[issued(1)]).await, "clock_behind");
    assert_eq!(reader.get("/healthz").await.status, 200);
    assert_eq!(reader.value("permits", "issued", "week", "2026-W47").await["n"], 1);
    assert!(server.stop().await.success());

    // Later than the newest receipt it goes on.
    house.believes("+3h");
    let server = house.serve().await;
    is_ready(&server.stranger()).await;
    server.client(&key).accepted(&[issued(1)]).await;
    assert!(server.stop().await.success());
    assert!(house.ok(&["verify"]).contains("2 events"));
}

/// A small disk of its own, gone with this value.
struct Disk(PathBuf);

impl Disk {
    /// None when this user may not mount.
    fn of_megabytes(megabytes: usize) -> Option<Self> {
        let folder = tempfile::Builder::new().prefix("pantau-disk-").tempdir().expect("a temporary folder can be made").keep();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"]).arg(&folder).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(folder)),
            _ => {
                let _ = std::fs::remove_dir(&folder);
                None
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server that is being killed may still hold a file.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

#[tokio::test]
async fn a_full_disk_refuses_for_now_and_keeps_what_was_acknowledged() {
    if skips_on_postgres("the disk is that of the file; a server has its own") {
        return;
    }
    let Some(disk) = Disk::of_megabytes(32) else {
        println!("not tested: the disk full. It needs a small disk of its own, and this user may not mount one; run the tests as root.");
        return;
    };
    let house = House::within(&disk.0).await;
    house.ok(&["apply", &crate::harness::house::three_units()]);
    let ballast = house.path().join("ballast");
    std::fs::write(&ballast, vec![1; 20 << 20]).expect("there is room yet");
    let server = house.serve().await;
    let counter = server.client(&house.key("counter", "permits"));
    let reader = server.client(&house.reading_key());

    let mut taken = 0;
    let refused = loop {
        let answer = counter.events(&(taken..taken + 2000).map(issued).collect::<Vec<_>>()).await;
        match answer.status {
            200 => taken += 2000,
            _ => break answer,
        }
        assert!(taken < 300_000, "twelve megabytes are never full");
    };
    refused_for_now(&refused, "disk_full");
    assert!(taken > 0, "something fits");
    let ready = reader.get("/readyz").await;
    assert_eq!((ready.status, &ready.json()["disk"]["ok"]), (503, &json!(false)), "{ready:?}");
    assert_eq!(reader.get("/api/v1/boards/town").await.status, 200, "reading goes on");
    assert_eq!(house.counted(), taken as i64, "commands read on a full disk too");

    std::fs::remove_file(&ballast).expect("it is ours");
    goes_on(&counter, &issued(taken)).await;
    is_ready(&reader).await;
    reader.comes(("permits", "issued", "week", "2026-W47"), |read| read["n"] == taken + 1).await;
    assert!(server.stop().await.success());
    let verified = house.ok(&["verify"]);
    assert!(verified.contains(&format!("{} events", taken + 1)), "{verified}");
}
