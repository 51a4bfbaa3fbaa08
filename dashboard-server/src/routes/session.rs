//! `POST` and `DELETE /api/v1/session`, `GET /api/v1/me`.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::arguments::Content;
use crate::access::Actor;
use crate::access::actor::Role;
use crate::app::App;
use crate::origin;
use crate::problem::{Answer, Problem, ProblemBody};
use crate::serve::Peer;
use crate::session::{self, IDLE_MS};

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// Name.
    username: String,
    /// Password.
    password: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Name of the person; of a key, `key:` and its id.
    username: String,
    /// `viewer`, `administrator`; `key` for a key.
    role: &'static str,
    /// The unit whose subtree is visible; `*` for all, null for a key with its own list.
    #[schema(required = true)]
    unit: Option<String>,
    /// When reading ends without further activity, RFC 3339; null for a key.
    #[schema(required = true)]
    expires_at: Option<String>,
    /// Whether changes ask for the password again.
    reauthenticate: bool,
}

/// Signs in: sets the session cookie.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    tag = "people",
    request_body = SignIn,
    responses(
        (status = 200, body = Me),
        (status = 401, body = ProblemBody, content_type = "application/problem+json", description = "Name or password wrong"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "Asked by another site's page"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json", description = "Too many failures; Retry-After"),
        (status = 503, body = ProblemBody, content_type = "application/problem+json", description = "Too many at once; Retry-After"),
    )
)]
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Content(SignIn { username, password }): Content<SignIn>,
) -> Answer<Response> {
    if !origin::may_sign_in(&headers, &app.public) {
        return Err(Problem::foreign_origin());
    }
    let address = address_of(peer);
    let wait_s = app.throttle.wait_s(&username, address, app.now());
    if wait_s > 0 {
        return Err(Problem::too_many("too many failed sign-ins; wait before the next", wait_s));
    }
    let person = sql::person::find(&app.db, username.trim()).await?;
    let person = person.filter(|person| person.disabled_at.is_none());
    let is_right = app.passwords.verify(password, person.as_ref().map(|person| person.password.clone())).await?;
    let Some(person) = person.filter(|_| is_right) else {
        app.throttle.failed(&username, address, app.now());
        metrics::counter!("pantau_sign_in_failures_total").increment(1);
        return Err(Problem::wrong_password());
    };
    app.throttle.succeeded(&username);
    let cookie = session::begin(&app, person.no, session::cookie(&headers, &app.public)).await?;
    tracing::info!(person = person.name, "{} signed in", person.name);
    let me = me_of(&app, person.name, Role::of(&person.role).map_or("none", Role::as_str), person.unit, true);
    Ok(([(header::SET_COOKIE, cookie)], Json(me)).into_response())
}

/// Signs out: ends the session and its live sockets.
#[utoipa::path(
    delete,
    path = "/api/v1/session",
    tag = "people",
    responses(
        (status = 204, description = "Signed out"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "Asked by another site's page"),
    )
)]
pub(crate) async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap, actor: Actor) -> Answer<Response> {
    let Actor::Person(person) = actor else { return Err(Problem::signed_out()) };
    if !origin::may_change(&headers, &app.public) {
        return Err(Problem::foreign_origin());
    }
    let cookie = session::end(&app, &person.session).await?;
    let forget = [("clear-site-data", "\"cache\", \"storage\"")];
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)], forget).into_response())
}

/// Who is signed in.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    tag = "people",
    responses((status = 200, body = Me), (status = 401, body = ProblemBody, content_type = "application/problem+json"))
)]
pub(crate) async fn me(State(app): State<Arc<App>>, actor: Actor) -> Answer<Json<Me>> {
    actor.must_read()?;
    Ok(Json(match actor {
        Actor::Person(person) => me_of(&app, person.name, person.role.as_str(), person.unit, person.is_recent),
        Actor::Key(key) => {
            let unit = key.all_units.then(|| "*".to_owned());
            Me { username: format!("key:{}", key.id), role: "key", unit, expires_at: None, reauthenticate: false }
        }
        Actor::Anonymous => return Err(Problem::signed_out()),
    }))
}

/// The address that failures are counted by; one for all where the server does not know it.
pub(super) fn address_of(peer: Option<Extension<Peer>>) -> IpAddr {
    peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |Extension(Peer(address))| address.ip())
}

pub(super) fn me_of(app: &App, username: String, role: &'static str, unit: Option<i64>, is_recent: bool) -> Me {
    let unit = match unit {
        Some(no) => app.registry().unit_no(no).map(|unit| unit.id.clone()),
        None => Some("*".to_owned()),
    };
    let expires_at = Some(rules::time::format_instant(app.now() + IDLE_MS));
    Me { username, role, unit, expires_at, reauthenticate: !is_recent }
}
