//! A server on a store of its own, with a clock that the test holds.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use axum::{Extension, Router};
use chrono_tz::Asia::Jakarta;
use dashboard_server::apply::{self, File};
use dashboard_server::{Check, Limits, Parts, Peer, PublicUrl, Readiness, Region, Report, Rollups, Server};
use rules::period::Period;
use rules::time::{Millis, Now, day_number, parse_instant};
use sha2::{Digest, Sha256};
use sql::Db;
use sql::registry::Registry;
use sql::rollup::{Key, Own, Rollup};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Tuesday, 24 November 2026, 09.00 in Jakarta.
pub(crate) const START: &str = "2026-11-24T02:00:00Z";
pub(crate) const PASSWORD: &str = "kata sandi yang panjang";
pub(crate) const READ_KEY: &str = "pantau_reader01_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(crate) const WRITE_KEY: &str = "pantau_writer01_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

const FILES: [(&str, &str); 4] = [
    ("units.csv", "id,parent,name,kind\nkab,,Kabupaten,region\ndpmptsp,kab,Perizinan,agency\nrsud,kab,RSUD,agency\n"),
    (
        "indicators.csv",
        "id,name,unit_of_measure,polarity,formula,rollup_time,rollup_tree,frequency,decimals,show\n\
         PT-01,Izin tepat waktu,%,up,ratio,ratio,ratio,week,1,current\n\
         KS-06,Tunggu rawat jalan,menit,down,inverse,mean,mean,week,0,\n",
    ),
    ("sources.toml", "[[source]]\nid = \"sicantik\"\nname = \"SiCantik\"\nrhythm = \"PT1H\"\nunits = [\"*\"]\n"),
    (
        "boards.toml",
        "[[board]]\nid = \"bupati\"\ntitle = \"Papan Bupati\"\n[[board.group]]\ntitle = \"Layanan\"\n\
         tiles = [{ unit = \"dpmptsp\", indicator = \"PT-01\" }, { unit = \"rsud\", indicator = \"KS-06\", title = \"Tunggu\" }]\n\
         [[board]]\nid = \"rsud\"\ntitle = \"Papan RSUD\"\n[[board.group]]\ntitle = \"Layanan\"\n\
         tiles = [{ unit = \"rsud\", indicator = \"KS-06\" }]\n",
    ),
];

pub(crate) struct House {
    pub(crate) db: Db,
    pub(crate) server: Server,
    pub(crate) router: Router,
    registry: Arc<ArcSwap<Registry>>,
    clock: Arc<AtomicI64>,
    shutdown: CancellationToken,
    running: Vec<JoinHandle<()>>,
    _store: tests::Store,
}

/// Intake and roll-up stand.
struct Standing;

impl Readiness for Standing {
    fn report(&self) -> Report {
        let rollups = Rollups { boards_stand: true, waiting: 0, fault: None };
        Report { log: Check::right(), disk: Check::right(), queue_age_ms: 0, rollups }
    }
}

impl House {
    /// A small district, a viewer, an administrator, two keys.
    pub(crate) async fn new() -> Self {
        let house = Self::built(Limits::default(), "http://pantau.test").await;
        house.settle().await;
        house
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let house = Self::built(limits, "http://pantau.test").await;
        house.settle().await;
        house
    }

    /// A store without people and without configuration.
    pub(crate) async fn empty() -> Self {
        Self::built(Limits::default(), "http://pantau.test").await
    }

    pub(crate) async fn over_https() -> Self {
        Self::built(Limits::default(), "https://pantau.test").await
    }

