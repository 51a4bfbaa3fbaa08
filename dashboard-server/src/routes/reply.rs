//! JSON answers: an ETag on each, a 304 for who knows it, pages of lists.

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The items, in the order of the list.
    pub(crate) items: Vec<T>,
}

/// May be kept by the browser alone, and is asked for anew each time.
const ASK_FIRST: HeaderValue = HeaderValue::from_static("private, no-cache");

/// A JSON answer with the ETag of its content.
pub(crate) fn json(asked: &HeaderMap, content: &impl Serialize) -> Response {
    let bytes = bytes(content);
    let hash: String = Sha256::digest(&bytes)[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    encoded(asked, bytes, &format!("\"{hash}\""))
}

/// An answer as it travels.
pub(crate) fn bytes(content: &impl Serialize) -> Bytes {
    serde_json::to_vec(content).expect("our answers have string keys and are written to memory").into()
}

/// 304 for who knows this state; None for everyone else, for whom the answer has yet to be made.
pub(crate) fn unchanged(asked: &HeaderMap, etag: &str) -> Option<Response> {
    let response = encoded(asked, Bytes::new(), etag);
    (response.status() == StatusCode::NOT_MODIFIED).then_some(response)
}

/// The same with a `Link` to the next page, where there is one.
pub(crate) fn followed(mut response: Response, next: Option<&str>) -> Response {
    if let Some(next) = next {
        response.headers_mut().insert(LINK, link(next));
    }
    response
}

/// A JSON answer that was encoded before, with the ETag that names this state of it.
pub(crate) fn encoded(asked: &HeaderMap, bytes: Bytes, etag: &str) -> Response {
    let etag = HeaderValue::try_from(etag).expect("an ETag of ours is a header value");
    let mut response = if is_known(asked, &etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(bytes));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    };
    response.headers_mut().insert(ETAG, etag);
    response.headers_mut().insert(CACHE_CONTROL, ASK_FIRST);
    response
}

/// A page of `all`, which is ordered by `key`: what follows `cursor`, at most `limit`, with a `Link`
/// to the next page.
pub(crate) fn page<T: Serialize>(
    asked: &HeaderMap,
    path: &str,
    all: Vec<T>,
    key: impl Fn(&T) -> &str,
    cursor: Option<&str>,
    limit: usize,
) -> Response {
    let mut items: Vec<T> = all.into_iter().skip_while(|item| cursor.is_some_and(|cursor| key(item) <= cursor)).collect();
    let next = (items.len() > limit).then(|| items.drain(limit..).count()).and_then(|_| items.last());
    let next = next.map(|last| format!("{path}?limit={limit}&cursor={}", escaped(key(last))));
    followed(json(asked, &List { items }), next.as_deref())
}

fn link(address: &str) -> HeaderValue {
    HeaderValue::try_from(format!("<{address}>; rel=\"next\"")).expect("an escaped address is a header value")
}

/// A word as part of a query.
pub(crate) fn escaped(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    for byte in word.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

fn is_known(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let known = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    // Reading compares weakly (RFC 9110, 13.1.2).
    let etag = etag.to_str().unwrap_or_default().trim_start_matches("W/");
    known.flat_map(|value| value.split(',')).map(str::trim).any(|item| item == "*" || item.trim_start_matches("W/") == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn pages(limit: usize) -> Vec<Vec<String>> {
        let all: Vec<String> = ["a", "b", "c & d", "e", "f"].map(str::to_owned).to_vec();
        let (mut pages, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = page(&HeaderMap::new(), "/x", all.clone(), |item| item.as_str(), cursor.as_deref(), limit);
            let next = page.headers().get(LINK).map(|link| link.to_str().unwrap().to_owned());
            let body = axum::body::to_bytes(page.into_body(), 1000).await.unwrap();
            let list: serde_json::Value = serde_json::from_slice(&body).unwrap();
            pages.push(serde_json::from_value(list["items"].clone()).unwrap());
            let Some(next) = next else { return pages };
            let (_, after) = next.split_once("cursor=").unwrap();
            let after = after.split_once('>').unwrap().0;
            cursor = Some(after.replace("%20", " ").replace("%26", "&"));
        }
    }

    #[tokio::test]
    async fn pages_hold_every_item_once() {
        for limit in 1..=6 {
            let pages = pages(limit).await;
            assert_eq!(pages.len(), 5usize.div_ceil(limit));
            assert_eq!(pages.concat(), ["a", "b", "c & d", "e", "f"], "limit {limit}");
        }
    }

    #[test]
    fn who_knows_the_etag_gets_304() {
        let first = json(&HeaderMap::new(), &1);
        for known in [first.headers()[ETAG].to_str().unwrap(), "\"x\", *"] {
            let asked = HeaderMap::from_iter([(IF_NONE_MATCH, known.parse().unwrap())]);
            assert_eq!(json(&asked, &1).status(), StatusCode::NOT_MODIFIED);
        }
        let asked = HeaderMap::from_iter([(IF_NONE_MATCH, "W/\"x\"".parse().unwrap())]);
        for (etag, is_known) in [("W/\"x\"", true), ("\"x\"", true), ("W/\"y\"", false)] {
            assert_eq!(unchanged(&asked, etag).is_some(), is_known, "{etag}");
        }
        let asked = HeaderMap::from_iter([(IF_NONE_MATCH, first.headers()[ETAG].clone())]);
        assert_eq!(json(&asked, &2).status(), StatusCode::OK);
    }
}
