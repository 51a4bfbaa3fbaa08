//! `GET /api/openapi.json`: the document, generated from the handlers.
//!
//! The intake doors are mounted by the binary side, which alone knows the collector; what they take
//! and answer is described here.

use std::sync::OnceLock;

use axum::Json;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use super::reply;
use crate::access::actor::Reader;
use crate::problem::{Answer, ProblemBody};
use crate::protocol::{LiveClient, LiveServer};

#[derive(OpenApi)]
#[openapi(
    info(title = "Pantau", description = "A real-time performance board for the work units of a district government."),
    paths(post_events, intake),
    components(schemas(LiveServer, LiveClient, TakenOfBatch)),
    modifiers(&Access),
    tags(
        (name = "reading", description = "Numbers and the configuration behind them"),
        (name = "live", description = "Boards that move"),
        (name = "intake", description = "Taking events in"),
        (name = "people", description = "Sessions"),
        (name = "setup", description = "The first run"),
        (name = "health", description = "The server about itself"),
    )
)]
struct Frame;

struct Access;

impl Modify for Access {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description("sid", "Session; `__Host-sid` over https")));
        components.add_security_scheme("session", cookie);
        components.add_security_scheme("key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// What is not generated from handlers of ours.
pub(crate) fn frame() -> utoipa::openapi::OpenApi {
    Frame::openapi()
}

/// The whole document.
pub(crate) fn whole() -> &'static utoipa::openapi::OpenApi {
    static WHOLE: OnceLock<utoipa::openapi::OpenApi> = OnceLock::new();
    WHOLE.get_or_init(|| super::api().into_openapi())
}

/// This document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "health",
    responses((status = 200, description = "OpenAPI 3.1"), (status = 401, body = ProblemBody, content_type = "application/problem+json"))
)]
pub(crate) async fn document(_reader: Reader, asked: HeaderMap) -> Answer<Response> {
    Ok(reply::json(&asked, whole()))
}

/// A CloudEvents 1.0 event.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Event {
    /// Always `1.0`.
    specversion: String,
    /// Unique within the source: the same again is a duplicate, never a second effect.
    id: String,
    /// The key's source or below it (`S` or `S/…`).
    source: String,
    /// `pantau.sample.v1` or `pantau.void.v1`.
    #[serde(rename = "type")]
    kind: String,
    /// When it was said, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    /// By `type`.
    data: EventData,
}

/// What an event says.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
enum EventData {
    /// `pantau.sample.v1` of a ratio.
    Ratio {
        /// Unit id.
        unit: String,
        /// Indicator id.
        indicator: String,
        /// An instant, RFC 3339, or a period such as `2026-W47`.
        at: String,
        /// Numerator.
        numerator: f64,
        /// Denominator.
        denominator: f64,
        /// Remark; nothing personal.
        note: Option<String>,
    },
    /// `pantau.sample.v1` of any other indicator.
    Sample {
        /// Unit id.
        unit: String,
        /// Indicator id.
        indicator: String,
        /// An instant, RFC 3339, or a period such as `2026-W47`.
        at: String,
        /// Value.
        value: f64,
        /// Remark; nothing personal.
        note: Option<String>,
    },
    /// `pantau.void.v1`: that event stops counting from now on.
    Void {
        /// Source of the event.
        source: String,
        /// Id of the event.
        id: String,
        /// Why.
        reason: String,
    },
}

/// What became of a batch, said after its durable commit.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Taken {
    /// New events.
    accepted: u64,
    /// Events that were there already.
    duplicates: u64,
    /// Events not taken.
    rejected: Vec<Rejected>,
}

/// An event that was not taken.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Rejected {
    /// Its place in the batch, from 0.
    index: u64,
    /// Its id, if it has one.
    id: Option<String>,
    /// `not_cloudevent`, `unknown_unit`, `unknown_indicator`, `forbidden_unit`, `forbidden_source`, `wrong_shape`,
    /// `out_of_range`, `too_far_ahead`, `conflict` or `personal_data`.
    code: String,
    /// One sentence.
    detail: String,
}

/// What became of a text message of the intake socket.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct TakenOfBatch {
    /// Number of the message, from 1.
    batch: u64,
    /// What became of it.
    #[serde(flatten)]
    taken: Taken,
}

/// Takes events in: one, or a batch of at most 10,000 and 8 MiB unpacked; plain, gzip or zstd.
#[utoipa::path(
    post,
    path = "/api/v1/events",
    tag = "intake",
    security(("key" = [])),
    request_body(content(
        (Event = "application/cloudevents+json"),
        (Vec<Event> = "application/cloudevents-batch+json"),
    )),
    responses(
        (status = 200, body = Taken),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = Taken, description = "Nothing accepted or known, something rejected"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json", description = "Retry-After"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "Retry-After"),
    )
)]
#[expect(dead_code, reason = "documents a door that the binary side mounts")]
async fn post_events(event: Json<Event>) -> Json<Taken> {
    drop(event);
    Json(Taken { accepted: 0, duplicates: 0, rejected: Vec::new() })
}

/// Takes events in over WebSocket, subprotocol `pantau.intake.v1`: a text message is a batch, answered in order.
#[utoipa::path(
    get,
    path = "/api/v1/intake",
    tag = "intake",
    security(("key" = [])),
    responses(
        (status = 101, body = TakenOfBatch, description = "The socket is open; each message is answered by this"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
#[expect(dead_code, reason = "documents a door that the binary side mounts")]
async fn intake() {}

#[cfg(test)]
mod tests;
