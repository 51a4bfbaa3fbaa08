//! Bare SQLite, JSON and HTTP: what this machine allows somebody who does nothing else. Durable: WAL, synchronous FULL.
//!
//! `bare serve --db FILE --port P`            POST /ingest of a JSON list of samples, group commit into an append log, 200
//! `bare query --db FILE --sql SQL --repeat 20`   rows (unit, kpi, start, value) to one JSON snapshot in memory; one JSON line

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::Instant;

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use load::options::{Options, wrong};
use load::quantile;
use rusqlite::{Connection, params};
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};

#[derive(Deserialize)]
struct Sample {
    kpi: String,
    unit: String,
    ts: i64,
    value: f64,
}

type Job = (Vec<Sample>, oneshot::Sender<()>);

fn main() {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let options = Options::parse(words);
    match command.as_str() {
        "serve" => serve(&options),
        "query" => query(&options),
        _ => wrong("bare serve|query …"),
    }
}

fn serve(options: &Options) {
    let connection = Connection::open(options.need("db")).expect("the database opens");
    let settings = "pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-65536;
        create table if not exists sample(series integer, ts integer, value real)";
    connection.execute_batch(settings).expect("the table is made");
    let (queue, waiting) = mpsc::channel::<Job>(4096);
    std::thread::spawn(move || write(&connection, waiting));
    let ingest = move |body: Bytes| {
        let queue = queue.clone();
        async move {
            let Ok(samples) = serde_json::from_slice::<Vec<Sample>>(&body) else { return StatusCode::BAD_REQUEST };
            let (done, committed) = oneshot::channel();
            match (queue.send((samples, done)).await, committed.await) {
                (Ok(()), Ok(())) => StatusCode::OK,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            }
        }
    };
    let app = axum::Router::new().route("/ingest", post(ingest)).route("/health", get(|| async { "ok" }));
    let app = app.layer(axum::extract::DefaultBodyLimit::disable());
    let port = options.number("port", 9002.0) as u16;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.expect("the port is free");
        let quick = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        axum::serve(quick, app).await.expect("the server runs");
    });
}

/// One transaction for everything that waits.
fn write(connection: &Connection, mut waiting: mpsc::Receiver<Job>) {
    let mut insert = connection.prepare("insert into sample values (?1, ?2, ?3)").expect("the table is there");
    let mut numbers: HashMap<(String, String), i64> = HashMap::new();
    while let Some(first) = waiting.blocking_recv() {
        let mut jobs = vec![first];
        while jobs.len() < 1024
            && let Ok(job) = waiting.try_recv()
        {
            jobs.push(job);
        }
        connection.execute_batch("begin immediate").expect("nobody else writes");
        let mut done = Vec::with_capacity(jobs.len());
        for (samples, committed) in jobs {
            for sample in samples {
                let next = numbers.len() as i64;
                let number = *numbers.entry((sample.kpi, sample.unit)).or_insert(next);
                insert.execute(params![number, sample.ts, sample.value]).expect("the row is written");
            }
            done.push(committed);
        }
        connection.execute_batch("commit").expect("the disk takes it");
        for committed in done {
            // A client that left does not wait for its answer.
            let _ = committed.send(());
        }
    }
}

fn query(options: &Options) {
    let connection = Connection::open(options.need("db")).expect("the database opens");
    connection.execute_batch("pragma cache_size=-262144; pragma mmap_size=1073741824").expect("settings are taken");
    let mut statement = connection.prepare(options.need("sql")).expect("the query is sound");
    let (mut rows, mut bytes, mut times_us) = (0, 0, Vec::new());
    for _ in 0..options.number("repeat", 20.0) as usize {
        let began = Instant::now();
        let mut series: HashMap<(i64, i64), Vec<f64>> = HashMap::with_capacity(4096);
        rows = 0;
        let mut found = statement.query([]).expect("the query runs");
        while let Some(row) = found.next().expect("rows can be read") {
            let key = (row.get_unwrap(0), row.get_unwrap(1));
            series.entry(key).or_insert_with(|| Vec::with_capacity(12)).push(row.get_unwrap(3));
            rows += 1;
        }
        let snapshot: Vec<_> = series.iter().map(|((unit, kpi), values)| (unit, kpi, values.last(), values)).collect();
        bytes = serde_json::to_vec(&snapshot).expect("numbers can be encoded").len();
        times_us.push(began.elapsed().as_micros() as u32);
    }
    times_us.sort_unstable();
    println!(
        "{}",
        serde_json::json!({"rows": rows, "bytes": bytes, "p50_ms": quantile(&times_us, 0.5), "p90_ms": quantile(&times_us, 0.9)})
    );
}
