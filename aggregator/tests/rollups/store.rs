//! A store in a folder of its own with three units and six indicators, one for each way to roll up.

pub(crate) mod cases;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use aggregator::{Comparison, settle, verify};
use chrono_tz::Tz;
use rules::at::At;
use rules::period::{Every, Period};
use rules::time::{date_from_number, day_number};
use sql::Db;
use sql::configuration::{Change, Table, record};
use sql::log::{Appender, Content, Group, NewEvent};
use sql::rollup::{Key, Rollup};

pub(crate) const SUM: usize = 0;
pub(crate) const TOTAL: usize = 5;
pub(crate) const INDICATORS: [(&str, &str, &str, &str); 6] = [
    ("S", "sum", "sum", "flow"),
    ("M", "mean", "mean", "flow"),
    ("D", "median", "mean", "flow"),
    ("L", "last", "sum", "flow"),
    ("X", "max", "mean", "flow"),
    ("T", "last", "sum", "to_date"),
];
const UNITS: [&str; 3] = ["a", "b", "parent"];
pub(crate) const ZONE: Tz = chrono_tz::Asia::Jakarta;
/// 1 February 2027, 12.00 UTC: after all that the tests send.
const NOW: i64 = 1_801_483_200_000;

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) unit: &'static str,
    pub(crate) indicator: &'static str,
    pub(crate) at: At,
    pub(crate) time: Option<i64>,
    pub(crate) value: Option<f64>,
    pub(crate) parts: Option<(f64, f64)>,
}

/// An indicator: id, how it is rolled up over time and tree, and whether it is a flow.
pub(crate) fn indicator((id, time, tree, accumulates): (&str, &str, &str, &str)) -> Change {
    Change {
        table: Table::Indicator,
        key: id.to_owned(),
        content: serde_json::json!({"id": id, "name": id, "name_en": "", "unit_of_measure": "%", "polarity": "up", "formula": "ratio",
            "from": "samples", "services": "", "rollup_time": time, "rollup_tree": tree, "accumulates": accumulates, "frequency": "day",
            "decimals": 1, "applies_to": [], "numerator": "", "denominator": "", "source": "", "owner": "", "bands": "default",
            "show": null, "valid_from": null}),
    }
}

/// A sample `day` days after 1 January 2026, at an hour of its own or for a period.
pub(crate) fn samples(no: usize, unit: usize, indicator: usize, day: i64, period: bool, value: f64) -> Event {
    let date = date_from_number(day_number(first_day()) + day).expect("a day");
    let at = if period {
        At::Period(Period::containing(date, Every::ALL[no % Every::ALL.len()]))
    } else {
        At::Instant(rules::time::start_of(date, ZONE) + (no as i64 * 977_000) % 86_400_000)
    };
    Event { id: format!("e{no}"), unit: UNITS[unit], indicator: INDICATORS[indicator].0, at, time: None, value: Some(value), parts: None }
}

pub(crate) fn ratio(no: usize, unit: usize, day: i64, numerator: f64, denominator: f64) -> Event {
    Event { indicator: "R", value: None, parts: Some((numerator, denominator)), ..samples(no, unit, 0, day, false, 0.0) }
}

fn first_day() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day")
}

pub(crate) struct Store {
    pub(crate) db: Db,
    now: Arc<AtomicI64>,
    store: Arc<tests::Store>,
}

impl Store {
    pub(crate) async fn new() -> Store {
        let store = tests::Store::new();
        let db = Db::open(store.url()).await.expect("a store");
        db.migrate().await.expect("migrations");
        let unit = |id: &str, parent: Option<&str>| Change {
            table: Table::Unit,
            key: id.to_owned(),
            content: serde_json::json!({"id": id, "parent": parent, "name": id, "short_name": id, "kind": "agency",
                "valid_from": null, "valid_to": null, "calendar": "", "code": ""}),
        };
        let mut put = vec![unit("parent", None), unit("a", Some("parent")), unit("b", Some("parent"))];
        put.extend(INDICATORS.map(indicator));
        put.push(indicator(("R", "ratio", "ratio", "flow")));
        put.extend(cases::definitions());
        put.push(Change {
            table: Table::Board,
            key: "board".to_owned(),
            content: serde_json::json!({"id": "board", "title": "Board", "group": [{"title": "G", "tiles": [
                {"unit": "parent", "indicator": "S", "title": null, "every": "week"}, {"unit": "parent", "indicator": "T", "title": null, "every": "month"},
                {"unit": "a", "indicator": "D", "title": null, "every": "month"},
                {"unit": "parent", "indicator": "on_time_share", "title": null, "every": "month"},
                {"unit": "parent", "indicator": "open", "title": null, "every": "day"},
                {"unit": "parent", "indicator": "overdue", "title": null, "every": "week"},
                {"unit": "a", "indicator": "median", "title": null, "every": "week"}]}]}),
        });
        let mut tx = db.begin().await.expect("a transaction");
        record(&mut tx, 1, "test", &put, &[]).await.expect("a revision");
        sql::source::ensure(&mut tx, "test", None).await.expect("a source");
        tx.commit().await.expect("a commit");
        Store { db, now: Arc::new(AtomicI64::new(NOW)), store: Arc::new(store) }
    }

