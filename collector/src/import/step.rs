//! The steps of a case by their words.

/// A step in the life of a case, in the order that decides between equal instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Handed in.
    Submitted,
    /// All papers are there.
    CompletedFile,
    /// Given back to be mended.
    Returned,
    /// Handed in again.
    Resubmitted,
    /// Decided.
    Decided,
    /// The result is with the applicant.
    HandedOver,
    /// Over.
    Closed,
    /// Refused.
    Rejected,
    /// Taken back by the applicant.
    Withdrawn,
    /// Given to another unit.
    Reassigned,
    /// Opened again.
    Reopened,
}

impl Step {
    /// Every step with its word, in order.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::Submitted, "submitted"),
        (Self::CompletedFile, "completed_file"),
        (Self::Returned, "returned"),
        (Self::Resubmitted, "resubmitted"),
        (Self::Decided, "decided"),
        (Self::HandedOver, "handed_over"),
        (Self::Closed, "closed"),
        (Self::Rejected, "rejected"),
        (Self::Withdrawn, "withdrawn"),
        (Self::Reassigned, "reassigned"),
        (Self::Reopened, "reopened"),
    ];

    /// The word as it is written in events and mappings.
    pub fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The step that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(step, _)| *step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_reads_back_from_its_word() {
        for (step, word) in Step::ALL {
            assert_eq!((step.as_str(), Step::from_word(word)), (word, Some(step)));
        }
        assert_eq!(Step::from_word("opened"), None);
    }
}
