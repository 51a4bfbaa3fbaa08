//! The six lengths of a period.

use crate::word::words;

words! {
    /// How long a period is. Ordered by length.
    pub enum Every ("period length") {
        /// A calendar day.
        Day = "day",
        /// An ISO week, from Monday.
        Week = "week",
        /// A calendar month.
        Month = "month",
        /// Three months, from January.
        Quarter = "quarter",
        /// Six months, from January.
        Semester = "semester",
        /// A calendar year.
        Year = "year",
    }
}

impl Every {
    /// The number by which it is stored, 1 (day) to 6 (year). Never changes.
    pub const fn code(self) -> i64 {
        match self {
            Self::Day => 1,
            Self::Week => 2,
            Self::Month => 3,
            Self::Quarter => 4,
            Self::Semester => 5,
            Self::Year => 6,
        }
    }

    /// The length stored by that number; `None` outside 1 to 6.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|every| every.code() == code)
    }

    /// Whole months in it; 0 for those not made of months.
    pub(super) const fn months(self) -> u32 {
        match self {
            Self::Day | Self::Week => 0,
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Semester => 6,
            Self::Year => 12,
        }
    }
}
