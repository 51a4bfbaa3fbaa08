//! `GET` and `POST /api/v1/setup`, `POST /api/v1/setup/example`: the first run of an empty store.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::arguments::Content;
use super::session::{Me, address_of, me_of};
use crate::access::actor::Role;
use crate::access::password::check_new;
use crate::access::{Action, Actor, can, secret};
use crate::app::App;
use crate::origin;
use crate::problem::{Answer, Problem, ProblemBody};
use crate::serve::Peer;
use crate::session;

/// Applies the example folder on behalf of an actor; a refusal is one sentence.
pub type ApplyExample = Arc<dyn Fn(String) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// What the first run needs.
pub(crate) struct Setup {
    /// Printed at the start; proves that who sets up can read the server's log.
    pub(crate) code: String,
    pub(crate) apply_example: ApplyExample,
}

/// Longest name of a person.
const LONGEST_NAME: usize = 64;

/// Whether the first run is still to be done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SetupState {
    /// Always true; afterwards the address is 404.
    needed: bool,
    /// Whether the code from the server's log must be typed in: not from the same machine.
    code_required: bool,
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstPerson {
    /// Name to sign in with.
    username: String,
    /// Password of 12 characters or more.
    password: String,
    /// The code that the server printed.
    #[serde(default)]
    code: Option<String>,
}

/// Whether the store has nobody yet.
#[utoipa::path(
    get,
    path = "/api/v1/setup",
    tag = "setup",
    responses(
        (status = 200, body = SetupState),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "Set up already"),
    )
)]
pub(crate) async fn show_setup(State(app): State<Arc<App>>, peer: Option<Extension<Peer>>, headers: HeaderMap) -> Answer<Json<SetupState>> {
    must_be_needed(&app).await?;
    Ok(Json(SetupState { needed: true, code_required: needs_code(address_of(peer), &headers) }))
}

/// Makes the first administrator and signs in.
#[utoipa::path(
    post,
    path = "/api/v1/setup",
    tag = "setup",
    request_body = FirstPerson,
    responses(
        (status = 201, body = Me),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "Code wrong, or asked by another site's page"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json", description = "Set up already"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json", description = "Name or password out of the rules"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn set_up(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Content(FirstPerson { username, password, code }): Content<FirstPerson>,
) -> Answer<Response> {
    must_be_needed(&app).await?;
    if !origin::may_sign_in(&headers, &app.public) {
        return Err(Problem::foreign_origin());
    }
    let address = address_of(peer);
    if needs_code(address, &headers) {
        check_code(&app, address, code.as_deref())?;
    }
    let name = username.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(Problem::invalid("`username` must have 1 to 64 characters"));
    }
    check_new(&password, &name).map_err(Problem::invalid)?;
    let now = app.now();
    let password = app.passwords.hash(password).await?;
    let role = Role::Administrator;
    let person =
        sql::person::Person { no: 0, name, password, role: role.as_str().to_owned(), unit: None, created_at: now, disabled_at: None };
    let mut tx = app.db.begin().await?;
    // Looked at again under the write lock: two who set up at once must not both succeed.
    if sql::person::any_in(&mut tx).await? {
        return Err(set_up_already());
    }
    let no = sql::person::insert(&mut tx, &person).await?.ok_or_else(set_up_already)?;
    tx.commit().await?;
    let cookie = session::begin(&app, no, session::cookie(&headers, &app.public)).await?;
    tracing::info!(person = person.name, "the first administrator is {}", person.name);
    let me = me_of(&app, person.name, role.as_str(), None, true);
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(me)).into_response())
}

/// Applies the example district to an empty configuration.
#[utoipa::path(
    post,
    path = "/api/v1/setup/example",
    tag = "setup",
    responses(
        (status = 204, description = "Applied"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "Not an administrator, or sign in again"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json", description = "There are units already"),
    )
)]
pub(crate) async fn load_example(State(app): State<Arc<App>>, actor: Actor, headers: HeaderMap) -> Answer<StatusCode> {
    let registry = app.registry();
    let person = match &actor {
        Actor::Person(person) => person,
        Actor::Anonymous => return Err(Problem::signed_out()),
        Actor::Key(_) => return Err(Problem::not_allowed("a key cannot change the configuration; sign in as an administrator")),
    };
    if !origin::may_change(&headers, &app.public) {
        return Err(Problem::foreign_origin());
    }
    if !can(&actor, Action::Configure, None, &registry.tree) {
        return Err(Problem::not_allowed("only an administrator of the whole region may load the example"));
    }
    if !person.is_recent {
        return Err(Problem::reauthenticate());
    }
    if !registry.units.is_empty() {
        return Err(Problem::conflict("there are units already; the example is for an empty store"));
    }
    (app.setup.apply_example)(actor.label()).await.map_err(Problem::conflict)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn must_be_needed(app: &App) -> Answer<()> {
    if sql::person::any(&app.db).await? { Err(set_up_already()) } else { Ok(()) }
}

fn set_up_already() -> Problem {
    Problem::not_found("this server is set up already; sign in")
}

/// Who sits at the server itself needs no code; a proxy on the same machine speaks for others.
fn needs_code(address: IpAddr, headers: &HeaderMap) -> bool {
    let is_forwarded = ["x-forwarded-for", "forwarded", "x-real-ip"].iter().any(|name| headers.contains_key(*name));
    !address.to_canonical().is_loopback() || is_forwarded
}

fn check_code(app: &App, address: IpAddr, code: Option<&str>) -> Answer<()> {
    const ACCOUNT: &str = "\0setup";
    let wait_s = app.throttle.wait_s(ACCOUNT, address, app.now());
    if wait_s > 0 {
        return Err(Problem::too_many("too many wrong codes; wait before the next", wait_s));
    }
    if code.is_some_and(|code| secret::equal(code.trim(), &app.setup.code)) {
        return Ok(());
    }
    app.throttle.failed(ACCOUNT, address, app.now());
    Err(Problem::not_allowed("`code` must be the one that the server printed at its start (`setup CODE`)"))
}
