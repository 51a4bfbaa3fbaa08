//! `GET /api/v1/cases`: the cases behind a figure, under keys that say nothing outside.

use std::sync::Arc;

use aggregator::table::{CaseLine, Filter, State as Stands, list};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use rules::case::Step;
use rules::time::{Millis, format_instant};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sql::registry::Registry;
use utoipa::{IntoParams, ToSchema};

use super::arguments::{Arguments, checked_limit};
use super::reply::{self, List};
use super::tables::moment_of;
use crate::access::actor::Reader;
use crate::access::{Action, can};
use crate::app::App;
use crate::problem::{Answer, Problem, ProblemBody};

/// Which cases.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Service id.
    service: Option<String>,
    /// Unit id, with what is below it.
    unit: Option<String>,
    /// `open` (also overdue ones), `overdue`, `closed`, `rejected`, `withdrawn` or `incomplete`.
    state: Option<String>,
    /// A date or an instant: opened at or after it.
    from: Option<String>,
    /// A date or an instant: opened before it.
    to: Option<String>,
    /// An instant or a date: what happened later is left out.
    as_of: Option<String>,
    /// An instant or a date: as the log was known then.
    known_at: Option<String>,
    /// Most items on the page, 1 to 1,000.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Where the page begins, as the `Link` header of the page before says.
    cursor: Option<usize>,
}

/// A case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Case)]
pub(crate) struct CaseEntry {
    /// A pseudonym: the same for the same case of this house, and nothing elsewhere.
    key: String,
    /// Service id.
    service: String,
    /// Unit id.
    unit: String,
    /// `open`, `overdue`, `closed`, `rejected`, `withdrawn` or `incomplete`.
    state: &'static str,
    /// When it was submitted.
    #[schema(required = true)]
    opened_at: Option<String>,
    /// When it ended.
    #[schema(required = true)]
    ended_at: Option<String>,
    /// Its target, or that of its service's standard.
    #[schema(required = true)]
    due: Option<String>,
    /// Whether it missed its target.
    late: bool,
    /// Hours from opening to end, or to the moment of the list.
    #[schema(required = true)]
    age_h: Option<f64>,
    /// Class.
    #[schema(required = true)]
    class: Option<String>,
    /// Channel.
    #[schema(required = true)]
    channel: Option<String>,
    /// Area.
    #[schema(required = true)]
    area: Option<String>,
    /// Its steps, by time.
    steps: Vec<StepItem>,
}

/// A step of a case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseStep)]
pub(crate) struct StepItem {
    /// What happened.
    #[schema(value_type = String)]
    step: Step,
    /// When.
    at: String,
}

