//! The web part, embedded: hashed files for ever, the page itself asked for anew each time.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::app::App;
use crate::problem::Problem;

#[derive(RustEmbed)]
#[folder = "../web/dist"]
struct Dist;

const PAGE: &str = "index.html";
const NOT_BUILT: &str = "The web part was not built into this executable; run `make web` and build again.\n";
/// Names of these files carry a hash of their content.
const HASHED: &str = "assets/";
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_FIRST: HeaderValue = HeaderValue::from_static("no-cache");
/// Compressed twins made by the web build, best first.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Answers every path that no route has.
pub(crate) async fn fallback(State(_app): State<Arc<App>>, request: Request) -> Response {
    let path = request.uri().path();
    if is_of_the_server(path) {
        return Problem::not_found("there is nothing at this address; see /api/openapi.json").into_response();
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let allow = HeaderValue::from_static("GET, HEAD");
        return Problem::method_not_allowed().with_allow(Some(allow)).into_response();
    }
    file(path.trim_start_matches('/'), request.headers(), &|name| Dist::get(name))
}

/// Paths that are never a page, so that a mistyped address of the API is not answered with HTML.
fn is_of_the_server(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    matches!(first, "api" | "healthz" | "readyz" | "metrics")
}

fn file(path: &str, headers: &HeaderMap, get: &dyn Fn(&str) -> Option<EmbeddedFile>) -> Response {
    // Looked up by exact name: there is no file system behind it to climb around in.
    let is_hidden = path.split('/').any(|part| part.starts_with('.')) || ENCODINGS.iter().any(|(_, twin)| path.ends_with(twin));
    if !is_hidden
        && !path.is_empty()
        && let Some(found) = get(path)
    {
        return answer(path, found, headers, get);
    }
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return Problem::not_found("there is no such file").into_response();
    }
    match get(PAGE) {
        Some(page) => answer(PAGE, page, headers, get),
        None => {
            let plain = [(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
            (StatusCode::SERVICE_UNAVAILABLE, plain, NOT_BUILT).into_response()
        }
    }
}

fn answer(name: &str, plain: EmbeddedFile, headers: &HeaderMap, get: &dyn Fn(&str) -> Option<EmbeddedFile>) -> Response {
    let twin = ENCODINGS
        .iter()
        .filter(|(encoding, _)| accepts(headers, encoding))
        .find_map(|(encoding, ending)| get(&format!("{name}{ending}")).map(|file| (*encoding, file)));
    let (encoding, file) = twin.map_or((None, plain), |(encoding, file)| (Some(encoding), file));
    let hash: String = file.metadata.sha256_hash()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let etag = HeaderValue::try_from(format!("\"{hash}\"")).expect("hexadecimal is a header value");
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|known| known == etag);
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(body(file)) };
    let answer = response.headers_mut();
    answer.insert(ETAG, etag);
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(CACHE_CONTROL, if name.starts_with(HASHED) { FOR_EVER } else { ASK_FIRST });
    if !is_known {
        let kind = mime_guess::from_path(name).first_or_octet_stream();
        let text = if kind.type_() == "text" || kind.subtype() == "javascript" { "; charset=utf-8" } else { "" };
        answer.insert(CONTENT_TYPE, HeaderValue::try_from(format!("{kind}{text}")).expect("a media type is a header value"));
        if let Some(encoding) = encoding {
            answer.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
    }
    response
}

fn body(file: EmbeddedFile) -> Body {
    Body::from(match file.data {
        std::borrow::Cow::Borrowed(embedded) => Bytes::from_static(embedded),
        std::borrow::Cow::Owned(read) => Bytes::from(read),
    })
}

/// Whether the client takes an encoding; `q=0` refuses it.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        is_named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests;
