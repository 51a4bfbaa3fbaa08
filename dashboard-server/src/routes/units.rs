//! `GET /api/v1/units`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::arguments::{Arguments, Paging};
use super::reply::{self, List};
use crate::access::actor::Reader;
use crate::app::App;
use crate::problem::{Answer, ProblemBody};

/// A work unit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Unit)]
pub(crate) struct UnitItem {
    /// Id.
    id: String,
    /// Id of the unit above; null at the top.
    #[schema(required = true)]
    parent: Option<String>,
    /// Name.
    name: String,
    /// Short name.
    short_name: String,
    /// `region`, `agency`, `subdistrict`, `division`, `technical_unit`, `village`, …
    kind: String,
    /// First day of its validity.
    #[schema(required = true, value_type = Option<String>, format = Date)]
    valid_from: Option<NaiveDate>,
    /// Last day of its validity.
    #[schema(required = true, value_type = Option<String>, format = Date)]
    valid_to: Option<NaiveDate>,
    /// Its calendar of office hours; empty for the usual one.
    calendar: String,
    /// Kode Kemendagri.
    code: String,
}

/// The units that the actor may see, by id.
#[utoipa::path(
    get,
    path = "/api/v1/units",
    tag = "reading",
    params(Paging),
    responses((status = 200, body = List<UnitItem>), (status = 401, body = ProblemBody, content_type = "application/problem+json"))
)]
pub(crate) async fn list_units(
    State(app): State<Arc<App>>,
    Reader(actor): Reader,
    Arguments(paging): Arguments<Paging>,
    asked: HeaderMap,
) -> Answer<Response> {
    let registry = app.registry();
    let seen = registry.units.iter().filter(|unit| actor.sees(unit.no, &app)).map(|unit| UnitItem {
        id: unit.id.clone(),
        parent: unit.parent.and_then(|no| registry.unit_no(no)).map(|parent| parent.id.clone()),
        name: unit.name.clone(),
        short_name: unit.short_name.clone(),
        kind: unit.kind.clone(),
        valid_from: unit.valid_from,
        valid_to: unit.valid_to,
        calendar: unit.calendar.clone(),
        code: unit.code.clone(),
    });
    let mut seen: Vec<UnitItem> = seen.collect();
    seen.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    Ok(reply::page(&asked, "/api/v1/units", seen, |unit| &unit.id, paging.cursor.as_deref(), paging.limit()?))
}
