//! What a line of `targets.csv` must be.

use rules::indicator::Polarity;
use rules::period::Period;
use sql::configuration::{IndicatorRow, TargetRow, UnitRow};

use super::fault::Fault;
use super::sheet::{Column, Line, needed, optional};
use super::side::{Given, Side};

/// Columns of the file.
pub(crate) const COLUMNS: [Column; 6] =
    [needed("indicator"), optional("unit"), needed("period"), needed("target"), optional("target_high"), optional("note")];

/// Adds a line.
pub(crate) fn parse(line: &Line, given: &mut Given<TargetRow>, faults: &mut Vec<Fault>) {
    let row = row(line, faults);
    given.push(line.place.clone(), None, row);
}

fn row(line: &Line, faults: &mut Vec<Fault>) -> Option<TargetRow> {
    let before = faults.len();
    let indicator = line.required("indicator", faults).unwrap_or_default().to_owned();
    let period = period(line, faults);
    line.required("target", faults);
    let target = line.number("target", faults);
    let target_high = line.number("target_high", faults);
    if let (Some(low), Some(high)) = (target, target_high)
        && low > high
    {
        faults.push(line.place.fault(format!("target_high {high} is below target {low}; swap them")));
    }
    let unit = line.filled("unit").filter(|unit| *unit != "*").map(str::to_owned);
    let row = TargetRow { indicator, unit, period: period?, target: target?, target_high, note: line.text("note").to_owned() };
    (faults.len() == before).then_some(row)
}

fn period(line: &Line, faults: &mut Vec<Fault>) -> Option<Period> {
    match line.required("period", faults)?.parse() {
        Ok(period) => Some(period),
        Err(cause) => {
            faults.push(line.place.fault(format!("period: {cause}")));
            None
        }
    }
}

/// A target is for an indicator and a unit that exist, and has two ends only where a range is meant.
pub(crate) fn check(
    targets: &Side<TargetRow>,
    indicators: &Side<IndicatorRow>,
    units: &Side<UnitRow>,
    faults: &mut Vec<Fault>,
    notices: &mut Vec<String>,
) {
    for placed in targets.given_rows() {
        let row = &placed.row;
        if !indicators.knows(&row.indicator) {
            faults.push(placed.place.fault(format!("indicator is {:?}, which {}", row.indicator, indicators.missing(&row.indicator))));
        }
        if let Some(unit) = row.unit.as_deref().filter(|unit| !units.knows(unit)) {
            faults.push(placed.place.fault(format!("unit is {unit:?}, which {}, or leave it blank for every unit", units.missing(unit))));
        }
        let Some(indicator) = indicators.get(&row.indicator) else { continue };
        let is_range = indicator.polarity == Polarity::Range || indicator.formula == rules::indicator::Formula::Range;
        match row.target_high {
            None if is_range => notices.push(format!(
                "{}: target_high is blank for the range indicator {}; it is rated against the one point {}",
                placed.place, row.indicator, row.target
            )),
            Some(_) if !is_range => faults.push(placed.place.fault(format!(
                "target_high is set, but {} is not a range; leave it blank, or give the indicator the formula range",
                row.indicator
            ))),
            _ => {}
        }
    }
}
