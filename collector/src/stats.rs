//! Intake measures itself: names and meanings of its metrics.
//!
//! | metric | meaning |
//! |---|---|
//! | `pantau_intake_events_total{outcome}` | events by outcome: accepted, duplicate, rejected |
//! | `pantau_intake_rejected_total{code}` | rejected events by the contract's code |
//! | `pantau_intake_batches_total{door}` | batches that came in, by door: http, websocket |
//! | `pantau_intake_bytes_total` | bytes of their bodies after unpacking |
//! | `pantau_intake_refused_total{reason}` | batches refused whole, nothing stored |
//! | `pantau_intake_queue_depth` | submissions that wait for the writer |
//! | `pantau_intake_group_events` | events per commit |
//! | `pantau_intake_commit_seconds` | time of a commit, from begin to durable |
//! | `pantau_intake_sockets` | open intake WebSockets |

use std::time::Duration;

use metrics::{counter, gauge, histogram};

use crate::answer::Answer;

/// The way a batch came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Http,
    WebSocket,
}

pub(crate) fn batch_came(door: Door) {
    let door = match door {
        Door::Http => "http",
        Door::WebSocket => "websocket",
    };
    counter!("pantau_intake_batches_total", "door" => door).increment(1);
}

pub(crate) fn batch_read(bytes: usize) {
    counter!("pantau_intake_bytes_total").increment(bytes as u64);
}

pub(crate) fn answered(answer: &Answer) {
    let events = |outcome: &'static str, count: usize| {
        if count > 0 {
            counter!("pantau_intake_events_total", "outcome" => outcome).increment(count as u64);
        }
    };
    events("accepted", answer.accepted);
    events("duplicate", answer.duplicates);
    events("rejected", answer.rejected.len());
    for rejection in &answer.rejected {
        counter!("pantau_intake_rejected_total", "code" => rejection.code.as_str()).increment(1);
    }
}

pub(crate) fn refused(reason: &'static str) {
    counter!("pantau_intake_refused_total", "reason" => reason).increment(1);
}

pub(crate) fn queue_depth(submissions: usize) {
    gauge!("pantau_intake_queue_depth").set(submissions as f64);
}

pub(crate) fn committed(events: usize, took: Duration) {
    histogram!("pantau_intake_group_events").record(events as f64);
    histogram!("pantau_intake_commit_seconds").record(took.as_secs_f64());
}

pub(crate) fn socket_opened() {
    gauge!("pantau_intake_sockets").increment(1.0);
}

pub(crate) fn socket_closed() {
    gauge!("pantau_intake_sockets").decrement(1.0);
}
