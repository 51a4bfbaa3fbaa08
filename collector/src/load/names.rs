//! Names in a file and what they stand for: a unit's id or name, a service's, an indicator's.

use std::collections::{BTreeSet, HashMap};

use chrono_tz::Tz;
use rules::case::Step;
use rules::indicator::{Accumulates, Formula, Indicator, Polarity, RollupTime, RollupTree};
use rules::period::Every;
use rules::service::EndsAt;
use rules::time::{Millis, start_of};
use serde_json::Value;
use sql::Db;
use sql::configuration::{Change, IMPORT_ACTOR, IndicatorRow, ServiceRow, SourceRow, Table, UNCONFIRMED, UnitRow, record};
use sql::registry::Registry;

use super::Wrong;
use crate::import::{Content, Kind, Mapping, Numbers, Origin, OriginText};
use crate::sentence::quoted;
use crate::validate::EARLIEST;

/// What names stand for.
pub(crate) struct Names<'r> {
    units: HashMap<&'r str, i64>,
    services: HashMap<&'r str, i64>,
    pub(crate) registry: &'r Registry,
    pub(crate) columns: Columns,
    pub(crate) now: Millis,
    pub(crate) earliest: Millis,
    pub(crate) zone: Tz,
    /// Units that the source may write for, with their descendants; None for all.
    within: Option<&'r [i64]>,
    source: String,
}

/// How the mapping calls the columns, for sentences.
pub(crate) struct Columns {
    unit: String,
    service: String,
    indicator: String,
    pub(crate) at: String,
    steps: Vec<(Step, String)>,
}

impl Columns {
    /// The column of a step.
    pub(crate) fn step(&self, step: Step) -> &str {
        self.steps.iter().find(|known| known.0 == step).map_or(step.as_str(), |known| known.1.as_str())
    }
}

impl<'r> Names<'r> {
    pub(crate) fn new(registry: &'r Registry, mapping: &Mapping, zone: Tz, now: Millis) -> Self {
        let units = registry.units.iter().flat_map(|unit| [&unit.short_name, &unit.name, &unit.id].map(|name| (name.as_str(), unit.no)));
        let services = registry.services.iter().flat_map(|service| [&service.name, &service.id].map(|name| (name.as_str(), service.no)));
        let column = |origin: &Origin| match &origin.text {
            OriginText::Column { name, .. } => name.clone(),
            OriginText::Value(value) => value.clone(),
        };
        let mut columns =
            Columns { unit: column(&mapping.unit), service: String::new(), indicator: String::new(), at: String::new(), steps: Vec::new() };
        match &mapping.kind {
            Kind::Cases(cases) => (columns.service, columns.steps) = (column(&cases.service), cases.steps.clone()),
            Kind::Samples(samples) => (columns.indicator, columns.at) = (column(&samples.indicator), samples.at.clone()),
        }
        // An id wins over a name of another.
        let ids = registry.units.iter().map(|unit| (unit.id.as_str(), unit.no));
        Self {
            units: units.chain(ids).collect(),
            services: services.collect(),
            registry,
            columns,
            now,
            earliest: start_of(EARLIEST, zone),
            zone,
            within: registry.source(&mapping.source).filter(|source| !source.all_units).map(|source| source.units.as_slice()),
            source: mapping.source.clone(),
        }
    }

    pub(crate) fn unit(&self, text: &str) -> Result<i64, Wrong> {
        let expected = "the id or name of a unit, or `create = true` in the mapping";
        let unit = self.units.get(text).copied().ok_or_else(|| unknown(&self.columns.unit, text, expected))?;
        if self.within.is_some_and(|roots| !roots.iter().any(|root| self.registry.tree.is_within(unit, *root))) {
            let expected = format!("a unit for which the source {} is configured in sources.toml", quoted(&self.source));
            return Err(unknown(&self.columns.unit, text, &expected));
        }
        Ok(unit)
    }

    pub(crate) fn service(&self, text: &str) -> Result<i64, Wrong> {
        let expected = "the id or name of a service, or `create = true` in the mapping";
        self.services.get(text).copied().ok_or_else(|| unknown(&self.columns.service, text, expected))
    }

    pub(crate) fn indicator(&self, text: &str) -> Result<&'r Indicator, Wrong> {
        let expected = "the id of an indicator, or `create = true` in the mapping";
        let found = self.registry.indicator(text).ok_or_else(|| unknown(&self.columns.indicator, text, expected))?;
        match self.registry.takes_samples(found) {
            true => Ok(found),
            false => Err(unknown(&self.columns.indicator, text, "an indicator that is measured by samples")),
        }
    }
}

fn unknown(column: &str, text: &str, expected: &str) -> Wrong {
    (column.to_owned(), format!("{column} is {}; expected {expected}", quoted(text)))
}

