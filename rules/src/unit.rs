//! Work units and the tree they form.
//!
//! Owns who is above whom. Must never know what a unit measures.

mod tree;

use chrono::NaiveDate;

pub use tree::{Tree, TreeError};

/// A work unit as it stands at one revision of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The number it has inside, stable for ever.
    pub no: i64,
    /// The id it has outside, such as `dpmptsp`.
    pub id: String,
    /// The number of the unit above; `None` at the top.
    pub parent: Option<i64>,
    /// Its full name.
    pub name: String,
    /// What fits on a tile.
    pub short_name: String,
    /// What it is: `region`, `agency`, `subdistrict`, `technical_unit`, …
    pub kind: String,
    /// Its first day; `None` since always.
    pub valid_from: Option<NaiveDate>,
    /// Its last day; `None` until further notice.
    pub valid_to: Option<NaiveDate>,
    /// The calendar of its office hours; blank means `office`.
    pub calendar: String,
    /// Its code of the ministry (kode Kemendagri); may be blank.
    pub code: String,
}
