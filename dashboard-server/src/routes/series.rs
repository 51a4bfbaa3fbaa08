//! `GET /api/v1/series`: the numbers of one unit and indicator over time.

use std::collections::BTreeSet;
use std::sync::Arc;

use aggregator::board::SPARK;
use aggregator::known::{Moment, rollups};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use rules::freshness::usual_rhythm;
use rules::period::{Every, Period};
use rules::time::{date_of, day_number};
use serde::Deserialize;
use sql::rollup::Key;
use utoipa::IntoParams;

use super::arguments::{Arguments, checked_limit};
use super::reply::{self, List};
use super::tables::moment_of;
use crate::access::actor::Reader;
use crate::app::App;
use crate::problem::{Answer, Problem, ProblemBody};
use crate::protocol::Figure;
use crate::value::{self, Age};

/// Periods shown when `from` does not say where to begin.
const USUAL: u32 = 12;

/// Which series.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Unit id.
    unit: String,
    /// Indicator id.
    indicator: String,
    /// `day`, `week`, `month`, `quarter`, `semester` or `year`.
    every: String,
    /// A date or a period: periods that begin at or after its first day. Without it the last 12.
    from: Option<String>,
    /// A date or a period: periods that begin before its first day. Without it the running one is the last.
    to: Option<String>,
    /// Most items on the page, 1 to 1,000.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Where the page begins, as the `Link` header of the page before says.
    cursor: Option<String>,
    /// An instant or a date: as the log and the configuration were known then.
    known_at: Option<String>,
}

/// VALUEs of consecutive periods, oldest first; an empty period is there as `no_data`.
#[utoipa::path(
    get,
    path = "/api/v1/series",
    tag = "reading",
    params(Which),
    responses(
        (status = 200, body = List<Figure>),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn show_series(
    State(app): State<Arc<App>>,
    Reader(actor): Reader,
    Arguments(which): Arguments<Which>,
    asked: HeaderMap,
) -> Answer<Response> {
    let known_at = which.known_at.as_deref().map(|text| moment_of(text, "known_at", &app)).transpose()?;
    let now = known_at.unwrap_or_else(|| app.now());
    let every: Every = which.every.parse().map_err(|error: rules::word::UnknownWord| Problem::bad_request(format!("`every`: {error}")))?;
    let limit = checked_limit(which.limit)?;
    let registry = match known_at {
        Some(_) => Arc::new(sql::registry::load(&app.db, known_at).await?),
        None => app.registry(),
    };
    let unit = registry.unit(&which.unit).filter(|unit| actor.sees(unit.no, &app));
    let unit = unit.ok_or_else(|| Problem::not_found(format!("there is no unit `{}` for you; see /api/v1/units", which.unit)))?;
    let missing = || Problem::not_found(format!("there is no indicator `{}`; see /api/v1/indicators", which.indicator));
    let indicator = registry.indicator(&which.indicator).ok_or_else(missing)?;

    let today = date_of(now, app.region.timezone);
    let grid = Grid::new(&which, every, Period::containing(today, every))?;
    let (periods, next) = grid.page(limit);
    let day = |period: Period| day_number(period.first_day());
    // The age of the data is that of the newest windows, wherever the page is: as on a tile.
    let current = Period::containing(today, every);
    let newest = (0..=SPARK).map(|back| day(current.back(back)));
    let starts: Vec<i64> = periods.iter().copied().map(day).chain(newest).collect();
    let rows = match known_at {
        None => sql::rollup::series(&app.db, indicator.no, unit.no, every, &starts).await?,
        Some(known_at) => {
            let key = |start: &i64| Key { every: every.code(), start: *start, indicator: indicator.no, unit: unit.no };
            let keys: BTreeSet<Key> = starts.iter().map(key).collect();
            let moment = Moment { known_at, as_of: known_at };
            let keys: Vec<Key> = keys.into_iter().collect();
            let mut rows =
                rollups(&app.db, &registry, app.region.timezone, moment, &keys).await.map_err(|error| Problem::internal(&error))?;
            rows.sort_unstable_by_key(|row| row.key.start);
            rows
        }
    };
    let newest = rows.iter().max_by_key(|row| row.data_at);
    let data_at = newest.and_then(|row| row.data_at);
    let age = Age::of(&registry, data_at, newest.and_then(|row| row.source), usual_rhythm(indicator.frequency));
    let freshness = age.freshness(now);

    // Sorted by their start, as the query gives them.
    let row_of = |start: i64| rows.binary_search_by_key(&start, |row| row.key.start).ok().map(|at| &rows[at]);
    let items = periods.iter().map(|&period| value::of(&unit.id, &indicator.id, period, row_of(day(period)), freshness, registry.revision));
    let next = next.map(|next| which.address_from(next, &grid, limit));
    Ok(reply::followed(reply::json(&asked, &List { items: items.collect() }), next.as_deref()))
}

impl Which {
    fn address_from(&self, cursor: Period, grid: &Grid, limit: usize) -> String {
        let [unit, indicator] = [&self.unit, &self.indicator].map(|word| reply::escaped(word));
        let (every, from, to) = (&self.every, grid.from, grid.to);
        let known_at = self.known_at.as_ref().map_or(String::new(), |known_at| format!("&known_at={}", reply::escaped(known_at)));
        format!(
            "/api/v1/series?unit={unit}&indicator={indicator}&every={every}&from={from}&to={to}&limit={limit}&cursor={cursor}{known_at}"
        )
    }
}

/// Consecutive periods: `from` is the first, `to` the first no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Grid {
    from: Period,
    to: Period,
    cursor: Period,
}

