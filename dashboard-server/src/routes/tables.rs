//! `GET /api/v1/tables/{cases|backlog|samples}`: tables as `pantau table` prints them, always computed from the events.

use std::collections::HashSet;
use std::sync::Arc;

use aggregator::table::{self, Args, By};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use rules::case::Clock;
use rules::period::{Every, Period};
use rules::time::{Millis, date_of, parse_instant, start_of};
use serde::{Deserialize, Serialize};
use sql::registry::Registry;
use utoipa::IntoParams;

use super::arguments::Arguments;
use super::reply::{self, List};
use crate::access::actor::Reader;
use crate::access::{Action, Actor, can};
use crate::app::App;
use crate::problem::{Answer, Problem, ProblemBody};
use crate::table::{BacklogItem, CaseItem, Item, RowItem, csv_of};

/// Which table.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// `day`, `week`, `month`, `quarter`, `semester` or `year`.
    every: String,
    /// `unit` what was booked on the unit itself, `tree` with its descendants, `service` each service (cases only), `all` everything
    /// together.
    by: String,
    /// A date or an instant: periods that begin at or after it.
    from: Option<String>,
    /// A date or an instant: periods that begin before it.
    to: Option<String>,
    /// An instant or a date: what happened later is left out; a case that ended later is open.
    #[serde(rename = "as_of")]
    as_of: Option<String>,
    /// An instant or a date: as the log was known then.
    known_at: Option<String>,
    /// `elapsed`, the usual: durations from the opening to the end, day and night; `working`: in the working hours of the unit's
    /// calendar, without the stretches in which the case was returned.
    clock: Option<String>,
    /// `csv` or `json`, the usual.
    format: Option<String>,
}

/// Samples by period and unit, as `pantau table samples` prints them.
#[utoipa::path(
    get,
    path = "/api/v1/tables/samples",
    tag = "reading",
    params(Which),
    responses(
        (status = 200, body = List<RowItem>, description = "With `format=csv`: `text/csv`, six decimals, empty for no value"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "`by=all` needs sight of all units"),
    )
)]
pub(crate) async fn table_of_samples(
    State(app): State<Arc<App>>,
    Reader(actor): Reader,
    Arguments(which): Arguments<Which>,
    headers: HeaderMap,
) -> Answer<Response> {
    let asked = Asked::of(&app, &actor, &which).await?;
    if asked.args.by == By::Service {
        return Err(Problem::bad_request("samples belong to no service; use `by=unit`, `by=tree` or `by=all`"));
    }
    let rows =
        table::samples(&app.db, &asked.registry, app.region.timezone, asked.args).await.map_err(|error| Problem::internal(&error))?;
    asked.answer(&headers, rows.iter().filter(|row| asked.sees(&row.unit)).map(RowItem::of).collect())
}

/// Cases by the period of their opening, as `pantau table cases` prints them; durations in hours.
#[utoipa::path(
    get,
    path = "/api/v1/tables/cases",
    tag = "reading",
    params(Which),
    responses(
        (status = 200, body = List<CaseItem>, description = "With `format=csv`: `text/csv`, six decimals, empty for no value"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "`by=all` and `by=service` need sight of all units"),
    )
)]
pub(crate) async fn table_of_cases(
    State(app): State<Arc<App>>,
    Reader(actor): Reader,
    Arguments(which): Arguments<Which>,
    headers: HeaderMap,
) -> Answer<Response> {
    let asked = Asked::of(&app, &actor, &which).await?;
    let rows = table::cases(&app.db, &asked.registry, app.region.timezone, asked.args).await.map_err(|error| Problem::internal(&error))?;
    asked.answer(&headers, rows.iter().filter(|row| asked.sees(&row.unit)).map(CaseItem::of).collect())
}

/// What was closed in each period and what was open at its end, as `pantau table backlog` prints it. `from` and `to` may lie
/// at most 1,000 periods apart.
#[utoipa::path(
    get,
    path = "/api/v1/tables/backlog",
    tag = "reading",
    params(Which),
    responses(
        (status = 200, body = List<BacklogItem>, description = "With `format=csv`: `text/csv`"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "`by=all` and `by=service` need sight of all units"),
    )
)]
pub(crate) async fn table_of_backlog(
    State(app): State<Arc<App>>,
    Reader(actor): Reader,
    Arguments(which): Arguments<Which>,
    headers: HeaderMap,
) -> Answer<Response> {
    let mut asked = Asked::of(&app, &actor, &which).await?;
    let zone = app.region.timezone;
    // Rows are units times periods, so a span is needed; without one, the last year.
    let to = asked.args.to.unwrap_or(asked.args.as_of);
    let from = asked.args.from.unwrap_or_else(|| {
        let last = Period::containing(date_of(to, zone), asked.args.every);
        start_of(last.back(periods_of_a_year(asked.args.every)).first_day(), zone)
    });
    let last = Period::containing(date_of(to, zone), asked.args.every);
    if from < last.back(MOST_PERIODS).starts_at(zone) {
        return Err(Problem::bad_request(format!(
            "`from` and `to` lie more than {MOST_PERIODS} periods apart; ask for less, or for longer periods"
        )));
    }
    (asked.args.from, asked.args.to) = (Some(from), asked.args.to);
    let rows = table::backlog(&app.db, &asked.registry, zone, asked.args).await.map_err(|error| Problem::internal(&error))?;
    asked.answer(&headers, rows.iter().filter(|row| asked.sees(&row.unit)).map(BacklogItem::of).collect())
}

