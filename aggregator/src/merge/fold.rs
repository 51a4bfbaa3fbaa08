//! Which revision of a sample counts. Pure.

use rules::revision::{Candidate, counts};
use sql::counted::Counted;
use sql::log::Sample;

/// The revision that counts, and those that do not.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Verdict {
    /// The one that counts.
    pub(crate) counts: Option<Counted>,
    /// The others that this call decided about.
    pub(crate) superseded: Vec<Counted>,
}

/// Takes revisions of one sample in log order after the one that counted so far.
pub(crate) fn refold(before: Option<Counted>, in_log_order: Vec<Counted>) -> Verdict {
    let mut verdict = Verdict { counts: before, superseded: Vec::new() };
    for row in in_log_order {
        if counts(verdict.counts.as_ref().map(candidate).as_ref(), &candidate(&row)) {
            verdict.superseded.extend(verdict.counts.replace(row));
        } else {
            verdict.superseded.push(row);
        }
    }
    verdict
}

fn candidate(row: &Counted) -> Candidate {
    Candidate { seq: row.seq, source: row.source, time: row.time, voided: false }
}

/// A sample of the log as a row that may count.
pub(crate) fn counted_of(sample: &Sample) -> Counted {
    Counted {
        indicator: sample.indicator,
        unit: sample.unit,
        grain: sample.at.grain_code(),
        at: sample.at.stored(),
        seq: sample.seq,
        received_at: sample.received_at,
        source: sample.source,
        time: sample.time,
        value: sample.value,
        numerator: sample.numerator,
        denominator: sample.denominator,
    }
}
