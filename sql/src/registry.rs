//! The configuration of one revision as the types the rules work with, looked up by id or number.
//!
//! Loaded whole (a district has a few hundred units, a hundred indicators, some thousand targets) and
//! shared; a new revision makes a new registry.

mod calendars;

use std::collections::HashMap;

use chrono_tz::Tz;
use rules::calendar::WorkingCalendar;
use rules::case::{CaseState, Measure, deadline};
use rules::freshness::parse_duration;
use rules::indicator::Indicator;
use rules::period::Every;
use rules::service::Service;
use rules::status::Bands;
use rules::target::Target;
use rules::time::Millis;
use rules::unit::{Tree, Unit};
use serde::de::DeserializeOwned;

use crate::configuration::{self, BandsRow, BoardRow, IndicatorRow, ServiceRow, SourceRow, Table, TargetRow, UnitRow};
use crate::db::{Db, read};
use crate::error::Error;

pub use calendars::{Calendars, OFFICE, pattern_of};

/// One revision of the configuration.
#[derive(Debug)]
pub struct Registry {
    /// Number of the revision; 0 for an empty store.
    pub revision: i64,
    /// When it was recorded.
    pub recorded_at: Millis,
    /// Units in force, by id.
    pub units: Vec<Unit>,
    /// Their tree.
    pub tree: Tree,
    /// Services in force, by id.
    pub services: Vec<Service>,
    /// Indicators in force, by id.
    pub indicators: Vec<Indicator>,
    /// Bands of all dates of validity.
    pub bands: Vec<Bands>,
    /// Sources in force, by id.
    pub sources: Vec<Source>,
    /// Boards in force, by id.
    pub boards: Vec<Board>,
    /// When offices work.
    pub calendars: Calendars,
    unit_by_id: HashMap<String, usize>,
    unit_by_no: HashMap<i64, usize>,
    service_by_id: HashMap<String, usize>,
    service_by_no: HashMap<i64, usize>,
    indicator_by_id: HashMap<String, usize>,
    indicator_by_no: HashMap<i64, usize>,
    /// Indicators that are computed from cases or surveys.
    computed: HashMap<i64, Computed>,
    source_by_id: HashMap<String, usize>,
    source_by_no: HashMap<i64, usize>,
    targets: HashMap<(i64, Option<i64>), Vec<Target>>,
}

/// How an indicator is computed from other events than samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Computed {
    /// What of the cases it is; None for a survey.
    pub measure: Option<Measure>,
    /// Numbers of its services.
    pub services: Vec<i64>,
}

/// A system that sends.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Number.
    pub no: i64,
    /// Id, the CloudEvents `source` it sends with or below.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Seconds within which it is expected to send; None when nobody said.
    pub rhythm_s: Option<i64>,
    /// Units it may write for, with their descendants.
    pub units: Vec<i64>,
    /// Whether it may write for all units.
    pub all_units: bool,
    /// Prefix of its local case numbers.
    pub case_prefix: String,
}

/// A board: headings with tiles.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// Id, as in addresses.
    pub id: String,
    /// Title.
    pub title: String,
    /// Headings in order.
    pub groups: Vec<Group>,
}

/// A heading of a board and its tiles in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Heading.
    pub title: String,
    /// Tiles.
    pub tiles: Vec<Tile>,
}

/// A tile: one indicator of one unit, by one kind of period.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Number of the unit.
    pub unit: i64,
    /// Number of the indicator.
    pub indicator: i64,
    /// What stands on it.
    pub title: String,
    /// Kind of period it shows.
    pub every: Every,
}

/// Number of the newest revision; 0 for an empty store.
///
/// # Errors
/// Any failure of the query.
pub async fn revision(db: &Db) -> Result<i64, Error> {
    Ok(configuration::revision(db, None).await?.no)
}

