//! `GET /api/v1/live`: the handshake. What follows is [`crate::live`].

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use hyper::upgrade::OnUpgrade;

use crate::access::Actor;
use crate::app::App;
use crate::live::{SUBPROTOCOL, Who, session};
use crate::origin::{self, Origin};
use crate::problem::{Answer, Problem, ProblemBody};
use crate::serve::Peer;
use crate::socket::handshake;

/// A live board over WebSocket, subprotocol `pantau.live.v1`: text messages `LiveClient` and `LiveServer`.
/// Close codes: 4401 session ended, 4408 no subscribe within 5 s, 4429 too many, 1012 restarting.
#[utoipa::path(
    get,
    path = "/api/v1/live",
    tag = "live",
    responses(
        (status = 101, description = "The socket is open"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json", description = "The subprotocol is not offered"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json", description = "Foreign Origin, or none beside a cookie"),
        (status = 426, body = ProblemBody, content_type = "application/problem+json", description = "Not a WebSocket handshake"),
    )
)]
pub(crate) async fn live(State(app): State<Arc<App>>, peer: Option<Extension<Peer>>, mut request: Request) -> Answer<Response> {
    let origin = origin::of(request.headers(), &app.public);
    if origin == Origin::Foreign {
        tracing::warn!(origin = ?request.headers().get("origin"), "refused a live socket of another site's page");
        return Err(Problem::foreign_origin());
    }
    let actor = Actor::of(request.headers(), &app).await?;
    actor.must_read()?;
    let who = Who::of(&actor).ok_or_else(Problem::signed_out)?;
    if origin == Origin::Missing && matches!(who, Who::Person { .. }) {
        return Err(Problem::foreign_origin());
    }
    let response = handshake::accept(request.headers(), SUBPROTOCOL)?;
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let upgrade = upgrade.ok_or_else(|| Problem::upgrade_needed("this connection cannot become a WebSocket"))?;
    let address = peer.map(|Extension(Peer(address))| address.ip());
    app.sockets.tasks.spawn(session::run(Arc::clone(&app), upgrade, who, address));
    Ok(response)
}