/// Cases of the units that the actor may see, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/cases",
    tag = "reading",
    params(Which),
    responses(
        (status = 200, body = List<CaseEntry>),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_cases(
    State(app): State<Arc<App>>,
    Reader(actor): Reader,
    Arguments(which): Arguments<Which>,
    asked: HeaderMap,
) -> Answer<Response> {
    let limit = checked_limit(which.limit)?;
    let moment = |text: &Option<String>, name| text.as_deref().map(|text| moment_of(text, name, &app)).transpose();
    let known_at = moment(&which.known_at, "known_at")?;
    let registry = match known_at {
        Some(_) => Arc::new(sql::registry::load(&app.db, known_at).await?),
        None => app.registry(),
    };
    let sees = |unit: i64| can(&actor, Action::Read, Some(unit), &registry.tree);
    let unit = which.unit.as_deref().map(|id| {
        let unit = registry.unit(id).filter(|unit| sees(unit.no));
        unit.map(|unit| unit.no).ok_or_else(|| Problem::not_found(format!("there is no unit `{id}` for you; see /api/v1/units")))
    });
    let service = which.service.as_deref().map(|id| {
        let service = registry.service(id).map(|service| service.no);
        service.ok_or_else(|| Problem::not_found(format!("there is no service `{id}`; see services.csv")))
    });
    let as_of = moment(&which.as_of, "as_of")?.or(known_at).unwrap_or_else(|| app.now());
    let filter = Filter {
        service: service.transpose()?,
        unit: unit.transpose()?,
        state: which.state.as_deref().map(stands).transpose()?,
        from: moment(&which.from, "from")?,
        to: moment(&which.to, "to")?,
        as_of,
        known_at,
    };
    let lines = list(&app.db, &registry, filter).await.map_err(|error| Problem::internal(&error))?;
    let skip = which.cursor.unwrap_or_default();
    let mut seen = lines.iter().filter(|line| sees(line.state.unit)).skip(skip);
    let page: Vec<&CaseLine> = seen.by_ref().take(limit).collect();
    let more = seen.next().is_some();
    let salt = salt(&app).await?;
    let items = page.into_iter().map(|line| entry(&registry, &salt, as_of, line)).collect();
    let mut response = reply::json(&asked, &List { items });
    if more {
        response.headers_mut().insert(header::LINK, reply::link(&which.address_from(skip + limit, limit)));
    }
    Ok(response)
}

fn stands(word: &str) -> Answer<Stands> {
    let words = || Stands::ALL.map(Stands::as_str).join(", ");
    let found = Stands::ALL.into_iter().find(|state| state.as_str() == word);
    found.ok_or_else(|| Problem::bad_request(format!("`state` must be one of {}; found `{word}`", words())))
}

impl Which {
    fn address_from(&self, cursor: usize, limit: usize) -> String {
        let mut address = format!("/api/v1/cases?limit={limit}&cursor={cursor}");
        let words = [
            ("service", &self.service),
            ("unit", &self.unit),
            ("state", &self.state),
            ("from", &self.from),
            ("to", &self.to),
            ("as_of", &self.as_of),
            ("known_at", &self.known_at),
        ];
        for (name, word) in words {
            if let Some(word) = word {
                address.push_str(&format!("&{name}={}", reply::escaped(word)));
            }
        }
        address
    }
}

fn entry(registry: &Registry, salt: &str, as_of: Millis, line: &CaseLine) -> CaseEntry {
    let state = &line.state;
    let end = state.end.map(|end| end.at);
    let by = end.unwrap_or(as_of);
    let named = |no: i64, id: Option<&String>| id.cloned().unwrap_or_else(|| format!("#{no}"));
    CaseEntry {
        key: pseudonym(salt, line.service, &line.case),
        service: named(line.service, registry.service_no(line.service).map(|service| &service.id)),
        unit: named(state.unit, registry.unit_no(state.unit).map(|unit| &unit.id)),
        state: line.stands.as_str(),
        opened_at: state.submitted_at.map(format_instant),
        ended_at: end.map(format_instant),
        due: line.due.map(format_instant),
        late: matches!(line.stands, Stands::Overdue) || matches!(line.stands, Stands::Closed) && line.due.is_some_and(|due| by > due),
        age_h: state.submitted_at.map(|opened| (by - opened) as f64 / 3_600_000.0),
        class: state.class.clone(),
        channel: state.channel.clone(),
        area: state.area.clone(),
        steps: line.steps.iter().map(|(step, at)| StepItem { step: *step, at: format_instant(*at) }).collect(),
    }
}

/// What keeps a pseudonym from being guessed out of a list of case numbers; made once for a store.
pub(super) async fn salt(app: &App) -> Answer<String> {
    const NAME: &str = "case_salt";
    if let Some(salt) = sql::setting::get(&app.db, NAME).await? {
        return Ok(salt);
    }
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Problem::internal(&error))?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut tx = app.db.begin().await?;
    sql::setting::set_once(&mut tx, NAME, &text).await?;
    tx.commit().await?;
    // Another process may have been first.
    Ok(sql::setting::get(&app.db, NAME).await?.unwrap_or(text))
}

/// 16 characters of a hash: two cases among millions share one hardly ever, and nothing is decided by it.
pub(super) fn pseudonym(salt: &str, service: i64, case: &str) -> String {
    let mut hash = Sha256::new();
    for part in [salt, &service.to_string(), case] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_stable_here_and_another_elsewhere() {
        assert_eq!(pseudonym("a", 1, "B-12"), pseudonym("a", 1, "B-12"));
        let others = [pseudonym("b", 1, "B-12"), pseudonym("a", 2, "B-12"), pseudonym("a", 1, "B-13")];
        assert!(others.iter().all(|other| *other != pseudonym("a", 1, "B-12")));
    }
}
