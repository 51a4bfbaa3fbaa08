//! The first pass over a file, where what a cell means depends on its whole column.
//!
//! Two things do: the decimal mark of a column of numbers, and, in a workbook, whether midnight is a time or a date
//! without time. Text files of cases, and those whose mapping says `decimal`, are read once only.
//!
//! **Decimal mark.** A spelling that only one mark makes a number decides its column: `1,5`, `0,123`, `1.234,5` and
//! `1.234.567` say comma; `1.5`, `1,234.5` and `1,234,567` say point. The delimiter says nothing: a file with `;` from a
//! machine with English settings is as common as one with a comma. A column of whole numbers needs no mark. One in which
//! only the likes of `1,234` stand, which is one or a thousand times as much, or which has both marks, is refused.

use std::path::Path;

use super::columns::{Column, Plan, plan, wanted};
use super::error::Error;
use super::lines::Next;
use super::mapping::Mapping;
use super::number::{Decimal, Evidence, evidence};
use super::rows::header;
use super::sheet::SheetCell;
use super::source::{Cell, Source};
use crate::sentence::quoted;

/// What the columns turned out to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Survey {
    /// The decimal mark of each column of numbers, in the order of `NumberPlan::columns`.
    pub(super) decimals: Vec<Decimal>,
    /// Whether the dates of a workbook (`at`, `due`) have a time of day somewhere, so that midnight is one, too.
    pub(super) has_clock: bool,
}

/// Where a spelling was first seen.
type Seen = Option<(u64, String)>;

/// What a column of numbers holds so far.
#[derive(Default)]
struct Tally {
    points: Seen,
    commas: Seen,
    doubts: Seen,
}

/// Surveys a file as far as needed.
pub(super) fn survey(path: &Path, mapping: &Mapping, plan_before: &Plan, is_text: bool) -> Result<Survey, Error> {
    let columns = match plan_before {
        Plan::Sample(sample) => sample.numbers.columns().into_iter().cloned().collect(),
        Plan::Case(_) => Vec::new(),
    };
    let dated = match plan_before {
        Plan::Sample(sample) => Some(&sample.at),
        Plan::Case(case) => case.due.as_ref(),
    };
    let needs_decimals = mapping.decimal.is_none() && !columns.is_empty();
    let given = vec![mapping.decimal.unwrap_or(Decimal::Point); columns.len()];
    let dated = dated.filter(|_| !is_text);
    if !needs_decimals && dated.is_none() {
        return Ok(Survey { decimals: given, has_clock: false });
    }

    let (mut source, _) = Source::open(path, mapping, &wanted(mapping))?;
    let header = header(&mut source)?;
    plan(source.path(), source.line(), &header, mapping)?;
    let mut tallies: Vec<Tally> = columns.iter().map(|_| Tally::default()).collect();
    let mut has_clock = false;
    loop {
        match source.advance()? {
            Next::End => break,
            Next::TooLarge => continue,
            // Its cells may be those of other columns.
            Next::Record if source.is_text() && source.count() != header.len() => continue,
            Next::Record => {}
        }
        for (column, tally) in columns.iter().zip(&mut tallies) {
            tally.see(source.cell(column.index), source.line());
        }
        if let Some(Cell::Typed(SheetCell::Date(date))) = dated.map(|column| source.cell(column.index)) {
            has_clock |= date.time() != chrono::NaiveTime::MIN;
        }
    }
    let decimals = if needs_decimals {
        let decided = columns.iter().zip(&tallies).map(|(column, tally)| tally.decide(column, source.path()));
        decided.collect::<Result<_, _>>()?
    } else {
        given
    };
    Ok(Survey { decimals, has_clock })
}

impl Tally {
    fn see(&mut self, cell: Cell<'_>, line: u64) {
        let text = match cell {
            Cell::Text(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
            Cell::Typed(SheetCell::Text(text)) => text,
            Cell::Typed(_) => return,
        };
        let text = text.trim();
        let seen = match evidence(text) {
            Evidence::Nothing => return,
            Evidence::Sure(Decimal::Point) => &mut self.points,
            Evidence::Sure(Decimal::Comma) => &mut self.commas,
            Evidence::Doubt => &mut self.doubts,
        };
        seen.get_or_insert_with(|| (line, text.to_owned()));
    }

    fn decide(&self, column: &Column, path: &std::sync::Arc<str>) -> Result<Decimal, Error> {
        const ASK: &str = "write decimal = \",\" or decimal = \".\" in the mapping";
        let name = &column.name;
        match (&self.points, &self.commas, &self.doubts) {
            (Some((point_line, point)), Some((comma_line, comma)), _) => {
                let sentence = format!(
                    "the column \"{name}\" has both a decimal point ({} in line {point_line}) and a decimal comma ({} in line {comma_line}); \
                     write them one way, or {ASK}, and the others are rejected",
                    quoted(point),
                    quoted(comma)
                );
                Err(Error::refused(path, None, sentence))
            }
            (Some(_), None, _) => Ok(Decimal::Point),
            (None, Some(_), _) => Ok(Decimal::Comma),
            (None, None, Some((line, text))) => {
                let sentence = format!(
                    "the column \"{name}\" does not tell whether {} is a fraction or thousands, nor does any other number in it; {ASK}",
                    quoted(text)
                );
                Err(Error::refused(path, Some(*line), sentence))
            }
            (None, None, None) => Ok(Decimal::Point),
        }
    }
}
