//! What was acknowledged is there, exactly once, however often the server is killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::harness::intake::Sender;
use crate::harness::{House, ISSUED, Live, clock, sample, wait_until};

const KILLS: usize = 20;

/// Events as fast as they are acknowledged, across any number of deaths of the server.
struct Load {
    url: String,
    key: String,
    /// Answers since the beginning, by which the killer chooses its moment.
    answers: AtomicUsize,
    stop: AtomicBool,
}

impl Load {
    /// Events `from..` of client `who`; each has an instant of its own, so that each counts.
    fn batch(who: usize, from: usize, count: usize) -> Vec<Value> {
        let event = |n: usize| {
            // The milliseconds tell the clients apart, and the times a fast one goes around the day.
            let ms = who * 100 + n / 86_400;
            let at = format!("2026-11-16T{:02}:{:02}:{:02}.{ms:03}Z", n / 3600 % 24, n / 60 % 60, n % 60);
            sample("counter", &format!("client-{who}-{n}"), "permits", "issued", &at, 1.0)
        };
        (from..from + count).map(event).collect()
    }

    /// Sends over HTTP until stopped; what was not acknowledged is sent again with the same ids. Returns how many were.
    async fn over_http(self: Arc<Self>, who: usize, count: usize) -> usize {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().expect("a client without TLS");
        let mut acknowledged = 0;
        while !self.stop.load(Ordering::Relaxed) {
            let body = serde_json::to_vec(&Self::batch(who, acknowledged, count)).expect("values are JSON");
            let request = http.post(format!("{}/api/v1/events", self.url)).bearer_auth(&self.key).body(body);
            let sent = request.header("content-type", "application/cloudevents-batch+json").send().await;
            let Ok(answer) = sent else {
                tokio::task::yield_now().await;
                continue;
            };
            if answer.status() == 200
                && let Ok(body) = answer.json::<Value>().await
            {
                self.acknowledges(&body, count);
                acknowledged += count;
            }
        }
        acknowledged
    }

    /// The same over the WebSocket intake, four batches at a time.
    async fn over_websocket(self: Arc<Self>, who: usize, count: usize) -> usize {
        let mut acknowledged = 0;
        'sockets: while !self.stop.load(Ordering::Relaxed) {
            let Ok(mut sender) = Sender::open(&self.url, &self.key).await else {
                tokio::task::yield_now().await;
                continue;
            };
            while !self.stop.load(Ordering::Relaxed) {
                for ahead in 0..4 {
                    sender.send(&Self::batch(who, acknowledged + ahead * count, count)).await;
                }
                for _ in 0..4 {
                    let Some(answer) = sender.try_answer().await else { continue 'sockets };
                    if answer.get("status").is_some() {
                        continue 'sockets;
                    }
                    self.acknowledges(&answer, count);
                    acknowledged += count;
                }
            }
        }
        acknowledged
    }

    fn acknowledges(&self, answer: &Value, count: usize) {
        let number = |field: &str| answer[field].as_u64().expect("a number") as usize;
        assert_eq!(number("accepted") + number("duplicates"), count, "nothing is rejected: {answer}");
        self.answers.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_twenty_times_under_load_every_acknowledged_event_is_there_once() {
    let house = House::of_three_units().await;
    let key = house.key("counter", "permits");
    let reader = house.reading_key();
    let mut server = house.serve().await;
    let listen = server.authority().to_owned();
    let url = server.url().to_owned();
    let mut viewer = server.client(&reader).live().await;
    viewer.subscribe("town").await;

    let load = Arc::new(Load { url, key, answers: AtomicUsize::new(0), stop: AtomicBool::new(false) });
    let mut clients = JoinSet::new();
    for who in 0..3 {
        clients.spawn(Arc::clone(&load).over_http(who, 1));
    }
    clients.spawn(Arc::clone(&load).over_http(3, 40));
    clients.spawn(Arc::clone(&load).over_http(4, 200));
    clients.spawn(Arc::clone(&load).over_websocket(5, 25));

    for kill in 0..KILLS {
        let before = load.answers.load(Ordering::Relaxed);
        let after = 20 + kill * 13 % 97;
        wait_until("answers under load", Duration::from_secs(20), async || {
            let answers = load.answers.load(Ordering::Relaxed) - before;
            if answers >= after { Ok(()) } else { Err(format!("{answers} of {after} answers")) }
        })
        .await;
        server.kill();
        server = house.serve_with(&["--listen", &listen], |_| ()).await;
    }
    let before = load.answers.load(Ordering::Relaxed);
    wait_until("answers after the last start", Duration::from_secs(20), async || {
        let answers = load.answers.load(Ordering::Relaxed) - before;
        if answers >= 50 { Ok(()) } else { Err(format!("{answers} answers")) }
    })
    .await;
    load.stop.store(true, Ordering::Relaxed);
    let acknowledged: usize = clients.join_all().await.into_iter().sum();

    println!("{acknowledged} events acknowledged in {} answers over {KILLS} kills", load.answers.load(Ordering::Relaxed));
    // Every event has an instant of its own, so one that was lost or doubled shows in one of the two counts.
    let counted = house.counted() as usize;
    assert!(counted >= acknowledged, "{acknowledged} were acknowledged, {counted} count");
    assert!(counted - acknowledged <= 3 + 40 + 200 + 4 * 25, "only what was under way at the end is more: {acknowledged} and {counted}");
    let client = server.client(&reader);
    client.comes(("town", "issued", "week", "2026-W47"), |read| read["n"] == counted && read["value"] == counted as f64).await;
    assert!(server.stop().await.success());
    let verified = house.ok(&["verify"]);
    assert!(verified.lines().all(|line| line.starts_with("ok ")), "{verified}");
    assert!(verified.contains(&format!("{counted} events")), "as many rows in the log as count: {verified}");
}

#[tokio::test]
async fn a_viewer_of_a_killed_server_stands_right_again() {
    let house = House::of_three_units().await;
    let server = house.serve().await;
    let listen = server.authority().to_owned();
    let (key, reading) = (house.key("counter", "permits"), house.reading_key());
    let now = |n: usize| sample("counter", &format!("{n}"), "permits", "issued", &clock::now_written(), 1.0);
    let mut viewer = server.client(&reading).live().await;
    viewer.subscribe("town").await;
    viewer.next_told().await;
    let counter = server.client(&key);
    for n in 0..10 {
        counter.accepted(&[now(n)]).await;
    }
    // In the middle of its deltas.
    viewer.hears(ISSUED, |value| value["n"].as_i64() >= Some(1)).await;
    server.kill();
    assert_eq!(viewer.closed(Duration::from_secs(5)).await.0, 1006);

    let server = house.serve_with(&["--listen", &listen], |_| ()).await;
    let reader = server.client(&reading);
    server.client(&key).accepted(&[now(10)]).await;
    let bearer = format!("Bearer {reading}");
    let mut back = Live::open(server.url(), &[("authorization", &bearer)]).await.takes_over(&viewer);
    back.resume("town").await;
    assert_eq!(back.next_told().await["type"], "snapshot");
    back.hears(ISSUED, |value| value["n"] == 11 && value["value"] == 11.0).await;
    back.equals(&reader.json("/api/v1/boards/town").await).expect("nothing lost, nothing doubled");
}
