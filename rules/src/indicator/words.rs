//! The words of `indicators.csv`.

use crate::word::words;

words! {
    /// Which direction is good.
    pub enum Polarity ("polarity") {
        /// More is better.
        Up = "up",
        /// Less is better.
        Down = "down",
        /// Inside a range is best, as for bed occupancy.
        Range = "range",
    }
}

words! {
    /// How a value R becomes an achievement of its target T.
    pub enum Formula ("formula") {
        /// R / T.
        Ratio = "ratio",
        /// (2T - R) / T.
        Difference = "difference",
        /// T / R.
        Inverse = "inverse",
        /// (T - R) / T.
        Remainder = "remainder",
        /// Against the nearest end of the range from target to high target.
        Range = "range",
    }
}

words! {
    /// How the samples of a window become its value.
    pub enum RollupTime ("rollup_time") {
        /// Their sum.
        Sum = "sum",
        /// Their mean.
        Mean = "mean",
        /// The last known one.
        Last = "last",
        /// Sum of numerators over sum of denominators.
        Ratio = "ratio",
        /// Their median.
        Median = "median",
        /// Their 90th percentile, interpolated.
        P90 = "p90",
        /// The smallest.
        Min = "min",
        /// The largest.
        Max = "max",
    }
}

words! {
    /// How the units below a unit become its value.
    pub enum RollupTree ("rollup_tree") {
        /// Their sum.
        Sum = "sum",
        /// Their mean.
        Mean = "mean",
        /// Sum of numerators over sum of denominators.
        Ratio = "ratio",
        /// Not at all: only what was booked on the unit itself.
        None = "none",
    }
}

words! {
    /// Whether values add up by themselves.
    pub enum Accumulates ("accumulates") {
        /// Each value speaks of its own time only.
        Flow = "flow",
        /// A running total or a stock: the last known value holds.
        ToDate = "to_date",
    }
}

words! {
    /// Which window a tile is told to show.
    pub enum Show ("show") {
        /// The period that is running.
        Current = "current",
        /// The last period that is over.
        LastComplete = "last_complete",
        /// The 28 days up to today.
        Rolling28d = "rolling_28d",
    }
}
