//! The library side put together: from its parts to a router and the tasks behind it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use rules::time::Now;
use sql::Db;
use sql::registry::Registry;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tower_http::compression::CompressionLayer;

use crate::access::secret;
use crate::app::{App, Metrics, Region};
use crate::live::{self, Limits, Sockets};
use crate::origin::PublicUrl;
use crate::problem::{Problem, chain};
use crate::routes::arguments::LONGEST_BODY;
use crate::routes::health::Readiness;
use crate::routes::setup::{ApplyExample, Setup};
use crate::{assets, headers, hub, routes};

/// What the server is made of; every part comes from outside.
pub struct Parts {
    /// The store, migrated.
    pub db: Db,
    /// The configuration in force; [`Server::run`] keeps it up to date for everyone who shares it.
    pub registry: Arc<ArcSwap<Registry>>,
    /// The region.
    pub region: Region,
    /// The address under which people know the server.
    pub public_url: PublicUrl,
    /// The clock.
    pub now: Now,
    /// How many may look.
    pub limits: Limits,
    /// How intake and roll-up stand.
    pub readiness: Arc<dyn Readiness>,
    /// Applies the example folder.
    pub apply_example: ApplyExample,
    /// Renders the metrics.
    pub metrics: Metrics,
}

/// The server's library side. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    app: Arc<App>,
}

/// Other processes write without a hint; after an `apply` a script sends its first event at once, and a
/// look costs one row by its key.
const LOOK_FOR_REVISION: Duration = Duration::from_millis(100);
/// Live sockets have this long to say goodbye.
const FAREWELLS: Duration = Duration::from_secs(5);

impl Server {
    /// Puts the parts together; does nothing yet.
    pub fn new(parts: Parts) -> Self {
        let app = App {
            db: parts.db,
            registry: parts.registry,
            region: parts.region,
            public: parts.public_url,
            now: parts.now,
            hub: hub::Hub::default(),
            ledger: Default::default(),
            salt: Default::default(),
            sockets: Sockets::new(parts.limits),
            activity: Default::default(),
            passwords: Default::default(),
            throttle: Default::default(),
            setup: Setup { code: secret::code(), apply_example: parts.apply_example },
            readiness: parts.readiness,
            metrics: parts.metrics,
        };
        Self { app: Arc::new(app) }
    }

    /// The code that the first run asks for from other machines; to be printed at the start.
    pub fn setup_code(&self) -> &str {
        &self.app.setup.code
    }

    /// All routes. `doors` are those of the binary side (intake); they get the same headers, and
    /// answer panics and unknown methods the same way, but keep their own limits on bodies.
    pub fn router(&self, doors: Router) -> Router {
        let (api, _) = routes::api().split_for_parts();
        let api = api
            .layer(DefaultBodyLimit::max(LONGEST_BODY))
            // For slow lines; files of the web part come compressed and are left alone.
            .layer(CompressionLayer::new())
            .fallback(assets::fallback)
            .method_not_allowed_fallback(method_not_allowed)
            .with_state(Arc::clone(&self.app));
        api.merge(doors)
            // One layer for all that every answer gets: each is a few boxes on the way of every request.
            .layer(middleware::from_fn_with_state(Arc::clone(&self.app), finish))
    }

    /// Keeps boards, sockets and the configuration up to date until `shutdown`, then sends the
    /// viewers away.
    ///
    /// # Errors
    /// When one of the tasks behind it fell.
    pub async fn run(&self, shutdown: CancellationToken) -> Result<(), tokio::task::JoinError> {
        let mut tasks = JoinSet::new();
        tasks.spawn(hub::run(Arc::clone(&self.app), shutdown.clone()));
        tasks.spawn(live::pings::run(Arc::clone(&self.app), shutdown.clone()));
        tasks.spawn(live::upkeep::run(Arc::clone(&self.app), shutdown.clone()));
        tasks.spawn(follow_registry(Arc::clone(&self.app), shutdown));
        while let Some(ended) = tasks.join_next().await {
            ended?;
        }
        if tokio::time::timeout(FAREWELLS, self.app.sockets.tasks.wait()).await.is_err() {
            tracing::warn!("{} live sockets were cut off", self.app.sockets.tasks.len());
        }
        Ok(())
    }
}

/// Loads each new revision of the configuration, whichever process wrote it.
async fn follow_registry(app: Arc<App>, shutdown: CancellationToken) {
    let mut written = app.db.signal().watch_registry();
    let mut look = tokio::time::interval(LOOK_FOR_REVISION);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_told = false;
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = look.tick() => {}
            _ = written.changed() => {}
        }
        let revision = sql::registry::revision(&app.db).await;
        if let Err(error) = &revision
            && !is_told
        {
            tracing::warn!(error = chain(error), "could not look for a new configuration: {error}");
        }
        // One failure, one line, although it is met ten times a second.
        is_told = revision.is_err();
        if revision.is_ok_and(|revision| revision == app.registry().revision) || is_told {
            continue;
        }
        match sql::registry::load(&app.db, None).await {
            Ok(registry) => app.registry.store(Arc::new(registry)),
            Err(error) => tracing::error!(error = chain(&error), "could not load the new configuration: {error}"),
        }
    }
}

/// What every request gets, whoever answers it.
async fn finish(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    // The panic itself is in the log by the panic hook.
    let answer = answered.map_or_else(|_| Problem::broken().into_response(), problems_for_bare_errors);
    headers::put_on(&app, answer)
}

async fn method_not_allowed() -> Problem {
    Problem::method_not_allowed()
}

/// Errors that a library answered in its own words become problems, with what they must carry.
fn problems_for_bare_errors(response: Response) -> Response {
    let status = response.status();
    let is_ours = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/"));
    if !status.is_client_error() || is_ours {
        return response;
    }
    let problem = match status.as_u16() {
        404 => Problem::not_found("there is nothing at this address; see /api/openapi.json"),
        405 => Problem::method_not_allowed(),
        413 => Problem::too_large(LONGEST_BODY),
        415 => Problem::wrong_media_type("application/json"),
        _ => Problem::bad_request("the request is not understood; see /api/openapi.json"),
    };
    let allow = response.headers().get(header::ALLOW).cloned();
    problem.with_allow(allow).into_response()
}
