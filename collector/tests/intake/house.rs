//! A small district with a clock that stands still, and an intake on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use collector::{Config, Intake};
use http_body_util::BodyExt;
use rules::indicator::{Accumulates, Formula, Polarity, RollupTime, RollupTree};
use rules::period::Every;
use rules::service::EndsAt;
use serde_json::{Value, json};
use sql::Db;
use sql::configuration::{Change, IndicatorRow, ServiceRow, SourceRow, Table, UnitRow, record};
use sql::key::{Key, hash, insert, text_of};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// 24 November 2026, 09.30 in Jakarta.
pub(crate) const NOW: i64 = 1_795_487_400_000;

pub(crate) struct House {
    pub(crate) db: Db,
    pub(crate) intake: Intake,
    pub(crate) app: Router,
    pub(crate) clock: Arc<AtomicI64>,
    pub(crate) tracker: TaskTracker,
    pub(crate) shutdown: CancellationToken,
    pub(crate) store: tests::Store,
}

/// May write for all units, source `sicantik`, which is configured for `dinas` and below.
pub(crate) const KEY: &str = "wide";
/// May write for `puskesmas` only, source `rsud`, which is not configured.
pub(crate) const NARROW: &str = "narrow";
/// Is revoked.
pub(crate) const REVOKED: &str = "revoked";

impl House {
    pub(crate) async fn open() -> Self {
        Self::with(Config::default()).await
    }

    pub(crate) async fn with(config: Config) -> Self {
        let store = tests::Store::new();
        let db = Db::open(store.url()).await.expect("opens");
        db.migrate().await.expect("migrates");
        settle(&db).await;
        let registry = Arc::new(sql::registry::load(&db, None).await.expect("loads"));
        let clock = Arc::new(AtomicI64::new(NOW));
        let hands = Arc::clone(&clock);
        let (tracker, shutdown) = (TaskTracker::new(), CancellationToken::new());
        let intake = collector::start(
            config,
            db.clone(),
            Arc::new(move || Arc::clone(&registry)),
            chrono_tz::Asia::Jakarta,
            Arc::new(move || hands.load(Ordering::Relaxed)),
            tracker.clone(),
            shutdown.clone(),
        );
        let app = collector::routes(intake.clone());
        Self { db, intake, app, clock, tracker, shutdown, store }
    }

    /// Posts a body as it is; status, headers and JSON of the answer.
    pub(crate) async fn post_raw(&self, key: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> (StatusCode, HeaderMap, Value) {
        let mut request = Request::post("/api/v1/events").header("authorization", format!("Bearer {}", secret(key)));
        let mut typed = false;
        for (name, value) in headers {
            typed |= *name == "content-type";
            request = request.header(*name, *value);
        }
        if !typed {
            request = request.header("content-type", "application/cloudevents-batch+json");
        }
        let response = self.app.clone().oneshot(request.body(body.into()).expect("a request")).await.expect("never fails");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        (parts.status, parts.headers, serde_json::from_slice(&bytes).expect("every answer is JSON"))
    }

    /// Posts JSON.
    pub(crate) async fn post(&self, key: &str, body: &Value) -> (StatusCode, Value) {
        let (status, _, answer) = self.post_raw(key, &[], body.to_string()).await;
        (status, answer)
    }

    /// Events in the log.
    pub(crate) async fn logged(&self) -> Vec<sql::log::Entry> {
        sql::log::entries_after(&self.db, 0, i64::MAX, i64::MAX).await.expect("reads")
    }

    /// Adds a service to the store, as another process would.
    pub(crate) async fn add_service(&self, id: &str) {
        let put = Change { table: Table::Service, key: id.to_owned(), content: json!(service(id)) };
        let mut tx = self.db.begin().await.expect("begins");
        record(&mut tx, NOW, "test", &[put], &[]).await.expect("records");
        tx.commit().await.expect("commits");
    }

    /// Adds an indicator to the store, as another process would.
    pub(crate) async fn add_indicator(&self, id: &str) {
        let put = Change { table: Table::Indicator, key: id.to_owned(), content: json!(indicator(id, RollupTime::Mean, &[])) };
        let mut tx = self.db.begin().await.expect("begins");
        record(&mut tx, NOW, "test", &[put], &[]).await.expect("records");
        tx.commit().await.expect("commits");
    }

    /// Keeps the writer waiting: whoever appends holds the log until the transaction ends.
    pub(crate) async fn hold_log(&self) -> Held {
        hold_log(&self.store, &self.db).await
    }

    pub(crate) async fn close(self) {
        self.shutdown.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

/// The log, held by somebody else until this is dropped.
pub(crate) enum Held {
    Embedded { _tx: Box<sql::Tx> },
    Server { _session: tests::Session },
}

/// Holds the log: on an embedded store whoever writes does, on a server another process that appends.
pub(crate) async fn hold_log(store: &tests::Store, db: &Db) -> Held {
    match tests::is_on_postgres() {
        false => Held::Embedded { _tx: Box::new(db.begin().await.expect("begins")) },
        true => Held::Server { _session: store.hold_log() },
    }
}

pub(crate) fn secret(key: &str) -> String {
    text_of(key, &"s".repeat(43))
}

/// A good sample with this id and value.
pub(crate) fn sample(id: &str, value: f64) -> Value {
    event(id, json!({"unit": "dinas", "indicator": "tunggu", "at": "2026-11-24T08:00:00+07:00", "value": value}))
}

/// A sample with this data.
pub(crate) fn event(id: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "sicantik", "type": "pantau.sample.v1", "data": data})
}

/// A step of a case with this data.
pub(crate) fn step(id: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "sicantik", "type": "pantau.case.v1", "data": data})
}

