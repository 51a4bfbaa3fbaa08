//! What a line of `services.csv` must be.

use std::collections::BTreeMap;

use rules::service::{EndsAt, StandardUnit};
use sql::configuration::{IndicatorRow, ServiceRow, UnitRow};

use super::fault::Fault;
use super::sheet::{Column, Line, needed, optional};
use super::side::{Given, Side};

/// Columns of the file.
pub(crate) const COLUMNS: [Column; 8] = [
    needed("id"),
    needed("name"),
    optional("name_en"),
    optional("standard"),
    optional("standard_unit"),
    needed("ends_at"),
    optional("calendar"),
    optional("owner"),
];

/// Adds a line.
pub(crate) fn parse(line: &Line, given: &mut Given<ServiceRow>, faults: &mut Vec<Fault>) {
    let before = faults.len();
    let id = line.id("id", faults);
    let name = line.required("name", faults).unwrap_or_default().to_owned();
    let standard = standard(line, faults);
    let standard_unit: Option<StandardUnit> = line.word("standard_unit", faults);
    match (standard, standard_unit, faults.len() == before) {
        (Some(_), None, true) => {
            let words = StandardUnit::ALL.iter().map(|unit| unit.as_str()).collect::<Vec<_>>().join(", ");
            faults.push(line.place.fault(format!("standard has no standard_unit; write one of {words}")));
        }
        (None, Some(_), true) => faults.push(line.place.fault("standard_unit has no standard; write how many, or leave both blank")),
        _ => {}
    }
    let words: Vec<&str> = EndsAt::ALL.iter().map(|word| word.as_str()).collect();
    let ends_at: Option<EndsAt> = line.needed_word("ends_at", &words, faults);
    let row = ends_at.filter(|_| faults.len() == before).map(|ends_at| ServiceRow {
        id: id.clone().unwrap_or_default(),
        name,
        name_en: line.text("name_en").to_owned(),
        standard,
        standard_unit,
        ends_at,
        calendar: line.text("calendar").to_owned(),
        owner: line.text("owner").to_owned(),
    });
    given.push(line.place.clone(), id, row);
}

/// How many minutes, hours or days: a whole number, since a standard is published as one.
fn standard(line: &Line, faults: &mut Vec<Fault>) -> Option<u32> {
    let text = line.filled("standard")?;
    let number = text.parse().ok().filter(|number| (1..=100_000).contains(number));
    if number.is_none() {
        faults.push(line.place.fault(format!("standard is {text:?}; write a whole number from 1 to 100000")));
    }
    number
}

/// Owners are units, and indicators of cases name services that exist.
pub(crate) fn check(services: &Side<ServiceRow>, indicators: &Side<IndicatorRow>, units: &Side<UnitRow>, faults: &mut Vec<Fault>) {
    let names: BTreeMap<&str, ()> =
        units.rows.values().flat_map(|unit| [unit.row.name.as_str(), &unit.row.short_name]).map(|name| (name, ())).collect();
    for placed in services.given_rows() {
        let owner = placed.row.owner.as_str();
        if !(owner.is_empty() || units.knows(owner) || names.contains_key(owner)) {
            faults.push(placed.place.fault(format!("owner is {owner:?}, which {}, or leave it blank", units.missing(owner))));
        }
    }
    for placed in indicators.given_rows().filter(|placed| placed.row.from.starts_with("cases:")) {
        let named: Vec<&str> = placed.row.services.split(';').map(str::trim).filter(|id| !id.is_empty()).collect();
        if named.is_empty() {
            faults.push(
                placed.place.fault(format!("from is {:?} but services is blank; write the ids of services, `;` between", placed.row.from)),
            );
        }
        for id in named.into_iter().filter(|id| !services.knows(id)) {
            faults.push(placed.place.fault(format!("services has {id:?}, which {}", services.missing(id))));
        }
    }
}