    /// A store whose clock stands at an instant.
    pub(crate) async fn at(instant: &str) -> Store {
        let store = Self::new().await;
        store.set_clock(instant);
        store
    }

    pub(crate) fn set_clock(&self, instant: &str) {
        self.now.store(rules::time::parse_instant(instant).expect("an instant"), Ordering::SeqCst);
    }

    pub(crate) fn clock(&self) -> rules::time::Now {
        let now = Arc::clone(&self.now);
        Arc::new(move || now.load(Ordering::SeqCst))
    }

    /// Records a change of the configuration.
    pub(crate) async fn configure(&self, put: &[Change], end: &[(Table, String)]) {
        let mut tx = self.db.begin().await.expect("a transaction");
        record(&mut tx, 2, "test", put, end).await.expect("a revision");
        tx.commit().await.expect("a commit");
    }

    /// The same, recorded at a moment.
    pub(crate) async fn configure_at(&self, at: i64, put: &[Change]) {
        let mut tx = self.db.begin().await.expect("a transaction");
        record(&mut tx, at, "test", put, &[]).await.expect("a revision");
        tx.commit().await.expect("a commit");
    }

    pub(crate) async fn append(&self, events: &[Event]) {
        let registry = sql::registry::load(&self.db, None).await.expect("a registry");
        let new = |event: &Event| NewEvent {
            source: 1,
            id: event.id.clone(),
            time: event.time,
            content: Content::Sample {
                unit: registry.unit(event.unit).expect("a unit").no,
                indicator: registry.indicator(event.indicator).expect("an indicator").no,
                at: event.at,
                value: event.value,
                numerator: event.parts.map(|parts| parts.0),
                denominator: event.parts.map(|parts| parts.1),
                note: None,
            },
        };
        self.write(&events.iter().map(new).collect::<Vec<_>>()).await;
    }

    pub(crate) async fn void(&self, id: &str) {
        let content = Content::Void { source: 1, id: id.to_owned(), reason: "a mistake".to_owned() };
        self.write(&[NewEvent { source: 1, id: format!("void-{id}"), time: None, content }]).await;
    }

    pub(crate) async fn write(&self, events: &[NewEvent]) {
        Appender::new(self.db.clone())
            .append(&self.clock(), Group { events: events.to_vec(), used_keys: Vec::new() })
            .await
            .1
            .expect("an append");
    }

    pub(crate) async fn settle(&self) {
        settle(&self.db, ZONE, self.clock()).await.expect("a pass");
    }

    pub(crate) async fn value(&self, unit: &str, indicator: &str, every: Every, period: &str) -> Option<f64> {
        self.rollup(unit, indicator, every, period).await.and_then(|rollup| rollup.value)
    }

    pub(crate) async fn rollup(&self, unit: &str, indicator: &str, every: Every, period: &str) -> Option<Rollup> {
        let registry = sql::registry::load(&self.db, None).await.expect("a registry");
        let period: Period = period.parse().expect("a period");
        let key = Key {
            every: every.code(),
            start: day_number(period.first_day()),
            indicator: registry.indicator(indicator).expect("an indicator").no,
            unit: registry.unit(unit).expect("a unit").no,
        };
        sql::rollup::by_keys(&self.db, &[key]).await.expect("roll-ups").pop()
    }

    /// Every roll-up that holds something, to nine digits, without what depends on when it was computed.
    pub(crate) async fn rollups(&self) -> Vec<String> {
        let mut all = Vec::new();
        for every in 1..=7 {
            all.extend(sql::rollup::of_kind(&self.db, every, -100_000, 100_000).await.expect("roll-ups"));
        }
        let digits = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.9e}"));
        let line = |row: &sql::rollup::Rollup| {
            format!("{:?} {} {} {} {:?}", row.key, digits(row.value), digits(row.own.value), row.n, row.data_at)
        };
        all.iter().filter(|row| row.n > 0).map(line).collect()
    }

    pub(crate) async fn verify(&self) -> Comparison {
        let registry = sql::registry::load(&self.db, None).await.expect("a registry");
        verify(&self.db, &registry, ZONE, (self.clock())()).await.expect("a comparison")
    }
}
