//! WebSocket fan-out load: N viewers, one paced publisher, one JSON line of what arrived and when.
//!
//! `viewers --url ws://… --n 1000 --publish http://…|mqtt://… --body TEMPLATE --stamp BYTES --rate 10 --seconds 6`
//! `[--warmup 1] [--size 1024] [--base 0] [--units a,b] [--hello TEXT|--hello-hex HEX] [--subprotocol NAME] [--header K:V]`
//! `[--publish-header LINE] [--server-pid P,P]`
//!
//! Latency is receive time less the stamp inside the message, by the wall clock of this machine. The spread is receive
//! time less that of the first viewer who got the same stamp: fan-out alone, without what happens before it.
//! One message may carry several stamps (a server that coalesces); each counts once for a viewer.

#[path = "../viewers/count.rs"]
mod count;
#[path = "../viewers/viewer.rs"]
mod viewer;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use count::Count;
use load::options::{Options, wrong};
use load::publisher::{Publisher, Template};
use load::{now_us, quantile, usage};
use viewer::Greeting;

/// Handshakes under way at once.
const AT_ONCE: usize = 64;

fn main() {
    let options = Options::parse(std::env::args().skip(1));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(run(options));
}

async fn run(options: Options) {
    let n = options.number("n", 100.0) as usize;
    let pids = options.pids();
    let count = Arc::new(Count::default());
    let alone = usage::of(&pids);
    let connect_s = connect(&options, n, &count).await;
    // What the server does after the handshake is not the memory of a viewer who waits.
    tokio::time::sleep(Duration::from_millis(700)).await;
    let connected = usage::of(&pids);

    let (warmup, seconds) = (options.number("warmup", 1.0), options.number("seconds", 6.0));
    let begin = now_us() + (warmup * 1e6) as u64;
    let end = begin + (seconds * 1e6) as u64;
    count.between(begin, end);
    let plan = Plan::of(&options, begin, end);
    let publisher = std::thread::spawn(move || plan.publish());
    tokio::time::sleep(Duration::from_micros(begin.saturating_sub(now_us()))).await;
    let (before, own_before, wall) = (usage::of(&pids), usage::own_cpu_s(), Instant::now());
    while !publisher.is_finished() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let (published, refused) = publisher.join().expect("the publisher does not panic");
    let last = Instant::now();
    while count.delivered() < published * n && last.elapsed().as_secs_f64() < options.number("drain", 4.0) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let wall_s = wall.elapsed().as_secs_f64();
    let (after, own_cpu_s) = (usage::of(&pids), usage::own_cpu_s() - own_before);
    let got = count.take();
    let messages = got.messages.max(1) as f64;
    let per_viewer = |kb: u64| (kb as f64 - alone.resident_kb as f64) / n as f64;
    let line = serde_json::json!({
        "n": n, "published": published, "refused": refused, "delivered": got.latencies_us.len(),
        "delivered_share": got.latencies_us.len() as f64 / (published * n).max(1) as f64,
        "delivered_per_s": got.latencies_us.len() as f64 / wall_s,
        "messages": got.messages, "messages_per_s": got.messages as f64 / wall_s, "bytes_per_message": got.bytes as f64 / messages,
        "p50_ms": quantile(&got.latencies_us, 0.5), "p99_ms": quantile(&got.latencies_us, 0.99),
        "spread_p50_ms": quantile(&got.spreads_us, 0.5), "spread_p99_ms": quantile(&got.spreads_us, 0.99),
        "server_cpu_s": after.cpu_s - before.cpu_s, "server_cpu_s_per_million": (after.cpu_s - before.cpu_s) / messages * 1e6, "client_cpu_s_per_million": own_cpu_s / messages * 1e6,
        "client_cores": own_cpu_s / wall_s, "connect_s": connect_s, "closed_by_server": got.closed,
        "resident_kb": after.resident_kb, "kb_per_viewer": per_viewer(connected.resident_kb), "kb_per_viewer_loaded": per_viewer(after.resident_kb),
    });
    println!("{line}");
    // Thousands of sockets are not closed politely: the server sees them go.
    std::process::exit(i32::from(got.latencies_us.is_empty()));
}

async fn connect(options: &Options, n: usize, count: &Arc<Count>) -> f64 {
    let greeting = Arc::new(Greeting::of(options));
    let up = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    for started in 1..=n {
        tokio::spawn(viewer::look(Arc::clone(&greeting), Arc::clone(count), Arc::clone(&up)));
        let waits_for = if started == n { n } else { started.saturating_sub(AT_ONCE) };
        while up.load(Relaxed) < waits_for {
            tokio::time::sleep(Duration::from_millis(1)).await;
            if began.elapsed().as_secs() > 60 {
                wrong(&format!("only {} of {n} viewers connected in a minute", up.load(Relaxed)));
            }
        }
    }
    began.elapsed().as_secs_f64()
}

/// What is published from when to when.
struct Plan {
    url: String,
    headers: Vec<String>,
    template: Template,
    rate: f64,
    begin: u64,
    end: u64,
}

impl Plan {
    fn of(options: &Options, begin: u64, end: u64) -> Self {
        let units: Vec<&str> = options.get("units").unwrap_or_default().split(',').collect();
        let (size, base) = (options.number("size", 0.0) as usize, options.number("base", 0.0) as u64);
        let template = Template::new(options.need("body"), size, base, &units);
        let headers = options.all("publish-header");
        Self { url: options.need("publish").to_owned(), headers, template, rate: options.number("rate", 10.0), begin, end }
    }

    /// How many were sent between begin and end, and how many of them were refused.
    fn publish(self) -> (usize, usize) {
        let mut publisher = Publisher::open(&self.url, &self.headers).expect("the server takes connections");
        let (mut sent, mut refused) = (0, 0);
        let start = Instant::now();
        for number in 0u64.. {
            let at = Duration::from_secs_f64(number as f64 / self.rate);
            if let Some(early) = at.checked_sub(start.elapsed()) {
                std::thread::sleep(early);
            }
            let stamp = now_us();
            if stamp >= self.end {
                break;
            }
            let is_taken = publisher.send(self.template.message(number, stamp).as_bytes()).expect("the server answers");
            if stamp >= self.begin {
                sent += 1;
                refused += usize::from(!is_taken);
            }
        }
        (sent, refused)
    }
}
