//! The rules for a sample: which unit, which indicator, which numbers, when.

use rules::at::{At, ParseAtError};
use rules::indicator::Indicator;
use rules::period::Period;
use rules::time::{Millis, day_number, parse_instant};
use rules::unit::Unit;
use sql::log::Content;

use super::{EARLIEST, Gate, LEEWAY_MS, MAX_NUMBER, Wrong, remark};
use crate::answer::Code;
use crate::sentence::quoted;
use crate::wire::Data;

const DAY_MS: Millis = 86_400_000;

impl<'r> Gate<'r> {
    pub(super) fn sample(&mut self, data: &Data<'_>) -> Result<Content, Wrong> {
        let unit = self.unit(required("unit", data.unit.as_deref())?)?;
        let indicator = self.indicator(required("indicator", data.indicator.as_deref())?)?;
        if !indicator.applies(unit) {
            return Err((
                Code::WrongShape,
                format!(
                    "indicator {} is not measured at unit {}; expected one of its `applies_to`",
                    quoted(&indicator.id),
                    quoted(&unit.id)
                ),
            ));
        }
        numbers(data, indicator)?;
        let at = self.at(required("at", data.at.as_deref())?)?;
        self.valid_then(unit, at)?;
        let note = match data.note.as_deref() {
            None | Some("") => None,
            Some(note) => {
                remark("note", note)?;
                Some(note.to_owned())
            }
        };
        // Adding zero turns -0 into 0, so that the two are one value and one content.
        let plain = |number: Option<f64>| number.map(|number| number + 0.0);
        Ok(Content::Sample {
            unit: unit.no,
            indicator: indicator.no,
            at,
            value: plain(data.value),
            numerator: plain(data.numerator),
            denominator: plain(data.denominator),
            note,
        })
    }

    pub(super) fn unit(&mut self, id: &str) -> Result<&'r Unit, Wrong> {
        if let Some(unit) = self.unit.filter(|unit| unit.id == id) {
            return Ok(unit);
        }
        let unit = self
            .registry
            .unit(id)
            .ok_or_else(|| (Code::UnknownUnit, format!("`data.unit` is {}; expected the id of a unit", quoted(id))))?;
        let within = |roots: &[i64]| roots.iter().any(|root| self.registry.tree.is_within(unit.no, *root));
        if !self.key.all_units && !within(&self.key.units) {
            return Err((
                Code::ForbiddenUnit,
                format!("`data.unit` is {}; this key may write only for its own units and those below them", quoted(id)),
            ));
        }
        if self.source_units.is_some_and(|units| !within(units)) {
            return Err((
                Code::ForbiddenUnit,
                format!("`data.unit` is {}; source {} is not configured for that unit", quoted(id), quoted(&self.key.source_id)),
            ));
        }
        self.unit = Some(unit);
        Ok(unit)
    }

    fn indicator(&mut self, id: &str) -> Result<&'r Indicator, Wrong> {
        if let Some(indicator) = self.indicator.filter(|indicator| indicator.id == id) {
            return Ok(indicator);
        }
        let indicator = self
            .registry
            .indicator(id)
            .ok_or_else(|| (Code::UnknownIndicator, format!("`data.indicator` is {}; expected the id of an indicator", quoted(id))))?;
        if !self.registry.takes_samples(indicator) {
            return Err((
                Code::WrongShape,
                format!("indicator {} is computed from other events; expected one that is measured by samples", quoted(id)),
            ));
        }
        self.indicator = Some(indicator);
        Ok(indicator)
    }

    fn at(&mut self, text: &str) -> Result<At, Wrong> {
        if let Some(at) = self.at.filter(|_| self.at_text == text) {
            return Ok(at);
        }
        let at = text.parse().map_err(|error| self.not_a_time(text, &error))?;
        self.timely(text, at)?;
        self.at = Some(at);
        self.at_text.clear();
        self.at_text.push_str(text);
        Ok(at)
    }

    /// Which code a text has that the rules could not read: a date that could be meant but lies outside all years has its own.
    fn not_a_time(&self, text: &str, error: &ParseAtError) -> Wrong {
        match error {
            ParseAtError::Year(_) if parse_instant(text).is_some_and(|at| at > self.now) => too_far_ahead(text),
            ParseAtError::Year(_) | ParseAtError::Period(rules::period::ParsePeriodError::Year(_)) => before_all(text),
            ParseAtError::Period(_) => {
                (Code::WrongShape, format!("`data.at` is {}; there is no such period in the calendar", quoted(text)))
            }
            ParseAtError::Form(_) => (
                Code::WrongShape,
                format!(
                    "`data.at` is {}; expected an instant with offset such as 2026-11-24T09:30:00+07:00 or a period such as 2026-11-24, 2026-W47 or 2026-11",
                    quoted(text)
                ),
            ),
        }
    }

    fn timely(&self, text: &str, at: At) -> Result<(), Wrong> {
        let latest = self.now + LEEWAY_MS;
        match at {
            At::Instant(at) if at < self.earliest => Err(before_all(text)),
            At::Instant(at) if at > latest => Err(too_far_ahead(text)),
            At::Period(period) if period.first_day() < EARLIEST => Err(before_all(text)),
            At::Period(period) if !self.has_begun(period, latest) => Err(too_far_ahead(text)),
            _ => Ok(()),
        }
    }

    /// No zone is a day away from UTC, so only periods that begin about now need the zone's own midnight.
    fn has_begun(&self, period: Period, latest: Millis) -> bool {
        let midnight_in_utc = day_number(period.first_day()) * DAY_MS;
        midnight_in_utc + DAY_MS <= latest || (midnight_in_utc - DAY_MS <= latest && period.starts_at(self.zone) <= latest)
    }

    pub(super) fn valid_then(&self, unit: &Unit, at: At) -> Result<(), Wrong> {
        if unit.valid_from.is_none() && unit.valid_to.is_none() {
            return Ok(());
        }
        let then = at.part(self.zone);
        let begun = unit.valid_from.is_none_or(|from| from <= then.last_day());
        let not_over = unit.valid_to.is_none_or(|to| then.first_day() <= to);
        if begun && not_over {
            return Ok(());
        }
        let from = unit.valid_from.map_or_else(String::new, |from| format!(" from {from}"));
        let to = unit.valid_to.map_or_else(String::new, |to| format!(" until {to}"));
        Err((
            Code::UnknownUnit,
            format!("unit {} is valid{from}{to}; `data.at` {} lies outside", quoted(&unit.id), quoted(&at.to_string())),
        ))
    }
}

