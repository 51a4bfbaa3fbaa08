//! The rows of one file, one after the other.
//!
//! Owns what makes a row: which cells it needs, and that one wrong cell rejects all of it. Must never know what was read
//! before, which units there are, or what the time is now: that a step lies in the future is for others to judge.

use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;
use rules::time::Millis;

use super::columns::{CasePlan, NumberPlan, Plan, SamplePlan, plan, wanted};
use super::entry::{Case, Content, Entry, Numbers, Rejected, Row, Sample};
use super::error::Error;
use super::lines::Next;
use super::mapping::Mapping;
use super::number::Decimal;
use super::progress::Progress;
use super::source::{Source, too_large};
use super::survey::survey;
use super::typing::{Times, Wrong, field, id, is_blank, name, number, number_of_a_file};
use rules::case::Step;

/// A reader of rows.
pub struct Rows {
    source: Source,
    progress: Progress,
    columns: Vec<String>,
    plan: Plan,
    times: Times,
    decimals: Vec<Decimal>,
    steps: Vec<(Step, Millis)>,
}

impl Rows {
    /// Opens a file. It is read twice when a column's decimal mark has to be found, so it must be a file and no pipe.
    /// `region` is the zone for times without offset, unless the mapping names one.
    ///
    /// # Errors
    /// A file that cannot be read, is no table, lacks a column of the mapping, or leaves its decimal mark in doubt.
    pub fn open(path: &Path, mapping: &Mapping, region: Tz) -> Result<Self, Error> {
        let (mut source, progress) = Source::open(path, mapping, &wanted(mapping))?;
        let columns = header(&mut source)?;
        let plan = plan(source.path(), source.line(), &columns, mapping)?;
        let survey = survey(path, mapping, &plan, source.is_text())?;
        let mut times = Times::new(mapping, region);
        times.has_clock = survey.has_clock;
        Ok(Self { source, progress, columns, plan, times, decimals: survey.decimals, steps: Vec::new() })
    }

    /// The names of the file's columns, all of them.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The cells of the row that was last asked for, as they stand in the file.
    pub fn record(&self) -> Vec<String> {
        self.source.record()
    }

    /// How much of the file was read. Of a workbook all is, because its parts lie in no order.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// The next row that has something in a cell; `None` at the end.
    ///
    /// # Errors
    /// Where the file cannot be read on: it is cut or damaged, or a quote is never closed.
    pub fn advance(&mut self) -> Result<Option<Entry<'_>>, Error> {
        let next = self.source.advance()?;
        let line = self.source.line();
        match next {
            Next::End => return Ok(None),
            Next::TooLarge => {
                let record = self.source.beginning(self.columns.len());
                return Ok(Some(Entry::Rejected(Rejected { line, field: String::new(), reason: too_large(), record })));
            }
            Next::Record => {}
        }
        if let Some(reason) = self.uneven() {
            let record = self.source.record();
            return Ok(Some(Entry::Rejected(Rejected { line, field: String::new(), reason, record })));
        }
        let Self { source, plan, times, decimals, steps, .. } = self;
        let content = match plan {
            Plan::Case(plan) => case(source, plan, times, steps).map(Content::Case),
            Plan::Sample(plan) => sample(source, plan, times, decimals).map(Content::Sample),
        };
        Ok(Some(match content {
            Ok(content) => Entry::Row(Row { line, content }),
            Err(Wrong { column, reason }) => {
                let reason = format!("{column} {reason}");
                Entry::Rejected(Rejected { line, field: column.to_string(), reason, record: source.record() })
            }
        }))
    }

    fn uneven(&self) -> Option<String> {
        let (found, expected) = (self.source.count(), self.columns.len());
        (self.source.is_text() && found != expected).then(|| {
            format!("the row has {found} cells, the header has {expected}; put text with the sign between the columns in double quotes")
        })
    }
}

/// Takes the header: the first row with something in it.
pub(super) fn header(source: &mut Source) -> Result<Vec<String>, Error> {
    match source.advance()? {
        Next::Record => Ok(source.record().into_iter().map(|name| name.trim().to_owned()).collect()),
        Next::TooLarge => Err(Error::refused(source.path(), Some(source.line()), too_large())),
        Next::End => Err(Error::refused(source.path(), None, "has no rows; its first line must name the columns")),
    }
}

fn case<'r>(source: &'r Source, plan: &'r CasePlan, times: &mut Times, steps: &'r mut Vec<(Step, Millis)>) -> Result<Case<'r>, Wrong> {
    let case = number_of_a_file(source, &plan.id)?;
    steps.clear();
    for (step, column) in &plan.steps {
        if let Some(at) = times.begin(source, column)? {
            steps.push((*step, at));
        }
    }
    if steps.is_empty() {
        let columns: Vec<&str> = plan.steps.iter().map(|(_, column)| &*column.name).collect();
        let reason = format!("is blank, and so is every step; expected a time in one of {}", columns.join(", "));
        let column = plan.steps.first().map_or_else(|| &plan.id.name, |(_, column)| &column.name);
        return Err(Wrong { column: Arc::clone(column), reason });
    }
    Ok(Case {
        case,
        service: name(source, &plan.service)?,
        unit: name(source, &plan.unit)?,
        steps,
        due: plan.due.as_ref().map(|column| times.end(source, column)).transpose()?.flatten(),
        class: field(source, plan.class.as_ref())?,
        channel: field(source, plan.channel.as_ref())?,
        area: field(source, plan.area.as_ref())?,
    })
}

fn sample<'r>(source: &'r Source, plan: &'r SamplePlan, times: &mut Times, decimals: &[Decimal]) -> Result<Sample<'r>, Wrong> {
    let mut numbers = [0.0; 2];
    for ((column, decimal), place) in plan.numbers.columns().into_iter().zip(decimals).zip(&mut numbers) {
        *place = number(source, column, *decimal)?.ok_or_else(|| is_blank(column))?;
    }
    let numbers = match &plan.numbers {
        NumberPlan::Value(_) => Numbers::Value(numbers[0]),
        NumberPlan::Ratio { denominator: column, .. } => {
            let [numerator, denominator] = numbers;
            if denominator < 0.0 {
                let reason = format!("is {denominator}; expected 0 or more");
                return Err(Wrong { column: Arc::clone(&column.name), reason });
            }
            Numbers::Ratio { numerator, denominator }
        }
    };
    Ok(Sample {
        id: plan.id.as_ref().map(|column| id(source, column)?.ok_or_else(|| is_blank(column))).transpose()?,
        unit: name(source, &plan.unit)?,
        indicator: name(source, &plan.indicator)?,
        at: times.at(source, &plan.at)?.ok_or_else(|| is_blank(&plan.at))?,
        numbers,
    })
}
