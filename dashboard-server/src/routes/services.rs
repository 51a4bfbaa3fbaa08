//! `GET /api/v1/services` and `/api/v1/services/{id}`: the services, and how one of them stands.

use std::sync::Arc;

use aggregator::table::{AGE_BANDS, CaseLine, Durations, Filter, list, overview};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rules::case::Step;
use rules::period::Period;
use rules::service::Service;
use rules::time::{Millis, format_instant};
use serde::{Deserialize, Serialize};
use sql::registry::Registry;
use utoipa::{IntoParams, ToSchema};

use super::arguments::{Arguments, Paging};
use super::cases::{pseudonym, salt};
use super::reply::{self, List};
use super::tables::moment_of;
use crate::access::actor::Reader;
use crate::access::{Action, can};
use crate::app::App;
use crate::problem::{Answer, Problem, ProblemBody};

/// A service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Service)]
pub(crate) struct ServiceItem {
    /// Id.
    id: String,
    /// Name in Indonesian.
    name: String,
    /// Name in English; may be empty.
    name_en: String,
    /// How long it may take; null when nothing is published.
    #[schema(required = true)]
    standard: Option<u32>,
    /// `minutes`, `hours`, `days`, `working_hours` or `working_days`.
    #[schema(required = true)]
    standard_unit: Option<&'static str>,
    /// `decided`, `handed_over` or `closed`.
    ends_at: &'static str,
    /// Who answers for it.
    owner: String,
}

impl ServiceItem {
    fn of(service: &Service) -> Self {
        Self {
            id: service.id.clone(),
            name: service.name.clone(),
            name_en: service.name_en.clone(),
            standard: service.standard.map(|standard| standard.amount),
            standard_unit: service.standard.map(|standard| standard.unit.as_str()),
            ends_at: service.ends_at.as_str(),
            owner: service.owner.clone(),
        }
    }
}

/// The services, by id.
#[utoipa::path(
    get,
    path = "/api/v1/services",
    tag = "reading",
    params(Paging),
    responses((status = 200, body = List<ServiceItem>), (status = 401, body = ProblemBody, content_type = "application/problem+json"))
)]
pub(crate) async fn list_services(
    State(app): State<Arc<App>>,
    _reader: Reader,
    Arguments(paging): Arguments<Paging>,
    asked: HeaderMap,
) -> Answer<Response> {
    let mut items: Vec<ServiceItem> = app.registry().services.iter().map(ServiceItem::of).collect();
    items.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    Ok(reply::page(&asked, "/api/v1/services", items, |item| &item.id, paging.cursor.as_deref(), paging.limit()?))
}

/// Of which unit, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Unit id, with what is below it; all units without it.
    unit: Option<String>,
    /// Weeks back with the running one, 1 to 104; 12 without it.
    #[param(minimum = 1, maximum = 104)]
    weeks: Option<u32>,
    /// An instant or a date: what happened later is left out.
    as_of: Option<String>,
    /// An instant or a date: as the log was known then.
    known_at: Option<String>,
}

/// How a service stands. Durations are gross hours by the clock on the wall; those of a week are of the cases closed in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceOverview)]
pub(crate) struct OverviewItem {
    /// The service.
    service: ServiceItem,
    /// The unit that was asked for.
    #[schema(required = true)]
    unit: Option<String>,
    /// The moment it is true for.
    as_of: String,
    /// Cases opened so far.
    opened: usize,
    /// Open cases.
    open: usize,
    /// Open cases past their target.
    overdue: usize,
    /// Opened within seven days.
    opened_7d: usize,
    /// Closed within seven days.
    closed_7d: usize,
    /// Turned down or taken back within seven days.
    dropped_7d: usize,
    /// Of the cases closed within 28 days.
    durations_28d: DurationsItem,
    /// The standard in hours, when the clock on the wall counts it.
    #[schema(required = true)]
    standard_h: Option<f64>,
    /// The oldest open case.
    #[schema(required = true)]
    oldest: Option<OpenCase>,
    /// Weeks, oldest first; the last one runs.
    weeks: Vec<WeekItem>,
    /// Open cases by age.
    ages: Vec<AgeItem>,
    /// By class, most open ones first; at most 20.
    classes: Vec<ClassItem>,
    /// Open cases with a target ahead, the nearest first; at most 20.
    ahead: Vec<OpenCase>,
    /// How many there are with a target within two days.
    ahead_2d: usize,
}