/// A value, or the two parts of a ratio: never the other, never both.
fn numbers(data: &Data<'_>, indicator: &Indicator) -> Result<(), Wrong> {
    let wrong = |detail: String| Err((Code::WrongShape, detail));
    let id = || quoted(&indicator.id);
    if indicator.is_ratio() {
        match (data.value, data.numerator, data.denominator) {
            (None, Some(numerator), Some(denominator)) => {
                in_range("numerator", numerator)?;
                in_range("denominator", denominator)?;
                if denominator < 0.0 {
                    return Err((Code::OutOfRange, format!("`data.denominator` is {denominator}; expected 0 or more")));
                }
                Ok(())
            }
            (Some(_), ..) => {
                wrong(format!("indicator {} is a ratio and `data.value` is given; expected `numerator` and `denominator` instead", id()))
            }
            (_, None, _) => {
                wrong(format!("indicator {} is a ratio and `data.numerator` is missing; expected `numerator` and `denominator`", id()))
            }
            (_, _, None) => {
                wrong(format!("indicator {} is a ratio and `data.denominator` is missing; expected `numerator` and `denominator`", id()))
            }
        }
    } else {
        match (data.value, data.numerator.or(data.denominator)) {
            (Some(value), None) => in_range("value", value),
            (_, Some(_)) => wrong(format!("indicator {} is no ratio and parts of one are given; expected `value` alone", id())),
            (None, None) => wrong(format!("`data.value` is missing; expected a number for indicator {}", id())),
        }
    }
}

fn in_range(field: &str, number: f64) -> Result<(), Wrong> {
    if number.is_finite() && number.abs() <= MAX_NUMBER {
        Ok(())
    } else {
        Err((Code::OutOfRange, format!("`data.{field}` is {number:e}; expected a number from -1e15 to 1e15")))
    }
}

fn required<'t>(field: &str, text: Option<&'t str>) -> Result<&'t str, Wrong> {
    text.ok_or_else(|| (Code::WrongShape, format!("`data.{field}` is missing; a sample has unit, indicator, at and its numbers")))
}

fn before_all(text: &str) -> Wrong {
    (Code::OutOfRange, format!("`data.at` is {}; expected a time from 2000-01-01 on", quoted(text)))
}

fn too_far_ahead(text: &str) -> Wrong {
    (Code::TooFarAhead, format!("`data.at` is {}; expected at most ten minutes ahead of the server's clock", quoted(text)))
}
