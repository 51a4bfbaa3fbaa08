//! What a line of `units.csv` must be, and that the units form a tree.

use std::collections::BTreeMap;

use rules::unit::{Tree, TreeError, Unit};
use sql::configuration::UnitRow;

use super::fault::Fault;
use super::sheet::{Column, Line, needed, optional};
use super::side::{Given, Side};

/// Columns of the file.
pub(crate) const COLUMNS: [Column; 9] = [
    needed("id"),
    optional("parent"),
    needed("name"),
    optional("short_name"),
    optional("kind"),
    optional("valid_from"),
    optional("valid_to"),
    optional("calendar"),
    optional("code"),
];

/// Adds a line.
pub(crate) fn parse(line: &Line, given: &mut Given<UnitRow>, faults: &mut Vec<Fault>) {
    let before = faults.len();
    let id = line.id("id", faults);
    let name = line.required("name", faults).unwrap_or_default().to_owned();
    let valid_from = line.date("valid_from", faults);
    let valid_to = line.date("valid_to", faults);
    if let (Some(from), Some(to)) = (valid_from, valid_to)
        && from > to
    {
        faults.push(line.place.fault(format!("valid_to {to} is before valid_from {from}; swap them or leave one blank")));
    }
    if line.text("kind").contains([';', ',']) {
        faults.push(line.place.fault("kind has a `;` or `,`; write one word, like agency or village"));
    }
    let row = UnitRow {
        id: id.clone().unwrap_or_default(),
        parent: line.filled("parent").map(str::to_owned),
        short_name: line.filled("short_name").unwrap_or(&name).to_owned(),
        name,
        kind: line.text("kind").to_owned(),
        valid_from,
        valid_to,
        calendar: line.text("calendar").to_owned(),
        code: line.text("code").to_owned(),
    };
    given.push(line.place.clone(), id, (faults.len() == before).then_some(row));
}

/// Every parent is a unit, and nobody is above themselves.
pub(crate) fn check(units: &Side<UnitRow>, faults: &mut Vec<Fault>) {
    let before = faults.len();
    for placed in units.given_rows() {
        if let Some(parent) = placed.row.parent.as_deref().filter(|parent| !units.knows(parent)) {
            faults.push(placed.place.fault(format!("parent is {parent:?}, which {}, or leave it blank", units.missing(parent))));
        }
    }
    if faults.len() > before {
        return;
    }
    if let Err(TreeError::Cycle { unit }) = tree(units) {
        let place = units.rows.get(&unit).map(|placed| &placed.place);
        let sentence = format!("the unit {unit:?} is its own ancestor through its parents; give one unit on the way another parent");
        faults.extend(place.map(|place| place.fault(sentence)));
    }
}

/// The tree of these units, numbered by their order.
///
/// # Errors
/// As [`Tree::new`].
pub(crate) fn tree(units: &Side<UnitRow>) -> Result<Tree, TreeError> {
    let numbers: BTreeMap<&str, i64> = units.rows.keys().map(String::as_str).zip(0..).collect();
    let of_rules: Vec<Unit> = units.rows.values().map(|placed| as_rules(&placed.row, &numbers)).collect();
    Tree::new(&of_rules)
}

/// The unit as the rules see it.
pub(crate) fn as_rules(row: &UnitRow, numbers: &BTreeMap<&str, i64>) -> Unit {
    Unit {
        no: numbers.get(row.id.as_str()).copied().unwrap_or(-1),
        id: row.id.clone(),
        // A parent that is no unit has a fault of its own; here the unit then stands at the top.
        parent: row.parent.as_deref().and_then(|parent| numbers.get(parent).copied()),
        name: row.name.clone(),
        short_name: row.short_name.clone(),
        kind: row.kind.clone(),
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        calendar: row.calendar.clone(),
        code: row.code.clone(),
    }
}