/// The configuration in force, or as it was known at a moment.
///
/// # Errors
/// Any failure of a query; [`Error::Inconsistent`] when a stored row cannot be understood.
pub async fn load(db: &Db, known_at: Option<Millis>) -> Result<Registry, Error> {
    of_revision(db, configuration::revision(db, known_at).await?).await
}

/// The configuration of one revision.
///
/// # Errors
/// As [`load`].
pub async fn of_revision(db: &Db, revision: configuration::Revision) -> Result<Registry, Error> {
    let units = units(db, revision.no).await?;
    let tree = Tree::new(&units).map_err(|cause| Error::Inconsistent { table: "configuration", what: cause.to_string() })?;
    let unit_by_id = positions(units.iter().map(|unit| unit.id.clone()));
    let unit_by_no = positions(units.iter().map(|unit| unit.no));
    let services = services(db, revision.no).await?;
    let service_by_id = positions(services.iter().map(|service| service.id.clone()));
    let service_by_no = positions(services.iter().map(|service| service.no));
    let (indicators, computed) = indicators(db, revision.no, |id| service_by_id.get(id).map(|&at| services[at].no)).await?;
    let indicator_by_id = positions(indicators.iter().map(|indicator| indicator.id.clone()));
    let indicator_by_no = positions(indicators.iter().map(|indicator| indicator.no));
    let unit_no = |id: &str| unit_by_id.get(id).map(|&at| units[at].no);
    let sources = sources(db, revision.no, unit_no).await?;
    let source_by_id = positions(sources.iter().map(|source| source.id.clone()));
    let source_by_no = positions(sources.iter().map(|source| source.no));

    let mut targets: HashMap<(i64, Option<i64>), Vec<Target>> = HashMap::new();
    for row in rows::<TargetRow>(db, Table::Target, revision.no).await? {
        // A target of an ended unit or indicator waits for its return.
        let Some(&indicator) = indicator_by_id.get(&row.indicator) else { continue };
        let unit = match row.unit.as_deref().map(unit_no) {
            Some(None) => continue,
            found => found.flatten(),
        };
        let indicator = indicators[indicator].no;
        let target = Target { indicator, unit, period: row.period, target: row.target, high: row.target_high, note: row.note };
        targets.entry((indicator, unit)).or_default().push(target);
    }

    let bands = rows::<BandsRow>(db, Table::Bands, revision.no).await?;
    let bands = bands
        .into_iter()
        .map(|row| Bands { id: row.id, valid_from: row.valid_from, late_below: row.late_below, watch_below: row.watch_below })
        .collect();
    let boards = rows::<BoardRow>(db, Table::Board, revision.no).await?;
    let boards = boards.into_iter().map(|row| board(row, &unit_no, |id| indicator_by_id.get(id).map(|&at| &indicators[at]))).collect();
    Ok(Registry {
        revision: revision.no,
        recorded_at: revision.recorded_at,
        units,
        tree,
        services,
        indicators,
        bands,
        sources,
        boards,
        calendars: Calendars::load(db, revision.no).await?,
        unit_by_id,
        unit_by_no,
        service_by_id,
        service_by_no,
        indicator_by_id,
        indicator_by_no,
        computed,
        source_by_id,
        source_by_no,
        targets,
    })
}

impl Registry {
    /// The unit with this id.
    pub fn unit(&self, id: &str) -> Option<&Unit> {
        self.unit_by_id.get(id).map(|&at| &self.units[at])
    }

    /// The unit with this number.
    pub fn unit_no(&self, no: i64) -> Option<&Unit> {
        self.unit_by_no.get(&no).map(|&at| &self.units[at])
    }

