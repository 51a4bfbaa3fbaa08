//! HTTP intake load: sends every body of a pack once over C keep-alive connections and waits for each answer.
//!
//! `senders --url http://… --pack FILE --samples 1000 --connections 4 [--seconds 2] [--header LINE]… [--server-pid P,P]`
//! A pack is `[u32 little-endian length][body]…`; body i goes over connection i modulo C. One JSON line.

use std::time::Instant;

use load::http::Poster;
use load::options::Options;
use load::{quantile, usage};

#[derive(Default)]
struct Sent {
    latencies_us: Vec<u32>,
    refused: usize,
    last_refusal: u16,
}

fn main() {
    let options = Options::parse(std::env::args().skip(1));
    let data = std::fs::read(options.need("pack")).expect("the pack can be read");
    let bodies = bodies(&data);
    let connections = options.number("connections", 4.0) as usize;
    let seconds = options.number("seconds", 2.0);
    let (url, headers, pids) = (options.need("url"), options.all("header"), options.pids());
    let (before, own_before, began) = (usage::of(&pids), usage::own_cpu_s(), Instant::now());
    let parts: Vec<Sent> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|first| {
                let mine = bodies.iter().skip(first).step_by(connections);
                let headers = &headers;
                scope.spawn(move || send(url, headers, mine, began, seconds))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no sender panics")).collect()
    });
    let wall_s = began.elapsed().as_secs_f64();
    let after = usage::of(&pids);
    let own_cpu_s = usage::own_cpu_s() - own_before;
    let mut latencies: Vec<u32> = parts.iter().flat_map(|part| part.latencies_us.iter().copied()).collect();
    latencies.sort_unstable();
    let samples = latencies.len() as f64 * options.number("samples", 1.0);
    let per_million = |cpu_s: f64| cpu_s / samples.max(1.0) * 1e6;
    let refused: usize = parts.iter().map(|part| part.refused).sum();
    let line = serde_json::json!({
        "requests": latencies.len(), "refused": refused, "refused_status": parts.iter().map(|part| part.last_refusal).max(),
        "wall_s": wall_s, "samples_per_s": samples / wall_s, "ran_out": latencies.len() + refused >= bodies.len(),
        "ack_p50_ms": quantile(&latencies, 0.5), "ack_p99_ms": quantile(&latencies, 0.99),
        "server_cpu_s_per_million": per_million(after.cpu_s - before.cpu_s), "client_cpu_s_per_million": per_million(own_cpu_s),
        "server_resident_kb": after.resident_kb,
    });
    println!("{line}");
}

fn bodies(data: &[u8]) -> Vec<&[u8]> {
    let (mut bodies, mut rest) = (Vec::new(), data);
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (body, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        bodies.push(body);
        rest = after;
    }
    bodies
}

fn send<'a>(url: &str, headers: &[String], bodies: impl Iterator<Item = &'a &'a [u8]>, began: Instant, seconds: f64) -> Sent {
    let mut sent = Sent::default();
    let mut poster = Poster::new(url, headers).expect("the server takes connections");
    for body in bodies {
        if began.elapsed().as_secs_f64() > seconds {
            break;
        }
        let at = Instant::now();
        let status = poster.post(body).expect("the server answers");
        if (200..300).contains(&status) {
            sent.latencies_us.push(at.elapsed().as_micros() as u32);
        } else {
            (sent.refused, sent.last_refusal) = (sent.refused + 1, status);
        }
    }
    sent
}