/// Durations in hours.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Durations)]
pub(crate) struct DurationsItem {
    /// How many.
    n: usize,
    /// Median.
    #[schema(required = true)]
    median_h: Option<f64>,
    /// 90th percentile.
    #[schema(required = true)]
    p90_h: Option<f64>,
}

impl From<Durations> for DurationsItem {
    fn from(found: Durations) -> Self {
        Self { n: found.n, median_h: found.median_h, p90_h: found.p90_h }
    }
}

/// A week of a service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceWeek)]
pub(crate) struct WeekItem {
    /// Which.
    #[schema(value_type = String)]
    period: Period,
    /// Its first day.
    starts: String,
    /// Opened in it.
    opened: usize,
    /// Closed in it.
    closed: usize,
    /// Turned down or taken back in it.
    dropped: usize,
    /// Open at its end, or now.
    open_at_end: usize,
    /// Of the cases closed in it.
    durations: DurationsItem,
}

/// Open cases of an age.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenByAge)]
pub(crate) struct AgeItem {
    /// From this many whole days.
    from_days: i64,
    /// To this many, with them; null without end.
    #[schema(required = true)]
    to_days: Option<i64>,
    /// Open cases.
    open: usize,
    /// Those past their target.
    overdue: usize,
}

/// Cases of a class.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceClass)]
pub(crate) struct ClassItem {
    /// The class; null for cases without one.
    #[schema(required = true)]
    class: Option<String>,
    /// Opened within 28 days.
    opened_28d: usize,
    /// Open.
    open: usize,
    /// Open past their target.
    overdue: usize,
    /// Of the cases closed within 28 days.
    durations: DurationsItem,
}

/// An open case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenCase)]
pub(crate) struct OpenCase {
    /// Its pseudonym.
    key: String,
    /// Unit id.
    unit: String,
    /// Class.
    #[schema(required = true)]
    class: Option<String>,
    /// The step that it reached last.
    #[schema(required = true, value_type = Option<String>)]
    step: Option<Step>,
    /// When it was submitted.
    #[schema(required = true)]
    opened_at: Option<String>,
    /// Hours since.
    #[schema(required = true)]
    age_h: Option<f64>,
    /// Its target.
    #[schema(required = true)]
    due: Option<String>,
    /// Hours until it.
    #[schema(required = true)]
    left_h: Option<f64>,
}

/// Cases and classes that are named one by one.
const NAMED: usize = 20;
const MOST_WEEKS: u32 = 104;