    /// The service with this id.
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.service_by_id.get(id).map(|&at| &self.services[at])
    }

    /// The service with this number.
    pub fn service_no(&self, no: i64) -> Option<&Service> {
        self.service_by_no.get(&no).map(|&at| &self.services[at])
    }

    /// The indicator with this id.
    pub fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.indicator_by_id.get(id).map(|&at| &self.indicators[at])
    }

    /// The indicator with this number.
    pub fn indicator_no(&self, no: i64) -> Option<&Indicator> {
        self.indicator_by_no.get(&no).map(|&at| &self.indicators[at])
    }

    /// Whether an indicator is measured by samples; the others are computed from cases or surveys.
    pub fn takes_samples(&self, indicator: &Indicator) -> bool {
        !self.computed.contains_key(&indicator.no)
    }

    /// What of which services an indicator measures; None when it is not computed from cases.
    pub fn of_cases(&self, indicator: i64) -> Option<&Computed> {
        self.computed.get(&indicator).filter(|computed| computed.measure.is_some())
    }

    /// The source with this id.
    pub fn source(&self, id: &str) -> Option<&Source> {
        self.source_by_id.get(id).map(|&at| &self.sources[at])
    }

    /// The source with this number.
    pub fn source_no(&self, no: i64) -> Option<&Source> {
        self.source_by_no.get(&no).map(|&at| &self.sources[at])
    }

    /// The board with this id.
    pub fn board(&self, id: &str) -> Option<&Board> {
        self.boards.iter().find(|board| board.id == id)
    }

    /// By when a case must be done: its own target, else by the standard of its service in the calendar that the service names,
    /// or its unit.
    pub fn due(&self, service: &Service, state: &CaseState, zone: Tz) -> Option<Millis> {
        let by_standard = || deadline(state, service.standard?, || self.calendar(service, state.unit, zone));
        state.due.or_else(by_standard)
    }

    /// The calendar in which a unit works for a service.
    pub fn calendar(&self, service: &Service, unit: i64, zone: Tz) -> std::sync::Arc<WorkingCalendar> {
        let of_unit = || self.unit_no(unit).map_or("", |unit| unit.calendar.as_str());
        let id = Some(service.calendar.as_str()).filter(|id| self.calendars.knows(id)).unwrap_or_else(of_unit);
        self.calendars.get(id, zone)
    }

    /// The targets a unit is judged by: its own, else those given for every unit.
    pub fn targets(&self, indicator: i64, unit: i64) -> &[Target] {
        let own = self.targets.get(&(indicator, Some(unit)));
        own.or_else(|| self.targets.get(&(indicator, None))).map_or(&[], Vec::as_slice)
    }
}

/// Where each key stands in its list.
fn positions<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>) -> HashMap<K, usize> {
    keys.enumerate().map(|(at, key)| (key, at)).collect()
}

async fn rows<T: DeserializeOwned>(db: &Db, table: Table, revision: i64) -> Result<Vec<T>, Error> {
    configuration::as_of_revision(db, table, revision)
        .await?
        .into_iter()
        .map(|row| {
            serde_json::from_value(row.content)
                .map_err(|cause| Error::Inconsistent { table: "configuration", what: format!("{} {}: {cause}", table.as_str(), row.key) })
        })
        .collect()
}

async fn numbers(db: &Db, text: &'static str) -> Result<HashMap<String, i64>, Error> {
    let rows: Vec<(String, i64)> =
        read!(db, conn => sqlx::query_as(text).fetch_all(conn).await).map_err(Error::of("read the numbers of ids"))?;
    Ok(rows.into_iter().collect())
}

async fn units(db: &Db, revision: i64) -> Result<Vec<Unit>, Error> {
    let numbers = numbers(db, "select id, no from unit").await?;
    let rows = rows::<UnitRow>(db, Table::Unit, revision).await?;
    let number =
        |id: &str| numbers.get(id).copied().ok_or_else(|| Error::Inconsistent { table: "unit", what: format!("{id} has no number") });
    rows.iter()
        .map(|row| {
            Ok(Unit {
                no: number(&row.id)?,
                id: row.id.clone(),
                parent: row.parent.as_deref().map(number).transpose()?,
                name: row.name.clone(),
                short_name: row.short_name.clone(),
                kind: row.kind.clone(),
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                calendar: row.calendar.clone(),
                code: row.code.clone(),
            })
        })
        .collect()
}

