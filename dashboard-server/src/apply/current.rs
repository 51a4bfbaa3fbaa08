//! The configuration as it is stored, which the files are laid over.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sql::configuration::{
    self, BandsRow, BoardRow, CalendarRow, DayOffRow, IMPORT_ACTOR, IndicatorRow, RamadanRow, ServiceRow, SourceRow, Table, TargetRow,
    UnitRow,
};
use sql::{Db, Error};

use super::side::Row;

/// Rows of one table, by key: parsed, and as they are stored.
pub(crate) type Stored<T> = BTreeMap<String, T>;

/// All rows in force.
#[derive(Debug, Default)]
pub struct Current {
    pub(crate) units: Stored<UnitRow>,
    pub(crate) services: Stored<ServiceRow>,
    pub(crate) indicators: Stored<IndicatorRow>,
    pub(crate) targets: Stored<TargetRow>,
    pub(crate) bands: Stored<BandsRow>,
    pub(crate) sources: Stored<SourceRow>,
    pub(crate) boards: Stored<BoardRow>,
    pub(crate) calendars: Stored<CalendarRow>,
    pub(crate) ramadan: Stored<RamadanRow>,
    pub(crate) days_off: Stored<DayOffRow>,
    /// Every row as it is stored, to compare with.
    pub(crate) contents: BTreeMap<(Table, String), Value>,
    /// Sources that `key create` made: no file ever had them, so none can lose them.
    pub(crate) made_by_key: BTreeSet<String>,
    /// Units, services, indicators and sources that an import made and nobody has confirmed in a file: likewise.
    pub(crate) made_by_import: BTreeSet<String>,
}

/// The actor of revisions that make a source for a key.
pub const KEY_ACTOR: &str = "key create";

/// Reads all rows in force.
///
/// # Errors
/// Any failure of a query; [`Error::Inconsistent`] when a stored row cannot be understood.
pub async fn read(db: &Db) -> Result<Current, Error> {
    let mut contents = BTreeMap::new();
    let mut made_by_import = BTreeSet::new();
    for table in [Table::Unit, Table::Service, Table::Indicator, Table::Source] {
        made_by_import.extend(configuration::written_by(db, table, IMPORT_ACTOR).await?);
    }
    Ok(Current {
        units: table(db, &mut contents).await?,
        services: table(db, &mut contents).await?,
        indicators: table(db, &mut contents).await?,
        targets: table(db, &mut contents).await?,
        bands: table(db, &mut contents).await?,
        sources: table(db, &mut contents).await?,
        boards: table(db, &mut contents).await?,
        calendars: table(db, &mut contents).await?,
        ramadan: table(db, &mut contents).await?,
        days_off: table(db, &mut contents).await?,
        made_by_key: configuration::written_by(db, Table::Source, KEY_ACTOR).await?.into_iter().collect(),
        made_by_import,
        contents,
    })
}

async fn table<T: Row>(db: &Db, contents: &mut BTreeMap<(Table, String), Value>) -> Result<Stored<T>, Error> {
    let mut rows = Stored::new();
    for row in configuration::current(db, T::TABLE).await? {
        let parsed = T::deserialize(&row.content)
            .map_err(|cause| Error::Inconsistent { table: "configuration", what: format!("{} {}: {cause}", T::TABLE.as_str(), row.key) })?;
        rows.insert(row.key.clone(), parsed);
        contents.insert((T::TABLE, row.key), row.content);
    }
    Ok(rows)
}
