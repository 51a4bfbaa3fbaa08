//! The shapes of the rows, as they are kept as JSON.

use chrono::NaiveDate;
use rules::calendar::DayOffKind;
use rules::indicator::{Accumulates, Formula, Polarity, RollupTime, RollupTree, Show};
use rules::period::{Every, Period};
use rules::service::{EndsAt, StandardUnit};
use serde::{Deserialize, Serialize};

/// A line of `units.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the contract, section 6")]
pub struct UnitRow {
    pub id: String,
    pub parent: Option<String>,
    pub name: String,
    pub short_name: String,
    pub kind: String,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub calendar: String,
    pub code: String,
}

/// A line of `indicators.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the contract, section 6")]
pub struct IndicatorRow {
    pub id: String,
    pub name: String,
    pub name_en: String,
    pub unit_of_measure: String,
    pub polarity: Polarity,
    pub formula: Formula,
    pub from: String,
    pub services: String,
    pub rollup_time: RollupTime,
    pub rollup_tree: RollupTree,
    pub accumulates: Accumulates,
    pub frequency: Every,
    pub decimals: u8,
    pub applies_to: Vec<String>,
    pub numerator: String,
    pub denominator: String,
    pub source: String,
    pub owner: String,
    pub bands: String,
    pub show: Option<Show>,
    pub valid_from: Option<NaiveDate>,
}

/// A line of `services.csv`; without `standard` nothing is published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the contract, section 6")]
pub struct ServiceRow {
    pub id: String,
    pub name: String,
    pub name_en: String,
    pub standard: Option<u32>,
    pub standard_unit: Option<StandardUnit>,
    pub ends_at: EndsAt,
    pub calendar: String,
    pub owner: String,
}

/// A line of `targets.csv`; `unit` None means every unit without a target of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the contract, section 6")]
pub struct TargetRow {
    pub indicator: String,
    pub unit: Option<String>,
    pub period: Period,
    pub target: f64,
    pub target_high: Option<f64>,
    pub note: String,
}

/// An entry of `bands.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the keys are described in the contract, section 6")]
pub struct BandsRow {
    pub id: String,
    pub valid_from: NaiveDate,
    pub late_below: f64,
    pub watch_below: f64,
}

/// An entry of `sources.toml`; `units` with `*` means all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the keys are described in the contract, section 6")]
pub struct SourceRow {
    pub id: String,
    pub name: String,
    pub rhythm: Option<String>,
    pub units: Vec<String>,
    pub case_prefix: String,
}

/// An entry of `boards.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the keys are described in the contract, section 6")]
pub struct BoardRow {
    pub id: String,
    pub title: String,
    pub group: Vec<GroupRow>,
}

/// A heading of a board and its tiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the keys are described in the contract, section 6")]
pub struct GroupRow {
    pub title: String,
    pub tiles: Vec<TileRow>,
}

/// A tile of a board; `every` None means the indicator's own frequency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the keys are described in the contract, section 6")]
pub struct TileRow {
    pub unit: String,
    pub indicator: String,
    pub title: Option<String>,
    pub every: Option<Every>,
}

/// An entry `[[calendar]]` of `calendars.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarRow {
    /// Its id; `office` stands for units that name none.
    pub id: String,
    /// From which day on.
    pub valid_from: NaiveDate,
    /// The week.
    pub week: WeekRow,
    /// The week in Ramadan; None when it is the same.
    pub ramadan: Option<WeekRow>,
    /// Whether it is open on days off.
    pub works_on_days_off: bool,
}

/// Hours by weekday, Monday first.
pub type WeekRow = [Option<HoursRow>; 7];

/// Hours of a day in minutes since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the keys are described in the contract, section 6")]
pub struct HoursRow {
    pub start: u16,
    pub end: u16,
    pub break_at: u16,
    pub break_minutes: u16,
}

/// An entry `[[ramadan]]` of `calendars.toml`, both days with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "they are the first and the last day")]
pub struct RamadanRow {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// A line of `holidays.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in the contract, section 6")]
pub struct DayOffRow {
    pub date: NaiveDate,
    pub kind: DayOffKind,
    pub name: String,
    pub decree: String,
    pub decreed_on: Option<NaiveDate>,
}

impl TargetRow {
    /// The key of this row.
    pub fn key(&self) -> String {
        format!("{}|{}|{}", self.indicator, self.unit.as_deref().unwrap_or("*"), self.period)
    }
}

impl BandsRow {
    /// The key of this row.
    pub fn key(&self) -> String {
        format!("{}|{}", self.id, self.valid_from)
    }
}

impl CalendarRow {
    /// The key of this row.
    pub fn key(&self) -> String {
        format!("{}|{}", self.id, self.valid_from)
    }
}
