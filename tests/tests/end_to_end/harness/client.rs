//! Plain HTTP with or without a key.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::live::Live;
use super::wait::wait_until;

/// No answer of ours takes so long; the time a locked database is waited for is within it.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// From a commit to the board, with a machine that does other things.
pub(crate) const ON_THE_BOARD: Duration = Duration::from_secs(10);

/// A client of one server.
#[derive(Clone)]
pub(crate) struct Client {
    url: String,
    key: Option<String>,
    http: reqwest::Client,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(url: &str, key: Option<&str>) -> Self {
        let http = reqwest::Client::builder().no_proxy().timeout(ANSWER_WITHIN).cookie_store(true).build().expect("a client without TLS");
        Self { url: url.to_owned(), key: key.map(str::to_owned), http }
    }

    /// A request to be changed and sent with [`sent`].
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// Any answer to a GET.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        sent(self.request(Method::GET, path)).await
    }

    /// The JSON of a GET that must succeed.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "GET {path}: {answer:?}");
        answer.json()
    }

    /// A POST of JSON that is not intake.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        sent(self.request(Method::POST, path).header("origin", &self.url).json(body)).await
    }

    /// A DELETE as our own pages send it.
    pub(crate) async fn delete(&self, path: &str) -> Answer {
        sent(self.request(Method::DELETE, path).header("origin", &self.url)).await
    }

    /// A batch of events.
    pub(crate) async fn events(&self, events: &[Value]) -> Answer {
        let body = serde_json::to_vec(events).expect("values are JSON");
        self.bytes("application/cloudevents-batch+json", body).await
    }

    /// A batch of events that must all be accepted.
    pub(crate) async fn accepted(&self, events: &[Value]) {
        let answer = self.events(events).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json(), serde_json::json!({ "accepted": events.len(), "duplicates": 0, "rejected": [] }));
    }

    /// Bytes to intake under a content type.
    pub(crate) async fn bytes(&self, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
        sent(self.intake(kind).body(body)).await
    }

    /// A request to intake, without a body yet.
    pub(crate) fn intake(&self, kind: &str) -> RequestBuilder {
        self.request(Method::POST, "/api/v1/events").header(CONTENT_TYPE, kind)
    }

    /// Signs in; the cookie is kept by this client.
    pub(crate) async fn sign_in(&self, username: &str, password: &str) -> Answer {
        self.post("/api/v1/session", &serde_json::json!({ "username": username, "password": password })).await
    }

    /// A live socket on behalf of the key.
    pub(crate) async fn live(&self) -> Live {
        let key = self.key.as_deref().expect("a live socket needs somebody");
        Live::open(&self.url, &[("authorization", &format!("Bearer {key}"))]).await
    }

    /// The tile of a board.
    pub(crate) async fn tile(&self, board: &str, id: &str) -> Value {
        tile_of(&self.json(&format!("/api/v1/boards/{board}")).await, id)
    }

    /// Waits until the VALUE on a tile is as wanted, and returns it.
    pub(crate) async fn shows(&self, board: &str, id: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        wait_until(&format!("the tile {id}"), ON_THE_BOARD, async || {
            let value = self.tile(board, id).await["value"].clone();
            if is_wanted(&value) { Ok(value) } else { Err(value.to_string()) }
        })
        .await
    }

    /// The only VALUE of a series in one period.
    pub(crate) async fn value(&self, unit: &str, indicator: &str, every: &str, period: &str) -> Value {
        let series = self.json(&format!("/api/v1/series?unit={unit}&indicator={indicator}&every={every}&from={period}&limit=1")).await;
        let items = series["items"].as_array().expect("a list has items");
        items.iter().find(|item| item["period"] == period).cloned().unwrap_or_else(|| panic!("{period} is not in {series}"))
    }

    /// Waits until the VALUE of a period is as wanted, and returns it.
    pub(crate) async fn comes(
        &self,
        (unit, indicator, every, period): (&str, &str, &str, &str),
        is_wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        wait_until(&format!("{unit} {indicator} {period}"), ON_THE_BOARD, async || {
            let value = self.value(unit, indicator, every, period).await;
            if is_wanted(&value) { Ok(value) } else { Err(value.to_string()) }
        })
        .await
    }
}

/// Sends a request and reads its answer.
pub(crate) async fn sent(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.expect("the answer arrives whole").to_vec();
    Answer { status, headers, body }
}

/// A tile of a snapshot.
pub(crate) fn tile_of(snapshot: &Value, id: &str) -> Value {
    let tiles = snapshot["tiles"].as_array().expect("a snapshot has tiles");
    tiles.iter().find(|tile| tile["id"] == id).cloned().unwrap_or_else(|| panic!("no tile {id} in {snapshot}"))
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("the body is no JSON: {}", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("headers are text"))
    }

    /// The stable word of a problem, whose form is checked on the way.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let body = self.json();
        let code = body["code"].as_str().expect("a problem has a code").to_owned();
        assert_eq!(body["type"], format!("about:blank#{code}"), "{body}");
        assert_eq!(body["status"], self.status, "{body}");
        for words in ["title", "detail"] {
            assert!(body[words].as_str().is_some_and(|text| !text.is_empty()), "{words} of {body}");
        }
        code
    }

    /// Codes of the rejected events, in their order.
    pub(crate) fn codes(&self) -> Vec<String> {
        let body = self.json();
        let rejected = body["rejected"].as_array().unwrap_or_else(|| panic!("no list of rejections in {body}"));
        rejected.iter().map(|rejection| rejection["code"].as_str().expect("a rejection has a code").to_owned()).collect()
    }
}
