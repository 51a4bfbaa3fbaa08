//! The parts of a server put together, in reading order: store, way in, roll-up, way out.
//!
//! The only place that names all of them. Must never know what any of them does inside.

mod readiness;

use std::net::SocketAddr;
use std::sync::Arc;

use aggregator::Progress;
use arc_swap::ArcSwap;
use collector::Intake;
use dashboard_server::{Limits, Parts, PublicUrl, Region, Server, apply};
use metrics_exporter_prometheus::PrometheusHandle;
use rules::time::Now;
use sql::registry::Registry;
use sql::{Db, ServerLock};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::Failure;
use super::store::same_timezone;
use crate::config::{Config, public_url_of};
use crate::lifecycle::{Lifecycle, Outcome, Signals};
use crate::telemetry;
use readiness::Standing;

/// A store opened for serving and an address bound; nothing runs yet.
pub(crate) struct House {
    pub(crate) db: Db,
    pub(crate) now: Now,
    config: Config,
    listener: TcpListener,
    signals: Signals,
    metrics: PrometheusHandle,
    lock: ServerLock,
}

/// A server that answers and whose boards stand.
pub(crate) struct StandingHouse {
    pub(crate) lifecycle: Lifecycle,
    pub(crate) address: SocketAddr,
    db: Db,
    server: Server,
    signals: Signals,
    _lock: ServerLock,
}

impl House {
    /// Takes the store for this process, brings it up to date and binds the address.
    ///
    /// # Errors
    /// Another server on the store, a store that cannot be opened, an address that cannot be had.
    pub(crate) async fn open(config: &Config, now: Now) -> Result<Self, Failure> {
        let no_signals = |cause| Failure::run("the system does not let the program listen to signals").because(cause);
        let signals = Signals::listen().map_err(no_signals)?;
        let metrics = telemetry::start_metrics().map_err(|cause| Failure::run("metrics could not be set up").because(cause))?;
        let db = Db::open(&config.store.url).await?;
        let lock = sql::lock_for_server(&db).await?;
        for step in db.migrate().await? {
            tracing::info!("migrated the store: {step}");
        }
        same_timezone(&db, config.region.timezone).await?;
        let mut tx = db.begin().await?;
        sql::setting::set_once(&mut tx, sql::setting::TIMEZONE, config.region.timezone.name()).await?;
        tx.commit().await?;
        let listener = bind(&config.server.listen).await?;
        Ok(Self { db, now, config: config.clone(), listener, signals, metrics, lock })
    }

    /// Starts every part and waits until the boards stand.
    ///
    /// # Errors
    /// The configuration in the store cannot be read, or the end came before the boards stood.
    pub(crate) async fn stand(self) -> Result<StandingHouse, Failure> {
        let Self { db, now, config, listener, signals, metrics, lock } = self;
        let lifecycle = Lifecycle::default();
        let zone = config.region.timezone;
        let registry = Arc::new(ArcSwap::from_pointee(sql::registry::load(&db, None).await?));
        let address = listener.local_addr().map_err(|cause| Failure::run("the address bound is not known").because(cause))?;

        let (reported, progress) = watch::channel(Progress::default());
        let rolling = aggregator::run(aggregator::Config::default(), db.clone(), zone, Arc::clone(&now), reported, lifecycle.shutdown());
        lifecycle.spawn("roll-up", rolling);

        let intake = intake(&db, &registry, &config, &now, &lifecycle);
        let standing = Standing::new(&db, intake.clone(), progress.clone(), Arc::clone(&now)).await?;
        let public_url = config.server.public_url.clone().unwrap_or_else(|| public_url_of(&address.to_string()));
        let server = Server::new(Parts {
            db: db.clone(),
            registry,
            region: Region { name: config.region.name, timezone: zone, locale: config.region.locale },
            public_url: PublicUrl::parse(&public_url).map_err(Failure::usage)?,
            now: Arc::clone(&now),
            limits: Limits::default(),
            readiness: Arc::new(standing),
            apply_example: example(&db, &now),
            metrics: Arc::new(move || metrics.render()),
        });
        // The hub reads its boards once they are rolled up: nobody sees a picture from before the last stop.
        wait_for_boards(&lifecycle, progress).await?;
        spawn_web(&lifecycle, &server, listener, collector::routes(intake));
        Ok(StandingHouse { lifecycle, address, db, server, signals, _lock: lock })
    }
}

