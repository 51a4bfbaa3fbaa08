//! The handshake of RFC 6455 over HTTP/1.1, with one subprotocol.

use axum::body::Body;
use axum::http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::problem::{Answer, Problem};

/// The answer that opens a socket speaking `subprotocol`.
///
/// # Errors
/// 426 when the request is no handshake, 400 when it does not offer the subprotocol.
pub(crate) fn accept(headers: &HeaderMap, subprotocol: &'static str) -> Answer<Response> {
    let is_handshake = lists(headers, &CONNECTION, "upgrade")
        && lists(headers, &UPGRADE, "websocket")
        && headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| is_handshake);
    let Some(key) = key else {
        return Err(Problem::upgrade_needed("open this address as a WebSocket, version 13"));
    };
    if !lists(headers, &SEC_WEBSOCKET_PROTOCOL, subprotocol) {
        return Err(Problem::bad_request(format!("offer the subprotocol {subprotocol}")));
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let accept = HeaderValue::try_from(derive_accept_key(key.as_bytes())).expect("base64 is a header value");
    let answer = response.headers_mut();
    answer.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    answer.insert(UPGRADE, HeaderValue::from_static("websocket"));
    answer.insert(SEC_WEBSOCKET_ACCEPT, accept);
    answer.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(subprotocol));
    Ok(response)
}

/// Whether a comma-separated header names a word.
fn lists(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| item.trim().eq_ignore_ascii_case(word))
}
