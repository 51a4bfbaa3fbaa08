//! How the samples of an indicator come: at what pace, when, how much they differ.
//!
//! Most follows from the indicator's own passport; only volumes and hours that no passport knows stand here.

use rules::indicator::{Accumulates, Indicator};
use rules::period::Every;

use super::calendar::Hours;

/// When samples come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pace {
    /// So many on an ordinary day, each at its own moment.
    Moments(f64),
    /// One for each day on which the unit is open, known in the evening.
    Daily,
    /// A running total, read on one day of the week.
    Weekly,
    /// One for each period of the indicator's frequency, some days after it is over.
    Closed,
}

/// How samples come and how they scatter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Profile {
    /// When samples come.
    pub(super) pace: Pace,
    /// When the unit is open.
    pub(super) hours: Hours,
    /// How widely single durations scatter: the sigma of a lognormal.
    pub(super) sigma: f64,
    /// A level where no target can give one, and how far it moves about it.
    pub(super) free: Option<(f64, f64)>,
}

/// The profile of an indicator.
pub(super) fn of(indicator: &Indicator, unit: &str) -> Profile {
    let mut profile = Profile { pace: pace(indicator), hours: Hours::Office, sigma: 0.35, free: None };
    let moments = |count: f64, hours: Hours| Profile { pace: Pace::Moments(count), hours, ..profile };
    profile = match indicator.id.as_str() {
        "UM-06" | "UM-07" => moments(1.0, Hours::Online),
        "UM-08" if unit.starts_with("pkm-") || unit == "rsud" => Profile { hours: Hours::Clinic, ..profile },
        "UM-03" => Profile { free: Some((-1.6, 2.2)), ..profile },
        "UM-12" => moments(1.0, Hours::Office),
        "PT-01" => moments(6.0, Hours::Office),
        "PT-02" | "PT-03" => Profile { sigma: 0.45, ..moments(8.0, Hours::Office) },
        "PT-06" => moments(3.0, Hours::Office),
        "PT-08" => moments(6.0, Hours::Office),
        "DK-04" => moments(7.0, Hours::Office),
        "DK-06" => Profile { pace: Pace::Daily, free: Some((1_930.0, 160.0)), ..profile },
        "KS-06" if unit == "rsud" => Profile { sigma: 0.4, ..moments(26.0, Hours::Clinic) },
        "KS-06" => Profile { sigma: 0.4, ..moments(5.0, Hours::Clinic) },
        "RS-01" => moments(3.0, Hours::Always),
        "RS-02" => Profile { sigma: 0.3, ..moments(11.0, Hours::Always) },
        "PU-06" => Profile { sigma: 0.22, ..moments(6.0, Hours::Office) },
        "PA-01" | "PA-02" => Profile { hours: Hours::Office, ..profile },
        "PA-04" => Profile { sigma: 0.3, ..moments(7.0, Hours::Office) },
        "PA-05" => moments(4.0, Hours::Online),
        "KU-01" => Profile { sigma: 0.25, ..moments(13.0, Hours::Office) },
        "KU-02" => Profile { free: Some((4.0, 0.0)), ..profile },
        "TI-01" => moments(6.0, Hours::Always),
        "TI-02" => Profile { hours: Hours::Always, ..profile },
        "TI-04" => moments(0.7, Hours::Always),
        "TR-01" => moments(0.3, Hours::Always),
        "EK-01" => Profile { free: Some((0.5, 0.9)), ..profile },
        "DS-03" if unit.starts_with("kel-") => moments(2.0, Hours::Office),
        "DS-03" => moments(3.0, Hours::Office),
        _ => profile,
    };
    profile
}

fn pace(indicator: &Indicator) -> Pace {
    match (indicator.frequency, indicator.accumulates) {
        (Every::Day, _) => Pace::Daily,
        (Every::Week, Accumulates::ToDate) => Pace::Weekly,
        _ => Pace::Closed,
    }
}

/// How busy a month is for an indicator beside the year's mean: school starts, the year's last bills, rain.
pub(super) fn season(indicator: &str, month0: u32) -> f64 {
    let months: [f64; 12] = match indicator {
        "DK-04" => [1.0, 0.9, 0.8, 0.9, 1.0, 1.4, 1.3, 1.0, 0.9, 0.9, 1.0, 0.9],
        "KU-01" => [0.3, 0.5, 0.7, 0.8, 0.9, 1.1, 1.0, 1.0, 1.1, 1.2, 1.4, 2.0],
        "PU-06" | "UM-06" | "UM-07" => [1.3, 1.3, 1.2, 1.1, 0.9, 0.8, 0.7, 0.7, 0.8, 1.0, 1.2, 1.3],
        "KS-06" => [1.15, 1.15, 1.1, 1.0, 0.95, 0.9, 0.9, 0.9, 0.95, 1.0, 1.05, 1.1],
        "PT-01" | "PT-06" => [1.1, 1.1, 1.1, 0.8, 1.0, 1.0, 1.1, 1.0, 1.0, 1.0, 1.0, 0.8],
        _ => return 1.0,
    };
    months[month0 as usize % 12]
}
