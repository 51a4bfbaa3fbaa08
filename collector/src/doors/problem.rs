//! Refusals as `application/problem+json` (RFC 9457). What a sender may know is in them, internals never.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::answer::{Answer, Rejection};
use crate::intake::Refusal;
use crate::stats;
use crate::unavailable::Unavailable;

/// A refused request.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    detail: String,
    code: &'static str,
    /// What was wrong with each event, when that is why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rejected: Vec<Rejection>,
    #[serde(skip)]
    retry_after_s: Option<u32>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("about:blank#{code}"),
            title: status.canonical_reason().unwrap_or("Refused"),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            rejected: Vec::new(),
            retry_after_s: None,
        }
    }

    fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    pub(super) fn no_key() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "no_key", "the request carries no key; send `Authorization: Bearer KEY`")
    }

    pub(super) fn wrong_key() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "wrong_key", "the key is not known or is revoked; ask for a new one")
    }

    pub(super) fn content_type() -> Self {
        let detail = "expected Content-Type application/cloudevents+json or application/cloudevents-batch+json";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", detail)
    }

    pub(super) fn content_encoding() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_encoding",
            "expected Content-Encoding gzip, zstd or identity, and only one of them",
        )
    }

    pub(super) fn too_many_requests(most: usize) -> Self {
        let detail = format!("this key has {most} requests in flight; send the next after an answer");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).retry_after(1)
    }

    pub(super) fn too_many_sockets(most: usize) -> Self {
        let detail = format!("this key has {most} sockets open; send over one of them");
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_sockets", detail).retry_after(1)
    }

    pub(super) fn not_a_websocket(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "not_a_websocket", detail)
    }

    pub(super) fn body_too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", "the body did not arrive in time; send it again")
    }

    pub(super) fn body_cut() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "body_cut", "the body broke off; send it again")
    }

    pub(super) fn refusal(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotEvents(detail) => Self::new(StatusCode::BAD_REQUEST, "not_events", detail),
            Refusal::TooLarge(detail) => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail),
            Refusal::Unavailable(why) => Self::unavailable(&why),
        }
    }

    pub(super) fn unavailable(why: &Unavailable) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, why.as_str(), why.to_string()).retry_after(why.retry_after_s())
    }

    /// Every event of the batch is one that this key may not send.
    pub(super) fn all_forbidden(answer: Answer) -> Self {
        let detail = match answer.rejected.first() {
            Some(first) if answer.rejected.len() == 1 => first.detail.clone(),
            Some(first) => format!("this key may send none of the {} events; the first: {}", answer.rejected.len(), first.detail),
            None => String::new(),
        };
        Self { rejected: answer.rejected, ..Self::new(StatusCode::FORBIDDEN, "forbidden", detail) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        stats::refused(self.code);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
