//! The headers that every answer carries, whoever made it.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use crate::app::App;

/// Nothing but our own files, no inline script or style, no frames, no HTML from strings except
/// through the one policy that Svelte uses for its own templates.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

/// Everything off but what a wall board needs.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), \
    fullscreen=(self), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), \
    screen-wake-lock=(self), usb=(), xr-spatial-tracking=()";

static FIXED: [(HeaderName, HeaderValue); 6] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Two years, as the preload lists ask.
static HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Puts the headers on; what a handler said about caching stays.
pub(crate) fn put_on(app: &App, mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in &FIXED {
        headers.insert(name, value.clone());
    }
    if app.public.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HSTS.clone());
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
