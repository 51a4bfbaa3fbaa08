//! The mapping's columns at their places in a header.

use std::sync::Arc;

use super::error::Error;
use super::mapping::{CaseColumns, Kind, Mapping, NumberColumns, Origin, OriginText, SampleColumns};
use super::nearest::nearest;
use rules::case::Step;

/// Column names that a sentence lists; a header of hundreds is not read anyway.
const LISTED: usize = 40;

/// A column at its place.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: Arc<str>,
    pub(super) index: usize,
}

/// Where a name comes from.
#[derive(Clone, Debug)]
pub(super) enum Name {
    Column { column: Column, blank: Option<String> },
    Value(String),
}

/// What a row is made of.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    Case(CasePlan),
    Sample(SamplePlan),
}

#[derive(Clone, Debug)]
pub(super) struct CasePlan {
    pub(super) id: Column,
    pub(super) service: Name,
    pub(super) unit: Name,
    pub(super) steps: Vec<(Step, Column)>,
    pub(super) due: Option<Column>,
    pub(super) class: Option<Column>,
    pub(super) channel: Option<Column>,
    pub(super) area: Option<Column>,
}

#[derive(Clone, Debug)]
pub(super) struct SamplePlan {
    pub(super) id: Option<Column>,
    pub(super) unit: Name,
    pub(super) indicator: Name,
    pub(super) at: Column,
    pub(super) numbers: NumberPlan,
}

#[derive(Clone, Debug)]
pub(super) enum NumberPlan {
    Value(Column),
    Ratio { numerator: Column, denominator: Column },
}

/// Every column that a mapping names.
pub(super) fn wanted(mapping: &Mapping) -> Vec<&str> {
    let mut names = Vec::new();
    names.extend(column_of(&mapping.unit));
    match &mapping.kind {
        Kind::Cases(cases) => {
            names.push(cases.id.as_str());
            names.extend(column_of(&cases.service));
            names.extend(cases.steps.iter().map(|(_, name)| name.as_str()));
            names.extend([&cases.due, &cases.class, &cases.channel, &cases.area].into_iter().filter_map(Option::as_deref));
        }
        Kind::Samples(samples) => {
            names.extend(samples.id.as_deref());
            names.extend(column_of(&samples.indicator));
            names.push(samples.at.as_str());
            match &samples.numbers {
                NumberColumns::Value(name) => names.push(name),
                NumberColumns::Ratio { numerator, denominator } => names.extend([numerator.as_str(), denominator.as_str()]),
            }
        }
    }
    names
}

fn column_of(origin: &Origin) -> Option<&str> {
    match &origin.text {
        OriginText::Column { name, .. } => Some(name),
        OriginText::Value(_) => None,
    }
}

/// Finds every wanted column in the header.
pub(super) fn plan(path: &Arc<str>, line: u64, header: &[String], mapping: &Mapping) -> Result<Plan, Error> {
    let mut missing: Vec<&str> = Vec::new();
    for name in wanted(mapping) {
        match header.iter().filter(|found| *found == name).count() {
            0 if missing.contains(&name) => {}
            0 => missing.push(name),
            1 => {}
            _ => {
                let sentence = format!("the column \"{name}\" is there twice; rename or remove one of the two");
                return Err(Error::refused(path, Some(line), sentence));
            }
        }
    }
    if !missing.is_empty() {
        return Err(Error::refused(path, Some(line), missing_sentence(&missing, header)));
    }
    let at = Places(header);
    Ok(match &mapping.kind {
        Kind::Cases(cases) => Plan::Case(at.case(&mapping.unit, cases)),
        Kind::Samples(samples) => Plan::Sample(at.sample(&mapping.unit, samples)),
    })
}

fn missing_sentence(missing: &[&str], header: &[String]) -> String {
    let named: Vec<String> = missing
        .iter()
        .map(|name| match nearest(name, header.iter().map(String::as_str)) {
            Some(near) => format!("\"{name}\" (perhaps \"{near}\"?)"),
            None => format!("\"{name}\""),
        })
        .collect();
    let mut found: Vec<String> = header.iter().take(LISTED).map(|name| format!("\"{name}\"")).collect();
    if header.len() > LISTED {
        found.push(format!("and {} more", header.len() - LISTED));
    }
    let columns = if missing.len() == 1 { "the column" } else { "the columns" };
    let are = if missing.len() == 1 { "is" } else { "are" };
    format!("{columns} {} {are} missing; found {}; change the mapping or the header", named.join(", "), found.join(", "))
}

/// The header, in which every wanted column was found.
struct Places<'h>(&'h [String]);

impl Places<'_> {
    fn case(&self, unit: &Origin, cases: &CaseColumns) -> CasePlan {
        let optional = |name: &Option<String>| name.as_deref().map(|name| self.column(name));
        CasePlan {
            id: self.column(&cases.id),
            service: self.name(&cases.service),
            unit: self.name(unit),
            steps: cases.steps.iter().map(|(step, name)| (*step, self.column(name))).collect(),
            due: optional(&cases.due),
            class: optional(&cases.class),
            channel: optional(&cases.channel),
            area: optional(&cases.area),
        }
    }

    fn sample(&self, unit: &Origin, samples: &SampleColumns) -> SamplePlan {
        SamplePlan {
            id: samples.id.as_deref().map(|name| self.column(name)),
            unit: self.name(unit),
            indicator: self.name(&samples.indicator),
            at: self.column(&samples.at),
            numbers: match &samples.numbers {
                NumberColumns::Value(name) => NumberPlan::Value(self.column(name)),
                NumberColumns::Ratio { numerator, denominator } => {
                    NumberPlan::Ratio { numerator: self.column(numerator), denominator: self.column(denominator) }
                }
            },
        }
    }

    fn name(&self, origin: &Origin) -> Name {
        match &origin.text {
            OriginText::Column { name, blank } => Name::Column { column: self.column(name), blank: blank.clone() },
            OriginText::Value(value) => Name::Value(value.clone()),
        }
    }

    fn column(&self, name: &str) -> Column {
        let index = self.0.iter().position(|found| found == name).expect("every wanted column was found in the header");
        Column { name: name.into(), index }
    }
}

impl NumberPlan {
    /// Its columns in order.
    pub(super) fn columns(&self) -> Vec<&Column> {
        match self {
            Self::Value(value) => vec![value],
            Self::Ratio { numerator, denominator } => vec![numerator, denominator],
        }
    }
}