async fn settle(db: &Db) {
    let mut tx = db.begin().await.expect("begins");
    let unit = |id: &str, parent: Option<&str>, kind: &str| UnitRow {
        id: id.to_owned(),
        parent: parent.map(str::to_owned),
        name: id.to_owned(),
        short_name: id.to_owned(),
        kind: kind.to_owned(),
        valid_from: None,
        valid_to: None,
        calendar: String::new(),
        code: String::new(),
    };
    let mut closed = unit("tutup", Some("dinas"), "division");
    closed.valid_to = Some("2025-12-31".parse().expect("a date"));
    let units = [
        unit("daerah", None, "region"),
        unit("dinas", Some("daerah"), "agency"),
        unit("bidang", Some("dinas"), "division"),
        closed,
        unit("puskesmas", Some("daerah"), "technical_unit"),
    ];
    let indicators = [
        indicator("tunggu", RollupTime::Mean, &[]),
        indicator("tepat", RollupTime::Ratio, &[]),
        indicator("khusus", RollupTime::Mean, &["technical_unit"]),
        IndicatorRow { from: "cases:median".to_owned(), ..indicator("perkara", RollupTime::Mean, &[]) },
    ];
    let source = SourceRow {
        id: "sicantik".to_owned(),
        name: "SiCantik".to_owned(),
        rhythm: None,
        units: vec!["dinas".to_owned()],
        case_prefix: "sic-".to_owned(),
    };
    let desk = SourceRow { id: "sicantik/mpp".to_owned(), case_prefix: "mpp-".to_owned(), ..source.clone() };
    let change = |table, key: &str, content| Change { table, key: key.to_owned(), content };
    let mut put: Vec<Change> = units.iter().map(|row| change(Table::Unit, &row.id, json!(row))).collect();
    put.extend(indicators.iter().map(|row| change(Table::Indicator, &row.id, json!(row))));
    put.extend([&source, &desk].map(|row| change(Table::Source, &row.id, json!(row))));
    put.extend(["izin", "aduan"].map(|id| change(Table::Service, id, json!(service(id)))));
    record(&mut tx, NOW - 1_000_000, "test", &put, &[]).await.expect("records");

    for (id, source_id, units) in [(KEY, "sicantik", None), (NARROW, "rsud", Some("puskesmas")), (REVOKED, "sicantik", None)] {
        let source = sql::source::ensure(&mut tx, source_id, None).await.expect("a number");
        let key = Key {
            id: id.to_owned(),
            source,
            source_id: source_id.to_owned(),
            hash: hash(&"s".repeat(43)),
            // `puskesmas` is the fifth unit that was given a number.
            units: units.iter().map(|_| 5).collect(),
            all_units: units.is_none(),
            read: false,
            created_at: NOW - 1000,
            last_used_at: None,
            revoked_at: None,
        };
        insert(&mut tx, &key).await.expect("inserts");
    }
    sql::key::revoke(&mut tx, REVOKED, NOW - 500).await.expect("revokes");
    tx.commit().await.expect("commits");
}

fn service(id: &str) -> ServiceRow {
    ServiceRow {
        id: id.to_owned(),
        name: id.to_owned(),
        name_en: String::new(),
        standard: None,
        standard_unit: None,
        ends_at: EndsAt::Decided,
        calendar: String::new(),
        owner: String::new(),
    }
}

fn indicator(id: &str, rollup_time: RollupTime, applies_to: &[&str]) -> IndicatorRow {
    IndicatorRow {
        id: id.to_owned(),
        name: id.to_owned(),
        name_en: String::new(),
        unit_of_measure: "menit".to_owned(),
        polarity: Polarity::Down,
        formula: Formula::Inverse,
        from: "samples".to_owned(),
        services: String::new(),
        rollup_time,
        rollup_tree: RollupTree::Mean,
        accumulates: Accumulates::Flow,
        frequency: Every::Day,
        decimals: 1,
        applies_to: applies_to.iter().map(|word| (*word).to_owned()).collect(),
        numerator: String::new(),
        denominator: String::new(),
        source: String::new(),
        owner: String::new(),
        bands: "default".to_owned(),
        show: None,
        valid_from: None,
    }
}
