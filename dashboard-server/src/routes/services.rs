//! `GET /api/v1/services` and `/api/v1/services/{id}`: the services with their key figures, and how one of them stands.

mod figures;
mod item;

use std::collections::HashMap;
use std::sync::Arc;

use aggregator::table::{CaseLine, Filter, list, overview};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use rules::time::format_instant;
use serde::Deserialize;
use utoipa::IntoParams;

use self::figures::Figures;
use self::item::{OverviewItem, ServiceItem, ServiceLine, ServiceList, Totals};
use super::arguments::{Arguments, checked_limit};
use super::ground::Ground;
use super::reply;
use crate::access::actor::Reader;
use crate::app::App;
use crate::problem::{Answer, Problem, ProblemBody};

/// Which services, of which units, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct All {
    /// Unit id, with what is below it; all units that may be seen without it.
    unit: Option<String>,
    /// An instant or a date: what happened later is left out.
    as_of: Option<String>,
    /// An instant or a date: as the log was known then.
    known_at: Option<String>,
    /// Most items on the page, 1 to 1,000.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Where the page begins, as the `Link` header of the page before says.
    cursor: Option<String>,
}

/// The services, by id, with what their cases of the units that the actor may see come to. The ETag is true for a minute of ages.
#[utoipa::path(
    get,
    path = "/api/v1/services",
    tag = "reading",
    params(All),
    responses(
        (status = 200, body = ServiceList),
        (status = 304, description = "What `If-None-Match` names is still true"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_services(
    State(app): State<Arc<App>>,
    Reader(actor): Reader,
    Arguments(all): Arguments<All>,
    uri: Uri,
    headers: HeaderMap,
) -> Answer<Response> {
    let limit = checked_limit(all.limit)?;
    let ground = Ground::of(&app, actor, &uri, all.as_of.as_deref(), all.known_at.as_deref()).await?;
    let filter = Filter { unit: ground.unit(all.unit.as_deref())?, as_of: ground.as_of, ..Filter::default() };
    let zone = app.region.timezone;
    let make = move |ground: &Ground, cases: &[_]| {
        let mut of_service: HashMap<i64, Vec<CaseLine<'_>>> = HashMap::new();
        for line in list(cases, &ground.registry.tree, &filter) {
            if ground.sees(line.case.state.unit) {
                of_service.entry(line.case.service).or_default().push(line);
            }
        }
        let line = |service: &rules::service::Service| {
            let lines = of_service.get(&service.no).map_or(&[][..], Vec::as_slice);
            let found = overview(lines, zone, ground.as_of, 1);
            ServiceLine { service: ServiceItem::of(service), figures: Figures::of(ground, service, lines, &found) }
        };
        let mut items: Vec<ServiceLine> = ground.registry.services.iter().map(line).collect();
        items.sort_unstable_by(|a, b| a.service.id.cmp(&b.service.id));
        let totals = Totals::of(&items);
        items.retain(|item| all.cursor.as_ref().is_none_or(|cursor| item.service.id > *cursor));
        let next = (items.len() > limit).then(|| all.address_from(&items[limit - 1].service.id, limit));
        items.truncate(limit);
        (ServiceList { items, as_of: format_instant(ground.as_of), totals }, next)
    };
    ground.answer(&app, &headers, make).await
}

impl All {
    /// The same list after a service.
    fn address_from(&self, cursor: &str, limit: usize) -> String {
        let mut address = format!("/api/v1/services?limit={limit}&cursor={}", reply::escaped(cursor));
        for (name, word) in [("unit", &self.unit), ("as_of", &self.as_of), ("known_at", &self.known_at)] {
            if let Some(word) = word {
                address.push_str(&format!("&{name}={}", reply::escaped(word)));
            }
        }
        address
    }
}

/// Of which unit, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Unit id, with what is below it; all units without it.
    unit: Option<String>,
    /// Weeks back with the running one, 1 to 104; 12 without it. None of before the first case.
    #[param(minimum = 1, maximum = 104)]
    weeks: Option<u32>,
    /// An instant or a date: what happened later is left out.
    as_of: Option<String>,
    /// An instant or a date: as the log was known then.
    known_at: Option<String>,
}

const MOST_WEEKS: u32 = 104;

/// How a service stands: in, out, open, age of the open ones, durations over weeks, where the time goes, late ones, by class.
/// The ETag is true for a minute of ages.
#[utoipa::path(
    get,
    path = "/api/v1/services/{id}",
    tag = "reading",
    params(("id" = String, Path, description = "Service id"), Which),
    responses(
        (status = 200, body = OverviewItem),
        (status = 304, description = "What `If-None-Match` names is still true"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn show_service(
    State(app): State<Arc<App>>,
    Reader(actor): Reader,
    Path(id): Path<String>,
    Arguments(which): Arguments<Which>,
    uri: Uri,
    headers: HeaderMap,
) -> Answer<Response> {
    let weeks = which.weeks.unwrap_or(12);
    if !(1..=MOST_WEEKS).contains(&weeks) {
        return Err(Problem::bad_request(format!("`weeks` must be 1 to {MOST_WEEKS}; found {weeks}")));
    }
    let ground = Ground::of(&app, actor, &uri, which.as_of.as_deref(), which.known_at.as_deref()).await?;
    let service = ground.service(&id)?;
    let unit = ground.unit(which.unit.as_deref())?;
    let filter = Filter { service: Some(service), unit, as_of: ground.as_of, ..Filter::default() };
    let zone = app.region.timezone;
    let make = move |ground: &Ground, cases: &[_]| {
        let mut lines = list(cases, &ground.registry.tree, &filter);
        lines.retain(|line| ground.sees(line.case.state.unit));
        let found = overview(&lines, zone, ground.as_of, weeks);
        let service = ground.registry.service_no(service).expect("it was found by its id");
        (OverviewItem::of(ground, service, which.unit, &lines, found), None)
    };
    ground.answer(&app, &headers, make).await
}