    async fn built(limits: Limits, public_url: &str) -> Self {
        let store = tests::Store::new();
        let db = Db::open(store.url()).await.expect("a store");
        db.migrate().await.expect("migrates");
        let clock = Arc::new(AtomicI64::new(parse_instant(START).expect("an instant")));
        let now: Now = {
            let clock = Arc::clone(&clock);
            Arc::new(move || clock.load(Ordering::SeqCst))
        };
        let example: dashboard_server::ApplyExample = {
            let (db, now) = (db.clone(), Arc::clone(&now));
            Arc::new(move |actor| {
                let (db, now) = (db.clone(), Arc::clone(&now));
                Box::pin(
                    async move { apply::apply(&db, &now, &actor, &files(&FILES)).await.map(|_| ()).map_err(|error| error.to_string()) },
                )
            })
        };
        let registry = sql::registry::load(&db, None).await.expect("an empty registry");
        let registry = Arc::new(ArcSwap::from_pointee(registry));
        let server = Server::new(Parts {
            db: db.clone(),
            registry: Arc::clone(&registry),
            region: Region { name: "Kabupaten Lampung Utara".into(), timezone: Jakarta, locale: "id".into() },
            public_url: PublicUrl::parse(public_url).expect("an address"),
            now,
            limits,
            readiness: Arc::new(Standing),
            apply_example: example,
            metrics: Arc::new(|| "pantau_test 1\n".to_owned()),
        });
        let doors = Router::new().route("/panics", axum::routing::get(|| async { panic!("on purpose") as () }));
        let router = server.router(doors);
        let shutdown = CancellationToken::new();
        let behind = {
            let (server, shutdown) = (server.clone(), shutdown.clone());
            tokio::spawn(async move { server.run(shutdown).await.expect("no task falls") })
        };
        Self { db, server, router, registry, clock, shutdown, running: vec![behind], _store: store }
    }

    async fn settle(&self) {
        self.apply(&FILES).await;
        let registry = sql::registry::load(&self.db, None).await.expect("the registry");
        let rsud = registry.unit("rsud").expect("a unit").no;
        let mut tx = self.db.begin().await.expect("a transaction");
        let password = dashboard_server::password::hash(PASSWORD);
        for (name, role, unit) in [("siti", "viewer", None), ("rudi", "viewer", Some(rsud)), ("budi", "administrator", None)] {
            let person = sql::person::Person {
                no: 0,
                name: name.into(),
                password: password.clone(),
                role: role.into(),
                unit,
                created_at: self.now(),
                disabled_at: None,
            };
            sql::person::insert(&mut tx, &person).await.expect("a person").expect("a new name");
        }
        let source = registry.source("sicantik").expect("a source").no;
        for (text, read) in [(READ_KEY, true), (WRITE_KEY, false)] {
            let (id, secret) = sql::key::parse(text).expect("a key");
            let key = sql::key::Key {
                id: id.into(),
                source,
                source_id: "sicantik".into(),
                hash: sql::key::hash(secret),
                units: Vec::new(),
                all_units: true,
                read,
                created_at: self.now(),
                last_used_at: None,
                revoked_at: None,
            };
            sql::key::insert(&mut tx, &key).await.expect("a key");
        }
        tx.commit().await.expect("commits");
    }

    pub(crate) async fn apply(&self, texts: &[(&str, &str)]) {
        let now: Now = {
            let clock = Arc::clone(&self.clock);
            Arc::new(move || clock.load(Ordering::SeqCst))
        };
        apply::apply(&self.db, &now, "test", &files(texts)).await.unwrap_or_else(|error| panic!("{error}"));
        self.db.signal().registry_written();
        let revision = sql::registry::revision(&self.db).await.expect("a revision");
        // The server follows by itself.
        self.until(|| async { self.registry.load().revision == revision }).await;
    }

    pub(crate) fn now(&self) -> Millis {
        self.clock.load(Ordering::SeqCst)
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.fetch_add(i64::try_from(time.as_millis()).expect("a short time"), Ordering::SeqCst);
    }

