//! From files to what must be written: parse, check everything, compare with what is stored.
//!
//! A pure function of the files and the stored rows. Must never know a database or a disk.

mod step;

use std::collections::BTreeSet;
use std::sync::Arc;

use sql::configuration::{
    BandsRow, BoardRow, CalendarRow, Change, DayOffRow, IndicatorRow, RamadanRow, ServiceRow, SourceRow, Table, TargetRow, UnitRow,
};

pub use step::{Action, Counts, Step};

use super::current::{Current, Stored};
use super::document::{Document, Node};
use super::fault::{Fault, Place};
use super::file::{File, Kind, expected};
use super::sheet::{self, Column, Line};
use super::side::{Given, Row, Side, content};
use super::{bands, board, calendar, day_off, indicator, service, source, target, unit};

/// What the files change.
#[derive(Debug, Default)]
pub struct Plan {
    /// One for each row that is added, changed or ended, in the order of the tables.
    pub steps: Vec<Step>,
    /// What people should know although nothing is wrong.
    pub notices: Vec<String>,
    pub(crate) put: Vec<Change>,
    pub(crate) end: Vec<(Table, String)>,
}

impl Plan {
    /// Whether the files say what is already stored.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many rows are added, changed and ended.
    pub fn counts(&self) -> Counts {
        Counts::of(&self.steps)
    }
}

/// What the files change in the stored configuration.
///
/// # Errors
/// Every fault of every file; nothing may be written then.
pub fn plan(files: &[File], current: Current) -> Result<Plan, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut notices = Vec::new();
    let mut given = AllGiven::default();
    for file in files {
        given.add(file, &mut faults, &mut notices);
    }
    let contents = current.contents;
    let nobody = BTreeSet::new();
    fn side<T: Row>(stored: Stored<T>, given: Option<Given<T>>, kept: &BTreeSet<String>, faults: &mut Vec<Fault>) -> Side<T> {
        Side::new(stored, given, kept, faults)
    }
    let imported = &current.made_by_import;
    let units = side(current.units, given.units, imported, &mut faults);
    let services = side(current.services, given.services, imported, &mut faults);
    let indicators = side(current.indicators, given.indicators, imported, &mut faults);
    let kept = current.made_by_key.union(imported).cloned().collect();
    let sources = side(current.sources, given.sources, &kept, &mut faults);
    let bands = side(current.bands, given.bands, &nobody, &mut faults);
    let targets = side(current.targets, given.targets, &nobody, &mut faults);
    let boards = side(current.boards, given.boards, &nobody, &mut faults);
    let calendars = side(current.calendars, given.calendars, &nobody, &mut faults);
    let ramadan = side(current.ramadan, given.ramadan, &nobody, &mut faults);
    let days_off = side(current.days_off, given.days_off, &nobody, &mut faults);

    unit::check(&units, &mut faults);
    indicator::check(&indicators, &units, &bands, &mut faults);
    service::check(&services, &indicators, &units, &mut faults);
    source::check(&sources, &units, &mut faults);
    target::check(&targets, &indicators, &units, &mut faults, &mut notices);
    if boards.is_given || units.is_given || indicators.is_given {
        board::check(&boards, &indicators, &units, &mut faults);
    }
    if !faults.is_empty() {
        return Err(faults);
    }

    notices.extend(indicator_notice(&indicators));
    notices.extend(calendar::notices(&calendars, &units, &services));
    let mut plan = Plan { notices, ..Plan::default() };
    plan.compare(&calendars, &contents);
    plan.compare(&ramadan, &contents);
    plan.compare(&days_off, &contents);
    plan.compare(&units, &contents);
    plan.compare(&services, &contents);
    plan.compare(&indicators, &contents);
    plan.compare(&sources, &contents);
    plan.compare(&bands, &contents);
    plan.compare(&targets, &contents);
    plan.compare(&boards, &contents);
    Ok(plan)
}

/// Indicators whose numbers come from parts that are not built yet.
fn indicator_notice(indicators: &Side<IndicatorRow>) -> Option<String> {
    let ids: Vec<&str> =
        indicators.given_rows().filter(|placed| placed.row.from.starts_with("survey:")).map(|placed| placed.row.id.as_str()).collect();
    (!ids.is_empty()).then(|| format!("surveys are not taken in yet, so these indicators stay without data: {}", ids.join(", ")))
}

impl Plan {
    fn compare<T: Row>(&mut self, side: &Side<T>, contents: &std::collections::BTreeMap<(Table, String), serde_json::Value>) {
        for (key, placed) in side.given.iter().filter_map(|key| side.rows.get_key_value(key)) {
            let new = content(&placed.row);
            let old = contents.get(&(T::TABLE, key.clone()));
            if old == Some(&new) {
                continue;
            }
            let action = old.map_or(Action::Add, |old| Action::Change(step::differences(old, &new)));
            self.steps.push(Step { table: T::TABLE, key: key.clone(), action });
            self.put.push(Change { table: T::TABLE, key: key.clone(), content: new });
        }
        for key in &side.ended {
            self.steps.push(Step { table: T::TABLE, key: key.clone(), action: Action::End });
            self.end.push((T::TABLE, key.clone()));
        }
    }
}

