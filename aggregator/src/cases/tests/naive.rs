//! The tables in the words of the contract, one filter after the other, as slow as they are plain.

use std::collections::BTreeSet;

use rules::quantile::linear;
use rules::time::date_of;

use super::*;

pub(super) fn periods(cases: &[Case], args: &Args) -> BTreeSet<Period> {
    let period = |case: &Case| Period::containing(date_of(case.opened, args.zone), args.every);
    cases.iter().filter(|case| case.opened <= args.as_of).map(period).collect()
}

pub(super) fn shows(period: Period, args: &Args) -> bool {
    let starts = period.starts_at(args.zone);
    args.from.is_none_or(|from| from <= starts) && args.to.is_none_or(|to| starts < to)
}

/// Every period from the first opening or end, or `from`, to as-of, or `to`.
pub(super) fn grid(cases: &[Case], args: &Args) -> Vec<Period> {
    let of = |at: Millis| Period::containing(date_of(at, args.zone), args.every);
    let known = cases.iter().flat_map(|case| [Some(case.opened), case.end.map(|end| end.at)]).flatten().filter(|at| *at <= args.as_of);
    let Some(first) = args.from.or(known.min()) else { return Vec::new() };
    let last = args.to.unwrap_or(args.as_of);
    let mut periods = vec![of(first)];
    while periods[periods.len() - 1].starts_at(args.zone) < last {
        periods.push(periods[periods.len() - 1].next());
    }
    periods.into_iter().filter(|period| shows(*period, args) && (args.to.is_some() || period.starts_at(args.zone) <= args.as_of)).collect()
}

/// The end of a case that has come by then.
fn end(case: &Case, as_of: Millis) -> Option<End> {
    case.end.filter(|end| end.at <= as_of)
}

/// What the cases of one group opened between two instants come to.
pub(super) fn figures(cases: &[Case], starts: Millis, ends: Millis, as_of: Millis) -> Figures {
    let opened: Vec<&Case> = cases.iter().filter(|case| (starts..ends).contains(&case.opened) && case.opened <= as_of).collect();
    let count = |is: &dyn Fn(&Case) -> bool| opened.iter().filter(|case| is(case)).count() as i64;
    let ended_as = |kind| count(&|case| end(case, as_of).is_some_and(|end| end.kind == kind));
    let is_closed = |case: &Case| end(case, as_of).filter(|end| end.kind == EndKind::Closed);
    let is_apart = |case: &Case| end(case, as_of).is_some_and(|end| end.kind != EndKind::Closed);
    let breached = |case: &Case| match (case.due, is_closed(case)) {
        _ if is_apart(case) => false,
        (Some(due), Some(end)) => end.at > due,
        (Some(due), None) => due < as_of,
        (None, _) => false,
    };
    let durations = opened.iter().filter_map(|case| is_closed(case).map(|end| end.at - case.opened)).filter(|ms| *ms >= 0);
    let mut hours: Vec<f64> = durations.map(|ms| ms as f64 / HOUR as f64).collect();
    hours.sort_by(f64::total_cmp);
    let with_target = count(&|case| case.due.is_some() && !is_apart(case));
    let is_some = !hours.is_empty();
    Figures {
        opened: opened.len() as i64,
        closed: ended_as(EndKind::Closed),
        still_open: count(&|case| end(case, as_of).is_none()),
        invalid_order: count(&|case| is_closed(case).is_some_and(|end| end.at < case.opened)),
        valid_closed: hours.len() as i64,
        median_h: linear(&hours, 0.5),
        p90_h: linear(&hours, 0.9),
        p90_h_nearest_rank: is_some.then(|| hours[(0.9 * hours.len() as f64 - 1e-9).ceil() as usize - 1]),
        mean_h: is_some.then(|| hours.iter().sum::<f64>() / hours.len() as f64),
        with_target,
        breached: count(&breached),
        breach_share: (with_target > 0).then(|| count(&breached) as f64 / with_target as f64),
        rejected: ended_as(EndKind::Rejected),
        withdrawn: ended_as(EndKind::Withdrawn),
    }
}

/// Cases open just before `ends`, or as of then when that is earlier; and those of them whose
/// target was past.
pub(super) fn open_and_overdue(cases: &[Case], ends: Millis, as_of: Millis) -> (i64, i64) {
    let last = as_of.min(ends - 1);
    let open: Vec<&Case> = cases.iter().filter(|case| case.opened <= last && end(case, last).is_none()).collect();
    let overdue = open.iter().filter(|case| case.due.is_some_and(|due| due < as_of.min(ends)));
    (open.len() as i64, overdue.count() as i64)
}

pub(super) fn closed_between(cases: &[Case], starts: Millis, ends: Millis, as_of: Millis) -> i64 {
    let known = cases.iter().filter(|case| case.opened <= as_of).filter_map(|case| end(case, as_of));
    known.filter(|end| end.kind == EndKind::Closed && (starts..ends).contains(&end.at)).count() as i64
}

/// Whether two rows are equal, numbers to nine significant digits.
pub(super) fn same(one: &Figures, other: &Figures) -> bool {
    let shares = |figures: &Figures| {
        let Figures { median_h, p90_h, p90_h_nearest_rank, mean_h, breach_share, .. } = *figures;
        [median_h, p90_h, p90_h_nearest_rank, mean_h, breach_share]
    };
    let counts =
        |figures: &Figures| Figures { median_h: None, p90_h: None, p90_h_nearest_rank: None, mean_h: None, breach_share: None, ..*figures };
    let near = |(one, other): (Option<f64>, Option<f64>)| match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(other.abs()),
        (one, other) => one == other,
    };
    counts(one) == counts(other) && shares(one).into_iter().zip(shares(other)).all(near)
}
