//! A board as it was known at a moment, and what has changed since: `GET /api/v1/boards/{id}/changes`.

use std::sync::Arc;

use aggregator::known::{Moment, rollups};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rules::period::Period;
use rules::time::{Millis, date_of};
use serde::{Deserialize, Serialize};
use sql::registry::Registry;
use utoipa::{IntoParams, ToSchema};

use super::arguments::Arguments;
use super::boards::sees;
use super::reply::{self, List};
use super::tables::moment_of;
use crate::access::Actor;
use crate::access::actor::Reader;
use crate::app::App;
use crate::feed::{Picture, Plan, Rows};
use crate::problem::{Answer, Problem, ProblemBody};
use crate::protocol::{Figure, LiveServer, Snapshot};

/// A board at a moment.
pub(super) struct Past {
    registry: Arc<Registry>,
    plan: Plan,
    picture: Picture,
}

impl Past {
    /// The board as it was known then; None when there was none, or none for this actor.
    pub(super) async fn of(app: &App, actor: &Actor, id: &str, known_at: Millis) -> Answer<Option<Self>> {
        let registry = Arc::new(sql::registry::load(&app.db, Some(known_at)).await?);
        let Some(board) = registry.board(id).filter(|board| sees(actor, board, app)) else { return Ok(None) };
        let plan = Plan::new(&registry, board, date_of(known_at, app.region.timezone), app.region.timezone);
        let picture = Self::picture(app, &registry, &plan, Moment { known_at, as_of: known_at }).await?;
        Ok(Some(Self { registry, plan, picture }))
    }

    async fn picture(app: &App, registry: &Arc<Registry>, plan: &Plan, moment: Moment) -> Answer<Picture> {
        let found = rollups(&app.db, registry, app.region.timezone, moment, &plan.keys).await.map_err(|error| Problem::internal(&error))?;
        let mut rows = Rows::default();
        plan.put(&mut rows, &plan.keys, found);
        Ok(plan.picture(registry, &rows, moment.as_of).0)
    }

    /// The answer to who asked for the board.
    pub(super) fn snapshot(self, id: &str, known_at: Millis) -> LiveServer {
        let Picture { title, groups, tiles } = self.picture;
        let epoch = format!("known-{known_at}");
        LiveServer::Snapshot(Snapshot { epoch, seq: 0, board: id.to_owned(), title, groups, tiles })
    }
}

/// Since when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Since {
    /// An instant or a date.
    since: String,
}

/// A figure that stood on the board and is another one by what is known now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Change)]
pub(crate) struct ChangeItem {
    /// Unit id.
    unit: String,
    /// Indicator id.
    indicator: String,
    /// The period it is about.
    #[schema(value_type = String)]
    period: Period,
    /// As it was known then.
    before: Figure,
    /// The same figure, as of the same moment, by what is known now.
    after: Figure,
}

/// What has changed since a moment: figures of the board as it stood then that late events, corrections or voids have made
/// others, in the order of the board. New periods are no change.
#[utoipa::path(
    get,
    path = "/api/v1/boards/{id}/changes",
    tag = "reading",
    params(("id" = String, Path, description = "Board id"), Since),
    responses(
        (status = 200, body = List<ChangeItem>),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_changes(
    State(app): State<Arc<App>>,
    Reader(actor): Reader,
    Path(id): Path<String>,
    Arguments(since): Arguments<Since>,
    asked: HeaderMap,
) -> Answer<Response> {
    let since = moment_of(&since.since, "since", &app)?;
    let missing = || Problem::not_found(format!("there was no board `{id}` for you at that moment; see /api/v1/boards"));
    let past = Past::of(&app, &actor, &id, since).await?.ok_or_else(missing)?;
    let after = Past::picture(&app, &past.registry, &past.plan, Moment { known_at: app.now(), as_of: since }).await?;
    let pairs = past.picture.tiles.into_iter().zip(after.tiles);
    let changed = pairs.filter(|(before, after)| before.value.value != after.value.value || before.value.n != after.value.n);
    let items = changed.map(|(before, after)| ChangeItem {
        unit: before.value.unit.clone(),
        indicator: before.value.indicator.clone(),
        period: before.value.period,
        before: before.value,
        after: after.value,
    });
    Ok(reply::json(&asked, &List { items: items.collect() }))
}