    /// A cookie of a session of its own, without the price of a password.
    pub(crate) async fn cookie_of(&self, name: &str) -> String {
        static NEXT: AtomicI64 = AtomicI64::new(0);
        let word = format!("word{}", NEXT.fetch_add(1, Ordering::SeqCst));
        let person = sql::person::find(&self.db, name).await.expect("reads").expect("a person");
        let at = self.now();
        let hash = Sha256::digest(word.as_bytes()).to_vec();
        let session = sql::session::Session { hash, person: person.no, created_at: at, seen_at: at, authenticated_at: at };
        let mut tx = self.db.begin().await.expect("a transaction");
        sql::session::insert(&mut tx, &session).await.expect("a session");
        tx.commit().await.expect("commits");
        format!("sid={word}")
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        Answer::of(self.router.clone().oneshot(request).await.expect("the router answers")).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(request("GET", path, headers, None)).await
    }

    /// The router as it looks from that address.
    pub(crate) async fn ask_from(&self, address: &str, request: Request<Body>) -> Answer {
        let peer = Peer(address.parse().expect("an address"));
        let router = self.router.clone().layer(Extension(peer));
        Answer::of(router.oneshot(request).await.expect("the router answers")).await
    }

    /// Listens on a port of its own.
    pub(crate) async fn listen(&mut self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = dashboard_server::serve(listener, self.router.clone(), self.shutdown.clone());
        self.running.push(tokio::spawn(async move { serving.await.expect("serves") }));
        address
    }

    /// Sets a value of a week and pokes, as the aggregator does.
    pub(crate) async fn roll(&self, unit: &str, indicator: &str, period: &str, value: f64) {
        let registry = sql::registry::load(&self.db, None).await.expect("the registry");
        let period: Period = period.parse().expect("a period");
        let key = Key {
            every: period.every().code(),
            start: day_number(period.first_day()),
            indicator: registry.indicator(indicator).expect("an indicator").no,
            unit: registry.unit(unit).expect("a unit").no,
        };
        let at = self.now();
        let own = Own { value: Some(value), numerator: None, denominator: None, n: 7, data_at: Some(at), source: None };
        let row = Rollup {
            key,
            own,
            value: Some(value),
            numerator: None,
            denominator: None,
            n: 7,
            data_at: Some(at),
            source: registry.source("sicantik").map(|source| source.no),
            target: Some(90.0),
            target_high: None,
            achievement: Some(value / 0.9),
            status: rules::status::Status::Good,
            as_of: at,
            computed_at: at,
            revision: registry.revision,
            next_due: None,
        };
        let key = row.key;
        let mut writes = sql::behind::Writes::default();
        sql::rollup::put(&self.db, &mut writes, &[row]).await.expect("a roll-up");
        let committed = writes.commit(&self.db).await.expect("commits");
        let version = committed.and_then(|committed| committed.version).expect("a version");
        self.db.signal().rollups_written(sql::signal::Written::Here { version, keys: [key].into() });
    }

    /// Waits for a state, within ten seconds.
    pub(crate) async fn until<F: Future<Output = bool>>(&self, is_so: impl Fn() -> F) {
        let mut look = tokio::time::interval(Duration::from_millis(5));
        let waited = tokio::time::timeout(Duration::from_secs(10), async {
            while !is_so().await {
                look.tick().await;
            }
        });
        waited.await.expect("the state comes within ten seconds");
    }

    pub(crate) async fn stop(self) {
        self.shutdown.cancel();
        for task in self.running {
            task.await.expect("no task falls");
        }
    }
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: axum::body::Bytes,
    pub(crate) text: String,
    pub(crate) json: serde_json::Value,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 24).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { status: parts.status, headers: parts.headers, bytes, text, json }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }
}

pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header("host", "pantau.test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_some() {
        request = request.header("content-type", "application/json");
    }
    request.body(Body::from(body.unwrap_or_default().to_owned())).expect("a request")
}

pub(crate) fn bearer(key: &str) -> String {
    format!("Bearer {key}")
}

fn files(texts: &[(&str, &str)]) -> Vec<File> {
    texts.iter().map(|(path, text)| File { path: (*path).to_owned(), content: text.as_bytes().to_vec() }).collect()
}
