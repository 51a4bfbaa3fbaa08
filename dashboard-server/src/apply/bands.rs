//! What an entry of `bands.toml` must be.

use sql::configuration::BandsRow;

use super::document::Node;
use super::fault::Fault;
use super::side::Given;

/// Name of the list in the file.
pub(crate) const LIST: &str = "bands";

/// Adds an entry.
pub(crate) fn parse(node: &Node<'_>, given: &mut Given<BandsRow>, faults: &mut Vec<Fault>) {
    let before = faults.len();
    node.only(&["id", "valid_from", "late_below", "watch_below"], faults);
    let id = node.id("id", faults);
    let valid_from = node.date("valid_from", faults);
    let late_below = node.number("late_below", faults);
    let watch_below = node.number("watch_below", faults);
    if let (Some(late), Some(watch)) = (late_below, watch_below)
        && late > watch
    {
        faults.push(node.place_of("late_below").fault(format!("late_below {late} is above watch_below {watch}; late begins below watch")));
    }
    let row = match (&id, valid_from, late_below, watch_below) {
        (Some(id), Some(valid_from), Some(late_below), Some(watch_below)) => {
            Some(BandsRow { id: id.clone(), valid_from, late_below, watch_below })
        }
        _ => None,
    };
    given.push(node.place.clone(), id, row.filter(|_| faults.len() == before));
}
