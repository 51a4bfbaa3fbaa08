//! Two services with eight indicators, one for each measure, and what happens to cases of them.

use std::sync::Arc;
use std::time::Duration;

use rules::case::Step;
use rules::period::Every;
use rules::time::{Millis, parse_instant};
use sql::Db;
use sql::configuration::{Change, Table};
use sql::log::{CaseStep, Content, NewEvent};
use sql::rollup::Rollup;

use super::Store;

/// Each measure, how it is rolled up over time, and its unit of measure.
pub(crate) const MEASURES: [(&str, &str, &str); 8] = [
    ("on_time_share", "ratio", "%"),
    ("breach_share", "ratio", ""),
    ("median", "median", "jam"),
    ("p90", "p90", "jam"),
    ("open", "last", "berkas"),
    ("overdue", "last", "berkas"),
    ("opened", "sum", "berkas"),
    ("closed", "sum", "berkas"),
];

pub(crate) fn service(id: &str, ends_at: &str) -> Change {
    Change {
        table: Table::Service,
        key: id.to_owned(),
        content: serde_json::json!({"id": id, "name": id, "name_en": "", "standard": null, "standard_unit": null,
            "ends_at": ends_at, "calendar": "", "owner": ""}),
    }
}

pub(crate) fn indicator((id, time, unit_of_measure): (&str, &str, &str), services: &str) -> Change {
    Change {
        table: Table::Indicator,
        key: id.to_owned(),
        content: serde_json::json!({"id": id, "name": id, "name_en": "", "unit_of_measure": unit_of_measure, "polarity": "up", "formula": "ratio",
            "from": format!("cases:{id}"), "services": services, "rollup_time": time, "rollup_tree": "sum", "accumulates": "flow", "frequency": "day",
            "decimals": 1, "applies_to": [], "numerator": "", "denominator": "", "source": "", "owner": "", "bands": "default",
            "show": null, "valid_from": null}),
    }
}

/// The services and the indicators that measure the first of them; nobody measures the other.
pub(crate) fn definitions() -> Vec<Change> {
    let services = [service("izin", "handed_over"), service("lain", "closed")];
    services.into_iter().chain(MEASURES.map(|measure| indicator(measure, "izin"))).collect()
}

/// A step as a source sends it.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) unit: &'static str,
    pub(crate) case: String,
    pub(crate) step: Step,
    pub(crate) at: Millis,
    pub(crate) due: Option<Millis>,
    pub(crate) time: Option<Millis>,
}

/// A step of a case of `izin` at unit a.
pub(crate) fn step(id: &str, case: &str, step: Step, at: &str) -> Sent {
    let at = parse_instant(at).expect("an instant");
    Sent { id: id.to_owned(), unit: "a", case: case.to_owned(), step, at, due: None, time: None }
}

impl Sent {
    pub(crate) fn due(self, due: &str) -> Self {
        Self { due: parse_instant(due), ..self }
    }

    pub(crate) fn unit(self, unit: &'static str) -> Self {
        Self { unit, ..self }
    }
}

impl Store {
    pub(crate) async fn steps(&self, sent: &[Sent]) {
        let registry = sql::registry::load(&self.db, None).await.expect("a registry");
        let event = |sent: &Sent| {
            let step = CaseStep {
                service: registry.service("izin").expect("a service").no,
                case: sent.case.clone(),
                unit: registry.unit(sent.unit).expect("a unit").no,
                step: sent.step,
                at: sent.at,
                due: sent.due,
                class: None,
                channel: None,
                area: None,
            };
            NewEvent { source: 1, id: sent.id.clone(), time: sent.time, content: Content::Step(Box::new(step)) }
        };
        self.write(&sent.iter().map(event).collect::<Vec<_>>()).await;
    }

    /// A handle on the same store as another process has it: it pokes nobody here.
    pub(crate) async fn other_process(&self) -> Store {
        let db = Db::open(self.store.url()).await.expect("a store");
        Store { db, now: Arc::clone(&self.now), store: Arc::clone(&self.store) }
    }

    /// Waits until a board's value is this, at most twenty seconds.
    pub(crate) async fn wait_for(&self, unit: &str, indicator: &str, every: Every, period: &str, wanted: f64) {
        let mut last = None;
        for _ in 0..400 {
            last = self.value(unit, indicator, every, period).await;
            if last == Some(wanted) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{unit} {indicator} {period} is {last:?}, not {wanted}");
    }

    pub(crate) async fn differences(&self) -> Vec<String> {
        self.verify().await.differences
    }

    /// Every roll-up that says something, zeros too, to nine digits, without what depends on when it was computed.
    pub(crate) async fn figures(&self) -> Vec<String> {
        let mut all = Vec::new();
        for every in 1..=7 {
            all.extend(sql::rollup::of_kind(&self.db, every, -100_000, 100_000).await.expect("roll-ups"));
        }
        let digits = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.9e}"));
        let says = |row: &&Rollup| row.value.is_some() || row.n > 0;
        let line = |row: &Rollup| {
            let (value, own) = (digits(row.value), digits(row.own.value));
            format!("{:?} {value} {own} {} {} {:?} {:?}", row.key, row.n, row.own.n, row.data_at, row.next_due)
        };
        all.iter().filter(says).map(line).collect()
    }

    /// What each case came to, without the places of its steps.
    pub(crate) async fn cases(&self) -> Vec<String> {
        let all = sql::case_state::all(&self.db).await.expect("cases");
        all.into_iter().map(|case| format!("{} {} {:?} {}", case.service, case.case, case.state, case.steps.len())).collect()
    }
}
