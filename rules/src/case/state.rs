//! What a case has come to, read from the steps that are known of it.

use super::{Known, Step};
use crate::service::EndsAt;
use crate::time::Millis;

/// In which way a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndKind {
    /// By the step at which its service ends.
    Closed,
    /// It was turned down.
    Rejected,
    /// Who asked took it back.
    Withdrawn,
}

impl EndKind {
    /// The number by which it is stored: 1 closed, 2 rejected, 3 withdrawn. Never changes.
    pub const fn code(self) -> i64 {
        match self {
            Self::Closed => 1,
            Self::Rejected => 2,
            Self::Withdrawn => 3,
        }
    }

    /// The kind stored by that number; `None` outside 1 to 3.
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Closed, Self::Rejected, Self::Withdrawn].into_iter().find(|kind| kind.code() == code)
    }

    fn of(step: Step, ends_at: EndsAt) -> Option<Self> {
        match step {
            Step::Rejected => Some(Self::Rejected),
            Step::Withdrawn => Some(Self::Withdrawn),
            _ => (step == ends_at.step()).then_some(Self::Closed),
        }
    }
}

/// The end of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// When it ended.
    pub at: Millis,
    /// In which way.
    pub kind: EndKind,
}

/// A stretch in which the case lay with who asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// When it was returned.
    pub from: Millis,
    /// When it was resubmitted; `None` when that never became known.
    pub to: Option<Millis>,
}

/// A case as it stands by everything known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseState {
    /// The number of the unit it belongs to: that of the last reassignment, else of the
    /// submission; of an incomplete case without either that of its earliest step.
    pub unit: i64,
    /// When it was submitted; `None` makes the case incomplete: listed, not tabled.
    pub submitted_at: Option<Millis>,
    /// When its file was complete.
    pub completed_file_at: Option<Millis>,
    /// Its end; `None` while it is open, also when it was opened again.
    pub end: Option<End>,
    /// Its target.
    pub due: Option<Millis>,
    /// Its class.
    pub class: Option<String>,
    /// The channel it came through.
    pub channel: Option<String>,
    /// The area it is about.
    pub area: Option<String>,
    /// The stretches from `returned` to `resubmitted`, in time order, apart from each other.
    pub pauses: Vec<Pause>,
}

impl CaseState {
    /// Whether it lacks its submission, so that no table counts it.
    pub fn is_incomplete(&self) -> bool {
        self.submitted_at.is_none()
    }
}

impl Known {
    /// What the case has come to, for a service that ends at `ends_at`; `None` while nothing
    /// is known of it.
    ///
    /// Steps are walked in time, equal instants in the order of the list. The first end counts
    /// (a case that was rejected and closed afterwards stays rejected), but of several at one
    /// instant the last of the list names how it ended, so that a decision with a rejection in
    /// the same second is a rejection. A `reopened` after the end opens the case again, and the
    /// first end after that counts. A `reopened` of an open case changes nothing: the end before
    /// it is replaced by the newer word once the case ends again.
    pub fn state(&self, ends_at: EndsAt) -> Option<CaseState> {
        let steps = self.steps();
        let submitted = self.step(Step::Submitted);
        let reassigned = steps.iter().rfind(|(_, step, _)| *step == Step::Reassigned);
        let unit = reassigned.map(|(_, _, unit)| *unit).or(submitted.map(|(_, unit)| unit));
        Some(CaseState {
            unit: unit.or_else(|| steps.first().map(|(_, _, unit)| *unit))?,
            submitted_at: submitted.map(|(at, _)| at),
            completed_file_at: self.step(Step::CompletedFile).map(|(at, _)| at),
            end: end_of(&steps, ends_at),
            due: self.due(),
            class: self.class().map(str::to_owned),
            channel: self.channel().map(str::to_owned),
            area: self.area().map(str::to_owned),
            pauses: pauses_of(&steps),
        })
    }
}

impl Known {
    /// The ends after which the case was opened again, each with when that was, in time order.
    pub fn rests(&self, ends_at: EndsAt) -> Vec<(End, Millis)> {
        let steps = self.steps();
        let reopened = steps.iter().enumerate().filter(|(_, (_, step, _))| *step == Step::Reopened);
        reopened.filter_map(|(place, (at, ..))| Some((end_of(&steps[..place], ends_at)?, *at))).collect()
    }
}

fn end_of(steps: &[(Millis, Step, i64)], ends_at: EndsAt) -> Option<End> {
    let mut end: Option<End> = None;
    for &(at, step, _) in steps {
        if step == Step::Reopened {
            end = None;
        } else if let Some(kind) = EndKind::of(step, ends_at)
            && end.is_none_or(|end| end.at == at)
        {
            end = Some(End { at, kind });
        }
    }
    end
}

/// A second return before the case came back changes nothing.
fn pauses_of(steps: &[(Millis, Step, i64)]) -> Vec<Pause> {
    let mut pauses: Vec<Pause> = Vec::new();
    for &(at, step, _) in steps {
        let open = pauses.last_mut().filter(|pause| pause.to.is_none());
        match (step, open) {
            (Step::Returned, None) => pauses.push(Pause { from: at, to: None }),
            (Step::Resubmitted, Some(pause)) => pause.to = Some(at),
            _ => {}
        }
    }
    pauses
}
