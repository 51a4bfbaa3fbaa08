//! Status: an achievement against its bands.
//!
//! Owns the order of classes and which bands hold on a day. Must never know how an
//! achievement came about, nor in which colour a status is shown.

use std::sync::LazyLock;

use chrono::NaiveDate;

use crate::word::words;

words! {
    /// How a value stands.
    pub enum Status ("status") {
        /// Past the target.
        Above = "above",
        /// At or near the target.
        Good = "good",
        /// Needs attention.
        Watch = "watch",
        /// Far from the target.
        Late = "late",
        /// There is a value, but nothing to rate it against.
        NotRated = "not_rated",
        /// There is no value.
        NoData = "no_data",
    }
}

impl Status {
    /// The number by which it is stored, 1 (above) to 6 (no data). Never changes.
    pub const fn code(self) -> i64 {
        match self {
            Self::Above => 1,
            Self::Good => 2,
            Self::Watch => 3,
            Self::Late => 4,
            Self::NotRated => 5,
            Self::NoData => 6,
        }
    }

    /// The status stored by that number; `None` outside 1 to 6.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.code() == code)
    }
}

/// Where the classes of achievement begin, in percent.
#[derive(Clone, Debug, PartialEq)]
pub struct Bands {
    /// The id by which an indicator names them.
    pub id: String,
    /// The first day on which they hold, until later ones of the same id do.
    pub valid_from: NaiveDate,
    /// Below it is late.
    pub late_below: f64,
    /// Below it is watch, at or above it good.
    pub watch_below: f64,
}

/// The bands when the configuration has none.
static BUILT_IN: LazyLock<Bands> =
    LazyLock::new(|| Bands { id: DEFAULT.to_owned(), valid_from: NaiveDate::MIN, late_below: 70.0, watch_below: 90.0 });
const DEFAULT: &str = "default";

/// The status of a value with that achievement in percent.
///
/// Achievements are compared as rounded to 9 significant digits, as tables do: what
/// the arithmetic of a computer adds in the sixteenth digit changes no class.
pub fn status(value: Option<f64>, achievement: Option<f64>, bands: &Bands) -> Status {
    if value.is_none() {
        return Status::NoData;
    }
    match achievement.map(nine_digits) {
        None => Status::NotRated,
        Some(achievement) if achievement.is_nan() => Status::NotRated,
        Some(achievement) if achievement < bands.late_below => Status::Late,
        Some(achievement) if achievement < bands.watch_below => Status::Watch,
        Some(achievement) if achievement > 100.0 => Status::Above,
        Some(_) => Status::Good,
    }
}

/// The bands of that id which hold on `date`: the newest of those already valid,
/// else those of `default`, else the built-in 70 and 90.
pub fn bands_on<'a>(all: &'a [Bands], id: &str, date: NaiveDate) -> &'a Bands {
    let newest = |id: &str| all.iter().filter(|bands| bands.id == id && bands.valid_from <= date).max_by_key(|bands| bands.valid_from);
    newest(id).or_else(|| newest(DEFAULT)).unwrap_or(&BUILT_IN)
}

fn nine_digits(number: f64) -> f64 {
    format!("{number:.8e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests;
