//! What the entries of `calendars.toml` must be.

use rules::calendar::{Hours, Pattern};
use sql::configuration::{CalendarRow, HoursRow, RamadanRow, ServiceRow, UnitRow, WeekRow};
use sql::registry::{OFFICE, pattern_of};

use super::document::Node;
use super::fault::Fault;
use super::side::{Given, Side};

/// Name of the list of calendars.
pub(crate) const LIST: &str = "calendar";
/// Name of the list of months of Ramadan.
pub(crate) const RAMADAN_LIST: &str = "ramadan";

/// Each weekday with the keys that may say its hours, the closest first.
const DAYS: [[&str; 2]; 7] = [
    ["monday", "monday_thursday"],
    ["tuesday", "monday_thursday"],
    ["wednesday", "monday_thursday"],
    ["thursday", "monday_thursday"],
    ["friday", "friday"],
    ["saturday", "saturday"],
    ["sunday", "sunday"],
];
const HOURS_KEYS: [&str; 8] = ["monday_thursday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Adds a calendar.
pub(crate) fn parse(node: &Node<'_>, given: &mut Given<CalendarRow>, faults: &mut Vec<Fault>) {
    let before = faults.len();
    let in_ramadan: Vec<String> = HOURS_KEYS.iter().map(|key| format!("ramadan_{key}")).collect();
    let known = ["id", "valid_from"].into_iter().chain(HOURS_KEYS).chain(in_ramadan.iter().map(String::as_str));
    node.only(&known.chain(["ramadan", "days_off"]).collect::<Vec<_>>(), faults);
    let id = node.id("id", faults);
    let valid_from = node.date("valid_from", faults);
    let week = week(node, "", faults);
    let own_ramadan = in_ramadan.iter().any(|key| node.has(key)).then(|| self::week(node, "ramadan_", faults));
    let takes_usual = node.one_of("ramadan", &["usual", "same"], faults).is_none_or(|word| word == "usual");
    let works_on_days_off = node.one_of("days_off", &["closed", "open"], faults).is_some_and(|word| word == "open");
    if faults.len() == before && week.iter().all(Option::is_none) {
        faults.push(
            node.place.fault("the calendar has no working day; write hours, like monday_thursday = { start = \"07:30\", end = \"16:00\" }"),
        );
    }
    let row = id.clone().zip(valid_from).map(|(id, valid_from)| {
        let mut row = CalendarRow { id, valid_from, week, ramadan: own_ramadan, works_on_days_off };
        if row.ramadan.is_none() && takes_usual {
            row.ramadan =
                pattern_of(&row).and_then(|pattern| Pattern::usual_ramadan(&pattern.week)).map(|week| week.map(|day| day.map(row_of)));
        }
        row
    });
    given.push(node.place.clone(), id, row.filter(|_| faults.len() == before));
}

/// Adds a month of Ramadan.
pub(crate) fn parse_ramadan(node: &Node<'_>, given: &mut Given<RamadanRow>, faults: &mut Vec<Fault>) {
    let before = faults.len();
    node.only(&["from", "to"], faults);
    let (from, to) = (node.date("from", faults), node.date("to", faults));
    if let (Some(from), Some(to)) = (from, to)
        && !(28..=30).contains(&((to - from).num_days() + 1))
    {
        faults.push(
            node.place_of("to")
                .fault(format!("from {from} to {to} is no month of Ramadan; write its first and its last day, 29 or 30 days")),
        );
    }
    let row = from.zip(to).map(|(from, to)| RamadanRow { from, to });
    given.push(node.place.clone(), from.map(|from| from.to_string()), row.filter(|_| faults.len() == before));
}

fn week(node: &Node<'_>, prefix: &str, faults: &mut Vec<Fault>) -> WeekRow {
    // A key for several days has its faults once.
    let mut hours = |key: &str| node.child(&format!("{prefix}{key}"), faults).and_then(|node| self::hours(&node, faults));
    let of_key: Vec<(&str, Option<HoursRow>)> = HOURS_KEYS.iter().map(|key| (*key, hours(key))).collect();
    let found = |key: &str| of_key.iter().find(|(known, _)| *known == key).and_then(|(_, hours)| *hours);
    DAYS.map(|keys| keys.into_iter().find_map(found))
}

fn hours(node: &Node<'_>, faults: &mut Vec<Fault>) -> Option<HoursRow> {
    let before = faults.len();
    node.only(&["start", "end", "break_at", "break_minutes"], faults);
    let (start, end) = (node.clock("start", faults), node.clock("end", faults));
    let break_minutes = node.whole("break_minutes", 0..=720, faults).unwrap_or(0);
    let break_at = if node.has("break_at") || break_minutes > 0 { node.clock("break_at", faults) } else { Some(0) };
    if faults.len() > before {
        return None;
    }
    let (start, end, break_at) = (start?, end?, break_at?);
    if let Err(cause) = Hours::new(start, end, break_at, break_minutes) {
        faults.push(node.place.fault(cause.to_string()));
        return None;
    }
    Some(HoursRow { start, end, break_at, break_minutes })
}

/// Hours of the rules as they are kept.
fn row_of(hours: Hours) -> HoursRow {
    let [(start, break_at), (after, end)] = hours.spans();
    HoursRow { start, end, break_at, break_minutes: after - break_at }
}

/// Units and services may name calendars that nobody wrote; they then work as the office does, and say so.
pub(crate) fn notices(calendars: &Side<CalendarRow>, units: &Side<UnitRow>, services: &Side<ServiceRow>) -> Vec<String> {
    let ids: std::collections::BTreeSet<&str> = calendars.rows.values().map(|placed| placed.row.id.as_str()).chain([OFFICE, ""]).collect();
    let of_units = units.rows.values().map(|placed| placed.row.calendar.as_str());
    let of_services = services.rows.values().map(|placed| placed.row.calendar.as_str());
    let missing: std::collections::BTreeSet<&str> = of_units.chain(of_services).filter(|id| !ids.contains(id)).collect();
    let sentence = |id: &str| format!("the calendar {id:?} is not in calendars.toml; until it is, the hours of the office stand for it");
    missing.into_iter().map(sentence).collect()
}
