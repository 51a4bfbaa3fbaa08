//! `GET /api/v1/intake`: the handshake of the WebSocket intake.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::key_of;
use super::problem::Problem;
use super::session;
use crate::intake::Intake;
use crate::limits::{MAX_BODY, SOCKETS_PER_KEY};
use crate::unavailable::Unavailable;

/// The subprotocol that a client must ask for, so that a page or an old agent that means something else is told at once.
const SUBPROTOCOL: &str = "pantau.intake.v1";

/// A frame may be larger than a message so that one that is moderately too long is read to its end and its sender can
/// read why it was closed; beyond this the connection just breaks.
const MAX_FRAME: usize = 2 * MAX_BODY;

/// Small buffers: a socket is idle most of the time, and there may be hundreds.
const BUFFER: usize = 16 * 1024;

/// Opens a session, or says why not: 401 without a key, 400 without the subprotocol, 429 and 503 when there are too many.
pub(super) async fn open_intake(
    State(intake): State<Intake>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    accept(intake, &headers, upgrade).await.unwrap_or_else(IntoResponse::into_response)
}

async fn accept(
    intake: Intake,
    headers: &HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let (key, text) = key_of(&intake, headers).await?;
    let upgrade = upgrade.map_err(|rejection| Problem::not_a_websocket(rejection.body_text()))?.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return Err(Problem::not_a_websocket(format!("expected Sec-WebSocket-Protocol {SUBPROTOCOL}")));
    }
    if intake.inner.shutdown.is_cancelled() {
        return Err(Problem::unavailable(&Unavailable::Stopping));
    }
    let turn = intake.inner.sockets_of.enter(&key.id, SOCKETS_PER_KEY).ok_or_else(|| Problem::too_many_sockets(SOCKETS_PER_KEY))?;
    let place = Arc::clone(&intake.inner.sockets).try_acquire_owned().map_err(|_| Problem::unavailable(&Unavailable::Overloaded))?;
    let text = text.to_owned();
    let upgrade = upgrade.max_message_size(MAX_BODY).max_frame_size(MAX_FRAME).read_buffer_size(BUFFER).write_buffer_size(BUFFER);
    Ok(upgrade.on_upgrade(move |socket| {
        // axum owns the task; the tracker makes shutdown wait for it.
        let tracker = intake.inner.tracker.clone();
        tracker.track_future(async move {
            session::run(socket, intake, text).await;
            drop((turn, place));
        })
    }))
}
