//! The months of Ramadan. Each begins and ends by a decision of the year, so they are data and no formula.

use chrono::NaiveDate;

/// A month of Ramadan, both days with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ramadan {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

const fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => unreachable!(),
    }
}

/// Ramadan 1445 to 1447 as the government set them. Their ends are the days before Idulfitri of the decrees; their beginnings
/// are general knowledge, not read in a decree.
pub const RAMADAN: [Ramadan; 3] = [
    Ramadan { from: date(2024, 3, 12), to: date(2024, 4, 9) },
    Ramadan { from: date(2025, 3, 1), to: date(2025, 3, 30) },
    Ramadan { from: date(2026, 2, 19), to: date(2026, 3, 20) },
];
