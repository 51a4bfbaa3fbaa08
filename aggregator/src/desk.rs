//! The cases of the measured services, kept in memory by the one who rolls up.
//!
//! Medians come from the cases themselves, so every change of one asks for all of them again: a
//! year of a district is some megabytes here and a second of reading there. Follows the log page by page, and is read anew
//! when another process merged a page.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sql::Db;
use sql::case_state::{self, Tabled};
use sql::progress::Counter;
use sql::registry::Registry;

use crate::cases::Case;
use crate::error::Error;
use crate::merge::Moved;
use crate::touch;

/// The cases by service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Desk {
    /// The place in the log up to which it holds what was merged.
    merged: i64,
    shelves: BTreeMap<i64, Shelf>,
}

/// The cases of a service.
#[derive(Clone, Debug, Default)]
struct Shelf {
    places: HashMap<Box<str>, usize>,
    /// None where a case is no more; its place waits for its return.
    cases: Vec<Option<Case>>,
}

impl Desk {
    /// Reads the cases of every service that an indicator measures.
    ///
    /// # Errors
    /// A failed read.
    pub(crate) async fn read(db: &Db, registry: &Registry) -> Result<Self, Error> {
        loop {
            let merged = sql::progress::get(db, Counter::MergedSeq).await?;
            let services = services(registry);
            let mut desk = Self::of(&services, case_state::tabled(db, services.iter().copied().collect()).await?);
            // A page that another process merged meanwhile may be half in.
            if sql::progress::get(db, Counter::MergedSeq).await? == merged {
                desk.merged = merged;
                return Ok(desk);
            }
        }
    }

    /// These cases of these services.
    fn of(services: &BTreeSet<i64>, cases: Vec<Tabled>) -> Self {
        let shelves = services.iter().map(|service| (*service, Shelf::default())).collect();
        let mut desk = Self { merged: 0, shelves };
        for Tabled { service, case, unit, opened, end, due } in cases {
            desk.put(service, &case, Some(Case { unit, service, opened, end, due, net: None }));
        }
        desk
    }

    /// Follows a page of the log; false when it knows another log than the page came from.
    pub(crate) fn follow(&mut self, (before, after): (i64, i64), moved: &[Moved]) -> bool {
        if self.merged != before {
            return false;
        }
        self.merged = after;
        for moved in moved {
            self.put(moved.service, &moved.case, moved.after);
        }
        true
    }

    /// The cases of these services.
    pub(crate) fn cases<'a>(&'a self, services: &'a [i64]) -> impl Iterator<Item = &'a Case> {
        // A service that is named twice counts once.
        let services: BTreeSet<i64> = services.iter().copied().collect();
        services.into_iter().filter_map(|service| self.shelves.get(&service)).flat_map(|shelf| shelf.cases.iter().flatten())
    }

    /// Puts a case in its place, or takes it away.
    pub(crate) fn put(&mut self, service: i64, id: &str, case: Option<Case>) {
        let Some(shelf) = self.shelves.get_mut(&service) else { return };
        match shelf.places.get(id) {
            Some(place) => shelf.cases[*place] = case,
            None => {
                shelf.places.insert(id.into(), shelf.cases.len());
                shelf.cases.push(case);
            }
        }
    }

    /// An empty one for these services.
    pub(crate) fn empty(registry: &Registry) -> Self {
        Self::of(&services(registry), Vec::new())
    }
}

fn services(registry: &Registry) -> BTreeSet<i64> {
    touch::by_service(registry).into_keys().collect()
}