/// How a service stands: in, out, open, age of the open ones, durations over weeks, late ones, by class.
#[utoipa::path(
    get,
    path = "/api/v1/services/{id}",
    tag = "reading",
    params(("id" = String, Path, description = "Service id"), Which),
    responses(
        (status = 200, body = OverviewItem),
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
    asked: HeaderMap,
) -> Answer<Response> {
    let weeks = which.weeks.unwrap_or(12);
    if !(1..=MOST_WEEKS).contains(&weeks) {
        return Err(Problem::bad_request(format!("`weeks` must be 1 to {MOST_WEEKS}; found {weeks}")));
    }
    let moment = |text: &Option<String>, name| text.as_deref().map(|text| moment_of(text, name, &app)).transpose();
    let known_at = moment(&which.known_at, "known_at")?;
    let as_of = moment(&which.as_of, "as_of")?.or(known_at).unwrap_or_else(|| app.now());
    let registry = match known_at {
        Some(_) => Arc::new(sql::registry::load(&app.db, known_at).await?),
        None => app.registry(),
    };
    let missing = || Problem::not_found(format!("there is no service `{id}`; see /api/v1/services"));
    let service = registry.service(&id).ok_or_else(missing)?;
    let sees = |unit: i64| can(&actor, Action::Read, Some(unit), &registry.tree);
    let unit = match which.unit.as_deref() {
        None => None,
        Some(id) => {
            let unit = registry.unit(id).filter(|unit| sees(unit.no));
            Some(unit.ok_or_else(|| Problem::not_found(format!("there is no unit `{id}` for you; see /api/v1/units")))?.no)
        }
    };
    let filter = Filter { service: Some(service.no), unit, as_of, known_at, ..Filter::default() };
    let mut lines = list(&app.db, &registry, filter).await.map_err(|error| Problem::internal(&error))?;
    lines.retain(|line| sees(line.state.unit));
    let zone = app.region.timezone;
    let work = tokio::task::spawn_blocking(move || (overview(&lines, zone, as_of, weeks), lines));
    let (found, lines) = work.await.map_err(|error| Problem::internal(&error))?;
    let salt = salt(&app).await?;
    let open = |place: &usize| open_case(&registry, &salt, as_of, &lines[*place]);
    let soon = as_of.saturating_add(2 * 86_400_000);
    let item = OverviewItem {
        service: ServiceItem::of(service),
        unit: which.unit.clone(),
        as_of: format_instant(as_of),
        opened: found.opened,
        open: found.open,
        overdue: found.overdue,
        opened_7d: found.opened_7d,
        closed_7d: found.closed_7d,
        dropped_7d: found.dropped_7d,
        durations_28d: found.durations_28d.into(),
        standard_h: service.standard.and_then(|standard| standard.on_the_clock()).map(hours),
        oldest: found.oldest.as_ref().map(open),
        weeks: found.weeks.into_iter().map(week).collect(),
        ages: ages(&found.ages),
        classes: found.classes.into_iter().take(NAMED).map(class).collect(),
        ahead: found.ahead.iter().take(NAMED).map(open).collect(),
        ahead_2d: found.ahead.iter().filter(|place| lines[**place].due.is_some_and(|due| due <= soon)).count(),
    };
    Ok(reply::json(&asked, &item))
}

fn week(week: aggregator::table::Week) -> WeekItem {
    WeekItem {
        period: week.period,
        starts: week.period.first_day().to_string(),
        opened: week.opened,
        closed: week.closed,
        dropped: week.dropped,
        open_at_end: week.open_at_end,
        durations: week.durations.into(),
    }
}

fn ages(found: &[(usize, usize)]) -> Vec<AgeItem> {
    let ends = AGE_BANDS.iter().skip(1).map(|next| Some(next - 1)).chain([None]);
    let bands = AGE_BANDS.into_iter().zip(ends).zip(found);
    bands.map(|((from_days, to_days), (open, overdue))| AgeItem { from_days, to_days, open: *open, overdue: *overdue }).collect()
}

fn class(found: aggregator::table::Class) -> ClassItem {
    let aggregator::table::Class { class, opened_28d, open, overdue, durations } = found;
    ClassItem { class, opened_28d, open, overdue, durations: durations.into() }
}

fn open_case(registry: &Registry, salt: &str, as_of: Millis, line: &CaseLine) -> OpenCase {
    let opened = line.state.submitted_at;
    OpenCase {
        key: pseudonym(salt, line.service, &line.case),
        unit: registry.unit_no(line.state.unit).map_or_else(|| format!("#{}", line.state.unit), |unit| unit.id.clone()),
        class: line.state.class.clone(),
        step: line.last_step(),
        opened_at: opened.map(format_instant),
        age_h: opened.map(|opened| hours(as_of - opened)),
        due: line.due.map(format_instant),
        left_h: line.due.map(|due| hours(due - as_of)),
    }
}

fn hours(span: Millis) -> f64 {
    span as f64 / 3_600_000.0
}
