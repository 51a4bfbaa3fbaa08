//! `GET /healthz` and `/readyz`: open to everyone, so they say nothing about data.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::problem::chain;

/// What the binary side knows about intake and roll-up.
pub trait Readiness: Send + Sync {
    /// How things stand now. Called for each request: it must not wait.
    fn report(&self) -> Report;
}

/// How intake and roll-up stand.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whether the log takes events: the clock is not behind the newest receipt.
    pub log: Check,
    /// Whether there is room on the disk.
    pub disk: Check,
    /// Age of the oldest request that waits for its commit.
    pub queue_age_ms: u64,
    /// Roll-up.
    pub rollups: Rollups,
}

/// One thing that must be right.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Check {
    /// Whether it is.
    pub ok: bool,
    /// What is wrong and what to do.
    #[schema(required = true)]
    pub detail: Option<String>,
}

/// How far the roll-up is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Rollups {
    /// Whether the boards stand; older history may still roll up behind.
    pub boards_stand: bool,
    /// Parts of history that wait.
    pub waiting: i64,
    /// Why the last pass failed.
    #[schema(required = true)]
    pub fault: Option<String>,
}

/// Age of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Queue {
    /// Age of the oldest request that waits for its commit.
    age_ms: u64,
}

/// Whether the server can do its work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ready {
    /// Everything below is right.
    ready: bool,
    /// The store answers.
    store: Check,
    /// The log takes events.
    log: Check,
    /// There is room on the disk.
    disk: Check,
    /// Requests waiting for their commit.
    queue: Queue,
    /// Roll-up.
    rollups: Rollups,
}

impl Check {
    /// Right.
    pub const fn right() -> Self {
        Self { ok: true, detail: None }
    }

    /// Wrong, with one sentence.
    pub fn wrong(detail: impl Into<String>) -> Self {
        Self { ok: false, detail: Some(detail.into()) }
    }
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = String, content_type = "text/plain")))]
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The store, the log and the roll-up do their work.
#[utoipa::path(get, path = "/readyz", tag = "health", responses((status = 200, body = Ready), (status = 503, body = Ready)))]
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> Response {
    let Report { log, disk, queue_age_ms, rollups } = app.readiness.report();
    let store = match app.db.check().await {
        Ok(()) => Check::right(),
        Err(error) => {
            tracing::warn!(error = chain(&error), "the store does not answer: {error}");
            Check::wrong("the store does not answer; the server's log says why")
        }
    };
    let ready = store.ok && log.ok && disk.ok && rollups.boards_stand && rollups.fault.is_none();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready, store, log, disk, queue: Queue { age_ms: queue_age_ms }, rollups })).into_response()
}