async fn services(db: &Db, revision: i64) -> Result<Vec<Service>, Error> {
    let numbers = numbers(db, "select id, no from service").await?;
    let rows = rows::<ServiceRow>(db, Table::Service, revision).await?;
    rows.into_iter()
        .map(|row| {
            let no =
                *numbers.get(&row.id).ok_or_else(|| Error::Inconsistent { table: "service", what: format!("{} has no number", row.id) })?;
            Ok(crate::service::service_of(no, row))
        })
        .collect()
}

/// The indicators, and how those that take no samples are computed.
async fn indicators(
    db: &Db,
    revision: i64,
    service: impl Fn(&str) -> Option<i64>,
) -> Result<(Vec<Indicator>, HashMap<i64, Computed>), Error> {
    let numbers = numbers(db, "select id, no from indicator").await?;
    let rows = rows::<IndicatorRow>(db, Table::Indicator, revision).await?;
    let mut computed = HashMap::new();
    let indicators: Result<Vec<Indicator>, Error> = rows
        .into_iter()
        .map(|row| {
            let no = *numbers
                .get(&row.id)
                .ok_or_else(|| Error::Inconsistent { table: "indicator", what: format!("{} has no number", row.id) })?;
            if row.from != "samples" {
                let measure = row.from.strip_prefix("cases:").and_then(|word| word.parse().ok());
                let services = row.services.split(';').filter_map(|id| service(id.trim())).collect();
                computed.insert(no, Computed { measure, services });
            }
            Ok(Indicator {
                no,
                id: row.id,
                name: row.name,
                name_en: row.name_en,
                unit_of_measure: row.unit_of_measure,
                polarity: row.polarity,
                formula: row.formula,
                rollup_time: row.rollup_time,
                rollup_tree: row.rollup_tree,
                accumulates: row.accumulates,
                frequency: row.frequency,
                decimals: row.decimals,
                applies_to: row.applies_to,
                numerator: row.numerator,
                denominator: row.denominator,
                source: row.source,
                owner: row.owner,
                bands: row.bands,
                show: row.show,
                valid_from: row.valid_from,
            })
        })
        .collect();
    Ok((indicators?, computed))
}

async fn sources(db: &Db, revision: i64, unit_no: impl Fn(&str) -> Option<i64>) -> Result<Vec<Source>, Error> {
    let numbers = numbers(db, "select id, no from source").await?;
    let rows = rows::<SourceRow>(db, Table::Source, revision).await?;
    rows.into_iter()
        .map(|row| {
            let no =
                *numbers.get(&row.id).ok_or_else(|| Error::Inconsistent { table: "source", what: format!("{} has no number", row.id) })?;
            Ok(Source {
                no,
                rhythm_s: row.rhythm.as_deref().and_then(parse_duration),
                all_units: row.units.iter().any(|unit| unit == "*"),
                units: row.units.iter().filter_map(|unit| unit_no(unit)).collect(),
                id: row.id,
                name: row.name,
                case_prefix: row.case_prefix,
            })
        })
        .collect()
}

/// A tile whose unit or indicator was ended is left out.
fn board<'a>(row: BoardRow, unit_no: &impl Fn(&str) -> Option<i64>, indicator: impl Fn(&str) -> Option<&'a Indicator>) -> Board {
    let group = |group: configuration::GroupRow| {
        let tiles = group.tiles.into_iter().filter_map(|tile| {
            let indicator = indicator(&tile.indicator)?;
            Some(Tile {
                unit: unit_no(&tile.unit)?,
                indicator: indicator.no,
                title: tile.title.unwrap_or_else(|| indicator.name.clone()),
                every: tile.every.unwrap_or(indicator.frequency),
            })
        });
        Group { title: group.title, tiles: tiles.collect() }
    };
    Board { id: row.id, title: row.title, groups: row.group.into_iter().map(group).collect() }
}
