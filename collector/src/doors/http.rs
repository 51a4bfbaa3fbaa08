//! `POST /api/v1/events`: one request, one batch, one answer after the durable commit.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::body;
use super::key_of;
use super::problem::Problem;
use crate::intake::Intake;
use crate::limits::REQUESTS_PER_KEY;
use crate::stats::{self, Door};
use crate::unpack::Packing;

/// Takes a batch in.
///
/// 200 when something was taken or known, 422 when everything was rejected, 403 when all of it is forbidden to this key;
/// else a problem that names what to change.
pub(super) async fn post_events(State(intake): State<Intake>, request: Request) -> Response {
    let (parts, mut body) = request.into_parts();
    match accept(&intake, &parts.headers, &mut body).await {
        Ok(response) => response,
        Err(problem) => {
            body::read_past(body).await;
            problem.into_response()
        }
    }
}

async fn accept(intake: &Intake, headers: &HeaderMap, body: &mut Body) -> Result<Response, Problem> {
    let (key, _) = key_of(intake, headers).await?;
    if !is_cloudevents(headers) {
        return Err(Problem::content_type());
    }
    let packing = packing(headers)?;
    let _turn = intake.inner.requests.enter(&key.id, REQUESTS_PER_KEY).ok_or_else(|| Problem::too_many_requests(REQUESTS_PER_KEY))?;
    stats::batch_came(Door::Http);
    let (bytes, held) = body::read(headers, body, &intake.inner.budget).await?;
    let taken = intake.take(&key, bytes, packing, held).await.map_err(Problem::refusal)?;
    let answer = taken.answer().await.map_err(|why| Problem::unavailable(&why))?;
    Ok(if answer.all_forbidden() {
        Problem::all_forbidden(answer).into_response()
    } else if answer.took_nothing() {
        (StatusCode::UNPROCESSABLE_ENTITY, Json(answer)).into_response()
    } else {
        Json(answer).into_response()
    })
}

/// Parameters such as `charset=utf-8` are allowed; which of the two types it is does not matter, the body says it itself.
fn is_cloudevents(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    ["application/cloudevents+json", "application/cloudevents-batch+json"].iter().any(|word| essence.eq_ignore_ascii_case(word))
}

fn packing(headers: &HeaderMap) -> Result<Packing, Problem> {
    let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
    let value = match values.next() {
        None => None,
        Some(value) => Some(value.to_str().map_err(|_| Problem::content_encoding())?),
    };
    match (Packing::from_header(value), values.next()) {
        (Some(packing), None) => Ok(packing),
        _ => Err(Problem::content_encoding()),
    }
}