async fn wait_for_boards(lifecycle: &Lifecycle, mut progress: watch::Receiver<Progress>) -> Result<(), Failure> {
    let shutdown = lifecycle.shutdown();
    let fell = tokio::select! {
        stand = progress.wait_for(|progress| progress.boards_stand) => stand.is_err(),
        () = shutdown.cancelled() => true,
    };
    match fell {
        true => Err(Failure::run("a part of the server fell at its start; the log says which")),
        false => Ok(()),
    }
}

impl StandingHouse {
    /// Says on stderr what an empty store waits for.
    pub(crate) async fn greet_first_run(&self) -> Result<(), Failure> {
        if !sql::person::any(&self.db).await? {
            eprintln!("first run: open {} and make an administrator; from another machine it asks for this code", self.url());
            eprintln!("setup {}", self.server.setup_code());
        }
        Ok(())
    }

    /// Says on stdout that people and systems may come.
    pub(crate) fn announce(&self) {
        println!("ready {}", self.url());
    }

    /// An address of this server that a browser on this machine can open.
    pub(crate) fn url(&self) -> String {
        public_url_of(&self.address.to_string())
    }

    /// Lives until a signal or a fall, then drains and closes.
    ///
    /// # Errors
    /// A part fell, or what was under way could not be finished in time.
    pub(crate) async fn live(self) -> Result<(), Failure> {
        let outcome = self.lifecycle.run(self.signals).await;
        match outcome {
            Outcome::Drained => {
                self.db.close().await;
                Ok(())
            }
            Outcome::Failed => Err(Failure::run("the server left before everything was finished; the log says why")),
        }
    }
}

async fn bind(listen: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen).await.map_err(|cause| {
        let why = match cause.kind() {
            std::io::ErrorKind::AddrInUse => "another program listens there",
            std::io::ErrorKind::PermissionDenied => "this user may not",
            std::io::ErrorKind::AddrNotAvailable => "it is not an address of this machine",
            _ => "the system refuses it",
        };
        Failure::run(format!("could not listen on {listen}, {why}; choose another address with --listen or server.listen")).because(cause)
    })
}

fn intake(db: &Db, registry: &Arc<ArcSwap<Registry>>, config: &Config, now: &Now, lifecycle: &Lifecycle) -> Intake {
    let current = Arc::clone(registry);
    collector::start(
        collector::Config::default(),
        db.clone(),
        Arc::new(move || current.load_full()),
        config.region.timezone,
        Arc::clone(now),
        lifecycle.tracker(),
        lifecycle.shutdown(),
    )
}

fn spawn_web(lifecycle: &Lifecycle, server: &Server, listener: TcpListener, doors: axum::Router) {
    let shutdown = lifecycle.shutdown();
    let accepting = dashboard_server::serve(listener, server.router(doors), shutdown.clone());
    lifecycle.spawn("web", async move {
        if let Err(cause) = accepting.await {
            tracing::error!("the web server fell: {cause}");
        }
    });
    let server = server.clone();
    lifecycle.spawn("boards", async move {
        if let Err(cause) = server.run(shutdown).await {
            // Passed on, so that the fall of a part is not taken for its end.
            std::panic::resume_unwind(cause.into_panic());
        }
    });
}

/// Applies the embedded example on behalf of whoever asked on the first-run page.
fn example(db: &Db, now: &Now) -> dashboard_server::ApplyExample {
    let (db, now) = (db.clone(), Arc::clone(now));
    Arc::new(move |actor: String| {
        let (db, now) = (db.clone(), Arc::clone(&now));
        Box::pin(async move {
            let applied = apply::apply(&db, &now, &actor, &apply::embedded_example()).await;
            applied.map(|_| ()).map_err(|cause| cause.to_string())
        })
    })
}
