//! What an answer about cases stands on: which configuration, how far the log, which moment, whose eyes. All of it is known
//! before a case is looked at, so who has the answer already is told so for the price of one look at the log.

use std::sync::Arc;

use aggregator::table::Folded;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use rules::time::Millis;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sql::log::CasesHead;
use sql::registry::Registry;

use super::reply;
use super::tables::moment_of;
use crate::access::{Action, Actor, can};
use crate::app::App;
use crate::problem::{Answer, Problem};

/// Ages run on without any event; an answer is the same for this long.
const AGE_GRAIN_MS: Millis = 60_000;

/// What an answer about cases stands on.
pub(super) struct Ground {
    pub(super) registry: Arc<Registry>,
    /// The moment it is true for.
    pub(super) as_of: Millis,
    /// Of the pseudonyms.
    pub(super) salt: String,
    actor: Actor,
    head: CasesHead,
    /// The moment, when it was asked for.
    past: Option<Millis>,
    etag: String,
}

impl Ground {
    /// For a question at this address, by its `as_of` and `known_at`.
    pub(super) async fn of(app: &App, actor: Actor, uri: &Uri, as_of: Option<&str>, known_at: Option<&str>) -> Answer<Self> {
        let moment = |text: Option<&str>, name| text.map(|text| moment_of(text, name, app)).transpose();
        let (asked, known_at) = (moment(as_of, "as_of")?, moment(known_at, "known_at")?);
        let as_of = asked.or(known_at).unwrap_or_else(|| app.now());
        let (registry, until) = match known_at {
            Some(at) => (Arc::new(sql::registry::load(&app.db, known_at).await?), Some(sql::log::seq_at(&app.db, at).await?)),
            None => (app.registry(), None),
        };
        let head = sql::log::cases_head(&app.db, until).await?;
        let salt = app.salt.get(&app.db).await?.to_owned();
        // A moment that was asked for stands in the address.
        let minute = (asked.or(known_at).is_none()).then(|| as_of.div_euclid(AGE_GRAIN_MS));
        let parts = (env!("CARGO_PKG_VERSION"), uri.to_string(), actor.sight(), registry.revision, head.steps, head.voids, minute, &salt);
        let etag = etag(&parts);
        Ok(Self { registry, as_of, salt, actor, head, past: asked.or(known_at), etag })
    }

    /// The number of a unit that may be seen.
    pub(super) fn unit(&self, id: Option<&str>) -> Answer<Option<i64>> {
        let Some(id) = id else { return Ok(None) };
        let unit = self.registry.unit(id).filter(|unit| self.sees(unit.no));
        let missing = || Problem::not_found(format!("there is no unit `{id}` for you; see /api/v1/units"));
        unit.map(|unit| Some(unit.no)).ok_or_else(missing)
    }

    /// The number of a service.
    pub(super) fn service(&self, id: &str) -> Answer<i64> {
        let service = self.registry.service(id).map(|service| service.no);
        service.ok_or_else(|| Problem::not_found(format!("there is no service `{id}`; see /api/v1/services")))
    }

    /// Whether what is booked on a unit may be seen.
    pub(super) fn sees(&self, unit: i64) -> bool {
        can(&self.actor, Action::Read, Some(unit), &self.registry.tree)
    }

    /// 304 for who has this answer; else the one that is made from the cases that may be seen, away from the tasks that answer.
    pub(super) async fn answer<T, F>(self, app: &App, headers: &HeaderMap, make: F) -> Answer<Response>
    where
        T: Serialize,
        F: FnOnce(&Self, &[Folded]) -> (T, Option<String>) + Send + 'static,
    {
        if let Some(response) = reply::unchanged(headers, &self.etag) {
            return Ok(response);
        }
        let cases = app.ledger.at(&app.db, &self.registry, app.region.timezone, self.head, self.past).await?;
        let work = tokio::task::spawn_blocking(move || {
            let (content, next) = make(&self, &cases);
            (reply::bytes(&content), next, self.etag)
        });
        let (bytes, next, etag) = work.await.map_err(|error| Problem::internal(&error))?;
        Ok(reply::followed(reply::encoded(headers, bytes, &etag), next.as_deref()))
    }
}

/// Weak: within a minute the ages of open cases differ by seconds.
fn etag(parts: &impl Serialize) -> String {
    let hash: String = Sha256::digest(reply::bytes(parts))[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{hash}\"")
}
