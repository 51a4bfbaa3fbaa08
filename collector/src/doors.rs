//! The ways in. A door reads a key and a body, hands them to intake and words the answer; nothing else.

mod body;
mod http;
mod problem;
mod session;
mod websocket;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::routing::{get, post};
use sql::key::Key;

use crate::intake::Intake;
use crate::keys::bearer;
use problem::Problem;

/// The two routes of intake: `POST /api/v1/events` and the WebSocket `GET /api/v1/intake`.
pub fn routes(intake: Intake) -> Router {
    Router::new().route("/api/v1/events", post(http::post_events)).route("/api/v1/intake", get(websocket::open_intake)).with_state(intake)
}

/// The key of a request, with its text.
async fn key_of<'h>(intake: &Intake, headers: &'h HeaderMap) -> Result<(Arc<Key>, &'h str), Problem> {
    let text = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(bearer).ok_or_else(Problem::no_key)?;
    match intake.inner.keys.check(text).await {
        Ok(Some(key)) => Ok((key, text)),
        Ok(None) => Err(Problem::wrong_key()),
        Err(cause) => {
            tracing::error!(error = &cause as &dyn std::error::Error, "could not check a key");
            Err(Problem::unavailable(&crate::Unavailable::from_store(&cause)))
        }
    }
}
