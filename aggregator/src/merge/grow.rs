//! Parts: growing one by a sample, or counting it afresh, in log order either way. Pure.

use std::collections::hash_map::Entry;

use chrono_tz::Tz;
use rules::at::At;
use rules::period::Period;
use rules::time::day_number;
use sql::counted::Counted;
use sql::part::{self, Part};

/// Adds a sample that is later in log order than all in the part.
pub(crate) fn add(entry: Entry<'_, part::Key, Part>, row: &Counted, place: (i64, i64, Period), zone: Tz) {
    let part = entry.or_insert_with(|| nothing(place));
    grow(part, row, zone);
}

/// Counts a part afresh from its samples; None when there are none.
pub(crate) fn afresh(mut rows: Vec<Counted>, place: (i64, i64, Period), zone: Tz) -> Option<Part> {
    rows.sort_unstable_by_key(|row| row.seq);
    let mut part = nothing(place);
    for row in &rows {
        grow(&mut part, row, zone);
    }
    (part.n > 0).then_some(part)
}

fn nothing((indicator, unit, period): (i64, i64, Period)) -> Part {
    Part {
        indicator,
        unit,
        grain: period.every().code(),
        start: day_number(period.first_day()),
        n: 0,
        sum: 0.0,
        min: None,
        max: None,
        last: None,
        last_at: i64::MIN,
        numerator: 0.0,
        denominator: 0.0,
        last_numerator: None,
        last_denominator: None,
        data_at: i64::MIN,
        source: 0,
        last_seq: 0,
    }
}

fn grow(part: &mut Part, row: &Counted, zone: Tz) {
    let Some(at) = row.when() else { return };
    part.n += 1;
    part.last_seq = part.last_seq.max(row.seq);
    if let Some(value) = row.value {
        part.sum += value;
        part.min = Some(part.min.map_or(value, |min| min.min(value)));
        part.max = Some(part.max.map_or(value, |max| max.max(value)));
    }
    part.numerator += row.numerator.unwrap_or_default();
    part.denominator += row.denominator.unwrap_or_default();
    let ends = at.ends(zone);
    // A period stands after every instant in it, so that what is last never hangs on what came first.
    let stands = if matches!(at, At::Period(_)) { ends + 1 } else { ends };
    if stands >= part.last_at {
        part.last_at = stands;
        part.last = row.value;
        part.last_numerator = row.numerator;
        part.last_denominator = row.denominator;
    }
    // A period that still runs is as old as its newest message, not as its end.
    let data_at = match at {
        At::Instant(at) => at,
        At::Period(_) => ends.min(row.received_at),
    };
    if data_at >= part.data_at {
        part.data_at = data_at;
        part.source = row.source;
    }
}
