//! Where the time of closed cases went: every hour from the opening to the end belongs to the step that it followed.

use std::collections::BTreeMap;

use rules::case::Step;
use rules::time::Millis;

use super::{CaseLine, HOUR_MS};

/// What followed a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepTime {
    /// The step that had been reached.
    pub step: Step,
    /// Hours from it to the next step, mean over all cases closed within 28 days: what did not go through it counts as none,
    /// so that the means of all steps come to the mean duration.
    pub mean_h: f64,
    /// Its part of all these hours, 0 to 1; None when there are no hours.
    pub share: Option<f64>,
    /// The mean over the cases closed in the 364 days before; None without any.
    pub usual_h: Option<f64>,
}

/// The steps in the order of the list that had any time, in the recent cases or in those before.
pub(super) fn compared(recent: &[&CaseLine<'_>], before: &[&CaseLine<'_>]) -> Vec<StepTime> {
    if recent.is_empty() {
        return Vec::new();
    }
    let (now, usual) = (hours(recent), hours(before));
    let all: f64 = now.values().sum();
    let mut steps: Vec<Step> = now.keys().chain(usual.keys()).copied().collect();
    steps.sort_unstable();
    steps.dedup();
    let of = |step: Step| {
        let spent = now.get(&step).copied().unwrap_or_default();
        let mean = |hours: f64, cases: usize| hours / cases as f64;
        StepTime {
            step,
            mean_h: mean(spent, recent.len()),
            share: (all > 0.0).then(|| spent / all),
            usual_h: (!before.is_empty()).then(|| mean(usual.get(&step).copied().unwrap_or_default(), before.len())),
        }
    };
    steps.into_iter().map(of).collect()
}

/// Hours by the step that they followed.
fn hours(lines: &[&CaseLine<'_>]) -> BTreeMap<Step, f64> {
    let mut spent: BTreeMap<Step, Millis> = BTreeMap::new();
    for line in lines {
        let (Some(opened), Some(end)) = (line.case.state.submitted_at, line.end) else { continue };
        // What a source says of before the opening or after the end takes no time of the case.
        let mut at = (Step::Submitted, opened);
        for &(step, when) in line.case.steps.iter().filter(|(_, when)| *when >= opened && *when < end.at) {
            *spent.entry(at.0).or_default() += when - at.1;
            at = (step, when);
        }
        *spent.entry(at.0).or_default() += end.at - at.1;
    }
    spent.into_iter().filter(|(_, spent)| *spent > 0).map(|(step, spent)| (step, spent as f64 / HOUR_MS)).collect()
}
