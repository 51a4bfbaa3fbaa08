//! `GET /api/v1/tables/samples`: the table of samples, always computed from the events.

use std::sync::Arc;

use aggregator::table::{Args, By, samples};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use rules::period::Every;
use rules::time::{Millis, parse_instant, start_of};
use serde::Deserialize;
use utoipa::IntoParams;

use super::arguments::Arguments;
use super::reply::{self, List};
use crate::access::actor::Reader;
use crate::access::{Action, can};
use crate::app::App;
use crate::problem::{Answer, Problem, ProblemBody};
use crate::table::{RowItem, csv_of};

/// Which table.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// `day`, `week`, `month`, `quarter`, `semester` or `year`.
    every: String,
    /// `unit` what was booked on the unit itself, `tree` with its descendants, `all` everything together.
    by: String,
    /// A date or an instant: periods that begin at or after it.
    from: Option<String>,
    /// A date or an instant: periods that begin before it.
    to: Option<String>,
    /// An instant or a date: samples of a later moment are absent.
    #[serde(rename = "as_of")]
    as_of: Option<String>,
    /// An instant or a date: as the log was known then.
    known_at: Option<String>,
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
    asked: HeaderMap,
) -> Answer<Response> {
    let (args, as_csv) = which.understood(&app)?;
    let registry = match args.known_at {
        Some(_) => Arc::new(sql::registry::load(&app.db, args.known_at).await?),
        None => app.registry(),
    };
    let sees = |unit: i64| can(&actor, Action::Read, Some(unit), &registry.tree);
    if args.by == By::All && !registry.units.iter().all(|unit| sees(unit.no)) {
        return Err(Problem::not_allowed("`by=all` is for who may see every unit; use `by=unit` or `by=tree`"));
    }
    let rows = samples(&app.db, &registry, app.region.timezone, args).await.map_err(|error| Problem::internal(&error))?;
    let rows = rows.iter().filter(|row| args.by == By::All || registry.unit(&row.unit).is_some_and(|unit| sees(unit.no)));
    let rows: Vec<RowItem> = rows.map(RowItem::of).collect();
    if as_csv {
        let text = csv_of(&rows).map_err(|error| Problem::internal(&error))?;
        return Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"))], text).into_response());
    }
    Ok(reply::json(&asked, &List { items: rows }))
}

impl Which {
    fn understood(&self, app: &App) -> Answer<(Args, bool)> {
        let every: Every =
            self.every.parse().map_err(|error: rules::word::UnknownWord| Problem::bad_request(format!("`every`: {error}")))?;
        let by = match self.by.as_str() {
            "unit" => By::Unit,
            "tree" => By::Tree,
            "all" => By::All,
            other => return Err(Problem::bad_request(format!("`by` must be one of unit, tree, all; found `{other}`"))),
        };
        let as_csv = match self.format.as_deref() {
            None | Some("json") => false,
            Some("csv") => true,
            Some(other) => return Err(Problem::bad_request(format!("`format` must be csv or json; found `{other}`"))),
        };
        let moment = |text: &Option<String>, name| text.as_deref().map(|text| moment_of(text, name, app)).transpose();
        let known_at = moment(&self.known_at, "known_at")?;
        let as_of = moment(&self.as_of, "as_of")?.or(known_at).unwrap_or_else(|| app.now());
        Ok((Args { every, by, from: moment(&self.from, "from")?, to: moment(&self.to, "to")?, as_of, known_at }, as_csv))
    }
}

/// An instant, or the first moment of a date in the region's zone.
fn moment_of(text: &str, name: &str, app: &App) -> Answer<Millis> {
    let date = || text.parse::<NaiveDate>().ok().map(|date| start_of(date, app.region.timezone));
    parse_instant(text).or_else(date).ok_or_else(|| {
        Problem::bad_request(format!(
            "`{name}` must be a date such as 2026-11-24 or an instant such as 2026-11-24T09:00:00+07:00; found `{text}`"
        ))
    })
}
