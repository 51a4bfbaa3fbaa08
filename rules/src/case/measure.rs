//! What an indicator may take from cases.

use crate::word::words;

words! {
    /// A measure of cases, as `from = "cases:…"` of an indicator names it.
    ///
    /// Six follow the cases that were opened in the window, as the table `cases` does; `open`
    /// and `overdue` follow what lay on the desk at its end, as the table `backlog` does.
    pub enum Measure ("measure of cases") {
        /// Cases with a target that are not breached, of those with a target.
        OnTimeShare = "on_time_share",
        /// Breached cases, of those with a target.
        BreachShare = "breach_share",
        /// Median duration in hours of the valid closed cases.
        Median = "median",
        /// Their 90th percentile in hours, linearly interpolated.
        P90 = "p90",
        /// Cases open at the end of the window.
        Open = "open",
        /// Those of them whose target was past by then.
        Overdue = "overdue",
        /// Cases opened in the window.
        Opened = "opened",
        /// Those of them that are closed.
        Closed = "closed",
    }
}

impl Measure {
    /// Whether it is a numerator over a denominator.
    pub const fn is_share(self) -> bool {
        matches!(self, Self::OnTimeShare | Self::BreachShare)
    }

    /// Whether it looks at the end of the window, so that every window from a case's opening
    /// to its end depends on the case; else only the window of its opening does.
    pub const fn is_of_backlog(self) -> bool {
        matches!(self, Self::Open | Self::Overdue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_contract() {
        let words: Vec<&str> = Measure::ALL.iter().map(|measure| measure.as_str()).collect();
        assert_eq!(words.join(", "), "on_time_share, breach_share, median, p90, open, overdue, opened, closed");
    }
}
