//! Reading a request's body within the limits, and reading past what is refused.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::problem::Problem;
use crate::intake::Refusal;
use crate::limits::{Budget, Held, MAX_BODY};
use crate::unavailable::Unavailable;
use crate::unpack::UnpackError;

/// How long a body may take from its first byte to its last. Eight megabytes need 2.2 Mbit/s then; a slower line sends smaller batches.
const WHOLE_BODY: Duration = Duration::from_secs(30);

/// Bytes and time that a refused body is still read and thrown away, so that its sender gets to read the answer instead
/// of a broken connection.
const PAST_BODY: usize = 4 * MAX_BODY;
const PAST_TIME: Duration = Duration::from_secs(5);

/// The whole body as it came, with the budget it uses; taken from the budget before it is kept.
pub(super) async fn read(headers: &HeaderMap, body: &mut Body, budget: &Budget) -> Result<(Bytes, Held), Problem> {
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<usize>().ok());
    if declared.is_some_and(|bytes| bytes > MAX_BODY) {
        return Err(too_large());
    }
    timeout(WHOLE_BODY, collect(declared.unwrap_or(0), body, budget)).await.unwrap_or_else(|_| Err(Problem::body_too_slow()))
}

async fn collect(declared: usize, body: &mut Body, budget: &Budget) -> Result<(Bytes, Held), Problem> {
    let mut held = Held::default();
    let mut whole = BytesMut::new();
    let mut first = Bytes::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Problem::body_cut())?.into_data() else { continue };
        if first.len() + whole.len() + data.len() > MAX_BODY {
            return Err(too_large());
        }
        budget.hold(&mut held, data.len()).map_err(|_| Problem::unavailable(&Unavailable::Overloaded))?;
        if first.is_empty() && whole.is_empty() {
            // A small body comes in one piece and is never copied.
            first = data;
        } else {
            if whole.is_empty() {
                whole.reserve(declared.max(first.len() + data.len()));
                whole.extend_from_slice(&std::mem::take(&mut first));
            }
            whole.extend_from_slice(&data);
        }
    }
    Ok((if whole.is_empty() { first } else { whole.freeze() }, held))
}

fn too_large() -> Problem {
    Problem::refusal(Refusal::TooLarge(UnpackError::TooLarge.to_string()))
}

/// Reads what is left of a refused body and keeps nothing.
pub(super) async fn read_past(mut body: Body) {
    let reading = async {
        let mut left = PAST_BODY;
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    // When time is up the connection breaks, which is then the only answer left.
    let _ = timeout(PAST_TIME, reading).await;
}