/// The rows of all files, by table; None for a table without a file.
#[derive(Default)]
struct AllGiven {
    units: Option<Given<UnitRow>>,
    services: Option<Given<ServiceRow>>,
    indicators: Option<Given<IndicatorRow>>,
    targets: Option<Given<TargetRow>>,
    bands: Option<Given<BandsRow>>,
    sources: Option<Given<SourceRow>>,
    boards: Option<Given<BoardRow>>,
    calendars: Option<Given<CalendarRow>>,
    ramadan: Option<Given<RamadanRow>>,
    days_off: Option<Given<DayOffRow>>,
}

impl AllGiven {
    fn add(&mut self, file: &File, faults: &mut Vec<Fault>, notices: &mut Vec<String>) {
        let name = file.name();
        let table = match file.kind() {
            Kind::Read(table) => table,
            Kind::Later => return notices.push(format!("{name} is not read yet")),
            Kind::Unknown => return notices.push(format!("{name} was left alone: apply reads {}", expected())),
        };
        let path: Arc<str> = file.path.as_str().into();
        let text = utf8(file, &path, faults);
        let text = text.as_deref();
        match table {
            Table::Unit => sheet_rows(&mut self.units, &path, text, &unit::COLUMNS, unit::parse, faults),
            Table::Service => sheet_rows(&mut self.services, &path, text, &service::COLUMNS, service::parse, faults),
            Table::Indicator => sheet_rows(&mut self.indicators, &path, text, &indicator::COLUMNS, indicator::parse, faults),
            Table::Target => sheet_rows(&mut self.targets, &path, text, &target::COLUMNS, target::parse, faults),
            Table::Bands => entries(&mut self.bands, &path, text, bands::LIST, bands::parse, faults),
            Table::Source => entries(&mut self.sources, &path, text, source::LIST, source::parse, faults),
            Table::Board => entries(&mut self.boards, &path, text, board::LIST, board::parse, faults),
            Table::DayOff => sheet_rows(&mut self.days_off, &path, text, &day_off::COLUMNS, day_off::parse, faults),
            // One file, two lists.
            Table::Calendar | Table::Ramadan => {
                let document = text.and_then(|text| Document::read(&path, text, faults));
                let (calendars, ramadan) = (self.calendars.get_or_insert_default(), self.ramadan.get_or_insert_default());
                let Some(document) = document else {
                    (calendars.is_unreadable, ramadan.is_unreadable) = (true, true);
                    return;
                };
                document.only(&[calendar::LIST, calendar::RAMADAN_LIST], faults);
                for node in document.list(calendar::LIST, faults) {
                    calendar::parse(&node, calendars, faults);
                }
                for node in document.list(calendar::RAMADAN_LIST, faults) {
                    calendar::parse_ramadan(&node, ramadan, faults);
                }
            }
        }
    }
}

fn sheet_rows<T: Row>(
    given: &mut Option<Given<T>>,
    path: &Arc<str>,
    text: Option<&str>,
    columns: &[Column],
    parse: fn(&Line, &mut Given<T>, &mut Vec<Fault>),
    faults: &mut Vec<Fault>,
) {
    let given = given.get_or_insert_default();
    let Some(lines) = text.and_then(|text| sheet::read(path, text, columns, faults)) else {
        given.is_unreadable = true;
        return;
    };
    for line in &lines {
        parse(line, given, faults);
    }
}

fn entries<T: Row>(
    given: &mut Option<Given<T>>,
    path: &Arc<str>,
    text: Option<&str>,
    list: &str,
    parse: fn(&Node<'_>, &mut Given<T>, &mut Vec<Fault>),
    faults: &mut Vec<Fault>,
) {
    let given = given.get_or_insert_default();
    let Some(document) = text.and_then(|text| Document::read(path, text, faults)) else {
        given.is_unreadable = true;
        return;
    };
    for node in document.entries(list, faults) {
        parse(&node, given, faults);
    }
}

/// The text of a file without a byte order mark, which spreadsheets write.
fn utf8(file: &File, path: &Arc<str>, faults: &mut Vec<Fault>) -> Option<String> {
    match std::str::from_utf8(&file.content) {
        Ok(text) => Some(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()),
        Err(cause) => {
            let line = file.content[..cause.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
            faults.push(Place::line(path, line).fault("is not UTF-8; save the file as UTF-8"));
            None
        }
    }
}
