//! What an entry of `sources.toml` must be.

use rules::freshness::parse_duration;
use sql::configuration::{SourceRow, UnitRow};

use super::document::Node;
use super::fault::Fault;
use super::side::{Given, Side};

/// Name of the list in the file.
pub(crate) const LIST: &str = "source";

/// Adds an entry.
pub(crate) fn parse(node: &Node<'_>, given: &mut Given<SourceRow>, faults: &mut Vec<Fault>) {
    let before = faults.len();
    node.only(&["id", "name", "rhythm", "units", "case_prefix"], faults);
    let id = node.required("id", faults).and_then(|id| check_id(node, id, faults));
    let name = node.text("name", faults).or_else(|| id.clone()).unwrap_or_default();
    let rhythm = node.text("rhythm", faults);
    if let Some(rhythm) = rhythm.as_deref().filter(|rhythm| parse_duration(rhythm).is_none()) {
        let place = node.place_of("rhythm");
        faults.push(place.fault(format!("rhythm is {rhythm:?}; write a duration like \"PT15M\", \"PT1H\", \"P1D\" or \"P7D\"")));
    }
    let units: Vec<String> = node.texts("units", faults).into_iter().map(|(_, unit)| unit).collect();
    if units.is_empty() && faults.len() == before {
        faults.push(node.place.fault("units is missing or empty; write units = [\"*\"] for all, or a list of unit ids"));
    }
    let case_prefix = node.text("case_prefix", faults).unwrap_or_default();
    let row = SourceRow { id: id.clone().unwrap_or_default(), name, rhythm, units, case_prefix };
    given.push(node.place.clone(), id, (faults.len() == before).then_some(row));
}

/// What a source id may be, for a sentence.
pub const SOURCE_ID_RULE: &str = "use 1 to 128 letters, digits and -_.:/ without spaces, not ending in `/`";

/// Whether a text may be the id of a source. It is the `source` of CloudEvents, so it may also be an address.
pub fn is_source_id(text: &str) -> bool {
    let is_fine = text.chars().all(|c| c.is_alphanumeric() || "-_.:/~+@".contains(c));
    is_fine && (1..=128).contains(&text.len()) && !text.ends_with('/')
}

fn check_id(node: &Node<'_>, id: String, faults: &mut Vec<Fault>) -> Option<String> {
    if is_source_id(&id) {
        return Some(id);
    }
    faults.push(node.place_of("id").fault(format!("id is {id:?}; {SOURCE_ID_RULE}")));
    None
}

/// Every unit of a source exists.
pub(crate) fn check(sources: &Side<SourceRow>, units: &Side<UnitRow>, faults: &mut Vec<Fault>) {
    for placed in sources.given_rows() {
        for unit in placed.row.units.iter().filter(|unit| *unit != "*" && !units.knows(unit)) {
            faults.push(placed.place.fault(format!("units of the source {} names {unit:?}, which {}", placed.row.id, units.missing(unit))));
        }
    }
}
