//! The eleven steps of a case.

use crate::word::words;

words! {
    /// What happens to a case. Of equal instants the one that stands earlier in this list
    /// happened earlier.
    pub enum Step ("step") {
        /// It was asked for; the case begins.
        Submitted = "submitted",
        /// The file was found complete (diterima lengkap).
        CompletedFile = "completed_file",
        /// It went back to who asked, for something missing; may repeat.
        Returned = "returned",
        /// It came back from who asked; may repeat.
        Resubmitted = "resubmitted",
        /// The decision was taken.
        Decided = "decided",
        /// The product was handed over.
        HandedOver = "handed_over",
        /// The case was closed.
        Closed = "closed",
        /// It was turned down.
        Rejected = "rejected",
        /// Who asked took it back.
        Withdrawn = "withdrawn",
        /// Another unit took it over; may repeat.
        Reassigned = "reassigned",
        /// It was taken up again after its end; may repeat.
        Reopened = "reopened",
    }
}

impl Step {
    /// The number by which it is stored, 1 (submitted) to 11 (reopened), in the order of the
    /// list. Never changes.
    pub const fn code(self) -> i64 {
        match self {
            Self::Submitted => 1,
            Self::CompletedFile => 2,
            Self::Returned => 3,
            Self::Resubmitted => 4,
            Self::Decided => 5,
            Self::HandedOver => 6,
            Self::Closed => 7,
            Self::Rejected => 8,
            Self::Withdrawn => 9,
            Self::Reassigned => 10,
            Self::Reopened => 11,
        }
    }

    /// The step stored by that number; `None` outside 1 to 11.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|step| step.code() == code)
    }

    /// Whether it may happen more than once, so that each instant of it is a fact of its own.
    pub const fn repeats(self) -> bool {
        matches!(self, Self::Returned | Self::Resubmitted | Self::Reassigned | Self::Reopened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_order_are_those_of_the_contract() {
        let words: Vec<&str> = Step::ALL.iter().map(|step| step.as_str()).collect();
        assert_eq!(
            words.join(", "),
            "submitted, completed_file, returned, resubmitted, decided, handed_over, closed, rejected, withdrawn, reassigned, reopened"
        );
        assert!(Step::ALL.is_sorted(), "equal instants follow the list");
    }

    #[test]
    fn what_is_stored_reads_back() {
        assert_eq!(Step::ALL.iter().map(|step| step.code()).collect::<Vec<_>>(), (1..=11).collect::<Vec<_>>());
        assert!(Step::ALL.iter().all(|step| Step::from_code(step.code()) == Some(*step)));
        assert_eq!(Step::from_code(0).or(Step::from_code(12)), None);
    }
}
