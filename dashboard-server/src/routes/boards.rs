//! `GET /api/v1/boards` and `/api/v1/boards/{id}`.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::arguments::{Arguments, Paging};
use super::changes::Past;
use super::reply::{self, List};
use super::tables::moment_of;
use crate::access::Actor;
use crate::access::actor::Reader;
use crate::app::App;
use crate::feed::Plan;
use crate::problem::{Answer, Problem, ProblemBody};
use crate::protocol::LiveServer;

/// A board in the list of boards.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Board)]
pub(crate) struct BoardItem {
    /// Id, as in `/api/v1/boards/{id}` and in `subscribe`.
    id: String,
    /// Title.
    title: String,
    /// How many tiles it has.
    tiles: usize,
}

/// The boards that the actor may see, by id.
#[utoipa::path(
    get,
    path = "/api/v1/boards",
    tag = "reading",
    params(Paging),
    responses((status = 200, body = List<BoardItem>), (status = 401, body = ProblemBody, content_type = "application/problem+json"))
)]
pub(crate) async fn list_boards(
    State(app): State<Arc<App>>,
    Reader(actor): Reader,
    Arguments(paging): Arguments<Paging>,
    asked: HeaderMap,
) -> Answer<Response> {
    let registry = app.registry();
    let seen = registry.boards.iter().filter(|board| sees(&actor, board, &app)).map(|board| BoardItem {
        id: board.id.clone(),
        title: board.title.clone(),
        tiles: board.groups.iter().map(|group| group.tiles.len()).sum(),
    });
    let mut seen: Vec<BoardItem> = seen.collect();
    seen.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    Ok(reply::page(&asked, "/api/v1/boards", seen, |board| &board.id, paging.cursor.as_deref(), paging.limit()?))
}

/// A whole board: the same `snapshot` that a live viewer gets; with `known_at` as it stood at that moment, with the tiles,
/// targets and units in force then, `seq` 0.
#[utoipa::path(
    get,
    path = "/api/v1/boards/{id}",
    tag = "reading",
    params(("id" = String, Path, description = "Board id"), AsKnown),
    responses(
        (status = 200, body = LiveServer, description = "Always of type `snapshot`"),
        (status = 304, description = "The ETag in If-None-Match still holds"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn show_board(
    State(app): State<Arc<App>>,
    Reader(actor): Reader,
    Path(id): Path<String>,
    Arguments(as_known): Arguments<AsKnown>,
    asked: HeaderMap,
) -> Answer<Response> {
    let missing = || Problem::not_found(format!("there is no board `{id}` for you; see /api/v1/boards"));
    if let Some(known_at) = as_known.known_at {
        let known_at = moment_of(&known_at, "known_at", &app)?;
        let past = Past::of(&app, &actor, &id, known_at).await?.ok_or_else(missing)?;
        return Ok(reply::json(&asked, &past.snapshot(&id, known_at)));
    }
    let registry = app.registry();
    registry.board(&id).filter(|board| sees(&actor, board, &app)).ok_or_else(missing)?;
    let board = app.hub.board(&id).await?.ok_or_else(missing)?;
    let (bytes, etag) = board.snapshot();
    Ok(reply::encoded(&asked, bytes, &etag))
}

/// As it was known when.
#[derive(Debug, serde::Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AsKnown {
    /// An instant or a date: as the log and the configuration were known then.
    known_at: Option<String>,
}

/// A board is visible whole or not at all.
pub(super) fn sees(actor: &Actor, board: &sql::registry::Board, app: &App) -> bool {
    Plan::units(board).all(|unit| actor.sees(unit, app))
}