impl Grid {
    fn new(which: &Which, every: Every, current: Period) -> Answer<Self> {
        let to = which.to.as_deref().map(|text| begins(text, "to", every)).transpose()?.unwrap_or_else(|| current.next());
        let from = which.from.as_deref().map(|text| begins(text, "from", every)).transpose()?.unwrap_or_else(|| to.back(USUAL));
        if from > to {
            return Err(Problem::bad_request(format!("`from` ({from}) is after `to` ({to}); `to` is the first period no more shown")));
        }
        let cursor = which.cursor.as_deref().map(|text| begins(text, "cursor", every)).transpose()?.unwrap_or(from);
        Ok(Self { from, to, cursor: cursor.max(from) })
    }

    /// At most `limit` periods from the cursor, and where the next page begins.
    fn page(&self, limit: usize) -> (Vec<Period>, Option<Period>) {
        let mut periods = Vec::new();
        let mut period = self.cursor;
        while period < self.to && periods.len() < limit {
            periods.push(period);
            period = period.next();
        }
        (periods, (period < self.to).then_some(period))
    }
}

/// The first period of that length that begins on or after the first day of what `text` names.
fn begins(text: &str, argument: &str, every: Every) -> Answer<Period> {
    let named: Period =
        text.parse().map_err(|error: rules::period::ParsePeriodError| Problem::bad_request(format!("`{argument}`: {error}")))?;
    let around = Period::containing(named.first_day(), every);
    Ok(if around.first_day() < named.first_day() { around.next() } else { around })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn which(from: Option<&str>, to: Option<&str>, cursor: Option<&str>) -> Which {
        Which {
            unit: "rsud & co".into(),
            indicator: "KS-06".into(),
            every: "week".into(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            limit: None,
            cursor: cursor.map(str::to_owned),
            known_at: None,
        }
    }

    fn grid(which: &Which) -> Grid {
        Grid::new(which, Every::Week, "2026-W48".parse().unwrap()).unwrap()
    }

    #[test]
    fn without_arguments_the_last_twelve_with_the_running_one() {
        let (periods, next) = grid(&which(None, None, None)).page(1_000);
        assert_eq!((periods.len(), periods[11].to_string().as_str(), next), (12, "2026-W48", None));
        assert_eq!(periods[0].to_string(), "2026-W37");
    }

    #[test]
    fn to_is_exclusive_and_from_is_not_before_its_day() {
        let weeks = |from, to| {
            let (periods, _) = grid(&which(Some(from), Some(to), None)).page(1_000);
            periods.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(weeks("2026-W46", "2026-W48"), "2026-W46 2026-W47");
        assert_eq!(weeks("2026-11-09", "2026-11-23"), "2026-W46 2026-W47");
        assert_eq!(weeks("2026-11-10", "2026-11-24"), "2026-W47 2026-W48");
        assert_eq!(weeks("2026-12", "2027"), "2026-W50 2026-W51 2026-W52 2026-W53");
        assert_eq!(weeks("2026-W47", "2026-W47"), "");
        assert!(Grid::new(&which(Some("2026-W48"), Some("2026-W47"), None), Every::Week, "2026-W48".parse().unwrap()).is_err());
        assert!(Grid::new(&which(Some("kemarin"), None, None), Every::Week, "2026-W48".parse().unwrap()).is_err());
    }

    #[test]
    fn pages_follow_each_other_without_gap() {
        let mut asked = which(Some("2025-W01"), None, None);
        let (all, _) = grid(&asked).page(1_000);
        let mut seen = Vec::new();
        loop {
            let (periods, next) = grid(&asked).page(7);
            seen.extend(periods);
            let Some(next) = next else { break };
            asked.cursor = Some(next.to_string());
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn the_next_address_is_escaped() {
        let asked = which(None, None, None);
        let address = asked.address_from("2026-W40".parse().unwrap(), &grid(&asked), 3);
        let expected = "/api/v1/series?unit=rsud%20%26%20co&indicator=KS-06&every=week&from=2026-W37&to=2026-W49&limit=3&cursor=2026-W40";
        assert_eq!(address, expected);
    }
}
