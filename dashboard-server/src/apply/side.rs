//! One table as it would stand after the files are applied: what is stored, with what is given over it.
//!
//! Owns keys, duplicates and what disappears. Must never know what a row means.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sql::configuration::{
    BandsRow, BoardRow, CalendarRow, DayOffRow, IndicatorRow, RamadanRow, ServiceRow, SourceRow, Table, TargetRow, UnitRow,
};

use super::fault::{Fault, Place};

/// A row of a table of the configuration.
pub(crate) trait Row: Serialize + DeserializeOwned {
    /// Its table.
    const TABLE: Table;
    /// Its key there.
    fn key(&self) -> String;
}

/// A row and where it stands.
pub(crate) struct Placed<T> {
    pub(crate) place: Place,
    pub(crate) row: T,
}

/// The rows of the files given for a table.
pub(crate) struct Given<T> {
    pub(crate) rows: Vec<Placed<T>>,
    /// Ids of rows that had faults: whoever refers to them is not to blame.
    pub(crate) broken: BTreeSet<String>,
    /// A file could not be understood at all, so nothing may be concluded from what is not here.
    pub(crate) is_unreadable: bool,
    /// Some row had faults, with an id or without.
    is_partial: bool,
}

/// A table after the files, with what it takes to say what changed.
pub(crate) struct Side<T> {
    /// All rows, by key.
    pub(crate) rows: BTreeMap<String, Placed<T>>,
    /// Keys of the rows that came from files.
    pub(crate) given: BTreeSet<String>,
    /// Keys that were stored and are in none of the files given for the table.
    pub(crate) ended: BTreeSet<String>,
    /// Whether a file of this table was given.
    pub(crate) is_given: bool,
    broken: BTreeSet<String>,
    is_unreadable: bool,
    is_partial: bool,
}

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), broken: BTreeSet::new(), is_unreadable: false, is_partial: false }
    }
}

impl<T: Row> Given<T> {
    /// Adds a row, or remembers the id of one that had faults.
    pub(crate) fn push(&mut self, place: Place, id: Option<String>, row: Option<T>) {
        match row {
            Some(row) => self.rows.push(Placed { place, row }),
            None => {
                self.is_partial = true;
                self.broken.extend(id);
            }
        }
    }
}

impl<T: Row> Side<T> {
    /// Lays the given rows over the stored ones; `kept` are keys that stay although no file has them.
    pub(crate) fn new(stored: BTreeMap<String, T>, given: Option<Given<T>>, kept: &BTreeSet<String>, faults: &mut Vec<Fault>) -> Self {
        let place = |key: &str| Place::Store { table: T::TABLE, key: key.to_owned() };
        let mut rows: BTreeMap<String, Placed<T>> =
            stored.into_iter().map(|(key, row)| (key.clone(), Placed { place: place(&key), row })).collect();
        let Some(given) = given else {
            let none = BTreeSet::new;
            return Self { rows, given: none(), ended: none(), is_given: false, broken: none(), is_unreadable: false, is_partial: false };
        };
        let stored: BTreeSet<String> = rows.keys().cloned().collect();
        let mut seen: BTreeMap<String, Place> = BTreeMap::new();
        for placed in given.rows {
            let key = placed.row.key();
            if let Some(first) = seen.get(&key) {
                let shown = key.replace('|', " ");
                let table = T::TABLE.as_str();
                faults.push(placed.place.fault(format!("the {table} {shown} is already at {first}; keep one of the two")));
                continue;
            }
            seen.insert(key.clone(), placed.place.clone());
            rows.insert(key, placed);
        }
        let given_keys: BTreeSet<String> = seen.into_keys().collect();
        let ended: BTreeSet<String> = match given.is_unreadable {
            true => BTreeSet::new(),
            false => {
                stored.into_iter().filter(|key| !given_keys.contains(key) && !given.broken.contains(key) && !kept.contains(key)).collect()
            }
        };
        rows.retain(|key, _| !ended.contains(key));
        Self {
            rows,
            given: given_keys,
            ended,
            is_given: true,
            broken: given.broken,
            is_unreadable: given.is_unreadable,
            is_partial: given.is_partial,
        }
    }

    /// The row of that key.
    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.rows.get(key).map(|placed| &placed.row)
    }

    /// Whether a reference to that key may stand; true also when nothing can be said.
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.is_unreadable || self.rows.contains_key(key) || self.broken.contains(key)
    }

    /// Whether every row was understood, so that something may be concluded from all of them together.
    pub(crate) fn is_whole(&self) -> bool {
        !self.is_unreadable && !self.is_partial
    }

    /// The rows that came from files.
    pub(crate) fn given_rows(&self) -> impl Iterator<Item = &Placed<T>> {
        self.given.iter().filter_map(|key| self.rows.get(key))
    }

    /// Why a reference to `key` cannot stand, in words that follow "…, which".
    pub(crate) fn missing(&self, key: &str) -> String {
        let table = T::TABLE.as_str();
        match self.ended.contains(key) {
            true => format!(
                "would be ended because it is no longer in {0}; put it back into {0}, or change what refers to it first",
                file_of(T::TABLE)
            ),
            false => format!("is not among the {table} ids; add it to {} or write another", file_of(T::TABLE)),
        }
    }
}

/// The file a table is read from.
pub(crate) fn file_of(table: Table) -> &'static str {
    // The months of Ramadan stand beside the calendars.
    let table = if table == Table::Ramadan { Table::Calendar } else { table };
    super::file::READ.iter().find(|(_, of)| *of == table).map_or("", |(name, _)| name)
}

/// The row as it is stored.
pub(crate) fn content<T: Row>(row: &T) -> Value {
    serde_json::to_value(row).expect("configuration rows have only finite numbers, texts and lists")
}

macro_rules! rows {
    ($($row:ty => $table:expr, |$it:ident| $key:expr;)+) => {
        $(impl Row for $row {
            const TABLE: Table = $table;
            fn key(&self) -> String {
                let $it = self;
                $key
            }
        })+
    };
}
rows! {
    UnitRow => Table::Unit, |row| row.id.clone();
    ServiceRow => Table::Service, |row| row.id.clone();
    IndicatorRow => Table::Indicator, |row| row.id.clone();
    SourceRow => Table::Source, |row| row.id.clone();
    BandsRow => Table::Bands, |row| BandsRow::key(row);
    TargetRow => Table::Target, |row| TargetRow::key(row);
    BoardRow => Table::Board, |row| row.id.clone();
    CalendarRow => Table::Calendar, |row| CalendarRow::key(row);
    RamadanRow => Table::Ramadan, |row| row.from.to_string();
    DayOffRow => Table::DayOff, |row| row.date.to_string();
}
