//! An ordinary client of the intake: sends a batch until it is answered.

use std::collections::HashMap;
use std::time::Duration;

use collector::replay::Names;
use reqwest::{Client, Response, StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;

use crate::commands::Failure;

/// Time for one request; a commit takes milliseconds, a slow line more.
const WITHIN: Duration = Duration::from_secs(60);
/// First pause before another try where the server names none; doubled each time.
const PAUSE: Duration = Duration::from_millis(250);
/// Longest pause, also where the server asks for more.
const LONGEST: Duration = Duration::from_secs(30);

/// Sends to one server with one key.
pub(super) struct Sender {
    client: Client,
    base: Url,
    key: String,
    units: HashMap<String, String>,
    services: HashMap<String, String>,
}

/// The answer to a batch.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Answer {
    pub(super) accepted: u64,
    pub(super) duplicates: u64,
    pub(super) rejected: Vec<Rejection>,
}

/// An event that was refused.
#[derive(Debug, Deserialize)]
pub(super) struct Rejection {
    pub(super) index: usize,
    pub(super) code: String,
    pub(super) detail: String,
}

/// What a list of units or services says of one.
#[derive(Debug, Deserialize)]
struct Named {
    id: String,
    name: String,
    #[serde(default)]
    short_name: String,
}

#[derive(Debug, Deserialize)]
struct List {
    items: Vec<Named>,
}

/// Why a try failed.
enum Fault {
    /// Another may succeed, after so long when the server says.
    Again(String, Option<Duration>),
    /// No other would.
    Final(Failure),
}

impl Sender {
    pub(super) fn new(to: &str, key: &str) -> Result<Self, Failure> {
        let wrong = || Failure::usage(format!("--to {to}: write the address of a server, such as http://127.0.0.1:8080"));
        let mut base = Url::parse(to).map_err(|_| wrong())?;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(wrong());
        }
        base.set_path("/");
        base.set_query(None);
        base.set_fragment(None);
        let client = Client::builder().timeout(WITHIN).build().map_err(|cause| Failure::run("could not make a client").because(cause))?;
        Ok(Self { client, base, key: key.to_owned(), units: HashMap::new(), services: HashMap::new() })
    }

    /// Learns the names of units and services, when the key may read; else only ids are understood.
    pub(super) async fn look_up_names(&mut self) -> Result<(), Failure> {
        self.units = self.names("api/v1/units").await?;
        self.services = self.names("api/v1/services").await?;
        Ok(())
    }

    async fn names(&self, path: &str) -> Result<HashMap<String, String>, Failure> {
        let mut names = HashMap::new();
        let mut next = Some(self.url(path));
        while let Some(url) = next.take() {
            let response = self.until_answered(|| self.client.get(url.clone()).bearer_auth(&self.key)).await?;
            if matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
                return Ok(HashMap::new());
            }
            let following = next_page(&response).and_then(|page| url.join(&page).ok());
            let list: List = parsed(response).await?;
            for Named { id, name, short_name } in list.items {
                // An id wins over a name of another, the longer name over the shorter.
                for text in [short_name, name] {
                    names.insert(text, id.clone());
                }
                names.insert(id.clone(), id);
            }
            next = following;
        }
        Ok(names)
    }

    /// Sends a batch until the server has answered: the same events again are never a second effect.
    pub(super) async fn send(&self, events: &[Value]) -> Result<Answer, Failure> {
        let body = serde_json::to_vec(events).expect("events are always JSON");
        let request = || {
            let post = self.client.post(self.url("api/v1/events")).bearer_auth(&self.key);
            post.header("content-type", "application/cloudevents-batch+json").body(body.clone())
        };
        let response = self.until_answered(request).await?;
        match response.status() {
            StatusCode::OK | StatusCode::UNPROCESSABLE_ENTITY => parsed(response).await,
            status => Err(refused(status, response).await),
        }
    }

    async fn until_answered(&self, request: impl Fn() -> reqwest::RequestBuilder) -> Result<Response, Failure> {
        let (mut pause, mut is_told) = (PAUSE, false);
        loop {
            match try_once(request()).await {
                Ok(response) => return Ok(response),
                Err(Fault::Final(failure)) => return Err(failure),
                Err(Fault::Again(why, after)) => {
                    if !is_told {
                        eprintln!("note: {why}; tried again until it answers (Ctrl-C stops)");
                        is_told = true;
                    }
                    tokio::time::sleep(after.unwrap_or(pause).min(LONGEST)).await;
                    pause = (pause * 2).min(LONGEST);
                }
            }
        }
    }

    fn url(&self, path: &str) -> Url {
        self.base.join(path).expect("a path below the server's own")
    }
}

impl Names for Sender {
    fn unit<'n>(&'n self, text: &'n str) -> &'n str {
        self.units.get(text).map_or(text, String::as_str)
    }

    fn service<'n>(&'n self, text: &'n str) -> &'n str {
        self.services.get(text).map_or(text, String::as_str)
    }
}

async fn try_once(request: reqwest::RequestBuilder) -> Result<Response, Fault> {
    let response = match request.send().await {
        Ok(response) => response,
        Err(cause) if cause.is_builder() => {
            return Err(Fault::Final(Failure::usage("the key or the address cannot be sent").because(cause)));
        }
        Err(_) => return Err(Fault::Again("the server does not answer".to_owned(), None)),
    };
    match response.status() {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => {
            let after = response.headers().get("retry-after").and_then(|text| text.to_str().ok()?.parse().ok());
            Err(Fault::Again(format!("the server is busy ({})", response.status().as_u16()), after.map(Duration::from_secs)))
        }
        _ => Ok(response),
    }
}

/// Address of the next page of a list.
fn next_page(response: &Response) -> Option<String> {
    let link = response.headers().get("link")?.to_str().ok()?;
    let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    Some(next.split_once('<')?.1.split_once('>')?.0.to_owned())
}

async fn parsed<T: serde::de::DeserializeOwned>(response: Response) -> Result<T, Failure> {
    let status = response.status();
    let unknown = move |cause: reqwest::Error| Failure::run(format!("the answer ({status}) is not Pantau's; check --to")).because(cause);
    response.json().await.map_err(unknown)
}

async fn refused(status: StatusCode, response: Response) -> Failure {
    let problem: Value = response.json().await.unwrap_or_default();
    let detail = problem["detail"].as_str().unwrap_or("it gives no reason");
    match status {
        StatusCode::UNAUTHORIZED => Failure::run("the server does not know the key; make one with `pantau key create`"),
        StatusCode::FORBIDDEN => Failure::run(format!("the key may not send this: {detail}")),
        _ => Failure::run(format!("the server refused the events ({}): {detail}", status.as_u16())),
    }
}