/// Periods of the table of backlog at most.
const MOST_PERIODS: u32 = 1_000;

const fn periods_of_a_year(every: Every) -> u32 {
    match every {
        Every::Day => 365,
        Every::Week => 52,
        Every::Month => 12,
        Every::Quarter => 4,
        Every::Semester => 2,
        Every::Year => 1,
    }
}

/// What is asked, by whom.
struct Asked {
    args: Args,
    as_csv: bool,
    registry: Arc<Registry>,
    visible: HashSet<String>,
}

impl Asked {
    async fn of(app: &App, actor: &Actor, which: &Which) -> Answer<Self> {
        let (args, as_csv) = which.understood(app)?;
        let registry = match args.known_at {
            Some(_) => Arc::new(sql::registry::load(&app.db, args.known_at).await?),
            None => app.registry(),
        };
        let sees = |unit: i64| can(actor, Action::Read, Some(unit), &registry.tree);
        let visible: HashSet<String> = registry.units.iter().filter(|unit| sees(unit.no)).map(|unit| unit.id.clone()).collect();
        if matches!(args.by, By::All | By::Service) && visible.len() < registry.units.len() {
            return Err(Problem::not_allowed("`by=all` and `by=service` are for who may see every unit; use `by=unit` or `by=tree`"));
        }
        Ok(Self { args, as_csv, registry, visible })
    }

    fn sees(&self, unit: &str) -> bool {
        matches!(self.args.by, By::All | By::Service) || self.visible.contains(unit)
    }

    fn answer<T: Item + Serialize>(&self, headers: &HeaderMap, items: Vec<T>) -> Answer<Response> {
        if self.as_csv {
            let text = csv_of(&items).map_err(|error| Problem::internal(&error))?;
            return Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"))], text).into_response());
        }
        Ok(reply::json(headers, &List { items }))
    }
}

impl Which {
    fn understood(&self, app: &App) -> Answer<(Args, bool)> {
        let every: Every =
            self.every.parse().map_err(|error: rules::word::UnknownWord| Problem::bad_request(format!("`every`: {error}")))?;
        let by = match self.by.as_str() {
            "unit" => By::Unit,
            "tree" => By::Tree,
            "service" => By::Service,
            "all" => By::All,
            other => return Err(Problem::bad_request(format!("`by` must be one of unit, tree, service, all; found `{other}`"))),
        };
        let as_csv = match self.format.as_deref() {
            None | Some("json") => false,
            Some("csv") => true,
            Some(other) => return Err(Problem::bad_request(format!("`format` must be csv or json; found `{other}`"))),
        };
        let clock = self.clock.as_deref().map_or(Ok(Clock::Elapsed), str::parse);
        let clock = clock.map_err(|error: rules::word::UnknownWord| Problem::bad_request(format!("`clock`: {error}")))?;
        let moment = |text: &Option<String>, name| text.as_deref().map(|text| moment_of(text, name, app)).transpose();
        let known_at = moment(&self.known_at, "known_at")?;
        let as_of = moment(&self.as_of, "as_of")?.or(known_at).unwrap_or_else(|| app.now());
        Ok((Args { every, by, from: moment(&self.from, "from")?, to: moment(&self.to, "to")?, as_of, known_at, clock }, as_csv))
    }
}

/// An instant, or the first moment of a date in the region's zone.
pub(crate) fn moment_of(text: &str, name: &str, app: &App) -> Answer<Millis> {
    let date = || text.parse::<NaiveDate>().ok().map(|date| start_of(date, app.region.timezone));
    parse_instant(text).or_else(date).ok_or_else(|| {
        Problem::bad_request(format!(
            "`{name}` must be a date such as 2026-11-24 or an instant such as 2026-11-24T09:00:00+07:00; found `{text}`"
        ))
    })
}
