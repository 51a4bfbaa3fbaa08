//! `GET /api/v1/cases`: the cases behind a figure, under keys that say nothing outside.

mod item;
mod which;

use std::sync::Arc;

use aggregator::table::{CaseLine, list, order};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use self::item::{CaseEntry, CaseList};
use self::which::Which;
use super::arguments::{Arguments, checked_limit};
use super::ground::Ground;
use crate::access::actor::Reader;
use crate::app::App;
use crate::problem::{Answer, ProblemBody};
use crate::pseudonym::pseudonym;

/// Cases of the units that the actor may see, newest first unless `sort` says otherwise. Every figure of `/services` and
/// `/services/{id}` is as many cases as this list holds for the same moment. The ETag is true for a minute of ages.
#[utoipa::path(
    get,
    path = "/api/v1/cases",
    tag = "reading",
    params(Which),
    responses(
        (status = 200, body = CaseList),
        (status = 304, description = "What `If-None-Match` names is still true"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_cases(
    State(app): State<Arc<App>>,
    Reader(actor): Reader,
    Arguments(which): Arguments<Which>,
    uri: Uri,
    headers: HeaderMap,
) -> Answer<Response> {
    let limit = checked_limit(which.limit)?;
    let (sort, key) = (which.order()?, which.key()?);
    let ground = Ground::of(&app, actor, &uri, which.as_of.as_deref(), which.known_at.as_deref()).await?;
    let filter = which.filter(&app, &ground)?;
    let make = move |ground: &Ground, cases: &[_]| {
        let is_it =
            |line: &CaseLine<'_>| key.as_ref().is_none_or(|key| *key == pseudonym(&ground.salt, line.case.service, &line.case.case));
        let mut lines = list(cases, &ground.registry.tree, &filter);
        lines.retain(|line| ground.sees(line.case.state.unit) && is_it(line));
        order(&mut lines, sort, ground.as_of);
        let skip = which.cursor.unwrap_or_default();
        let items: Vec<CaseEntry> = lines.iter().skip(skip).take(limit).map(|line| CaseEntry::of(ground, line)).collect();
        let next = skip.saturating_add(items.len());
        let link = (next < lines.len()).then(|| which.address_from(next, limit));
        (CaseList { total: lines.len(), items }, link)
    };
    ground.answer(&app, &headers, make).await
}
