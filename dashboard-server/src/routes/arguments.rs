//! What handlers take: query arguments and JSON bodies, refused in one clear sentence.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::problem::{Answer, Problem};

/// Longest body of a request to our own routes; intake has its own limit.
pub(crate) const LONGEST_BODY: usize = 64 * 1024;
/// Items on a page unless `limit` says less.
pub(crate) const MOST_ITEMS: usize = 1_000;

/// Query arguments; an unknown one is an error that names it.
#[derive(Debug)]
pub(crate) struct Arguments<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Arguments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        match read {
            Ok(Query(arguments)) => Ok(Self(arguments)),
            Err(rejection) => {
                Err(Problem::bad_request(format!("the arguments after `?` are not understood: {}", reason(&rejection.body_text()))))
            }
        }
    }
}

/// What is wrong, with the argument that it is about: `Failed …: limit: invalid digit` is `` `limit`: invalid digit ``.
fn reason(text: &str) -> String {
    let said = text.split_once(": ").map_or(text, |(_, said)| said);
    match said.split_once(": ") {
        // It names the argument itself.
        Some((_, what)) if what.starts_with("unknown field") => what.to_owned(),
        Some((name, what)) => format!("`{name}`: {what}"),
        None => said.to_owned(),
    }
}

/// A JSON body.
#[derive(Debug)]
pub(crate) struct Content<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Content<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let read: Result<Json<T>, JsonRejection> = Json::from_request(request, state).await;
        match read {
            Ok(Json(content)) => Ok(Self(content)),
            Err(rejection) => Err(match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(LONGEST_BODY),
                StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::wrong_media_type("application/json"),
                _ => {
                    let text = rejection.body_text();
                    let reason = text.rsplit_once("target type: ").map_or(text.as_str(), |(_, reason)| reason);
                    Problem::bad_request(format!("the body is not the expected JSON: {reason}"))
                }
            }),
        }
    }
}

/// Which part of a list.
#[derive(Debug, Default, serde::Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paging {
    /// Most items on the page, 1 to 1,000.
    #[param(minimum = 1, maximum = 1000)]
    pub(crate) limit: Option<usize>,
    /// Where the page begins, as the `Link` header of the page before says.
    pub(crate) cursor: Option<String>,
}

impl Paging {
    /// The limit, checked.
    pub(crate) fn limit(&self) -> Answer<usize> {
        checked_limit(self.limit)
    }
}

/// A limit of 1 to 1,000; 1,000 when none is given.
pub(crate) fn checked_limit(limit: Option<usize>) -> Answer<usize> {
    match limit.unwrap_or(MOST_ITEMS) {
        limit @ 1..=MOST_ITEMS => Ok(limit),
        limit => Err(Problem::bad_request(format!("`limit` must be 1 to {MOST_ITEMS}; found {limit}"))),
    }
}
