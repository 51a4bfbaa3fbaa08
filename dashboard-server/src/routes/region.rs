//! `GET /api/v1/region`: what a screen's header and clock need.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::actor::Reader;
use crate::app::App;
use crate::problem::ProblemBody;

/// The region.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Region)]
pub(crate) struct RegionItem {
    /// Name.
    name: String,
    /// IANA zone, in which every date and period is meant.
    timezone: String,
    /// Language of screens at first.
    locale: String,
    /// The server's clock, RFC 3339: ages are computed from it.
    server_time: String,
}

/// Name, zone and clock of the region.
#[utoipa::path(
    get,
    path = "/api/v1/region",
    tag = "reading",
    responses((status = 200, body = RegionItem), (status = 401, body = ProblemBody, content_type = "application/problem+json"))
)]
pub(crate) async fn region(State(app): State<Arc<App>>, _reader: Reader) -> Json<RegionItem> {
    Json(RegionItem {
        name: app.region.name.clone(),
        timezone: app.region.timezone.name().to_owned(),
        locale: app.region.locale.clone(),
        server_time: rules::time::format_instant(app.now()),
    })
}
