//! How many samples a second intake acknowledges on this machine, senders included: `cargo run --release -p collector --example rate -- BATCH CONNECTIONS SECONDS`.
//!
//! Every sample is new, of one of 300 units and 10 indicators, over HTTP on loopback, durable before the answer.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use collector::Config;
use rules::time::Millis;
use serde_json::json;
use sql::Db;
use sql::configuration::{Change, Table, record};
use sql::key::{Key, hash, insert, text_of};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// 24 November 2026, 09.30 in Jakarta; the clock stands still, which intake allows.
const NOW: Millis = 1_795_487_400_000;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let numbers: Vec<u64> = std::env::args().skip(1).map(|word| word.parse()).collect::<Result<_, _>>()?;
    let [batch, connections, seconds] = numbers[..] else { return Err("expected BATCH CONNECTIONS SECONDS".into()) };
    let folder = tempfile::tempdir_in(".")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let address = runtime.block_on(serve(folder.path()))?;
    let began = Instant::now();
    let senders: Vec<_> = (0..connections)
        .map(|number| std::thread::spawn(move || send(address, batch, number, began + Duration::from_secs(seconds))))
        .collect();
    let mut latencies = Vec::new();
    for sender in senders {
        latencies.extend(sender.join().map_err(|_| "a sender panicked")??);
    }
    let took = began.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |share: f64| latencies.get((latencies.len() as f64 * share) as usize).copied().unwrap_or_default().as_secs_f64() * 1e3;
    let rate = latencies.len() as f64 * batch as f64 / took;
    println!("{rate:.0} samples/s, {:.0} requests/s, p50 {:.2} ms, p99 {:.2} ms", latencies.len() as f64 / took, at(0.5), at(0.99));
    Ok(())
}

async fn serve(folder: &std::path::Path) -> Result<SocketAddr, Failure> {
    let db = Db::open(&format!("sqlite://{}/pantau.db", folder.display())).await?;
    db.migrate().await?;
    let mut tx = db.begin().await?;
    let unit = |n: usize| json!({"id": format!("unit_{n:03}"), "parent": null, "name": "", "short_name": "", "kind": "agency", "valid_from": null, "valid_to": null, "calendar": "", "code": ""});
    let indicator = |n: usize| {
        json!({"id": format!("kpi_{n:02}"), "name": "", "name_en": "", "unit_of_measure": "", "polarity": "up", "formula": "ratio", "from": "samples",
            "services": "", "rollup_time": "mean", "rollup_tree": "mean", "accumulates": "flow", "frequency": "day", "decimals": 0, "applies_to": [],
            "numerator": "", "denominator": "", "source": "", "owner": "", "bands": "default", "show": null, "valid_from": null})
    };
    let units = (0..300).map(|n| Change { table: Table::Unit, key: format!("unit_{n:03}"), content: unit(n) });
    let indicators = (0..10).map(|n| Change { table: Table::Indicator, key: format!("kpi_{n:02}"), content: indicator(n) });
    record(&mut tx, NOW - 1000, "rate", &units.chain(indicators).collect::<Vec<_>>(), &[]).await?;
    let source = sql::source::ensure(&mut tx, "rate", None).await?;
    let key = Key {
        id: "rate".to_owned(),
        source,
        source_id: "rate".to_owned(),
        hash: hash("secret"),
        units: Vec::new(),
        all_units: true,
        read: false,
        created_at: NOW,
        last_used_at: None,
        revoked_at: None,
    };
    insert(&mut tx, &key).await?;
    tx.commit().await?;
    let registry = Arc::new(sql::registry::load(&db, None).await?);
    let intake = collector::start(
        Config::default(),
        db,
        Arc::new(move || Arc::clone(&registry)),
        chrono_tz::Asia::Jakarta,
        Arc::new(|| NOW),
        TaskTracker::new(),
        CancellationToken::new(),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, collector::routes(intake)).await });
    Ok(address)
}

/// Sends batches one after the other; how long each took. Making a body counts in the rate, not in its time.
fn send(address: SocketAddr, batch: u64, connection: u64, until: Instant) -> Result<Vec<Duration>, Failure> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut latencies = Vec::new();
    let mut answer = vec![0; 64 * 1024];
    let mut made = 0;
    while Instant::now() < until {
        let request = request(batch, connection, made);
        made += 1;
        let began = Instant::now();
        stream.write_all(&request)?;
        let count = stream.read(&mut answer)?;
        if !answer[..count].starts_with(b"HTTP/1.1 200") {
            return Err(String::from_utf8_lossy(&answer[..count]).into());
        }
        latencies.push(began.elapsed());
    }
    Ok(latencies)
}

fn request(batch: u64, connection: u64, made: u64) -> Vec<u8> {
    use std::fmt::Write as _;
    let mut body = String::with_capacity(batch as usize * 200);
    for n in 0..batch {
        let series = (made * batch + n) % 750;
        let (minute, second) = (made / 60 % 60, made % 60);
        let _ = write!(
            body,
            "{}{{\"specversion\":\"1.0\",\"id\":\"{connection}-{made}-{n}\",\"source\":\"rate\",\"type\":\"pantau.sample.v1\",\"data\":{{\"unit\":\"unit_{:03}\",\"indicator\":\"kpi_{:02}\",\"at\":\"2026-11-24T08:{minute:02}:{second:02}+07:00\",\"value\":{}}}}}",
            if n == 0 { "[" } else { "," },
            connection % 4 * 75 + series / 10,
            series % 10,
            (series * 37 % 10007) as f64 / 8.0
        );
    }
    body.push(']');
    let mut request = format!(
        "POST /api/v1/events HTTP/1.1\r\nhost: rate\r\nauthorization: Bearer {}\r\ncontent-type: application/cloudevents-batch+json\r\ncontent-length: {}\r\n\r\n",
        text_of("rate", "secret"),
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body.as_bytes());
    request
}
