//! Errors as RFC 9457 `application/problem+json`: one constructor per kind.
//!
//! Owns what a client is told. Never tells it internals: the cause of a failure of ours goes to the
//! log, once, with its whole chain.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// What a refused or failed request is answered with.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    retry_after_s: Option<u64>,
    allow: Option<HeaderValue>,
}

/// The body of an error (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// `about:blank#` and the code.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The kind of error in words.
    pub(crate) title: &'static str,
    /// HTTP status.
    pub(crate) status: u16,
    /// One sentence: what is wrong and what to do.
    pub(crate) detail: String,
    /// Stable word for programs.
    pub(crate) code: &'static str,
}

/// What a handler answers.
pub(crate) type Answer<T> = Result<T, Problem>;

impl Problem {
    fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, title, detail: detail.into(), retry_after_s: None, allow: None }
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", "The request is not understood", detail)
    }

    /// 401: nobody is signed in.
    pub fn signed_out() -> Self {
        let detail = "sign in, or send `Authorization: Bearer KEY` with a key that may read";
        Self::new(StatusCode::UNAUTHORIZED, "signed_out", "Sign-in needed", detail)
    }

    /// 401: the name or the password is wrong; never says which.
    pub fn wrong_password() -> Self {
        let detail = "the name or the password is wrong";
        Self::new(StatusCode::UNAUTHORIZED, "wrong_password", "Not signed in", detail)
    }

    /// 401: the key may write but not read.
    pub fn key_may_not_read() -> Self {
        let detail = "this key only writes; make one with `pantau key create … --read`";
        Self::new(StatusCode::UNAUTHORIZED, "key_may_not_read", "The key may not read", detail)
    }

    /// 403: signed in, but not for this.
    pub fn not_allowed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_allowed", "Not allowed", detail)
    }

    /// 403: the request was made by a page of another site.
    pub fn foreign_origin() -> Self {
        let detail = "the Origin of this request is neither this server nor its public_url";
        Self::new(StatusCode::FORBIDDEN, "foreign_origin", "Foreign origin", detail)
    }

    /// 403: signed in too long ago for a change.
    pub fn reauthenticate() -> Self {
        let detail = "sign in again: changes need activity within the last 30 minutes";
        Self::new(StatusCode::FORBIDDEN, "reauthenticate", "Sign in again", detail)
    }

    /// 404: there is no such thing, or not for this actor.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "Not found", detail)
    }

    /// 405: the path exists, the method does not.
    pub fn method_not_allowed() -> Self {
        let detail = "this path does not answer that method; see /api/openapi.json";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed", detail)
    }

    /// 409: the state of things forbids it.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Conflict", detail)
    }

    /// 413: the body is too long.
    pub fn too_large(limit_bytes: usize) -> Self {
        let detail = format!("the body is longer than {limit_bytes} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Too large", detail)
    }

    /// 415: the body is not of a type that is read here.
    pub fn wrong_media_type(expected: &str) -> Self {
        let detail = format!("send the body as {expected}");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong_media_type", "Wrong media type", detail)
    }

    /// 422: understood, but a field is out of its rules.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "Invalid content", detail)
    }

    /// 426: the request is not a WebSocket handshake.
    pub fn upgrade_needed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UPGRADE_REQUIRED, "upgrade_needed", "WebSocket needed", detail)
    }

    /// 429: too many of these.
    pub fn too_many(detail: impl Into<String>, retry_after_s: u64) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", "Too many requests", detail);
        Self { retry_after_s: Some(retry_after_s), ..problem }
    }

    /// 503: not now, but soon.
    pub fn busy(detail: impl Into<String>, retry_after_s: u64) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", detail);
        Self { retry_after_s: Some(retry_after_s), ..problem }
    }

    /// 500: our fault. The cause is logged here and nowhere else.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = chain(cause), "could not answer a request: {cause}");
        Self::broken()
    }

    /// 500 without a cause at hand, such as after a panic.
    pub fn broken() -> Self {
        let detail = "something failed on the server; its log says what";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Server error", detail)
    }

    /// HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Stable word for programs.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Keeps the list of methods that a 405 must carry.
    pub(crate) fn with_allow(mut self, allow: Option<HeaderValue>) -> Self {
        self.allow = allow;
        self
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl From<sql::Error> for Problem {
    fn from(error: sql::Error) -> Self {
        if error.is_busy() {
            tracing::warn!(error = chain(&error), "the database was busy: {error}");
            Self::busy("the database is busy; try again", 1)
        } else if error.is_away() {
            tracing::warn!(error = chain(&error), "could not answer a request: {error}");
            Self::busy("the database does not answer at the moment; try again", 5)
        } else {
            Self::internal(&error)
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            kind: format!("about:blank#{}", self.code),
            title: self.title,
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code,
        };
        let json = serde_json::to_vec(&body).expect("strings and a number are always JSON");
        let mut response = Response::new(Body::from(json));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, allow);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::UPGRADE_REQUIRED {
            headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        }
        response
    }
}
