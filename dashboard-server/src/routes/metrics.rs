//! `GET /metrics`: the process about itself, as Prometheus text.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::access::actor::Reader;
use crate::app::App;
use crate::problem::ProblemBody;

/// Counters and gauges, names `pantau_…`.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "health",
    responses(
        (status = 200, body = String, content_type = "text/plain"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn metrics(State(app): State<Arc<App>>, _reader: Reader) -> Response {
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], (app.metrics)()).into_response()
}