/// Names that nobody knows.
#[derive(Debug, Default)]
pub(super) struct Missing {
    units: BTreeSet<String>,
    services: BTreeSet<String>,
    /// With whether it is a ratio.
    indicators: BTreeSet<(String, bool)>,
}

impl Missing {
    /// Notes the names in a row.
    pub(super) fn note(&mut self, content: &Content<'_>, names: &Names<'_>) {
        let unit = match content {
            Content::Case(case) => {
                if !names.services.contains_key(&*case.service) {
                    self.services.insert(case.service.to_string());
                }
                &case.unit
            }
            Content::Sample(sample) => {
                if names.registry.indicator(&sample.indicator).is_none() {
                    self.indicators.insert((sample.indicator.to_string(), matches!(sample.numbers, Numbers::Ratio { .. })));
                }
                &sample.unit
            }
        };
        if !names.units.contains_key(&**unit) {
            self.units.insert(unit.to_string());
        }
    }
}

/// Makes what the mapping lets an import make: unconfirmed units without a parent, services and indicators with usual
/// settings. Says whether there was any.
pub(super) async fn create(db: &Db, now: Millis, mapping: &Mapping, missing: Missing) -> Result<bool, sql::Error> {
    let (service, indicator) = match &mapping.kind {
        Kind::Cases(cases) => (cases.service.create, false),
        Kind::Samples(samples) => (false, samples.indicator.create),
    };
    let mut put = Vec::new();
    if mapping.unit.create {
        put.extend(missing.units.into_iter().map(|id| change(Table::Unit, &id, unit(&id))));
    }
    if service {
        put.extend(missing.services.into_iter().map(|id| change(Table::Service, &id, self::service(&id))));
    }
    if indicator {
        let rows = missing.indicators.into_iter();
        put.extend(rows.map(|(id, is_ratio)| change(Table::Indicator, &id, self::indicator(&id, is_ratio))));
    }
    put.dedup_by(|a, b| (a.table, &a.key) == (b.table, &b.key));
    if put.is_empty() {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    record(&mut tx, now, IMPORT_ACTOR, &put, &[]).await?;
    tx.commit().await?;
    db.signal().registry_written();
    Ok(true)
}

/// The number of the mapping's source, which is made when nobody knows it.
pub(super) async fn source(db: &Db, now: Millis, id: &str) -> Result<i64, sql::Error> {
    let mut tx = db.begin().await?;
    let known = sql::registry::load(db, None).await?.source(id).is_some();
    if !known {
        let row =
            SourceRow { id: id.to_owned(), name: id.to_owned(), rhythm: None, units: vec!["*".to_owned()], case_prefix: String::new() };
        record(&mut tx, now, IMPORT_ACTOR, &[change(Table::Source, id, row)], &[]).await?;
    }
    let no = sql::source::ensure(&mut tx, id, None).await?;
    tx.commit().await?;
    if !known {
        db.signal().registry_written();
    }
    Ok(no)
}

fn change(table: Table, key: &str, row: impl serde::Serialize) -> Change {
    Change { table, key: key.to_owned(), content: serde_json::to_value(row).unwrap_or(Value::Null) }
}

fn unit(id: &str) -> UnitRow {
    UnitRow {
        id: id.to_owned(),
        parent: None,
        name: id.to_owned(),
        short_name: id.to_owned(),
        kind: UNCONFIRMED.to_owned(),
        valid_from: None,
        valid_to: None,
        calendar: String::new(),
        code: String::new(),
    }
}

fn service(id: &str) -> ServiceRow {
    ServiceRow {
        id: id.to_owned(),
        name: id.to_owned(),
        name_en: String::new(),
        standard: None,
        standard_unit: None,
        ends_at: EndsAt::Closed,
        calendar: String::new(),
        owner: String::new(),
    }
}

/// As `apply` fills what a line of `indicators.csv` leaves blank; the higher the better until somebody says otherwise.
fn indicator(id: &str, is_ratio: bool) -> IndicatorRow {
    IndicatorRow {
        id: id.to_owned(),
        name: id.to_owned(),
        name_en: String::new(),
        unit_of_measure: String::new(),
        polarity: Polarity::Up,
        formula: Formula::Ratio,
        from: "samples".to_owned(),
        services: String::new(),
        rollup_time: if is_ratio { RollupTime::Ratio } else { RollupTime::Mean },
        rollup_tree: if is_ratio { RollupTree::Ratio } else { RollupTree::Mean },
        accumulates: Accumulates::Flow,
        frequency: Every::Week,
        decimals: 2,
        applies_to: Vec::new(),
        numerator: String::new(),
        denominator: String::new(),
        source: String::new(),
        owner: String::new(),
        bands: "default".to_owned(),
        show: None,
        valid_from: None,
    }
}
