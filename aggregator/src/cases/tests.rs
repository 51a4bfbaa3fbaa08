mod boston;
mod edges;
mod naive;
mod same;

use chrono_tz::Tz;
use rules::case::{End, EndKind};
use rules::period::{Every, Period};
use rules::time::{Millis, parse_instant};

use super::*;

const HOUR: Millis = 3_600_000;

fn at(text: &str) -> Millis {
    parse_instant(text).expect("an instant")
}

fn period(text: &str) -> Period {
    text.parse().expect("a period")
}

/// A case of unit 1 that was closed.
fn closed(opened: &str, ended: &str) -> Case {
    Case { end: Some(End { at: at(ended), kind: EndKind::Closed }), ..open(opened) }
}

/// A case of unit 1 that is open.
fn open(opened: &str) -> Case {
    Case { unit: 1, service: 1, opened: at(opened), end: None, due: None, net: None }
}

fn args(every: Every, zone: Tz, as_of: &str) -> Args {
    Args { every, zone, as_of: at(as_of), from: None, to: None }
}

fn by_unit(cases: &[Case], args: &Args) -> Vec<Row> {
    table(&cases.iter().copied().collect(), By::Unit, args)
}
